#include "catalog_fixture.h"
#include "domain/notebook_lineage.h"

static void store_everything(struct fixture *f)
{
    struct category categories[] = {{STR("Zeta"), STR_NULL}, {STR("Finance"), STR("money")}};
    struct share shares[] = {{SHARE_KIND_COLLECTION, STR("Team \"A\""), STR("CAN_VIEW")},
                             {SHARE_KIND_USER, STR("ann@example.com"), STR("FULL_ACCESS")}};
    struct schedule schedules[] = {{STR("DAILY"), true, STR("30 6 * * *"), STR("+05:30")}};
    struct project projects[2] = {fixture_project("p-1", "Revenue", 12),
                                  fixture_project("c-1", "Shared bits", -1)};
    projects[0].description = STR("");
    projects[0].owner = STR("ann@example.com");
    projects[0].categories = categories;
    projects[0].category_count = 2;
    projects[0].shares = shares;
    projects[0].share_count = 2;
    projects[0].schedules = schedules;
    projects[0].schedule_count = 1;
    projects[0].published_ms = NOW;
    projects[1].type = PROJECT_TYPE_COMPONENT;
    (void)fixture_list(f, f->source, projects, 2, NOW, NULL);

    const struct data_connection connection = {STR("d-1"), STR("Snowflake"), STR("snowflake"),
                                               STR_NULL,   STR("DB"),        STR_NULL};
    struct str columns[] = {STR("amount"), STR("day")};
    struct table_name orders = {STR("d-1"), STR("DB"), STR_NULL, STR("ORDERS")};
    struct cell_read reads[] = {{.dataframe = STR("df"), .columns = columns, .column_count = 2},
                                {.table = orders}};
    struct cell cells[] = {
        {.id = STR("s-1"),
         .type = STR("SQL"),
         .connection = STR("d-1"),
         .source = STR("select * from orders"),
         .dataframe = STR("df"),
         .columns = columns,
         .column_count = 2},
        {.id = STR("a-2"),
         .type = STR("EXPLORE"),
         .label = STR("Chart"),
         .reads = reads,
         .read_count = 2},
        {.id = STR("i-3"), .type = STR("COMPONENT_IMPORT"), .component = STR("c-1")}};
    struct notebook notebook = {
        .project_id = STR("p-1"), .cells = cells, .cell_count = 3, .is_complete = true};
    const struct node dataset = {NODE_KIND_DATASET, .project = STR("p-1"), .cell = STR("s-1")};
    const struct node table = {NODE_KIND_TABLE, .table = orders};
    struct column_pair pair = {table, STR("AMOUNT"), STR("amount")};
    struct edge edges[] = {
        {dataset, {NODE_KIND_PROJECT, .project = STR("p-1")}, EVIDENCE_SQL, NULL, 0, false},
        {table, dataset, EVIDENCE_SQL | EVIDENCE_QUERIED_TABLES, &pair, 1, true},
    };
    struct str import = STR("c-1");
    struct notebook_dataset analysed = {STR("s-1"), columns, 2, true};
    const struct queried_table queried[] = {{STR("d-1"), STR("Snowflake"), STR("DB.ORDERS")},
                                            {STR("d-1"), STR("Snowflake"), STR("DB.X")}};
    enum queried_reason reasons[] = {QUERIED_REASON_NONE, QUERIED_REASON_PYTHON};
    const struct notebook_edges found = {.reasons = reasons,
                                         .queried_count = 2,
                                         .edges = edges,
                                         .count = 2,
                                         .imports = &import,
                                         .import_count = 1,
                                         .datasets = &analysed,
                                         .dataset_count = 1};
    const struct run runs[] = {
        {STR("r-1"), STR("COMPLETED"), STR("API"), STR_NULL, NOW, NOW + 1500, 1500.4},
        {STR("r-2"), STR("PENDING"), STR("SCHEDULED"), STR_NULL, TIMESTAMP_NONE, TIMESTAMP_NONE,
         -1}};
    fixture_begin(f);
    OKAY(f, catalog_store_connections(f->catalog, f->source, &connection, 1, &f->err));
    OKAY(f, catalog_store_notebook(f->catalog, f->source, &notebook, STR("raw"), STR("mark"),
                                   NOW, &f->err));
    OKAY(f,
         catalog_store_queried_tables(f->catalog, f->source, STR("p-1"), queried, 2, &f->err));
    OKAY(f, catalog_store_edges(f->catalog, f->source, STR("p-1"), &found, &f->err));
    OKAY(f, catalog_store_runs(f->catalog, f->source, STR("p-1"), runs, 2, STR("m"), NOW,
                               &f->err));
    const struct catalog_source source = {.id = f->source, .name = STR("acme")};
    OKAY(f, catalog_update_source(f->catalog, &source, &f->err));
    fixture_commit(f);
}

#define TIME "\"2023-11-14T22:13:20.000Z\""

static const struct {
    const char *kind;
    const char *want;
} exports[] = {
    {"workspace", "{\"kind\":\"workspace\",\"id\":\"w-1\",\"host\":\"https://"
                  "app.hex.tech\",\"name\":\"acme\"}"
                  "\n"},
    {"connection", "{\"kind\":\"connection\",\"id\":\"d-1\",\"name\":\"Snowflake\",\"type\":"
                   "\"snowflake\",\"database\":\"DB\",\"schema\":null}\n"},
    {"project",
     "{\"kind\":\"project\",\"id\":\"c-1\",\"type\":\"COMPONENT\",\"state\":\"active\","
     "\"title\":\"Shared bits\",\"description\":null,"
     "\"url\":\"https://app.hex.tech/acme/hex/c-1/draft/"
     "logic\",\"owner\":null,\"creator\":null,"
     "\"status\":null,\"categories\":[],\"collections\":[],\"createdAt\":" TIME
     ",\"editedAt\":" TIME ",\"publishedAt\":null,\"archivedAt\":null,\"views\":{\"allTime\":"
     "null,\"last7\":null,\"last14\":null,\"last30\":null,\"lastViewedAt\":null},\"schedules\":"
     "[],\"lastRun\":null,\"imports\":[],\"detail\":\"listed\"}\n"
     "{\"kind\":\"project\",\"id\":\"p-1\",\"type\":\"PROJECT\",\"state\":\"active\","
     "\"title\":\"Revenue\",\"description\":\"\","
     "\"url\":\"https://app.hex.tech/acme/app/p-1/latest\",\"owner\":\"ann@example.com\","
     "\"creator\":null,\"status\":null,\"categories\":[\"Finance\",\"Zeta\"],\"collections\":["
     "\"Team \\\"A\\\"\"],\"createdAt\":" TIME ",\"editedAt\":" TIME ",\"publishedAt\":" TIME
     ",\"archivedAt\":null,\"views\":{\"allTime\":12,\"last7\":12,\"last14\":12,\"last30\":12,"
     "\"lastViewedAt\":null},\"schedules\":[{\"cadence\":\"DAILY\",\"enabled\":true,\"cron\":"
     "\"30 6 * * *\",\"timezone\":\"+05:30\"}],\"lastRun\":{\"id\":\"r-2\",\"status\":"
     "\"PENDING\",\"trigger\":\"SCHEDULED\",\"startedAt\":null,\"endedAt\":null},\"imports\":["
     "\"c-1\"],\"detail\":\"full\"}\n"},
    {"cell",
     "{\"kind\":\"cell\",\"project\":\"p-1\",\"id\":\"s-1\",\"type\":\"SQL\",\"label\":null,"
     "\"position\":0,\"parent\":null,\"connection\":\"d-1\",\"source\":\"select * from "
     "orders\","
     "\"dataframe\":\"df\",\"component\":null,\"reads\":[],\"error\":null}\n"
     "{\"kind\":\"cell\",\"project\":\"p-1\",\"id\":\"a-2\",\"type\":\"EXPLORE\",\"label\":"
     "\"Chart\",\"position\":1,\"parent\":null,\"connection\":null,\"source\":null,"
     "\"dataframe\":null,\"component\":null,\"reads\":[{\"dataframe\":\"df\",\"columns\":["
     "\"amount\",\"day\"]},{\"table\":{\"connection\":\"d-1\",\"database\":\"DB\",\"schema\":"
     "null,\"name\":\"ORDERS\"},\"columns\":[]}],\"error\":null}\n"
     "{\"kind\":\"cell\",\"project\":\"p-1\",\"id\":\"i-3\",\"type\":\"COMPONENT_IMPORT\","
     "\"label\":null,\"position\":2,\"parent\":null,\"connection\":null,\"source\":null,"
     "\"dataframe\":null,\"component\":\"c-1\",\"reads\":[],\"error\":null}\n"},
    {"dataset", "{\"kind\":\"dataset\",\"project\":\"p-1\",\"cell\":\"s-1\",\"name\":\"df\","
                "\"columns\":[{\"name\":\"amount\",\"type\":null},{\"name\":\"day\",\"type\":"
                "null}],\"partial\":true}\n"},
    {"table", "{\"kind\":\"table\",\"connection\":\"d-1\",\"database\":\"DB\",\"schema\":null,"
              "\"name\":\"ORDERS\"}\n"},
    {"edge",
     "{\"kind\":\"edge\",\"from\":{\"table\":{\"connection\":\"d-1\",\"database\":\"DB\","
     "\"schema\":null,\"name\":\"ORDERS\"}},\"to\":{\"dataset\":{\"project\":\"p-1\",\"cell\":"
     "\"s-1\"}},\"evidence\":[\"sql\",\"queried_tables\"],\"columns\":[{\"from\":{\"table\":{"
     "\"connection\":\"d-1\",\"database\":\"DB\",\"schema\":null,\"name\":\"ORDERS\"},"
     "\"column\":\"AMOUNT\"},\"to\":\"amount\"}],\"partial\":true}\n"
     "{\"kind\":\"edge\",\"from\":{\"dataset\":{\"project\":\"p-1\",\"cell\":\"s-1\"}},\"to\":{"
     "\"project\":\"p-1\"},\"evidence\":[\"sql\"],\"columns\":[],\"partial\":false}\n"},
    {"run", "{\"kind\":\"run\",\"project\":\"p-1\",\"id\":\"r-1\",\"status\":\"COMPLETED\","
            "\"trigger\":"
            "\"API\",\"startedAt\":" TIME
            ",\"endedAt\":\"2023-11-14T22:13:21.500Z\",\"elapsedMs\":1500}"
            "\n{\"kind\":\"run\",\"project\":\"p-1\",\"id\":\"r-2\",\"status\":\"PENDING\","
            "\"trigger\":"
            "\"SCHEDULED\",\"startedAt\":null,\"endedAt\":null,\"elapsedMs\":null}\n"},
};

static void test_export(void **state)
{
    struct fixture *f = *state;
    struct buf all;
    buf_init(&all, (size_t)1 << 20);
    store_everything(f);
    for (size_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++) {
        assert_string_equal(query_export_kinds[i], exports[i].kind);
        assert_string_equal(fixture_export(f, exports[i].kind), exports[i].want);
        (void)buf_append_cstr(&all, exports[i].want);
    }
    assert_null(query_export_kinds[sizeof(exports) / sizeof(exports[0])]);
    assert_string_equal(fixture_export(f, NULL), buf_cstr(&all));
    buf_free(&all);
}

static void test_export_of_unknown_kind(void **state)
{
    struct fixture *f = *state;
    struct buf text;
    buf_init(&text, 1000);
    assert_int_equal(query_export(f->catalog, "cats", fixture_collect, &text, &f->err),
                     ERR_CONFIG);
    assert_string_equal(f->err.message, "the export knows no 'cats'");
    buf_free(&text);
}

/* ---- tables for people ---- */

static enum status take_row(void *ctx, const struct str *cells, size_t count, struct error *err)
{
    struct buf *out = ctx;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(out, "%s%.*s", i > 0 ? "|" : "",
                         STR_ARG(str_is_null(cells[i]) ? STR("-") : cells[i]));
    }
    return buf_append_char(out, '\n');
}

static const struct query_kind *kind_of(const char *name)
{
    for (size_t i = 0; i < query_kind_count; i++) {
        if (strcmp(query_kinds[i].name, name) == 0) {
            return &query_kinds[i];
        }
    }
    fail_msg("no kind %s", name);
    return NULL;
}

static const struct {
    const char *kind;
    const char *id;
    const char *search;
    const char *want;
} shown[] = {
    {"projects", NULL, NULL,
     "Revenue|active|ann@example.com|-|12|2023-11-14T22:13:20.000Z|2023-11-14T22:13:20."
     "000Z|3|1|1|full|"
     "Zeta, Finance|-|1 of 2|DB.X (Python code names it)|p-1\n"},
    {"projects", "Revenue", NULL,
     "Revenue|active|ann@example.com|-|12|2023-11-14T22:13:20.000Z|2023-11-14T22:13:20."
     "000Z|3|1|1|full|"
     "Zeta, Finance|-|1 of 2|DB.X (Python code names it)|p-1\n"},
    {"components", NULL, NULL,
     "Shared bits|active|-|-|1|2023-11-14T22:13:20.000Z|0|0|listed|c-1\n"},
    {"components", NULL, "shared BI",
     "Shared bits|active|-|-|1|2023-11-14T22:13:20.000Z|0|0|"
     "listed|c-1\n"},
    {"cells", "s-1", NULL, "Revenue|0|SQL|-|df|-|select * from orders|Snowflake|-|s-1|p-1\n"},
    {"cells", NULL, "from ord",
     "Revenue|0|SQL|-|df|-|select * from orders|Snowflake|-|s-1|p-1\n"},
    {"datasets", "DF", NULL, "df|Revenue|SQL|2|1|0|12|Snowflake|s-1|p-1|amount, day|partial\n"},
    {"tables", NULL, NULL, "DB.ORDERS|Snowflake|1|1|0|d-1\n"},
    {"tables", "orders", "db", "DB.ORDERS|Snowflake|1|1|0|d-1\n"},
    {"tags", NULL, NULL, "Finance|category|1|money\nZeta|category|1|-\n"},
    {"connections", NULL, NULL, "Snowflake|snowflake|DB|-|1|1|d-1|-\n"},
    {"collections", NULL, NULL, "Team \"A\"|1|-|-|-\n"},
    {"runs", NULL, NULL,
     "Revenue|PENDING|SCHEDULED|-|-|-|r-2|p-1\n"
     "Revenue|COMPLETED|API|2023-11-14T22:13:20.000Z|2023-11-14T22:13:21.500Z|2|r-1|p-1\n"},
    {"users", NULL, NULL, ""},
    {"groups", NULL, NULL, ""},
};

static void test_show(void **state)
{
    struct fixture *f = *state;
    struct buf got;
    buf_init(&got, 65536);
    store_everything(f);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        const struct query_filter filter = {.id = str_from(shown[i].id),
                                            .search = str_from(shown[i].search)};
        buf_clear(&got);
        OKAY(f,
             query_show(f->catalog, kind_of(shown[i].kind), &filter, take_row, &got, &f->err));
        assert_string_equal(buf_cstr(&got), shown[i].want);
    }
    buf_free(&got);
}

static void test_every_kind_can_be_narrowed(void **state)
{
    struct fixture *f = *state;
    struct buf got;
    buf_init(&got, 65536);
    store_everything(f);
    for (size_t i = 0; i < query_kind_count; i++) {
        const struct query_filter filter = {
            .id = STR("nobody's"), .search = STR("x"), .limit = 1};
        assert_int_equal(
            query_show(f->catalog, &query_kinds[i], &filter, take_row, &got, &f->err),
            ERR_NOT_FOUND);
    }
    const struct query_filter one = {.id = STR_NULL, .limit = 1};
    OKAY(f, query_show(f->catalog, kind_of("runs"), &one, take_row, &got, &f->err));
    assert_string_equal(buf_cstr(&got), "Revenue|PENDING|SCHEDULED|-|-|-|r-2|p-1\n");
    buf_free(&got);
}

/* None of it may be read as the search language of the database. */
static const char *const hostile[] = {
    "",      " ",          "\"",       "a\"b",     "\"\"\"",       "AND",   "NOT (",
    "a OR",  "label:x",    "^a",       "*",        "a*b*",         "NEAR(", "-x",
    "{a b}", "'; DROP --", "%s %n %d", "\xFF\xFE", "\xE2\x80\xA6", "+",     "a\tb\nc",
};

static void test_search_with_hostile_text(void **state)
{
    struct fixture *f = *state;
    struct buf got;
    buf_init(&got, 65536);
    store_everything(f);
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const struct query_filter filter = {.id = STR_NULL, .search = str_from(hostile[i])};
        for (size_t j = 0; j < query_kind_count; j++) {
            OKAY(f, query_show(f->catalog, &query_kinds[j], &filter, take_row, &got, &f->err));
        }
    }
    buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_export, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_export_of_unknown_kind, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_show, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_every_kind_can_be_narrowed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_search_with_hostile_text, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
