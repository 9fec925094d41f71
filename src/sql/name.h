/*
 * name - the name of a table or column as its parts, and how names compare and are written.
 *
 * Plain data; texts are views into the SQL text or into an arena.
 */
#ifndef SQL_NAME_H
#define SQL_NAME_H

#include "base/arena.h"
#include "sql/dialect.h"

struct sql_part {
    struct str text; /* without quotes; empty for the middle of a..b */
    bool is_quoted;
};

struct sql_name {
    struct sql_part *parts;
    size_t count;
    size_t offset;   /* of its first byte in the SQL text */
    bool is_dynamic; /* a template makes (a part of) it: it names no table */
};

/* What bare names mean on a connection; texts may be STR_NULL. */
struct sql_defaults {
    struct sql_part database;
    struct sql_part schema;
};

/* A part in the form in which equal parts are the same bytes. */
enum status sql_part_key(const struct sql_part *part, const struct sql_rules *rules,
                         struct arena *arena, struct str *out) WARN_UNUSED;

/* The same for all parts of a name together. */
enum status sql_name_key(const struct sql_name *name, const struct sql_rules *rules,
                         struct arena *arena, struct str *out) WARN_UNUSED;

/*
 * The name as text: parts joined by dots, a part in double quotes when it would be read
 * differently without them (it holds a dot or quote, or folds to something else).
 */
enum status sql_name_render(const struct sql_name *name, const struct sql_rules *rules,
                            struct arena *arena, struct str *out) WARN_UNUSED;

/*
 * The name with missing parts filled in from defaults. Two-level dialects have a database and
 * no schema; BigQuery's INFORMATION_SCHEMA.X counts as one part.
 */
enum status sql_name_complete(const struct sql_name *name, const struct sql_rules *rules,
                              const struct sql_defaults *defaults, struct arena *arena,
                              struct sql_name *out) WARN_UNUSED;

#endif
