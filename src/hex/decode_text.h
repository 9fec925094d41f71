/*
 * decode_text - how decode.c and decode_project.c take texts, ids and times out of JSON.
 */
#ifndef HEX_DECODE_TEXT_H
#define HEX_DECODE_TEXT_H

#include "base/arena.h"
#include "base/timestamp.h"
#include "io/json.h"

/* Copies into an arena; the first failure sticks and is asked for once, at the end. */
struct copier {
    struct arena *arena;
    bool has_failed;
};

/* A copy in the arena; STR_NULL stays STR_NULL. */
struct str copy_str(struct copier *copier, struct str text);
/* The text of a string member; STR_NULL for anything else. */
struct str copy_text(struct copier *copier, const struct json *value);
struct str copy_lower(struct copier *copier, struct str text);
/* An id: 1 to 200 bytes without spaces and controls, in lower case when it is a UUID; STR_NULL
 * for anything else. */
struct str copy_id_text(struct copier *copier, struct str text);
/* The same of a string member. */
struct str copy_id(struct copier *copier, const struct json *value);
enum status copier_status(const struct copier *copier, struct error *err);

/* A UUID as Hex promises, or what another server may have instead: 1 to 60 letters, digits,
 * '-', '_' and '.', a letter or digit first. */
bool is_project_id(struct str text);
/* ISO 8601 as milliseconds, TIMESTAMP_NONE for anything else; without a zone it is UTC. */
int64_t read_time(const struct json *value);
/* A whole number, also as a string of digits; -1 for anything else. */
int64_t read_number(const struct json *value);

/* The array "values" and the cursor of the next page; ERR_PARSE, naming what came instead,
 * when there is no such array. */
enum status decode_page(const struct json *document, struct arena *arena, const char *what,
                        const struct json **values, struct str *next,
                        struct error *err) WARN_UNUSED;

#endif
