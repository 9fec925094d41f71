#include "omsim/update.h"

#include "common/memory.h"
#include "omsim/columns.h"
#include "omsim/fields.h"
#include "omsim/html.h"
#include "omsim/remove.h"
#include "omsim/render.h"
#include "omsim/value.h"

#include <string.h>

const char *update_result_name(enum update_result result, bool is_patch)
{
    static const char *const names[] = {"entityCreated", "entityUpdated", "entityNoChange",
                                        "entityRestored"};
    return is_patch && result == UPDATE_CHANGED ? "entityFieldsChanged" : names[result];
}

/* ---- versions ---- */

static void keep_version(const struct sim *sim, struct entity *entity)
{
    struct buf text;
    json_t *state = render_entity(sim, entity, &view_full);
    buf_init(&text, SIM_MAX_BYTES);
    value_write(state, false, &text);
    if (entity->versions == NULL) {
        entity->versions = value_sure(json_array());
    }
    value_append(entity->versions, value_text(buf_str(&text)));
    buf_free(&text);
    json_decref(state);
}

void update_touch_fields(struct sim *sim, struct entity *entity, const struct actor *actor,
                         bool is_major, json_t *change)
{
    int64_t now = clock_wall_ms(&sim->store.clock);
    keep_version(sim, entity);
    value_put(change, "previousVersion", value_sure(json_real((double)entity->version / 10)));
    json_decref(entity->change);
    entity->change = change;
    entity->version = is_major ? (entity->version / 10 + 1) * 10 : entity->version + 1;
    entity->updated_ms = now > entity->updated_ms ? now : entity->updated_ms + 1;
    json_decref(entity->updated_by);
    entity->updated_by = value_text(actor->user->name);
}

void update_touch(struct sim *sim, struct entity *entity, const struct actor *actor)
{
    update_touch_fields(sim, entity, actor, false,
                        value_sure(json_pack("{s:[],s:[],s:[]}", "fieldsAdded", "fieldsUpdated",
                                             "fieldsDeleted")));
}

/* ---- descriptions ---- */

static json_t *clean(const json_t *text)
{
    struct buf out;
    buf_init(&out, SIM_MAX_BYTES);
    html_clean(value_str(text), &out);
    json_t *cleaned = value_text(buf_str(&out));
    buf_free(&out);
    return cleaned;
}

json_t *update_clean_text(const struct sim *sim, const json_t *text)
{
    bool is_kept = sim->options.html == HTML_NEVER || !json_is_string(text);
    return is_kept ? json_incref((json_t *)(uintptr_t)text) : clean(text);
}

static void clean_columns(json_t *columns)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        json_t *text = json_object_get(column, "description");
        if (json_is_string(text)) {
            value_put(column, "description", clean(text));
        }
        clean_columns(json_object_get(column, "children"));
    }
}

/* ---- creation ---- */

static struct entity *create(struct sim *sim, struct desired *desired,
                             const struct actor *actor)
{
    struct entity *entity =
        store_add(&sim->store, desired->kind, desired->parent, desired->name, desired->fqn);
    json_t *text = json_object_get(desired->fields, "description");
    json_decref(entity->data);
    entity->data = desired->fields;
    desired->fields = NULL;
    value_put(entity->data, "certification", NULL);
    if (sim->options.html == HTML_ALWAYS) {
        if (json_is_string(text)) {
            value_put(entity->data, "description", clean(text));
        }
        clean_columns(json_object_get(entity->data, "columns"));
    }
    entity->updated_by = value_text(actor->user->name);
    for (size_t k = 0; k < LINK_COUNT; k++) {
        for (size_t i = 0; i < desired->links[k].count; i++) {
            store_link((enum link_kind)k, entity, desired->links[k].items[i]);
        }
    }
    return entity;
}

bool update_post(struct sim *sim, struct desired *desired, const struct actor *actor,
                 struct entity **out, struct refusal *why)
{
    if (store_by_fqn(&sim->store, desired->kind, desired->fqn) != NULL) {
        return refuse(why, 409, "Entity already exists");
    }
    *out = create(sim, desired, actor);
    return true;
}

/* ---- changes ---- */

static bool change(struct sim *sim, struct entity *entity, struct desired *desired,
                   const struct actor *actor, bool *has_changed, struct refusal *why)
{
    struct fields_update u;
    fields_begin(&u, sim, entity, desired, actor, why);
    bool is_good = fields_compare(&u);
    if (is_good && u.is_changed) {
        json_t *record = u.change;
        u.change = NULL;
        update_touch_fields(sim, entity, actor, u.is_major, record);
    }
    if (is_good) {
        fields_apply(&u);
    }
    *has_changed = is_good && u.is_changed;
    fields_end(&u);
    return is_good;
}

bool update_put(struct sim *sim, struct desired *desired, const struct actor *actor,
                struct entity **out, enum update_result *result, struct refusal *why)
{
    bool has_changed = false;
    struct entity *entity = store_by_fqn(&sim->store, desired->kind, desired->fqn);
    if (entity == NULL) {
        *out = create(sim, desired, actor);
        *result = UPDATE_CREATED;
        return true;
    }
    bool was_deleted = entity->is_deleted;
    *out = entity;
    if (was_deleted) {
        remove_restore(sim, entity, actor);
    }
    if (!change(sim, entity, desired, actor, &has_changed, why)) {
        return false;
    }
    *result = was_deleted ? UPDATE_RESTORED : has_changed ? UPDATE_CHANGED : UPDATE_NOTHING;
    return true;
}

bool update_patch(struct sim *sim, struct entity *entity, struct desired *desired,
                  const struct actor *actor, enum update_result *result, struct refusal *why)
{
    bool has_changed = false;
    if (!change(sim, entity, desired, actor, &has_changed, why)) {
        return false;
    }
    *result = has_changed ? UPDATE_CHANGED : UPDATE_NOTHING;
    return true;
}
