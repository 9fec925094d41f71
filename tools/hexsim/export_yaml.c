#include "hexsim/export_yaml.h"

#include <string.h>

struct writer {
    const struct sim_workspace *workspace;
    const struct sim_notebook *notebook;
    struct buf *out;
    int indent; /* of the present mapping */
};

static void line(struct writer *w, const char *text)
{
    (void)buf_printf(w->out, "%*s%s\n", w->indent, "", text);
}

/* ---- scalars, as a writer of YAML 1.2 puts them ---- */

static bool is_plain_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || c == '_' || c == '(' || c == '/';
}

/* True when the core schema of YAML 1.2 would not take text for a string. */
static bool is_core_value(struct str text)
{
    bool is_number = text.n > 0;
    for (size_t i = 0; i < text.n; i++) {
        is_number = is_number && strchr("0123456789.eE+-_xo", text.p[i]) != NULL;
    }
    /* A date has two dashes and is a string. */
    bool is_date = text.n == 10 && text.p[4] == '-' && text.p[7] == '-';
    return (is_number && !is_date) || str_is(text, "null") || str_is(text, "~") ||
           str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false"));
}

static bool is_plain(struct str text)
{
    if (text.n == 0 || text.n > 120 || !is_plain_start(text.p[0]) || is_core_value(text)) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool ends = i + 1 == text.n;
        if ((unsigned char)c < 0x20 || (c == ':' && (ends || text.p[i + 1] == ' ')) ||
            (c == '#' && text.p[i - 1] == ' ') || (c == ' ' && ends)) {
            return false;
        }
    }
    return true;
}

static void quoted(struct writer *w, struct str text)
{
    (void)buf_append_char(w->out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"' || c == '\\') {
            (void)buf_printf(w->out, "\\%c", c);
        } else if (c == '\n') {
            (void)buf_append_cstr(w->out, "\\n");
        } else if (c == '\t') {
            (void)buf_append_cstr(w->out, "\\t");
        } else if (c < 0x20) {
            (void)buf_printf(w->out, "\\x%02x", c);
        } else {
            (void)buf_append_char(w->out, (char)c);
        }
    }
    (void)buf_append_char(w->out, '"');
}

static bool can_be_block(struct str text)
{
    if (text.n == 0 || text.p[0] == ' ' || text.p[0] == '\n' || text.p[text.n - 1] == '\n' ||
        str_find(text, '\n') == SIZE_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n' && text.p[i] != '\t') {
            return false;
        }
    }
    return true;
}

static void block(struct writer *w, struct str text)
{
    (void)buf_append_cstr(w->out, "|-\n");
    for (size_t at = 0; at <= text.n;) {
        size_t end = str_find(str_sub(text, at, SIZE_MAX), '\n');
        struct str row = str_sub(text, at, end == SIZE_MAX ? text.n - at : end);
        if (row.n > 0) {
            (void)buf_printf(w->out, "%*s%.*s", w->indent + 2, "", STR_ARG(row));
        }
        (void)buf_append_char(w->out, '\n');
        at += row.n + 1;
    }
}

/* "key: value" in the form that a person would find in a real file. */
static void text_field(struct writer *w, const char *key, struct str text)
{
    (void)buf_printf(w->out, "%*s%s: ", w->indent, "", key);
    if (str_is_null(text)) {
        (void)buf_append_cstr(w->out, "null");
    } else if (is_plain(text)) {
        (void)buf_append_str(w->out, text);
    } else if (can_be_block(text)) {
        block(w, text);
        return;
    } else {
        quoted(w, text);
    }
    (void)buf_append_char(w->out, '\n');
}

static void cstr_field(struct writer *w, const char *key, const char *text)
{
    text_field(w, key, str_from(text));
}

static void bool_field(struct writer *w, const char *key, bool value)
{
    (void)buf_printf(w->out, "%*s%s: %s\n", w->indent, "", key, value ? "true" : "false");
}

/* "- key: value": the first line of a list's mapping; the rest is two deeper. */
static void item_field(struct writer *w, const char *key, struct str text)
{
    (void)buf_printf(w->out, "%*s- ", w->indent, "");
    w->indent += 2;
    size_t before = w->out->size;
    text_field(w, key, text);
    /* text_field indented as well: take that out again. */
    if (buf_status(w->out) == OK) {
        size_t n = (size_t)w->indent;
        memmove(w->out->data + before, w->out->data + before + n,
                w->out->size - before - n + 1);
        w->out->size -= n;
    }
}

static void end_item(struct writer *w)
{
    w->indent -= 2;
}

static void connection_field(struct writer *w, const char *key, int connection)
{
    char id[37];
    if (connection < 0) {
        text_field(w, key, STR_NULL);
    } else {
        sim_connection_id(w->workspace, (size_t)connection, id);
        cstr_field(w, key, id);
    }
}

/* ---- cells ---- */

typedef void write_config_fn(struct writer *w, const struct sim_cell *cell);

static void displayed_columns(struct writer *w, const struct sim_cell *cell)
{
    line(w, "tableDisplayConfig:");
    w->indent += 2;
    line(w, "pageSize: 50");
    line(w, "filters: null");
    if (cell->column_count == 0) {
        line(w, "columnProperties: []");
    } else {
        line(w, "columnProperties:");
        w->indent += 2;
        for (size_t i = 0; i < cell->column_count; i++) {
            item_field(w, "originalName", str_from(cell->columns[i]));
            line(w, "renameTo: null");
            line(w, "size: 120");
            end_item(w);
        }
        item_field(w, "originalName", STR("row-index-0"));
        line(w, "size: 46");
        end_item(w);
        w->indent -= 2;
    }
    line(w, "pinnedColumns: null");
    w->indent -= 2;
}

static void write_sql(struct writer *w, const struct sim_cell *cell)
{
    text_field(w, "source", cell->source);
    bool_field(w, "dataFrameCell", cell->is_dataframe_sql);
    connection_field(w, "dataConnectionId", cell->connection);
    text_field(w, "resultVariableName", cell->dataframe);
    cstr_field(w, "sqlCellOutputType", "PANDAS");
    bool_field(w, "useQueryMode", cell->is_query_mode);
    displayed_columns(w, cell);
}

static void write_source(struct writer *w, const struct sim_cell *cell)
{
    text_field(w, "source", cell->source);
}

static void write_rich_text(struct writer *w, const struct sim_cell *cell)
{
    (void)cell;
    line(w, "richText:");
    w->indent += 2;
    item_field(w, "type", STR("paragraph"));
    line(w, "children:");
    w->indent += 2;
    item_field(w, "text", STR("Reads from "));
    end_item(w);
    item_field(w, "type", STR("TableMention"));
    line(w, "connectionId: null");
    line(w, "table: ORDERS");
    end_item(w);
    w->indent -= 2;
    end_item(w);
    w->indent -= 2;
}

/* The data frame of an explore: its name, or the object that stands for a table. */
static void dataframe_field(struct writer *w, const char *key, const struct sim_read *read)
{
    if (!str_is_null(read->dataframe)) {
        text_field(w, key, read->dataframe);
        return;
    }
    (void)buf_printf(w->out, "%*s%s:\n", w->indent, "", key);
    w->indent += 2;
    cstr_field(w, "dataframeName", "explore_source");
    connection_field(w, "connectionId", (int)read->connection);
    text_field(w, "pathToTable", read->path);
    text_field(w, "dataSourceTableId", STR_NULL);
    w->indent -= 2;
}

static void explore_field(struct writer *w, const char *column, bool is_measure)
{
    item_field(w, "value", str_from(column));
    cstr_field(w, "channel", is_measure ? "tooltip" : "base-axis");
    cstr_field(w, "dataType", "VARCHAR");
    cstr_field(w, "fieldType", is_measure ? "MEASURE" : "COLUMN");
    line(w, "queryPath: []");
    end_item(w);
}

static void explore_details(struct writer *w)
{
    line(w, "details:");
    w->indent += 2;
    line(w, "fields:");
    w->indent += 2;
    explore_field(w, "not shown", false);
    w->indent -= 2;
    line(w, "enabled: false");
    w->indent -= 2;
}

static void write_explore(struct writer *w, const struct sim_cell *cell)
{
    const struct sim_read *read = &cell->reads[0];
    /* The last column is one that a filter names, in some. */
    bool has_filter = cell->variant == 1 && read->column_count > 1;
    size_t fields = has_filter ? read->column_count - 1 : read->column_count;
    line(w, "semanticProjectId: null");
    dataframe_field(w, "dataframe", read);
    line(w, "spec:");
    w->indent += 2;
    line(w, "fields:");
    w->indent += 2;
    for (size_t i = 0; i < fields; i++) {
        explore_field(w, read->columns[i], false);
    }
    explore_field(w, "_HEX_COUNT_STAR_ARG_", true);
    w->indent -= 2;
    explore_details(w);
    if (has_filter) {
        line(w, "filters:");
        w->indent += 2;
        item_field(w, "column", str_from(read->columns[fields]));
        line(w, "fieldType: COLUMN");
        line(w, "queryPath: []");
        end_item(w);
        w->indent -= 2;
    }
    line(w, "chartConfig:");
    line(w, "  series:");
    line(w, "    - type: bar");
    line(w, "visualizationType: chart");
    w->indent -= 2;
    line(w, "displayTableConfig:");
    line(w, "  filters: null");
    line(w, "resultVariables: []");
}

static void chart_layers(struct writer *w, const struct sim_read *read)
{
    line(w, "layers:");
    w->indent += 2;
    item_field(w, "id", STR("layer"));
    dataframe_field(w, "dataFrame", read);
    line(w, "xAxis:");
    w->indent += 2;
    cstr_field(w, "dataFrameColumn", read->columns[0]);
    w->indent -= 2;
    line(w, "series:");
    w->indent += 2;
    item_field(w, "type", STR("line"));
    line(w, "dataFrameColumns:");
    for (size_t i = 1; i < read->column_count; i++) {
        (void)buf_printf(w->out, "%*s- ", w->indent + 2, "");
        quoted(w, str_from(read->columns[i]));
        (void)buf_append_char(w->out, '\n');
    }
    end_item(w);
    w->indent -= 2;
    end_item(w);
    w->indent -= 2;
}

static void write_chart(struct writer *w, const struct sim_cell *cell)
{
    line(w, "chartSpec:");
    w->indent += 2;
    if (cell->variant == 0) {
        line(w, "type: concat");
        line(w, "charts:");
        w->indent += 2;
        item_field(w, "type", STR("layered"));
        chart_layers(w, &cell->reads[0]);
        end_item(w);
        w->indent -= 2;
    } else {
        line(w, "type: layered");
        chart_layers(w, &cell->reads[0]);
    }
    w->indent -= 2;
}

static void write_vega(struct writer *w, const struct sim_cell *cell)
{
    line(w, "metadata:");
    w->indent += 2;
    line(w, "byLayer:");
    w->indent += 2;
    line(w, "layer_0:");
    w->indent += 2;
    text_field(w, "selectedDataFrameVariableName", cell->reads[0].dataframe);
    w->indent -= 6;
}

static void write_metric(struct writer *w, const struct sim_cell *cell)
{
    bool compares = cell->read_count > 1;
    cstr_field(w, "title", "Total");
    text_field(w, "valueVariableName", cell->reads[0].dataframe);
    cstr_field(w, "valueColumn", cell->reads[0].columns[0]);
    cstr_field(w, "valueAggregate", "Sum");
    bool_field(w, "showComparison", compares);
    text_field(w, "comparisonVariableName",
               compares ? cell->reads[1].dataframe : STR("left_over"));
    cstr_field(w, "comparisonColumn", compares ? cell->reads[1].columns[0] : "left over");
}

static void write_transform(struct writer *w, const struct sim_cell *cell)
{
    const struct sim_read *read = &cell->reads[0];
    bool is_filter = str_is(str_from(cell->type), "FILTER");
    text_field(w, "dataframeName", read->dataframe);
    text_field(w, is_filter ? "resultVariable" : "resultVariableName", cell->dataframe);
    line(w, is_filter ? "filters:" : "rows:");
    w->indent += 2;
    for (size_t i = 0; i < read->column_count; i++) {
        item_field(w, "column", str_from(read->columns[i]));
        end_item(w);
    }
    w->indent -= 2;
}

static void write_table_display(struct writer *w, const struct sim_cell *cell)
{
    text_field(w, cell->variant == 0 ? "dataFrameVariableName" : "dataframeName",
               cell->reads[0].dataframe);
}

static void write_map(struct writer *w, const struct sim_cell *cell)
{
    line(w, "map:");
    w->indent += 2;
    line(w, "layers:");
    w->indent += 2;
    item_field(w, "type", STR("scatter"));
    line(w, "data:");
    w->indent += 2;
    text_field(w, "dataFrameName", cell->reads[0].dataframe);
    w->indent -= 2;
    end_item(w);
    w->indent -= 4;
}

static void write_writeback(struct writer *w, const struct sim_cell *cell)
{
    bool is_dynamic = cell->variant == 0;
    connection_field(w, "dataConnectionId", cell->connection);
    cstr_field(w, "databaseName", "ANALYTICS");
    cstr_field(w, "schemaName", "OUT");
    text_field(w, "tableName", is_dynamic ? STR_NULL : cell->table);
    text_field(w, "dynamicTableName", is_dynamic ? STR("name_of_table") : STR_NULL);
    text_field(w, "dataframeName", cell->reads[0].dataframe);
    bool_field(w, "overwrite", true);
}

static void write_input(struct writer *w, const struct sim_cell *cell)
{
    cstr_field(w, "inputType", cell->read_count > 0 ? "DROPDOWN" : "TEXT_INPUT");
    cstr_field(w, "name", "choice");
    cstr_field(w, "outputType", cell->read_count > 0 ? "DYNAMIC" : "STRING");
    if (cell->read_count == 0) {
        line(w, "options: null");
        return;
    }
    line(w, "options:");
    w->indent += 2;
    line(w, "valueOptions:");
    w->indent += 2;
    text_field(w, "dfName", cell->reads[0].dataframe);
    line(w, "variableName: null");
    w->indent -= 4;
}

static void write_import(struct writer *w, const struct sim_cell *cell)
{
    struct arena arena;
    struct sim_project component;
    if (cell->component < 0) {
        line(w, "component: null");
        return;
    }
    arena_init(&arena, (size_t)1024 * 1024);
    line(w, "component:");
    w->indent += 2;
    if (sim_project_at(w->workspace, cell->component, &arena, &component) == OK) {
        cstr_field(w, "id", component.id);
    }
    line(w, "version: 3");
    w->indent -= 2;
    arena_free(&arena);
}

static const struct {
    const char *type;
    write_config_fn *write;
} kinds[] = {
    {"SQL", write_sql},
    {"CODE", write_source},
    {"MARKDOWN", write_source},
    {"TEXT", write_rich_text},
    {"EXPLORE", write_explore},
    {"CHARTV2", write_chart},
    {"CHART", write_vega},
    {"METRIC", write_metric},
    {"PIVOT", write_transform},
    {"FILTER", write_transform},
    {"TABLE_DISPLAY", write_table_display},
    {"MAP", write_map},
    {"WRITEBACK", write_writeback},
    {"INPUT", write_input},
    {"COMPONENT_IMPORT", write_import},
};

static void write_cells(struct writer *w, int64_t parent);

static void write_cell(struct writer *w, size_t position)
{
    const struct sim_cell *cell = &w->notebook->cells[position];
    item_field(w, "cellType", str_from(cell->type));
    (void)buf_printf(w->out, "%*scellId: %s # DO NOT CHANGE - identifies the cell\n", w->indent,
                     "", cell->id);
    text_field(w, "cellLabel", cell->label);
    line(w, "config:");
    w->indent += 2;
    bool is_written = false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].type, cell->type) == 0) {
            kinds[i].write(w, cell);
            is_written = true;
        }
    }
    if (!is_written) {
        write_cells(w, (int64_t)position);
        line(w, "collapsed: false");
    }
    w->indent -= 2;
    end_item(w);
}

static void write_cells(struct writer *w, int64_t parent)
{
    bool is_empty = true;
    for (size_t i = 0; i < w->notebook->count; i++) {
        if (w->notebook->cells[i].parent != parent) {
            continue;
        }
        if (is_empty) {
            line(w, "cells:");
            w->indent += 2;
            is_empty = false;
        }
        write_cell(w, i);
    }
    if (is_empty) {
        line(w, "cells: []");
    } else {
        w->indent -= 2;
    }
}

/* ---- the file ---- */

static void write_meta(struct writer *w, const struct sim_project *project)
{
    char version[37];
    sim_uuid(w->workspace, "version", project->index, 0, version);
    line(w, "schemaVersion: 3");
    line(w, "meta:");
    w->indent += 2;
    (void)buf_printf(w->out, "  sourceVersionId: %s # DO NOT CHANGE - the version\n", version);
    text_field(w, "description",
               str_is_null(project->description) ? STR("") : project->description);
    (void)buf_printf(w->out, "  projectId: %s # DO NOT CHANGE - the project\n", project->id);
    text_field(w, "title", project->title);
    line(w, "timezone: null");
    line(w, "codeLanguage: PYTHON");
    if (project->status == NULL) {
        line(w, "status: null");
    } else {
        line(w, "status:");
        w->indent += 2;
        cstr_field(w, "name", project->status);
        w->indent -= 2;
    }
    line(w, project->category_count == 0 ? "categories: []" : "categories:");
    for (size_t i = 0; i < project->category_count; i++) {
        w->indent += 2;
        item_field(w, "name", str_from(sim_categories[project->categories[i]].name));
        end_item(w);
        w->indent -= 2;
    }
    cstr_field(w, "hexType", project->is_component ? "COMPONENT" : "PROJECT");
    line(w, "kernelImage: python312");
    w->indent -= 2;
}

static void write_assets(struct writer *w)
{
    line(w, "projectAssets:");
    line(w, "  dataConnections: []");
    line(w, "  envVars:");
    line(w, "    - name: WAREHOUSE_PASSWORD");
    line(w, "      value: hunter2-must-not-be-kept");
    line(w, "  secrets: []");
    line(w, "sharedAssets:");
    line(w, "  secrets: []");
    line(w, "  dataConnections:");
    for (size_t c = 0; c < sim_connections_in_use(w->workspace); c++) {
        char id[37];
        bool is_used = false;
        for (size_t i = 0; i < w->notebook->count; i++) {
            is_used = is_used || w->notebook->cells[i].connection == (int)c;
        }
        sim_connection_id(w->workspace, c, id);
        if (is_used) {
            (void)buf_printf(w->out, "    - dataConnectionId: %s # %s (%s)\n", id,
                             sim_connections[c].name, sim_connections[c].type);
        }
    }
    line(w, "  externalFileIntegrations: []");
}

void sim_export_write(const struct sim_workspace *workspace, const struct sim_project *project,
                      const struct sim_notebook *notebook, struct buf *out)
{
    struct writer w = {.workspace = workspace, .notebook = notebook, .out = out};
    write_meta(&w, project);
    write_assets(&w);
    write_cells(&w, -1);
    line(&w, "appLayout:");
    line(&w, "  visibleMetadataFields: [NAME, AUTHOR]");
    line(&w, "  fullWidth: false");
    line(&w, "  tabs: []");
    line(&w, "sharedFilters: []");
}
