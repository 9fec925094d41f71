/*
 * lineage - what a SQL text reads and writes, and where its output columns come from.
 *
 * The door to src/sql. Pure: no state is kept between calls. An answer is always given; what
 * it may lack, and where, is in its notes. Everything in the answer lives in the caller's
 * arena and refers to the caller's text. Time is linear in the text.
 */
#ifndef SQL_LINEAGE_H
#define SQL_LINEAGE_H

#include "sql/name.h"
#include "sql/note.h"
#include "sql/tree.h"

/* Longer texts are not looked into (SQL_NOTE_SIZE). */
#define LINEAGE_MAX_BYTES ((size_t)64 * 1024 * 1024)

/*
 * The columns of a table or data frame, in order, when they are known: true, and *columns
 * lives until the end of the call of lineage_find.
 */
typedef bool lineage_schema_fn(void *ctx, const struct sql_name *table,
                               const struct str **columns, size_t *count);

/*
 * Whether a regular expression is found in text, or with is_whole fits all of it: *matches.
 * False when it is none, or nobody can tell.
 */
typedef bool lineage_match_fn(void *ctx, struct str pattern, bool is_whole, struct str text,
                              bool *matches);

struct lineage_options {
    enum sql_dialect dialect;
    bool is_template;   /* text may hold Jinja */
    bool wants_columns; /* else only tables are found */
    bool folds_columns; /* names of columns as the warehouse keeps them, else as written */
    lineage_schema_fn *schema; /* NULL: no columns are known */
    void *schema_ctx;
    lineage_match_fn *matches; /* for COLUMNS ('regex'); NULL: nobody can tell */
    void *matches_ctx;
};

/* A table, once for all its spellings. */
struct lineage_table {
    struct sql_name name; /* as first written, nothing added */
    struct str key;       /* equal names have equal keys */
};

struct lineage_access {
    size_t table;             /* index into tables */
    size_t offset;            /* where the text first names it in this statement */
    bool is_temporary;        /* a write that makes a temporary table, or one to #t */
    bool is_created;          /* a write that makes its table */
    struct sql_word *columns; /* of a write: INSERT INTO t (a, b) */
};

struct lineage_origin {
    size_t table;
    struct str column; /* "*": all columns of the table, or one that is not known */
};

struct lineage_column {
    struct str name; /* STR_NULL: without a name, or a template makes it; "*": see is_star */
    bool is_star;    /* stands for any number of columns that are not known */
    struct lineage_origin *origins;
    size_t origin_count;
};

struct lineage_statement {
    size_t offset; /* of its text */
    size_t end;
    size_t variant;     /* of the template's branches: statements of each come together */
    bool is_query;      /* its rows are a result */
    bool is_use;        /* USE and its like: use says what bare names mean from here on */
    bool use_is_schema; /* its last part is a schema, else the first is a database */
    struct sql_name use;
    struct lineage_access *reads; /* each table once */
    size_t read_count;
    size_t read_capacity;
    struct lineage_access *writes;
    size_t write_count;
    size_t write_capacity;
    struct lineage_column *columns; /* of its result, or of what it writes */
    size_t column_count;
};

struct lineage {
    struct lineage_table *tables;
    size_t table_count;
    size_t table_capacity;
    struct lineage_statement *statements;
    size_t statement_count;
    size_t statement_capacity;
    struct sql_notes notes; /* sorted by offset */
};

/* Looks into text. ERR_NOMEM (arena's limit included) is the only error. */
enum status lineage_find(struct str text, const struct lineage_options *options,
                         struct arena *arena, struct lineage *out) WARN_UNUSED;

/* True when tables may be missing: a note says so. */
bool lineage_is_partial(const struct lineage *lineage);

#endif
