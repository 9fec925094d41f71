#include "domain/connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_defaults_of_bare_names(void **state)
{
    static const struct {
        const char *type;
        struct connection_details details;
        const char *database;
        const char *schema;
    } cases[] = {
        {"snowflake", {.database = {"DB", 2}, .schema = {"S", 1}}, "DB", "S"},
        {"snowflake", {.database = {"DB", 2}}, "DB", NULL},
        {"snowflake", {.database = {"", 0}}, NULL, NULL},
        {"postgres", {.database = {"app", 3}}, "app", "public"},
        {"postgres", {.database = {"app", 3}, .schema = {"s", 1}}, "app", "s"},
        {"postgres", {.database = {NULL, 0}}, NULL, "public"},
        {"alloydb", {.database = {"app", 3}}, "app", "public"},
        {"cloudsql__postgres", {.database = {"app", 3}}, "app", "public"},
        {"redshift", {.database = {"dev", 3}}, "dev", "public"},
        {"sqlserver", {.database = {"erp", 3}}, "erp", "dbo"},
        {"cloudsql__sqlserver", {.database = {"erp", 3}}, "erp", "dbo"},
        {"bigquery", {.project_id = {"acme-prod", 9}}, "acme-prod", NULL},
        {"trino", {.catalog = {"hive", 4}, .schema = {"web", 3}}, "hive", "web"},
        {"starburst", {.catalog = {"hive", 4}}, "hive", NULL},
        {"presto", {.catalog = {"hive", 4}}, "hive", NULL},
        {"athena", {.catalog = {"AwsDataCatalog", 14}}, "AwsDataCatalog", NULL},
        {"athena", {.catalog = {NULL, 0}}, NULL, NULL},
        {"databricks",
         {.jdbc_url = {"jdbc:databricks://h:443;httpPath=/x;ConnCatalog=main;ConnSchema=web",
                       67}},
         "main",
         "web"},
        {"databricks", {.jdbc_url = {"jdbc:x://h;conncatalog= main ;", 30}}, "main", NULL},
        {"databricks", {.jdbc_url = {"jdbc:x://h;ConnCatalog=;ConnSchema", 34}}, NULL, NULL},
        {"databricks", {.jdbc_url = {NULL, 0}}, NULL, NULL},
        {"mysql", {.database = {"shop", 4}}, NULL, "shop"},
        {"mariadb", {.database = {"shop", 4}}, NULL, "shop"},
        {"cloudsql__mysql", {.database = {"shop", 4}}, NULL, "shop"},
        {"clickhouse", {.database = {NULL, 0}}, NULL, NULL},
        {"SnowFlake", {.database = {"DB", 2}}, "DB", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str database;
        struct str schema;
        connection_defaults(str_from(cases[i].type), &cases[i].details, &database, &schema);
        if (!str_eq(database, str_from(cases[i].database)) ||
            !str_eq(schema, str_from(cases[i].schema))) {
            fail_msg("case %zu, %s: got '%.*s', '%.*s'", i, cases[i].type, STR_ARG(database),
                     STR_ARG(schema));
        }
    }
}

static void test_unknown_type_assumes_nothing(void **state)
{
    const struct connection_details none = {.database = STR_NULL};
    struct str database;
    struct str schema;
    (void)state;
    connection_defaults(STR_NULL, &none, &database, &schema);
    assert_true(str_is_null(database) && str_is_null(schema));
    connection_defaults(STR("vertica"), &none, &database, &schema);
    assert_true(str_is_null(database) && str_is_null(schema));
}

static void test_two_level_warehouses(void **state)
{
    (void)state;
    assert_true(connection_is_two_level(STR("mysql")));
    assert_true(connection_is_two_level(STR("clickhouse")));
    assert_false(connection_is_two_level(STR("snowflake")));
    assert_false(connection_is_two_level(STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_of_bare_names),
        cmocka_unit_test(test_unknown_type_assumes_nothing),
        cmocka_unit_test(test_two_level_warehouses),
    };
    return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
