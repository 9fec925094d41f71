#include "app/connection_test.h"

#include "app/ingest.h"
#include "app/session.h"

#include <stdlib.h>
#include <string.h>

/* Somebody waits: rather say that it is slow than be patient. */
#define CONNECT_TIMEOUT_MS 10000
#define STALL_TIMEOUT_MS 10000
#define TOTAL_TIMEOUT_MS 15000
#define RETRY_BUDGET_MS 10000
#define MAX_ATTEMPTS 2

#define REQUESTS_PER_PROJECT 3

static bool has_connection_defaults(const struct config *config)
{
    for (size_t i = 0; i < config->connection_count; i++) {
        if (!str_is_empty(config->connections[i].database) ||
            !str_is_empty(config->connections[i].schema)) {
            return true;
        }
    }
    return false;
}

struct http_client_options connection_test_patience(const struct clock *clock)
{
    return (struct http_client_options){
        .clock = *clock,
        .max_in_flight = 1,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .stall_timeout_ms = STALL_TIMEOUT_MS,
        .total_timeout_ms = TOTAL_TIMEOUT_MS,
        .retry_budget_ms = RETRY_BUDGET_MS,
        .max_attempts = MAX_ATTEMPTS,
    };
}

enum status connection_test_run(const struct connection_test *test,
                                struct probe_summary *summary, struct error *err)
{
    const struct config *config = test->config;
    const struct http_client_options patience = connection_test_patience(&test->clock);
    struct session_hex session;
    *summary = (struct probe_summary){.code = OK};
    enum status status = session_open_hex(config, &patience, &session, err);
    if (status != OK) {
        goto out;
    }
    const struct probe_options options = {
        .api = &session.api,
        .clock = test->clock,
        .host_url = config->host_url,
        .proxy = connection_test_proxy(config->host_url, getenv),
        .token = config->token,
        .is_declared_workspace = config->token_type == CONFIG_TOKEN_WORKSPACE,
        .reads_published = config->version == CONFIG_VERSION_PUBLISHED,
        .reads_details = config->details == CONFIG_DETAILS_FULL,
        .includes_archived = config->include_archived,
        .includes_outputs = config->include_outputs,
        .allows_empty = config->allow_empty,
        .has_connection_defaults = has_connection_defaults(config),
        .wants = ingest_wants,
        .wants_ctx = (void *)(uintptr_t)config,
        .report = test->report,
        .report_ctx = test->report_ctx,
        .stop = test->stop,
    };
    status = probe_run(&options, summary, err);
out:
    session_close_hex(&session);
    return status;
}

enum exit_code connection_test_exit_code(const struct probe_summary *summary)
{
    return exit_code_from(summary->code);
}

int64_t connection_test_projects_per_hour(const struct config *config)
{
    int64_t by_minute = config->requests_per_minute * 60;
    int64_t by_hour = config->requests_per_hour;
    int64_t requests = by_minute == 0                        ? by_hour
                       : by_hour == 0 || by_minute < by_hour ? by_minute
                                                             : by_hour;
    return requests == 0 ? INT64_MAX : requests / REQUESTS_PER_PROJECT;
}

/* ---- the proxy ---- */

/* The value of the first of the names that is set and not empty. */
static struct str first_set(char *(*environment)(const char *name), const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        struct str value = str_from(environment(names[i]));
        if (!str_is_empty(value)) {
            return value;
        }
    }
    return STR_NULL;
}

/* What stands between "://" and the path, without user, password and (is_host) port. */
static struct str authority_of(struct str url, bool is_host)
{
    for (size_t i = 0; i + 3 <= url.n; i++) {
        if (memcmp(url.p + i, "://", 3) == 0) {
            url = str_sub(url, i + 3, SIZE_MAX);
            break;
        }
    }
    url = str_sub(url, 0, str_find(url, '/'));
    size_t at = str_find_last(url, '@');
    url = at == SIZE_MAX ? url : str_sub(url, at + 1, SIZE_MAX);
    return is_host ? str_sub(url, 0, str_find_last(url, ':')) : url;
}

/* True when NO_PROXY has the host, a domain that it is in, or a star. */
static bool is_excepted(struct str host, struct str list)
{
    while (list.n > 0) {
        size_t comma = str_find(list, ',');
        struct str name = str_trim(str_sub(list, 0, comma));
        list = comma == SIZE_MAX ? STR("") : str_sub(list, comma + 1, SIZE_MAX);
        name = str_starts_with(name, ".") ? str_sub(name, 1, SIZE_MAX) : name;
        bool is_inside = name.n > 0 && host.n > name.n && host.p[host.n - name.n - 1] == '.' &&
                         str_eq_nocase(str_sub(host, host.n - name.n, SIZE_MAX), name);
        if (str_is(name, "*") || is_inside || (name.n > 0 && str_eq_nocase(host, name))) {
            return true;
        }
    }
    return false;
}

struct str connection_test_proxy(struct str host_url, char *(*environment)(const char *name))
{
    static const char *const for_http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const for_https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                            "ALL_PROXY", NULL};
    static const char *const for_none[] = {"no_proxy", "NO_PROXY", NULL};
    bool is_http = str_starts_with_nocase(host_url, "http:");
    struct str proxy = first_set(environment, is_http ? for_http : for_https);
    if (str_is_null(proxy) ||
        is_excepted(authority_of(host_url, true), first_set(environment, for_none))) {
        return STR_NULL;
    }
    return authority_of(proxy, false);
}
