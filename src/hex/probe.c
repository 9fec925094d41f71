#include "hex/probe.h"

#include "base/metrics.h"
#include "hex/probe_state.h"

#include <stdarg.h>
#include <stdio.h>

#define ARENA_BYTES ((size_t)256 * 1024 * 1024)
#define TURN_MS 250

/* In the order in which they run. */
static const struct {
    const char *name;
    const char *title;
    const char *proves;
    const char *gain; /* when it passes; NULL: the step says it itself */
    const char *loss; /* when it does not */
    void (*run)(struct probe *probe);
} steps[PROBE_STEP_COUNT] = {
    [PROBE_STEP_ADDRESS] = {"address", "Address",
                            "The address of hostPort is reachable and is Hex.",
                            "Nothing stands between this machine and Hex.",
                            "Nothing can be imported.", probe_address},
    [PROBE_STEP_TOKEN] = {"token", "Token", "The token is valid and of the declared type.",
                          NULL, "Nothing can be imported.", probe_token},
    [PROBE_STEP_PROJECTS] = {"projects", "Projects", "The token may list projects.",
                             "They can be imported.",
                             "Nothing can be imported: everything starts from this list.",
                             probe_projects},
    [PROBE_STEP_METADATA] = {"metadata", "Project metadata",
                             "The token may look at a single project.",
                             "Owners, statuses, categories, sharing and views can be imported.",
                             "A project that is gone from the list cannot be told from one "
                             "that is hidden.",
                             probe_metadata},
    [PROBE_STEP_NOTEBOOK] = {"notebook", "Notebook contents",
                             "The token may read what is in a notebook.",
                             "Cells, their SQL and lineage can be imported.",
                             "No cells, no SQL and no lineage: only what the list of projects "
                             "says (hexmeta.details: listing asks for no more).",
                             probe_notebook},
    [PROBE_STEP_OUTPUTS] = {"outputs", "Outputs",
                            "The token may read runs, and pictures of charts when they are "
                            "wanted.",
                            "When a project ran and how that ended can be imported.",
                            "When a project ran and how that ended stays unknown.",
                            probe_outputs},
    [PROBE_STEP_CONNECTIONS] =
        {"connections", "Data connections", "The token may list data connections.", NULL,
         "Tables lack their warehouse's name, and bare table names their "
         "database and schema: lineage to warehouses is poor.",
         probe_connections},
    [PROBE_STEP_USERS] = {"users", "Users", "The token may list the people of the workspace.",
                          "People come with their names.", "People have e-mail addresses only.",
                          probe_users},
    [PROBE_STEP_COLLECTIONS] = {"collections", "Collections", "The token may list collections.",
                                "Collections come with their descriptions.",
                                "Collections have names only.", probe_collections},
    [PROBE_STEP_GROUPS] = {"groups", "Groups", "The token may list groups.",
                           "Groups come with their ids.", "Groups have names only.",
                           probe_groups},
    [PROBE_STEP_QUERIED_TABLES] = {"queried-tables", "Queried tables",
                                   "The token may ask which tables a project has queried, and "
                                   "the plan includes it.",
                                   "Tables that SQL does not show (names made at run time) are "
                                   "found, too.",
                                   "Tables whose names are made at run time are not found; "
                                   "those in the SQL are.",
                                   probe_queried_tables},
};

const char *probe_step_name(enum probe_step step)
{
    return steps[step].name;
}

const char *probe_step_title(enum probe_step step)
{
    return steps[step].title;
}

const char *probe_step_proves(enum probe_step step)
{
    return steps[step].proves;
}

const char *probe_result_name(enum probe_result result)
{
    static const char *const names[PROBE_RESULT_COUNT] = {
        [PROBE_RESULT_PASSED] = "passed",           [PROBE_RESULT_FAILED] = "failed",
        [PROBE_RESULT_NOT_ALLOWED] = "not allowed", [PROBE_RESULT_NOT_NEEDED] = "not needed",
        [PROBE_RESULT_NOT_TRIED] = "not tried",
    };
    return names[result];
}

/* ---- texts ---- */

struct str probe_text(struct probe *probe, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(&probe->arena, (size_t)n + 1);
    if (text == NULL) {
        (void)error_nomem(&probe->fatal);
        return STR_NULL;
    }
    va_start(args, format);
    (void)vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return str_from_n(text, (size_t)n);
}

struct str probe_count(struct probe *probe, size_t count, const char *one, const char *many)
{
    return probe_text(probe, "%zu %s", count, count == 1 ? one : many);
}

/* ---- asking ---- */

/* Ends the test for causes that say nothing about Hex. */
static bool is_our_own(enum status code)
{
    return code == ERR_NOMEM || code == ERR_CANCELLED || code == ERR_BUG;
}

static void on_answer(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *answer_err)
{
    struct probe *probe = ctx;
    struct error err = *answer_err;
    const struct probe_options *options = probe->options;
    probe->is_answered = true;
    if (err.code == OK && probe->take(probe, document, &err) == OK) {
        err.code = OK;
    }
    if (is_our_own(err.code)) {
        probe->fatal = err;
        return;
    }
    struct diagnosis_facts facts = {
        .call = probe->answer->call,
        .host_url = options->host_url,
        .proxy = options->proxy,
        .token = probe->token,
        .code = err.code,
        .words = err.message,
        .http_status = answer->status,
        .cause = answer->cause,
        .content_type = answer->content_type,
        .body = answer->body,
        .is_json = document != NULL,
        .redirect = answer->redirect,
        .trace_id = answer->trace_id,
        .retry_after_ms = answer->retry_after_ms,
    };
    probe->answer->http_status = answer->status;
    if (diagnosis_make(&facts, &probe->arena, &probe->answer->diagnosis, &probe->fatal) != OK ||
        answer->status != 403) {
        return;
    }
    facts.is_everything_refused = true;
    if (diagnosis_make(&facts, &probe->arena, &probe->answer->if_all_refused, &probe->fatal) !=
        OK) {
        return; /* probe->fatal says it */
    }
}

bool probe_ask(struct probe *probe, const struct hex_request *request, probe_take_fn *take,
               struct probe_answer *answer)
{
    const struct probe_options *options = probe->options;
    struct hex_request own = *request;
    own.done = on_answer;
    own.ctx = probe;
    probe->take = take;
    probe->answer = answer;
    probe->is_answered = false;
    *answer = (struct probe_answer){.was_asked = true, .call = request->call};
    if (hex_api_send(options->api, &own, &probe->fatal) != OK) {
        return false;
    }
    while (!probe->is_answered) {
        if (options->stop != NULL && *options->stop != 0) {
            http_client_cancel_waiting(options->api->client);
        }
        if (probe->is_answered) {
            break;
        }
        struct error err = ERROR_INIT;
        if (http_client_run(options->api->client, TURN_MS, &err) != OK) {
            probe->fatal = err;
            return false;
        }
    }
    return probe->fatal.code == OK && answer->diagnosis.kind == DIAGNOSIS_FINE;
}

bool probe_is_forbidden(const struct probe_answer *answer)
{
    return answer->diagnosis.code == ERR_FORBIDDEN;
}

/* ---- how a step ends ---- */

void probe_pass(struct probe *probe, struct str found)
{
    struct probe_report *report = &probe->report;
    report->result = PROBE_RESULT_PASSED;
    report->found = found;
    if (str_is_null(report->meaning)) {
        report->meaning = str_from(steps[report->step].gain);
    }
}

void probe_fail(struct probe *probe, const struct probe_answer *answer)
{
    struct probe_report *report = &probe->report;
    report->result =
        probe_is_forbidden(answer) ? PROBE_RESULT_NOT_ALLOWED : PROBE_RESULT_FAILED;
    report->found = answer->diagnosis.cause;
    report->remedy = answer->diagnosis.remedy;
    report->cause = diagnosis_name(answer->diagnosis.kind);
    report->code = answer->diagnosis.code;
    report->http_status = answer->http_status;
    if (str_is_null(report->meaning)) {
        report->meaning = str_from(steps[report->step].loss);
    }
}

void probe_skip(struct probe *probe, enum probe_result result, struct str found)
{
    probe->report.result = result;
    probe->report.found = found;
}

void probe_warn(struct probe *probe, const char *cause, struct str warning, struct str remedy)
{
    probe->report.cause = cause;
    probe->report.warning = warning;
    probe->report.remedy = remedy;
}

/* Of two failures the one that the exit code is about: the token, the network, the rest. */
static enum status worse(enum status a, enum status b)
{
    static const enum status order[] = {ERR_AUTH, ERR_FORBIDDEN, ERR_NETWORK, ERR_RATE};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (a == order[i] || b == order[i]) {
            return order[i];
        }
    }
    return a != OK ? a : b;
}

static void run_step(struct probe *probe, enum probe_step step)
{
    const struct probe_options *options = probe->options;
    struct probe_summary *summary = probe->summary;
    struct probe_report *report = &probe->report;
    *report = (struct probe_report){.step = step,
                                    .is_mandatory = step < PROBE_STEP_USERS,
                                    .meaning = STR_NULL,
                                    .warning = STR_NULL,
                                    .remedy = STR_NULL};
    probe->started_ms = clock_monotonic_ms(&options->clock);
    probe->requests_before = metrics_get(METRIC_HTTP_REQUESTS);
    if (probe->is_over) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED, STR("An earlier step has to pass first."));
    } else {
        steps[step].run(probe);
    }
    if (options->stop != NULL && *options->stop != 0 && probe->fatal.code == OK) {
        (void)error_set(&probe->fatal, ERR_CANCELLED, "stopped before the end");
    }
    if (probe->fatal.code != OK) {
        return;
    }
    report->requests = metrics_get(METRIC_HTTP_REQUESTS) - probe->requests_before;
    report->elapsed_ms = clock_monotonic_ms(&options->clock) - probe->started_ms;
    summary->results[report->result]++;
    summary->requests += report->requests;
    if (report->is_mandatory) {
        summary->code = worse(summary->code, report->code);
    }
    options->report(options->report_ctx, report);
}

/* Every request must have called back before memory goes. */
static void drain(const struct probe_options *options)
{
    struct http_client *client = options->api->client;
    struct error ignored = ERROR_INIT;
    do {
        http_client_cancel_waiting(client);
    } while (http_client_pending(client) > 0 &&
             http_client_run(client, TURN_MS, &ignored) == OK);
}

enum status probe_run(const struct probe_options *options, struct probe_summary *summary,
                      struct error *err)
{
    struct probe probe = {.options = options,
                          .summary = summary,
                          .fatal = ERROR_INIT,
                          .token = diagnosis_token_of(options->token)};
    *summary = (struct probe_summary){.code = OK};
    arena_init(&probe.arena, ARENA_BYTES);
    for (int step = 0; step < PROBE_STEP_COUNT && probe.fatal.code == OK; step++) {
        run_step(&probe, (enum probe_step)step);
    }
    drain(options);
    arena_free(&probe.arena);
    if (probe.fatal.code != OK) {
        *err = probe.fatal;
    }
    return probe.fatal.code;
}
