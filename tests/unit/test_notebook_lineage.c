#include "domain/notebook_lineage.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* The components that lookup knows, and how often it was asked. */
struct shelf {
    const struct notebook *notebooks;
    size_t count;
    size_t asked;
    enum status status;
};

static enum status look_up(void *ctx, struct str project_id, const struct notebook **out,
                           struct error *err)
{
    struct shelf *shelf = ctx;
    (void)err;
    shelf->asked++;
    *out = NULL;
    for (size_t i = 0; i < shelf->count; i++) {
        if (str_eq(shelf->notebooks[i].project_id, project_id)) {
            *out = &shelf->notebooks[i];
        }
    }
    return shelf->status;
}

/* The lineage of notebook, with components from shelf. */
static enum status lineage(const struct notebook *notebook, struct shelf *shelf,
                           struct arena *memory, struct notebook_edges *out)
{
    const struct notebook_lookup lookup = {.notebook = look_up, .ctx = shelf};
    struct error err = ERROR_INIT;
    return notebook_lineage(notebook, NULL, 0, &lookup, memory, out, &err);
}

static void put_node(struct buf *out, const struct node *node)
{
    static const char *const names[] = {"table", "dataset", "project", "cell"};
    (void)buf_printf(out, "%s:", names[node->kind]);
    if (node->kind == NODE_KIND_TABLE) {
        (void)buf_printf(out, "%.*s", STR_ARG(node->table.name));
    } else {
        (void)buf_printf(out, "%.*s%s%.*s", STR_ARG(node->project),
                         str_is_null(node->cell) ? "" : "/", STR_ARG(node->cell));
    }
}

/* "dataset:p/a > cell:p/b chart[X]" a line. */
static void assert_edges(const struct notebook *notebook, struct shelf *shelf, const char *want)
{
    static const enum evidence bits[] = {EVIDENCE_SQL, EVIDENCE_CHART, EVIDENCE_WRITEBACK,
                                         EVIDENCE_IMPORT};
    struct shelf none = {0};
    struct notebook_edges edges;
    struct buf text;
    buf_init(&text, 100000);
    assert_int_equal(lineage(notebook, shelf != NULL ? shelf : &none, &arena, &edges), OK);
    for (size_t i = 0; i < edges.count; i++) {
        const struct edge *edge = &edges.edges[i];
        put_node(&text, &edge->from);
        (void)buf_append_cstr(&text, " > ");
        put_node(&text, &edge->to);
        for (size_t b = 0; b < COUNT(bits); b++) {
            (void)buf_printf(&text, "%s%s", (edge->evidence & bits[b]) != 0 ? " " : "",
                             (edge->evidence & bits[b]) != 0 ? evidence_name(bits[b]) : "");
        }
        for (size_t c = 0; c < edge->column_count; c++) {
            assert_true(node_eq(&edge->columns[c].from, &edge->from));
            assert_true(str_eq(edge->columns[c].from_column, edge->columns[c].to_column));
            (void)buf_printf(&text, "%s%.*s", c == 0 ? " [" : " ",
                             STR_ARG(edge->columns[c].from_column));
        }
        (void)buf_append_cstr(&text, edge->column_count > 0 ? "]\n" : "\n");
    }
    assert_string_equal(buf_cstr(&text), want);
    buf_free(&text);
}

static struct cell sql(const char *id, const char *dataframe)
{
    return (struct cell){
        .id = str_from(id), .type = STR("SQL"), .dataframe = str_from(dataframe)};
}

static struct cell chart(const char *id, struct cell_read *reads, size_t count)
{
    return (struct cell){
        .id = str_from(id), .type = STR("EXPLORE"), .reads = reads, .read_count = count};
}

static struct cell import(const char *id, const char *component)
{
    return (struct cell){
        .id = str_from(id), .type = STR("COMPONENT_IMPORT"), .component = str_from(component)};
}

static struct notebook notebook_of(const char *id, struct cell *cells, size_t count)
{
    return (struct notebook){.project_id = str_from(id), .cells = cells, .cell_count = count};
}

static void test_chart_reads_the_latest_data_frame_of_that_name(void **state)
{
    struct str columns[] = {STR("Country"), STR("Revenue")};
    struct cell_read reads[] = {
        {.dataframe = STR("SALES"), .columns = columns, .column_count = 2},
        {.dataframe = STR("made_by_python")}};
    struct cell cells[] = {sql("a", "sales"), sql("b", "Sales"), chart("c", reads, 2),
                           sql("d", "sales")};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    assert_edges(&notebook, NULL,
                 "dataset:p/a > project:p sql\n"
                 "dataset:p/b > project:p sql\n"
                 "dataset:p/b > cell:p/c chart [Country Revenue]\n"
                 "dataset:p/d > project:p sql\n");
}

static void test_cell_that_makes_a_data_set_of_the_same_name(void **state)
{
    struct cell_read reads[] = {{.dataframe = STR("df")}};
    struct cell cells[] = {sql("a", "df"), chart("b", reads, 1), chart("c", reads, 1)};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    cells[1].dataframe = STR("df"); /* a filter that keeps the name */
    assert_edges(&notebook, NULL,
                 "dataset:p/a > dataset:p/b chart\n"
                 "dataset:p/a > project:p sql\n"
                 "dataset:p/b > project:p chart\n"
                 "dataset:p/b > cell:p/c chart\n");
}

static void test_table_and_writeback(void **state)
{
    struct cell_read from_table[] = {{.table = {.name = STR("ORDERS")}}};
    struct cell_read from_frame[] = {{.dataframe = STR("df")}};
    struct cell cells[] = {chart("a", from_table, 1), sql("b", "df"), chart("w", from_frame, 1),
                           chart("x", from_frame, 1)};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    cells[2].type = STR("WRITEBACK");
    cells[2].writeback = (struct cell_writeback){.is_set = true, .table.name = STR("TARGET")};
    cells[3].type = STR("WRITEBACK");
    cells[3].writeback = (struct cell_writeback){.is_set = true, .is_dynamic = true};
    assert_edges(&notebook, NULL,
                 "table:ORDERS > cell:p/a chart\n"
                 "dataset:p/b > table:TARGET writeback\n"
                 "dataset:p/b > project:p sql\n");
}

static void test_two_names_of_one_data_set_make_one_edge(void **state)
{
    struct str x[] = {STR("x"), STR("z")};
    struct str y[] = {STR("x"), STR("y")};
    struct cell_read reads[] = {{.dataframe = STR("DF"), .columns = x, .column_count = 2},
                                {.dataframe = STR("df"), .columns = y, .column_count = 2}};
    struct cell cells[] = {sql("a", "df"), chart("b", reads, 2)};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    assert_edges(&notebook, NULL,
                 "dataset:p/a > project:p sql\n"
                 "dataset:p/a > cell:p/b chart [x y z]\n");
}

static void test_component_brings_what_it_ends_with(void **state)
{
    struct cell_read df[] = {{.dataframe = STR("df")}};
    struct cell_read deep[] = {{.dataframe = STR("deep")}};
    struct cell outer[] = {sql("o1", "df"), sql("o2", "df"), import("o3", "inner")};
    struct cell inner[] = {sql("i1", "deep")};
    struct notebook shelf_books[] = {notebook_of("outer", outer, COUNT(outer)),
                                     notebook_of("inner", inner, COUNT(inner))};
    struct shelf shelf = {.notebooks = shelf_books, .count = 2};
    struct cell cells[] = {chart("before", df, 1), import("i", "outer"), chart("c", df, 1),
                           chart("d", deep, 1), import("again", "outer")};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    assert_edges(&notebook, &shelf,
                 "dataset:inner/i1 > cell:p/d chart\n"
                 "dataset:outer/o2 > cell:p/c chart\n"
                 "project:outer > project:p import\n");
    assert_int_equal(shelf.asked, 2);
}

static void test_unknown_components_and_circles(void **state)
{
    struct cell_read df[] = {{.dataframe = STR("df")}};
    struct cell left[] = {import("l1", "right"), sql("l2", "df")};
    struct cell right[] = {import("r1", "left"), import("r2", "p")};
    struct notebook shelf_books[] = {notebook_of("left", left, COUNT(left)),
                                     notebook_of("right", right, COUNT(right))};
    struct shelf shelf = {.notebooks = shelf_books, .count = 2};
    struct cell cells[] = {import("a", "nobody"), import("b", "left"), import("c", "p"),
                           chart("d", df, 1)};
    struct notebook notebook = notebook_of("p", cells, COUNT(cells));
    (void)state;
    assert_edges(&notebook, &shelf,
                 "dataset:left/l2 > cell:p/d chart\n"
                 "project:left > project:p import\n"
                 "project:nobody > project:p import\n");
}

/* 16 levels of components, each importing the next one ten times: 10^16 ways to the last. */
static void test_components_that_multiply(void **state)
{
    static const char *const ids[] = {"c0",  "c1",  "c2",  "c3",  "c4",  "c5",
                                      "c6",  "c7",  "c8",  "c9",  "c10", "c11",
                                      "c12", "c13", "c14", "c15", "c16"};
    struct cell cells[COUNT(ids)][10];
    struct notebook books[COUNT(ids)];
    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        for (size_t c = 0; c < 10; c++) {
            cells[i][c] = import("x", i + 1 < COUNT(ids) ? ids[i + 1] : NULL);
        }
        books[i] = notebook_of(ids[i], cells[i], 10);
    }
    struct shelf shelf = {.notebooks = books, .count = COUNT(ids)};
    assert_edges(&books[0], &shelf, "project:c1 > project:c0 import\n");
    assert_int_equal(shelf.asked, 16);
}

static void test_lookup_failure_ends_it(void **state)
{
    struct shelf shelf = {.status = ERR_IO};
    struct cell cells[] = {import("a", "c")};
    struct notebook notebook = notebook_of("p", cells, 1);
    struct notebook_edges edges;
    (void)state;
    assert_int_equal(lineage(&notebook, &shelf, &arena, &edges), ERR_IO);
}

/* The text of one cell that takes too much memory tells nothing; its neighbours do. */
static void test_one_giant_does_not_cost_the_others(void **state)
{
    static const char line[] = "select x from df union all\n";
    struct cell cells[] = {sql("a", "df"), sql("b", "giant"), sql("c", "copy")};
    struct notebook notebook = notebook_of("p", cells, 3);
    struct buf text;
    (void)state;
    buf_init(&text, (size_t)16 * 1024 * 1024);
    for (size_t i = 0; i < 200000; i++) {
        assert_int_equal(buf_append_cstr(&text, line), OK);
    }
    cells[1].source = buf_str(&text);
    cells[2].source = STR("select x from df");
    assert_edges(&notebook, NULL,
                 "dataset:p/a > dataset:p/c sql [x]\n"
                 "dataset:p/a > project:p sql\n"
                 "dataset:p/b > project:p sql\n"
                 "dataset:p/c > project:p sql\n");
    buf_free(&text);
}

static void test_out_of_memory(void **state)
{
    struct cell cells[] = {sql("a", "df")};
    struct notebook notebook = notebook_of("p", cells, 1);
    struct shelf shelf = {0};
    struct notebook_edges edges;
    struct arena small;
    (void)state;
    arena_init(&small, 16);
    assert_int_equal(lineage(&notebook, &shelf, &small, &edges), ERR_NOMEM);
    arena_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chart_reads_the_latest_data_frame_of_that_name),
        cmocka_unit_test(test_cell_that_makes_a_data_set_of_the_same_name),
        cmocka_unit_test(test_table_and_writeback),
        cmocka_unit_test(test_two_names_of_one_data_set_make_one_edge),
        cmocka_unit_test(test_component_brings_what_it_ends_with),
        cmocka_unit_test(test_unknown_components_and_circles),
        cmocka_unit_test(test_components_that_multiply),
        cmocka_unit_test(test_lookup_failure_ends_it),
        cmocka_unit_test(test_one_giant_does_not_cost_the_others),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("notebook_lineage", tests, set_up, tear_down);
}
