/*
 * MB/s of the SQL engine alone: bench_sql FILE.jsonl... [ROUNDS].
 *
 * Reads questions as `hexmeta sql-lineage` takes them, then runs lineage_find over all texts,
 * ROUNDS (20) times, once for tables only and once with columns. JSON is not in the figures.
 * Never part of a test.
 */
#include "base/clock.h"
#include "io/json.h"
#include "sql/lineage.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_FILE_BYTES ((size_t)64 * 1024 * 1024)
#define ARENA_BYTES ((size_t)1024 * 1024 * 1024)

struct text {
    struct str sql;
    enum sql_dialect dialect;
    bool is_template;
};

struct texts {
    struct arena arena;
    struct text *items;
    size_t count;
    size_t capacity;
    size_t bytes;
};

static bool add(struct texts *texts, const struct json *sql, const struct json *type,
                bool is_template)
{
    struct text *text = arena_push(&texts->arena, &texts->items, &texts->count,
                                   &texts->capacity, sizeof(*texts->items));
    if (text == NULL || arena_str(&texts->arena, json_str(sql), &text->sql) != OK) {
        return false;
    }
    text->dialect = sql_dialect_from_name(json_str(type));
    text->is_template = is_template;
    texts->bytes += text->sql.n;
    return true;
}

static bool add_line(struct texts *texts, struct str line)
{
    struct error err = ERROR_INIT;
    struct json *question = NULL;
    bool is_good = json_parse(line, &json_limits_default, &question, &err) == OK;
    const struct json *cells = json_get(question, "cells");
    if (is_good && cells == NULL) {
        is_good = add(texts, json_get(question, "sql"), json_get(question, "dialect"), false);
    }
    for (size_t i = 0; is_good && i < json_count(cells); i++) {
        const struct json *cell = json_at(cells, i);
        is_good = add(texts, json_get(cell, "sql"), json_path(cell, "connection", "type", NULL),
                      true);
    }
    json_free(question);
    return is_good;
}

static bool read_file(struct texts *texts, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *data = malloc(MAX_FILE_BYTES);
    bool is_good = file != NULL && data != NULL;
    struct str rest = str_from_n(data, is_good ? fread(data, 1, MAX_FILE_BYTES, file) : 0);
    while (is_good && rest.n > 0) {
        size_t end = str_find(rest, '\n');
        is_good = add_line(texts, str_sub(rest, 0, end));
        rest = end == SIZE_MAX ? STR_NULL : str_sub(rest, end + 1, SIZE_MAX);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    free(data);
    return is_good;
}

static bool run(const struct texts *texts, bool wants_columns, long rounds)
{
    struct clock clock = clock_system();
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    int64_t start_ms = clock_monotonic_ms(&clock);
    for (long round = 0; round < rounds; round++) {
        for (size_t i = 0; i < texts->count; i++) {
            struct lineage lineage;
            const struct lineage_options options = {.dialect = texts->items[i].dialect,
                                                    .is_template = texts->items[i].is_template,
                                                    .wants_columns = wants_columns};
            arena_reset(&arena);
            if (lineage_find(texts->items[i].sql, &options, &arena, &lineage) != OK) {
                return false;
            }
        }
    }
    int64_t took_ms = clock_monotonic_ms(&clock) - start_ms;
    double megabytes = (double)texts->bytes * (double)rounds / 1e6;
    (void)printf("%-8s %8.1f MB/s %8.2f us a text\n", wants_columns ? "columns" : "tables",
                 megabytes / ((double)took_ms / 1e3),
                 (double)took_ms * 1e3 / (double)rounds / (double)texts->count);
    arena_free(&arena);
    return true;
}

int main(int argc, char **argv)
{
    struct texts texts = {0};
    arena_init(&texts.arena, ARENA_BYTES);
    long rounds = 20;
    for (int i = 1; i < argc; i++) {
        char *end;
        long number = strtol(argv[i], &end, 10);
        if (*end == '\0' && number > 0) {
            rounds = number;
        } else if (!read_file(&texts, argv[i])) {
            (void)fprintf(stderr, "bench_sql: cannot read %s\n", argv[i]);
            return 1;
        }
    }
    if (texts.count == 0) {
        (void)fprintf(stderr, "usage: bench_sql FILE.jsonl... [ROUNDS]\n");
        return 2;
    }
    (void)printf("%zu texts, %.2f MB, %ld rounds\n", texts.count, (double)texts.bytes / 1e6,
                 rounds);
    bool is_good = run(&texts, false, rounds) && run(&texts, true, rounds);
    arena_free(&texts.arena);
    return is_good ? 0 : 1;
}
