#include "app/cli/publish_view.h"

#include <inttypes.h>

static const char *const step_names[OM_STEP_COUNT] = {
    "Published tags",       "Published data models", "Published charts",
    "Published dashboards", "Published lineage",     "Published usage"};

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
    case OM_PHASE_DELETE:
        return "Deleting";
    case OM_PHASE_DONE:
        break;
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
            " deleted; %" PRId64 " requests, %" PRId64 " of them writes.",
            created, updated, deleted, summary->requests, summary->writes);
    if (kept > 0) {
        cli_say(cli,
                "%" PRId64 " are left as people made them in OpenMetadata; 'hexmeta plan' "
                "names them.",
                kept);
    }
    if (summary->private_projects > 0) {
        cli_say(cli,
                "%" PRId64 " projects are published that neither the workspace nor a "
                "collection may see in Hex; hexmeta.visibility: workspace leaves them out.",
                summary->private_projects);
    }
    if (summary->held_back > 0) {
        cli_say(cli,
                "Held back: %" PRId64 " deletions. If they are right, run once with "
                "--accept-deletes.",
                summary->held_back);
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
