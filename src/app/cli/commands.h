/*
 * commands - the table of hexmeta's commands and options: the only place that names them.
 */
#ifndef APP_CLI_COMMANDS_H
#define APP_CLI_COMMANDS_H

#include "app/cli/cli.h"

/* For the parser and all documentation. */
extern const struct option_table commands_table;

/* The function of a command of commands_table. */
cli_command_fn *commands_function(const struct option_command *command);

#endif
