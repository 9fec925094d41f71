#include "app/cli/configuration.h"
#include "app/cli/om_test.h"
#include "app/cli/output.h"
#include "app/cli/probe_view.h"
#include "app/cli/stop.h"
#include "app/cli/terminal.h"

#include <unistd.h>

#define OUTPUT_BYTES ((size_t)256 * 1024)
#define DEFAULT_WIDTH 80
#define MAX_WIDTH 100

/* What the report function gets. */
struct test_run {
    const struct cli *cli;
    struct probe_view view;
    bool is_json;
    enum probe_step not_tried[PROBE_STEP_COUNT]; /* and not yet shown */
    size_t not_tried_count;
    struct error err; /* of writing: nobody reads any more, ... */
};

/* At once: the next step may take a while. */
static void print(struct test_run *run, const struct buf *text)
{
    if (run->err.code == OK && output_buf(text, &run->err) == OK) {
        if (output_flush(&run->err) != OK) {
            return; /* run->err says it */
        }
    }
}

static bool is_worth_showing(const struct test_run *run, const struct probe_report *report)
{
    bool is_bad =
        report->result == PROBE_RESULT_FAILED || report->result == PROBE_RESULT_NOT_ALLOWED;
    return run->is_json || !run->cli->is_quiet || is_bad;
}

/* One line for all that came after a failure, not ten that say the same. */
static void print_not_tried(struct test_run *run)
{
    struct buf text;
    if (run->not_tried_count == 0) {
        return;
    }
    buf_init(&text, OUTPUT_BYTES);
    probe_view_not_tried(&run->view, run->not_tried, run->not_tried_count, &text);
    run->not_tried_count = 0;
    print(run, &text);
    buf_free(&text);
}

static void on_step(void *ctx, const struct probe_report *report)
{
    struct test_run *run = ctx;
    struct buf text;
    if (report->result == PROBE_RESULT_NOT_TRIED && !run->is_json && !run->cli->is_quiet) {
        run->not_tried[run->not_tried_count++] = report->step;
        return;
    }
    print_not_tried(run);
    if (!is_worth_showing(run, report)) {
        return;
    }
    buf_init(&text, OUTPUT_BYTES);
    if (run->is_json) {
        probe_view_step_json(report, &text);
    } else {
        probe_view_step(&run->view, report, &text);
    }
    print(run, &text);
    buf_free(&text);
}

static void print_start(struct test_run *run)
{
    struct buf text;
    if (run->is_json || run->cli->is_quiet) {
        return;
    }
    buf_init(&text, OUTPUT_BYTES);
    probe_view_start(&run->view, &text);
    print(run, &text);
    buf_free(&text);
}

static void print_end(struct test_run *run, const struct probe_summary *summary,
                      enum exit_code code)
{
    struct buf text;
    if (!run->is_json && run->cli->is_quiet) {
        return;
    }
    buf_init(&text, OUTPUT_BYTES);
    if (run->is_json) {
        probe_view_end_json(&run->view, summary, code, &text);
    } else {
        probe_view_end(&run->view, summary, &text);
    }
    print(run, &text);
    buf_free(&text);
}

static enum exit_code test_connection(struct cli *cli, const struct config *config)
{
    struct error err = ERROR_INIT;
    struct probe_summary summary;
    size_t width = terminal_width(STDOUT_FILENO);
    struct test_run run = {.cli = cli,
                           .view = {.config = config,
                                    .width = width == 0          ? DEFAULT_WIDTH
                                             : width > MAX_WIDTH ? MAX_WIDTH
                                                                 : width,
                                    .has_color = terminal_has_color(STDOUT_FILENO)},
                           .is_json = option_is_set(&cli->options, "json"),
                           .err = ERROR_INIT};
    const struct connection_test test = {.config = config,
                                         .clock = cli->clock,
                                         .report = on_step,
                                         .report_ctx = &run,
                                         .stop = stop_install()};
    print_start(&run);
    if (connection_test_run(&test, &summary, &err) != OK) {
        return cli_fail(cli, &err);
    }
    print_not_tried(&run);
    enum exit_code code = connection_test_exit_code(&summary);
    bool has_server = config->sink == CONFIG_SINK_METADATA_REST;
    if (has_server && run.is_json) {
        code = exit_code_first(code, om_test(cli, &run.view, true));
    }
    print_end(&run, &summary, code); /* in JSON the last line */
    if (run.err.code != OK) {
        return cli_fail(cli, &run.err);
    }
    return has_server && !run.is_json ? exit_code_first(code, om_test(cli, &run.view, false))
                                      : code;
}

enum exit_code cmd_test(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct config config;
    const char *path = configuration_path(cli);
    if (path == NULL) {
        (void)error_set(&err, ERR_CONFIG,
                        "'test' needs a configuration: hexmeta test -c FILE. It is "
                        "OpenMetadata's workflow file of type hex; docs/configuration.md shows "
                        "one");
        return cli_fail(cli, &err);
    }
    enum status status = configuration_load(cli, path, &config, &err);
    enum exit_code code = status == OK ? test_connection(cli, &config) : cli_fail(cli, &err);
    config_free(&config);
    return code;
}
