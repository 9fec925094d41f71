/*
 * random - numbers that look random and depend on nothing but a seed and a place.
 *
 * Everything in a simulated workspace is drawn from a generator of its own, named by what it
 * is for and by a number (the project's, mostly), so that any part can be made alone, in any
 * order, and always comes out the same.
 */
#ifndef HEXSIM_RANDOM_H
#define HEXSIM_RANDOM_H

#include "common/memory.h"

struct rng {
    uint64_t state;
};

/* A generator for one thing: purpose is a word, number tells things of a kind apart. */
struct rng rng_for(uint64_t seed, const char *purpose, uint64_t number);
uint64_t rng_next(struct rng *rng);
/* 0 to n - 1; n above 0. */
size_t rng_below(struct rng *rng, size_t n);
/* from to to, both included. */
int64_t rng_between(struct rng *rng, int64_t from, int64_t to);
/* True in percent of 100 cases. */
bool rng_chance(struct rng *rng, unsigned percent);
/* A UUID: version 7 of time_ms, or version 4 when time_ms is TIMESTAMP_NONE. */
struct str rng_uuid(struct rng *rng, struct arena *arena, int64_t time_ms);

#endif
