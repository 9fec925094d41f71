#include "hex/export_cell.h"

#include "base/buf.h"
#include "hex/decode_text.h"

#include <stdlib.h>

/* How Hex's explores write "count of rows": no column. */
#define COUNT_STAR "_HEX_COUNT_STAR_ARG_"

#define MAX_TEXT_BYTES ((size_t)4 * 1024 * 1024)
/* Data frames and tables that one cell may name; each is looked for among those before it. */
#define MAX_SOURCES 1000
#define MAX_TEXT_DEPTH 200

struct draft {
    struct cell_read read;
    size_t column_capacity;
};

/* The reads of one cell while they are gathered. */
struct drafts {
    struct arena *arena;
    struct draft *items;
    size_t count;
    size_t capacity;
    bool has_failed; /* out of memory */
    bool is_full;    /* the cell names more than MAX_SOURCES */
};

struct str export_name(const struct yaml_node *node)
{
    bool is_scalar = node != NULL && node->kind == YAML_KIND_SCALAR;
    return is_scalar && node->text.n > 0 && !yaml_is_null(node) ? node->text : STR_NULL;
}

/* The first of several keys that names something. */
static struct str first_name(const struct yaml_node *config, const char *const *keys)
{
    struct str name = STR_NULL;
    for (size_t i = 0; keys[i] != NULL && str_is_null(name); i++) {
        name = export_name(yaml_get(config, keys[i]));
    }
    return name;
}

static bool flag(const struct yaml_node *node)
{
    bool value = false;
    return yaml_to_bool(node, &value) && value;
}

/* ---- gathering reads ---- */

static bool same_table(const struct table_name *a, const struct table_name *b)
{
    return str_eq(a->connection, b->connection) && str_eq(a->database, b->database) &&
           str_eq(a->schema, b->schema) && str_eq(a->name, b->name);
}

/* Its index, as drafts move when they grow. SIZE_MAX: out of memory, or too many. */
static size_t draft_of(struct drafts *drafts, struct str dataframe,
                       const struct table_name *table)
{
    for (size_t i = 0; i < drafts->count; i++) {
        const struct cell_read *read = &drafts->items[i].read;
        if (str_eq(read->dataframe, dataframe) && same_table(&read->table, table)) {
            return i;
        }
    }
    if (drafts->count == MAX_SOURCES) {
        drafts->is_full = true;
        return SIZE_MAX;
    }
    struct draft *draft = arena_push(drafts->arena, &drafts->items, &drafts->count,
                                     &drafts->capacity, sizeof(*draft));
    if (draft == NULL) {
        drafts->has_failed = true;
        return SIZE_MAX;
    }
    draft->read.dataframe = dataframe;
    draft->read.table = *table;
    return drafts->count - 1;
}

/* "DB.SCHEMA.TABLE" from the right; a part may stand in double quotes. */
static void split_path(struct str path, struct table_name *table)
{
    struct str *parts[] = {&table->name, &table->schema, &table->database};
    for (size_t i = 0; i < 3 && path.p != NULL; i++) {
        bool is_quoted = path.n >= 2 && path.p[path.n - 1] == '"';
        size_t cut = SIZE_MAX;
        if (i < 2) {
            struct str before = is_quoted ? str_sub(path, 0, path.n - 1) : path;
            size_t quote = is_quoted ? str_find_last(before, '"') : SIZE_MAX;
            cut = quote != SIZE_MAX
                      ? (quote > 0 && path.p[quote - 1] == '.' ? quote - 1 : SIZE_MAX)
                      : str_find_last(path, '.');
        }
        struct str part = cut == SIZE_MAX ? path : str_sub(path, cut + 1, SIZE_MAX);
        if (part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"') {
            part = str_sub(part, 1, part.n - 2);
        }
        *parts[i] = str_is_empty(part) ? STR_NULL : part;
        path = cut == SIZE_MAX ? STR_NULL : str_sub(path, 0, cut);
    }
}

/*
 * The read that a "data frame" field names: a variable's name, or an object that stands for a
 * table ({connectionId, pathToTable}) or for a variable ({dataframeName}). SIZE_MAX: none
 * (semantic data sets name neither).
 */
static size_t read_source(struct drafts *drafts, struct cell *cell,
                          const struct yaml_node *node)
{
    static const char *const name_keys[] = {"dataframeName", "dataFrameName", NULL};
    static const char *const connection_keys[] = {"connectionId", "dataConnectionId", NULL};
    struct table_name table = {STR_NULL, STR_NULL, STR_NULL, STR_NULL};
    struct copier copier = {.arena = drafts->arena};
    struct str name = export_name(node);
    if (node == NULL || node->kind != YAML_KIND_MAPPING) {
        return str_is_null(name) ? SIZE_MAX : draft_of(drafts, name, &table);
    }
    struct str path = export_name(yaml_get(node, "pathToTable"));
    struct str connection = copy_id_text(&copier, first_name(node, connection_keys));
    drafts->has_failed = drafts->has_failed || copier.has_failed;
    split_path(path, &table);
    if (!str_is_null(table.name)) { /* "schema." is no table */
        table.connection = connection;
        cell->connection = str_is_null(cell->connection) ? connection : cell->connection;
        return draft_of(drafts, STR_NULL, &table);
    }
    table = (struct table_name){STR_NULL, STR_NULL, STR_NULL, STR_NULL};
    name = first_name(node, name_keys);
    return str_is_null(name) ? SIZE_MAX : draft_of(drafts, name, &table);
}

static void add_column(struct drafts *drafts, size_t draft, struct str column)
{
    if (draft == SIZE_MAX || str_is_empty(column) || str_is(column, COUNT_STAR)) {
        return;
    }
    struct draft *into = &drafts->items[draft];
    struct str *place = arena_push(drafts->arena, &into->read.columns, &into->read.column_count,
                                   &into->column_capacity, sizeof(*place));
    if (place == NULL) {
        drafts->has_failed = true;
    } else {
        *place = column;
    }
}

/* A scalar, or each scalar of a list. */
static void add_columns(struct drafts *drafts, size_t draft, const struct yaml_node *node)
{
    add_column(drafts, draft, export_name(node));
    for (size_t i = 0; i < yaml_count(node); i++) {
        add_column(drafts, draft, export_name(yaml_at(node, i)));
    }
}

static int compare_drafts(const void *a, const void *b)
{
    const struct cell_read *left = &((const struct draft *)a)->read;
    const struct cell_read *right = &((const struct draft *)b)->read;
    bool left_is_table = str_is_null(left->dataframe);
    bool right_is_table = str_is_null(right->dataframe);
    if (left_is_table != right_is_table) {
        return left_is_table ? 1 : -1;
    }
    int order = str_compare(left->dataframe, right->dataframe);
    order = order != 0 ? order : str_compare(left->table.connection, right->table.connection);
    order = order != 0 ? order : str_compare(left->table.database, right->table.database);
    order = order != 0 ? order : str_compare(left->table.schema, right->table.schema);
    return order != 0 ? order : str_compare(left->table.name, right->table.name);
}

static void sort_columns(struct cell_read *read)
{
    size_t kept = 0;
    if (read->column_count == 0) {
        return;
    }
    qsort(read->columns, read->column_count, sizeof(*read->columns), str_qsort);
    for (size_t i = 0; i < read->column_count; i++) {
        if (kept == 0 || !str_eq(read->columns[kept - 1], read->columns[i])) {
            read->columns[kept++] = read->columns[i];
        }
    }
    read->column_count = kept;
}

static void finish_reads(struct drafts *drafts, struct cell *cell)
{
    if (drafts->count == 0) {
        return;
    }
    qsort(drafts->items, drafts->count, sizeof(*drafts->items), compare_drafts);
    cell->reads = arena_array(drafts->arena, drafts->count, sizeof(*cell->reads));
    if (cell->reads == NULL) {
        drafts->has_failed = true;
        return;
    }
    cell->read_count = drafts->count;
    for (size_t i = 0; i < drafts->count; i++) {
        sort_columns(&drafts->items[i].read);
        cell->reads[i] = drafts->items[i].read;
    }
}

/* ---- the kinds of cells ---- */

typedef void read_config_fn(struct drafts *drafts, const struct yaml_node *config,
                            struct cell *cell);

/* "row-index-0": the data frame's own index, no column. */
static bool is_row_index(struct str column)
{
    uint64_t number;
    return str_starts_with(column, "row-index-") &&
           str_to_u64(str_sub(column, 10, 20), &number);
}

static void read_displayed_columns(struct drafts *drafts, const struct yaml_node *config,
                                   struct cell *cell)
{
    const struct yaml_node *list =
        yaml_path(config, "tableDisplayConfig", "columnProperties", NULL);
    size_t capacity = 0;
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *name = yaml_get(yaml_at(list, i), "originalName");
        if (name == NULL || name->kind != YAML_KIND_SCALAR || name->text.n == 0 ||
            is_row_index(name->text)) {
            continue;
        }
        struct str *column = arena_push(drafts->arena, &cell->columns, &cell->column_count,
                                        &capacity, sizeof(*column));
        if (column == NULL) {
            drafts->has_failed = true;
            return;
        }
        *column = name->text;
    }
}

static void read_source_text(const struct yaml_node *config, struct cell *cell)
{
    const struct yaml_node *source = yaml_get(config, "source");
    cell->source = yaml_str(source);
    if (source != NULL && source->kind != YAML_KIND_SCALAR) {
        cell->error = STR("config.source is no text");
    }
}

static void read_sql(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    read_source_text(config, cell);
    cell->is_dataframe_sql = flag(yaml_get(config, "dataFrameCell"));
    read_displayed_columns(drafts, config, cell);
}

static void read_code(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    (void)drafts;
    read_source_text(config, cell);
}

static void read_fields(struct drafts *drafts, size_t draft, const struct yaml_node *fields)
{
    for (size_t i = 0; i < yaml_count(fields); i++) {
        const struct yaml_node *field = yaml_at(fields, i);
        struct str type = export_name(yaml_get(field, "fieldType"));
        bool is_joined = yaml_count(yaml_get(field, "queryPath")) > 0;
        if ((str_is_null(type) || str_is(type, "COLUMN")) && !is_joined) {
            add_column(drafts, draft, export_name(yaml_get(field, "value")));
        }
    }
}

static void read_filter_columns(struct drafts *drafts, size_t draft,
                                const struct yaml_node *filters)
{
    for (size_t i = 0; i < yaml_count(filters); i++) {
        const struct yaml_node *filter = yaml_at(filters, i);
        struct str type = export_name(yaml_get(filter, "fieldType"));
        if ((str_is_null(type) || str_is(type, "COLUMN")) &&
            yaml_count(yaml_get(filter, "queryPath")) == 0) {
            add_column(drafts, draft, export_name(yaml_get(filter, "column")));
        }
    }
}

static void read_explore(struct drafts *drafts, const struct yaml_node *config,
                         struct cell *cell)
{
    const struct yaml_node *spec = yaml_get(config, "spec");
    const struct yaml_node *details = yaml_get(spec, "details");
    const struct yaml_node *series = yaml_path(spec, "chartConfig", "series", NULL);
    size_t draft = read_source(drafts, cell, yaml_get(config, "dataframe"));
    read_fields(drafts, draft, yaml_get(spec, "fields"));
    if (flag(yaml_get(details, "enabled"))) {
        read_fields(drafts, draft, yaml_get(details, "fields"));
    }
    read_filter_columns(drafts, draft, yaml_get(spec, "filters"));
    read_filter_columns(drafts, draft,
                        yaml_path(config, "displayTableConfig", "filters", NULL));
    /* "chart" is drawn as its series say; a pivot table keeps the series of an earlier chart.
     */
    struct str drawn_as = export_name(yaml_get(spec, "visualizationType"));
    struct str series_type = export_name(yaml_get(yaml_at(series, 0), "type"));
    bool is_chart = str_is_null(drawn_as) || str_is(drawn_as, "chart");
    cell->chart_type = is_chart && !str_is_null(series_type) ? series_type : drawn_as;
    const struct yaml_node *result = yaml_at(yaml_get(config, "resultVariables"), 0);
    static const char *const result_keys[] = {"name", "variableName", "resultVariableName",
                                              NULL};
    cell->dataframe = result != NULL && result->kind == YAML_KIND_MAPPING
                          ? first_name(result, result_keys)
                          : export_name(result);
}

static void read_layer(struct drafts *drafts, const struct yaml_node *layer, struct cell *cell)
{
    size_t draft = read_source(drafts, cell, yaml_get(layer, "dataFrame"));
    const struct yaml_node *series_list = yaml_get(layer, "series");
    add_columns(drafts, draft, yaml_path(layer, "xAxis", "dataFrameColumn", NULL));
    for (size_t i = 0; i < yaml_count(series_list); i++) {
        const struct yaml_node *series = yaml_at(series_list, i);
        size_t own = read_source(drafts, cell, yaml_get(series, "dataFrame"));
        size_t into = own != SIZE_MAX ? own : draft;
        add_columns(drafts, into, yaml_get(series, "dataFrameColumns"));
        add_columns(drafts, into, yaml_get(series, "dataFrameColumn"));
        add_columns(drafts, into, yaml_get(series, "colorDataFrameColumn"));
        if (str_is_null(cell->chart_type)) {
            cell->chart_type = export_name(yaml_get(series, "type"));
        }
    }
}

static void read_layers(struct drafts *drafts, const struct yaml_node *owner, struct cell *cell)
{
    const struct yaml_node *layers = yaml_get(owner, "layers");
    for (size_t i = 0; i < yaml_count(layers); i++) {
        read_layer(drafts, yaml_at(layers, i), cell);
    }
}

static void read_chart(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    const struct yaml_node *spec = yaml_get(config, "chartSpec");
    const struct yaml_node *owners[] = {spec, config};
    for (size_t o = 0; o < 2; o++) {
        const struct yaml_node *charts = yaml_get(owners[o], "charts");
        read_layers(drafts, owners[o], cell);
        for (size_t i = 0; i < yaml_count(charts); i++) {
            read_layers(drafts, yaml_at(charts, i), cell);
        }
    }
}

static void read_vega_chart(struct drafts *drafts, const struct yaml_node *config,
                            struct cell *cell)
{
    const struct yaml_node *layers = yaml_path(config, "metadata", "byLayer", NULL);
    for (size_t i = 0; layers != NULL && i < layers->count; i++) {
        const struct yaml_node *layer =
            layers->kind == YAML_KIND_MAPPING ? layers->pairs[i].value : yaml_at(layers, i);
        (void)read_source(drafts, cell, yaml_get(layer, "selectedDataFrameVariableName"));
    }
}

static void read_metric(struct drafts *drafts, const struct yaml_node *config,
                        struct cell *cell)
{
    size_t draft = read_source(drafts, cell, yaml_get(config, "valueVariableName"));
    add_column(drafts, draft, export_name(yaml_get(config, "valueColumn")));
    if (flag(yaml_get(config, "showComparison"))) {
        draft = read_source(drafts, cell, yaml_get(config, "comparisonVariableName"));
        add_column(drafts, draft, export_name(yaml_get(config, "comparisonColumn")));
    }
}

/* What PIVOT, FILTER, TABLE_DISPLAY and WRITEBACK call their input. */
static size_t read_input_dataframe(struct drafts *drafts, const struct yaml_node *config,
                                   struct cell *cell)
{
    static const char *const keys[] = {"dataframeName", "dataFrameVariableName",
                                       "dataFrameName", "dataframe", "dataFrame"};
    size_t draft = SIZE_MAX;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && draft == SIZE_MAX; i++) {
        draft = read_source(drafts, cell, yaml_get(config, keys[i]));
    }
    return draft;
}

static void read_pivot_list(struct drafts *drafts, size_t draft, const struct yaml_node *list)
{
    static const char *const keys[] = {"column", "columnName", "originalName",
                                       "name",   "value",      NULL};
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_at(list, i);
        add_column(drafts, draft,
                   item->kind == YAML_KIND_MAPPING ? first_name(item, keys)
                                                   : export_name(item));
    }
}

static void read_pivot(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    static const char *const lists[] = {"rows",      "columns",      "values",
                                        "rowFields", "columnFields", "valueFields"};
    static const char *const owners[] = {"pivotConfig", "pivotTableConfig", "config"};
    size_t draft = read_input_dataframe(drafts, config, cell);
    for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
        read_pivot_list(drafts, draft, yaml_get(config, lists[l]));
        for (size_t o = 0; o < sizeof(owners) / sizeof(owners[0]); o++) {
            read_pivot_list(drafts, draft, yaml_path(config, owners[o], lists[l], NULL));
        }
    }
    read_displayed_columns(drafts, config, cell);
}

static void read_table_display(struct drafts *drafts, const struct yaml_node *config,
                               struct cell *cell)
{
    (void)read_input_dataframe(drafts, config, cell);
}

static void read_filter(struct drafts *drafts, const struct yaml_node *config,
                        struct cell *cell)
{
    size_t draft = read_input_dataframe(drafts, config, cell);
    read_filter_columns(drafts, draft, yaml_get(config, "filters"));
    read_filter_columns(drafts, draft, yaml_path(config, "filters", "filters", NULL));
    read_displayed_columns(drafts, config, cell);
}

static void read_map(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    const struct yaml_node *owners[] = {yaml_get(config, "map"), config};
    for (size_t o = 0; o < 2; o++) {
        const struct yaml_node *layers = yaml_get(owners[o], "layers");
        for (size_t i = 0; i < yaml_count(layers); i++) {
            const struct yaml_node *layer = yaml_at(layers, i);
            (void)read_source(drafts, cell, yaml_path(layer, "data", "dataFrameName", NULL));
            (void)read_source(drafts, cell, yaml_path(layer, "join", "dataFrameName", NULL));
            (void)read_source(drafts, cell,
                              yaml_path(layer, "data", "join", "dataFrameName", NULL));
        }
    }
}

static void read_writeback(struct drafts *drafts, const struct yaml_node *config,
                           struct cell *cell)
{
    const struct yaml_node *dynamic = yaml_get(config, "dynamicTableName");
    struct str dynamic_name = export_name(dynamic);
    bool is_flag = false;
    struct cell_writeback *writeback = &cell->writeback;
    (void)read_input_dataframe(drafts, config, cell);
    writeback->is_set = true;
    writeback->overwrites = flag(yaml_get(config, "overwrite"));
    writeback->is_dynamic =
        yaml_to_bool(dynamic, &is_flag) ? is_flag : !str_is_null(dynamic_name);
    writeback->table = (struct table_name){
        .connection = cell->connection,
        .database = export_name(yaml_get(config, "databaseName")),
        .schema = export_name(yaml_get(config, "schemaName")),
        .name = writeback->is_dynamic ? STR_NULL : export_name(yaml_get(config, "tableName")),
    };
}

static void read_input(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    const struct yaml_node *values = yaml_path(config, "options", "valueOptions", NULL);
    cell->input = (struct cell_input){
        .name = export_name(yaml_get(config, "name")),
        .kind = export_name(yaml_get(config, "inputType")),
        .output_type = export_name(yaml_get(config, "outputType")),
    };
    if (values != NULL && values->kind == YAML_KIND_MAPPING) {
        size_t draft = read_source(drafts, cell, yaml_get(values, "dfName"));
        add_column(drafts, draft, export_name(yaml_get(values, "columnName")));
    }
}

static void read_component(struct drafts *drafts, const struct yaml_node *config,
                           struct cell *cell)
{
    struct copier copier = {.arena = drafts->arena};
    struct str id = export_name(yaml_path(config, "component", "id", NULL));
    cell->component = copy_id_text(&copier, id);
    drafts->has_failed = drafts->has_failed || copier.has_failed;
}

static const struct yaml_node *leaf_text(const struct yaml_node *node)
{
    const struct yaml_node *text = yaml_get(node, "text");
    return text != NULL && text->kind == YAML_KIND_SCALAR ? text : NULL;
}

/* True for the list of a paragraph's parts: some of them are plain text. */
static bool is_line(const struct yaml_node *list)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (leaf_text(yaml_at(list, i)) != NULL) {
            return true;
        }
    }
    return false;
}

/* Every "text" of a rich text document, in order; a line each paragraph. */
static void gather_text(struct buf *out, const struct yaml_node *node, bool is_in_line,
                        unsigned depth)
{
    bool starts_line = !is_in_line && is_line(node) && out->size > 0;
    const struct yaml_node *text = leaf_text(node);
    if (depth == 0) {
        return;
    }
    if (starts_line) {
        (void)buf_append_char(out, '\n');
    }
    is_in_line = is_in_line || is_line(node);
    if (text != NULL) {
        (void)buf_append_str(out, text->text);
    }
    for (size_t i = 0; node->kind != YAML_KIND_SCALAR && i < node->count; i++) {
        gather_text(out,
                    node->kind == YAML_KIND_SEQUENCE ? node->items[i] : node->pairs[i].value,
                    is_in_line, depth - 1);
    }
}

static void read_text(struct drafts *drafts, const struct yaml_node *config, struct cell *cell)
{
    const struct yaml_node *rich = yaml_get(config, "richText");
    struct buf text;
    buf_init(&text, MAX_TEXT_BYTES);
    if (rich != NULL) {
        gather_text(&text, rich, false, MAX_TEXT_DEPTH);
    }
    if (text.size > 0 && arena_str(drafts->arena, buf_str(&text), &cell->text) != OK) {
        drafts->has_failed = true;
    }
    buf_free(&text);
}

/* Types as the API names them (cell_type_from_export). */
static const struct {
    const char *type;
    read_config_fn *read;
} kinds[] = {
    {"SQL", read_sql},
    {"CODE", read_code},
    {"MARKDOWN", read_code},
    {"TEXT", read_text},
    {"INPUT", read_input},
    {"EXPLORE", read_explore},
    {"CHART", read_chart},
    {"VEGA_CHART", read_vega_chart},
    {"METRIC", read_metric},
    {"PIVOT", read_pivot},
    {"FILTER", read_filter},
    {"DISPLAY_TABLE", read_table_display},
    {"MAP", read_map},
    {"WRITEBACK", read_writeback},
    {"COMPONENT_IMPORT", read_component},
};

/* Types whose own configuration names a data connection; others read tables through one. */
static bool has_connection(struct str type)
{
    return str_is(type, "SQL") || str_is(type, "WRITEBACK") || str_is(type, "DBT_METRIC");
}

/* Types that show or write what others made. */
static bool makes_no_dataframe(struct str type)
{
    static const char *const types[] = {"METRIC",        "CHART", "VEGA_CHART", "MAP",
                                        "DISPLAY_TABLE", "INPUT", "WRITEBACK"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (str_is(type, types[i])) {
            return true;
        }
    }
    return false;
}

enum status export_read_config(const struct yaml_node *config, struct arena *arena,
                               struct cell *cell, struct error *err)
{
    static const char *const result_keys[] = {"resultVariableName", "resultVariable", NULL};
    struct drafts drafts = {.arena = arena};
    struct copier copier = {.arena = arena};
    if (yaml_is_null(config)) {
        return OK;
    }
    if (config->kind != YAML_KIND_MAPPING) {
        cell->error = STR("config is no mapping");
        return OK;
    }
    if (has_connection(cell->type)) {
        cell->connection =
            copy_id_text(&copier, export_name(yaml_get(config, "dataConnectionId")));
    }
    if (!makes_no_dataframe(cell->type)) {
        cell->dataframe = first_name(config, result_keys);
    }
    cell->title = export_name(yaml_get(config, "title"));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (str_is(cell->type, kinds[i].type)) {
            kinds[i].read(&drafts, config, cell);
        }
    }
    finish_reads(&drafts, cell);
    if (drafts.is_full) {
        cell->error = STR("names more than 1000 data frames; the others are left out");
    }
    return drafts.has_failed || copier.has_failed ? error_nomem(err) : OK;
}
