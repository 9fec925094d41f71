#include "app/cli/documentation.h"

#include <stdio.h>

/* ---- bash ---- */

static void put_choices(struct buf *out, const struct option_spec *spec)
{
    for (size_t i = 0; spec->choices[i] != NULL; i++) {
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", spec->choices[i]);
    }
}

static void put_bash_flag(struct buf *out, const struct option_spec *spec)
{
    if (spec->letter != 0) {
        (void)buf_printf(out, "-%c|", spec->letter);
    }
    (void)buf_printf(out, "--%s", spec->name);
}

/* A case branch for an option that takes a value. */
static void put_bash_value(struct buf *out, const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *spec = &specs[i];
        if (!option_needs_value(spec)) {
            continue;
        }
        (void)buf_append_cstr(out, "        ");
        put_bash_flag(out, spec);
        if (spec->type == OPTION_TYPE_CHOICE) {
            (void)buf_append_cstr(out, ") COMPREPLY=($(compgen -W '");
            put_choices(out, spec);
            (void)buf_append_cstr(out, "' -- \"$word\")); return ;;\n");
        } else if (spec->type == OPTION_TYPE_FILE) {
            (void)buf_append_cstr(out, ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
        } else {
            (void)buf_append_cstr(out, ") return ;;\n");
        }
    }
}

/* Patterns of all options whose value is the next word, so that it is not the command. */
static void put_bash_skips(struct buf *out, const struct option_table *table)
{
    bool is_first = true;
    for (size_t i = 0; i <= table->command_count; i++) {
        const struct option_spec *specs =
            i == 0 ? table->options : table->commands[i - 1].options;
        size_t count = i == 0 ? table->option_count : table->commands[i - 1].option_count;
        for (size_t j = 0; j < count; j++) {
            if (option_needs_value(&specs[j])) {
                (void)buf_append_cstr(out, is_first ? "" : "|");
                put_bash_flag(out, &specs[j]);
                is_first = false;
            }
        }
    }
}

static void put_bash_names(struct buf *out, const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(out, " --%s", specs[i].name);
    }
}

static void put_command_names(struct buf *out, const struct option_table *table)
{
    for (size_t i = 0; i < table->command_count; i++) {
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", table->commands[i].name);
    }
}

static void put_bash_command(struct buf *out, const struct option_table *table,
                             const struct option_command *command)
{
    (void)buf_printf(out, "        %s)\n            options='", command->name);
    put_bash_names(out, command->options, command->option_count);
    (void)buf_append_cstr(out, "'\n            words='");
    for (size_t i = 0; i < command->word_count; i++) {
        (void)buf_printf(out, "%s%s", i == 0 ? "" : " ", command->words[i].name);
    }
    if (str_is(str_from(command->name), "help")) {
        put_command_names(out, table);
    }
    (void)buf_printf(out, "'\n            files=%s ;;\n", command->takes_files ? "yes" : "");
}

static void write_bash(const struct option_table *table, struct buf *out)
{
    const char *program = table->program;
    (void)buf_printf(out, "# bash completion of %s; written by '%s help --completion bash'\n",
                     program, program);
    (void)buf_printf(out,
                     "_%s()\n{\n"
                     "    local word=${COMP_WORDS[COMP_CWORD]} i command='' seen=0\n"
                     "    local previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "    local options='' words='' files=''\n"
                     "    COMPREPLY=()\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        case ${COMP_WORDS[i]} in\n        ",
                     program);
    put_bash_skips(out, table);
    (void)buf_append_cstr(out, ") ((i++)) ;;\n"
                               "        -*) ;;\n"
                               "        *) if [ -z \"$command\" ]; then "
                               "command=${COMP_WORDS[i]}; else ((seen++)); fi ;;\n"
                               "        esac\n"
                               "    done\n"
                               "    case $previous in\n");
    put_bash_value(out, table->options, table->option_count);
    for (size_t i = 0; i < table->command_count; i++) {
        put_bash_value(out, table->commands[i].options, table->commands[i].option_count);
    }
    (void)buf_append_cstr(out, "    esac\n    case $command in\n        '')\n"
                               "            words='");
    put_command_names(out, table);
    (void)buf_append_cstr(out, "' ;;\n");
    for (size_t i = 0; i < table->command_count; i++) {
        put_bash_command(out, table, &table->commands[i]);
    }
    (void)buf_append_cstr(out, "    esac\n    if [[ $word == -* ]]; then\n        options+='");
    put_bash_names(out, table->options, table->option_count);
    (void)buf_printf(out,
                     "'\n        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                     "    elif [ -n \"$words\" ] && [ \"$seen\" -eq 0 ]; then\n"
                     "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                     "    elif [ -n \"$files\" ]; then\n"
                     "        compopt -o filenames 2>/dev/null\n"
                     "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                     "    fi\n}\ncomplete -F _%s %s\n",
                     program, program);
}

/* ---- zsh ---- */

/* Text inside '...' of a zsh specification: its quotes, brackets and colons. */
static void put_zsh_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)buf_append_cstr(out, "'\\''");
        } else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\') {
            (void)buf_printf(out, "\\%c", *text);
        } else {
            (void)buf_append_char(out, *text);
        }
    }
}

static void put_zsh_spec(struct buf *out, const struct option_spec *spec, const char *flag)
{
    bool is_optional = spec->type == OPTION_TYPE_OPTIONAL_COUNT;
    bool is_long = spec->type != OPTION_TYPE_FLAG && flag[1] == '-';
    (void)buf_printf(out, " \\\n    '%s%s%s[", spec->repeats ? "*" : "", flag,
                     is_long && is_optional ? "=-"
                     : is_long              ? "="
                                            : "");
    put_zsh_text(out, spec->help);
    (void)buf_append_cstr(out, "]");
    if (spec->argument != NULL) {
        (void)buf_append_cstr(out, is_optional ? "::" : ":");
        put_zsh_text(out, spec->argument);
        (void)buf_append_cstr(out, ":");
    }
    if (spec->type == OPTION_TYPE_FILE) {
        (void)buf_append_cstr(out, "_files");
    } else if (spec->type == OPTION_TYPE_CHOICE) {
        (void)buf_append_cstr(out, "(");
        put_choices(out, spec);
        (void)buf_append_cstr(out, ")");
    }
    (void)buf_append_cstr(out, "'");
}

static void put_zsh_specs(struct buf *out, const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char flag[128];
        if (specs[i].letter != 0) {
            const char letter[] = {'-', specs[i].letter, '\0'};
            put_zsh_spec(out, &specs[i], letter);
        }
        flag[0] = '\0';
        (void)snprintf(flag, sizeof(flag), "--%s", specs[i].name);
        put_zsh_spec(out, &specs[i], flag);
    }
}

static void put_zsh_words(struct buf *out, const struct option_table *table,
                          const struct option_command *command)
{
    bool is_help = str_is(str_from(command->name), "help");
    if (command->word_count > 0 || is_help) {
        (void)buf_append_cstr(out, " \\\n    '1:argument:((");
        for (size_t i = 0; i < command->word_count; i++) {
            (void)buf_printf(out, " %s\\:\"", command->words[i].name);
            put_zsh_text(out, command->words[i].help);
            (void)buf_append_cstr(out, "\"");
        }
        for (size_t i = 0; is_help && i < table->command_count; i++) {
            (void)buf_printf(out, " %s\\:\"", table->commands[i].name);
            put_zsh_text(out, table->commands[i].summary);
            (void)buf_append_cstr(out, "\"");
        }
        (void)buf_append_cstr(out, "))'");
    }
    if (command->takes_files) {
        (void)buf_append_cstr(out, " \\\n    '*:file:_files'");
    }
}

static void write_zsh(const struct option_table *table, struct buf *out)
{
    const char *program = table->program;
    (void)buf_printf(out, "#compdef %s\n# written by '%s help --completion zsh'\n", program,
                     program);
    (void)buf_printf(out, "_%s()\n{\n  local context state line\n  local -a commands shared\n",
                     program);
    (void)buf_append_cstr(out, "  commands=(\n");
    for (size_t i = 0; i < table->command_count; i++) {
        (void)buf_printf(out, "    '%s:", table->commands[i].name);
        put_zsh_text(out, table->commands[i].summary);
        (void)buf_append_cstr(out, "'\n");
    }
    (void)buf_append_cstr(out, "  )\n  _arguments -C");
    put_zsh_specs(out, table->options, table->option_count);
    (void)buf_append_cstr(out, " \\\n    '1:command:->command' '*::argument:->argument'\n"
                               "  case $state in\n"
                               "  command) _describe command commands ;;\n"
                               "  argument)\n    case $line[1] in\n");
    for (size_t i = 0; i < table->command_count; i++) {
        const struct option_command *command = &table->commands[i];
        (void)buf_printf(out, "    %s) _arguments", command->name);
        put_zsh_specs(out, command->options, command->option_count);
        put_zsh_specs(out, table->options, table->option_count);
        put_zsh_words(out, table, command);
        (void)buf_append_cstr(out, " ;;\n");
    }
    (void)buf_printf(out, "    esac ;;\n  esac\n}\n_%s \"$@\"\n", program);
}

/* ---- fish ---- */

static void put_fish_text(struct buf *out, const char *text)
{
    (void)buf_append_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') {
            (void)buf_append_char(out, '\\');
        }
        (void)buf_append_char(out, *text);
    }
    (void)buf_append_char(out, '\'');
}

/* command NULL: offered everywhere. */
static void put_fish_options(struct buf *out, const char *program, const char *command,
                             const struct option_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option_spec *spec = &specs[i];
        (void)buf_printf(out, "complete -c %s", program);
        if (command != NULL) {
            (void)buf_printf(out, " -n '__fish_seen_subcommand_from %s'", command);
        }
        if (spec->letter != 0) {
            (void)buf_printf(out, " -s %c", spec->letter);
        }
        (void)buf_printf(out, " -l %s", spec->name);
        if (spec->type == OPTION_TYPE_FILE) {
            (void)buf_append_cstr(out, " -r -F");
        } else if (spec->type == OPTION_TYPE_CHOICE) {
            (void)buf_append_cstr(out, " -x -a '");
            put_choices(out, spec);
            (void)buf_append_cstr(out, "'");
        } else if (option_needs_value(spec)) {
            (void)buf_append_cstr(out, " -x");
        }
        (void)buf_append_cstr(out, " -d ");
        put_fish_text(out, spec->help);
        (void)buf_append_char(out, '\n');
    }
}

static void put_fish_word(struct buf *out, const char *program, const char *command,
                          const char *word, const char *help)
{
    (void)buf_printf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' -a %s -d ",
                     program, command, word);
    put_fish_text(out, help);
    (void)buf_append_char(out, '\n');
}

static void put_fish_command(struct buf *out, const struct option_table *table,
                             const struct option_command *command)
{
    (void)buf_printf(out, "complete -c %s -n __fish_use_subcommand -a %s -d ", table->program,
                     command->name);
    put_fish_text(out, command->summary);
    (void)buf_append_char(out, '\n');
    put_fish_options(out, table->program, command->name, command->options,
                     command->option_count);
    for (size_t i = 0; i < command->word_count; i++) {
        put_fish_word(out, table->program, command->name, command->words[i].name,
                      command->words[i].help);
    }
    for (size_t i = 0; str_is(str_from(command->name), "help") && i < table->command_count;
         i++) {
        put_fish_word(out, table->program, command->name, table->commands[i].name,
                      table->commands[i].summary);
    }
    if (command->takes_files) {
        (void)buf_printf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' -F\n",
                         table->program, command->name);
    }
}

static void write_fish(const struct option_table *table, struct buf *out)
{
    (void)buf_printf(out, "# fish completion of %s; written by '%s help --completion fish'\n",
                     table->program, table->program);
    (void)buf_printf(out, "complete -c %s -f\n", table->program);
    put_fish_options(out, table->program, NULL, table->options, table->option_count);
    for (size_t i = 0; i < table->command_count; i++) {
        put_fish_command(out, table, &table->commands[i]);
    }
}

bool completion_write(const struct option_table *table, struct str shell, struct buf *out)
{
    if (str_eq_nocase(shell, STR("bash"))) {
        write_bash(table, out);
    } else if (str_eq_nocase(shell, STR("zsh"))) {
        write_zsh(table, out);
    } else if (str_eq_nocase(shell, STR("fish"))) {
        write_fish(table, out);
    } else {
        return false;
    }
    return true;
}
