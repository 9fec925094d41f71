#include "om/probe.h"

#include "om/diagnosis.h"
#include "om/run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define MAX_NAMED 5
#define MAX_FOUND_BYTES ((size_t)4096)

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

static void tell(struct probe *probe, const struct om_probe_report *told)
{
    if (told->result == OM_PROBE_FAILED && probe->worst == OK) {
        probe->worst = told->code;
    }
    probe->options->report(probe->options->report_ctx, told);
}

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
    tell(probe, &told);
}

static void tell_failure(struct probe *probe, enum om_probe_step step, const struct error *err,
                         const char *cause, const char *remedy)
{
    const struct om_probe_report told = {.step = step,
                                         .result = OM_PROBE_FAILED,
                                         .found = str_from(err->message),
                                         .remedy = str_from(remedy),
                                         .cause = cause,
                                         .code = err->code};
    tell(probe, &told);
}

/* The same of a step that the others need. */
static void fail(struct probe *probe, enum om_probe_step step, const struct error *err,
                 const char *cause, const char *remedy)
{
    probe->has_failed = true;
    tell_failure(probe, step, err, cause, remedy);
}

/* A request that had no good answer. */
static void fail_request(struct probe *probe, enum om_probe_step step,
                         const struct om_facts *facts)
{
    const struct om_diagnosis diagnosis = om_diagnose(facts);
    struct buf found;
    probe->has_failed = true;
    if (facts->err.code == ERR_CANCELLED) {
        return; /* the end of the test says so */
    }
    buf_init(&found, MAX_FOUND_BYTES);
    om_diagnosis_write(facts, &found);
    const struct om_probe_report told = {.step = step,
                                         .result = OM_PROBE_FAILED,
                                         .found = buf_str(&found),
                                         .remedy = str_from(diagnosis.remedy),
                                         .cause = diagnosis.cause,
                                         .code = diagnosis.code};
    tell(probe, &told);
    buf_free(&found);
}

/* ---- a request, with all that is known of its answer ---- */

struct question {
    struct om_facts facts; /* redirect in the arena of the run */
    struct json *document; /* freed by whoever asks */
    struct arena *arena;
    bool is_done;
};

static void on_answer(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *err)
{
    struct question *question = ctx;
    struct om_facts *facts = &question->facts;
    struct error unread = ERROR_INIT;
    question->is_done = true;
    facts->err = *err;
    facts->http_status = answer->status;
    facts->why = answer->cause;
    facts->is_page = str_starts_with_nocase(answer->content_type, "text/html") ||
                     str_starts_with(str_trim(answer->body), "<");
    if (arena_str(question->arena, answer->redirect, &facts->redirect) != OK) {
        facts->redirect = STR("elsewhere");
    }
    if (err->code == OK && document != NULL &&
        json_parse(answer->body, &json_limits_default, &question->document, &unread) != OK) {
        facts->err = unread;
    }
}

/* GET and wait; true: question->document is the answer, NULL when it is none in JSON. */
static bool ask(struct probe *probe, const char *path, struct question *question)
{
    const struct om_api *api = probe->options->publish->api;
    const struct om_request request = {
        .method = "GET", .path = str_from(path), .done = on_answer, .ctx = question};
    *question = (struct question){.facts = {.url = api->url,
                                            .err = ERROR_INIT,
                                            .has_token = !str_is_empty(api->authorization)},
                                  .arena = &probe->run.arena};
    if (om_run_is_ending(&probe->run) || !om_run_send(&probe->run, &request)) {
        question->facts.err = probe->run.fatal;
        return false;
    }
    om_run_wait(&probe->run, 0);
    if (!question->is_done) {
        (void)error_set(&question->facts.err, ERR_CANCELLED, "stopped");
    }
    return question->facts.err.code == OK;
}

/* ---- steps ---- */

static void test_version(struct probe *probe, struct str version)
{
    struct error err = ERROR_INIT;
    enum status status = om_version_parse(version, &probe->run.version, &err);
    if (status == OK) {
        report(probe, OM_PROBE_VERSION, OM_PROBE_PASSED, OK, NULL, "%.*s is supported.",
               STR_ARG(str_sub(version, 0, 40)));
    } else if (!probe->options->publish->validates_version) {
        report(probe, OM_PROBE_VERSION, OM_PROBE_PASSED, OK, NULL,
               "%.*s is not supported, but accepted (enableVersionValidation: false).",
               STR_ARG(str_sub(version, 0, 40)));
    } else {
        err.code = ERR_REJECTED; /* our configuration is not to blame */
        fail(probe, OM_PROBE_VERSION, &err, "version",
             "Upgrade OpenMetadata, or hexmeta when the server is the newer one.");
    }
}

static void test_address(struct probe *probe)
{
    struct question question;
    bool is_there = ask(probe, "/v1/system/version", &question);
    struct str version = json_str(json_get(question.document, "version"));
    if (!is_there || str_is_empty(version)) {
        fail_request(probe, OM_PROBE_ADDRESS, &question.facts);
    } else {
        report(probe, OM_PROBE_ADDRESS, OM_PROBE_PASSED, OK, NULL,
               "OpenMetadata answers at %.*s.", STR_ARG(question.facts.url));
        test_version(probe, version);
    }
    json_free(question.document);
}

static void test_token(struct probe *probe)
{
    struct question question;
    bool is_there = ask(probe, "/v1/users/loggedInUser", &question);
    struct str name = str_sub(json_str(json_get(question.document, "name")), 0, 200);
    if (!is_there || str_is_empty(name)) {
        fail_request(probe, OM_PROBE_TOKEN, &question.facts);
    } else if (json_bool(json_get(question.document, "isBot"), false)) {
        report(probe, OM_PROBE_TOKEN, OM_PROBE_PASSED, OK, NULL,
               "OpenMetadata accepts the token of the bot %.*s.", STR_ARG(name));
    } else {
        struct error err = ERROR_INIT;
        (void)error_set(&err, ERR_FORBIDDEN,
                        "The token belongs to %.*s, who is no bot: what a person writes cannot "
                        "be told from what hexmeta writes.",
                        STR_ARG(name));
        fail(probe, OM_PROBE_TOKEN, &err, "token_of_person",
             "Use the token of ingestion-bot (in OpenMetadata: Settings, Bots).");
    }
    json_free(question.document);
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
        struct error refused = ERROR_INIT;
        (void)error_set(&refused, ERR_FORBIDDEN, "The bot may not %s.", what);
        tell_failure(probe, step, &refused, "forbidden",
                     "Give the bot the role that OpenMetadata's ingestion bots have.");
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
    fail(probe, OM_PROBE_DASHBOARDS, &err, "service", "Choose another source.serviceName.");
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
        fail(probe, OM_PROBE_DATABASES, &probe->run.fatal, "unreachable", NULL);
    } else if (options->connection_count == 0) {
        report(probe, OM_PROBE_DATABASES, OM_PROBE_NOT_TRIED, OK, NULL,
               "No data connections of Hex are known before the first sync.");
    } else {
        report(probe, OM_PROBE_DATABASES, OM_PROBE_PASSED, OK,
               named > 0 ? "Name the service in hexmeta.connections, or add the database to "
                           "OpenMetadata: without it, its tables have no lineage."
                         : NULL,
               "%zu of %zu data connections have a database service%s%s%s.", found,
               options->connection_count, named > 0 ? "; without: " : "", buf_cstr(&missing),
               named > MAX_NAMED ? " and others" : "");
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
