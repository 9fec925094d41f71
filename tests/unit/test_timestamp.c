#include "base/timestamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The milliseconds were computed by Python's datetime. */
static const struct {
    const char *text;
    int64_t ms;
} instants[] = {
    {"1970-01-01T00:00:00Z", 0LL},
    {"2024-08-21T17:16:09.567Z", 1724260569567LL},
    {"1969-12-31T23:59:59.999Z", -1LL},
    {"0001-01-01T00:00:00Z", -62135596800000LL},
    {"9999-12-31T23:59:59.999Z", 253402300799999LL},
    {"2000-02-29T12:00:00Z", 951825600000LL},
    {"1900-03-01T00:00:00Z", -2203891200000LL},
    {"2024-02-29T23:59:59.001Z", 1709251199001LL},
    {"2024-12-31T23:59:59Z", 1735689599000LL},
    {"2026-11-24T04:08:40.120Z", 1795493320120LL},
    {"7044-04-21T22:51:00.279Z", 160129608660279LL},
    {"0862-05-05T22:39:51.376Z", -34954248008624LL},
    {"1680-03-01T05:38:46.443Z", -9146283673557LL},
    {"3830-12-26T05:05:29.333Z", 58726962329333LL},
    {"1534-03-14T01:13:52.088Z", -13752629167912LL},
    {"9831-02-15T10:38:50.329Z", 248073100730329LL},
    {"1055-06-11T13:28:58.150Z", -28860661861850LL},
};

static const struct {
    const char *text;
    int64_t ms;
} other_forms[] = {
    {"2024-08-21T19:16:09.567+02:00", 1724260569567LL},
    {"2024-08-21T12:46:09-04:30", 1724260569000LL},
    {"2024-08-21T12:46:09-0430", 1724260569000LL},
    {"2024-08-21T19:16:09+02", 1724260569000LL},
    {"2024-08-21T17:16:09.123456789Z", 1724260569123LL},
    {"2024-08-21T17:16:09.5Z", 1724260569500LL},
    {"2024-08-21t17:16:09z", 1724260569000LL},
    {"2024-08-21 17:16:09Z", 1724260569000LL},
    {"2016-12-31T23:59:60Z", 1483228800000LL}, /* a leap second is the next minute's first */
};

static const char *const refused[] = {
    "",
    "2024",
    "2024-08-21",
    "2024-08-21T17:16Z",
    "2024-08-21T17:16:09",
    "2024-08-21T17:16:09.Z",
    "2024-08-21T17:16:09,5Z",
    "2024-08-21T17:16:09ZZ",
    "2024-08-21T17:16:09 Z",
    " 2024-08-21T17:16:09Z",
    "2024-8-21T17:16:09Z",
    "02024-08-21T17:16:09Z",
    "-024-08-21T17:16:09Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:61Z",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00+00:60",
    "2024-01-01T00:00:00+5",
    "2024-01-01T00:00:00+05:",
    "2024-01-01T00:00:00+05:3",
    "2024-01-01T00:00:00+",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2024-01-01T00:00:0\303\251Z",
};

static void test_instants_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
        int64_t ms = 0;
        char text[TIMESTAMP_TEXT_SIZE];
        assert_true(timestamp_parse(str_from(instants[i].text), &ms));
        assert_int_equal(ms, instants[i].ms);
        timestamp_format(ms, text);
        assert_int_equal(strlen(text), 24);
        assert_memory_equal(text, instants[i].text, 19);
        assert_string_equal(text + 19,
                            strlen(instants[i].text) == 20 ? ".000Z" : instants[i].text + 19);
    }
}

static void test_offsets_and_fractions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(other_forms) / sizeof(other_forms[0]); i++) {
        int64_t ms = 0;
        if (!timestamp_parse(str_from(other_forms[i].text), &ms)) {
            fail_msg("refused: %s", other_forms[i].text);
        }
        assert_int_equal(ms, other_forms[i].ms);
    }
}

static void test_everything_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int64_t ms = 0;
        if (timestamp_parse(str_from(refused[i]), &ms)) {
            fail_msg("accepted: %s", refused[i]);
        }
        assert_true(ms == TIMESTAMP_NONE);
    }
    int64_t ms = 0;
    assert_false(timestamp_parse(STR_NULL, &ms));
    assert_false(timestamp_parse(str_from_n("2024-01-01T00:00:00Z\0", 21), &ms));
}

static void test_every_day_of_four_centuries_comes_back(void **state)
{
    (void)state;
    int64_t first = timestamp_from_civil(1899, 12, 31, 0, 0, 0);
    for (int64_t day = 0; day < 146097 + 2; day++) {
        char text[TIMESTAMP_TEXT_SIZE];
        int64_t ms = first + day * 86400000 + day % 86400000;
        int64_t back;
        timestamp_format(ms, text);
        assert_true(timestamp_parse(str_from(text), &back));
        assert_int_equal(back, ms);
    }
}

static void test_what_four_digits_cannot_say_is_empty(void **state)
{
    (void)state;
    static const int64_t times[] = {TIMESTAMP_NONE, INT64_MAX, -62135596800001LL,
                                    253402300800000LL};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char text[TIMESTAMP_TEXT_SIZE] = "x";
        timestamp_format(times[i], text);
        assert_string_equal(text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instants_are_read_and_written),
        cmocka_unit_test(test_offsets_and_fractions),
        cmocka_unit_test(test_everything_else_is_refused),
        cmocka_unit_test(test_every_day_of_four_centuries_comes_back),
        cmocka_unit_test(test_what_four_digits_cannot_say_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
