/*
 * om_test - the part of `hexmeta test` that concerns OpenMetadata.
 */
#ifndef APP_CLI_OM_TEST_H
#define APP_CLI_OM_TEST_H

#include "app/cli/cli.h"
#include "app/config.h"

/* Runs the test and prints its steps: lines for people, or one JSON object each. */
enum exit_code om_test(const struct cli *cli, const struct config *config, bool is_json);

#endif
