#include "sql/dialect.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What the two warehouses of the Spark family have in common; likewise Presto's. */
#define SPARK_TRAITS                                                                           \
    (SQL_TRAIT_BACKSLASH | SQL_TRAIT_STRING_QUOTES | SQL_TRAIT_NESTED_COMMENTS |               \
     SQL_TRAIT_DIGIT_NAMES | SQL_TRAIT_FILE_TABLES | SQL_TRAIT_LATERAL_ALIAS |                 \
     SQL_TRAIT_LAMBDAS | SQL_TRAIT_COLON_PATHS | SQL_TRAIT_USE_SCHEMA)
#define PRESTO_TRAITS (SQL_TRAIT_LAMBDAS | SQL_TRAIT_USE_SCHEMA)

static const struct sql_rules all_rules[SQL_DIALECT_COUNT] = {
    [SQL_DIALECT_GENERIC] = {"generic", SQL_FOLDING_BLIND,
                             SQL_TRAIT_DOLLAR_QUOTES | SQL_TRAIT_LATERAL_ALIAS |
                                 SQL_TRAIT_SELECT_INTO,
                             NULL},
    [SQL_DIALECT_SNOWFLAKE] = {"snowflake", SQL_FOLDING_UPPER,
                               SQL_TRAIT_BACKSLASH | SQL_TRAIT_DOLLAR_QUOTES |
                                   SQL_TRAIT_SLASH_COMMENTS | SQL_TRAIT_STAGES |
                                   SQL_TRAIT_LATERAL_ALIAS | SQL_TRAIT_LAMBDAS |
                                   SQL_TRAIT_COLON_PATHS,
                               "PUBLIC", .value_name = "column", .value_first = 1,
                               .keeps_pivot_quotes = true, .has_flow_operator = true},
    [SQL_DIALECT_BIGQUERY] = {"bigquery", SQL_FOLDING_BLIND,
                              SQL_TRAIT_BACKSLASH | SQL_TRAIT_STRING_QUOTES |
                                  SQL_TRAIT_HASH_COMMENTS | SQL_TRAIT_TRIPLE_QUOTES |
                                  SQL_TRAIT_DASHED_NAMES | SQL_TRAIT_COLUMN_TABLES |
                                  SQL_TRAIT_NO_NATURAL | SQL_TRAIT_PIVOT_ALIAS |
                                  SQL_TRAIT_PIVOT_PREFIX,
                              NULL, .puts_values_first = true},
    [SQL_DIALECT_REDSHIFT] = {"redshift", SQL_FOLDING_BLIND,
                              SQL_TRAIT_BACKSLASH | SQL_TRAIT_DOLLAR_QUOTES |
                                  SQL_TRAIT_NESTED_COMMENTS | SQL_TRAIT_HASH_NAMES |
                                  SQL_TRAIT_COLUMN_TABLES | SQL_TRAIT_SELECT_INTO |
                                  SQL_TRAIT_LATERAL_ALIAS | SQL_TRAIT_PIVOT_ALIAS,
                              NULL, .value_name = "column", .value_first = 1,
                              .has_exclude_list = true},
    [SQL_DIALECT_POSTGRES] = {"postgres", SQL_FOLDING_LOWER,
                              SQL_TRAIT_DOLLAR_QUOTES | SQL_TRAIT_NESTED_COMMENTS |
                                  SQL_TRAIT_SELECT_INTO,
                              NULL, .value_name = "column", .value_first = 1},
    [SQL_DIALECT_DATABRICKS] = {"databricks", SQL_FOLDING_BLIND, SPARK_TRAITS, NULL,
                                .value_name = "col", .value_first = 1},
    [SQL_DIALECT_SPARK] = {"spark", SQL_FOLDING_BLIND, SPARK_TRAITS, NULL, .value_name = "col",
                           .value_first = 1},
    [SQL_DIALECT_TRINO] = {"trino", SQL_FOLDING_BLIND, PRESTO_TRAITS, NULL,
                           .value_name = "_col", .value_first = 0},
    [SQL_DIALECT_ATHENA] = {"athena", SQL_FOLDING_BLIND, PRESTO_TRAITS | SQL_TRAIT_DIGIT_NAMES,
                            NULL, .value_name = "_col", .value_first = 0},
    [SQL_DIALECT_CLICKHOUSE] = {"clickhouse", SQL_FOLDING_BLIND,
                                SQL_TRAIT_BACKSLASH | SQL_TRAIT_DOLLAR_QUOTES |
                                    SQL_TRAIT_TWO_LEVELS | SQL_TRAIT_NAME_LISTS |
                                    SQL_TRAIT_LATERAL_ALIAS | SQL_TRAIT_LAMBDAS,
                                NULL},
    [SQL_DIALECT_MYSQL] = {"mysql", SQL_FOLDING_BLIND,
                           SQL_TRAIT_BACKSLASH | SQL_TRAIT_STRING_QUOTES |
                               SQL_TRAIT_HASH_COMMENTS | SQL_TRAIT_DIGIT_NAMES |
                               SQL_TRAIT_CODE_COMMENTS | SQL_TRAIT_TWO_LEVELS,
                           NULL, .value_name = "column_", .value_first = 0},
    [SQL_DIALECT_TSQL] = {"tsql", SQL_FOLDING_BLIND,
                          SQL_TRAIT_BRACKET_NAMES | SQL_TRAIT_NESTED_COMMENTS |
                              SQL_TRAIT_HASH_NAMES | SQL_TRAIT_TABLE_HINTS |
                              SQL_TRAIT_SELECT_INTO | SQL_TRAIT_SELF_CTE |
                              SQL_TRAIT_NO_SEMICOLON | SQL_TRAIT_EQUALS_ALIAS,
                          NULL, .puts_values_first = true},
    [SQL_DIALECT_DUCKDB] = {"duckdb", SQL_FOLDING_BLIND,
                            SQL_TRAIT_DOLLAR_QUOTES | SQL_TRAIT_NESTED_COMMENTS |
                                SQL_TRAIT_LATERAL_ALIAS | SQL_TRAIT_LAMBDAS |
                                SQL_TRAIT_COLON_ALIAS | SQL_TRAIT_PIVOT_ALIAS,
                            NULL, .value_name = "col", .value_first = 0},
    [SQL_DIALECT_SQLITE] = {"sqlite", SQL_FOLDING_BLIND, SQL_TRAIT_BRACKET_NAMES, NULL,
                            .value_name = "column", .value_first = 1},
};

/* Names that differ from those above: Hex's connection types and what people write. */
static const struct {
    const char *name;
    enum sql_dialect dialect;
} synonyms[] = {
    {"postgresql", SQL_DIALECT_POSTGRES},
    {"alloydb", SQL_DIALECT_POSTGRES},
    {"cloudsql__postgres", SQL_DIALECT_POSTGRES},
    {"cockroachdb", SQL_DIALECT_POSTGRES},
    {"materialize", SQL_DIALECT_POSTGRES},
    {"mariadb", SQL_DIALECT_MYSQL},
    {"cloudsql__mysql", SQL_DIALECT_MYSQL},
    {"singlestore", SQL_DIALECT_MYSQL},
    {"sqlserver", SQL_DIALECT_TSQL},
    {"mssql", SQL_DIALECT_TSQL},
    {"cloudsql__sqlserver", SQL_DIALECT_TSQL},
    {"synapse", SQL_DIALECT_TSQL},
    {"fabric", SQL_DIALECT_TSQL},
    {"presto", SQL_DIALECT_TRINO},
    {"starburst", SQL_DIALECT_TRINO},
    {"sparksql", SQL_DIALECT_SPARK},
    {"hive", SQL_DIALECT_SPARK},
    {"motherduck", SQL_DIALECT_DUCKDB},
};

const struct sql_rules *sql_rules_of(enum sql_dialect dialect)
{
    return &all_rules[(size_t)dialect < SQL_DIALECT_COUNT ? dialect : SQL_DIALECT_GENERIC];
}

bool sql_has(const struct sql_rules *rules, enum sql_trait trait)
{
    return (rules->traits & (unsigned)trait) != 0;
}

enum sql_dialect sql_dialect_from_name(struct str name)
{
    for (size_t i = 0; i < SQL_DIALECT_COUNT; i++) {
        if (str_eq_nocase(name, str_from(all_rules[i].name))) {
            return (enum sql_dialect)i;
        }
    }
    for (size_t i = 0; i < COUNT_OF(synonyms); i++) {
        if (str_eq_nocase(name, str_from(synonyms[i].name))) {
            return synonyms[i].dialect;
        }
    }
    return SQL_DIALECT_GENERIC;
}
