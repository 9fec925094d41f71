#include "base/clock.h"

#include <stddef.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_monotonic_ms(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_MONOTONIC);
}

static uint64_t system_random(void *ctx)
{
    uint64_t value;
    (void)ctx;
    if (getrandom(&value, sizeof(value), 0) != sizeof(value)) {
        value = (uint64_t)read_clock(CLOCK_MONOTONIC) * 0x9E3779B97F4A7C15u;
    }
    return value;
}

struct clock clock_system(void)
{
    return (struct clock){system_wall_ms, system_monotonic_ms, system_random, NULL};
}

int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock->ctx);
}

int64_t clock_monotonic_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock->ctx);
}

uint64_t clock_random(const struct clock *clock)
{
    return clock->random(clock->ctx);
}

static int64_t fake_wall_ms(void *ctx)
{
    return ((struct clock_fake *)ctx)->wall_ms;
}

static int64_t fake_monotonic_ms(void *ctx)
{
    return ((struct clock_fake *)ctx)->monotonic_ms;
}

static uint64_t fake_random(void *ctx)
{
    struct clock_fake *fake = ctx;
    fake->random += 0x9E3779B97F4A7C15u;
    return fake->random;
}

struct clock clock_fake(struct clock_fake *fake)
{
    return (struct clock){fake_wall_ms, fake_monotonic_ms, fake_random, fake};
}

void clock_fake_advance(struct clock_fake *fake, int64_t ms)
{
    fake->wall_ms += ms;
    fake->monotonic_ms += ms;
}
