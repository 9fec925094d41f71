#include "app/config_read.h"

#include "base/text.h"

#include <string.h>

#define MAX_PATH_BYTES 256
#define MAX_SHOWN_KEYS 3
/* How far a key may be from a known one to be taken for a slip of the pen. */
#define MAX_DISTANCE 3

static const struct yaml_limits file_limits = {
    .max_bytes = (size_t)1024 * 1024, .max_depth = 32, .max_nodes = 100000};

/* What to do about the YAML parser's own words: the usual reasons for them. */
static const char *yaml_hint(const char *message)
{
    static const struct {
        const char *words;
        const char *hint;
    } hints[] = {
        {"mapping values are not allowed", "; is a ':' missing in the line before, or is this "
                                           "line indented too far?"},
        {"did not find expected ',' or", "; a value with , : # [ ] { } in it needs quotes"},
        {"cannot start any token", "; a value that begins so needs quotes"},
        {"an alias (*...) without", "; a value that begins with * needs quotes"},
        {"unknown escape character", "; a backslash means itself in '...', and is doubled in "
                                     "\"...\""},
        {"not valid UTF-8", "; save the file as UTF-8"},
        {"control character 0x00", "; is it UTF-16? Save the file as UTF-8"},
    };
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strstr(message, hints[i].words) != NULL) {
            return hints[i].hint;
        }
    }
    return "";
}

bool config_parse(struct config_reader *reader, struct str text)
{
    struct error err = ERROR_INIT;
    enum status status =
        yaml_parse(text, &file_limits, &reader->config->arena, &reader->root, &err);
    if (status == ERR_NOMEM) {
        reader->is_out_of_memory = true;
        return false;
    }
    if (status != OK) {
        uint64_t line = 0;
        uint64_t column = 0;
        struct str where = str_from(err.where);
        size_t colon = str_find(where, ':');
        if (!str_to_u64(str_sub(where, 0, colon), &line) ||
            !str_to_u64(str_sub(where, colon + 1, where.n), &column)) {
            line = 0;
            column = 0;
        }
        config_error(reader, line, column, "%s%s", err.message, yaml_hint(err.message));
        return false;
    }
    if (reader->root == NULL && reader->source->set_count == 0) {
        config_error(reader, 0, 0,
                     "the configuration is empty; it needs at least source: with type, "
                     "serviceName and serviceConnection");
        return false;
    }
    if (reader->root != NULL && reader->root->kind != YAML_KIND_MAPPING) {
        config_error(reader, reader->root->line, reader->root->column,
                     "the configuration must be a mapping that begins with 'source:'");
        return false;
    }
    return true;
}

/* Where the walk is: the path as the table writes it, and as the file does. */
struct place {
    char path[MAX_PATH_BYTES];
    struct str shown;
};

static const char *kind_name(const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_KIND_MAPPING:
        return "a mapping";
    case YAML_KIND_SEQUENCE:
        return "a list";
    default:
        return "a single value";
    }
}

const struct config_value *config_value_at(const struct config_reader *reader, const char *path)
{
    return &reader->config->values[config_table_find(str_from(path))];
}

struct str config_nearest_part(struct str section, struct str key)
{
    struct str best = STR_NULL;
    size_t limit = key.n / 3 + 1 < MAX_DISTANCE ? key.n / 3 + 1 : MAX_DISTANCE;
    size_t best_distance = limit + 1;
    for (size_t row = 0; row < config_table_count; row++) {
        struct str part = config_table_part(&config_table[row], section);
        if (str_is_null(part) || str_is(part, "*")) {
            continue;
        }
        bool is_beginning = key.n >= MAX_DISTANCE && part.n > key.n &&
                            str_eq_nocase(str_sub(part, 0, key.n), key);
        size_t distance = text_distance(key, part, limit);
        distance = is_beginning && distance > limit ? limit : distance;
        if (distance < best_distance) {
            best_distance = distance;
            best = part;
        }
    }
    return best;
}

/* The part of a row's path up to the part that is called key; STR_NULL: there is none. */
static struct str path_to(const struct config_setting *setting, struct str key)
{
    struct str path = str_from(setting->path);
    size_t end = 0;
    for (size_t from = 0; from < path.n; from = end + 1) {
        size_t dot = str_find(str_sub(path, from, path.n), '.');
        end = dot == SIZE_MAX ? path.n : from + dot;
        if (str_eq_nocase(str_sub(path, from, end - from), key)) {
            return str_sub(path, 0, end);
        }
    }
    return STR_NULL;
}

/* A setting or section that is called key: in this section if there is one, else anywhere. */
static struct str elsewhere(const char *section, struct str key)
{
    struct str found = STR_NULL;
    if (str_is(key, "type") || str_is(key, "config")) {
        return STR_NULL; /* they are everywhere */
    }
    for (size_t row = 0; row < config_table_count; row++) {
        struct str path = path_to(&config_table[row], key);
        if (!str_is_null(path) && section[0] != '\0' && str_starts_with(path, section)) {
            return path;
        }
        found = str_is_null(found) ? path : found;
    }
    return found;
}

static void report_unknown(struct config_reader *reader, const struct place *place,
                           const struct yaml_node *key)
{
    if (reader->config->error_count >= CONFIG_MAX_ERRORS) {
        reader->config->error_count++; /* not shown: no need to look for a likeness */
        return;
    }
    struct str name = str_sub(key->text, 0, 80);
    struct str near = config_nearest_part(str_from(place->path), name);
    struct str other = elsewhere(place->path, name);
    struct str in = place->shown;
    const char *preposition = in.n > 0 ? " in " : "";
    if (!str_is_null(near)) {
        config_error(reader, key->line, key->column,
                     "unknown key '%.*s'%s%.*s; did you mean '%.*s'?", STR_ARG(name),
                     preposition, STR_ARG(in), STR_ARG(near));
    } else if (place->path[0] == '\0' && str_find(name, '.') != SIZE_MAX &&
               (config_table_find(name) != SIZE_MAX || config_table_is_section(name))) {
        config_error(reader, key->line, key->column,
                     "unknown key '%.*s'; each part is a key of its own, inside of the one "
                     "before",
                     STR_ARG(name));
    } else if (!str_is_null(other)) {
        config_error(reader, key->line, key->column, "unknown key '%.*s'%s%.*s; there is %.*s",
                     STR_ARG(name), preposition, STR_ARG(in), STR_ARG(other));
    } else {
        config_error(reader, key->line, key->column, "unknown key '%.*s'%s%.*s", STR_ARG(name),
                     preposition, STR_ARG(in));
    }
}

const struct yaml_node *config_expand(struct config_reader *reader,
                                      const struct yaml_node *node)
{
    struct str text;
    struct error err = ERROR_INIT;
    struct arena *arena = &reader->config->arena;
    if (str_contains(node->text, "${hxtp_") || str_contains(node->text, "${hxtw_")) {
        /* What would be said of it below would show the token. */
        config_error(reader, node->line, node->column,
                     "a token stands between ${ and }; write the token alone, or the name of "
                     "the variable that holds it");
        return NULL;
    }
    enum status status = secret_expand(node->text, &reader->secrets, arena, &text, &err);
    struct yaml_node *copy = ARENA_NEW(arena, struct yaml_node);
    if (status == ERR_NOMEM || copy == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    if (status != OK) {
        config_error(reader, node->line, node->column, "%s", err.message);
        return NULL;
    }
    if (!str_is_utf8(text)) {
        config_error(reader, node->line, node->column, "what is put in here is not UTF-8");
        return NULL;
    }
    *copy = *node;
    copy->text = text;
    return copy;
}

/* What a value is called in a message, unless it must not be shown. */
static struct str quoted(const struct config_setting *setting, const struct yaml_node *node)
{
    return setting->is_secret ? STR("***") : str_sub(node->text, 0, 80);
}

static void *field(struct config *config, const struct config_setting *setting)
{
    return setting->offset != 0 ? (char *)config + setting->offset : NULL;
}

/* These say what is wrong, and give false, when a value does not fit. */
static bool store_int(struct config_reader *reader, const struct place *place,
                      const struct config_setting *setting, const struct yaml_node *plain)
{
    int64_t value;
    int64_t *into = field(reader->config, setting);
    if (!yaml_to_int(plain, &value)) {
        config_error(reader, plain->line, plain->column,
                     "%.*s must be a whole number, not '%.*s'", STR_ARG(place->shown),
                     STR_ARG(quoted(setting, plain)));
        return false;
    }
    if (value < setting->min || value > setting->max) {
        config_error(reader, plain->line, plain->column,
                     "%.*s must be between %lld and %lld, not %lld", STR_ARG(place->shown),
                     (long long)setting->min, (long long)setting->max, (long long)value);
        return false;
    }
    if (into != NULL) {
        *into = value;
    }
    return true;
}

static bool store_choice(struct config_reader *reader, const struct place *place,
                         const struct config_setting *setting, const struct yaml_node *plain)
{
    int *into = field(reader->config, setting);
    struct str word = config_table_choice(setting->choices, 0);
    for (int i = 0; !str_is_null(word); word = config_table_choice(setting->choices, ++i)) {
        if (str_eq_nocase(word, plain->text)) {
            if (into != NULL) {
                *into = i;
            }
            return true;
        }
    }
    struct buf words;
    buf_init(&words, 1024);
    for (const char *c = setting->choices; *c != '\0'; c++) {
        (void)(*c == '|' ? buf_append_cstr(&words, ", ") : buf_append_char(&words, *c));
    }
    bool is_only = strchr(setting->choices, '|') == NULL;
    config_error(reader, plain->line, plain->column, "%.*s must be %s%s, not '%.*s'",
                 STR_ARG(place->shown), is_only ? "" : "one of ", buf_cstr(&words),
                 STR_ARG(quoted(setting, plain)));
    buf_free(&words);
    return false;
}

static bool store_bool(struct config_reader *reader, const struct place *place,
                       const struct config_setting *setting, const struct yaml_node *plain)
{
    bool value;
    bool *into = field(reader->config, setting);
    if (!yaml_to_bool(plain, &value)) {
        config_error(reader, plain->line, plain->column,
                     "%.*s must be true or false, not '%.*s'", STR_ARG(place->shown),
                     STR_ARG(quoted(setting, plain)));
        return false;
    }
    if (into != NULL) {
        *into = value;
    }
    return true;
}

/* Numbers, booleans and choices may be quoted, as a variable's value often is. */
static bool store_scalar(struct config_reader *reader, const struct place *place,
                         const struct config_setting *setting, const struct yaml_node *node)
{
    struct yaml_node plain = *node;
    struct str *into = field(reader->config, setting);
    plain.is_plain = true;
    if (setting->is_secret) {
        log_hide(node->text);
    }
    switch (setting->type) {
    case CONFIG_TYPE_INT:
        return store_int(reader, place, setting, &plain);
    case CONFIG_TYPE_BOOL:
        return store_bool(reader, place, setting, &plain);
    case CONFIG_TYPE_CHOICE:
        return store_choice(reader, place, setting, &plain);
    default:
        if (into != NULL) {
            *into = node->text;
        }
        return true;
    }
}

/* A sequence of texts as a copy with every item expanded. */
static const struct yaml_node *read_list(struct config_reader *reader,
                                         const struct place *place,
                                         const struct yaml_node *node)
{
    struct arena *arena = &reader->config->arena;
    struct yaml_node *copy = ARENA_NEW(arena, struct yaml_node);
    if (node->kind != YAML_KIND_SEQUENCE) {
        config_error(reader, node->line, node->column, "%.*s must be a list, not %s",
                     STR_ARG(place->shown), kind_name(node));
        return NULL;
    }
    const struct yaml_node **items =
        arena_array(arena, node->count, sizeof(const struct yaml_node *));
    if (copy == NULL || items == NULL) {
        reader->is_out_of_memory = true;
        return NULL;
    }
    *copy = *node;
    copy->items = items;
    copy->count = 0;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *item = node->items[i];
        if (str_is_null(yaml_str(item))) {
            config_error(reader, item->line, item->column, "%.*s must hold texts, not %s",
                         STR_ARG(place->shown),
                         item->kind == YAML_KIND_SCALAR ? "an empty entry" : kind_name(item));
            continue;
        }
        const struct yaml_node *expanded = config_expand(reader, item);
        if (expanded != NULL) {
            items[copy->count++] = expanded;
        }
    }
    return copy;
}

static void check_patterns(struct config_reader *reader, const struct yaml_node *list)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_at(list, i);
        struct error err = ERROR_INIT;
        enum status status = filter_check_pattern(item->text, &err);
        if (status == ERR_NOMEM) {
            reader->is_out_of_memory = true;
        } else if (status != OK) {
            config_error(reader, item->line, item->column, "not a regular expression: %s",
                         err.message);
        }
    }
}

static void read_leaf(struct config_reader *reader, const struct place *place, size_t row,
                      const struct yaml_node *node)
{
    const struct config_setting *setting = &config_table[row];
    struct config_value *value = &reader->config->values[row];
    value->line = node->line;
    value->column = node->column;
    if (yaml_is_null(node)) {
        return;
    }
    if (setting->type == CONFIG_TYPE_FREE) {
        value->node = node->kind != YAML_KIND_SCALAR && node->count == 0 ? NULL : node;
        return;
    }
    if (setting->type == CONFIG_TYPE_TEXTS || setting->type == CONFIG_TYPE_PATTERNS) {
        value->node = read_list(reader, place, node);
        if (setting->type == CONFIG_TYPE_PATTERNS) {
            check_patterns(reader, value->node);
        }
        return;
    }
    if (node->kind != YAML_KIND_SCALAR) {
        config_error(reader, node->line, node->column, "%.*s must be a single value, not %s",
                     STR_ARG(place->shown), kind_name(node));
        return;
    }
    if (setting->is_secret && reader->source->needs_no_secrets) {
        return;
    }
    value->node = config_expand(reader, node);
    if (value->node != NULL && !store_scalar(reader, place, setting, value->node)) {
        value->node = NULL;
    }
}

/* path = outer + "." + part; true when the table has such a setting or section. */
static bool set_path(struct place *place, const char *outer, struct str part)
{
    size_t n = strlen(outer);
    size_t dot = n > 0 ? 1 : 0;
    if (n + dot + part.n >= sizeof(place->path)) {
        return false;
    }
    memcpy(place->path, outer, n);
    place->path[n] = '.';
    if (part.n > 0) {
        memcpy(place->path + n + dot, part.p, part.n);
    }
    place->path[n + dot + part.n] = '\0';
    struct str path = str_from_n(place->path, n + dot + part.n);
    return config_table_find(path) != SIZE_MAX || config_table_is_section(path);
}

/* Makes the place of key inside of `place`; false when the table knows no such key. */
static bool enter(struct config_reader *reader, const struct place *place, struct str key,
                  struct place *inside)
{
    if (arena_printf(&reader->config->arena, &inside->shown, "%.*s%s%.*s",
                     STR_ARG(place->shown), place->path[0] != '\0' ? "." : "",
                     STR_ARG(key)) != OK) {
        reader->is_out_of_memory = true;
        return false;
    }
    bool is_one_part = key.n > 0 && str_find(key, '.') == SIZE_MAX && !str_is(key, "*");
    return (is_one_part && set_path(inside, place->path, key)) ||
           set_path(inside, place->path, STR("*"));
}

static void report_no_mapping(struct config_reader *reader, const struct place *place,
                              const struct yaml_node *node)
{
    struct buf keys;
    struct str last = STR_NULL;
    size_t count = 0;
    buf_init(&keys, 1024);
    for (size_t row = 0; row < config_table_count; row++) {
        struct str part = config_table_part(&config_table[row], str_from(place->path));
        if (str_is_null(part) || str_eq(part, last) || str_is(part, "*")) {
            continue;
        }
        last = part;
        if (count++ < MAX_SHOWN_KEYS) {
            (void)buf_printf(&keys, "%s%.*s", count > 1 ? ", " : " with ", STR_ARG(part));
        }
    }
    (void)buf_append_cstr(&keys, count > MAX_SHOWN_KEYS ? ", ..." : "");
    config_error(reader, node->line, node->column, "%.*s must be a mapping%s, not %s",
                 STR_ARG(place->shown), buf_cstr(&keys), kind_name(node));
    buf_free(&keys);
}

/* Recursion is as deep as the longest path of the table. */
static void read_section(struct config_reader *reader, const struct place *place,
                         const struct yaml_node *node)
{
    if (yaml_is_null(node)) {
        return;
    }
    if (node->kind != YAML_KIND_MAPPING) {
        report_no_mapping(reader, place, node);
        return;
    }
    for (size_t i = 0; i < node->count && !reader->is_out_of_memory; i++) {
        const struct yaml_node *key = node->pairs[i].key;
        struct place inside;
        if (!enter(reader, place, key->text, &inside)) {
            report_unknown(reader, place, key);
            continue;
        }
        size_t row = config_table_find(str_from(inside.path));
        if (row != SIZE_MAX) {
            read_leaf(reader, &inside, row, node->pairs[i].value);
        } else {
            read_section(reader, &inside, node->pairs[i].value);
        }
    }
}

/* Every default of the table, through the same code as the file's values. */
static void read_defaults(struct config_reader *reader)
{
    for (size_t row = 0; row < config_table_count; row++) {
        const struct config_setting *setting = &config_table[row];
        if (setting->fallback == NULL || setting->offset == 0) {
            continue;
        }
        struct place place = {.shown = str_from(setting->path)};
        struct yaml_node node = {
            .kind = YAML_KIND_SCALAR, .is_plain = true, .text = str_from(setting->fallback)};
        (void)store_scalar(reader, &place, setting, &node);
    }
}

void config_read_settings(struct config_reader *reader)
{
    const struct place top = {.path = "", .shown = STR("")};
    read_defaults(reader);
    read_section(reader, &top, reader->root);
}
