/*
 * value - small helpers for JSON values that a simulator keeps and changes.
 *
 * Memory that runs out ends the program, as everywhere in the simulators.
 */
#ifndef OMSIM_VALUE_H
#define OMSIM_VALUE_H

#include "base/buf.h"

#include <jansson.h>

/* A new reference or a new value that is not NULL. */
json_t *value_sure(json_t *value);
/* A string value, broken UTF-8 made whole; STR_NULL becomes JSON null. */
json_t *value_text(struct str text);
/* The text of a member that is a string; STR_NULL for anything else. */
struct str value_get(const json_t *object, const char *key);
/* The text of a string value; STR_NULL for anything else. */
struct str value_str(const json_t *value);
/* Sets a member; takes the reference over. NULL removes it. */
void value_put(json_t *object, const char *key, json_t *value);
void value_put_text(json_t *object, const char *key, struct str text);
void value_put_int(json_t *object, const char *key, int64_t number);
/* Appends; takes the reference over. */
void value_append(json_t *array, json_t *value);
/* True for a member that is absent, null, "", [] or {}. */
bool value_is_empty(const json_t *value);
/* Members that are null vanish, at every depth. */
void value_strip_nulls(json_t *value);
/* Compact JSON, appended to out. */
void value_write(const json_t *value, bool is_sorted, struct buf *out);
/* Equal, where NULL, null and empty texts, lists and objects are the same. */
bool value_same(const json_t *a, const json_t *b);

#endif
