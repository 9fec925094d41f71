/*
 * map - from text to a pointer or number, in insertion order when walked.
 *
 * Keys are views: the caller keeps their bytes alive. Lookup is by XXH3 with a seed drawn
 * at random, so that remote data cannot choose its collisions. Not thread-safe.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/error.h"
#include "base/str.h"

union map_value {
    void *pointer;
    int64_t number;
};

struct map_entry {
    struct str key;
    union map_value value;
};

struct map {
    struct map_entry *entries; /* in order of insertion */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1 into entries, 0: free */
    size_t slot_count;
    uint64_t seed;
};

/* Cannot fail; takes no memory yet. */
void map_init(struct map *map);
/* Sets key to value, replacing what was there. On error the map is unchanged. */
enum status map_put(struct map *map, struct str key, union map_value value) WARN_UNUSED;
/* The value's place, or NULL. Dies with the next map_put. */
union map_value *map_get(const struct map *map, struct str key);
bool map_has(const struct map *map, struct str key);
/* Without entries again, memory kept. */
void map_clear(struct map *map);
void map_free(struct map *map);

#endif
