#include "omsim/render.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <string.h>

const struct view view_full = {.fields = KIND_ALL_FIELDS};

bool render_is_secret(const char *key)
{
    static const char *const names[] = {"token",        "password", "jwtToken",   "secretKey",
                                        "clientSecret", "apiKey",   "privateKey", "apiToken"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(key, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

json_t *render_stored_reference(const struct entity *entity)
{
    return value_sure(json_pack("{s:s,s:s}", "id", entity->id, "type", entity->kind->type));
}

json_t *render_reference(const struct sim *sim, const struct entity *entity)
{
    json_t *reference = render_stored_reference(entity);
    json_t *shown = json_object_get(entity->data, "displayName");
    value_put_text(reference, "name", entity->name);
    value_put_text(reference, "fullyQualifiedName", entity->fqn);
    if (shown != NULL) {
        value_put(reference, "displayName", json_incref(shown));
    }
    value_put(reference, "deleted", json_boolean(entity->is_deleted));
    value_put(reference, "href",
              value_sure(json_sprintf("%.*s/v1/%s/%s", STR_ARG(sim->base_url),
                                      entity->kind->collection, entity->id)));
    return reference;
}

/* Stored references with everything that is known now; those to gone entities vanish. */
static json_t *expand(const struct sim *sim, const json_t *stored)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(stored); i++) {
        struct str id = value_get(json_array_get(stored, i), "id");
        const struct entity *entity = store_by_id(&sim->store, NULL, id);
        if (entity != NULL) {
            value_append(out, render_reference(sim, entity));
        }
    }
    return out;
}

static bool is_reference_list(const char *field)
{
    static const char *const names[] = {"owners", "domains", "dataProducts", "reviewers",
                                        "experts"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(field, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void mask(json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member)
    {
        if (json_is_string(member) && render_is_secret(key)) {
            (void)json_string_set(member, RENDER_MASK);
        } else {
            mask(member);
        }
    }
}

/* Without the tags, which have not been asked for. */
static json_t *bare_columns(const json_t *columns)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = value_sure(json_copy(json_array_get(columns, i)));
        const json_t *children = json_object_get(column, "children");
        value_put(column, "tags", NULL);
        if (children != NULL) {
            value_put(column, "children", bare_columns(children));
        }
        value_append(out, column);
    }
    return out;
}

static json_t *render_field(const struct sim *sim, const char *key, json_t *value,
                            const struct view *view)
{
    if (is_reference_list(key)) {
        return expand(sim, value);
    }
    if (strcmp(key, "connection") == 0 && !view->shows_secrets) {
        json_t *masked = value_sure(json_deep_copy(value));
        mask(masked);
        return masked;
    }
    if (strcmp(key, "columns") == 0 && (view->fields & kind_field_bit(STR("tags"))) == 0) {
        return bare_columns(value);
    }
    return json_incref(value);
}

static void render_data(const struct sim *sim, const struct entity *entity,
                        const struct view *view, json_t *out)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(entity->data, key, value)
    {
        uint64_t bit = kind_field_bit(str_from(key));
        if (bit == 0 || (view->fields & bit) != 0) {
            value_put(out, key, render_field(sim, key, value, view));
        }
    }
}

/* Lists that were asked for are there, be they empty. */
static void render_empty_lists(const struct entity *entity, const struct view *view,
                               json_t *out)
{
    static const char *const names[] = {"owners",       "tags",      "domains",
                                        "dataProducts", "followers", "reviewers"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct str name = str_from(names[i]);
        if ((view->fields & kind_field_bit(name)) != 0 && kind_has_field(entity->kind, name) &&
            json_object_get(out, names[i]) == NULL) {
            value_put(out, names[i], value_sure(json_array()));
        }
    }
}

static void render_links(const struct sim *sim, const struct entity *entity,
                         enum link_kind kind, const char *name, const struct view *view,
                         json_t *out)
{
    if ((view->fields & kind_field_bit(str_from(name))) == 0) {
        return;
    }
    json_t *list = value_sure(json_array());
    for (size_t i = 0; i < entity->links[kind].count; i++) {
        if (!entity->links[kind].items[i]->is_deleted) {
            value_append(list, render_reference(sim, entity->links[kind].items[i]));
        }
    }
    value_put(out, name, list);
}

/* "service", "database", ...: everything above it that its kind names. */
static void render_parents(const struct sim *sim, const struct entity *entity, json_t *out)
{
    for (const struct entity *at = entity->parent; at != NULL; at = at->parent) {
        bool is_service = (at->kind->traits & KIND_IS_SERVICE) != 0;
        const char *name = is_service ? "service" : at->kind->type;
        if (at->kind->id == KIND_TAG) {
            name = "parent";
        }
        if (json_object_get(out, name) == NULL) {
            value_put(out, name, render_reference(sim, at));
        }
        json_t *type = json_object_get(at->data, "serviceType");
        if (type != NULL && json_object_get(out, "serviceType") == NULL) {
            value_put(out, "serviceType", json_incref(type));
        }
    }
}

/* The last status of a run: one object until 1.13, a list since 2.0. */
static void render_runs(const struct sim *sim, const struct entity *entity,
                        const struct view *view, json_t *out)
{
    const char *name =
        entity->kind->id == KIND_PIPELINE ? "pipelineStatus" : "pipelineStatuses";
    size_t n = json_array_size(entity->statuses);
    if (n == 0 || (view->fields & kind_field_bit(str_from(name))) == 0) {
        return;
    }
    json_t *last = json_incref(json_array_get(entity->statuses, n - 1));
    bool is_list = sim->is_two && entity->kind->id == KIND_INGESTION_PIPELINE;
    value_put(out, name, is_list ? value_sure(json_pack("[o]", last)) : last);
}

static void render_usage(const struct entity *entity, const struct view *view, json_t *out)
{
    const char *newest = NULL;
    int64_t count = 0;
    const char *date = NULL;
    json_t *value = NULL;
    if ((view->fields & kind_field_bit(STR("usageSummary"))) == 0 ||
        (entity->kind->traits & KIND_HAS_USAGE) == 0) {
        return;
    }
    json_object_foreach(entity->usage, date, value)
    {
        if (newest == NULL || strcmp(date, newest) > 0) {
            newest = date;
            count = json_integer_value(value);
        }
    }
    if (newest != NULL) {
        value_put(out, "usageSummary",
                  value_sure(json_pack("{s:s,s:{s:I}}", "date", newest, "dailyStats", "count",
                                       (json_int_t)count)));
    }
}

json_t *render_entity(const struct sim *sim, const struct entity *entity,
                      const struct view *view)
{
    json_t *out = value_sure(json_object());
    value_put_text(out, "id", entity_id(entity));
    value_put_text(out, "name", entity->name);
    value_put_text(out, "fullyQualifiedName", entity->fqn);
    render_data(sim, entity, view, out);
    render_empty_lists(entity, view, out);
    value_put(out, "version", value_sure(json_real((double)entity->version / 10)));
    value_put_int(out, "updatedAt", entity->updated_ms);
    if (entity->updated_by != NULL) {
        value_put(out, "updatedBy", json_incref(entity->updated_by));
    }
    value_put(out, "href",
              value_sure(json_sprintf("%.*s/v1/%s/%s", STR_ARG(sim->base_url),
                                      entity->kind->collection, entity->id)));
    value_put(out, "deleted", json_boolean(entity->is_deleted));
    if (entity->change != NULL) {
        value_put(out, "changeDescription", json_incref(entity->change));
    }
    if (sim->is_two && (entity->kind->traits & KIND_IS_ASSET) != 0) {
        value_put_text(out, "entityStatus", STR("Unprocessed"));
    }
    render_parents(sim, entity, out);
    if (entity->kind->id == KIND_DASHBOARD) {
        render_links(sim, entity, LINK_CHARTS, "charts", view, out);
        render_links(sim, entity, LINK_DATA_MODELS, "dataModels", view, out);
    } else if (entity->kind->id == KIND_CHART) {
        render_links(sim, entity, LINK_CHARTS, "dashboards", view, out);
    }
    render_runs(sim, entity, view, out);
    render_usage(entity, view, out);
    return out;
}
