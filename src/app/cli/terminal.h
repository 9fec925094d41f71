/*
 * terminal - what the other end of a file descriptor can show.
 */
#ifndef APP_CLI_TERMINAL_H
#define APP_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* True when a person looks at fd and it can move its cursor. */
bool terminal_is_interactive(int fd);
/* True when colour is welcome: interactive, and NO_COLOR is not set. */
bool terminal_has_color(int fd);
/* Columns of fd; else what COLUMNS says; else 0: unknown, as in a pipe. */
size_t terminal_width(int fd);

#endif
