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

static enum exit_code finish(struct run_view *view, const struct publish_pipeline *pipeline,
                             const char *path, struct om_summary *om, enum status status,
                             const struct error *err)
{
    struct summary_step steps[OM_STEP_COUNT];
    publish_view_steps(om, steps);
    struct summary summary = {.command = view->cli->options.command->name,
                              .exit_code = publish_exit_code(pipeline->config, om, status),
                              .started_ms = pipeline->started_ms,
                              .ended_ms = clock_wall_ms(&view->cli->clock),
                              .steps = steps,
                              .step_count = OM_STEP_COUNT,
                              .catalog = str_from(path)};
    publish_view_finish(pipeline, &summary);
    enum exit_code code = run_view_end(view, &summary);
    if (status != OK) {
        (void)cli_fail(view->cli, err);
    }
    if (publish_view_remedy(status) != NULL) {
        cli_say(view->cli, "%s", publish_view_remedy(status));
    }
    if (om->requests > 1) {
        publish_view_tell(view->cli, om);
    }
    return code;
}

static enum exit_code publish(struct cli *cli, const struct config *config,
                              struct catalog *catalog, const char *path)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct om_summary om;
    struct publish_pipeline pipeline;
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
    publish_view_begin(&pipeline, &view, config);
    enum status status = publish_run(&options, &om, &err);
    enum exit_code code = finish(&view, &pipeline, path, &om, status, &err);
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
    struct catalog_wait wait;
    bool waits = catalog_path_wait(cli, &wait);
    enum status status = catalog_open_waiting(
        config->catalog.p, is_plan ? CATALOG_MODE_READ : CATALOG_MODE_WRITE, &cli->clock,
        waits ? &wait : NULL, &catalog, NULL, &err);
    enum exit_code code;
    if (status == ERR_NOT_FOUND) {
        (void)error_set(&err, ERR_NOT_FOUND,
                        "there is no catalog at %s: 'hexmeta sync -c FILE' makes one", path);
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
    if (status == OK && config.sink == CONFIG_SINK_CATALOG &&
        str_is_empty(config.publish.token)) {
        status = error_set(&err, ERR_CONFIG,
                           "%.*s names no OpenMetadata server: it needs sink: {type: "
                           "metadata-rest}, and hostPort and jwtToken in "
                           "workflowConfig.openMetadataServerConfig",
                           STR_ARG(config.name));
    }
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
