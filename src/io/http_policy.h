/*
 * http_policy - when may the next request go, and is a failed one tried again? Pure.
 *
 * No I/O and no clock of its own: now_ms (monotonic) and random bits are arguments.
 * A pace is a pair of sliding windows (per minute, per hour): in no window of 60 s (3600 s)
 * are more than the allowed number of requests taken, with half a second to spare for requests
 * that take longer to arrive than others. A 429 pauses it, and makes the minute's limit 30 %
 * smaller (at most once in 10 s, not below 10); each 30 s without one give 10 % back.
 */
#ifndef IO_HTTP_POLICY_H
#define IO_HTTP_POLICY_H

#include "base/error.h"
#include "base/str.h"

struct http_pace;

/* Limits of 0 mean none. Owned by the caller; NULL when out of memory. */
struct http_pace *http_pace_new(int64_t per_minute, int64_t per_hour);
void http_pace_free(struct http_pace *pace);
/* 0: a request may go now; else milliseconds to wait. NULL pace: always 0. */
int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms);
/* A request goes now: counts it. */
void http_pace_take(struct http_pace *pace, int64_t now_ms);
/*
 * The server said 429: nothing goes before now_ms + wait_ms, and what goes then goes slower.
 * Another 429 during the pause (of a request that was under way) is the same event: it may
 * make the pause longer, nothing else.
 */
void http_pace_pause(struct http_pace *pace, int64_t now_ms, int64_t wait_ms);
/* What the minute's limit is now: INT64_MAX without, else at most the one that was set. */
int64_t http_pace_limit(const struct http_pace *pace, int64_t now_ms);
/* Requests that may still go in the running minute; INT64_MAX without limit. */
int64_t http_pace_left_this_minute(const struct http_pace *pace, int64_t now_ms);

/*
 * Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date (all three forms). Milliseconds
 * from now (never negative, at most one day), or -1 when the text is neither.
 */
int64_t http_retry_after_ms(struct str value, int64_t now_wall_ms);

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
    int64_t elapsed_ms;     /* since the first attempt was due */
    int64_t budget_ms;      /* for all attempts and pauses of this request */
    bool is_safe_to_repeat; /* reading */
    unsigned max_number;    /* of attempts; 0: as many as the budget has room for */
};

struct http_decision {
    enum http_verdict verdict;
    int64_t wait_ms;
    bool pauses_all;  /* 429: the whole pace waits, not only this request */
    enum status code; /* of a failure: ERR_AUTH, ERR_FORBIDDEN, ERR_RATE, ... */
};

/* Decides in one place; random for the jitter. */
struct http_decision http_decide(const struct http_attempt *attempt, uint64_t random);

#endif
