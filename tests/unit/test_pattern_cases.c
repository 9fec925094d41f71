/* Runs tests/cases/pattern: what Python's re.match(pattern, title, re.IGNORECASE) answers. */
#include "base/buf.h"
#include "case_file.h"
#include "domain/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena arena;
static size_t pair_count;

static const struct {
    const char *header;
    enum pattern_answer answer;
} answers[] = {
    {"match", PATTERN_ANSWER_YES},
    {"no match", PATTERN_ANSWER_NO},
    {"gives up", PATTERN_ANSWER_TOO_EXPENSIVE},
    {"unclear", PATTERN_ANSWER_UNCLEAR},
};

/* The input without the line break that ends it. */
static struct str pattern_of(const struct test_case *one)
{
    return str_sub(one->input, 0, one->input.n > 0 ? one->input.n - 1 : 0);
}

/* How many of the titles of a case are answered otherwise. */
static size_t check_titles(const char *path, const struct test_case *one,
                           const struct pattern *pattern)
{
    size_t failed = 0;
    for (size_t k = 0; k < sizeof(answers) / sizeof(answers[0]); k++) {
        struct str title = case_header(one, answers[k].header, 0);
        for (size_t i = 0; !str_is_null(title);
             title = case_header(one, answers[k].header, ++i)) {
            pair_count++;
            if (pattern == NULL || pattern_matches(pattern, title) != answers[k].answer) {
                print_error("%s:%zu: %.*s: not so: %s: %.*s\n", path, one->line,
                            STR_ARG(one->title), answers[k].header, STR_ARG(title));
                failed++;
            }
        }
    }
    return failed;
}

static bool run_case(const char *path, const struct test_case *one)
{
    struct error err = ERROR_INIT;
    struct pattern *pattern = NULL;
    struct buf line;
    size_t failed = 0;
    buf_init(&line, 4096);
    if (pattern_new(pattern_of(one), &pattern, &err) != OK) {
        (void)buf_printf(&line, "error: %s%s%s", err.message, err.where[0] != '\0' ? " " : "",
                         err.where);
    }
    struct str expected = one->expected_count > 0 ? one->expected[0] : STR("");
    pair_count += expected.n > 0 ? 1 : 0;
    if (!str_eq(expected, buf_str(&line)) || str_is_empty(case_header(one, "why", 0))) {
        print_error("%s:%zu: %.*s: %s\n", path, one->line, STR_ARG(one->title),
                    buf_cstr(&line));
        failed++;
    }
    failed += check_titles(path, one, pattern);
    pattern_free(pattern);
    buf_free(&line);
    return failed == 0;
}

static void test_all_cases(void **state)
{
    (void)state;
    case_file_judge_all("pattern", 1, &arena, run_case);
    print_message("# %zu pairs of patterns and titles\n", pair_count);
    assert_true(pair_count >= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
