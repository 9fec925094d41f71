/*
 * impact - everything in Hex that reads a table, or one column of it.
 *
 * Reads only. A column is followed from pair to pair; where an edge says that it may not know
 * all columns, what lies behind is there "perhaps".
 */
#ifndef CATALOG_IMPACT_H
#define CATALOG_IMPACT_H

#include "catalog/graph.h"

enum impact_certainty {
    IMPACT_CERTAIN,
    IMPACT_MENTIONED, /* SQL that reads the table names the column, but not in its result */
    IMPACT_PERHAPS
};

/* "certain", "mentioned", "perhaps". Static memory. */
const char *impact_certainty_name(enum impact_certainty certainty);

struct impact_item {
    struct graph_node node; /* described */
    int distance;           /* steps from the table; 1: it reads it itself */
    size_t via;             /* the item before it; SIZE_MAX: the table */
    enum impact_certainty certainty;
    struct str *columns; /* of it, in which the column is found */
    size_t column_count;
    size_t column_capacity;
};

struct impact {
    struct impact_item *items; /* by project, most viewed first, then by distance */
    size_t count;
    size_t project_count;
};

/*
 * table: a described node of that kind. column STR_NULL: the whole table; case-blind. Result
 * lives in arena. ERR_LIMIT when too much is connected.
 */
enum status impact_find(struct catalog *catalog, const struct graph_node *table,
                        struct str column, struct arena *arena, struct impact *out,
                        struct error *err) WARN_UNUSED;

/* Columns of the table that others are made of, at most max of them, by name. */
enum status impact_used_columns(struct catalog *catalog, const struct graph_node *table,
                                size_t max, struct arena *arena, struct str **out,
                                size_t *count, struct error *err) WARN_UNUSED;

#endif
