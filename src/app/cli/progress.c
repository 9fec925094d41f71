#include "app/cli/progress.h"

#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DRAW_INTERVAL_MS 100
#define PLAIN_INTERVAL_MS 10000
/* Before that an estimate would be a guess. */
#define ESTIMATE_AFTER_MS 3000
#define BAR_WIDTH 20
#define MAX_LINE_BYTES 1024

void progress_init(struct progress *progress, enum progress_kind kind,
                   const struct clock *clock, size_t width, progress_write_fn *write, void *ctx)
{
    *progress = (struct progress){.kind = kind,
                                  .clock = *clock,
                                  .width = width == 0 ? 80 : width,
                                  .write = write,
                                  .ctx = ctx,
                                  .shown_ms = clock_monotonic_ms(clock)};
}

void progress_format_duration(int64_t ms, char *out, size_t size)
{
    int64_t seconds = (ms + 999) / 1000;
    int64_t minutes = (seconds + 30) / 60;
    if (seconds < 90) {
        (void)snprintf(out, size, "%" PRId64 " s", seconds);
    } else if (minutes < 60) {
        (void)snprintf(out, size, "%" PRId64 " min", minutes);
    } else {
        (void)snprintf(out, size, "%" PRId64 " h %02" PRId64 " min", minutes / 60,
                       minutes % 60);
    }
}

/* Milliseconds to the end of the phase at its pace so far; -1: not to be said yet. */
static int64_t remaining_ms(const struct progress *progress)
{
    const struct progress_state *state = &progress->state;
    int64_t elapsed_ms = clock_monotonic_ms(&progress->clock) - progress->phase_began_ms;
    int64_t advanced = state->done - progress->phase_began_done;
    if (state->total < state->done || elapsed_ms < ESTIMATE_AFTER_MS || advanced <= 0) {
        return -1;
    }
    return (int64_t)((double)(state->total - state->done) * (double)elapsed_ms /
                     (double)advanced);
}

static int percent(const struct progress_state *state)
{
    if (state->total <= 0 || state->done >= state->total) {
        return 100;
    }
    return (int)((double)state->done * 100.0 / (double)state->total);
}

static void put_count(struct buf *out, int64_t count, const char *one, const char *many)
{
    if (count > 0) {
        (void)buf_printf(out, ", %" PRId64 " %s", count, count == 1 ? one : many);
    }
}

static void write_plain(struct progress *progress)
{
    const struct progress_state *state = &progress->state;
    int64_t rest_ms = remaining_ms(progress);
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    (void)buf_append_cstr(&line, state->phase);
    if (state->total >= 0) {
        (void)buf_printf(&line, ": %" PRId64 " of %" PRId64 " (%d %%)", state->done,
                         state->total, percent(state));
    } else if (state->done > 0) {
        (void)buf_printf(&line, ": %" PRId64, state->done);
    }
    if (state->left_this_minute >= 0) {
        (void)buf_printf(&line, ", %" PRId64 " requests left this minute",
                         state->left_this_minute);
    }
    put_count(&line, state->warnings, "warning", "warnings");
    put_count(&line, state->failures, "failure", "failures");
    if (rest_ms >= 0) {
        char duration[32];
        progress_format_duration(rest_ms, duration, sizeof(duration));
        (void)buf_printf(&line, ", about %s to go", duration);
    }
    (void)buf_append_char(&line, '\n');
    progress->write(progress->ctx, buf_str(&line));
    buf_free(&line);
}

static void put_bar(struct buf *out, const struct progress_state *state)
{
    int filled = percent(state) * BAR_WIDTH / 100;
    (void)buf_append_cstr(out, "  [");
    for (int i = 0; i < BAR_WIDTH; i++) {
        (void)buf_append_char(out, i < filled ? '=' : i == filled ? '>' : ' ');
    }
    (void)buf_printf(out, "] %3d %%", percent(state));
}

/* Appends part unless the line would be longer than the terminal. */
static void put_part(struct progress *progress, struct buf *line, struct buf *part)
{
    if (line->size + part->size < progress->width) {
        (void)buf_append_str(line, buf_str(part));
    }
    buf_clear(part);
}

/* The parts in order; each is left out when there is no room for it. */
static void put_parts(struct progress *progress, struct buf *line, struct buf *part)
{
    const struct progress_state *state = &progress->state;
    int64_t rest_ms = remaining_ms(progress);
    (void)buf_append_cstr(part, state->phase);
    put_part(progress, line, part);
    if (state->total >= 0) {
        put_bar(part, state);
        put_part(progress, line, part);
        (void)buf_printf(part, "  %" PRId64 "/%" PRId64, state->done, state->total);
    } else if (state->done > 0) {
        (void)buf_printf(part, "  %" PRId64, state->done);
    }
    put_part(progress, line, part);
    if (rest_ms >= 0) {
        char duration[32];
        progress_format_duration(rest_ms, duration, sizeof(duration));
        (void)buf_printf(part, "  ETA %s", duration);
        put_part(progress, line, part);
    }
    put_count(part, state->failures, "failure", "failures");
    put_part(progress, line, part);
    if (state->left_this_minute >= 0) {
        (void)buf_printf(part, "  %" PRId64 " requests left this minute",
                         state->left_this_minute);
        put_part(progress, line, part);
    }
}

static void draw(struct progress *progress)
{
    struct buf line;
    struct buf part;
    struct buf text;
    buf_init(&line, MAX_LINE_BYTES);
    buf_init(&part, MAX_LINE_BYTES);
    buf_init(&text, MAX_LINE_BYTES * 2);
    put_parts(progress, &line, &part);
    (void)buf_printf(&text, "\r%s\033[K", buf_cstr(&line));
    progress->write(progress->ctx, buf_str(&text));
    progress->is_drawn = true;
    buf_free(&line);
    buf_free(&part);
    buf_free(&text);
}

static void show(struct progress *progress)
{
    if (progress->kind == PROGRESS_KIND_PLAIN) {
        write_plain(progress);
    } else if (progress->kind == PROGRESS_KIND_DRAWN) {
        draw(progress);
    }
    progress->shown_ms = clock_monotonic_ms(&progress->clock);
}

void progress_update(struct progress *progress, const struct progress_state *state)
{
    int64_t now_ms = clock_monotonic_ms(&progress->clock);
    const char *phase = progress->state.phase;
    bool is_new_phase = phase == NULL || strcmp(phase, state->phase) != 0;
    bool is_drawn = progress->kind == PROGRESS_KIND_DRAWN;
    int64_t interval_ms = is_drawn ? DRAW_INTERVAL_MS : PLAIN_INTERVAL_MS;
    progress->state = *state;
    if (is_new_phase) {
        progress->phase_began_ms = now_ms;
        progress->phase_began_done = state->done;
    }
    if ((is_new_phase && is_drawn) || now_ms - progress->shown_ms >= interval_ms) {
        show(progress);
    }
}

void progress_clear(struct progress *progress)
{
    if (progress->is_drawn) {
        progress->write(progress->ctx, STR("\r\033[K"));
        progress->is_drawn = false;
    }
}

void progress_redraw(struct progress *progress)
{
    if (progress->kind == PROGRESS_KIND_DRAWN && progress->state.phase != NULL) {
        draw(progress);
    }
}
