#include "app/cli/documentation.h"

#include <ctype.h>

/*
 * Text for roff: backslashes, hyphens of options, control characters at a line's start; what
 * stands between backticks comes out bold.
 */
static void put_text(struct buf *out, struct str text)
{
    bool is_line_start = true;
    bool is_code = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (is_line_start && (c == '.' || c == '\'')) {
            (void)buf_append_cstr(out, "\\&");
        }
        is_line_start = c == '\n';
        if (c == '\\') {
            (void)buf_append_cstr(out, "\\e");
        } else if (c == '-') {
            (void)buf_append_cstr(out, "\\-");
        } else if (c == '\'') {
            (void)buf_append_cstr(out, "\\(aq");
        } else if (c == '`') {
            (void)buf_append_cstr(out, is_code ? "\\fR" : "\\fB");
            is_code = !is_code;
        } else {
            (void)buf_append_char(out, c);
        }
    }
}

static void put_cstr(struct buf *out, const char *text)
{
    put_text(out, str_from(text));
}

/* Paragraphs: an empty line becomes .PP; other line ends stay. */
static void put_paragraphs(struct buf *out, struct str text)
{
    while (text.n > 0) {
        size_t end = 0;
        while (end < text.n &&
               !(text.p[end] == '\n' && end + 1 < text.n && text.p[end + 1] == '\n')) {
            end++;
        }
        put_text(out, str_trim(str_sub(text, 0, end)));
        (void)buf_append_char(out, '\n');
        text = str_trim(str_sub(text, end, text.n));
        if (text.n > 0) {
            (void)buf_append_cstr(out, ".PP\n");
        }
    }
}

static void put_options(struct buf *out, const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *spec = &specs[i];
        struct buf text;
        buf_init(&text, 4096);
        (void)buf_append_cstr(out, ".TP\n");
        if (spec->letter != 0) {
            (void)buf_printf(out, "\\fB\\-%c\\fR, ", spec->letter);
        }
        (void)buf_append_cstr(out, "\\fB\\-\\-");
        put_cstr(out, spec->name);
        (void)buf_append_cstr(out, "\\fR");
        if (spec->argument != NULL) {
            bool is_optional = spec->type == OPTION_TYPE_OPTIONAL_COUNT;
            (void)buf_append_cstr(out, is_optional ? "[=\\fI" : " \\fI");
            put_cstr(out, spec->argument);
            (void)buf_append_cstr(out, is_optional ? "\\fR]" : "\\fR");
        }
        (void)buf_append_char(out, '\n');
        help_write_option_text(spec, &text);
        put_text(out, buf_str(&text));
        (void)buf_append_cstr(out, ".\n");
        buf_inherit(out, &text);
        buf_free(&text);
    }
}

static void put_terms(struct buf *out, const char *term, const char *text)
{
    (void)buf_append_cstr(out, ".TP\n\\fB");
    put_cstr(out, term);
    (void)buf_append_cstr(out, "\\fR\n");
    put_cstr(out, text);
    (void)buf_append_cstr(out, ".\n");
}

static void put_title(struct buf *out, const struct option_table *table,
                      const struct option_command *command)
{
    (void)buf_append_cstr(out, ".TH \"");
    for (const char *p = table->program; *p != '\0'; p++) {
        (void)buf_append_char(out, (char)toupper((unsigned char)*p));
    }
    for (const char *p = command != NULL ? command->name : ""; *p != '\0'; p++) {
        (void)buf_append_cstr(out, p == command->name ? "\\-" : "");
        (void)buf_append_char(out, (char)toupper((unsigned char)*p));
    }
    (void)buf_printf(out, "\" 1 \"\" \"%s %s\" \"User commands\"\n", table->program,
                     HEXMETA_VERSION);
    (void)buf_printf(out, ".SH NAME\n%s%s%s \\- ", table->program, command != NULL ? "\\-" : "",
                     command != NULL ? command->name : "");
    put_cstr(out, command != NULL ? command->summary : table->summary);
    (void)buf_append_char(out, '\n');
}

static void put_examples(struct buf *out, const struct option_command *command)
{
    if (command->example_count > 0) {
        (void)buf_append_cstr(out, ".SH EXAMPLES\n");
    }
    for (size_t i = 0; i < command->example_count; i++) {
        put_terms(out, command->examples[i].line, command->examples[i].help);
    }
}

static void put_command(struct buf *out, const struct option_table *table,
                        const struct option_command *command)
{
    (void)buf_printf(out, ".SH SYNOPSIS\n\\fB%s %s\\fR [\\fIOPTION\\fR]... ", table->program,
                     command->name);
    put_cstr(out, command->arguments);
    (void)buf_append_cstr(out, "\n.SH DESCRIPTION\n");
    put_paragraphs(out, str_from(command->description));
    if (command->word_count > 0) {
        (void)buf_printf(out, ".SS %s\n", command->words_title);
    }
    for (size_t i = 0; i < command->word_count; i++) {
        put_terms(out, command->words[i].name, command->words[i].help);
    }
    if (command->option_count > 0) {
        (void)buf_append_cstr(out, ".SH OPTIONS\n");
        put_options(out, command->options, command->option_count);
    }
    (void)buf_append_cstr(out, ".SH \"OPTIONS OF ALL COMMANDS\"\n");
    put_options(out, table->options, table->option_count);
    put_examples(out, command);
}

static void put_program(struct buf *out, const struct option_table *table)
{
    (void)buf_printf(out,
                     ".SH SYNOPSIS\n\\fB%s\\fR [\\fIOPTION\\fR]... \\fICOMMAND\\fR "
                     "[\\fIARGUMENT\\fR]...\n.SH DESCRIPTION\n",
                     table->program);
    put_paragraphs(out, str_from(table->description));
    (void)buf_append_cstr(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < table->command_count; i++) {
        put_terms(out, table->commands[i].name, table->commands[i].summary);
    }
    (void)buf_append_cstr(out, ".SH \"OPTIONS OF ALL COMMANDS\"\n");
    put_options(out, table->options, table->option_count);
}

static void put_see_also(struct buf *out, const struct option_table *table,
                         const struct option_command *command)
{
    (void)buf_append_cstr(out, ".SH \"SEE ALSO\"\n");
    if (command != NULL) {
        (void)buf_printf(out, ".BR %s (1)\n", table->program);
        return;
    }
    for (size_t i = 0; i < table->command_count; i++) {
        (void)buf_printf(out, ".BR %s\\-%s (1)%s\n", table->program, table->commands[i].name,
                         i + 1 < table->command_count ? "," : "");
    }
}

void man_write(const struct option_table *table, const struct option_command *command,
               struct buf *out)
{
    put_title(out, table, command);
    if (command != NULL) {
        put_command(out, table, command);
    } else {
        put_program(out, table);
    }
    (void)buf_append_cstr(out, ".SH \"EXIT STATUS\"\n");
    for (size_t i = 0; i < table->exit_count; i++) {
        put_terms(out, table->exits[i].name, table->exits[i].help);
    }
    put_see_also(out, table, command);
}
