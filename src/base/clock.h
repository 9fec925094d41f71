/*
 * clock - time as an argument, so that tests need no sleeping.
 *
 * Code that decides by time takes a struct clock (or a plain now_ms); only main builds the
 * real one. All times are milliseconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*wall_ms)(void *ctx);      /* since 1970-01-01 UTC; may jump */
    int64_t (*monotonic_ms)(void *ctx); /* never goes back; meaningless alone */
    uint64_t (*random)(void *ctx);      /* 64 random bits: jitter, not secrets */
    void *ctx;
};

/* The machine's clocks. */
struct clock clock_system(void);

/* Ask a clock. */
int64_t clock_wall_ms(const struct clock *clock);
int64_t clock_monotonic_ms(const struct clock *clock);
uint64_t clock_random(const struct clock *clock);

/* A clock that stands still until it is told otherwise. */
struct clock_fake {
    int64_t wall_ms;
    int64_t monotonic_ms;
    uint64_t random; /* the next value; advanced by a fixed step */
};
struct clock clock_fake(struct clock_fake *fake);
void clock_fake_advance(struct clock_fake *fake, int64_t ms);

#endif
