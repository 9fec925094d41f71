#include "app/cli/publish_view.h"

#include "app/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const step_names[OM_STEP_COUNT] = {
    "Published tags",    "Published data models", "Published charts", "Published dashboards",
    "Published lineage", "Published usage",       "Published runs"};

static const char *phase_name(enum om_phase phase)
{
    switch (phase) {
    case OM_PHASE_CONNECT:
        return "Connecting to OpenMetadata";
    case OM_PHASE_READ:
        return "Reading OpenMetadata";
    case OM_PHASE_TAGS:
        return "Publishing tags";
    case OM_PHASE_CELLS:
        return "Publishing data models and charts";
    case OM_PHASE_DASHBOARDS:
        return "Publishing dashboards";
    case OM_PHASE_LINEAGE:
        return "Publishing lineage";
    case OM_PHASE_USAGE:
        return "Publishing usage";
    case OM_PHASE_RUNS:
        return "Publishing runs";
    case OM_PHASE_DELETE:
        return "Deleting";
    }
    return "Finishing";
}

void publish_view_progress(void *ctx, const struct om_progress *progress)
{
    const struct progress_state state = {.phase = phase_name(progress->phase),
                                         .done = progress->done,
                                         .total = progress->total,
                                         .left_this_minute = -1,
                                         .warnings = progress->warnings,
                                         .failures = progress->failures};
    run_view_progress(ctx, &state);
}

/* The failures in the shape that the summary wants; NULL without any (or without memory). */
static struct summary_failure *failures_of(struct om_summary *summary, size_t *count)
{
    size_t kept = 0;
    for (const struct om_failure *f = summary->failures; f != NULL; f = f->next) {
        kept++;
    }
    struct summary_failure *failures = arena_array(&summary->arena, kept, sizeof(*failures));
    *count = failures != NULL ? kept : 0;
    const struct om_failure *f = summary->failures;
    for (size_t i = 0; i < *count; i++, f = f->next) {
        failures[i].name = f->object;
        failures[i].error = f->message;
    }
    return failures;
}

void publish_view_steps(struct om_summary *summary, struct summary_step *steps)
{
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        const struct om_step *step = &summary->steps[i];
        int64_t good = step->records - step->errors;
        steps[i] = (struct summary_step){.name = step_names[i],
                                         .records = good < 0 ? 0 : good,
                                         .updated_records =
                                             step->created + step->updated + step->deleted,
                                         .warnings = step->warnings,
                                         .errors = step->errors,
                                         .filtered = step->filtered};
    }
    struct summary_step *last = &steps[OM_STEP_DASHBOARDS];
    last->failures = failures_of(summary, &last->failure_count);
}

void publish_view_tell(const struct cli *cli, const struct om_summary *summary)
{
    int64_t created = 0;
    int64_t updated = 0;
    int64_t deleted = 0;
    int64_t kept = 0;
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        created += summary->steps[i].created;
        updated += summary->steps[i].updated;
        deleted += summary->steps[i].deleted;
        kept += summary->steps[i].kept;
    }
    cli_say(cli,
            "OpenMetadata: %" PRId64 " created, %" PRId64 " updated, %" PRId64
            " deleted; %" PRId64 " request%s, %" PRId64 " of them writes.",
            created, updated, deleted, summary->requests, summary->requests == 1 ? "" : "s",
            summary->writes);
    if (kept > 0) {
        cli_say(cli,
                "%" PRId64 " %s left as people made %s in OpenMetadata; 'hexmeta plan' "
                "names %s.",
                kept, kept == 1 ? "is" : "are", kept == 1 ? "it" : "them",
                kept == 1 ? "it" : "them");
    }
    if (summary->private_projects > 0) {
        bool is_one = summary->private_projects == 1;
        cli_say(cli,
                "%" PRId64 " project%s published that neither the workspace nor a "
                "collection may see in Hex; hexmeta.visibility: workspace leaves %s out.",
                summary->private_projects, is_one ? " is" : "s are", is_one ? "it" : "them");
    }
    if (summary->held_back > 0) {
        cli_say(cli,
                "Held back: %" PRId64 " deletion%s. If that is right, run once with "
                "--accept-deletes.",
                summary->held_back, summary->held_back == 1 ? "" : "s");
    }
}

const char *publish_view_remedy(enum status status)
{
    switch (status) {
    case ERR_AUTH:
        return "Check workflowConfig.openMetadataServerConfig.securityConfig.jwtToken: it is "
               "the token of ingestion-bot, in OpenMetadata under Settings, Bots.";
    case ERR_FORBIDDEN:
        return "The bot of this token needs the role of OpenMetadata's ingestion bots.";
    case ERR_NETWORK:
    case ERR_RATE:
        return "Check workflowConfig.openMetadataServerConfig.hostPort and the network. What "
               "was written is remembered; the next run goes on from there.";
    default:
        return NULL;
    }
}

/* ---- the ingestion pipeline ---- */

static struct str run_id_of(const struct publish_pipeline *pipeline)
{
    struct str configured = pipeline->config->publish.run_id;
    return str_is_empty(configured) ? str_from(pipeline->run_id) : configured;
}

static enum status report(const struct publish_pipeline *pipeline, enum om_run_state state,
                          const struct om_status_step *steps, size_t count)
{
    const struct config *config = pipeline->config;
    const struct om_run_status status = {.pipeline = config->publish.pipeline,
                                         .run_id = run_id_of(pipeline),
                                         .state = state,
                                         .started_ms = pipeline->started_ms,
                                         .now_ms = clock_wall_ms(&pipeline->cli->clock),
                                         .steps = steps,
                                         .step_count = count};
    return publish_report(config, &pipeline->cli->clock, &status);
}

void publish_view_begin(struct publish_pipeline *pipeline, struct run_view *view,
                        const struct config *config)
{
    const struct cli *cli = view->cli;
    uint64_t high = clock_random(&cli->clock);
    uint64_t low = clock_random(&cli->clock);
    *pipeline = (struct publish_pipeline){
        .cli = cli, .view = view, .config = config, .started_ms = clock_wall_ms(&cli->clock)};
    /* A UUID of version 4. */
    (void)snprintf(pipeline->run_id, sizeof(pipeline->run_id),
                   "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(high >> 32),
                   (unsigned)(high >> 16 & 0xFFFF), (unsigned)(high & 0xFFF),
                   (unsigned)(0x8000 | (low >> 48 & 0x3FFF)), low & 0xFFFFFFFFFFFF);
    pipeline->is_unknown = report(pipeline, OM_RUN_STATE_RUNNING, NULL, 0) == ERR_NOT_FOUND;
    view->live = publish_live_begin(config, &cli->clock, run_id_of(pipeline));
}

/* A step's failures in the server's form; NULL without any. */
static struct om_status_failure *failures_for(const struct summary_step *step)
{
    struct om_status_failure *failures =
        step->failure_count > 0 ? calloc(step->failure_count, sizeof(*failures)) : NULL;
    for (size_t i = 0; failures != NULL && i < step->failure_count; i++) {
        failures[i] =
            (struct om_status_failure){step->failures[i].name, step->failures[i].error};
    }
    return failures;
}

void publish_view_finish(const struct publish_pipeline *pipeline, const struct summary *summary)
{
    struct om_status_step *steps = calloc(summary->step_count + 1, sizeof(*steps));
    int64_t errors = 0;
    publish_live_end(pipeline->view->live, summary->exit_code == EXIT_CODE_OK);
    pipeline->view->live = NULL;
    if (steps == NULL || pipeline->is_unknown) {
        free(steps);
        return; /* the run itself went as it went */
    }
    for (size_t i = 0; i < summary->step_count; i++) {
        const struct summary_step *step = &summary->steps[i];
        struct om_status_failure *failures = failures_for(step);
        steps[i] = (struct om_status_step){.name = step->name,
                                           .records = step->records,
                                           .updated = step->updated_records,
                                           .warnings = step->warnings,
                                           .errors = step->errors,
                                           .filtered = step->filtered,
                                           .failures = failures,
                                           .failure_count =
                                               failures != NULL ? step->failure_count : 0};
        errors += step->errors;
    }
    (void)report(pipeline,
                 summary->exit_code != EXIT_CODE_OK ? OM_RUN_STATE_FAILED
                 : errors > 0                       ? OM_RUN_STATE_PARTIAL
                                                    : OM_RUN_STATE_SUCCESS,
                 steps, summary->step_count);
    for (size_t i = 0; i < summary->step_count; i++) {
        free((void *)(uintptr_t)steps[i].failures);
    }
    free(steps);
}
