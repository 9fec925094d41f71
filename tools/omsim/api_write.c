#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/etag.h"
#include "omsim/remove.h"
#include "omsim/update.h"
#include "omsim/value.h"

/* ---- POST and PUT of a collection ---- */

static void create_or_update(struct call *call, const struct kind *kind)
{
    struct sim *sim = call->sim;
    struct refusal why = call_refusal(call);
    struct desired desired = {0};
    struct entity *entity = NULL;
    enum update_result result = UPDATE_CREATED;
    bool is_post = call_is(call, "POST");
    if ((kind->traits & KIND_IS_SEEDED) != 0) {
        api_refuse_method(call);
        return;
    }
    bool is_good = call_read_json(call, "application/json");
    if (!is_good) {
        return;
    }
    is_good = sim_check(sim, kind->shape, call->json, &why) &&
              desired_from_create(sim, kind, call->json, &call->actor, &desired, &why) &&
              (is_post ? update_post(sim, &desired, &call->actor, &entity, &why)
                       : update_put(sim, &desired, &call->actor, &entity, &result, &why));
    desired_free(&desired);
    if (!is_good) {
        call_refuse(call, &why);
        return;
    }
    api_answer_entity(call, result == UPDATE_CREATED ? 201 : 200, entity,
                      is_post ? NULL : update_result_name(result, false));
    if (is_post) {
        call_header(call, "Location",
                    sim_printf(call->arena, "%.*s/v1/%s/%s", STR_ARG(sim->base_url),
                               kind->collection, entity->id));
    }
}

/* ---- DELETE, restore ---- */

static void delete_entity(struct call *call, const struct kind *kind, size_t at)
{
    struct refusal why = call_refusal(call);
    struct removal removal = {.is_hard = call_flag(call, "hardDelete"),
                              .is_recursive = call_flag(call, "recursive")};
    bool is_async = str_is(call->segments[at], "async");
    struct entity *entity = api_find_any(call, kind, is_async ? at + 1 : at);
    if (entity == NULL) {
        return;
    }
    if (!remove_entity(call->sim, entity, &removal, &call->actor, &why)) {
        call_refuse(call, &why);
        return;
    }
    if (is_async) {
        call_answer(call, 202,
                    json_pack("{s:s+,s:s,s:s%,s:b,s:b}", "jobId", "job-", entity->id, "message",
                              "Delete operation initiated", "entityName", entity->name.p,
                              entity->name.n, "hardDelete", removal.is_hard, "recursive",
                              removal.is_recursive));
        return;
    }
    api_answer_entity(call, 200, entity,
                      removal.is_hard ? "entityDeleted" : "entitySoftDeleted");
}

static void restore(struct call *call, const struct kind *kind)
{
    struct refusal why = call_refusal(call);
    if (!call_read_json(call, "application/json")) {
        return;
    }
    if (!sim_check(call->sim, "RestoreEntity", call->json, &why)) {
        call_refuse(call, &why);
        return;
    }
    struct str id = value_get(call->json, "id");
    struct entity *entity = store_by_id(&call->sim->store, kind, id);
    if (entity == NULL) {
        api_missing(call, kind, id);
        return;
    }
    remove_restore(call->sim, entity, &call->actor);
    if (call->sim->is_two && call_flag(call, "async")) {
        call_answer(call, 202,
                    json_pack("{s:s,s:s}", "jobId", entity->id, "message",
                              "Restore operation initiated"));
        return;
    }
    api_answer_entity(call, 200, entity, "entityRestored");
}

/* ---- the result of a test of a service's connection ---- */

static void put_test_result(struct call *call, const struct kind *kind, size_t at)
{
    struct refusal why = call_refusal(call);
    struct entity *entity = api_find(call, kind, at);
    if (entity == NULL || !call_read_json(call, "application/json")) {
        return;
    }
    if (!sim_check(call->sim, "TestConnectionResult", call->json, &why)) {
        call_refuse(call, &why);
        return;
    }
    value_put(entity->data, "testConnectionResult", json_incref(call->json));
    api_answer_entity(call, 200, entity, NULL);
}

/* ---- where a path leads ---- */

static void write_one(struct call *call, const struct kind *kind, size_t at)
{
    bool is_named = str_is(call->segments[at], "name") && at + 1 < call->segment_count;
    bool is_async = str_is(call->segments[at], "async") && at + 1 < call->segment_count;
    bool has_rest = call->segment_count > at + (is_named || is_async ? 2 : 1);
    api_count_as(call, kind->collection,
                 is_named   ? "/name/{fqn}"
                 : is_async ? "/async/{id}"
                 : has_rest ? "/{id}/..."
                            : "/{id}");
    if (call_is(call, "DELETE") && !has_rest) {
        delete_entity(call, kind, at);
    } else if (call_is(call, "PATCH") && !has_rest && !is_async) {
        struct entity *entity = api_find(call, kind, at);
        if (entity != NULL) {
            api_patch(call, entity);
        }
    } else if (call_is(call, "PUT") && (kind->traits & KIND_IS_SERVICE) != 0 &&
               call_rest_is(call, at + 1, "testConnectionResult")) {
        put_test_result(call, kind, at);
    } else {
        api_refuse_method(call);
    }
}

void api_write(struct call *call, const struct kind *kind, size_t at)
{
    unsigned bulk = KIND_HAS_BULK | (call->sim->is_two ? KIND_HAS_NEW_BULK : 0U);
    if (call->segment_count == at) {
        api_count_as(call, kind->collection, "");
        if (call_is(call, "POST") || call_is(call, "PUT")) {
            create_or_update(call, kind);
        } else {
            api_refuse_method(call);
        }
    } else if (call_is(call, "PUT") && call_rest_is(call, at, "bulk") &&
               (kind->traits & bulk) != 0) {
        api_count_as(call, kind->collection, "/bulk");
        api_bulk(call, kind);
    } else if (call_is(call, "PUT") && call_rest_is(call, at, "restore")) {
        api_count_as(call, kind->collection, "/restore");
        restore(call, kind);
    } else if (call_is(call, "DELETE") && call_rest_is(call, at, "deleteStale") &&
               call->sim->is_two && (kind->traits & KIND_HAS_STALE) != 0) {
        api_count_as(call, kind->collection, "/deleteStale");
        api_delete_stale(call, kind);
    } else {
        write_one(call, kind, at);
    }
}
