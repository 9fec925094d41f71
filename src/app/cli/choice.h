/*
 * choice - which of the things in the catalog a person means.
 */
#ifndef APP_CLI_CHOICE_H
#define APP_CLI_CHOICE_H

#include "app/cli/cli.h"
#include "catalog/graph.h"

/*
 * OK when there is one. With several, ERR_NOT_FOUND: all are listed on standard error, each
 * with what to write for it.
 */
enum status choice_of(struct str text, const struct graph_node *nodes, size_t count,
                      struct error *err) WARN_UNUSED;

#endif
