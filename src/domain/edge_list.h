/*
 * edge_list - edges as they are found, then sorted, each pair of nodes once.
 *
 * Everything lives in the arena that the list was made with.
 */
#ifndef DOMAIN_EDGE_LIST_H
#define DOMAIN_EDGE_LIST_H

#include "domain/edge.h"

struct edge_list {
    struct arena *arena;
    struct edge *items;
    size_t count;
    size_t capacity;
};

/* A new edge at the end, to be filled; NULL when out of memory. Dies with the next one. */
struct edge *edge_list_add(struct edge_list *list, const struct node *from,
                           const struct node *to, enum evidence evidence);
/*
 * Sorts edges and their column pairs. Edges between the same nodes become one, with the
 * evidence and the pairs of all, each once. ERR_NOMEM.
 */
enum status edge_list_merge(struct edge_list *list) WARN_UNUSED;

#endif
