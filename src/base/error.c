#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void error_clear(struct error *err)
{
    if (err != NULL) {
        *err = (struct error)ERROR_INIT;
    }
}

enum status error_set(struct error *err, enum status code, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        err->code = code;
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, args);
        va_end(args);
    }
    return code;
}

void error_where(struct error *err, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->where, sizeof(err->where), format, args);
        va_end(args);
    }
}

void error_prefix(struct error *err, const char *format, ...)
{
    if (err == NULL) {
        return;
    }
    char old[sizeof(err->message)];
    memcpy(old, err->message, sizeof(old));

    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(err->message)) {
        size_t room = sizeof(err->message) - (size_t)n;
        size_t len = strnlen(old, room - 1);
        memcpy(err->message + n, old, len);
        err->message[(size_t)n + len] = '\0';
    }
}

enum status error_nomem(struct error *err)
{
    return error_set(err, ERR_NOMEM, "out of memory");
}

const char *status_name(enum status code)
{
    static const char *const names[] = {
        [OK] = "ok",
        [ERR_NOMEM] = "out of memory",
        [ERR_IO] = "io",
        [ERR_PARSE] = "parse",
        [ERR_LIMIT] = "limit",
        [ERR_CONFIG] = "configuration",
        [ERR_AUTH] = "authentication",
        [ERR_FORBIDDEN] = "forbidden",
        [ERR_NOT_FOUND] = "not found",
        [ERR_REJECTED] = "rejected",
        [ERR_RATE] = "rate limit",
        [ERR_NETWORK] = "network",
        [ERR_CANCELLED] = "cancelled",
        [ERR_BUG] = "internal error",
    };
    if ((size_t)code >= sizeof(names) / sizeof(names[0])) {
        return "unknown";
    }
    return names[code];
}
