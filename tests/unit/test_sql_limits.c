/*
 * Large and hostile SQL: an answer or a clear note comes, within memory that grows with the
 * text and not with what could be made of it.
 */
#include "base/buf.h"
#include "sql/lineage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MEGABYTE ((size_t)1024 * 1024)

/* A text of head, count times a part that printf makes from its number, and tail. */
struct text {
    const char *head;
    const char *part;
    size_t count;
    const char *tail;
};

struct expectation {
    const char *title;
    struct text text;
    enum sql_dialect dialect;
    bool is_template;
    size_t tables;      /* that are found, at least */
    size_t columns;     /* of the last statement, at least */
    int note;           /* a kind that must be there; -1: no note on tables */
    size_t arena_bytes; /* enough for the answer */
};

static void write_part(struct buf *out, const char *part, size_t number)
{
    const char *at = part;
    for (const char *mark = strchr(at, '#'); mark != NULL; mark = strchr(at, '#')) {
        (void)buf_append(out, at, (size_t)(mark - at));
        (void)buf_printf(out, "%zu", number);
        at = mark + 1;
    }
    (void)buf_append_cstr(out, at);
}

static bool has_note(const struct lineage *lineage, int kind)
{
    for (size_t i = 0; i < lineage->notes.count; i++) {
        if ((int)lineage->notes.items[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static void check(const struct expectation *one)
{
    struct arena arena;
    struct buf text;
    struct lineage lineage;
    const struct lineage_options options = {
        .dialect = one->dialect, .is_template = one->is_template, .wants_columns = true};
    buf_init(&text, 64 * MEGABYTE);
    arena_init(&arena, one->arena_bytes);
    (void)buf_append_cstr(&text, one->text.head);
    for (size_t i = 0; i < one->text.count; i++) {
        write_part(&text, one->text.part, i);
    }
    (void)buf_append_cstr(&text, one->text.tail);
    enum status status = lineage_find(buf_str(&text), &options, &arena, &lineage);
    size_t columns = 0;
    for (size_t i = 0; status == OK && i < lineage.statement_count; i++) {
        columns = lineage.statements[i].column_count;
    }
    if (status != OK || lineage.table_count < one->tables || columns < one->columns ||
        (one->note < 0 ? lineage_is_partial(&lineage) : !has_note(&lineage, one->note))) {
        fail_msg("%s: status %d, %zu tables, %zu columns, %zu notes", one->title, (int)status,
                 lineage.table_count, columns, lineage.notes.count);
    }
    arena_free(&arena);
    buf_free(&text);
}

static const struct expectation expectations[] = {
    {"a megabyte of numbers",
     {"select a from t where b in (0", ", #", 150000, ")"},
     SQL_DIALECT_SNOWFLAKE,
     true,
     1,
     1,
     -1,
     32 * MEGABYTE},
    {"100,000 columns",
     {"select 1", ", c# + 1 as d#", 100000, " from t"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     100001,
     -1,
     160 * MEGABYTE},
    {"10,000 parentheses around a value",
     {"select ", "(", 10000, "1 from t"},
     SQL_DIALECT_POSTGRES,
     false,
     0,
     1,
     SQL_NOTE_SYNTAX,
     16 * MEGABYTE},
    {"10,000 queries in queries",
     {"select * from ", "(select * from ", 10000, "t"},
     SQL_DIALECT_POSTGRES,
     false,
     0,
     1,
     SQL_NOTE_DEPTH,
     16 * MEGABYTE},
    {"20,000 actions of MERGE",
     {"merge into t using u on t.a = u.a", " when matched and u.b = # then update set c = u.d#",
      20000, ""},
     SQL_DIALECT_SNOWFLAKE,
     false,
     2,
     1,
     SQL_NOTE_COLUMNS,
     160 * MEGABYTE},
    {"100,000 assignments",
     {"update t set a = 1", ", b# = u.c#", 100000, " from u"},
     SQL_DIALECT_POSTGRES,
     false,
     2,
     1,
     SQL_NOTE_COLUMNS,
     160 * MEGABYTE},
    {"30,000 texts in texts",
     {"", "do $a#$ ", 30000, ""},
     SQL_DIALECT_POSTGRES,
     false,
     0,
     0,
     SQL_NOTE_DEPTH,
     16 * MEGABYTE},
    {"10,000 joins in parentheses",
     {"select * from ", "(", 10000, "t"},
     SQL_DIALECT_POSTGRES,
     false,
     0,
     1,
     SQL_NOTE_DEPTH,
     16 * MEGABYTE},
    {"10,000 EXISTS in EXISTS",
     {"select 1 from t where ", "exists (select 1 from u where ", 10000, "1"},
     SQL_DIALECT_POSTGRES,
     false,
     2,
     1,
     SQL_NOTE_DEPTH,
     16 * MEGABYTE},
    {"10,000 WITH queries",
     {"with c as (select a from t)", ", c# as (select a from c)", 10000,
      " select a from c9999"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     1,
     -1,
     32 * MEGABYTE},
    {"10,000 unions",
     {"select a from t", " union all select a from t#", 10000, ""},
     SQL_DIALECT_POSTGRES,
     false,
     10001,
     1,
     -1,
     64 * MEGABYTE},
    {"10,000 joins",
     {"select t9999.x from t", " join t# on t#.id = t.id", 10000, ""},
     SQL_DIALECT_POSTGRES,
     false,
     10001,
     1,
     -1,
     64 * MEGABYTE},
    {"20,000 statements",
     {"", "select a from t#;", 20000, ""},
     SQL_DIALECT_POSTGRES,
     false,
     20000,
     1,
     -1,
     96 * MEGABYTE},
    {"columns that multiply",
     {"with c as (select * from t)",
      ", c# as (select *, a as a# from c# union all select * from c)", 3000,
      " select * from c"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     0,
     -1,
     128 * MEGABYTE},
    {"10,000 CASE in CASE",
     {"select ", "case when a then ", 10000, "1 from t"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     1,
     SQL_NOTE_SYNTAX,
     16 * MEGABYTE},
    {"10,000 pipes",
     {"from t", " |> select a", 10000, ""},
     SQL_DIALECT_BIGQUERY,
     false,
     1,
     1,
     SQL_NOTE_DEPTH,
     32 * MEGABYTE},
    {"a name of 100,000 parts",
     {"select * from ", "a.", 100000, "b"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     1,
     SQL_NOTE_SYNTAX,
     32 * MEGABYTE},
    {"10,000 branches",
     {"select * from {% if a %} t", " {% elif b %} t#", 10000, " {% endif %}"},
     SQL_DIALECT_POSTGRES,
     true,
     30,
     0,
     SQL_NOTE_SIZE,
     64 * MEGABYTE},
    {"10,000 branches in branches",
     {"select * from ", "{% if a %}", 10000, "t"},
     SQL_DIALECT_POSTGRES,
     true,
     1,
     1,
     SQL_NOTE_UNTERMINATED,
     32 * MEGABYTE},
    {"comments in comments",
     {"select 1 from t ", "/* ", 100000, ""},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     1,
     SQL_NOTE_UNTERMINATED,
     16 * MEGABYTE},
    {"a string of a megabyte",
     {"select '", "xxxxxxxxxxxxxxxx", 65536, "' from t"},
     SQL_DIALECT_POSTGRES,
     false,
     1,
     1,
     -1,
     16 * MEGABYTE},
};

static void test_large_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        check(&expectations[i]);
    }
}

/* Whatever the limit of the arena: memory runs out cleanly, or the answer is there. */
static void test_memory_may_run_out_anywhere(void **state)
{
    static const char sql[] =
        "with recursive r (a, b) as (select x, y from t union all select b, a from r) "
        "insert into w (c) select *, sum(a) over (partition by b) as s, {{ v }} from r "
        "join u using (a) {% if k %} cross join lateral (select * from z where z.q in "
        "(select 1 from p)) l {% else %} left join m on true {% endif %} "
        "pivot (sum(a) for b in ('x' as x1, 'y'))";
    const struct lineage_options options = {
        .dialect = SQL_DIALECT_POSTGRES, .is_template = true, .wants_columns = true};
    size_t runs = 0;
    enum status status = ERR_NOMEM;
    (void)state;
    for (size_t bytes = 0; status != OK; bytes += 512) {
        struct arena arena;
        struct lineage lineage;
        arena_init(&arena, bytes);
        status = lineage_find(str_from(sql), &options, &arena, &lineage);
        assert_true(status == OK || status == ERR_NOMEM);
        arena_free(&arena);
        runs++;
    }
    assert_true(runs > 10);
}

/* However a statement breaks off, the one behind it is found, in every dialect. */
static void test_the_next_statement_is_found(void **state)
{
    static const char *const beginnings[] = {
        "select a exclude except",
        "select * except except",
        "select distinct",
        "select distinct on",
        "values",
        "insert",
        "insert into t (",
        "insert all",
        "with",
        "with a as",
        "with a as (",
        "create",
        "create table",
        "create table t clone",
        "create view v to",
        "merge",
        "merge into t using",
        "update",
        "update t set",
        "delete",
        "delete from t using",
        "copy",
        "copy into",
        "unload",
        "unload (",
        "use",
        "set",
        "set search_path to",
        "pivot",
        "pivot t on",
        "select * like",
        "select * replace",
        "select case",
        "select a over",
        "select a::",
        "select cast(a as",
        "select interval",
        "select top",
        "explain",
        "load",
        "export",
        "declare",
        "execute immediate",
        "call",
        "let",
        "for",
        "for a",
        "if",
        "while",
        "begin",
        "end",
        "do",
        "select a from",
        "select a from (",
        "select a from t pivot (",
        "select a from t for system_time as of",
        "select a from t tablesample",
        "select a from t at (",
        "select a from t lateral view",
        "select a from t join u using",
        "select a from t join u on",
        "select a from identifier(",
        "select a from table(",
        "select a from rows from",
        "from t |>",
        "from t |> set",
        "select |> as",
        "from t |> aggregate",
        "from t |> union all",
        "select a window",
        "select a into",
        "select a union all by name on",
        "summarize",
        "describe",
        "grant",
        "select extract(",
        "select a filter",
        "select a within group",
        "select exists",
        "select x in",
        "select a is not",
        "select a at time",
        "select a collate",
        "prepare",
        "cache table",
        "table",
        "select f(",
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, MEGABYTE);
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        for (size_t dialect = 0; dialect < SQL_DIALECT_COUNT; dialect++) {
            const struct lineage_options options = {.dialect = (enum sql_dialect)dialect};
            struct lineage lineage;
            struct str text;
            bool is_found = false;
            arena_reset(&arena);
            assert_int_equal(
                arena_printf(&arena, &text, "%s; select * from next", beginnings[i]), OK);
            assert_int_equal(lineage_find(text, &options, &arena, &lineage), OK);
            for (size_t k = 0; k < lineage.table_count; k++) {
                is_found = is_found || str_is(lineage.tables[k].name.parts[0].text, "next");
            }
            if (!is_found) {
                fail_msg("lost behind '%s' in dialect %zu", beginnings[i], dialect);
            }
        }
    }
    arena_free(&arena);
}

static void test_text_beyond_the_limit(void **state)
{
    struct arena arena;
    struct lineage lineage;
    const struct lineage_options options = {.dialect = SQL_DIALECT_POSTGRES};
    (void)state;
    arena_init(&arena, MEGABYTE);
    struct str text = {"select", LINEAGE_MAX_BYTES + 1}; /* never looked into */
    assert_int_equal(lineage_find(text, &options, &arena, &lineage), OK);
    assert_true(has_note(&lineage, SQL_NOTE_SIZE));
    assert_true(lineage_is_partial(&lineage));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_texts),
        cmocka_unit_test(test_memory_may_run_out_anywhere),
        cmocka_unit_test(test_the_next_statement_is_found),
        cmocka_unit_test(test_text_beyond_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
