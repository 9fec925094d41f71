#include "domain/name.h"

#include "base/buf.h"
#include "base/map.h"

#include <inttypes.h>

#define MAX_NAME_BYTES ((size_t)1024 * 1024)
#define TAIL_CODEPOINTS 17 /* '~' and 16 digits */

/* C0, DEL, C1, line and paragraph separator. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || cp == 0x2028 || cp == 0x2029;
}

static size_t count_codepoints(struct str s)
{
    size_t at = 0;
    size_t count = 0;
    while (at < s.n) {
        (void)str_next_codepoint(s, &at);
        count++;
    }
    return count;
}

static void append_codepoint(struct buf *out, uint32_t cp)
{
    char bytes[4];
    (void)buf_append(out, bytes, str_put_utf8(cp, bytes));
}

static void replace_characters(struct str s, struct buf *out)
{
    uint32_t before = 0;
    for (size_t at = 0; at < s.n;) {
        uint32_t cp = str_next_codepoint(s, &at);
        cp = cp == '"' ? '\'' : is_control(cp) ? ' ' : cp;
        if (cp != ':' || before != ':') {
            append_codepoint(out, cp);
        }
        before = cp;
    }
}

/* The first code points of s and a hash of original, NAME_MAX_CODEPOINTS in all. */
static void append_cut(struct str s, struct str original, struct buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < NAME_MAX_CODEPOINTS - TAIL_CODEPOINTS; i++) {
        append_codepoint(out, str_next_codepoint(s, &at));
    }
    (void)buf_printf(out, "~%016" PRIx64, str_hash(original));
}

/* Short, and of printable ASCII without what servers refuse: nearly every name. */
static bool is_clean(struct str s)
{
    if (s.n == 0 || s.n > NAME_MAX_CODEPOINTS || s.p[0] == ' ' || s.p[s.n - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7F || c == '"' ||
            (c == ':' && i > 0 && s.p[i - 1] == ':')) {
            return false;
        }
    }
    return true;
}

enum status name_clean(struct str s, struct arena *arena, struct str *out)
{
    struct buf clean;
    struct buf cut;
    enum status status = OK;
    if (is_clean(s)) {
        *out = s;
        return OK;
    }
    buf_init(&clean, MAX_NAME_BYTES);
    buf_init(&cut, MAX_NAME_BYTES);
    struct str text = str_sub(s, 0, MAX_NAME_BYTES / 4);
    replace_characters(text, &clean);
    struct str result = str_trim(buf_str(&clean));
    if (count_codepoints(result) > NAME_MAX_CODEPOINTS) {
        append_cut(result, s, &cut);
        result = buf_str(&cut);
    }
    if (buf_status(&clean) != OK || buf_status(&cut) != OK) {
        status = ERR_NOMEM;
    } else if (str_eq(result, s)) {
        *out = s;
    } else {
        status = arena_str(arena, result, out);
    }
    buf_free(&clean);
    buf_free(&cut);
    return status;
}

/* ---- columns ---- */

static enum status fold(struct str s, struct arena *arena, struct str *out)
{
    char *copy = arena_cstr(arena, s);
    if (copy == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s.n; i++) {
        copy[i] = (char)(copy[i] >= 'A' && copy[i] <= 'Z' ? copy[i] + 32 : copy[i]);
    }
    *out = str_from_n(copy, s.n);
    return OK;
}

/* The first of name_2, name_3, ... that nobody has. */
static enum status find_free(struct str name, const struct map *taken, struct arena *arena,
                             struct str *out)
{
    size_t keep = 0;
    for (size_t i = 0; i < NAME_MAX_CODEPOINTS - 8 && keep < name.n; i++) {
        (void)str_next_codepoint(name, &keep);
    }
    for (unsigned number = 2;; number++) {
        struct str folded;
        enum status status =
            arena_printf(arena, out, "%.*s_%u", STR_ARG(str_sub(name, 0, keep)), number);
        if (status == OK) {
            status = fold(*out, arena, &folded);
        }
        if (status != OK || !map_has(taken, folded)) {
            return status;
        }
    }
}

static enum status take_name(struct map *taken, struct str name, struct arena *arena)
{
    struct str folded;
    enum status status = fold(name, arena, &folded);
    return status == OK ? map_put(taken, folded, (union map_value){.number = 1}) : status;
}

enum status name_clean_columns(const struct str *names, size_t count, struct arena *arena,
                               struct str *out)
{
    struct map taken;
    enum status status = OK;
    map_init(&taken);
    for (size_t i = 0; i < count && status == OK; i++) {
        status = name_clean(names[i], arena, &out[i]);
        if (status == OK && out[i].n == 0) {
            out[i] = STR("_");
        }
    }
    /* Names that are there as such come before those that get a number. */
    for (size_t i = 0; i < count && status == OK; i++) {
        struct str folded;
        status = fold(out[i], arena, &folded);
        if (status == OK && !map_has(&taken, folded)) {
            status = map_put(&taken, folded, (union map_value){.number = (int64_t)i});
        }
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        struct str folded;
        status = fold(out[i], arena, &folded);
        if (status == OK && map_get(&taken, folded)->number != (int64_t)i) {
            status = find_free(out[i], &taken, arena, &out[i]);
            if (status == OK) {
                status = take_name(&taken, out[i], arena);
            }
        }
    }
    map_free(&taken);
    return status;
}

/* ---- fully qualified names ---- */

enum status name_quote(struct str part, struct arena *arena, struct str *out)
{
    if (str_find(part, '.') == SIZE_MAX && str_find(part, '"') == SIZE_MAX) {
        *out = part;
        return OK;
    }
    char *quoted = arena_alloc(arena, part.n * 2 + 2);
    size_t n = 0;
    if (quoted == NULL) {
        return ERR_NOMEM;
    }
    quoted[n++] = '"';
    for (size_t i = 0; i < part.n; i++) {
        if (part.p[i] == '"') {
            quoted[n++] = '"';
        }
        quoted[n++] = part.p[i];
    }
    quoted[n++] = '"';
    *out = str_from_n(quoted, n);
    return OK;
}

enum status name_join(struct str parent, struct str part, struct arena *arena, struct str *out)
{
    struct str quoted;
    enum status status = name_quote(part, arena, &quoted);
    return status == OK
               ? arena_printf(arena, out, "%.*s.%.*s", STR_ARG(parent), STR_ARG(quoted))
               : status;
}

/* The part behind an opening quote, doubled quotes undone; *end: behind the closing one. */
static enum status read_quoted(struct str text, struct arena *arena, struct str *out,
                               size_t *end)
{
    char *plain = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    if (plain == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] != '"') {
            plain[n++] = text.p[i];
        } else if (i + 1 < text.n && text.p[i + 1] == '"') {
            plain[n++] = text.p[i++];
        } else {
            *out = str_from_n(plain, n);
            *end = i + 1;
            return OK;
        }
    }
    return ERR_PARSE;
}

enum status name_next_part(struct str *rest, struct arena *arena, struct str *out)
{
    struct str text = *rest;
    size_t end = str_find(text, '.');
    end = end == SIZE_MAX ? text.n : end;
    *out = str_sub(text, 0, end);
    if (text.n > 0 && text.p[0] == '"') {
        enum status status = read_quoted(text, arena, out, &end);
        if (status != OK) {
            return status;
        }
        if (end < text.n && text.p[end] != '.') {
            return ERR_PARSE;
        }
    }
    *rest = end < text.n ? str_sub(text, end + 1, text.n) : STR_NULL;
    return OK;
}
