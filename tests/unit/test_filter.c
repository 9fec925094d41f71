#include "domain/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Patterns are written "a|b" in the tables below and cut at '|'. */
static size_t cut(const char *text, struct str *out, size_t room)
{
    size_t count = 0;
    struct str rest = str_from(text);
    while (!str_is_null(rest) && count < room) {
        size_t bar = str_find(rest, '|');
        out[count++] = str_sub(rest, 0, bar == SIZE_MAX ? rest.n : bar);
        rest = bar == SIZE_MAX ? STR_NULL : str_sub(rest, bar + 1, rest.n);
    }
    return count;
}

static struct filter *make(const char *includes, const char *excludes)
{
    struct str include_items[8];
    struct str exclude_items[8];
    struct filter *filter = NULL;
    struct error err = ERROR_INIT;
    const struct filter_patterns patterns = {
        .includes = include_items,
        .include_count = cut(includes, include_items, 8),
        .excludes = exclude_items,
        .exclude_count = cut(excludes, exclude_items, 8),
    };
    if (filter_new(&patterns, &filter, &err) != OK) {
        fail_msg("%s", err.message);
    }
    return filter;
}

static void test_passes_as_in_openmetadata(void **state)
{
    (void)state;
    static const struct {
        const char *includes;
        const char *excludes;
        const char *name;
        bool want;
    } cases[] = {
        {"Finance", NULL, "Finance report", true}, /* the start is enough */
        {"Finance", NULL, "My Finance", false},    /* but it must be the start */
        {".*Finance", NULL, "My Finance", true},
        {"finance", NULL, "FINANCE", true},
        {"Finance$", NULL, "Finance report", false},
        {"Sales|Finance", NULL, "Finance", true},
        {"Sales|Finance", NULL, "Other", false},
        {NULL, "Test|tmp_", "Testing", false},
        {NULL, "Test|tmp_", "My test", true},
        {"Fin", "Finance", "Finance", true}, /* excludes do not count beside includes */
        {NULL, NULL, "anything", true},
        {"", NULL, "anything", true},
        {"\xC3\xBC"
         "ber",
         NULL,
         "\xC3\x9C"
         "berblick",
         true},
        {"a", NULL, NULL, false}, /* without a title nothing is included ... */
        {NULL, "a", NULL, true},  /* ... and nothing excluded */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct filter *filter = make(cases[i].includes, cases[i].excludes);
        struct error err = ERROR_INIT;
        if (filter_passes(filter, str_from(cases[i].name), &err) != cases[i].want ||
            err.code != OK) {
            fail_msg("case %zu (%s)", i, cases[i].name != NULL ? cases[i].name : "no title");
        }
        assert_int_equal(filter_ignores_excludes(filter),
                         cases[i].includes != NULL && cases[i].excludes != NULL);
        filter_free(filter);
    }
    assert_true(filter_passes(NULL, STR("x"), NULL));
    assert_false(filter_ignores_excludes(NULL));
    filter_free(NULL);
}

static void test_a_pattern_without_end_is_reported(void **state)
{
    (void)state;
    struct str name =
        STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
    struct filter *filter = make("(a+)+$", NULL);
    struct error err = ERROR_INIT;
    assert_false(filter_passes(filter, name, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_non_null(strstr(err.message, "(a+)+$"));
    assert_false(filter_passes(filter, name, NULL));
    filter_free(filter);

    filter = make(NULL, "(a+)+$");
    assert_true(filter_passes(filter, name, &err));
    filter_free(filter);
}

static void test_bad_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *says;
    } cases[] = {
        {"(", "subpattern at offset 0"},
        {"*", "nothing to repeat"},
        {"[a", "'[a'"},
        {"a{3,2}", "offset"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error err = ERROR_INIT;
        struct filter *filter = NULL;
        struct str bad[] = {STR("good"), str_from(cases[i].in)};
        const struct filter_patterns patterns = {.excludes = bad, .exclude_count = 2};
        assert_int_equal(filter_check_pattern(bad[1], &err), ERR_PARSE);
        if (strstr(err.message, cases[i].says) == NULL) {
            fail_msg("%s: %s", cases[i].in, err.message);
        }
        assert_int_equal(filter_new(&patterns, &filter, &err), ERR_PARSE);
        assert_null(filter);
    }
    assert_int_equal(filter_check_pattern(STR("^Fin.*$"), NULL), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_as_in_openmetadata),
        cmocka_unit_test(test_a_pattern_without_end_is_reported),
        cmocka_unit_test(test_bad_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
