/*
 * query - reading the catalog: the export format, and tables for people.
 */
#ifndef CATALOG_QUERY_H
#define CATALOG_QUERY_H

#include "catalog/catalog.h"

/* Takes one finished line (with newline). A status other than OK ends the query with it. */
typedef enum status query_line_fn(void *ctx, struct str line, struct error *err);

/* The kinds of lines that the export knows, in order; NULL-terminated. */
extern const char *const query_export_kinds[];

/*
 * The whole catalog as JSON Lines (docs/design.md, section 6), or only the lines of one kind
 * (NULL: all). Memory does not grow with the catalog.
 */
enum status query_export(struct catalog *catalog, const char *kind, query_line_fn *line,
                         void *ctx, struct error *err) WARN_UNUSED;

struct query_column {
    const char *name; /* for people, "last login"; JSON keys are lastLogin */
    bool is_number;
    bool is_time; /* ISO 8601, UTC, with milliseconds */
};

/* One row: as many cells as the kind has columns; STR_NULL is shown as nothing. */
typedef enum status query_row_fn(void *ctx, const struct str *cells, size_t count,
                                 struct error *err);

struct query_kind {
    const char *name; /* "projects" */
    const char *help; /* one line */
    const struct query_column *columns;
    size_t column_count;
};

/* projects, components, cells, datasets, tables, tags, connections, collections, runs, changes,
 * users, groups. */
extern const struct query_kind query_kinds[];
extern const size_t query_kind_count;

struct query_filter {
    struct str id;     /* only this: its id, or its name or title in any case; STR_NULL: all */
    struct str search; /* full text over titles, descriptions, SQL, markdown; STR_NULL: none */
    int64_t limit;     /* 0: all */
};

/* ERR_NOT_FOUND when filter->id names nothing. */
enum status query_show(struct catalog *catalog, const struct query_kind *kind,
                       const struct query_filter *filter, query_row_fn *row, void *ctx,
                       struct error *err) WARN_UNUSED;

#endif
