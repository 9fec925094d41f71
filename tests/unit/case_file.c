#include "case_file.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_FILE_BYTES ((size_t)16 * 1024 * 1024)

/* Where the reader is in a file. */
struct reading {
    const char *path;
    struct str text;
    size_t at;
    size_t line;
    struct arena *arena;
    struct error *err;
};

static enum status refuse(const struct reading *reading, const char *message)
{
    (void)error_set(reading->err, ERR_PARSE, "%s", message);
    error_where(reading->err, "%s:%zu", reading->path, reading->line);
    return ERR_PARSE;
}

static bool next_line(struct reading *reading, struct str *line)
{
    if (reading->at >= reading->text.n) {
        return false;
    }
    struct str rest = str_sub(reading->text, reading->at, reading->text.n);
    size_t end = str_find(rest, '\n');
    *line = str_sub(rest, 0, end == SIZE_MAX ? rest.n : end);
    reading->at += line->n + 1;
    reading->line++;
    return true;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c | 0x20) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* \t, \r, \n, \\ and \xNN. */
static enum status unescape(const struct reading *reading, struct str text, struct str *out)
{
    char *bytes = arena_cstr(reading->arena, text);
    size_t n = 0;
    if (bytes == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < text.n; i++) {
        char next = i + 1 < text.n ? text.p[i + 1] : '\0';
        const char *plain = "t\tr\rn\n\\\\";
        const char *found = next != '\0' ? strchr(plain, next) : NULL;
        if (text.p[i] != '\\') {
            bytes[n++] = text.p[i];
        } else if (next == 'x' && i + 3 < text.n && hex_digit(text.p[i + 2]) >= 0 &&
                   hex_digit(text.p[i + 3]) >= 0) {
            bytes[n++] = (char)(hex_digit(text.p[i + 2]) * 16 + hex_digit(text.p[i + 3]));
            i += 3;
        } else if (found != NULL && (found - plain) % 2 == 0) {
            bytes[n++] = found[1];
            i++;
        } else {
            return refuse(reading, "an escape that is not understood");
        }
    }
    bytes[n] = '\0';
    *out = str_from_n(bytes, n);
    return OK;
}

static enum status read_input(struct reading *reading, bool has_escapes, struct test_case *one)
{
    size_t from = reading->at;
    struct str line;
    while (next_line(reading, &line)) {
        if (str_is(line, ">>>")) {
            size_t end = reading->at - line.n - 1;
            one->input = str_sub(reading->text, from, end - from);
            return has_escapes ? unescape(reading, one->input, &one->input) : OK;
        }
    }
    return refuse(reading, "an input without its >>>");
}

static enum status read_header(struct reading *reading, struct str line, struct test_case *one)
{
    size_t colon = str_find(line, ':');
    if (colon == SIZE_MAX) {
        return refuse(reading, "expected 'key: value' or <<<");
    }
    struct case_header *header = arena_push(reading->arena, &one->headers, &one->header_count,
                                            &one->header_capacity, sizeof(*header));
    if (header == NULL) {
        return ERR_NOMEM;
    }
    header->key = str_sub(line, 0, colon);
    return unescape(reading, str_trim(str_sub(line, colon + 1, line.n)), &header->value);
}

static enum status read_expected(struct reading *reading, struct str line,
                                 struct test_case *one)
{
    if (line.n == 0 || line.p[0] == '#') {
        return OK;
    }
    struct str *expected = arena_push(reading->arena, &one->expected, &one->expected_count,
                                      &one->expected_capacity, sizeof(*expected));
    if (expected == NULL) {
        return ERR_NOMEM;
    }
    *expected = line;
    return OK;
}

static enum status read_cases(struct reading *reading, struct test_case **cases, size_t *count)
{
    size_t capacity = 0;
    bool has_input = false;
    struct str line;
    struct test_case *one = NULL;
    while (next_line(reading, &line)) {
        enum status status = OK;
        if (str_starts_with(line, "=== ")) {
            one = arena_push(reading->arena, cases, count, &capacity, sizeof(*one));
            if (one == NULL) {
                return ERR_NOMEM;
            }
            *one = (struct test_case){.title = str_sub(line, 4, line.n), .line = reading->line};
            has_input = false;
        } else if (one == NULL) {
            continue;
        } else if (has_input) {
            status = read_expected(reading, line, one);
        } else if (str_is(line, "<<<") || str_is(line, "<<< escapes")) {
            status = read_input(reading, line.n > 3, one);
            has_input = true;
        } else if (line.n > 0) {
            status = read_header(reading, line, one);
        }
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

enum status case_file_read(const char *path, struct arena *arena, struct test_case **cases,
                           size_t *count, struct error *err)
{
    *cases = NULL;
    *count = 0;
    struct buf content;
    buf_init(&content, MAX_FILE_BYTES);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    }
    char chunk[4096];
    for (size_t n = fread(chunk, 1, sizeof(chunk), file); n > 0;
         n = fread(chunk, 1, sizeof(chunk), file)) {
        (void)buf_append(&content, chunk, n);
    }
    (void)fclose(file);
    struct reading reading = {.path = path, .arena = arena, .err = err};
    enum status status = buf_status(&content);
    if (status == OK) {
        status = arena_str(arena, buf_str(&content), &reading.text);
    }
    buf_free(&content);
    return status == OK ? read_cases(&reading, cases, count) : status;
}

struct str case_header(const struct test_case *one, const char *key, size_t index)
{
    for (size_t i = 0; i < one->header_count; i++) {
        if (str_is(one->headers[i].key, key)) {
            if (index == 0) {
                return one->headers[i].value;
            }
            index--;
        }
    }
    return STR_NULL;
}

enum status case_file_list(const char *folder, struct arena *arena, struct str **paths,
                           size_t *count, struct error *err)
{
    size_t capacity = 0;
    *paths = NULL;
    *count = 0;
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return error_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    }
    enum status status = OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == OK;
         entry = readdir(directory)) {
        if (!str_ends_with(str_from(entry->d_name), ".case")) {
            continue;
        }
        struct str *path = arena_push(arena, paths, count, &capacity, sizeof(*path));
        status = path != NULL ? arena_printf(arena, path, "%s/%s", folder, entry->d_name)
                              : ERR_NOMEM;
    }
    (void)closedir(directory);
    if (status == OK && *count > 1) {
        qsort(*paths, *count, sizeof(**paths), str_qsort);
    }
    return status;
}

bool case_is_expected(const char *path, const struct test_case *one, const struct buf *got)
{
    struct buf wanted;
    buf_init(&wanted, MAX_FILE_BYTES);
    for (size_t i = 0; i < one->expected_count; i++) {
        (void)buf_append_str(&wanted, one->expected[i]);
        (void)buf_append_char(&wanted, '\n');
    }
    bool is_good = buf_status(got) == OK && buf_status(&wanted) == OK &&
                   str_eq(buf_str(got), buf_str(&wanted)) &&
                   !str_is_empty(case_header(one, "why", 0));
    if (!is_good) {
        print_error("%s:%zu: %.*s\n%s", path, one->line, STR_ARG(one->title), buf_cstr(got));
    }
    buf_free(&wanted);
    return is_good;
}

void case_file_judge_all(const char *kind, size_t at_least, struct arena *arena,
                         case_judge_fn *judge)
{
    struct str folder;
    struct str *paths;
    size_t path_count;
    size_t judged = 0;
    size_t failed = 0;
    struct error err = ERROR_INIT;
    assert_int_equal(arena_printf(arena, &folder, CASES_FOLDER "/%s", kind), OK);
    if (case_file_list(folder.p, arena, &paths, &path_count, &err) != OK) {
        fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < path_count; i++) {
        struct test_case *cases;
        size_t count;
        if (case_file_read(paths[i].p, arena, &cases, &count, &err) != OK) {
            fail_msg("%s: %s", err.where, err.message);
        }
        for (size_t k = 0; k < count; k++) {
            failed += judge(paths[i].p, &cases[k]) ? 0 : 1;
        }
        judged += count;
    }
    print_message("# %zu cases\n", judged);
    assert_true(judged >= at_least);
    assert_int_equal(failed, 0);
}
