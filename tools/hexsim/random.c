#include "hexsim/random.h"

#include "base/timestamp.h"

#include <inttypes.h>

/* splitmix64: its state may be anything, its output passes the usual tests. */
uint64_t rng_next(struct rng *rng)
{
    rng->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct rng rng_for(uint64_t seed, const char *purpose, uint64_t number)
{
    struct rng rng = {seed ^ str_hash(str_from(purpose))};
    rng.state = rng_next(&rng) ^ (number * UINT64_C(0xD6E8FEB86659FD93));
    (void)rng_next(&rng);
    return rng;
}

size_t rng_below(struct rng *rng, size_t n)
{
    return (size_t)(rng_next(rng) % n);
}

int64_t rng_between(struct rng *rng, int64_t from, int64_t to)
{
    return from + (int64_t)(rng_next(rng) % (uint64_t)(to - from + 1));
}

bool rng_chance(struct rng *rng, unsigned percent)
{
    return rng_next(rng) % 100 < percent;
}

struct str rng_uuid(struct rng *rng, struct arena *arena, int64_t time_ms)
{
    uint64_t high = rng_next(rng);
    uint64_t low = (rng_next(rng) & UINT64_C(0x3FFFFFFFFFFFFFFF)) | UINT64_C(1) << 63;
    unsigned version = 4;
    if (time_ms != TIMESTAMP_NONE) {
        high = ((uint64_t)time_ms << 16) | (high & 0xFFFF);
        version = 7;
    }
    return sim_printf(arena,
                      "%08" PRIx64 "-%04" PRIx64 "-%x%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
                      high >> 32, (high >> 16) & 0xFFFF, version, high & 0xFFF, low >> 48,
                      low & UINT64_C(0xFFFFFFFFFFFF));
}
