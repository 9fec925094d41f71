#include "app/cli/documentation.h"

#include "app/cli/layout.h"

#define OPTION_COLUMN 28
#define TERM_BYTES 256
#define TEXT_BYTES 4096

void help_write_option_text(const struct option_spec *spec, struct buf *out)
{
    (void)buf_append_cstr(out, spec->help);
    if (spec->choices != NULL) {
        (void)buf_append_cstr(out, ": ");
        for (size_t i = 0; spec->choices[i] != NULL; i++) {
            bool is_last = spec->choices[i + 1] == NULL;
            const char *separator = i == 0 ? "" : is_last ? " or " : ", ";
            (void)buf_printf(out, "%s%s", separator, spec->choices[i]);
        }
    }
    if (spec->fallback != NULL) {
        (void)buf_printf(out, " [default: %s]", spec->fallback);
    }
    if (spec->repeats) {
        (void)buf_append_cstr(out, "; may be repeated");
    }
}

static void put_options(const struct option_spec *specs, size_t count, size_t width,
                        struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        struct buf term;
        struct buf text;
        buf_init(&term, TERM_BYTES);
        buf_init(&text, TEXT_BYTES);
        (void)buf_append_cstr(&term, specs[i].letter == 0 ? "    " : "");
        option_write_synopsis(&specs[i], &term);
        help_write_option_text(&specs[i], &text);
        layout_term(out, buf_str(&term), buf_str(&text), OPTION_COLUMN, width);
        buf_inherit(out, &term);
        buf_inherit(out, &text);
        buf_free(&term);
        buf_free(&text);
    }
}

/* The names alone: "--config, --catalog, ..." */
static void put_option_names(const struct option_spec *specs, size_t count, size_t width,
                             struct buf *out)
{
    struct buf names;
    buf_init(&names, TEXT_BYTES);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(&names, "%s--%s", i == 0 ? "" : ", ", specs[i].name);
    }
    (void)buf_append_cstr(out, "  ");
    layout_wrap(out, buf_str(&names), 2, 2, width);
    buf_inherit(out, &names);
    buf_free(&names);
}

static void put_commands(const struct option_table *table, size_t width, struct buf *out)
{
    for (size_t i = 0; i < table->command_count; i++) {
        const struct option_command *command = &table->commands[i];
        struct buf term;
        buf_init(&term, TERM_BYTES);
        (void)buf_printf(&term, "%s %s", command->name, command->arguments);
        layout_term(out, str_trim(buf_str(&term)), str_from(command->summary), OPTION_COLUMN,
                    width);
        buf_inherit(out, &term);
        buf_free(&term);
    }
}

void help_write_start(const struct option_table *table, size_t width, struct buf *out)
{
    static const char *const lines[][2] = {
        {"hexmeta import DIRECTORY", "read exported .hex.yaml files; no token needed"},
        {"hexmeta ingest -c hex.yaml", "or read a Hex workspace through its API"},
    };
    (void)buf_printf(out, "%s: %s\n\nStart:\n", table->program, table->summary);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        layout_term(out, str_from(lines[i][0]), str_from(lines[i][1]), OPTION_COLUMN + 4,
                    width);
    }
    (void)buf_append_cstr(out, "\nCommands:\n");
    put_commands(table, width, out);
    (void)buf_printf(out,
                     "\n'%s help COMMAND' explains a command, '%s --help' lists all "
                     "options.\n",
                     table->program, table->program);
}

static void put_program(const struct option_table *table, size_t width, struct buf *out)
{
    (void)buf_printf(out, "%s: %s\n\n", table->program, table->summary);
    (void)buf_printf(out, "Usage: %s [OPTION]... COMMAND [ARGUMENT]...\n\n", table->program);
    layout_paragraphs(out, str_from(table->description), 0, width);
    (void)buf_append_cstr(out, "\nCommands:\n");
    put_commands(table, width, out);
    (void)buf_append_cstr(out, "\nOptions of all commands:\n");
    put_options(table->options, table->option_count, width, out);
}

static void put_command(const struct option_table *table, const struct option_command *command,
                        size_t width, struct buf *out)
{
    (void)buf_printf(out, "%s %s: ", table->program, command->name);
    layout_wrap(out, str_from(command->summary), out->size, 2, width);
    (void)buf_printf(out, "\nUsage: %s %s [OPTION]...%s%s\n\n", table->program, command->name,
                     command->arguments[0] != '\0' ? " " : "", command->arguments);
    layout_paragraphs(out, str_from(command->description), 0, width);
    if (command->word_count > 0) {
        (void)buf_printf(out, "\n%s:\n", command->words_title);
    }
    for (size_t i = 0; i < command->word_count; i++) {
        layout_term(out, str_from(command->words[i].name), str_from(command->words[i].help),
                    OPTION_COLUMN, width);
    }
    if (command->option_count > 0) {
        (void)buf_printf(out, "\nOptions of %s:\n", command->name);
        put_options(command->options, command->option_count, width, out);
    }
    (void)buf_printf(out, "\nOptions of all commands ('%s --help' explains them):\n",
                     table->program);
    put_option_names(table->options, table->option_count, width, out);
    if (command->example_count > 0) {
        (void)buf_append_cstr(out, "\nExamples:\n");
    }
    for (size_t i = 0; i < command->example_count; i++) {
        (void)buf_printf(out, "  %s\n      ", command->examples[i].line);
        layout_wrap(out, str_from(command->examples[i].help), 6, 6, width);
    }
}

void help_write(const struct option_table *table, const struct option_command *command,
                size_t width, struct buf *out)
{
    if (command == NULL) {
        put_program(table, width, out);
    } else {
        put_command(table, command, width, out);
    }
}
