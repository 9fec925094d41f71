/*
 * graph_out - a lineage graph in the forms that other programs read.
 *
 * Pure: everything is appended to the caller's buf, whose status tells of failures.
 */
#ifndef APP_GRAPH_OUT_H
#define APP_GRAPH_OUT_H

#include "base/json_out.h"
#include "catalog/graph.h"
#include "catalog/graph_trace.h"

/* The member that says which node it is, as in the export: "dataset":{"project","cell"}. */
void graph_out_node(struct json_out *out, const struct node *node);

/* One JSON object: start, nodes, edges, and where the start's columns come from. */
void graph_out_json(const struct graph *graph, const struct graph_column *columns,
                    size_t column_count, struct buf *text);
/* A digraph for Graphviz. */
void graph_out_dot(const struct graph *graph, struct buf *out);

/*
 * OpenLineage events, one a line: a run event for each cell of the graph that reads or writes,
 * with its SQL, schema and column lineage. Its run's id is made from what the cell is and when
 * its project was edited: the same events for the same state. now_ms: the time of projects
 * whose last edit is not known. ERR_NOMEM.
 */
enum status graph_out_openlineage(const struct graph *graph, int64_t now_ms,
                                  struct arena *arena, struct buf *out) WARN_UNUSED;

#endif
