/*
 * Preloaded before a program, makes one allocation fail: the FAIL_MALLOC-th, counted from 1.
 * With FAIL_MALLOC=0 nothing fails; how many there were is written to the file that
 * FAIL_MALLOC_COUNT names when the program ends. Counts malloc, calloc and realloc of the
 * program and its libraries.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* What glibc calls its own functions. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

static _Atomic long counted;
static long failing = -1; /* -1: the environment was not read yet */

static int fails_now(void)
{
    if (failing < 0) {
        return 0;
    }
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (number == failing) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *text = getenv("FAIL_MALLOC");
    failing = text != NULL ? strtol(text, NULL, 10) : -1;
}

__attribute__((destructor)) static void write_count(void)
{
    const char *path = getenv("FAIL_MALLOC_COUNT");
    long total = counted;
    failing = -1;
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        (void)fprintf(file, "%ld\n", total);
        (void)fclose(file);
    }
}

void *malloc(size_t size)
{
    return fails_now() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
    return fails_now() ? NULL : __libc_realloc(p, size);
}
