/*
 * error - what went wrong, in a form that both code and people can use.
 *
 * Every fallible function returns enum status; the explanation goes into the caller's
 * struct error. Whether something is tried again is decided from the code and the numbers
 * in here, never from the message. A struct error is plain memory: it owns nothing.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum status {
    OK = 0,
    ERR_NOMEM,     /* out of memory */
    ERR_IO,        /* file, database or operating system */
    ERR_PARSE,     /* input that cannot be understood */
    ERR_LIMIT,     /* input larger or deeper than allowed */
    ERR_CONFIG,    /* configuration or command line */
    ERR_AUTH,      /* 401: the token is not accepted */
    ERR_FORBIDDEN, /* 403: the token may not do this */
    ERR_NOT_FOUND, /* 404, or no such row */
    ERR_REJECTED,  /* any other 4xx answer */
    ERR_RATE,      /* 429 beyond the retry budget */
    ERR_NETWORK,   /* not reachable, cut, stalled, 5xx */
    ERR_CANCELLED, /* the user or a signal asked to stop */
    ERR_BUG        /* a condition that the code rules out */
};

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_arg)                                                   \
    __attribute__((format(printf, format_index, first_arg)))

struct error {
    enum status code;
    int http_status;        /* 0: no answer was received */
    int64_t retry_after_ms; /* -1: the server named no time */
    char message[512];      /* one sentence, cut at the end when longer */
    char where[256];        /* file:line:column, URL or object; may be empty */
};

/* An error that says nothing yet. */
#define ERROR_INIT                                                                             \
    {                                                                                          \
        .code = OK, .retry_after_ms = -1                                                       \
    }

/* Forgets what err held before. */
void error_clear(struct error *err);

/* Fills err (which may be NULL) and returns code, so that "return error_set(...)" reads well.
 */
enum status error_set(struct error *err, enum status code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Says where: kept beside the message. Truncates. */
void error_where(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts words before the message that is already there: "project 'x': " + message. */
void error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* err as ERR_NOMEM; returns ERR_NOMEM. */
enum status error_nomem(struct error *err);

/* Short name of a code for logs: "network", "auth". Static memory. */
const char *status_name(enum status code);

#endif
