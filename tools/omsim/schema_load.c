#include "common/memory.h"
#include "omsim/schema_node.h"

#include <stdio.h>
#include <string.h>

/* Where a schema stands: to resolve what it refers to. */
struct place {
    struct schema_set *set;
    struct str file;
    const json_t *root;
    bool is_old; /* draft-07 */
    struct error *err;
    enum status status;
};

void schema_set_init(struct schema_set *set)
{
    *set = (struct schema_set){0};
    arena_init(&set->arena, SIM_MAX_BYTES);
    map_init(&set->files);
    map_init(&set->compiled);
}

void schema_set_free(struct schema_set *set)
{
    for (size_t i = 0; i < set->files.count; i++) {
        json_decref(set->files.entries[i].value.pointer);
    }
    for (size_t i = 0; i < set->count; i++) {
        struct schema *schema = set->all[i];
        map_free(&schema->property_index);
        pcre2_code_free(schema->pattern);
        for (size_t k = 0; k < schema->pattern_count; k++) {
            pcre2_code_free(schema->patterns[k].pattern);
        }
    }
    map_free(&set->files);
    map_free(&set->compiled);
    arena_free(&set->arena);
}

void schema_set_add(struct schema_set *set, struct str path, json_t *document)
{
    union map_value value = {.pointer = document};
    if (document == NULL || map_put(&set->files, sim_copy(&set->arena, path), value) != OK) {
        sim_fail_memory();
    }
}

/* "a/b/../c.json" -> "a/c.json". */
static struct str normalise(struct arena *arena, struct str path)
{
    struct buf out;
    buf_init(&out, SIM_MAX_BYTES);
    while (path.n > 0) {
        size_t slash = str_find(path, '/');
        struct str part = str_sub(path, 0, slash == SIZE_MAX ? path.n : slash);
        path = slash == SIZE_MAX ? STR("") : str_sub(path, slash + 1, SIZE_MAX);
        size_t last = str_find_last(buf_str(&out), '/');
        if (str_is(part, "..") && out.size > 0) {
            out.size = last == SIZE_MAX ? 0 : last;
        } else if (!str_is(part, ".")) {
            (void)buf_append_cstr(&out, out.size > 0 ? "/" : "");
            (void)buf_append_str(&out, part);
        }
    }
    return sim_take(arena, &out);
}

/* Keeps a leading slash, which normalise would lose. */
static struct str clean_path(struct arena *arena, struct str path)
{
    struct str clean = normalise(arena, path);
    return str_starts_with(path, "/") ? sim_printf(arena, "/%.*s", STR_ARG(clean)) : clean;
}

static const json_t *load_file(struct place *at, struct str path)
{
    union map_value *known = map_get(&at->set->files, path);
    if (known != NULL) {
        return known->pointer;
    }
    json_error_t problem;
    json_t *root = json_load_file(path.p, 0, &problem);
    if (root == NULL) {
        at->status = error_set(at->err, ERR_NOT_FOUND, "%.*s: %s", STR_ARG(path), problem.text);
        return NULL;
    }
    schema_set_add(at->set, path, root);
    return root;
}

/* A JSON pointer's step, with ~1 and ~0 undone. */
static const json_t *step(struct arena *arena, const json_t *value, struct str name)
{
    char *key = sim_alloc(arena, name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        bool is_escape = name.p[i] == '~' && i + 1 < name.n;
        key[n++] = is_escape ? (name.p[++i] == '1' ? '/' : '~') : name.p[i];
    }
    if (json_is_array(value)) {
        uint64_t index = 0;
        return str_to_u64((struct str){key, n}, &index) ? json_array_get(value, index) : NULL;
    }
    return json_object_get(value, key);
}

static const struct schema *compile(struct place *at, const json_t *source, struct str key);

static const struct schema *follow(struct place *from, struct str reference)
{
    struct arena *arena = &from->set->arena;
    size_t hash = str_find(reference, '#');
    struct str file = str_sub(reference, 0, hash == SIZE_MAX ? reference.n : hash);
    struct str pointer = hash == SIZE_MAX ? STR("") : str_sub(reference, hash + 1, SIZE_MAX);
    struct place at = *from;
    if (file.n > 0) {
        size_t slash = str_find_last(from->file, '/');
        struct str folder = str_sub(from->file, 0, slash == SIZE_MAX ? 0 : slash + 1);
        at.file =
            clean_path(arena, sim_printf(arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(file)));
        at.root = load_file(&at, at.file);
        from->status = at.status;
        if (at.root == NULL) {
            return NULL;
        }
        at.is_old = json_object_get(at.root, "$schema") != NULL;
    }
    struct str key = sim_printf(arena, "%.*s#%.*s", STR_ARG(at.file), STR_ARG(pointer));
    const json_t *value = at.root;
    while (value != NULL && pointer.n > 0) {
        pointer = str_sub(pointer, 1, SIZE_MAX);
        size_t slash = str_find(pointer, '/');
        value = step(arena, value, str_sub(pointer, 0, slash == SIZE_MAX ? pointer.n : slash));
        pointer = slash == SIZE_MAX ? STR("") : str_sub(pointer, slash, SIZE_MAX);
    }
    if (value == NULL) {
        from->status = error_set(from->err, ERR_NOT_FOUND, "%.*s refers to nothing: %.*s",
                                 STR_ARG(from->file), STR_ARG(reference));
        return NULL;
    }
    const struct schema *schema = compile(&at, value, key);
    from->status = at.status;
    return schema;
}

static pcre2_code *compile_pattern(struct place *at, struct str text)
{
    int code = 0;
    PCRE2_SIZE where = 0;
    if (str_starts_with_nocase(text, "(?u)")) { /* what UCP does, in Python's or Java's words */
        text = str_sub(text, 4, SIZE_MAX);
    }
    pcre2_code *pattern =
        pcre2_compile((PCRE2_SPTR)text.p, text.n, PCRE2_UTF | PCRE2_UCP, &code, &where, NULL);
    if (pattern == NULL) {
        at->status = error_set(at->err, ERR_PARSE, "%.*s: not a pattern: %.*s",
                               STR_ARG(at->file), STR_ARG(text));
    }
    return pattern;
}

static unsigned type_of(const json_t *name)
{
    static const struct {
        const char *name;
        unsigned type;
    } types[] = {{"null", SCHEMA_TYPE_NULL},       {"boolean", SCHEMA_TYPE_BOOLEAN},
                 {"integer", SCHEMA_TYPE_INTEGER}, {"number", SCHEMA_TYPE_NUMBER},
                 {"string", SCHEMA_TYPE_STRING},   {"array", SCHEMA_TYPE_ARRAY},
                 {"object", SCHEMA_TYPE_OBJECT}};
    unsigned all = 0;
    for (size_t i = 0; i < json_array_size(name); i++) {
        all |= type_of(json_array_get(name, i));
    }
    for (size_t i = 0; json_is_string(name) && i < sizeof(types) / sizeof(types[0]); i++) {
        all |= strcmp(json_string_value(name), types[i].name) == 0 ? types[i].type : 0;
    }
    return all;
}

static int64_t limit(const json_t *source, const char *name)
{
    const json_t *value = json_object_get(source, name);
    return json_is_number(value) ? (int64_t)json_number_value(value) : -1;
}

static const json_t *number(const json_t *source, const char *name)
{
    const json_t *value = json_object_get(source, name);
    return json_is_number(value) ? value : NULL;
}

static const struct schema *part(struct place *at, const json_t *source, const char *name)
{
    const json_t *value = json_object_get(source, name);
    return value == NULL ? NULL : compile(at, value, STR_NULL);
}

static struct schema_list parts(struct place *at, const json_t *source, const char *name)
{
    const json_t *values = json_object_get(source, name);
    struct schema_list list = {.count = json_array_size(values)};
    list.items = sim_alloc(&at->set->arena, list.count * sizeof(*list.items));
    for (size_t i = 0; i < list.count; i++) {
        list.items[i] = compile(at, json_array_get(values, i), STR_NULL);
    }
    return list;
}

static void compile_texts(struct place *at, const json_t *source, struct schema *schema)
{
    const char *pattern = json_string_value(json_object_get(source, "pattern"));
    const char *format = json_string_value(json_object_get(source, "format"));
    schema->min_length = limit(source, "minLength");
    schema->max_length = limit(source, "maxLength");
    schema->format = str_from(format);
    schema->pattern_text = str_from(pattern);
    if (pattern != NULL) {
        schema->pattern = compile_pattern(at, str_from(pattern));
    }
}

static void compile_items(struct place *at, const json_t *source, struct schema *schema)
{
    schema->min_items = limit(source, "minItems");
    schema->max_items = limit(source, "maxItems");
    schema->has_unique_items = json_is_true(json_object_get(source, "uniqueItems"));
    if (json_is_array(json_object_get(source, "items"))) {
        schema->tuple = parts(at, source, "items");
        schema->additional_items = part(at, source, "additionalItems");
    } else {
        schema->items = part(at, source, "items");
    }
}

static void compile_required(struct place *at, const json_t *source, struct schema *schema)
{
    const json_t *names = json_object_get(source, "required");
    schema->required_count = json_array_size(names);
    schema->required =
        sim_alloc(&at->set->arena, schema->required_count * sizeof(*schema->required));
    for (size_t i = 0; i < schema->required_count; i++) {
        schema->required[i] = str_from(json_string_value(json_array_get(names, i)));
    }
}

static void compile_members(struct place *at, const json_t *source, struct schema *schema)
{
    struct arena *arena = &at->set->arena;
    json_t *members = json_object_get(source, "properties");
    json_t *patterns = json_object_get(source, "patternProperties");
    const char *name = NULL;
    json_t *value = NULL;
    schema->properties =
        sim_alloc(arena, json_object_size(members) * sizeof(struct schema_property));
    json_object_foreach(members, name, value)
    {
        struct schema_property *p = &schema->properties[schema->property_count++];
        union map_value index = {.pointer = p};
        p->name = str_from(name);
        p->schema = compile(at, value, STR_NULL);
        if (map_put(&schema->property_index, p->name, index) != OK) {
            sim_fail_memory();
        }
    }
    schema->patterns =
        sim_alloc(arena, json_object_size(patterns) * sizeof(struct schema_property));
    json_object_foreach(patterns, name, value)
    {
        struct schema_property *p = &schema->patterns[schema->pattern_count++];
        p->name = str_from(name);
        p->pattern = compile_pattern(at, p->name);
        p->schema = compile(at, value, STR_NULL);
    }
    schema->additional = part(at, source, "additionalProperties");
    schema->min_properties = limit(source, "minProperties");
    schema->max_properties = limit(source, "maxProperties");
    compile_required(at, source, schema);
}

static void compile_object(struct place *at, const json_t *source, struct schema *schema)
{
    const char *ref = json_string_value(json_object_get(source, "$ref"));
    if (ref != NULL) {
        schema->ref = follow(at, str_from(ref));
        if (at->is_old) {
            return;
        }
    }
    schema->types = type_of(json_object_get(source, "type"));
    schema->choices = json_object_get(source, "enum");
    schema->constant = json_object_get(source, "const");
    schema->minimum = number(source, "minimum");
    schema->maximum = number(source, "maximum");
    schema->exclusive_minimum = number(source, "exclusiveMinimum");
    schema->exclusive_maximum = number(source, "exclusiveMaximum");
    schema->multiple_of = json_number_value(json_object_get(source, "multipleOf"));
    compile_texts(at, source, schema);
    compile_items(at, source, schema);
    compile_members(at, source, schema);
    schema->any_of = parts(at, source, "anyOf");
    schema->one_of = parts(at, source, "oneOf");
    schema->all_of = parts(at, source, "allOf");
    schema->none_of = part(at, source, "not");
    schema->condition = part(at, source, "if");
    schema->consequence = part(at, source, "then");
    schema->alternative = part(at, source, "else");
}

/* key: under what it is found again (recursion included); STR_NULL: it is not. */
static const struct schema *compile(struct place *at, const json_t *source, struct str key)
{
    struct schema_set *set = at->set;
    union map_value *known = str_is_null(key) ? NULL : map_get(&set->compiled, key);
    if (known != NULL) {
        return known->pointer;
    }
    struct schema *schema = SIM_NEW(&set->arena, struct schema);
    struct schema **place =
        sim_push(&set->arena, &set->all, &set->count, &set->capacity, sizeof(*set->all));
    union map_value value = {.pointer = schema};
    *place = schema;
    map_init(&schema->property_index);
    if (!str_is_null(key) && map_put(&set->compiled, key, value) != OK) {
        sim_fail_memory();
    }
    schema->is_never = json_is_false(source);
    schema->min_length = schema->max_length = schema->min_items = schema->max_items = -1;
    schema->min_properties = schema->max_properties = -1;
    if (json_is_object(source)) {
        compile_object(at, source, schema);
    }
    return schema;
}

enum status schema_load(struct schema_set *set, const char *reference,
                        const struct schema **out, struct error *err)
{
    struct place at = {.set = set, .file = STR(""), .err = err};
    *out = follow(&at, str_from(reference));
    return at.status;
}
