#include "base/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_values_count_and_are_set(void **state)
{
    (void)state;
    assert_int_equal(metrics_get(METRIC_HTTP_REQUESTS), 0);
    metrics_add(METRIC_HTTP_REQUESTS, 2);
    metrics_add(METRIC_HTTP_REQUESTS, 3);
    metrics_set(METRIC_PROJECTS_LISTED, 300);
    metrics_set(METRIC_PROJECTS_LISTED, 250);
    assert_int_equal(metrics_get(METRIC_HTTP_REQUESTS), 5);
    assert_int_equal(metrics_get(METRIC_PROJECTS_LISTED), 250);
}

static void test_every_metric_is_printed_with_help_and_type(void **state)
{
    (void)state;
    struct buf out;
    size_t lines = 0;
    buf_init(&out, 100000);
    metrics_write(&out);
    assert_int_equal(buf_status(&out), OK);
    assert_true(str_contains(buf_str(&out), "# HELP hexmeta_http_requests_total "));
    assert_true(str_contains(buf_str(&out), "# TYPE hexmeta_http_requests_total counter\n"
                                            "hexmeta_http_requests_total 5\n"));
    assert_true(str_contains(buf_str(&out), "\nhexmeta_projects_listed 250\n"));
    assert_false(str_contains(buf_str(&out), "(null)"));
    for (size_t i = 0; i < out.size; i++) {
        lines += out.data[i] == '\n';
    }
    assert_int_equal(lines, METRIC_COUNT * 3);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_count_and_are_set),
        cmocka_unit_test(test_every_metric_is_printed_with_help_and_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
