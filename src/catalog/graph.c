#include "catalog/graph.h"

#include "base/map.h"
#include "catalog/store.h"

#include <inttypes.h>

enum status graph_key(const struct graph_node *node, struct arena *arena, struct str *out)
{
    if (node->id.kind == NODE_KIND_TABLE) {
        return arena_printf(arena, out, "%" PRId64, node->row);
    }
    return arena_printf(arena, out, "%" PRId64 "/%.*s/%.*s", node->source,
                        STR_ARG(node->id.project), STR_ARG(node->id.cell));
}

/* ---- one step ---- */

/* Kind, table, its four names, project and cell of an end of e: seven columns. */
#define END(x, t)                                                                              \
    " e." x "_kind, e." x "_table, " t ".connection, nullif(" t ".database, ''), nullif(" t    \
    ".schema, ''), " t ".name, e." x "_project, e." x "_cell"
#define STEP(x, where)                                                                         \
    "SELECT e.id, e.evidence, e.is_partial, p.source, p.id, p.hex_id," END(                    \
        x, "t") " FROM edge e JOIN project p ON p.id = e.owner LEFT JOIN warehouse_table t "   \
                "ON t.id = e." x "_table WHERE " where " ORDER BY e.id"

/*
 * A notebook's edges are its project's own: those of a cell are found there, and where other
 * projects use a component (is_foreign).
 */
static const char down_table[] = STEP("to", "e.from_table = ?1");
static const char down_own[] =
    STEP("to", "e.owner = ?1 AND e.from_cell = ?2 AND e.from_project = ?3");
static const char down_foreign[] =
    STEP("to", "e.is_foreign = 1 AND e.from_project = ?2 AND e.from_cell IS ?3"
               " AND p.source = ?1");
static const char up_table[] = STEP("from", "e.to_table = ?1");
static const char up_own[] =
    STEP("from", "e.owner = ?1 AND e.to_cell = ?2 AND e.to_project = ?3");
static const char up_project[] = STEP("from", "e.owner = ?1 AND e.to_kind = 2");

struct step {
    struct catalog *catalog;
    struct arena *arena;
    graph_step_fn *call;
    void *ctx;
};

/* The node at the other end; columns from 6 on. */
static enum status read_end(const struct step *step, const struct statement *row,
                            struct graph_node *out, struct error *err)
{
    struct str *const fields[] = {&out->id.table.connection, &out->id.table.database,
                                  &out->id.table.schema,     &out->id.table.name,
                                  &out->id.project,          &out->id.cell};
    enum status status = OK;
    *out = (struct graph_node){.id.kind = (enum node_kind)column_int(row, 6),
                               .source = column_int(row, 3),
                               .row = column_int_or(row, 7, 0)};
    for (int i = 0; i < 6 && status == OK; i++) {
        status = column_str(row, 8 + i, step->arena, fields[i], err);
    }
    if (status != OK || out->id.kind == NODE_KIND_TABLE) {
        return status;
    }
    if (str_eq(column_view(row, 5), out->id.project)) {
        out->row = column_int(row, 4);
        return OK;
    }
    status = store_find_project(step->catalog, out->source, out->id.project, &out->row, err);
    if (status == ERR_NOT_FOUND) {
        error_clear(err);
        status = OK;
    }
    return status;
}

static enum status run_step(const struct step *step, struct statement *row, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    while (status == OK && has_row) {
        struct graph_node other;
        status = sqlite_step(row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        const struct graph_edge edge = {.row = column_int(row, 0),
                                        .evidence = (unsigned)column_int(row, 1),
                                        .is_partial = column_int(row, 2) != 0};
        status = read_end(step, row, &other, err);
        if (status == OK) {
            status = step->call(step->ctx, &other, &edge, err);
        }
    }
    sqlite_end(row);
    return status;
}

static enum status step_number(const struct step *step, const char *sql, int64_t number,
                               struct error *err)
{
    struct statement row = sqlite_use(&step->catalog->db, sql);
    bind_int(&row, number);
    return run_step(step, &row, err);
}

static enum status step_texts(const struct step *step, const char *sql, int64_t number,
                              struct str first, struct str second, struct error *err)
{
    struct statement row = sqlite_use(&step->catalog->db, sql);
    bind_int(&row, number);
    bind_str(&row, first);
    bind_str(&row, second);
    return run_step(step, &row, err);
}

enum status graph_step(struct catalog *catalog, const struct graph_node *node, bool is_up,
                       struct arena *arena, graph_step_fn *call, void *ctx, struct error *err)
{
    const struct step step = {catalog, arena, call, ctx};
    const struct node *id = &node->id;
    switch (id->kind) {
    case NODE_KIND_TABLE:
        return step_number(&step, is_up ? up_table : down_table, node->row, err);
    case NODE_KIND_PROJECT:
        return is_up
                   ? step_number(&step, up_project, node->row, err)
                   : step_texts(&step, down_foreign, node->source, id->project, STR_NULL, err);
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
        break;
    }
    if (is_up) {
        return step_texts(&step, up_own, node->row, id->cell, id->project, err);
    }
    enum status status = step_texts(&step, down_own, node->row, id->cell, id->project, err);
    return status == OK
               ? step_texts(&step, down_foreign, node->source, id->project, id->cell, err)
               : status;
}

/* ---- pairs ---- */

static const char pair_sql[] =
    "SELECT p.from_column, p.to_column, p.from_kind, t.connection, nullif(t.database, ''),"
    " nullif(t.schema, ''), t.name, p.from_project, p.from_cell FROM edge_column p"
    " LEFT JOIN warehouse_table t ON t.id = p.from_table WHERE p.edge = ?1 ORDER BY p.position";

enum status graph_load_pairs(struct catalog *catalog, const struct node *from,
                             struct graph_edge *edge, struct arena *arena, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(&catalog->db, pair_sql);
    bind_int(&row, edge->row);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct column_pair *pair =
            arena_push(arena, &edge->columns, &edge->column_count, &capacity, sizeof(*pair));
        if (pair == NULL) {
            status = error_nomem(err);
            break;
        }
        struct node *id = &pair->from;
        struct str *const fields[] = {
            &pair->from_column, &pair->to_column, &id->table.connection, &id->table.database,
            &id->table.schema,  &id->table.name,  &id->project,          &id->cell};
        bool is_own = column_is_null(&row, 2);
        for (int i = 0; i < 8 && status == OK; i++) {
            status = column_str(&row, i < 2 ? i : i + 1, arena, fields[i], err);
        }
        pair->from.kind = (enum node_kind)column_int(&row, 2);
        pair->from = is_own ? *from : pair->from;
    }
    sqlite_end(&row);
    return status;
}

/* ---- what people read ---- */

static const char table_sql[] =
    "SELECT d.name, d.type, s.host, t.connection, nullif(t.database, ''), nullif(t.schema, ''),"
    " t.name FROM warehouse_table t JOIN source s ON s.id = t.source LEFT JOIN data_connection"
    " d ON d.source = t.source AND d.hex_id = t.connection WHERE t.id = ?1";
static const char project_sql[] =
    "SELECT p.title, p.owner, iif(p.type = 1, 'COMPONENT', 'PROJECT'), s.host,"
    " coalesce(p.views_all_time, -1), p.edited_ms FROM project p JOIN source s ON s.id ="
    " p.source WHERE p.id = ?1";
static const char brief_sql[] =
    "SELECT dataframe, coalesce(nullif(label, ''), title), type, NULL, connection, NULL FROM"
    " cell WHERE project = ?1 AND hex_id = ?2";
static const char cell_sql[] =
    "SELECT c.dataframe, coalesce(nullif(c.label, ''), c.title), c.type, iif(c.type = 'SQL',"
    " c.source, NULL), coalesce(n.name, c.connection), iif(d.cell IS NULL, c.columns,"
    " d.columns) FROM cell c JOIN project p ON p.id = c.project"
    " LEFT JOIN data_connection n ON n.source = p.source AND n.hex_id = c.connection"
    " LEFT JOIN dataset d ON d.project = c.project AND d.cell = c.hex_id"
    " WHERE c.project = ?1 AND c.hex_id = ?2";

static enum status describe_table(struct catalog *catalog, struct graph_node *node,
                                  struct arena *arena, struct error *err)
{
    struct table_name *table = &node->id.table;
    struct str *const fields[] = {&node->connection,  &node->connection_type, &node->host,
                                  &table->connection, &table->database,       &table->schema,
                                  &table->name};
    bool has_row = false;
    struct statement row = sqlite_use(&catalog->db, table_sql);
    bind_int(&row, node->row);
    enum status status = sqlite_step(&row, &has_row, err);
    for (int i = 0; i < 7 && status == OK && has_row; i++) {
        status = column_str(&row, i, arena, fields[i], err);
    }
    sqlite_end(&row);
    if (status != OK) {
        return status;
    }
    node->type = STR("table");
    node->connection = str_is_empty(node->connection) ? table->connection : node->connection;
    status = arena_printf(arena, &node->name, "%.*s%s%.*s%s%.*s", STR_ARG(table->database),
                          str_is_empty(table->database) ? "" : ".", STR_ARG(table->schema),
                          str_is_empty(table->schema) ? "" : ".", STR_ARG(table->name));
    return status == OK ? OK : error_nomem(err);
}

static enum status describe_project(struct catalog *catalog, struct graph_node *node,
                                    struct arena *arena, struct error *err)
{
    bool has_row = false;
    struct statement row = sqlite_use(&catalog->db, project_sql);
    bind_int(&row, node->row);
    enum status status = sqlite_step(&row, &has_row, err);
    struct str *const fields[] = {&node->title, &node->owner, &node->type, &node->host};
    node->views = status == OK && has_row ? column_int(&row, 4) : -1;
    node->edited_ms = status == OK && has_row ? column_time(&row, 5) : TIMESTAMP_NONE;
    for (int i = 0; i < 4 && status == OK && has_row; i++) {
        status = column_str(&row, i, arena, fields[i], err);
    }
    sqlite_end(&row);
    node->name = str_is_empty(node->title) ? node->id.project : node->title;
    return status;
}

static enum status describe_cell(struct catalog *catalog, struct graph_node *node,
                                 bool is_brief, struct arena *arena, struct error *err)
{
    struct str frame = STR_NULL;
    struct str label = STR_NULL;
    struct str *const fields[] = {&frame, &label, &node->type, &node->sql, &node->connection};
    bool has_row = false;
    struct statement row = sqlite_use(&catalog->db, is_brief ? brief_sql : cell_sql);
    bind_int(&row, node->row);
    bind_str(&row, node->id.cell);
    node->type = STR_NULL;
    enum status status = sqlite_step(&row, &has_row, err);
    for (int i = 0; i < 5 && status == OK && has_row; i++) {
        status = column_str(&row, i, arena, fields[i], err);
    }
    if (status == OK && has_row) {
        status = store_texts_read(column_view(&row, 5), arena, &node->columns,
                                  &node->column_count, err);
    }
    sqlite_end(&row);
    node->name = !str_is_empty(frame) ? frame : label;
    node->name = str_is_empty(node->name) ? node->type : node->name;
    node->name = str_is_empty(node->name) ? node->id.cell : node->name;
    return status;
}

static void copy_project(struct graph_node *node, const struct graph_node *like)
{
    node->title = like->title;
    node->owner = like->owner;
    node->host = like->host;
    node->views = like->views;
    node->edited_ms = like->edited_ms;
}

enum status graph_describe(struct catalog *catalog, struct graph_node *node,
                           const struct graph_node *like, bool is_brief, struct arena *arena,
                           struct error *err)
{
    enum status status = OK;
    if (node->id.kind == NODE_KIND_TABLE) {
        node->views = -1;
        node->edited_ms = TIMESTAMP_NONE;
        return describe_table(catalog, node, arena, err);
    }
    bool is_cell = node->id.kind != NODE_KIND_PROJECT;
    if (is_cell && like != NULL && like->id.kind != NODE_KIND_TABLE && like->row == node->row) {
        copy_project(node, like);
    } else {
        status = describe_project(catalog, node, arena, err);
    }
    if (status == OK && is_cell) {
        status = describe_cell(catalog, node, is_brief, arena, err);
    }
    return status;
}

/* ---- the walk ---- */

struct walk {
    struct catalog *catalog;
    struct arena *arena;
    struct graph *graph;
    struct map by_key;  /* of nodes: their number */
    struct map by_edge; /* rows of edges that are there */
    size_t *queue;      /* nodes in the order in which this way reaches them */
    size_t queued;
    size_t queue_capacity;
    size_t at; /* the node whose steps these are */
    bool is_up;
    bool is_closing; /* nodes are only added beside those that a way reaches */
};

static struct graph_reach *reach_of(const struct walk *walk, size_t node)
{
    struct graph_node *found = &walk->graph->nodes[node];
    return walk->is_up ? &found->up : &found->down;
}

static enum status reach(struct walk *walk, size_t node, size_t parent, struct error *err)
{
    struct graph_reach *reached = reach_of(walk, node);
    if (reached->is_there) {
        return OK;
    }
    size_t *place = arena_push(walk->arena, &walk->queue, &walk->queued, &walk->queue_capacity,
                               sizeof(*place));
    if (place == NULL) {
        return error_nomem(err);
    }
    *place = node;
    int distance = parent == SIZE_MAX ? 0 : reach_of(walk, parent)->distance + 1;
    *reached = (struct graph_reach){true, distance, parent};
    return OK;
}

/* The number of a node, which is added when it is new. */
static enum status number_of(struct walk *walk, const struct graph_node *node, size_t *out,
                             struct error *err)
{
    struct graph *graph = walk->graph;
    struct str key;
    if (graph_key(node, walk->arena, &key) != OK) {
        return error_nomem(err);
    }
    const union map_value *known = map_get(&walk->by_key, key);
    if (known != NULL) {
        *out = (size_t)known->number;
        return OK;
    }
    if (graph->count >= GRAPH_MAX_NODES) {
        return error_set(err, ERR_LIMIT,
                         "more than %d things are connected; ask for fewer "
                         "steps with --up and --down",
                         GRAPH_MAX_NODES);
    }
    struct graph_node *slot =
        arena_push(walk->arena, &graph->nodes, &graph->count, &graph->capacity, sizeof(*slot));
    *out = graph->count - 1;
    if (slot == NULL ||
        map_put(&walk->by_key, key, (union map_value){.number = (int64_t)*out}) != OK) {
        return error_nomem(err);
    }
    *slot = *node;
    slot->up = slot->down = (struct graph_reach){false};
    return OK;
}

static enum status add_edge(struct walk *walk, const struct graph_edge *edge,
                            struct graph_edge **out, struct error *err)
{
    struct graph *graph = walk->graph;
    struct str key;
    *out = NULL;
    if (arena_printf(walk->arena, &key, "%" PRId64, edge->row) != OK) {
        return error_nomem(err);
    }
    if (map_has(&walk->by_edge, key)) {
        return OK;
    }
    *out = arena_push(walk->arena, &graph->edges, &graph->edge_count, &graph->edge_capacity,
                      sizeof(**out));
    if (*out == NULL || map_put(&walk->by_edge, key, (union map_value){.number = 1}) != OK) {
        return error_nomem(err);
    }
    **out = *edge;
    return OK;
}

static enum status on_step(void *ctx, const struct graph_node *other,
                           const struct graph_edge *edge, struct error *err)
{
    struct walk *walk = ctx;
    size_t number = 0;
    struct graph_edge *added = NULL;
    enum status status = number_of(walk, other, &number, err);
    if (status == OK && !walk->is_closing) {
        status = reach(walk, number, walk->at, err);
    }
    if (status == OK) {
        status = add_edge(walk, edge, &added, err);
    }
    if (status != OK || added == NULL) {
        return status;
    }
    added->from = walk->is_up ? number : walk->at;
    added->to = walk->is_up ? walk->at : number;
    return graph_load_pairs(walk->catalog, &walk->graph->nodes[added->from].id, added,
                            walk->arena, err);
}

/* Breadth first, from the start. */
static enum status walk_way(struct walk *walk, bool is_up, int steps, struct error *err)
{
    walk->is_up = is_up;
    walk->queued = 0;
    enum status status = reach(walk, 0, SIZE_MAX, err);
    for (size_t i = 0; i < walk->queued && status == OK; i++) {
        walk->at = walk->queue[i];
        const struct graph_node node = walk->graph->nodes[walk->at]; /* the array moves */
        bool is_end = walk->at > 0 && node.id.kind == NODE_KIND_PROJECT;
        if (reach_of(walk, walk->at)->distance < steps && !is_end) {
            status = graph_step(walk->catalog, &node, is_up, walk->arena, on_step, walk, err);
        }
    }
    return status;
}

/* What flows into the cells that are there already. */
static enum status walk_inputs(struct walk *walk, struct error *err)
{
    size_t count = walk->graph->count;
    enum status status = OK;
    walk->is_up = true;
    walk->is_closing = true;
    for (walk->at = 0; walk->at < count && status == OK; walk->at++) {
        const struct graph_node node = walk->graph->nodes[walk->at]; /* the array moves */
        if (node.id.kind == NODE_KIND_DATASET || node.id.kind == NODE_KIND_CELL) {
            status = graph_step(walk->catalog, &node, true, walk->arena, on_step, walk, err);
        }
    }
    return status;
}

enum status graph_walk(struct catalog *catalog, const struct graph_node *start,
                       const struct graph_steps *steps, struct arena *arena, struct graph *out,
                       struct error *err)
{
    struct walk walk = {.catalog = catalog, .arena = arena, .graph = out};
    size_t number;
    *out = (struct graph){NULL};
    map_init(&walk.by_key);
    map_init(&walk.by_edge);
    enum status status = number_of(&walk, start, &number, err);
    if (status == OK) {
        status = walk_way(&walk, true, steps->up, err);
    }
    if (status == OK) {
        status = walk_way(&walk, false, steps->down, err);
    }
    if (status == OK && steps->has_inputs) {
        status = walk_inputs(&walk, err);
    }
    for (size_t i = 0; i < out->count && status == OK; i++) {
        status = graph_describe(catalog, &out->nodes[i], i > 0 ? &out->nodes[i - 1] : NULL,
                                false, arena, err);
    }
    map_free(&walk.by_key);
    map_free(&walk.by_edge);
    return status;
}
