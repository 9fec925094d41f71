#include "app/cli/catalog_path.h"
#include "app/cli/run_view.h"
#include "app/cli/stop.h"
#include "app/import.h"

#include <inttypes.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)1024 * 1024)
#define STEPS 2

static void on_progress(void *ctx, int64_t done, int64_t total, int64_t failures)
{
    const struct progress_state state = {.phase = "Reading files",
                                         .done = done,
                                         .total = total,
                                         .left_this_minute = -1,
                                         .failures = failures};
    run_view_progress(ctx, &state);
}

/* In the order of causes; nothing to import is a mistake, not a success. */
static enum status judge(const struct import_summary *import, struct error *err)
{
    if (import->was_stopped) {
        return error_set(err, ERR_CANCELLED,
                         "interrupted: what was imported so far is in the catalog");
    }
    if (import->files.count == 0 && import->failure_count == 0) {
        return error_set(err, ERR_NOT_FOUND,
                         "no exported projects found there: their names end in .hex.yaml");
    }
    if (import->failure_count > 0) {
        return error_set(err, ERR_PARSE, "%zu file%s could not be imported",
                         import->failure_count, import->failure_count == 1 ? "" : "s");
    }
    return OK;
}

static void tell(const struct cli *cli, const struct import_summary *import, const char *path)
{
    cli_say(cli,
            "Projects: %" PRId64 " new, %" PRId64 " updated. Cells: %" PRId64
            ". Lineage edges: %" PRId64 ".",
            import->added, import->updated, import->cells, import->analysis.edges);
    cli_say(cli, "The catalog is %s; 'hexmeta show projects' lists what is in it.", path);
}

/* The failures in the shape that the summary wants; NULL without any (or without memory). */
static struct summary_failure *failures_of(struct import_summary *import)
{
    struct summary_failure *failures =
        arena_array(&import->arena, import->failure_count, sizeof(*failures));
    for (size_t i = 0; failures != NULL && i < import->failure_count; i++) {
        failures[i].name = import->failures[i].path;
        failures[i].error = import->failures[i].message;
    }
    return failures;
}

static enum exit_code finish(struct run_view *view, struct import_summary *import,
                             enum exit_code code, int64_t started_ms, const char *path)
{
    struct summary_failure *failures = failures_of(import);
    const struct summary_step steps[STEPS] = {
        {.name = "Files",
         .records = import->added + import->updated,
         .updated_records = import->updated,
         .errors = (int64_t)import->failure_count,
         .failures = failures,
         .failure_count = failures != NULL ? import->failure_count : 0},
        {.name = "Lineage",
         .records = import->analysis.projects - import->analysis.failures,
         .warnings = import->analysis.failures},
    };
    struct summary summary = {.command = "import",
                              .exit_code = code,
                              .started_ms = started_ms,
                              .ended_ms = clock_wall_ms(&view->cli->clock),
                              .steps = steps,
                              .step_count = STEPS,
                              .catalog = str_from(path)};
    return run_view_end(view, &summary);
}

enum exit_code cmd_import(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct import_summary import = {.source = -1};
    struct arena arena;
    struct import_options options = {.clock = cli->clock,
                                     .progress = on_progress,
                                     .progress_ctx = &view,
                                     .stop = stop_install()};
    int64_t started_ms = clock_wall_ms(&cli->clock);
    const char *path = NULL;
    arena_init(&arena, ARENA_BYTES);
    run_view_start(&view, cli, LOG_LEVEL_INFO);
    enum status status =
        import_find(cli->options.arguments, cli->options.argument_count, &import, &err);
    if (status == OK && import.files.count > 0) {
        status =
            catalog_path_open(cli, CATALOG_MODE_CREATE, &arena, &options.catalog, &path, &err);
        if (status == OK) {
            status = import_run(&options, &import, &err);
        }
    }
    if (status == OK) {
        status = judge(&import, &err);
    }
    enum exit_code code = finish(&view, &import, exit_code_from(status), started_ms, path);
    if (status != OK) {
        (void)cli_fail(cli, &err);
    }
    if (import.added + import.updated > 0) {
        tell(cli, &import, path);
    }
    catalog_close(options.catalog);
    import_summary_free(&import);
    arena_free(&arena);
    return code;
}
