/*
 * run_status - tells OpenMetadata's user interface about a run: the status of an ingestion
 * pipeline (ingestionPipelineFQN), with one summary a step.
 */
#ifndef OM_RUN_STATUS_H
#define OM_RUN_STATUS_H

#include "om/api.h"

enum om_run_state {
    OM_RUN_STATE_RUNNING,
    OM_RUN_STATE_SUCCESS,
    OM_RUN_STATE_PARTIAL,
    OM_RUN_STATE_FAILED
};

struct om_status_failure {
    struct str name;
    struct str error;
};

struct om_status_step {
    const char *name;
    int64_t records;
    int64_t updated;
    int64_t warnings;
    int64_t errors;
    int64_t filtered;
    const struct om_status_failure *failures;
    size_t failure_count;
};

struct om_run_status {
    struct str pipeline; /* FQN of the ingestion pipeline */
    struct str run_id;
    enum om_run_state state;
    int64_t started_ms;
    int64_t now_ms;
    const struct om_status_step *steps;
    size_t step_count;
};

/* The request's body. */
void om_run_status_write(const struct om_run_status *status, struct buf *out);
/* Sends it and waits, at most 30 s. An error is for a warning: the run goes on without it. */
enum status om_run_status_send(const struct om_api *api, const struct om_run_status *status,
                               const struct clock *clock, struct error *err) WARN_UNUSED;

#endif
