#include "app/cli/lineage_tree.h"

#include "base/text.h"

struct tree {
    const struct graph *graph;
    struct buf *out;
    bool is_up;
    size_t *next;  /* edges of the same node, a list; SIZE_MAX at its end */
    size_t *first; /* of each node */
};

/* A node in one line; the project of its cells is named unless start is in it, too. */
static void put_node(struct buf *out, const struct graph_node *node,
                     const struct graph_node *start)
{
    text_escape_terminal(out, node->name);
    switch (node->id.kind) {
    case NODE_KIND_TABLE:
        (void)buf_append_cstr(out, "  table");
        if (!str_is_empty(node->connection)) {
            (void)buf_append_cstr(out, " on ");
            text_escape_terminal(out, node->connection);
        }
        break;
    case NODE_KIND_PROJECT:
        (void)buf_append_cstr(out,
                              str_is(node->type, "COMPONENT") ? "  component" : "  project");
        break;
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
        (void)buf_append_cstr(out, "  ");
        text_escape_terminal(out, node->type);
        (void)buf_append_cstr(out, node->id.kind == NODE_KIND_DATASET ? " data set" : " cell");
        if (node == start || node->source != start->source ||
            start->id.kind == NODE_KIND_TABLE || !str_eq(node->id.project, start->id.project)) {
            (void)buf_append_cstr(out, " in ");
            text_escape_terminal(out,
                                 str_is_empty(node->title) ? node->id.project : node->title);
        }
        break;
    }
}

static void put_evidence(struct buf *out, const struct graph_edge *edge)
{
    const char *separator = "  [";
    for (unsigned bit = EVIDENCE_SQL; bit <= EVIDENCE_IMPORT; bit <<= 1) {
        if ((edge->evidence & bit) != 0) {
            (void)buf_printf(out, "%s%s", separator, evidence_name((enum evidence)bit));
            separator = ", ";
        }
    }
    (void)buf_append_cstr(out, edge->is_partial ? ", partial]" : "]");
}

static const struct graph_reach *reach_of(const struct tree *tree, size_t node)
{
    const struct graph_node *found = &tree->graph->nodes[node];
    return tree->is_up ? &found->up : &found->down;
}

/* The edges of each node that lead away from the start, in their order. */
static enum status index_edges(struct tree *tree, struct arena *arena)
{
    const struct graph *graph = tree->graph;
    tree->next = arena_array(arena, graph->edge_count, sizeof(*tree->next));
    tree->first = arena_array(arena, graph->count, sizeof(*tree->first));
    if (tree->next == NULL || tree->first == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < graph->count; i++) {
        tree->first[i] = SIZE_MAX;
    }
    for (size_t i = graph->edge_count; i > 0; i--) {
        const struct graph_edge *edge = &graph->edges[i - 1];
        size_t near = tree->is_up ? edge->to : edge->from;
        size_t far = tree->is_up ? edge->from : edge->to;
        if (reach_of(tree, near)->is_there && reach_of(tree, far)->is_there) {
            tree->next[i - 1] = tree->first[near];
            tree->first[near] = i - 1;
        }
    }
    return OK;
}

/*
 * Depth is bounded by GRAPH_MAX_DEPTH: each node is opened only under the node from which the
 * walk came; elsewhere it is named, with a star when there is more below it.
 */
static void put_children(struct tree *tree, size_t node)
{
    int indent = 2 * (reach_of(tree, node)->distance + 1);
    for (size_t i = tree->first[node]; i != SIZE_MAX; i = tree->next[i]) {
        const struct graph_edge *edge = &tree->graph->edges[i];
        size_t far = tree->is_up ? edge->from : edge->to;
        bool is_open = reach_of(tree, far)->parent == node;
        (void)buf_printf(tree->out, "%*s%s ", indent, "", tree->is_up ? "<-" : "->");
        put_node(tree->out, &tree->graph->nodes[far], &tree->graph->nodes[0]);
        put_evidence(tree->out, edge);
        bool has_more = !is_open && tree->first[far] != SIZE_MAX;
        (void)buf_append_cstr(tree->out, has_more ? "  (*)\n" : "\n");
        if (is_open) {
            put_children(tree, far);
        }
    }
}

static enum status put_tree(const struct graph *graph, bool is_up, struct arena *arena,
                            struct buf *out)
{
    struct tree tree = {.graph = graph, .out = out, .is_up = is_up};
    enum status status = index_edges(&tree, arena);
    if (status == OK && tree.first[0] != SIZE_MAX) {
        (void)buf_append_cstr(out, is_up ? "comes from\n" : "feeds\n");
        put_children(&tree, 0);
    }
    return status;
}

static void put_columns(const struct graph *graph, const struct graph_column *columns,
                        size_t count, struct buf *out)
{
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t width = text_width(columns[i].name);
        widest = width > widest && width <= 40 ? width : widest;
    }
    (void)buf_append_cstr(out, count > 0 ? "columns\n" : "");
    for (size_t i = 0; i < count; i++) {
        size_t width = text_width(columns[i].name);
        (void)buf_append_cstr(out, "  ");
        text_escape_terminal(out, columns[i].name);
        (void)buf_printf(out, "%*s <-", (int)(width < widest ? widest - width : 0), "");
        for (size_t k = 0; k < columns[i].origin_count; k++) {
            const struct graph_origin *origin = &columns[i].origins[k];
            (void)buf_append_cstr(out, k == 0 ? " " : ", ");
            text_escape_terminal(out, graph->nodes[origin->node].name);
            (void)buf_append_char(out, '.');
            text_escape_terminal(out, origin->column);
        }
        (void)buf_append_char(out, '\n');
    }
}

enum status lineage_tree_write(const struct graph *graph, const struct graph_column *columns,
                               size_t column_count, struct arena *arena, struct buf *out)
{
    put_node(out, &graph->nodes[0], &graph->nodes[0]);
    (void)buf_append_cstr(out, graph->edge_count == 0
                                   ? "\nnothing is known that it comes from or feeds\n"
                                   : "\n");
    enum status status = put_tree(graph, true, arena, out);
    if (status == OK) {
        status = put_tree(graph, false, arena, out);
    }
    if (status == OK) {
        put_columns(graph, columns, column_count, out);
    }
    return status;
}
