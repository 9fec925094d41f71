#include "domain/usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static void test_differences_per_day(void **state)
{
    static const struct {
        int64_t at_ms;
        int64_t all_time;
        int64_t day;
        int64_t count;
        int changed;
    } rows[] = {
        {10 * DAY, 100, 10, 0, 0},            /* the base */
        {10 * DAY + HOUR, 103, 10, 3, 1},     /* the same day */
        {10 * DAY + 2 * HOUR, 103, 10, 3, 0}, /* nobody looked */
        {10 * DAY + 2 * HOUR, 200, 10, 3, 0}, /* not later: seen already */
        {10 * DAY + 23 * HOUR, 110, 10, 10, 1},
        {11 * DAY, 112, 11, 2, 1}, /* midnight is the next day */
        {12 * DAY, -1, 11, 2, 0},  /* unknown */
        {13 * DAY, 5, 13, 0, 0},   /* the counter was reset: a new base */
        {13 * DAY + HOUR, 6, 13, 1, 1},
    };
    struct usage_state usage = {false, 0, 0, 0, 0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(usage_observe(&usage, rows[i].at_ms, rows[i].all_time),
                         rows[i].changed);
        assert_int_equal(usage.day, rows[i].day);
        assert_int_equal(usage.count, rows[i].count);
    }
}

static void test_day(void **state)
{
    (void)state;
    assert_int_equal(usage_day(0), 0);
    assert_int_equal(usage_day(DAY - 1), 0);
    assert_int_equal(usage_day(-1), -1);
    assert_int_equal(usage_day(-DAY), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences_per_day),
        cmocka_unit_test(test_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
