/*
 * om_test - the part of `hexmeta test` that concerns OpenMetadata.
 */
#ifndef APP_CLI_OM_TEST_H
#define APP_CLI_OM_TEST_H

#include "app/cli/cli.h"
#include "app/cli/probe_view.h"

/* Runs the test and prints its steps: paragraphs of view, or one JSON object each. */
enum exit_code om_test(const struct cli *cli, const struct probe_view *view, bool is_json);

#endif
