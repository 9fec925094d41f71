#include "hexsim/answers.h"

#include "hexsim/export_yaml.h"
#include "hexsim/listing.h"
#include "io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SCRATCH_BYTES ((size_t)64 * 1024 * 1024)

static const char trace_id[] = "00000000000000000000000000000000";

int sim_error(struct buf *out, int status, const char *reason)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "reason", reason);
    json_out_field_cstr(&json, "traceId", trace_id);
    json_out_object_end(&json);
    return status;
}

static struct str query(const struct sim_request *request, const char *name)
{
    return request->query(request->query_ctx, name);
}

/* ---- pages of lists that are short enough to be kept whole ---- */

struct page {
    size_t first;
    size_t last; /* one behind */
    size_t total;
};

/* The cursor of a short list is the number of its first item. */
static bool read_page(const struct sim_request *request, size_t total, uint64_t max,
                      struct page *page)
{
    uint64_t limit = 25;
    uint64_t first = 0;
    struct str given = query(request, "limit");
    struct str after = query(request, "after");
    if (!str_is_null(given) && (!str_to_u64(given, &limit) || limit < 1 || limit > max)) {
        return false;
    }
    if (!str_is_null(after) && !str_to_u64(after, &first)) {
        return false;
    }
    page->total = total;
    page->first = first < total ? (size_t)first : total;
    page->last = total - page->first < limit ? total : page->first + (size_t)limit;
    return true;
}

static void write_pagination(struct json_out *json, const struct page *page)
{
    char after[24];
    (void)snprintf(after, sizeof(after), "%zu", page->last);
    json_out_key(json, "pagination");
    json_out_object(json);
    json_out_field_cstr(json, "after", page->last < page->total ? after : NULL);
    json_out_field_cstr(json, "before", "0");
    json_out_object_end(json);
}

/* ---- the workspace's lists ---- */

static const char *detail_key(const char *type)
{
    static const char *const catalogs[] = {"trino", "athena"};
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(type, catalogs[i]) == 0) {
            return "catalog";
        }
    }
    return strcmp(type, "bigquery") == 0     ? "projectId"
           : strcmp(type, "databricks") == 0 ? "jdbcUrl"
                                             : "database";
}

static void write_connection_details(struct json_out *json, const struct sim_connection *c)
{
    json_out_key(json, "connectionDetails");
    json_out_object(json);
    json_out_key(json, c->type);
    json_out_object(json);
    if (c->database != NULL) {
        json_out_field_cstr(json, detail_key(c->type), c->database);
    }
    if (c->schema != NULL) {
        json_out_field_cstr(json, "schema", c->schema);
    }
    if (strcmp(c->type, "snowflake") == 0) {
        json_out_field_cstr(json, "username", "HEX");
        json_out_field_cstr(json, "warehouse", "WH");
        json_out_field_cstr(json, "accountName", "xy12345");
    }
    json_out_object_end(json);
    json_out_object_end(json);
    json_out_field_bool(json, "connectViaSsh", false);
    json_out_field_bool(json, "includeMagic", true);
    json_out_field_bool(json, "allowWritebackCells", true);
    json_out_field_cstr(json, "schemaRefreshAccess", "ADMINS");
    json_out_key(json, "sharing");
    json_out_object(json);
    json_out_object_end(json);
}

static void write_connection(const struct sim_workspace *workspace, struct json_out *json,
                             size_t n)
{
    char id[37];
    const struct sim_connection *c = &sim_connections[n];
    sim_connection_id(workspace, n, id);
    json_out_object(json);
    json_out_field_cstr(json, "id", id);
    json_out_field_cstr(json, "name", c->name);
    json_out_field_cstr(json, "type", c->type);
    json_out_field_cstr(json, "description", "simulated");
    if (workspace->options.is_admin) {
        write_connection_details(json, c);
    }
    json_out_object_end(json);
}

static void write_collection(const struct sim_workspace *workspace, struct json_out *json,
                             size_t n)
{
    char id[37];
    char email[64];
    char creator[37];
    sim_uuid(workspace, "collection", (int64_t)n, 0, id);
    sim_uuid(workspace, "user", (int64_t)n, 0, creator);
    sim_user_email((int)n, email);
    json_out_object(json);
    json_out_field_cstr(json, "id", id);
    json_out_field_cstr(json, "name", sim_collections[n].name);
    if (sim_collections[n].description != NULL) {
        json_out_field_cstr(json, "description", sim_collections[n].description);
    }
    json_out_key(json, "creator");
    json_out_object(json);
    json_out_field_cstr(json, "email", email);
    json_out_field_cstr(json, "id", creator);
    json_out_object_end(json);
    json_out_key(json, "sharing");
    json_out_object(json);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void write_user(const struct sim_workspace *workspace, struct json_out *json, size_t n)
{
    char id[37];
    char email[64];
    sim_uuid(workspace, "user", (int64_t)n, 0, id);
    sim_user_email((int)n, email);
    json_out_object(json);
    json_out_field_cstr(json, "id", id);
    json_out_field_cstr(json, "name", "Some Body");
    json_out_field_cstr(json, "role", n == 0 ? "ADMIN" : "EDITOR");
    json_out_field_cstr(json, "email", email);
    json_out_key(json, "lastLoginDate");
    json_out_time(json, n % 3 == 0 ? TIMESTAMP_NONE
                                   : workspace->options.now_ms - (int64_t)n * 3600000);
    json_out_object_end(json);
}

static void write_group(const struct sim_workspace *workspace, struct json_out *json, size_t n)
{
    char id[37];
    sim_uuid(workspace, "group", (int64_t)n, 0, id);
    json_out_object(json);
    json_out_field_cstr(json, "id", id);
    json_out_field_cstr(json, "name", sim_groups[n]);
    json_out_field_time(json, "createdAt", workspace->options.now_ms - 86400000);
    json_out_object_end(json);
}

typedef void write_item_fn(const struct sim_workspace *workspace, struct json_out *json,
                           size_t n);

static const struct {
    const char *path;
    const char *kind; /* of ids */
    write_item_fn *write;
    uint64_t max_limit;
} lists[] = {
    {"/data-connections", "connection", write_connection, 100},
    {"/collections", "collection", write_collection, 100},
    {"/users", "user", write_user, 500},
    {"/groups", "group", write_group, 500},
};

static size_t list_size(const struct sim_workspace *workspace, size_t list)
{
    const size_t sizes[] = {sim_connections_in_use(workspace), sim_collection_count,
                            SIM_USER_COUNT, sim_group_count};
    return sizes[list];
}

static int answer_list(const struct sim_request *request, size_t list, struct buf *out)
{
    struct page page;
    struct json_out json;
    if (!read_page(request, list_size(request->workspace, list), lists[list].max_limit,
                   &page)) {
        return sim_error(out, 400, "Invalid limit or cursor");
    }
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_key(&json, "values");
    json_out_array(&json);
    for (size_t i = page.first; i < page.last; i++) {
        lists[list].write(request->workspace, &json, i);
    }
    json_out_array_end(&json);
    write_pagination(&json, &page);
    json_out_object_end(&json);
    return 200;
}

/* GET /data-connections/{id} and its kin. */
static int answer_item(const struct sim_request *request, size_t list, struct str id,
                       struct buf *out)
{
    for (size_t i = 0; i < list_size(request->workspace, list); i++) {
        char own[37];
        struct json_out json;
        sim_uuid(request->workspace, lists[list].kind, (int64_t)i, 0, own);
        if (str_eq_nocase(id, str_from(own))) {
            json_out_init(&json, out);
            lists[list].write(request->workspace, &json, i);
            return 200;
        }
    }
    return sim_error(out, 400, "No such object");
}

static int answer_me(const struct sim_request *request, struct buf *out)
{
    char user[37];
    char org[37];
    char email[64];
    struct json_out json;
    if (request->is_workspace_token) {
        return sim_error(out, 500, "Internal server error");
    }
    sim_uuid(request->workspace, "user", 0, 0, user);
    sim_uuid(request->workspace, "org", 0, 0, org);
    sim_user_email(0, email);
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "id", user);
    json_out_field_cstr(&json, "name", "Ada Lovelace");
    json_out_field_cstr(&json, "role",
                        request->workspace->options.is_admin ? "ADMIN" : "EDITOR");
    json_out_field_cstr(&json, "email", email);
    json_out_key(&json, "org");
    json_out_object(&json);
    json_out_field_cstr(&json, "id", org);
    json_out_object_end(&json);
    json_out_key(&json, "token");
    json_out_object(&json);
    json_out_key(&json, "exp");
    /* Far away, whatever the clock of the machine that asks. */
    json_out_int(&json, 4102444800);
    json_out_object_end(&json);
    json_out_object_end(&json);
    return 200;
}

/* ---- one project ---- */

static int answer_queried_tables(const struct sim_request *request,
                                 const struct sim_project *project, struct arena *arena,
                                 struct buf *out)
{
    static const char *const names[] = {"ANALYTICS.PUBLIC.ORDERS", "RAW.EVENTS.CLICKS",
                                        "PUBLIC.CUSTOMERS"};
    struct page page;
    struct json_out json;
    struct sim_notebook notebook;
    if (request->workspace->options.edition != SIM_EDITION_ENTERPRISE) {
        (void)buf_append_cstr(out,
                              "{\"message\":\"This endpoint requires the workspace to be at "
                              "least ENTERPRISE tier.\"}");
        return 403;
    }
    if (project->published_ms == TIMESTAMP_NONE) {
        return sim_error(out, 422, "The project has never been published");
    }
    if (sim_notebook_at(request->workspace, project, arena, &notebook) != OK) {
        return sim_error(out, 500, "Out of memory");
    }
    size_t total = notebook.count < 60 ? notebook.count : 60;
    if (!read_page(request, total, 100, &page)) {
        return sim_error(out, 400, "Invalid limit or cursor");
    }
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_key(&json, "values");
    json_out_array(&json);
    for (size_t i = page.first; i < page.last; i++) {
        char id[37];
        sim_connection_id(request->workspace, i % 2, id);
        json_out_object(&json);
        json_out_field_cstr(&json, "dataConnectionId", id);
        json_out_field_cstr(&json, "dataConnectionName", sim_connections[i % 2].name);
        json_out_field_cstr(&json, "tableName", names[i % 3]);
        json_out_object_end(&json);
    }
    json_out_array_end(&json);
    write_pagination(&json, &page);
    json_out_field_cstr(&json, "traceId", trace_id);
    json_out_object_end(&json);
    return 200;
}

static void write_run(const struct sim_request *request, const struct sim_project *project,
                      const struct sim_run *run, struct json_out *json)
{
    char url[200];
    char org[37];
    sim_uuid(request->workspace, "org", 0, 0, org);
    (void)snprintf(url, sizeof(url), "%s/%s/hex/%s/logic?runId=%s", request->base_url, org,
                   project->id, run->id);
    json_out_object(json);
    json_out_field_cstr(json, "projectId", project->id);
    json_out_field_int(json, "projectVersion", 3);
    json_out_field_cstr(json, "runId", run->id);
    json_out_field_cstr(json, "runUrl", url);
    json_out_field_cstr(json, "status", run->status);
    json_out_field_cstr(json, "runTrigger", run->trigger);
    json_out_field_time(json, "startTime", run->started_ms);
    json_out_field_time(json, "endTime", run->ended_ms);
    json_out_key(json, "elapsedTime");
    if (run->elapsed_ms < 0) {
        json_out_null(json);
    } else {
        json_out_int(json, run->elapsed_ms);
    }
    json_out_field_cstr(json, "traceId", trace_id);
    json_out_object_end(json);
}

static void write_page_url(const struct sim_request *request, const struct sim_project *project,
                           struct json_out *json, const char *key, bool exists, uint64_t offset,
                           uint64_t limit)
{
    char url[200];
    (void)snprintf(url, sizeof(url),
                   "%s/api/v1/projects/%s/runs?limit=%" PRIu64 "&offset=%" PRIu64,
                   request->base_url, project->id, limit, offset);
    json_out_field_cstr(json, key, exists ? url : NULL);
}

static int answer_runs(const struct sim_request *request, const struct sim_project *project,
                       struct buf *out)
{
    struct json_out json;
    uint64_t limit = 25;
    uint64_t offset = 0;
    struct str wanted = query(request, "statusFilter");
    struct str given = query(request, "limit");
    struct str start = query(request, "offset");
    if ((!str_is_null(given) && (!str_to_u64(given, &limit) || limit < 1 || limit > 100)) ||
        (!str_is_null(start) && !str_to_u64(start, &offset))) {
        return sim_error(out, 400, "Invalid limit or offset");
    }
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_key(&json, "runs");
    json_out_array(&json);
    uint64_t seen = 0;
    for (int i = 0; i < project->run_count; i++) {
        struct sim_run run = sim_run_at(request->workspace, project, i);
        if (!str_is_null(wanted) && !str_is(wanted, run.status)) {
            continue;
        }
        if (seen >= offset && seen < offset + limit) {
            write_run(request, project, &run, &json);
        }
        seen++;
    }
    json_out_array_end(&json);
    write_page_url(request, project, &json, "nextPage", seen > offset + limit, offset + limit,
                   limit);
    write_page_url(request, project, &json, "previousPage", offset > 0,
                   offset > limit ? offset - limit : 0, limit);
    json_out_field_cstr(&json, "traceId", trace_id);
    json_out_object_end(&json);
    return 200;
}

/* A PNG of 1 x 1 pixels, as base64. */
static const char picture[] = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+"
                              "M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
                              "gg==";

static bool is_chart(const struct sim_cell *cell)
{
    return strcmp(cell->api_type, "EXPLORE") == 0 || strcmp(cell->api_type, "CHART") == 0 ||
           strcmp(cell->api_type, "VEGA_CHART") == 0;
}

static int answer_image(const struct sim_request *request, const struct sim_project *project,
                        struct str rest, struct arena *arena, struct buf *out)
{
    struct sim_notebook notebook;
    struct json_out json;
    struct str run = str_sub(rest, 0, 36);
    struct str cell = str_sub(rest, 36 + 7, 36);
    if (rest.n < 36 + 7 + 36 ||
        sim_notebook_at(request->workspace, project, arena, &notebook) != OK) {
        return sim_error(out, 404, "Not found");
    }
    for (size_t i = 0; i < notebook.count; i++) {
        if (!str_is(cell, notebook.cells[i].id)) {
            continue;
        }
        if (!is_chart(&notebook.cells[i])) {
            return sim_error(out, 422, "The cell is not a chart cell");
        }
        json_out_init(&json, out);
        json_out_object(&json);
        json_out_field_cstr(&json, "projectId", project->id);
        json_out_field_str(&json, "runId", run);
        json_out_field_str(&json, "staticId", cell);
        json_out_field_cstr(&json, "imageBase64", picture);
        json_out_field_cstr(&json, "mimeType", "image/png");
        json_out_object_end(&json);
        return 200;
    }
    return sim_error(out, 404, "No such cell");
}

/* ---- cells ---- */

static void write_contents(const struct sim_cell *cell, struct json_out *json)
{
    static const struct {
        const char *type;
        const char *key;
    } kinds[] = {{"SQL", "sqlCell"}, {"CODE", "codeCell"}, {"MARKDOWN", "markdownCell"}};
    json_out_key(json, "contents");
    json_out_object(json);
    for (size_t i = 0; i < 3; i++) {
        json_out_key(json, kinds[i].key);
        if (strcmp(kinds[i].type, cell->type) != 0) {
            json_out_null(json);
            continue;
        }
        json_out_object(json);
        json_out_field_str(json, "source", cell->source);
        if (i == 0) {
            json_out_field_str(json, "outputDataframe", cell->dataframe);
        }
        json_out_object_end(json);
    }
    json_out_object_end(json);
}

static void write_cell(const struct sim_workspace *workspace, const struct sim_project *project,
                       const struct sim_cell *cell, struct json_out *json)
{
    char connection[37];
    bool has_connection = cell->connection >= 0 && strcmp(cell->type, "SQL") == 0;
    if (has_connection) {
        sim_connection_id(workspace, (size_t)cell->connection, connection);
    }
    json_out_object(json);
    json_out_field_cstr(json, "id", cell->api_id);
    json_out_field_cstr(json, "staticId", cell->id);
    json_out_field_cstr(json, "cellType", cell->api_type);
    json_out_field_str(json, "label", cell->label);
    json_out_field_cstr(json, "dataConnectionId", has_connection ? connection : NULL);
    write_contents(cell, json);
    json_out_field_cstr(json, "projectId", project->id);
    json_out_object_end(json);
}

static int answer_cells(const struct sim_request *request, struct arena *arena, struct buf *out)
{
    struct sim_project project;
    struct sim_notebook notebook;
    struct page page;
    struct json_out json;
    int64_t index = sim_project_find(request->workspace, query(request, "projectId"));
    if (str_is_null(query(request, "projectId"))) {
        return sim_error(out, 400, "projectId is required");
    }
    if (index < 0 || sim_project_at(request->workspace, index, arena, &project) != OK ||
        project.is_deleted ||
        sim_notebook_at(request->workspace, &project, arena, &notebook) != OK) {
        return sim_error(out, 404, "No such project");
    }
    if (!read_page(request, notebook.count, 100, &page)) {
        return sim_error(out, 400, "Invalid limit or cursor");
    }
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_key(&json, "values");
    json_out_array(&json);
    for (size_t i = page.first; i < page.last; i++) {
        write_cell(request->workspace, &project, &notebook.cells[i], &json);
    }
    json_out_array_end(&json);
    write_pagination(&json, &page);
    json_out_object_end(&json);
    return 200;
}

/* ---- export ---- */

static int answer_export(const struct sim_request *request, struct arena *arena,
                         struct buf *out)
{
    struct json *body = NULL;
    struct sim_project project;
    struct sim_notebook notebook;
    struct buf yaml;
    struct json_out json;
    if (json_parse(request->body, &json_limits_default, &body, NULL) != OK) {
        return sim_error(out, 400, "The body is not JSON");
    }
    int64_t index = sim_project_find(request->workspace, json_str(json_get(body, "projectId")));
    bool is_latest = str_is(json_str(json_get(body, "version")), "latest");
    bool has_version = json_get(body, "version") != NULL;
    json_free(body);
    if (index < 0 || sim_project_at(request->workspace, index, arena, &project) != OK ||
        project.is_deleted ||
        sim_notebook_at(request->workspace, &project, arena, &notebook) != OK) {
        return sim_error(out, 404, "No such project");
    }
    if (!has_version || (is_latest && project.published_ms == TIMESTAMP_NONE)) {
        return sim_error(out, has_version ? 404 : 400, "No such version");
    }
    buf_init(&yaml, SCRATCH_BYTES);
    sim_export_write(request->workspace, &project, &notebook, &yaml);
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "filename", "project.hex.yaml");
    json_out_field_str(&json, "content", buf_str(&yaml));
    json_out_object_end(&json);
    int status = buf_status(&yaml) == OK ? 200 : sim_error(out, 500, "Too large");
    buf_free(&yaml);
    return status;
}

/* ---- which is which ---- */

static int answer_project(const struct sim_request *request, struct str rest,
                          struct arena *arena, struct buf *out)
{
    struct sim_project project;
    struct str id = str_sub(rest, 0, 36);
    struct str what = str_sub(rest, 36, SIZE_MAX);
    int64_t index = sim_project_find(request->workspace, id);
    if (index < 0 || sim_project_at(request->workspace, index, arena, &project) != OK ||
        project.is_deleted) {
        return sim_error(out, 404, "No such project");
    }
    if (what.n == 0) {
        struct json_out json;
        json_out_init(&json, out);
        sim_write_project(&project, str_is(query(request, "includeSharing"), "true"), &json);
        return 200;
    }
    if (str_is(what, "/queriedTables")) {
        return answer_queried_tables(request, &project, arena, out);
    }
    if (str_is(what, "/runs")) {
        return answer_runs(request, &project, out);
    }
    if (str_starts_with(what, "/runs/") && str_ends_with(what, "/image")) {
        return answer_image(request, &project, str_sub(what, 6, SIZE_MAX), arena, out);
    }
    return sim_error(out, 404, "Not found");
}

static int route(const struct sim_request *request, struct arena *arena, struct buf *out)
{
    struct str path = request->path;
    if (request->is_post) {
        return str_is(path, "/projects/export") ? answer_export(request, arena, out)
                                                : sim_error(out, 404, "Not found");
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        size_t n = strlen(lists[i].path);
        if (str_is(path, "/users/me")) {
            return answer_me(request, out);
        }
        if (str_is(path, lists[i].path)) {
            return answer_list(request, i, out);
        }
        if (str_starts_with(path, lists[i].path) && path.n > n && path.p[n] == '/') {
            return answer_item(request, i, str_sub(path, n + 1, SIZE_MAX), out);
        }
    }
    if (str_is(path, "/projects")) {
        return sim_answer_listing(request, arena, out);
    }
    if (str_starts_with(path, "/projects/")) {
        return answer_project(request, str_sub(path, 10, SIZE_MAX), arena, out);
    }
    if (str_is(path, "/cells")) {
        return answer_cells(request, arena, out);
    }
    return sim_error(out, 404, "Not found");
}

int sim_answer(const struct sim_request *request, struct buf *out)
{
    struct arena arena;
    arena_init(&arena, SCRATCH_BYTES);
    int status = route(request, &arena, out);
    arena_free(&arena);
    return status;
}
