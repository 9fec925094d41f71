#include "om/resolve.h"

#include "domain/connection.h"
#include "domain/name.h"
#include "io/http_url.h"
#include "om/run.h"

#include <string.h>

#define MAX_PATH_BYTES ((size_t)64 * 1024)

/* Hex's connection types and the services of OpenMetadata that they may be. */
static const struct {
    const char *hex;
    const char *service; /* "|" between several */
} types[] = {{"snowflake", "Snowflake"},
             {"bigquery", "BigQuery"},
             {"redshift", "Redshift"},
             {"postgres", "Postgres"},
             {"postgresql", "Postgres"},
             {"alloydb", "Postgres|AlloyDB"},
             {"cloudsql", "Postgres"},
             {"cloudsqlpostgres", "Postgres"},
             {"databricks", "Databricks|UnityCatalog"},
             {"athena", "Athena"},
             {"clickhouse", "Clickhouse"},
             {"mysql", "Mysql"},
             {"mariadb", "MariaDB|Mysql"},
             {"sqlserver", "Mssql|AzureSQL"},
             {"mssql", "Mssql|AzureSQL"},
             {"trino", "Trino"},
             {"starburst", "Trino"},
             {"presto", "Presto|Trino"},
             {"dremio", "Dremio"},
             {"duckdb", "DuckDB"},
             {"motherduck", "DuckDB"},
             {"spark", "Databricks|Hive"}};

/* A named thing of a list: service, database, schema or table. */
struct item {
    struct str name;
    struct str fqn;
    struct str id;
    struct str type; /* of a service */
    struct str *columns;
    size_t column_count;
};

struct items {
    struct item *items;
    size_t count;
    size_t capacity;
    struct om_run *run;
};

/* ---- lists, each read once ---- */

static enum status keep_columns(struct arena *arena, const struct json *columns,
                                struct item *item, struct error *err)
{
    size_t count = json_count(columns);
    item->columns = arena_array(arena, count + 1, sizeof(*item->columns));
    for (size_t i = 0; i < count && item->columns != NULL; i++) {
        struct str name = json_str(json_get(json_at(columns, i), "name"));
        if (arena_str(arena, name, &item->columns[item->column_count++]) != OK) {
            return error_nomem(err);
        }
    }
    return item->columns != NULL ? OK : error_nomem(err);
}

static enum status keep_item(void *ctx, const struct json *json, struct error *err)
{
    struct items *list = ctx;
    struct arena *arena = &list->run->arena;
    struct item *item =
        arena_push(arena, &list->items, &list->count, &list->capacity, sizeof(*item));
    if (item == NULL || arena_str(arena, json_str(json_get(json, "name")), &item->name) != OK ||
        arena_str(arena, json_str(json_get(json, "fullyQualifiedName")), &item->fqn) != OK ||
        arena_str(arena, json_str(json_get(json, "id")), &item->id) != OK ||
        arena_str(arena, json_str(json_get(json, "serviceType")), &item->type) != OK) {
        return error_nomem(err);
    }
    return keep_columns(arena, json_get(json, "columns"), item, err);
}

/* The list at path?key=fqn; NULL when the run ends. */
static const struct items *read_list(struct om_run *run, const char *path, const char *key,
                                     struct str fqn)
{
    struct buf text;
    struct str kept = STR_NULL;
    struct items *list = NULL;
    struct error err = ERROR_INIT;
    buf_init(&text, MAX_PATH_BYTES);
    (void)buf_append_cstr(&text, path);
    if (key != NULL) {
        (void)buf_printf(&text, "?%s=", key);
        (void)http_url_escape(&text, fqn);
    }
    const union map_value *known = map_get(&run->resolve.lists, buf_str(&text));
    if (known != NULL) {
        list = known->pointer;
        goto out;
    }
    list = ARENA_NEW(&run->arena, struct items);
    if (list == NULL || buf_status(&text) != OK ||
        arena_str(&run->arena, buf_str(&text), &kept) != OK ||
        map_put(&run->resolve.lists, kept, (union map_value){.pointer = list}) != OK) {
        (void)error_nomem(&err);
        om_run_fatal(run, &err);
        list = NULL;
        goto out;
    }
    list->run = run;
    om_list_read(run, kept, keep_item, list);
out:
    buf_free(&text);
    return om_run_is_ending(run) ? NULL : list;
}

/* ---- candidates ---- */

static bool is_named_type(const char *types_text, struct str type)
{
    struct str rest = str_from(types_text);
    while (rest.n > 0) {
        size_t bar = str_find(rest, '|');
        struct str word = str_sub(rest, 0, bar == SIZE_MAX ? rest.n : bar);
        if (str_eq_nocase(word, type)) {
            return true;
        }
        rest = str_sub(rest, word.n + 1, rest.n);
    }
    return false;
}

/* Whether Hex's "cloudsql__postgres" is the "cloudsqlpostgres" of the table above. */
static bool is_same_word(struct str written, struct str word)
{
    size_t at = 0;
    for (size_t i = 0; i < written.n; i++) {
        char c = (char)(written.p[i] >= 'A' && written.p[i] <= 'Z' ? written.p[i] + 32
                                                                   : written.p[i]);
        if (c == '_' || c == '-' || c == ' ') {
            continue;
        }
        if (at >= word.n || word.p[at++] != c) {
            return false;
        }
    }
    return at == word.n;
}

static bool is_type(struct str hex_type, struct str service_type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (is_same_word(hex_type, str_from(types[i].hex))) {
            return is_named_type(types[i].service, service_type);
        }
    }
    return str_eq_nocase(hex_type, service_type);
}

static struct str configured_service(const struct om_options *options,
                                     const struct data_connection *connection)
{
    struct str by_name = STR_NULL;
    for (size_t i = 0; i < options->connection_count; i++) {
        const struct om_connection *said = &options->connections[i];
        if (str_is_empty(said->service)) {
            continue;
        }
        if (str_eq(said->key, connection->id)) {
            return said->service;
        }
        if (str_eq(said->key, connection->name)) {
            by_name = said->service;
        }
    }
    return by_name;
}

/* Whether a table lies below a prefix: service, service.db, service.db.schema, ... */
static bool is_below(struct str fqn, struct str prefix)
{
    return fqn.n >= prefix.n && str_eq_nocase(str_sub(fqn, 0, prefix.n), prefix) &&
           (fqn.n == prefix.n || fqn.p[prefix.n] == '.');
}

/* Whether a service may hold a prefix's tables. */
static bool has_prefix(const struct om_options *options, struct str service_fqn)
{
    for (size_t i = 0; i < options->prefix_count; i++) {
        if (is_below(options->prefixes[i], service_fqn)) {
            return true;
        }
    }
    return false;
}

static bool is_candidate(const struct om_options *options,
                         const struct data_connection *connection, const struct item *service)
{
    struct str configured = configured_service(options, connection);
    if (!str_is_null(configured)) {
        return str_eq(configured, service->name) || str_eq(configured, service->fqn);
    }
    return is_type(connection->type, service->type) &&
           (options->prefix_count == 0 || has_prefix(options, service->fqn));
}

/* ---- one table ---- */

struct search {
    struct om_run *run;
    const struct data_connection *connection;
    const struct table_name *table;
    bool is_two_level;
    const struct item *found;
    size_t count; /* of matches */
    size_t services;
};

static void search_schema(struct search *search, const struct item *schema)
{
    const struct om_options *options = search->run->options;
    const struct items *tables =
        read_list(search->run, "/v1/tables", "databaseSchema", schema->fqn);
    for (size_t i = 0; tables != NULL && i < tables->count; i++) {
        const struct item *table = &tables->items[i];
        bool is_allowed = options->prefix_count == 0 ||
                          !str_is_null(configured_service(options, search->connection));
        for (size_t k = 0; k < options->prefix_count && !is_allowed; k++) {
            is_allowed = is_below(table->fqn, options->prefixes[k]);
        }
        if (is_allowed && str_eq_nocase(table->name, search->table->name)) {
            /* The spelling that Hex has wins over one that differs in case only. */
            bool is_exact = str_eq(table->name, search->table->name);
            bool was_exact = search->found != NULL &&
                             str_eq(search->found->name, search->table->name) &&
                             is_below(search->found->fqn, schema->fqn);
            bool is_twin = search->found != NULL && is_below(search->found->fqn, schema->fqn);
            search->count += !is_twin;
            if (search->found == NULL || (is_twin && is_exact && !was_exact)) {
                search->found = table;
            }
        }
    }
}

static bool is_database(const struct search *search, struct str name)
{
    struct str wanted = search->table->database;
    bool is_athena = str_eq_nocase(search->connection->type, STR("athena"));
    if (str_is_null(wanted) || is_athena) {
        return true; /* the schema and the table decide; Athena's catalog may be absent */
    }
    return str_eq_nocase(name, wanted) || (search->is_two_level && str_is(name, "default"));
}

static void search_service(struct search *search, const struct item *service)
{
    struct om_run *run = search->run;
    const struct items *databases = read_list(run, "/v1/databases", "service", service->fqn);
    search->services++;
    for (size_t i = 0; databases != NULL && i < databases->count; i++) {
        if (!is_database(search, databases->items[i].name)) {
            continue;
        }
        const struct items *schemas =
            read_list(run, "/v1/databaseSchemas", "database", databases->items[i].fqn);
        for (size_t k = 0; schemas != NULL && k < schemas->count; k++) {
            if (str_eq_nocase(schemas->items[k].name, search->table->schema)) {
                search_schema(search, &schemas->items[k]);
            }
        }
        if (om_run_is_ending(run)) {
            return;
        }
    }
}

/* ---- what is said about tables that are not found ---- */

static void warn_unresolved(const struct search *search)
{
    struct om_run *run = search->run;
    const struct table_name *t = search->table;
    const struct data_connection *c = search->connection;
    struct om_step *step = &run->summary->steps[OM_STEP_LINEAGE];
    struct str key;
    const char *why = search->services == 0    ? "OpenMetadata has no database service for it"
                      : str_is_null(t->schema) ? "its schema is not known"
                      : search->count > 1      ? "it is in several services or databases"
                                               : "OpenMetadata does not have it";
    run->summary->unresolved_tables++;
    /* One line a connection and reason, not one a table. */
    if (arena_printf(&run->arena, &key, "%.*s %s", STR_ARG(c->id), why) == OK &&
        om_run_warn_once(run, key)) {
        const char *setting = str_is_null(t->schema) ? "schema" : "service";
        struct str name = str_is_empty(c->name) ? c->id : c->name;
        om_run_warn(run, step,
                    "no lineage with table '%.*s%s%.*s%s%.*s' of connection '%.*s' (and others "
                    "of the kind): %s; set hexmeta.connections.\"%.*s\".%s",
                    STR_ARG(t->database), str_is_null(t->database) ? "" : ".",
                    STR_ARG(t->schema), str_is_null(t->schema) ? "" : ".", STR_ARG(t->name),
                    STR_ARG(name), why, STR_ARG(name), setting);
    }
}

/* ---- all tables ---- */

static enum status table_key(const struct table_name *t, struct arena *arena, struct str *out)
{
    return arena_printf(arena, out, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(t->connection),
                        STR_ARG(t->database), STR_ARG(t->schema), STR_ARG(t->name));
}

static enum status keep_found(struct om_run *run, const struct search *search)
{
    struct om_table *table = NULL;
    struct str key;
    if (search->count == 1 && search->found != NULL) {
        table = ARENA_NEW(&run->arena, struct om_table);
        if (table == NULL) {
            return ERR_NOMEM;
        }
        *table = (struct om_table){search->found->id, search->found->fqn,
                                   search->found->columns, search->found->column_count};
    }
    if (table_key(search->table, &run->arena, &key) != OK) {
        return ERR_NOMEM;
    }
    return map_put(&run->resolve.tables, key, (union map_value){.pointer = table});
}

static const struct data_connection *find_connection(const struct data_connection *connections,
                                                     size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(connections[i].id, id)) {
            return &connections[i];
        }
    }
    return NULL;
}

static void resolve_one(struct om_run *run, const struct data_connection *connection,
                        const struct table_name *table, const struct items *services)
{
    struct error err = ERROR_INIT;
    struct search search = {.run = run,
                            .connection = connection,
                            .table = table,
                            .is_two_level = connection_is_two_level(connection->type)};
    for (size_t i = 0; i < services->count && !om_run_is_ending(run); i++) {
        if (is_candidate(run->options, connection, &services->items[i])) {
            search_service(&search, &services->items[i]);
        }
    }
    if (om_run_is_ending(run)) {
        return;
    }
    if (search.count != 1) {
        warn_unresolved(&search);
    }
    if (keep_found(run, &search) != OK) {
        (void)error_nomem(&err);
        om_run_fatal(run, &err);
    }
}

void om_resolve_read(struct om_run *run)
{
    struct error err = ERROR_INIT;
    struct data_connection *connections = NULL;
    struct table_name *tables = NULL;
    size_t connection_count = 0;
    size_t table_count = 0;
    enum status status = publishing_connections(run->catalog, run->options->source, &run->arena,
                                                &connections, &connection_count, &err);
    if (status == OK) {
        status = publishing_tables(run->catalog, run->options->source, &run->arena, &tables,
                                   &table_count, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
        return;
    }
    if (table_count == 0) {
        return;
    }
    const struct items *services =
        read_list(run, "/v1/services/databaseServices", NULL, STR_NULL);
    for (size_t i = 0; services != NULL && i < table_count && !om_run_is_ending(run); i++) {
        const struct data_connection *connection =
            find_connection(connections, connection_count, tables[i].connection);
        if (connection != NULL) {
            resolve_one(run, connection, &tables[i], services);
        }
    }
}

size_t om_resolve_count_services(struct om_run *run, const struct data_connection *connection)
{
    size_t count = 0;
    const struct items *services =
        read_list(run, "/v1/services/databaseServices", NULL, STR_NULL);
    for (size_t i = 0; services != NULL && i < services->count; i++) {
        count += is_candidate(run->options, connection, &services->items[i]);
    }
    return count;
}

void om_resolve_free(struct om_resolve *resolve)
{
    map_free(&resolve->tables);
    map_free(&resolve->lists);
}

uint64_t om_resolve_digest(const struct om_resolve *resolve)
{
    uint64_t digest = 1;
    for (size_t i = 0; i < resolve->tables.count; i++) {
        const struct om_table *table = resolve->tables.entries[i].value.pointer;
        const uint64_t parts[] = {digest, str_hash(resolve->tables.entries[i].key),
                                  table != NULL ? str_hash(table->fqn) : 0,
                                  table != NULL ? str_hash(table->id) : 0};
        digest = str_hash(str_from_n((const char *)(const void *)parts, sizeof(parts)));
        for (size_t k = 0; table != NULL && k < table->column_count; k++) {
            digest = digest * 31 + str_hash(table->columns[k]);
        }
    }
    return digest;
}

const struct om_table *om_resolve_table(struct om_run *run, const struct table_name *table,
                                        struct arena *arena)
{
    struct str key;
    if (table_key(table, arena, &key) != OK) {
        return NULL;
    }
    const union map_value *value = map_get(&run->resolve.tables, key);
    return value != NULL ? value->pointer : NULL;
}

struct str om_table_column(const struct om_table *table, struct str name)
{
    struct str folded = STR_NULL;
    for (size_t i = 0; i < table->column_count; i++) {
        if (str_eq(table->columns[i], name)) {
            return table->columns[i];
        }
        if (str_eq_nocase(table->columns[i], name)) {
            folded = table->columns[i];
        }
    }
    return folded;
}
