#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void test_null_and_empty_are_different(void **state)
{
    (void)state;
    assert_true(str_is_null(STR_NULL) && str_is_empty(STR_NULL));
    assert_false(str_is_null(STR("")));
    assert_true(str_is_empty(STR("")));
    assert_true(str_eq(STR_NULL, STR_NULL));
    assert_false(str_eq(STR_NULL, STR("")));
    assert_false(str_eq_nocase(STR(""), STR_NULL));
    assert_true(str_is(STR(""), ""));
    assert_false(str_is(STR_NULL, ""));
    assert_true(str_is_null(str_from(NULL)));
    assert_true(str_is_null(str_sub(STR_NULL, 3, 4)));
}

static void test_comparison_is_by_bytes_with_null_first(void **state)
{
    (void)state;
    static const struct str sorted[] = {{NULL, 0},       {"", 0},    {"A", 1}, {"A\0", 2},
                                        {"AB", 2},       {"B", 1},   {"a", 1}, {"ab", 2},
                                        {"\xC3\xA9", 2}, {"\xFF", 1}};
    for (size_t i = 0; i < COUNT_OF(sorted); i++) {
        for (size_t j = 0; j < COUNT_OF(sorted); j++) {
            int order = str_compare(sorted[i], sorted[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(str_eq(sorted[i], sorted[j]), i == j);
            assert_int_equal(str_qsort(&sorted[i], &sorted[j]), order);
        }
    }
    assert_int_equal(str_compare_nocase(STR("aB"), STR("Ab")), 0);
    assert_true(str_compare_nocase(STR("a"), STR("B")) < 0);
    assert_true(str_compare_nocase(STR("a"), STR("AB")) < 0);
    assert_true(str_eq_nocase(STR("Snowflake"), STR("sNOWFLAKE")));
    assert_false(str_eq_nocase(STR("\xC3\x89"), STR("\xC3\xA9"))); /* ASCII only */
    assert_false(str_eq_nocase(STR("@"), STR("`")));
}

static void test_beginnings_ends_and_places(void **state)
{
    (void)state;
    struct str s = STR("https://app.hex.tech/api");
    assert_true(str_starts_with(s, "https://") && str_starts_with(s, ""));
    assert_false(str_starts_with(s, "HTTPS://"));
    assert_true(str_starts_with_nocase(s, "HTTPS://"));
    assert_true(str_ends_with(s, "/api") && str_ends_with(s, ""));
    assert_false(str_ends_with(STR("pi"), "/api"));
    assert_false(str_starts_with(STR_NULL, ""));
    assert_int_equal(str_find(s, '/'), 6);
    assert_int_equal(str_find_last(s, '/'), 20);
    assert_int_equal(str_find(s, '?'), SIZE_MAX);
    assert_int_equal(str_find(STR_NULL, '/'), SIZE_MAX);
    assert_int_equal(str_find_last(STR_NULL, '/'), SIZE_MAX);
    assert_true(str_contains(s, "hex.tech") && str_contains(s, "api") && str_contains(s, ""));
    assert_true(str_contains(STR("aaab"), "aab"));
    assert_true(str_contains(STR("b"), "b"));
    assert_false(str_contains(s, "hex.techno"));
    assert_false(str_contains(STR("ap"), "api"));
    assert_false(str_contains(STR_NULL, "x"));
    assert_false(str_contains(STR_NULL, ""));
}

static void test_trim_and_sub(void **state)
{
    (void)state;
    assert_true(str_is(str_trim(STR(" \t\r\n\v\fa b\n ")), "a b"));
    assert_true(str_is(str_trim(STR(" \n ")), ""));
    assert_true(str_is(str_trim(STR("\xC2\xA0x")), "\xC2\xA0x"));
    assert_true(str_is_null(str_trim(STR_NULL)));
    assert_true(str_is(str_sub(STR("abcdef"), 2, 3), "cde"));
    assert_true(str_is(str_sub(STR("abcdef"), 4, SIZE_MAX), "ef"));
    assert_true(str_is(str_sub(STR("abcdef"), SIZE_MAX, SIZE_MAX), ""));
}

static void test_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_u64;
        uint64_t u64;
        bool is_i64;
        int64_t i64;
    } cases[] = {
        {"0", true, 0, true, 0},
        {"007", true, 7, true, 7},
        {"9223372036854775807", true, INT64_MAX, true, INT64_MAX},
        {"9223372036854775808", true, 9223372036854775808ULL, false, 0},
        {"18446744073709551615", true, UINT64_MAX, false, 0},
        {"18446744073709551616", false, 0, false, 0},
        {"99999999999999999999999", false, 0, false, 0},
        {"-1", false, 0, true, -1},
        {"-0", false, 0, true, 0},
        {"-9223372036854775808", false, 0, true, INT64_MIN},
        {"-9223372036854775809", false, 0, false, 0},
        {"", false, 0, false, 0},
        {"-", false, 0, false, 0},
        {"--1", false, 0, false, 0},
        {"+1", false, 0, false, 0},
        {" 1", false, 0, false, 0},
        {"1 ", false, 0, false, 0},
        {"1.0", false, 0, false, 0},
        {"0x10", false, 0, false, 0},
        {"\xD9\xA1", false, 0, false, 0}, /* ARABIC-INDIC DIGIT ONE */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t u64 = 0;
        int64_t i64 = 0;
        assert_int_equal(str_to_u64(str_from(cases[i].text), &u64), cases[i].is_u64);
        assert_true(!cases[i].is_u64 || u64 == cases[i].u64);
        if (str_to_i64(str_from(cases[i].text), &i64) != cases[i].is_i64) {
            fail_msg("str_to_i64(%s)", cases[i].text);
        }
        assert_true(!cases[i].is_i64 || i64 == cases[i].i64);
    }
    uint64_t u64;
    assert_false(str_to_u64(STR_NULL, &u64));
}

static void test_utf8_table(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t cp; /* 0: not well-formed */
    } cases[] = {
        {"A", 'A'},
        {"\x7F", 0x7F},
        {"\xC2\x80", 0x80},
        {"\xDF\xBF", 0x7FF},
        {"\xE0\xA0\x80", 0x800},
        {"\xED\x9F\xBF", 0xD7FF},
        {"\xEE\x80\x80", 0xE000},
        {"\xEF\xBF\xBD", 0xFFFD},
        {"\xEF\xBF\xBF", 0xFFFF},
        {"\xF0\x90\x80\x80", 0x10000},
        {"\xF4\x8F\xBF\xBF", 0x10FFFF},
        {"\x80", 0}, /* a continuation alone */
        {"\xBF", 0},
        {"\xC0\x80", 0}, /* overlong forms of NUL, "/" and U+07FF */
        {"\xC0\xAF", 0},
        {"\xC1\xBF", 0},
        {"\xE0\x80\xAF", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xF0\x80\x80\xAF", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xED\xA0\x80", 0}, /* surrogates */
        {"\xED\xBF\xBF", 0},
        {"\xF4\x90\x80\x80", 0}, /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", 0},
        {"\xFE", 0},
        {"\xFF", 0},
        {"\xC3", 0}, /* cut */
        {"\xE2\x82", 0},
        {"\xF0\x9F\x98", 0},
        {"\xC3\x28", 0}, /* no continuation where one must be */
        {"\xE2\x28\xA1", 0},
        {"\xE2\x82\x28", 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str s = str_from(cases[i].bytes);
        size_t at = 0;
        uint32_t cp = str_next_codepoint(s, &at);
        assert_int_equal(str_is_utf8(s), cases[i].cp != 0);
        if (cases[i].cp == 0) {
            assert_int_equal(cp, 0xFFFD);
            assert_int_equal(at, 1);
        } else {
            char back[4];
            assert_int_equal(cp, cases[i].cp);
            assert_int_equal(at, s.n);
            assert_int_equal(str_put_utf8(cp, back), s.n);
            assert_memory_equal(back, s.p, s.n);
        }
    }
    assert_true(str_is_utf8(STR_NULL));
    assert_true(str_is_utf8(str_from_n("a\0b", 3)));
}

static void test_every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110010; cp++) {
        char bytes[4];
        size_t at = 0;
        bool is_legal = cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
        struct str s = str_from_n(bytes, str_put_utf8(cp, bytes));
        assert_true(str_is_utf8(s));
        assert_int_equal(str_next_codepoint(s, &at), is_legal ? cp : 0xFFFD);
        assert_int_equal(at, s.n);
    }
}

static void test_hash_depends_on_bytes_alone(void **state)
{
    (void)state;
    char copy[] = "xrevenue";
    assert_true(str_hash(STR("revenue")) == str_hash(str_from(copy + 1)));
    assert_true(str_hash(STR("revenue")) != str_hash(STR("Revenue")));
    assert_true(str_hash(STR_NULL) == str_hash(STR("")));
    char hash[STR_HASH_DIGITS + 1];
    char other[STR_HASH_DIGITS + 1];
    str_hash_hex(STR(""), 0, hash);
    assert_string_equal(hash, "99aa06d3014798d86001c324468d497f"); /* XXH3's own test vector */
    str_hash_hex(STR(""), 1, other);
    assert_string_not_equal(hash, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_and_empty_are_different),
        cmocka_unit_test(test_comparison_is_by_bytes_with_null_first),
        cmocka_unit_test(test_beginnings_ends_and_places),
        cmocka_unit_test(test_trim_and_sub),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_utf8_table),
        cmocka_unit_test(test_every_code_point_comes_back),
        cmocka_unit_test(test_hash_depends_on_bytes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
