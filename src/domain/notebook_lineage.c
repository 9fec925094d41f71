#include "domain/notebook_lineage.h"

#include "base/map.h"

#include <stdlib.h>

#define MAX_IMPORT_DEPTH 16
/*
 * Cells of components looked at for one notebook. Components that import each other many
 * times over would take exponential time; what lies beyond makes no edges.
 */
#define MAX_BROUGHT_CELLS 1000000

/* The data frames known at some place of a notebook: lower-cased name -> struct node. */
struct environment {
    struct map names;
};

/* What lookup said of a component. */
struct component {
    const struct notebook *notebook; /* NULL: not known */
    bool is_imported;                /* by the notebook itself */
};

struct walk {
    notebook_lookup_fn *lookup;
    void *lookup_ctx;
    struct arena *arena;
    struct error *err;
    struct str path[MAX_IMPORT_DEPTH + 1]; /* the notebooks that we are inside of */
    size_t depth;
    struct map components; /* id -> struct component */
    size_t brought_cells;
    struct notebook_edges *out;
    size_t edge_capacity;
    size_t import_capacity;
};

/* Data frame names are Python variables, but Hex's SQL finds them whatever their case. */
static enum status fold(struct arena *arena, struct str name, struct str *out)
{
    char *p = arena_cstr(arena, name);
    if (p == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < name.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + ('a' - 'A') : p[i]);
    }
    *out = str_from_n(p, name.n);
    return OK;
}

static struct node dataset_node(struct str project, struct str cell)
{
    return (struct node){.kind = NODE_KIND_DATASET, .project = project, .cell = cell};
}

static enum status define(struct walk *walk, struct environment *environment, struct str name,
                          struct str project, struct str cell)
{
    struct str key;
    struct node *node = ARENA_NEW(walk->arena, struct node);
    if (node == NULL || fold(walk->arena, name, &key) != OK) {
        return error_nomem(walk->err);
    }
    *node = dataset_node(project, cell);
    if (map_put(&environment->names, key, (union map_value){.pointer = node}) != OK) {
        return error_nomem(walk->err);
    }
    return OK;
}

static enum status find(struct walk *walk, const struct environment *environment,
                        struct str name, const struct node **out)
{
    struct str key;
    *out = NULL;
    if (fold(walk->arena, name, &key) != OK) {
        return error_nomem(walk->err);
    }
    union map_value *value = map_get(&environment->names, key);
    *out = value != NULL ? value->pointer : NULL;
    return OK;
}

/* ---- what a component brings ---- */

static bool is_inside(const struct walk *walk, struct str component)
{
    for (size_t i = 0; i < walk->depth; i++) {
        if (str_eq(walk->path[i], component)) {
            return true;
        }
    }
    return false;
}

/* Asks lookup once for each component. */
static enum status component_of(struct walk *walk, struct str id, struct component **out)
{
    const union map_value *known = map_get(&walk->components, id);
    if (known != NULL) {
        *out = known->pointer;
        return OK;
    }
    *out = ARENA_NEW(walk->arena, struct component);
    if (*out == NULL ||
        map_put(&walk->components, id, (union map_value){.pointer = *out}) != OK) {
        return error_nomem(walk->err);
    }
    return walk->lookup(walk->lookup_ctx, id, &(*out)->notebook, walk->err);
}

/* Adds the data frames that the component ends with, those of its own imports included. */
static enum status bring(struct walk *walk, struct environment *environment, struct str id)
{
    struct component *component = NULL;
    if (walk->depth > MAX_IMPORT_DEPTH || is_inside(walk, id)) {
        return OK;
    }
    enum status status = component_of(walk, id, &component);
    if (status != OK || component->notebook == NULL) {
        return status;
    }
    const struct notebook *notebook = component->notebook;
    walk->path[walk->depth++] = id;
    for (size_t i = 0; i < notebook->cell_count && status == OK; i++) {
        const struct cell *cell = &notebook->cells[i];
        if (walk->brought_cells++ > MAX_BROUGHT_CELLS) {
            break;
        }
        if (!str_is_empty(cell->component)) {
            status = bring(walk, environment, cell->component);
        }
        if (status == OK && cell_is_dataset(cell)) {
            status = define(walk, environment, cell->dataframe, id, cell->id);
        }
    }
    walk->depth--;
    return status;
}

/* ---- edges ---- */

static struct edge *add_edge(struct walk *walk, const struct node *from, const struct node *to,
                             unsigned evidence)
{
    struct edge *edge = arena_push(walk->arena, &walk->out->edges, &walk->out->count,
                                   &walk->edge_capacity, sizeof(*edge));
    if (edge == NULL) {
        (void)error_nomem(walk->err);
        return NULL;
    }
    edge->from = *from;
    edge->to = *to;
    edge->evidence = evidence;
    return edge;
}

/* A chart shows a column under its own name. */
static enum status pair_columns(struct walk *walk, struct edge *edge,
                                const struct cell_read *read)
{
    if (read->column_count == 0) {
        return OK;
    }
    edge->columns = arena_array(walk->arena, read->column_count, sizeof(*edge->columns));
    if (edge->columns == NULL) {
        return error_nomem(walk->err);
    }
    edge->column_count = read->column_count;
    for (size_t i = 0; i < read->column_count; i++) {
        edge->columns[i] = (struct column_pair){edge->from, read->columns[i], read->columns[i]};
    }
    return OK;
}

static enum status resolve_read(struct walk *walk, const struct environment *environment,
                                const struct cell_read *read, struct node *table,
                                const struct node **out)
{
    if (!str_is_null(read->dataframe)) {
        return find(walk, environment, read->dataframe, out);
    }
    *table = (struct node){.kind = NODE_KIND_TABLE, .table = read->table};
    *out = str_is_empty(read->table.name) ? NULL : table;
    return OK;
}

static enum status add_writeback(struct walk *walk, const struct cell *cell,
                                 const struct node *from)
{
    if (str_is_empty(cell->writeback.table.name)) {
        return OK;
    }
    const struct node to = {.kind = NODE_KIND_TABLE, .table = cell->writeback.table};
    return add_edge(walk, from, &to, EVIDENCE_WRITEBACK) != NULL ? OK : ERR_NOMEM;
}

static enum status add_reads(struct walk *walk, const struct environment *environment,
                             struct str project, const struct cell *cell)
{
    const struct node to = {
        .kind = cell_is_dataset(cell) ? NODE_KIND_DATASET : NODE_KIND_CELL,
        .project = project,
        .cell = cell->id,
    };
    for (size_t i = 0; i < cell->read_count; i++) {
        struct node table;
        const struct node *from;
        enum status status = resolve_read(walk, environment, &cell->reads[i], &table, &from);
        if (status != OK) {
            return status;
        }
        if (from == NULL) {
            continue; /* made by Python: a name, not a node */
        }
        if (cell->writeback.is_set) {
            status = add_writeback(walk, cell, from);
        } else {
            struct edge *edge = add_edge(walk, from, &to, EVIDENCE_CHART);
            status = edge != NULL ? pair_columns(walk, edge, &cell->reads[i]) : ERR_NOMEM;
        }
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

static enum status add_import(struct walk *walk, struct str project, struct str component)
{
    struct component *known = NULL;
    if (str_eq(project, component)) {
        return OK; /* of itself: a circle */
    }
    enum status status = component_of(walk, component, &known);
    if (status != OK || known->is_imported) {
        return status;
    }
    known->is_imported = true;
    struct str *import = arena_push(walk->arena, &walk->out->imports, &walk->out->import_count,
                                    &walk->import_capacity, sizeof(*import));
    if (import == NULL) {
        return error_nomem(walk->err);
    }
    *import = component;
    const struct node from = {.kind = NODE_KIND_PROJECT, .project = component};
    const struct node to = {.kind = NODE_KIND_PROJECT, .project = project};
    return add_edge(walk, &from, &to, EVIDENCE_IMPORT) != NULL ? OK : ERR_NOMEM;
}

static enum status add_cell(struct walk *walk, struct environment *environment,
                            struct str project, const struct cell *cell)
{
    enum status status = OK;
    if (!str_is_empty(cell->component)) {
        status = add_import(walk, project, cell->component);
        if (status == OK) {
            status = bring(walk, environment, cell->component);
        }
    }
    if (status == OK) {
        status = add_reads(walk, environment, project, cell);
    }
    if (status == OK && cell_is_dataset(cell)) {
        const struct node from = dataset_node(project, cell->id);
        const struct node to = {.kind = NODE_KIND_PROJECT, .project = project};
        bool is_sql = str_is(cell->type, "SQL");
        if (add_edge(walk, &from, &to, is_sql ? EVIDENCE_SQL : EVIDENCE_CHART) == NULL) {
            return ERR_NOMEM;
        }
        status = define(walk, environment, cell->dataframe, project, cell->id);
    }
    return status;
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

/* One edge of edges[0..count) between the same nodes: evidence and columns of all, each once.
 */
static enum status join_edges(struct walk *walk, struct edge *edges, size_t count)
{
    size_t total = 0;
    size_t at = 0;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        total += edges[i].column_count;
        edges[0].evidence |= edges[i].evidence;
        edges[0].is_partial = edges[0].is_partial || edges[i].is_partial;
    }
    struct column_pair *columns = arena_array(walk->arena, total, sizeof(*columns));
    if (columns == NULL) {
        return error_nomem(walk->err);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < edges[i].column_count; c++) {
            columns[at++] = edges[i].columns[c];
        }
    }
    qsort(columns, total, sizeof(*columns), compare_pairs);
    for (size_t c = 0; c < total; c++) {
        if (kept == 0 || compare_pairs(&columns[kept - 1], &columns[c]) != 0) {
            columns[kept++] = columns[c];
        }
    }
    edges[0].columns = columns;
    edges[0].column_count = kept;
    return OK;
}

/* Sorts; edges between the same nodes become one. */
static enum status merge_edges(struct walk *walk)
{
    struct notebook_edges *out = walk->out;
    size_t kept = 0;
    if (out->count > 0) {
        qsort(out->edges, out->count, sizeof(*out->edges), compare_edges);
    }
    for (size_t i = 0; i < out->count;) {
        size_t count = 1;
        while (i + count < out->count &&
               compare_edges(&out->edges[i], &out->edges[i + count]) == 0) {
            count++;
        }
        if (count > 1 && join_edges(walk, &out->edges[i], count) != OK) {
            return ERR_NOMEM;
        }
        out->edges[kept++] = out->edges[i];
        i += count;
    }
    out->count = kept;
    return OK;
}

enum status notebook_lineage(const struct notebook *notebook, notebook_lookup_fn *lookup,
                             void *lookup_ctx, struct arena *arena, struct notebook_edges *out,
                             struct error *err)
{
    struct environment environment;
    struct walk walk = {.lookup = lookup,
                        .lookup_ctx = lookup_ctx,
                        .arena = arena,
                        .err = err,
                        .path = {notebook->project_id},
                        .depth = 1,
                        .out = out};
    enum status status = OK;
    *out = (struct notebook_edges){0};
    map_init(&environment.names);
    map_init(&walk.components);
    for (size_t i = 0; i < notebook->cell_count && status == OK; i++) {
        status = add_cell(&walk, &environment, notebook->project_id, &notebook->cells[i]);
    }
    if (status == OK) {
        status = merge_edges(&walk);
    }
    if (status == OK && out->import_count > 0) {
        qsort(out->imports, out->import_count, sizeof(*out->imports), str_qsort);
    }
    map_free(&walk.components);
    map_free(&environment.names);
    return status;
}
