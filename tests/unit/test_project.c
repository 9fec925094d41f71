#include "domain/project.h"

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

static struct project example(void)
{
    return (struct project){
        .id = STR("0198c0de-0000-7000-8000-000000000001"),
        .edited_ms = 1000,
        .published_ms = TIMESTAMP_NONE,
        .results_updated_ms = TIMESTAMP_NONE,
    };
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(project_type_name(PROJECT_TYPE_COMPONENT), "COMPONENT");
    assert_string_equal(project_type_name(PROJECT_TYPE_PROJECT), "PROJECT");
    assert_string_equal(project_state_name(PROJECT_STATE_ACTIVE), "active");
    assert_string_equal(project_state_name(PROJECT_STATE_GONE), "gone");
    assert_string_equal(project_detail_name(PROJECT_DETAIL_LISTED), "listed");
    assert_string_equal(project_detail_name(PROJECT_DETAIL_DENIED), "denied");
}

static struct str content_mark(const struct project *project)
{
    struct str mark;
    assert_int_equal(project_content_mark(project, &arena, &mark), OK);
    return mark;
}

static struct str activity_mark(const struct project *project)
{
    struct str mark;
    assert_int_equal(project_activity_mark(project, &arena, &mark), OK);
    return mark;
}

static void test_content_mark_is_edit_and_publish(void **state)
{
    struct project project = example();
    (void)state;
    struct str before = content_mark(&project);
    project.views.all_time = 7;
    project.results_updated_ms = 5;
    assert_true(str_eq(before, content_mark(&project)));
    project.edited_ms++;
    struct str edited = content_mark(&project);
    assert_false(str_eq(before, edited));
    project.published_ms = 3;
    assert_false(str_eq(edited, content_mark(&project)));
}

static void test_activity_mark_is_results_and_schedules(void **state)
{
    struct project project = example();
    struct schedule schedules[20] = {
        {.cron = STR("0 6 * * *"), .timezone = STR("+01:00"), .is_enabled = true}};
    (void)state;
    struct str before = activity_mark(&project);
    project.edited_ms++;
    assert_true(str_eq(before, activity_mark(&project)));
    project.schedules = schedules;
    project.schedule_count = 1;
    struct str scheduled = activity_mark(&project);
    assert_false(str_eq(before, scheduled));
    schedules[0].is_enabled = false;
    assert_false(str_eq(scheduled, activity_mark(&project)));
    schedules[0].is_enabled = true;
    project.results_updated_ms = 1;
    assert_false(str_eq(scheduled, activity_mark(&project)));
    /* Many schedules: still every one of them counts. */
    project.schedule_count = 20;
    struct str many = activity_mark(&project);
    schedules[19].cron = STR("5 5 * * *");
    assert_false(str_eq(many, activity_mark(&project)));
}

static void test_url(void **state)
{
    static const struct {
        const char *host;
        const char *workspace;
        int64_t published_ms;
        const char *want;
    } cases[] = {
        {"https://app.hex.tech", "acme", TIMESTAMP_NONE,
         "https://app.hex.tech/acme/hex/0198c0de-0000-7000-8000-000000000001/draft/logic"},
        {"https://eu.hex.tech", "acme", 1,
         "https://eu.hex.tech/acme/app/0198c0de-0000-7000-8000-000000000001/latest"},
        {NULL, "acme", 1, NULL},
        {"https://app.hex.tech", NULL, 1, NULL},
        {"https://app.hex.tech", "", 1, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct project project = example();
        struct str url;
        project.published_ms = cases[i].published_ms;
        assert_int_equal(project_url(str_from(cases[i].host), str_from(cases[i].workspace),
                                     &project, &arena, &url),
                         OK);
        if (!str_eq(url, str_from(cases[i].want))) {
            fail_msg("case %zu: got '%.*s'", i, STR_ARG(url));
        }
    }
}

static void test_newest_run(void **state)
{
    const struct run runs[] = {
        {.status = STR("COMPLETED"), .started_ms = 10},
        {.status = STR("ERRORED"), .started_ms = 30},
        {.status = STR("COMPLETED"), .started_ms = 30},
        {.status = STR("RUNNING"), .started_ms = 20},
        {.status = STR("KILLED"), .started_ms = TIMESTAMP_NONE},
        {.status = STR("PENDING"), .started_ms = TIMESTAMP_NONE},
        {.status = STR("RUNNING"), .started_ms = TIMESTAMP_NONE},
    };
    (void)state;
    assert_int_equal(run_newest(NULL, 0), SIZE_MAX);
    assert_int_equal(run_newest(runs, 1), 0);
    assert_int_equal(run_newest(runs, 5), 1); /* the latest start, the first of equals */
    assert_int_equal(run_newest(runs, 7), 5); /* not begun: newer than all that have */
    assert_int_equal(run_newest(&runs[4], 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test_setup_teardown(test_content_mark_is_edit_and_publish, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_activity_mark_is_results_and_schedules, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_url, set_up, tear_down),
        cmocka_unit_test(test_newest_run),
    };
    return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
