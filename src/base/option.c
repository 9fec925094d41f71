#include "base/option.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES 128

/* Where the parser stands. */
struct reader {
    const struct option_table *table;
    int argc;
    char *const *argv;
    int at;
    struct option_result *result;
    struct error *err;
};

static struct str spec_name(const struct option_spec *spec)
{
    assert(spec != NULL);
    return str_from(spec->name);
}

/* ---- looking up ---- */

static const struct option_spec *find_in(const struct option_spec *specs, size_t count,
                                         struct str name, char letter)
{
    for (size_t i = 0; i < count; i++) {
        bool is_letter = letter != 0 && specs[i].letter == letter;
        bool is_name = letter == 0 && str_eq(spec_name(&specs[i]), name);
        if (is_letter || is_name) {
            return &specs[i];
        }
    }
    return NULL;
}

/*
 * Global options first, then the command's, then any command's: an option may come before
 * the command that it belongs to.
 */
static const struct option_spec *find_spec(const struct option_table *table,
                                           const struct option_command *command,
                                           struct str name, char letter)
{
    const struct option_spec *spec = find_in(table->options, table->option_count, name, letter);
    if (spec == NULL && command != NULL) {
        spec = find_in(command->options, command->option_count, name, letter);
    }
    for (size_t i = 0; spec == NULL && i < table->command_count; i++) {
        const struct option_command *other = &table->commands[i];
        spec = find_in(other->options, other->option_count, name, letter);
    }
    return spec;
}

const struct option_command *option_find_command(const struct option_table *table,
                                                 struct str name)
{
    for (size_t i = 0; i < table->command_count; i++) {
        if (str_is(name, table->commands[i].name)) {
            return &table->commands[i];
        }
    }
    return NULL;
}

const char *option_nearest(struct str text, const char *const *names, size_t count)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    size_t limit = text.n <= 3 ? 1 : text.n <= 6 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        struct str name = str_from(names[i]);
        size_t distance = text_distance(text, name, limit);
        bool is_prefix =
            text.n >= 3 && text.n < name.n && str_eq_nocase(str_sub(name, 0, text.n), text);
        if (distance == SIZE_MAX && is_prefix) {
            distance = limit + 1;
        }
        if (distance < best_distance) {
            best = names[i];
            best_distance = distance;
        }
    }
    return best;
}

/* ---- errors ---- */

static size_t add_names(const char **names, size_t count, const struct option_spec *specs,
                        size_t spec_count)
{
    for (size_t i = 0; i < spec_count && count < MAX_NAMES; i++) {
        names[count++] = specs[i].name;
    }
    return count;
}

static enum status unknown_option(struct reader *reader, struct str name)
{
    const char *names[MAX_NAMES];
    const struct option_command *command = reader->result->command;
    size_t count = add_names(names, 0, reader->table->options, reader->table->option_count);
    if (command != NULL) {
        count = add_names(names, count, command->options, command->option_count);
    }
    for (size_t i = 0; command == NULL && i < reader->table->command_count; i++) {
        count = add_names(names, count, reader->table->commands[i].options,
                          reader->table->commands[i].option_count);
    }
    const char *nearest = option_nearest(name, names, count);
    if (nearest != NULL) {
        return error_set(reader->err, ERR_CONFIG,
                         "unknown option '--%.*s'. Did you mean '--%s'?", STR_ARG(name),
                         nearest);
    }
    return error_set(reader->err, ERR_CONFIG, "unknown option '--%.*s'", STR_ARG(name));
}

enum status option_unknown_command(const struct option_table *table, struct str name,
                                   struct error *err)
{
    const char *names[MAX_NAMES];
    size_t count = 0;
    for (; count < table->command_count && count < MAX_NAMES; count++) {
        names[count] = table->commands[count].name;
    }
    const char *nearest = option_nearest(name, names, count);
    if (nearest != NULL) {
        return error_set(err, ERR_CONFIG, "unknown command '%.*s'. Did you mean '%s'?",
                         STR_ARG(name), nearest);
    }
    return error_set(err, ERR_CONFIG, "unknown command '%.*s'", STR_ARG(name));
}

/* *text becomes the choice as the table spells it. */
static enum status check_choice(const struct option_spec *spec, const char **text,
                                struct error *err)
{
    struct buf known;
    buf_init(&known, 256);
    for (size_t i = 0; spec->choices[i] != NULL; i++) {
        if (str_eq_nocase(str_from(spec->choices[i]), str_from(*text))) {
            *text = spec->choices[i];
            buf_free(&known);
            return OK;
        }
        (void)buf_printf(&known, "%s%s", i == 0 ? "" : ", ", spec->choices[i]);
    }
    enum status status = error_set(err, ERR_CONFIG, "--%s: '%s' is not one of %s", spec->name,
                                   *text, buf_cstr(&known));
    buf_free(&known);
    return status;
}

/* ---- reading ---- */

static enum status add_value(struct reader *reader, const struct option_spec *spec,
                             const char *text)
{
    uint64_t number = 0;
    if (spec->type == OPTION_TYPE_CHOICE) {
        enum status status = check_choice(spec, &text, reader->err);
        if (status != OK) {
            return status;
        }
    }
    bool is_count = spec->type == OPTION_TYPE_COUNT || spec->type == OPTION_TYPE_OPTIONAL_COUNT;
    if (is_count && text != NULL &&
        (!str_to_u64(str_from(text), &number) || number > INT64_MAX)) {
        return error_set(reader->err, ERR_CONFIG, "--%s: '%s' is not a whole number from 0",
                         spec->name, text);
    }
    /* option_parse made room for argc values plus one a letter. */
    reader->result->values[reader->result->value_count++] =
        (struct option_value){.spec = spec, .text = text};
    return OK;
}

/* The value of spec: attached (behind '=' or the letter), or the next word. */
static enum status read_value(struct reader *reader, const struct option_spec *spec,
                              const char *attached)
{
    const char *text = attached;
    if (text == NULL && reader->at + 1 < reader->argc) {
        text = reader->argv[++reader->at];
    }
    if (text == NULL) {
        return error_set(reader->err, ERR_CONFIG, "option '--%s' needs a value: --%s %s",
                         spec->name, spec->name, spec->argument);
    }
    return add_value(reader, spec, text);
}

static enum status read_long(struct reader *reader, const char *text)
{
    struct str name = str_from(text);
    size_t equals = str_find(name, '=');
    const char *attached = NULL;
    if (equals != SIZE_MAX) {
        attached = text + equals + 1;
        name = str_sub(name, 0, equals);
    }
    const struct option_spec *spec = find_spec(reader->table, reader->result->command, name, 0);
    if (spec == NULL) {
        return unknown_option(reader, name);
    }
    if (option_needs_value(spec)) {
        return read_value(reader, spec, attached);
    }
    if (attached != NULL && spec->type == OPTION_TYPE_FLAG) {
        return error_set(reader->err, ERR_CONFIG, "option '--%s' takes no value", spec->name);
    }
    return add_value(reader, spec, attached);
}

static enum status read_letters(struct reader *reader, const char *letters)
{
    for (size_t i = 0; letters[i] != '\0'; i++) {
        const struct option_spec *spec =
            find_spec(reader->table, reader->result->command, STR_NULL, letters[i]);
        if (spec == NULL) {
            return error_set(reader->err, ERR_CONFIG, "unknown option '-%c'", letters[i]);
        }
        if (option_needs_value(spec)) {
            return read_value(reader, spec, letters[i + 1] != '\0' ? &letters[i + 1] : NULL);
        }
        enum status status = add_value(reader, spec, NULL);
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

static enum status read_word(struct reader *reader, const char *word)
{
    struct option_result *result = reader->result;
    if (result->command != NULL) {
        result->arguments[result->argument_count++] = word;
        return OK;
    }
    result->command = option_find_command(reader->table, str_from(word));
    return result->command != NULL
               ? OK
               : option_unknown_command(reader->table, str_from(word), reader->err);
}

/* Options given before the command, or of another command, must belong to the one named. */
static enum status check_owners(const struct reader *reader)
{
    const struct option_result *result = reader->result;
    const struct option_table *table = reader->table;
    for (size_t i = 0; i < result->value_count; i++) {
        struct str name = spec_name(result->values[i].spec);
        if (find_in(table->options, table->option_count, name, 0) != NULL) {
            continue;
        }
        if (result->command == NULL) {
            return error_set(reader->err, ERR_CONFIG, "option '--%.*s' needs a command",
                             STR_ARG(name));
        }
        if (find_in(result->command->options, result->command->option_count, name, 0) == NULL) {
            return error_set(reader->err, ERR_CONFIG, "'%s' has no option '--%.*s'",
                             result->command->name, STR_ARG(name));
        }
    }
    return OK;
}

/* One value a word, and one a letter of words like "-qv". */
static size_t most_values(int argc, char *const *argv)
{
    size_t most = 1;
    for (int i = 1; i < argc; i++) {
        bool is_letters = argv[i][0] == '-' && argv[i][1] != '-';
        most += is_letters ? strlen(argv[i]) : 1;
    }
    return most;
}

enum status option_parse(const struct option_table *table, int argc, char *const *argv,
                         struct option_result *out, struct error *err)
{
    struct reader reader = {table, argc, argv, 1, out, err};
    bool only_words = false;
    enum status status = OK;
    *out = (struct option_result){NULL};
    out->values = calloc(most_values(argc, argv), sizeof(*out->values));
    out->arguments = calloc((size_t)argc + 1, sizeof(*out->arguments));
    if (out->values == NULL || out->arguments == NULL) {
        return error_nomem(err);
    }
    for (; reader.at < argc && status == OK; reader.at++) {
        const char *word = argv[reader.at];
        if (only_words || word[0] != '-' || word[1] == '\0') {
            status = read_word(&reader, word);
        } else if (strcmp(word, "--") == 0) {
            only_words = true;
        } else if (word[1] == '-') {
            status = read_long(&reader, word + 2);
        } else {
            status = read_letters(&reader, word + 1);
        }
    }
    return status == OK ? check_owners(&reader) : status;
}

void option_result_free(struct option_result *result)
{
    free(result->values);
    free(result->arguments);
    *result = (struct option_result){NULL};
}

enum status option_check_arguments(const struct option_result *result, struct error *err)
{
    const struct option_command *command = result->command;
    if (command == NULL) {
        return OK;
    }
    if (result->argument_count < command->min_arguments) {
        return error_set(err, ERR_CONFIG, "'%s' needs more: %s %s", command->name,
                         command->name, command->arguments);
    }
    if (result->argument_count > command->max_arguments) {
        return error_set(err, ERR_CONFIG, "'%s' does not know what to do with '%s'",
                         command->name, result->arguments[command->max_arguments]);
    }
    return OK;
}

/* ---- asking ---- */

const char *option_nth(const struct option_result *result, const char *name, size_t number)
{
    for (size_t i = 0; i < result->value_count; i++) {
        if (strcmp(result->values[i].spec->name, name) == 0 && number-- == 0) {
            return result->values[i].text;
        }
    }
    return NULL;
}

bool option_is_set(const struct option_result *result, const char *name)
{
    for (size_t i = 0; i < result->value_count; i++) {
        if (strcmp(result->values[i].spec->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *option_text(const struct option_result *result, const char *name)
{
    const char *text = NULL;
    for (size_t i = 0; i < result->value_count; i++) {
        if (strcmp(result->values[i].spec->name, name) == 0) {
            text = result->values[i].text;
        }
    }
    return text;
}

int64_t option_count(const struct option_result *result, const char *name, int64_t fallback)
{
    const char *text = option_text(result, name);
    int64_t number = fallback;
    if (text != NULL && !str_to_i64(str_from(text), &number)) {
        number = fallback;
    }
    return number;
}

bool option_needs_value(const struct option_spec *spec)
{
    return spec->type != OPTION_TYPE_FLAG && spec->type != OPTION_TYPE_OPTIONAL_COUNT;
}

void option_write_synopsis(const struct option_spec *spec, struct buf *out)
{
    if (spec->letter != 0) {
        (void)buf_printf(out, "-%c, ", spec->letter);
    }
    (void)buf_printf(out, "--%s", spec->name);
    if (spec->type == OPTION_TYPE_OPTIONAL_COUNT) {
        (void)buf_printf(out, "[=%s]", spec->argument);
    } else if (spec->argument != NULL) {
        (void)buf_printf(out, " %s", spec->argument);
    }
}

/* ---- the table itself ---- */

static enum status check_pair(const struct option_spec *a, const struct option_spec *b,
                              bool share_command, struct error *err)
{
    bool same_name = strcmp(a->name, b->name) == 0;
    bool same_letter = a->letter != 0 && a->letter == b->letter;
    if (share_command && (same_name || same_letter)) {
        return error_set(err, ERR_BUG, "--%s and --%s collide in one command", a->name,
                         b->name);
    }
    if (same_name != same_letter && (same_letter || a->letter != b->letter)) {
        return error_set(err, ERR_BUG, "--%s and --%s disagree about their letter", a->name,
                         b->name);
    }
    if (same_name && a->type != b->type) {
        return error_set(err, ERR_BUG, "--%s has two types", a->name);
    }
    return OK;
}

static enum status check_spec(const struct option_spec *spec, struct error *err)
{
    bool is_flag = spec->type == OPTION_TYPE_FLAG;
    bool is_choice = spec->type == OPTION_TYPE_CHOICE;
    if (is_flag != (spec->argument == NULL) || is_choice != (spec->choices != NULL) ||
        spec->help == NULL) {
        return error_set(err, ERR_BUG, "--%s is not described completely", spec->name);
    }
    return OK;
}

/* Compares the options of list number i and list number j; list 0 holds the global ones. */
static enum status check_lists(const struct option_table *table, size_t i, size_t j,
                               struct error *err)
{
    const struct option_spec *a = i == 0 ? table->options : table->commands[i - 1].options;
    const struct option_spec *b = j == 0 ? table->options : table->commands[j - 1].options;
    size_t a_count = i == 0 ? table->option_count : table->commands[i - 1].option_count;
    size_t b_count = j == 0 ? table->option_count : table->commands[j - 1].option_count;
    enum status status = OK;
    for (size_t x = 0; x < a_count && status == OK; x++) {
        status = i == j ? check_spec(&a[x], err) : OK;
        for (size_t y = i == j ? x + 1 : 0; y < b_count && status == OK; y++) {
            status = check_pair(&a[x], &b[y], i == 0 || i == j, err);
        }
    }
    return status;
}

enum status option_table_check(const struct option_table *table, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i <= table->command_count && status == OK; i++) {
        for (size_t j = i; j <= table->command_count && status == OK; j++) {
            status = check_lists(table, i, j, err);
        }
    }
    return status;
}
