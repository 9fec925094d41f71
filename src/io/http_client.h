/*
 * http_client - many HTTP requests at once on one thread, each with its answer in memory.
 *
 * A submitted request waits for its pace, goes out on a keep-alive connection (HTTP/1.1,
 * TLS verified), is tried again as http_policy says, and ends in exactly one call of its
 * done function, from within http_client_run. Remote answers are limited in size (after
 * decompression), time and speed; a redirect to another host is refused. Proxies come from
 * the environment as curl reads it. Not thread-safe, except http_client_wake.
 */
#ifndef IO_HTTP_CLIENT_H
#define IO_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/clock.h"
#include "io/http_cause.h"
#include "io/http_policy.h"

struct http_client;

struct http_client_options {
    struct clock clock;
    unsigned max_in_flight;     /* connections; 0: 8 */
    int64_t connect_timeout_ms; /* 0: 10 s */
    int64_t total_timeout_ms;   /* of one attempt; 0: 120 s */
    int64_t stall_timeout_ms;   /* less than 100 bytes/s for so long; 0: 30 s */
    int64_t retry_budget_ms;    /* of one request with all its attempts */
    unsigned max_attempts;      /* of one request, within the budget; 0: no limit */
    const char *ca_file;        /* NULL: the system's */
    const char *user_agent;
    bool waits_for_server; /* a refused connection has the whole budget from the start */
    bool verify_tls;       /* false only when the user said so */
    bool allow_link_local; /* false: link-local and cloud metadata addresses are refused */
};

/* *out belongs to the caller, who frees it with http_client_free. */
enum status http_client_new(const struct http_client_options *options, struct http_client **out,
                            struct error *err) WARN_UNUSED;
/* Drops what is waiting and in flight without calling done. */
void http_client_free(struct http_client *client);

struct http_header {
    struct str name;
    struct str value;
};

struct http_answer {
    int status;            /* 0 when none came */
    enum http_cause cause; /* why none came */
    struct str body;       /* never NULL; valid during the call of done only */
    struct str content_type;
    struct str trace_id; /* header x-trace-id; STR_NULL without */
    struct str redirect; /* where a redirect that was refused leads to; else STR_NULL */
    int64_t retry_after_ms;
    unsigned attempts;
};

/*
 * err->code OK: answer->status is 2xx. Otherwise err says why it failed (code from
 * http_decide, message with what the server said, where = "GET path"), answer holds what the
 * last attempt brought.
 */
typedef void http_done_fn(void *ctx, const struct http_answer *answer, const struct error *err);

struct http_request {
    const char *method; /* "GET", "POST", ...; static memory */
    struct str url;
    const struct http_header *headers; /* besides Accept, Accept-Encoding, User-Agent */
    size_t header_count;
    struct str body; /* STR_NULL: none */
    size_t max_answer_bytes;
    bool is_safe_to_repeat; /* a failed attempt may have been carried out: again all the same */
    struct http_pace *pace; /* NULL: none. Outlives the request */
    http_done_fn *done;
    void *ctx;
};

/* Copies all it needs. Requests of one pace go out in order of submission. */
enum status http_client_submit(struct http_client *client, const struct http_request *request,
                               struct error *err) WARN_UNUSED;

/*
 * One turn: sends what may go, waits at most timeout_ms for something to happen, calls done
 * functions. done functions may submit more.
 */
enum status http_client_run(struct http_client *client, int64_t timeout_ms,
                            struct error *err) WARN_UNUSED;
/* Requests that have not called done yet: waiting, in flight, or between attempts. */
size_t http_client_pending(const struct http_client *client);
/* Those that are in flight now. */
size_t http_client_in_flight(const struct http_client *client);
/* Fails everything that is not in flight with ERR_CANCELLED: for a stop that ends politely. */
void http_client_cancel_waiting(struct http_client *client);
/* Makes a running http_client_run return: from a signal handler or another thread. */
void http_client_wake(struct http_client *client);

#endif
