#include "hexsim/cells.h"

#include <stdio.h>

/* While a notebook is made: what exists so far. */
struct maker {
    const struct sim_workspace *workspace;
    const struct sim_project *project;
    struct arena *arena;
    struct sim_random random;
    struct sim_notebook *out;
    size_t capacity;
    struct str *dataframes; /* made so far, in this notebook */
    size_t dataframe_count;
    size_t dataframe_capacity;
    bool has_failed;
};

static const char *const column_names[] = {"order_id",   "Revenue",         "Country",
                                           "created_at", "customer \"id\"", "Qty",
                                           "margin.pct", "\xC3\x9Cnit"};

void sim_connection_id(const struct sim_workspace *workspace, size_t n, char out[37])
{
    sim_uuid(workspace, "connection", (int64_t)n, 0, out);
}

size_t sim_connections_in_use(const struct sim_workspace *workspace)
{
    size_t count = 0;
    while (count < sim_connection_count &&
           (sim_connections[count].is_in_spec || !workspace->options.is_strict_spec)) {
        count++;
    }
    return count;
}

static uint64_t below(struct maker *maker, uint64_t limit)
{
    return sim_random_below(&maker->random, limit);
}

static struct sim_cell *add_cell(struct maker *maker, const char *type, const char *api_type,
                                 int64_t parent)
{
    static const char *const labels[] = {
        "", "Load data", "\xE2\x9C\x85 check", "1.10", "yes", "a: b", "#1"};
    size_t position = maker->out->count;
    struct sim_cell *cell = arena_push(maker->arena, &maker->out->cells, &maker->out->count,
                                       &maker->capacity, sizeof(*cell));
    if (cell == NULL) {
        maker->has_failed = true;
        return NULL;
    }
    sim_uuid(maker->workspace, "cell", maker->project->index, (int64_t)position, cell->id);
    sim_uuid(maker->workspace, "cell version", maker->project->index, (int64_t)position,
             cell->api_id);
    cell->type = type;
    cell->api_type = api_type;
    cell->parent = parent;
    cell->connection = -1;
    cell->component = -1;
    cell->variant = (int)below(maker, 4);
    uint64_t label = below(maker, 12);
    cell->label = label < 7 ? str_from(labels[label]) : STR_NULL;
    return cell;
}

static void define(struct maker *maker, struct str name)
{
    struct str *place = arena_push(maker->arena, &maker->dataframes, &maker->dataframe_count,
                                   &maker->dataframe_capacity, sizeof(*place));
    if (place == NULL) {
        maker->has_failed = true;
    } else {
        *place = name;
    }
}

/* A new name, or now and then one that shadows an older one in another case. */
static struct str new_dataframe(struct maker *maker)
{
    struct str name = STR_NULL;
    if (maker->dataframe_count > 0 && below(maker, 12) == 0) {
        size_t which = below(maker, maker->dataframe_count);
        if (arena_printf(maker->arena, &name, "%.*s", STR_ARG(maker->dataframes[which])) ==
            OK) {
            char *first = (char *)(uintptr_t)name.p;
            *first = (char)(*first >= 'a' && *first <= 'z' ? *first - 32 : *first);
        }
    } else if (arena_printf(maker->arena, &name, "df_%zu", maker->out->count) != OK) {
        maker->has_failed = true;
    }
    return name;
}

/* One that exists, or (seldom, or when there is none) one that only Python knows. */
static struct str some_dataframe(struct maker *maker)
{
    if (maker->dataframe_count == 0 || below(maker, 15) == 0) {
        return STR("python_df");
    }
    return maker->dataframes[below(maker, maker->dataframe_count)];
}

static void pick_columns(struct maker *maker, struct sim_read *read, size_t count)
{
    size_t first = below(maker, 8);
    for (size_t i = 0; i < count; i++) {
        read->columns[i] = column_names[(first + i) % 8];
    }
    read->column_count = count;
}

static struct sim_read *read_dataframe(struct maker *maker, struct sim_cell *cell,
                                       struct str name, size_t columns)
{
    struct sim_read *read = &cell->reads[cell->read_count++];
    read->dataframe = name;
    pick_columns(maker, read, columns);
    return read;
}

static void read_table(struct maker *maker, struct sim_cell *cell, size_t columns)
{
    static const char *const paths[] = {"ANALYTICS.PUBLIC.ORDERS", "RAW.EVENTS.CLICKS",
                                        "PUBLIC.CUSTOMERS", "ORDERS"};
    struct sim_read *read = &cell->reads[cell->read_count++];
    read->dataframe = STR_NULL;
    read->path = str_from(paths[below(maker, 4)]);
    read->connection = below(maker, 2);
    cell->connection = (int)read->connection;
    pick_columns(maker, read, columns);
}

static struct str sql_text(struct maker *maker)
{
    static const char *const texts[] = {
        "select * from analytics.public.orders",
        "SELECT o.id, sum(o.amount) AS \"Revenue\"\nFROM orders o\n  JOIN customers c ON c.id "
        "= "
        "o.customer_id\nWHERE o.created_at >= {{ start_date }}\nGROUP BY 1;",
        "with recent as (\n  select * from raw.events where ts > current_date - 7\n)\nselect "
        "country, count(*) n from recent group by country qualify row_number() over (order by "
        "n "
        "desc) <= 10",
        "SELECT f.value:id::string AS id FROM raw.payloads p, LATERAL FLATTEN(input => p.data) "
        "f",
        "select * from `acme-marketing.ads.clicks` where name = 'it''s: # not a comment'",
        "{% if region %}\nselect * from sales where region in ({{ region | array }})\n{% else "
        "%}\nselect * from sales\n{% endif %}",
        "  select 1 -- leading spaces\n\n\n",
        "select a, b\tfrom t\nunion all\nselect c, d from {{ table | sqlsafe }}",
        "",
    };
    const struct sim_override *over = maker->workspace->overrides[maker->project->index];
    if (over != NULL && !str_is_null(over->sql) && maker->dataframe_count == 0) {
        return over->sql;
    }
    return str_from(texts[below(maker, sizeof(texts) / sizeof(texts[0]))]);
}

static void make_sql(struct maker *maker, int64_t parent)
{
    struct sim_cell *cell = add_cell(maker, "SQL", "SQL", parent);
    if (cell == NULL) {
        return;
    }
    cell->is_dataframe_sql = below(maker, 4) == 0;
    cell->connection = cell->is_dataframe_sql
                           ? -1
                           : (int)below(maker, sim_connections_in_use(maker->workspace));
    cell->is_query_mode = below(maker, 5) == 0;
    cell->source = sql_text(maker);
    cell->dataframe = new_dataframe(maker);
    cell->column_count = below(maker, 7);
    size_t first = below(maker, 8);
    for (size_t i = 0; i < cell->column_count; i++) {
        cell->columns[i] = column_names[(first + i) % 8];
    }
    define(maker, cell->dataframe);
}

static void make_text(struct maker *maker, int64_t parent, const char *type)
{
    struct sim_cell *cell = add_cell(maker, type, type, parent);
    if (cell == NULL) {
        return;
    }
    cell->source = cell->type[0] == 'C'
                       ? STR("import pandas as pd\n\ndf = enrich(df_1)  # no "
                             "lineage\nprint(f\"{len(df)}\")")
                       : STR("## Notes\n\n- caf\xC3\xA9 & *stars*\n- {{ value }}");
}

static void make_explore(struct maker *maker, int64_t parent)
{
    struct sim_cell *cell = add_cell(maker, "EXPLORE", "EXPLORE", parent);
    if (cell == NULL) {
        return;
    }
    if (below(maker, 5) == 0) {
        read_table(maker, cell, 2);
    } else {
        read_dataframe(maker, cell, some_dataframe(maker), 1 + below(maker, 3));
    }
}

static void make_reader(struct maker *maker, int64_t parent, const char *type,
                        const char *api_type, size_t columns)
{
    struct sim_cell *cell = add_cell(maker, type, api_type, parent);
    if (cell != NULL) {
        read_dataframe(maker, cell, some_dataframe(maker), columns);
    }
}

static void make_metric(struct maker *maker, int64_t parent)
{
    struct sim_cell *cell = add_cell(maker, "METRIC", "METRIC", parent);
    if (cell == NULL) {
        return;
    }
    struct str value = some_dataframe(maker);
    struct str other = some_dataframe(maker);
    read_dataframe(maker, cell, value, 1);
    if (cell->variant == 0 && !str_eq(value, other)) {
        read_dataframe(maker, cell, other, 1);
    }
}

static void make_transform(struct maker *maker, int64_t parent, const char *type)
{
    struct sim_cell *cell = add_cell(maker, type, type, parent);
    if (cell == NULL) {
        return;
    }
    read_dataframe(maker, cell, some_dataframe(maker), 1 + below(maker, 2));
    cell->dataframe = new_dataframe(maker);
    define(maker, cell->dataframe);
}

static void make_writeback(struct maker *maker, int64_t parent)
{
    struct sim_cell *cell = add_cell(maker, "WRITEBACK", "WRITEBACK", parent);
    if (cell == NULL) {
        return;
    }
    read_dataframe(maker, cell, some_dataframe(maker), 0);
    cell->connection = (int)below(maker, 2);
    cell->table = STR("SCORES");
}

static void make_input(struct maker *maker, int64_t parent)
{
    struct sim_cell *cell = add_cell(maker, "INPUT", "INPUT", parent);
    if (cell != NULL && cell->variant == 0) {
        read_dataframe(maker, cell, some_dataframe(maker), 0);
    }
}

/* Components import only older components, so that no circle arises. */
static void make_import(struct maker *maker, int64_t parent)
{
    int64_t candidates = maker->project->index / 12;
    struct sim_cell *cell = add_cell(maker, "COMPONENT_IMPORT", "COMPONENT_IMPORT", parent);
    if (cell == NULL || candidates == 0) {
        return;
    }
    if (below(maker, 20) != 0) { /* now and then Hex no longer knows which one it was */
        cell->component = 12 * (int64_t)below(maker, (uint64_t)candidates) + 5;
    }
}

static void make_any(struct maker *maker, int64_t parent, int depth);

static void make_container(struct maker *maker, int64_t parent, int depth)
{
    bool is_block = below(maker, 3) == 0;
    const char *type = is_block ? "BLOCK" : "COLLAPSIBLE";
    struct sim_cell *cell = add_cell(maker, type, type, parent);
    int64_t position = (int64_t)maker->out->count - 1;
    if (cell == NULL) {
        return;
    }
    if (is_block) {
        make_sql(maker, position);
        make_explore(maker, position);
        return;
    }
    for (uint64_t children = below(maker, 4); children > 0; children--) {
        make_any(maker, position, depth + 1);
    }
}

static void make_any(struct maker *maker, int64_t parent, int depth)
{
    uint64_t kind = below(maker, 100);
    if (kind < 30) {
        make_sql(maker, parent);
    } else if (kind < 44) {
        make_explore(maker, parent);
    } else if (kind < 52) {
        make_text(maker, parent, "CODE");
    } else if (kind < 60) {
        make_text(maker, parent, "MARKDOWN");
    } else if (kind < 64) {
        make_reader(maker, parent, "CHARTV2", "CHART", 3);
    } else if (kind < 66) {
        make_reader(maker, parent, "CHART", "VEGA_CHART", 0);
    } else if (kind < 70) {
        make_metric(maker, parent);
    } else if (kind < 73) {
        make_transform(maker, parent, "PIVOT");
    } else if (kind < 76) {
        make_transform(maker, parent, "FILTER");
    } else if (kind < 79) {
        make_reader(maker, parent, "TABLE_DISPLAY", "DISPLAY_TABLE", 0);
    } else if (kind < 81) {
        make_reader(maker, parent, "MAP", "MAP", 0);
    } else if (kind < 84) {
        make_writeback(maker, parent);
    } else if (kind < 88) {
        make_input(maker, parent);
    } else if (kind < 91) {
        make_import(maker, parent);
    } else if (kind < 93) {
        make_text(maker, parent, "TEXT");
    } else if (kind < 94 && !maker->workspace->options.is_strict_spec) {
        (void)add_cell(maker, "FUTURE_CELL", "FUTURE_CELL", parent);
    } else if (depth < 3) {
        make_container(maker, parent, depth);
    }
}

enum status sim_notebook_at(const struct sim_workspace *workspace,
                            const struct sim_project *project, struct arena *arena,
                            struct sim_notebook *out)
{
    struct maker maker = {
        .workspace = workspace, .project = project, .arena = arena, .out = out};
    maker.random = sim_random_for(workspace, SIM_STREAM_CELLS, project->index);
    *out = (struct sim_notebook){0};
    uint64_t size = below(&maker, 100);
    uint64_t wanted = size < 5    ? 0
                      : size < 95 ? 1 + below(&maker, 24)
                                  : 40 + below(&maker, 160);
    for (uint64_t i = 0; i < wanted; i++) {
        make_any(&maker, -1, 0);
    }
    return maker.has_failed ? ERR_NOMEM : OK;
}
