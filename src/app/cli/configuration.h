/*
 * configuration - loads the file that -c names, and tells the user what is wrong with it.
 */
#ifndef APP_CLI_CONFIGURATION_H
#define APP_CLI_CONFIGURATION_H

#include "app/cli/cli.h"
#include "app/config.h"

/* The file of -c; NULL when it was not given. */
const char *configuration_path(const struct cli *cli);

/*
 * Loads path with the --set of the command line and prints every error and warning that it
 * has. --catalog, when given, replaces the configuration's catalog. On ERR_CONFIG err is the
 * sentence that sums up. config must be freed in any case.
 */
enum status configuration_load(const struct cli *cli, const char *path, struct config *config,
                               struct error *err) WARN_UNUSED;
/*
 * The same for who asks nobody anything and wants to know the catalog, say: secrets are left
 * out, so that none needs to be set.
 */
enum status configuration_load_without_secrets(const struct cli *cli, const char *path,
                                               struct config *config,
                                               struct error *err) WARN_UNUSED;

#endif
