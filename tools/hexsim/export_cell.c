#include "hexsim/export.h"

#include <stdio.h>

static const struct str *column_at(const struct sim_read *read, size_t i)
{
    return i < read->column_count ? &read->columns[i] : NULL;
}

static void write_display(const struct sim_cell *cell, struct yaml_out *y, const char *key,
                          bool has_filter)
{
    yaml_out_open(y, key);
    yaml_out_raw(y, "pageSize", "50");
    yaml_out_raw(y, "height", "null");
    yaml_out_raw(y, "hideIndex", "false");
    yaml_out_raw(y, "defaultSortColumn", "null");
    yaml_out_raw(y, "defaultSortDirection", "ASC");
    yaml_out_raw(y, "calcs", "null");
    if (has_filter && cell->read_count > 0 && cell->reads[0].column_count > 0) {
        yaml_out_open(y, "filters");
        yaml_out_item(y);
        yaml_out_str(y, "column", cell->reads[0].columns[0]);
        yaml_out_raw(y, "fieldType", "COLUMN");
        yaml_out_open(y, "predicate");
        yaml_out_raw(y, "op", "IS_ONE_OF");
        yaml_out_raw(y, "arg", "[\"x\"]");
        yaml_out_close(y);
        yaml_out_raw(y, "queryPath", "[]");
        yaml_out_raw(y, "columnType", "STRING");
        yaml_out_item_end(y);
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "filters", cell->variant % 2 == 0 ? "null" : "[]");
    }
    bool is_sql = cell->kind == CELL_SQL;
    if (is_sql && cell->has_columns && cell->column_count > 0) {
        yaml_out_open(y, "columnProperties");
        for (size_t i = 0; i <= cell->column_count; i++) {
            yaml_out_item(y);
            yaml_out_str(y, "originalName",
                         i < cell->column_count ? cell->columns[i] : STR("row-index-0"));
            yaml_out_raw(y, "renameTo", "null");
            yaml_out_raw(y, "size", "120");
            yaml_out_raw(y, "wrapText", "null");
            yaml_out_raw(y, "displayFormat", "null");
            yaml_out_item_end(y);
        }
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "columnProperties", "[]");
    }
    yaml_out_raw(y, "columnOrdering", "null");
    yaml_out_raw(y, "hiddenColumns", "null");
    yaml_out_raw(y, "showAggregations", "false");
    yaml_out_close(y);
}

static void write_sql(const struct sim_cell *cell, struct yaml_out *y)
{
    static const enum yaml_style styles[] = {YAML_STYLE_AUTO, YAML_STYLE_AUTO,
                                             YAML_STYLE_FOLDED, YAML_STYLE_QUOTED};
    yaml_out_styled(y, "source", cell->source, styles[cell->variant % 4]);
    yaml_out_raw(y, "dataFrameCell", cell->is_dataframe_sql ? "true" : "false");
    yaml_out_str(y, "dataConnectionId",
                 cell->connection != NULL ? cell->connection->id : STR_NULL);
    yaml_out_str(y, "resultVariableName", str_is_null(cell->result) ? STR("") : cell->result);
    yaml_out_raw(y, "useRichDisplay", "true");
    yaml_out_raw(y, "sqlCellOutputType", "PANDAS");
    yaml_out_raw(y, "useQueryMode", cell->is_query_mode ? "true" : "false");
    yaml_out_raw(y, "castDecimals", "true");
    yaml_out_raw(y, "allowDuplicateColumns", "false");
    write_display(cell, y, "tableDisplayConfig", false);
}

/* A data frame's name, or the object that stands for a table. */
static void write_frame(const struct notebook *nb, const struct sim_read *read, const char *key,
                        struct yaml_out *y)
{
    if (read->table == NULL) {
        yaml_out_str(y, key, read->name);
        return;
    }
    yaml_out_open(y, key);
    yaml_out_str(y, "dataframeName", sim_case(nb->arena, read->table->name, false));
    yaml_out_str(y, "connectionId", read->table->connection->id);
    yaml_out_str(y, "pathToTable", warehouse_path(read->table, nb->arena));
    yaml_out_raw(y, "dataSourceTableId", "null");
    yaml_out_close(y);
}

static void write_field(struct str column, const char *channel, const char *aggregation,
                        struct yaml_out *y)
{
    yaml_out_item(y);
    yaml_out_str(y, "value", column);
    yaml_out_raw(y, "channel", channel);
    yaml_out_raw(y, "dataType", "VARCHAR");
    yaml_out_raw(y, "fieldType", str_is(column, "_HEX_COUNT_STAR_ARG_") ? "MEASURE" : "COLUMN");
    yaml_out_raw(y, "queryPath", "[]");
    if (aggregation != NULL) {
        yaml_out_raw(y, "aggregation", aggregation);
    }
    yaml_out_item_end(y);
}

/* Columns go to fields, the last one to details (which count only when enabled) or filters. */
static void write_explore_spec(const struct sim_cell *cell, struct yaml_out *y)
{
    static const char *const channels[] = {"base-axis", "cross-axis", "color", "tooltip"};
    const struct sim_read *read = &cell->reads[0];
    bool has_details = cell->variant % 3 == 0;
    size_t in_details = has_details && read->column_count > 1 ? 1 : 0;
    yaml_out_open(y, "spec");
    yaml_out_open(y, "fields");
    for (size_t i = 0; i + in_details < read->column_count; i++) {
        write_field(read->columns[i], channels[i % 4], i % 4 == 1 ? "Sum" : NULL, y);
    }
    write_field(STR("_HEX_COUNT_STAR_ARG_"), "tooltip", NULL, y);
    yaml_out_close(y);
    yaml_out_open(y, "details");
    yaml_out_open(y, "fields");
    if (has_details && read->column_count > 0) {
        write_field(read->columns[read->column_count - 1], "row", NULL, y);
    } else {
        write_field(STR("not_shown"), "row", NULL, y);
    }
    yaml_out_close(y);
    yaml_out_raw(y, "enabled", has_details && read->column_count > 0 ? "true" : "false");
    yaml_out_raw(y, "showAllBaseTableDetailFields", "false");
    yaml_out_close(y);
    if (cell->variant % 5 == 2 && read->column_count > 0) {
        yaml_out_open(y, "filters");
        yaml_out_item(y);
        yaml_out_str(y, "column", read->columns[0]);
        yaml_out_raw(y, "fieldType", "COLUMN");
        yaml_out_item_end(y);
        yaml_out_close(y);
    }
    yaml_out_raw(y, "viewType", "visualization");
    yaml_out_open(y, "chartConfig");
    yaml_out_open(y, "series");
    yaml_out_item(y);
    yaml_out_raw(y, "type", cell->variant % 2 == 0 ? "bar" : "line");
    yaml_out_item_end(y);
    yaml_out_close(y);
    yaml_out_raw(y, "orientation", "vertical");
    yaml_out_close(y);
    yaml_out_raw(y, "visualizationType", cell->variant % 7 == 0 ? "pivot-table" : "chart");
    yaml_out_close(y);
}

static void write_explore(const struct notebook *nb, const struct sim_cell *cell,
                          struct yaml_out *y)
{
    yaml_out_raw(y, "semanticProjectId", "null");
    write_frame(nb, &cell->reads[0], "dataframe", y);
    yaml_out_raw(y, "colorMappings", "{}");
    write_explore_spec(cell, y);
    write_display(cell, y, "displayTableConfig", cell->variant % 4 == 1);
    if (str_is_null(cell->result)) {
        yaml_out_raw(y, "resultVariables", "[]");
    } else if (cell->variant % 2 == 0) {
        yaml_out_open(y, "resultVariables");
        yaml_out_item_str(y, cell->result);
        yaml_out_close(y);
    } else {
        yaml_out_open(y, "resultVariables");
        yaml_out_item(y);
        yaml_out_str(y, "name", cell->result);
        yaml_out_item_end(y);
        yaml_out_close(y);
    }
    yaml_out_raw(y, "height", "null");
}

static void write_series(const struct sim_read *read, bool has_own_frame, struct yaml_out *y)
{
    const struct str *column = column_at(read, has_own_frame ? 0 : 1);
    const struct str *color = column_at(read, has_own_frame ? 1 : 2);
    yaml_out_item(y);
    if (has_own_frame) {
        yaml_out_str(y, "dataFrame", read->name);
    }
    yaml_out_raw(y, "type", "bar");
    if (column != NULL) {
        yaml_out_open(y, "dataFrameColumns");
        yaml_out_item_str(y, *column);
        if (has_own_frame && column_at(read, 2) != NULL) {
            yaml_out_item_str(y, *column_at(read, 2));
        }
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "dataFrameColumns", "[]");
    }
    yaml_out_str(y, "colorDataFrameColumn", color != NULL ? *color : STR_NULL);
    yaml_out_open(y, "axis");
    yaml_out_raw(y, "aggregate", "sum");
    yaml_out_close(y);
    yaml_out_item_end(y);
}

/* One layer; the second data frame, if there is one, belongs to a series of its own. */
static void write_layers(const struct sim_cell *cell, struct yaml_out *y)
{
    const struct sim_read *read = &cell->reads[0];
    yaml_out_open(y, "layers");
    yaml_out_item(y);
    yaml_out_str(y, "dataFrame", read->name);
    yaml_out_open(y, "xAxis");
    yaml_out_str(y, "dataFrameColumn",
                 column_at(read, 0) != NULL ? *column_at(read, 0) : STR_NULL);
    yaml_out_raw(y, "type", "string");
    yaml_out_close(y);
    yaml_out_open(y, "series");
    write_series(read, false, y);
    if (cell->read_count > 1) {
        write_series(&cell->reads[1], true, y);
    }
    yaml_out_close(y);
    yaml_out_item_end(y);
    yaml_out_close(y);
}

static void write_chart(const struct sim_cell *cell, struct yaml_out *y)
{
    bool is_concat = cell->variant % 4 == 0;
    yaml_out_open(y, "chartSpec");
    yaml_out_raw(y, "type", is_concat ? "concat" : "layered");
    if (is_concat) {
        yaml_out_open(y, "charts");
        yaml_out_item(y);
        yaml_out_raw(y, "type", "layered");
        write_layers(cell, y);
        yaml_out_item_end(y);
        yaml_out_close(y);
    } else {
        write_layers(cell, y);
    }
    yaml_out_close(y);
    yaml_out_raw(y, "height", "null");
}

static void write_metric(const struct sim_cell *cell, struct yaml_out *y)
{
    const struct sim_read *value = &cell->reads[0];
    const struct sim_read *other = cell->read_count > 1 ? &cell->reads[1] : NULL;
    yaml_out_str(y, "title", str_is_null(cell->label) ? STR("Total") : cell->label);
    yaml_out_str(y, "valueVariableName", value->name);
    yaml_out_raw(y, "showComparison", other != NULL ? "true" : "false");
    yaml_out_raw(y, "comparisonType", "VALUE");
    /* what is not shown is not read, though it may still be named */
    yaml_out_str(y, "comparisonVariableName",
                 other != NULL            ? other->name
                 : cell->variant % 2 == 0 ? STR("left_over")
                                          : STR_NULL);
    yaml_out_raw(y, "comparisonFormat", "null");
    yaml_out_raw(y, "comparisonLabel", "\"\"");
    yaml_out_str(y, "valueColumn",
                 column_at(value, 0) != NULL ? *column_at(value, 0) : STR_NULL);
    yaml_out_raw(y, "valueRowIndex", "null");
    yaml_out_raw(y, "valueAggregate", "Sum");
    yaml_out_str(y, "comparisonColumn",
                 other != NULL && column_at(other, 0) != NULL ? *column_at(other, 0)
                                                              : STR_NULL);
    yaml_out_raw(y, "comparisonAggregate", "null");
    yaml_out_raw(y, "valueResultVariable", "value");
    yaml_out_raw(y, "comparisonResultVariable", "comparison_value");
    yaml_out_raw(y, "outputResult", "true");
}

static void write_filter(const struct sim_cell *cell, struct yaml_out *y)
{
    const struct sim_read *read = &cell->reads[0];
    yaml_out_str(y, "dataframeName", read->name);
    yaml_out_str(y, "resultVariable", cell->result);
    yaml_out_raw(y, "filterType", "AND");
    if (read->column_count == 0) {
        yaml_out_raw(y, "filters", "[]");
        return;
    }
    yaml_out_open(y, "filters");
    for (size_t i = 0; i < read->column_count; i++) {
        yaml_out_item(y);
        yaml_out_str(y, "column", read->columns[i]);
        yaml_out_open(y, "predicate");
        yaml_out_raw(y, "op", "GT");
        yaml_out_raw(y, "arg", "10");
        yaml_out_close(y);
        yaml_out_raw(y, "columnType", "NUMBER");
        yaml_out_item_end(y);
    }
    yaml_out_close(y);
}

static void write_map(const struct sim_cell *cell, struct yaml_out *y)
{
    yaml_out_open(y, "map");
    yaml_out_open(y, "layers");
    for (size_t i = 0; i < cell->read_count; i++) {
        yaml_out_item(y);
        yaml_out_raw(y, "type", i == 0 ? "SCATTER" : "DATASET");
        yaml_out_open(y, i == 0 ? "data" : "join");
        yaml_out_str(y, "dataFrameName", cell->reads[i].name);
        yaml_out_close(y);
        yaml_out_item_end(y);
    }
    yaml_out_close(y);
    yaml_out_close(y);
}

static void write_vega(const struct sim_cell *cell, struct yaml_out *y)
{
    yaml_out_open(y, "metadata");
    yaml_out_open(y, "byLayer");
    yaml_out_item(y);
    yaml_out_str(y, "selectedDataFrameVariableName", cell->reads[0].name);
    yaml_out_item_end(y);
    yaml_out_close(y);
    yaml_out_close(y);
    yaml_out_raw(y, "vegaSpec", "{}");
}

static void write_writeback(const struct notebook *nb, const struct sim_cell *cell,
                            struct yaml_out *y)
{
    const struct sim_table *t = cell->target;
    yaml_out_str(y, "dataframeName", cell->reads[0].name);
    yaml_out_str(y, "dataConnectionId", cell->connection->id);
    yaml_out_str(y, "databaseName", t != NULL ? t->database : STR_NULL);
    yaml_out_str(y, "schemaName", t != NULL ? t->schema : STR_NULL);
    yaml_out_str(y, "tableName", t != NULL ? t->name : STR_NULL);
    yaml_out_str(y, "dynamicTableName", t != NULL ? STR_NULL : STR("target_table"));
    yaml_out_raw(y, "overwrite", cell->variant % 2 == 0 ? "true" : "false");
    (void)nb;
}

static void write_input(const struct sim_cell *cell, struct yaml_out *y)
{
    static const char *const kinds[] = {"TEXT_INPUT", "DROPDOWN", "DATE", "SLIDER", "CHECKBOX"};
    unsigned kind = cell->variant % 5;
    char name[32];
    (void)snprintf(name, sizeof(name), "input_%u", cell->variant % 97);
    yaml_out_raw(y, "inputType", kinds[kind]);
    yaml_out_raw(y, "name", name);
    yaml_out_raw(y, "outputType", kind == 2 ? "DATETIME" : "DYNAMIC");
    if (cell->read_count > 0) {
        const struct sim_read *read = &cell->reads[0];
        yaml_out_open(y, "options");
        yaml_out_open(y, "valueOptions");
        yaml_out_str(y, "dfName", read->name);
        yaml_out_raw(y, "variableName", "null");
        if (read->column_count > 0) {
            yaml_out_str(y, "columnName", read->columns[0]);
        }
        yaml_out_close(y);
        yaml_out_raw(y, "optional", "false");
        yaml_out_close(y);
    } else if (kind == 3) {
        yaml_out_open(y, "options");
        yaml_out_raw(y, "valueOptions", "[1, 2, 3]");
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "options", "null");
    }
    yaml_out_raw(y, "defaultValue", kind == 2 ? "2025-10-17" : "null");
}

static void write_text(const struct notebook *nb, struct yaml_out *y)
{
    const struct sim_connection *c = &nb->workspace->connections[0];
    yaml_out_open(y, "richText");
    yaml_out_item(y);
    yaml_out_raw(y, "type", "paragraph");
    yaml_out_open(y, "children");
    yaml_out_item(y);
    yaml_out_raw(y, "type", "TableMention");
    yaml_out_str(y, "connectionId", c->id);
    yaml_out_str(y, "database", STR("ANALYTICS"));
    yaml_out_str(y, "schema", STR("PUBLIC"));
    yaml_out_str(y, "table", STR("MENTIONED"));
    yaml_out_item_end(y);
    yaml_out_close(y);
    yaml_out_item_end(y);
    yaml_out_close(y);
}

static void write_import(const struct sim_cell *cell, struct yaml_out *y)
{
    if (cell->component == NULL) {
        yaml_out_raw(y, "component", "null");
        return;
    }
    yaml_out_open(y, "component");
    yaml_out_str(y, "id", cell->component->id);
    yaml_out_raw(y, "version", "3");
    yaml_out_close(y);
}

static void write_rest(const struct notebook *nb, const struct sim_cell *cell,
                       struct yaml_out *y)
{
    switch (cell->kind) {
    case CELL_PIVOT:
        write_frame(nb, &cell->reads[0], "dataframeName", y);
        yaml_out_str(y, "resultVariable", cell->result);
        break;
    case CELL_TABLE_DISPLAY:
        write_frame(nb, &cell->reads[0], "dataFrameVariableName", y);
        write_display(cell, y, "tableDisplayConfig", false);
        break;
    case CELL_WRITEBACK:
        write_writeback(nb, cell, y);
        break;
    case CELL_DBT_METRIC:
        yaml_out_str(y, "dataConnectionId", cell->connection->id);
        yaml_out_raw(y, "selectedMetrics", "[revenue]");
        yaml_out_str(y, "resultVariableName", cell->result);
        break;
    case CELL_TEXT:
        write_text(nb, y);
        break;
    default:
        yaml_out_raw(y, "someday", "[1, {a: null}]");
        break;
    }
}

void export_write_config(const struct notebook *nb, const struct sim_cell *cell,
                         struct yaml_out *y)
{
    switch (cell->kind) {
    case CELL_SQL:
        write_sql(cell, y);
        break;
    case CELL_CODE:
    case CELL_MARKDOWN:
        yaml_out_str(y, "source", cell->source);
        break;
    case CELL_EXPLORE:
        write_explore(nb, cell, y);
        break;
    case CELL_CHARTV2:
        write_chart(cell, y);
        break;
    case CELL_CHART:
        write_vega(cell, y);
        break;
    case CELL_METRIC:
        write_metric(cell, y);
        break;
    case CELL_FILTER:
        write_filter(cell, y);
        break;
    case CELL_MAP:
        write_map(cell, y);
        break;
    case CELL_INPUT:
        write_input(cell, y);
        break;
    case CELL_COMPONENT_IMPORT:
        write_import(cell, y);
        break;
    default:
        write_rest(nb, cell, y);
        break;
    }
}
