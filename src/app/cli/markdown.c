#include "app/cli/documentation.h"

/* The signs that markdown or HTML would take for theirs, but not within `code`. */
static void put_text(struct buf *out, const char *text)
{
    bool is_code = false;
    for (; *text != '\0'; text++) {
        is_code = is_code != (*text == '`');
        if (is_code) {
            (void)buf_append_char(out, *text);
            continue;
        }
        if (*text == '<' || *text == '*' || *text == '|' || *text == '_' || *text == '[') {
            (void)buf_append_char(out, '\\');
        }
        (void)buf_append_char(out, *text);
    }
}

static void put_row(struct buf *out, const char *term, const char *text)
{
    (void)buf_printf(out, "| `%s` | ", term);
    put_text(out, text);
    (void)buf_append_cstr(out, " |\n");
}

static void put_options(struct buf *out, const struct option_spec *specs, size_t count)
{
    (void)buf_append_cstr(out, "\n| option | |\n|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        struct buf term;
        struct buf text;
        buf_init(&term, 256);
        buf_init(&text, 4096);
        option_write_synopsis(&specs[i], &term);
        help_write_option_text(&specs[i], &text);
        put_row(out, buf_cstr(&term), buf_cstr(&text));
        buf_inherit(out, &term);
        buf_inherit(out, &text);
        buf_free(&term);
        buf_free(&text);
    }
}

static void put_command(struct buf *out, const struct option_table *table,
                        const struct option_command *command)
{
    (void)buf_printf(out, "\n## %s %s\n\n", table->program, command->name);
    put_text(out, command->summary);
    (void)buf_printf(out, ".\n\n```\n%s %s [OPTION]...%s%s\n```\n\n", table->program,
                     command->name, command->arguments[0] != '\0' ? " " : "",
                     command->arguments);
    put_text(out, command->description);
    (void)buf_append_char(out, '\n');
    if (command->word_count > 0) {
        (void)buf_printf(out, "\n| %s | |\n|---|---|\n", command->words_title);
    }
    for (size_t i = 0; i < command->word_count; i++) {
        put_row(out, command->words[i].name, command->words[i].help);
    }
    if (command->option_count > 0) {
        put_options(out, command->options, command->option_count);
    }
    if (command->example_count > 0) {
        (void)buf_append_cstr(out, "\nExamples:\n\n");
    }
    for (size_t i = 0; i < command->example_count; i++) {
        (void)buf_printf(out, "- `%s`: ", command->examples[i].line);
        put_text(out, command->examples[i].help);
        (void)buf_append_char(out, '\n');
    }
}

void markdown_write(const struct option_table *table, struct buf *out)
{
    (void)buf_printf(
        out, "# Commands of %s\n\nWritten by `%s help --markdown`; a test compares.\n\n",
        table->program, table->program);
    (void)buf_printf(out, "```\n%s [OPTION]... COMMAND [ARGUMENT]...\n```\n\n", table->program);
    put_text(out, table->description);
    (void)buf_append_cstr(out, "\n\n| command | |\n|---|---|\n");
    for (size_t i = 0; i < table->command_count; i++) {
        (void)buf_printf(out, "| [`%s`](#%s-%s) | ", table->commands[i].name, table->program,
                         table->commands[i].name);
        put_text(out, table->commands[i].summary);
        (void)buf_append_cstr(out, " |\n");
    }
    (void)buf_append_cstr(out, "\n## Options of all commands\n");
    put_options(out, table->options, table->option_count);
    (void)buf_append_cstr(out, "\n## Exit status\n\n| code | |\n|---|---|\n");
    for (size_t i = 0; i < table->exit_count; i++) {
        put_row(out, table->exits[i].name, table->exits[i].help);
    }
    for (size_t i = 0; i < table->command_count; i++) {
        put_command(out, table, &table->commands[i]);
    }
}
