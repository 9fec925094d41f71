/* Many entities in one request: rows that fail do so under 200. */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/fqn.h"
#include "omsim/remove.h"
#include "omsim/rows.h"
#include "omsim/update.h"
#include "omsim/value.h"

#include <string.h>

struct bulk {
    struct call *call;
    const struct kind *kind;
    struct actor actor;
    struct rows rows;
    struct map names; /* how often a name is in the request */
};

/* The name that a row would have; good enough for names that are refused, too. */
static struct str row_fqn(const struct bulk *b, const json_t *row)
{
    struct arena *arena = b->call->arena;
    struct str above = value_get(row, b->kind->parent_field);
    struct str name = value_get(row, "name");
    bool is_two = b->call->sim->is_two;
    if (b->kind->id == KIND_DATA_MODEL) {
        above = sim_printf(arena, "%.*s.model", STR_ARG(above));
    }
    return fqn_join(arena, above, name, is_two);
}

static void count_names(struct bulk *b)
{
    map_init(&b->names);
    for (size_t i = 0; i < json_array_size(b->call->json); i++) {
        struct str name = row_fqn(b, json_array_get(b->call->json, i));
        union map_value *known = map_get(&b->names, name);
        union map_value one = {.number = 1};
        if (known != NULL) {
            known->number++;
        } else if (map_put(&b->names, name, one) != OK) {
            sim_fail_memory();
        }
    }
}

/* Since 2.0: an equal hash says that there is nothing to look at. */
static bool is_on_fast_path(const struct bulk *b, const json_t *row, struct str fqn)
{
    struct sim *sim = b->call->sim;
    struct str hash = value_get(row, "sourceHash");
    union map_value *count = map_get(&b->names, fqn);
    if (!sim->is_two || b->actor.overrides || str_is_empty(hash) || count->number != 1) {
        return false;
    }
    const struct entity *entity = store_by_fqn(&sim->store, b->kind, fqn);
    return entity != NULL && !entity->is_deleted &&
           str_eq(value_get(entity->data, "sourceHash"), hash);
}

static void put_row(struct bulk *b, json_t *row)
{
    struct sim *sim = b->call->sim;
    struct refusal why = call_refusal(b->call);
    struct desired desired = {0};
    struct entity *entity = NULL;
    enum update_result result = UPDATE_NOTHING;
    struct str fqn = row_fqn(b, row);
    if (!sim_check_values(sim, b->kind->shape, row, &why)) {
        call_note_violation(b->call, why.message);
        rows_add_failed(&b->rows, json_incref(row), 400, why.message);
        return;
    }
    if (is_on_fast_path(b, row, fqn)) {
        rows_add_done(&b->rows, value_text(fqn), 200);
        return;
    }
    bool is_good = desired_from_create(sim, b->kind, row, &b->actor, &desired, &why) &&
                   update_put(sim, &desired, &b->actor, &entity, &result, &why);
    if (is_good) {
        rows_add_done(&b->rows, value_text(entity->fqn), result == UPDATE_CREATED ? 201 : 200);
    } else if (why.is_violation) {
        call_note_violation(b->call, why.message);
        rows_add_failed(&b->rows, json_incref(row), why.status, why.message);
    } else {
        rows_add_failed(&b->rows, value_text(fqn), 400, why.message);
    }
    desired_free(&desired);
}

/* What cannot be read at all ends the request; nothing of it is done. */
static bool check_all(struct bulk *b, struct refusal *why)
{
    const json_t *rows = b->call->json;
    if (!json_is_array(rows)) {
        (void)refuse(why, 400, "[body must be a list]");
        why->is_violation = true;
        return false;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (!sim_check_structure(b->call->sim, b->kind->shape, json_array_get(rows, i), why)) {
            return false;
        }
    }
    return true;
}

void api_bulk(struct call *call, const struct kind *kind)
{
    struct bulk bulk = {.call = call, .kind = kind, .actor = call->actor};
    struct refusal why = call_refusal(call);
    bulk.actor.overrides = call->sim->is_two && call_flag(call, "overrideMetadata");
    if (!call_read_json(call, "application/json")) {
        return;
    }
    if (!check_all(&bulk, &why)) {
        call_refuse(call, &why);
        return;
    }
    rows_init(&bulk.rows, call->sim, false);
    count_names(&bulk);
    for (size_t i = 0; i < json_array_size(call->json); i++) {
        put_row(&bulk, json_array_get(call->json, i));
    }
    map_free(&bulk.names);
    rows_answer(&bulk.rows, call, call_flag(call, "async") ? 202 : 200);
}

/* ---- deleteStale ---- */

/* The entity that bounds the deletion; false after an answer. *scope NULL: there is none. */
static bool find_scope(struct call *call, const struct kind *kind, struct entity **scope)
{
    struct str type = value_get(call->json, "scopeEntityType");
    struct str fqn = value_get(call->json, "scopeFqn");
    const struct kind *scope_kind = kind_of_type(type);
    if (str_is(type, "service")) {
        scope_kind = kind_get(kind->parent);
        while ((scope_kind->traits & KIND_IS_SERVICE) == 0) {
            scope_kind = kind_get(scope_kind->parent);
        }
    }
    if (scope_kind == NULL) {
        call_fail(call, 400, "Unknown scope entity type %.*s", STR_ARG(type));
        return false;
    }
    if (fqn.n == 0) {
        call_fail(call, 400, "scopeFqn must not be empty");
        return false;
    }
    *scope = store_by_fqn(&call->sim->store, scope_kind, fqn);
    return true;
}

static void read_seen(struct call *call, struct map *seen)
{
    const json_t *names = json_object_get(call->json, "seenFqns");
    map_init(seen);
    for (size_t i = 0; i < json_array_size(names); i++) {
        struct str name = value_str(json_array_get(names, i));
        struct str canonical = name;
        union map_value value = {.number = 1};
        (void)fqn_canonical(call->arena, name, call->sim->is_two, &canonical);
        if (map_put(seen, canonical, value) != OK) {
            sim_fail_memory();
        }
    }
}

static void delete_unseen(struct call *call, const struct kind *kind,
                          const struct entity *scope, const struct map *seen, struct rows *rows)
{
    struct removal removal = {
        .is_hard = json_is_true(json_object_get(call->json, "hardDelete")),
        .is_recursive = json_is_true(json_object_get(call->json, "recursive"))};
    const struct entity_list *all = store_sorted(&call->sim->store, kind->id);
    for (size_t i = 0; i < all->count; i++) {
        struct entity *entity = all->items[i];
        struct refusal why = call_refusal(call);
        if (entity->is_deleted || !entity_is_below(entity, scope) ||
            map_has(seen, entity->fqn)) {
            continue;
        }
        if (rows->is_dry || remove_entity(call->sim, entity, &removal, &call->actor, &why)) {
            rows_add_done(rows, value_text(entity->fqn), 200);
        } else {
            rows_add_failed(rows, value_text(entity->fqn), 500, why.message);
        }
    }
}

void api_delete_stale(struct call *call, const struct kind *kind)
{
    struct refusal why = call_refusal(call);
    struct entity *scope = NULL;
    struct rows rows;
    struct map seen;
    if (!call_read_json(call, "application/json")) {
        return;
    }
    if (!sim_check(call->sim, "BulkDeleteStaleRequest", call->json, &why)) {
        call_refuse(call, &why);
        return;
    }
    if (!find_scope(call, kind, &scope)) {
        return;
    }
    rows_init(&rows, call->sim, json_is_true(json_object_get(call->json, "dryRun")));
    read_seen(call, &seen);
    if (scope != NULL && seen.count > 0) { /* an empty list deletes nothing */
        delete_unseen(call, kind, scope, &seen, &rows);
    }
    map_free(&seen);
    rows_answer(&rows, call, 200);
}
