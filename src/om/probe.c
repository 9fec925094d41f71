#include "om/probe.h"

#include "om/run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define MAX_NAMED 5

struct probe {
    const struct om_probe_options *options;
    struct om_run run;
    enum status worst;
    bool has_failed; /* a step that the others need */
};

const char *om_probe_step_name(enum om_probe_step step)
{
    static const char *const names[] = {"address",    "version", "token",
                                        "dashboards", "lineage", "databases"};
    return names[step];
}

const char *om_probe_result_name(enum om_probe_result result)
{
    static const char *const names[] = {"passed", "failed", "unknown", "not tried"};
    return names[result];
}

static void report(struct probe *probe, enum om_probe_step step, enum om_probe_result result,
                   enum status code, const char *remedy, const char *format, ...)
    PRINTF_LIKE(6, 7);

static void report(struct probe *probe, enum om_probe_step step, enum om_probe_result result,
                   enum status code, const char *remedy, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const struct om_probe_report told = {.step = step,
                                         .result = result,
                                         .found = str_from(text),
                                         .remedy = str_from(remedy),
                                         .code = code};
    if (result == OM_PROBE_FAILED && probe->worst == OK) {
        probe->worst = code;
    }
    probe->options->report(probe->options->report_ctx, &told);
}

static void fail(struct probe *probe, enum om_probe_step step, const struct error *err,
                 const char *remedy)
{
    probe->has_failed = true;
    report(probe, step, OM_PROBE_FAILED, err->code, remedy, "%s", err->message);
}

/* ---- steps ---- */

static void test_address(struct probe *probe)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum status status = om_run_get(&probe->run, STR("/v1/system/version"), &document, &err);
    struct str version = json_str(json_get(document, "version"));
    if (status != OK) {
        fail(probe, OM_PROBE_ADDRESS, &err,
             "Check workflowConfig.openMetadataServerConfig.hostPort: it ends with /api.");
        goto out;
    }
    report(probe, OM_PROBE_ADDRESS, OM_PROBE_PASSED, OK, NULL, "OpenMetadata answers.");
    status = om_version_parse(version, &probe->run.version, &err);
    if (status == ERR_CONFIG && !probe->options->publish->validates_version) {
        report(probe, OM_PROBE_VERSION, OM_PROBE_PASSED, OK, NULL,
               "%.*s is not supported, but accepted (enableVersionValidation: false).",
               STR_ARG(str_sub(version, 0, 40)));
    } else if (status != OK) {
        fail(probe, OM_PROBE_VERSION, &err, "Publish to a server of a supported version.");
    } else {
        report(probe, OM_PROBE_VERSION, OM_PROBE_PASSED, OK, NULL, "%.*s is supported.",
               STR_ARG(str_sub(version, 0, 40)));
    }
out:
    json_free(document);
}

static void test_token(struct probe *probe)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum status status =
        om_run_get(&probe->run, STR("/v1/users/loggedInUser"), &document, &err);
    struct str name = str_sub(json_str(json_get(document, "name")), 0, 200);
    if (status == OK && !json_bool(json_get(document, "isBot"), false)) {
        (void)error_set(&err, ERR_FORBIDDEN,
                        "The token belongs to %.*s, who is no bot: what a person writes is "
                        "never told from what hexmeta writes.",
                        STR_ARG(name));
    }
    if (err.code != OK) {
        fail(probe, OM_PROBE_TOKEN, &err,
             "Use the token of ingestion-bot: OpenMetadata, Settings, Bots.");
    } else {
        report(probe, OM_PROBE_TOKEN, OM_PROBE_PASSED, OK, NULL, "It is that of the bot %.*s.",
               STR_ARG(name));
    }
    json_free(document);
}

static enum om_probe_result find_access(const struct json *document, const char *operation)
{
    const struct json *permissions = json_get(document, "permissions");
    for (size_t i = 0; i < json_count(permissions); i++) {
        const struct json *one = json_at(permissions, i);
        if (str_is(json_str(json_get(one, "operation")), operation)) {
            struct str access = json_str(json_get(one, "access"));
            return str_starts_with(access, "allow") ||
                           str_starts_with(access, "conditionalAllow")
                       ? OM_PROBE_PASSED
                       : OM_PROBE_FAILED;
        }
    }
    return OM_PROBE_UNKNOWN;
}

/* What the server says that the token may do; servers that do not say leave it unknown. */
static void test_permission(struct probe *probe, enum om_probe_step step, const char *path,
                            const char *operation, const char *what)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum status status = om_run_get(&probe->run, str_from(path), &document, &err);
    enum om_probe_result result =
        status == OK ? find_access(document, operation) : OM_PROBE_UNKNOWN;
    if (result == OM_PROBE_PASSED) {
        report(probe, step, result, OK, NULL, "The bot may %s.", what);
    } else if (result == OM_PROBE_FAILED) {
        report(probe, step, result, ERR_FORBIDDEN,
               "Give the bot the role that OpenMetadata's ingestion bots have.",
               "The bot may not %s.", what);
    } else {
        report(probe, step, result, OK, NULL,
               "The server does not say whether the bot may %s; the first run will show it.",
               what);
    }
    json_free(document);
}

/* A service of another type in our place, or a deleted one, would refuse everything. */
static bool test_service(struct probe *probe)
{
    const struct om_service service = om_dashboard_service(probe->options->publish);
    struct error err = ERROR_INIT;
    struct str id;
    enum status status = om_service_find(&probe->run, &service, &id, &err);
    if (status == OK || status == ERR_NOT_FOUND) {
        return true;
    }
    fail(probe, OM_PROBE_DASHBOARDS, &err, "Choose another source.serviceName.");
    return false;
}

static void test_databases(struct probe *probe)
{
    const struct om_probe_options *options = probe->options;
    size_t found = 0;
    size_t named = 0;
    struct buf missing;
    buf_init(&missing, 2048);
    for (size_t i = 0; i < options->connection_count && !om_run_is_ending(&probe->run); i++) {
        const struct data_connection *one = &options->connections[i];
        if (om_resolve_count_services(&probe->run, one) > 0) {
            found++;
        } else if (named++ < MAX_NAMED) {
            (void)buf_printf(
                &missing, "%s%.*s", named > 1 ? ", " : "",
                STR_ARG(str_sub(str_is_empty(one->name) ? one->id : one->name, 0, 100)));
        }
    }
    if (om_run_is_ending(&probe->run)) {
        fail(probe, OM_PROBE_DATABASES, &probe->run.fatal, NULL);
    } else if (options->connection_count == 0) {
        report(probe, OM_PROBE_DATABASES, OM_PROBE_NOT_TRIED, OK, NULL,
               "No data connections of Hex are known yet: sync first.");
    } else {
        report(probe, OM_PROBE_DATABASES, OM_PROBE_PASSED, OK,
               named > 0 ? "Name the service in hexmeta.connections, or add the database to "
                           "OpenMetadata: without it, its tables have no lineage."
                         : NULL,
               "%zu of %zu data connections have a database service%s%s%s.", found,
               options->connection_count, named > 0 ? "; without: " : "", buf_cstr(&missing),
               named > MAX_NAMED ? ", ..." : "");
    }
    buf_free(&missing);
}

static void run_steps(struct probe *probe)
{
    test_address(probe);
    if (!probe->has_failed) {
        test_token(probe);
    }
    if (!probe->has_failed && test_service(probe)) {
        test_permission(probe, OM_PROBE_DASHBOARDS, "/v1/permissions/dashboard", "Create",
                        "create dashboards");
        test_permission(probe, OM_PROBE_LINEAGE, "/v1/permissions/table", "EditLineage",
                        "write lineage");
        test_databases(probe);
    }
}

enum status om_probe_run(const struct om_probe_options *options, enum status *worst,
                         struct error *err)
{
    struct om_summary summary;
    struct probe probe = {.options = options};
    om_run_init(&probe.run, options->publish, &summary);
    run_steps(&probe);
    om_run_wait(&probe.run, 0);
    bool was_stopped = summary.was_stopped;
    om_run_free(&probe.run);
    om_summary_free(&summary);
    *worst = probe.worst;
    return was_stopped ? error_set(err, ERR_CANCELLED, "stopped") : OK;
}
