#include "domain/notebook_lineage.h"

#include <stdlib.h>

struct walk {
    const struct notebook *notebook;
    struct notebook_steps steps;
    struct notebook_sql_answer *answers;
    struct arena *arena;
    struct error *err;
    struct edge_list edges;
    struct notebook_edges *out;
    size_t dataset_capacity;
    size_t step; /* the one at hand */
};

static enum status add_edge(struct walk *walk, const struct node *from, const struct node *to,
                            enum evidence evidence, struct edge **out)
{
    *out = edge_list_add(&walk->edges, from, to, evidence);
    return *out != NULL ? OK : error_nomem(walk->err);
}

/* ---- no-code cells ---- */

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

static enum status add_read(struct walk *walk, const struct cell_read *read,
                            const struct node *from)
{
    const struct notebook_step *step = &walk->steps.items[walk->step];
    const struct cell_writeback *writeback = &step->cell->writeback;
    struct edge *edge;
    if (!writeback->is_set) {
        enum status status = add_edge(walk, from, &step->node, EVIDENCE_CHART, &edge);
        return status == OK ? pair_columns(walk, edge, read) : status;
    }
    if (str_is_empty(writeback->table.name)) {
        return OK;
    }
    const struct node to = {.kind = NODE_KIND_TABLE, .table = writeback->table};
    return add_edge(walk, from, &to, EVIDENCE_WRITEBACK, &edge);
}

static enum status add_reads(struct walk *walk)
{
    const struct notebook_step *step = &walk->steps.items[walk->step];
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    enum status status = OK;
    size_t name = 0;
    for (size_t i = 0; i < step->cell->read_count && status == OK; i++) {
        const struct cell_read *read = &step->cell->reads[i];
        if (!str_is_null(read->dataframe)) {
            size_t maker = answer->named[name++];
            if (maker != SIZE_MAX) { /* else made by Python: a name, not a node */
                status = add_read(walk, read, &walk->steps.items[maker].node);
            }
        } else if (!str_is_empty(read->table.name)) {
            const struct node from = {.kind = NODE_KIND_TABLE, .table = read->table};
            status = add_read(walk, read, &from);
        }
    }
    return status;
}

/* ---- SQL cells ---- */

/* The nodes of what a SQL cell reads: its tables, then the data sets. */
struct sources {
    struct node *nodes;
    size_t table_count;
    size_t count;
    size_t *pairs; /* for each, how many column pairs there are */
};

static enum status list_sources(struct walk *walk, struct sources *out)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    enum status status = OK;
    *out = (struct sources){.table_count = answer->read_count,
                            .count = answer->read_count + answer->dep_count};
    out->nodes = arena_array(walk->arena, out->count, sizeof(*out->nodes));
    out->pairs = arena_array(walk->arena, out->count, sizeof(*out->pairs));
    if (out->nodes == NULL || out->pairs == NULL) {
        return error_nomem(walk->err);
    }
    for (size_t i = 0; i < answer->read_count && status == OK; i++) {
        out->nodes[i].kind = NODE_KIND_TABLE;
        status = notebook_steps_table(&walk->steps, walk->step, &answer->reads[i].name,
                                      walk->arena, &out->nodes[i].table);
    }
    for (size_t i = 0; i < answer->dep_count; i++) {
        out->nodes[answer->read_count + i] = walk->steps.items[answer->deps[i]].node;
    }
    return status == OK ? OK : error_nomem(walk->err);
}

/* Which of sources an origin is; SIZE_MAX: not a single column of it. */
static size_t source_of(const struct sources *sources, const struct notebook_sql_origin *origin)
{
    if (str_is(origin->column, "*")) {
        return SIZE_MAX;
    }
    return origin->table != SIZE_MAX ? origin->table : sources->table_count + origin->dep;
}

/* Room in the edges, one for each source, for the pairs that pair_result makes. */
static enum status reserve_pairs(struct walk *walk, const struct sources *sources,
                                 struct edge *edges)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    for (size_t i = 0; i < answer->column_count; i++) {
        const struct notebook_sql_column *column = &answer->columns[i];
        for (size_t k = 0; k < column->origin_count; k++) {
            size_t source = source_of(sources, &column->origins[k]);
            if (source != SIZE_MAX) {
                sources->pairs[source]++;
            }
        }
    }
    for (size_t i = 0; i < sources->count; i++) {
        edges[i].columns = arena_array(walk->arena, sources->pairs[i], sizeof(*edges->columns));
        if (edges[i].columns == NULL) {
            return error_nomem(walk->err);
        }
    }
    return OK;
}

static enum status pair_result(struct walk *walk, const struct sources *sources,
                               struct edge *edges)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    enum status status = reserve_pairs(walk, sources, edges);
    for (size_t i = 0; i < answer->column_count && status == OK; i++) {
        const struct notebook_sql_column *column = &answer->columns[i];
        for (size_t k = 0; k < column->origin_count && !str_is_null(column->name); k++) {
            size_t source = source_of(sources, &column->origins[k]);
            if (source != SIZE_MAX) {
                struct edge *edge = &edges[source];
                edge->columns[edge->column_count++] =
                    (struct column_pair){edge->from, column->origins[k].column, column->name};
            }
        }
    }
    return status;
}

/* Column pairs of a write come from where the columns come from, past the cell. */
static enum status pair_write(struct walk *walk, const struct sources *sources,
                              const struct notebook_sql_table *write, struct edge *edge)
{
    size_t total = 0;
    for (size_t i = 0; i < write->column_count; i++) {
        total += write->columns[i].origin_count;
    }
    edge->columns = arena_array(walk->arena, total, sizeof(*edge->columns));
    if (edge->columns == NULL) {
        return error_nomem(walk->err);
    }
    for (size_t i = 0; i < write->column_count; i++) {
        const struct notebook_sql_column *column = &write->columns[i];
        for (size_t k = 0; k < column->origin_count; k++) {
            size_t source = source_of(sources, &column->origins[k]);
            if (source != SIZE_MAX && !str_is_null(column->name)) {
                edge->columns[edge->column_count++] = (struct column_pair){
                    sources->nodes[source], column->origins[k].column, column->name};
            } else {
                edge->is_partial = true;
            }
        }
    }
    return OK;
}

static enum status add_writes(struct walk *walk, const struct sources *sources)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    enum status status = OK;
    for (size_t i = 0; i < answer->write_count && status == OK; i++) {
        struct node to = {.kind = NODE_KIND_TABLE};
        struct edge *edge;
        if (notebook_steps_table(&walk->steps, walk->step, &answer->writes[i].name, walk->arena,
                                 &to.table) != OK) {
            return error_nomem(walk->err);
        }
        status = add_edge(walk, &walk->steps.items[walk->step].node, &to, EVIDENCE_SQL, &edge);
        if (status == OK) {
            edge->is_partial = answer->is_partial;
            status = pair_write(walk, sources, &answer->writes[i], edge);
        }
    }
    return status;
}

static enum status add_sql(struct walk *walk)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    const struct node *to = &walk->steps.items[walk->step].node;
    struct sources sources;
    size_t first = walk->edges.count;
    enum status status = list_sources(walk, &sources);
    for (size_t i = 0; i < sources.count && status == OK; i++) {
        struct edge *edge;
        status = add_edge(walk, &sources.nodes[i], to, EVIDENCE_SQL, &edge);
        if (status == OK) {
            edge->is_partial = answer->is_partial || answer->lacks_origins;
        }
    }
    if (status == OK && sources.count > 0) {
        status = pair_result(walk, &sources, &walk->edges.items[first]);
    }
    return status == OK ? add_writes(walk, &sources) : status;
}

/* ---- data sets ---- */

static bool is_as_displayed(const struct cell *cell, const struct notebook_sql_answer *answer)
{
    bool is_same = cell->column_count == answer->dataframe_count;
    for (size_t i = 0; i < cell->column_count && is_same; i++) {
        is_same = str_eq(cell->columns[i], answer->dataframe[i]);
    }
    return is_same;
}

static enum status add_dataset(struct walk *walk)
{
    const struct notebook_step *step = &walk->steps.items[walk->step];
    const struct notebook_sql_answer *answer = &walk->answers[walk->step];
    const struct node to = {.kind = NODE_KIND_PROJECT, .project = walk->notebook->project_id};
    bool is_sql = str_is(step->cell->type, "SQL");
    struct edge *edge;
    enum status status =
        add_edge(walk, &step->node, &to, is_sql ? EVIDENCE_SQL : EVIDENCE_CHART, &edge);
    bool is_partial =
        answer->is_partial || (!answer->knows_dataframe && answer->column_count > 0);
    if (status != OK || (!is_partial && is_as_displayed(step->cell, answer))) {
        return status;
    }
    struct notebook_dataset *dataset =
        arena_push(walk->arena, &walk->out->datasets, &walk->out->dataset_count,
                   &walk->dataset_capacity, sizeof(*dataset));
    if (dataset == NULL) {
        return error_nomem(walk->err);
    }
    *dataset = (struct notebook_dataset){.cell = step->cell->id,
                                         .columns = answer->dataframe,
                                         .column_count = answer->dataframe_count,
                                         .is_partial = is_partial};
    return OK;
}

/* ---- all of it ---- */

static enum status add_imports(struct walk *walk)
{
    struct notebook_steps *steps = &walk->steps;
    const struct node to = {.kind = NODE_KIND_PROJECT, .project = walk->notebook->project_id};
    enum status status = OK;
    for (size_t i = 0; i < steps->import_count && status == OK; i++) {
        const struct node from = {.kind = NODE_KIND_PROJECT, .project = steps->imports[i]};
        struct edge *edge;
        status = add_edge(walk, &from, &to, EVIDENCE_IMPORT, &edge);
    }
    if (status == OK && steps->import_count > 0) {
        qsort(steps->imports, steps->import_count, sizeof(*steps->imports), str_qsort);
    }
    walk->out->imports = steps->imports;
    walk->out->import_count = steps->import_count;
    return status;
}

static enum status add_cells(struct walk *walk)
{
    enum status status = OK;
    for (walk->step = 0; walk->step < walk->steps.count && status == OK; walk->step++) {
        const struct cell *cell = walk->steps.items[walk->step].cell;
        if (cell == NULL) {
            continue; /* of a component, whose edges are its own */
        }
        status = add_reads(walk);
        if (status == OK && str_is(cell->type, "SQL")) {
            status = add_sql(walk);
        }
        if (status == OK && cell_is_dataset(cell)) {
            status = add_dataset(walk);
        }
    }
    return status;
}

enum status notebook_lineage(const struct notebook *notebook,
                             const struct queried_table *queried, size_t queried_count,
                             const struct notebook_lookup *lookup, struct arena *arena,
                             struct notebook_edges *out, struct error *err)
{
    struct walk walk = {.notebook = notebook,
                        .arena = arena,
                        .err = err,
                        .edges = {.arena = arena},
                        .out = out};
    *out = (struct notebook_edges){NULL};
    enum status status = notebook_steps_make(notebook, lookup, arena, &walk.steps, err);
    if (status == OK) {
        status =
            notebook_sql_find(walk.steps.cells, walk.steps.count, NULL, arena, &walk.answers);
        status = status == OK ? OK : error_nomem(err);
    }
    if (status == OK) {
        status = add_cells(&walk);
    }
    if (status == OK) {
        status = add_imports(&walk);
    }
    if (status == OK) {
        const struct queried_job job = {.notebook = notebook,
                                        .steps = &walk.steps,
                                        .answers = walk.answers,
                                        .items = queried,
                                        .count = queried_count,
                                        .lookup = lookup,
                                        .edges = &walk.edges};
        status = queried_tables_merge(&job, &out->reasons, err);
        out->queried_count = queried_count;
    }
    if (status == OK && edge_list_merge(&walk.edges) != OK) {
        status = error_nomem(err);
    }
    out->edges = walk.edges.items;
    out->count = walk.edges.count;
    return status;
}
