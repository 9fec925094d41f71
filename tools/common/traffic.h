/*
 * traffic - what happens to requests before they are answered: rates, delays, faults, counts.
 */
#ifndef COMMON_TRAFFIC_H
#define COMMON_TRAFFIC_H

#include "base/json_out.h"
#include "common/memory.h"

enum retry_after { RETRY_AFTER_SECONDS, RETRY_AFTER_DATE, RETRY_AFTER_NONE };

enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,
    FAULT_CUT,
    FAULT_SLOW,
    FAULT_EXPIRED, /* a cursor that was given is not known any more */
    FAULT_CIRCLE   /* the next cursor is the one that was given */
};

#define FAULT_SLOW_MS 3000
#define MAX_FAULTS 32

struct fault {
    char prefix[128]; /* of the path, with /api */
    char method[16];  /* "": any */
    enum fault_kind kind;
    int status;
    uint64_t every;   /* the n-th, 2n-th, ... of its requests */
    bool is_for_good; /* the n-th and all that follow */
    bool is_once;     /* the n-th only */
    uint64_t seen;
};

struct traffic_window {
    int64_t span_ms;
    size_t limit;   /* 0: none */
    int64_t *times; /* a ring of limit */
    size_t next;
    size_t count;
};

struct traffic {
    struct traffic_window minute;
    struct traffic_window hour;
    enum retry_after retry_after;
    int64_t latency_ms;
    struct fault faults[MAX_FAULTS];
    size_t fault_count;
};

/* No limits, no faults. */
void traffic_init(struct traffic *traffic);
void traffic_free(struct traffic *traffic);
/* New limits; what was counted is forgotten. */
void traffic_limit(struct traffic *traffic, size_t per_minute, size_t per_hour);
/* 0: the request may pass and counts; else milliseconds until one may. */
int64_t traffic_admit(struct traffic *traffic, int64_t now_ms);
/*
 * [METHOD ]PREFIX:STATUS|cut|slow|expired|circle[:N|:N+|:@N], separated by commas; false when
 * it is not.
 */
bool traffic_add_faults(struct traffic *traffic, struct str rules);
void traffic_clear_faults(struct traffic *traffic);
/* What is wrong with this request; counts it. Status for FAULT_STATUS. */
enum fault_kind traffic_fault(struct traffic *traffic, const char *method, struct str path,
                              int *status);

#endif
