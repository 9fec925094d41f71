#include "om/run.h"

#include "base/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_KEPT_FAILURES 1000
#define MAX_PATH_BYTES ((size_t)64 * 1024)
#define TURN_MS 250
#define DEFAULT_IN_FLIGHT 16
#define ROWS_A_TRANSACTION 500
#define WAITING_A_CONNECTION 4

void om_run_init(struct om_run *run, const struct om_options *options,
                 struct om_summary *summary)
{
    *summary = (struct om_summary){.worst = OK};
    arena_init(&summary->arena, OM_RUN_BYTES);
    *run = (struct om_run){.options = options,
                           .summary = summary,
                           .catalog = options->catalog,
                           .fatal = ERROR_INIT,
                           .total = -1};
    arena_init(&run->arena, OM_RUN_BYTES);
    map_init(&run->users);
    map_init(&run->tags);
    map_init(&run->usable);
    map_init(&run->exclusive);
    map_init(&run->statuses);
    map_init(&run->warned);
    map_init(&run->days);
    map_init(&run->settled);
    map_init(&run->resolve.tables);
    map_init(&run->resolve.lists);
}

void om_run_free(struct om_run *run)
{
    map_free(&run->users);
    map_free(&run->tags);
    map_free(&run->usable);
    map_free(&run->exclusive);
    map_free(&run->statuses);
    map_free(&run->warned);
    map_free(&run->days);
    map_free(&run->settled);
    om_resolve_free(&run->resolve);
    arena_free(&run->arena);
}

void om_run_fatal(struct om_run *run, const struct error *err)
{
    if (run->fatal.code == OK) {
        run->fatal = *err;
        http_client_cancel_waiting(run->options->api->client);
    }
}

void om_run_nomem(struct om_run *run)
{
    struct error err = ERROR_INIT;
    (void)error_nomem(&err);
    om_run_fatal(run, &err);
}

bool om_run_is_ending(const struct om_run *run)
{
    return run->fatal.code != OK || run->summary->was_stopped;
}

/* ---- the event loop ---- */

static void report_progress(const struct om_run *run)
{
    const struct om_options *options = run->options;
    if (options->progress == NULL) {
        return;
    }
    struct om_progress progress = {.phase = run->phase, .done = run->done, .total = run->total};
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        progress.warnings += run->summary->steps[i].warnings;
        progress.failures += run->summary->steps[i].errors;
    }
    options->progress(options->progress_ctx, &progress);
}

static void notice_stop(struct om_run *run)
{
    const struct om_options *options = run->options;
    if (options->stop != NULL && *options->stop != 0 && !run->summary->was_stopped) {
        run->summary->was_stopped = true;
        log_info("stopping: waiting for %zu requests in flight",
                 http_client_in_flight(options->api->client));
        http_client_cancel_waiting(options->api->client);
    }
}

void om_run_turn(struct om_run *run)
{
    struct error err = ERROR_INIT;
    notice_stop(run);
    report_progress(run);
    if (http_client_run(run->options->api->client, TURN_MS, &err) != OK) {
        om_run_fatal(run, &err);
    }
}

void om_run_wait(struct om_run *run, size_t limit)
{
    struct http_client *client = run->options->api->client;
    while (http_client_pending(client) > limit) {
        om_run_turn(run);
        if (om_run_is_ending(run)) {
            http_client_cancel_waiting(client);
        }
    }
}

static size_t in_flight_limit(const struct om_run *run)
{
    return run->options->in_flight > 0 ? run->options->in_flight : DEFAULT_IN_FLIGHT;
}

void om_run_make_room(struct om_run *run)
{
    om_run_wait(run, in_flight_limit(run) - 1);
}

void om_run_make_room_ahead(struct om_run *run)
{
    size_t limit = in_flight_limit(run);
    if (http_client_pending(run->options->api->client) >= limit * WAITING_A_CONNECTION) {
        om_run_wait(run, limit + limit / 2);
    }
}

bool om_run_send(struct om_run *run, const struct om_request *request)
{
    struct error err = ERROR_INIT;
    if (om_api_send(run->options->api, request, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    run->summary->requests++;
    run->summary->writes += !str_is(str_from(request->method), "GET");
    return true;
}

/* ---- one request, and wait ---- */

struct call {
    bool is_done;
    struct error err;
    struct buf body;
};

static void on_call(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *err)
{
    struct call *call = ctx;
    call->is_done = true;
    call->err = *err;
    if (err->code == OK && document != NULL &&
        buf_append_str(&call->body, answer->body) != OK) {
        (void)error_nomem(&call->err);
    }
}

enum status om_run_call(struct om_run *run, const struct om_request *request, struct json **out,
                        struct error *err)
{
    struct call call = {.err = ERROR_INIT};
    struct om_request own = *request;
    buf_init(&call.body, json_limits_default.max_bytes);
    own.done = on_call;
    own.ctx = &call;
    *out = NULL;
    if (om_run_is_ending(run) || !om_run_send(run, &own)) {
        buf_free(&call.body);
        *err = run->fatal;
        return err->code != OK ? err->code : error_set(err, ERR_CANCELLED, "stopped");
    }
    while (!call.is_done) {
        om_run_turn(run);
        if (om_run_is_ending(run)) {
            http_client_cancel_waiting(run->options->api->client);
        }
    }
    *err = call.err;
    if (call.err.code == OK && call.body.size > 0) {
        enum status status = json_parse(buf_str(&call.body), &json_limits_default, out, err);
        buf_free(&call.body);
        return status;
    }
    buf_free(&call.body);
    return err->code;
}

enum status om_run_get(struct om_run *run, struct str path, struct json **out,
                       struct error *err)
{
    const struct om_request request = {.method = "GET", .path = path};
    return om_run_call(run, &request, out, err);
}

enum status om_run_get_named(struct om_run *run, const char *collection, struct str fqn,
                             const char *query, struct json **out, struct error *err)
{
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    *out = NULL;
    (void)buf_printf(&path, "%s/name", collection);
    om_path_segment(&path, fqn);
    (void)buf_append_cstr(&path, query);
    enum status status =
        buf_status(&path) == OK ? om_run_get(run, buf_str(&path), out, err) : error_nomem(err);
    buf_free(&path);
    return status;
}

/* ---- bookkeeping ---- */

struct om_step *om_run_step(struct om_run *run, enum published_kind kind)
{
    static const enum om_step_kind steps[] = {[PUBLISHED_CLASSIFICATION] = OM_STEP_TAGS,
                                              [PUBLISHED_TAG] = OM_STEP_TAGS,
                                              [PUBLISHED_DATA_MODEL] = OM_STEP_DATA_MODELS,
                                              [PUBLISHED_CHART] = OM_STEP_CHARTS,
                                              [PUBLISHED_DASHBOARD] = OM_STEP_DASHBOARDS,
                                              [PUBLISHED_PIPELINE] = OM_STEP_RUNS,
                                              [PUBLISHED_EDGE] = OM_STEP_LINEAGE};
    return &run->summary->steps[steps[kind]];
}

/* Of two failures the one that decides the exit code: permission, network, all others. */
static enum status worse(enum status a, const struct error *err)
{
    enum status b =
        err->code == ERR_NETWORK && err->http_status == 500 ? ERR_REJECTED : err->code;
    if (a == ERR_AUTH || a == ERR_FORBIDDEN || b == ERR_CANCELLED) {
        return a;
    }
    if (b == ERR_AUTH || b == ERR_FORBIDDEN || b == ERR_NETWORK || b == ERR_RATE) {
        return b;
    }
    return a == OK ? b : a;
}

void om_run_failed(struct om_run *run, struct om_step *step, const char *kind, struct str title,
                   struct str name, const struct error *err)
{
    struct om_summary *summary = run->summary;
    if (err->code == ERR_CANCELLED) {
        return; /* not asked any more: the next run does it */
    }
    step->errors++;
    summary->failure_count++;
    summary->worst = worse(summary->worst, err);
    struct str shown = str_sub(title, 0, 200);
    if (run->options->is_interim) {
        log_info("%s '%.*s' (%.*s) will be tried again: %s", kind, STR_ARG(shown),
                 STR_ARG(name), err->message);
    } else {
        log_error("%s '%.*s' (%.*s): %s", kind, STR_ARG(shown), STR_ARG(name), err->message);
    }
    if (summary->failure_count > MAX_KEPT_FAILURES) {
        return;
    }
    struct om_failure *failure = ARENA_NEW(&summary->arena, struct om_failure);
    if (failure == NULL ||
        arena_printf(&summary->arena, &failure->object, "%s '%.*s' (%.*s)", kind,
                     STR_ARG(title), STR_ARG(name)) != OK ||
        arena_printf(&summary->arena, &failure->message, "%s", err->message) != OK) {
        return; /* counted and logged all the same */
    }
    failure->next = summary->failures;
    summary->failures = failure;
}

void om_run_warn(struct om_run *run, struct om_step *step, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    step->warnings++;
    if (run->options->is_interim) {
        log_debug("%s", text);
    } else {
        log_warning("%s", text);
    }
}

bool om_run_warn_once(struct om_run *run, struct str key)
{
    struct str copy;
    if (map_has(&run->warned, key)) {
        return false;
    }
    return arena_str(&run->arena, key, &copy) == OK &&
           map_put(&run->warned, copy, (union map_value){.number = 1}) == OK;
}

/* ---- storing ---- */

bool om_run_begin(struct om_run *run)
{
    struct error err = ERROR_INIT;
    if (run->has_transaction) {
        return true;
    }
    if (catalog_begin(run->catalog, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    run->has_transaction = true;
    return true;
}

void om_run_flush(struct om_run *run)
{
    struct error err = ERROR_INIT;
    if (run->has_transaction && catalog_commit(run->catalog, &err) != OK) {
        catalog_rollback(run->catalog);
        om_run_fatal(run, &err);
    }
    run->has_transaction = false;
    run->stored = 0;
}

void om_run_store(struct om_run *run, const struct published *row)
{
    struct error err = ERROR_INIT;
    if (run->options->plan != NULL || !om_run_begin(run)) {
        return;
    }
    if (published_put(run->catalog, run->publication.id, row, &err) != OK) {
        om_run_fatal(run, &err);
    }
    if (++run->stored >= ROWS_A_TRANSACTION) {
        om_run_flush(run);
    }
}

void om_run_plan(struct om_run *run, const struct om_plan_item *item)
{
    struct error err = ERROR_INIT;
    bool is_told = !run->is_settled || item->action == OM_PLAN_KEEP;
    if (is_told && run->options->plan(run->options->plan_ctx, item, &err) != OK) {
        om_run_fatal(run, &err);
    }
}
