/*
 * notebook_lineage - the edges of one notebook: what its cells' configuration says.
 *
 * Pure. Walks the cells in order and keeps the data frame environment: names are
 * case-insensitive, a later cell shadows an earlier one, COMPONENT_IMPORT brings the data
 * frames that the component ends with. Makes these edges:
 *   data set or table -> cell (no-code cells), -> data set (no-code cells that make one),
 *   data set -> table (WRITEBACK), component -> project (import), data set -> project.
 */
#ifndef DOMAIN_NOTEBOOK_LINEAGE_H
#define DOMAIN_NOTEBOOK_LINEAGE_H

#include "domain/edge.h"

/*
 * Counts what notebook_lineage makes of the same notebook. Whoever changes that, here or in
 * what it calls, adds one: the next run then analyses every project again, without a request.
 */
#define NOTEBOOK_LINEAGE_VERSION 1

/*
 * Gives the notebook of a component, for its data frames; *out = NULL when it is not known
 * (never an error). It must live as long as the arena of the call.
 */
typedef enum status notebook_lookup_fn(void *ctx, struct str project_id,
                                       const struct notebook **out, struct error *err);

struct notebook_edges {
    struct edge *edges; /* sorted, each pair of nodes once */
    size_t count;
    struct str *imports; /* component ids, sorted, each once */
    size_t import_count;
};

/*
 * Components that import components are followed to a depth of 16, cycles are cut. Result and
 * scratch live in arena. ERR_NOMEM, or what lookup returned.
 */
enum status notebook_lineage(const struct notebook *notebook, notebook_lookup_fn *lookup,
                             void *lookup_ctx, struct arena *arena, struct notebook_edges *out,
                             struct error *err) WARN_UNUSED;

#endif
