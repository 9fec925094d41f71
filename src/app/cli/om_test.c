#include "app/cli/om_test.h"

#include "app/cli/output.h"
#include "app/cli/stop.h"
#include "app/publish.h"
#include "base/json_out.h"
#include "base/text.h"

#define LINE_BYTES ((size_t)64 * 1024)

struct om_test {
    const struct cli *cli;
    bool is_json;
    struct error err; /* of writing */
};

static void put_json(const struct om_probe_report *report, struct buf *text)
{
    struct json_out out;
    json_out_init(&out, text);
    json_out_object(&out);
    json_out_field_cstr(&out, "kind", "step");
    json_out_field_cstr(&out, "server", "OpenMetadata");
    json_out_field_cstr(&out, "step", om_probe_step_name(report->step));
    json_out_field_cstr(&out, "result", om_probe_result_name(report->result));
    json_out_field_str(&out, "found", report->found);
    json_out_field_str(&out, "remedy", report->remedy);
    json_out_object_end(&out);
    (void)buf_append_char(text, '\n');
}

static void put_text(const struct om_probe_report *report, struct buf *text)
{
    (void)buf_printf(text, "%-12s OpenMetadata, %s: ", om_probe_result_name(report->result),
                     om_probe_step_name(report->step));
    text_escape_terminal(text, report->found);
    (void)buf_append_char(text, '\n');
    if (!str_is_empty(report->remedy)) {
        (void)buf_printf(text, "%13sFix: ", "");
        text_escape_terminal(text, report->remedy);
        (void)buf_append_char(text, '\n');
    }
}

static void on_step(void *ctx, const struct om_probe_report *report)
{
    struct om_test *test = ctx;
    struct buf text;
    if (test->err.code != OK ||
        (!test->is_json && test->cli->is_quiet && report->result != OM_PROBE_FAILED)) {
        return;
    }
    buf_init(&text, LINE_BYTES);
    if (test->is_json) {
        put_json(report, &text);
    } else {
        put_text(report, &text);
    }
    if (output_buf(&text, &test->err) == OK && output_flush(&test->err) != OK) {
        log_debug("%s", test->err.message);
    }
    buf_free(&text);
}

enum exit_code om_test(const struct cli *cli, const struct config *config, bool is_json)
{
    struct om_test test = {.cli = cli, .is_json = is_json, .err = ERROR_INIT};
    struct error err = ERROR_INIT;
    enum status worst = OK;
    enum status status =
        publish_probe(config, &cli->clock, on_step, &test, stop_install(), &worst, &err);
    if (test.err.code != OK) {
        return cli_fail(cli, &test.err);
    }
    return status != OK ? cli_fail(cli, &err) : exit_code_from(worst);
}
