#include "base/buf.h"
#include "hex/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PROJECT "0198c0de-0000-7000-8000-000000000001"
#define CELL(number) "0198c0de-0000-7000-8000-0000000000" number
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;
static struct str raw;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)1024 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static const struct notebook *read_str(struct str text)
{
    struct notebook *notebook = NULL;
    struct error err = ERROR_INIT;
    if (export_read(text, STR_NULL, &arena, &notebook, &raw, &err) != OK) {
        fail_msg("%.*s\n%s (%s)", STR_ARG(text), err.message, err.where);
    }
    return notebook;
}

/* A file with this text in place of everything behind its meta. */
static const struct notebook *read_rest(const char *rest)
{
    struct str text;
    assert_int_equal(arena_printf(&arena, &text, "meta:\n  projectId: " PROJECT "\n%s", rest),
                     OK);
    return read_str(text);
}

static void put(struct buf *out, const char *name, struct str value)
{
    if (!str_is_null(value)) {
        (void)buf_printf(out, " %s=%.*s", name, STR_ARG(value));
    }
}

static void put_table(struct buf *out, const struct table_name *table)
{
    const struct str parts[] = {table->connection, table->database, table->schema, table->name};
    for (size_t i = 0; i < COUNT(parts); i++) {
        (void)buf_printf(out, "%s%.*s", i == 0 ? "" : "|", STR_ARG(parts[i]));
    }
}

/* Everything that is known of a cell, as one line: "SQL label=x dataframe=df df(a,b)". */
static const char *describe(const struct cell *cell)
{
    struct buf out;
    struct str line;
    buf_init(&out, 100000);
    (void)buf_printf(&out, "%.*s", STR_ARG(cell->type));
    put(&out, "label", cell->label);
    put(&out, "connection", cell->connection);
    put(&out, "source", cell->source);
    put(&out, "makes", cell->dataframe);
    put(&out, "component", cell->component);
    put(&out, "title", cell->title);
    put(&out, "drawn", cell->chart_type);
    put(&out, "text", cell->text);
    put(&out, "error", cell->error);
    (void)buf_append_cstr(&out, cell->is_dataframe_sql ? " duckdb" : "");
    for (size_t i = 0; i < cell->column_count; i++) {
        put(&out, "column", cell->columns[i]);
    }
    put(&out, "input", cell->input.name);
    put(&out, "kind", cell->input.kind);
    put(&out, "output", cell->input.output_type);
    if (cell->writeback.is_set) {
        (void)buf_printf(&out, " writes%s%s ", cell->writeback.overwrites ? " over" : "",
                         cell->writeback.is_dynamic ? " dynamic" : "");
        put_table(&out, &cell->writeback.table);
    }
    for (size_t r = 0; r < cell->read_count; r++) {
        const struct cell_read *read = &cell->reads[r];
        (void)buf_append_cstr(&out, " <");
        if (str_is_null(read->dataframe)) {
            put_table(&out, &read->table);
        } else {
            (void)buf_append_str(&out, read->dataframe);
        }
        for (size_t c = 0; c < read->column_count; c++) {
            (void)buf_printf(&out, " %.*s", STR_ARG(read->columns[c]));
        }
        (void)buf_append_cstr(&out, ">");
    }
    assert_int_equal(arena_str(&arena, buf_str(&out), &line), OK);
    buf_free(&out);
    return line.p;
}

/* ---- cells ---- */

struct cell_case {
    const char *type;
    const char *config;
    const char *want;
};

static void check_cells(const struct cell_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str text;
        assert_int_equal(
            arena_printf(&arena, &text,
                         "cells: [{cellType: %s, cellId: " CELL("01") ", "
                                                                      "config: %s}]\n",
                         cases[i].type, cases[i].config),
            OK);
        const struct notebook *notebook = read_rest(text.p);
        assert_int_equal(notebook->cell_count, 1);
        assert_string_equal(describe(&notebook->cells[0]), cases[i].want);
    }
}

static void test_cells_with_text(void **state)
{
    static const struct cell_case cases[] = {
        {"SQL",
         "{source: 'SELECT 1', dataConnectionId: C1, dataFrameCell: false, "
         "resultVariableName: df}",
         "SQL connection=C1 source=SELECT 1 makes=df"},
        {"SQL", "{source: 'SELECT 1', dataConnectionId: null, dataFrameCell: true}",
         "SQL source=SELECT 1 duckdb"},
        {"SQL",
         "{dataConnectionId: 0198C0DE-0000-7000-8000-00000000000A, resultVariableName: '', "
         "tableDisplayConfig: {columnProperties: [{originalName: b}, {originalName: 1.10}, "
         "{originalName: row-index-0}, {originalName: null}, {x: y}, {originalName: "
         "row-index-x}]}}",
         "SQL connection=0198c0de-0000-7000-8000-00000000000a column=b column=1.10 column=null "
         "column=row-index-x"},
        {"SQL", "{source: {a: b}, resultVariableName: [x]}",
         "SQL error=config.source is no text"},
        {"CODE", "{source: 'df = 1', dataConnectionId: C1}", "CODE source=df = 1"},
        {"MARKDOWN", "{source: no}", "MARKDOWN source=no"},
        {"MARKDOWN", "{source: null}", "MARKDOWN"},
        {"TEXT",
         "{richText: [{type: p, children: [{text: 'Hel'}, {text: lo, bold: true}, {type: a, "
         "children: [{text: ' you'}]}]}, {type: ul, children: [{type: li, children: [{text: "
         "one}]}, {type: li, children: [{text: no}]}]}]}",
         "TEXT text=Hello you\none\nno"},
        {"TEXT", "{richText: []}", "TEXT"},
    };
    (void)state;
    check_cells(cases, COUNT(cases));
}

static void test_charts(void **state)
{
    static const struct cell_case cases[] = {
        {"EXPLORE",
         "{dataframe: df, spec: {fields: [{value: Z, fieldType: COLUMN}, {value: A, fieldType: "
         "COLUMN}, {value: Z}, {value: _HEX_COUNT_STAR_ARG_, fieldType: COLUMN}, {value: M, "
         "fieldType: MEASURE}], details: {enabled: false, fields: [{value: D}]}, filters: "
         "[{column: F, fieldType: COLUMN}], chartConfig: {series: [{type: bar}]}, "
         "visualizationType: chart}, displayTableConfig: {filters: [{column: G}]}, "
         "resultVariables: []}",
         "EXPLORE drawn=bar <df A F G Z>"},
        {"EXPLORE",
         "{dataframe: df, spec: {details: {enabled: true, fields: [{value: D}]}, chartConfig: "
         "{series: [{type: bar}]}, visualizationType: pivot-table}, resultVariables: [{name: "
         "out}]}",
         "EXPLORE makes=out drawn=pivot-table <df D>"},
        {"EXPLORE", "{dataframe: df, resultVariables: [first, second]}",
         "EXPLORE makes=first <df>"},
        {"EXPLORE", "{dataframe: df, resultVariables: [{variableName: v}]}",
         "EXPLORE makes=v <df>"},
        {"EXPLORE",
         "{dataframe: {dataframeName: x, connectionId: C1, pathToTable: DB.PUBLIC.ORDERS}, "
         "spec: {fields: [{value: A}]}}",
         "EXPLORE connection=C1 <C1|DB|PUBLIC|ORDERS A>"},
        {"EXPLORE", "{dataframe: {connectionId: C1, pathToTable: a.b.c.d}}",
         "EXPLORE connection=C1 <C1|a.b|c|d>"},
        {"EXPLORE", "{dataframe: {connectionId: C1, pathToTable: ORDERS}}",
         "EXPLORE connection=C1 <C1|||ORDERS>"},
        {"EXPLORE", "{dataframe: {connectionId: C1, pathToTable: 's.\"odd.name\"'}}",
         "EXPLORE connection=C1 <C1||s|odd.name>"},
        {"EXPLORE", "{dataframe: {connectionId: C1, pathToTable: PUBLIC.}}", "EXPLORE"},
        {"EXPLORE", "{dataframe: {dataframeName: x, pathToTable: PUBLIC.}}", "EXPLORE <x>"},
        {"EXPLORE", "{dataframe: {dataframeName: x}}", "EXPLORE <x>"},
        {"EXPLORE", "{dataframe: {dataConnectionId: C1, semanticDatasetName: x}}", "EXPLORE"},
        {"CHARTV2",
         "{resultVariableName: no_such, chartSpec: {layers: [{dataFrame: df, xAxis: "
         "{dataFrameColumn: X}, series: [{type: line, dataFrameColumns: [Y1, Y2], "
         "colorDataFrameColumn: K}, {dataFrame: own, dataFrameColumns: [Q]}]}]}}",
         "CHART drawn=line <df K X Y1 Y2> <own Q>"},
        {"CHARTV2",
         "{chartSpec: {type: concat, charts: [{layers: [{dataFrame: b, xAxis: "
         "{dataFrameColumn: X}}]}, {layers: [{dataFrame: a}]}]}}",
         "CHART <a> <b X>"},
        {"CHARTV2", "{chartSpec: {layers: [{dataFrame: {connectionId: C, pathToTable: s.t}}]}}",
         "CHART connection=C <C||s|t>"},
        {"CHART", "{metadata: {byLayer: [{selectedDataFrameVariableName: df}, {}]}}",
         "VEGA_CHART <df>"},
        {"CHART", "{metadata: {byLayer: {layer_1: {selectedDataFrameVariableName: df}}}}",
         "VEGA_CHART <df>"},
        {"METRIC",
         "{title: null, valueVariableName: df, valueColumn: A, showComparison: false, "
         "comparisonVariableName: other, comparisonColumn: B, resultVariableName: value}",
         "METRIC <df A>"},
        {"METRIC",
         "{title: Total, valueVariableName: df, valueColumn: A, showComparison: true, "
         "comparisonVariableName: df, comparisonColumn: B}",
         "METRIC title=Total <df A B>"},
        {"MAP",
         "{map: {layers: [{data: {dataFrameName: points}}, {data: {dataFrameName: areas}, "
         "join: {dataFrameName: counts}}]}}",
         "MAP <areas> <counts> <points>"},
    };
    (void)state;
    check_cells(cases, COUNT(cases));
}

static void test_cells_that_pass_data_on(void **state)
{
    static const struct cell_case cases[] = {
        {"PIVOT", "{dataframeName: df, resultVariable: wide}", "PIVOT makes=wide <df>"},
        {"PIVOT", "{dataframeName: df, resultVariableName: wide}", "PIVOT makes=wide <df>"},
        {"FILTER",
         "{dataframeName: df, resultVariable: few, filters: [{column: B}, {column: A}]}",
         "FILTER makes=few <df A B>"},
        {"FILTER",
         "{dataframeName: {connectionId: C, pathToTable: d.s.t}, resultVariable: few, filters: "
         "[{column: A}]}",
         "FILTER connection=C makes=few <C|d|s|t A>"},
        {"TABLE_DISPLAY", "{dataFrameVariableName: df, resultVariableName: x}",
         "DISPLAY_TABLE <df>"},
        {"DBT_METRIC", "{dataConnectionId: C, resultVariableName: m}",
         "DBT_METRIC connection=C makes=m"},
        {"WRITEBACK",
         "{dataConnectionId: C, databaseName: D, schemaName: S, tableName: T, dataframeName: "
         "df, overwrite: true, dynamicTableName: false}",
         "WRITEBACK connection=C writes over C|D|S|T <df>"},
        {"WRITEBACK",
         "{dataConnectionId: C, tableName: T, dataframeName: df, dynamicTableName: true}",
         "WRITEBACK connection=C writes dynamic C||| <df>"},
        {"WRITEBACK",
         "{dataConnectionId: C, tableName: T, dataframeName: df, dynamicTableName: target}",
         "WRITEBACK connection=C writes dynamic C||| <df>"},
        {"INPUT",
         "{inputType: DROPDOWN, name: country, outputType: DYNAMIC, options: {valueOptions: "
         "{dfName: df, columnName: C}}}",
         "INPUT input=country kind=DROPDOWN output=DYNAMIC <df C>"},
        {"INPUT",
         "{inputType: DROPDOWN, name: no, outputType: STRING, options: {valueOptions: [a, b]}}",
         "INPUT input=no kind=DROPDOWN output=STRING"},
        {"COMPONENT_IMPORT",
         "{component: {id: 0198C0DE-0000-7000-8000-0000000000FF, version: 3}}",
         "COMPONENT_IMPORT component=0198c0de-0000-7000-8000-0000000000ff"},
        {"COMPONENT_IMPORT", "{component: null}", "COMPONENT_IMPORT"},
        {"NEW_KIND", "{dataframe: x, resultVariableName: y, dataConnectionId: C}",
         "NEW_KIND makes=y"},
    };
    (void)state;
    check_cells(cases, COUNT(cases));
}

/* What is no good in one cell is its error; what else is known is kept. */
static void test_malformed_cells(void **state)
{
    static const struct cell_case cases[] = {
        {"EXPLORE", "[1, 2]", "EXPLORE error=config is no mapping"},
        {"EXPLORE", "text", "EXPLORE error=config is no mapping"},
        {"EXPLORE", "null", "EXPLORE"},
        {"EXPLORE", "{dataframe: [x], spec: 1, resultVariables: {a: b}}", "EXPLORE"},
        {"EXPLORE", "{dataframe: df, spec: {fields: {a: b}, filters: [[1], x, null]}}",
         "EXPLORE <df>"},
        {"CHARTV2", "{chartSpec: [1], charts: {a: b}}", "CHART"},
        {"CHART", "{metadata: {byLayer: text}}", "VEGA_CHART"},
        {"COLLAPSIBLE", "{cells: {a: b}}", "COLLAPSIBLE error=the cells in it are no list"},
        {"COLLAPSIBLE", "{cells: null}", "COLLAPSIBLE"},
        {"null", "{}", " error=the cell has no type"},
        {"[x]", "{}", " error=the cell has no type"},
    };
    (void)state;
    check_cells(cases, COUNT(cases));
}

static void test_labels_are_taken_as_text(void **state)
{
    static const struct {
        const char *written;
        const char *want; /* NULL: none */
    } cases[] = {
        {"no", "no"},     {"1.10", "1.10"}, {"2025-10-17", "2025-10-17"}, {"\"\"", ""},
        {"null", NULL},   {"~", NULL},      {"'null'", "null"},           {"0x1F", "0x1F"},
        {"[a, b]", NULL}, {"", NULL},       {"\"\\u00e9\"", "\xc3\xa9"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text;
        assert_int_equal(arena_printf(&arena, &text,
                                      "cells:\n  - cellType: CODE\n    cellId: x\n"
                                      "    cellLabel: %s\n",
                                      cases[i].written),
                         OK);
        const struct notebook *notebook = read_rest(text.p);
        if (!str_eq(notebook->cells[0].label, str_from(cases[i].want))) {
            fail_msg("'%s': got '%.*s'", cases[i].written, STR_ARG(notebook->cells[0].label));
        }
    }
}

static void test_nested_cells_come_depth_first(void **state)
{
    static const struct {
        const char *id;
        const char *parent;
    } want[] = {{"a", NULL}, {"b", "a"}, {"c", "b"}, {"d", "a"}, {"e", NULL}};
    const struct notebook *notebook = read_rest(
        "cells:\n"
        "  - {cellType: COLLAPSIBLE, cellId: a, config: {cells: [\n"
        "      {cellType: BLOCK, cellId: b, config: {cells: [{cellType: SQL, cellId: c}]}},\n"
        "      {cellType: CODE, cellId: d}]}}\n"
        "  - {cellType: CODE, cellId: e}\n");
    (void)state;
    assert_int_equal(notebook->cell_count, COUNT(want));
    assert_true(notebook->is_complete);
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(str_is(notebook->cells[i].id, want[i].id));
        assert_true(str_eq(notebook->cells[i].parent, str_from(want[i].parent)));
    }
}

static void test_cells_without_an_id_of_their_own(void **state)
{
    static const struct {
        const char *id;
        const char *error;
    } want[] = {
        {"a", NULL},
        {"position-1", "another cell has the same id"},
        {"position-2", "the cell has no usable id"},
        {"position-3", "the cell has no usable id"},
        {"position-4", "the cell has no usable id"},
        {"position-5", "the cell is no mapping"},
        {"b", NULL},
    };
    const struct notebook *notebook = read_rest("cells: [{cellType: SQL, cellId: a},"
                                                " {cellType: SQL, cellId: a},"
                                                " {cellType: SQL},"
                                                " {cellType: SQL, cellId: 'two words'},"
                                                " {cellType: SQL, cellId: position-6},"
                                                " text, {cellType: SQL, cellId: b}]");
    (void)state;
    assert_int_equal(notebook->cell_count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(str_is(notebook->cells[i].id, want[i].id));
        assert_true(str_eq(notebook->cells[i].error, str_from(want[i].error)));
    }
}

static void test_nesting_without_end(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 1024 * 1024);
    (void)buf_append_cstr(&text, "cells: [");
    for (int i = 0; i < 40; i++) {
        (void)buf_printf(&text, "{cellType: BLOCK, cellId: c%d, config: {cells: [", i);
    }
    for (int i = 0; i < 40; i++) {
        (void)buf_append_cstr(&text, "]}}");
    }
    (void)buf_append_cstr(&text, "]\n");
    const struct notebook *notebook = read_rest(buf_cstr(&text));
    assert_int_equal(notebook->cell_count, 33);
    assert_true(str_is_null(notebook->cells[31].error));
    assert_true(
        str_is(notebook->cells[32].error, "nested too deep: the cells in it are left out"));
    buf_free(&text);
}

static void test_a_cell_that_names_too_many_data_frames(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, 4 * 1024 * 1024);
    (void)buf_append_cstr(&text, "cells: [{cellType: MAP, cellId: m, config: {layers: [");
    for (int i = 0; i < 20000; i++) {
        (void)buf_printf(&text, "{data: {dataFrameName: d%d}},", i);
    }
    (void)buf_append_cstr(&text, "]}}]\n");
    const struct notebook *notebook = read_rest(buf_cstr(&text));
    assert_int_equal(notebook->cells[0].read_count, 1000);
    assert_false(str_is_null(notebook->cells[0].error));
    buf_free(&text);
}

/* ---- the file ---- */

static void test_meta(void **state)
{
    const struct notebook *notebook =
        read_str(STR("meta:\n"
                     "  projectId: 0198C0DE-0000-7000-8000-000000000001 # DO NOT CHANGE\n"
                     "  title: null\n"
                     "  description: ''\n"
                     "  hexType: COMPONENT\n"
                     "  status: {name: no}\n"
                     "  categories: [{name: 1.10, description: d}, {name: ''}, plain, [x]]\n"));
    (void)state;
    assert_true(str_is(notebook->project_id, PROJECT));
    assert_true(str_is(notebook->title, "null")); /* a title is never null */
    assert_true(str_is(notebook->description, ""));
    assert_int_equal(notebook->type, PROJECT_TYPE_COMPONENT);
    assert_true(str_is(notebook->status, "no"));
    assert_int_equal(notebook->category_count, 2);
    assert_true(str_is(notebook->categories[0].name, "1.10"));
    assert_true(str_is(notebook->categories[1].name, "plain"));
    assert_int_equal(notebook->cell_count, 0);
}

/* Hex writes YAML 1.2, where these are text like any other. */
static void test_breaks_of_yaml_1_1_are_text(void **state)
{
    static const char *const breaks[] = {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    (void)state;
    for (size_t i = 0; i < COUNT(breaks); i++) {
        struct str text;
        struct str title;
        struct str source;
        assert_int_equal(arena_printf(&arena, &title, "a%sb", breaks[i]), OK);
        assert_int_equal(arena_printf(&arena, &source, "SELECT '%s'\nFROM t", breaks[i]), OK);
        assert_int_equal(
            arena_printf(&arena, &text,
                         "meta:\n  projectId: " PROJECT "\n  title: %.*s\n"
                         "  description: \"%.*s\"\ncells:\n  - cellType: SQL\n"
                         "    cellId: " CELL("01") "\n    config:\n      source: |-\n"
                                                   "        SELECT '%s'\n        FROM t\n",
                         STR_ARG(title), STR_ARG(title), breaks[i]),
            OK);
        const struct notebook *notebook = read_str(text);
        assert_true(str_eq(notebook->title, title));
        assert_true(str_eq(notebook->description, title));
        assert_int_equal(notebook->cell_count, 1);
        assert_true(str_eq(notebook->cells[0].source, source));
        assert_true(str_eq(raw, text));
    }
}

static void test_connections_are_named_by_comments(void **state)
{
    static const struct {
        const char *id;
        const char *name;
        const char *type;
    } want[] = {
        {"c1", "Snowflake-PB", "snowflake"},
        {"c2", "DWH (EU) #2", "postgres"},
        {"c3", "no type", NULL},
        {"c4", NULL, NULL},
        {"c5", "Mine", "bigquery"},
    };
    const struct notebook *notebook =
        read_rest("sharedAssets:\n"
                  "  dataConnections:\n"
                  "    - dataConnectionId: c1 # Snowflake-PB (snowflake)\n"
                  "    - dataConnectionId: 'c2' # DWH (EU) #2 (Postgres)\n"
                  "    - dataConnectionId: c3   # no type\n"
                  "    - dataConnectionId: c4\n"
                  "    - dataConnectionId: null # nobody (x)\n"
                  "projectAssets:\n"
                  "  dataConnections:\n"
                  "    - dataConnectionId: c5 # Mine (bigquery)\n"
                  "    - dataConnectionId: c1 # again (snowflake)\n");
    (void)state;
    assert_int_equal(notebook->connection_count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct data_connection *got = &notebook->connections[i];
        assert_true(str_is(got->id, want[i].id));
        assert_true(str_eq(got->name, str_from(want[i].name)));
        assert_true(str_eq(got->type, str_from(want[i].type)));
    }
}

static void test_no_project_file(void **state)
{
    static const struct {
        const char *text;
        enum status want;
    } cases[] = {
        {"", ERR_PARSE},
        {"just text", ERR_PARSE},
        {"[1, 2]", ERR_PARSE},
        {"cells: []", ERR_PARSE},
        {"meta: {projectId: not-a-uuid}", ERR_PARSE},
        {"meta: text", ERR_PARSE},
        {"meta: {a: b", ERR_PARSE},
        {"meta: {a: 1, a: 2}", ERR_PARSE},
        {"meta: &m {projectId: *m}", ERR_PARSE},
        {"a: \x01", ERR_PARSE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct notebook *notebook = NULL;
        struct error err = ERROR_INIT;
        enum status got =
            export_read(str_from(cases[i].text), STR_NULL, &arena, &notebook, &raw, &err);
        if (got != cases[i].want || notebook != NULL || err.message[0] == '\0') {
            fail_msg("'%s': %s", cases[i].text, status_name(got));
        }
    }
}

/* Whatever memory there is, the answer is a notebook or "out of memory". */
static void test_out_of_memory(void **state)
{
    static const char text[] =
        "meta: {title: t, categories: [{name: a}]}\n"
        "projectAssets:\n  dataConnections: [{dataConnectionId: C}]\n"
        "  envVars: [{name: A, value: hunter2}]\n"
        "cells:\n"
        "  - {cellType: PIVOT, cellId: a, config: {dataframeName: x, rows: [a, b]}}\n"
        "  - {cellType: TEXT, cellId: b, config: {richText: [{text: hello}]}}\n"
        "  - {cellType: SQL, config: {tableDisplayConfig: {columnProperties: "
        "[{originalName: q}]}}}\n";
    size_t failed = 0;
    size_t done = 0;
    (void)state;
    for (size_t limit = 0; limit < 64 * 1024; limit += 160) {
        struct arena small;
        struct notebook *notebook = NULL;
        struct error err = ERROR_INIT;
        arena_init(&small, limit);
        enum status got =
            export_read(str_from(text), STR(PROJECT), &small, &notebook, &raw, &err);
        if (got == OK) {
            assert_int_equal(notebook->cell_count, 3);
            done++;
        } else {
            assert_int_equal(got, ERR_LIMIT);
            assert_null(notebook);
            failed++;
        }
        arena_free(&small);
    }
    assert_true(failed > 10 && done > 10);
}

static void test_id_of_the_caller_wins(void **state)
{
    struct notebook *notebook = NULL;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(export_read(STR("meta: {projectId: other}"), STR(PROJECT), &arena,
                                 &notebook, &raw, &err),
                     OK);
    assert_true(str_is(notebook->project_id, PROJECT));
}

/* ---- the text to keep ---- */

static void test_secrets_are_blanked(void **state)
{
    static const struct {
        const char *rest;
        const char *want; /* NULL: nothing may be kept */
    } cases[] = {
        {"projectAssets: {envVars: [], secrets: []}\n",
         "projectAssets: {envVars: [], secrets: []}\n"},
        {"projectAssets:\n  envVars:\n    - name: KEY\n      value: hunter2\n"
         "  secrets:\n    - name: S\n      value: 'hunter2' # c\n",
         "projectAssets:\n  envVars:\n    - name: KEY\n      value: \"\"\n"
         "  secrets:\n    - name: S\n      value: \"\" # c\n"},
        {"projectAssets:\n  envVars:\n    - name: EMPTY\n      value:\n    - value: hunter2\n"
         "  secrets: null\n",
         "projectAssets:\n  envVars:\n    - name: EMPTY\n      value:\n    - value: \"\"\n"
         "  secrets: null\n"},
        {"projectAssets:\n  envVars:\n    - value: |\n        hunter2\n        more\n"
         "      name: A\nsharedFilters: []\n",
         "projectAssets:\n  envVars:\n    - value: \"\"\n"
         "      name: A\nsharedFilters: []\n"},
        {"projectAssets:\n  envVars: {name: hunter2, KEY: hunter2}\n",
         "projectAssets:\n  envVars: {name: \"\", KEY: \"\"}\n"},
        {"sharedAssets:\n  secrets: [hunter2, [hunter2]]\n",
         "sharedAssets:\n  secrets: [\"\", [\"\"]]\n"},
        {"cells:\n  - cellType: CODE\n    cellId: x\n    config: {secrets: {a: {b: "
         "hunter2}}}\n",
         "cells:\n  - cellType: CODE\n    cellId: x\n    config: {secrets: {a: {b: \"\"}}}\n"},
        {"x: &a hunter2\nprojectAssets:\n  envVars: [{name: A, value: *a}]\n", NULL},
        {"projectAssets:\n  envVars: [{name: A, value: &a hunter2}]\ny: *a\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        (void)read_rest(cases[i].rest);
        if (cases[i].want == NULL) {
            assert_true(str_is_null(raw));
            continue;
        }
        struct str want;
        assert_int_equal(
            arena_printf(&arena, &want, "meta:\n  projectId: " PROJECT "\n%s", cases[i].want),
            OK);
        assert_string_equal(raw.p, want.p);
    }
}

/* ---- real files, where there are any ---- */

static struct str file_text(const char *name)
{
    char path[1024];
    struct buf text;
    struct str copy = STR_NULL;
    char chunk[4096];
    size_t n;
    /* Beside the source tree, seen from its build folder, where tests run. */
    (void)snprintf(path, sizeof(path), "../../shared/exports/%s", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        /* cmocka's own skip() reads as a failure in TAP. */
        print_message("# skipped: no %s\n", path);
        return STR_NULL;
    }
    buf_init(&text, 64 * 1024 * 1024);
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        (void)buf_append(&text, chunk, n);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(arena_str(&arena, buf_str(&text), &copy), OK);
    buf_free(&text);
    return copy;
}

static void test_real_export(void **state)
{
    static const char *const labels[] = {"commerce_joined",
                                         "Value 1",
                                         NULL,
                                         "Revenue by Country - Top 10",
                                         "Quantity by Category",
                                         "Revenue by Category",
                                         "Revenue by Year"};
    struct str text = file_text("commerce-dashboard.hex.yaml");
    if (str_is_null(text)) {
        return;
    }
    const struct notebook *notebook = read_str(text);
    (void)state;
    assert_true(str_is(notebook->title, "Commerce Dashboard"));
    assert_int_equal(notebook->connection_count, 1);
    assert_true(str_is(notebook->connections[0].name, "Snowflake-PB"));
    assert_true(str_is(notebook->connections[0].type, "snowflake"));
    assert_int_equal(notebook->cell_count, COUNT(labels));
    for (size_t i = 0; i < COUNT(labels); i++) {
        assert_true(str_eq(notebook->cells[i].label, str_from(labels[i])));
        assert_true(str_is_null(notebook->cells[i].error));
    }
    const struct cell *sql = &notebook->cells[0];
    assert_true(str_is(sql->dataframe, "commerce_joined"));
    assert_int_equal(sql->column_count, 9);
    assert_true(str_is(sql->columns[8], "Year"));
    assert_true(str_starts_with(sql->source, "SELECT\n  c.\"Visit ID\","));
    assert_true(str_eq(sql->connection, notebook->connections[0].id));
    assert_string_equal(describe(&notebook->cells[2]),
                        "METRIC title=Total Quantity <commerce_joined Quantity>");
    assert_string_equal(describe(&notebook->cells[3]),
                        "EXPLORE label=Revenue by Country - Top 10 drawn=bar "
                        "<commerce_joined Country Revenue>");
    assert_string_equal(describe(&notebook->cells[4]),
                        "EXPLORE label=Quantity by Category drawn=pie "
                        "<commerce_joined Category Quantity>");
    assert_true(str_eq(raw, text));
}

/* JSON is YAML: a template stands in a file as it is. */
static void test_real_cells(void **state)
{
    static const struct {
        const char *file;
        const char *want;
    } cases[] = {
        {"cell-templates/explore_bar.json",
         "EXPLORE label=All ARR by Forecast Category and Stage Name drawn=bar "
         "<dataframe ARR FORECAST_CATEGORY STAGE_NAME>"},
        {"cell-templates/explore_line.json", "EXPLORE drawn=line <dataframe ARR STAGE_0_DATE>"},
        {"cell-templates/explore_pivot.json",
         "EXPLORE drawn=pivot-table <dataframe ACCOUNT_NAME ACCOUNT_SEGMENT_TYPE ARR IS_CLOSED "
         "STAGE_NUMERIC>"},
        {"cell-templates/explore_scatter.json",
         "EXPLORE drawn=scatter <dataframe ACCOUNT_SEGMENT_TYPE ARR STAGE_NUMERIC>"},
        {"cell-templates/metric.json",
         "METRIC label=Total ARR (Closed Won) title=Total ARR (Closed Won) "
         "<kpi_closed_won_arr CLOSED_WON_ARR>"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str cell = file_text(cases[i].file);
        if (str_is_null(cell)) {
            return;
        }
        struct str text;
        assert_int_equal(arena_printf(&arena, &text, "cells: [%s]\n", cell.p), OK);
        struct cell got = read_rest(text.p)->cells[0];
        got.error = STR_NULL; /* templates have no id */
        assert_string_equal(describe(&got), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_with_text),
        cmocka_unit_test(test_charts),
        cmocka_unit_test(test_cells_that_pass_data_on),
        cmocka_unit_test(test_malformed_cells),
        cmocka_unit_test(test_labels_are_taken_as_text),
        cmocka_unit_test(test_nested_cells_come_depth_first),
        cmocka_unit_test(test_cells_without_an_id_of_their_own),
        cmocka_unit_test(test_nesting_without_end),
        cmocka_unit_test(test_a_cell_that_names_too_many_data_frames),
        cmocka_unit_test(test_meta),
        cmocka_unit_test(test_breaks_of_yaml_1_1_are_text),
        cmocka_unit_test(test_connections_are_named_by_comments),
        cmocka_unit_test(test_no_project_file),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_id_of_the_caller_wins),
        cmocka_unit_test(test_secrets_are_blanked),
        cmocka_unit_test(test_real_export),
        cmocka_unit_test(test_real_cells),
    };
    return cmocka_run_group_tests_name("export", tests, set_up, tear_down);
}
