/* Runs tests/cases/lineage: the edges and data sets of a notebook, see the README there. */
#include "base/buf.h"
#include "case_file.h"
#include "domain/notebook_lineage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MAX_CELLS 16
#define MAX_WORDS 16
#define PROJECT "p"

static struct arena arena;

/* What the lookups answer from. */
struct world {
    const struct test_case *one;
    struct data_connection connection;
    struct notebook component;
    struct cell component_cells[MAX_CELLS];
    struct table_name known;
};

/* The n-th word of a text, from 0; STR_NULL when there are fewer. */
static struct str word(struct str text, size_t n)
{
    for (;; n--) {
        text = str_trim(text);
        size_t end = str_find(text, ' ');
        if (n == 0 || end == SIZE_MAX) {
            return n == 0 && text.n > 0 ? str_sub(text, 0, end) : STR_NULL;
        }
        text = str_sub(text, end, SIZE_MAX);
    }
}

/* The words of text from the n-th on. */
static size_t words(struct str text, size_t n, struct str **out)
{
    size_t count = 0;
    *out = arena_array(&arena, MAX_WORDS, sizeof(**out));
    assert_non_null(*out);
    while (count < MAX_WORDS && !str_is_null(word(text, n + count))) {
        (*out)[count] = word(text, n + count);
        count++;
    }
    return count;
}

static enum status find_notebook(void *ctx, struct str id, const struct notebook **out,
                                 struct error *err)
{
    struct world *world = ctx;
    (void)err;
    *out = str_eq(id, world->component.project_id) ? &world->component : NULL;
    return OK;
}

static enum status find_connection(void *ctx, struct str id, const struct data_connection **out,
                                   struct error *err)
{
    struct world *world = ctx;
    (void)id;
    (void)err;
    *out = &world->connection;
    return OK;
}

static enum status find_tables(void *ctx, struct str connection, struct str name,
                               struct table_name **out, size_t *count, struct error *err)
{
    struct world *world = ctx;
    (void)connection;
    (void)err;
    *out = &world->known;
    *count = str_eq_nocase(world->known.name, name) ? 1 : 0;
    return OK;
}

/* ---- reading a case ---- */

static struct str number_text(size_t number)
{
    struct str text = STR_NULL;
    assert_int_equal(arena_printf(&arena, &text, "%zu", number), OK);
    return text;
}

static void read_one(struct str name, struct str kind, struct str text, struct cell *cell)
{
    bool is_writeback = str_is(kind, "writeback");
    bool is_sql = str_is_null(kind) || str_is(kind, "dataframe");
    cell->type = is_sql                   ? STR("SQL")
                 : str_is(kind, "code")   ? STR("CODE")
                 : is_writeback           ? STR("WRITEBACK")
                 : str_is(kind, "filter") ? STR("FILTER")
                 : str_is(kind, "import") ? STR("COMPONENT_IMPORT")
                                          : STR("EXPLORE");
    cell->dataframe = str_is(name, "-") ? STR_NULL : name;
    cell->is_dataframe_sql = str_is(kind, "dataframe");
    cell->connection = is_sql && !cell->is_dataframe_sql ? STR("c") : STR_NULL;
    cell->source = text;
    if (str_is(kind, "import")) {
        cell->component = str_trim(text);
    } else if (!is_sql && !str_is(kind, "code")) {
        cell->reads = ARENA_NEW(&arena, struct cell_read);
        assert_non_null(cell->reads);
        cell->read_count = 1;
        cell->reads[0].dataframe = word(str_trim(text), 0);
        cell->reads[0].column_count =
            is_writeback ? 0 : words(str_trim(text), 1, &cell->reads[0].columns);
        cell->writeback.is_set = is_writeback;
        cell->writeback.table.connection = STR("c");
        cell->writeback.table.name = is_writeback ? word(str_trim(text), 1) : STR_NULL;
    }
}

/* A line "--- name kind" begins a cell; what follows up to the next one is its text. */
static size_t read_cells(const struct test_case *one, struct cell *cells)
{
    struct str rest = one->input;
    size_t count = 0;
    while (str_starts_with(rest, "---") && count < MAX_CELLS) {
        size_t line_end = str_find(rest, '\n');
        struct str head = str_sub(rest, 3, line_end - 3);
        rest = str_sub(rest, line_end + 1, SIZE_MAX);
        size_t size = 0;
        while (size < rest.n && !str_starts_with(str_sub(rest, size, 4), "---")) {
            size += str_find(str_sub(rest, size, SIZE_MAX), '\n') + 1;
        }
        cells[count] = (struct cell){.id = number_text(count + 1)};
        read_one(word(head, 0), word(head, 1), str_sub(rest, 0, size), &cells[count]);
        count++;
        rest = str_sub(rest, size, SIZE_MAX);
    }
    for (size_t i = 0; !str_is_null(case_header(one, "shown", i)); i++) {
        struct str shown = case_header(one, "shown", i);
        for (size_t k = 0; k < count; k++) {
            if (str_eq(cells[k].id, word(shown, 0))) {
                cells[k].column_count = words(shown, 1, &cells[k].columns);
            }
        }
    }
    return count;
}

static void make_world(const struct test_case *one, struct world *world)
{
    struct str connection = case_header(one, "connection", 0);
    struct str known = case_header(one, "known", 0);
    *world =
        (struct world){.one = one,
                       .connection = {.id = STR("c"),
                                      .type = word(connection, 0),
                                      .database = word(connection, 1),
                                      .schema = word(connection, 2)},
                       .component = {.project_id = STR("lib")},
                       .known = {STR("c"), word(known, 0), word(known, 1), word(known, 2)}};
    world->component.cells = world->component_cells;
    for (size_t i = 0; !str_is_null(case_header(one, "component", i)); i++) {
        struct str frame = case_header(one, "component", i);
        struct cell *cell = &world->component_cells[world->component.cell_count++];
        cell->id = cell->dataframe = word(frame, 0);
        cell->column_count = words(frame, 1, &cell->columns);
    }
}

/* ---- writing what was found ---- */

static void put_node(const struct node *node, struct buf *out)
{
    const struct table_name *table = &node->table;
    bool is_own = str_is(node->project, PROJECT);
    if (node->kind == NODE_KIND_TABLE) {
        (void)buf_printf(out, "%.*s%s%.*s%s%.*s", STR_ARG(table->database),
                         str_is_null(table->database) ? "" : ".", STR_ARG(table->schema),
                         str_is_null(table->schema) ? "" : ".", STR_ARG(table->name));
    } else {
        (void)buf_printf(out, "%s%.*s%s%.*s", node->kind == NODE_KIND_CELL ? "cell " : "",
                         STR_ARG(is_own && !str_is_null(node->cell) ? STR("") : node->project),
                         is_own || str_is_null(node->cell) ? "" : "/", STR_ARG(node->cell));
    }
}

static void put_edge(const struct edge *edge, struct buf *out)
{
    put_node(&edge->from, out);
    (void)buf_append_cstr(out, " > ");
    put_node(&edge->to, out);
    for (unsigned bit = EVIDENCE_SQL; bit <= EVIDENCE_IMPORT; bit <<= 1) {
        (void)buf_printf(out, "%s%s", (edge->evidence & bit) != 0 ? " " : "",
                         (edge->evidence & bit) != 0 ? evidence_name((enum evidence)bit) : "");
    }
    (void)buf_append_cstr(out, edge->is_partial ? " partial" : "");
    for (size_t i = 0; i < edge->column_count; i++) {
        const struct column_pair *pair = &edge->columns[i];
        (void)buf_append_cstr(out, i == 0 ? ": " : ", ");
        if (!node_eq(&pair->from, &edge->from)) {
            put_node(&pair->from, out);
            (void)buf_append_char(out, '.');
        }
        (void)buf_printf(out, "%.*s > %.*s", STR_ARG(pair->from_column),
                         STR_ARG(pair->to_column));
    }
    (void)buf_append_char(out, '\n');
}

static void put_all(const struct notebook_edges *edges, struct buf *out)
{
    for (size_t i = 0; i < edges->count; i++) {
        bool is_plain = edges->edges[i].from.kind == NODE_KIND_DATASET &&
                        edges->edges[i].to.kind == NODE_KIND_PROJECT;
        if (!is_plain) { /* every data set has that one */
            put_edge(&edges->edges[i], out);
        }
    }
    for (size_t i = 0; i < edges->dataset_count; i++) {
        const struct notebook_dataset *dataset = &edges->datasets[i];
        (void)buf_printf(out, "%.*s has", STR_ARG(dataset->cell));
        for (size_t k = 0; k < dataset->column_count; k++) {
            (void)buf_printf(out, " %.*s", STR_ARG(dataset->columns[k]));
        }
        (void)buf_append_cstr(out, dataset->is_partial ? " partial\n" : "\n");
    }
    for (size_t i = 0; i < edges->queried_count; i++) {
        if (edges->reasons[i] != QUERIED_REASON_NONE) {
            (void)buf_printf(out, "queried %zu: %s\n", i + 1,
                             queried_reason_text(edges->reasons[i]));
        }
    }
}

static bool run_case(const char *path, const struct test_case *one)
{
    static const struct notebook_lookup functions = {find_notebook, find_connection,
                                                     find_tables, NULL};
    struct world world;
    struct cell cells[MAX_CELLS];
    struct queried_table queried[MAX_WORDS] = {{STR_NULL}};
    size_t queried_count = 0;
    struct notebook_edges edges;
    struct error err = ERROR_INIT;
    struct buf got;
    make_world(one, &world);
    struct notebook_lookup lookup = functions;
    lookup.ctx = &world;
    const struct notebook notebook = {.project_id = STR(PROJECT),
                                      .cells = cells,
                                      .cell_count = read_cells(one, cells),
                                      .is_complete = true};
    for (; !str_is_null(case_header(one, "queried", queried_count)); queried_count++) {
        queried[queried_count] = (struct queried_table){
            STR("c"), STR("C"), case_header(one, "queried", queried_count)};
    }
    buf_init(&got, 1024 * 1024);
    assert_int_equal(
        notebook_lineage(&notebook, queried, queried_count, &lookup, &arena, &edges, &err), OK);
    put_all(&edges, &got);
    assert_true(notebook.cell_count > 0);
    bool is_good = case_is_expected(path, one, &got);
    buf_free(&got);
    return is_good;
}

static void test_all_cases(void **state)
{
    (void)state;
    case_file_judge_all("lineage", 15, &arena, run_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
