#include "hexsim/workspace.h"

#include "hexsim/words.h"

#define DAY_MS (INT64_C(86400000))

static const struct {
    const char *type;
    const char *name;
    enum sim_dialect dialect;
    bool is_in_spec;
    bool is_two_level;
    const char *details;
    const char *database; /* as the details say */
    const char *schema;
    const char *bare_database; /* as a caller without details must assume */
    const char *bare_schema;
} connection_kinds[] = {
    {"snowflake", "Snowflake Prod", DIALECT_SNOWFLAKE, true, false,
     "{\"snowflake\":{\"role\":\"ANALYST\",\"username\":\"HEX\",\"schema\":\"PUBLIC\","
     "\"database\":\"ANALYTICS\",\"warehouse\":\"HEX_WH\",\"accountName\":\"xy12345\"}}",
     "ANALYTICS", "PUBLIC", NULL, NULL},
    {"snowflake", "Snowflake: raw (no schema)", DIALECT_SNOWFLAKE, true, false,
     "{\"snowflake\":{\"role\":null,\"username\":\"HEX\",\"schema\":null,"
     "\"database\":\"RAW\",\"warehouse\":\"HEX_WH\",\"accountName\":\"xy12345\"}}",
     "RAW", NULL, NULL, NULL},
    {"bigquery", "BigQuery", DIALECT_BIGQUERY, true, false,
     "{\"bigquery\":{\"enableStorageApi\":true,\"enableDriveAccess\":false,"
     "\"projectId\":\"acme-prod-1\"}}",
     "acme-prod-1", NULL, NULL, NULL},
    {"postgres", "App replica", DIALECT_POSTGRES, true, false,
     "{\"postgres\":{\"username\":\"hex\",\"database\":\"app\",\"port\":5432,"
     "\"hostname\":\"replica.example.com\"}}",
     "app", "public", NULL, "public"},
    {"redshift", "Redshift", DIALECT_POSTGRES, true, false,
     "{\"redshift\":{\"username\":\"hex\",\"database\":\"dw\",\"port\":5439,"
     "\"host\":\"dw.example.com\"}}",
     "dw", "public", NULL, "public"},
    {"databricks", "Lakehouse", DIALECT_DATABRICKS, true, false,
     "{\"databricks\":{\"jdbcUrl\":\"jdbc:databricks://dbc.example.com:443/default;"
     "transportMode=http;ssl=1;httpPath=/sql/1.0/warehouses/1;ConnCatalog=main;"
     "ConnSchema=gold\"}}",
     "main", "gold", NULL, NULL},
    {"trino", "Trino", DIALECT_TRINO, true, false,
     "{\"trino\":{\"sessionProperties\":[],\"username\":\"hex\",\"schema\":\"sales\","
     "\"catalog\":\"hive\",\"port\":8443,\"hostname\":\"trino.example.com\"}}",
     "hive", "sales", NULL, NULL},
    {"athena", "Athena logs", DIALECT_TRINO, true, false,
     "{\"athena\":{\"accessKeyId\":\"AKIAEXAMPLE\",\"workgroup\":\"primary\","
     "\"catalog\":\"AwsDataCatalog\",\"s3OutputPath\":\"s3://example/out\",\"port\":443,"
     "\"hostname\":\"athena.example.com\"}}",
     "AwsDataCatalog", NULL, NULL, NULL},
    {"clickhouse", "ClickHouse", DIALECT_CLICKHOUSE, true, true,
     "{\"clickhouse\":{\"username\":\"hex\",\"port\":8443,\"hostname\":\"ch.example.com\"}}",
     NULL, NULL, NULL, NULL},
    {"mysql", "Shop MySQL", DIALECT_MYSQL, false, true,
     "{\"mysql\":{\"username\":\"hex\",\"database\":\"shop\",\"port\":3306,"
     "\"hostname\":\"mysql.example.com\"}}",
     NULL, "shop", NULL, NULL},
    {"sqlserver", "ERP", DIALECT_TSQL, false, false,
     "{\"sqlserver\":{\"username\":\"hex\",\"database\":\"Erp\",\"port\":1433,"
     "\"hostname\":\"erp.example.com\"}}",
     "Erp", "dbo", NULL, "dbo"},
    {"alloydb", "AlloyDB", DIALECT_POSTGRES, false, false,
     "{\"alloydb\":{\"username\":\"hex\",\"database\":\"core\",\"port\":5432,"
     "\"hostname\":\"alloy.example.com\"}}",
     "core", "public", NULL, "public"},
    {"cloudsql__postgres", "Cloud SQL", DIALECT_POSTGRES, false, false, "null", NULL, "public",
     NULL, "public"},
    {"quantumdb", "Type nobody knows", DIALECT_TRINO, false, false, "null", NULL, NULL, NULL,
     NULL},
};

static void make_connections(struct workspace *w)
{
    size_t n = sizeof(connection_kinds) / sizeof(connection_kinds[0]);
    w->connections = sim_alloc(&w->arena, n * sizeof(*w->connections));
    for (size_t i = 0; i < n; i++) {
        if (w->options.is_strict && !connection_kinds[i].is_in_spec) {
            continue;
        }
        struct rng rng = rng_for(w->options.seed, "connection", i);
        struct sim_connection *c = &w->connections[w->connection_count++];
        bool is_admin = w->options.is_admin;
        c->created_ms = w->options.now_ms - rng_between(&rng, 500, 1500) * DAY_MS;
        c->id = rng_uuid(&rng, &w->arena, i % 2 == 0 ? c->created_ms : TIMESTAMP_NONE);
        c->name = str_from(connection_kinds[i].name);
        c->type = connection_kinds[i].type;
        c->dialect = connection_kinds[i].dialect;
        c->is_two_level = connection_kinds[i].is_two_level;
        c->details = connection_kinds[i].details;
        c->database = str_from(is_admin ? connection_kinds[i].database
                                        : connection_kinds[i].bare_database);
        c->schema =
            str_from(is_admin ? connection_kinds[i].schema : connection_kinds[i].bare_schema);
        c->description = i % 3 == 0 ? STR("Read only, ask the platform team") : STR_NULL;
    }
}

/* Letters that fit into an e-mail address. */
static struct str ascii_only(struct arena *arena, const char *text)
{
    struct buf out;
    buf_init(&out, SIM_MAX_BYTES);
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x80) {
            (void)buf_append_char(&out, *p);
        }
    }
    struct str kept = sim_take(arena, &out);
    return sim_case(arena, kept, false);
}

static void make_users(struct workspace *w)
{
    static const char *const roles[] = {"ADMIN",  "MANAGER",  "EDITOR", "EDITOR",
                                        "EDITOR", "EXPLORER", "MEMBER", "GUEST"};
    size_t n = 24 + w->options.project_count / 40;
    n = n > 1200 ? 1200 : n;
    w->users = sim_alloc(&w->arena, n * sizeof(*w->users));
    w->user_count = n;
    for (size_t i = 0; i < n; i++) {
        struct rng rng = rng_for(w->options.seed, "user", i);
        struct sim_user *u = &w->users[i];
        const char *given = words_given[rng_below(&rng, words_count(words_given))];
        const char *family = words_family[rng_below(&rng, words_count(words_family))];
        u->id = rng_uuid(&rng, &w->arena, TIMESTAMP_NONE);
        u->name = i % 17 == 5 ? STR_NULL : sim_printf(&w->arena, "%s %s", given, family);
        u->email = sim_printf(&w->arena, "%.*s.%.*s%zu@example.com",
                              STR_ARG(ascii_only(&w->arena, given)),
                              STR_ARG(ascii_only(&w->arena, family)), i);
        if (i % 11 == 3) { /* some directories keep capitals */
            u->email =
                sim_printf(&w->arena, "%.*s", STR_ARG(sim_case(&w->arena, u->email, true)));
        }
        u->role = i == 0 ? "ADMIN" : roles[rng_below(&rng, sizeof(roles) / sizeof(roles[0]))];
        u->last_login_ms = rng_chance(&rng, 10)
                               ? TIMESTAMP_NONE
                               : w->options.now_ms - rng_between(&rng, 0, 90 * DAY_MS);
        u->group = rng_chance(&rng, 20) ? NOBODY : rng_below(&rng, words_count(words_groups));
    }
}

static void make_groups(struct workspace *w)
{
    w->group_count = words_count(words_groups);
    w->groups = sim_alloc(&w->arena, w->group_count * sizeof(*w->groups));
    for (size_t i = 0; i < w->group_count; i++) {
        struct rng rng = rng_for(w->options.seed, "group", i);
        w->groups[i].created_ms = w->options.now_ms - rng_between(&rng, 30, 900) * DAY_MS;
        w->groups[i].id = rng_uuid(&rng, &w->arena, TIMESTAMP_NONE);
        w->groups[i].name = str_from(words_groups[i]);
    }
}

static void make_collections(struct workspace *w)
{
    w->collection_count = words_count(words_collections);
    w->collections = sim_alloc(&w->arena, w->collection_count * sizeof(*w->collections));
    for (size_t i = 0; i < w->collection_count; i++) {
        struct rng rng = rng_for(w->options.seed, "collection", i);
        w->collections[i].id = rng_uuid(&rng, &w->arena, TIMESTAMP_NONE);
        w->collections[i].name = str_from(words_collections[i]);
        w->collections[i].description = i % 3 == 1 ? STR_NULL : STR("What belongs together");
        w->collections[i].creator = i % 4 == 2 ? NOBODY : rng_below(&rng, w->user_count);
    }
}

static void make_categories(struct workspace *w)
{
    w->category_count = words_count(words_categories);
    w->categories = sim_alloc(&w->arena, w->category_count * sizeof(*w->categories));
    for (size_t i = 0; i < w->category_count; i++) {
        w->categories[i].name = str_from(words_categories[i]);
        w->categories[i].description = i % 3 == 0   ? STR_NULL
                                       : i % 3 == 1 ? STR("")
                                                    : STR("Looked after by the data team");
    }
}

void workspace_init(struct workspace *out, const struct workspace_options *options)
{
    *out = (struct workspace){.options = *options, .now_ms = options->now_ms};
    arena_init(&out->arena, SIM_MAX_BYTES);
    map_init(&out->by_id);
    struct rng rng = rng_for(options->seed, "workspace", 0);
    out->id = rng_uuid(&rng, &out->arena, TIMESTAMP_NONE);
    make_connections(out);
    make_users(out);
    make_groups(out);
    make_collections(out);
    make_categories(out);
    for (size_t i = 0; i < options->project_count; i++) {
        (void)workspace_add_project(out, TIMESTAMP_NONE);
    }
}

void workspace_free(struct workspace *workspace)
{
    map_free(&workspace->by_id);
    arena_free(&workspace->arena);
}

struct sim_project *workspace_project(const struct workspace *workspace, struct str id)
{
    const union map_value *value = map_get(&workspace->by_id, id);
    if (value == NULL || workspace->projects[value->number].is_deleted) {
        return NULL;
    }
    return &workspace->projects[value->number];
}

size_t workspace_index(const struct workspace *workspace, const struct sim_project *project)
{
    return (size_t)(project - workspace->projects);
}

bool workspace_is_visible(const struct sim_project *project, size_t user)
{
    return user >= 32 || (project->hidden_from >> user & 1) == 0;
}

bool workspace_is_active(const struct sim_project *project)
{
    return !project->is_deleted && project->archived_ms == TIMESTAMP_NONE &&
           project->trashed_ms == TIMESTAMP_NONE;
}

const struct sim_connection *workspace_connection(const struct workspace *workspace,
                                                  struct str id)
{
    for (size_t i = 0; i < workspace->connection_count; i++) {
        if (str_eq(workspace->connections[i].id, id)) {
            return &workspace->connections[i];
        }
    }
    return NULL;
}
