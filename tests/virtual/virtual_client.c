#include "virtual_client.h"

#include "base/metrics.h"
#include "io/http_queue.h"

#include <stdlib.h>
#include <string.h>

/* A request needs so long to arrive, and the answer so long to come. */
#define WAY_MS 20
#define WAY_JITTER_MS 150
#define ANSWER_MS 100
#define ANSWER_JITTER_MS 900
/* In place of a status: nobody listens. */
#define NOBODY (-1)
#define MAX_ANSWER ((size_t)1 << 20)

struct exchange {
    struct http_ticket ticket; /* first: a ticket is its exchange */
    char *url;
    char *body;
    http_done_fn *done;
    void *ctx;
    struct buf answer;
    int status; /* 0: has not arrived yet */
    int64_t retry_after_ms;
    int64_t next_ms; /* when it arrives, or when its answer does */
};

struct http_client {
    struct http_client_options options;
    struct clock_fake *clock;
    struct virtual_hex *hex;
    struct http_queue queue;
    struct exchange **flying; /* max_in_flight slots, NULL: free */
    size_t pending;
    uint64_t random;
};

enum status http_client_new(const struct http_client_options *options, struct http_client **out,
                            struct error *err)
{
    struct http_client *client = calloc(1, sizeof(*client));
    *out = client;
    if (client == NULL) {
        return error_nomem(err);
    }
    client->options = *options;
    client->clock = options->clock.ctx;
    client->flying = calloc(options->max_in_flight, sizeof(struct exchange *));
    http_queue_init(&client->queue, options->max_in_flight, options->retry_budget_ms);
    return client->flying != NULL ? OK : error_nomem(err);
}

void virtual_client_connect(struct http_client *client, struct virtual_hex *hex)
{
    client->hex = hex;
}

static void free_exchange(struct exchange *exchange)
{
    buf_free(&exchange->answer);
    free(exchange->url);
    free(exchange->body);
    free(exchange);
}

/* Nothing may be pending. */
void http_client_free(struct http_client *client)
{
    if (client != NULL) {
        http_queue_free(&client->queue);
        free(client->flying);
        free(client);
    }
}

enum status http_client_submit(struct http_client *client, const struct http_request *request,
                               struct error *err)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL) {
        return error_nomem(err);
    }
    buf_init(&exchange->answer, MAX_ANSWER);
    exchange->url = strndup(request->url.p, request->url.n);
    exchange->body = strndup(request->body.n > 0 ? request->body.p : "", request->body.n);
    exchange->done = request->done;
    exchange->ctx = request->ctx;
    if (exchange->url == NULL || exchange->body == NULL ||
        http_queue_add(&client->queue, &exchange->ticket, request->pace,
                       request->is_safe_to_repeat) != OK) {
        free_exchange(exchange);
        return error_nomem(err);
    }
    client->pending++;
    return OK;
}

static void finish(struct http_client *client, struct exchange *exchange,
                   const struct error *err)
{
    const struct http_answer answer = {
        .status = exchange->status,
        .body = buf_str(&exchange->answer),
        .content_type = STR("application/json"),
        .trace_id = STR_NULL,
        .retry_after_ms = exchange->retry_after_ms,
        .attempts = exchange->ticket.attempts,
    };
    client->pending--;
    exchange->done(exchange->ctx, &answer, err);
    free_exchange(exchange);
}

static struct exchange *exchange_of(struct http_ticket *ticket)
{
    return (struct exchange *)(void *)ticket;
}

static void send_what_may_go(struct http_client *client)
{
    int64_t now_ms = client->clock->monotonic_ms;
    struct http_ticket *ticket;
    while ((ticket = http_queue_take(&client->queue, now_ms)) != NULL) {
        struct exchange *exchange = exchange_of(ticket);
        size_t slot = 0;
        while (client->flying[slot] != NULL) {
            slot++;
        }
        client->flying[slot] = exchange;
        exchange->status = 0;
        exchange->next_ms =
            now_ms + WAY_MS + (int64_t)(virtual_random(&client->random) % WAY_JITTER_MS);
        metrics_add(METRIC_HTTP_REQUESTS, 1);
        metrics_add(METRIC_HTTP_RETRIES, ticket->attempts > 1);
    }
}

static void arrive(struct http_client *client, struct exchange *exchange)
{
    if (virtual_hex_is_down(client->hex, client->clock->monotonic_ms)) {
        exchange->status = NOBODY;
        exchange->retry_after_ms = -1;
        return;
    }
    exchange->status = virtual_hex_answer(client->hex, str_from(exchange->url),
                                          str_from(exchange->body), client->clock->monotonic_ms,
                                          &exchange->answer, &exchange->retry_after_ms);
    exchange->next_ms +=
        ANSWER_MS + (int64_t)(virtual_random(&client->random) % ANSWER_JITTER_MS);
}

static void land(struct http_client *client, struct exchange *exchange)
{
    struct error err = ERROR_INIT;
    bool is_nobody_there = exchange->status == NOBODY;
    exchange->status = is_nobody_there ? 0 : exchange->status;
    const struct http_landing landing = {
        .transport = is_nobody_there ? ERR_NETWORK : OK,
        .http_status = exchange->status,
        .retry_after_ms = exchange->retry_after_ms,
        .is_nobody_there = is_nobody_there,
    };
    struct http_decision decision =
        http_queue_landed(&client->queue, &exchange->ticket, &landing,
                          client->clock->monotonic_ms, clock_random(&client->options.clock));
    if (decision.verdict == HTTP_VERDICT_RETRY) {
        return;
    }
    if (decision.verdict == HTTP_VERDICT_FAIL) {
        (void)error_set(&err, decision.code, "HTTP %d", exchange->status);
        err.http_status = exchange->status;
    }
    finish(client, exchange, &err);
}

static struct exchange **next_event(struct http_client *client)
{
    struct exchange **next = NULL;
    for (size_t i = 0; i < client->options.max_in_flight; i++) {
        struct exchange **slot = &client->flying[i];
        if (*slot != NULL && (next == NULL || (*slot)->next_ms < (*next)->next_ms)) {
            next = slot;
        }
    }
    return next;
}

enum status http_client_run(struct http_client *client, int64_t timeout_ms, struct error *err)
{
    (void)err;
    send_what_may_go(client);
    int64_t now_ms = client->clock->monotonic_ms;
    int64_t wait = http_queue_wait_ms(&client->queue, now_ms, timeout_ms);
    struct exchange **slot = next_event(client);
    if (slot == NULL || (*slot)->next_ms - now_ms > wait) {
        clock_fake_advance(client->clock, wait);
        return OK;
    }
    struct exchange *exchange = *slot;
    clock_fake_advance(client->clock, exchange->next_ms - now_ms);
    if (exchange->status == 0) {
        arrive(client, exchange);
    } else {
        *slot = NULL;
        land(client, exchange);
    }
    return OK;
}

size_t http_client_pending(const struct http_client *client)
{
    return client->pending;
}

size_t http_client_in_flight(const struct http_client *client)
{
    return client->queue.under_way;
}

void http_client_cancel_waiting(struct http_client *client)
{
    struct http_ticket *list = http_queue_clear(&client->queue);
    struct error err = ERROR_INIT;
    (void)error_set(&err, ERR_CANCELLED, "cancelled");
    while (list != NULL) {
        struct http_ticket *next = list->next;
        struct exchange *exchange = exchange_of(list);
        exchange->status = 0;
        finish(client, exchange, &err);
        list = next;
    }
}

void http_client_wake(struct http_client *client)
{
    (void)client;
}
