/*
 * lineage - the edges of a project as OpenMetadata has them: between tables, data models and
 * dashboards, each pair once, with SQL and column lineage.
 */
#ifndef OM_LINEAGE_H
#define OM_LINEAGE_H

#include "om/run.h"

struct om_end {
    const char *type; /* "table", "dashboardDataModel", "dashboard" */
    struct str fqn;
    struct str name; /* of ours; STR_NULL: a table */
    struct str id;   /* of a table; of ours when it is known */
    bool is_new;     /* this run has made it */
};

struct om_columns {
    struct str to; /* FQN */
    struct str *from;
    size_t from_count;
    size_t from_capacity;
};

struct om_edge {
    struct str key; /* "type:fqn > type:fqn" */
    struct om_end from;
    struct om_end to;
    struct str sql;
    struct om_columns *columns;
    size_t column_count;
    size_t column_capacity;
};

/* Type and FQN of both ends, from a key; false: it is none. */
bool om_edge_read_key(struct str key, struct om_edge *edge);

/* The project's edges with both ends known; everything lives in arena. */
enum status om_lineage_of(struct om_run *run, const struct om_project *project,
                          struct arena *arena, struct om_edge **out, size_t *count) WARN_UNUSED;
/*
 * The LineageDetails in an answer of getLineageEdge: they are the edge, or lie in an edge with
 * both its ends. NULL: it tells of no edge.
 */
const struct json *om_lineage_shown(const struct json *document);
/* LineageDetails. */
void om_lineage_write(const struct om_edge *edge, struct json_out *out);

#endif
