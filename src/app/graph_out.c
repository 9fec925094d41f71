#include "app/graph_out.h"

void graph_out_node(struct json_out *out, const struct node *node)
{
    switch (node->kind) {
    case NODE_KIND_TABLE:
        json_out_key(out, "table");
        json_out_object(out);
        json_out_field_str(out, "connection", node->table.connection);
        json_out_field_str(out, "database", node->table.database);
        json_out_field_str(out, "schema", node->table.schema);
        json_out_field_str(out, "name", node->table.name);
        json_out_object_end(out);
        break;
    case NODE_KIND_PROJECT:
        json_out_field_str(out, "project", node->project);
        break;
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
        json_out_key(out, node->kind == NODE_KIND_CELL ? "cell" : "dataset");
        json_out_object(out);
        json_out_field_str(out, "project", node->project);
        json_out_field_str(out, node->kind == NODE_KIND_CELL ? "id" : "cell", node->cell);
        json_out_object_end(out);
        break;
    }
}

/* ---- JSON ---- */

static void put_node(struct json_out *out, const char *key, const struct node *node)
{
    json_out_key(out, key);
    json_out_object(out);
    graph_out_node(out, node);
    json_out_object_end(out);
}

static void put_distance(struct json_out *out, const char *key, const struct graph_reach *reach)
{
    if (reach->is_there) {
        json_out_field_int(out, key, reach->distance);
    } else {
        json_out_field_null(out, key);
    }
}

static void put_described(struct json_out *out, const struct graph_node *node)
{
    json_out_object(out);
    graph_out_node(out, &node->id);
    json_out_field_str(out, "name", node->name);
    json_out_field_str(out, "type", node->type);
    json_out_field_str(out, "title", node->title);
    json_out_field_str(out, "owner", node->owner);
    if (node->views >= 0) {
        json_out_field_int(out, "views", node->views);
    } else {
        json_out_field_null(out, "views");
    }
    json_out_field_str(out, "connection", node->connection);
    json_out_field_strs(out, "columns", node->columns, node->column_count);
    put_distance(out, "up", &node->up);
    put_distance(out, "down", &node->down);
    json_out_object_end(out);
}

static void put_edge(struct json_out *out, const struct graph *graph,
                     const struct graph_edge *edge)
{
    json_out_object(out);
    put_node(out, "from", &graph->nodes[edge->from].id);
    put_node(out, "to", &graph->nodes[edge->to].id);
    json_out_key(out, "evidence");
    json_out_array(out);
    for (unsigned bit = EVIDENCE_SQL; bit <= EVIDENCE_IMPORT; bit <<= 1) {
        if ((edge->evidence & bit) != 0) {
            json_out_cstr(out, evidence_name((enum evidence)bit));
        }
    }
    json_out_array_end(out);
    json_out_key(out, "columns");
    json_out_array(out);
    for (size_t i = 0; i < edge->column_count; i++) {
        json_out_object(out);
        json_out_key(out, "from");
        json_out_object(out);
        graph_out_node(out, &edge->columns[i].from);
        json_out_field_str(out, "column", edge->columns[i].from_column);
        json_out_object_end(out);
        json_out_field_str(out, "to", edge->columns[i].to_column);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_field_bool(out, "partial", edge->is_partial);
    json_out_object_end(out);
}

static void put_column(struct json_out *out, const struct graph *graph,
                       const struct graph_column *column)
{
    json_out_object(out);
    json_out_field_str(out, "column", column->name);
    json_out_key(out, "from");
    json_out_array(out);
    for (size_t i = 0; i < column->origin_count; i++) {
        json_out_object(out);
        graph_out_node(out, &graph->nodes[column->origins[i].node].id);
        json_out_field_str(out, "column", column->origins[i].column);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

void graph_out_json(const struct graph *graph, const struct graph_column *columns,
                    size_t column_count, struct buf *text)
{
    struct json_out out;
    json_out_init(&out, text);
    json_out_object(&out);
    put_node(&out, "start", &graph->nodes[0].id);
    json_out_key(&out, "nodes");
    json_out_array(&out);
    for (size_t i = 0; i < graph->count; i++) {
        put_described(&out, &graph->nodes[i]);
    }
    json_out_array_end(&out);
    json_out_key(&out, "edges");
    json_out_array(&out);
    for (size_t i = 0; i < graph->edge_count; i++) {
        put_edge(&out, graph, &graph->edges[i]);
    }
    json_out_array_end(&out);
    json_out_key(&out, "columns");
    json_out_array(&out);
    for (size_t i = 0; i < column_count; i++) {
        put_column(&out, graph, &columns[i]);
    }
    json_out_array_end(&out);
    json_out_object_end(&out);
    (void)buf_append_char(text, '\n');
}

/* ---- dot ---- */

/* Inside double quotes of Graphviz; line breaks and controls become blanks. */
static void put_label(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"' || c == '\\') {
            (void)buf_append_char(out, '\\');
        }
        (void)buf_append_char(out, (unsigned char)c < ' ' || c == 0x7F ? ' ' : c);
    }
}

void graph_out_dot(const struct graph *graph, struct buf *out)
{
    static const char *const shapes[] = {"cylinder", "box", "folder", "ellipse"};
    (void)buf_append_cstr(out, "digraph lineage {\n  rankdir=LR;\n");
    for (size_t i = 0; i < graph->count; i++) {
        const struct graph_node *node = &graph->nodes[i];
        (void)buf_printf(out, "  n%zu [shape=%s%s, label=\"", i, shapes[node->id.kind],
                         i == 0 ? ", style=bold" : "");
        put_label(out, node->name);
        if (node->id.kind == NODE_KIND_DATASET || node->id.kind == NODE_KIND_CELL) {
            (void)buf_append_cstr(out, "\\n");
            put_label(out, node->title);
        }
        (void)buf_append_cstr(out, "\"];\n");
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct graph_edge *edge = &graph->edges[i];
        (void)buf_printf(out, "  n%zu -> n%zu%s;\n", edge->from, edge->to,
                         edge->is_partial ? " [style=dashed]" : "");
    }
    (void)buf_append_cstr(out, "}\n");
}
