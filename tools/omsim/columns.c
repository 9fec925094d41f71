#include "omsim/columns.h"

#include "common/memory.h"
#include "omsim/fqn.h"
#include "omsim/html.h"
#include "omsim/labels.h"
#include "omsim/update.h"
#include "omsim/value.h"

#include <string.h>

static bool needs_length(struct str type)
{
    return str_is(type, "CHAR") || str_is(type, "VARCHAR") || str_is(type, "BINARY") ||
           str_is(type, "VARBINARY");
}

static bool check_column(struct sim *sim, const json_t *column, struct refusal *why)
{
    struct str name = value_get(column, "name");
    struct str type = value_get(column, "dataType");
    if (!fqn_is_name(name, SIZE_MAX)) {
        (void)refuse(why, 400, "[name must match \"^((?!::).)*$\"]");
        why->is_violation = true;
        return false;
    }
    if (!sim->is_two && str_find(name, '"') != SIZE_MAX) {
        return refuse(why, 500, "Invalid fully qualified name: %.*s", STR_ARG(name));
    }
    if (needs_length(type) && json_object_get(column, "dataLength") == NULL) {
        return refuse(why, 400, "For column data type %.*s, dataLength must not be null",
                      STR_ARG(type));
    }
    if (str_is(type, "ARRAY") && json_object_get(column, "arrayDataType") == NULL) {
        return refuse(why, 400, "For column data type array, arrayDataType must not be null");
    }
    return true;
}

static json_t *read_column(struct sim *sim, struct str parent_fqn, const json_t *given,
                           const struct actor *actor, struct refusal *why)
{
    if (!check_column(sim, given, why)) {
        return NULL;
    }
    json_t *column = value_sure(json_copy((json_t *)(uintptr_t)given));
    struct str fqn = fqn_join(why->arena, parent_fqn, value_get(given, "name"), sim->is_two);
    json_t *labels = labels_read(sim, json_object_get(given, "tags"), actor, why);
    value_put_text(column, "fullyQualifiedName", fqn);
    if (labels == NULL || !labels_check_exclusive(sim, labels, why)) {
        json_decref(labels);
        json_decref(column);
        return NULL;
    }
    value_put(column, "tags", labels);
    if (json_object_get(given, "children") != NULL) {
        json_t *children =
            columns_read(sim, fqn, json_object_get(given, "children"), actor, why);
        if (children == NULL) {
            json_decref(column);
            return NULL;
        }
        value_put(column, "children", children);
    }
    return column;
}

json_t *columns_read(struct sim *sim, struct str parent_fqn, const json_t *columns,
                     const struct actor *actor, struct refusal *why)
{
    json_t *out = value_sure(json_array());
    struct map seen;
    bool is_good = true;
    map_init(&seen);
    for (size_t i = 0; i < json_array_size(columns) && is_good; i++) {
        const json_t *given = json_array_get(columns, i);
        struct str key = sim_case(why->arena, value_get(given, "name"), false);
        union map_value value = {.number = 1};
        json_t *column = read_column(sim, parent_fqn, given, actor, why);
        is_good = column != NULL;
        if (is_good && map_has(&seen, key)) {
            is_good = refuse(why, 400, "Column name %.*s is repeated", STR_ARG(key));
            json_decref(column);
        } else if (is_good) {
            value_append(out, column);
            if (map_put(&seen, key, value) != OK) {
                sim_fail_memory();
            }
        }
    }
    map_free(&seen);
    if (!is_good) {
        json_decref(out);
        return NULL;
    }
    return out;
}

bool columns_have(const json_t *columns, struct str fqn)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *column = json_array_get(columns, i);
        if (str_eq(value_get(column, "fullyQualifiedName"), fqn) ||
            columns_have(json_object_get(column, "children"), fqn)) {
            return true;
        }
    }
    return false;
}

/* ---- merging ---- */

static void report(const struct columns_merge *m, const json_t *column, const char *field,
                   const json_t *old_value, const json_t *new_value)
{
    struct str name = field == NULL ? STR("columns")
                                    : sim_printf(m->why->arena, "columns.%.*s.%s",
                                                 STR_ARG(value_get(column, "name")), field);
    m->change(m->ctx, name.p, old_value, new_value);
}

/* What is kept when the other side says nothing, or says it as a bot. */
static void merge_text(const struct columns_merge *m, json_t *column, const json_t *old_column,
                       const char *field)
{
    json_t *old_value = json_object_get(old_column, field);
    json_t *new_value = json_object_get(column, field);
    bool is_spared = m->actor->is_bot && !m->actor->is_patch && !m->actor->overrides &&
                     !value_is_empty(old_value);
    if (is_spared) {
        value_put(column, field, json_incref(old_value));
        return;
    }
    if (!value_same(old_value, new_value)) {
        if (strcmp(field, "description") == 0 && new_value != NULL) {
            value_put(column, field, update_clean_text(m->sim, new_value));
            new_value = json_object_get(column, field);
        }
        report(m, column, field, old_value, new_value);
    }
}

static bool merge_column(struct columns_merge *m, json_t *column, const json_t *old_column)
{
    static const char *const kept[] = {"profile", "customMetrics", "extension"};
    static const char *const plain[] = {"dataLength",      "precision",     "scale",
                                        "dataTypeDisplay", "arrayDataType", "constraint",
                                        "ordinalPosition"};
    merge_text(m, column, old_column, "description");
    merge_text(m, column, old_column, "displayName");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        json_t *old_value = json_object_get(old_column, kept[i]);
        if (json_object_get(column, kept[i]) == NULL && old_value != NULL) {
            value_put(column, kept[i], json_incref(old_value));
        }
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        const json_t *a = json_object_get(old_column, plain[i]);
        const json_t *b = json_object_get(column, plain[i]);
        if (!value_same(a, b)) {
            report(m, column, plain[i], a, b);
        }
    }
    json_t *old_labels = json_object_get(old_column, "tags");
    json_t *labels = json_object_get(column, "tags");
    labels = m->actor->is_patch ? labels_replace(old_labels, labels)
                                : labels_merge(old_labels, labels);
    value_put(column, "tags", labels);
    if (!value_same(old_labels, labels)) {
        report(m, column, "tags", old_labels, labels);
    }
    if (!labels_check_exclusive(m->sim, labels, m->why)) {
        return false;
    }
    if (json_object_get(column, "children") != NULL) {
        json_t *children = columns_merge(m, json_object_get(old_column, "children"),
                                         json_object_get(column, "children"));
        value_put(column, "children", children);
        return children != NULL;
    }
    return true;
}

static bool is_same_column(const json_t *a, const json_t *b)
{
    return str_eq(value_get(a, "name"), value_get(b, "name")) &&
           str_eq(value_get(a, "dataType"), value_get(b, "dataType"));
}

/* Names lead to positions: wide tables must not cost their width squared. */
static void index_columns(const json_t *columns, struct map *map)
{
    map_init(map);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        union map_value value = {.pointer = column};
        if (map_put(map, value_get(column, "name"), value) != OK) {
            sim_fail_memory();
        }
    }
}

static const json_t *match(const struct map *map, const json_t *column)
{
    union map_value *found = map_get(map, value_get(column, "name"));
    return found != NULL && is_same_column(found->pointer, column) ? found->pointer : NULL;
}

json_t *columns_merge(struct columns_merge *merge, const json_t *old_columns,
                      const json_t *new_columns)
{
    json_t *out = value_sure(json_array());
    struct map old_map;
    struct map new_map;
    bool is_good = true;
    index_columns(old_columns, &old_map);
    index_columns(new_columns, &new_map);
    for (size_t i = 0; i < json_array_size(new_columns) && is_good; i++) {
        json_t *column = value_sure(json_copy(json_array_get(new_columns, i)));
        const json_t *old_column = match(&old_map, column);
        value_append(out, column);
        if (old_column == NULL) {
            report(merge, column, NULL, NULL, column);
        } else {
            is_good = merge_column(merge, column, old_column);
        }
    }
    for (size_t i = 0; i < json_array_size(old_columns) && is_good; i++) {
        const json_t *column = json_array_get(old_columns, i);
        if (match(&new_map, column) == NULL) {
            merge->has_removed = true;
            report(merge, column, NULL, column, NULL);
        }
    }
    map_free(&old_map);
    map_free(&new_map);
    if (!is_good) {
        json_decref(out);
        return NULL;
    }
    return out;
}
