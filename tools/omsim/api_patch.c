#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/etag.h"
#include "omsim/patch.h"
#include "omsim/update.h"
#include "omsim/value.h"

#include <string.h>

/* Names of what no patch changes: what identifies an entity. */
static bool check_identity(const json_t *before, const json_t *after, struct refusal *why)
{
    static const char *const names[] = {"id", "name", "fullyQualifiedName", "service"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!json_equal(json_object_get(before, names[i]), json_object_get(after, names[i])) &&
            json_object_get(before, names[i]) != NULL) {
            return refuse(why, 400, "%s can not be changed by a patch", names[i]);
        }
    }
    return true;
}

/* Each of a list must be whole, too. */
static bool check_each(struct sim *sim, const json_t *fields, const char *name,
                       const char *shape, struct refusal *why)
{
    const json_t *list = json_object_get(fields, name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!sim_check(sim, shape, json_array_get(list, i), why)) {
            return false;
        }
    }
    return true;
}

/*
 * What a patch has made of the fields that a create request has, too, must still have their
 * form. References are left out: they are names there and references here.
 */
static bool check_fields(struct sim *sim, const struct kind *kind, const json_t *before,
                         const json_t *after, struct refusal *why)
{
    static const char *const others[] = {"certification",
                                         "disabled",
                                         "votes",
                                         "followers",
                                         "experts",
                                         "reviewers",
                                         "charts",
                                         "dataModels",
                                         "dashboards",
                                         "domains",
                                         "style",
                                         "dataProducts",
                                         "testConnectionResult",
                                         "provider",
                                         "connection"};
    json_t *fields = value_sure(json_copy((json_t *)(uintptr_t)after));
    const char *key = NULL;
    json_t *value = NULL;
    if (kind->shape == NULL) {
        json_decref(fields);
        return true;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        value_put(fields, others[i], NULL);
    }
    json_object_foreach((json_t *)(uintptr_t)before, key, value)
    {
        if (json_equal(value, json_object_get(after, key))) {
            value_put(fields, key, NULL); /* as it was */
        }
    }
    bool is_good = sim_check_structure(sim, kind->shape, fields, why) &&
                   check_each(sim, fields, "tags", "TagLabel", why) &&
                   check_each(sim, fields, "owners", "EntityReference", why);
    json_decref(fields);
    return is_good;
}

/* Runs the operations on a copy of what is shown; NULL after an answer. */
static json_t *patched(struct call *call, const struct entity *entity, json_t **before)
{
    struct view view = {.fields = KIND_ALL_FIELDS, .shows_secrets = call->actor.is_bot};
    struct buf reason;
    json_t *shown = render_entity(call->sim, entity, &view);
    json_t *document = value_sure(json_deep_copy(shown));
    *before = shown;
    buf_init(&reason, SIM_MAX_BYTES);
    enum patch_result result = patch_apply(&document, call->json, &reason);
    if (result != PATCH_DONE || !json_is_object(document)) {
        call_fail(call, 400, "%.*s", STR_ARG(buf_str(&reason)));
        json_decref(document);
        document = NULL;
    } else {
        value_strip_nulls(document);
    }
    buf_free(&reason);
    return document;
}

void api_patch(struct call *call, struct entity *entity)
{
    struct sim *sim = call->sim;
    struct refusal why = call_refusal(call);
    struct desired desired = {0};
    struct actor actor = call->actor;
    enum update_result result = UPDATE_NOTHING;
    json_t *before = NULL;
    actor.is_patch = true;
    if (!etag_matches(call->arena, entity, call->if_match)) {
        call_fail(call, 412, "HTTP 412 Precondition Failed");
        return;
    }
    if (!call_read_json(call, "application/json-patch+json")) {
        return;
    }
    json_t *document = patched(call, entity, &before);
    if (document == NULL) {
        json_decref(before);
        return;
    }
    bool is_good = check_identity(before, document, &why) &&
                   check_fields(sim, entity->kind, before, document, &why) &&
                   desired_from_patch(sim, entity, document, &actor, &desired, &why) &&
                   update_patch(sim, entity, &desired, &actor, &result, &why);
    desired_free(&desired);
    json_decref(document);
    json_decref(before);
    if (!is_good) {
        call_refuse(call, &why);
        return;
    }
    api_answer_entity(call, 200, entity, update_result_name(result, true));
}
