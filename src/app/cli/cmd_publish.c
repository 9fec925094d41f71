/*
 * `publish` writes the catalog to OpenMetadata; `plan` says what it would write.
 */
#include "app/cli/catalog_path.h"
#include "app/cli/configuration.h"
#include "app/cli/output.h"
#include "app/cli/plan_view.h"
#include "app/cli/publish_view.h"
#include "app/cli/stop.h"
#include "app/publish.h"

#define ARENA_BYTES ((size_t)1024 * 1024)

static enum exit_code need_configuration(const struct cli *cli)
{
    struct error err = ERROR_INIT;
    const char *name = cli->options.command->name;
    (void)error_set(&err, ERR_CONFIG,
                    "'%s' needs a configuration: hexmeta %s -c FILE. It is OpenMetadata's "
                    "workflow file of type hex; docs/configuration.md shows one",
                    name, name);
    return cli_fail(cli, &err);
}

static void set_steps(struct om_summary *om, struct om_status_step *steps)
{
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        const struct om_step *step = &om->steps[i];
        int64_t good = step->records - step->errors;
        steps[i] =
            (struct om_status_step){.name = om_step_name((enum om_step_kind)i),
                                    .records = good < 0 ? 0 : good,
                                    .updated = step->created + step->updated + step->deleted,
                                    .warnings = step->warnings,
                                    .errors = step->errors,
                                    .filtered = step->filtered};
    }
}

static void report(const struct cli *cli, const struct config *config, int64_t started_ms,
                   struct om_summary *om, const enum exit_code *code)
{
    struct om_status_step steps[OM_STEP_COUNT];
    struct om_run_status status = {.pipeline = config->publish.pipeline,
                                   .run_id = config->publish.run_id,
                                   .state = OM_RUN_STATE_RUNNING,
                                   .started_ms = started_ms,
                                   .now_ms = clock_wall_ms(&cli->clock)};
    if (code != NULL) {
        set_steps(om, steps);
        status.steps = steps;
        status.step_count = OM_STEP_COUNT;
        status.state = *code != EXIT_CODE_OK   ? OM_RUN_STATE_FAILED
                       : om->failure_count > 0 ? OM_RUN_STATE_PARTIAL
                                               : OM_RUN_STATE_SUCCESS;
    }
    publish_report(config, &cli->clock, &status);
}

static enum exit_code finish(struct run_view *view, const struct config *config,
                             const char *path, int64_t started_ms, struct om_summary *om,
                             enum status status, const struct error *err)
{
    struct summary_step steps[OM_STEP_COUNT];
    publish_view_steps(om, steps);
    struct summary summary = {.command = view->cli->options.command->name,
                              .exit_code = publish_exit_code(config, om, status),
                              .started_ms = started_ms,
                              .ended_ms = clock_wall_ms(&view->cli->clock),
                              .steps = steps,
                              .step_count = OM_STEP_COUNT,
                              .catalog = str_from(path)};
    enum exit_code code = run_view_end(view, &summary);
    if (status != OK) {
        (void)cli_fail(view->cli, err);
    }
    if (publish_view_remedy(status) != NULL) {
        cli_say(view->cli, "%s", publish_view_remedy(status));
    }
    publish_view_tell(view->cli, om);
    return code;
}

static enum exit_code publish(struct cli *cli, const struct config *config,
                              struct catalog *catalog, const char *path)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct om_summary om;
    int64_t started_ms = clock_wall_ms(&cli->clock);
    const struct publish_options options = {.config = config,
                                            .clock = cli->clock,
                                            .catalog = catalog,
                                            .accepts_deletes =
                                                option_is_set(&cli->options, "accept-deletes"),
                                            .restores = option_is_set(&cli->options, "restore"),
                                            .verifies = option_is_set(&cli->options, "verify"),
                                            .progress = publish_view_progress,
                                            .progress_ctx = &view,
                                            .stop = stop_install()};
    run_view_start(&view, cli, config_log_level(config));
    report(cli, config, started_ms, NULL, NULL);
    enum status status = publish_run(&options, &om, &err);
    enum exit_code code = publish_exit_code(config, &om, status);
    report(cli, config, started_ms, &om, &code);
    code = finish(&view, config, path, started_ms, &om, status, &err);
    om_summary_free(&om);
    return code;
}

static enum exit_code plan(struct cli *cli, const struct config *config,
                           struct catalog *catalog)
{
    struct error err = ERROR_INIT;
    struct om_summary om;
    struct plan_view view = {.is_json = option_is_set(&cli->options, "json")};
    const struct publish_options options = {.config = config,
                                            .clock = cli->clock,
                                            .catalog = catalog,
                                            .accepts_deletes =
                                                option_is_set(&cli->options, "accept-deletes"),
                                            .restores = option_is_set(&cli->options, "restore"),
                                            .plan = plan_view_item,
                                            .plan_ctx = &view,
                                            .stop = stop_install()};
    cli_setup_log(cli,
                  config_log_level(config) < LOG_LEVEL_WARNING ? LOG_LEVEL_WARNING
                                                               : config_log_level(config),
                  NULL, NULL);
    enum status status = publish_run(&options, &om, &err);
    if (status == OK) {
        status = plan_view_end(&view, &om, &err);
    }
    enum exit_code code =
        status == OK ? publish_exit_code(config, &om, status) : cli_fail(cli, &err);
    if (status != OK && publish_view_remedy(status) != NULL) {
        cli_say(cli, "%s", publish_view_remedy(status));
    }
    if (code == EXIT_CODE_OK && view.changes > 0 && option_is_set(&cli->options, "exit-code")) {
        code = EXIT_CODE_CHANGES;
    }
    om_summary_free(&om);
    return code;
}

static enum exit_code run(struct cli *cli, const struct config *config, bool is_plan)
{
    struct error err = ERROR_INIT;
    struct catalog *catalog = NULL;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const char *path = catalog_path_absolute(&arena, config->catalog.p);
    enum status status =
        catalog_open(config->catalog.p, CATALOG_MODE_WRITE, &cli->clock, &catalog, NULL, &err);
    enum exit_code code;
    if (status == ERR_NOT_FOUND) {
        (void)error_set(&err, ERR_NOT_FOUND,
                        "there is no catalog at %s: 'hexmeta sync -c FILE' makes one",
                        config->catalog.p);
    }
    if (status != OK) {
        code = cli_fail(cli, &err);
    } else {
        code = is_plan ? plan(cli, config, catalog) : publish(cli, config, catalog, path);
    }
    catalog_close(catalog);
    arena_free(&arena);
    return code;
}

static enum exit_code load_and_run(struct cli *cli, bool is_plan)
{
    struct error err = ERROR_INIT;
    struct config config;
    const char *path = configuration_path(cli);
    if (path == NULL) {
        return need_configuration(cli);
    }
    enum status status = configuration_load(cli, path, &config, &err);
    enum exit_code code = status == OK ? run(cli, &config, is_plan) : cli_fail(cli, &err);
    config_free(&config);
    return code;
}

enum exit_code cmd_publish(struct cli *cli)
{
    return load_and_run(cli, false);
}

enum exit_code cmd_plan(struct cli *cli)
{
    return load_and_run(cli, true);
}
