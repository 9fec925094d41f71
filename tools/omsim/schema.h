/*
 * schema - JSON Schema, as far as OpenMetadata's published files use it.
 *
 * Draft-07 (with "$schema"; what stands beside a $ref is ignored) and 2020-12 (without): $ref
 * into the file, into other files and to whole files, type, enum, const, pattern, format,
 * length, number and item limits, uniqueItems, required, properties, patternProperties,
 * additionalProperties, oneOf, anyOf, allOf, not, if/then/else. Everything else (javaType,
 * default, title, ...) says nothing about validity. Compiled once, kept until the set is freed.
 */
#ifndef OMSIM_SCHEMA_H
#define OMSIM_SCHEMA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#include <jansson.h>

struct schema; /* one compiled schema; owned by its set */

struct schema_set {
    struct arena arena;
    struct map files;    /* path -> json_t, owned */
    struct map compiled; /* "path#pointer" -> struct schema */
    struct schema **all; /* for the patterns to be freed */
    size_t count;
    size_t capacity;
};

/* An empty set. */
void schema_set_init(struct schema_set *set);
void schema_set_free(struct schema_set *set);

/*
 * The schema in a file, or at "FILE#/pointer". Documents named before with schema_set_add are
 * found first. ERR_NOT_FOUND, ERR_PARSE: err names the file.
 */
enum status schema_load(struct schema_set *set, const char *reference,
                        const struct schema **out, struct error *err) WARN_UNUSED;
/* Takes over a document that other schemas may refer to by this path. */
void schema_set_add(struct schema_set *set, struct str path, json_t *document);

/* True when value is valid; else the first violation is appended to reason: "tags.0.state ...".
 */
bool schema_check(const struct schema *schema, const json_t *value, struct buf *reason);
/*
 * The same for types, enumerations, formats and unknown properties only: what a reader of
 * JSON refuses, not what it leaves to the validation of the object it has read.
 */
bool schema_check_structure(const struct schema *schema, const json_t *value,
                            struct buf *reason);

/* Whether text has a format that is known here; unknown formats have every text. */
bool schema_has_format(struct str text, struct str format);

#endif
