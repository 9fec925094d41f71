/* Runs tests/cases/notebook_sql: what the SQL cells of a notebook read, write and use. */
#include "base/buf.h"
#include "case_file.h"
#include "domain/notebook_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MAX_CELLS 16

static struct arena arena;

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

/* A line "--- name kind" begins a cell; what follows up to the next one is its text. */
static size_t read_cells(const struct test_case *one, struct notebook_sql_cell *cells)
{
    struct str connection = case_header(one, "connection", 0);
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
        bool is_code = str_is(word(head, 1), "code");
        cells[count++] = (struct notebook_sql_cell){
            .sql = is_code ? STR_NULL : str_sub(rest, 0, size),
            .dataframe = word(head, 0),
            .is_dataframe_sql = str_is(word(head, 1), "dataframe"),
            .dialect = sql_dialect_from_name(word(connection, 0)),
            .defaults = {.database = {.text = word(connection, 1)},
                         .schema = {.text = word(connection, 2)}},
        };
        rest = str_sub(rest, size, SIZE_MAX);
    }
    return count;
}

static void write_column(const struct notebook_sql_answer *answer,
                         const struct notebook_sql_column *column, size_t cell, struct buf *out)
{
    (void)buf_printf(out, "%zu column %.*s", cell, STR_ARG(column->name));
    for (size_t i = 0; i < column->origin_count; i++) {
        const struct notebook_sql_origin *origin = &column->origins[i];
        (void)buf_append_cstr(out, i == 0 ? " <- " : ", ");
        if (origin->table != SIZE_MAX) {
            (void)buf_append_str(out, answer->reads[origin->table].text);
        } else {
            (void)buf_printf(out, "%zu", answer->deps[origin->dep] + 1);
        }
        (void)buf_printf(out, ".%.*s", STR_ARG(origin->column));
    }
    (void)buf_append_char(out, '\n');
}

static void write_answer(const struct notebook_sql_answer *answer, size_t cell,
                         bool has_columns, struct buf *out)
{
    for (size_t i = 0; i < answer->read_count; i++) {
        (void)buf_printf(out, "%zu %s %.*s\n", cell,
                         answer->reads[i].is_behind ? "behind" : "read",
                         STR_ARG(answer->reads[i].text));
    }
    for (size_t i = 0; i < answer->write_count; i++) {
        (void)buf_printf(out, "%zu write %.*s\n", cell, STR_ARG(answer->writes[i].text));
    }
    for (size_t i = 0; i < answer->dep_count; i++) {
        if (i == 0) {
            (void)buf_printf(out, "%zu uses", cell);
        }
        (void)buf_printf(out, " %zu", answer->deps[i] + 1);
        (void)buf_append_cstr(out, i + 1 == answer->dep_count ? "\n" : "");
    }
    for (size_t i = 0; has_columns && i < answer->column_count; i++) {
        write_column(answer, &answer->columns[i], cell, out);
    }
    for (size_t i = 0; i < answer->notes.count; i++) {
        const struct sql_note *note = &answer->notes.items[i];
        if (sql_note_hides_tables(note->kind)) {
            (void)buf_printf(out, "%zu note %zu:%zu %s\n", cell, note->line, note->column,
                             sql_note_text(note->kind));
        }
    }
}

static bool run_case(const char *path, const struct test_case *one)
{
    struct notebook_sql_cell cells[MAX_CELLS];
    struct notebook_sql_answer *answers;
    struct buf got;
    bool has_columns = str_is(case_header(one, "show", 0), "columns");
    size_t count = read_cells(one, cells);
    buf_init(&got, 1024 * 1024);
    assert_int_equal(notebook_sql_find(cells, count, NULL, &arena, &answers), OK);
    for (size_t i = 0; i < count; i++) {
        write_answer(&answers[i], i + 1, has_columns, &got);
    }
    assert_true(count > 0);
    bool is_good = case_is_expected(path, one, &got);
    buf_free(&got);
    return is_good;
}

static void test_all_cases(void **state)
{
    (void)state;
    case_file_judge_all("notebook_sql", 15, &arena, run_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
