#include "common/http_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct http_host {
    struct http_host_options options;
    struct clock clock;
    struct MHD_Daemon *daemon;
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
    x->host = ctx;
    x->server = x->host->options.server;
    x->connection = connection;
    arena_init(&x->arena, SIM_MAX_BYTES);
    buf_init(&x->body, x->host->options.max_body);
    x->uri = sim_copy(&x->arena, str_from(uri));
    x->started_ms = clock_monotonic_ms(&x->host->clock);
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

struct str http_host_header(const struct exchange *x, const char *name)
{
    return str_from(MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name));
}

struct str http_host_token(const struct exchange *x)
{
    struct str text = http_host_header(x, "Authorization");
    if (!str_starts_with_nocase(text, "Bearer ")) {
        return STR_NULL;
    }
    return str_trim(str_sub(text, 7, SIZE_MAX));
}

struct arguments {
    struct arena *arena;
    struct http_argument *items;
    size_t count;
    size_t capacity;
};

static enum MHD_Result on_argument(void *ctx, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct arguments *a = ctx;
    struct http_argument *argument =
        sim_push(a->arena, &a->items, &a->count, &a->capacity, sizeof(*a->items));
    (void)kind;
    argument->name = sim_copy(a->arena, str_from(key));
    argument->value = value != NULL ? sim_copy(a->arena, str_from(value)) : STR("");
    return MHD_YES;
}

const struct http_argument *http_host_arguments(struct exchange *x, size_t *count)
{
    struct arguments arguments = {.arena = &x->arena};
    (void)MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, on_argument,
                                    &arguments);
    *count = arguments.count;
    return arguments.items;
}

/* ---- answering ---- */

static void add_retry_after(const struct exchange *x, struct MHD_Response *response,
                            int64_t wait_ms)
{
    char text[64];
    const struct traffic *traffic = x->host->options.traffic;
    int64_t seconds = (wait_ms + 999) / 1000;
    if (traffic->retry_after == RETRY_AFTER_NONE) {
        return;
    }
    if (traffic->retry_after == RETRY_AFTER_DATE) {
        time_t when = (time_t)((clock_wall_ms(&x->host->clock) + wait_ms + 999) / 1000);
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

static struct MHD_Response *cut_response(const struct buf *from)
{
    struct cut_body *body = malloc(sizeof(*body) + from->size + 1);
    if (body == NULL) {
        return NULL;
    }
    body->size = from->size;
    if (body->size > 0) {
        memcpy(body->bytes, from->data, body->size);
    }
    return MHD_create_response_from_callback(body->size + 1, 16384, on_cut, body, free);
}

enum MHD_Result http_host_send(struct exchange *x, const struct http_reply *reply)
{
    struct buf *body = reply->body;
    struct MHD_Response *response =
        x->fault == FAULT_CUT
            ? cut_response(body)
            : MHD_create_response_from_buffer(body->size, body->data, MHD_RESPMEM_MUST_FREE);
    if (response == NULL || x->fault == FAULT_CUT) {
        buf_free(body);
    }
    if (response == NULL) {
        return MHD_NO;
    }
    body->data = NULL; /* the response has it now */
    if (reply->content_type != NULL) {
        (void)MHD_add_response_header(response, "Content-Type", reply->content_type);
    }
    for (size_t i = 0; i < reply->header_count; i++) {
        (void)MHD_add_response_header(response, reply->headers[i].name.p,
                                      reply->headers[i].value.p);
    }
    if (reply->status == 429) {
        add_retry_after(x, response, reply->wait_ms > 0 ? reply->wait_ms : 1000);
    }
    enum MHD_Result result =
        MHD_queue_response(x->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* ---- delays ---- */

static void delay(struct exchange *x, int64_t ms)
{
    struct http_host *host = x->host;
    x->is_delayed = true;
    x->due_ms = clock_monotonic_ms(&host->clock) + ms;
    MHD_suspend_connection(x->connection);
    (void)pthread_mutex_lock(&host->mutex);
    x->next_delayed = host->delayed;
    host->delayed = x;
    (void)pthread_mutex_unlock(&host->mutex);
}

static void resume_due(struct http_host *host, bool is_end)
{
    int64_t now = clock_monotonic_ms(&host->clock);
    (void)pthread_mutex_lock(&host->mutex);
    for (struct exchange **at = &host->delayed; *at != NULL;) {
        struct exchange *x = *at;
        if (is_end || x->due_ms <= now) {
            *at = x->next_delayed;
            MHD_resume_connection(x->connection);
        } else {
            at = &x->next_delayed;
        }
    }
    (void)pthread_mutex_unlock(&host->mutex);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **state)
{
    struct exchange *x = *state;
    struct http_host *host = ctx;
    (void)connection;
    (void)version;
    if (x == NULL) {
        return MHD_NO;
    }
    if (!x->is_begun) {
        x->is_begun = true;
        if (host->options.begin != NULL) {
            host->options.begin(x);
        }
        return MHD_YES;
    }
    if (*size > 0) {
        (void)buf_append(&x->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    bool is_api = str_starts_with(str_from(path), "/api/");
    if (is_api && !x->is_delayed) {
        struct traffic *traffic = host->options.traffic;
        x->fault = traffic_fault(traffic, method, str_from(path), &x->fault_status);
        int64_t ms = traffic->latency_ms + (x->fault == FAULT_SLOW ? FAULT_SLOW_MS : 0);
        if (ms > 0) {
            delay(x, ms);
            return MHD_YES;
        }
    }
    return host->options.answer(x, path, method);
}

/* ---- life ---- */

static struct MHD_Daemon *start_daemon(struct http_host *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(host->options.port)};
    if (inet_pton(AF_INET, host->options.address, &address.sin_addr) != 1) {
        errno = EINVAL;
        return NULL;
    }
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                            NULL, on_request, host, MHD_OPTION_SOCK_ADDR,
                            (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
                            host, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                            MHD_OPTION_CONNECTION_TIMEOUT, 120U,
                            MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
}

enum status http_host_start(const struct http_host_options *options, struct http_host **out,
                            struct error *err)
{
    struct http_host *host = calloc(1, sizeof(*host));
    if (host == NULL) {
        return error_nomem(err);
    }
    host->options = *options;
    host->clock = clock_system();
    (void)pthread_mutex_init(&host->mutex, NULL);
    host->daemon = start_daemon(host);
    if (host->daemon == NULL) {
        (void)error_set(err, ERR_IO, "cannot listen on %s:%u: %s", options->address,
                        (unsigned)options->port, strerror(errno));
        http_host_free(host);
        return ERR_IO;
    }
    *out = host;
    return OK;
}

uint16_t http_host_port(const struct http_host *host)
{
    return MHD_get_daemon_info(host->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void http_host_wait(struct http_host *host, volatile sig_atomic_t *stop)
{
    while (*stop == 0) {
        struct timespec nap = {0, 2000000};
        (void)pthread_mutex_lock(&host->mutex);
        bool is_idle = host->delayed == NULL && host->options.traffic->latency_ms == 0;
        (void)pthread_mutex_unlock(&host->mutex);
        nap.tv_nsec = is_idle ? 50000000 : 1000000;
        (void)nanosleep(&nap, NULL);
        resume_due(host, false);
    }
}

void http_host_free(struct http_host *host)
{
    if (host == NULL) {
        return;
    }
    if (host->daemon != NULL) {
        resume_due(host, true);
        MHD_stop_daemon(host->daemon);
    }
    (void)pthread_mutex_destroy(&host->mutex);
    free(host);
}
