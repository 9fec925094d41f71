/*
 * What Python 3.11's re.match(pattern, text, re.IGNORECASE) answers, and so must we. The
 * answers in the table were given by Python; tests/contract/compare_patterns.py asks it again,
 * with random patterns as well.
 */
#include "domain/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_ERROR };

static const struct {
    const char *pattern;
    const char *text;
    enum answer want;
} cases[] = {
    {"Finance", "finance - Q3", ANSWER_YES},
    {"Finance", "The Finance", ANSWER_NO},
    {".*finance", "The Finance", ANSWER_YES},
    {"^(?!Draft)", "Draft 1", ANSWER_NO},
    {"^(?!Draft)", "Final", ANSWER_YES},
    {"(?P<team>\\w+) - \\w+", "Ops - KPI", ANSWER_YES},
    {"\\[prod\\].*", "[PROD] x", ANSWER_YES},
    {"Q[1-4]\\b", "q3 review", ANSWER_YES},
    {".*\\d{4}$", "Plan 2026", ANSWER_YES},
    {"|(?i)x", "x", ANSWER_ERROR},
    {"(?#c)(?i)x", "X", ANSWER_YES},
    {"a(?#c)*b", "aaab", ANSWER_YES},
    {"^Finance", "finance x", ANSWER_YES},
    {"a\\Z", "a\012", ANSWER_NO},
    {"a$", "a\012", ANSWER_YES},
    {"a{,2}b", "aab", ANSWER_YES},
    {"\\u00e9", "\303\211", ANSWER_YES},
    {"[[:alpha:]]", "a]", ANSWER_YES},
    {"[[:alpha:]]", ":]", ANSWER_YES},
    {"\\s", "\034", ANSWER_YES},
    {"[\\s]", "\035", ANSWER_YES},
    {"[\\S]", "\034", ANSWER_NO},
    {"[^\\S]", "\034", ANSWER_YES},
    {"[^a\\S]", "\034", ANSWER_YES},
    {"\\h", "h", ANSWER_ERROR},
    {"\\K", "k", ANSWER_ERROR},
    {"\\v", "\012", ANSWER_NO},
    {"\\v", "\013", ANSWER_YES},
    {"(?<n>a)", "a", ANSWER_ERROR},
    {"(?|a)", "a", ANSWER_ERROR},
    {"(?R)", "a", ANSWER_ERROR},
    {"(*FAIL)", "a", ANSWER_ERROR},
    {"a(?i)b", "ab", ANSWER_ERROR},
    {"(?i)ab", "AB", ANSWER_YES},
    {"(?<=a+)b", "b", ANSWER_ERROR},
    {"(?<=a|bc)b", "b", ANSWER_ERROR},
    {"(?<=ab|cd)e", "e", ANSWER_NO},
    {"(?a)\\w", "\303\251", ANSWER_NO},
    {"(?a:\\w)\\w", "a\303\251", ANSWER_YES},
    {"(?u)\\w", "\303\251", ANSWER_YES},
    {"\\x4", "a", ANSWER_ERROR},
    {"\\141", "a", ANSWER_YES},
    {"\\01", "\001", ANSWER_YES},
    {"\\1(a)", "a", ANSWER_ERROR},
    {"(a)\\1", "aa", ANSWER_YES},
    {"(?P<x>a)(?P=x)", "aa", ANSWER_YES},
    {"(?P<x>a)(?P<x>b)", "ab", ANSWER_ERROR},
    {"a**", "a", ANSWER_ERROR},
    {"a*+a", "aa", ANSWER_NO},
    {"a{2}{3}", "aaaaaa", ANSWER_ERROR},
    {"^*a", "a", ANSWER_ERROR},
    {"(?=a)*b", "b", ANSWER_YES},
    {"x{,}", "xx", ANSWER_YES},
    {"x{}", "x{}", ANSWER_YES},
    {"x{1,", "x{1,", ANSWER_YES},
    {"[]a]", "]", ANSWER_YES},
    {"[^]a]", "b", ANSWER_YES},
    {"[a-\\d]", "a", ANSWER_ERROR},
    {"[z-a]", "b", ANSWER_ERROR},
    {"[a--b]", "a", ANSWER_ERROR},
    {"(?x) a b # c", "ab", ANSWER_YES},
    {"(?x)[ ]", " ", ANSWER_YES},
    {"(a)?(?(1)b|c)", "ab", ANSWER_YES},
    {"(?(1)a|b|c)", "a", ANSWER_ERROR},
    {"\\Qa\\E", "a", ANSWER_ERROR},
    {"\\p{L}", "a", ANSWER_ERROR},
    {"\303\251", "\303\211", ANSWER_YES},
    {"stra\303\237e", "STRASSE", ANSWER_NO},
    {"k", "\342\204\252", ANSWER_YES},
    {".", "\015", ANSWER_YES},
    {".", "\342\200\250", ANSWER_YES},
    {".", "\012", ANSWER_NO},
    {"(?s).", "\012", ANSWER_YES},
    {"(?m)^a$", "a\012b", ANSWER_YES},
    {"a|b|", "c", ANSWER_YES},
    {"", "", ANSWER_YES},
    {")", "a", ANSWER_ERROR},
    {"(", "a", ANSWER_ERROR},
    {"[", "a", ANSWER_ERROR},
    {"\\", "a", ANSWER_ERROR},
    {"\\d", "\331\243", ANSWER_YES},
    {"\\w", "\302\252", ANSWER_YES},
    {"\\bfoo\\b", "foo bar", ANSWER_YES},
    {"a\\ b", "a b", ANSWER_YES},
    {"\\_", "_", ANSWER_YES},
    {"\\\303\251", "\303\251", ANSWER_YES},
    {"(?>a+)b", "aab", ANSWER_YES},
    {"(?-i:a)", "A", ANSWER_NO},
    {"(?-i)a", "a", ANSWER_ERROR},
    {"(?L)a", "a", ANSWER_ERROR},
    {"(?ax:\\d +)", "3", ANSWER_YES},
    {"a++b", "aab", ANSWER_YES},
    {"a?+a", "a", ANSWER_NO},
    {"{1}", "{1}", ANSWER_ERROR},
    {"a{1}?", "a", ANSWER_YES},
    {"a{3,2}", "aaa", ANSWER_ERROR},
    {"(?#c)a", "a", ANSWER_YES},
    {"(?:a|b)*c", "abc", ANSWER_YES},
    {"[\\b]", "\010", ANSWER_YES},
    {"[\\A]", "A", ANSWER_ERROR},
    {"[\\1]", "\001", ANSWER_YES},
    {"[\\12]", "\012", ANSWER_YES},
    {"\\8", "8", ANSWER_ERROR},
    {"(?P<1>a)", "a", ANSWER_ERROR},
    {"(?P<\303\251>a)(?P=\303\251)", "aa", ANSWER_YES},
    {"#a", "#a", ANSWER_YES},
    {"~a-b&c/", "~a-b&c/", ANSWER_YES},
    {"\\W", "\303\251", ANSWER_NO},
    {"\\D", "\331\243", ANSWER_NO},
    {"[\\D]", "\331\243", ANSWER_NO},
    {"[\\W\\w]", "\303\251", ANSWER_YES},
    {"(?a)[\\W]", "\303\251", ANSWER_YES},
    {"(?a)[^\\W]", "\303\251", ANSWER_NO},
    {"\305\277", "s", ANSWER_YES},
    {"(?<!a)b", "b", ANSWER_YES},
    {"(?<!(a)\\1)b", "b", ANSWER_ERROR},
};

static void answers_are_pythons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error err = ERROR_INIT;
        struct pattern *pattern;
        enum answer got = ANSWER_ERROR;
        if (pattern_new(str_from(cases[i].pattern), &pattern, &err) == OK) {
            got = pattern_matches(pattern, str_from(cases[i].text)) == PATTERN_ANSWER_YES
                      ? ANSWER_YES
                      : ANSWER_NO;
        }
        if (got != cases[i].want) {
            print_error("pattern %s on %s: want %d, got %d %s\n", cases[i].pattern,
                        cases[i].text, cases[i].want, got, err.message);
        }
        assert_int_equal(got, cases[i].want);
        pattern_free(pattern);
    }
}

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
        {"*.csv", "nothing to repeat", "at offset 0"},
        {"\\Qx", "bad escape: Python's re does not know it", "at offset 0"},
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
    assert_string_equal(err.message, "groups are nested too deeply");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_pythons),
        cmocka_unit_test(errors_name_the_place),
        cmocka_unit_test(endless_backtracking_is_stopped),
        cmocka_unit_test(deep_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
