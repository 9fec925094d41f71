/*
 * graph_trace - where the columns of a graph's start come from, through everything between.
 *
 * Pure; result and scratch live in the caller's arena.
 */
#ifndef CATALOG_GRAPH_TRACE_H
#define CATALOG_GRAPH_TRACE_H

#include "catalog/graph.h"

/* A column at the end of the ways: of a table, or of what nothing more is known of. */
struct graph_origin {
    size_t node;
    struct str column;
};

struct graph_column {
    struct str name;
    struct graph_origin *origins; /* each once */
    size_t origin_count;
    size_t origin_capacity;
};

/* One entry for each column of the first node that an edge of the graph fills. ERR_NOMEM. */
enum status graph_trace(const struct graph *graph, struct arena *arena,
                        struct graph_column **out, size_t *count) WARN_UNUSED;

#endif
