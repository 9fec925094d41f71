#include "hexsim/warehouse.h"

#include "hexsim/words.h"

static const char *const prefixes[] = {"", "fct_", "stg_"};
static const char *const keys[] = {"order_id", "customer_id", "account_id", "event_id"};
static const char *const groups[] = {"region", "channel", "plan", "country"};
static const char *const amounts[] = {"amount", "quantity", "duration_s", "score"};
static const char *const days[] = {"created_at", "order_date", "event_day", "updated_at"};

/* A database for connections that name none, and the schemas beside the connection's own. */
static struct str database_of(const struct sim_connection *c)
{
    if (c->is_two_level) {
        return STR_NULL;
    }
    if (!str_is_null(c->database)) {
        return c->database;
    }
    return c->dialect == DIALECT_SNOWFLAKE ? STR("ANALYTICS") : STR("analytics_db");
}

struct str warehouse_fold(enum sim_dialect dialect, struct str name, struct arena *arena)
{
    return dialect == DIALECT_SNOWFLAKE ? sim_case(arena, name, true) : name;
}

struct sim_table warehouse_table(const struct sim_connection *c, size_t number,
                                 struct arena *arena)
{
    size_t nouns = words_count(words_tables);
    const char *noun = words_tables[number % nouns];
    struct str name = sim_printf(arena, "%s%s", prefixes[number / nouns % 3], noun);
    struct sim_table t = {.connection = c, .is_plain = number % 16 != 7};
    t.database = database_of(c);
    t.is_default = number % 2 == 0 && !str_is_null(c->schema) &&
                   (c->is_two_level || !str_is_null(c->database));
    t.schema = t.is_default ? c->schema
                            : warehouse_fold(c->dialect,
                                             number % 3 == 0 ? STR("mart") : STR("raw"), arena);
    /* the odd ones carry a blank and capitals; only BigQuery has no such names */
    t.is_plain = t.is_plain || c->dialect == DIALECT_BIGQUERY || c->dialect == DIALECT_TRINO ||
                 c->dialect == DIALECT_DATABRICKS;
    t.name = t.is_plain ? warehouse_fold(c->dialect, name, arena)
                        : sim_printf(arena, "Raw %s", noun);
    const char *extra = number % 2 == 0 ? "status" : "source";
    const char *const columns[WAREHOUSE_COLUMNS] = {keys[number % 4],
                                                    groups[number / 2 % 4],
                                                    amounts[number / 3 % 4],
                                                    days[number / 5 % 4],
                                                    extra,
                                                    "tags"};
    for (size_t i = 0; i < WAREHOUSE_COLUMNS; i++) {
        t.columns[i] = warehouse_fold(c->dialect, str_from(columns[i]), arena);
    }
    return t;
}

struct sim_table warehouse_target(const struct sim_connection *c, size_t number,
                                  struct arena *arena)
{
    struct sim_table t = warehouse_table(c, number % 16 == 7 ? 0 : number, arena);
    struct str name = sim_printf(arena, "out_%zu", number);
    t.name = warehouse_fold(c->dialect, name, arena);
    t.is_plain = true;
    return t;
}

static struct str quoted(enum sim_dialect dialect, struct str name, struct arena *arena)
{
    switch (dialect) {
    case DIALECT_BIGQUERY:
    case DIALECT_DATABRICKS:
    case DIALECT_CLICKHOUSE:
    case DIALECT_MYSQL:
        return sim_printf(arena, "`%.*s`", STR_ARG(name));
    case DIALECT_TSQL:
        return sim_printf(arena, "[%.*s]", STR_ARG(name));
    default:
        return sim_printf(arena, "\"%.*s\"", STR_ARG(name));
    }
}

static bool needs_quotes(enum sim_dialect dialect, struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        bool is_lower = c >= 'a' && c <= 'z';
        if ((dialect == DIALECT_SNOWFLAKE && is_lower) ||
            (dialect == DIALECT_POSTGRES && is_upper) ||
            (!is_upper && !is_lower && c != '_' && (c < '0' || c > '9'))) {
            return true;
        }
    }
    return false;
}

struct str warehouse_sql_column(enum sim_dialect dialect, struct str stored, uint64_t style,
                                struct arena *arena)
{
    if (needs_quotes(dialect, stored) || style % 11 == 3) {
        return quoted(dialect, stored, arena);
    }
    if (dialect == DIALECT_SNOWFLAKE && style % 4 != 1) {
        return sim_case(arena, stored, false); /* folded back */
    }
    if (dialect == DIALECT_POSTGRES && style % 7 == 2) {
        return sim_case(arena, stored, true);
    }
    return stored;
}

struct str warehouse_sql_name(const struct sim_table *t, uint64_t style, struct arena *arena)
{
    enum sim_dialect dialect = t->connection->dialect;
    struct str name = warehouse_sql_column(dialect, t->name, style, arena);
    if (t->is_default && style % 3 == 0) {
        return name;
    }
    struct str schema = warehouse_sql_column(dialect, t->schema, style >> 8, arena);
    bool has_default_database = !str_is_null(t->connection->database);
    if (str_is_null(t->database) || (has_default_database && style % 3 == 1)) {
        return sim_printf(arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name));
    }
    if (dialect == DIALECT_BIGQUERY && style % 2 == 0) {
        return sim_printf(arena, "`%.*s.%.*s.%.*s`", STR_ARG(t->database), STR_ARG(t->schema),
                          STR_ARG(t->name));
    }
    struct str database = warehouse_sql_column(dialect, t->database, style >> 16, arena);
    return sim_printf(arena, "%.*s.%.*s.%.*s", STR_ARG(database), STR_ARG(schema),
                      STR_ARG(name));
}

struct str warehouse_path(const struct sim_table *t, struct arena *arena)
{
    if (str_is_null(t->database)) {
        return sim_printf(arena, "%.*s.%.*s", STR_ARG(t->schema), STR_ARG(t->name));
    }
    return sim_printf(arena, "%.*s.%.*s.%.*s", STR_ARG(t->database), STR_ARG(t->schema),
                      STR_ARG(t->name));
}
