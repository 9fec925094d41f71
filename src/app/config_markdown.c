/* docs/configuration.md: how a configuration is read, and every setting of the table. */
#include "app/config.h"
#include "app/config_table.h"

#include <string.h>

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "This page is generated from the table that the program itself reads by.\n"
    "\n"
    "The file is a workflow of OpenMetadata, in YAML or JSON. Every key that OpenMetadata 1.12 "
    "to 2.0 knows for a Hex workflow is accepted; a warning names those that have no effect, "
    "unless they say what is the default anyway. "
    "Settings of hexmeta's own stand under the key `hexmeta`.\n"
    "\n"
    "- An unknown key, a key that stands twice and a value of the wrong type are errors with "
    "line and column; all of them are reported in one go (`hexmeta config check`).\n"
    "- `hexmeta config show` prints the settings in effect, secrets as `***`; `hexmeta config "
    "schema` prints a JSON Schema for editors.\n"
    "- `--set path.to.key=value` wins over the file. Lists and mappings are written as in "
    "YAML: `--set 'hexmeta.connections.\"Snowflake Prod\"={database: ANALYTICS}'`.\n"
    "\n"
    "## Secrets\n"
    "\n"
    "In any value, `${NAME}` stands for an environment variable, `${NAME:-default}` for the "
    "same with a default (also when it is empty), `${file:/run/secrets/hex}` for the content "
    "of "
    "a file without its last line break. A relative file name starts from the folder of the "
    "configuration file. `$${` stands for a plain `${`. A variable that is not set is an "
    "error.\n"
    "\n"
    "## Filters\n"
    "\n"
    "Patterns are regular expressions of Python's kind (`re.match` of 3.11), which must match "
    "from the first character on, in upper or lower case. What cannot be had (such as "
    "`\\N{NAME}`) is an error, never another answer. With includes given, excludes are "
    "ignored, "
    "as in OpenMetadata. All filters must let a project through. They decide which projects "
    "are "
    "read in detail; the list always holds all of them. Other filters and a new run: what "
    "passes now is read, what was read before stays.\n"
    "\n"
    "| filter | looks at | a project without one |\n"
    "|---|---|---|\n"
    "| `dashboardFilterPattern` of `sourceConfig`; it replaces that of the connection | the "
    "title | passes unless there are includes |\n"
    "| `projectFilterPattern` of `sourceConfig` | collections | passes, as in OpenMetadata |\n"
    "| `hexmeta.ownerFilterPattern` | the owner's e-mail address, else the creator's | passes "
    "unless there are includes |\n"
    "| `hexmeta.categoryFilterPattern` | categories | passes unless there are includes |\n"
    "| `hexmeta.statusFilterPattern` | the status | passes unless there are includes |\n"
    "\n"
    "A project may be in several collections and categories: one that an include matches is "
    "enough, and one that an exclude matches is enough as well.\n";

static const char *type_name(const struct config_setting *setting)
{
    switch (setting->type) {
    case CONFIG_TYPE_BOOL:
        return "true or false";
    case CONFIG_TYPE_INT:
        return "whole number";
    case CONFIG_TYPE_TEXTS:
        return "list of texts";
    case CONFIG_TYPE_PATTERNS:
        return "list of patterns";
    case CONFIG_TYPE_FREE:
        return "anything";
    default:
        return setting->is_secret ? "secret text" : "text";
    }
}

static void put_type(struct buf *out, const struct config_setting *setting)
{
    if (setting->type != CONFIG_TYPE_CHOICE) {
        (void)buf_append_cstr(out, type_name(setting));
        if (setting->type == CONFIG_TYPE_INT && setting->max < INT64_MAX) {
            (void)buf_printf(out, ", %lld to %lld", (long long)setting->min,
                             (long long)setting->max);
        }
        return;
    }
    (void)buf_append_char(out, '`');
    for (const char *c = setting->choices; *c != '\0'; c++) {
        (void)(*c == '|' ? buf_append_cstr(out, "`, `") : buf_append_char(out, *c));
    }
    (void)buf_append_char(out, '`');
}

static void put_row(struct buf *out, const struct config_setting *setting, const char *name)
{
    (void)buf_printf(out, "| `%s` | ", name);
    put_type(out, setting);
    if (setting->is_required) {
        (void)buf_append_cstr(out, " | required | ");
    } else if (setting->fallback != NULL) {
        (void)buf_printf(out, " | `%s` | ", setting->fallback);
    } else {
        (void)buf_append_cstr(out, " | | ");
    }
    (void)buf_append_cstr(out, setting->help);
    if (setting->no_effect != NULL) {
        (void)buf_printf(out, " *No effect: %s.*", setting->no_effect);
    }
    (void)buf_append_cstr(out, " |\n");
}

/* Sections of the page: settings that share a beginning. */
static const struct {
    const char *start;
    const char *title;
} sections[] = {
    {"hexmeta.", "hexmeta's own settings"},
    {"source.serviceConnection.config.", "The connection to Hex"},
    {"source.sourceConfig.config.", "What is ingested"},
    {"source.", "The source"},
    {"workflowConfig.openMetadataServerConfig.", "The OpenMetadata server"},
    {"workflowConfig.", "The workflow"},
    {"", "Steps and run"},
};

#define SECTION_COUNT (sizeof(sections) / sizeof(sections[0]))

static size_t section_of(const struct config_setting *setting)
{
    size_t i = 0;
    while (strncmp(setting->path, sections[i].start, strlen(sections[i].start)) != 0) {
        i++;
    }
    return i;
}

static void put_section(struct buf *out, size_t index)
{
    const char *start = sections[index].start;
    size_t n = strlen(start);
    (void)buf_printf(out, "\n## %s\n\n", sections[index].title);
    if (n > 0) {
        (void)buf_printf(out, "Under `%.*s`:\n\n", (int)n - 1, start);
    }
    (void)buf_append_cstr(out, "| key | value | default | meaning |\n|---|---|---|---|\n");
    for (size_t row = 0; row < config_table_count; row++) {
        if (section_of(&config_table[row]) == index) {
            put_row(out, &config_table[row], config_table[row].path + n);
        }
    }
}

void config_write_markdown(struct buf *out)
{
    static const size_t order[] = {3, 1, 2, 0, 5, 6, 4};
    (void)buf_append_cstr(out, introduction);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        put_section(out, order[i]);
    }
}
