#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_BYTES ((size_t)16 * 1024)
#define ARENA_KEEP_BYTES ((size_t)256 * 1024)
#define ALIGN alignof(max_align_t)

struct arena_block {
    struct arena_block *next;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena, size_t max_bytes)
{
    *arena = (struct arena){.max_bytes = max_bytes};
}

/* Blocks double with what is in use, so that many small allocations cost few mallocs. */
static struct arena_block *add_block(struct arena *arena, size_t at_least)
{
    size_t size = arena->used_bytes < ARENA_BLOCK_BYTES ? ARENA_BLOCK_BYTES : arena->used_bytes;
    size = size > 1024 * 1024 ? 1024 * 1024 : size;
    size = size < at_least ? at_least : size;

    size_t total = sizeof(struct arena_block) + size;
    if (total > arena->max_bytes || arena->used_bytes > arena->max_bytes - total) {
        size = at_least;
        total = sizeof(struct arena_block) + size;
        if (total < size || total > arena->max_bytes ||
            arena->used_bytes > arena->max_bytes - total) {
            arena->is_full = true;
            return NULL;
        }
    }
    struct arena_block *block = malloc(total);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->used_bytes += total;
    return block;
}

/* size bytes as they come. */
static void *take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = size == 0 ? ALIGN : (size + ALIGN - 1) / ALIGN * ALIGN;
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < size) {
        block = add_block(arena, size);
        if (block == NULL) {
            return NULL;
        }
    }
    void *p = block->data + block->used;
    block->used += size;
    return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *p = take(arena, size);
    return p != NULL ? memset(p, 0, size) : NULL;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return arena_alloc(arena, count * size);
}

char *arena_cstr(struct arena *arena, struct str s)
{
    char *p = take(arena, s.n + 1);
    if (p == NULL) {
        return NULL;
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    return p;
}

enum status arena_str(struct arena *arena, struct str s, struct str *out)
{
    if (s.p == NULL) {
        *out = STR_NULL;
        return OK;
    }
    char *p = arena_cstr(arena, s);
    if (p == NULL) {
        return ERR_NOMEM;
    }
    *out = (struct str){p, s.n};
    return OK;
}

enum status arena_printf(struct arena *arena, struct str *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        return ERR_BUG;
    }
    char *p = arena_alloc(arena, (size_t)n + 1);
    if (p == NULL) {
        return ERR_NOMEM;
    }
    va_start(args, format);
    (void)vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    *out = (struct str){p, (size_t)n};
    return OK;
}

void *arena_push(struct arena *arena, void *items, size_t *count, size_t *capacity,
                 size_t item_size)
{
    /* items is the address of the caller's typed pointer; memcpy keeps aliasing rules. */
    char *old;
    memcpy(&old, items, sizeof(old));
    if (*count == *capacity) {
        size_t larger = *capacity == 0 ? 4 : *capacity * 2;
        char *grown = arena_array(arena, larger, item_size);
        if (grown == NULL) {
            return NULL;
        }
        if (*count > 0) {
            memcpy(grown, old, *count * item_size);
        }
        memcpy(items, &grown, sizeof(grown));
        *capacity = larger;
        old = grown;
    }
    void *item = old + *count * item_size;
    *count += 1;
    return item;
}

enum status arena_blame(const struct arena *arena, enum status status, struct error *err)
{
    if (status != ERR_NOMEM || !arena->is_full) {
        return status;
    }
    return error_set(err, ERR_LIMIT, "too large: it takes more than %zu MiB of memory",
                     arena->max_bytes / (1024 * 1024));
}

void arena_reset(struct arena *arena)
{
    arena->is_full = false;
    struct arena_block *keep = NULL;
    for (struct arena_block *block = arena->blocks; block != NULL;) {
        struct arena_block *next = block->next;
        bool fits = block->size <= ARENA_KEEP_BYTES;
        if (fits && (keep == NULL || block->size > keep->size)) {
            free(keep);
            keep = block;
        } else {
            free(block);
        }
        block = next;
    }
    arena->blocks = keep;
    arena->used_bytes = 0;
    if (keep != NULL) {
        keep->next = NULL;
        keep->used = 0;
        arena->used_bytes = sizeof(*keep) + keep->size;
    }
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->used_bytes = 0;
}
