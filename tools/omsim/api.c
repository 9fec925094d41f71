#include "omsim/api.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <string.h>

#define USER_TOKEN "omsim_user_"

/* ---- who calls ---- */

static struct entity *user_of(struct sim *sim, struct str token)
{
    if (str_is(token, sim->options.bot_token)) {
        return sim->bot;
    }
    if (str_is(token, sim->options.admin_token)) {
        return sim->admin;
    }
    if (!str_starts_with(token, USER_TOKEN)) {
        return NULL;
    }
    struct str name = str_sub(token, strlen(USER_TOKEN), SIZE_MAX);
    struct entity *user = store_by_fqn(&sim->store, kind_get(KIND_USER), name);
    return user != NULL && !user->is_deleted ? user : NULL;
}

static bool needs_no_token(const struct call *call)
{
    return str_starts_with(call->path, "/api/v1/system/version") ||
           str_starts_with(call->path, "/api/v1/system/health") ||
           str_starts_with(call->path, "/api/v1/system/config/") ||
           str_starts_with(call->path, "/api/v1/users/login");
}

static bool authenticate(struct call *call)
{
    call->actor.user = user_of(call->sim, call->token);
    if (call->actor.user == NULL && !needs_no_token(call)) {
        call_fail(call, 401, "%s",
                  str_is_null(call->token) ? "Not Authorized! Token not present"
                                           : "Not Authorized! Invalid Token");
        return false;
    }
    call->actor.is_bot = call->actor.user != NULL &&
                         json_is_true(json_object_get(call->actor.user->data, "isBot"));
    return true;
}

/* ---- what all files of the API use ---- */

void api_count_as(struct call *call, const char *collection, const char *rest)
{
    call->endpoint = sim_printf(call->arena, "%s /api/v1/%s%s", call->method, collection, rest);
}

void api_refuse_method(struct call *call)
{
    call_fail(call, 405, "HTTP 405 Method Not Allowed");
}

void api_missing(struct call *call, const struct kind *kind, struct str name)
{
    call_fail(call, 404, "%s instance for %.*s not found", kind->type, STR_ARG(name));
}

bool api_read_view(struct call *call, const struct kind *kind, struct view *view)
{
    struct str fields = call_argument(call, "fields");
    struct str wrong = STR_NULL;
    *view = (struct view){.shows_secrets = call->actor.is_bot};
    if (!str_is_null(fields) && !kind_read_fields(kind, fields, &view->fields, &wrong)) {
        call_fail(call, 400, "Invalid field name %.*s", STR_ARG(wrong));
        return false;
    }
    return true;
}

struct entity *api_find_any(struct call *call, const struct kind *kind, size_t at)
{
    bool is_named = str_is(call->segments[at], "name") && at + 1 < call->segment_count;
    struct str name = call->segments[is_named ? at + 1 : at];
    struct entity *entity = is_named ? store_by_fqn(&call->sim->store, kind, name)
                                     : store_by_id(&call->sim->store, kind, name);
    if (entity == NULL) {
        api_missing(call, kind, name);
    }
    return entity;
}

struct entity *api_find(struct call *call, const struct kind *kind, size_t at)
{
    struct str include = call_argument(call, "include");
    struct entity *entity = api_find_any(call, kind, at);
    if (entity == NULL) {
        return NULL;
    }
    bool is_wanted = str_is(include, "all") || entity->is_deleted == str_is(include, "deleted");
    if (!is_wanted) {
        api_missing(call, kind, call->segments[call->segment_count - 1]);
        return NULL;
    }
    return entity;
}

void api_answer_entity(struct call *call, int status, const struct entity *entity,
                       const char *change)
{
    struct view view = {.fields = KIND_ALL_FIELDS, .shows_secrets = call->actor.is_bot};
    call_answer(call, status, render_entity(call->sim, entity, &view));
    if (change != NULL) {
        call_header(call, "X-OpenMetadata-Change", str_from(change));
    }
}

/* ---- the system ---- */

static void answer_version(struct call *call)
{
    call_answer(call, 200,
                json_pack("{s:s,s:s,s:I}", "version", call->sim->options.version, "revision",
                          "omsim", "timestamp", (json_int_t)1767225600000));
}

static void answer_system(struct call *call)
{
    struct str what = call->segment_count > 1 ? call->segments[1] : STR("");
    api_count_as(call, "system/", what.n > 0 ? sim_copy(call->arena, what).p : "");
    if (!call_is(call, "GET")) {
        api_refuse_method(call);
    } else if (str_is(what, "version")) {
        answer_version(call);
    } else if (str_is(what, "health")) {
        call_answer_text(call, 200, "OK");
    } else if (str_is(what, "status")) {
        const char *search = call->sim->options.is_search_down ? "Failed" : "Passed";
        call_answer(call, 200,
                    json_pack("{s:{s:b},s:{s:b,s:s}}", "database", "passed", 1,
                              "searchInstance", "passed", !call->sim->options.is_search_down,
                              "message", search));
    } else {
        call_fail(call, 404, "HTTP 404 Not Found");
    }
}

/* ---- where a path leads ---- */

/* The kind whose collection the path starts with, and the segments that takes. */
static const struct kind *find_kind(const struct call *call, size_t *used)
{
    const struct kind *best = NULL;
    *used = 0;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct kind *kind = kind_get((enum kind_id)i);
        struct str path = str_from(kind->collection);
        size_t slash = str_find(path, '/');
        size_t n = slash == SIZE_MAX ? 1 : 2;
        bool is_it = call->segment_count >= n &&
                     str_eq(call->segments[0], str_sub(path, 0, slash)) &&
                     (n == 1 || str_eq(call->segments[1], str_sub(path, slash + 1, SIZE_MAX)));
        if (is_it && n > *used) {
            best = kind;
            *used = n;
        }
    }
    return best;
}

static void answer_collection(struct call *call, const struct kind *kind, size_t at)
{
    if (api_users(call, kind, at) || api_runs(call, kind, at)) {
        return;
    }
    if (call_is(call, "GET")) {
        api_read(call, kind, at);
    } else {
        api_write(call, kind, at);
    }
}

void api_answer(struct call *call)
{
    size_t used = 0;
    if (!authenticate(call)) {
        return;
    }
    struct str first = call->segment_count > 0 ? call->segments[0] : STR("");
    const struct kind *kind = find_kind(call, &used);
    if (str_is(first, "system")) {
        answer_system(call);
    } else if (kind != NULL) {
        answer_collection(call, kind, used);
    } else if (str_is(first, "lineage")) {
        api_lineage(call);
    } else if (str_is(first, "usage")) {
        api_usage(call);
    } else if (str_is(first, "search")) {
        api_search(call);
    } else {
        call_fail(call, 404, "HTTP 404 Not Found");
    }
}
