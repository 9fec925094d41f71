#include "hexsim/truth_edge.h"

#include <stdlib.h>

enum node_kind { NODE_TABLE, NODE_DATASET, NODE_PROJECT, NODE_CELL };
enum evidence { BY_SQL = 1, BY_QUERIED = 2, BY_CHART = 4, BY_WRITEBACK = 8, BY_IMPORT = 16 };

struct node {
    enum node_kind kind;
    struct str parts[4]; /* of a table; or project, cell; or project */
};

/* Column `from` of node flows into column `to`. */
struct pair {
    struct node node;
    struct str from;
    struct str to;
};

struct edge {
    struct node from;
    struct node to;
    unsigned evidence;
    bool is_partial;
    struct pair *pairs;
    size_t pair_count;
    size_t pair_capacity;
};

struct truth_edges {
    struct arena *arena;
    bool has_sql;
    struct edge *items;
    size_t count;
    size_t capacity;
    size_t first; /* edge of the notebook that was added last */
};

struct truth_edges *truth_edges_new(struct arena *arena, bool has_sql)
{
    struct truth_edges *edges = SIM_NEW(arena, struct truth_edges);
    edges->arena = arena;
    edges->has_sql = has_sql;
    return edges;
}

static struct node table_node(struct arena *arena, const struct sim_table *t)
{
    struct node node = {.kind = NODE_TABLE};
    node.parts[0] = t->connection->id;
    node.parts[1] = sim_copy(arena, t->database);
    node.parts[2] = sim_copy(arena, t->schema);
    node.parts[3] = sim_copy(arena, t->name);
    return node;
}

static struct node dataset_node(struct arena *arena, struct str project, struct str cell,
                                enum node_kind kind)
{
    return (struct node){.kind = kind,
                         .parts = {project, sim_copy(arena, cell), STR_NULL, STR_NULL}};
}

static struct node project_node(const struct sim_project *p)
{
    return (struct node){.kind = NODE_PROJECT, .parts = {p->id, STR_NULL, STR_NULL, STR_NULL}};
}

static int compare_nodes(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    for (size_t i = 0; i < 4; i++) {
        int order = str_compare(a->parts[i], b->parts[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *left = a;
    const struct edge *right = b;
    int order = compare_nodes(&left->from, &right->from);
    return order != 0 ? order : compare_nodes(&left->to, &right->to);
}

/* The edge from -> to of the notebook that is being added (items from `first` on). */
static struct edge *edge_for(struct truth_edges *edges, size_t first, struct node from,
                             struct node to, unsigned evidence)
{
    struct edge *edge = NULL;
    for (size_t i = edges->count; i > first && edge == NULL; i--) {
        struct edge *old = &edges->items[i - 1];
        if (compare_nodes(&old->from, &from) == 0 && compare_nodes(&old->to, &to) == 0) {
            edge = old;
        }
    }
    if (edge == NULL) {
        edge = sim_push(edges->arena, &edges->items, &edges->count, &edges->capacity,
                        sizeof(*edges->items));
        edge->from = from;
        edge->to = to;
    }
    edge->evidence |= evidence;
    return edge;
}

static void add_pair(struct truth_edges *edges, struct edge *edge, const struct node *node,
                     struct str from, struct str to)
{
    for (size_t i = 0; i < edge->pair_count; i++) {
        if (compare_nodes(&edge->pairs[i].node, node) == 0 &&
            str_eq(edge->pairs[i].from, from) && str_eq(edge->pairs[i].to, to)) {
            return;
        }
    }
    struct pair *pair = sim_push(edges->arena, &edge->pairs, &edge->pair_count,
                                 &edge->pair_capacity, sizeof(*edge->pairs));
    pair->node = *node;
    pair->from = sim_copy(edges->arena, from);
    pair->to = sim_copy(edges->arena, to);
}

/* Where a read comes from; false when nobody can tell. */
static bool source_node(struct truth_edges *edges, const struct sim_read *read,
                        struct node *out)
{
    if (read->table != NULL) {
        *out = table_node(edges->arena, read->table);
        return true;
    }
    if (read->dataset == NULL) {
        return false;
    }
    *out = dataset_node(edges->arena, read->dataset->project->id, read->dataset->cell,
                        NODE_DATASET);
    return true;
}

static void add_no_code(struct truth_edges *edges, size_t first, const struct notebook *nb,
                        const struct sim_cell *cell)
{
    bool is_dataset = !str_is_empty(cell->result);
    struct node to = dataset_node(edges->arena, nb->project->id, cell->id,
                                  is_dataset ? NODE_DATASET : NODE_CELL);
    for (size_t i = 0; i < cell->read_count; i++) {
        struct node from;
        if (!source_node(edges, &cell->reads[i], &from)) {
            continue;
        }
        if (cell->kind == CELL_WRITEBACK) {
            if (cell->target != NULL) {
                (void)edge_for(edges, first, from, table_node(edges->arena, cell->target),
                               BY_WRITEBACK);
            }
            continue;
        }
        struct edge *edge = edge_for(edges, first, from, to, BY_CHART);
        for (size_t k = 0; k < cell->reads[i].column_count; k++) {
            add_pair(edges, edge, &from, cell->reads[i].columns[k], cell->reads[i].columns[k]);
        }
    }
}

/* Something flows that nobody can tell. */
static bool lacks_columns(const struct sim_cell *cell)
{
    return cell->is_partial || cell->is_nameless ||
           (cell->is_star && !cell->is_known && !cell->has_columns);
}

static void add_flows(struct truth_edges *edges, struct edge *edge, const struct sim_cell *cell,
                      size_t read, const struct node *from)
{
    for (size_t i = 0; i < cell->flow_count; i++) {
        if (cell->flows[i].read == read) {
            add_pair(edges, edge, from, cell->flows[i].from, cell->flows[i].to);
        }
    }
}

static void add_sql(struct truth_edges *edges, size_t first, const struct notebook *nb,
                    const struct sim_cell *cell)
{
    bool is_dataset = !str_is_empty(cell->result);
    struct node to = dataset_node(edges->arena, nb->project->id, cell->id,
                                  is_dataset ? NODE_DATASET : NODE_CELL);
    for (size_t i = 0; i < cell->read_count; i++) {
        struct node from;
        if (!source_node(edges, &cell->reads[i], &from)) {
            continue;
        }
        struct edge *edge = edge_for(edges, first, from, to, BY_SQL);
        edge->is_partial = edge->is_partial || lacks_columns(cell);
        add_flows(edges, edge, cell, i, &from);
    }
    if (cell->target != NULL) { /* its columns come from where the cell has them from */
        struct node target = table_node(edges->arena, cell->target);
        struct edge *edge = edge_for(edges, first, to, target, BY_SQL);
        for (size_t i = 0; i < cell->read_count; i++) {
            struct node from;
            if (source_node(edges, &cell->reads[i], &from)) {
                add_flows(edges, edge, cell, i, &from);
            }
        }
    }
}

void truth_edges_add(struct truth_edges *edges, const struct notebook *nb)
{
    size_t first = edges->count;
    edges->first = first;
    for (size_t i = 0; i < nb->cell_count; i++) {
        const struct sim_cell *cell = &nb->cells[i];
        if (cell->kind == CELL_SQL && edges->has_sql) {
            add_sql(edges, first, nb, cell);
        } else if (cell->kind != CELL_SQL) {
            add_no_code(edges, first, nb, cell);
        }
        if (cell->component != NULL) {
            (void)edge_for(edges, first, project_node(cell->component),
                           project_node(nb->project), BY_IMPORT);
        }
        if (!str_is_empty(cell->result)) {
            struct node from =
                dataset_node(edges->arena, nb->project->id, cell->id, NODE_DATASET);
            (void)edge_for(edges, first, from, project_node(nb->project),
                           cell->kind == CELL_SQL ? BY_SQL : BY_CHART);
        }
    }
}

/* A table that this project's cells are known to read is confirmed; else it is news. */
void truth_edges_add_queried(struct truth_edges *edges, const struct sim_project *project,
                             const struct sim_table *table)
{
    struct node from = table_node(edges->arena, table);
    bool is_known = false;
    for (size_t i = edges->first; i < edges->count; i++) {
        struct edge *edge = &edges->items[i];
        bool is_ours = edge->to.kind != NODE_PROJECT && str_eq(edge->to.parts[0], project->id);
        if (is_ours && compare_nodes(&edge->from, &from) == 0) {
            edge->evidence |= BY_QUERIED;
            is_known = true;
        }
    }
    if (!is_known) {
        (void)edge_for(edges, edges->first, from, project_node(project), BY_QUERIED);
    }
}

static void write_table(const struct node *node, struct json_out *out)
{
    static const char *const keys[] = {"connection", "database", "schema", "name"};
    for (size_t i = 0; i < 4; i++) {
        json_out_field_str(out, keys[i], node->parts[i]);
    }
}

static void write_node_members(const struct node *node, struct json_out *out)
{
    switch (node->kind) {
    case NODE_TABLE:
        json_out_key(out, "table");
        json_out_object(out);
        write_table(node, out);
        json_out_object_end(out);
        break;
    case NODE_PROJECT:
        json_out_field_str(out, "project", node->parts[0]);
        break;
    case NODE_DATASET:
    case NODE_CELL: {
        bool is_cell = node->kind == NODE_CELL;
        json_out_key(out, is_cell ? "cell" : "dataset");
        json_out_object(out);
        json_out_field_str(out, "project", node->parts[0]);
        json_out_field_str(out, is_cell ? "id" : "cell", node->parts[1]);
        json_out_object_end(out);
        break;
    }
    }
}

static void write_node(const char *key, const struct node *node, struct json_out *out)
{
    json_out_key(out, key);
    json_out_object(out);
    write_node_members(node, out);
    json_out_object_end(out);
}

static void write_edge(const struct edge *edge, struct buf *buf)
{
    static const char *const evidence[] = {"sql", "queried_tables", "chart", "writeback",
                                           "import"};
    struct json_out out;
    json_out_init(&out, buf);
    json_out_object(&out);
    json_out_field_cstr(&out, "kind", "edge");
    write_node("from", &edge->from, &out);
    write_node("to", &edge->to, &out);
    json_out_key(&out, "evidence");
    json_out_array(&out);
    for (size_t i = 0; i < 5; i++) {
        if ((edge->evidence & (1U << i)) != 0) {
            json_out_cstr(&out, evidence[i]);
        }
    }
    json_out_array_end(&out);
    json_out_key(&out, "columns");
    json_out_array(&out);
    for (size_t i = 0; i < edge->pair_count; i++) {
        json_out_object(&out);
        json_out_key(&out, "from");
        json_out_object(&out);
        write_node_members(&edge->pairs[i].node, &out);
        json_out_field_str(&out, "column", edge->pairs[i].from);
        json_out_object_end(&out);
        json_out_field_str(&out, "to", edge->pairs[i].to);
        json_out_object_end(&out);
    }
    json_out_array_end(&out);
    json_out_field_bool(&out, "partial", edge->is_partial);
    json_out_object_end(&out);
    (void)buf_append_char(buf, '\n');
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int order = compare_nodes(&left->node, &right->node);
    order = order != 0 ? order : str_compare(left->from, right->from);
    return order != 0 ? order : str_compare(left->to, right->to);
}

static int compare_plain_nodes(const void *a, const void *b)
{
    return compare_nodes(a, b);
}

static void write_tables(struct truth_edges *edges, struct buf *buf)
{
    struct node *nodes = sim_alloc(edges->arena, (2 * edges->count + 1) * sizeof(*nodes));
    size_t n = 0;
    for (size_t i = 0; i < edges->count; i++) {
        if (edges->items[i].from.kind == NODE_TABLE) {
            nodes[n++] = edges->items[i].from;
        }
        if (edges->items[i].to.kind == NODE_TABLE) {
            nodes[n++] = edges->items[i].to;
        }
    }
    sim_sort(nodes, n, sizeof(*nodes), compare_plain_nodes);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && compare_nodes(&nodes[i - 1], &nodes[i]) == 0) {
            continue;
        }
        struct json_out out;
        json_out_init(&out, buf);
        json_out_object(&out);
        json_out_field_cstr(&out, "kind", "table");
        write_table(&nodes[i], &out);
        json_out_object_end(&out);
        (void)buf_append_char(buf, '\n');
    }
}

void truth_edges_write(struct truth_edges *edges, struct buf *buf)
{
    write_tables(edges, buf);
    sim_sort(edges->items, edges->count, sizeof(*edges->items), compare_edges);
    for (size_t i = 0; i < edges->count; i++) {
        struct edge *edge = &edges->items[i];
        sim_sort(edge->pairs, edge->pair_count, sizeof(*edge->pairs), compare_pairs);
        write_edge(edge, buf);
    }
}

void truth_table_write(const struct sim_table *table, struct json_out *out)
{
    struct node node = {.kind = NODE_TABLE};
    node.parts[0] = table->connection->id;
    node.parts[1] = table->database;
    node.parts[2] = table->schema;
    node.parts[3] = table->name;
    json_out_object(out);
    write_table(&node, out);
    json_out_object_end(out);
}
