#include "app/cli/dry_run.h"

#include "app/cli/output.h"
#include "app/cli/run_view.h"
#include "app/cli/stop.h"
#include "app/cli/table.h"
#include "app/cli/terminal.h"
#include "app/ingest.h"
#include "base/json_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define COLUMNS 6
#define NUMBER_SIZE 24
#define JSON_BYTES ((size_t)64 * 1024)

static const struct table_column columns[COLUMNS] = {{"What", false},   {"Projects", true},
                                                     {"Exports", true}, {"Runs", true},
                                                     {"Tables", true},  {"Requests", true}};

static const struct {
    const char *shown;
    const char *key;
} reasons[PREVIEW_REASON_COUNT] = {
    [PREVIEW_REASON_NEW] = {"New projects", "new"},
    [PREVIEW_REASON_CHANGED] = {"Changed projects", "changed"},
    [PREVIEW_REASON_ACTIVITY] = {"New results alone", "activity"},
    [PREVIEW_REASON_AGE] = {"Unchanged, but old", "age"},
};

static int64_t requests_of(const struct preview_counts *counts)
{
    return counts->exports + counts->runs + counts->queried_tables;
}

static void on_progress(void *ctx, const struct sync_progress *progress)
{
    bool has_limit = progress->left_this_minute != INT64_MAX;
    const struct progress_state state = {.phase = "Listing projects",
                                         .done = progress->done,
                                         .total = -1,
                                         .left_this_minute =
                                             has_limit ? progress->left_this_minute : -1};
    run_view_progress(ctx, &state);
}

static enum status write_output(void *ctx, struct str text, struct error *err)
{
    (void)ctx;
    return output_write(text, err);
}

/* Numbers below 0 are shown as nothing. */
static enum status put_row(struct table *table, const char *what,
                           const int64_t numbers[COLUMNS - 1], struct error *err)
{
    char texts[COLUMNS - 1][NUMBER_SIZE];
    struct str cells[COLUMNS] = {str_from(what)};
    for (size_t i = 0; i + 1 < COLUMNS; i++) {
        (void)snprintf(texts[i], NUMBER_SIZE, "%" PRId64, numbers[i]);
        cells[i + 1] = numbers[i] < 0 ? STR_NULL : str_from(texts[i]);
    }
    return table_row(table, cells, err);
}

static enum status put_counts(struct table *table, const char *what,
                              const struct preview_counts *counts, int64_t requests,
                              struct error *err)
{
    return put_row(table, what,
                   (const int64_t[]){counts->projects, counts->exports, counts->runs,
                                     counts->queried_tables, requests},
                   err);
}

static enum status put_rows(struct table *table, const struct preview *preview,
                            struct error *err)
{
    const struct preview_counts details = preview_details(preview);
    enum status status = put_row(
        table, "Listing", (const int64_t[]){preview->listed, -1, -1, -1, preview->pages}, err);
    if (status == OK) {
        status = put_row(table, "Connections and people",
                         (const int64_t[]){-1, -1, -1, -1, preview->list_requests}, err);
    }
    for (int i = 0; i < PREVIEW_REASON_COUNT && status == OK; i++) {
        status = put_counts(table, reasons[i].shown, &preview->reasons[i],
                            requests_of(&preview->reasons[i]), err);
    }
    if (status == OK) {
        status = put_counts(table, "Together", &details, preview_requests(preview), err);
    }
    return status == OK ? table_end(table, err) : status;
}

static enum status print_table(const struct preview *preview, struct error *err)
{
    const struct table_options options = {.columns = columns,
                                          .column_count = COLUMNS,
                                          .width = terminal_width(STDOUT_FILENO),
                                          .has_color = terminal_has_color(STDOUT_FILENO),
                                          .write = write_output};
    struct table *table = table_new(&options);
    enum status status = table != NULL ? put_rows(table, preview, err) : error_nomem(err);
    table_free(table);
    return status;
}

/* "60 requests a minute and 1800 an hour" */
static void put_limits(struct buf *out, const struct config *config)
{
    if (config->requests_per_minute > 0) {
        (void)buf_printf(out, "%" PRId64 " requests a minute", config->requests_per_minute);
    }
    if (config->requests_per_hour > 0) {
        (void)buf_printf(
            out, "%s%" PRId64 " %san hour", config->requests_per_minute > 0 ? " and " : "",
            config->requests_per_hour, config->requests_per_minute > 0 ? "" : "requests ");
    }
}

static enum status print_time(const struct config *config, const struct preview *preview,
                              int64_t duration_ms, struct error *err)
{
    char duration[32];
    struct buf out;
    buf_init(&out, 4096);
    progress_format_duration(duration_ms, duration, sizeof(duration));
    if (config->requests_per_minute > 0 || config->requests_per_hour > 0) {
        (void)buf_append_cstr(&out, "\nAt ");
        put_limits(&out, config);
        (void)buf_printf(&out, ": at least %s.\n", duration);
    } else {
        (void)buf_append_cstr(&out, "\nNo limit is configured: as fast as Hex answers.\n");
    }
    if (preview->filtered > 0) {
        (void)buf_printf(&out, "%" PRId64 " more would be read if the filters let them pass.\n",
                         preview->filtered);
    }
    if (config->include_outputs) {
        (void)buf_append_cstr(&out, "Pictures come on top, 20 a minute.\n");
    }
    (void)buf_append_cstr(&out, "Nothing was written.\n");
    enum status status = output_buf(&out, err);
    buf_free(&out);
    return status;
}

static void put_counts_json(struct json_out *json, const char *key,
                            const struct preview_counts *counts)
{
    json_out_key(json, key);
    json_out_object(json);
    json_out_field_int(json, "projects", counts->projects);
    json_out_field_int(json, "exports", counts->exports);
    json_out_field_int(json, "runs", counts->runs);
    json_out_field_int(json, "queriedTables", counts->queried_tables);
    json_out_object_end(json);
}

static enum status print_json(const struct config *config, const struct preview *preview,
                              int64_t duration_ms, struct error *err)
{
    bool has_limit = config->requests_per_minute > 0 || config->requests_per_hour > 0;
    struct json_out json;
    struct buf out;
    buf_init(&out, JSON_BYTES);
    json_out_init(&json, &out);
    json_out_object(&json);
    json_out_field_int(&json, "listed", preview->listed);
    json_out_field_int(&json, "filtered", preview->filtered);
    for (int i = 0; i < PREVIEW_REASON_COUNT; i++) {
        put_counts_json(&json, reasons[i].key, &preview->reasons[i]);
    }
    json_out_field_int(&json, "listingRequests", preview->pages);
    json_out_field_int(&json, "listRequests", preview->list_requests);
    json_out_field_int(&json, "requests", preview_requests(preview));
    if (has_limit) {
        json_out_field_int(&json, "seconds", (duration_ms + 999) / 1000);
    } else {
        json_out_field_null(&json, "seconds");
    }
    json_out_object_end(&json);
    (void)buf_append_char(&out, '\n');
    enum status status = output_buf(&out, err);
    buf_free(&out);
    return status;
}

static enum status print(const struct cli *cli, const struct config *config,
                         const struct preview *preview, int64_t duration_ms, struct error *err)
{
    enum status status;
    if (option_is_set(&cli->options, "json")) {
        status = print_json(config, preview, duration_ms, err);
    } else {
        status = print_table(preview, err);
        status = status == OK ? print_time(config, preview, duration_ms, err) : status;
    }
    return status == OK ? output_flush(err) : status;
}

enum exit_code dry_run(struct cli *cli, const struct config *config)
{
    struct error err = ERROR_INIT;
    struct run_view view;
    struct preview preview;
    int64_t duration_ms = 0;
    int64_t started_ms = clock_wall_ms(&cli->clock);
    const struct ingest_options options = {.config = config,
                                           .clock = cli->clock,
                                           .command = "sync --dry-run",
                                           .stop = stop_install(),
                                           .progress = on_progress,
                                           .progress_ctx = &view};
    run_view_start(&view, cli, config_log_level(config));
    enum status status = ingest_preview(&options, &preview, &duration_ms, &err);
    const struct summary_step step = {.name = "Listing", .records = preview.listed};
    struct summary summary = {.command = options.command,
                              .exit_code = exit_code_from(status),
                              .started_ms = started_ms,
                              .ended_ms = clock_wall_ms(&cli->clock),
                              .steps = &step,
                              .step_count = 1};
    enum exit_code code = run_view_end(&view, &summary);
    if (status == OK) {
        status = print(cli, config, &preview, duration_ms, &err);
        code = exit_code_first(code, exit_code_from(status));
    }
    if (status != OK) {
        (void)cli_fail(cli, &err);
    }
    if (run_view_remedy(status) != NULL) {
        cli_say(cli, "%s", run_view_remedy(status));
    }
    return code;
}
