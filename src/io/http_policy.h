/*
 * http_policy - when may the next request go, and is a failed one tried again? Pure.
 *
 * No I/O and no clock of its own: now_ms (monotonic) and random bits are arguments.
 * A pace is a pair of sliding windows (per minute, per hour): in no window of 60 s (3600 s)
 * are more than the allowed number of requests taken, with half a second to spare for requests
 * that take longer to arrive than others.
 *
 * A 429 pauses the pace. It also slows it down when the server means it: when it names a wait
 * of ten seconds and more (its window is full), or refuses three in a row, or more than a third
 * of what it gets. A single 429 among good answers is noise, and costs a pause only. Slowing
 * down makes the minute's limit 30 % smaller, at most once in 10 s, not below 10 and not below
 * what the server took in a minute just before. Each 30 s without another slow-down give 10 %
 * back (at least four requests, so that too much shows at once). Trouble within 90 s of such
 * a raise doubles the time to the next, up to eight minutes; trouble later halves it, and so
 * does each raise that goes well.
 */
#ifndef IO_HTTP_POLICY_H
#define IO_HTTP_POLICY_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

struct http_pace;

/* Limits of 0 mean none. Owned by the caller; NULL when out of memory. */
struct http_pace *http_pace_new(int64_t per_minute, int64_t per_hour);
/*
 * A pace for a part of the requests of outer (may be NULL), which outlives it: each counts for
 * both, and waits for both. A 429 is taken for this one's alone.
 */
struct http_pace *http_pace_new_within(struct http_pace *outer, int64_t per_minute,
                                       int64_t per_hour);
void http_pace_free(struct http_pace *pace);
/* 0: a request may go now; else milliseconds to wait. NULL pace: always 0. */
int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms);
/* A request goes now: counts it. */
void http_pace_take(struct http_pace *pace, int64_t now_ms);
/* The server answered one, and not with 429. */
void http_pace_accepted(struct http_pace *pace, int64_t now_ms);
/*
 * The server said 429: nothing goes before now_ms + wait_ms, and maybe what goes then goes
 * slower. is_named: wait_ms is the server's own word. During a pause (of requests that were
 * under way) it may make the pause longer, never shorter.
 */
void http_pace_refused(struct http_pace *pace, int64_t now_ms, int64_t wait_ms, bool is_named);
/* What the minute's limit is now: INT64_MAX without, else at most the one that was set. */
int64_t http_pace_limit(const struct http_pace *pace, int64_t now_ms);
/*
 * Requests that may still go in the running minute, as the hour and a pause let it; INT64_MAX
 * without limit.
 */
int64_t http_pace_left_this_minute(const struct http_pace *pace, int64_t now_ms);

/*
 * Retry-After (RFC 9110, 10.2.3): seconds, also with a fraction, or an HTTP date. Milliseconds
 * from now_wall_ms (never negative, at most one day), or -1 when the text is neither.
 */
int64_t http_retry_after_ms(struct str value, int64_t now_wall_ms);
/* An HTTP date in any of its three forms; false when it is none. Years of two digits need now.
 */
bool http_date_ms(struct str text, int64_t now_wall_ms, int64_t *out_ms);

enum http_verdict {
    HTTP_VERDICT_DONE,  /* an answer to use: 2xx */
    HTTP_VERDICT_RETRY, /* the same request again, after wait_ms */
    HTTP_VERDICT_FAIL
};

struct http_attempt {
    enum status transport;  /* OK when an answer came; ERR_NETWORK, ERR_LIMIT, ... */
    int http_status;        /* when transport is OK */
    int64_t retry_after_ms; /* -1: not named */
    unsigned number;        /* of this attempt, from 1 */
    int64_t elapsed_ms;     /* of all attempts and the waits between them, the pace's not */
    int64_t budget_ms;      /* for these */
    bool is_safe_to_repeat; /* reading */
    unsigned max_number;    /* of attempts; 0: as many as the budget has room for */
    bool is_first_contact;  /* nobody was there, and nobody has been since the start */
};

struct http_decision {
    enum http_verdict verdict;
    int64_t wait_ms;  /* before the next attempt, or of the pause */
    bool pauses_all;  /* 429: the whole pace waits, also when this request has failed */
    enum status code; /* of a failure: ERR_AUTH, ERR_FORBIDDEN, ERR_RATE, ... */
};

/* Decides in one place; random for the jitter. */
struct http_decision http_decide(const struct http_attempt *attempt, uint64_t random);

#endif
