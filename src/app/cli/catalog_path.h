/*
 * catalog_path - which catalog the command line means, and opening it.
 *
 * --catalog, else what the configuration says, else ./hex.catalog.db.
 */
#ifndef APP_CLI_CATALOG_PATH_H
#define APP_CLI_CATALOG_PATH_H

#include "app/cli/cli.h"
#include "catalog/catalog.h"

#define CATALOG_PATH_DEFAULT "hex.catalog.db"

/* What --wait says; false without it. Installs the stop signals. */
bool catalog_path_wait(const struct cli *cli, struct catalog_wait *out);
/*
 * The path in *out, in memory of arena. Reads the configuration when it decides: when -c is
 * given and --catalog is not.
 */
enum status catalog_path_find(const struct cli *cli, struct arena *arena, const char **out,
                              struct error *err) WARN_UNUSED;
/* Its absolute form for messages, or path itself when there is none. Lives in arena. */
const char *catalog_path_absolute(struct arena *arena, const char *path);
/*
 * Finds and opens it, as --wait says. A missing one is an error that says how to get one; a new
 * one is announced with its full path. *path (may be NULL) is the absolute one.
 */
enum status catalog_path_open(const struct cli *cli, enum catalog_mode mode,
                              struct arena *arena, struct catalog **out, const char **path,
                              struct error *err) WARN_UNUSED;

#endif
