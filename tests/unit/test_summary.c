#include "app/cli/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct summary_failure failures[] = {
    {STR_NULL, STR_NULL},
};

static const struct summary_step steps[] = {
    {.name = "Hex", .records = 120, .updated_records = 3, .warnings = 1, .filtered = 7},
    {.name = "Details", .records = 2, .errors = 1, .failures = failures, .failure_count = 1},
};

static const struct summary example = {.command = "ingest",
                                       .exit_code = EXIT_CODE_FAILED,
                                       .started_ms = 1700000000000,
                                       .ended_ms = 1700000061500,
                                       .steps = steps,
                                       .step_count = 2,
                                       .catalog = {"/c", 2}};

static void test_text(void **state)
{
    struct error err = ERROR_INIT;
    struct buf got;
    (void)state;
    buf_init(&got, 10000);
    assert_int_equal(summary_write_text(&example, &got, &err), OK);
    assert_string_equal(buf_cstr(&got),
                        "Step     Records  Updated  Warnings  Errors  Filtered  Success %\n"
                        "Hex          120        3         1       0         7      100.0\n"
                        "Details        2        0         0       1         0       66.7\n"
                        "ingest finished with failures after 62 s, 1 error, named above.\n");
    buf_free(&got);
}

static void test_json(void **state)
{
    struct buf got;
    (void)state;
    buf_init(&got, 10000);
    summary_write_json(&example, &got);
    assert_string_equal(
        buf_cstr(&got),
        "{\"command\":\"ingest\",\"exitCode\":1,\"result\":\"finished with failures\","
        "\"startedAt\":\"2023-11-14T22:13:20.000Z\",\"endedAt\":\"2023-11-14T22:14:21.500Z\","
        "\"catalog\":\"/c\",\"steps\":["
        "{\"name\":\"Hex\",\"records\":120,\"updated_records\":3,\"warnings\":1,\"errors\":0,"
        "\"filtered\":7,\"failures\":[]},"
        "{\"name\":\"Details\",\"records\":2,\"updated_records\":0,\"warnings\":0,\"errors\":1,"
        "\"filtered\":0,\"failures\":[{\"name\":null,\"error\":null,\"stackTrace\":null}]}]}"
        "\n");
    buf_free(&got);
}

static void test_success_percent(void **state)
{
    static const struct {
        int64_t records;
        int64_t errors;
        double want;
    } cases[] = {{0, 0, 100.0}, {10, 0, 100.0}, {0, 3, 0.0}, {1, 1, 50.0}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct summary_step step = {.records = cases[i].records,
                                          .errors = cases[i].errors};
        assert_true(summary_success_percent(&step) == cases[i].want);
    }
}

static void test_exit_code_of_several_causes(void **state)
{
    static const struct {
        enum exit_code a;
        enum exit_code b;
        enum exit_code want;
    } cases[] = {
        {EXIT_CODE_OK, EXIT_CODE_OK, EXIT_CODE_OK},
        {EXIT_CODE_OK, EXIT_CODE_FAILED, EXIT_CODE_FAILED},
        {EXIT_CODE_FAILED, EXIT_CODE_AUTH, EXIT_CODE_AUTH},
        {EXIT_CODE_UNREACHABLE, EXIT_CODE_AUTH, EXIT_CODE_AUTH},
        {EXIT_CODE_UNREACHABLE, EXIT_CODE_FAILED, EXIT_CODE_UNREACHABLE},
        {EXIT_CODE_BRAKE, EXIT_CODE_FAILED, EXIT_CODE_FAILED},
        {EXIT_CODE_CHANGES, EXIT_CODE_BRAKE, EXIT_CODE_BRAKE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(exit_code_first(cases[i].a, cases[i].b), cases[i].want);
        assert_int_equal(exit_code_first(cases[i].b, cases[i].a), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_success_percent),
        cmocka_unit_test(test_exit_code_of_several_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
