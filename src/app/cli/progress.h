/*
 * progress - how far a run has come: one line that is drawn again and again, or a plain line
 * every ten seconds.
 *
 * Only the clock and the writer come from outside, so that tests need neither a terminal nor
 * patience. Not thread-safe.
 */
#ifndef APP_CLI_PROGRESS_H
#define APP_CLI_PROGRESS_H

#include "base/clock.h"
#include "base/str.h"

enum progress_kind {
    PROGRESS_KIND_NONE,
    PROGRESS_KIND_PLAIN, /* lines */
    PROGRESS_KIND_DRAWN  /* one line on a terminal */
};

struct progress_state {
    const char *phase; /* "Reading details"; static memory */
    int64_t done;
    int64_t total;            /* -1: not known */
    int64_t left_this_minute; /* requests; -1: no limit, or none are made */
    int64_t warnings;
    int64_t failures;
};

typedef void progress_write_fn(void *ctx, struct str text);

struct progress {
    enum progress_kind kind;
    struct clock clock;
    size_t width; /* of the terminal */
    progress_write_fn *write;
    void *ctx;

    struct progress_state state; /* phase NULL: nothing was reported yet */
    int64_t phase_began_ms;
    int64_t phase_began_done;
    int64_t shown_ms; /* of a plain display also: when the run began */
    bool is_drawn;    /* the terminal's last line is ours */
};

/* Nothing is shown yet; width is the terminal's. */
void progress_init(struct progress *progress, enum progress_kind kind,
                   const struct clock *clock, size_t width, progress_write_fn *write,
                   void *ctx);
/* Something moved. Drawn at once when the phase is new, else not too often. */
void progress_update(struct progress *progress, const struct progress_state *state);
/* Takes the drawn line away, so that another can be printed; progress_redraw brings it back. */
void progress_clear(struct progress *progress);
void progress_redraw(struct progress *progress);

/* "40 s", "12 min", "3 h 05 min" into out, which has at least 32 bytes. */
void progress_format_duration(int64_t ms, char *out, size_t size);

#endif
