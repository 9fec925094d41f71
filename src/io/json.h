/*
 * json - reads JSON text from outside, within limits. (base/json_out.h writes it.)
 *
 * The only file that knows the JSON library. A document is owned by the caller and freed
 * whole; views (struct str) and children live as long as it does. Accessors take NULL and
 * wrong types and answer with "nothing", so that decoding remote data needs no nested checks.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct json; /* a value inside a document, or the document's root */

struct json_limits {
    size_t max_bytes;
    unsigned max_depth; /* of nested objects and arrays */
    bool mends;         /* of equal keys the last counts, and see io/json_mend.h */
};

/* What the importers use: 64 MiB, 64 levels, mending. */
extern const struct json_limits json_limits_default;

/*
 * Parses one JSON text (RFC 8259; unless it mends, duplicate keys are refused and bytes must
 * be UTF-8). *out is owned by the caller. ERR_LIMIT or ERR_PARSE with line and column in
 * err->where.
 */
enum status json_parse(struct str text, const struct json_limits *limits, struct json **out,
                       struct error *err) WARN_UNUSED;
void json_free(struct json *document);

/* Member of an object; NULL when value is no object or has no such key. */
const struct json *json_get(const struct json *value, const char *key);
/* A path of members: json_path(v, "analytics", "appViews", NULL). */
const struct json *json_path(const struct json *value, ...) __attribute__((sentinel));

/* What a value is; NULL is nothing of it. */
bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
bool json_is_string(const struct json *value);
/* True for JSON null and for "nothing". */
bool json_is_null(const struct json *value);

/* Elements of an array (0 for anything else), and one of them. */
size_t json_count(const struct json *value);
const struct json *json_at(const struct json *value, size_t index);

/* Walks an object: *iterator starts as NULL. False at the end. Order is the text's. */
bool json_next_member(const struct json *object, void **iterator, struct str *key,
                      const struct json **value);

/* The text of a string; STR_NULL for anything else. */
struct str json_str(const struct json *value);
/* A number without fraction (or a real that is whole), else fallback. */
int64_t json_int(const struct json *value, int64_t fallback);
double json_double(const struct json *value, double fallback);
bool json_bool(const struct json *value, bool fallback);

/* value as compact JSON with sorted keys, appended: for hashing and keeping. */
enum status json_write_sorted(const struct json *value, struct buf *out) WARN_UNUSED;

#endif
