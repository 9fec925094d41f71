#include <jansson.h>

/* jansson has macros of these names; ours are functions that take NULL. */
#undef json_is_object
#undef json_is_array
#undef json_is_string
#undef json_is_null

#include "io/json.h"
#include "io/json_mend.h"

#include <stdarg.h>
#include <string.h>

/* jansson recurses while it parses; beyond this it refuses by itself. */
#define LIBRARY_MAX_DEPTH 2000

const struct json_limits json_limits_default = {
    .max_bytes = (size_t)64 * 1024 * 1024,
    .max_depth = 64,
    .mends = true,
};

/* struct json is never defined: it is jansson's json_t under our name. */
static const json_t *value_in(const struct json *value)
{
    return (const json_t *)(const void *)value;
}

static const struct json *value_out(const json_t *value)
{
    return (const struct json *)(const void *)value;
}

/* Writes "line:column" of a byte into err. */
static void set_place(struct error *err, struct str text, size_t at)
{
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        if (text.p[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    error_where(err, "%zu:%zu", line, column);
}

/*
 * Finds nesting beyond max_depth before the recursive parser sees it. Exact for valid JSON;
 * in broken text quotes may be misjudged, which the parser then reports.
 */
static bool is_too_deep(struct str text, unsigned max_depth, size_t *at)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            depth++;
            if (depth > max_depth) {
                *at = i;
                return true;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

static enum status report(const json_error_t *from, struct error *err)
{
    if (json_error_code(from) == json_error_out_of_memory || from->text[0] == '\0') {
        return error_nomem(err);
    }
    enum status code =
        json_error_code(from) == json_error_stack_overflow ? ERR_LIMIT : ERR_PARSE;
    (void)error_set(err, code, "not valid JSON: %s", from->text);
    error_where(err, "%d:%d", from->line < 1 ? 1 : from->line,
                from->column < 1 ? 1 : from->column);
    return code;
}

static json_t *load(struct str text, size_t flags, json_error_t *problem)
{
    return json_loadb(text.p != NULL ? text.p : "", text.n,
                      flags | JSON_DECODE_ANY | JSON_ALLOW_NUL, problem);
}

/* A second reading of what a first one refused; NULL when there is nothing to mend. */
static json_t *load_mended(struct str text)
{
    json_t *root = NULL;
    json_error_t ignored;
    struct buf mended;
    buf_init(&mended, text.n * 6);
    if (json_mend(text, &mended) == OK && !str_eq(buf_str(&mended), text)) {
        root = load(buf_str(&mended), 0, &ignored);
    }
    buf_free(&mended);
    return root;
}

enum status json_parse(struct str text, const struct json_limits *limits, struct json **out,
                       struct error *err)
{
    *out = NULL;
    if (text.n > limits->max_bytes) {
        return error_set(err, ERR_LIMIT, "JSON text of %zu bytes; at most %zu are read", text.n,
                         limits->max_bytes);
    }
    if (str_starts_with(text, "\xEF\xBB\xBF")) {
        text = str_sub(text, 3, text.n);
    }
    unsigned max_depth =
        limits->max_depth < LIBRARY_MAX_DEPTH ? limits->max_depth : LIBRARY_MAX_DEPTH;
    size_t at = 0;
    if (is_too_deep(text, max_depth, &at)) {
        (void)error_set(err, ERR_LIMIT, "JSON is nested deeper than %u levels", max_depth);
        set_place(err, text, at);
        return ERR_LIMIT;
    }
    json_error_t problem;
    json_t *root = load(text, limits->mends ? 0 : JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL && limits->mends) {
        root = load_mended(text);
    }
    if (root == NULL) {
        return report(&problem, err);
    }
    *out = (struct json *)(void *)root;
    return OK;
}

void json_free(struct json *document)
{
    if (document != NULL) {
        json_decref((json_t *)(void *)document);
    }
}

const struct json *json_get(const struct json *value, const char *key)
{
    return value_out(json_object_get(value_in(value), key));
}

const struct json *json_path(const struct json *value, ...)
{
    va_list keys;
    va_start(keys, value);
    for (const char *key = va_arg(keys, const char *); key != NULL && value != NULL;
         key = va_arg(keys, const char *)) {
        value = json_get(value, key);
    }
    va_end(keys);
    return value;
}

static bool is_of_type(const struct json *value, json_type type)
{
    return value != NULL && json_typeof(value_in(value)) == type;
}

bool json_is_object(const struct json *value)
{
    return is_of_type(value, JSON_OBJECT);
}

bool json_is_array(const struct json *value)
{
    return is_of_type(value, JSON_ARRAY);
}

bool json_is_string(const struct json *value)
{
    return is_of_type(value, JSON_STRING);
}

bool json_is_null(const struct json *value)
{
    return value == NULL || is_of_type(value, JSON_NULL);
}

size_t json_count(const struct json *value)
{
    return json_array_size(value_in(value));
}

const struct json *json_at(const struct json *value, size_t index)
{
    return value_out(json_array_get(value_in(value), index));
}

bool json_next_member(const struct json *object, void **iterator, struct str *key,
                      const struct json **value)
{
    if (!json_is_object(object)) {
        return false;
    }
    /* jansson asks for a writable object here, but only reads. */
    json_t *raw = (json_t *)(void *)object;
    *iterator =
        *iterator == NULL ? json_object_iter(raw) : json_object_iter_next(raw, *iterator);
    if (*iterator == NULL) {
        return false;
    }
    *key = str_from(json_object_iter_key(*iterator));
    *value = value_out(json_object_iter_value(*iterator));
    return true;
}

struct str json_str(const struct json *value)
{
    if (!json_is_string(value)) {
        return STR_NULL;
    }
    return (struct str){json_string_value(value_in(value)),
                        json_string_length(value_in(value))};
}

int64_t json_int(const struct json *value, int64_t fallback)
{
    if (is_of_type(value, JSON_INTEGER)) {
        return json_integer_value(value_in(value));
    }
    if (is_of_type(value, JSON_REAL)) {
        double number = json_real_value(value_in(value));
        /* -2^63 and 2^63 are exact as doubles; the upper one is out of range. */
        if (number >= -9223372036854775808.0 && number < 9223372036854775808.0 &&
            (double)(int64_t)number == number) {
            return (int64_t)number;
        }
    }
    return fallback;
}

double json_double(const struct json *value, double fallback)
{
    if (is_of_type(value, JSON_INTEGER) || is_of_type(value, JSON_REAL)) {
        return json_number_value(value_in(value));
    }
    return fallback;
}

bool json_bool(const struct json *value, bool fallback)
{
    if (is_of_type(value, JSON_TRUE)) {
        return true;
    }
    return is_of_type(value, JSON_FALSE) ? false : fallback;
}

static int write_chunk(const char *bytes, size_t n, void *out)
{
    return buf_append(out, bytes, n) == OK ? 0 : -1;
}

enum status json_write_sorted(const struct json *value, struct buf *out)
{
    if (value == NULL) {
        return buf_append_cstr(out, "null");
    }
    int failed = json_dump_callback(value_in(value), write_chunk, out,
                                    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (buf_status(out) != OK) {
        return buf_status(out);
    }
    return failed == 0 ? OK : ERR_NOMEM;
}
