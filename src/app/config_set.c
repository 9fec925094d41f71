/* The option --set: "path.to.key=value", put into the tree as if the file had said so. */
#include "app/config_read.h"

#include <string.h>

#define MAX_PARTS 16

static const struct yaml_limits value_limits = {
    .max_bytes = (size_t)64 * 1024, .max_depth = 16, .max_nodes = 10000};

/* The path of one --set, cut at its dots. */
struct set_path {
    struct str parts[MAX_PARTS];
    size_t count;
};

/*
 * Cuts text at dots up to the first '=' outside of quotes; "..." keeps dots and '=' in a
 * part. False when it is not of the form path=value.
 */
static bool split(struct str text, struct set_path *path, struct str *value)
{
    size_t at = 0;
    path->count = 0;
    while (path->count < MAX_PARTS) {
        size_t from = at;
        size_t end;
        if (at < text.n && text.p[at] == '"') {
            from = ++at;
            while (at < text.n && text.p[at] != '"') {
                at++;
            }
            end = at++;
        } else {
            while (at < text.n && text.p[at] != '.' && text.p[at] != '=') {
                at++;
            }
            end = at;
        }
        if (at >= text.n || end == from) {
            return false;
        }
        path->parts[path->count++] = str_sub(text, from, end - from);
        if (text.p[at] == '=') {
            *value = str_sub(text, at + 1, text.n);
            return true;
        }
        if (text.p[at++] != '.') {
            return false;
        }
    }
    return false;
}

static struct yaml_node *new_node(struct config_reader *reader, enum yaml_kind kind,
                                  size_t number)
{
    struct yaml_node *node = ARENA_NEW(&reader->config->arena, struct yaml_node);
    if (node == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    *node = (struct yaml_node){.kind = kind, .column = number};
    return node;
}

static struct yaml_node *new_scalar(struct config_reader *reader, struct str text,
                                    size_t number)
{
    struct yaml_node *node = new_node(reader, YAML_KIND_SCALAR, number);
    if (node != NULL) {
        node->is_plain = true;
        node->text = text;
    }
    return node;
}

/* The tree came from a --set: its places are that option's. Depth is limited by the parser. */
static void mark_places(const struct yaml_node *node, size_t number)
{
    struct yaml_node *own = (struct yaml_node *)(void *)node;
    own->line = 0;
    own->column = number;
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_KIND_SEQUENCE) {
            mark_places(node->items[i], number);
        } else {
            mark_places(node->pairs[i].key, number);
            mark_places(node->pairs[i].value, number);
        }
    }
}

/* Lists, mappings and quoted texts are YAML; anything else is taken as it stands. */
static const struct yaml_node *parse_value(struct config_reader *reader, struct str text,
                                           size_t number)
{
    if (text.n == 0 || strchr("[{\"'", text.p[0]) == NULL) {
        return new_scalar(reader, text, number);
    }
    const struct yaml_node *node = NULL;
    struct error err = ERROR_INIT;
    enum status status = yaml_parse(text, &value_limits, &reader->config->arena, &node, &err);
    if (status == ERR_NOMEM) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    if (status != OK) {
        config_error(reader, 0, number, "%s", err.message);
        return NULL;
    }
    if (node == NULL) {
        return new_scalar(reader, text, number);
    }
    mark_places(node, number);
    return node;
}

/* A copy of base (NULL: an empty mapping) in which key has value. */
static const struct yaml_node *with_pair(struct config_reader *reader,
                                         const struct yaml_node *base, struct str key,
                                         const struct yaml_node *value, size_t number)
{
    struct arena *arena = &reader->config->arena;
    struct yaml_node *node = new_node(reader, YAML_KIND_MAPPING, number);
    const struct yaml_node *key_node = new_scalar(reader, key, number);
    size_t count = base != NULL ? base->count : 0;
    struct yaml_pair *pairs = arena_array(arena, count + 1, sizeof(*pairs));
    if (node == NULL || key_node == NULL || pairs == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    if (base != NULL) {
        node->line = base->line;
        node->column = base->column;
    }
    bool is_replaced = false;
    for (size_t i = 0; i < count; i++) {
        pairs[i] = base->pairs[i];
        if (str_eq(pairs[i].key->text, key)) {
            pairs[i] = (struct yaml_pair){key_node, value};
            is_replaced = true;
        }
    }
    if (!is_replaced) {
        pairs[count++] = (struct yaml_pair){key_node, value};
    }
    node->pairs = pairs;
    node->count = count;
    return node;
}

static const struct yaml_node *find(const struct yaml_node *node, struct str key)
{
    for (size_t i = 0; node != NULL && i < node->count; i++) {
        if (str_eq(node->pairs[i].key->text, key)) {
            return node->pairs[i].value;
        }
    }
    return NULL;
}

/* Copies the mappings along the path, so that nothing shared through aliases changes. */
static void set_at(struct config_reader *reader, const struct set_path *path,
                   const struct yaml_node *value, size_t number)
{
    const struct yaml_node *along[MAX_PARTS];
    const struct yaml_node *node = reader->root;
    for (size_t i = 0; i < path->count; i++) {
        if (yaml_is_null(node)) {
            node = NULL;
        } else if (node->kind != YAML_KIND_MAPPING) {
            config_error(reader, 0, number, "'%.*s' cannot be set inside of a single value",
                         STR_ARG(path->parts[i]));
            return;
        }
        along[i] = node;
        node = find(node, path->parts[i]);
    }
    for (size_t i = path->count; i > 0 && value != NULL; i--) {
        value = with_pair(reader, along[i - 1], path->parts[i - 1], value, number);
    }
    if (value != NULL) {
        reader->root = value;
    }
}

void config_apply_sets(struct config_reader *reader)
{
    for (size_t i = 0; i < reader->source->set_count; i++) {
        struct set_path path;
        struct str text = str_from(reader->source->sets[i]);
        struct str value = STR_NULL;
        if (!split(text, &path, &value)) {
            config_error(reader, 0, i + 1,
                         "write --set path.to.key=value, such as "
                         "--set hexmeta.requestsPerMinute=30");
            continue;
        }
        if (!str_is_utf8(text)) {
            config_error(reader, 0, i + 1, "not valid UTF-8");
            continue;
        }
        const struct yaml_node *node = parse_value(reader, value, i + 1);
        if (node != NULL) {
            set_at(reader, &path, node, i + 1);
        }
    }
}
