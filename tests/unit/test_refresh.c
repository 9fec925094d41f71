#include "domain/refresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_offsets_are_spread_and_stay(void **state)
{
    enum { IDS = 10000, DAYS = 4 };
    size_t days[DAYS] = {0};
    (void)state;
    for (size_t i = 0; i < IDS; i++) {
        char id[32];
        (void)snprintf(id, sizeof(id), "0198-%zu", i);
        int64_t offset = refresh_offset_ms(str_from(id));
        assert_in_range(offset + REFRESH_SPREAD_MS, 0, 2 * REFRESH_SPREAD_MS);
        assert_int_equal(offset, refresh_offset_ms(str_from(id)));
        size_t day = (size_t)((offset + REFRESH_SPREAD_MS) / (REFRESH_SPREAD_MS / 2));
        days[day < DAYS ? day : DAYS - 1]++;
    }
    for (size_t i = 0; i < DAYS; i++) {
        assert_in_range(days[i], IDS / DAYS * 9 / 10, IDS / DAYS * 11 / 10);
    }
}

static void test_share_of_an_hour(void **state)
{
    static const struct {
        int64_t per_minute;
        int64_t per_hour;
        int64_t want;
    } cases[] = {
        {60, 1800, 180}, {60, 0, 360},         {0, 1800, 180},     {10, 1800, 60},
        {60, 9, 0},      {0, 0, INT64_MAX},    {INT64_MAX, 15, 1}, {0, INT64_MAX, INT64_MAX},
        {1, 3600, 6},    {60, INT64_MAX, 360},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(refresh_requests_per_hour(cases[i].per_minute, cases[i].per_hour),
                         cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets_are_spread_and_stay),
        cmocka_unit_test(test_share_of_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
