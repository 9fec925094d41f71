#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void assert_writes(void (*write)(struct buf *, struct str), struct str in,
                          const char *want)
{
    struct buf out;
    buf_init(&out, 10000);
    write(&out, in);
    assert_int_equal(buf_status(&out), OK);
    assert_string_equal(buf_cstr(&out), want);
    buf_free(&out);
}

static void test_terminal_controls_become_visible(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"", ""},
        {"Umsatz \xE2\x82\xAC \xF0\x9F\x98\x80", "Umsatz \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {"a\nb\rc\td", "a\\nb\\rc\\td"},
        {"\x1B[2J\x07\x7F", "\\x1b[2J\\x07\\x7f"},
        {"\xC2\x9B"
         "31m",
         "\\x9b31m"}, /* C1: CSI in one character */
        {"\xE2\x80\xAE"
         "cod.exe",
         "\\u202ecod.exe"}, /* right-to-left override */
        {"\xE2\x81\xA6\xE2\x81\xA9\xD8\x9C", "\\u2066\\u2069\\u061c"},
        {"\xE2\x80\xA8", "\\u2028"},
        {"C:\\new", "C:\\new"}, /* a backslash is itself */
        {"\xC3", "\\xc3"},
        {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
        {"\xEF\xBF\xBD", "\xEF\xBF\xBD"}, /* U+FFFD itself is text */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_writes(text_escape_terminal, str_from(cases[i].in), cases[i].want);
    }
    assert_writes(text_escape_terminal, STR_NULL, "");
    assert_writes(text_escape_terminal, str_from_n("a\0b", 3), "a\\x00b");
}

static void test_csv_cells(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "'=1+1"},
        {"+49 30", "'+49 30"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
        {"1-2", "1-2"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_writes(text_escape_csv, str_from(cases[i].in), cases[i].want);
    }
    assert_writes(text_escape_csv, STR_NULL, "");
}

static void test_widths(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t want;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"\xC3\xA9", 1},
        {"e\xCC\x81", 1}, /* a combining accent */
        {"\xE6\x97\xA5\xE6\x9C\xAC", 4},
        {"\xED\x95\x9C", 2},
        {"\xF0\x9F\x98\x80", 2},
        {"\xEF\xBC\xA1", 2}, /* FULLWIDTH A */
        {"\n", 2},
        {"\x1B", 4},
        {"\xE2\x80\xAE", 6},
        {"\xFF", 4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(text_width(str_from(cases[i].in)), cases[i].want);
    }
}

/* The same numbers in every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void test_any_bytes_come_out_printable_with_the_width_foretold(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        struct buf once;
        struct buf twice;
        size_t n = next_random(&seed) % sizeof(bytes);
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (char)next_random(&seed);
        }
        buf_init(&once, 1000);
        buf_init(&twice, 1000);
        text_escape_terminal(&once, str_from_n(bytes, n));
        assert_true(str_is_utf8(buf_str(&once)));
        assert_int_equal(text_width(str_from_n(bytes, n)), text_width(buf_str(&once)));
        text_escape_terminal(&twice, buf_str(&once)); /* nothing left to escape */
        assert_true(str_eq(buf_str(&once), buf_str(&twice)));
        buf_free(&once);
        buf_free(&twice);
    }
}

static void test_distances(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        size_t want;
    } cases[] = {
        {"", "", 0},
        {"a", "", 1},
        {"kitten", "sitting", 3},
        {"hostPort", "hostport", 0},
        {"tokn", "token", 1},
        {"tokenTpye", "tokenType", 2},
        {"abc", "xyz", 3},
        {"flaw", "lawn", 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str a = str_from(cases[i].a);
        struct str b = str_from(cases[i].b);
        assert_int_equal(text_distance(a, b, 10), cases[i].want);
        assert_int_equal(text_distance(b, a, 10), cases[i].want);
        if (cases[i].want > 0) {
            assert_int_equal(text_distance(a, b, cases[i].want - 1), SIZE_MAX);
        }
    }
    char longer[200];
    memset(longer, 'x', sizeof(longer));
    assert_int_equal(text_distance(str_from_n(longer, 200), STR("x"), 300), SIZE_MAX);
    assert_int_equal(text_distance(str_from_n(longer, 200), str_from_n(longer, 200), 1), 0);
    char upper[200];
    memset(upper, 'X', sizeof(upper));
    assert_int_equal(text_distance(str_from_n(longer, 200), str_from_n(upper, 200), 1), 0);
}

/* The definition, slow: what it takes to make the ends of a and b equal. */
static size_t slow_distance(struct str a, struct str b)
{
    if (a.n == 0 || b.n == 0) {
        return a.n + b.n;
    }
    struct str shorter_a = str_sub(a, 1, a.n);
    struct str shorter_b = str_sub(b, 1, b.n);
    size_t best = slow_distance(shorter_a, shorter_b) + (a.p[0] != b.p[0]);
    size_t deleted = slow_distance(shorter_a, b) + 1;
    size_t inserted = slow_distance(a, shorter_b) + 1;
    best = deleted < best ? deleted : best;
    return inserted < best ? inserted : best;
}

static void test_distance_is_what_its_definition_says(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int round = 0; round < 2000; round++) {
        char a[6];
        char b[6];
        for (size_t i = 0; i < sizeof(a); i++) {
            a[i] = (char)('a' + next_random(&seed) % 3);
            b[i] = (char)('a' + next_random(&seed) % 3);
        }
        struct str left = str_from_n(a, next_random(&seed) % 7);
        struct str right = str_from_n(b, next_random(&seed) % 7);
        assert_int_equal(text_distance(left, right, 100), slow_distance(left, right));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminal_controls_become_visible),
        cmocka_unit_test(test_csv_cells),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_any_bytes_come_out_printable_with_the_width_foretold),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_distance_is_what_its_definition_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
