#include "hexsim/api.h"

#include "hexsim/cursor.h"
#include "hexsim/export.h"
#include "hexsim/queried.h"
#include "hexsim/render.h"
#include "hexsim/runs.h"
#include "hexsim/words.h"
#include "io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/v1/projects"

struct listing {
    const struct workspace *workspace;
    const struct api_request *request;
    bool has_archived;
    bool has_components;
    bool has_trashed;
    bool has_sharing;
    struct str creator;
    struct str owner;
    size_t collection; /* NOBODY: any */
};

/* True when argument `name` is not given at all, or one of its values is `value`. */
static bool accepts(const struct api_request *request, const char *name, struct str value)
{
    bool is_given = false;
    for (size_t i = 0; i < request->argument_count; i++) {
        struct str key = request->arguments[i].name;
        bool is_array = key.n > 2 && str_ends_with(key, "[]");
        if (str_is(is_array ? str_sub(key, 0, key.n - 2) : key, name)) {
            is_given = true;
            if (str_eq(request->arguments[i].value, value)) {
                return true;
            }
        }
    }
    return !is_given;
}

static bool accepts_category(const struct listing *l, const struct sim_project *p)
{
    if (accepts(l->request, "categories", STR_NULL)) {
        return true;
    }
    for (size_t i = 0; i < l->workspace->category_count; i++) {
        if ((p->categories & (UINT32_C(1) << i)) != 0 &&
            accepts(l->request, "categories", l->workspace->categories[i].name)) {
            return true;
        }
    }
    return false;
}

static bool is_user(const struct workspace *w, size_t user, struct str email)
{
    return str_is_null(email) || (user != NOBODY && str_eq_nocase(w->users[user].email, email));
}

static bool filter_project(void *ctx, size_t index)
{
    const struct listing *l = ctx;
    const struct sim_project *p = &l->workspace->projects[index];
    struct str status = p->status == NOBODY ? STR_NULL : str_from(words_statuses[p->status]);
    return (l->has_components || !p->is_component) &&
           (l->has_archived || p->archived_ms == TIMESTAMP_NONE) &&
           (l->has_trashed || p->trashed_ms == TIMESTAMP_NONE) &&
           workspace_is_visible(p, l->request->user) &&
           is_user(l->workspace, p->creator, l->creator) &&
           is_user(l->workspace, p->owner, l->owner) &&
           (l->collection == NOBODY ||
            (l->collection < 32 && (p->collections >> l->collection & 1) != 0)) &&
           accepts(l->request, "statuses", status) && accepts_category(l, p);
}

static void write_project(void *ctx, size_t index, struct json_out *out)
{
    const struct listing *l = ctx;
    render_project(l->workspace, &l->workspace->projects[index], l->has_sharing, out);
}

static bool read_flag(const struct api_request *request, struct api_answer *answer,
                      const char *name, bool *flag)
{
    /* "True" is what a published Python client sends, and Hex takes it. */
    static const char *const words[] = {"false", "true", "False", "True", NULL};
    size_t choice = 0;
    bool is_good = api_read_choice(request, answer, name, words, &choice);
    *flag = choice % 2 == 1;
    return is_good;
}

static void list_projects(struct api *api, const struct api_request *request,
                          struct api_answer *answer)
{
    static const char *const sorts[] = {"CREATED_AT", "LAST_EDITED_AT", "LAST_PUBLISHED_AT",
                                        NULL};
    struct listing l = {.workspace = api_workspace(api), .request = request};
    struct api_page page;
    size_t sort = 0;
    if (!api_read_page(request, answer, 100, true, &page) ||
        !api_read_choice(request, answer, "sortBy", sorts, &sort) ||
        !read_flag(request, answer, "includeArchived", &l.has_archived) ||
        !read_flag(request, answer, "includeComponents", &l.has_components) ||
        !read_flag(request, answer, "includeTrashed", &l.has_trashed) ||
        !read_flag(request, answer, "includeSharing", &l.has_sharing)) {
        return;
    }
    l.creator = api_argument(request, "creatorEmail");
    l.owner = api_argument(request, "ownerEmail");
    struct str collection = api_argument(request, "collectionId");
    l.collection = NOBODY;
    if (!str_is_null(collection)) {
        l.collection = 32; /* unknown: nothing is in it */
        for (size_t i = 0; i < l.workspace->collection_count; i++) {
            if (str_eq(l.workspace->collections[i].id, collection)) {
                l.collection = i;
            }
        }
    }
    struct api_list list = {.filter = filter_project, .write = write_project, .ctx = &l};
    list.entries = api_sorted_projects(api, sort, &list.count);
    api_write_list(request, &page, &list, answer);
    answer->is_cacheable = !l.workspace->has_views && !request->repeats_cursor;
}

static bool is_denied(const struct api_request *request, struct api_answer *answer,
                      const struct sim_project *p)
{
    bool is_denied = p->is_denied || !workspace_is_visible(p, request->user);
    if (is_denied) {
        api_fail(request, answer, 403, "You do not have permission to view this project");
    }
    return is_denied;
}

static void get_project(struct api *api, const struct api_request *request,
                        const struct sim_project *p, struct api_answer *answer)
{
    bool has_sharing = false;
    if (!read_flag(request, answer, "includeSharing", &has_sharing) ||
        is_denied(request, answer, p)) {
        return;
    }
    struct json_out out;
    json_out_init(&out, &answer->body);
    render_project(api_workspace(api), p, has_sharing, &out);
}

struct queried {
    struct queried_list list;
    struct arena *arena;
};

static void write_queried(void *ctx, size_t index, struct json_out *out)
{
    struct queried *q = ctx;
    const struct sim_table *t = q->list.tables[index];
    json_out_object(out);
    json_out_field_str(out, "dataConnectionId", t->connection->id);
    json_out_field_str(out, "dataConnectionName", t->connection->name);
    json_out_field_str(out, "tableName", warehouse_path(t, q->arena));
    json_out_object_end(out);
}

static void get_queried(struct api *api, const struct api_request *request,
                        const struct sim_project *p, struct api_answer *answer)
{
    struct api_page page;
    if (!api_workspace(api)->options.is_enterprise) {
        answer->status = 403;
        (void)buf_append_cstr(&answer->body,
                              "{\"message\":\"This endpoint requires the workspace to be at "
                              "least ENTERPRISE tier.\"}");
        return;
    }
    if (is_denied(request, answer, p) || !api_read_page(request, answer, 100, false, &page)) {
        return;
    }
    if (p->published_ms == TIMESTAMP_NONE) {
        api_fail(request, answer, 422, "Project has never been published");
        return;
    }
    struct notebook nb;
    notebook_make(api_workspace(api), p, request->arena, &nb);
    struct queried q = {queried_make(&nb), request->arena};
    struct api_entry *entries =
        sim_alloc(request->arena, (q.list.count + 1) * sizeof(*entries));
    for (size_t i = 0; i < q.list.count; i++) {
        entries[i].value = warehouse_path(q.list.tables[i], request->arena);
        entries[i].id = q.list.tables[i]->connection->id;
        entries[i].index = i;
    }
    sim_sort(entries, q.list.count, sizeof(*entries), api_compare_entries);
    struct api_list list = {.entries = entries, .count = q.list.count};
    list.write = write_queried;
    list.ctx = &q;
    list.has_trace_id = true;
    api_write_list(request, &page, &list, answer);
}

static const char *const run_statuses[] = {
    "",  "PENDING", "RUNNING", "ERRORED", "COMPLETED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL",
    NULL};
static const char *const run_triggers[] = {"ALL", "API", "SCHEDULED", "APP_REFRESH", NULL};

struct run_query {
    size_t limit;
    size_t offset;
    size_t status;
    size_t trigger;
};

static bool read_run_query(const struct api_request *request, struct api_answer *answer,
                           struct run_query *q)
{
    struct api_page page;
    uint64_t offset = 0;
    struct str text = api_argument(request, "offset");
    if (!api_read_page(request, answer, 100, true, &page) ||
        !api_read_choice(request, answer, "statusFilter", run_statuses, &q->status) ||
        !api_read_choice(request, answer, "runTriggerFilter", run_triggers, &q->trigger)) {
        return false;
    }
    if (!str_is_null(text) && (!str_to_u64(text, &offset) || offset > INT32_MAX)) {
        api_fail(request, answer, 400, "offset must be a whole number from 0");
        return false;
    }
    q->limit = page.limit;
    q->offset = (size_t)offset;
    return true;
}

static void write_run_page(const struct workspace *w, const struct sim_project *p,
                           const struct run_query *q, const char *key, bool exists,
                           size_t offset, struct json_out *out)
{
    char url[768];
    char status[64] = "";
    char trigger[64] = "";
    if (q->status != 0) {
        (void)snprintf(status, sizeof(status), "&statusFilter=%s", run_statuses[q->status]);
    }
    if (q->trigger != 0) {
        (void)snprintf(trigger, sizeof(trigger), "&runTriggerFilter=%s",
                       run_triggers[q->trigger]);
    }
    (void)snprintf(url, sizeof(url), "%.*s/api/v1/projects/%.*s/runs?limit=%zu&offset=%zu%s%s",
                   STR_ARG(w->host_url), STR_ARG(p->id), q->limit, offset, status, trigger);
    json_out_field_cstr(out, key, exists ? url : NULL);
}

static void list_runs(struct api *api, const struct api_request *request,
                      const struct sim_project *p, struct api_answer *answer)
{
    const struct workspace *w = api_workspace(api);
    struct run_query q = {0};
    if (!read_run_query(request, answer, &q) || is_denied(request, answer, p)) {
        return;
    }
    struct sim_run *runs = runs_make(w, p, request->arena);
    struct json_out out;
    size_t passed = 0;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_key(&out, "runs");
    json_out_array(&out);
    for (size_t i = 0; i < p->run_count; i++) {
        if ((q.status == 0 || strcmp(runs[i].status, run_statuses[q.status]) == 0) &&
            (q.trigger == 0 || strcmp(runs[i].trigger, run_triggers[q.trigger]) == 0)) {
            if (passed >= q.offset && passed < q.offset + q.limit) {
                runs_write(w, p, &runs[i], request->trace_id, &out);
            }
            passed++;
        }
    }
    json_out_array_end(&out);
    write_run_page(w, p, &q, "nextPage", passed > q.offset + q.limit, q.offset + q.limit, &out);
    write_run_page(w, p, &q, "previousPage", q.offset > 0,
                   q.offset > q.limit ? q.offset - q.limit : 0, &out);
    json_out_field_str(&out, "traceId", request->trace_id);
    json_out_object_end(&out);
}

static const struct sim_run *find_run(struct api *api, const struct api_request *request,
                                      const struct sim_project *p, struct str id)
{
    struct sim_run *runs = runs_make(api_workspace(api), p, request->arena);
    for (size_t i = 0; i < p->run_count; i++) {
        if (str_eq(runs[i].id, id)) {
            return &runs[i];
        }
    }
    return NULL;
}

static void get_run(struct api *api, const struct api_request *request,
                    const struct sim_project *p, struct str id, struct api_answer *answer)
{
    const struct sim_run *run = find_run(api, request, p, id);
    if (is_denied(request, answer, p)) {
        return;
    }
    if (run == NULL) { /* no 404 is documented here */
        api_fail(request, answer, 422, "Run not found");
        return;
    }
    struct json_out out;
    json_out_init(&out, &answer->body);
    runs_write(api_workspace(api), p, run, request->trace_id, &out);
}

/* draft, latest, or a number. */
static bool check_version(const struct api_request *request, const struct sim_project *p,
                          const struct json *version, struct api_answer *answer)
{
    struct str text = json_str(version);
    int64_t number = json_int(version, -1);
    if (str_is(text, "latest") && p->published_ms == TIMESTAMP_NONE) {
        api_fail(request, answer, 404, "Project has no published version");
        return false;
    }
    if (str_is(text, "draft") || str_is(text, "latest") || str_to_i64(text, &number)) {
        number = number < 0 ? 1 : number;
    }
    if (number < 1 || number > (int64_t)p->revision + 1000) {
        api_fail(request, answer, 400, "version must be draft, latest or a version's number");
        return false;
    }
    return true;
}

static void export_project(struct api *api, const struct api_request *request,
                           struct api_answer *answer)
{
    struct json *body = NULL;
    struct error err = ERROR_INIT;
    if (!api_workspace(api)->options.has_exports) {
        api_fail(request, answer, 403, "Exports are not allowed for this token");
        return;
    }
    if (json_parse(request->body, &json_limits_default, &body, &err) != OK ||
        str_is_null(json_str(json_get(body, "projectId")))) {
        api_fail(request, answer, 400, "projectId is required");
        json_free(body);
        return;
    }
    const struct sim_project *p =
        workspace_project(api_workspace(api), json_str(json_get(body, "projectId")));
    if (p == NULL) {
        api_fail(request, answer, 404, "Project not found");
    } else if (!is_denied(request, answer, p) &&
               check_version(request, p, json_get(body, "version"), answer)) {
        struct notebook nb;
        struct buf yaml;
        struct json_out out;
        buf_init(&yaml, SIM_MAX_BYTES);
        notebook_make(api_workspace(api), p, request->arena, &nb);
        export_write(&nb, &yaml);
        json_out_init(&out, &answer->body);
        json_out_object(&out);
        json_out_field_str(&out, "filename",
                           p->file != NULL
                               ? p->file->name
                               : sim_printf(request->arena, "%.*s.hex.yaml", STR_ARG(p->id)));
        json_out_field_str(&out, "content", sim_take(request->arena, &yaml));
        json_out_object_end(&out);
    }
    json_free(body);
}

static bool answer_runs(struct api *api, const struct api_request *request,
                        const struct sim_project *p, struct str rest, struct api_answer *answer)
{
    if (rest.n == 0) {
        list_runs(api, request, p, answer);
        return true;
    }
    struct str run = str_sub(rest, 1, SIZE_MAX);
    size_t slash = str_find(run, '/');
    if (slash == SIZE_MAX) {
        get_run(api, request, p, run, answer);
        return true;
    }
    struct str tail = str_sub(run, slash, SIZE_MAX);
    run = str_sub(run, 0, slash);
    if (!str_starts_with(tail, "/cells/") || !str_ends_with(tail, "/image") || tail.n < 13) {
        return false;
    }
    const struct sim_run *found = find_run(api, request, p, run);
    if (is_denied(request, answer, p)) {
        return true;
    }
    if (found == NULL) {
        api_fail(request, answer, 404, "Run not found");
    } else if (strcmp(found->status, "COMPLETED") != 0) {
        api_fail(request, answer, 422, "Run is not completed");
    } else {
        api_run_image(api, request, p, run, str_sub(tail, 7, tail.n - 13), answer);
    }
    return true;
}

bool api_projects(struct api *api, const struct api_request *request, struct api_answer *answer)
{
    bool is_get = strcmp(request->method, "GET") == 0;
    if (!str_starts_with(request->path, PREFIX)) {
        return false;
    }
    struct str rest = str_sub(request->path, sizeof(PREFIX) - 1, SIZE_MAX);
    if (str_is(rest, "/export") && strcmp(request->method, "POST") == 0) {
        export_project(api, request, answer);
        return true;
    }
    if (!is_get || (rest.n > 0 && rest.p[0] != '/')) {
        return false;
    }
    if (rest.n == 0) {
        list_projects(api, request, answer);
        return true;
    }
    rest = str_sub(rest, 1, SIZE_MAX);
    size_t slash = str_find(rest, '/');
    struct str id = str_sub(rest, 0, slash == SIZE_MAX ? rest.n : slash);
    const struct sim_project *p = workspace_project(api_workspace(api), id);
    if (p == NULL) {
        api_fail(request, answer, 404, "Project not found");
        return true;
    }
    struct str tail = slash == SIZE_MAX ? STR("") : str_sub(rest, slash, SIZE_MAX);
    if (tail.n == 0) {
        get_project(api, request, p, answer);
    } else if (str_is(tail, "/queriedTables")) {
        get_queried(api, request, p, answer);
    } else if (str_starts_with(tail, "/runs")) {
        return answer_runs(api, request, p, str_sub(tail, 5, SIZE_MAX), answer);
    } else {
        return false;
    }
    return true;
}
