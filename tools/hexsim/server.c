#include "hexsim/server.h"

#include "base/clock.h"
#include "hexsim/control.h"
#include "hexsim/scopes.h"
#include "io/json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_BODY ((size_t)1024 * 1024)
#define MAX_CACHE ((size_t)128 * 1024 * 1024)

struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    struct arena arena;
    struct str uri; /* as it came */
    struct buf body;
    int64_t started_ms;
    int64_t due_ms; /* of a delayed answer */
    bool is_begun;
    bool is_delayed;
    enum fault_kind fault;
    int fault_status;
    const char *token_kind;
    size_t user;
    struct exchange *next_delayed;
};

struct server {
    struct server_options options;
    struct workspace *workspace;
    struct api *api;
    struct traffic *traffic;
    struct clock clock;
    struct MHD_Daemon *daemon;
    struct control control;
    struct map counts;
    struct arena count_arena;
    int log_fd;
    uint64_t request_number;
    struct map cache; /* of listing pages, by URI */
    struct arena cache_arena;
    uint64_t cache_version;
    pthread_mutex_t mutex; /* guards delayed */
    struct exchange *delayed;
};

/* ---- what has been asked ---- */

static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = calloc(1, sizeof(*x));
    if (x == NULL) {
        sim_fail_memory();
    }
    x->server = ctx;
    x->connection = connection;
    arena_init(&x->arena, SIM_MAX_BYTES);
    buf_init(&x->body, MAX_BODY);
    x->uri = sim_copy(&x->arena, str_from(uri));
    x->started_ms = clock_monotonic_ms(&x->server->clock);
    x->token_kind = "none";
    return x;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;
    (void)ctx;
    (void)connection;
    (void)code;
    if (x != NULL) {
        arena_free(&x->arena);
        buf_free(&x->body);
        free(x);
        *state = NULL;
    }
}

struct arguments {
    struct arena *arena;
    struct api_argument *items;
    size_t count;
    size_t capacity;
};

static enum MHD_Result on_argument(void *ctx, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct arguments *a = ctx;
    struct api_argument *argument =
        sim_push(a->arena, &a->items, &a->count, &a->capacity, sizeof(*a->items));
    (void)kind;
    argument->name = sim_copy(a->arena, str_from(key));
    argument->value = value != NULL ? sim_copy(a->arena, str_from(value)) : STR("");
    return MHD_YES;
}

/* personal, workspace, or none when the token is not one of ours. */
static const char *token_kind(const struct server *server, struct MHD_Connection *connection,
                              size_t *user)
{
    const char *header =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    struct str text = str_from(header);
    if (!str_starts_with_nocase(text, "Bearer ")) {
        return "none";
    }
    struct str token = str_trim(str_sub(text, 7, SIZE_MAX));
    for (size_t i = 0; i < server->options.token_count; i++) {
        if (str_eq(token, server->options.tokens[i].text)) {
            *user = server->options.tokens[i].user;
            return str_starts_with(token, "hxtw_") ? "workspace" : "personal";
        }
    }
    return "none";
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

static void add_retry_after(const struct server *server, struct MHD_Response *response,
                            int64_t wait_ms)
{
    char text[64];
    int64_t seconds = (wait_ms + 999) / 1000;
    if (server->traffic->retry_after == RETRY_AFTER_NONE) {
        return;
    }
    if (server->traffic->retry_after == RETRY_AFTER_DATE) {
        time_t when = (time_t)((clock_wall_ms(&server->clock) + wait_ms + 999) / 1000);
        struct tm parts;
        (void)gmtime_r(&when, &parts);
        (void)strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    } else {
        (void)snprintf(text, sizeof(text), "%lld", (long long)seconds);
    }
    (void)MHD_add_response_header(response, "Retry-After", text);
}

struct cut_body {
    size_t size;
    char bytes[];
};

/* Half of the body, then the connection breaks. */
static ssize_t on_cut(void *ctx, uint64_t at, char *out, size_t max)
{
    const struct cut_body *body = ctx;
    if (at >= body->size / 2) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t n = body->size / 2 - (size_t)at;
    n = n > max ? max : n;
    memcpy(out, body->bytes + at, n);
    return (ssize_t)n;
}

static struct MHD_Response *cut_response(const struct api_answer *answer)
{
    struct cut_body *body = malloc(sizeof(*body) + answer->body.size + 1);
    if (body == NULL) {
        return NULL;
    }
    body->size = answer->body.size;
    if (body->size > 0) {
        memcpy(body->bytes, answer->body.data, body->size);
    }
    return MHD_create_response_from_callback(body->size + 1, 16384, on_cut, body, free);
}

static enum MHD_Result send_answer(struct exchange *x, const struct api_request *request,
                                   struct api_answer *answer, int64_t wait_ms)
{
    struct MHD_Response *response =
        x->fault == FAULT_CUT
            ? cut_response(answer)
            : MHD_create_response_from_buffer(answer->body.size, answer->body.data,
                                              MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        buf_free(&answer->body);
        return MHD_NO;
    }
    if (x->fault == FAULT_CUT) {
        buf_free(&answer->body);
    } else {
        answer->body.data = NULL; /* the response has it now */
    }
    (void)MHD_add_response_header(response, "Content-Type", answer->content_type);
    (void)MHD_add_response_header(response, "x-trace-id", request->trace_id.p);
    if (answer->status == 429) {
        add_retry_after(x->server, response, wait_ms > 0 ? wait_ms : 1000);
    }
    enum MHD_Result result =
        MHD_queue_response(x->connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_exchange(struct exchange *x, const char *path, const char *method)
{
    struct server *server = x->server;
    struct arguments arguments = {.arena = &x->arena};
    struct api_answer answer;
    int64_t wait_ms = 0;
    (void)MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, on_argument,
                                    &arguments);
    struct rng rng =
        rng_for(server->workspace->options.seed, "trace", ++server->request_number);
    struct api_request request = {.method = method,
                                  .path = sim_copy(&x->arena, str_from(path)),
                                  .arguments = arguments.items,
                                  .argument_count = arguments.count,
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

/* ---- delays ---- */

static void delay(struct exchange *x, int64_t ms)
{
    struct server *server = x->server;
    x->is_delayed = true;
    x->due_ms = clock_monotonic_ms(&server->clock) + ms;
    MHD_suspend_connection(x->connection);
    (void)pthread_mutex_lock(&server->mutex);
    x->next_delayed = server->delayed;
    server->delayed = x;
    (void)pthread_mutex_unlock(&server->mutex);
}

static void resume_due(struct server *server, bool is_end)
{
    int64_t now = clock_monotonic_ms(&server->clock);
    (void)pthread_mutex_lock(&server->mutex);
    for (struct exchange **at = &server->delayed; *at != NULL;) {
        struct exchange *x = *at;
        if (is_end || x->due_ms <= now) {
            *at = x->next_delayed;
            MHD_resume_connection(x->connection);
        } else {
            at = &x->next_delayed;
        }
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **state)
{
    struct exchange *x = *state;
    struct server *server = ctx;
    (void)version;
    if (x == NULL) {
        return MHD_NO;
    }
    if (!x->is_begun) {
        x->is_begun = true;
        x->token_kind = token_kind(server, connection, &x->user);
        return MHD_YES;
    }
    if (*size > 0) {
        (void)buf_append(&x->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    bool is_api = str_starts_with(str_from(path), "/api/");
    if (is_api && !x->is_delayed) {
        x->fault = traffic_fault(server->traffic, str_from(path), &x->fault_status);
        int64_t ms = server->traffic->latency_ms + (x->fault == FAULT_SLOW ? FAULT_SLOW_MS : 0);
        if (ms > 0) {
            delay(x, ms);
            return MHD_YES;
        }
    }
    return answer_exchange(x, path, method);
}

/* ---- life ---- */

static struct MHD_Daemon *start_daemon(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server->options.port)};
    if (inet_pton(AF_INET, server->options.address, &address.sin_addr) != 1) {
        errno = EINVAL;
        return NULL;
    }
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                            NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
                            (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
                            server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                            MHD_OPTION_CONNECTION_TIMEOUT, 120U,
                            MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
}

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
    server->log_fd = -1;
    arena_init(&server->count_arena, SIM_MAX_BYTES);
    arena_init(&server->cache_arena, SIM_MAX_BYTES);
    map_init(&server->counts);
    map_init(&server->cache);
    (void)pthread_mutex_init(&server->mutex, NULL);
    if (options->log_path != NULL) {
        server->log_fd =
            open(options->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (server->log_fd < 0) {
            (void)error_set(err, ERR_IO, "cannot write the log: %s", strerror(errno));
            server_free(server);
            return ERR_IO;
        }
    }
    server->control = (struct control){.workspace = workspace,
                                       .traffic = traffic,
                                       .counts = &server->counts,
                                       .log_fd = server->log_fd};
    server->daemon = start_daemon(server);
    if (server->daemon == NULL) {
        (void)error_set(err, ERR_IO, "cannot listen on %s:%u: %s", options->address,
                        (unsigned)options->port, strerror(errno));
        server_free(server);
        return ERR_IO;
    }
    *out = server;
    return OK;
}

uint16_t server_port(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void server_wait(struct server *server, volatile int *stop)
{
    while (*stop == 0) {
        struct timespec nap = {0, 2000000};
        (void)pthread_mutex_lock(&server->mutex);
        bool is_idle = server->delayed == NULL && server->traffic->latency_ms == 0;
        (void)pthread_mutex_unlock(&server->mutex);
        nap.tv_nsec = is_idle ? 50000000 : 1000000;
        (void)nanosleep(&nap, NULL);
        resume_due(server, false);
    }
}

void server_free(struct server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->daemon != NULL) {
        resume_due(server, true);
        MHD_stop_daemon(server->daemon);
    }
    if (server->log_fd >= 0) {
        (void)close(server->log_fd);
    }
    map_free(&server->counts);
    map_free(&server->cache);
    arena_free(&server->count_arena);
    arena_free(&server->cache_arena);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}
