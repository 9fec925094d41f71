#include "app/config.h"
#include "app/config_table.h"
#include "io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char minimal[] = "source:\n"
                              "  type: hex\n"
                              "  serviceName: hex_prod\n"
                              "  serviceConnection:\n"
                              "    config: {hostPort: app.hex.tech, token: hxtp_0123456789}\n";

static void load(const char *text, struct config *config)
{
    struct error err = ERROR_INIT;
    const struct config_source source = {.path = "etc/hex.yaml", .text = str_from(text)};
    if (config_load(&source, config, &err) != OK) {
        fail_msg("%s", err.message);
    }
}

static void test_every_field_has_its_default(void **state)
{
    (void)state;
    struct config config;
    load(minimal, &config);
    assert_true(str_is(config.host_url, "https://app.hex.tech"));
    assert_true(str_is(config.api_url, "https://app.hex.tech/api/v1"));
    assert_false(config.is_http);
    assert_true(str_is(config.token, "hxtp_0123456789"));
    assert_int_equal(config.token_type, CONFIG_TOKEN_PERSONAL);
    assert_true(str_is_null(config.ca_file));
    assert_int_equal(config.requests_per_minute, 60);
    assert_int_equal(config.requests_per_hour, 1800);
    assert_int_equal(config.retry_budget_seconds, 900);
    assert_true(str_is(config.service_name, "hex_prod"));
    assert_true(str_is_null(config.workspace));
    assert_int_equal(config.version, CONFIG_VERSION_DRAFT);
    assert_int_equal(config.details, CONFIG_DETAILS_FULL);
    assert_false(config.include_archived || config.include_outputs || config.include_owners);
    assert_true(config.include_tags);
    assert_false(config.allow_empty);
    assert_int_equal(config.refresh_after_days, 7);
    assert_null(config.dashboard_filter);
    assert_null(config.project_filter);
    assert_int_equal(config.connection_count, 0);
    assert_string_equal(config.catalog.p, "etc/hex.catalog.db");
    assert_int_equal(config.sink, CONFIG_SINK_CATALOG);
    assert_int_equal(config_log_level(&config), LOG_LEVEL_INFO);
    assert_int_equal(config.success_threshold, 90);
    assert_true(config.raise_on_error);
    assert_int_equal(config.warnings.count, 0);
    config_free(&config);
}

static void test_every_field_can_be_set(void **state)
{
    (void)state;
    struct config config;
    load("source:\n"
         "  type: Hex\n"
         "  serviceName: acme\n"
         "  serviceConnection:\n"
         "    config:\n"
         "      {hostPort: 'http://localhost:1/api', tokenType: workspace, token: hxtw_1,\n"
         "       includeTags: false}\n"
         "  sourceConfig:\n"
         "    config:\n"
         "      includeOwners: true\n"
         "      dashboardFilterPattern: {includes: [fin]}\n"
         "      projectFilterPattern: {excludes: [tmp]}\n"
         "sink: {type: metadata-rest}\n"
         "workflowConfig: {loggerLevel: WARN, raiseOnError: no, successThreshold: 0}\n"
         "hexmeta:\n"
         "  {catalog: /var/x.db, workspace: acme, version: published, details: listing,\n"
         "   requestsPerMinute: 0, requestsPerHour: 0, retryBudgetSeconds: 0,\n"
         "   includeArchived: yes, includeOutputs: on, refreshAfterDays: 30,\n"
         "   allowEmpty: true,\n"
         "   connections: {Snow: {service: s, database: d, schema: c}, '7': {schema: x}}}\n",
         &config);
    assert_true(str_is(config.host_url, "http://localhost:1"));
    assert_true(config.is_http);
    assert_int_equal(config.token_type, CONFIG_TOKEN_WORKSPACE);
    assert_int_equal(config.requests_per_minute, 0);
    assert_int_equal(config.requests_per_hour, 0);
    assert_int_equal(config.retry_budget_seconds, 0);
    assert_true(str_is(config.workspace, "acme"));
    assert_int_equal(config.version, CONFIG_VERSION_PUBLISHED);
    assert_int_equal(config.details, CONFIG_DETAILS_LISTING);
    assert_true(config.include_archived && config.include_outputs && config.include_owners);
    assert_false(config.include_tags);
    assert_true(config.allow_empty);
    assert_int_equal(config.refresh_after_days, 30);
    assert_string_equal(config.catalog.p, "/var/x.db");
    assert_int_equal(config.sink, CONFIG_SINK_METADATA_REST);
    assert_int_equal(config_log_level(&config), LOG_LEVEL_WARNING);
    assert_int_equal(config.success_threshold, 0);
    assert_false(config.raise_on_error);

    assert_int_equal(config.connection_count, 2);
    assert_true(str_is(config.connections[0].key, "Snow"));
    assert_true(str_is(config.connections[0].service, "s"));
    assert_true(str_is(config.connections[0].database, "d"));
    assert_true(str_is(config.connections[0].schema, "c"));
    assert_true(str_is(config.connections[1].key, "7"));
    assert_true(str_is_null(config.connections[1].database));

    config_free(&config);
}

static void test_all_filters_must_agree(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        const char *owner;
        const char *status;
        struct str categories[2];
        struct str collections[2];
        size_t category_count;
        size_t collection_count;
        bool is_wanted;
    } cases[] = {
        {"Fin", "ann@acme.io", "Done", {STR("KPI")}, {STR("X")}, 1, 1, true},
        {"Ops", "ann@acme.io", "Done", {STR("KPI")}, {STR("X")}, 1, 1, false},
        {"Fin", "bob@acme.io", "Done", {STR("KPI")}, {STR("X")}, 1, 1, false},
        {"Fin", "ANN@ACME.IO", "done", {STR("Old"), STR("kpi")}, {STR("X")}, 2, 1, true},
        {"Fin", "ann@acme.io", "Draft", {STR("KPI")}, {STR("X")}, 1, 1, false},
        {"Fin", "ann@acme.io", "Done", {STR("Old")}, {STR("X")}, 1, 1, false},
        /* Included is what has one of the names; left out what has one of them. */
        {"Fin", "ann@acme.io", "Done", {STR("KPI")}, {STR("X"), STR("tmp")}, 1, 2, false},
        /* Without: a collection is not needed, nor a status that is only left out. */
        {"Fin", "ann@acme.io", NULL, {STR("KPI")}, {STR_NULL}, 1, 0, true},
        {"Fin", NULL, "Done", {STR("KPI")}, {STR("X")}, 1, 1, false},
        {"Fin", "ann@acme.io", "Done", {STR_NULL}, {STR("X")}, 0, 1, false},
    };
    char text[2048];
    struct config config;
    (void)snprintf(text, sizeof(text),
                   "%s  sourceConfig:\n"
                   "    config:\n"
                   "      dashboardFilterPattern: {includes: [fin]}\n"
                   "      projectFilterPattern: {excludes: [tmp]}\n"
                   "hexmeta:\n"
                   "  ownerFilterPattern: {includes: ['ann@']}\n"
                   "  categoryFilterPattern: {includes: [kpi]}\n"
                   "  statusFilterPattern: {excludes: [draft]}\n",
                   minimal);
    load(text, &config);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct config_candidate candidate = {
            .title = str_from(cases[i].title),
            .owner = str_from(cases[i].owner),
            .status = str_from(cases[i].status),
            .categories = cases[i].categories,
            .category_count = cases[i].category_count,
            .collections = cases[i].collections,
            .collection_count = cases[i].collection_count,
        };
        if (config_wants_project(&config, &candidate) != cases[i].is_wanted) {
            fail_msg("case %zu", i);
        }
    }
    config_free(&config);
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    struct config config;
    struct error err = ERROR_INIT;
    struct config_source source = {.path = "/nonexistent/hex.yaml"};
    assert_int_equal(config_load(&source, &config, &err), ERR_IO);
    assert_non_null(strstr(err.message, "/nonexistent/hex.yaml: No such file"));
    config_free(&config);
    source.path = "/";
    assert_int_equal(config_load(&source, &config, &err), ERR_IO);
    config_free(&config);

    /* A database or a log by mistake: not read to its end. */
    source.path = "/dev/zero";
    assert_int_equal(config_load(&source, &config, &err), ERR_IO);
    assert_non_null(strstr(err.message, "/dev/zero is larger than 1 MiB: is it the right"));
    config_free(&config);
}

/* What `config show` prints is a configuration that means the same. */
static void test_effective_settings_read_back_the_same(void **state)
{
    (void)state;
    struct config config;
    struct config again;
    struct buf first;
    struct buf second;
    struct error err = ERROR_INIT;
    static const char *const token[] = {"source.serviceConnection.config.token=hxtp_x"};
    buf_init(&first, 100000);
    buf_init(&second, 100000);
    load("source:\n"
         "  type: hex\n"
         "  serviceName: 'yes'\n"
         "  serviceConnection: {config: {hostPort: app.hex.tech, token: hxtp_x}}\n"
         "  sourceConfig: {config: {dashboardFilterPattern: {includes: ['^a\\d\"', '~']}}}\n"
         "hexmeta:\n"
         "  catalog: \"/x/\\u202e\\x7f \\xe4.db\"\n"
         "  connections: {'a: b': {database: '1', schema: \"\"}}\n",
         &config);
    config_write_effective(&config, &first);
    const struct config_source source = {
        .path = "etc/hex.yaml", .text = buf_str(&first), .sets = token, .set_count = 1};
    assert_int_equal(config_load(&source, &again, &err), OK);
    config_write_effective(&again, &second);
    assert_string_equal(buf_cstr(&first), buf_cstr(&second));
    assert_true(str_eq(config.catalog, again.catalog));
    assert_true(str_eq(config.service_name, again.service_name));
    assert_true(str_eq(config.connections[0].schema, again.connections[0].schema));
    const struct config_candidate candidate = {.title = STR("A1\"")};
    assert_true(config_wants_project(&again, &candidate));
    buf_free(&first);
    buf_free(&second);
    config_free(&config);
    config_free(&again);
}

/* The table is what everything else trusts. */
static void test_table_is_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < config_table_count; i++) {
        const struct config_setting *setting = &config_table[i];
        struct str path = str_from(setting->path);
        assert_non_null(setting->help);
        assert_int_equal(config_table_find(path), i); /* no path twice */
        assert_false(config_table_is_section(path));
        assert_true(!setting->is_required || setting->example != NULL);
        assert_true(setting->type != CONFIG_TYPE_CHOICE || setting->choices != NULL);

        /* Rows of a section stand together. */
        for (size_t dot = 0; dot < path.n; dot++) {
            struct str section = str_sub(path, 0, dot);
            size_t first = i;
            while (path.p[dot] == '.' && first > 0 &&
                   !str_is_null(config_table_part(&config_table[first - 1], section))) {
                first--;
            }
            for (size_t k = 0; k < first && path.p[dot] == '.'; k++) {
                assert_true(str_is_null(config_table_part(&config_table[k], section)));
            }
        }
    }
    assert_true(str_is(config_table_choice("a|b", 1), "b"));
    assert_true(str_is_null(config_table_choice("a|b", 2)));
}

static void test_schema_and_page_name_every_setting(void **state)
{
    (void)state;
    struct buf text;
    struct json *schema = NULL;
    struct error err = ERROR_INIT;
    buf_init(&text, 1000000);
    config_write_schema(&text);
    assert_int_equal(json_parse(buf_str(&text), &json_limits_default, &schema, &err), OK);
    for (size_t i = 0; i < config_table_count; i++) {
        const struct json *at = schema;
        struct str section = STR("");
        struct str part = config_table_part(&config_table[i], section);
        size_t end = 0;
        while (!str_is_null(part)) {
            const char *key = strndup(part.p, part.n);
            at = str_is(part, "*") ? json_get(at, "additionalProperties")
                                   : json_path(at, "properties", key, NULL);
            free((void *)(uintptr_t)key);
            end += (end > 0 ? 1 : 0) + part.n;
            section = str_from_n(config_table[i].path, end);
            part = config_table_part(&config_table[i], section);
        }
        if (json_is_null(json_get(at, "description"))) {
            fail_msg("%s is missing", config_table[i].path);
        }
    }
    json_free(schema);
    buf_clear(&text);
    config_write_markdown(&text);
    assert_non_null(strstr(buf_cstr(&text), "| `requestsPerMinute` | whole number, 0 to 100000 "
                                            "| `60` |"));
    buf_free(&text);
}

/* The page in docs/ is generated: hexmeta's own words must not go stale. */
static void test_page_in_docs_is_current(void **state)
{
    (void)state;
    struct buf want;
    struct buf got;
    char chunk[4096];
    buf_init(&want, 1000000);
    buf_init(&got, 1000000);
    config_write_markdown(&want);
    FILE *file = fopen(DOCS_FOLDER "/configuration.md", "rb");
    assert_non_null(file);
    for (size_t n = fread(chunk, 1, sizeof(chunk), file); n > 0;
         n = fread(chunk, 1, sizeof(chunk), file)) {
        (void)buf_append(&got, chunk, n);
    }
    (void)fclose(file);
    if (strcmp(buf_cstr(&want), buf_cstr(&got)) != 0) {
        fail_msg("docs/configuration.md is not what config_write_markdown writes; run this "
                 "test with CONFIGURATION_PAGE=docs/configuration.md to write it");
    }
    buf_free(&want);
    buf_free(&got);
}

/* With the variable set, the page is written instead of compared. */
static int write_page(const char *path)
{
    struct buf page;
    buf_init(&page, 1000000);
    config_write_markdown(&page);
    FILE *file = fopen(path, "wb");
    bool is_written = file != NULL && fwrite(page.data, 1, page.size, file) == page.size;
    if (file != NULL) {
        is_written = fclose(file) == 0 && is_written;
    }
    buf_free(&page);
    return is_written ? 0 : 1;
}

int main(void)
{
    if (getenv("CONFIGURATION_PAGE") != NULL) {
        return write_page(getenv("CONFIGURATION_PAGE"));
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_has_its_default),
        cmocka_unit_test(test_every_field_can_be_set),
        cmocka_unit_test(test_all_filters_must_agree),
        cmocka_unit_test(test_files_that_cannot_be_read),
        cmocka_unit_test(test_effective_settings_read_back_the_same),
        cmocka_unit_test(test_table_is_in_order),
        cmocka_unit_test(test_schema_and_page_name_every_setting),
        cmocka_unit_test(test_page_in_docs_is_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
