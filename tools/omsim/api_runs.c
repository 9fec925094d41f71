/* Statuses of runs: of pipelines by their time, of ingestion pipelines by their run id. */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/value.h"

#define MAX_BULK 1000

static int64_t time_of(const json_t *status)
{
    return json_integer_value(json_object_get(status, "timestamp"));
}

static bool is_same_run(const struct entity *entity, const json_t *a, const json_t *b)
{
    if (entity->kind->id == KIND_PIPELINE) {
        return time_of(a) == time_of(b);
    }
    return str_eq(value_get(a, "runId"), value_get(b, "runId"));
}

/* Replaces the status of the same run, or puts it in order of time. */
static void keep_status(struct entity *entity, json_t *status)
{
    if (entity->statuses == NULL) {
        entity->statuses = value_sure(json_array());
    }
    size_t at = json_array_size(entity->statuses);
    for (size_t i = at; i > 0; i--) {
        const json_t *known = json_array_get(entity->statuses, i - 1);
        if (is_same_run(entity, known, status)) {
            if (json_array_set(entity->statuses, i - 1, status) != 0) {
                sim_fail_memory();
            }
            return;
        }
        at = time_of(known) > time_of(status) ? i - 1 : at;
    }
    if (json_array_insert(entity->statuses, at, status) != 0) {
        sim_fail_memory();
    }
}

/* Names of a status's tasks must be tasks of the pipeline. */
static bool check_tasks(const struct entity *pipeline, const json_t *status,
                        struct refusal *why)
{
    const json_t *tasks = json_object_get(pipeline->data, "tasks");
    const json_t *given = json_object_get(status, "taskStatus");
    for (size_t i = 0; i < json_array_size(given); i++) {
        struct str name = value_get(json_array_get(given, i), "name");
        bool is_known = false;
        for (size_t k = 0; k < json_array_size(tasks); k++) {
            is_known = is_known || str_eq(value_get(json_array_get(tasks, k), "name"), name);
        }
        if (!is_known) {
            return refuse(why, 400, "Invalid task name %.*s", STR_ARG(name));
        }
    }
    return true;
}

static bool put_status(struct call *call, struct entity *entity, json_t *status)
{
    struct refusal why = call_refusal(call);
    bool is_pipeline = entity->kind->id == KIND_PIPELINE;
    const char *shape = is_pipeline ? "PipelineStatus" : "IngestionPipelineStatus";
    if (!sim_check(call->sim, shape, status, &why) ||
        (is_pipeline && !check_tasks(entity, status, &why))) {
        call_refuse(call, &why);
        return false;
    }
    keep_status(entity, status);
    return true;
}

static void put_statuses(struct call *call, struct entity *entity, bool is_bulk)
{
    if (!call_read_json(call, "application/json")) {
        return;
    }
    size_t n = is_bulk ? json_array_size(call->json) : 1;
    if (is_bulk && (!json_is_array(call->json) || n > MAX_BULK)) {
        call_fail(call, 400, "[a list of at most 1000 statuses is expected]");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *status = is_bulk ? json_array_get(call->json, i) : call->json;
        if (!put_status(call, entity, status)) {
            return;
        }
    }
    api_answer_entity(call, 200, entity, "entityUpdated");
}

static void list_statuses(struct call *call, const struct entity *entity)
{
    int64_t from = INT64_MIN;
    int64_t to = INT64_MAX;
    json_t *list = value_sure(json_array());
    (void)str_to_i64(call_argument(call, "startTs"), &from);
    (void)str_to_i64(call_argument(call, "endTs"), &to);
    for (size_t i = json_array_size(entity->statuses); i > 0; i--) {
        json_t *status = json_array_get(entity->statuses, i - 1);
        if (time_of(status) >= from && time_of(status) <= to) {
            value_append(list, json_incref(status));
        }
    }
    call_answer(call, 200,
                json_pack("{s:o,s:{s:I}}", "data", list, "paging", "total",
                          (json_int_t)json_array_size(list)));
}

static void delete_status(struct call *call, struct entity *entity, struct str time)
{
    int64_t when = 0;
    (void)str_to_i64(time, &when);
    for (size_t i = 0; i < json_array_size(entity->statuses); i++) {
        if (time_of(json_array_get(entity->statuses, i)) == when) {
            (void)json_array_remove(entity->statuses, i);
            api_answer_entity(call, 200, entity, "entityUpdated");
            return;
        }
    }
    call_fail(call, 404, "Pipeline status for %.*s not found", STR_ARG(time));
}

/* progress, metrics, logs / {fqn} / {runId}: since 2.0. */
static bool answer_live(struct call *call, const struct kind *kind, size_t at)
{
    struct refusal why = call_refusal(call);
    struct str what = call->segments[at];
    bool is_progress = str_is(what, "progress");
    if (!call->sim->is_two || kind->id != KIND_INGESTION_PIPELINE ||
        call->segment_count != at + 3 ||
        !(is_progress || str_is(what, "metrics") || str_is(what, "logs"))) {
        return false;
    }
    api_count_as(call, kind->collection, is_progress ? "/progress/{fqn}/{runId}" : "/live");
    struct entity *entity = store_by_fqn(&call->sim->store, kind, call->segments[at + 1]);
    if (entity == NULL) {
        api_missing(call, kind, call->segments[at + 1]);
    } else if (!call_is(call, is_progress ? "PUT" : "POST")) {
        api_refuse_method(call);
    } else if (!is_progress) {
        call_answer(call, 200, json_object());
    } else if (call_read_json(call, "application/json")) {
        if (!sim_check(call->sim, "ProgressUpdate", call->json, &why)) {
            call_refuse(call, &why);
        } else {
            json_decref(entity->progress);
            entity->progress = json_incref(call->json);
            call_answer(call, 200, json_object());
        }
    }
    return true;
}

bool api_runs(struct call *call, const struct kind *kind, size_t at)
{
    size_t n = call->segment_count - at;
    bool is_pipeline = kind->id == KIND_PIPELINE;
    const char *word = is_pipeline ? "status" : "pipelineStatus";
    if ((!is_pipeline && kind->id != KIND_INGESTION_PIPELINE) || n < 2) {
        return false;
    }
    if (answer_live(call, kind, at)) {
        return true;
    }
    if (!str_is(call->segments[at + 1], word)) {
        return false;
    }
    bool is_bulk = n == 3 && is_pipeline && str_is(call->segments[at + 2], "bulk");
    struct str fqn = call->segments[at];
    struct entity *entity = store_by_fqn(&call->sim->store, kind, fqn);
    api_count_as(call, kind->collection, is_bulk ? "/{fqn}/status/bulk" : "/{fqn}/status");
    if (entity == NULL || entity->is_deleted) {
        api_missing(call, kind, fqn);
    } else if (call_is(call, "PUT") && (n == 2 || is_bulk)) {
        put_statuses(call, entity, is_bulk);
    } else if (call_is(call, "GET") && n == 2) {
        list_statuses(call, entity);
    } else if (call_is(call, "DELETE") && n == 3 && is_pipeline) {
        delete_status(call, entity, call->segments[at + 2]);
    } else {
        api_refuse_method(call);
    }
    return true;
}
