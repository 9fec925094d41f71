/* The table as JSON Schema (for editors) and as a page of documentation. */
#include "app/config.h"
#include "app/config_table.h"
#include "base/json_out.h"

#include <string.h>

static void put_words(struct json_out *out, const char *choices)
{
    struct str word = config_table_choice(choices, 0);
    json_out_array(out);
    for (size_t i = 1; !str_is_null(word); i++) {
        json_out_str(out, word);
        word = config_table_choice(choices, i);
    }
    json_out_array_end(out);
}

/* A value that may also come from a variable, or be left out with null. */
static void put_alternatives(struct json_out *out, const struct config_setting *setting)
{
    json_out_key(out, "anyOf");
    json_out_array(out);
    json_out_object(out);
    if (setting->type == CONFIG_TYPE_CHOICE) {
        json_out_key(out, "enum");
        put_words(out, setting->choices);
    } else if (setting->type == CONFIG_TYPE_INT) {
        json_out_field_cstr(out, "type", "integer");
        json_out_field_int(out, "minimum", setting->min);
        json_out_field_int(out, "maximum", setting->max);
    } else {
        json_out_field_cstr(out, "type", "boolean");
    }
    json_out_object_end(out);
    json_out_object(out);
    json_out_field_cstr(out, "type", "string");
    json_out_field_cstr(out, "pattern", "\\$\\{.+\\}");
    json_out_object_end(out);
    json_out_object(out);
    json_out_field_cstr(out, "type", "null");
    json_out_object_end(out);
    json_out_array_end(out);
}

static void put_types(struct json_out *out, const char *first, bool is_nullable)
{
    json_out_key(out, "type");
    json_out_array(out);
    json_out_cstr(out, first);
    if (is_nullable) {
        json_out_cstr(out, "null");
    }
    json_out_array_end(out);
}

static void put_default(struct json_out *out, const struct config_setting *setting)
{
    struct yaml_node node = {.kind = YAML_KIND_SCALAR, .is_plain = true};
    int64_t number;
    bool flag;
    if (setting->fallback == NULL) {
        return;
    }
    node.text = str_from(setting->fallback);
    if (setting->type == CONFIG_TYPE_INT && yaml_to_int(&node, &number)) {
        json_out_field_int(out, "default", number);
    } else if (setting->type == CONFIG_TYPE_BOOL && yaml_to_bool(&node, &flag)) {
        json_out_field_bool(out, "default", flag);
    } else {
        json_out_field_str(out, "default", node.text);
    }
}

static void put_leaf(struct json_out *out, const struct config_setting *setting)
{
    struct buf help;
    buf_init(&help, 4096);
    (void)buf_append_cstr(&help, setting->help);
    if (setting->no_effect != NULL) {
        (void)buf_printf(&help, " (No effect in this version: %s.)", setting->no_effect);
    }
    json_out_object(out);
    json_out_field_str(out, "description", buf_str(&help));
    buf_free(&help);
    switch (setting->type) {
    case CONFIG_TYPE_TEXT:
        put_types(out, "string", !setting->is_required);
        break;
    case CONFIG_TYPE_TEXTS:
    case CONFIG_TYPE_PATTERNS:
        put_types(out, "array", true);
        json_out_key(out, "items");
        json_out_object(out);
        json_out_field_cstr(out, "type", "string");
        json_out_object_end(out);
        break;
    case CONFIG_TYPE_FREE:
        break;
    default:
        put_alternatives(out, setting);
        break;
    }
    put_default(out, setting);
    if (setting->is_secret) {
        json_out_field_bool(out, "writeOnly", true);
    }
    json_out_object_end(out);
}

static bool is_leaf(const struct config_setting *setting, struct str section, struct str part)
{
    size_t dots = section.n > 0 ? 1 : 0;
    return strlen(setting->path) == section.n + dots + part.n;
}

/* Rows from `row` on whose next part behind section is the same. */
static size_t run_length(size_t row, struct str section)
{
    struct str part = config_table_part(&config_table[row], section);
    size_t n = 1;
    while (row + n < config_table_count &&
           str_eq(config_table_part(&config_table[row + n], section), part)) {
        n++;
    }
    return n;
}

static bool any_required(size_t row, size_t count)
{
    for (size_t i = row; i < row + count; i++) {
        if (config_table[i].is_required) {
            return true;
        }
    }
    return false;
}

static void put_required(struct json_out *out, struct str section, size_t first, size_t count)
{
    json_out_key(out, "required");
    json_out_array(out);
    for (size_t row = first; row < first + count; row += run_length(row, section)) {
        if (any_required(row, run_length(row, section))) {
            json_out_str(out, config_table_part(&config_table[row], section));
        }
    }
    json_out_array_end(out);
}

/* The members of an object's schema: of `count` rows that are all in `section`. Recursion is
 * as deep as the longest path of the table. */
static void put_object(struct json_out *out, struct str section, size_t first, size_t count)
{
    bool is_required = any_required(first, count);
    bool is_map = str_is(config_table_part(&config_table[first], section), "*");
    put_types(out, "object", !is_required);
    if (is_required) {
        put_required(out, section, first, count);
    }
    if (!is_map) {
        json_out_field_bool(out, "additionalProperties", false);
        json_out_key(out, "properties");
        json_out_object(out);
    }
    for (size_t row = first; row < first + count; row += run_length(row, section)) {
        const struct config_setting *setting = &config_table[row];
        struct str part = config_table_part(setting, section);
        size_t start = section.n > 0 ? section.n + 1 : 0;
        if (is_map) {
            json_out_key(out, "additionalProperties");
        } else {
            json_out_key_str(out, part);
        }
        if (is_leaf(setting, section, part)) {
            put_leaf(out, setting);
        } else {
            json_out_object(out);
            put_object(out, str_from_n(setting->path, start + part.n), row,
                       run_length(row, section));
            json_out_object_end(out);
        }
    }
    if (!is_map) {
        json_out_object_end(out);
    }
}

void config_write_schema(struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_cstr(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_out_field_cstr(&json, "title", "Configuration of hexmeta");
    json_out_field_cstr(&json, "description",
                        "A workflow of OpenMetadata for Hex, with hexmeta's own settings under "
                        "the key hexmeta.");
    put_object(&json, STR(""), 0, config_table_count);
    json_out_object_end(&json);
    (void)buf_append_char(out, '\n');
}
