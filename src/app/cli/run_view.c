#include "app/cli/run_view.h"

#include "app/cli/atomic_file.h"
#include "app/cli/terminal.h"
#include "base/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_TEXT_BYTES ((size_t)1024 * 1024)
#define MAX_STATUS_BYTES ((size_t)64 * 1024 * 1024)

static void write_error_output(void *ctx, struct str text)
{
    (void)ctx;
    (void)fwrite(text.p, 1, text.n, stderr);
}

/* A log that is read by machines has progress as one of its events. */
static void write_as_event(void *ctx, struct str text)
{
    (void)ctx;
    struct str line = str_trim(text);
    log_info("%.*s", STR_ARG(line));
}

static const char *color_of(enum log_level level)
{
    return level == LOG_LEVEL_ERROR ? "\033[31m" : level == LOG_LEVEL_WARNING ? "\033[33m" : "";
}

/* A log_sink_fn: the progress line makes room, and comes back below. */
static void write_log_line(void *ctx, enum log_level level, struct str line)
{
    struct run_view *view = ctx;
    const char *color = view->has_color ? color_of(level) : "";
    bool was_drawn = view->progress.is_drawn;
    progress_clear(&view->progress);
    (void)fputs(color, stderr);
    (void)fwrite(line.p, 1, line.n > 0 ? line.n - 1 : 0, stderr);
    (void)fputs(color[0] != '\0' ? "\033[0m\n" : "\n", stderr);
    if (was_drawn) {
        progress_redraw(&view->progress);
    }
}

static enum progress_kind progress_kind_of(const struct cli *cli)
{
    struct str kind = str_from(option_text(&cli->options, "progress"));
    bool is_terminal = terminal_is_interactive(STDERR_FILENO) && !cli->logs_json;
    if (cli->is_quiet || str_eq_nocase(kind, STR("none"))) {
        return PROGRESS_KIND_NONE;
    }
    return is_terminal && !str_eq_nocase(kind, STR("plain")) ? PROGRESS_KIND_DRAWN
                                                             : PROGRESS_KIND_PLAIN;
}

void run_view_start(struct run_view *view, const struct cli *cli, enum log_level level)
{
    *view = (struct run_view){.cli = cli, .has_color = terminal_has_color(STDERR_FILENO)};
    progress_init(&view->progress, progress_kind_of(cli), &cli->clock,
                  terminal_width(STDERR_FILENO),
                  cli->logs_json ? write_as_event : write_error_output, view);
    view->has_color = view->has_color && !cli->logs_json;
    cli_setup_log(cli, level, write_log_line, view);
}

void run_view_progress(struct run_view *view, const struct progress_state *state)
{
    const struct om_live_state live = {state->phase, state->done, state->total};
    progress_update(&view->progress, state);
    publish_live_update(view->live, &live);
}

static void log_steps(const struct summary *summary)
{
    for (size_t i = 0; i < summary->step_count; i++) {
        const struct summary_step *step = &summary->steps[i];
        log_info("%s: %" PRId64 " records, %" PRId64 " updated, %" PRId64 " warnings, %" PRId64
                 " errors, %" PRId64 " filtered, %.1f %% successful",
                 step->name, step->records, step->updated_records, step->warnings, step->errors,
                 step->filtered, summary_success_percent(step));
    }
}

/* A run that failed before it did anything has an error to show, not a table of zeros. */
static bool did_nothing(const struct summary *summary)
{
    int64_t all = 0;
    for (size_t i = 0; i < summary->step_count; i++) {
        const struct summary_step *step = &summary->steps[i];
        all += step->records + step->warnings + step->errors + step->filtered;
    }
    return all == 0 && summary->exit_code != EXIT_CODE_OK;
}

static enum status show_summary(const struct run_view *view, const struct summary *summary,
                                struct error *err)
{
    struct buf text;
    enum status status = OK;
    if (view->cli->is_quiet || did_nothing(summary)) {
        return OK;
    }
    if (view->cli->logs_json) {
        log_steps(summary);
        return OK;
    }
    buf_init(&text, MAX_TEXT_BYTES);
    (void)buf_append_char(&text, '\n');
    status = summary_write_text(summary, &text, err);
    write_error_output(NULL, buf_str(&text));
    buf_free(&text);
    return status;
}

static enum status write_metrics(const struct cli *cli, struct error *err)
{
    const char *path = option_text(&cli->options, "metrics-file");
    struct buf text;
    if (path == NULL) {
        return OK;
    }
    buf_init(&text, MAX_TEXT_BYTES);
    metrics_write(&text);
    enum status status = buf_status(&text) == OK ? atomic_file_write(path, buf_str(&text), err)
                                                 : error_nomem(err);
    buf_free(&text);
    return status;
}

static enum status write_status(const struct cli *cli, const struct summary *summary,
                                struct error *err)
{
    const char *path = option_text(&cli->options, "status-file");
    struct buf text;
    if (path == NULL) {
        return OK;
    }
    buf_init(&text, MAX_STATUS_BYTES);
    summary_write_json(summary, &text);
    enum status status = buf_status(&text) == OK ? atomic_file_write(path, buf_str(&text), err)
                                                 : error_nomem(err);
    buf_free(&text);
    return status;
}

enum exit_code run_view_end(struct run_view *view, struct summary *summary)
{
    struct error err = ERROR_INIT;
    progress_clear(&view->progress);
    cli_setup_log(view->cli, LOG_LEVEL_INFO, NULL, NULL);
    if (write_metrics(view->cli, &err) != OK) {
        summary->exit_code = exit_code_first(summary->exit_code, cli_fail(view->cli, &err));
    }
    if (show_summary(view, summary, &err) != OK) {
        summary->exit_code = exit_code_first(summary->exit_code, cli_fail(view->cli, &err));
    }
    if (write_status(view->cli, summary, &err) != OK) {
        summary->exit_code = exit_code_first(summary->exit_code, cli_fail(view->cli, &err));
    }
    return summary->exit_code;
}

const char *run_view_remedy(enum status status)
{
    switch (status) {
    case ERR_AUTH:
        return "Check the token in the configuration: is it complete, not expired, and of this "
               "Hex? A new one is made in Hex under Settings, API keys.";
    case ERR_FORBIDDEN:
        return "The token is known to Hex, but may not list projects: give it the scope to "
               "read projects, or use one of a user who may.";
    case ERR_NETWORK:
    case ERR_RATE:
        return "Check hostPort and the network. What was read is in the catalog; the next run "
               "goes on from there.";
    default:
        return NULL;
    }
}
