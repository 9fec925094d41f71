#include "app/config_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer messages are cut: they quote the file. */
#define MAX_MESSAGE_BYTES 1024
/* So many settings without effect are named; `config show` marks all. */
#define MAX_NAMED 8

static enum status place_text(const struct config_reader *reader, size_t line, size_t column,
                              struct buf *out)
{
    if (line > 0) {
        return buf_printf(out, "%.*s:%zu:%zu: ", STR_ARG(reader->config->name), line, column);
    }
    if (column > 0 && column <= reader->source->set_count) {
        struct str set = str_from(reader->source->sets[column - 1]);
        size_t equals = str_find(set, '=');
        /* Only the name: the value may be a secret. */
        return buf_printf(
            out, "--set %.*s: ", STR_ARG(str_sub(set, 0, equals == SIZE_MAX ? set.n : equals)));
    }
    return buf_printf(out, "%.*s: ", STR_ARG(reader->config->name));
}

static void add_problem(struct config_reader *reader, struct config_problems *list, size_t line,
                        size_t column, const char *message)
{
    struct buf text;
    buf_init(&text, (size_t)1024 * 1024);
    (void)place_text(reader, line, column, &text);
    (void)buf_append_cstr(&text, message);
    struct config_problem *problem =
        arena_push(&reader->config->arena, &list->items, &list->count, &list->capacity,
                   sizeof(list->items[0]));
    if (problem == NULL || buf_status(&text) != OK ||
        arena_str(&reader->config->arena, buf_str(&text), &problem->text) != OK) {
        reader->is_out_of_memory = true;
    }
    if (problem != NULL) {
        problem->line = line;
        problem->column = column;
    }
    buf_free(&text);
}

void config_error(struct config_reader *reader, size_t line, size_t column, const char *format,
                  ...)
{
    char message[MAX_MESSAGE_BYTES];
    reader->config->error_count++;
    if (reader->config->error_count > CONFIG_MAX_ERRORS) {
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    add_problem(reader, &reader->config->errors, line, column, message);
}

void config_warning(struct config_reader *reader, size_t line, size_t column,
                    const char *format, ...)
{
    char message[MAX_MESSAGE_BYTES];
    if (reader->config->warnings.count >= CONFIG_MAX_WARNINGS) {
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    add_problem(reader, &reader->config->warnings, line, column, message);
}

#define SERVER "workflowConfig.openMetadataServerConfig"

/*
 * What a setting is called in a warning: without the parts that all share, both halves of a
 * filter pattern or of a step as one.
 */
static struct str short_path(const struct config_setting *setting)
{
    static const char *const starts[] = {SERVER ".", "source.", "workflowConfig."};
    static const char *const steps[] = {"processor.", "stage.", "bulkSink.", "sink."};
    struct str path = str_from(setting->path);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (str_starts_with(path, steps[i])) {
            return str_sub(path, 0, strlen(steps[i]) - 1);
        }
    }
    if (setting->type == CONFIG_TYPE_PATTERNS) {
        path.n = str_find_last(path, '.');
    }
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct str rest = str_sub(path, strlen(starts[i]), path.n);
        if (str_starts_with(path, starts[i]) && str_find(rest, '.') != SIZE_MAX) {
            return rest;
        }
    }
    return path;
}

static bool is_default(const struct config_setting *setting, const struct yaml_node *node)
{
    struct yaml_node given = *node;
    struct yaml_node fallback = {.kind = YAML_KIND_SCALAR, .is_plain = true};
    bool flags[2];
    if (setting->fallback == NULL) {
        return node->kind == YAML_KIND_SEQUENCE && node->count == 0;
    }
    given.is_plain = true;
    fallback.text = str_from(setting->fallback);
    if (setting->type == CONFIG_TYPE_BOOL) {
        return yaml_to_bool(&given, &flags[0]) && yaml_to_bool(&fallback, &flags[1]) &&
               flags[0] == flags[1];
    }
    return str_eq_nocase(given.text, fallback.text);
}

/* A default that is written out has the effect that it says, and needs no answer. */
static bool is_given(const struct config_reader *reader, size_t row)
{
    const struct yaml_node *node = reader->config->values[row].node;
    return node != NULL && !is_default(&config_table[row], node);
}

static bool is_before(const struct config_value *a, const struct config_value *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* The row with this reason whose place comes next behind that of `row` (SIZE_MAX: first). */
static size_t next_row(const struct config_reader *reader, const char *reason, size_t row)
{
    const struct config_value *values = reader->config->values;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < config_table_count; i++) {
        const char *other = config_table[i].no_effect;
        if (other == NULL || strcmp(other, reason) != 0 || !is_given(reader, i)) {
            continue;
        }
        bool is_behind = row == SIZE_MAX || is_before(&values[row], &values[i]) ||
                         (!is_before(&values[i], &values[row]) && i > row);
        if (is_behind && (best == SIZE_MAX || is_before(&values[i], &values[best]))) {
            best = i;
        }
    }
    return best;
}

/* True when a row in front of this one, in order of place, goes by the same name. */
static bool is_named_before(const struct config_reader *reader, const char *reason, size_t row)
{
    struct str name = short_path(&config_table[row]);
    for (size_t other = next_row(reader, reason, SIZE_MAX); other != row;
         other = next_row(reader, reason, other)) {
        if (str_eq(short_path(&config_table[other]), name)) {
            return true;
        }
    }
    return false;
}

static void warn_reason(struct config_reader *reader, const char *reason)
{
    size_t first = next_row(reader, reason, SIZE_MAX);
    const struct config_value *place = &reader->config->values[first];
    size_t count = 0;
    struct buf names;
    buf_init(&names, (size_t)MAX_MESSAGE_BYTES * 16);
    for (size_t row = first; row != SIZE_MAX; row = next_row(reader, reason, row)) {
        size_t line = reader->config->values[row].line;
        if (is_named_before(reader, reason, row) || count++ >= MAX_NAMED) {
            continue;
        }
        (void)buf_printf(&names, "%s%.*s", count > 1 ? ", " : "",
                         STR_ARG(short_path(&config_table[row])));
        (void)(line > 0 ? buf_printf(&names, " (line %zu)", line)
                        : buf_append_cstr(&names, " (--set)"));
    }
    if (count > MAX_NAMED) {
        (void)buf_printf(&names, " and %zu more", count - MAX_NAMED);
    }
    (void)buf_printf(&names, " %s no effect: %s", count > 1 ? "have" : "has", reason);
    if (buf_status(&names) == OK) {
        add_problem(reader, &reader->config->warnings, place->line, place->column,
                    buf_cstr(&names));
    } else {
        reader->is_out_of_memory = true;
    }
    buf_free(&names);
}

void config_warn_no_effect(struct config_reader *reader)
{
    for (size_t row = 0; row < config_table_count; row++) {
        const char *reason = config_table[row].no_effect;
        bool is_first = reason != NULL && is_given(reader, row);
        for (size_t earlier = 0; earlier < row && is_first; earlier++) {
            is_first = !(config_table[earlier].no_effect != NULL && is_given(reader, earlier) &&
                         strcmp(config_table[earlier].no_effect, reason) == 0);
        }
        if (is_first) {
            warn_reason(reader, reason);
        }
    }
}

/* Few and nearly in order: insertion. Equal places stay in the order of discovery. */
static void sort(struct config_problems *list)
{
    for (size_t i = 1; i < list->count; i++) {
        struct config_problem moved = list->items[i];
        size_t at = i;
        while (at > 0 && (list->items[at - 1].line > moved.line ||
                          (list->items[at - 1].line == moved.line &&
                           list->items[at - 1].column > moved.column))) {
            list->items[at] = list->items[at - 1];
            at--;
        }
        list->items[at] = moved;
    }
}

void config_sort_problems(struct config *config)
{
    sort(&config->errors);
    sort(&config->warnings);
}

static void write_list(const struct config_problems *list, const char *level, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++) {
        (void)buf_printf(out, "%s: ", level);
        (void)buf_append_str(out, list->items[i].text);
        (void)buf_append_char(out, '\n');
    }
}

void config_write_problems(const struct config *config, struct buf *out)
{
    write_list(&config->errors, "error", out);
    if (config->error_count > config->errors.count) {
        (void)buf_printf(out, "error: and %zu more\n",
                         config->error_count - config->errors.count);
    }
    write_list(&config->warnings, "warning", out);
}
