#include "catalog/store.h"

#include "base/json_out.h"

#include <inttypes.h>

enum status store_find_project(struct catalog *catalog, int64_t source, struct str hex_id,
                               int64_t *out, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT id FROM project WHERE source = ?1 AND hex_id = ?2");
    bind_int(&statement, source);
    bind_str(&statement, hex_id);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        *out = column_int(&statement, 0);
    } else if (status == OK) {
        status = error_set(err, ERR_NOT_FOUND, "the catalog has no project %.*s",
                           STR_ARG(str_sub(hex_id, 0, 100)));
    }
    sqlite_end(&statement);
    return status;
}

enum status store_run_with(struct catalog *catalog, const char *sql, int64_t number,
                           struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, sql);
    bind_int(&statement, number);
    return sqlite_run(&statement, err);
}

uint64_t store_digest_int(uint64_t digest, int64_t field)
{
    digest = ((digest << 5) | (digest >> 59)) ^ (uint64_t)field;
    return digest * UINT64_C(0x9E3779B97F4A7C15);
}

uint64_t store_digest(uint64_t digest, struct str field)
{
    return store_digest_int(digest, field.p == NULL ? -1 : (int64_t)str_hash(field));
}

struct str store_texts_write(struct buf *out, const struct str *texts, size_t count)
{
    struct json_out json;
    size_t start = out->size;
    if (count == 0) {
        return STR_NULL;
    }
    json_out_init(&json, out);
    json_out_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_out_str(&json, texts[i]);
    }
    json_out_array_end(&json);
    return str_sub(buf_str(out), start, SIZE_MAX);
}

/* ---- reading such an array back: only what json_out writes needs to be understood ---- */

static bool read_hex(struct str json, size_t at, uint32_t *out)
{
    *out = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = i < json.n ? json.p[i] : 'x';
        uint32_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = (uint32_t)(c - 'a' + 10);
        } else {
            return false;
        }
        *out = *out * 16 + digit;
    }
    return true;
}

/* One escape at json.p[*at], behind the backslash, to to[*n]. */
static bool read_escape(struct str json, size_t *at, char *to, size_t *n)
{
    static const char from[] = "\"\\/bfnrt";
    static const char meaning[] = "\"\\/\b\f\n\r\t";
    char c = *at < json.n ? json.p[*at] : '\0';
    *at += 1;
    for (size_t i = 0; i + 1 < sizeof(from); i++) {
        if (c == from[i]) {
            to[(*n)++] = meaning[i];
            return true;
        }
    }
    uint32_t codepoint = 0;
    if (c != 'u' || !read_hex(json, *at, &codepoint)) {
        return false;
    }
    *at += 4;
    *n += str_put_utf8(codepoint, to + *n);
    return true;
}

/* The text that starts behind a quote at *at; its unescaped form is never longer. */
static enum status read_text(struct str json, size_t *at, struct arena *arena, struct str *out,
                             bool *is_good)
{
    size_t end = *at;
    while (end < json.n && json.p[end] != '"') {
        end += json.p[end] == '\\' ? 2 : 1;
    }
    *is_good = end < json.n;
    char *to = *is_good ? arena_alloc(arena, end - *at + 1) : NULL;
    if (to == NULL) {
        return *is_good ? ERR_NOMEM : OK;
    }
    size_t n = 0;
    while (*is_good && *at < end) {
        char c = json.p[(*at)++];
        if (c == '\\') {
            *is_good = read_escape(json, at, to, &n);
        } else {
            to[n++] = c;
        }
    }
    *at = end + 1;
    *out = str_from_n(to, n);
    return OK;
}

static enum status push_text(struct str json, size_t *at, struct arena *arena, struct str **out,
                             size_t *count, size_t *capacity, bool *is_good)
{
    struct str *text = arena_push(arena, out, count, capacity, sizeof(**out));
    if (text == NULL) {
        return ERR_NOMEM;
    }
    if (json.p[*at] == '"') {
        *at += 1;
        return read_text(json, at, arena, text, is_good);
    }
    *is_good = str_starts_with(str_sub(json, *at, SIZE_MAX), "null");
    *at += 4;
    return OK;
}

enum status store_texts_read(struct str json, struct arena *arena, struct str **out,
                             size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool is_good = json.n >= 2 && json.p[0] == '[' && json.p[json.n - 1] == ']';
    size_t at = 1;
    *out = NULL;
    *count = 0;
    if (str_is_null(json)) {
        return OK;
    }
    while (is_good && at + 1 < json.n) {
        if (push_text(json, &at, arena, out, count, &capacity, &is_good) != OK) {
            return error_nomem(err);
        }
        is_good = is_good && at < json.n && (json.p[at] == ',' || json.p[at] == ']');
        at++;
    }
    return is_good ? OK : error_set(err, ERR_PARSE, "the catalog holds a broken list of texts");
}
