/*
 * notebook_sql - the SQL cells of a notebook in order: tables, data frames, temporary tables.
 *
 * Pure. What the engine (sql/lineage.h) finds in each cell gets its meaning here: a bare name
 * that an earlier cell made is that data frame; a temporary table of the notebook is nothing;
 * every other name is a table, completed from the cell's connection and from USE before it.
 * All answers live in the caller's arena.
 */
#ifndef DOMAIN_NOTEBOOK_SQL_H
#define DOMAIN_NOTEBOOK_SQL_H

#include "sql/lineage.h"

struct notebook_sql_cell {
    struct str sql;        /* STR_NULL: no SQL cell */
    struct str dataframe;  /* what it makes, whatever kind of cell it is; STR_NULL: nothing */
    bool is_dataframe_sql; /* over data frames: names are never tables of a warehouse */
    enum sql_dialect dialect; /* of its connection */
    struct sql_defaults defaults;
    const struct str *names; /* data frames that it uses by name, other than in SQL */
    size_t name_count;
    const struct str *columns; /* of its data frame as last displayed */
    size_t column_count;
    bool keeps_columns; /* its data frame has the columns of the first of names */
};

struct notebook_sql_column;

struct notebook_sql_table {
    struct sql_name name; /* complete */
    struct str text;      /* as sql_name_render has it */
    size_t offset;        /* where the cell first names it */
    bool is_behind; /* of a read: the cell does not name it, but a temporary table made of it */
    struct notebook_sql_column *columns; /* of a write: what it puts there, as far as known */
    size_t column_count;
};

/* Where a column comes from: a table, or the data frame of an earlier cell. */
struct notebook_sql_origin {
    size_t table;      /* which of the answer's reads; SIZE_MAX: none */
    size_t dep;        /* which of the answer's deps; SIZE_MAX: none */
    struct str column; /* "*": all of them */
};

struct notebook_sql_column {
    struct str name; /* as the warehouse keeps it; STR_NULL without one */
    bool is_star;    /* stands for columns that are not known */
    struct notebook_sql_origin *origins;
    size_t origin_count;
};

struct notebook_sql_answer {
    struct notebook_sql_table *reads; /* each once */
    size_t read_count;
    size_t read_capacity;
    struct notebook_sql_table *writes;
    size_t write_count;
    size_t write_capacity;
    size_t *deps; /* cells whose data frames it reads, each once, in order of first use */
    size_t dep_count;
    size_t dep_capacity;
    size_t *named; /* for each of the cell's names: the cell that made it; SIZE_MAX: none */
    struct notebook_sql_column *columns; /* of its last result, else of what it writes */
    size_t column_count;
    bool lacks_origins;    /* some of columns may come from more than they say */
    struct str *dataframe; /* columns of its data frame, see notebook_columns.h */
    size_t dataframe_count;
    bool knows_dataframe; /* they are all there is */
    struct sql_notes notes;
    bool is_partial; /* tables may be missing */
};

/* The columns of a complete table name, when they are known; see lineage_schema_fn. */
struct notebook_sql_schema {
    lineage_schema_fn *find; /* NULL: none are known */
    void *ctx;
};

/* A part of a name in the form in which the dialect's warehouse keeps it. */
enum status notebook_sql_stored(const struct sql_part *part, enum sql_dialect dialect,
                                struct arena *arena, struct str *out) WARN_UNUSED;

/*
 * One answer for each cell, in (*answers)[i]; the columns of a data frame are known to the
 * cells behind it. ERR_NOMEM is the only error.
 */
enum status notebook_sql_find(const struct notebook_sql_cell *cells, size_t count,
                              const struct notebook_sql_schema *schema, struct arena *arena,
                              struct notebook_sql_answer **answers) WARN_UNUSED;

#endif
