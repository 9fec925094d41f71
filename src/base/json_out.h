/*
 * json_out - writes JSON into a buf: separators, escapes and nesting are its business.
 *
 * Output is exact (only what JSON demands is escaped) and always valid UTF-8: broken bytes
 * become U+FFFD. Errors stick in the buf. Calls must nest properly; asserted.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include "base/buf.h"

#define JSON_OUT_MAX_DEPTH 64

struct json_out {
    struct buf *buf;
    unsigned depth;
    bool has_items[JSON_OUT_MAX_DEPTH];
    bool after_key;
};

/* Appends to buf, which the caller owns. */
void json_out_init(struct json_out *out, struct buf *buf);
void json_out_object(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array(struct json_out *out);
void json_out_array_end(struct json_out *out);
/* key must be followed by exactly one value. */
void json_out_key(struct json_out *out, const char *key);
void json_out_key_str(struct json_out *out, struct str key);
/* A string, or null for STR_NULL. */
void json_out_str(struct json_out *out, struct str value);
void json_out_cstr(struct json_out *out, const char *value);
void json_out_int(struct json_out *out, int64_t value);
void json_out_double(struct json_out *out, double value);
void json_out_bool(struct json_out *out, bool value);
void json_out_null(struct json_out *out);
/* ISO 8601 with milliseconds, or null for TIMESTAMP_NONE. */
void json_out_time(struct json_out *out, int64_t ms);

/* key and value in one call. */
void json_out_field_str(struct json_out *out, const char *key, struct str value);
void json_out_field_cstr(struct json_out *out, const char *key, const char *value);
void json_out_field_int(struct json_out *out, const char *key, int64_t value);
void json_out_field_bool(struct json_out *out, const char *key, bool value);
void json_out_field_null(struct json_out *out, const char *key);
void json_out_field_time(struct json_out *out, const char *key, int64_t ms);
/* An array of strings. */
void json_out_field_strs(struct json_out *out, const char *key, const struct str *values,
                         size_t count);

#endif
