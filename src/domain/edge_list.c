#include "domain/edge_list.h"

#include <stdlib.h>

struct edge *edge_list_add(struct edge_list *list, const struct node *from,
                           const struct node *to, enum evidence evidence)
{
    struct edge *edge = arena_push(list->arena, &list->items, &list->count, &list->capacity,
                                   sizeof(*list->items));
    if (edge != NULL) {
        edge->from = *from;
        edge->to = *to;
        edge->evidence = evidence;
    }
    return edge;
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *left = a;
    const struct edge *right = b;
    int order = node_compare(&left->from, &right->from);
    return order != 0 ? order : node_compare(&left->to, &right->to);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct column_pair *left = a;
    const struct column_pair *right = b;
    int order = node_compare(&left->from, &right->from);
    order = order != 0 ? order : str_compare(left->from_column, right->from_column);
    return order != 0 ? order : str_compare(left->to_column, right->to_column);
}

static void sort_pairs(struct edge *edge)
{
    size_t kept = 0;
    if (edge->column_count > 0) {
        qsort(edge->columns, edge->column_count, sizeof(*edge->columns), compare_pairs);
    }
    for (size_t i = 0; i < edge->column_count; i++) {
        if (kept == 0 || compare_pairs(&edge->columns[kept - 1], &edge->columns[i]) != 0) {
            edge->columns[kept++] = edge->columns[i];
        }
    }
    edge->column_count = kept;
}

/* One edge of edges[0..count) between the same nodes. */
static enum status join(struct arena *arena, struct edge *edges, size_t count)
{
    size_t total = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        total += edges[i].column_count;
        edges[0].evidence |= edges[i].evidence;
        edges[0].is_partial = edges[0].is_partial || edges[i].is_partial;
    }
    struct column_pair *columns = arena_array(arena, total, sizeof(*columns));
    if (columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < edges[i].column_count; c++) {
            columns[at++] = edges[i].columns[c];
        }
    }
    edges[0].columns = columns;
    edges[0].column_count = total;
    return OK;
}

enum status edge_list_merge(struct edge_list *list)
{
    size_t kept = 0;
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof(*list->items), compare_edges);
    }
    for (size_t i = 0; i < list->count;) {
        struct edge *first = &list->items[i];
        size_t count = 1;
        while (i + count < list->count && compare_edges(first, first + count) == 0) {
            count++;
        }
        if (count > 1 && join(list->arena, first, count) != OK) {
            return ERR_NOMEM;
        }
        sort_pairs(first);
        list->items[kept++] = *first;
        i += count;
    }
    list->count = kept;
    return OK;
}
