#include "sql/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;

/* "a|B" as the parts a and B; a part that begins with ! is quoted. */
static struct sql_name name_of(const char *text)
{
    struct sql_name name = {.parts = arena_array(&arena, 8, sizeof(*name.parts))};
    struct str rest = str_from(text);
    assert_non_null(name.parts);
    for (bool is_last = false; !is_last;) {
        size_t bar = str_find(rest, '|');
        struct str part = str_sub(rest, 0, bar);
        bool is_quoted = str_starts_with(part, "!");
        name.parts[name.count++] =
            (struct sql_part){str_sub(part, is_quoted ? 1 : 0, SIZE_MAX), is_quoted};
        is_last = bar == SIZE_MAX;
        rest = is_last ? rest : str_sub(rest, bar + 1, SIZE_MAX);
    }
    return name;
}

static void test_render(void **state)
{
    static const struct {
        enum sql_dialect dialect;
        const char *name;
        const char *want;
    } cases[] = {
        {SQL_DIALECT_SNOWFLAKE, "db|s|t", "db.s.t"},
        {SQL_DIALECT_SNOWFLAKE, "!ORDERS", "ORDERS"},
        {SQL_DIALECT_SNOWFLAKE, "!orders", "\"orders\""},
        {SQL_DIALECT_POSTGRES, "!orders", "orders"},
        {SQL_DIALECT_POSTGRES, "!Orders", "\"Orders\""},
        {SQL_DIALECT_POSTGRES, "!we\"ird", "\"we\"\"ird\""},
        {SQL_DIALECT_REDSHIFT, "!Orders", "Orders"},
        {SQL_DIALECT_TSQL, "a||!Order Details", "a..Order Details"},
        {SQL_DIALECT_DATABRICKS, "!a.b|c", "\"a.b\".c"},
        {SQL_DIALECT_BIGQUERY, "my-proj|!d|events_*", "my-proj.d.events_*"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sql_name name = name_of(cases[i].name);
        struct str text;
        assert_int_equal(sql_name_render(&name, sql_rules_of(cases[i].dialect), &arena, &text),
                         OK);
        assert_true(str_is(text, cases[i].want));
    }
}

static void test_complete(void **state)
{
    static const struct {
        enum sql_dialect dialect;
        const char *database; /* NULL: unknown */
        const char *schema;
        const char *name;
        const char *want;
    } cases[] = {
        {SQL_DIALECT_SNOWFLAKE, "D", "S", "t", "D.S.t"},
        {SQL_DIALECT_SNOWFLAKE, "D", "S", "x|t", "D.x.t"},
        {SQL_DIALECT_SNOWFLAKE, "D", "S", "x||t", "x.S.t"},
        {SQL_DIALECT_SNOWFLAKE, NULL, NULL, "t", "t"},
        {SQL_DIALECT_SNOWFLAKE, "D", NULL, "x|t", "D.x.t"},
        {SQL_DIALECT_TSQL, "D", "S", "srv|a|b|t", "srv.a.b.t"},
        {SQL_DIALECT_MYSQL, "D", NULL, "t", "D.t"},
        {SQL_DIALECT_MYSQL, "D", NULL, "x|t", "x.t"},
        {SQL_DIALECT_BIGQUERY, "p", "d", "INFORMATION_SCHEMA|TABLES",
         "p.d.INFORMATION_SCHEMA.TABLES"},
        {SQL_DIALECT_BIGQUERY, "p", "d", "x|INFORMATION_SCHEMA|TABLES",
         "p.x.INFORMATION_SCHEMA.TABLES"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sql_name name = name_of(cases[i].name);
        const struct sql_rules *rules = sql_rules_of(cases[i].dialect);
        const struct sql_defaults defaults = {.database = {.text = str_from(cases[i].database)},
                                              .schema = {.text = str_from(cases[i].schema)}};
        struct sql_name complete;
        struct str text;
        assert_int_equal(sql_name_complete(&name, rules, &defaults, &arena, &complete), OK);
        assert_int_equal(sql_name_render(&complete, rules, &arena, &text), OK);
        assert_true(str_is(text, cases[i].want));
    }
}

static void test_keys(void **state)
{
    static const struct {
        enum sql_dialect dialect;
        const char *a;
        const char *b;
        bool are_equal;
    } cases[] = {
        {SQL_DIALECT_SNOWFLAKE, "orders", "!ORDERS", true},
        {SQL_DIALECT_SNOWFLAKE, "orders", "!orders", false},
        {SQL_DIALECT_POSTGRES, "Orders", "!orders", true},
        {SQL_DIALECT_POSTGRES, "orders", "!Orders", false},
        {SQL_DIALECT_BIGQUERY, "a|b", "!A|!B", true},
        {SQL_DIALECT_TSQL, "a|b", "!a.b", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sql_rules *rules = sql_rules_of(cases[i].dialect);
        struct sql_name a = name_of(cases[i].a);
        struct sql_name b = name_of(cases[i].b);
        struct str key_a;
        struct str key_b;
        assert_int_equal(sql_name_key(&a, rules, &arena, &key_a), OK);
        assert_int_equal(sql_name_key(&b, rules, &arena, &key_b), OK);
        assert_int_equal(str_eq(key_a, key_b), cases[i].are_equal);
    }
}

static void test_dialects_of_hex(void **state)
{
    static const struct {
        const char *type;
        enum sql_dialect dialect;
    } cases[] = {
        {"cloudsql__postgres", SQL_DIALECT_POSTGRES},
        {"alloydb", SQL_DIALECT_POSTGRES},
        {"starburst", SQL_DIALECT_TRINO},
        {"sqlserver", SQL_DIALECT_TSQL},
        {"mariadb", SQL_DIALECT_MYSQL},
        {"motherduck", SQL_DIALECT_DUCKDB},
        {"BigQuery", SQL_DIALECT_BIGQUERY},
        {"something", SQL_DIALECT_GENERIC},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(sql_dialect_from_name(str_from(cases[i].type)), cases[i].dialect);
    }
    assert_int_equal(sql_dialect_from_name(STR_NULL), SQL_DIALECT_GENERIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_dialects_of_hex),
    };
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
