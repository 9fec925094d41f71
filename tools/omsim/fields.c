#include "omsim/fields.h"

#include "common/memory.h"
#include "omsim/columns.h"
#include "omsim/labels.h"
#include "omsim/render.h"
#include "omsim/update.h"
#include "omsim/value.h"

#include <string.h>

void fields_begin(struct fields_update *u, struct sim *sim, struct entity *entity,
                  struct desired *desired, const struct actor *actor, struct refusal *why)
{
    *u = (struct fields_update){.sim = sim,
                                .entity = entity,
                                .desired = desired,
                                .actor = actor,
                                .why = why,
                                .pending = value_sure(json_object())};
    u->change = value_sure(
        json_pack("{s:[],s:[],s:[]}", "fieldsAdded", "fieldsUpdated", "fieldsDeleted"));
}

void fields_end(struct fields_update *u)
{
    json_decref(u->pending);
    json_decref(u->change);
}

/* ---- recording ---- */

/* Texts as they are, everything else as JSON text, as the server does. */
static json_t *recorded(const json_t *value)
{
    struct buf text;
    if (!json_is_object(value) && !json_is_array(value)) {
        return json_incref((json_t *)(uintptr_t)value);
    }
    buf_init(&text, SIM_MAX_BYTES);
    value_write(value, false, &text);
    json_t *out = value_text(buf_str(&text));
    buf_free(&text);
    return out;
}

static void record(struct fields_update *u, const char *name, const json_t *old_value,
                   const json_t *new_value)
{
    bool was_empty = value_is_empty(old_value);
    bool is_empty = value_is_empty(new_value);
    json_t *entry = value_sure(json_pack("{s:s}", "name", name));
    if (!was_empty) {
        value_put(entry, "oldValue", recorded(old_value));
    }
    if (!is_empty) {
        value_put(entry, "newValue", recorded(new_value));
    }
    value_append(json_object_get(u->change, was_empty  ? "fieldsAdded"
                                            : is_empty ? "fieldsDeleted"
                                                       : "fieldsUpdated"),
                 entry);
    u->is_changed = true;
}

/* value (taken over) becomes the field's; NULL: the field goes. */
static void set(struct fields_update *u, const char *name, json_t *value)
{
    value_put(u->pending, name, value == NULL ? json_null() : value);
}

static void set_and_record(struct fields_update *u, const char *name, json_t *value)
{
    const json_t *old_value = json_object_get(u->entity->data, name);
    if (value_same(old_value, value)) {
        json_decref(value);
        return;
    }
    record(u, name, old_value, value);
    set(u, name, value);
}

/* ---- rules ---- */

static bool is_bot_put(const struct fields_update *u)
{
    return u->actor->is_bot && !u->actor->is_patch;
}

static json_t *old_of(const struct fields_update *u, const char *name)
{
    return json_object_get(u->entity->data, name);
}

static json_t *new_of(const struct fields_update *u, const char *name)
{
    return json_object_get(u->desired->fields, name);
}

static bool replace(struct fields_update *u, const char *name)
{
    json_t *value = new_of(u, name);
    set_and_record(u, name, value == NULL ? NULL : json_incref(value));
    return true;
}

/* A bot's policy denies EditDisplayName: refused in a patch; ignored in a PUT since 2.0. */
static bool compare_display_name(struct fields_update *u, const char *name)
{
    bool is_same = value_same(old_of(u, name), new_of(u, name));
    if (u->actor->is_bot && u->actor->is_patch && !is_same) {
        return refuse(u->why, 403,
                      "Principal: CatalogPrincipal{name='%.*s'} operations [EditDisplayName] "
                      "not allowed",
                      STR_ARG(u->actor->user->name));
    }
    bool is_spared = is_bot_put(u) && u->sim->is_two && !u->actor->overrides &&
                     !value_is_empty(old_of(u, name));
    return is_spared || replace(u, name);
}

static bool compare_description(struct fields_update *u, const char *name)
{
    const json_t *value = new_of(u, name);
    if (is_bot_put(u) && !u->actor->overrides && !value_is_empty(old_of(u, name))) {
        return true;
    }
    if (!value_same(old_of(u, name), value)) {
        set_and_record(u, name, value == NULL ? NULL : update_clean_text(u->sim, value));
    }
    return true;
}

static bool compare_owners(struct fields_update *u, const char *name)
{
    bool has_old = !value_is_empty(old_of(u, name));
    if (!u->actor->is_patch && value_is_empty(new_of(u, name))) {
        return true;
    }
    bool is_spared = is_bot_put(u) && u->sim->is_two && !u->actor->overrides && has_old;
    return is_spared || replace(u, name);
}

/* A PUT adds; since 2.0 one that overrides and names tags replaces. */
static bool compare_tags(struct fields_update *u, const char *name)
{
    const json_t *old_labels = old_of(u, name);
    const json_t *new_labels = new_of(u, name);
    bool is_replacing = u->actor->is_patch ||
                        (u->sim->is_two && u->actor->overrides && !value_is_empty(new_labels));
    json_t *labels = is_replacing ? labels_replace(old_labels, new_labels)
                                  : labels_merge(old_labels, new_labels);
    if (!labels_check_exclusive(u->sim, labels, u->why)) {
        json_decref(labels);
        return false;
    }
    set_and_record(u, name, labels);
    return true;
}

static bool compare_domains(struct fields_update *u, const char *name)
{
    if (!u->actor->is_patch && (value_is_empty(new_of(u, name)) ||
                                (u->actor->is_bot && !value_is_empty(old_of(u, name))))) {
        return true;
    }
    return replace(u, name);
}

static bool compare_extension(struct fields_update *u, const char *name)
{
    bool is_kept = is_bot_put(u) || (!u->actor->is_patch && new_of(u, name) == NULL);
    return is_kept || replace(u, name);
}

/* Each part moves forward only, and never makes a version. */
static bool compare_life_cycle(struct fields_update *u, const char *name)
{
    static const char *const parts[] = {"created", "updated", "accessed"};
    const json_t *wanted = new_of(u, name);
    json_t *old_cycle = old_of(u, name);
    json_t *cycle =
        old_cycle == NULL ? value_sure(json_object()) : value_sure(json_copy(old_cycle));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        json_t *part = json_object_get(wanted, parts[i]);
        const json_t *old_part = json_object_get(cycle, parts[i]);
        json_int_t when = json_integer_value(json_object_get(part, "timestamp"));
        json_int_t before = json_integer_value(json_object_get(old_part, "timestamp"));
        if (part != NULL && (old_part == NULL || when > before)) {
            value_put(cycle, parts[i], json_incref(part));
        }
    }
    if (wanted == NULL || json_object_size(cycle) == 0) {
        json_decref(cycle);
    } else {
        set(u, name, cycle);
    }
    return true;
}

/* Not in any create request: kept from bots, lost by the PUT of a person. */
static bool compare_certification(struct fields_update *u, const char *name)
{
    return is_bot_put(u) || replace(u, name);
}

static bool compare_if_given(struct fields_update *u, const char *name)
{
    return (!u->actor->is_patch && new_of(u, name) == NULL) || replace(u, name);
}

static bool compare_silently(struct fields_update *u, const char *name)
{
    json_t *value = new_of(u, name);
    if (value != NULL && !json_equal(value, old_of(u, name))) {
        set(u, name, json_incref(value));
    }
    return true;
}

/* Written at creation only; a patch may not change it either. */
static bool keep(struct fields_update *u, const char *name)
{
    (void)u;
    (void)name;
    return true;
}

static void on_column_change(void *ctx, const char *name, const json_t *old_value,
                             const json_t *new_value)
{
    record(ctx, name, old_value, new_value);
}

static bool compare_columns(struct fields_update *u, const char *name)
{
    const json_t *wanted = new_of(u, name);
    struct columns_merge merge = {
        .actor = u->actor, .sim = u->sim, .change = on_column_change, .ctx = u, .why = u->why};
    if (wanted == NULL) {
        return true;
    }
    json_t *columns = columns_merge(&merge, old_of(u, name), wanted);
    if (columns == NULL) {
        return false;
    }
    u->is_major = u->is_major || merge.has_removed;
    set(u, name, columns);
    return true;
}

/* Secrets that come back masked are the stored ones. */
static void unmask(json_t *value, const json_t *stored)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member)
    {
        json_t *secret = json_object_get(stored, key);
        if (render_is_secret(key) && json_is_string(member) && json_is_string(secret) &&
            str_is(value_str(member), RENDER_MASK)) {
            (void)json_string_set(member, json_string_value(secret));
        } else {
            unmask(member, secret);
        }
    }
}

static bool compare_connection(struct fields_update *u, const char *name)
{
    json_t *value = new_of(u, name);
    if (value == NULL) {
        return old_of(u, name) == NULL ||
               refuse(u->why, 400, "Failed to unmask connection of %s %.*s",
                      u->entity->kind->type, STR_ARG(u->entity->fqn));
    }
    json_t *connection = value_sure(json_deep_copy(value));
    unmask(connection, old_of(u, name));
    if (!value_same(connection, old_of(u, name))) {
        json_t *hidden = value_text(STR(RENDER_MASK)); /* not the secrets in it */
        record(u, name, hidden, hidden);
        json_decref(hidden);
    }
    set(u, name, connection);
    return true;
}

/* Names of links, for the change description. */
static json_t *link_names(const struct entity_list *list)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < list->count; i++) {
        value_append(out, value_text(list->items[i]->fqn));
    }
    return out;
}

static void compare_links(struct fields_update *u, enum link_kind kind)
{
    const struct entity_list *old_list = &u->entity->links[kind];
    const struct entity_list *new_list = &u->desired->links[kind];
    bool is_same = old_list->count == new_list->count;
    for (size_t i = 0; i < new_list->count && is_same; i++) {
        is_same = entity_list_has(old_list, new_list->items[i]);
    }
    if (u->desired->has_links[kind] && !is_same) {
        bool is_chart = u->entity->kind->id == KIND_CHART;
        json_t *old_names = link_names(old_list);
        json_t *new_names = link_names(new_list);
        record(u,
               kind == LINK_DATA_MODELS ? "dataModels"
               : is_chart               ? "dashboards"
                                        : "charts",
               old_names, new_names);
        json_decref(old_names);
        json_decref(new_names);
        u->has_new_links[kind] = true;
    }
}

static const struct {
    const char *name;
    bool (*compare)(struct fields_update *u, const char *name);
} rules[] = {
    {"displayName", compare_display_name},
    {"description", compare_description},
    {"owners", compare_owners},
    {"tags", compare_tags},
    {"domains", compare_domains},
    {"dataProducts", compare_domains},
    {"extension", compare_extension},
    {"lifeCycle", compare_life_cycle},
    {"certification", compare_certification},
    {"style", compare_if_given},
    {"sourceHash", compare_silently},
    {"columns", compare_columns},
    {"connection", compare_connection},
    {"project", keep},
    {"dashboardType", keep},
    {"serviceType", keep},
    {"dataModelType", keep},
    {"provider", keep},
    {"testConnectionResult", keep},
    {"isBot", keep},
    {"disabled", compare_if_given},
    {"isAdmin", compare_if_given},
    {"tasks", compare_if_given},
};

static bool has_rule(const char *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(rules[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Everything without a rule of its own is overwritten: sourceUrl, sql, chartType, ... */
static bool compare_others(struct fields_update *u)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(u->desired->fields, key, value)
    {
        if (!has_rule(key) && !replace(u, key)) {
            return false;
        }
    }
    json_object_foreach(u->entity->data, key, value)
    {
        if (!has_rule(key) && new_of(u, key) == NULL && !replace(u, key)) {
            return false;
        }
    }
    return true;
}

bool fields_compare(struct fields_update *u)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        bool is_there = old_of(u, rules[i].name) != NULL || new_of(u, rules[i].name) != NULL;
        if (is_there && !rules[i].compare(u, rules[i].name)) {
            return false;
        }
    }
    for (size_t k = 0; k < LINK_COUNT; k++) {
        compare_links(u, (enum link_kind)k);
    }
    return compare_others(u);
}

static void apply_links(struct fields_update *u, enum link_kind kind)
{
    struct entity *entity = u->entity;
    while (entity->links[kind].count > 0) {
        store_unlink(kind, entity, entity->links[kind].items[0]);
    }
    for (size_t i = 0; i < u->desired->links[kind].count; i++) {
        store_link(kind, entity, u->desired->links[kind].items[i]);
    }
}

void fields_apply(struct fields_update *u)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(u->pending, key, value)
    {
        value_put(u->entity->data, key, json_is_null(value) ? NULL : json_incref(value));
    }
    for (size_t k = 0; k < LINK_COUNT; k++) {
        if (u->has_new_links[k]) {
            apply_links(u, (enum link_kind)k);
        }
    }
}
