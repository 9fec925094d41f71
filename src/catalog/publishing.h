/*
 * publishing - what the publisher reads of the catalog: one project after another, with its
 * cells, edges and views. Memory is what one project needs.
 */
#ifndef CATALOG_PUBLISHING_H
#define CATALOG_PUBLISHING_H

#include "catalog/catalog.h"

struct publishing_project {
    int64_t row;
    struct project project; /* without schedules and shares */
    struct str url;         /* STR_NULL: the workspace is not known */
    struct str logic_url;   /* where its cells are opened, also of a published one */
    struct str *collections;
    size_t collection_count;
    bool is_shared;    /* with the workspace, the public or a collection */
    bool has_notebook; /* its cells are known */
    bool is_due;       /* of it, or of a component that it imports, something is unread */
    uint64_t mark;     /* changes when anything of it does: listing, cells, edges */
};

/*
 * The project behind *after (start with 0, holds the position). Only active ones, and archived
 * ones if asked for.
 */
enum status publishing_next_project(struct catalog *catalog, int64_t source,
                                    bool include_archived, int64_t *after, struct arena *arena,
                                    struct publishing_project *out, bool *has_more,
                                    struct error *err) WARN_UNUSED;

/* The project's cells that are data sets or show something, in order of the notebook. */
enum status publishing_cells(struct catalog *catalog, int64_t project, struct arena *arena,
                             struct cell **out, size_t *count, struct error *err) WARN_UNUSED;
/* The edges that the project's notebook makes, with their column pairs. */
enum status publishing_edges(struct catalog *catalog, int64_t project, struct arena *arena,
                             struct edge **out, size_t *count, struct error *err) WARN_UNUSED;

struct publishing_view {
    int64_t at_ms;
    int64_t all_time; /* -1: unknown */
};
/* Views of the project observed after a time, oldest first. */
enum status publishing_views(struct catalog *catalog, int64_t project, int64_t after_ms,
                             struct arena *arena, struct publishing_view **out, size_t *count,
                             struct error *err) WARN_UNUSED;

/* All data connections of the source. */
enum status publishing_connections(struct catalog *catalog, int64_t source, struct arena *arena,
                                   struct data_connection **out, size_t *count,
                                   struct error *err) WARN_UNUSED;
/* Every warehouse table that an edge touches. */
enum status publishing_tables(struct catalog *catalog, int64_t source, struct arena *arena,
                              struct table_name **out, size_t *count,
                              struct error *err) WARN_UNUSED;
/* Whether some project of the source has this status. */
enum status publishing_is_status(struct catalog *catalog, int64_t source, struct str name,
                                 bool *out, struct error *err) WARN_UNUSED;
/* Whether the newest listing was walked to its end: only then absence means something. */
enum status publishing_is_complete(struct catalog *catalog, int64_t source, bool *out,
                                   struct error *err) WARN_UNUSED;

#endif
