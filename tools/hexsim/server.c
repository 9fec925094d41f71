#include "hexsim/server.h"

#include "common/simulator.h"
#include "hexsim/control.h"
#include "hexsim/scopes.h"
#include "io/json.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BODY ((size_t)1024 * 1024)
#define MAX_CACHE ((size_t)128 * 1024 * 1024)

struct server {
    struct server_options options;
    struct workspace *workspace;
    struct api *api;
    struct traffic *traffic;
    struct clock clock;
    struct http_host *host;
    struct control control;
    struct map counts;
    struct arena count_arena;
    int log_fd;
    uint64_t request_number;
    struct map cache; /* of listing pages, by URI */
    struct arena cache_arena;
    uint64_t cache_version;
};

/* personal, workspace, or none when the token is not one of ours. */
static const char *token_kind(const struct server *server, const struct exchange *x,
                              size_t *user)
{
    struct str token = http_host_token(x);
    for (size_t i = 0; i < server->options.token_count; i++) {
        if (str_eq(token, server->options.tokens[i].text)) {
            *user = server->options.tokens[i].user;
            return str_starts_with(token, "hxtw_") ? "workspace" : "personal";
        }
    }
    return "none";
}

static void begin_exchange(struct exchange *x)
{
    x->token_kind = token_kind(x->server, x, &x->user);
}

/* ---- counting ---- */

/* "GET /api/v1/projects/{id}/runs": segments that look like ids are all the same. */
static void count_request(struct server *server, const char *method, struct str path,
                          struct arena *arena)
{
    struct buf key;
    buf_init(&key, MAX_BODY);
    (void)buf_printf(&key, "%s ", method);
    while (path.n > 0) {
        size_t end = str_find(str_sub(path, 1, SIZE_MAX), '/');
        struct str segment = str_sub(path, 0, end == SIZE_MAX ? path.n : end + 1);
        if (segment.n == 37 && segment.p[9] == '-') {
            (void)buf_append_cstr(&key, "/{id}");
        } else {
            (void)buf_append_str(&key, segment);
        }
        path = str_sub(path, segment.n, SIZE_MAX);
    }
    struct str name = sim_take(arena, &key);
    union map_value *value = map_get(&server->counts, name);
    if (value != NULL) {
        value->number++;
    } else if (server->counts.count < 1000) {
        union map_value one = {.number = 1};
        if (map_put(&server->counts, sim_copy(&server->count_arena, name), one) != OK) {
            sim_fail_memory();
        }
    }
}

/* The project that a request is about, wherever it names it; STR_NULL: about none. */
static struct str project_of(const struct api_request *request, struct arena *arena)
{
    struct str id = str_sub(request->path, strlen("/api/v1/projects/"), SIZE_MAX);
    if (str_is(request->path, "/api/v1/cells")) {
        return api_argument(request, "projectId");
    }
    if (!str_starts_with(request->path, "/api/v1/projects/")) {
        return STR_NULL;
    }
    if (!str_is(id, "export")) {
        return str_sub(id, 0, str_find(id, '/'));
    }
    struct json *body = NULL;
    struct error err = ERROR_INIT;
    id = STR_NULL;
    if (json_parse(request->body, &json_limits_default, &body, &err) == OK) {
        id = json_str(json_get(body, "projectId"));
        id = str_is_null(id) ? id : sim_copy(arena, id);
    }
    json_free(body);
    return id;
}

static void log_request(struct exchange *x, const struct api_request *request,
                        const struct api_answer *answer)
{
    struct server *server = x->server;
    if (server->log_fd < 0) {
        return;
    }
    size_t mark = str_find(x->uri, '?');
    struct str query = mark == SIZE_MAX ? STR("") : str_sub(x->uri, mark + 1, SIZE_MAX);
    struct buf line;
    struct json_out out;
    buf_init(&line, SIM_MAX_BYTES);
    json_out_init(&out, &line);
    json_out_object(&out);
    json_out_field_time(&out, "time", clock_wall_ms(&server->clock));
    json_out_field_cstr(&out, "method", request->method);
    json_out_field_str(&out, "path", request->path);
    json_out_field_str(&out, "query", query);
    json_out_field_str(&out, "project", project_of(request, &x->arena));
    json_out_field_int(&out, "status", answer->status);
    json_out_field_int(&out, "ms", clock_monotonic_ms(&server->clock) - x->started_ms);
    json_out_field_int(&out, "bytes", (int64_t)answer->body.size);
    json_out_field_cstr(&out, "token", x->token_kind);
    json_out_object_end(&out);
    (void)buf_append_char(&line, '\n');
    struct str text = buf_str(&line);
    while (text.n > 0) {
        ssize_t n = write(server->log_fd, text.p, text.n);
        if (n <= 0) {
            break; /* the log is not worth a failed request */
        }
        text = str_sub(text, (size_t)n, SIZE_MAX);
    }
    buf_free(&line);
}

/* ---- answering ---- */

static void plain(struct api_answer *answer, int status, const char *text)
{
    *answer = (struct api_answer){.status = status, .content_type = "text/plain"};
    buf_init(&answer->body, SIM_MAX_BYTES);
    (void)buf_append_cstr(&answer->body, text);
}

static void fail(const struct api_request *request, struct api_answer *answer, int status,
                 const char *reason)
{
    *answer = (struct api_answer){.status = status, .content_type = "application/json"};
    buf_init(&answer->body, SIM_MAX_BYTES);
    api_fail(request, answer, status, reason);
}

/* What is not JSON in the middle of a page needs no care: pages are kept whole. */
static bool from_cache(struct server *server, struct str uri, struct api_answer *answer)
{
    if (server->cache_version != server->workspace->version) {
        map_clear(&server->cache);
        arena_reset(&server->cache_arena);
        server->cache_version = server->workspace->version;
    }
    union map_value *value = map_get(&server->cache, uri);
    if (value == NULL) {
        return false;
    }
    const struct str *page = value->pointer;
    *answer = (struct api_answer){.status = 200, .content_type = "application/json"};
    buf_init(&answer->body, SIM_MAX_BYTES);
    (void)buf_append_str(&answer->body, *page);
    return true;
}

static void to_cache(struct server *server, struct str uri, const struct api_answer *answer)
{
    if (!answer->is_cacheable || answer->status != 200 ||
        server->cache_arena.used_bytes + answer->body.size > MAX_CACHE) {
        return;
    }
    struct str *page = SIM_NEW(&server->cache_arena, struct str);
    *page = sim_copy(&server->cache_arena, buf_str(&answer->body));
    union map_value value = {.pointer = page};
    if (map_put(&server->cache, sim_copy(&server->cache_arena, uri), value) != OK) {
        sim_fail_memory();
    }
}

static void answer_api(struct exchange *x, struct api_request *request,
                       struct api_answer *answer, int64_t *wait_ms)
{
    struct server *server = x->server;
    if (strcmp(x->token_kind, "none") == 0) {
        plain(answer, 401, "Unauthorized");
        return;
    }
    *wait_ms = traffic_admit(server->traffic, clock_monotonic_ms(&server->clock));
    if (*wait_ms > 0) {
        fail(request, answer, 429, "Rate limit exceeded");
        return;
    }
    if (x->fault == FAULT_STATUS) {
        fail(request, answer, x->fault_status, "Injected by hexsim");
        return;
    }
    request->path = str_sub(request->path, 4, SIZE_MAX);
    if (!scopes_allow(server->options.scopes, request->path, request->is_workspace_token)) {
        fail(request, answer, 403, "The token lacks the scope for this request");
        return;
    }
    if (x->fault == FAULT_EXPIRED && !str_is_null(api_argument(request, "after"))) {
        fail(request, answer, 400, "Invalid pagination cursor");
        return;
    }
    request->repeats_cursor = x->fault == FAULT_CIRCLE;
    bool may_be_kept = strcmp(request->method, "GET") == 0 && !request->repeats_cursor;
    if (may_be_kept && from_cache(server, x->uri, answer)) {
        return;
    }
    api_answer(server->api, request, answer);
    to_cache(server, x->uri, answer);
}

static enum MHD_Result send_answer(struct exchange *x, const struct api_request *request,
                                   struct api_answer *answer, int64_t wait_ms)
{
    struct http_argument trace = {STR("x-trace-id"), request->trace_id};
    struct http_reply reply = {.status = answer->status,
                               .content_type = answer->content_type,
                               .headers = &trace,
                               .header_count = 1,
                               .body = &answer->body,
                               .wait_ms = wait_ms};
    return http_host_send(x, &reply);
}

static enum MHD_Result answer_exchange(struct exchange *x, const char *path, const char *method)
{
    struct server *server = x->server;
    struct api_answer answer;
    int64_t wait_ms = 0;
    size_t argument_count = 0;
    const struct http_argument *arguments = http_host_arguments(x, &argument_count);
    struct rng rng =
        rng_for(server->workspace->options.seed, "trace", ++server->request_number);
    struct api_request request = {.method = method,
                                  .path = sim_copy(&x->arena, str_from(path)),
                                  .arguments = arguments,
                                  .argument_count = argument_count,
                                  .body = buf_str(&x->body),
                                  .arena = &x->arena,
                                  .is_workspace_token = strcmp(x->token_kind, "workspace") == 0,
                                  .user = x->user};
    struct str full_path = request.path;
    request.trace_id = rng_uuid(&rng, &x->arena, TIMESTAMP_NONE);
    if (str_starts_with(full_path, "/_sim/")) {
        control_answer(&server->control, &request, &answer);
        return send_answer(x, &request, &answer, 0);
    }
    count_request(server, method, full_path, &x->arena);
    if (buf_status(&x->body) != OK) {
        fail(&request, &answer, 413, "Body too large");
    } else if (str_starts_with(full_path, "/api/")) {
        answer_api(x, &request, &answer, &wait_ms);
    } else {
        fail(&request, &answer, 404, "Not found");
    }
    if (buf_status(&answer.body) != OK) {
        sim_fail_memory();
    }
    request.path = full_path; /* the API has cut it */
    log_request(x, &request, &answer);
    return send_answer(x, &request, &answer, wait_ms);
}

/* ---- life ---- */

enum status server_start(const struct server_options *options, struct workspace *workspace,
                         struct api *api, struct traffic *traffic, struct server **out,
                         struct error *err)
{
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        return error_nomem(err);
    }
    server->options = *options;
    server->workspace = workspace;
    server->api = api;
    server->traffic = traffic;
    server->clock = clock_system();
    arena_init(&server->count_arena, SIM_MAX_BYTES);
    arena_init(&server->cache_arena, SIM_MAX_BYTES);
    map_init(&server->counts);
    map_init(&server->cache);
    enum status status = simulator_open_log(options->log_path, &server->log_fd, err);
    if (status != OK) {
        goto out;
    }
    server->control = (struct control){.workspace = workspace,
                                       .traffic = traffic,
                                       .counts = &server->counts,
                                       .log_fd = server->log_fd};
    struct http_host_options host = {.address = options->address,
                                     .port = options->port,
                                     .max_body = MAX_BODY,
                                     .traffic = traffic,
                                     .server = server,
                                     .begin = begin_exchange,
                                     .answer = answer_exchange};
    status = http_host_start(&host, &server->host, err);
out:
    if (status != OK) {
        server_free(server);
        return status;
    }
    *out = server;
    return OK;
}

struct http_host *server_host(const struct server *server)
{
    return server->host;
}

void server_free(struct server *server)
{
    if (server == NULL) {
        return;
    }
    http_host_free(server->host);
    if (server->log_fd >= 0) {
        (void)close(server->log_fd);
    }
    map_free(&server->counts);
    map_free(&server->cache);
    arena_free(&server->count_arena);
    arena_free(&server->cache_arena);
    free(server);
}
