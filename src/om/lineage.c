#include "om/lineage.h"

#include "domain/name.h"

#include <stdlib.h>

#define ARROW " > "

/* ---- keys ---- */

static bool read_end(struct str text, struct om_end *end)
{
    static const char *const types[] = {"table", "dashboardDataModel", "dashboard"};
    struct str type = str_sub(text, 0, str_find(text, ':'));
    for (size_t i = 0; i < 3; i++) {
        if (type.n < text.n && str_is(type, types[i])) {
            end->type = types[i];
            end->fqn = str_sub(text, type.n + 1, text.n);
            return true;
        }
    }
    return false;
}

static enum status write_key(struct om_edge *edge, struct arena *arena)
{
    return arena_printf(arena, &edge->key, "%s:%.*s" ARROW "%s:%.*s", edge->from.type,
                        STR_ARG(edge->from.fqn), edge->to.type, STR_ARG(edge->to.fqn));
}

bool om_edge_read_key(struct str key, struct om_edge *edge)
{
    struct str arrow = STR(ARROW);
    /* A name may hold an arrow, but none that a type and its colon follow. */
    for (size_t i = 0; i + arrow.n < key.n; i++) {
        if (str_starts_with(str_sub(key, i, key.n), ARROW) &&
            read_end(str_sub(key, i + arrow.n, key.n), &edge->to)) {
            edge->key = key;
            return read_end(str_sub(key, 0, i), &edge->from);
        }
    }
    return false;
}

/* ---- what builds them ---- */

struct builder {
    struct om_run *run;
    const struct om_project *project;
    struct arena *arena;
    struct map by_key; /* key to index + 1 */
    struct map ends;   /* FQN to struct published_item, NULL: it is not there */
    struct om_edge *edges;
    size_t count;
    size_t capacity;
};

/* ---- ends ---- */

static const struct om_dataset *find_dataset(const struct om_project *project,
                                             const struct node *node)
{
    if (!str_eq(node->project, project->from.project.id)) {
        return NULL;
    }
    for (size_t i = 0; i < project->dataset_count; i++) {
        if (str_eq(project->datasets[i].cell->id, node->cell)) {
            return &project->datasets[i];
        }
    }
    return NULL;
}

static enum status dashboard_end(struct builder *b, struct str project, struct om_end *out)
{
    out->type = "dashboard";
    enum status status = name_clean(project, b->arena, &out->name);
    return status == OK ? om_dashboard_fqn(&b->run->mapping, project, b->arena, &out->fqn)
                        : status;
}

/* A cell that makes no data set stands for its project; so does a data set without model. */
static enum status make_end(struct builder *b, const struct node *node, struct om_end *out,
                            bool *found)
{
    const struct om_table *table;
    struct str name;
    enum status status;
    *out = (struct om_end){.type = NULL};
    *found = true;
    switch (node->kind) {
    case NODE_KIND_TABLE:
        table = om_resolve_table(b->run, &node->table, b->arena);
        *found = table != NULL;
        if (table != NULL) {
            *out = (struct om_end){"table", table->fqn, STR_NULL, table->id};
        }
        return OK;
    case NODE_KIND_DATASET:
        if (!b->run->mapping.includes_data_models) {
            return dashboard_end(b, node->project, out);
        }
        out->type = "dashboardDataModel";
        status =
            om_data_model_fqn(&b->run->mapping, node->project, node->cell, b->arena, &out->fqn);
        if (status == OK) {
            status = arena_printf(b->arena, &name, "%.*s_%.*s", STR_ARG(node->project),
                                  STR_ARG(node->cell));
        }
        return status == OK ? name_clean(name, b->arena, &out->name) : status;
    case NODE_KIND_PROJECT:
    case NODE_KIND_CELL:
        break;
    }
    return dashboard_end(b, node->project, out);
}

/* What the server lists of an end of ours; asked once for each. */
static enum status find_end(struct builder *b, const struct om_end *end,
                            const struct published_item **out)
{
    struct error err = ERROR_INIT;
    bool found = false;
    enum published_kind kind =
        str_is(str_from(end->type), "dashboard") ? PUBLISHED_DASHBOARD : PUBLISHED_DATA_MODEL;
    const union map_value *known = map_get(&b->ends, end->fqn);
    if (known != NULL) {
        *out = known->pointer;
        return OK;
    }
    struct published_item *item = ARENA_NEW(b->arena, struct published_item);
    if (item == NULL ||
        published_find(b->run->catalog, kind, end->name, b->arena, item, &found, &err) != OK) {
        return ERR_NOMEM;
    }
    *out = found && !item->is_deleted ? item : NULL;
    return map_put(&b->ends, end->fqn, (union map_value){.pointer = (void *)(uintptr_t)*out});
}

/* Only what is on the server has lineage. */
static enum status is_present(struct builder *b, struct om_end *end, bool *out)
{
    const struct published_item *item = NULL;
    *out = true;
    if (str_is_null(end->name)) {
        return OK;
    }
    enum status status = find_end(b, end, &item);
    *out = item != NULL;
    if (item != NULL) {
        end->id = item->entity_id;
        end->is_new = item->is_new;
    }
    return status;
}

/* ---- columns ---- */

static enum status column_fqn(struct builder *b, const struct node *node,
                              const struct om_end *end, struct str column, struct str *out)
{
    struct str name = column;
    *out = STR_NULL;
    if (node->kind == NODE_KIND_TABLE) {
        const struct om_table *table = om_resolve_table(b->run, &node->table, b->arena);
        name = table != NULL ? om_table_column(table, column) : STR_NULL;
    } else if (node->kind == NODE_KIND_DATASET) {
        const struct om_dataset *dataset = find_dataset(b->project, node);
        for (size_t i = 0; dataset != NULL && i < dataset->column_count; i++) {
            if (str_eq_nocase(dataset->originals[i], column)) {
                name = dataset->names[i];
                break;
            }
        }
        enum status status = name_clean(name, b->arena, &name);
        if (status != OK) {
            return status;
        }
    } else {
        name = STR_NULL;
    }
    return str_is_empty(name) ? OK : name_join(end->fqn, name, b->arena, out);
}

static struct om_columns *columns_to(struct builder *b, struct om_edge *edge, struct str to)
{
    for (size_t i = 0; i < edge->column_count; i++) {
        if (str_eq(edge->columns[i].to, to)) {
            return &edge->columns[i];
        }
    }
    struct om_columns *columns = arena_push(b->arena, &edge->columns, &edge->column_count,
                                            &edge->column_capacity, sizeof(*columns));
    if (columns != NULL) {
        columns->to = to;
    }
    return columns;
}

static enum status add_pair(struct builder *b, struct om_edge *edge, struct str from,
                            struct str to)
{
    struct om_columns *columns = columns_to(b, edge, to);
    if (columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < columns->from_count; i++) {
        if (str_eq(columns->from[i], from)) {
            return OK;
        }
    }
    struct str *place = arena_push(b->arena, &columns->from, &columns->from_count,
                                   &columns->from_capacity, sizeof(*place));
    if (place == NULL) {
        return ERR_NOMEM;
    }
    *place = from;
    return OK;
}

static enum status add_pairs(struct builder *b, const struct edge *from, struct om_edge *edge)
{
    enum status status = OK;
    bool has_columns = from->to.kind == NODE_KIND_DATASET &&
                       b->run->mapping.includes_data_models &&
                       from->from.kind != NODE_KIND_PROJECT;
    for (size_t i = 0; has_columns && i < from->column_count && status == OK; i++) {
        const struct column_pair *pair = &from->columns[i];
        struct str source;
        struct str target;
        if (!node_eq(&pair->from, &from->from)) {
            continue; /* that node has an edge of its own */
        }
        status = column_fqn(b, &pair->from, &edge->from, pair->from_column, &source);
        if (status == OK) {
            status = column_fqn(b, &from->to, &edge->to, pair->to_column, &target);
        }
        if (status == OK && !str_is_null(source) && !str_is_null(target)) {
            status = add_pair(b, edge, source, target);
        }
    }
    return status;
}

/* ---- edges ---- */

static struct str sql_of(const struct builder *b, const struct node *node)
{
    const struct om_dataset *dataset =
        node->kind == NODE_KIND_DATASET ? find_dataset(b->project, node) : NULL;
    bool has_sql =
        dataset != NULL && b->run->mapping.publishes_sql && str_is(dataset->cell->type, "SQL");
    return has_sql ? dataset->cell->source : STR_NULL;
}

static enum status add_edge(struct builder *b, const struct edge *from)
{
    struct om_edge edge = {.sql = STR_NULL};
    bool is_there = true;
    bool found = false;
    enum status status = make_end(b, &from->from, &edge.from, &found);
    if (status == OK && found) {
        status = make_end(b, &from->to, &edge.to, &found);
    }
    if (status != OK || !found || str_eq(edge.from.fqn, edge.to.fqn)) {
        return status;
    }
    status = is_present(b, &edge.from, &is_there);
    if (status == OK && is_there) {
        status = is_present(b, &edge.to, &is_there);
    }
    if (status != OK || !is_there) {
        /* An end that was not read yet may be there in the next pass. */
        b->run->is_unsettled = b->run->is_unsettled || b->run->options->is_interim;
        return status;
    }
    status = write_key(&edge, b->arena);
    if (status != OK) {
        return status;
    }
    const union map_value *known = map_get(&b->by_key, edge.key);
    if (known != NULL) {
        return add_pairs(b, from, &b->edges[known->number]);
    }
    edge.sql = sql_of(b, &from->to);
    struct om_edge *place =
        arena_push(b->arena, &b->edges, &b->count, &b->capacity, sizeof(*place));
    if (place == NULL) {
        return ERR_NOMEM;
    }
    *place = edge;
    status = map_put(&b->by_key, edge.key, (union map_value){.number = (int64_t)b->count - 1});
    return status == OK ? add_pairs(b, from, place) : status;
}

/* What does not change with the order of cells. */
static int compare_columns(const void *a, const void *b)
{
    return str_compare(((const struct om_columns *)a)->to, ((const struct om_columns *)b)->to);
}

enum status om_lineage_of(struct om_run *run, const struct om_project *project,
                          struct arena *arena, struct om_edge **out, size_t *count)
{
    struct builder b = {.run = run, .project = project, .arena = arena};
    enum status status = OK;
    map_init(&b.by_key);
    map_init(&b.ends);
    for (size_t i = 0; i < project->edge_count && status == OK; i++) {
        status = add_edge(&b, &project->edges[i]);
    }
    for (size_t i = 0; i < b.count && status == OK; i++) {
        struct om_edge *edge = &b.edges[i];
        if (edge->column_count > 1) {
            qsort(edge->columns, edge->column_count, sizeof(*edge->columns), compare_columns);
        }
        for (size_t k = 0; k < edge->column_count; k++) {
            qsort(edge->columns[k].from, edge->columns[k].from_count, sizeof(struct str),
                  str_qsort);
        }
    }
    *out = b.edges;
    *count = b.count;
    map_free(&b.by_key);
    map_free(&b.ends);
    return status;
}

const struct json *om_lineage_shown(const struct json *document)
{
    const struct json *edge = json_get(document, "edge");
    const struct json *details = json_get(edge, "lineageDetails");
    return details != NULL ? details : edge;
}

void om_lineage_write(const struct om_edge *edge, struct json_out *out)
{
    json_out_object(out);
    json_out_field_cstr(out, "source", "DashboardLineage");
    if (!str_is_empty(edge->sql)) {
        json_out_field_str(out, "sqlQuery", edge->sql);
    }
    if (edge->column_count > 0) {
        json_out_key(out, "columnsLineage");
        json_out_array(out);
        for (size_t i = 0; i < edge->column_count; i++) {
            json_out_object(out);
            json_out_field_strs(out, "fromColumns", edge->columns[i].from,
                                edge->columns[i].from_count);
            json_out_field_str(out, "toColumn", edge->columns[i].to);
            json_out_object_end(out);
        }
        json_out_array_end(out);
    }
    json_out_object_end(out);
}
