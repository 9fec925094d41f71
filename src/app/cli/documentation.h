/*
 * documentation - the table of commands written out: for --help, man, the shells and the docs.
 *
 * All of these are functions of a table alone. command NULL stands for the program itself.
 */
#ifndef APP_CLI_DOCUMENTATION_H
#define APP_CLI_DOCUMENTATION_H

#include "base/option.h"

/* What `hexmeta` alone says: how to start, and the commands. */
void help_write_start(const struct option_table *table, size_t width, struct buf *out);
/* --help. */
void help_write(const struct option_table *table, const struct option_command *command,
                size_t width, struct buf *out);
/* "--json, default: x; one of a, b": the sentence of an option with what belongs to it. */
void help_write_option_text(const struct option_spec *spec, struct buf *out);

/* A manual page in man(7) macros. */
void man_write(const struct option_table *table, const struct option_command *command,
               struct buf *out);

/* A completion script; shell is "bash", "zsh" or "fish". False for another one. */
bool completion_write(const struct option_table *table, struct str shell, struct buf *out);

/* docs/commands.md. */
void markdown_write(const struct option_table *table, struct buf *out);

#endif
