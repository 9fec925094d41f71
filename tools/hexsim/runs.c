#include "hexsim/runs.h"

#include <stdio.h>
#include <string.h>

static const char *pick_status(struct rng *rng, size_t number)
{
    static const char *const ended[] = {"COMPLETED",
                                        "COMPLETED",
                                        "COMPLETED",
                                        "COMPLETED",
                                        "ERRORED",
                                        "KILLED",
                                        "UNABLE_TO_ALLOCATE_KERNEL"};
    size_t dice = rng_below(rng, 20);
    if (number == 0 && dice == 0) {
        return "PENDING";
    }
    if (number == 0 && dice < 3) {
        return "RUNNING";
    }
    return ended[rng_below(rng, sizeof(ended) / sizeof(ended[0]))];
}

struct sim_run *runs_make(const struct workspace *w, const struct sim_project *p,
                          struct arena *arena)
{
    static const char *const triggers[] = {"SCHEDULED", "SCHEDULED", "API", "APP_REFRESH"};
    struct rng rng = rng_for(w->options.seed, "runs", workspace_index(w, p));
    struct sim_run *runs = sim_alloc(arena, (p->run_count + 1) * sizeof(*runs));
    int64_t when = w->options.now_ms;
    for (size_t i = 0; i < p->run_count; i++) {
        struct sim_run *r = &runs[i];
        when -= rng_between(&rng, 60000, 7200000);
        r->status = pick_status(&rng, i);
        r->trigger = triggers[rng_below(&rng, 4)];
        r->version = (int)(1 + rng_below(&rng, 40));
        r->start_ms = strcmp(r->status, "PENDING") == 0 ? TIMESTAMP_NONE : when;
        r->end_ms = TIMESTAMP_NONE;
        r->elapsed_ms = -1;
        r->id = rng_uuid(&rng, arena, when);
        int64_t duration = rng_between(&rng, 900, 55000);
        if (strcmp(r->status, "PENDING") != 0 && strcmp(r->status, "RUNNING") != 0) {
            r->end_ms = when + duration;
            r->elapsed_ms = duration;
        }
    }
    return runs;
}

void runs_write(const struct workspace *w, const struct sim_project *p,
                const struct sim_run *run, struct str trace_id, struct json_out *out)
{
    char url[512];
    (void)snprintf(url, sizeof(url), "%.*s/%.*s/hex/%.*s/draft/logic?runId=%.*s",
                   STR_ARG(w->host_url), STR_ARG(w->id), STR_ARG(p->id), STR_ARG(run->id));
    json_out_object(out);
    json_out_field_str(out, "projectId", p->id);
    json_out_field_int(out, "projectVersion", run->version);
    json_out_field_str(out, "runId", run->id);
    json_out_field_cstr(out, "runUrl", url);
    json_out_field_cstr(out, "status", run->status);
    json_out_field_cstr(out, "runTrigger", run->trigger);
    json_out_field_time(out, "startTime", run->start_ms);
    json_out_field_time(out, "endTime", run->end_ms);
    json_out_key(out, "elapsedTime");
    if (run->elapsed_ms < 0) {
        json_out_null(out);
    } else {
        json_out_int(out, run->elapsed_ms);
    }
    json_out_field_str(out, "traceId", trace_id);
    json_out_object_end(out);
}
