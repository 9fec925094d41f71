#include "omsim/server.h"

#include "base/json_out.h"
#include "common/simulator.h"
#include "omsim/api.h"
#include "omsim/control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_BODY ((size_t)64 * 1024 * 1024)
#define MAX_URI 8192
#define MAX_ENDPOINTS 1000

struct server {
    struct http_host *host;
    struct sim *sim;
    struct traffic *traffic;
    struct clock clock;
    struct control control;
    struct map counts;
    struct arena arena; /* of the keys of counts */
};

static void count_request(struct server *server, const struct call *call)
{
    struct str name = call->endpoint;
    if (str_is_null(name)) {
        name = sim_printf(call->arena, "%s %.*s", call->method, STR_ARG(call->path));
    }
    server->control.writes += call_is(call, "GET") ? 0 : 1;
    union map_value *value = map_get(&server->counts, name);
    if (value != NULL) {
        value->number++;
    } else if (server->counts.count < MAX_ENDPOINTS) {
        union map_value one = {.number = 1};
        if (map_put(&server->counts, sim_copy(&server->arena, name), one) != OK) {
            sim_fail_memory();
        }
    }
}

/* With the body, so that every request can be checked against published schemas. */
static void log_request(struct server *server, const struct exchange *x,
                        const struct call *call)
{
    struct buf line;
    struct json_out out;
    size_t mark = str_find(x->uri, '?');
    if (server->control.log_fd < 0) {
        return;
    }
    buf_init(&line, SIM_MAX_BYTES);
    json_out_init(&out, &line);
    json_out_object(&out);
    json_out_field_time(&out, "time", clock_wall_ms(&server->clock));
    json_out_field_cstr(&out, "method", call->method);
    json_out_field_str(&out, "path", call->path);
    json_out_field_str(&out, "query",
                       mark == SIZE_MAX ? STR("") : str_sub(x->uri, mark + 1, SIZE_MAX));
    json_out_field_str(&out, "endpoint", call->endpoint);
    json_out_field_int(&out, "status", call->status);
    json_out_field_int(&out, "ms", clock_monotonic_ms(&server->clock) - x->started_ms);
    json_out_field_int(&out, "bytes", (int64_t)call->answer.size);
    json_out_field_str(&out, "user",
                       call->actor.user != NULL ? call->actor.user->name : STR_NULL);
    json_out_field_str(&out, "body", call->body.n > 0 ? call->body : STR_NULL);
    json_out_object_end(&out);
    (void)buf_append_char(&line, '\n');
    struct str text = buf_str(&line);
    while (text.n > 0) {
        ssize_t n = write(server->control.log_fd, text.p, text.n);
        if (n <= 0) {
            break; /* the log is not worth a failed request */
        }
        text = str_sub(text, (size_t)n, SIZE_MAX);
    }
    buf_free(&line);
}

static void answer_api(struct server *server, struct exchange *x, struct call *call,
                       int64_t *wait_ms)
{
    if (x->uri.n > MAX_URI) {
        call_fail(call, 414, "HTTP 414 URI Too Long");
        return;
    }
    *wait_ms = traffic_admit(server->traffic, clock_monotonic_ms(&server->clock));
    if (*wait_ms > 0) {
        call_fail(call, 429, "Too many requests");
    } else if (x->fault == FAULT_STATUS) {
        call_fail(call, x->fault_status, "Injected by omsim");
    } else {
        api_answer(call);
    }
}

static enum MHD_Result send_answer(struct exchange *x, struct call *call, int64_t wait_ms)
{
    if (buf_status(&call->answer) != OK) {
        sim_fail_memory();
    }
    struct http_reply reply = {.status = call->status,
                               .content_type = call->answer_type,
                               .headers = call->headers,
                               .header_count = call->header_count,
                               .body = &call->answer,
                               .wait_ms = wait_ms};
    enum MHD_Result result = http_host_send(x, &reply);
    call_free(call);
    return result;
}

static enum MHD_Result answer_exchange(struct exchange *x, const char *path, const char *method)
{
    struct server *server = x->server;
    struct call call;
    int64_t wait_ms = 0;
    (void)path; /* decoded: slashes inside of names look like others in it */
    call_init(&call, server->sim, &x->arena, method, str_sub(x->uri, 0, str_find(x->uri, '?')));
    call.arguments = http_host_arguments(x, &call.argument_count);
    call.body = buf_str(&x->body);
    call.content_type = http_host_header(x, "Content-Type");
    call.if_match = http_host_header(x, "If-Match");
    call.token = http_host_token(x);
    if (str_starts_with(call.path, "/_sim/")) {
        control_answer(&server->control, &call);
        return send_answer(x, &call, 0);
    }
    if (buf_status(&x->body) != OK) {
        call_fail(&call, 413, "HTTP 413 Request Entity Too Large");
    } else if (str_starts_with(call.path, "/api/v1/")) {
        answer_api(server, x, &call, &wait_ms);
    } else {
        call_fail(&call, 404, "HTTP 404 Not Found");
    }
    count_request(server, &call);
    log_request(server, x, &call);
    return send_answer(x, &call, wait_ms);
}

/* ---- life ---- */

enum status server_start(const struct server_options *options, struct sim *sim,
                         struct traffic *traffic, struct server **out, struct error *err)
{
    struct server *server = calloc(1, sizeof(*server));
    enum status status = OK;
    if (server == NULL) {
        return error_nomem(err);
    }
    server->sim = sim;
    server->traffic = traffic;
    server->clock = clock_system();
    arena_init(&server->arena, SIM_MAX_BYTES);
    map_init(&server->counts);
    server->control = (struct control){
        .sim = sim, .traffic = traffic, .counts = &server->counts, .log_fd = -1};
    status = simulator_open_log(options->log_path, &server->control.log_fd, err);
    if (status != OK) {
        goto out;
    }
    struct http_host_options host = {.address = options->address,
                                     .port = options->port,
                                     .max_body = MAX_BODY,
                                     .traffic = traffic,
                                     .server = server,
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
    if (server->control.log_fd >= 0) {
        (void)close(server->control.log_fd);
    }
    map_free(&server->counts);
    arena_free(&server->arena);
    free(server);
}
