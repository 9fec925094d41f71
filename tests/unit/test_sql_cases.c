/* Runs tests/cases/sql: what is read, written and flows in a SQL text. */
#include "base/buf.h"
#include "case_file.h"
#include "sql/lineage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct arena arena;

/* "table: a.b (c, d)" headers as a schema; names compare case-blind. */
static bool find_schema(void *ctx, const struct sql_name *name, const struct str **columns,
                        size_t *count)
{
    const struct test_case *one = ctx;
    struct str wanted;
    if (sql_name_render(name, sql_rules_of(SQL_DIALECT_GENERIC), &arena, &wanted) != OK) {
        return false;
    }
    struct str header = case_header(one, "table", 0);
    for (size_t i = 0; !str_is_null(header); header = case_header(one, "table", ++i)) {
        size_t open = str_find(header, '(');
        struct str list = str_sub(header, open + 1, header.n - open - 2);
        struct str *names = arena_array(&arena, list.n + 1, sizeof(*names));
        if (names == NULL || !str_eq_nocase(str_trim(str_sub(header, 0, open)), wanted)) {
            continue;
        }
        *columns = names;
        *count = 0;
        while (list.n > 0) {
            size_t comma = str_find(list, ',');
            names[(*count)++] = str_trim(str_sub(list, 0, comma));
            list = comma == SIZE_MAX ? STR("") : str_sub(list, comma + 1, list.n);
        }
        return true;
    }
    return false;
}

static void write_access(const struct lineage *lineage, const struct sql_rules *rules,
                         const struct lineage_access *access, const char *verb, struct buf *out)
{
    struct str name;
    assert_int_equal(
        sql_name_render(&lineage->tables[access->table].name, rules, &arena, &name), OK);
    (void)buf_printf(out, "%s %.*s\n", access->is_temporary ? "temporary" : verb,
                     STR_ARG(name));
}

static void write_column(const struct lineage *lineage, const struct sql_rules *rules,
                         const struct lineage_column *column, struct buf *out)
{
    struct str name = str_is_null(column->name) ? STR("-") : column->name;
    (void)buf_printf(out, "column %.*s", STR_ARG(name));
    for (size_t i = 0; i < column->origin_count; i++) {
        const struct lineage_origin *origin = &column->origins[i];
        struct str table;
        assert_int_equal(
            sql_name_render(&lineage->tables[origin->table].name, rules, &arena, &table), OK);
        (void)buf_printf(out, "%s%.*s.%.*s", i == 0 ? " <- " : ", ", STR_ARG(table),
                         STR_ARG(origin->column));
    }
    (void)buf_append_char(out, '\n');
}

static void write_statement(const struct lineage *lineage, const struct sql_rules *rules,
                            const struct lineage_statement *statement, bool has_columns,
                            struct buf *out)
{
    for (size_t i = 0; i < statement->read_count; i++) {
        write_access(lineage, rules, &statement->reads[i], "read", out);
    }
    for (size_t i = 0; i < statement->write_count; i++) {
        write_access(lineage, rules, &statement->writes[i], "write", out);
    }
    if (statement->is_use) {
        struct str name;
        assert_int_equal(sql_name_render(&statement->use, rules, &arena, &name), OK);
        (void)buf_printf(out, "use %s %.*s\n", statement->use_is_schema ? "schema" : "database",
                         STR_ARG(name));
    }
    for (size_t i = 0; has_columns && i < statement->column_count; i++) {
        write_column(lineage, rules, &statement->columns[i], out);
    }
}

/* Prints what came of each statement; columns when the case gives tables or "show: columns". */
static bool run_case(const char *path, const struct test_case *one)
{
    struct lineage lineage;
    struct buf got;
    bool has_columns = !str_is_null(case_header(one, "table", 0)) ||
                       str_is(case_header(one, "show", 0), "columns");
    const struct lineage_options options = {
        .dialect = sql_dialect_from_name(case_header(one, "dialect", 0)),
        .is_template = str_is(case_header(one, "template", 0), "jinja"),
        .wants_columns = has_columns,
        .schema = find_schema,
        .schema_ctx = (void *)(uintptr_t)one,
    };
    buf_init(&got, 1024 * 1024);
    assert_int_equal(lineage_find(one->input, &options, &arena, &lineage), OK);
    for (size_t i = 0; i < lineage.statement_count; i++) {
        write_statement(&lineage, sql_rules_of(options.dialect), &lineage.statements[i],
                        has_columns, &got);
    }
    for (size_t i = 0; i < lineage.notes.count; i++) {
        const struct sql_note *note = &lineage.notes.items[i];
        (void)buf_printf(&got, "note %zu:%zu %s\n", note->line, note->column,
                         sql_note_text(note->kind));
    }
    bool is_good = case_is_expected(path, one, &got);
    buf_free(&got);
    return is_good;
}

static void test_all_cases(void **state)
{
    (void)state;
    case_file_judge_all("sql", 200, &arena, run_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
