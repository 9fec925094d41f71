/*
 * http_host - the HTTP side of a simulator: connections, bodies, delays, cut answers.
 *
 * One thread of its own calls back for every request that is complete; the thread that calls
 * http_host_wait lets delayed answers go. What a request means is the simulator's business.
 */
#ifndef COMMON_HTTP_HOST_H
#define COMMON_HTTP_HOST_H

#include "base/clock.h"
#include "common/memory.h"
#include "common/traffic.h"

#include <microhttpd.h>
#include <signal.h>

struct http_host;

struct http_argument {
    struct str name;
    struct str value;
};

/* One request on its way. The arena lives as long as it does. */
struct exchange {
    struct http_host *host;
    void *server; /* http_host_options.server */
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
    const char *token_kind; /* for the log; "none" at the start */
    size_t user;            /* whose token it is */
    struct exchange *next_delayed;
};

struct http_host_options {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: any */
    size_t max_body;
    struct traffic *traffic;
    void *server;
    /* The headers have come; may be NULL. */
    void (*begin)(struct exchange *x);
    /* The body has come: ends with http_host_send. */
    enum MHD_Result (*answer)(struct exchange *x, const char *path, const char *method);
};

/* What to send: body is taken over (and freed). */
struct http_reply {
    int status;
    const char *content_type; /* NULL: none */
    const struct http_argument *headers;
    size_t header_count;
    struct buf *body;
    int64_t wait_ms; /* of a 429 */
};

/* Starts to answer; options->traffic and options->server outlive it. */
enum status http_host_start(const struct http_host_options *options, struct http_host **out,
                            struct error *err) WARN_UNUSED;
uint16_t http_host_port(const struct http_host *host);
/* Lets delayed answers go until *stop becomes true. */
void http_host_wait(struct http_host *host, volatile sig_atomic_t *stop);
/* Ends all connections. */
void http_host_free(struct http_host *host);

/* A header of the request; STR_NULL when it has none. */
struct str http_host_header(const struct exchange *x, const char *name);
/* The text behind "Authorization: Bearer "; STR_NULL without one. */
struct str http_host_token(const struct exchange *x);
/* The decoded arguments of the query, in order. */
const struct http_argument *http_host_arguments(struct exchange *x, size_t *count);
/* Answers; cuts the body when that is the request's fault. */
enum MHD_Result http_host_send(struct exchange *x, const struct http_reply *reply);

#endif
