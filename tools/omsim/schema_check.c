#include "omsim/schema_node.h"

#include <math.h>
#include <string.h>

/* How deep the value being checked lies, for messages: a list on the stack. */
struct path {
    const struct path *parent;
    struct str name;
    size_t index; /* when name is NULL */
};

static void write_path(const struct path *path, struct buf *out)
{
    if (path->parent == NULL) {
        return;
    }
    write_path(path->parent, out);
    if (path->parent->parent != NULL) {
        (void)buf_append_char(out, '.');
    }
    if (str_is_null(path->name)) {
        (void)buf_printf(out, "%zu", path->index);
    } else {
        (void)buf_append_str(out, path->name);
    }
}

/* What is checked, and who wants to know why not. */
struct mode {
    struct buf *reason; /* NULL: nobody */
    bool is_structure;  /* without what a bean's annotations say */
};

/* Always false, so that a check ends with "return fail(...)". */
static bool fail(const struct path *path, const struct mode *mode, const char *what)
{
    struct buf *reason = mode->reason;
    if (reason != NULL && reason->size == 0) {
        write_path(path, reason);
        (void)buf_printf(reason, "%s%s", reason->size > 0 ? " " : "", what);
    }
    return false;
}

static bool check(const struct schema *schema, const json_t *value, const struct path *path,
                  const struct mode *mode);

static unsigned type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return SCHEMA_TYPE_OBJECT;
    case JSON_ARRAY:
        return SCHEMA_TYPE_ARRAY;
    case JSON_STRING:
        return SCHEMA_TYPE_STRING;
    case JSON_INTEGER:
        return SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER;
    case JSON_REAL: {
        double number = json_real_value(value);
        return SCHEMA_TYPE_NUMBER | (floor(number) == number ? SCHEMA_TYPE_INTEGER : 0U);
    }
    case JSON_TRUE:
    case JSON_FALSE:
        return SCHEMA_TYPE_BOOLEAN;
    default:
        return SCHEMA_TYPE_NULL;
    }
}

static bool has_match(const pcre2_code *pattern, struct str text)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found =
        data == NULL ? -1 : pcre2_match(pattern, (PCRE2_SPTR)text.p, text.n, 0, 0, data, NULL);
    pcre2_match_data_free(data);
    return found >= 0;
}

static int64_t count_codepoints(struct str text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        n += ((unsigned char)text.p[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return n;
}

static bool check_text(const struct schema *schema, const json_t *value,
                       const struct path *path, const struct mode *mode)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    if (!mode->is_structure && (schema->min_length > 0 || schema->max_length >= 0)) {
        int64_t n = count_codepoints(text);
        if (n < schema->min_length || (schema->max_length >= 0 && n > schema->max_length)) {
            return fail(path, mode, "size must be within its limits");
        }
    }
    if (schema->pattern != NULL && !mode->is_structure && !has_match(schema->pattern, text)) {
        return fail(path, mode, "must match its pattern");
    }
    if (!str_is_null(schema->format) && !schema_has_format(text, schema->format)) {
        return fail(path, mode, "has not the format that it must have");
    }
    return true;
}

static bool check_number(const struct schema *schema, const json_t *value,
                         const struct path *path, const struct mode *mode)
{
    double n = json_number_value(value);
    if ((schema->minimum != NULL && n < json_number_value(schema->minimum)) ||
        (schema->maximum != NULL && n > json_number_value(schema->maximum)) ||
        (schema->exclusive_minimum != NULL &&
         n <= json_number_value(schema->exclusive_minimum)) ||
        (schema->exclusive_maximum != NULL &&
         n >= json_number_value(schema->exclusive_maximum))) {
        return fail(path, mode, "must be within its limits");
    }
    if (schema->multiple_of > 0) {
        double times = n / schema->multiple_of;
        if (fabs(times - round(times)) > 1e-9) {
            return fail(path, mode, "must be a multiple of a step");
        }
    }
    return true;
}

static bool is_unique(const json_t *values)
{
    for (size_t i = 0; i < json_array_size(values); i++) {
        for (size_t k = 0; k < i; k++) {
            if (json_equal(json_array_get(values, i), json_array_get(values, k))) {
                return false;
            }
        }
    }
    return true;
}

static bool check_items(const struct schema *schema, const json_t *value,
                        const struct path *path, const struct mode *mode)
{
    size_t n = json_array_size(value);
    if ((int64_t)n < schema->min_items ||
        (schema->max_items >= 0 && (int64_t)n > schema->max_items)) {
        return fail(path, mode, "has too few or too many items");
    }
    if (schema->has_unique_items && !is_unique(value)) {
        return fail(path, mode, "has an item twice");
    }
    for (size_t i = 0; i < n; i++) {
        const struct path here = {.parent = path, .name = STR_NULL, .index = i};
        const struct schema *item = schema->items;
        if (i < schema->tuple.count) {
            item = schema->tuple.items[i];
        } else if (schema->tuple.count > 0) {
            item = schema->additional_items;
        }
        if (item != NULL && !check(item, json_array_get(value, i), &here, mode)) {
            return false;
        }
    }
    return true;
}

static bool check_member(const struct schema *schema, const char *key, const json_t *value,
                         const struct path *path, const struct mode *mode)
{
    const struct path here = {.parent = path, .name = str_from(key)};
    union map_value *known = map_get(&schema->property_index, here.name);
    bool is_known = known != NULL;
    if (is_known) {
        const struct schema_property *property = known->pointer;
        if (!check(property->schema, value, &here, mode)) {
            return false;
        }
    }
    for (size_t i = 0; i < schema->pattern_count; i++) {
        if (has_match(schema->patterns[i].pattern, here.name)) {
            is_known = true;
            if (!check(schema->patterns[i].schema, value, &here, mode)) {
                return false;
            }
        }
    }
    if (!is_known && schema->additional != NULL) {
        return schema->additional->is_never ? fail(&here, mode, "is not a known property")
                                            : check(schema->additional, value, &here, mode);
    }
    return true;
}

static bool check_members(const struct schema *schema, const json_t *value,
                          const struct path *path, const struct mode *mode)
{
    const char *key = NULL;
    json_t *member = NULL;
    int64_t n = (int64_t)json_object_size(value);
    for (size_t i = 0; i < schema->required_count && !mode->is_structure; i++) {
        if (json_object_get(value, schema->required[i].p) == NULL) {
            const struct path here = {.parent = path, .name = schema->required[i]};
            return fail(&here, mode, "must not be null");
        }
    }
    if (n < schema->min_properties ||
        (schema->max_properties >= 0 && n > schema->max_properties)) {
        return fail(path, mode, "has too few or too many properties");
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (!check_member(schema, key, member, path, mode)) {
            return false;
        }
    }
    return true;
}

static size_t count_valid(const struct schema_list *list, const json_t *value,
                          const struct path *path, const struct mode *mode, size_t enough)
{
    const struct mode quiet = {.reason = NULL, .is_structure = mode->is_structure};
    size_t n = 0;
    for (size_t i = 0; i < list->count && n < enough; i++) {
        n += check(list->items[i], value, path, &quiet) ? 1 : 0;
    }
    return n;
}

/* The reason of "type or null" is the type's. */
static bool check_any(const struct schema *schema, const json_t *value, const struct path *path,
                      const struct mode *mode)
{
    if (schema->any_of.count == 0 || count_valid(&schema->any_of, value, path, mode, 1) == 1) {
        return true;
    }
    return schema->any_of.count == 2 ? check(schema->any_of.items[0], value, path, mode)
                                     : fail(path, mode, "is none of what it may be");
}

static bool check_combinations(const struct schema *schema, const json_t *value,
                               const struct path *path, const struct mode *mode)
{
    const struct mode quiet = {.reason = NULL, .is_structure = mode->is_structure};
    if (!check_any(schema, value, path, mode)) {
        return false;
    }
    if (schema->one_of.count > 0 && !mode->is_structure &&
        count_valid(&schema->one_of, value, path, mode, 2) != 1) {
        return fail(path, mode, "must be exactly one of what it may be");
    }
    for (size_t i = 0; i < schema->all_of.count; i++) {
        if (!check(schema->all_of.items[i], value, path, mode)) {
            return false;
        }
    }
    if (schema->none_of != NULL && check(schema->none_of, value, path, &quiet)) {
        return fail(path, mode, "is what it must not be");
    }
    if (schema->condition != NULL) {
        bool is_met = check(schema->condition, value, path, &quiet);
        const struct schema *next = is_met ? schema->consequence : schema->alternative;
        return next == NULL || check(next, value, path, mode);
    }
    return true;
}

static bool is_choice(const json_t *choices, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(choices); i++) {
        if (json_equal(json_array_get(choices, i), value)) {
            return true;
        }
    }
    return false;
}

static bool check(const struct schema *schema, const json_t *value, const struct path *path,
                  const struct mode *mode)
{
    unsigned type = type_of(value);
    if (schema->is_never) {
        return fail(path, mode, "is not allowed");
    }
    if (schema->ref != NULL && !check(schema->ref, value, path, mode)) {
        return false;
    }
    if (schema->types != 0 && (schema->types & type) == 0) {
        return fail(path, mode,
                    type == SCHEMA_TYPE_NULL ? "must not be null" : "has a wrong type");
    }
    if (schema->choices != NULL && !is_choice(schema->choices, value)) {
        return fail(path, mode, "is not one of the values it may have");
    }
    if (schema->constant != NULL && !json_equal(schema->constant, value)) {
        return fail(path, mode, "is not the value that it must be");
    }
    if (type == SCHEMA_TYPE_STRING && !check_text(schema, value, path, mode)) {
        return false;
    }
    if ((type & SCHEMA_TYPE_NUMBER) != 0 && !mode->is_structure &&
        !check_number(schema, value, path, mode)) {
        return false;
    }
    if (type == SCHEMA_TYPE_ARRAY && !check_items(schema, value, path, mode)) {
        return false;
    }
    if (type == SCHEMA_TYPE_OBJECT && !check_members(schema, value, path, mode)) {
        return false;
    }
    return check_combinations(schema, value, path, mode);
}

bool schema_check(const struct schema *schema, const json_t *value, struct buf *reason)
{
    const struct path root = {.name = STR_NULL};
    const struct mode mode = {.reason = reason};
    return check(schema, value, &root, &mode);
}

bool schema_check_structure(const struct schema *schema, const json_t *value,
                            struct buf *reason)
{
    const struct path root = {.name = STR_NULL};
    const struct mode mode = {.reason = reason, .is_structure = true};
    return check(schema, value, &root, &mode);
}
