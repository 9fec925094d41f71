#include "app/cli/probe_view.h"

#include "app/cli/layout.h"
#include "base/json_out.h"
#include "base/text.h"

#include <inttypes.h>

/* Where the text stands, behind the longest of the results. */
#define TEXT_COLUMN 13
#define LINE_BYTES ((size_t)16 * 1024)

/* ---- for people ---- */

/* text (escaped, wrapped) behind used columns of the line. */
static void put_wrapped(const struct probe_view *view, struct str text, size_t used,
                        size_t indent, struct buf *out)
{
    struct buf safe;
    buf_init(&safe, LINE_BYTES * 6);
    text_escape_terminal(&safe, text);
    layout_wrap(out, buf_str(&safe), used, indent, view->width);
    buf_inherit(out, &safe);
    buf_free(&safe);
}

/* "             Fix: ..." */
static void put_line(const struct probe_view *view, const char *label, struct str text,
                     struct buf *out)
{
    struct buf line;
    if (str_is_empty(text)) {
        return;
    }
    buf_init(&line, LINE_BYTES);
    (void)buf_printf(&line, "%s: ", label);
    (void)buf_append_str(&line, text);
    (void)buf_printf(out, "%*s", TEXT_COLUMN, "");
    put_wrapped(view, buf_str(&line), TEXT_COLUMN, TEXT_COLUMN, out);
    buf_inherit(out, &line);
    buf_free(&line);
}

static void put_label(const struct probe_view *view, const char *result, const char *color,
                      struct buf *out)
{
    (void)buf_printf(out, "%s%-*s%s", view->has_color ? color : "", TEXT_COLUMN, result,
                     view->has_color ? "\033[0m" : "");
}

static void put_result(const struct probe_view *view, enum probe_result result, struct buf *out)
{
    static const char *const colors[PROBE_RESULT_COUNT] = {
        [PROBE_RESULT_PASSED] = PROBE_VIEW_GOOD,
        [PROBE_RESULT_FAILED] = PROBE_VIEW_BAD,
        [PROBE_RESULT_NOT_ALLOWED] = PROBE_VIEW_UNSURE,
        [PROBE_RESULT_NOT_NEEDED] = PROBE_VIEW_DIM,
        [PROBE_RESULT_NOT_TRIED] = PROBE_VIEW_DIM,
    };
    put_label(view, probe_result_name(result), colors[result], out);
}

void probe_view_paragraph(const struct probe_view *view, const char *result, const char *color,
                          struct str text, struct str remedy, struct buf *out)
{
    put_label(view, result, color, out);
    put_wrapped(view, text, TEXT_COLUMN, TEXT_COLUMN, out);
    put_line(view, "Fix", remedy, out);
}

void probe_view_step(const struct probe_view *view, const struct probe_report *report,
                     struct buf *out)
{
    bool is_good = report->result == PROBE_RESULT_PASSED;
    struct buf line;
    buf_init(&line, LINE_BYTES);
    (void)buf_printf(&line, "%s: ", probe_step_title(report->step));
    (void)buf_append_str(&line, report->found);
    if (is_good && !str_is_empty(report->meaning)) {
        (void)buf_append_char(&line, ' ');
        (void)buf_append_str(&line, report->meaning);
    }
    put_result(view, report->result, out);
    put_wrapped(view, buf_str(&line), TEXT_COLUMN, TEXT_COLUMN, out);
    put_line(view, "Warning", report->warning, out);
    put_line(view, "Import", is_good ? STR_NULL : report->meaning, out);
    put_line(view, "Fix", report->remedy, out);
    buf_inherit(out, &line);
    buf_free(&line);
}

void probe_view_not_tried(const struct probe_view *view, const enum probe_step *steps,
                          size_t count, struct buf *out)
{
    struct buf line;
    buf_init(&line, LINE_BYTES);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(&line, "%s%s", i == 0 ? "" : ", ", probe_step_title(steps[i]));
    }
    (void)buf_append_cstr(&line, ": an earlier step has to pass first.");
    put_result(view, PROBE_RESULT_NOT_TRIED, out);
    put_wrapped(view, buf_str(&line), TEXT_COLUMN, TEXT_COLUMN, out);
    buf_inherit(out, &line);
    buf_free(&line);
}

static void put_pace(const struct config *config, struct buf *out)
{
    if (config->requests_per_minute > 0) {
        (void)buf_printf(out, "%" PRId64 " requests a minute", config->requests_per_minute);
    }
    if (config->requests_per_hour > 0) {
        (void)buf_printf(out, "%s%" PRId64 " an hour",
                         config->requests_per_minute > 0 ? " and " : "requests: ",
                         config->requests_per_hour);
    }
    if (config->requests_per_minute == 0 && config->requests_per_hour == 0) {
        (void)buf_append_cstr(out, "any pace");
    }
}

void probe_view_start(const struct probe_view *view, struct buf *out)
{
    const struct config *config = view->config;
    struct buf line;
    buf_init(&line, LINE_BYTES);
    (void)buf_append_cstr(&line, "Testing ");
    (void)buf_append_str(&line, config->host_url);
    (void)buf_append_cstr(&line, " as ");
    (void)buf_append_str(&line, config->name);
    (void)buf_append_cstr(&line, " describes it.");
    put_wrapped(view, buf_str(&line), 0, 0, out);
    (void)buf_append_char(out, '\n');
    buf_inherit(out, &line);
    buf_free(&line);
}

static void put_verdict(const struct probe_summary *summary, struct buf *out)
{
    size_t passed = summary->results[PROBE_RESULT_PASSED];
    size_t not_tried = summary->results[PROBE_RESULT_NOT_TRIED];
    size_t bad =
        summary->results[PROBE_RESULT_FAILED] + summary->results[PROBE_RESULT_NOT_ALLOWED];
    (void)buf_append_cstr(out, summary->code != OK ? "The import would not work as it should: "
                               : bad > 0
                                   ? "The import will work, with less than there could be: "
                                   : "The import will work: ");
    (void)buf_printf(out, "%zu step%s passed, %zu did not", passed, passed == 1 ? "" : "s",
                     bad);
    if (not_tried > 0) {
        (void)buf_printf(out, ", %zu %s not tried", not_tried, not_tried == 1 ? "was" : "were");
    }
    (void)buf_printf(out, "; %" PRId64 " request%s.", summary->requests,
                     summary->requests == 1 ? "" : "s");
}

/* What the first page says about an import. */
static void put_forecast(const struct probe_view *view, const struct probe_summary *summary,
                         struct buf *out)
{
    size_t taken = summary->listed - summary->not_active - summary->filtered;
    (void)buf_printf(
        out,
        "Of the %s%zu project%s, %zu would be imported%s; %zu %s archived or in "
        "the trash, the filters leave out %zu.",
        summary->has_more ? "first " : "", summary->listed, summary->listed == 1 ? "" : "s",
        taken, view->config->details == CONFIG_DETAILS_FULL ? " in full" : "",
        summary->not_active, summary->not_active == 1 ? "is" : "are", summary->filtered);
    if (summary->knows_sharing) {
        (void)buf_printf(
            out,
            " %zu of them %s private (neither the workspace nor a collection may see %s) and "
            "would be published with the others.",
            summary->private, summary->private == 1 ? "is" : "are",
            summary->private == 1 ? "it" : "them");
    }
    int64_t per_hour = connection_test_projects_per_hour(view->config);
    (void)buf_append_cstr(out, "\nThe pace: ");
    put_pace(view->config, out);
    if (per_hour != INT64_MAX) {
        (void)buf_printf(out,
                         " at most, so that a first import reads some %" PRId64
                         " projects an hour; later ones read what has changed.",
                         per_hour);
    } else {
        (void)buf_append_cstr(out, " that Hex allows.");
    }
}

void probe_view_end(const struct probe_view *view, const struct probe_summary *summary,
                    struct buf *out)
{
    struct buf text;
    buf_init(&text, LINE_BYTES);
    put_verdict(summary, &text);
    if (summary->listed > 0) {
        (void)buf_append_char(&text, '\n');
        put_forecast(view, summary, &text);
    }
    (void)buf_append_char(out, '\n');
    struct str rest = buf_str(&text);
    while (rest.n > 0) {
        size_t end = str_find(rest, '\n');
        put_wrapped(view, str_sub(rest, 0, end), 0, 0, out);
        rest = end == SIZE_MAX ? STR("") : str_sub(rest, end + 1, SIZE_MAX);
    }
    buf_inherit(out, &text);
    buf_free(&text);
}

/* ---- for programs ---- */

static struct str null_if_empty(struct str text)
{
    return str_is_empty(text) ? STR_NULL : text;
}

void probe_view_step_json(const struct probe_report *report, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "kind", "step");
    json_out_field_cstr(&json, "step", probe_step_name(report->step));
    json_out_field_cstr(&json, "result", probe_result_name(report->result));
    json_out_field_bool(&json, "mandatory", report->is_mandatory);
    json_out_field_cstr(&json, "proves", probe_step_proves(report->step));
    json_out_field_str(&json, "found", report->found);
    json_out_field_str(&json, "import", null_if_empty(report->meaning));
    json_out_field_str(&json, "warning", null_if_empty(report->warning));
    json_out_field_str(&json, "remedy", null_if_empty(report->remedy));
    json_out_field_cstr(&json, "cause", report->cause);
    if (report->http_status > 0) {
        json_out_field_int(&json, "httpStatus", report->http_status);
    } else {
        json_out_field_null(&json, "httpStatus");
    }
    json_out_field_int(&json, "requests", report->requests);
    json_out_field_int(&json, "elapsedMs", report->elapsed_ms);
    json_out_object_end(&json);
    (void)buf_append_char(out, '\n');
}

static void put_pace_json(const struct config *config, struct json_out *json)
{
    int64_t per_hour = connection_test_projects_per_hour(config);
    json_out_key(json, "pace");
    json_out_object(json);
    json_out_field_int(json, "requestsPerMinute", config->requests_per_minute);
    json_out_field_int(json, "requestsPerHour", config->requests_per_hour);
    if (per_hour != INT64_MAX) {
        json_out_field_int(json, "projectsPerHour", per_hour);
    } else {
        json_out_field_null(json, "projectsPerHour");
    }
    json_out_object_end(json);
}

void probe_view_end_json(const struct probe_view *view, const struct probe_summary *summary,
                         enum exit_code code, struct buf *out)
{
    static const char *const names[PROBE_RESULT_COUNT] = {
        [PROBE_RESULT_PASSED] = "passed",          [PROBE_RESULT_FAILED] = "failed",
        [PROBE_RESULT_NOT_ALLOWED] = "notAllowed", [PROBE_RESULT_NOT_NEEDED] = "notNeeded",
        [PROBE_RESULT_NOT_TRIED] = "notTried",
    };
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "kind", "summary");
    json_out_field_int(&json, "exitCode", code);
    for (int i = 0; i < PROBE_RESULT_COUNT; i++) {
        json_out_field_int(&json, names[i], (int64_t)summary->results[i]);
    }
    json_out_field_int(&json, "requests", summary->requests);
    json_out_key(&json, "firstPage");
    json_out_object(&json);
    json_out_field_int(&json, "projects", (int64_t)summary->listed);
    json_out_field_bool(&json, "hasMore", summary->has_more);
    json_out_field_int(&json, "components", (int64_t)summary->components);
    json_out_field_int(&json, "notActive", (int64_t)summary->not_active);
    json_out_field_int(&json, "filtered", (int64_t)summary->filtered);
    if (summary->knows_sharing) {
        json_out_field_int(&json, "private", (int64_t)summary->private);
    } else {
        json_out_field_null(&json, "private");
    }
    json_out_object_end(&json);
    put_pace_json(view->config, &json);
    json_out_object_end(&json);
    (void)buf_append_char(out, '\n');
}
