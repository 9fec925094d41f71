/*
 * resolve - what the files of the resolver share: names to tables, columns to their origins.
 *
 * Private to resolve*.c, flow.c and lineage.c. The resolver walks the tree once, WITH queries
 * before what names them, and never walks one twice. A budget bounds what it copies and looks
 * at; when that is used up, columns are given up (SQL_NOTE_COLUMNS), tables are not.
 */
#ifndef SQL_RESOLVE_H
#define SQL_RESOLVE_H

#include "base/map.h"
#include "sql/lineage.h"

/* A column of a table, or a placeholder for a column of a recursive query. */
struct sql_origin {
    size_t table;
    struct str column;
    struct resolve_columns *self; /* the recursive query; NULL for a column of a table */
    size_t self_index;
    uint64_t stamp; /* of the last set that it was put into */
};

/* Where a value comes from: a set. NULL is the empty one. */
struct sql_flow {
    size_t count;
    struct sql_origin *items[];
};

struct resolve_column {
    struct str name; /* as written; NULL without one */
    struct str key;  /* lower case */
    const struct sql_flow *flow;
    bool is_star; /* stands for columns that are not known */
};

/* The columns of a table, query or function. */
struct resolve_columns {
    struct resolve_column *items;
    size_t count;
    size_t capacity;
    struct map index; /* key to position, when there are many */
    size_t indexed;   /* how many are in it */
    struct resolve_columns *next_indexed;
    bool is_open;      /* it may have others */
    bool is_table;     /* a table whose columns are known */
    bool is_base;      /* a table whose columns are not known: items are those found */
    bool is_recursive; /* items are placeholders */
    bool is_temporary; /* of a temporary table that this text made */
    size_t table;      /* of is_base */
    bool is_element;   /* elements of an array, under an alias: SELECT x FROM UNNEST (a) x */
    bool has_any;      /* any name is a column of it, and has the flow any */
    const struct sql_flow *any;
    struct resolve_columns **through; /* what its stars stand for, as far as open */
    size_t through_count;
    size_t through_capacity;
    bool is_union; /* each of through has the column, else one of them */
};

/* A source in FROM, under its name there. */
struct resolve_relation {
    struct str key;
    const struct sql_name *name; /* of a table without alias */
    struct resolve_columns *columns;
    bool is_hidden;
};

/* A column of JOIN ... USING: it comes from several relations and stands once. */
struct resolve_merged {
    struct resolve_merged *next;
    struct str key;
    const struct sql_flow **flows;
    size_t count;
    size_t capacity;
    uint64_t star; /* the star that it was last given to */
};

/* What names mean in one SELECT. */
struct resolve_scope {
    struct resolve_scope *parent;
    struct resolve_relation *relations;
    size_t count;
    size_t capacity;
    struct map by_key; /* when there are many relations */
    size_t indexed;
    struct resolve_merged *merged;
    struct resolve_columns *aliases; /* of the select list so far; may be NULL */
    const struct sql_cte *values;    /* WITH expression AS name; nothing else is set then */
    const struct sql_select *select;
};

/* What a WITH name stands for; a later one shadows an earlier one. */
struct resolve_cte {
    struct resolve_columns *columns;
    struct resolve_cte *shadowed;
};

struct resolver {
    struct arena *arena;
    const struct sql_rules *rules;
    const struct lineage_options *options;
    struct lineage *out;
    struct lineage_statement *statement;
    struct map tables;                      /* key to index in out->tables */
    struct resolve_columns **table_columns; /* of out->tables, NULL until asked for */
    size_t table_columns_count;
    size_t table_columns_capacity;
    uint64_t *read_marks; /* of out->tables: the statement that read it last */
    size_t read_mark_count;
    size_t read_mark_capacity;
    struct map ctes;                 /* key to struct resolve_cte */
    struct resolve_columns *indexed; /* those with a map to free */
    struct sql_origin **scratch;     /* sets that are being built, a stack */
    size_t scratch_count;
    size_t scratch_capacity;
    uint64_t stamp;
    size_t text_offset;   /* of the string whose statements are walked; SIZE_MAX: of none */
    unsigned quiet;       /* in queries of which only the tables count */
    unsigned value_depth; /* values in values */
    int64_t budget;
    enum status status;
};

/* ---- resolver (resolve.c) ---- */
void *resolve_new(struct resolver *r, size_t size);
#define RESOLVE_NEW(r, type) ((type *)resolve_new((r), sizeof(type)))
void resolve_note(struct resolver *r, enum sql_note_kind kind, size_t offset);
/* Takes cost from the budget; false when it is used up. */
bool resolve_spend(struct resolver *r, size_t cost);
/* The table of this name, added when it is new; SIZE_MAX without memory. */
size_t resolve_table(struct resolver *r, const struct sql_name *name);
void resolve_read(struct resolver *r, size_t table, size_t offset);
/* Form in which names of relations, and names of columns, compare. */
struct str resolve_part_key(struct resolver *r, const struct sql_part *part);
struct str resolve_column_key(struct resolver *r, struct str name);
/* The name that a column gets in the answer: as written, or folded when that is asked for. */
struct str resolve_column_name(struct resolver *r, const struct sql_part *part);
/* What WITH name stands for; NULL: nothing. */
struct resolve_cte *resolve_find_cte(struct resolver *r, const struct sql_name *name);
/* All of a statement. */
void resolve_statement(struct resolver *r, struct sql_statement *statement);

/* ---- flows (flow.c) ---- */
/* Sets are built in turn: begin, add ..., finish. */
size_t flow_begin(struct resolver *r);
void flow_add(struct resolver *r, uint64_t stamp, const struct sql_flow *flow);
const struct sql_flow *flow_finish(struct resolver *r, size_t base);
/* A set of one. */
const struct sql_flow *flow_one(struct resolver *r, const struct sql_origin *origin);
/* Union of two. */
const struct sql_flow *flow_union(struct resolver *r, const struct sql_flow *a,
                                  const struct sql_flow *b);

/* ---- columns (columns.c) ---- */
struct resolve_columns *columns_new(struct resolver *r);
void columns_add(struct resolver *r, struct resolve_columns *columns, struct str name,
                 const struct sql_flow *flow);
/* A star in its place; what it stands for is added to through. */
void columns_add_star(struct resolver *r, struct resolve_columns *columns,
                      struct resolve_columns *behind);
/* True when the column is there for sure. */
bool columns_find(struct resolver *r, struct resolve_columns *columns, struct str key,
                  const struct sql_flow **flow);
/* The column if it is there, in open ones also by guess; false when it cannot be. */
bool columns_find_open(struct resolver *r, struct resolve_columns *columns, struct str key,
                       struct str name, const struct sql_flow **flow);
/* Adds the flows of all its columns to the set that is being built. */
void columns_flow_all(struct resolver *r, uint64_t stamp, struct resolve_columns *columns);
/* The flows of all its columns; columns may be NULL. */
const struct sql_flow *columns_flow(struct resolver *r, struct resolve_columns *columns);
/* Where those of a table are kept: NULL there as long as nobody asked. NULL without memory. */
struct resolve_columns **columns_slot(struct resolver *r, size_t table);
/* Those of a table: from the schema, or open. */
struct resolve_columns *columns_of_table(struct resolver *r, const struct sql_name *name,
                                         size_t table);

/* ---- scopes (scope.c) ---- */
void scope_free(struct resolve_scope *scope);
/* Adds an alias of the select list. */
void scope_add_alias(struct resolver *r, struct resolve_scope *scope, struct str name,
                     const struct sql_flow *flow);
struct resolve_relation *scope_add(struct resolver *r, struct resolve_scope *scope,
                                   struct str key, struct resolve_columns *columns);
struct resolve_relation *scope_find(struct resolver *r, struct resolve_scope *scope,
                                    struct str key);
/* Relation of that name in the scope or those around it. */
struct resolve_relation *scope_find_outer(struct resolver *r, struct resolve_scope *scope,
                                          struct str key);
/* JOIN USING (key): relation, the newest, and those before it share the column. */
void scope_merge(struct resolver *r, struct resolve_scope *scope,
                 struct resolve_relation *relation, const struct sql_part *column);
/* The merged column, or NULL; and its flow. */
struct resolve_merged *scope_find_merged(const struct resolve_scope *scope, struct str key);
const struct sql_flow *scope_merged_flow(struct resolver *r, struct resolve_merged *merged);
/* WITH expression AS name: the expression's uses are looked up where the name is used. */
const struct sql_cte *scope_find_value(struct resolver *r, const struct resolve_scope *scope,
                                       struct str name);
/* Where a column reference comes from; false when nothing is known by that name. */
bool scope_resolve(struct resolver *r, struct resolve_scope *scope, const struct sql_name *name,
                   const struct sql_flow **flow);

/* ---- queries (resolve_query.c, resolve_from.c) ---- */
/* Columns of a query; the WITH it may stand in is recursive when self is not NULL. */
struct resolve_columns *resolve_query(struct resolver *r, struct sql_query *query,
                                      struct resolve_scope *parent,
                                      struct resolve_columns *self,
                                      const struct sql_word *names);
/* Binds WITH names; resolve_unbind takes them back. */
void resolve_ctes(struct resolver *r, struct sql_cte *ctes, bool is_recursive,
                  struct resolve_scope *scope);
void resolve_unbind(struct resolver *r, struct sql_cte *ctes);
/* True for a WITH name that stands for rows, not for a value. */
bool resolve_is_relation(const struct sql_cte *cte);
/* Queries in uses; their flow is left there. */
void resolve_use_queries(struct resolver *r, struct sql_use *uses, struct resolve_scope *scope);
/* Where an expression comes from whose queries were looked at. */
const struct sql_flow *resolve_flow(struct resolver *r, const struct sql_use *uses,
                                    struct resolve_scope *scope);
/* Both in turn. */
const struct sql_flow *resolve_uses(struct resolver *r, struct sql_use *uses,
                                    struct resolve_scope *scope);
/* An item of a select list, added to out. */
void resolve_item(struct resolver *r, struct sql_item *item, struct resolve_scope *scope,
                  struct resolve_columns *out);
/* The columns that a star stands for, added to out. */
void resolve_star(struct resolver *r, const struct sql_item *item, struct resolve_scope *scope,
                  struct resolve_columns *out);
/* The columns that UPDATE and MERGE write, with what goes into each. */
struct resolve_columns *resolve_assignments(struct resolver *r,
                                            const struct sql_statement *statement,
                                            struct resolve_scope *scope);
/* Adds what stands in FROM to scope. */
void resolve_sources(struct resolver *r, struct sql_source *sources,
                     struct resolve_scope *scope);
/* What PIVOT and its like behind source make of its columns. */
struct resolve_columns *resolve_pivots(struct resolver *r, const struct sql_source *source,
                                       struct resolve_columns *columns);
/* Remembers what a statement puts into a temporary table; rows: of its query, may be NULL. */
void resolve_keep_temporary(struct resolver *r, const struct sql_statement *statement,
                            struct resolve_columns *rows);
/* names for the columns of a copy: AS t (a, b). */
struct resolve_columns *resolve_rename(struct resolver *r, struct resolve_columns *columns,
                                       const struct sql_word *names);

#endif
