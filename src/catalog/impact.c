#include "catalog/impact.h"

#include "base/map.h"
#include "catalog/store.h"

#include <stdlib.h>

/* A column of an item that is to be followed; STR_NULL: whatever it has. */
struct task {
    size_t item; /* SIZE_MAX: the table */
    struct str column;
};

struct walk {
    struct catalog *catalog;
    struct arena *arena;
    const struct graph_node *table;
    struct str column; /* STR_NULL: the whole table */
    struct impact_item *items;
    size_t count;
    size_t capacity;
    struct task *tasks;
    size_t task_count;
    size_t task_capacity;
    struct map by_key; /* of nodes: their item */
    struct map seen;   /* node and column: followed already */
    const struct task *at;
};

const char *impact_certainty_name(enum impact_certainty certainty)
{
    static const char *const names[] = {"certain", "mentioned", "perhaps"};
    return names[certainty];
}

static const struct graph_node *node_of(const struct walk *walk, size_t item)
{
    return item == SIZE_MAX ? walk->table : &walk->items[item].node;
}

/* ---- what is found ---- */

/* The item of a node, added when it is new. */
static enum status item_of(struct walk *walk, const struct graph_node *node, size_t *out,
                           struct error *err)
{
    struct str key;
    if (graph_key(node, walk->arena, &key) != OK) {
        return error_nomem(err);
    }
    const union map_value *known = map_get(&walk->by_key, key);
    if (known != NULL) {
        *out = (size_t)known->number;
        return OK;
    }
    if (walk->count >= GRAPH_MAX_NODES) {
        return error_set(err, ERR_LIMIT, "more than %d things depend on it", GRAPH_MAX_NODES);
    }
    struct impact_item *item =
        arena_push(walk->arena, &walk->items, &walk->count, &walk->capacity, sizeof(*item));
    *out = walk->count - 1;
    if (item == NULL ||
        map_put(&walk->by_key, key, (union map_value){.number = (int64_t)*out}) != OK) {
        return error_nomem(err);
    }
    size_t via = walk->at->item;
    item->node = *node;
    item->via = via;
    item->distance = via == SIZE_MAX ? 1 : walk->items[via].distance + 1;
    item->certainty = IMPACT_PERHAPS;
    return OK;
}

static enum status add_column(struct walk *walk, struct impact_item *item, struct str column,
                              struct error *err)
{
    for (size_t i = 0; i < item->column_count; i++) {
        if (str_eq_nocase(item->columns[i], column)) {
            return OK;
        }
    }
    struct str *slot = arena_push(walk->arena, &item->columns, &item->column_count,
                                  &item->column_capacity, sizeof(*slot));
    if (slot == NULL) {
        return error_nomem(err);
    }
    *slot = column;
    return OK;
}

/* One text for an item and a column, whatever the column's case. */
static enum status task_key(struct walk *walk, size_t item, struct str column, struct str *out)
{
    char *key = arena_cstr(walk->arena, str_is_null(column) ? STR("") : column);
    if (key == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < column.n; i++) {
        key[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] - 'A' + 'a' : key[i]);
    }
    return arena_printf(walk->arena, out, "%zu%s%.*s", item, str_is_null(column) ? "" : "/",
                        STR_ARG(str_from_n(key, column.n)));
}

/* From here the column goes on, unless it did already. */
static enum status follow(struct walk *walk, size_t item, struct str column, struct error *err)
{
    struct str key;
    if (task_key(walk, item, column, &key) != OK) {
        return error_nomem(err);
    }
    if (map_has(&walk->seen, key)) {
        return OK;
    }
    struct task *task = arena_push(walk->arena, &walk->tasks, &walk->task_count,
                                   &walk->task_capacity, sizeof(*task));
    if (task == NULL || map_put(&walk->seen, key, (union map_value){.number = 1}) != OK) {
        return error_nomem(err);
    }
    *task = (struct task){item, column};
    return OK;
}

static enum status found(struct walk *walk, const struct graph_node *node,
                         enum impact_certainty certainty, struct str column, struct error *err)
{
    size_t item = 0;
    enum status status = item_of(walk, node, &item, err);
    if (status != OK) {
        return status;
    }
    if (certainty < walk->items[item].certainty) {
        walk->items[item].certainty = certainty;
    }
    if (!str_is_null(column)) {
        status = add_column(walk, &walk->items[item], column, err);
    }
    bool is_end = node->id.kind == NODE_KIND_PROJECT || certainty == IMPACT_MENTIONED;
    return status == OK && !is_end ? follow(walk, item, column, err) : status;
}

/* ---- whether a text names a column ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || (unsigned char)c >= 0x80;
}

static bool has_word(struct str text, struct str word)
{
    for (size_t i = 0; word.n > 0 && i + word.n <= text.n; i++) {
        bool is_start = i == 0 || !is_word_byte(text.p[i - 1]);
        bool is_stop = i + word.n == text.n || !is_word_byte(text.p[i + word.n]);
        if (is_start && is_stop && str_eq_nocase(str_sub(text, i, word.n), word)) {
            return true;
        }
    }
    return false;
}

static enum status is_mentioned(struct walk *walk, const struct graph_node *node, bool *out,
                                struct error *err)
{
    bool has_row = false;
    *out = false;
    struct statement row = sqlite_use(
        &walk->catalog->db,
        "SELECT source FROM cell WHERE project = ?1 AND hex_id = ?2 AND type = 'SQL'");
    bind_int(&row, node->row);
    bind_str(&row, node->id.cell);
    enum status status = sqlite_step(&row, &has_row, err);
    *out = status == OK && has_row && has_word(column_view(&row, 0), walk->column);
    sqlite_end(&row);
    return status;
}

/* ---- along an edge ---- */

/* Every column of `other` that a pair fills from ours; how many pairs the edge has. */
static enum status follow_pairs(struct walk *walk, const struct graph_node *other,
                                const struct graph_edge *edge, bool *is_any, size_t *count,
                                struct error *err)
{
    struct graph_edge full = *edge;
    const struct node from = node_of(walk, walk->at->item)->id;
    struct str column = walk->at->column;
    *is_any = false;
    enum status status = graph_load_pairs(walk->catalog, &from, &full, walk->arena, err);
    *count = full.column_count;
    for (size_t i = 0; i < full.column_count && status == OK; i++) {
        const struct column_pair *pair = &full.columns[i];
        if (node_eq(&pair->from, &from) && str_eq_nocase(pair->from_column, column)) {
            *is_any = true;
            status = found(walk, other, IMPACT_CERTAIN, pair->to_column, err);
        }
    }
    return status;
}

/* The edge has no pair for the column: it may go on without. */
static enum status follow_unpaired(struct walk *walk, const struct graph_node *other,
                                   const struct graph_edge *edge, size_t pair_count,
                                   struct error *err)
{
    size_t item = walk->at->item;
    bool is_chart = (edge->evidence & EVIDENCE_CHART) != 0;
    bool is_named = false;
    if (other->id.kind == NODE_KIND_PROJECT && item != SIZE_MAX) {
        /* a data set is part of its project, whatever its columns */
        return found(walk, other, walk->items[item].certainty, STR_NULL, err);
    }
    if ((edge->evidence & EVIDENCE_WRITEBACK) != 0) { /* writes all that there is */
        return found(walk, other, IMPACT_CERTAIN, walk->at->column, err);
    }
    if (is_chart && other->id.kind == NODE_KIND_DATASET) { /* a filter keeps what it is given */
        return found(walk, other, IMPACT_PERHAPS, walk->at->column, err);
    }
    if (edge->is_partial || other->id.kind == NODE_KIND_PROJECT ||
        (is_chart && pair_count == 0)) {
        return found(walk, other, IMPACT_PERHAPS, STR_NULL, err);
    }
    if (item != SIZE_MAX) {
        return OK;
    }
    enum status status = is_mentioned(walk, other, &is_named, err);
    return status == OK && is_named ? found(walk, other, IMPACT_MENTIONED, STR_NULL, err)
                                    : status;
}

static enum status on_step(void *ctx, const struct graph_node *other,
                           const struct graph_edge *edge, struct error *err)
{
    struct walk *walk = ctx;
    bool is_any = false;
    size_t pair_count = 0;
    if (other->id.kind == NODE_KIND_TABLE && other->row == walk->table->row) {
        return OK; /* round and round */
    }
    if (str_is_null(walk->at->column)) {
        bool is_certain = str_is_null(walk->column) || walk->at->item == SIZE_MAX ||
                          walk->items[walk->at->item].certainty == IMPACT_CERTAIN;
        return found(walk, other, is_certain ? IMPACT_CERTAIN : IMPACT_PERHAPS, STR_NULL, err);
    }
    enum status status = follow_pairs(walk, other, edge, &is_any, &pair_count, err);
    return status != OK || is_any ? status
                                  : follow_unpaired(walk, other, edge, pair_count, err);
}

/* SQL that writes pairs the columns of its source with those of the target at once. */
static enum status follow_writes(struct walk *walk, struct error *err)
{
    const struct graph_node *node = node_of(walk, walk->at->item);
    bool has_row = true;
    enum status status = OK;
    if (node->id.kind != NODE_KIND_TABLE || str_is_null(walk->at->column)) {
        return OK;
    }
    struct statement row = sqlite_use(
        &walk->catalog->db,
        "SELECT e.to_table, t.source, c.to_column FROM edge_column c JOIN edge e ON e.id ="
        " c.edge JOIN warehouse_table t ON t.id = e.to_table WHERE c.from_table = ?1 AND"
        " c.from_column = ?2 COLLATE NOCASE");
    bind_int(&row, node->row);
    bind_str(&row, walk->at->column);
    while (status == OK && has_row) {
        struct str column = STR_NULL;
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        const struct graph_node other = {.id.kind = NODE_KIND_TABLE,
                                         .row = column_int(&row, 0),
                                         .source = column_int(&row, 1)};
        status = column_str(&row, 2, walk->arena, &column, err);
        if (status == OK && other.row != walk->table->row) {
            status = found(walk, &other, IMPACT_CERTAIN, column, err);
        }
    }
    sqlite_end(&row);
    return status;
}

/* ---- order ---- */

/* Items of a project mostly come one after another, or behind the item that led to them. */
static enum status describe_item(struct walk *walk, size_t item, struct error *err)
{
    struct impact_item *it = &walk->items[item];
    const struct graph_node *like = item > 0 ? &walk->items[item - 1].node : NULL;
    if (it->via != SIZE_MAX && it->via < item &&
        walk->items[it->via].node.row == it->node.row) {
        like = &walk->items[it->via].node;
    }
    return graph_describe(walk->catalog, &it->node, like, true, walk->arena, err);
}

static int compare_items(const void *a, const void *b)
{
    const struct impact_item *left = *(const struct impact_item *const *)a;
    const struct impact_item *right = *(const struct impact_item *const *)b;
    bool is_left_table = left->node.id.kind == NODE_KIND_TABLE;
    bool is_right_table = right->node.id.kind == NODE_KIND_TABLE;
    if (is_left_table != is_right_table) {
        return is_left_table ? 1 : -1;
    }
    if (left->node.views != right->node.views) {
        return left->node.views > right->node.views ? -1 : 1;
    }
    int order = str_compare(left->node.id.project, right->node.id.project);
    order = order != 0 ? order : left->distance - right->distance;
    order = order != 0 ? order : str_compare(left->node.name, right->node.name);
    return order != 0 ? order : str_compare(left->node.id.cell, right->node.id.cell);
}

static enum status sort_items(struct walk *walk, struct impact *out, struct error *err)
{
    struct impact_item **order =
        arena_array(walk->arena, walk->count, sizeof(struct impact_item *));
    size_t *place = arena_array(walk->arena, walk->count, sizeof(*place));
    out->items = arena_array(walk->arena, walk->count, sizeof(*out->items));
    if (order == NULL || place == NULL || out->items == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < walk->count; i++) {
        order[i] = &walk->items[i];
    }
    if (walk->count > 0) {
        qsort(order, walk->count, sizeof(struct impact_item *), compare_items);
    }
    for (size_t i = 0; i < walk->count; i++) {
        place[order[i] - walk->items] = i;
        out->items[i] = *order[i];
        bool is_new = out->items[i].node.id.kind != NODE_KIND_TABLE &&
                      (i == 0 || !str_eq(out->items[i - 1].node.id.project,
                                         out->items[i].node.id.project));
        out->project_count += is_new ? 1 : 0;
    }
    for (size_t i = 0; i < walk->count; i++) {
        size_t via = out->items[i].via;
        out->items[i].via = via == SIZE_MAX ? SIZE_MAX : place[via];
    }
    out->count = walk->count;
    return OK;
}

enum status impact_find(struct catalog *catalog, const struct graph_node *table,
                        struct str column, struct arena *arena, struct impact *out,
                        struct error *err)
{
    struct walk walk = {.catalog = catalog, .arena = arena, .table = table, .column = column};
    *out = (struct impact){NULL};
    map_init(&walk.by_key);
    map_init(&walk.seen);
    enum status status = follow(&walk, SIZE_MAX, column, err);
    for (size_t i = 0; i < walk.task_count && status == OK; i++) {
        const struct task task = walk.tasks[i]; /* the array moves when it grows */
        walk.at = &task;
        int distance = task.item == SIZE_MAX ? 0 : walk.items[task.item].distance;
        if (distance >= GRAPH_MAX_DEPTH) {
            continue;
        }
        const struct graph_node node = *node_of(&walk, task.item);
        status = graph_step(catalog, &node, false, arena, on_step, &walk, err);
        if (status == OK) {
            status = follow_writes(&walk, err);
        }
    }
    for (size_t i = 0; i < walk.count && status == OK; i++) {
        status = describe_item(&walk, i, err);
    }
    if (status == OK) {
        status = sort_items(&walk, out, err);
    }
    map_free(&walk.by_key);
    map_free(&walk.seen);
    return status;
}

enum status impact_used_columns(struct catalog *catalog, const struct graph_node *table,
                                size_t max, struct arena *arena, struct str **out,
                                size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &catalog->db, "SELECT name FROM (SELECT c.from_column AS name FROM edge e JOIN"
                      " edge_column c ON c.edge = e.id WHERE e.from_table = ?1 AND c.from_kind"
                      " IS NULL UNION ALL SELECT from_column FROM edge_column WHERE"
                      " from_table = ?1) WHERE name <> '' GROUP BY name COLLATE NOCASE"
                      " ORDER BY name COLLATE NOCASE LIMIT ?2");
    *out = NULL;
    *count = 0;
    bind_int(&row, table->row);
    bind_int(&row, (int64_t)max);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct str *name = arena_push(arena, out, count, &capacity, sizeof(*name));
        status = name != NULL ? column_str(&row, 0, arena, name, err) : error_nomem(err);
    }
    sqlite_end(&row);
    return status;
}
