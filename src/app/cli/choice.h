/*
 * choice - which of the things in the catalog a person means.
 */
#ifndef APP_CLI_CHOICE_H
#define APP_CLI_CHOICE_H

#include "app/cli/cli.h"
#include "catalog/graph.h"

/*
 * The thing that text names: as graph_find does, and also the address of a project (or of a
 * cell in one), copied from a browser, and a table's name with quotes. ERR_NOT_FOUND when none
 * is named so (with names that are like it), or several (all are listed on standard error, each
 * with what to write for it).
 */
enum status choice_of_any(struct catalog *catalog, struct str text, struct arena *arena,
                          struct graph_node *out, struct error *err) WARN_UNUSED;
/* The table, and the column when text has one more part (else STR_NULL). The same errors. */
enum status choice_of_table(struct catalog *catalog, struct str text, struct arena *arena,
                            struct graph_node *out, struct str *column,
                            struct error *err) WARN_UNUSED;
/* The id of the project whose address text is, in arena; any other text as it is. */
enum status choice_id(struct str text, struct arena *arena, struct str *out,
                      struct error *err) WARN_UNUSED;
/* Appends to err, which says that nothing is named text, what may have been meant. */
void choice_suggest(struct catalog *catalog, struct str text, enum graph_names which,
                    struct arena *arena, struct error *err);

#endif
