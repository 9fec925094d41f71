#include "base/map.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t process_seed;
static _Atomic uint64_t map_number;

static void draw_process_seed(void)
{
    if (getrandom(&process_seed, sizeof(process_seed), GRND_NONBLOCK) != sizeof(process_seed)) {
        process_seed = (uint64_t)(uintptr_t)&process_seed; /* early boot: an address must do */
    }
}

/* One system call a process, not one a map: a sync makes millions of maps. */
void map_init(struct map *map)
{
    *map = (struct map){0};
    (void)pthread_once(&seed_once, draw_process_seed);
    uint64_t number = atomic_fetch_add_explicit(&map_number, 1, memory_order_relaxed);
    map->seed = XXH3_64bits_withSeed(&number, sizeof(number), process_seed);
}

static size_t find_slot(const struct map *map, struct str key)
{
    size_t mask = map->slot_count - 1;
    size_t at = XXH3_64bits_withSeed(key.p != NULL ? key.p : "", key.n, map->seed) & mask;
    while (map->slots[at] != 0 && !str_eq(map->entries[map->slots[at] - 1].key, key)) {
        at = (at + 1) & mask;
    }
    return at;
}

static enum status grow(struct map *map)
{
    size_t capacity = map->capacity == 0 ? 8 : map->capacity * 2;
    if (capacity > UINT32_MAX / 2) {
        return ERR_LIMIT;
    }
    uint32_t *slots = calloc(capacity * 2, sizeof(*slots));
    if (slots == NULL) {
        return ERR_NOMEM;
    }
    struct map_entry *entries = realloc(map->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        free(slots);
        return ERR_NOMEM;
    }
    free(map->slots);
    map->entries = entries;
    map->capacity = capacity;
    map->slots = slots;
    map->slot_count = capacity * 2;
    for (size_t i = 0; i < map->count; i++) {
        map->slots[find_slot(map, entries[i].key)] = (uint32_t)i + 1;
    }
    return OK;
}

enum status map_put(struct map *map, struct str key, union map_value value)
{
    if (map->count == map->capacity) {
        enum status status = grow(map);
        if (status != OK) {
            return status;
        }
    }
    size_t slot = find_slot(map, key);
    if (map->slots[slot] == 0) {
        map->entries[map->count] = (struct map_entry){key, value};
        map->count++;
        map->slots[slot] = (uint32_t)map->count;
    } else {
        map->entries[map->slots[slot] - 1].value = value;
    }
    return OK;
}

union map_value *map_get(const struct map *map, struct str key)
{
    if (map->count == 0) {
        return NULL;
    }
    uint32_t index = map->slots[find_slot(map, key)];
    return index == 0 ? NULL : &map->entries[index - 1].value;
}

bool map_has(const struct map *map, struct str key)
{
    return map_get(map, key) != NULL;
}

void map_clear(struct map *map)
{
    map->count = 0;
    if (map->slots != NULL) {
        memset(map->slots, 0, map->slot_count * sizeof(*map->slots));
    }
}

void map_free(struct map *map)
{
    free(map->entries);
    free(map->slots);
    *map = (struct map){.seed = map->seed};
}
