#include "base/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

static const struct {
    const char *name;
    const char *type;
    const char *help;
} table[METRIC_COUNT] = {
    [METRIC_HTTP_REQUESTS] = {"hexmeta_http_requests_total", "counter",
                              "Requests sent, retries included."},
    [METRIC_HTTP_RETRIES] = {"hexmeta_http_retries_total", "counter",
                             "Requests sent again after a failure."},
    [METRIC_HTTP_RATE_LIMITED] = {"hexmeta_http_rate_limited_total", "counter",
                                  "Answers with status 429."},
    [METRIC_HTTP_FAILURES] = {"hexmeta_http_failures_total", "counter",
                              "Requests given up after their retries."},
    [METRIC_HTTP_RECEIVED_BYTES] = {"hexmeta_http_received_bytes_total", "counter",
                                    "Bytes of answer bodies after decompression."},
    [METRIC_PROJECTS_LISTED] = {"hexmeta_projects_listed", "gauge",
                                "Projects and components seen in the listing of this run."},
    [METRIC_PROJECTS_READ] = {"hexmeta_projects_read", "gauge",
                              "Projects whose details were read in this run."},
    [METRIC_PROJECTS_FAILED] = {"hexmeta_projects_failed", "gauge",
                                "Projects whose details could not be read in this run."},
    [METRIC_LAST_SUCCESS_SECONDS] = {"hexmeta_last_success_timestamp_seconds", "gauge",
                                     "Unix time of the last complete sync."},
};

static _Atomic int64_t values[METRIC_COUNT];

void metrics_add(enum metric metric, int64_t n)
{
    atomic_fetch_add_explicit(&values[metric], n, memory_order_relaxed);
}

void metrics_set(enum metric metric, int64_t value)
{
    atomic_store_explicit(&values[metric], value, memory_order_relaxed);
}

int64_t metrics_get(enum metric metric)
{
    return atomic_load_explicit(&values[metric], memory_order_relaxed);
}

void metrics_write(struct buf *out)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        (void)buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", table[i].name,
                         table[i].help, table[i].name, table[i].type, table[i].name,
                         metrics_get((enum metric)i));
    }
}
