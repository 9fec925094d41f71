/*
 * runs - the past runs of a simulated project, newest first.
 */
#ifndef HEXSIM_RUNS_H
#define HEXSIM_RUNS_H

#include "base/json_out.h"
#include "hexsim/workspace.h"

struct sim_run {
    struct str id;
    const char *status;
    const char *trigger;
    int64_t start_ms;   /* TIMESTAMP_NONE: not started */
    int64_t end_ms;     /* TIMESTAMP_NONE: not ended */
    int64_t elapsed_ms; /* -1: null */
    int version;
};

/* project->run_count runs in arena. */
struct sim_run *runs_make(const struct workspace *workspace, const struct sim_project *project,
                          struct arena *arena);
/* One run as Hex answers it. */
void runs_write(const struct workspace *workspace, const struct sim_project *project,
                const struct sim_run *run, struct str trace_id, struct json_out *out);

#endif
