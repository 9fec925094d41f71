/*
 * virtual_hex - a Hex workspace in memory that is never asked over a network: for runs in
 * virtual time, where hours take seconds.
 *
 * Answers what an importer asks, as little as it needs; limits requests in sliding windows as
 * Hex says it does; refuses at random when told to; keeps a log of what arrived when.
 */
#ifndef TESTS_VIRTUAL_HEX_H
#define TESTS_VIRTUAL_HEX_H

#include "base/buf.h"

#include <stdbool.h>

enum virtual_call {
    VIRTUAL_CALL_LIST, /* anything of the workspace, the projects' pages among it */
    VIRTUAL_CALL_EXPORT,
    VIRTUAL_CALL_RUNS,
    VIRTUAL_CALL_QUERIED_TABLES,
    VIRTUAL_CALL_IMAGE,
    VIRTUAL_CALL_ANY /* of a question */
};

struct virtual_arrival {
    int64_t at_ms;
    int status;
    enum virtual_call call;
    size_t project; /* of EXPORT, RUNS and QUERIED_TABLES */
};

struct virtual_hex_options {
    size_t project_count;
    bool is_enterprise; /* queried tables are answered */
    int64_t per_minute; /* 0: no limit */
    int64_t per_hour;
    bool counts_refused;    /* a refused request fills the windows as well */
    bool names_wait;        /* Retry-After with the 429 of a window */
    unsigned storm_percent; /* answers that are a 429 for no reason */
    int64_t storm_wait_ms;  /* the Retry-After of these; -1: none */
    unsigned error_percent; /* answers that are a 503 for no reason */
    int64_t down_from_ms;   /* nobody listens from then on, */
    int64_t down_to_ms;     /* and before that */
};

struct virtual_hex {
    struct virtual_hex_options options;
    uint64_t random;
    struct virtual_arrival *log;
    size_t count;
    size_t capacity;
};

/* free with virtual_hex_free. */
void virtual_hex_init(struct virtual_hex *hex, const struct virtual_hex_options *options);
void virtual_hex_free(struct virtual_hex *hex);

/*
 * A request arrives at now_ms; times never go back. Returns the status; answer gets the body,
 * *retry_after_ms the header (-1: none).
 */
int virtual_hex_answer(struct virtual_hex *hex, struct str url, struct str body, int64_t now_ms,
                       struct buf *answer, int64_t *retry_after_ms);

/* Nobody listens at now_ms: no request arrives. */
bool virtual_hex_is_down(const struct virtual_hex *hex, int64_t now_ms);

/* How many project has been viewed; no two the same. The first is viewed most. */
int64_t virtual_hex_views(const struct virtual_hex *hex, size_t project);
/* 0: the most viewed. */
size_t virtual_hex_rank(const struct virtual_hex *hex, size_t project);

/* The most requests of this kind within any span_ms. */
size_t virtual_hex_most_within(const struct virtual_hex *hex, int64_t span_ms,
                               enum virtual_call call);
/* Requests with this status (0: any) that came at from_ms or later and before to_ms. */
size_t virtual_hex_count(const struct virtual_hex *hex, int status, int64_t from_ms,
                         int64_t to_ms);

/* 64 bits from a seed that moves on. */
uint64_t virtual_random(uint64_t *seed);

#endif
