/*
 * notebook_lineage - the edges of one notebook: what its SQL and its cells' configuration say.
 *
 * Pure. The cells in order, with the data frames that components bring (notebook_steps.h),
 * go through the one environment of names (notebook_sql.h); its answers become edges:
 *   table or data set -> data set, or -> cell where the SQL or no-code cell makes none,
 *   data set or cell -> table (SQL that writes), data set -> table (WRITEBACK),
 *   component -> project (import), data set -> project,
 *   table -> project (only Hex's list of queried tables knows it, queried_tables.h).
 */
#ifndef DOMAIN_NOTEBOOK_LINEAGE_H
#define DOMAIN_NOTEBOOK_LINEAGE_H

#include "domain/notebook_steps.h"
#include "domain/queried_tables.h"

/*
 * Counts what notebook_lineage makes of the same notebook. Whoever changes that, here or in
 * what it calls, adds one: the next run then analyses every project again, without a request.
 */
#define NOTEBOOK_LINEAGE_VERSION 4

/* What the analysis says of a data set that was not displayed just so. */
struct notebook_dataset {
    struct str cell;
    const struct str *columns; /* notebook_columns.h */
    size_t column_count;
    bool is_partial; /* tables that it reads, or columns that it has, may be missing */
};

struct notebook_edges {
    struct edge *edges; /* sorted, each pair of nodes once */
    size_t count;
    struct str *imports; /* component ids, sorted, each once */
    size_t import_count;
    struct notebook_dataset *datasets;
    size_t dataset_count;
    enum queried_reason *reasons; /* one for each queried table */
    size_t queried_count;
};

/*
 * queried: what Hex says that the published version asked its warehouses for. Result and
 * scratch live in arena. ERR_NOMEM, or what lookup returned.
 */
enum status notebook_lineage(const struct notebook *notebook,
                             const struct queried_table *queried, size_t queried_count,
                             const struct notebook_lookup *lookup, struct arena *arena,
                             struct notebook_edges *out, struct error *err) WARN_UNUSED;

#endif
