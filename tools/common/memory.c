#include "common/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sim_fail_memory(void)
{
    (void)fputs("simulator: out of memory\n", stderr);
    exit(1);
}

void *sim_alloc(struct arena *arena, size_t size)
{
    void *p = arena_alloc(arena, size > 0 ? size : 1);
    if (p == NULL) {
        sim_fail_memory();
    }
    return p;
}

void *sim_push(struct arena *arena, void *items, size_t *count, size_t *capacity,
               size_t item_size)
{
    void *item = arena_push(arena, items, count, capacity, item_size);
    if (item == NULL) {
        sim_fail_memory();
    }
    return item;
}

struct str sim_copy(struct arena *arena, struct str text)
{
    struct str out = STR_NULL;
    if (arena_str(arena, text, &out) != OK) {
        sim_fail_memory();
    }
    return out;
}

struct str sim_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (text == NULL) {
        sim_fail_memory();
    }
    (void)vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return str_from_n(text, (size_t)n);
}

struct str sim_case(struct arena *arena, struct str text, bool is_upper)
{
    char *out = sim_alloc(arena, text.n + 1);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (is_upper && c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        } else if (!is_upper && c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        out[i] = c;
    }
    return (struct str){out, text.n};
}

struct str sim_take(struct arena *arena, struct buf *buf)
{
    if (buf_status(buf) != OK) {
        sim_fail_memory();
    }
    struct str out = sim_copy(arena, buf_str(buf));
    buf_free(buf);
    return out;
}

void sim_sort(void *items, size_t count, size_t item_size,
              int (*compare)(const void *, const void *))
{
    if (count > 1) {
        qsort(items, count, item_size, compare);
    }
}
