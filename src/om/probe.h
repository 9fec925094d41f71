/*
 * probe - tests the connection to OpenMetadata, step by step: is it there, is its version
 * supported, is the token a bot's, may it write what is published, and does the server have
 * the databases that Hex reads?
 *
 * Reads only: nothing is written, not even to see whether that is allowed. Same thread as the
 * http_client.
 */
#ifndef OM_PROBE_H
#define OM_PROBE_H

#include "om/publish.h"

enum om_probe_step {
    OM_PROBE_ADDRESS,
    OM_PROBE_VERSION,
    OM_PROBE_TOKEN,
    OM_PROBE_DASHBOARDS, /* the bot may write them, and the service is Hex's */
    OM_PROBE_LINEAGE,
    OM_PROBE_DATABASES, /* services for Hex's data connections */
    OM_PROBE_STEP_COUNT
};

enum om_probe_result {
    OM_PROBE_PASSED,
    OM_PROBE_FAILED,
    OM_PROBE_UNKNOWN, /* the server does not tell without a write */
    OM_PROBE_NOT_TRIED
};

/* How one step ended. Texts live during the call of the report function. */
struct om_probe_report {
    enum om_probe_step step;
    enum om_probe_result result;
    struct str found;
    struct str remedy; /* STR_NULL: nothing to do */
    const char *cause; /* for programs: "token_refused"; NULL when nothing is wrong */
    enum status code;  /* OK, or what the step failed with */
};

typedef void om_probe_report_fn(void *ctx, const struct om_probe_report *report);

struct om_probe_options {
    const struct om_options *publish; /* api, service, connections and prefixes are used */
    const struct data_connection *connections; /* of Hex */
    size_t connection_count;
    om_probe_report_fn *report;
    void *report_ctx;
};

/* *worst: OK, or the first failure. An error only when the test itself could not go on. */
enum status om_probe_run(const struct om_probe_options *options, enum status *worst,
                         struct error *err) WARN_UNUSED;

/* "address", "version", ...; "passed", ...: static memory. */
const char *om_probe_step_name(enum om_probe_step step);
const char *om_probe_result_name(enum om_probe_result result);

#endif
