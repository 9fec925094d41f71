#include "base/log.h"

#include "base/json_out.h"
#include "base/text.h"
#include "base/timestamp.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SECRETS 16
#define MIN_CUT_SECRET_BYTES 8
#define MAX_LINE_BYTES ((size_t)64 * 1024)

static struct {
    pthread_mutex_t lock;
    struct log_options options;
    bool is_set_up;
    struct str secrets[MAX_SECRETS];
    size_t secret_count;
} logger = {.lock = PTHREAD_MUTEX_INITIALIZER, .options = {.level = LOG_LEVEL_WARNING}};

void log_setup(const struct log_options *options)
{
    (void)pthread_mutex_lock(&logger.lock);
    logger.options = *options;
    logger.is_set_up = true;
    (void)pthread_mutex_unlock(&logger.lock);
}

void log_hide(struct str secret)
{
    if (secret.n < 6) {
        return;
    }
    (void)pthread_mutex_lock(&logger.lock);
    bool is_known = false;
    for (size_t i = 0; i < logger.secret_count; i++) {
        is_known = is_known || str_eq(logger.secrets[i], secret);
    }
    if (!is_known && logger.secret_count < MAX_SECRETS) {
        char *copy = malloc(secret.n);
        if (copy != NULL) {
            memcpy(copy, secret.p, secret.n);
            logger.secrets[logger.secret_count++] = (struct str){copy, secret.n};
        }
    }
    (void)pthread_mutex_unlock(&logger.lock);
}

/*
 * Length of the longest hidden text that starts at s[at], or 0. At the end of s the beginning
 * of a hidden text counts too: a limit may have cut it.
 */
static size_t secret_length_at(struct str s, size_t at)
{
    size_t longest = 0;
    size_t rest = s.n - at;
    for (size_t i = 0; i < logger.secret_count; i++) {
        struct str secret = logger.secrets[i];
        size_t n = secret.n <= rest ? secret.n : rest;
        bool is_long_enough = n == secret.n || n >= MIN_CUT_SECRET_BYTES;
        if (n > longest && is_long_enough && memcmp(s.p + at, secret.p, n) == 0) {
            longest = n;
        }
    }
    return longest;
}

static void blank_secrets(struct buf *out, struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t hidden = secret_length_at(s, at);
        if (hidden > 0) {
            (void)buf_append_cstr(out, "***");
            at += hidden;
        } else {
            (void)buf_append_char(out, s.p[at++]);
        }
    }
}

void log_blank_secrets(struct buf *out, struct str s)
{
    (void)pthread_mutex_lock(&logger.lock);
    blank_secrets(out, s);
    (void)pthread_mutex_unlock(&logger.lock);
}

bool log_is_on(enum log_level level)
{
    return level >= logger.options.level;
}

bool log_level_from(struct str name, enum log_level *out)
{
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {
        {"debug", LOG_LEVEL_DEBUG},     {"info", LOG_LEVEL_INFO},   {"warn", LOG_LEVEL_WARNING},
        {"warning", LOG_LEVEL_WARNING}, {"error", LOG_LEVEL_ERROR}, {"none", LOG_LEVEL_NONE},
    };
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (str_eq_nocase(name, str_from(levels[i].name))) {
            *out = levels[i].level;
            return true;
        }
    }
    return false;
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    return (size_t)level < 4 ? names[level] : "NONE";
}

static void put_line(struct buf *line, enum log_level level, struct str message)
{
    char time[TIMESTAMP_TEXT_SIZE] = "";
    if (logger.is_set_up) {
        timestamp_format(clock_wall_ms(&logger.options.clock), time);
    }
    if (logger.options.format == LOG_FORMAT_JSON) {
        struct json_out out;
        json_out_init(&out, line);
        json_out_object(&out);
        json_out_field_cstr(&out, "time", time);
        json_out_field_cstr(&out, "level", level_name(level));
        json_out_field_str(&out, "message", message);
        json_out_object_end(&out);
    } else {
        (void)buf_printf(line, "%s%s%-7s ", time, time[0] != '\0' ? " " : "",
                         level_name(level));
        text_escape_terminal(line, message);
    }
    (void)buf_append_char(line, '\n');
}

static void write_event(enum log_level level, const char *text)
{
    struct buf message;
    struct buf line;
    (void)pthread_mutex_lock(&logger.lock);
    buf_init(&message, MAX_LINE_BYTES);
    buf_init(&line, MAX_LINE_BYTES * 8);
    blank_secrets(&message, str_from(text));
    put_line(&line, level, buf_str(&message));
    if (logger.options.sink != NULL) {
        logger.options.sink(logger.options.sink_ctx, level, buf_str(&line));
    } else {
        (void)fwrite(buf_cstr(&line), 1, line.size, stderr);
    }
    buf_free(&message);
    buf_free(&line);
    (void)pthread_mutex_unlock(&logger.lock);
}

static void log_event(enum log_level level, const char *format, va_list args)
{
    char text[4096];
    if (log_is_on(level)) {
        (void)vsnprintf(text, sizeof(text), format, args);
        write_event(level, text);
    }
}

#define LOG_FUNCTION(name, level)                                                              \
    void name(const char *format, ...)                                                         \
    {                                                                                          \
        va_list args;                                                                          \
        va_start(args, format);                                                                \
        log_event(level, format, args);                                                        \
        va_end(args);                                                                          \
    }

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

static void log_at(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

static void log_at(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_event(level, format, args);
    va_end(args);
}

void log_failure(enum log_level level, const struct error *err)
{
    if (err->where[0] != '\0') {
        log_at(level, "%s: %s", err->where, err->message);
    } else {
        log_at(level, "%s", err->message);
    }
}
