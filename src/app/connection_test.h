/*
 * connection_test - a configuration's connection to Hex, tested step by step (hex/probe.h).
 *
 * Makes what the probe needs from a configuration: an impatient HTTP client, the configured
 * pace, the filters. Blocking; needs no catalog.
 */
#ifndef APP_CONNECTION_TEST_H
#define APP_CONNECTION_TEST_H

#include "app/config.h"
#include "app/exit_code.h"
#include "hex/probe.h"

struct connection_test {
    const struct config *config;
    struct clock clock;
    probe_report_fn *report;
    void *report_ctx;
    const volatile sig_atomic_t *stop; /* see struct probe_options */
};

/* For both tests of `hexmeta test`: one request at a time, given up after seconds. */
struct http_client_options connection_test_patience(const struct clock *clock);

/* What probe_run returns, or the error that kept it from starting. */
enum status connection_test_run(const struct connection_test *test,
                                struct probe_summary *summary, struct error *err) WARN_UNUSED;

/* 0: all mandatory steps passed; 3, 4 or 1 by what failed. */
enum exit_code connection_test_exit_code(const struct probe_summary *summary);

/* Projects whose details can be read in an hour; INT64_MAX without a limit. */
int64_t connection_test_projects_per_hour(const struct config *config);

/*
 * "proxy.example:3128": what the environment names for this address, as libcurl reads it, and
 * without user and password; STR_NULL for none. environment is getenv, but for tests.
 */
struct str connection_test_proxy(struct str host_url, char *(*environment)(const char *name));

#endif
