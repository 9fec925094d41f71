#include "omsim/labels.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <stdlib.h>

static bool is_same_tag(const json_t *a, const json_t *b)
{
    return str_eq(value_get(a, "tagFQN"), value_get(b, "tagFQN")) &&
           str_eq(value_get(a, "source"), value_get(b, "source"));
}

static const json_t *find_label(const json_t *labels, const json_t *label)
{
    for (size_t i = 0; i < json_array_size(labels); i++) {
        if (is_same_tag(json_array_get(labels, i), label)) {
            return json_array_get(labels, i);
        }
    }
    return NULL;
}

static struct entity *tag_of(struct sim *sim, const json_t *label)
{
    bool is_term = str_is(value_get(label, "source"), "Glossary");
    const struct kind *kind = kind_get(is_term ? KIND_GLOSSARY_TERM : KIND_TAG);
    return store_by_fqn(&sim->store, kind, value_get(label, "tagFQN"));
}

static bool is_disabled(const struct entity *tag)
{
    for (const struct entity *at = tag; at != NULL; at = at->parent) {
        if (json_is_true(json_object_get(at->data, "disabled"))) {
            return true;
        }
    }
    return false;
}

/* Equal labels are one value in memory, whatever they hang on. */
static json_t *make_label(struct sim *sim, const struct entity *tag, const json_t *wanted,
                          const struct actor *actor)
{
    struct arena scratch;
    arena_init(&scratch, SIM_MAX_BYTES);
    struct str key =
        sim_printf(&scratch, "%.*s %.*s %.*s %.*s %.*s", STR_ARG(value_get(wanted, "source")),
                   STR_ARG(value_get(wanted, "labelType")), STR_ARG(value_get(wanted, "state")),
                   STR_ARG(actor->user->name), STR_ARG(tag->fqn));
    union map_value *known = map_get(&sim->labels, key);
    if (known == NULL) {
        json_t *label = value_sure(json_object());
        json_t *shown = json_object_get(tag->data, "displayName");
        json_t *description = json_object_get(tag->data, "description");
        union map_value value = {.pointer = label};
        value_put_text(label, "tagFQN", tag->fqn);
        value_put_text(label, "name", tag->name);
        if (shown != NULL) {
            value_put(label, "displayName", json_incref(shown));
        }
        if (description != NULL) {
            value_put(label, "description", json_incref(description));
        }
        value_put_text(label, "source", value_get(wanted, "source"));
        value_put_text(label, "labelType", value_get(wanted, "labelType"));
        value_put_text(label, "state", value_get(wanted, "state"));
        value_put_text(label, "appliedBy", actor->user->name);
        if (map_put(&sim->labels, sim_copy(&sim->arena, key), value) != OK) {
            sim_fail_memory();
        }
        known = map_get(&sim->labels, key);
    }
    arena_free(&scratch);
    return json_incref(known->pointer);
}

/* In order of their names. */
static void insert(json_t *labels, json_t *label)
{
    size_t at = json_array_size(labels);
    while (at > 0 && str_compare(value_get(json_array_get(labels, at - 1), "tagFQN"),
                                 value_get(label, "tagFQN")) > 0) {
        at--;
    }
    if (json_array_insert_new(labels, at, label) != 0) {
        sim_fail_memory();
    }
}

json_t *labels_read(struct sim *sim, const json_t *labels, const struct actor *actor,
                    struct refusal *why)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *wanted = json_array_get(labels, i);
        struct str fqn = value_get(wanted, "tagFQN");
        if (str_starts_with(fqn, "Certification.")) {
            continue;
        }
        struct entity *tag = tag_of(sim, wanted);
        if (tag == NULL || tag->is_deleted) {
            (void)refuse_missing(why, "tag", fqn);
            json_decref(out);
            return NULL;
        }
        if (is_disabled(tag)) {
            (void)refuse(why, 400, "Tag label %.*s is disabled and can't be assigned",
                         STR_ARG(fqn));
            json_decref(out);
            return NULL;
        }
        json_t *label = make_label(sim, tag, wanted, actor);
        if (find_label(out, label) != NULL) {
            json_decref(label);
        } else {
            insert(out, label);
        }
    }
    return out;
}

json_t *labels_merge(const json_t *old, const json_t *more)
{
    json_t *out = value_sure(old == NULL ? json_array() : json_copy((json_t *)(uintptr_t)old));
    for (size_t i = 0; i < json_array_size(more); i++) {
        json_t *label = json_array_get(more, i);
        if (find_label(out, label) == NULL) {
            insert(out, json_incref(label));
        }
    }
    return out;
}

json_t *labels_replace(const json_t *old, const json_t *more)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(more); i++) {
        json_t *label = json_array_get(more, i);
        const json_t *known = find_label(old, label);
        insert(out, json_incref(known != NULL ? (json_t *)(uintptr_t)known : label));
    }
    return out;
}

bool labels_check_exclusive(struct sim *sim, const json_t *labels, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const struct entity *a = tag_of(sim, json_array_get(labels, i));
        const struct entity *above = a == NULL ? NULL : a->parent;
        if (above == NULL || !json_is_true(json_object_get(above->data, "mutuallyExclusive"))) {
            continue;
        }
        for (size_t k = 0; k < i; k++) {
            const struct entity *b = tag_of(sim, json_array_get(labels, k));
            if (b != NULL && b->parent == above) {
                return refuse(why, 400,
                              "Tag labels %.*s and %.*s are mutually exclusive and can't be "
                              "assigned together",
                              STR_ARG(b->fqn), STR_ARG(a->fqn));
            }
        }
    }
    return true;
}

/* A copy without the label, or NULL when it is not among them. */
static json_t *without(const json_t *labels, struct str fqn)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(labels); i++) {
        json_t *label = json_array_get(labels, i);
        if (!str_eq(value_get(label, "tagFQN"), fqn)) {
            value_append(out, json_incref(label));
        }
    }
    if (json_array_size(out) == json_array_size(labels)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static void forget_in_columns(json_t *columns, struct str fqn)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        json_t *labels = without(json_object_get(column, "tags"), fqn);
        if (labels != NULL) {
            value_put(column, "tags", labels);
        }
        forget_in_columns(json_object_get(column, "children"), fqn);
    }
}

void labels_forget(struct sim *sim, struct str fqn)
{
    for (size_t i = 0; i < sim->store.by_id.count; i++) {
        struct entity *entity = sim->store.by_id.entries[i].value.pointer;
        json_t *labels = without(json_object_get(entity->data, "tags"), fqn);
        if (labels != NULL) {
            value_put(entity->data, "tags", labels);
        }
        forget_in_columns(json_object_get(entity->data, "columns"), fqn);
    }
}
