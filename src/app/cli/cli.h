/*
 * cli - what every command of the program gets, and the commands themselves.
 *
 * A command is one function in one file: it returns the process's exit code, after having
 * told the user on standard error what went wrong. Results go to standard output.
 */
#ifndef APP_CLI_CLI_H
#define APP_CLI_CLI_H

#include "app/exit_code.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/option.h"

struct cli {
    struct option_result options;
    struct clock clock;
    bool is_quiet;
    bool is_verbose;
    bool logs_json;
};

typedef enum exit_code cli_command_fn(struct cli *cli);

/*
 * Tells the user: "hexmeta: message (where)", as text or as a JSON log line. Returns the exit
 * code that belongs to err; ERR_CANCELLED because of a closed pipe says nothing.
 */
enum exit_code cli_fail(const struct cli *cli, const struct error *err);
/* A line on standard error; remote text in it is escaped. */
void cli_complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* A line for people on standard error, not with --quiet; remote text in it is escaped. */
void cli_say(const struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);
/* The log as the options (and fallback, where they say nothing) want it. */
void cli_setup_log(const struct cli *cli, enum log_level fallback, log_sink_fn *sink,
                   void *sink_ctx);

cli_command_fn cmd_config;
cli_command_fn cmd_export;
cli_command_fn cmd_help;
cli_command_fn cmd_impact;
cli_command_fn cmd_import;
cli_command_fn cmd_ingest; /* also sync */
cli_command_fn cmd_lineage;
cli_command_fn cmd_offline; /* sync --offline */
cli_command_fn cmd_plan;
cli_command_fn cmd_publish;
cli_command_fn cmd_show;
cli_command_fn cmd_test;
cli_command_fn cmd_sql_lineage;
cli_command_fn cmd_version;

#endif
