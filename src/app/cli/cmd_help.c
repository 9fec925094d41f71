#include "app/cli/commands.h"
#include "app/cli/documentation.h"
#include "app/cli/output.h"
#include "app/cli/terminal.h"

#include <unistd.h>

#define MAX_PAGE_BYTES ((size_t)1024 * 1024)
#define MAX_WIDTH 96

static size_t help_width(void)
{
    size_t width = terminal_width(STDOUT_FILENO);
    if (width == 0) {
        return 80;
    }
    return width < 60 ? 60 : width > MAX_WIDTH ? MAX_WIDTH : width;
}

/* The command that help is asked for: "help show", or "show --help". */
static enum status find_topic(const struct cli *cli, const struct option_command **topic,
                              struct error *err)
{
    const struct option_command *command = cli->options.command;
    *topic = command;
    if (command == NULL || !str_is(str_from(command->name), "help")) {
        return OK;
    }
    *topic = option_is_set(&cli->options, "help") ? command : NULL;
    if (cli->options.argument_count == 0) {
        return OK;
    }
    struct str name = str_from(cli->options.arguments[0]);
    *topic = option_find_command(&commands_table, name);
    if (*topic != NULL) {
        return OK;
    }
    return option_unknown_command(&commands_table, name, err);
}

enum exit_code cmd_help(struct cli *cli)
{
    const struct option_command *topic = NULL;
    const char *shell = option_text(&cli->options, "completion");
    struct error err = ERROR_INIT;
    struct buf out;
    buf_init(&out, MAX_PAGE_BYTES);
    enum status status = find_topic(cli, &topic, &err);
    if (status != OK) {
        enum exit_code code = cli_fail(cli, &err);
        if (!cli->logs_json) {
            cli_complain("'hexmeta help' lists the commands and options.");
        }
        return code;
    }
    if (option_is_set(&cli->options, "man")) {
        man_write(&commands_table, topic, &out);
    } else if (shell != NULL) {
        (void)completion_write(&commands_table, str_from(shell), &out);
    } else if (option_is_set(&cli->options, "markdown")) {
        markdown_write(&commands_table, &out);
    } else if (cli->options.command == NULL && cli->options.value_count == 0) {
        help_write_start(&commands_table, help_width(), &out);
    } else {
        help_write(&commands_table, topic, help_width(), &out);
    }
    status = output_buf(&out, &err);
    buf_free(&out);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
