#include "hexsim/notebook.h"

#include "hexsim/query.h"
#include "hexsim/words.h"

#include <stdlib.h>

#define MAX_DEPTH 3

static const struct {
    const char *export_name;
    const char *api_name;
    unsigned weight;
} kinds[CELL_KINDS] = {
    [CELL_SQL] = {"SQL", "SQL", 40},
    [CELL_CODE] = {"CODE", "CODE", 10},
    [CELL_MARKDOWN] = {"MARKDOWN", "MARKDOWN", 9},
    [CELL_TEXT] = {"TEXT", "TEXT", 3},
    [CELL_INPUT] = {"INPUT", "INPUT", 6},
    [CELL_EXPLORE] = {"EXPLORE", "EXPLORE", 9},
    [CELL_CHARTV2] = {"CHARTV2", "CHART", 6},
    [CELL_CHART] = {"CHART", "VEGA_CHART", 2},
    [CELL_METRIC] = {"METRIC", "METRIC", 5},
    [CELL_PIVOT] = {"PIVOT", "PIVOT", 3},
    [CELL_FILTER] = {"FILTER", "FILTER", 3},
    [CELL_TABLE_DISPLAY] = {"TABLE_DISPLAY", "DISPLAY_TABLE", 3},
    [CELL_MAP] = {"MAP", "MAP", 1},
    [CELL_WRITEBACK] = {"WRITEBACK", "WRITEBACK", 2},
    [CELL_DBT_METRIC] = {"DBT_METRIC", "DBT_METRIC", 1},
    [CELL_COMPONENT_IMPORT] = {"COMPONENT_IMPORT", "COMPONENT_IMPORT", 3},
    [CELL_COLLAPSIBLE] = {"COLLAPSIBLE", "COLLAPSIBLE", 3},
    [CELL_BLOCK] = {"BLOCK", "BLOCK", 2},
    [CELL_FUTURE] = {"FUTURE_CELL", "FUTURE_CELL", 1},
};

const char *cell_kind_export_name(enum cell_kind kind)
{
    return kinds[kind].export_name;
}

const char *cell_kind_api_name(enum cell_kind kind)
{
    return kinds[kind].api_name;
}

const struct sim_dataset *notebook_find(const struct notebook *notebook, struct str name)
{
    for (size_t i = notebook->environment_count; i > 0; i--) {
        if (str_eq_nocase(notebook->environment[i - 1].name, name)) {
            return &notebook->environment[i - 1];
        }
    }
    return NULL;
}

/* The environment grows and moves: what cells keep is a copy. */
static const struct sim_dataset *keep(const struct notebook *nb,
                                      const struct sim_dataset *found)
{
    if (found == NULL) {
        return NULL;
    }
    struct sim_dataset *copy = SIM_NEW(nb->arena, struct sim_dataset);
    *copy = *found;
    return copy;
}

const struct sim_dataset *notebook_any(const struct notebook *nb, struct rng *rng)
{
    if (nb->environment_count == 0) {
        return NULL;
    }
    size_t pick = rng_below(rng, nb->environment_count);
    return keep(nb, notebook_find(nb, nb->environment[pick].name));
}

size_t cell_add_read(struct notebook *nb, struct sim_cell *cell, struct sim_read read)
{
    struct sim_read *kept = sim_push(nb->arena, &cell->reads, &cell->read_count,
                                     &cell->read_capacity, sizeof(*cell->reads));
    *kept = read;
    return cell->read_count - 1;
}

/* Notebooks differ in size: some empty, some huge. */
static size_t pick_size(struct rng *rng)
{
    size_t dice = rng_below(rng, 200);
    return dice < 8 ? 0 : dice < 10 ? 200 : 1 + rng_below(rng, dice < 150 ? 15 : 40);
}

static enum cell_kind pick_kind(const struct notebook *nb, struct rng *rng, unsigned depth)
{
    size_t total = 0;
    for (size_t i = 0; i < CELL_KINDS; i++) {
        total += kinds[i].weight;
    }
    for (;;) {
        size_t dice = rng_below(rng, total);
        size_t kind = 0;
        while (dice >= kinds[kind].weight) {
            dice -= kinds[kind++].weight;
        }
        bool is_container = kind == CELL_COLLAPSIBLE || kind == CELL_BLOCK;
        bool is_refused = (is_container && depth >= MAX_DEPTH) ||
                          (kind == CELL_COMPONENT_IMPORT && nb->project->is_component) ||
                          (kind == CELL_FUTURE && nb->workspace->options.is_strict);
        if (!is_refused) {
            return (enum cell_kind)kind;
        }
    }
}

static struct str pick_label(struct rng *rng, struct arena *arena)
{
    size_t dice = rng_below(rng, 10);
    if (dice < 3) {
        return STR_NULL;
    }
    if (dice == 3) {
        return STR("");
    }
    const char *label = words_labels[rng_below(rng, words_count(words_labels))];
    return dice < 7 ? str_from(label) : sim_printf(arena, "%s %zu", label, dice);
}

static void make_sql(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    const struct workspace *w = nb->workspace;
    cell->is_dataframe_sql = rng_chance(rng, 22);
    if (!cell->is_dataframe_sql) { /* most notebooks keep to one connection */
        size_t pick =
            rng_chance(rng, 80) ? workspace_index(w, nb->project) : rng_next(rng) >> 9;
        cell->connection = &w->connections[pick % w->connection_count];
    }
    query_make(nb, cell, rng);
    cell->is_query_mode = !cell->is_dataframe_sql && rng_chance(rng, 20);
    cell->has_columns = rng_chance(rng, 85);
    query_settle(nb, cell);
    /* now and then a name is used again, or not given at all */
    size_t number = rng_chance(rng, 10) ? 1 : nb->cell_count;
    cell->result = rng_chance(rng, 3) ? STR_NULL : sim_printf(nb->arena, "df_%zu", number);
}

static bool has_import(const struct notebook *nb, const struct sim_project *component)
{
    for (size_t i = 0; i < nb->cell_count; i++) {
        if (nb->cells[i].component == component) {
            return true;
        }
    }
    return false;
}

static void make_import(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    cell->component = workspace_component(nb->workspace, rng_next(rng) >> 7);
    if (has_import(nb, cell->component)) { /* once is enough: cell ids must stay unique */
        cell->component = NULL;
    }
    if (rng_chance(rng, 10)) {
        cell->component = NULL; /* `component: null` exists */
    }
    if (cell->component == NULL || !workspace_is_active(cell->component)) {
        return;
    }
    struct notebook inner;
    notebook_make(nb->workspace, cell->component, nb->arena, &inner);
    for (size_t i = 0; i < inner.environment_count; i++) {
        const struct sim_dataset *last = notebook_find(&inner, inner.environment[i].name);
        if (last == &inner.environment[i]) {
            struct sim_dataset *d =
                sim_push(nb->arena, &nb->environment, &nb->environment_count,
                         &nb->environment_capacity, sizeof(*d));
            *d = *last;
        }
    }
}

static void make_text(struct sim_cell *cell, struct rng *rng)
{
    static const char *const code[] = {
        "import pandas as pd\n\npy_frame = pd.DataFrame({'a': [1, 2]})",
        "print(\"{{ not jinja }}\")  # FROM nowhere", "", "def f(x):\n    return x ** 2\n",
        "# -*- coding: utf-8 -*-\nname = 'Zoë'\tif True else None"};
    static const char *const markdown[] = {
        "## Section\n\nSome *text* and `code`.", "{% raw %}{{ x }}{% endraw %}",
        "| a | b |\n|---|---|\n| 1 | 2 |\n", "Übersicht 📈\n\n    indented", " leading blank"};
    cell->source = str_from(cell->kind == CELL_CODE ? code[rng_below(rng, 5)]
                                                    : markdown[rng_below(rng, 5)]);
}

/* Everything but its place; what it makes is not yet visible to itself. */
static void fill_cell(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    switch (cell->kind) {
    case CELL_SQL:
        make_sql(nb, cell, rng);
        break;
    case CELL_CODE:
    case CELL_MARKDOWN:
        make_text(cell, rng);
        break;
    case CELL_COMPONENT_IMPORT:
        make_import(nb, cell, rng);
        break;
    default:
        cell_make_no_code(nb, cell, rng);
        break;
    }
}

static void make_ids(const struct notebook *nb, struct sim_cell *cell, size_t number)
{
    const struct sim_project *p = nb->project;
    uint64_t place = str_hash(p->id) ^ number;
    struct rng durable = rng_for(nb->workspace->options.seed, "cell", place);
    struct rng version = rng_for(nb->workspace->options.seed, "cell version",
                                 place + p->revision * UINT64_C(7919));
    cell->id = rng_uuid(&durable, nb->arena, p->created_ms + (int64_t)number);
    cell->api_id = rng_uuid(&version, nb->arena, p->edited_ms + (int64_t)number);
}

static void push_dataset(struct notebook *nb, const struct sim_cell *cell)
{
    if (str_is_empty(cell->result)) {
        return;
    }
    struct sim_dataset *d = sim_push(nb->arena, &nb->environment, &nb->environment_count,
                                     &nb->environment_capacity, sizeof(*d));
    *d = (struct sim_dataset){.project = nb->project,
                              .cell = cell->id,
                              .name = cell->result,
                              .columns = cell->columns,
                              .column_count = cell->column_count,
                              .is_known = cell->is_known || cell->has_columns};
}

static size_t add_cell(struct notebook *nb, struct sim_cell cell)
{
    struct sim_cell *kept = sim_push(nb->arena, &nb->cells, &nb->cell_count, &nb->cell_capacity,
                                     sizeof(*nb->cells));
    *kept = cell;
    make_ids(nb, kept, nb->cell_count);
    push_dataset(nb, kept);
    return nb->cell_count - 1;
}

static struct sim_cell start_cell(struct notebook *nb, struct rng *rng, enum cell_kind kind,
                                  size_t parent, unsigned depth)
{
    struct sim_cell cell = {.kind = kind, .parent = parent, .depth = depth};
    cell.label = pick_label(rng, nb->arena);
    cell.variant = (unsigned)(rng_next(rng) >> 40);
    cell.source = cell.result = STR_NULL;
    return cell;
}

static void make_one(struct notebook *nb, struct rng *rng, enum cell_kind kind, size_t parent,
                     unsigned depth);

static void fill_container(struct notebook *nb, struct rng *rng, size_t at, unsigned depth)
{
    if (nb->cells[at].kind == CELL_BLOCK) {
        make_one(nb, rng, CELL_SQL, at, depth + 1);
        make_one(nb, rng, rng_chance(rng, 50) ? CELL_EXPLORE : CELL_CHARTV2, at, depth + 1);
        return;
    }
    size_t n = rng_below(rng, 5);
    for (size_t i = 0; i < n; i++) {
        make_one(nb, rng, pick_kind(nb, rng, depth + 1), at, depth + 1);
    }
}

static void make_one(struct notebook *nb, struct rng *rng, enum cell_kind kind, size_t parent,
                     unsigned depth)
{
    struct sim_cell cell = start_cell(nb, rng, kind, parent, depth);
    bool is_container = kind == CELL_COLLAPSIBLE || kind == CELL_BLOCK;
    if (!is_container) {
        fill_cell(nb, &cell, rng);
    }
    size_t at = add_cell(nb, cell);
    if (is_container) {
        fill_container(nb, rng, at, depth);
    }
}

/* The text is all there is: "SELECT ... AS name" makes that one column. */
static void name_extra(const struct notebook *nb, struct sim_cell *cell)
{
    size_t blank = str_find_last(cell->source, ' ');
    cell->is_known = blank != SIZE_MAX;
    if (cell->is_known) {
        cell->columns = SIM_NEW(nb->arena, struct str);
        cell->columns[0] = warehouse_fold(
            cell->connection->dialect, str_sub(cell->source, blank + 1, SIZE_MAX), nb->arena);
        cell->column_count = 1;
    }
}

/* What an edit put at the end. */
static void add_extra(struct notebook *nb)
{
    struct sim_cell cell = {
        .kind = CELL_SQL, .parent = NOBODY, .label = STR("Added by an edit")};
    cell.connection = &nb->workspace->connections[0];
    cell.source = nb->project->extra_sql;
    cell.result = STR("df_extra");
    name_extra(nb, &cell);
    (void)add_cell(nb, cell);
}

void notebook_make(const struct workspace *workspace, const struct sim_project *project,
                   struct arena *arena, struct notebook *out)
{
    *out = (struct notebook){.workspace = workspace, .project = project, .arena = arena};
    if (project->file != NULL) {
        return;
    }
    struct rng rng =
        rng_for(workspace->options.seed, "notebook", workspace_index(workspace, project));
    size_t n = pick_size(&rng);
    for (size_t i = 0; i < n; i++) {
        make_one(out, &rng, pick_kind(out, &rng, 0), NOBODY, 0);
    }
    if (!str_is_null(project->extra_sql)) {
        add_extra(out);
    }
}

/* Only data frames that SQL cells make are there. */
static void look_up_again(struct notebook *flat, struct sim_cell *cell)
{
    struct sim_read *reads =
        sim_alloc(flat->arena, (cell->read_count + 1) * sizeof(*cell->reads));
    for (size_t i = 0; i < cell->read_count; i++) {
        reads[i] = cell->reads[i];
        if (reads[i].table == NULL) {
            reads[i].dataset = keep(flat, notebook_find(flat, reads[i].name));
        }
    }
    cell->reads = reads;
}

static void push_flat(struct notebook *flat, struct sim_cell cell)
{
    bool is_sql = cell.kind == CELL_SQL;
    struct sim_cell *kept = sim_push(flat->arena, &flat->cells, &flat->cell_count,
                                     &flat->cell_capacity, sizeof(*flat->cells));
    *kept = cell;
    kept->parent = NOBODY;
    kept->depth = 0;
    kept->component = NULL;
    kept->has_columns = false;
    kept->is_known = false;
    kept->connection = is_sql ? cell.connection : NULL;
    kept->result = is_sql ? cell.result : STR_NULL;
    if (is_sql) {
        look_up_again(flat, kept);
        query_settle(flat, kept);
        push_dataset(flat, kept);
    } else {
        kept->read_count = kept->flow_count = 0;
        kept->target = NULL;
    }
}

void notebook_make_flat(const struct workspace *workspace, const struct sim_project *project,
                        struct arena *arena, struct notebook *out)
{
    struct notebook full;
    notebook_make(workspace, project, arena, &full);
    *out = (struct notebook){.workspace = workspace, .project = project, .arena = arena};
    for (size_t i = 0; i < full.cell_count; i++) {
        push_flat(out, full.cells[i]);
        struct notebook inner = {0};
        if (full.cells[i].component != NULL) {
            notebook_make(workspace, full.cells[i].component, arena, &inner);
        }
        for (size_t k = 0; k < inner.cell_count; k++) {
            if (inner.cells[k].kind == CELL_SQL) {
                struct sim_cell copy = inner.cells[k];
                struct rng rng = rng_for(workspace->options.seed, "inlined",
                                         str_hash(project->id) ^ str_hash(copy.id) ^ i);
                copy.api_id = rng_uuid(&rng, arena, TIMESTAMP_NONE);
                push_flat(out, copy);
            }
        }
    }
}
