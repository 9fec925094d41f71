#include "app/cli/summary.h"

#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "base/json_out.h"

#include <inttypes.h>
#include <stdio.h>

#define NUMBER_BYTES 32
#define COLUMNS 7

static const struct table_column columns[COLUMNS] = {
    {"Step", false},  {"Records", true},  {"Updated", true},   {"Warnings", true},
    {"Errors", true}, {"Filtered", true}, {"Success %", true},
};

double summary_success_percent(const struct summary_step *step)
{
    int64_t all = step->records + step->errors;
    return all <= 0 ? 100.0 : (double)step->records * 100.0 / (double)all;
}

static int64_t count_errors(const struct summary *summary)
{
    int64_t errors = 0;
    for (size_t i = 0; i < summary->step_count; i++) {
        errors += summary->steps[i].errors;
    }
    return errors;
}

/* Failed, or finished with failures: what a user takes from the number 1. */
static const char *result_of(const struct summary *summary)
{
    int64_t good = 0;
    for (size_t i = 0; i < summary->step_count; i++) {
        good += summary->steps[i].records;
    }
    return summary->exit_code == EXIT_CODE_FAILED && good > 0
               ? "finished with failures"
               : exit_code_name(summary->exit_code);
}

static enum status append(void *ctx, struct str text, struct error *err)
{
    struct buf *out = ctx;
    enum status status = buf_append_str(out, text);
    return status == OK ? OK : error_set(err, status, "the summary is too long");
}

static enum status put_step(struct table *table, const struct summary_step *step,
                            struct error *err)
{
    const int64_t numbers[] = {step->records, step->updated_records, step->warnings,
                               step->errors, step->filtered};
    struct str cells[COLUMNS] = {str_from(step->name)};
    struct buf texts[COLUMNS];
    for (size_t i = 1; i < COLUMNS; i++) {
        buf_init(&texts[i], NUMBER_BYTES);
        if (i + 1 < COLUMNS) {
            (void)buf_printf(&texts[i], "%" PRId64, numbers[i - 1]);
        } else {
            (void)buf_printf(&texts[i], "%.1f", summary_success_percent(step));
        }
        cells[i] = buf_str(&texts[i]);
    }
    enum status status = table_row(table, cells, err);
    for (size_t i = 1; i < COLUMNS; i++) {
        buf_free(&texts[i]);
    }
    return status;
}

enum status summary_write_text(const struct summary *summary, struct buf *out,
                               struct error *err)
{
    const struct table_options options = {
        .columns = columns, .column_count = COLUMNS, .write = append, .ctx = out};
    char duration[32];
    struct table *table = table_new(&options);
    if (table == NULL) {
        return error_nomem(err);
    }
    enum status status = OK;
    for (size_t i = 0; i < summary->step_count && status == OK; i++) {
        status = put_step(table, &summary->steps[i], err);
    }
    if (status == OK) {
        status = table_end(table, err);
    }
    int64_t elapsed_ms = summary->ended_ms - summary->started_ms;
    if (elapsed_ms >= 0 && elapsed_ms < 60000) {
        (void)snprintf(duration, sizeof(duration), "%.1f s", (double)elapsed_ms / 1000.0);
    } else {
        progress_format_duration(elapsed_ms, duration, sizeof(duration));
    }
    (void)buf_printf(out, "%s %s after %s", summary->command, result_of(summary), duration);
    int64_t errors = count_errors(summary);
    if (errors > 0) {
        (void)buf_printf(out, ", %" PRId64 " error%s, named above", errors,
                         errors == 1 ? "" : "s");
    }
    (void)buf_append_cstr(out, ".\n");
    table_free(table);
    return status;
}

static void put_step_json(struct json_out *out, const struct summary_step *step)
{
    json_out_object(out);
    json_out_field_cstr(out, "name", step->name);
    json_out_field_int(out, "records", step->records);
    json_out_field_int(out, "updated_records", step->updated_records);
    json_out_field_int(out, "warnings", step->warnings);
    json_out_field_int(out, "errors", step->errors);
    json_out_field_int(out, "filtered", step->filtered);
    json_out_key(out, "failures");
    json_out_array(out);
    for (size_t i = 0; i < step->failure_count; i++) {
        json_out_object(out);
        json_out_field_str(out, "name", step->failures[i].name);
        json_out_field_str(out, "error", step->failures[i].error);
        json_out_field_null(out, "stackTrace");
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

static void put_absence_json(struct json_out *out, const struct sync_absence *absence)
{
    json_out_key(out, "projects");
    json_out_object(out);
    json_out_field_int(out, "archived", absence->archived);
    json_out_field_int(out, "trashed", absence->trashed);
    json_out_field_int(out, "gone", absence->gone);
    json_out_field_int(out, "missing", absence->missing);
    json_out_key(out, "heldBack");
    json_out_object(out);
    json_out_field_int(out, "archived", absence->held.archived);
    json_out_field_int(out, "trashed", absence->held.trashed);
    json_out_field_int(out, "missing", absence->held.unseen);
    json_out_field_int(out, "ofActive", absence->held.active);
    json_out_object_end(out);
    json_out_object_end(out);
}

void summary_write_json(const struct summary *summary, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "command", summary->command);
    json_out_field_int(&json, "exitCode", (int64_t)summary->exit_code);
    json_out_field_cstr(&json, "result", result_of(summary));
    json_out_field_time(&json, "startedAt", summary->started_ms);
    json_out_field_time(&json, "endedAt", summary->ended_ms);
    json_out_field_str(&json, "catalog", summary->catalog);
    json_out_key(&json, "steps");
    json_out_array(&json);
    for (size_t i = 0; i < summary->step_count; i++) {
        put_step_json(&json, &summary->steps[i]);
    }
    json_out_array_end(&json);
    if (summary->absence != NULL) {
        put_absence_json(&json, summary->absence);
    }
    json_out_object_end(&json);
    (void)buf_append_char(out, '\n');
}
