#include "io/http_forecast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_a_pace_decides(void **state)
{
    enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
    static const struct {
        int64_t requests;
        int64_t per_minute;
        int64_t per_hour;
        int64_t least_ms; /* the pace may have a little to spare */
        int64_t most_ms;
    } cases[] = {
        {1000000, 0, 0, 0, 0},
        {0, 60, 1800, 0, 0},
        {60, 60, 1800, 0, MINUTE},
        {61, 60, 1800, SECOND, MINUTE + 2 * SECOND},
        {600, 60, 0, 9 * MINUTE, 10 * MINUTE},
        {1800, 60, 1800, 29 * MINUTE, 31 * MINUTE},
        {1801, 60, 1800, 59 * MINUTE, HOUR + MINUTE},
        {18000, 60, 1800, 9 * HOUR, 10 * HOUR},
        {1801, 0, 1800, 59 * MINUTE, HOUR + MINUTE},
        {7200, 60, INT64_MAX, 119 * MINUTE, 122 * MINUTE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got = -1;
        assert_int_equal(
            http_forecast_ms(cases[i].requests, cases[i].per_minute, cases[i].per_hour, &got),
            OK);
        assert_in_range(got, cases[i].least_ms, cases[i].most_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_pace_decides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
