/*
 * dry_run - sync --dry-run: what would be read, with how many requests, for how long.
 */
#ifndef APP_CLI_DRY_RUN_H
#define APP_CLI_DRY_RUN_H

#include "app/cli/cli.h"
#include "app/config.h"

/* Walks the listing and prints a table, or JSON with --json, to standard output. */
enum exit_code dry_run(struct cli *cli, const struct config *config);

#endif
