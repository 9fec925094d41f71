/* Answers are in tests/cases/pattern; here is what a case cannot say. */
#include "domain/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void errors_name_the_place(void **state)
{
    static const struct {
        const char *pattern;
        const char *message;
        const char *where;
    } errors[] = {
        {"Finance|(Sales", "missing ), unterminated subpattern", "at offset 8"},
        {"\303\251[z-a]", "bad character range", "at offset 2"},
        {"a**", "multiple repeat", "at offset 2"},
        {"*.csv", "nothing to repeat (any text is .*)", "at offset 0"},
        {"\\Qx", "bad escape \\Q: Python's re does not know it", "at offset 0"},
        {"\377", "the pattern is not valid UTF-8", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct error err = ERROR_INIT;
        struct pattern *pattern;
        assert_int_equal(pattern_new(str_from(errors[i].pattern), &pattern, &err), ERR_CONFIG);
        assert_string_equal(err.message, errors[i].message);
        assert_string_equal(err.where, errors[i].where);
        assert_null(pattern);
    }
}

/* (a+)+$ on many letters would take hours: it is given up, and nothing overflows. */
static void endless_backtracking_is_stopped(void **state)
{
    struct error err = ERROR_INIT;
    struct pattern *pattern;
    (void)state;
    assert_int_equal(pattern_new(STR("(a+)+$"), &pattern, &err), OK);
    assert_int_equal(
        pattern_matches(pattern, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")),
        PATTERN_ANSWER_TOO_EXPENSIVE);
    pattern_free(pattern);
}

static void deep_nesting_is_refused(void **state)
{
    struct error err = ERROR_INIT;
    struct pattern *pattern;
    struct buf text;
    (void)state;
    buf_init(&text, 100000);
    for (int i = 0; i < 5000; i++) {
        (void)buf_append_cstr(&text, "(?:");
    }
    assert_int_equal(pattern_new(buf_str(&text), &pattern, &err), ERR_CONFIG);
    assert_string_equal(err.message, "groups nested more than 100 deep are not supported");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_the_place),
        cmocka_unit_test(endless_backtracking_is_stopped),
        cmocka_unit_test(deep_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
