/*
 * truth_edge - the lineage of a simulated workspace: a set of edges, and their tables.
 */
#ifndef HEXSIM_TRUTH_EDGE_H
#define HEXSIM_TRUTH_EDGE_H

#include "base/json_out.h"
#include "hexsim/notebook.h"

struct truth_edges;

/* Lives in arena. */
struct truth_edges *truth_edges_new(struct arena *arena, bool has_sql);
/* All edges of a notebook. */
void truth_edges_add(struct truth_edges *edges, const struct notebook *nb);
/* What a published project queries, right after its notebook was added. */
void truth_edges_add_queried(struct truth_edges *edges, const struct sim_project *project,
                             const struct sim_table *table);
/* Lines of kind table, then of kind edge, sorted. */
void truth_edges_write(struct truth_edges *edges, struct buf *buf);
/* {"connection","database","schema","name"}. */
void truth_table_write(const struct sim_table *table, struct json_out *out);

#endif
