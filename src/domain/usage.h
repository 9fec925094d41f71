/*
 * usage - views of a project per UTC day, from a counter that only ever grew. Pure.
 *
 * Hex counts all views since the beginning; OpenMetadata wants a number for each day. A day's
 * views are the differences between observations, booked on the day of the later one. The
 * first observation is only the base, and one below the base (a counter that was reset) is a
 * new base.
 */
#ifndef DOMAIN_USAGE_H
#define DOMAIN_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct usage_state {
    bool has_base;
    int64_t at_ms;    /* of the last observation */
    int64_t all_time; /* the counter then */
    int64_t day;      /* days since 1970-01-01 UTC that count belongs to */
    int64_t count;    /* views of that day so far */
};

/*
 * Takes the next observation; those that are not later than the last one are ignored, and so
 * is an unknown counter (negative). True when the count of state->day is not what it was.
 */
bool usage_observe(struct usage_state *state, int64_t at_ms, int64_t all_time);

/* The UTC day of an instant. */
int64_t usage_day(int64_t at_ms);

#endif
