/*
 * The HTTP client against a server that answers what the test says, byte for byte.
 */
#include "base/log.h"
#include "io/http_client.h"
#include "io/http_url.h"

#include "canned_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK_ANSWER                                                                              \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

struct outcome {
    unsigned calls;
    int status;
    unsigned attempts;
    enum http_cause cause;
    char redirect[100];
    char body[256];
    char trace_id[64];
    struct error err;
};

static void remember(void *ctx, const struct http_answer *answer, const struct error *err)
{
    struct outcome *outcome = ctx;
    outcome->calls++;
    outcome->status = answer->status;
    outcome->attempts = answer->attempts;
    outcome->cause = answer->cause;
    (void)snprintf(outcome->redirect, sizeof(outcome->redirect), "%.*s",
                   STR_ARG(answer->redirect));
    (void)snprintf(outcome->body, sizeof(outcome->body), "%.*s", STR_ARG(answer->body));
    (void)snprintf(outcome->trace_id, sizeof(outcome->trace_id), "%.*s",
                   STR_ARG(answer->trace_id));
    outcome->err = *err;
}

static unsigned max_attempts; /* of clients made from now on; 0: no limit */

static struct http_client *new_client(int64_t budget_ms)
{
    struct http_client *client;
    struct error err = ERROR_INIT;
    const struct http_client_options options = {
        .clock = clock_system(),
        .connect_timeout_ms = 1000,
        .total_timeout_ms = 1500,
        .stall_timeout_ms = 1000,
        .retry_budget_ms = budget_ms,
        .max_attempts = max_attempts,
        .verify_tls = true,
    };
    assert_int_equal(http_client_new(&options, &client, &err), OK);
    return client;
}

static void submit(struct http_client *client, const char *url, struct outcome *outcome)
{
    struct error err = ERROR_INIT;
    const struct http_header headers[] = {{STR("Authorization"), STR("Bearer secret-token")}};
    const struct http_request request = {
        .method = "GET",
        .url = str_from(url),
        .headers = headers,
        .header_count = 1,
        .max_answer_bytes = 1000,
        .is_safe_to_repeat = true,
        .done = remember,
        .ctx = outcome,
    };
    *outcome = (struct outcome){0};
    assert_int_equal(http_client_submit(client, &request, &err), OK);
}

static void run_to_end(struct http_client *client)
{
    struct error err = ERROR_INIT;
    while (http_client_pending(client) > 0) {
        assert_int_equal(http_client_run(client, 1000, &err), OK);
    }
}

/* One request to a server with these answers. */
static void exchange(const struct canned_answer *answers, size_t count, int64_t budget_ms,
                     struct canned_server *server, struct outcome *outcome)
{
    char url[100];
    struct http_client *client = new_client(budget_ms);
    canned_server_start(server, answers, count);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/v1/projects?limit=1",
                   server->port);
    submit(client, url, outcome);
    run_to_end(client);
    http_client_free(client);
    canned_server_stop(server);
    assert_int_equal(outcome->calls, 1);
}

struct client_case {
    const char *about;
    struct canned_answer answers[3];
    size_t answer_count;
    int64_t budget_ms;
    enum status want;
    int status;
    size_t requests;
    const char *body;    /* NULL: not looked at */
    const char *message; /* a part of it; NULL: not looked at */
};

static const struct client_case cases[] = {
    {"an answer", {{OK_ANSWER, 0, 0}}, 1, 0, OK, 200, 1, "{}", NULL},
    {"a chunked answer",
     {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 0, 0}},
     1,
     0,
     OK,
     200,
     1,
     "{}",
     NULL},
    {"the token is not accepted",
     {{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\nUnauthorized", 0, 0}},
     1,
     60000,
     ERR_AUTH,
     401,
     1,
     "Unauthorized",
     "HTTP 401"},
    {"429, then an answer",
     {{"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 0, 0},
      {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"a date is compared with the server's own clock, wherever that stands",
     {{"HTTP/1.1 429 Slow\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
       "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT\r\nContent-Length: 0\r\n\r\n",
       0, 0},
      {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"and may be further away than we wait",
     {{"HTTP/1.1 429 Slow\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
       "Retry-After: Sunday, 06-Nov-94 09:49:37 GMT\r\nContent-Length: 0\r\n\r\n",
       0, 0}},
     1,
     60000,
     ERR_RATE,
     429,
     1,
     NULL,
     "HTTP 429"},
    {"stalled, then an answer",
     {{OK_ANSWER, 0, 1800}, {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"cut in the middle of the body, then an answer",
     {{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"values\":", 0, 0},
      {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"429 for longer than we may wait",
     {{"HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n", 0, 0}},
     1,
     60000,
     ERR_RATE,
     429,
     1,
     NULL,
     "HTTP 429"},
    {"503 twice, then an answer",
     {{"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 0, 0},
      {"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 0, 0},
      {OK_ANSWER, 0, 0}},
     3,
     60000,
     OK,
     200,
     3,
     "{}",
     NULL},
    {"cut in the middle of the body",
     {{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{\"values\":", 0,
       0}},
     1,
     0,
     ERR_NETWORK,
     0,
     1,
     NULL,
     "cannot be reached"},
    {"closed without an answer, then an answer",
     {{NULL, 0, 0}, {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"slower than the limit",
     {{OK_ANSWER, 0, 1800}},
     1,
     0,
     ERR_NETWORK,
     0,
     1,
     NULL,
     "too slow"},
    {"no HTTP at all",
     {{"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nConnection: close\r\n\r\n", 0, 0}},
     1,
     0,
     ERR_NETWORK,
     0,
     1,
     NULL,
     "cannot be reached"},
    {"a redirect elsewhere is refused, and where it leads is said",
     {{"HTTP/1.1 302 Found\r\nLocation: https://login.example.com/sso\r\nContent-Length: "
       "0\r\n\r\n",
       0, 0}},
     1,
     60000,
     ERR_REJECTED,
     302,
     1,
     NULL,
     "https://login.example.com/sso"},
    {"a redirect on the same host is followed",
     {{"HTTP/1.1 302 Found\r\nLocation: /api/v2/projects\r\nContent-Length: 0\r\n\r\n", 0, 0},
      {OK_ANSWER, 0, 0}},
     2,
     60000,
     OK,
     200,
     2,
     "{}",
     NULL},
    {"a circle of redirects ends",
     {{"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", 0, 0}},
     1,
     60000,
     ERR_REJECTED,
     302,
     6,
     NULL,
     "redirects to"},
};

static void answers_and_failures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct client_case *c = &cases[i];
        struct canned_server server;
        struct outcome outcome;
        exchange(c->answers, c->answer_count, c->budget_ms, &server, &outcome);
        if (outcome.err.code != c->want || server.request_count != c->requests) {
            print_error("%s: %d %s\n", c->about, outcome.err.code, outcome.err.message);
        }
        assert_int_equal(outcome.err.code, c->want);
        assert_int_equal(outcome.status, c->status);
        assert_int_equal(server.request_count, c->requests);
        if (c->body != NULL) {
            assert_string_equal(outcome.body, c->body);
        }
        if (c->message != NULL) {
            assert_non_null(strstr(outcome.err.message, c->message));
        }
        assert_null(strstr(outcome.err.message, "secret-token"));
    }
}

static void an_answer_larger_than_allowed_is_dropped(void **state)
{
    char *text = calloc(1, 5000);
    struct canned_server server;
    struct outcome outcome;
    (void)state;
    (void)snprintf(text, 100, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    memset(text + strlen(text), 'x', 4000);
    const struct canned_answer answers[] = {{text, 0, 0}};
    exchange(answers, 1, 60000, &server, &outcome);
    assert_int_equal(outcome.err.code, ERR_LIMIT);
    assert_int_equal(server.request_count, 1);
    free(text);
}

/* 73 bytes of gzip that are 40,000 zeros: the limit counts what comes out. */
static void a_gzip_bomb_is_dropped(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                               "Connection: close\r\n\r\n";
    static const unsigned char bomb[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31,
        0x01, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0xf5, 0x4f, 0xed, 0x65, 0x0b, 0xa0, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x1b,
        0x79, 0x44, 0xa9, 0xe6, 0x40, 0x9c, 0x00, 0x00};
    char text[sizeof(head) + sizeof(bomb)];
    struct canned_server server;
    struct outcome outcome;
    (void)state;
    memcpy(text, head, sizeof(head) - 1);
    memcpy(text + sizeof(head) - 1, bomb, sizeof(bomb));
    const struct canned_answer answers[] = {{text, sizeof(head) - 1 + sizeof(bomb), 0}};
    exchange(answers, 1, 60000, &server, &outcome);
    assert_int_equal(outcome.err.code, ERR_LIMIT);
    assert_int_equal(server.request_count, 1);
    assert_int_equal(strlen(outcome.body), 0);
}

static void headers_without_end_are_dropped(void **state)
{
    size_t size = 600 * 1000;
    char *text = malloc(size + 1);
    struct canned_server server;
    struct outcome outcome;
    (void)state;
    size_t n = (size_t)snprintf(text, size, "HTTP/1.1 200 OK\r\n");
    while (n + 40 < size) {
        n += (size_t)snprintf(text + n, size - n, "X-Filler: %08zu\r\n", n);
    }
    text[n] = '\0';
    const struct canned_answer answers[] = {{text, n, 0}};
    exchange(answers, 1, 0, &server, &outcome);
    assert_int_not_equal(outcome.err.code, OK);
    free(text);
}

static void nobody_listens(void **state)
{
    struct http_client *client = new_client(0);
    struct outcome outcome;
    (void)state;
    submit(client, "http://127.0.0.1:1/api/v1/users/me", &outcome);
    run_to_end(client);
    assert_int_equal(outcome.err.code, ERR_NETWORK);
    assert_non_null(strstr(outcome.err.message, "127.0.0.1:1 cannot be reached"));
    assert_string_equal(outcome.err.where, "GET /api/v1/users/me");
    http_client_free(client);
}

static void keep_line(void *ctx, enum log_level level, struct str line)
{
    if (level >= LOG_LEVEL_WARNING) {
        (void)buf_append_str(ctx, line);
    }
}

/* Nobody listens; time passes as fast as the test likes. */
static void trouble_that_lasts_is_told_once(void **state)
{
    struct clock_fake fake = {.wall_ms = 1700000000000, .monotonic_ms = 1};
    struct buf lines;
    struct http_client *client;
    struct error err = ERROR_INIT;
    struct outcome outcome;
    const struct http_client_options options = {.clock = clock_fake(&fake),
                                                .retry_budget_ms = 60000,
                                                .waits_for_server = true,
                                                .verify_tls = true};
    (void)state;
    buf_init(&lines, 10000);
    const struct log_options log = {
        .level = LOG_LEVEL_INFO, .clock = options.clock, .sink = keep_line, .sink_ctx = &lines};
    log_setup(&log);
    assert_int_equal(http_client_new(&options, &client, &err), OK);
    submit(client, "http://127.0.0.1:1/api/v1/system/version", &outcome);
    for (int i = 0; i < 80 && http_client_pending(client) > 0; i++) {
        while (http_client_in_flight(client) > 0) {
            assert_int_equal(http_client_run(client, 1000, &err), OK);
        }
        if (fake.monotonic_ms < 9000) {
            assert_int_equal(lines.size, 0);
        }
        clock_fake_advance(&fake, 1000);
        assert_int_equal(http_client_run(client, 0, &err), OK);
    }
    const char *told = strstr(buf_cstr(&lines), "still trying, each request for 60 s at most");
    assert_non_null(told);
    assert_non_null(strstr(told, "127.0.0.1:1 cannot be reached"));
    assert_null(strstr(told + 1, "still trying"));
    assert_int_equal(outcome.err.code, ERR_NETWORK);
    http_client_free(client);
    const struct log_options usual = {.level = LOG_LEVEL_WARNING, .clock = clock_system()};
    log_setup(&usual);
    buf_free(&lines);
}

static void metadata_addresses_are_refused(void **state)
{
    struct http_client *client = new_client(60000);
    struct outcome outcome;
    (void)state;
    submit(client, "http://169.254.169.254/latest/meta-data", &outcome);
    run_to_end(client);
    assert_int_equal(outcome.err.code, ERR_NETWORK);
    assert_non_null(strstr(outcome.err.message, "refused"));
    assert_int_equal(outcome.attempts, 1);
    http_client_free(client);
}

static void what_waits_can_be_cancelled(void **state)
{
    struct http_pace *pace = http_pace_new(1, 0);
    struct http_client *client = new_client(60000);
    struct outcome first;
    struct outcome second;
    struct canned_server server;
    const struct canned_answer answers[] = {{OK_ANSWER, 0, 0}};
    struct error err = ERROR_INIT;
    char url[100];
    (void)state;
    canned_server_start(&server, answers, 1);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
    struct http_request request = {.method = "GET",
                                   .url = str_from(url),
                                   .max_answer_bytes = 1000,
                                   .pace = pace,
                                   .done = remember,
                                   .ctx = &first};
    first = second = (struct outcome){0};
    assert_int_equal(http_client_submit(client, &request, &err), OK);
    request.ctx = &second;
    assert_int_equal(http_client_submit(client, &request, &err), OK);
    while (first.calls == 0) {
        assert_int_equal(http_client_run(client, 1000, &err), OK);
    }
    assert_int_equal(http_client_pending(client), 1); /* a minute to wait */
    http_client_cancel_waiting(client);
    assert_int_equal(second.calls, 1);
    assert_int_equal(second.err.code, ERR_CANCELLED);
    assert_int_equal(http_client_pending(client), 0);
    http_client_free(client);
    http_pace_free(pace);
    canned_server_stop(&server);
}

/* The client may go while requests wait and fly: nothing leaks, nothing is called. */
static void freeing_drops_everything(void **state)
{
    struct http_client *client = new_client(60000);
    struct canned_server server;
    struct outcome outcome[20];
    const struct canned_answer answers[] = {{OK_ANSWER, 0, 300}};
    struct error err = ERROR_INIT;
    char url[100];
    (void)state;
    canned_server_start(&server, answers, 1);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
    for (size_t i = 0; i < 20; i++) {
        submit(client, url, &outcome[i]);
    }
    assert_int_equal(http_client_run(client, 10, &err), OK);
    assert_true(http_client_in_flight(client) > 0);
    http_client_free(client);
    canned_server_stop(&server);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(outcome[i].calls, 0);
    }
}

/* Why no answer came, and where a redirect would have led. */
static void causes_are_named(void **state)
{
    static const struct {
        struct canned_answer answer;
        enum http_cause want;
        const char *redirect;
    } causes[] = {
        {{OK_ANSWER, 0, 0}, HTTP_CAUSE_NONE, ""},
        {{NULL, 0, 0}, HTTP_CAUSE_CUT, ""},
        {{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf", 0, 0}, HTTP_CAUSE_TIMEOUT, ""},
        {{"\x15\x03\x01 alert", 0, 0}, HTTP_CAUSE_NOT_HTTP, ""},
        {{"HTTP/1.1 302 Found\r\nLocation: http://login.example/x\r\n"
          "Content-Length: 0\r\n\r\n",
          0, 0},
         HTTP_CAUSE_NONE,
         "http://login.example/x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        struct canned_server server;
        struct outcome outcome;
        exchange(&causes[i].answer, 1, 0, &server, &outcome);
        assert_int_equal(outcome.cause, causes[i].want);
        assert_string_equal(outcome.redirect, causes[i].redirect);
    }
}

static void attempts_can_be_limited(void **state)
{
    const struct canned_answer answers[] = {
        {"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 0, 0}};
    struct canned_server server;
    struct outcome outcome;
    (void)state;
    max_attempts = 2;
    exchange(answers, 1, 60000, &server, &outcome);
    max_attempts = 0;
    assert_int_equal(outcome.attempts, 2);
    assert_int_equal(outcome.err.code, ERR_NETWORK);
}

static void values_are_escaped_for_urls(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 100);
    assert_int_equal(http_url_escape(&out, STR("a b/c?d=\xC3\xA9~-._")), OK);
    assert_string_equal(buf_cstr(&out), "a%20b%2Fc%3Fd%3D%C3%A9~-._");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_and_failures),
        cmocka_unit_test(an_answer_larger_than_allowed_is_dropped),
        cmocka_unit_test(a_gzip_bomb_is_dropped),
        cmocka_unit_test(headers_without_end_are_dropped),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(trouble_that_lasts_is_told_once),
        cmocka_unit_test(metadata_addresses_are_refused),
        cmocka_unit_test(causes_are_named),
        cmocka_unit_test(attempts_can_be_limited),
        cmocka_unit_test(what_waits_can_be_cancelled),
        cmocka_unit_test(freeing_drops_everything),
        cmocka_unit_test(values_are_escaped_for_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
