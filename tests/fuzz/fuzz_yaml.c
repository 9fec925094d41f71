/* Any bytes as YAML: parse within limits, then check every node's place and readings. */
#include "io/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct yaml_limits limits = {
    .max_bytes = 1 << 20, .max_depth = 20, .max_nodes = 20000};

static void walk(struct str text, const struct yaml_node *node, unsigned depth, size_t *nodes)
{
    bool flag;
    int64_t whole;
    double number;
    *nodes += 1;
    if (depth > limits.max_depth + 1 || *nodes > limits.max_nodes || node->start > node->end ||
        node->end > text.n || node->line == 0 || node->column == 0) {
        abort();
    }
    (void)yaml_str(node);
    (void)yaml_to_bool(node, &flag);
    (void)yaml_to_int(node, &whole);
    (void)yaml_to_double(node, &number);
    (void)yaml_is_text(node);
    (void)yaml_comment_behind(text, node);
    for (size_t i = 0; node->kind == YAML_KIND_SEQUENCE && i < node->count; i++) {
        walk(text, node->items[i], depth + 1, nodes);
    }
    for (size_t i = 0; node->kind == YAML_KIND_MAPPING && i < node->count; i++) {
        walk(text, node->pairs[i].key, depth + 1, nodes);
        walk(text, node->pairs[i].value, depth + 1, nodes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    const struct yaml_node *root = NULL;
    struct str text = str_from_n((const char *)data, size);
    size_t nodes = 0;
    arena_init(&arena, (size_t)64 << 20);
    if (yaml_parse(text, &limits, &arena, &root, &err) != OK) {
        if (err.code == OK || root != NULL) {
            abort();
        }
    } else if (root != NULL) {
        walk(text, root, 0, &nodes);
    }
    arena_free(&arena);
    return 0;
}
