#include "domain/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void test_cron_of_hex_schedules(void **state)
{
    static const struct {
        const char *cadence;
        int64_t minute;
        int64_t hour;
        int64_t day;
        const char *weekday;
        const char *cron;
        const char *want; /* NULL: unknown */
    } cases[] = {
        {"HOURLY", 5, -1, -1, NULL, NULL, "5 * * * *"},
        {"HOURLY", 0, -1, -1, NULL, NULL, "0 * * * *"},
        {"HOURLY", 60, -1, -1, NULL, NULL, NULL},
        {"HOURLY", -1, 3, -1, NULL, NULL, NULL},
        {"DAILY", 30, 6, -1, NULL, NULL, "30 6 * * *"},
        {"DAILY", 59, 23, -1, NULL, NULL, "59 23 * * *"},
        {"DAILY", 30, 24, -1, NULL, NULL, NULL},
        {"DAILY", 30, -1, -1, NULL, NULL, NULL},
        {"WEEKLY", 15, 8, -1, "SUNDAY", NULL, "15 8 * * 0"},
        {"WEEKLY", 15, 8, -1, "SATURDAY", NULL, "15 8 * * 6"},
        {"WEEKLY", 15, 8, -1, "monday", NULL, "15 8 * * 1"},
        {"WEEKLY", 15, 8, -1, "MON", NULL, NULL},
        {"WEEKLY", 15, 8, -1, NULL, NULL, NULL},
        {"MONTHLY", 0, 0, 1, NULL, NULL, "0 0 1 * *"},
        {"MONTHLY", 0, 0, 31, NULL, NULL, "0 0 31 * *"},
        {"MONTHLY", 0, 0, 0, NULL, NULL, NULL},
        {"MONTHLY", 0, 0, 32, NULL, NULL, NULL},
        {"CUSTOM", -1, -1, -1, NULL, "  */5 * * * MON-FRI ", "*/5 * * * MON-FRI"},
        {"CUSTOM", -1, -1, -1, NULL, "@daily", "@daily"},
        {"CUSTOM", -1, -1, -1, NULL, "   ", NULL},
        {"CUSTOM", 5, 5, 5, NULL, NULL, NULL},
        {"YEARLY", 5, 5, 5, "MONDAY", "* * * * *", NULL},
        {NULL, 5, 5, 5, "MONDAY", "* * * * *", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct schedule_fields fields = {
            .minute = cases[i].minute,
            .hour = cases[i].hour,
            .day = cases[i].day,
            .weekday = str_from(cases[i].weekday),
            .cron = str_from(cases[i].cron),
        };
        struct str got;
        assert_int_equal(schedule_cron(str_from(cases[i].cadence), &fields, &arena, &got), OK);
        if (!str_eq(got, str_from(cases[i].want))) {
            fail_msg("case %zu: got '%.*s'", i, STR_ARG(got));
        }
    }
}

static void test_cron_text(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        {"* * * * *", true},
        {"0 6 * * 1", true},
        {"  0\t6  * * 1 ", true},
        {"*/15 0-6,18-23 1,15 JAN-mar MON", true},
        {"0 0 * * 7", true},
        {"0 0 * * SUN", true},
        {"5-59/10 * * * *", true},
        {"0 0 31 12 0", true},
        {"", false},
        {"* * * *", false},
        {"* * * * * *", false},
        {"60 * * * *", false},
        {"* 24 * * *", false},
        {"* * 0 * *", false},
        {"* * 32 * *", false},
        {"* * * 13 *", false},
        {"* * * 0 *", false},
        {"* * * * 8", false},
        {"* * * MON *", false},
        {"*/0 * * * *", false},
        {"*/ * * * *", false},
        {"/5 * * * *", false},
        {"5- * * * *", false},
        {"9-5 * * * *", false},
        {"1,,2 * * * *", false},
        {", * * * *", false},
        {"-1 * * * *", false},
        {"+1 * * * *", false},
        {"99999999999999999999 * * * *", false},
        {"1/2/3 * * * *", false},
        {"@daily", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (schedule_cron_is_valid(str_from(cases[i].text)) != cases[i].want) {
            fail_msg("'%s' should be %s", cases[i].text, cases[i].want ? "valid" : "refused");
        }
    }
    assert_false(schedule_cron_is_valid(STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cron_of_hex_schedules, set_up, tear_down),
        cmocka_unit_test(test_cron_text),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
