/*
 * The runs of projects: a pipeline for each project that has a schedule or has run, in a
 * pipeline service beside the dashboard service, and its history. A run that has ended is sent
 * once; one that had not is sent again when it has changed.
 */
#include "om/run.h"

#include "base/json_out.h"
#include "catalog/published_runs.h"
#include "domain/name.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_BODY_BYTES ((size_t)1024 * 1024)

static enum status service_name(const struct om_run *run, struct arena *arena, struct str *out)
{
    return arena_printf(arena, out, "%.*s_runs", STR_ARG(run->options->service));
}

static enum status keep_pipeline(void *ctx, const struct json *item, struct error *err)
{
    return om_list_entity(ctx, PUBLISHED_PIPELINE, item, err);
}

/* ---- pipelines ---- */

/* Every project that the filters let through, whether or not it is settled. */
static void each_wanted(struct om_run *run, om_project_fn *each)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    int64_t after = 0;
    bool has_more = true;
    arena_init(&arena, OM_PROJECT_BYTES);
    while (has_more && !om_run_is_ending(run)) {
        struct om_project project = {.cell_count = 0};
        bool is_wanted = false;
        arena_reset(&arena);
        enum status status = publishing_next_project(run->catalog, run->options->source,
                                                     run->options->includes_archived, &after,
                                                     &arena, &project.from, &has_more, &err);
        if (status == OK && has_more) {
            status = om_run_wants(run, &project.from, &is_wanted, &err);
        }
        if (status == OK && is_wanted) {
            status = om_map_dashboard(&run->mapping, &arena, &project) == OK
                         ? OK
                         : error_nomem(&err);
            if (status == OK) {
                each(run, &project, &arena);
            }
        }
        if (status != OK) {
            om_run_fatal(run, &err);
        }
    }
    arena_free(&arena);
}

/* False: no runs and no schedule, or the run is over. */
static bool map_pipeline(struct om_run *run, const struct om_project *project,
                         struct arena *arena, struct om_entity *out)
{
    struct error err = ERROR_INIT;
    bool has_any = false;
    *out = (struct om_entity){.kind = PUBLISHED_PIPELINE,
                              .name = project->dashboard.name,
                              .project = project->from.project.id,
                              .title = project->dashboard.title,
                              .url = project->dashboard.url,
                              .created_ms = TIMESTAMP_NONE,
                              .edited_ms = TIMESTAMP_NONE,
                              .viewed_ms = TIMESTAMP_NONE};
    if (published_runs_schedule(run->catalog, project->from.row, arena, &has_any,
                                &out->schedule, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    if (service_name(run, arena, &out->service) != OK ||
        name_join(out->service, out->name, arena, &out->fqn) != OK) {
        om_run_nomem(run);
    }
    return has_any && !om_run_is_ending(run);
}

void om_publish_pipeline(struct om_run *run, struct om_project *project,
                         const struct om_asked *only, struct arena *arena)
{
    struct om_entity pipeline;
    if (map_pipeline(run, project, arena, &pipeline)) {
        om_publish_entity(run, project, &pipeline, only, arena);
    }
}

static void each_pipeline(struct om_run *run, struct om_project *project, struct arena *arena)
{
    om_publish_pipeline(run, project, NULL, arena);
}

/* ---- histories ---- */

/* Some runs of one pipeline on their way. */
struct history_call {
    struct om_run *run;
    struct arena arena;
    struct str project;
    struct str title;
    struct published_runs state; /* when all have arrived */
    size_t open;                 /* requests under way, and one while more are sent */
    bool has_failed;
};

/* OpenMetadata's word for it; NULL: nobody knows what became of the run. */
static const char *outcome_of(const struct run *run)
{
    static const struct {
        const char *hex;
        const char *outcome;
    } words[] = {{"COMPLETED", "Successful"}, {"ERRORED", "Failed"},
                 {"KILLED", "Failed"},        {"UNABLE_TO_ALLOCATE_KERNEL", "Failed"},
                 {"PENDING", "Pending"},      {"RUNNING", "Pending"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_is(run->status, words[i].hex)) {
            return words[i].outcome;
        }
    }
    return NULL;
}

/* Leaves what can be told: an outcome, and one run a moment (the later in Hex's list). */
static size_t keep_known(struct run *runs, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (outcome_of(&runs[i]) == NULL) {
            continue;
        }
        bool is_same_moment = kept > 0 && runs[kept - 1].started_ms == runs[i].started_ms;
        runs[is_same_moment ? kept - 1 : kept++] = runs[i];
    }
    return kept;
}

static bool has_ended(const struct run *run)
{
    return !str_is(str_from(outcome_of(run)), "Pending");
}

/* How far the history is published when these runs are. */
static struct published_runs state_with(const struct published_runs *before,
                                        const struct run *runs, size_t count)
{
    struct published_runs state = {.after_ms = before->after_ms};
    size_t i = 0;
    for (; i < count && has_ended(&runs[i]); i++) {
        state.after_ms = runs[i].started_ms;
    }
    for (; i < count; i++) {
        const uint64_t parts[] = {state.digest, (uint64_t)runs[i].started_ms,
                                  (uint64_t)runs[i].ended_ms, str_hash(runs[i].status)};
        state.digest = str_hash(str_from_n((const char *)(const void *)parts, sizeof(parts)));
    }
    return state;
}

static void put_status(struct json_out *out, const struct run *run)
{
    json_out_object(out);
    json_out_field_int(out, "timestamp", run->started_ms);
    json_out_field_cstr(out, "executionStatus", outcome_of(run));
    if (run->ended_ms != TIMESTAMP_NONE) {
        json_out_field_int(out, "endTime", run->ended_ms);
    }
    json_out_field_str(out, "executionId", run->id);
    json_out_object_end(out);
}

static void end_call(struct history_call *call)
{
    struct om_run *run = call->run;
    struct error err = ERROR_INIT;
    if (--call->open > 0) {
        return;
    }
    if (!call->has_failed) {
        run->summary->steps[OM_STEP_RUNS].updated++;
        if (om_run_begin(run) && published_runs_put(run->catalog, run->publication.id,
                                                    call->project, &call->state, &err) != OK) {
            om_run_fatal(run, &err);
        }
    }
    arena_free(&call->arena);
    free(call);
}

static void on_history(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *err)
{
    struct history_call *call = ctx;
    struct om_run *run = call->run;
    (void)answer;
    (void)document;
    if (err->code != OK && !call->has_failed) {
        call->has_failed = true;
        om_run_failed(run, &run->summary->steps[OM_STEP_RUNS], "runs of project", call->title,
                      call->project, err);
        if (err->code == ERR_AUTH) {
            om_run_fatal(run, err);
        }
    }
    end_call(call);
}

/* All at once where the server takes a list. */
static void send_statuses(struct history_call *call, struct str fqn, const struct run *runs,
                          size_t count)
{
    struct om_run *run = call->run;
    bool is_bulk = run->version.has_status_bulk;
    struct buf path;
    struct buf body;
    struct json_out out;
    buf_init(&path, 65536);
    buf_init(&body, MAX_BODY_BYTES);
    json_out_init(&out, &body);
    (void)buf_append_cstr(&path, "/v1/pipelines");
    om_path_segment(&path, fqn);
    (void)buf_append_cstr(&path, is_bulk ? "/status/bulk" : "/status");
    if (is_bulk) {
        json_out_array(&out);
    }
    for (size_t i = 0; i < count; i++) {
        put_status(&out, &runs[i]);
    }
    if (is_bulk) {
        json_out_array_end(&out);
    }
    const struct om_request request = {.method = "PUT",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .repeats = true, /* a status a moment */
                                       .done = on_history,
                                       .ctx = call};
    om_run_make_room(run);
    if (buf_status(&path) != OK || buf_status(&body) != OK) {
        om_run_nomem(run);
    }
    call->open++;
    if (om_run_is_ending(run) || !om_run_send(run, &request)) {
        call->has_failed = true;
        call->open--;
    }
    buf_free(&path);
    buf_free(&body);
}

static void send_history(struct om_run *run, const struct om_entity *pipeline,
                         const struct run *runs, size_t count,
                         const struct published_runs *state)
{
    struct history_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        om_run_nomem(run);
        return;
    }
    *call = (struct history_call){.run = run, .state = *state, .open = 1};
    arena_init(&call->arena, 65536);
    if (arena_str(&call->arena, pipeline->project, &call->project) != OK ||
        arena_str(&call->arena, pipeline->title, &call->title) != OK) {
        om_run_nomem(run);
        call->has_failed = true;
    }
    size_t at_once = run->version.has_status_bulk ? count : 1;
    for (size_t i = 0; i < count && !call->has_failed; i += at_once) {
        send_statuses(call, pipeline->fqn, &runs[i], at_once);
    }
    end_call(call);
}

static void tell(struct om_run *run, const struct om_entity *pipeline, size_t count,
                 struct arena *arena)
{
    struct str text = STR_NULL;
    if (arena_printf(arena, &text, "%zu", count) != OK) {
        om_run_nomem(run);
        return;
    }
    const struct om_plan_field field = {"new or changed runs", STR_NULL, text, false};
    const struct om_plan_item item = {.action = OM_PLAN_UPDATE,
                                      .kind = "runs",
                                      .name = pipeline->name,
                                      .title = pipeline->title,
                                      .fields = &field,
                                      .field_count = 1};
    run->summary->steps[OM_STEP_RUNS].updated++;
    om_run_plan(run, &item);
}

/* A pipeline that was made anew has no history, whatever was sent to an earlier one. */
static enum status read_state(struct om_run *run, const struct om_entity *pipeline,
                              struct arena *arena, struct published_runs *out,
                              struct error *err)
{
    struct str text = STR_NULL;
    struct json *json = NULL;
    enum status status =
        published_runs_get(run->catalog, run->publication.id, pipeline->project, out, err);
    if (status == OK) {
        status = published_listed(run->catalog, PUBLISHED_PIPELINE, pipeline->name, arena,
                                  &text, err);
    }
    if (status == OK && !str_is_null(text)) {
        status = json_parse(text, &json_limits_default, &json, err);
    }
    if (status == OK && json_bool(json_get(json, "isNew"), false)) {
        *out = (struct published_runs){.after_ms = INT64_MIN};
    }
    json_free(json);
    return status;
}

static void each_history(struct om_run *run, struct om_project *project, struct arena *arena)
{
    struct om_entity pipeline;
    struct published_runs before;
    enum published_presence presence = PUBLISHED_ABSENT;
    struct run *runs = NULL;
    size_t count = 0;
    struct error err = ERROR_INIT;
    if (!map_pipeline(run, project, arena, &pipeline)) {
        return;
    }
    enum status status =
        published_presence(run->catalog, PUBLISHED_PIPELINE, pipeline.name, &presence, &err);
    if (status == OK) {
        status = read_state(run, &pipeline, arena, &before, &err);
    }
    if (status == OK) {
        status = published_runs_list(run->catalog, project->from.row, before.after_ms, arena,
                                     &runs, &count, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
        return;
    }
    count = keep_known(runs, count);
    struct published_runs after = state_with(&before, runs, count);
    bool is_new = after.after_ms != before.after_ms || after.digest != before.digest;
    if (presence != PUBLISHED_PRESENT || count == 0 || !is_new) {
        return;
    }
    if (run->options->plan != NULL) {
        tell(run, &pipeline, count, arena);
    } else {
        send_history(run, &pipeline, runs, count, &after);
    }
}

/* ---- the step ---- */

void om_publish_runs(struct om_run *run)
{
    struct om_service service = {.collection = "/v1/services/pipelineServices",
                                 .kind = "pipeline service",
                                 .type = "CustomPipeline",
                                 .otherwise = "set hexmeta.publishRuns to false"};
    struct str id;
    struct error err = ERROR_INIT;
    if (!run->options->publishes_runs || run->options->is_interim) {
        return;
    }
    if (service_name(run, &run->arena, &service.name) != OK) {
        om_run_nomem(run);
        return;
    }
    if (om_service_find_or_make(run, &service, &id, &err) != OK) {
        om_run_failed(run, &run->summary->steps[OM_STEP_RUNS], service.kind, service.name,
                      service.name, &err);
        return;
    }
    om_list_read_of(run,
                    "/v1/pipelines?include=all&fields=sourceHash,scheduleInterval&service=",
                    service.name, keep_pipeline, run);
    each_wanted(run, each_pipeline);
    om_decide_asked(run);
    om_send_rest(run);
    each_wanted(run, each_history);
    om_run_wait(run, 0);
    om_run_flush(run);
}
