/*
 * arena - memory that lives and dies together: one per page of results, per project, per run.
 *
 * Allocation is a pointer bump; nothing is freed alone. A byte limit set at the start bounds
 * what hostile input can make us keep: beyond it allocation fails like malloc does (NULL).
 * Not thread-safe.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* in all blocks, headers included */
    size_t max_bytes;
    bool is_full; /* the limit has refused something, not the machine */
};

/* Cannot fail; the first block is taken at the first allocation. */
void arena_init(struct arena *arena, size_t max_bytes);

/* size zeroed bytes, aligned for any type; NULL when out of memory or over the limit. */
void *arena_alloc(struct arena *arena, size_t size);
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
/* count * size with overflow check. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of s, NUL-terminated behind its n bytes. STR_NULL stays STR_NULL. */
enum status arena_str(struct arena *arena, struct str s, struct str *out) WARN_UNUSED;
/* The same as a C string; NULL when out of memory. */
char *arena_cstr(struct arena *arena, struct str s);
/* printf into the arena. */
enum status arena_printf(struct arena *arena, struct str *out, const char *format,
                         ...) WARN_UNUSED PRINTF_LIKE(3, 4);

/*
 * Appends one zeroed element to a growing array: *items has *count elements of item_size
 * bytes and room for *capacity. Returns the new element, or NULL when out of memory (the
 * array stays as it was). Old storage stays in the arena, at most as much as the new.
 */
void *arena_push(struct arena *arena, void *items, size_t *count, size_t *capacity,
                 size_t item_size);

/*
 * What ERR_NOMEM means after work in this arena: ERR_LIMIT, explained in err, when the arena's
 * limit was in the way, so that the input is to blame and not the machine. Other statuses are
 * returned as they are.
 */
enum status arena_blame(const struct arena *arena, enum status status, struct error *err);

/* Forgets everything but keeps one block for the next round. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
