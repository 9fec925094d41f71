#include "hex/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "0198c0de-0000-7000-8000-000000000001"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;
static struct json *document;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_free(document);
    document = NULL;
    arena_free(&arena);
    return 0;
}

static const struct json *parse(const char *text)
{
    struct error err = ERROR_INIT;
    json_free(document);
    document = NULL;
    if (json_parse(str_from(text), &json_limits_default, &document, &err) != OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return document;
}

static void assert_str(struct str got, const char *want)
{
    if (!str_eq(got, str_from(want))) {
        fail_msg("want '%s', got '%.*s'", want != NULL ? want : "(null)", STR_ARG(got));
    }
}

static struct decoded_projects projects(const char *text)
{
    struct decoded_projects page;
    struct error err = ERROR_INIT;
    if (decode_projects(parse(text), &arena, &page, &err) != OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return page;
}

/* ---- projects ---- */

static void test_project(void **state)
{
    struct decoded_projects page = projects(
        "{\"values\":[{\"id\":\"0198C0DE-0000-7000-8000-000000000001\",\"title\":\"Revenue\","
        "\"description\":\"\",\"type\":\"COMPONENT\",\"creator\":{\"email\":\"c@x.io\"},"
        "\"owner\":{\"email\":\"O@x.io\"},\"status\":{\"name\":\"Ready\"},"
        "\"categories\":[{\"name\":\"KPI\",\"description\":\"d\"},{\"name\":\"\"}],"
        "\"reviews\":{\"required\":true},"
        "\"analytics\":{\"appViews\":{\"allTime\":12,\"lastSevenDays\":3,"
        "\"lastFourteenDays\":5,\"lastThirtyDays\":7},"
        "\"lastViewedAt\":\"1970-01-01T00:00:05Z\","
        "\"publishedResultsUpdatedAt\":\"1970-01-01T00:00:06.000Z\"},"
        "\"lastEditedAt\":\"1970-01-01T00:00:01.500Z\",\"lastPublishedAt\":null,"
        "\"createdAt\":\"1970-01-01T00:00:01Z\",\"archivedAt\":\"1970-01-01T00:00:02Z\","
        "\"schedules\":[{\"cadence\":\"WEEKLY\",\"enabled\":true,\"daily\":null,"
        "\"weekly\":{\"timezone\":\"+05:30\",\"dayOfWeek\":\"MONDAY\",\"hour\":6,"
        "\"minute\":30}}],"
        "\"sharing\":{\"users\":[{\"user\":{\"email\":\"u@x.io\"},\"access\":\"CAN_VIEW\"}],"
        "\"groups\":[{\"group\":{\"name\":\"G\"},\"access\":\"CAN_EDIT\"}],"
        "\"collections\":[{\"collection\":{\"name\":\"Finance\"},\"access\":\"NEW\"}],"
        "\"workspace\":{\"access\":\"NONE\"},\"publicWeb\":{\"access\":\"NONE\"},"
        "\"support\":{\"access\":\"NONE\"}},\"never_seen\":[1]}],"
        "\"pagination\":{\"after\":\"abc\",\"before\":\"x\"}}");
    const struct project *project = &page.items[0];
    (void)state;
    assert_int_equal(page.count, 1);
    assert_str(page.next, "abc");
    assert_str(project->id, ID);
    assert_str(project->title, "Revenue");
    assert_str(project->description, "");
    assert_int_equal(project->type, PROJECT_TYPE_COMPONENT);
    assert_int_equal(project->state, PROJECT_STATE_ARCHIVED);
    assert_str(project->owner, "O@x.io");
    assert_str(project->creator, "c@x.io");
    assert_str(project->status, "Ready");
    assert_int_equal(project->category_count, 1);
    assert_str(project->categories[0].description, "d");
    assert_true(project->reviews_required);
    assert_int_equal(project->views.all_time, 12);
    assert_int_equal(project->views.last_30_days, 7);
    assert_int_equal(project->views.last_viewed_ms, 5000);
    assert_int_equal(project->results_updated_ms, 6000);
    assert_int_equal(project->edited_ms, 1500);
    assert_true(project->published_ms == TIMESTAMP_NONE);
    assert_int_equal(project->schedule_count, 1);
    assert_str(project->schedules[0].cron, "30 6 * * 1");
    assert_str(project->schedules[0].timezone, "+05:30");
    assert_int_equal(project->share_count, 6);
    assert_int_equal(project->shares[2].kind, SHARE_KIND_COLLECTION);
    assert_str(project->shares[2].name, "Finance");
    assert_str(project->shares[2].access, "NEW");
}

/* Whatever a member is instead of what it should be, it is "unknown". */
static void test_members_of_wrong_types(void **state)
{
    static const char *const odd[] = {"null", "1", "\"text\"", "[]", "{}", "[[1]]", "true"};
    static const char *const keys[] = {"title",     "description", "type",         "creator",
                                       "owner",     "status",      "categories",   "reviews",
                                       "analytics", "schedules",   "lastEditedAt", "sharing"};
    (void)state;
    for (size_t k = 0; k < COUNT(keys); k++) {
        for (size_t o = 0; o < COUNT(odd); o++) {
            struct str text;
            assert_int_equal(arena_printf(&arena, &text,
                                          "{\"values\":[{\"id\":\"" ID "\",\"%s\":%s}]}",
                                          keys[k], odd[o]),
                             OK);
            struct decoded_projects page = projects(text.p);
            assert_int_equal(page.count, 1);
            assert_int_equal(page.items[0].category_count, 0);
            assert_int_equal(page.items[0].share_count, 0);
            assert_true(str_is_null(page.items[0].owner));
            assert_true(page.items[0].views.all_time == -1);
            assert_int_equal(page.items[0].state, PROJECT_STATE_ACTIVE);
            assert_true(page.items[0].edited_ms == TIMESTAMP_NONE);
        }
    }
}

static void test_entries_without_a_usable_id(void **state)
{
    struct decoded_projects page =
        projects("{\"values\":[null,1,\"x\",[],{},{\"id\":null},{\"id\":\"\"},"
                 "{\"id\":\"two words\"},{\"id\":\"../../0198c0de-0000-7000-8000-0000\"},"
                 "{\"id\":\"" ID "\"}],\"pagination\":{\"after\":null}}");
    (void)state;
    assert_int_equal(page.count, 1);
    assert_int_equal(page.skipped, 9);
    assert_true(str_is_null(page.next));
}

/* Hex promises UUIDs; servers that stand in for it have shorter names for things. */
static void test_ids_that_are_no_uuids(void **state)
{
    static const struct {
        const char *id;
        bool is_usable;
    } cases[] = {
        {"project-1", true},
        {"0042", true},
        {"a_b.C", true},
        {"-1", false},
        {".", false},
        {"a/b", false},
        {"a?b", false},
        {"a\xC3\xA9", false},
        {"a\\u0000b", false},
        {"a23456789012345678901234567890123456789012345678901234567890", true},
        {"a234567890123456789012345678901234567890123456789012345678901", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text;
        assert_int_equal(
            arena_printf(&arena, &text, "{\"values\":[{\"id\":\"%s\"}]}", cases[i].id), OK);
        struct decoded_projects page = projects(text.p);
        assert_int_equal(page.count, cases[i].is_usable);
        if (cases[i].is_usable) {
            assert_str(page.items[0].id, cases[i].id);
        }
    }
}

static void test_numbers_and_times_as_others_write_them(void **state)
{
    struct decoded_projects page = projects(
        "{\"values\":[{\"id\":\"" ID "\",\"lastEditedAt\":\"1970-01-01T00:00:01.5\","
        "\"createdAt\":\"1970-01-01T02:00:01+02:00\",\"lastPublishedAt\":\"yesterday\","
        "\"analytics\":{\"appViews\":{\"allTime\":\"12\",\"lastSevenDays\":\"-1\","
        "\"lastThirtyDays\":\"99999999999999999999\"}},"
        "\"schedules\":[{\"cadence\":\"DAILY\",\"daily\":{\"timezone\":\"Z\","
        "\"hour\":\"6\",\"minute\":\"05\"}}]}]}");
    const struct project *project = &page.items[0];
    (void)state;
    assert_true(project->edited_ms == 1500);
    assert_true(project->created_ms == 1000);
    assert_true(project->published_ms == TIMESTAMP_NONE);
    assert_true(project->views.all_time == 12);
    assert_true(project->views.last_7_days == -1);
    assert_true(project->views.last_30_days == -1);
    assert_str(project->schedules[0].cron, "5 6 * * *");
}

/* That it was archived is certain, even if when is not. */
static void test_a_state_whose_time_cannot_be_read(void **state)
{
    struct decoded_projects page =
        projects("{\"values\":[{\"id\":\"" ID "\",\"archivedAt\":\"last year\"},"
                 "{\"id\":\"p\",\"archivedAt\":\"\",\"trashedAt\":null}]}");
    (void)state;
    assert_int_equal(page.items[0].state, PROJECT_STATE_ARCHIVED);
    assert_int_equal(page.items[1].state, PROJECT_STATE_ACTIVE);
}

/* Neither a place to go on at nor an end: what was known would be taken for deleted. */
static void test_a_cursor_that_is_no_text(void **state)
{
    static const char *const cursors[] = {"17", "false", "{}", "[\"a\"]"};
    (void)state;
    for (size_t i = 0; i < COUNT(cursors); i++) {
        struct decoded_projects page;
        struct error err = ERROR_INIT;
        struct str text;
        assert_int_equal(arena_printf(&arena, &text,
                                      "{\"values\":[],\"pagination\":{\"after\":%s}}",
                                      cursors[i]),
                         OK);
        assert_int_equal(decode_projects(parse(text.p), &arena, &page, &err), ERR_PARSE);
        assert_non_null(strstr(err.message, "no usable cursor"));
    }
}

static void test_trashed_wins_over_archived(void **state)
{
    struct decoded_projects page =
        projects("{\"values\":[{\"id\":\"" ID "\",\"archivedAt\":\"2024-01-01T00:00:00Z\","
                 "\"trashedAt\":\"2024-01-02T00:00:00Z\"}]}");
    (void)state;
    assert_int_equal(page.items[0].state, PROJECT_STATE_TRASHED);
}

static void test_listing_hash_is_of_what_was_said_not_of_its_order(void **state)
{
    uint64_t first = projects("{\"values\":[{\"id\":\"" ID "\",\"title\":\"a\",\"x\":{\"b\":1,"
                              "\"c\":2}}]}")
                         .items[0]
                         .listing_hash;
    (void)state;
    assert_true(first == projects("{\"values\": [ {\"x\":{\"c\":2,\"b\":1}, \"title\":\"a\","
                                  "\"id\":\"" ID "\"}]}")
                             .items[0]
                             .listing_hash);
    assert_false(first == projects("{\"values\":[{\"id\":\"" ID "\",\"title\":\"a\",\"x\":{"
                                   "\"b\":1,\"c\":3}}]}")
                              .items[0]
                              .listing_hash);
}

static void test_answers_that_are_no_page(void **state)
{
    static const struct {
        const char *text;
        const char *want; /* in the message */
    } cases[] = {
        {"{}", "is an object:"},
        {"[]", "is a list:"},
        {"{\"reason\":\"no\",\"traceId\":\"t\"}", "is an object with reason, traceId:"},
        {"{\"values\":null}", "is an object with values:"},
        {"{\"values\":{\"id\":\"" ID "\"}}", "is an object with values:"},
        {"{\"\\u001b[31m\":1}", "\\x1b"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct decoded_projects page;
        struct error err = ERROR_INIT;
        assert_int_equal(decode_projects(parse(cases[i].text), &arena, &page, &err), ERR_PARSE);
        if (strstr(err.message, cases[i].want) == NULL) {
            fail_msg("%s: %s", cases[i].text, err.message);
        }
    }
}

/* GET /projects/{id} gives what an entry of the list is, and means the same. */
static void test_one_project(void **state)
{
    static const char text[] = "{\"id\":\"" ID "\",\"title\":\"Revenue\",\"trashedAt\":"
                               "\"2026-01-02T00:00:00.000Z\"}";
    char page[512];
    struct project project;
    struct error err = ERROR_INIT;
    (void)state;
    (void)snprintf(page, sizeof(page), "{\"values\":[%s]}", text);
    uint64_t hash = projects(page).items[0].listing_hash;
    assert_int_equal(decode_project(parse(text), &arena, &project, &err), OK);
    assert_str(project.id, ID);
    assert_str(project.title, "Revenue");
    assert_int_equal(project.state, PROJECT_STATE_TRASHED);
    assert_true(project.listing_hash == hash);
    assert_int_equal(decode_project(parse("{\"id\":\"x y\"}"), &arena, &project, &err),
                     ERR_PARSE);
    assert_int_equal(decode_project(parse("[]"), &arena, &project, &err), ERR_PARSE);
}

static void test_out_of_memory(void **state)
{
    struct arena small;
    struct decoded_projects page;
    struct error err = ERROR_INIT;
    (void)state;
    arena_init(&small, 64);
    assert_int_equal(
        decode_projects(parse("{\"values\":[{\"id\":\"" ID "\"}]}"), &small, &page, &err),
        ERR_NOMEM);
    arena_free(&small);
}

/* ---- lists ---- */

static void test_connections_in_both_shapes(void **state)
{
    static const struct {
        const char *id;
        const char *type;
        const char *database;
        const char *schema;
    } want[] = {
        {"c1", "snowflake", NULL, NULL},  {"c2", "snowflake", "DB", "PUBLIC"},
        {"c3", "bigquery", "acme", NULL}, {"c4", "trino", "hive", "web"},
        {"c5", "odd", NULL, NULL},
    };
    struct data_connection *items = NULL;
    size_t count = 0;
    size_t capacity = 0;
    struct str next;
    struct error err = ERROR_INIT;
    (void)state;
    const struct json *page =
        parse("{\"values\":[{\"id\":\"c1\",\"name\":\"A\",\"type\":\"snowflake\"},"
              "{\"id\":\"c2\",\"name\":\"B\",\"type\":\"Snowflake\",\"connectionDetails\":"
              "{\"other\":null,\"snowflake\":{\"database\":\"DB\",\"schema\":\"PUBLIC\"}}},"
              "{\"id\":\"c3\",\"name\":\"C\",\"type\":\"bigquery\",\"connectionDetails\":"
              "{\"bigquery\":{\"projectId\":\"acme\"}}},{\"name\":\"no id\"},"
              "{\"id\":\"c4\",\"type\":\"trino\",\"connectionDetails\":{\"other\":{\"catalog\":"
              "\"wrong\"},\"trino\":{\"catalog\":\"hive\",\"schema\":\"web\"}}},"
              "{\"id\":\"c5\",\"type\":\"odd\",\"connectionDetails\":[1]}]}");
    assert_int_equal(decode_connections(page, &arena, &items, &count, &capacity, &next, &err),
                     OK);
    assert_int_equal(count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_str(items[i].id, want[i].id);
        assert_str(items[i].type, want[i].type);
        assert_str(items[i].database, want[i].database);
        assert_str(items[i].schema, want[i].schema);
    }
}

static void test_pages_are_appended(void **state)
{
    struct user *items = NULL;
    size_t count = 0;
    size_t capacity = 0;
    struct str next;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(decode_users(parse("{\"values\":[{\"id\":\"u1\",\"email\":\"a@x.io\","
                                        "\"name\":null,\"role\":\"NEW_ROLE\"}],"
                                        "\"pagination\":{\"after\":\"2\"}}"),
                                  &arena, &items, &count, &capacity, &next, &err),
                     OK);
    assert_str(next, "2");
    assert_int_equal(decode_users(parse("{\"values\":[{\"id\":\"u2\",\"lastLoginDate\":"
                                        "\"1970-01-01T00:00:01Z\"}],\"pagination\":{}}"),
                                  &arena, &items, &count, &capacity, &next, &err),
                     OK);
    assert_true(str_is_null(next));
    assert_int_equal(count, 2);
    assert_str(items[0].email, "a@x.io");
    assert_str(items[0].name, NULL);
    assert_str(items[0].role, "NEW_ROLE");
    assert_int_equal(items[1].last_login_ms, 1000);
}

static void test_collections_groups_and_tables(void **state)
{
    struct collection *collections = NULL;
    struct group *groups = NULL;
    struct queried_table *tables = NULL;
    size_t counts[3] = {0};
    size_t capacities[3] = {0};
    struct str next;
    struct error err = ERROR_INIT;
    (void)state;
    const struct json *page =
        parse("{\"values\":[{\"id\":\"x\",\"name\":\"N\",\"creator\":{\"email\":\"c@x.io\"},"
              "\"createdAt\":\"1970-01-01T00:00:01Z\",\"tableName\":\"A.B.C\","
              "\"dataConnectionId\":\"" ID "\",\"dataConnectionName\":\"W\"},{\"id\":7}]}");
    assert_int_equal(
        decode_collections(page, &arena, &collections, &counts[0], &capacities[0], &next, &err),
        OK);
    assert_int_equal(
        decode_groups(page, &arena, &groups, &counts[1], &capacities[1], &next, &err), OK);
    assert_int_equal(
        decode_queried_tables(page, &arena, &tables, &counts[2], &capacities[2], &next, &err),
        OK);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    assert_int_equal(counts[2], 1);
    assert_str(collections[0].creator, "c@x.io");
    assert_int_equal(groups[0].created_ms, 1000);
    assert_str(tables[0].table_name, "A.B.C");
    assert_str(tables[0].connection_id, ID);
}

static void test_cells(void **state)
{
    struct notebook notebook = {.is_complete = true};
    size_t capacity = 0;
    struct str next;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(
        decode_cells(
            parse("{\"values\":["
                  "{\"id\":\"v1\",\"staticId\":\"s1\",\"cellType\":\"SQL\",\"label\":\"L\","
                  "\"dataConnectionId\":\"c\",\"contents\":{\"sqlCell\":{\"source\":\"SELECT "
                  "1\",\"outputDataframe\":\"df\"},\"codeCell\":null,\"markdownCell\":null}},"
                  "{\"id\":\"v2\",\"cellType\":\"CODE\",\"contents\":{\"sqlCell\":null,"
                  "\"codeCell\":{\"source\":\"x\"}}},"
                  "{\"staticId\":\"s3\",\"cellType\":\"NEW\",\"contents\":null},"
                  "{\"cellType\":\"SQL\"}]}"),
            &arena, &notebook, &capacity, &next, &err),
        OK);
    assert_int_equal(notebook.cell_count, 3);
    assert_false(notebook.is_complete);
    assert_str(notebook.cells[0].id, "s1");
    assert_str(notebook.cells[0].source, "SELECT 1");
    assert_str(notebook.cells[0].dataframe, "df");
    assert_str(notebook.cells[0].connection, "c");
    assert_str(notebook.cells[1].id, "v2");
    assert_str(notebook.cells[1].source, "x");
    assert_str(notebook.cells[2].type, "NEW");
    assert_str(notebook.cells[2].source, NULL);
}

static void test_runs(void **state)
{
    struct run *runs = NULL;
    size_t count = 0;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(
        decode_runs(
            parse("{\"runs\":[{\"runId\":\"r1\",\"status\":\"COMPLETED\",\"runTrigger\":"
                  "\"SCHEDULED\",\"startTime\":\"1970-01-01T00:00:01Z\",\"endTime\":"
                  "null,\"elapsedTime\":1234.5},{\"runId\":\"r2\",\"status\":\"ODD\","
                  "\"elapsedTime\":\"x\"},{}],\"nextPage\":\"http://x\"}"),
            &arena, &runs, &count, &err),
        OK);
    assert_int_equal(count, 2);
    assert_int_equal(runs[0].started_ms, 1000);
    assert_true(runs[0].ended_ms == TIMESTAMP_NONE);
    assert_true(runs[0].elapsed_ms == 1234.5);
    assert_str(runs[1].status, "ODD");
    assert_true(runs[1].elapsed_ms < 0);
    assert_int_equal(decode_runs(parse("{\"values\":[]}"), &arena, &runs, &count, &err),
                     ERR_PARSE);
}

/* ---- single answers ---- */

static void test_me(void **state)
{
    struct decoded_me me;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(decode_me(parse("{\"id\":\"u\",\"email\":\"a@x.io\",\"role\":\"ADMIN\","
                                     "\"org\":{\"id\":\"w\"},\"token\":{\"exp\":1700000000}}"),
                               &arena, &me, &err),
                     OK);
    assert_str(me.user_id, "u");
    assert_str(me.workspace_id, "w");
    assert_true(me.token_expires_ms == INT64_C(1700000000000));
    assert_int_equal(decode_me(parse("{\"token\":{\"exp\":1700000000000}}"), &arena, &me, &err),
                     OK);
    assert_true(me.token_expires_ms == INT64_C(1700000000000));
    assert_int_equal(decode_me(parse("{\"token\":null}"), &arena, &me, &err), OK);
    assert_true(me.token_expires_ms == TIMESTAMP_NONE);
    assert_int_equal(decode_me(parse("[]"), &arena, &me, &err), ERR_PARSE);
}

static void test_export(void **state)
{
    struct decoded_export file;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(
        decode_export(parse("{\"filename\":\"a.hex.yaml\",\"content\":\"x: 1\"}"), &file, &err),
        OK);
    assert_str(file.content, "x: 1");
    assert_int_equal(decode_export(parse("{\"content\":null}"), &file, &err), ERR_PARSE);
}

static void test_image(void **state)
{
    static const struct {
        const char *base64;
        enum status status;
        const char *want;
    } cases[] = {
        {"aGVsbG8=", OK, "hello"},       {"aGVsbG8", OK, "hello"}, {"aGVs\\nbG8=", OK, "hello"},
        {"aGVsbG9v", OK, "helloo"},      {"aA==", OK, "h"},        {"a_b-", ERR_PARSE, NULL},
        {"aG\\u0000s", ERR_PARSE, NULL}, {"", ERR_PARSE, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text;
        struct str mime_type;
        struct str bytes;
        struct error err = ERROR_INIT;
        assert_int_equal(arena_printf(&arena, &text,
                                      "{\"imageBase64\":\"%s\",\"mimeType\":\"image/png\"}",
                                      cases[i].base64),
                         OK);
        struct json *answer = NULL;
        if (json_parse(text, &json_limits_default, &answer, &err) == OK) {
            assert_int_equal(decode_image(answer, &arena, &mime_type, &bytes, &err),
                             cases[i].status);
        }
        if (cases[i].status == OK) {
            assert_str(bytes, cases[i].want);
            assert_str(mime_type, "image/png");
        }
        json_free(answer);
    }
}

/* ---- errors ---- */

static void test_error_bodies(void **state)
{
    static const struct {
        const char *type;
        const char *body;
        const char *want;
    } cases[] = {
        {"application/json", "{\"reason\":\"Project not found\",\"traceId\":\"t\"}",
         "Project not found"},
        {"application/json", "{\"reason\":\"No\",\"details\":\"since it is so\"}",
         "No: since it is so"},
        {"application/json",
         "{\"code\":\"BAD\",\"message\":\"Invalid\",\"issues\":[{\"message\":\"limit\"}]}",
         "Invalid: limit"},
        {"application/json", "{\"code\":\"BAD\",\"issues\":[]}", "BAD"},
        {"application/json", "{\"error\":\"gone\"}", "gone"},
        {"application/json", "{\"message\":\"needs ENTERPRISE tier.\"}",
         "needs ENTERPRISE tier."},
        {"application/json", "{\"invalid\":[],\"notFound\":[]}", ""},
        {"application/json", "{\"reason\":{\"a\":1}}", ""},
        {"text/plain", "Unauthorized", "Unauthorized"},
        {NULL, "  Unauthorized\n", "Unauthorized"},
        {NULL, "two\nlines\x1b[2J", "two\\nlines\\x1b[2J"},
        {"text/html; charset=utf-8", "whatever", "a web page, not an answer of Hex's API"},
        {NULL, " <!DOCTYPE html><title>x</title>", "a web page, not an answer of Hex's API"},
        {NULL, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;
        buf_init(&out, 10000);
        decode_error_body(str_from(cases[i].type), str_from(cases[i].body), &out);
        assert_string_equal(buf_cstr(&out), cases[i].want);
        buf_free(&out);
    }
}

static void test_long_error_is_cut_between_characters(void **state)
{
    struct buf body;
    struct buf out;
    (void)state;
    buf_init(&body, 10000);
    buf_init(&out, 10000);
    for (int i = 0; i < 200; i++) {
        (void)buf_append_cstr(&body, "\xe2\x82\xac");
    }
    decode_error_body(STR_NULL, buf_str(&body), &out);
    assert_int_equal(out.size, 303);
    assert_true(str_is_utf8(buf_str(&out)));
    assert_true(str_ends_with(buf_str(&out), "..."));
    buf_free(&body);
    buf_free(&out);
}

static void test_tier_message(void **state)
{
    (void)state;
    assert_true(
        decode_is_tier_message(STR("{\"message\":\"This endpoint requires the workspace "
                                   "to be at least ENTERPRISE tier.\"}")));
    assert_false(decode_is_tier_message(STR("{\"reason\":\"Missing scope\"}")));
    assert_false(decode_is_tier_message(STR_NULL));
}

static void test_error_object(void **state)
{
    (void)state;
    assert_true(decode_is_error_object(STR("{\"reason\":\"Project not found\"}")));
    assert_true(decode_is_error_object(STR("{\"message\":\"No\",\"code\":1}")));
    assert_false(decode_is_error_object(STR("<html>404 Not Found</html>")));
    assert_true(decode_is_error_object(STR("{\"detail\":\"Not found\"}")));
    assert_false(decode_is_error_object(STR("[\"reason\"]")));
    assert_false(decode_is_error_object(STR("")));
}

static void test_workspace_of_url(void **state)
{
    static const struct {
        const char *url;
        const char *want;
    } cases[] = {
        {"https://app.hex.tech/acme/app/" ID "/run/x", "acme"},
        {"https://app.hex.tech/acme/hex/" ID, "acme"},
        {"https://app.hex.tech/login", NULL},
        {"https://app.hex.tech//x", NULL},
        {"https://app.hex.tech", NULL},
        {"no url", NULL},
        {NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_str(decode_workspace_of_url(str_from(cases[i].url)), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project),
        cmocka_unit_test(test_members_of_wrong_types),
        cmocka_unit_test(test_entries_without_a_usable_id),
        cmocka_unit_test(test_ids_that_are_no_uuids),
        cmocka_unit_test(test_numbers_and_times_as_others_write_them),
        cmocka_unit_test(test_a_state_whose_time_cannot_be_read),
        cmocka_unit_test(test_a_cursor_that_is_no_text),
        cmocka_unit_test(test_trashed_wins_over_archived),
        cmocka_unit_test(test_listing_hash_is_of_what_was_said_not_of_its_order),
        cmocka_unit_test(test_answers_that_are_no_page),
        cmocka_unit_test(test_one_project),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_connections_in_both_shapes),
        cmocka_unit_test(test_pages_are_appended),
        cmocka_unit_test(test_collections_groups_and_tables),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_me),
        cmocka_unit_test(test_export),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_error_bodies),
        cmocka_unit_test(test_long_error_is_cut_between_characters),
        cmocka_unit_test(test_tier_message),
        cmocka_unit_test(test_error_object),
        cmocka_unit_test(test_workspace_of_url),
    };
    return cmocka_run_group_tests_name("decode", tests, set_up, tear_down);
}
