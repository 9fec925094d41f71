#include "app/cli/catalog_path.h"
#include "app/cli/configuration.h"
#include "app/cli/dry_run.h"
#include "app/cli/publish_view.h"
#include "app/cli/run_view.h"
#include "app/cli/stop.h"
#include "app/ingest.h"

#include <inttypes.h>

#define STEPS 3

static const char *phase_name(enum sync_phase phase)
{
    switch (phase) {
    case SYNC_PHASE_CONNECT:
        return "Connecting";
    case SYNC_PHASE_LIST:
        return "Listing projects";
    case SYNC_PHASE_READ:
        return "Reading details";
    case SYNC_PHASE_PICTURES:
        return "Reading pictures";
    case SYNC_PHASE_DONE:
        break;
    }
    return "Finishing";
}

static void on_progress(void *ctx, const struct sync_progress *progress)
{
    bool has_limit = progress->left_this_minute != INT64_MAX;
    const struct progress_state state = {.phase = phase_name(progress->phase),
                                         .done = progress->done,
                                         .total = progress->total,
                                         .left_this_minute =
                                             has_limit ? progress->left_this_minute : -1,
                                         .warnings = progress->warnings,
                                         .failures = progress->failures};
    run_view_progress(ctx, &state);
}

static struct summary_step step_of(const char *name, const struct sync_step *step)
{
    return (struct summary_step){.name = name,
                                 .records = step->records,
                                 .updated_records = step->updated,
                                 .warnings = step->warnings,
                                 .errors = step->errors,
                                 .filtered = step->filtered};
}

/* The failures in the shape that the summary wants; NULL without any (or without memory). */
static struct summary_failure *failures_of(struct sync_summary *sync, size_t *count)
{
    size_t kept = 0;
    for (const struct sync_failure *f = sync->failures; f != NULL; f = f->next) {
        kept++;
    }
    struct summary_failure *failures = arena_array(&sync->arena, kept, sizeof(*failures));
    *count = failures != NULL ? kept : 0;
    const struct sync_failure *f = sync->failures;
    for (size_t i = 0; i < *count; i++, f = f->next) {
        failures[i].name = f->object;
        failures[i].error = f->message;
    }
    return failures;
}

static void tell_absence(const struct cli *cli, const struct sync_absence *absence)
{
    if (absence->archived + absence->trashed + absence->gone > 0) {
        cli_say(cli,
                "No longer active: %" PRId64 " archived, %" PRId64 " trashed, %" PRId64
                " gone.",
                absence->archived, absence->trashed, absence->gone);
    }
    if (absence->missing > 0) {
        bool is_one = absence->missing == 1;
        cli_say(cli,
                "%" PRId64 " project%s known before and not listed any more; %s kept as %s.",
                absence->missing, is_one ? " was" : "s were", is_one ? "it is" : "they are",
                is_one ? "it was" : "they were");
    }
    if (absence->denied > 0) {
        cli_say(cli,
                "%" PRId64 " of them %s, but this token may not see %s any more: gone after "
                "three complete walks without.",
                absence->denied, absence->denied == 1 ? "exists" : "exist",
                absence->denied == 1 ? "it" : "them");
    }
    if (absence->is_held) {
        cli_say(cli,
                "Held back: %" PRId64 " of %" PRId64
                " active projects would have stopped being "
                "active. If that is right, run once with --accept-deletes.",
                brake_stopping(&absence->held), absence->held.active);
    }
}

/* What is different now, and what the user should know about it. */
static void tell(const struct cli *cli, const struct ingest_summary *run)
{
    const struct sync_summary *sync = &run->sync;
    if (sync->listing.records == 0) {
        return;
    }
    cli_say(cli,
            "Projects: %" PRId64 " new, %" PRId64 " changed, %" PRId64 " unchanged. %" PRId64
            " request%s.",
            sync->changes.added, sync->changes.updated, sync->changes.unchanged, sync->requests,
            sync->requests == 1 ? "" : "s");
    if (sync->aged > 0) {
        cli_say(cli,
                "%" PRId64 " unchanged project%s read again, as every "
                "hexmeta.refreshAfterDays.",
                sync->aged, sync->aged == 1 ? " was" : "s were");
    }
    if (sync->denied > 0) {
        cli_say(cli, "Listed, but with contents that this token may not read: %" PRId64 ".",
                sync->denied);
    }
    tell_absence(cli, &sync->absence);
    if (run->catalog_path[0] != '\0') {
        cli_say(cli, "%s %s; 'hexmeta show projects' lists what is in it.",
                run->is_new_catalog ? "The new catalog is" : "The catalog is",
                run->catalog_path);
    }
}

static enum exit_code finish(struct run_view *view, const struct publish_pipeline *pipeline,
                             const char *command, struct ingest_summary *run,
                             enum status status, const struct error *err)
{
    struct summary_step steps[STEPS + OM_STEP_COUNT] = {
        step_of("Listing", &run->sync.listing),
        step_of("Details", &run->sync.details),
        {.name = "Lineage", .records = run->analysed, .updated_records = run->analysed}};
    steps[0].updated_records = run->sync.changes.added + run->sync.changes.updated;
    steps[1].failures = failures_of(&run->sync, &steps[1].failure_count);
    if (run->has_published) {
        publish_view_steps(&run->om, &steps[STEPS]);
    }
    struct summary summary = {
        .command = command,
        .exit_code = (enum exit_code)ingest_exit_code(pipeline->config, run, status),
        .started_ms = run->started_ms,
        .ended_ms = run->ended_ms,
        .steps = steps,
        .step_count = STEPS + (run->has_published ? OM_STEP_COUNT : 0),
        .catalog = str_from(run->catalog_path),
        .absence = &run->sync.absence};
    if (str_is(str_from(command), "ingest")) {
        publish_view_finish(pipeline, &summary);
    }
    enum exit_code code = run_view_end(view, &summary);
    if (status != OK) {
        (void)cli_fail(view->cli, err);
    }
    const char *remedy =
        run->is_published_whole ? publish_view_remedy(status) : run_view_remedy(status);
    if (remedy != NULL) {
        cli_say(view->cli, "%s", remedy);
    }
    tell(view->cli, run);
    if (run->has_published) {
        publish_view_tell(view->cli, &run->om);
    }
    return code;
}

static enum exit_code run(struct cli *cli, const struct config *config)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct ingest_summary summary;
    const char *command = cli->options.command->name;
    struct catalog_wait wait;
    bool waits = catalog_path_wait(cli, &wait);
    const struct ingest_options options = {.config = config,
                                           .clock = cli->clock,
                                           .command = command,
                                           .stop = stop_install(),
                                           .wait = waits ? &wait : NULL,
                                           .progress = on_progress,
                                           .progress_ctx = &view,
                                           .publishes = str_is(str_from(command), "ingest"),
                                           .publish_progress = publish_view_progress,
                                           .accepts_deletes =
                                               option_is_set(&cli->options, "accept-deletes")};
    struct publish_pipeline pipeline = {.cli = cli, .config = config};
    run_view_start(&view, cli, config_log_level(config));
    if (options.publishes) {
        publish_view_begin(&pipeline, &view, config);
    }
    enum status status = ingest_run(&options, &summary, &err);
    enum exit_code code = finish(&view, &pipeline, command, &summary, status, &err);
    ingest_summary_free(&summary);
    return code;
}

static enum status check_options(const struct cli *cli, struct error *err)
{
    bool is_dry = option_is_set(&cli->options, "dry-run");
    if (is_dry && option_is_set(&cli->options, "offline")) {
        return error_set(err, ERR_CONFIG, "--dry-run and --offline exclude each other");
    }
    if (!is_dry && option_is_set(&cli->options, "json")) {
        return error_set(err, ERR_CONFIG, "--json belongs to --dry-run");
    }
    return OK;
}

enum exit_code cmd_ingest(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct config config;
    const char *path = configuration_path(cli);
    enum status status = check_options(cli, &err);
    if (status != OK) {
        return cli_fail(cli, &err);
    }
    if (option_is_set(&cli->options, "offline")) {
        return cmd_offline(cli);
    }
    if (path == NULL) {
        (void)error_set(&err, ERR_CONFIG,
                        "'%s' needs a configuration: hexmeta %s -c FILE. It is OpenMetadata's "
                        "workflow file of type hex; docs/configuration.md shows one",
                        cli->options.command->name, cli->options.command->name);
        return cli_fail(cli, &err);
    }
    bool is_dry = option_is_set(&cli->options, "dry-run");
    status = configuration_load(cli, path, &config, &err);
    enum exit_code code = status != OK ? cli_fail(cli, &err)
                          : is_dry     ? dry_run(cli, &config)
                                       : run(cli, &config);
    config_free(&config);
    return code;
}
