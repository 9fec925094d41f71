#include "io/yaml.h"

#include "base/map.h"
#include "io/yaml_breaks.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Mappings of up to this many pairs are searched one by one instead of through a map. */
#define SMALL_MAPPING 16
/* libyaml compares every %TAG directive with all before it. */
#define MAX_TAG_DIRECTIVES 100

const struct yaml_limits yaml_limits_default = {
    .max_bytes = (size_t)64 * 1024 * 1024,
    .max_depth = 64,
    .max_nodes = (size_t)4 * 1000 * 1000,
};

/* A node that an alias may name. Everything under it counts again with each alias. */
struct anchor {
    const struct yaml_node *node;
    size_t nodes;
    unsigned height; /* levels of collections in it */
    bool is_open;    /* still being read: an alias to it would be a circle */
};

/* A collection that is being read. */
struct frame {
    struct yaml_node *node;
    struct anchor *anchor; /* NULL without */
    size_t first_child;    /* index into pending */
    size_t nodes_before;
    unsigned height; /* of its children, so far */
    bool is_flow;
    size_t last_end; /* byte behind its last child */
};

struct builder {
    yaml_parser_t parser;
    struct str text;     /* without byte order mark */
    size_t skipped;      /* bytes of the byte order mark */
    size_t cursor_index; /* the same place, in characters ... */
    size_t cursor_byte;  /* ... and in bytes of text */
    const struct yaml_limits *limits;
    struct yaml_breaks breaks; /* hidden in text */
    struct arena *arena;
    struct frame *frames;
    unsigned depth;
    const struct yaml_node **pending; /* children of open collections */
    size_t pending_count;
    size_t pending_capacity;
    struct map anchors; /* name -> struct anchor */
    size_t nodes;
    const struct yaml_node *root;
    bool has_document;
    struct error *err;
};

static enum status fail_at(struct builder *builder, enum status code, size_t line,
                           size_t column, const char *message)
{
    (void)error_set(builder->err, code, "%s", message);
    error_where(builder->err, "%zu:%zu", line, column);
    return code;
}

static enum status fail_at_mark(struct builder *builder, enum status code, yaml_mark_t mark,
                                const char *message)
{
    return fail_at(builder, code, mark.line + 1, mark.column + 1, message);
}

/* libyaml counts characters; offsets into the text are bytes. Marks come nearly in order. */
static size_t byte_of(struct builder *builder, size_t index)
{
    struct str text = builder->text;
    size_t at = builder->cursor_byte;
    while (builder->cursor_index < index && at < text.n) {
        at++;
        while (at < text.n && ((unsigned char)text.p[at] & 0xC0) == 0x80) {
            at++;
        }
        builder->cursor_index++;
    }
    while (builder->cursor_index > index && at > 0) {
        at--;
        while (at > 0 && ((unsigned char)text.p[at] & 0xC0) == 0x80) {
            at--;
        }
        builder->cursor_index--;
    }
    builder->cursor_byte = at;
    return at;
}

/* An error of libyaml's reader: it knows the byte only. */
static enum status fail_reading(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < parser->problem_offset && i < builder->text.n; i++) {
        if (builder->text.p[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)builder->text.p[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    bool is_control = parser->problem != NULL && strstr(parser->problem, "control") != NULL;
    (void)error_set(builder->err, ERR_PARSE,
                    is_control ? "control character 0x%02X is not allowed in YAML"
                               : "not valid UTF-8 (byte 0x%02X)",
                    (unsigned)parser->problem_value & 0xFFFFu);
    error_where(builder->err, "%zu:%zu", line, column);
    return ERR_PARSE;
}

static enum status fail_parsing(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    switch (parser->error) {
    case YAML_MEMORY_ERROR:
        return error_nomem(builder->err);
    case YAML_READER_ERROR:
        return fail_reading(builder);
    default:
        break;
    }
    yaml_mark_t mark = parser->problem_mark;
    size_t at = byte_of(builder, mark.index);
    if (at < builder->text.n && builder->text.p[at] == '\t') {
        return fail_at_mark(builder, ERR_PARSE, mark,
                            "a tab stands where YAML allows spaces only; indent with spaces");
    }
    const char *problem = parser->problem != NULL ? parser->problem : "not valid YAML";
    if (parser->context != NULL) {
        (void)error_set(builder->err, ERR_PARSE, "%s (%s that starts at line %zu)", problem,
                        parser->context, parser->context_mark.line + 1);
    } else {
        (void)error_set(builder->err, ERR_PARSE, "%s", problem);
    }
    error_where(builder->err, "%zu:%zu", mark.line + 1, mark.column + 1);
    return ERR_PARSE;
}

static bool is_mapping_key_next(const struct builder *builder)
{
    if (builder->depth == 0) {
        return false;
    }
    const struct frame *frame = &builder->frames[builder->depth - 1];
    return frame->node->kind == YAML_KIND_MAPPING &&
           (builder->pending_count - frame->first_child) % 2 == 0;
}

/* Counts n more nodes. */
static enum status count_nodes(struct builder *builder, size_t n, yaml_mark_t mark)
{
    if (n > builder->limits->max_nodes - builder->nodes) {
        (void)error_set(builder->err, ERR_LIMIT,
                        "more than %zu values (aliases counted in full)",
                        builder->limits->max_nodes);
        error_where(builder->err, "%zu:%zu", mark.line + 1, mark.column + 1);
        return ERR_LIMIT;
    }
    builder->nodes += n;
    return OK;
}

/* Hands a finished node to the collection around it, or makes it the root. */
static enum status add_child(struct builder *builder, const struct yaml_node *node,
                             unsigned height, size_t end)
{
    if (builder->depth == 0) {
        builder->root = node;
        return OK;
    }
    struct frame *frame = &builder->frames[builder->depth - 1];
    frame->height = height > frame->height ? height : frame->height;
    frame->last_end = end;
    if (builder->pending_count == builder->pending_capacity) {
        size_t larger = builder->pending_capacity == 0 ? 256 : builder->pending_capacity * 2;
        const struct yaml_node **grown =
            realloc(builder->pending, larger * sizeof(const struct yaml_node *));
        if (grown == NULL) {
            return error_nomem(builder->err);
        }
        builder->pending = grown;
        builder->pending_capacity = larger;
    }
    builder->pending[builder->pending_count++] = node;
    return OK;
}

static struct str anchor_name(const yaml_char_t *name)
{
    return str_from((const char *)name);
}

/* Makes node known under its anchor's name; without name nothing happens. */
static enum status add_anchor(struct builder *builder, const yaml_char_t *name,
                              const struct yaml_node *node, bool is_open, struct anchor **out)
{
    *out = NULL;
    if (name == NULL) {
        return OK;
    }
    struct str key;
    struct anchor *anchor = ARENA_NEW(builder->arena, struct anchor);
    if (anchor == NULL || arena_str(builder->arena, anchor_name(name), &key) != OK) {
        return error_nomem(builder->err);
    }
    *anchor = (struct anchor){.node = node, .nodes = 1, .is_open = is_open};
    if (map_put(&builder->anchors, key, (union map_value){.pointer = anchor}) != OK) {
        return error_nomem(builder->err);
    }
    *out = anchor;
    return OK;
}

static struct yaml_node *new_node(struct builder *builder, const yaml_event_t *event,
                                  enum yaml_kind kind)
{
    struct yaml_node *node = ARENA_NEW(builder->arena, struct yaml_node);
    if (node == NULL) {
        (void)error_nomem(builder->err);
        return NULL;
    }
    node->kind = kind;
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    node->start = byte_of(builder, event->start_mark.index) + builder->skipped;
    node->end = byte_of(builder, event->end_mark.index) + builder->skipped;
    return node;
}

/* Tags of YAML's core that a scalar may carry; is_plain says what they make of it. */
static bool scalar_tag(const yaml_char_t *tag, bool *is_plain)
{
    static const struct {
        const char *name;
        bool is_plain;
    } tags[] = {
        {YAML_STR_TAG, false}, {YAML_INT_TAG, true},   {YAML_BOOL_TAG, true},
        {YAML_NULL_TAG, true}, {YAML_FLOAT_TAG, true}, {YAML_TIMESTAMP_TAG, true},
        {"!", false},
    };
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (strcmp((const char *)tag, tags[i].name) == 0) {
            *is_plain = tags[i].is_plain;
            return true;
        }
    }
    return false;
}

static enum status on_scalar(struct builder *builder, const yaml_event_t *event)
{
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const yaml_char_t *tag = event->data.scalar.tag;
    if (tag != NULL && !scalar_tag(tag, &is_plain)) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "a tag (!...) that is not understood");
    }
    struct yaml_node *node = new_node(builder, event, YAML_KIND_SCALAR);
    if (node == NULL) {
        return ERR_NOMEM;
    }
    node->is_plain = is_plain;
    struct str value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    struct anchor *anchor;
    if (arena_str(builder->arena, value, &node->text) != OK) {
        return error_nomem(builder->err);
    }
    yaml_breaks_restore(&builder->breaks, (char *)node->text.p, node->text.n);
    enum status status = count_nodes(builder, 1, event->start_mark);
    if (status == OK) {
        status = add_anchor(builder, event->data.scalar.anchor, node, false, &anchor);
    }
    return status == OK ? add_child(builder, node, 0, node->end) : status;
}

static enum status on_alias(struct builder *builder, const yaml_event_t *event)
{
    const union map_value *found =
        map_get(&builder->anchors, anchor_name(event->data.alias.anchor));
    if (found == NULL) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "an alias (*...) without an anchor (&...) before it");
    }
    const struct anchor *anchor = found->pointer;
    if (anchor->is_open) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "an alias (*...) to what it stands in");
    }
    if (is_mapping_key_next(builder) && anchor->node->kind != YAML_KIND_SCALAR) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "a key must be a single value, not a list or mapping");
    }
    if (builder->depth + anchor->height > builder->limits->max_depth) {
        return fail_at_mark(builder, ERR_LIMIT, event->start_mark,
                            "nested too deep (through aliases)");
    }
    enum status status = count_nodes(builder, anchor->nodes, event->start_mark);
    size_t end = byte_of(builder, event->end_mark.index) + builder->skipped;
    return status == OK ? add_child(builder, anchor->node, anchor->height, end) : status;
}

static enum status on_open(struct builder *builder, const yaml_event_t *event)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag =
        is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    const yaml_char_t *name =
        is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    if (tag != NULL &&
        strcmp((const char *)tag, is_mapping ? YAML_MAP_TAG : YAML_SEQ_TAG) != 0 &&
        strcmp((const char *)tag, "!") != 0) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "a tag (!...) that is not understood");
    }
    if (is_mapping_key_next(builder)) {
        return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                            "a key must be a single value, not a list or mapping");
    }
    if (builder->depth == builder->limits->max_depth) {
        (void)error_set(builder->err, ERR_LIMIT, "nested deeper than %u levels",
                        builder->limits->max_depth);
        error_where(builder->err, "%zu:%zu", event->start_mark.line + 1,
                    event->start_mark.column + 1);
        return ERR_LIMIT;
    }
    struct yaml_node *node =
        new_node(builder, event, is_mapping ? YAML_KIND_MAPPING : YAML_KIND_SEQUENCE);
    if (node == NULL) {
        return ERR_NOMEM;
    }
    struct frame *frame = &builder->frames[builder->depth];
    *frame = (struct frame){
        .node = node,
        .first_child = builder->pending_count,
        .nodes_before = builder->nodes,
        .is_flow = is_mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                              : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
        .last_end = node->end,
    };
    enum status status = count_nodes(builder, 1, event->start_mark);
    if (status == OK) {
        status = add_anchor(builder, name, node, true, &frame->anchor);
    }
    builder->depth += status == OK ? 1 : 0;
    return status;
}

static enum status finish_sequence(struct builder *builder, struct yaml_node *node,
                                   const struct frame *frame)
{
    size_t count = builder->pending_count - frame->first_child;
    node->items = arena_array(builder->arena, count, sizeof(const struct yaml_node *));
    if (node->items == NULL) {
        return error_nomem(builder->err);
    }
    if (count > 0) {
        memcpy(node->items, builder->pending + frame->first_child,
               count * sizeof(const struct yaml_node *));
    }
    node->count = count;
    return OK;
}

/* The pairs of a mapping while it is put together, with a quick "is this key there?". */
struct pair_list {
    struct yaml_pair *pairs;
    size_t count;
    struct map keys; /* used once there are more than SMALL_MAPPING */
};

static bool has_pair(const struct pair_list *list, struct str key)
{
    if (list->count > SMALL_MAPPING) {
        return map_has(&list->keys, key);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(list->pairs[i].key->text, key)) {
            return true;
        }
    }
    return false;
}

static enum status add_pair(struct pair_list *list, struct yaml_pair pair)
{
    list->pairs[list->count++] = pair;
    if (list->count <= SMALL_MAPPING) {
        return OK;
    }
    size_t first = list->count == SMALL_MAPPING + 1 ? 0 : list->count - 1;
    for (size_t i = first; i < list->count; i++) {
        if (map_put(&list->keys, list->pairs[i].key->text, (union map_value){.number = 1}) !=
            OK) {
            return ERR_NOMEM;
        }
    }
    return OK;
}

static bool is_merge_key(const struct yaml_node *key)
{
    return key->is_plain && str_is(key->text, "<<");
}

/* How many pairs a merge key's value brings at most; false when it is of the wrong kind. */
static bool count_merged(const struct yaml_node *value, size_t *count)
{
    if (value->kind == YAML_KIND_MAPPING) {
        *count += value->count;
        return true;
    }
    if (value->kind != YAML_KIND_SEQUENCE) {
        return false;
    }
    for (size_t i = 0; i < value->count; i++) {
        if (value->items[i]->kind != YAML_KIND_MAPPING) {
            return false;
        }
        *count += value->items[i]->count;
    }
    return true;
}

static enum status merge_mapping(struct pair_list *list, const struct yaml_node *mapping)
{
    for (size_t i = 0; i < mapping->count; i++) {
        if (!has_pair(list, mapping->pairs[i].key->text) &&
            add_pair(list, mapping->pairs[i]) != OK) {
            return ERR_NOMEM;
        }
    }
    return OK;
}

static enum status merge_value(struct pair_list *list, const struct yaml_node *value)
{
    if (value->kind == YAML_KIND_MAPPING) {
        return merge_mapping(list, value);
    }
    for (size_t i = 0; i < value->count; i++) {
        if (merge_mapping(list, value->items[i]) != OK) {
            return ERR_NOMEM;
        }
    }
    return OK;
}

static enum status fail_duplicate(struct builder *builder, const struct yaml_node *key)
{
    (void)error_set(builder->err, ERR_PARSE, "the key '%.*s' stands here a second time",
                    (int)(key->text.n > 80 ? 80 : key->text.n), key->text.p);
    error_where(builder->err, "%zu:%zu", key->line, key->column);
    return ERR_PARSE;
}

/*
 * Own pairs first, then those of merge keys that are not there yet: the last merge key wins
 * over earlier ones, and in its list the first mapping wins, as in PyYAML.
 */
static enum status collect_pairs(struct builder *builder, const struct frame *frame,
                                 struct pair_list *list)
{
    const struct yaml_node **children = NULL;
    size_t own = 0;
    if (builder->pending != NULL) {
        children = builder->pending + frame->first_child;
        own = (builder->pending_count - frame->first_child) / 2;
    }
    size_t room = own;
    for (size_t i = 0; i < own; i++) {
        const struct yaml_node *value = children[2 * i + 1];
        if (is_merge_key(children[2 * i]) && !count_merged(value, &room)) {
            return fail_at(builder, ERR_PARSE, value->line, value->column,
                           "a merge key (<<) needs a mapping or a list of mappings");
        }
    }
    list->pairs = arena_array(builder->arena, room, sizeof(list->pairs[0]));
    if (list->pairs == NULL) {
        return error_nomem(builder->err);
    }
    for (size_t i = 0; i < own; i++) {
        const struct yaml_node *key = children[2 * i];
        if (is_merge_key(key)) {
            continue;
        }
        if (has_pair(list, key->text)) {
            return fail_duplicate(builder, key);
        }
        if (add_pair(list, (struct yaml_pair){key, children[2 * i + 1]}) != OK) {
            return error_nomem(builder->err);
        }
    }
    for (size_t i = own; i > 0 && room > own; i--) {
        if (is_merge_key(children[2 * i - 2]) && merge_value(list, children[2 * i - 1]) != OK) {
            return error_nomem(builder->err);
        }
    }
    return OK;
}

static enum status finish_mapping(struct builder *builder, struct yaml_node *node,
                                  const struct frame *frame)
{
    struct pair_list list = {.count = 0};
    map_init(&list.keys);
    enum status status = collect_pairs(builder, frame, &list);
    map_free(&list.keys);
    node->pairs = list.pairs;
    node->count = list.count;
    return status;
}

static enum status on_close(struct builder *builder, const yaml_event_t *event)
{
    struct frame *frame = &builder->frames[builder->depth - 1];
    struct yaml_node *node = frame->node;
    enum status status = node->kind == YAML_KIND_MAPPING
                             ? finish_mapping(builder, node, frame)
                             : finish_sequence(builder, node, frame);
    if (status != OK) {
        return status;
    }
    /* A block collection ends with its last child, not where the next token begins. */
    node->end = frame->is_flow ? byte_of(builder, event->end_mark.index) + builder->skipped
                               : frame->last_end;
    if (frame->anchor != NULL) {
        frame->anchor->nodes = builder->nodes - frame->nodes_before;
        frame->anchor->height = frame->height + 1;
        frame->anchor->is_open = false;
    }
    builder->pending_count = frame->first_child;
    builder->depth--;
    return add_child(builder, node, frame->height + 1, node->end);
}

static enum status on_event(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->has_document) {
            return fail_at_mark(builder, ERR_PARSE, event->start_mark,
                                "a second document (---) starts here; one is expected");
        }
        builder->has_document = true;
        return OK;
    case YAML_SCALAR_EVENT:
        return on_scalar(builder, event);
    case YAML_ALIAS_EVENT:
        return on_alias(builder, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_open(builder, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(builder, event);
    default:
        return OK;
    }
}

static enum status build(struct builder *builder)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&builder->parser, &event)) {
            return fail_parsing(builder);
        }
        bool is_end = event.type == YAML_STREAM_END_EVENT;
        enum status status = on_event(builder, &event);
        yaml_event_delete(&event);
        if (status != OK || is_end) {
            return status;
        }
    }
}

/* True when more lines than anybody needs begin with %TAG. */
static bool has_many_tag_directives(struct str text)
{
    size_t count = 0;
    size_t at = 0;
    for (size_t next = str_find(text, '%'); next != SIZE_MAX;
         next = str_find(str_sub(text, at, text.n), '%')) {
        at += next;
        /* The last bytes of YAML's line breaks, U+0085, U+2028 and U+2029 among them. */
        bool is_start = at == 0 || strchr("\n\r\x85\xA8\xA9", text.p[at - 1]) != NULL;
        if (is_start && str_starts_with(str_sub(text, at, 4), "%TAG")) {
            count++;
        }
        at++;
    }
    return count > MAX_TAG_DIRECTIVES;
}

enum status yaml_parse(struct str text, const struct yaml_limits *limits, struct arena *arena,
                       const struct yaml_node **out, struct error *err)
{
    *out = NULL;
    if (text.n > limits->max_bytes) {
        return error_set(err, ERR_LIMIT, "YAML text of %zu bytes; at most %zu are read", text.n,
                         limits->max_bytes);
    }
    struct builder builder = {.text = text, .limits = limits, .arena = arena, .err = err};
    if (str_starts_with(text, "\xEF\xBB\xBF")) {
        builder.text = str_sub(text, 3, text.n);
        builder.skipped = 3;
    }
    if (limits->is_version_1_2 &&
        yaml_breaks_hide(&builder.breaks, builder.text, arena, &builder.text) != OK) {
        return error_nomem(err);
    }
    if (has_many_tag_directives(builder.text)) {
        return error_set(err, ERR_LIMIT, "more than %d %%TAG directives", MAX_TAG_DIRECTIVES);
    }
    if (!yaml_parser_initialize(&builder.parser)) {
        return error_nomem(err);
    }
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser,
                                 (const unsigned char *)(text.n > 0 ? builder.text.p : ""),
                                 builder.text.n);
    map_init(&builder.anchors);
    enum status status;
    builder.frames = calloc((size_t)limits->max_depth + 1, sizeof(builder.frames[0]));
    status = builder.frames != NULL ? build(&builder) : error_nomem(err);
    if (status == OK && builder.root != NULL && builder.root->start != builder.root->end) {
        *out = builder.root;
    }
    map_free(&builder.anchors);
    free(builder.frames);
    free(builder.pending);
    yaml_parser_delete(&builder.parser);
    return status;
}
