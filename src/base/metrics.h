/*
 * metrics - counters and gauges of this process, printed as Prometheus text.
 *
 * A fixed set: one enum value, one row in the table of metrics.c. Values are process-wide,
 * atomic and start at 0.
 */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include "base/buf.h"

enum metric {
    METRIC_HTTP_REQUESTS,       /* sent, retries included */
    METRIC_HTTP_RETRIES,        /* sent again after a failure */
    METRIC_HTTP_RATE_LIMITED,   /* answers 429 */
    METRIC_HTTP_FAILURES,       /* requests given up */
    METRIC_HTTP_RECEIVED_BYTES, /* bodies, after decompression */
    METRIC_PROJECTS_LISTED,
    METRIC_PROJECTS_READ,        /* with details, this run */
    METRIC_PROJECTS_FAILED,      /* details not to be had, this run */
    METRIC_LAST_SUCCESS_SECONDS, /* unix time of the last complete sync */
    METRIC_COUNT
};

/* Safe from any thread. */
void metrics_add(enum metric metric, int64_t n);
void metrics_set(enum metric metric, int64_t value);
int64_t metrics_get(enum metric metric);
/* All of them in the text exposition format 0.0.4. */
void metrics_write(struct buf *out);

#endif
