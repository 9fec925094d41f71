#include "io/http_client.h"

#include "base/log.h"
#include "base/metrics.h"
#include "io/http_queue.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_IN_FLIGHT 8
#define DEFAULT_CONNECT_MS 10000
#define DEFAULT_TOTAL_MS 120000
#define DEFAULT_STALL_MS 30000
#define STALL_BYTES_PER_SECOND 100
#define MAX_HEADER_BYTES ((size_t)256 * 1024)
#define MAX_HEADER_TEXT ((size_t)1024)
#define MAX_REDIRECTS 5
#define LONG_PAUSE_MS 20000
/* Trouble that lasts so long is told: a short one is over before anybody wonders. */
#define LONG_TROUBLE_MS 10000
/* HTTP/1.1 reads one answer a connection, so that 64 KiB is as fast as more, and eight times 64
 * KiB is little memory. */
#define RECEIVE_BUFFER_BYTES 65536L

/* One request on its way through waiting, flying, waiting again, and done. */
struct exchange {
    struct http_ticket ticket; /* first: a ticket is its exchange */
    struct http_client *client;
    const char *method;
    char *url;
    char *body; /* NULL: none */
    size_t body_size;
    struct curl_slist *headers;
    http_done_fn *done;
    void *ctx;
    unsigned redirects;

    CURL *easy; /* while flying */
    struct buf answer;
    size_t header_bytes;
    struct buf content_type;
    struct buf trace_id;
    struct buf retry_after;
    struct buf date;
    bool is_address_refused;
    enum http_cause cause;
    const char *refused_redirect; /* its caller's, during finish only */
    char curl_message[CURL_ERROR_SIZE];
};

struct http_client {
    struct http_client_options options;
    CURLM *multi;
    char *ca_file;
    char *user_agent;
    const char *encodings;
    CURL **idle; /* easy handles to be used again */
    size_t idle_count;
    struct http_queue queue;
    struct exchange **flying; /* max_in_flight slots, NULL: free */
    size_t pending;
    size_t finished_in_turn;
    int64_t told_until_ms; /* the pause that was logged */
    int64_t trouble_ms;    /* when attempts began to fail; -1: they do not */
    bool has_told_trouble;
};

/* ---- life ---- */

static const char *supported_encodings(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    bool has_gzip = (info->features & CURL_VERSION_LIBZ) != 0;
    bool has_zstd = (info->features & CURL_VERSION_ZSTD) != 0;
    return has_gzip && has_zstd ? "gzip, zstd" : has_gzip ? "gzip" : NULL;
}

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value > 0 ? value : fallback;
}

enum status http_client_new(const struct http_client_options *options, struct http_client **out,
                            struct error *err)
{
    *out = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return error_set(err, ERR_IO, "the HTTP library cannot be set up");
    }
    struct http_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return error_nomem(err);
    }
    client->options = *options;
    struct http_client_options *o = &client->options;
    o->max_in_flight = o->max_in_flight == 0 ? DEFAULT_IN_FLIGHT : o->max_in_flight;
    o->connect_timeout_ms = or_default(o->connect_timeout_ms, DEFAULT_CONNECT_MS);
    o->total_timeout_ms = or_default(o->total_timeout_ms, DEFAULT_TOTAL_MS);
    o->stall_timeout_ms = or_default(o->stall_timeout_ms, DEFAULT_STALL_MS);
    http_queue_init(&client->queue, o->max_in_flight, o->retry_budget_ms);
    client->queue.max_attempts = o->max_attempts;
    client->trouble_ms = -1;
    client->encodings = supported_encodings();
    client->multi = curl_multi_init();
    client->idle = calloc(o->max_in_flight, sizeof(*client->idle));
    client->flying = calloc(o->max_in_flight, sizeof(struct exchange *));
    client->user_agent = strdup(o->user_agent != NULL ? o->user_agent : "hexmeta");
    client->ca_file = o->ca_file != NULL ? strdup(o->ca_file) : NULL;
    if (client->multi == NULL || client->idle == NULL || client->flying == NULL ||
        client->user_agent == NULL || (o->ca_file != NULL && client->ca_file == NULL)) {
        http_client_free(client);
        return error_nomem(err);
    }
    (void)curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)o->max_in_flight);
    (void)curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    *out = client;
    return OK;
}

static void free_exchange(struct exchange *exchange)
{
    if (exchange == NULL) {
        return;
    }
    curl_slist_free_all(exchange->headers);
    buf_free(&exchange->answer);
    buf_free(&exchange->content_type);
    buf_free(&exchange->trace_id);
    buf_free(&exchange->retry_after);
    buf_free(&exchange->date);
    free(exchange->url);
    free(exchange->body);
    free(exchange);
}

static struct exchange *exchange_of(struct http_ticket *ticket)
{
    return (struct exchange *)(void *)ticket;
}

static void free_waiting(struct http_queue *queue)
{
    struct http_ticket *list = http_queue_clear(queue);
    while (list != NULL) {
        struct http_ticket *next = list->next;
        free_exchange(exchange_of(list));
        list = next;
    }
}

void http_client_free(struct http_client *client)
{
    if (client == NULL) {
        return;
    }
    for (size_t i = 0; client->flying != NULL && i < client->options.max_in_flight; i++) {
        if (client->flying[i] != NULL) {
            (void)curl_multi_remove_handle(client->multi, client->flying[i]->easy);
            curl_easy_cleanup(client->flying[i]->easy);
            free_exchange(client->flying[i]);
        }
    }
    for (size_t i = 0; client->idle != NULL && i < client->idle_count; i++) {
        curl_easy_cleanup(client->idle[i]);
    }
    free_waiting(&client->queue);
    http_queue_free(&client->queue);
    if (client->multi != NULL) {
        (void)curl_multi_cleanup(client->multi);
    }
    free(client->idle);
    free(client->flying);
    free(client->ca_file);
    free(client->user_agent);
    free(client);
}

/* ---- submitting ---- */

static enum status add_header(struct curl_slist **list, struct str name, struct str value)
{
    struct buf line;
    buf_init(&line, 128 * 1024);
    (void)buf_append_str(&line, name);
    (void)buf_append_cstr(&line, ": ");
    (void)buf_append_str(&line, value);
    struct curl_slist *longer =
        buf_status(&line) == OK ? curl_slist_append(*list, buf_cstr(&line)) : NULL;
    if (longer != NULL) {
        *list = longer;
    }
    if (line.data != NULL) {
        explicit_bzero(line.data, line.capacity); /* it may have held the token */
    }
    buf_free(&line);
    return longer != NULL ? OK : ERR_NOMEM;
}

enum status http_client_submit(struct http_client *client, const struct http_request *request,
                               struct error *err)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL) {
        goto nomem;
    }
    exchange->client = client;
    exchange->method = request->method;
    exchange->done = request->done;
    exchange->ctx = request->ctx;
    buf_init(&exchange->answer, request->max_answer_bytes);
    buf_init(&exchange->content_type, MAX_HEADER_TEXT);
    buf_init(&exchange->trace_id, MAX_HEADER_TEXT);
    buf_init(&exchange->retry_after, MAX_HEADER_TEXT);
    buf_init(&exchange->date, MAX_HEADER_TEXT);
    exchange->url = strndup(request->url.p, request->url.n);
    if (exchange->url == NULL) {
        goto nomem;
    }
    if (!str_is_null(request->body)) {
        exchange->body = malloc(request->body.n + 1);
        if (exchange->body == NULL) {
            goto nomem;
        }
        memcpy(exchange->body, request->body.p, request->body.n);
        exchange->body_size = request->body.n;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        if (add_header(&exchange->headers, request->headers[i].name,
                       request->headers[i].value) != OK) {
            goto nomem;
        }
    }
    if (http_queue_add(&client->queue, &exchange->ticket, request->pace,
                       request->is_safe_to_repeat) != OK) {
        goto nomem;
    }
    client->pending++;
    return OK;
nomem:
    free_exchange(exchange);
    return error_nomem(err);
}

/* ---- flying ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct exchange *exchange = ctx;
    size_t n = size * count;
    if (buf_append(&exchange->answer, bytes, n) != OK) {
        return 0; /* ends the transfer; why stands in answer.status */
    }
    metrics_add(METRIC_HTTP_RECEIVED_BYTES, (int64_t)n);
    return n;
}

static void keep_header(struct buf *into, struct str value)
{
    buf_clear(into);
    (void)buf_append_str(into, str_sub(value, 0, MAX_HEADER_TEXT - 1));
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct exchange *exchange = ctx;
    size_t n = size * count;
    struct str line = str_from_n(bytes, n);
    size_t colon = str_find(line, ':');
    exchange->header_bytes += n;
    if (exchange->header_bytes > MAX_HEADER_BYTES) {
        exchange->answer.status = ERR_LIMIT;
        return 0;
    }
    if (colon == SIZE_MAX) {
        return n;
    }
    struct str name = str_sub(line, 0, colon);
    struct str value = str_trim(str_sub(line, colon + 1, SIZE_MAX));
    if (str_eq_nocase(name, STR("retry-after"))) {
        keep_header(&exchange->retry_after, value);
    } else if (str_eq_nocase(name, STR("date"))) {
        keep_header(&exchange->date, value);
    } else if (str_eq_nocase(name, STR("content-type"))) {
        keep_header(&exchange->content_type, value);
    } else if (str_eq_nocase(name, STR("x-trace-id"))) {
        keep_header(&exchange->trace_id, value);
    }
    return n;
}

/* 169.254.0.0/16, fe80::/10 and the metadata service's fd00:ec2::254. */
static bool is_link_local(const struct sockaddr *address)
{
    static const unsigned char metadata[16] = {0xFD, 0x00, 0x0E, 0xC2, [14] = 0x02, 0x54};
    if (address->sa_family == AF_INET) {
        uint32_t ip =
            ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
        return ip >> 16 == 0xA9FE;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *ip =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(ip)) {
            return ip->s6_addr[12] == 0xA9 && ip->s6_addr[13] == 0xFE;
        }
        return IN6_IS_ADDR_LINKLOCAL(ip) || memcmp(ip->s6_addr, metadata, 16) == 0;
    }
    return false;
}

static curl_socket_t on_open_socket(void *ctx, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct exchange *exchange = ctx;
    (void)purpose;
    if (!exchange->client->options.allow_link_local && is_link_local(&address->addr)) {
        exchange->is_address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURL *take_easy(struct http_client *client)
{
    if (client->idle_count > 0) {
        CURL *easy = client->idle[--client->idle_count];
        curl_easy_reset(easy);
        return easy;
    }
    return curl_easy_init();
}

static void set_request(struct exchange *exchange, CURL *easy)
{
    (void)curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
    if (strcmp(exchange->method, "GET") != 0) {
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
    }
    if (exchange->body != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)exchange->body_size);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
    }
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->curl_message);
}

static void set_policy(const struct http_client *client, CURL *easy)
{
    const struct http_client_options *o = &client->options;
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    /* libcurl 7.88 stalls now and then on parallel HTTP/2 streams. */
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent);
    (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, client->encodings);
    (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->verify_tls ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->verify_tls ? 2L : 0L);
    if (client->ca_file != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
    }
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->total_timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_SECOND);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                           (long)(o->stall_timeout_ms < 1000 ? 1 : o->stall_timeout_ms / 1000));
}

static bool start(struct exchange *exchange)
{
    struct http_client *client = exchange->client;
    size_t slot = 0;
    while (client->flying[slot] != NULL) {
        slot++;
    }
    exchange->easy = take_easy(client);
    if (exchange->easy == NULL) {
        return false;
    }
    buf_clear(&exchange->answer);
    buf_clear(&exchange->content_type);
    buf_clear(&exchange->trace_id);
    buf_clear(&exchange->retry_after);
    buf_clear(&exchange->date);
    exchange->header_bytes = 0;
    exchange->is_address_refused = false;
    exchange->curl_message[0] = '\0';
    set_policy(client, exchange->easy);
    set_request(exchange, exchange->easy);
    if (curl_multi_add_handle(client->multi, exchange->easy) != CURLM_OK) {
        curl_easy_cleanup(exchange->easy);
        exchange->easy = NULL;
        return false;
    }
    client->flying[slot] = exchange;
    metrics_add(METRIC_HTTP_REQUESTS, 1);
    metrics_add(METRIC_HTTP_RETRIES, exchange->ticket.attempts > 1 ? 1 : 0);
    return true;
}

/* ---- landing ---- */

/* "/api/v1/projects?..." of a URL, for messages. */
static struct str path_of(const char *url)
{
    const char *slashes = strstr(url, "://");
    const char *path = slashes != NULL ? strchr(slashes + 3, '/') : NULL;
    return str_sub(str_from(path != NULL ? path : url), 0, 200);
}

/* "app.hex.tech:8443" of a URL. */
static struct str authority_of(const char *url)
{
    const char *slashes = strstr(url, "://");
    struct str rest = str_from(slashes != NULL ? slashes + 3 : url);
    size_t n = 0;
    while (n < rest.n && strchr("/?#", rest.p[n]) == NULL) {
        n++;
    }
    return str_sub(rest, 0, n);
}

static void finish(struct exchange *exchange, int status, const struct error *err)
{
    struct http_client *client = exchange->client;
    const struct http_answer answer = {
        .status = status,
        .cause = exchange->cause,
        .body = buf_str(&exchange->answer),
        .content_type = buf_str(&exchange->content_type),
        .trace_id = exchange->trace_id.size > 0 ? buf_str(&exchange->trace_id) : STR_NULL,
        .redirect = str_from(exchange->refused_redirect),
        .retry_after_ms = err->retry_after_ms,
        .attempts = exchange->ticket.attempts,
    };
    if (err->code != OK) {
        metrics_add(METRIC_HTTP_FAILURES, 1);
    }
    client->pending--;
    client->finished_in_turn++;
    exchange->done(exchange->ctx, &answer, err);
    free_exchange(exchange);
}

/* What a transfer's failure means: ERR_NETWORK may pass, ERR_IO will not, ERR_LIMIT is ours. */
static enum status transport_status(const struct exchange *exchange, CURLcode code)
{
    if (exchange->answer.status != OK) {
        return exchange->answer.status;
    }
    if (exchange->is_address_refused) {
        return ERR_IO;
    }
    switch (code) {
    case CURLE_OK:
        return OK;
    case CURLE_OUT_OF_MEMORY:
        return ERR_NOMEM;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_CONTENT_ENCODING:
        return ERR_IO;
    default:
        return ERR_NETWORK;
    }
}

static void explain_transport(const struct exchange *exchange, CURLcode code,
                              enum status transport, struct error *err)
{
    struct str host = authority_of(exchange->url);
    const char *detail =
        exchange->curl_message[0] != '\0' ? exchange->curl_message : curl_easy_strerror(code);
    if (transport == ERR_LIMIT) {
        (void)error_set(err, ERR_LIMIT, "the answer of %.*s is larger than %zu bytes",
                        STR_ARG(host), exchange->answer.max_bytes);
    } else if (exchange->is_address_refused) {
        (void)error_set(err, ERR_NETWORK,
                        "%.*s is a link-local or cloud metadata address: refused",
                        STR_ARG(host));
    } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
        (void)error_set(err, ERR_NETWORK, "the name of %.*s cannot be resolved", STR_ARG(host));
    } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        (void)error_set(err, ERR_NETWORK, "the TLS certificate of %.*s is not trusted: %s",
                        STR_ARG(host), detail);
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        (void)error_set(err, ERR_NETWORK, "%.*s is too slow: %s", STR_ARG(host), detail);
    } else {
        (void)error_set(err, transport == ERR_NOMEM ? ERR_NOMEM : ERR_NETWORK,
                        "%.*s cannot be reached: %s", STR_ARG(host), detail);
    }
}

static void describe_failure(const struct exchange *exchange, CURLcode code,
                             enum status transport, int status, struct error *err)
{
    enum status reason = err->code;
    if (transport != OK) {
        explain_transport(exchange, code, transport, err);
    } else {
        (void)error_set(err, reason, "HTTP %d", status);
        err->http_status = status;
    }
    if (exchange->ticket.attempts > 1) {
        size_t n = strlen(err->message);
        (void)snprintf(err->message + n, sizeof(err->message) - n, " (%u attempts)",
                       exchange->ticket.attempts);
    }
    struct str path = path_of(exchange->url);
    error_where(err, "%s %.*s", exchange->method,
                STR_ARG(str_sub(path, 0, str_find(path, '?'))));
}

/* 307 and 308 keep the method; the others would make a GET of it. */
static bool may_follow(const struct exchange *exchange, int status)
{
    bool keeps_method = status == 307 || status == 308;
    return strcmp(exchange->method, "GET") == 0 ||
           (keeps_method && exchange->ticket.is_safe_to_repeat);
}

/* Follows a redirect on the same scheme, host and port; false when it is refused. */
static bool follow(struct exchange *exchange, int status, const char *target, struct error *err)
{
    bool is_same = target != NULL &&
                   str_eq_nocase(authority_of(exchange->url), authority_of(target)) &&
                   strncasecmp(exchange->url, target, 6) == 0;
    if (!is_same || !may_follow(exchange, status) || exchange->redirects >= MAX_REDIRECTS) {
        (void)error_set(
            err, ERR_REJECTED,
            "%.*s redirects to %.200s, which is refused: set hostPort to the address "
            "that answers",
            STR_ARG(authority_of(exchange->url)), target != NULL ? target : "nowhere");
        error_where(err, "%s %.*s", exchange->method, STR_ARG(path_of(exchange->url)));
        return false;
    }
    char *url = strdup(target);
    if (url == NULL) {
        (void)error_nomem(err);
        return false;
    }
    free(exchange->url);
    exchange->url = url;
    exchange->redirects++;
    http_queue_put_back(&exchange->client->queue, &exchange->ticket);
    return true;
}

/* A date is compared with the server's own clock, where it shows that. */
static int64_t retry_after_of(const struct exchange *exchange, int64_t now_wall_ms)
{
    if (exchange->retry_after.size == 0) {
        return -1;
    }
    int64_t server_ms = now_wall_ms;
    (void)http_date_ms(buf_str(&exchange->date), now_wall_ms, &server_ms);
    return http_retry_after_ms(buf_str(&exchange->retry_after), server_ms);
}

/* A silence that a user would wonder about; once, whoever else is refused meanwhile. */
static void tell_long_pause(struct exchange *exchange, int64_t wait_ms, int64_t now_ms)
{
    struct http_client *client = exchange->client;
    if (wait_ms >= LONG_PAUSE_MS && now_ms + wait_ms > client->told_until_ms + 1000) {
        client->told_until_ms = now_ms + wait_ms;
        log_info("%.*s wants fewer requests (429): nothing is sent for %" PRId64 " s",
                 STR_ARG(authority_of(exchange->url)), wait_ms / 1000);
    }
}

/* Attempts that go on failing, once, and that they do no more. */
static void tell_trouble(struct exchange *exchange, CURLcode code, enum status transport,
                         int status, int64_t now_ms)
{
    struct http_client *client = exchange->client;
    struct error err = ERROR_INIT;
    if (transport == OK && status < 500) {
        if (client->has_told_trouble) {
            log_info("%.*s answers again", STR_ARG(authority_of(exchange->url)));
        }
        client->trouble_ms = -1;
        client->has_told_trouble = false;
        return;
    }
    client->trouble_ms = client->trouble_ms < 0 ? now_ms : client->trouble_ms;
    if (client->has_told_trouble || now_ms - client->trouble_ms < LONG_TROUBLE_MS) {
        return;
    }
    client->has_told_trouble = true;
    err.code = ERR_NETWORK;
    describe_failure(exchange, code, transport, status, &err);
    error_prefix(&err, "still trying, each request for %" PRId64 " s at most: ",
                 client->options.retry_budget_ms / 1000);
    log_failure(LOG_LEVEL_WARNING, &err);
}

/* Where no name is known nobody will come up soon; where nobody listens somebody may. */
static bool is_nobody_there(const struct exchange *exchange)
{
    return exchange->cause == HTTP_CAUSE_NAME || exchange->cause == HTTP_CAUSE_PROXY_NAME ||
           (exchange->cause == HTTP_CAUSE_CONNECT &&
            !exchange->client->options.waits_for_server);
}

static void judge(struct exchange *exchange, CURLcode code, int status, const char *redirect)
{
    struct http_client *client = exchange->client;
    const struct clock *clock = &client->options.clock;
    int64_t now_ms = clock_monotonic_ms(clock);
    int64_t flight_ms = now_ms - exchange->ticket.sent_ms;
    struct error err = ERROR_INIT;
    enum status transport = transport_status(exchange, code);
    bool is_redirect = transport == OK && status >= 300 && status < 400;
    if (is_redirect && follow(exchange, status, redirect, &err)) {
        return;
    }
    exchange->refused_redirect = is_redirect ? redirect : NULL;
    err.retry_after_ms = retry_after_of(exchange, clock_wall_ms(clock));
    const struct http_landing landing = {
        .transport = transport,
        .http_status = status,
        .retry_after_ms = err.retry_after_ms,
        .is_nobody_there = is_nobody_there(exchange),
    };
    struct http_decision decision = http_queue_landed(&client->queue, &exchange->ticket,
                                                      &landing, now_ms, clock_random(clock));
    metrics_add(METRIC_HTTP_RATE_LIMITED, transport == OK && status == 429);
    log_debug("%s %.*s: %d, %zu bytes, %" PRId64 " ms, attempt %u%s", exchange->method,
              STR_ARG(path_of(exchange->url)), status, exchange->answer.size, flight_ms,
              exchange->ticket.attempts,
              decision.verdict == HTTP_VERDICT_RETRY ? ", again" : "");
    if (decision.pauses_all) {
        tell_long_pause(exchange, decision.wait_ms, now_ms);
    }
    if (decision.verdict == HTTP_VERDICT_RETRY || decision.verdict == HTTP_VERDICT_DONE) {
        tell_trouble(exchange, code, transport, status, now_ms);
    }
    if (decision.verdict == HTTP_VERDICT_RETRY) {
        return;
    }
    if (decision.verdict == HTTP_VERDICT_FAIL && !is_redirect) {
        err.code = decision.code == ERR_IO ? ERR_NETWORK : decision.code;
        describe_failure(exchange, code, transport, status, &err);
    }
    finish(exchange, transport == OK ? status : 0, &err);
}

static enum http_cause cause_of(const struct exchange *exchange, CURL *easy, CURLcode code)
{
    struct http_cause_facts facts = {.code = (int)code};
    curl_off_t connect_us = 0;
    if (exchange->answer.status == ERR_LIMIT) {
        return HTTP_CAUSE_TOO_LARGE;
    }
    if (exchange->is_address_refused) {
        return HTTP_CAUSE_ADDRESS_REFUSED;
    }
    (void)curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &facts.verify_result);
    (void)curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
    (void)curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connect_us);
    facts.has_connected = connect_us > 0;
    return http_cause_of(&facts);
}

static void land(struct http_client *client, CURL *easy, CURLcode code)
{
    struct exchange *exchange = NULL;
    long status = 0;
    char *redirect = NULL;
    char *target = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&exchange);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &redirect) == CURLE_OK &&
        redirect != NULL) {
        target = strdup(redirect);
    }
    for (size_t i = 0; i < client->options.max_in_flight; i++) {
        if (client->flying[i] == exchange) {
            client->flying[i] = NULL;
        }
    }
    exchange->cause = cause_of(exchange, easy, code);
    (void)curl_multi_remove_handle(client->multi, easy);
    exchange->easy = NULL;
    client->idle[client->idle_count++] = easy;
    judge(exchange, code, (int)status, target);
    free(target);
}

/* ---- the loop ---- */

static enum status send_what_may_go(struct http_client *client, struct error *err)
{
    int64_t now_ms = clock_monotonic_ms(&client->options.clock);
    struct http_ticket *ticket;
    while ((ticket = http_queue_take(&client->queue, now_ms)) != NULL) {
        if (!start(exchange_of(ticket))) {
            http_queue_put_back(&client->queue, ticket);
            return error_nomem(err);
        }
    }
    return OK;
}

static enum status turn(struct http_client *client, struct error *err)
{
    int running;
    int left;
    const CURLMsg *message;
    CURLMcode code = curl_multi_perform(client->multi, &running);
    if (code != CURLM_OK) {
        return error_set(err, ERR_IO, "HTTP: %s", curl_multi_strerror(code));
    }
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            land(client, message->easy_handle, message->data.result);
        }
    }
    return OK;
}

enum status http_client_run(struct http_client *client, int64_t timeout_ms, struct error *err)
{
    client->finished_in_turn = 0;
    enum status status = send_what_may_go(client, err);
    if (status == OK) {
        status = turn(client, err);
    }
    if (status != OK || client->finished_in_turn > 0 || client->pending == 0) {
        return status;
    }
    int64_t now_ms = clock_monotonic_ms(&client->options.clock);
    int64_t wait = http_queue_wait_ms(&client->queue, now_ms, timeout_ms);
    CURLMcode code =
        curl_multi_poll(client->multi, NULL, 0, (int)(wait > 60000 ? 60000 : wait), NULL);
    if (code != CURLM_OK) {
        return error_set(err, ERR_IO, "HTTP: %s", curl_multi_strerror(code));
    }
    return turn(client, err);
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
    /* A done function may submit more; that is the next call's business. */
    struct http_ticket *list = http_queue_clear(&client->queue);
    struct error err = ERROR_INIT;
    (void)error_set(&err, ERR_CANCELLED, "cancelled");
    while (list != NULL) {
        struct http_ticket *next = list->next;
        finish(exchange_of(list), 0, &err);
        list = next;
    }
}

void http_client_wake(struct http_client *client)
{
    (void)curl_multi_wakeup(client->multi);
}
