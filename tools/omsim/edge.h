/*
 * edge - lineage between entities: one edge for each pair, found by both ends.
 */
#ifndef OMSIM_EDGE_H
#define OMSIM_EDGE_H

#include "omsim/sim.h"

struct edge {
    struct entity *from;
    struct entity *to;
    json_t *details;     /* LineageDetails; never NULL */
    json_t *description; /* of the edge itself; NULL: none */
    size_t asset_count;  /* of an edge between services: the edges that it stands for */
};

/* NULL when there is none. */
struct edge *edge_find(const struct sim *sim, const struct entity *from,
                       const struct entity *to);
/*
 * Adds the edge, or replaces all that it says; details are taken over. Columns that the ends
 * do not have are dropped without a word. The ends' services get an edge of their own.
 */
struct edge *edge_put(struct sim *sim, struct entity *from, struct entity *to, json_t *details,
                      json_t *description);
void edge_remove(struct sim *sim, struct edge *edge);
/* All edges of an entity. */
void edge_forget(struct sim *sim, struct entity *entity);
/* Drops what the ends do not have from details.columnsLineage. */
void edge_filter_columns(const struct edge *edge);
void edge_free_all(struct sim *sim);

#endif
