/*
 * lineage_tree - a lineage graph for people: what it comes from, what it feeds, as two trees.
 */
#ifndef APP_CLI_LINEAGE_TREE_H
#define APP_CLI_LINEAGE_TREE_H

#include "catalog/graph_trace.h"

/* Appends the trees and where the start's columns come from. ERR_NOMEM. */
enum status lineage_tree_write(const struct graph *graph, const struct graph_column *columns,
                               size_t column_count, struct arena *arena,
                               struct buf *out) WARN_UNUSED;

#endif
