#include "catalog/graph_trace.h"

#include "base/map.h"

/* A column of a node that is still to be looked behind. */
struct place {
    size_t node;
    struct str column;
};

struct trace {
    const struct graph *graph;
    struct arena *arena;
    struct map nodes; /* text of a node: its number */
    size_t **into;    /* of each node: the edges that end there */
    size_t *into_count;
    struct map seen;      /* places, for the column at hand */
    struct place *places; /* a stack */
    size_t place_count;
    size_t place_capacity;
};

static enum status node_text(const struct node *node, struct arena *arena, struct str *out)
{
    if (node->kind == NODE_KIND_TABLE) {
        return arena_printf(arena, out, "%.*s\n%.*s\n%.*s\n%.*s",
                            STR_ARG(node->table.connection), STR_ARG(node->table.database),
                            STR_ARG(node->table.schema), STR_ARG(node->table.name));
    }
    return arena_printf(arena, out, "%.*s/%.*s", STR_ARG(node->project), STR_ARG(node->cell));
}

static enum status index_nodes(struct trace *trace)
{
    const struct graph *graph = trace->graph;
    enum status status = OK;
    for (size_t i = 0; i < graph->count && status == OK; i++) {
        struct str text;
        status = node_text(&graph->nodes[i].id, trace->arena, &text);
        if (status == OK) {
            status = map_put(&trace->nodes, text, (union map_value){.number = (int64_t)i});
        }
    }
    return status;
}

static enum status index_edges(struct trace *trace)
{
    const struct graph *graph = trace->graph;
    trace->into_count = arena_array(trace->arena, graph->count, sizeof(*trace->into_count));
    trace->into = arena_array(trace->arena, graph->count, sizeof(size_t *));
    if (trace->into_count == NULL || trace->into == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        trace->into_count[graph->edges[i].to]++;
    }
    for (size_t i = 0; i < graph->count; i++) {
        trace->into[i] = arena_array(trace->arena, trace->into_count[i], sizeof(size_t));
        if (trace->into[i] == NULL) {
            return ERR_NOMEM;
        }
        trace->into_count[i] = 0;
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        size_t to = graph->edges[i].to;
        trace->into[to][trace->into_count[to]++] = i;
    }
    return OK;
}

/* Puts a place on the stack, unless it was there for this column. */
static enum status push(struct trace *trace, const struct place *place)
{
    struct str key;
    enum status status =
        arena_printf(trace->arena, &key, "%zu/%.*s", place->node, STR_ARG(place->column));
    if (status != OK || map_has(&trace->seen, key)) {
        return status;
    }
    struct place *slot = arena_push(trace->arena, &trace->places, &trace->place_count,
                                    &trace->place_capacity, sizeof(*slot));
    if (slot == NULL) {
        return ERR_NOMEM;
    }
    *slot = *place;
    return map_put(&trace->seen, key, (union map_value){.number = 1});
}

/* A filter keeps the columns that it is given, though it names only some. */
static enum status look_through(struct trace *trace, const struct place *place, bool *is_end)
{
    bool is_filter = str_is(trace->graph->nodes[place->node].type, "FILTER");
    enum status status = OK;
    for (size_t i = 0; i < trace->into_count[place->node] && is_filter && status == OK; i++) {
        const struct graph_edge *edge = &trace->graph->edges[trace->into[place->node][i]];
        const struct place next = {edge->from, place->column};
        *is_end = false;
        status = push(trace, &next);
    }
    return status;
}

/* Pushes what fills the place; *is_end: nothing does. */
static enum status look_behind(struct trace *trace, const struct place *place, bool *is_end)
{
    enum status status = OK;
    *is_end = true;
    for (size_t i = 0; i < trace->into_count[place->node] && status == OK; i++) {
        const struct graph_edge *edge = &trace->graph->edges[trace->into[place->node][i]];
        for (size_t k = 0; k < edge->column_count && status == OK; k++) {
            const struct column_pair *pair = &edge->columns[k];
            struct str text;
            if (!str_eq_nocase(pair->to_column, place->column)) {
                continue;
            }
            status = node_text(&pair->from, trace->arena, &text);
            const union map_value *number = status == OK ? map_get(&trace->nodes, text) : NULL;
            if (number != NULL) {
                const struct place next = {(size_t)number->number, pair->from_column};
                *is_end = false;
                status = push(trace, &next);
            }
        }
    }
    return status == OK && *is_end ? look_through(trace, place, is_end) : status;
}

static enum status trace_column(struct trace *trace, struct graph_column *column)
{
    const struct place start = {0, column->name};
    map_clear(&trace->seen);
    trace->place_count = 0;
    enum status status = push(trace, &start);
    while (trace->place_count > 0 && status == OK) {
        const struct place place = trace->places[--trace->place_count];
        bool is_end = false;
        status = look_behind(trace, &place, &is_end);
        if (status == OK && is_end && place.node != 0) {
            struct graph_origin *origin =
                arena_push(trace->arena, &column->origins, &column->origin_count,
                           &column->origin_capacity, sizeof(*origin));
            if (origin == NULL) {
                return ERR_NOMEM;
            }
            *origin = (struct graph_origin){place.node, place.column};
        }
    }
    return status;
}

/* The columns of the start that pairs name, in the order of the edges. */
static enum status list_columns(struct trace *trace, struct graph_column **out, size_t *count)
{
    size_t capacity = 0;
    for (size_t i = 0; i < trace->into_count[0]; i++) {
        const struct graph_edge *edge = &trace->graph->edges[trace->into[0][i]];
        for (size_t k = 0; k < edge->column_count; k++) {
            struct str name = edge->columns[k].to_column;
            if (map_has(&trace->seen, name)) {
                continue;
            }
            struct graph_column *column =
                arena_push(trace->arena, out, count, &capacity, sizeof(*column));
            if (column == NULL ||
                map_put(&trace->seen, name, (union map_value){.number = 1}) != OK) {
                return ERR_NOMEM;
            }
            column->name = name;
        }
    }
    return OK;
}

enum status graph_trace(const struct graph *graph, struct arena *arena,
                        struct graph_column **out, size_t *count)
{
    struct trace trace = {.graph = graph, .arena = arena};
    *out = NULL;
    *count = 0;
    map_init(&trace.nodes);
    map_init(&trace.seen);
    enum status status = index_nodes(&trace);
    if (status == OK) {
        status = index_edges(&trace);
    }
    if (status == OK) {
        status = list_columns(&trace, out, count);
    }
    for (size_t i = 0; i < *count && status == OK; i++) {
        status = trace_column(&trace, &(*out)[i]);
    }
    map_free(&trace.nodes);
    map_free(&trace.seen);
    return status;
}
