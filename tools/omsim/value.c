#include "omsim/value.h"

#include "common/memory.h"

json_t *value_sure(json_t *value)
{
    if (value == NULL) {
        sim_fail_memory();
    }
    return value;
}

json_t *value_text(struct str text)
{
    if (str_is_null(text) || str_is_utf8(text)) {
        return str_is_null(text) ? json_null() : value_sure(json_stringn(text.p, text.n));
    }
    struct buf whole;
    buf_init(&whole, SIM_MAX_BYTES);
    for (size_t at = 0; at < text.n;) {
        char bytes[4];
        (void)buf_append(&whole, bytes, str_put_utf8(str_next_codepoint(text, &at), bytes));
    }
    json_t *value = value_sure(json_stringn(buf_cstr(&whole), whole.size));
    buf_free(&whole);
    return value;
}

struct str value_str(const json_t *value)
{
    return json_is_string(value)
               ? (struct str){json_string_value(value), json_string_length(value)}
               : STR_NULL;
}

struct str value_get(const json_t *object, const char *key)
{
    return value_str(json_object_get(object, key));
}

void value_put(json_t *object, const char *key, json_t *value)
{
    if (value == NULL) {
        (void)json_object_del(object, key);
    } else if (json_object_set_new(object, key, value) != 0) {
        sim_fail_memory();
    }
}

void value_put_text(json_t *object, const char *key, struct str text)
{
    value_put(object, key, value_text(text));
}

void value_put_int(json_t *object, const char *key, int64_t number)
{
    value_put(object, key, value_sure(json_integer(number)));
}

void value_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value_sure(value)) != 0) {
        sim_fail_memory();
    }
}

bool value_is_empty(const json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0) ||
           (json_is_object(value) && json_object_size(value) == 0);
}

bool value_same(const json_t *a, const json_t *b)
{
    return (value_is_empty(a) && value_is_empty(b)) || json_equal(a, b);
}

void value_strip_nulls(json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    void *next = NULL;
    for (size_t i = 0; i < json_array_size(value); i++) {
        value_strip_nulls(json_array_get(value, i));
    }
    json_object_foreach_safe(value, next, key, member)
    {
        if (json_is_null(member)) {
            (void)json_object_del(value, key);
        } else {
            value_strip_nulls(member);
        }
    }
}

static int on_bytes(const char *bytes, size_t n, void *ctx)
{
    return buf_append(ctx, bytes, n) == OK ? 0 : -1;
}

void value_write(const json_t *value, bool is_sorted, struct buf *out)
{
    size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
                   (is_sorted ? JSON_SORT_KEYS : 0U);
    if (json_dump_callback(value, on_bytes, out, flags) != 0) {
        sim_fail_memory();
    }
}
