#include "hexsim/server.h"

#include "base/clock.h"
#include "hexsim/answers.h"
#include "hexsim/listing.h"
#include "hexsim/truth.h"
#include "io/json.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BODY_BYTES ((size_t)1024 * 1024)
#define MAX_ANSWER_BYTES ((size_t)1024 * 1024 * 1024)

struct sim_server {
    struct sim_server_options options;
    struct MHD_Daemon *daemon;
    char base_url[64];
};

/* One request while its body arrives. */
struct exchange {
    struct buf body;
};

static struct str query_value(void *ctx, const char *name)
{
    return str_from(MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name));
}

/* ---- the control endpoint: /_sim/... ---- */

static enum status add_line(void *ctx, struct str line)
{
    return buf_append_str(ctx, line);
}

static int write_truth(struct sim_server *server, struct buf *out)
{
    const struct sim_truth_options options = {.host = server->base_url,
                                              .has_exports = !server->options.refuses_exports};
    enum status status = sim_truth_write(server->options.workspace, &options, add_line, out);
    return status == OK ? 200 : sim_error(out, 500, status_name(status));
}

/* POST /_sim/WHAT {"id", ...}: edit, trash, archive, delete, publish, view. */
static int control_project(struct sim_server *server, struct str what, const struct json *body,
                           struct buf *out)
{
    struct sim_workspace *workspace = server->options.workspace;
    int64_t index = sim_project_find(workspace, json_str(json_get(body, "id")));
    struct sim_override *over = index < 0 ? NULL : sim_project_override(workspace, index);
    int64_t now_ms = workspace->options.now_ms + 60000;
    if (over == NULL) {
        return sim_error(out, 404, "No such project");
    }
    if (str_is(what, "edit")) {
        struct str title = json_str(json_get(body, "title"));
        struct str sql = json_str(json_get(body, "sql"));
        over->has_edited = true;
        over->edited_ms = (over->edited_ms > now_ms ? over->edited_ms : now_ms) + 1000;
        over->has_title = over->has_title || !str_is_null(title);
        if ((!str_is_null(title) && arena_str(&workspace->arena, title, &over->title) != OK) ||
            (!str_is_null(sql) && arena_str(&workspace->arena, sql, &over->sql) != OK)) {
            return sim_error(out, 500, "Out of memory");
        }
    } else if (str_is(what, "trash")) {
        over->has_trashed = true;
        over->trashed_ms = now_ms;
    } else if (str_is(what, "archive")) {
        over->has_archived = true;
        over->archived_ms = now_ms;
    } else if (str_is(what, "delete")) {
        over->is_deleted = true;
    } else if (str_is(what, "publish")) {
        over->has_published = true;
        over->published_ms = now_ms;
        over->results_updated_ms = now_ms;
    } else if (str_is(what, "view")) {
        over->more_views += json_int(json_get(body, "count"), 1);
    } else {
        return sim_error(out, 404, "No such control");
    }
    (void)buf_append_cstr(out, "{}");
    return 200;
}

static int control(struct sim_server *server, struct str what, struct str text, struct buf *out)
{
    struct json *body = NULL;
    int status;
    if (str_is(what, "truth")) {
        return write_truth(server, out);
    }
    if (json_parse(text, &json_limits_default, &body, NULL) != OK) {
        return sim_error(out, 400, "The body is not JSON");
    }
    if (str_is(what, "add")) {
        int64_t count = json_int(json_get(body, "count"), 1);
        bool is_done = count > 0 && count < 1000000 &&
                       sim_workspace_add(server->options.workspace, count) == OK;
        status = is_done ? 200 : sim_error(out, 400, "Cannot add so many");
        (void)buf_append_cstr(out, is_done ? "{}" : "");
    } else {
        status = control_project(server, what, body, out);
    }
    json_free(body);
    return status;
}

/* ---- requests ---- */

static bool is_allowed(const struct sim_server *server, struct MHD_Connection *connection,
                       bool *is_workspace_token)
{
    struct str given =
        str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"));
    struct str token =
        str_starts_with(given, "Bearer ") ? str_sub(given, 7, SIZE_MAX) : STR_NULL;
    *is_workspace_token = str_is(token, server->options.workspace_token);
    return *is_workspace_token || str_is(token, server->options.token);
}

static int answer(struct sim_server *server, struct MHD_Connection *connection, const char *url,
                  bool is_post, struct str body, struct buf *out)
{
    struct str path = str_from(url);
    struct sim_request request = {.workspace = server->options.workspace,
                                  .query = query_value,
                                  .query_ctx = connection,
                                  .body = body,
                                  .is_post = is_post,
                                  .base_url = server->base_url};
    if (str_starts_with(path, "/_sim/")) {
        return control(server, str_sub(path, 6, SIZE_MAX), body, out);
    }
    if (!is_allowed(server, connection, &request.is_workspace_token)) {
        (void)buf_append_cstr(out, "Unauthorized");
        return 401;
    }
    if (!str_starts_with(path, "/api/v1/")) {
        return sim_error(out, 404, "Not found");
    }
    request.path = str_sub(path, 7, SIZE_MAX);
    if (server->options.refuses_exports && str_is(request.path, "/projects/export")) {
        return sim_error(out, 403, "The token may not export projects");
    }
    return sim_answer(&request, out);
}

static void write_log(struct sim_server *server, const char *method, const char *url,
                      int status, size_t bytes)
{
    if (server->options.log != NULL) {
        (void)fprintf(server->options.log,
                      "{\"method\":\"%s\",\"path\":\"%s\",\"status\":%d,\"bytes\":%zu}\n",
                      method, url, status, bytes);
        (void)fflush(server->options.log);
    }
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, int status,
                                   struct buf *out)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(out->size, out->data, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        buf_free(out);
        return MHD_NO;
    }
    const char *type = status == 401 ? "text/plain" : "application/json";
    (void)MHD_add_response_header(response, "Content-Type", type);
    (void)MHD_add_response_header(response, "x-trace-id", "00000000000000000000000000000000");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct sim_server *server = ctx;
    struct exchange *exchange = *state;
    struct buf out;
    (void)version;
    if (exchange == NULL) {
        exchange = calloc(1, sizeof(*exchange));
        if (exchange == NULL) {
            return MHD_NO;
        }
        buf_init(&exchange->body, MAX_BODY_BYTES);
        *state = exchange;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        (void)buf_append(&exchange->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    buf_init(&out, MAX_ANSWER_BYTES);
    int status = answer(server, connection, url, strcmp(method, "POST") == 0,
                        buf_str(&exchange->body), &out);
    write_log(server, method, url, status, out.size);
    return send_answer(connection, status, &out);
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *state;
    (void)ctx;
    (void)connection;
    (void)why;
    if (exchange != NULL) {
        buf_free(&exchange->body);
        free(exchange);
    }
}

enum status sim_server_start(const struct sim_server_options *options, struct sim_server **out,
                             struct error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)options->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sim_server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        return error_nomem(err);
    }
    server->options = *options;
    server->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)options->port,
                                      NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
                                      &address, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                                      MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        server->daemon == NULL ? NULL
                               : MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info == NULL) {
        free(server);
        return error_set(err, ERR_IO, "cannot listen on port %u", options->port);
    }
    server->options.port = info->port;
    (void)snprintf(server->base_url, sizeof(server->base_url), "http://127.0.0.1:%u",
                   server->options.port);
    *out = server;
    return OK;
}

unsigned sim_server_port(const struct sim_server *server)
{
    return server->options.port;
}

void sim_server_stop(struct sim_server *server)
{
    MHD_stop_daemon(server->daemon);
    free(server);
}
