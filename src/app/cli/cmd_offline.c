/*
 * sync --offline: everything anew from the exports that the catalog keeps.
 */
#include "app/cli/catalog_path.h"
#include "app/cli/run_view.h"
#include "app/cli/stop.h"
#include "app/reread.h"

#include <inttypes.h>

#define ARENA_BYTES ((size_t)1024 * 1024)
#define STEPS 2

static void on_progress(void *ctx, int64_t done, int64_t failures)
{
    const struct progress_state state = {.phase = "Reading stored exports",
                                         .done = done,
                                         .total = -1,
                                         .left_this_minute = -1,
                                         .failures = failures};
    run_view_progress(ctx, &state);
}

static enum status judge(const struct reread_options *options,
                         const struct reread_result *result, struct error *err)
{
    if (*options->stop != 0) {
        return error_set(err, ERR_CANCELLED, "interrupted: run it again for the rest");
    }
    if (result->failures > 0) {
        return error_set(err, ERR_PARSE, "%" PRId64 " stored exports could not be read",
                         result->failures);
    }
    return OK;
}

static void log_run(const struct cli *cli, struct catalog *catalog, int64_t started_ms,
                    enum exit_code code)
{
    struct error err = ERROR_INIT;
    if (catalog_begin(catalog, &err) != OK ||
        catalog_log_run(catalog, 0, "sync --offline", started_ms, clock_wall_ms(&cli->clock),
                        (int)code, STR_NULL, &err) != OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        log_failure(LOG_LEVEL_WARNING, &err);
    }
}

static enum exit_code finish(struct run_view *view, const struct reread_result *result,
                             enum exit_code code, int64_t started_ms, const char *path)
{
    const struct summary_step steps[STEPS] = {
        {.name = "Exports",
         .records = result->notebooks,
         .updated_records = result->notebooks,
         .errors = result->failures},
        {.name = "Lineage",
         .records = result->analysis.projects - result->analysis.failures,
         .updated_records = result->analysis.projects - result->analysis.failures,
         .warnings = result->analysis.failures},
    };
    struct summary summary = {.command = "sync --offline",
                              .exit_code = code,
                              .started_ms = started_ms,
                              .ended_ms = clock_wall_ms(&view->cli->clock),
                              .steps = steps,
                              .step_count = STEPS,
                              .catalog = str_from(path)};
    return run_view_end(view, &summary);
}

enum exit_code cmd_offline(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct reread_result result = {0};
    struct arena arena;
    struct reread_options options = {.is_all = true,
                                     .clock = cli->clock,
                                     .stop = stop_install(),
                                     .progress = on_progress,
                                     .progress_ctx = &view};
    int64_t started_ms = clock_wall_ms(&cli->clock);
    const char *path = NULL;
    arena_init(&arena, ARENA_BYTES);
    run_view_start(&view, cli, LOG_LEVEL_INFO);
    enum status status =
        catalog_path_open(cli, CATALOG_MODE_WRITE, &arena, &options.catalog, &path, &err);
    if (status == OK) {
        status = reread_run(&options, &result, &err);
    }
    if (status == OK) {
        status = judge(&options, &result, &err);
    }
    enum exit_code code = exit_code_from(status);
    if (options.catalog != NULL) {
        log_run(cli, options.catalog, started_ms, code);
    }
    code = finish(&view, &result, code, started_ms, path);
    if (status != OK) {
        (void)cli_fail(cli, &err);
    }
    catalog_close(options.catalog);
    arena_free(&arena);
    return code;
}
