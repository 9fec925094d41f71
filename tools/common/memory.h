/*
 * memory - arena helpers that end the program when memory runs out.
 *
 * A simulator for tests has nobody to report that to; everything else in here may therefore
 * use what it gets without asking.
 */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include "base/arena.h"
#include "base/buf.h"

/* The limit of every arena and buf that has no better one. */
#define SIM_MAX_BYTES ((size_t)4 * 1024 * 1024 * 1024)

/* Says "out of memory" and exits. */
void sim_fail_memory(void) __attribute__((noreturn));
/* size zeroed bytes, never NULL. */
void *sim_alloc(struct arena *arena, size_t size);
#define SIM_NEW(arena, type) ((type *)sim_alloc((arena), sizeof(type)))
/* One more zeroed element of a growing array, as arena_push. */
void *sim_push(struct arena *arena, void *items, size_t *count, size_t *capacity,
               size_t item_size);
/* A copy of text. */
struct str sim_copy(struct arena *arena, struct str text);
/* printf into the arena. */
struct str sim_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
/* Upper or lower case of ASCII letters. */
struct str sim_case(struct arena *arena, struct str text, bool is_upper);
/* qsort, which must not be called with NULL. */
void sim_sort(void *items, size_t count, size_t item_size,
              int (*compare)(const void *, const void *));
/* What buf holds, copied; buf is freed. Ends the program when buf has failed. */
struct str sim_take(struct arena *arena, struct buf *buf);

#endif
