#include "app/cli/om_test.h"

#include "app/cli/layout.h"
#include "app/cli/output.h"
#include "app/cli/stop.h"
#include "app/publish.h"
#include "base/json_out.h"

#define LINE_BYTES ((size_t)64 * 1024)

#define RESULT_COUNT (OM_PROBE_NOT_TRIED + 1)

struct om_test {
    const struct cli *cli;
    const struct probe_view *view;
    bool is_json;
    bool is_shown[OM_PROBE_STEP_COUNT];
    size_t results[RESULT_COUNT];
    struct error err; /* of writing */
};

static const char *title_of(enum om_probe_step step)
{
    static const char *const titles[OM_PROBE_STEP_COUNT] = {
        "Address", "Version", "Token", "Dashboards", "Lineage", "Databases"};
    return titles[step];
}

/* At once: the next step may take a while. */
static void print(struct om_test *test, struct buf *text)
{
    if (test->err.code == OK && output_buf(text, &test->err) == OK &&
        output_flush(&test->err) != OK) {
        return; /* test->err says it */
    }
}

static bool is_silent(const struct om_test *test)
{
    return !test->is_json && test->cli->is_quiet;
}

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
    json_out_field_cstr(&out, "cause", report->cause);
    json_out_object_end(&out);
    (void)buf_append_char(text, '\n');
}

static void put_text(const struct om_test *test, const struct om_probe_report *report,
                     struct buf *text)
{
    static const char *const colors[RESULT_COUNT] = {
        [OM_PROBE_PASSED] = PROBE_VIEW_GOOD,
        [OM_PROBE_FAILED] = PROBE_VIEW_BAD,
        [OM_PROBE_UNKNOWN] = PROBE_VIEW_UNSURE,
        [OM_PROBE_NOT_TRIED] = PROBE_VIEW_DIM,
    };
    struct buf line;
    buf_init(&line, LINE_BYTES);
    (void)buf_printf(&line, "%s: ", title_of(report->step));
    (void)buf_append_str(&line, report->found);
    probe_view_paragraph(test->view, om_probe_result_name(report->result),
                         colors[report->result], buf_str(&line), report->remedy, text);
    buf_free(&line);
}

static void on_step(void *ctx, const struct om_probe_report *report)
{
    struct om_test *test = ctx;
    struct buf text;
    test->is_shown[report->step] = true;
    test->results[report->result]++;
    if (is_silent(test) && report->result != OM_PROBE_FAILED) {
        return;
    }
    buf_init(&text, LINE_BYTES);
    if (test->is_json) {
        put_json(report, &text);
    } else {
        put_text(test, report, &text);
    }
    print(test, &text);
    buf_free(&text);
}

static void print_start(struct om_test *test)
{
    struct buf text;
    if (test->is_json || is_silent(test)) {
        return;
    }
    buf_init(&text, LINE_BYTES);
    (void)buf_append_cstr(&text, "\nTesting OpenMetadata at ");
    (void)buf_append_str(&text, test->view->config->publish.url);
    (void)buf_append_cstr(&text, ".\n\n");
    print(test, &text);
    buf_free(&text);
}

/* One line for all that came after a failure; an object each for programs. */
static void print_not_tried(struct om_test *test)
{
    static const char why[] = "an earlier step has to pass first.";
    struct buf names;
    struct buf text;
    buf_init(&names, LINE_BYTES);
    buf_init(&text, LINE_BYTES);
    for (int step = 0; step < OM_PROBE_STEP_COUNT; step++) {
        const struct om_probe_report report = {.step = (enum om_probe_step)step,
                                               .result = OM_PROBE_NOT_TRIED,
                                               .found = str_from(why)};
        if (test->is_shown[step]) {
            continue;
        }
        test->results[OM_PROBE_NOT_TRIED]++;
        (void)buf_printf(&names, "%s%s", names.size == 0 ? "" : ", ", title_of(report.step));
        if (test->is_json) {
            put_json(&report, &text);
        }
    }
    if (names.size > 0 && !test->is_json) {
        (void)buf_printf(&names, ": %s", why);
        probe_view_paragraph(test->view, om_probe_result_name(OM_PROBE_NOT_TRIED),
                             PROBE_VIEW_DIM, buf_str(&names), STR_NULL, &text);
    }
    if (!is_silent(test)) {
        print(test, &text);
    }
    buf_free(&names);
    buf_free(&text);
}

static void print_verdict(struct om_test *test, enum status worst)
{
    size_t passed = test->results[OM_PROBE_PASSED];
    size_t unknown = test->results[OM_PROBE_UNKNOWN];
    size_t not_tried = test->results[OM_PROBE_NOT_TRIED];
    struct buf line;
    struct buf text;
    if (test->is_json || is_silent(test)) {
        return;
    }
    buf_init(&line, LINE_BYTES);
    buf_init(&text, LINE_BYTES);
    (void)buf_printf(&line, "Publishing %s: %zu step%s passed, %zu did not",
                     worst == OK ? "will work" : "would not work", passed,
                     passed == 1 ? "" : "s", test->results[OM_PROBE_FAILED]);
    if (unknown > 0) {
        (void)buf_printf(&line, ", %zu %s not known", unknown, unknown == 1 ? "is" : "are");
    }
    if (not_tried > 0) {
        (void)buf_printf(&line, ", %zu %s not tried", not_tried,
                         not_tried == 1 ? "was" : "were");
    }
    (void)buf_append_char(&line, '.');
    (void)buf_append_char(&text, '\n');
    layout_wrap(&text, buf_str(&line), 0, 0, test->view->width);
    print(test, &text);
    buf_free(&line);
    buf_free(&text);
}

enum exit_code om_test(const struct cli *cli, const struct probe_view *view, bool is_json)
{
    struct om_test test = {.cli = cli, .view = view, .is_json = is_json, .err = ERROR_INIT};
    struct error err = ERROR_INIT;
    enum status worst = OK;
    print_start(&test);
    enum status status =
        publish_probe(view->config, &cli->clock, on_step, &test, stop_install(), &worst, &err);
    if (status == OK) {
        print_not_tried(&test);
        print_verdict(&test, worst);
    }
    if (test.err.code != OK) {
        return cli_fail(cli, &test.err);
    }
    return status != OK ? cli_fail(cli, &err) : exit_code_from(worst);
}
