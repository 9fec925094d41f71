/*
 * log - what the program does, for people (text) or machines (JSON), on standard error.
 *
 * One line an event: time, level, message; remote text is escaped. Secrets never reach it:
 * callers do not hand them in, and log_hide() names strings that are blanked all the same.
 * One logger for the process, set up once in main; safe from several threads after that.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/buf.h"
#include "base/clock.h"

enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_NONE
};
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Called with each finished line (newline included), under the logger's lock. */
typedef void log_sink_fn(void *ctx, enum log_level level, struct str line);

struct log_options {
    enum log_level level; /* events below it are dropped */
    enum log_format format;
    struct clock clock;
    log_sink_fn *sink; /* NULL: standard error */
    void *sink_ctx;
};

/* Without this call the log prints warnings and errors as text. */
void log_setup(const struct log_options *options);
/* From now on this text (a token) comes out as "***". Copies it. Up to 16; shorter than 6
 * bytes: ignored. */
void log_hide(struct str secret);
/* Blanks hidden texts in s: for messages that go elsewhere than the log. */
void log_blank_secrets(struct buf *out, struct str s);
bool log_is_on(enum log_level level);
/* False when name is none of DEBUG, INFO, WARN, WARNING, ERROR, NONE (any case). */
bool log_level_from(struct str name, enum log_level *out);

/* One event each; texts above 4 KiB are cut. */
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *format, ...) PRINTF_LIKE(1, 2);
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
/* "message (where)" of err at this level. */
void log_failure(enum log_level level, const struct error *err);

#endif
