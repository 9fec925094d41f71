/* The settings in effect, written as YAML that a person reads: `hexmeta config show`. */
#include "app/config.h"
#include "app/config_table.h"

#include <string.h>

/* A text that YAML reads back as the same text without quotes. */
static bool is_bare(struct str text)
{
    struct yaml_node node = {.kind = YAML_KIND_SCALAR, .is_plain = true, .text = text};
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && (i == 0 || (!is_digit && strchr("-./", c) == NULL))) {
            return false;
        }
    }
    return text.n > 0 && yaml_is_text(&node);
}

/* Double quotes; what a terminal would obey or hide is written as an escape. */
static void put_text(struct buf *out, struct str text)
{
    if (is_bare(text)) {
        (void)buf_append_str(out, text);
        return;
    }
    (void)buf_append_char(out, '"');
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        uint32_t c = str_next_codepoint(text, &at);
        bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
        bool is_hidden = c == 0x061C || c == 0x200E || c == 0x200F || c == 0xFEFF ||
                         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        if (c == '"' || c == '\\') {
            (void)buf_printf(out, "\\%c", (int)c);
        } else if (is_control || is_hidden) {
            (void)buf_printf(out, "\\u%04x", (unsigned)c);
        } else {
            (void)buf_append_str(out, str_sub(text, from, at - from));
        }
    }
    (void)buf_append_char(out, '"');
}

static void put_str(struct buf *out, struct str text)
{
    if (str_is_null(text)) {
        (void)buf_append_cstr(out, "null");
    } else {
        put_text(out, text);
    }
}

static void put_list(struct buf *out, const struct yaml_node *list)
{
    (void)buf_append_char(out, '[');
    for (size_t i = 0; i < yaml_count(list); i++) {
        (void)buf_append_cstr(out, i > 0 ? ", " : "");
        put_text(out, yaml_at(list, i)->text);
    }
    (void)buf_append_char(out, ']');
}

/* From the field that the run uses, where there is one. */
static void put_field(struct buf *out, const struct config *config,
                      const struct config_setting *setting)
{
    const void *field = (const char *)config + setting->offset;
    switch (setting->type) {
    case CONFIG_TYPE_BOOL:
        (void)buf_append_cstr(out, *(const bool *)field ? "true" : "false");
        break;
    case CONFIG_TYPE_INT:
        (void)buf_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case CONFIG_TYPE_CHOICE:
        put_str(out, config_table_choice(setting->choices, (size_t) * (const int *)field));
        break;
    default:
        put_str(out, *(const struct str *)field);
        break;
    }
}

static void put_value(struct buf *out, const struct config *config, size_t row)
{
    const struct config_setting *setting = &config_table[row];
    const struct yaml_node *node = config->values[row].node;
    if (setting->is_secret) {
        (void)buf_append_cstr(out, "\"***\"");
    } else if (setting->offset != 0) {
        put_field(out, config, setting);
    } else if (setting->type == CONFIG_TYPE_TEXTS || setting->type == CONFIG_TYPE_PATTERNS) {
        put_list(out, node);
    } else if (node == NULL) {
        (void)buf_append_cstr(out, setting->fallback);
    } else if (setting->type == CONFIG_TYPE_TEXT || setting->type == CONFIG_TYPE_CHOICE) {
        put_text(out, node->text);
    } else {
        (void)buf_append_str(out, node->text);
    }
}

static void put_indent(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        (void)buf_append_cstr(out, "  ");
    }
}

/* The lines of the sections that path is in and the row before was not. */
static void put_sections(struct buf *out, const char *path, const char *before)
{
    size_t depth = 0;
    bool is_same = true;
    size_t from = 0;
    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] != '.') {
            continue;
        }
        is_same = is_same && strncmp(path, before, i + 1) == 0;
        if (!is_same) {
            put_indent(out, depth);
            (void)buf_append(out, path + from, i - from);
            (void)buf_append_cstr(out, ":\n");
        }
        from = i + 1;
        depth++;
    }
    put_indent(out, depth);
    (void)buf_printf(out, "%s: ", path + from);
}

static void put_connection_part(struct buf *out, const char *name, struct str text,
                                bool *is_first)
{
    if (!str_is_null(text)) {
        (void)buf_printf(out, "%s%s: ", *is_first ? "" : ", ", name);
        put_text(out, text);
        *is_first = false;
    }
}

static void put_connections(struct buf *out, const struct config *config)
{
    (void)buf_append_cstr(out, config->connection_count > 0 ? "  connections:\n" : "");
    for (size_t i = 0; i < config->connection_count; i++) {
        const struct config_connection *connection = &config->connections[i];
        bool is_first = true;
        (void)buf_append_cstr(out, "    ");
        put_text(out, connection->key);
        (void)buf_append_cstr(out, ": {");
        put_connection_part(out, "service", connection->service, &is_first);
        put_connection_part(out, "database", connection->database, &is_first);
        put_connection_part(out, "schema", connection->schema, &is_first);
        (void)buf_append_cstr(out, "}\n");
    }
}

/* Given settings, and the defaults of those that are obeyed. */
static bool is_shown(const struct config *config, size_t row)
{
    const struct config_setting *setting = &config_table[row];
    if (setting->type == CONFIG_TYPE_FREE || strchr(setting->path, '*') != NULL) {
        return false;
    }
    return config->values[row].node != NULL ||
           (setting->fallback != NULL && setting->no_effect == NULL);
}

void config_write_effective(const struct config *config, struct buf *out)
{
    const char *before = "";
    for (size_t row = 0; row < config_table_count && config->values != NULL; row++) {
        if (!is_shown(config, row)) {
            continue;
        }
        put_sections(out, config_table[row].path, before);
        put_value(out, config, row);
        bool is_idle = config_table[row].no_effect != NULL;
        (void)buf_append_cstr(out, is_idle ? "  # no effect\n" : "\n");
        before = config_table[row].path;
    }
    put_connections(out, config);
}
