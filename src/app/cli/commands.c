#include "app/cli/commands.h"

#include <assert.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const log_levels[] = {"debug", "info", "warn", "warning",
                                         "error", "none", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const progress_kinds[] = {"auto", "plain", "none", NULL};
static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static const struct option_spec global_options[] = {
    {.name = "config",
     .letter = 'c',
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .help = "Configuration, an OpenMetadata workflow file; - reads standard input"},
    {.name = "catalog",
     .argument = "PATH",
     .type = OPTION_TYPE_FILE,
     .fallback = "what the configuration says, else ./hex.catalog.db",
     .help = "The catalog file"},
    {.name = "set",
     .argument = "PATH=VALUE",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "Override a setting, as in --set hexmeta.details=listing"},
    {.name = "quiet",
     .letter = 'q',
     .type = OPTION_TYPE_FLAG,
     .help = "Only errors: no progress, no summary, no warnings"},
    {.name = "verbose",
     .letter = 'v',
     .type = OPTION_TYPE_FLAG,
     .help = "Say more: log level debug"},
    {.name = "log-level",
     .argument = "LEVEL",
     .type = OPTION_TYPE_CHOICE,
     .choices = log_levels,
     .fallback = "the configuration's loggerLevel",
     .help = "Least important events to log"},
    {.name = "log-format",
     .argument = "FORMAT",
     .type = OPTION_TYPE_CHOICE,
     .choices = log_formats,
     .fallback = "text",
     .help = "For people, or one JSON object a line"},
    {.name = "progress",
     .argument = "KIND",
     .type = OPTION_TYPE_CHOICE,
     .choices = progress_kinds,
     .fallback = "auto",
     .help =
         "One redrawn line on a terminal and plain lines elsewhere, plain lines, or nothing"},
    {.name = "status-file",
     .argument = "PATH",
     .type = OPTION_TYPE_FILE,
     .help = "Where a run (ingest, sync, import) leaves its result as JSON"},
    {.name = "metrics-file",
     .argument = "PATH",
     .type = OPTION_TYPE_FILE,
     .help = "Where a run leaves its counters for Prometheus' textfile collector"},
    {.name = "help",
     .letter = 'h',
     .type = OPTION_TYPE_FLAG,
     .help = "Explain the program, or the command"},
    {.name = "version", .type = OPTION_TYPE_FLAG, .help = "Print the version"},
};

static const struct option_spec show_options[] = {
    {.name = "json",
     .type = OPTION_TYPE_FLAG,
     .help = "One JSON object a line, exactly what the catalog holds"},
    {.name = "csv",
     .type = OPTION_TYPE_FLAG,
     .help = "Comma-separated values with a header row; cells that a spreadsheet would take "
             "for a formula begin with '"},
    {.name = "search",
     .argument = "TEXT",
     .type = OPTION_TYPE_TEXT,
     .help = "Only what has these words in titles, descriptions, SQL or Markdown"},
    {.name = "limit",
     .letter = 'n',
     .argument = "NUMBER",
     .type = OPTION_TYPE_COUNT,
     .fallback = "0, all of them",
     .help = "At most so many"},
};

/* The same kinds as query_kinds has; a test compares. */
static const struct option_word show_words[] = {
    {"projects", "Projects, most viewed first"},
    {"components", "Components, and how many projects use them"},
    {"cells", "Cells of the notebooks with their SQL, code and text"},
    {"datasets", "Data frames that cells make"},
    {"tables", "Warehouse tables that are read or written"},
    {"tags", "Categories and statuses in use"},
    {"connections", "Data connections, and how much uses them"},
    {"collections", "Collections, and how many projects they hold"},
    {"runs", "Runs of published projects, newest first"},
    {"changes", "What changed when in Hex, newest first"},
    {"users", "People of the workspace"},
    {"groups", "Groups of people"},
};

static const struct option_example show_examples[] = {
    {"hexmeta show projects", "All projects, most viewed first."},
    {"hexmeta show projects 'Weekly revenue'", "One project, by id, title or address."},
    {"hexmeta show cells --search refund --json | jq .project",
     "The projects that have a cell about refunds."},
    {"hexmeta show changes 'Weekly revenue'", "What changed in that project, and when."},
    {"hexmeta show tables --csv > tables.csv", "The tables, for a spreadsheet."},
};

/* The same kinds as query_export_kinds has; a test compares. */
static const char *const export_kinds[] = {
    "workspace", "connection", "project", "cell", "dataset", "table", "edge", "run", NULL};

static const struct option_spec export_options[] = {
    {.name = "kind",
     .argument = "KIND",
     .type = OPTION_TYPE_CHOICE,
     .choices = export_kinds,
     .fallback = "all",
     .help = "Only lines of this kind"},
};

static const struct option_example export_examples[] = {
    {"hexmeta export > hex.jsonl", "The whole catalog."},
    {"hexmeta export --kind edge | jq -c .evidence | sort | uniq -c",
     "How each step of the lineage is known."},
};

static const struct option_example import_examples[] = {
    {"hexmeta import exports/", "All .hex.yaml files below a directory."},
    {"hexmeta import revenue.hex.yaml --catalog /tmp/try.db", "One file, into a new catalog."},
};

static const struct option_spec lineage_options[] = {
    {.name = "up",
     .argument = "NUMBER",
     .type = OPTION_TYPE_COUNT,
     .fallback = "all steps, or none with --down",
     .help = "At most so many steps back to where it comes from"},
    {.name = "down",
     .argument = "NUMBER",
     .type = OPTION_TYPE_COUNT,
     .fallback = "all steps, or none with --up",
     .help = "At most so many steps on to what it feeds"},
    {.name = "json",
     .type = OPTION_TYPE_FLAG,
     .help = "One JSON object: start, nodes, edges, and the origins of the start's columns"},
    {.name = "dot", .type = OPTION_TYPE_FLAG, .help = "A drawing for Graphviz"},
    {.name = "openlineage",
     .type = OPTION_TYPE_FLAG,
     .help = "OpenLineage events with column lineage, one a line"},
};

static const struct option_example lineage_examples[] = {
    {"hexmeta lineage 'Weekly revenue'", "What a project reads, and what it feeds."},
    {"hexmeta lineage 'Weekly revenue/orders' --up 1",
     "What the data frame orders of that project comes from."},
    {"hexmeta lineage analytics.orders --down 3 --dot | dot -Tsvg > orders.svg",
     "A drawing of three steps from a table."},
};

static const struct option_spec impact_options[] = {
    {.name = "json",
     .type = OPTION_TYPE_FLAG,
     .help = "One JSON object a line for each thing that depends on it"},
};

static const struct option_example impact_examples[] = {
    {"hexmeta impact analytics.orders", "Who would notice if this table went away?"},
    {"hexmeta impact orders.amount", "What shows or uses this column?"},
    {"hexmeta impact orders --json | jq -r 'select(.owner) | .owner' | sort -u",
     "Whom to tell."},
};

static const struct option_spec help_options[] = {
    {.name = "man", .type = OPTION_TYPE_FLAG, .help = "Print it as a manual page instead"},
    {.name = "completion",
     .argument = "SHELL",
     .type = OPTION_TYPE_CHOICE,
     .choices = shells,
     .help = "Print the completion script of a shell instead"},
    {.name = "markdown",
     .type = OPTION_TYPE_FLAG,
     .help = "Print all commands as one Markdown page instead"},
};

static const struct option_word config_words[] = {
    {"check", "Read the file and report every error and warning with its place"},
    {"show", "Print the settings that are in effect, secrets masked"},
    {"schema", "Print the JSON Schema of the file, for editors"},
};

static const struct option_example config_examples[] = {
    {"hexmeta config check hex.yaml", "Is everything right with this file?"},
    {"hexmeta config show -c hex.yaml --set hexmeta.details=listing",
     "What would hold with that setting."},
};

#define WAIT_OPTION                                                                            \
    {                                                                                          \
        .name = "wait", .argument = "SECONDS", .type = OPTION_TYPE_OPTIONAL_COUNT,             \
        .fallback = "fail at once",                                                            \
        .help = "Wait for another writer of the catalog, at most so long if a number is given" \
    }

static const struct option_spec publish_options[] = {
    WAIT_OPTION,
    {.name = "accept-deletes",
     .type = OPTION_TYPE_FLAG,
     .help = "Delete any number of entities in this run; without it, more than "
             "hexmeta.maxDeletePercent allows are held back and the exit status is 5"},
    {.name = "restore",
     .type = OPTION_TYPE_FLAG,
     .help = "Bring back what people deleted in OpenMetadata"},
    {.name = "verify",
     .type = OPTION_TYPE_FLAG,
     .help = "Read every edge of the lineage, and write those that are not as published"},
};

static const struct option_example publish_examples[] = {
    {"hexmeta publish -c hex.yaml", "Make OpenMetadata look like the catalog."},
};

static const struct option_spec plan_options[] = {
    {.name = "json",
     .type = OPTION_TYPE_FLAG,
     .help = "One JSON object a line: entities with their fields before and after, then a "
             "summary"},
    {.name = "exit-code",
     .type = OPTION_TYPE_FLAG,
     .help = "Exit status 10 when there are changes"},
    {.name = "accept-deletes",
     .type = OPTION_TYPE_FLAG,
     .help = "Show also deletions that would be held back"},
    {.name = "restore", .type = OPTION_TYPE_FLAG, .help = "Plan as for publish --restore"},
};

static const struct option_example plan_examples[] = {
    {"hexmeta plan -c hex.yaml", "What would publish do?"},
    {"hexmeta plan -c hex.yaml --json | jq -c 'select(.action == \"keep\")'",
     "Whose edits stay."},
};

static const struct option_example ingest_examples[] = {
    {"hexmeta ingest -c hex.yaml", "Read the workspace that hex.yaml names."},
    {"hexmeta ingest -c hex.yaml --set hexmeta.details=listing",
     "Only the listing: no request per project."},
    {"hexmeta ingest -c hex.yaml -q --status-file status.json", "For a timer or scheduler."},
};

static const struct option_spec test_options[] = {
    {.name = "json",
     .type = OPTION_TYPE_FLAG,
     .help = "One JSON object a step, then one that sums up"},
};

static const struct option_example test_examples[] = {
    {"hexmeta test -c hex.yaml", "Is my token right, and what may it read?"},
    {"hexmeta test -c hex.yaml --json | jq -r 'select(.remedy) | .remedy'",
     "Only what there is to do."},
};

#define ACCEPT_DELETES_OPTION                                                                  \
    {                                                                                          \
        .name = "accept-deletes", .type = OPTION_TYPE_FLAG,                                    \
        .help = "Let any number of projects stop being active in this run; without it, more "  \
                "than hexmeta.maxDeletePercent allows are held back and the exit status is 5"  \
    }

static const struct option_spec ingest_options[] = {WAIT_OPTION, ACCEPT_DELETES_OPTION};
static const struct option_spec import_options[] = {WAIT_OPTION};
static const struct option_spec sync_options[] = {
    WAIT_OPTION,
    ACCEPT_DELETES_OPTION,
    {.name = "offline",
     .type = OPTION_TYPE_FLAG,
     .help = "Ask nobody: read every stored export in the catalog again"},
    {.name = "dry-run",
     .type = OPTION_TYPE_FLAG,
     .help = "Walk the listing, say what would be read and for how long, write nothing"},
    {.name = "json", .type = OPTION_TYPE_FLAG, .help = "With --dry-run: say it as JSON"},
};

static const struct option_example sync_examples[] = {
    {"hexmeta sync -c hex.yaml --wait=600 -q", "For a timer, beside other runs."},
    {"hexmeta sync -c hex.yaml --dry-run",
     "What a run would read, and how long it would take."},
    {"hexmeta sync --offline", "Everything anew from ./hex.catalog.db, without a token."},
};

static const struct option_example sql_lineage_examples[] = {
    {"hexmeta sql-lineage queries.jsonl",
     "One answer a line, for a file with one question a line."},
    {"echo '{\"task\":\"tables\",\"id\":\"1\",\"dialect\":\"snowflake\","
     "\"sql\":\"select * from a\"}' | hexmeta sql-lineage",
     "What one query reads."},
};

static const struct option_example help_examples[] = {
    {"hexmeta help show", "The kinds and options of show."},
    {"hexmeta help --man ingest | man -l -", "The manual page of ingest."},
    {"hexmeta help --completion bash > ~/.local/share/bash-completion/completions/hexmeta",
     "Completion for bash, from the next shell on."},
};

static const struct option_command commands[] = {
    {.name = "ingest",
     .arguments = "-c FILE",
     .summary = "Read a Hex workspace, as `metadata ingest` does",
     .description =
         "Reads the workspace that the configuration names through Hex's API: the listing, "
         "then the details of every project that changed since the last run. It takes the "
         "place of `metadata ingest -c FILE`.\n\n"
         "With the sink metadata-rest it then publishes the catalog to OpenMetadata, as "
         "`hexmeta publish` does; with the sink catalog it stops there. Requests are paced to "
         "Hex's limits, so that the first run "
         "of a large workspace takes hours; it may be interrupted at any time (Ctrl-C) and the "
         "next run goes on from there.",
     .options = ingest_options,
     .option_count = COUNT_OF(ingest_options),
     .examples = ingest_examples,
     .example_count = COUNT_OF(ingest_examples)},
    {.name = "sync",
     .arguments = "-c FILE",
     .summary = "Read a Hex workspace into the catalog and stop there",
     .description =
         "Reads the workspace that the configuration names into the catalog and stops there, "
         "whatever sink the configuration names.\n\n"
         "With --offline no request is made and no token needed: the exports that the catalog "
         "keeps are read again, of every workspace and of imported files, and their lineage is "
         "computed anew. -c may be left out then, or name a configuration for the sake of its "
         "catalog. A newer hexmeta does this by itself, at its next run, for what it "
         "understands better.\n\n"
         "With --dry-run only the listing is walked (one request a hundred projects) and "
         "compared "
         "with the catalog, which is neither written nor made: what would be read, with how "
         "many "
         "requests, and how long that takes at the configured pace. Refusals, further pages, "
         "look-ups of missing projects and pictures are not foreseen.",
     .options = sync_options,
     .option_count = COUNT_OF(sync_options),
     .examples = sync_examples,
     .example_count = COUNT_OF(sync_examples)},
    {.name = "test",
     .arguments = "-c FILE",
     .summary = "Test the connections, step by step",
     .description =
         "Asks Hex about a dozen things, each once, and prints one step after another: passed, "
         "failed, not allowed, not needed (the configuration does without it) or not tried "
         "(an earlier step failed); what that means for an import, and where it is put right. "
         "Nothing is kept and nothing is changed.\n\n"
         "Mandatory: address, token, projects, metadata, notebook, outputs, data connections. "
         "Optional: users, collections, groups, queried tables; without them the exit status "
         "is 0 all the same. docs/test-connection.md shows a run.\n\n"
         "With the sink metadata-rest the connection to OpenMetadata is tested after that: "
         "address, version, token, what the bot may write, and which data connections have a "
         "database service there. Nothing is written.",
     .options = test_options,
     .option_count = COUNT_OF(test_options),
     .examples = test_examples,
     .example_count = COUNT_OF(test_examples)},
    {.name = "plan",
     .arguments = "-c FILE",
     .summary = "Say what publishing to OpenMetadata would change",
     .description =
         "Compares the catalog with what the OpenMetadata server has and prints every entity "
         "that `publish` would create, update, unlink or delete, field by field, and whose "
         "edits it would keep. Nothing is written to the server.",
     .options = plan_options,
     .option_count = COUNT_OF(plan_options),
     .examples = plan_examples,
     .example_count = COUNT_OF(plan_examples)},
    {.name = "publish",
     .arguments = "-c FILE",
     .summary = "Make OpenMetadata look like the catalog",
     .description =
         "Writes what changed in the catalog to the OpenMetadata server that the configuration "
         "names: tags, data models, charts, dashboards, lineage and usage. What people edited, "
         "added, removed or deleted there stays as they left it, unless overrideMetadata is "
         "set. Hex is not asked for anything. The run may be interrupted at any time.",
     .options = publish_options,
     .option_count = COUNT_OF(publish_options),
     .examples = publish_examples,
     .example_count = COUNT_OF(publish_examples)},
    {.name = "import",
     .arguments = "PATH...",
     .min_arguments = 1,
     .max_arguments = SIZE_MAX,
     .summary = "Read exported .hex.yaml files into the catalog",
     .description =
         "Reads projects that were exported from Hex as .hex.yaml files: the files that are "
         "named, and all below the directories that are named. No token and no network are "
         "needed. A file that cannot be read is reported and the others go on; then the exit "
         "status is 1.\n\n"
         "Such a file holds the notebook, its SQL and its charts, but no owner, views, "
         "schedules or runs; only `ingest` knows those. Importing a file again replaces what "
         "it brought before. The catalog is created when it is missing.",
     .options = import_options,
     .option_count = COUNT_OF(import_options),
     .takes_files = true,
     .examples = import_examples,
     .example_count = COUNT_OF(import_examples)},
    {.name = "show",
     .arguments = "KIND [ID]",
     .min_arguments = 1,
     .max_arguments = 2,
     .summary = "List what the catalog holds, or one thing of it",
     .description =
         "Prints a table that is fitted to the terminal; texts that are too long "
         "end in an ellipsis. With an ID, everything that is known about that one: "
         "its id, its name or title in any case, or for a project its address in the "
         "browser. With --json or --csv nothing is cut.",
     .options = show_options,
     .option_count = COUNT_OF(show_options),
     .words_title = "Kinds",
     .words = show_words,
     .word_count = COUNT_OF(show_words),
     .examples = show_examples,
     .example_count = COUNT_OF(show_examples)},
    {.name = "export",
     .arguments = "",
     .summary = "Print the whole catalog as JSON Lines",
     .description = "One JSON object a line, with the key `kind` first: the workspace, its "
                    "connections, projects, cells, datasets, tables, lineage edges and runs. "
                    "The format is stable; docs/design.md describes it in section 6.",
     .options = export_options,
     .option_count = COUNT_OF(export_options),
     .examples = export_examples,
     .example_count = COUNT_OF(export_examples)},
    {.name = "lineage",
     .arguments = "ID",
     .min_arguments = 1,
     .max_arguments = 1,
     .summary = "Show what something comes from and what it feeds",
     .description =
         "ID is a project (id, title, or its address in the browser), PROJECT/CELL (a cell by "
         "id, label or data frame), a data frame, or a table by the end of its name, with or "
         "without quotes; all but ids in any case. When it may be several, they are listed "
         "with what to write for each.\n\n"
         "Each step tells how it is known: sql, queried_tables (Hex's own list of what a "
         "published project asked for), chart (the configuration of a no-code cell), writeback "
         "or import; partial when there may be more than it says. `(*)` stands behind what is "
         "shown in another place of the tree, with all that is below it. For a data set or "
         "cell, the columns are followed to the columns of tables.",
     .options = lineage_options,
     .option_count = COUNT_OF(lineage_options),
     .examples = lineage_examples,
     .example_count = COUNT_OF(lineage_examples)},
    {.name = "impact",
     .arguments = "TABLE[.COLUMN]",
     .min_arguments = 1,
     .max_arguments = 1,
     .summary = "Show everything in Hex that reads a table or column",
     .description =
         "Everything that reads it, directly or through data sets, components and tables that "
         "are written, by project with owner and views, most viewed first. TABLE is the end of "
         "its name, in any case, with or without quotes.\n\n"
         "A column is followed by name from step to step. `perhaps` is said of what lies "
         "behind a step whose columns are not all known; `its SQL names the column` of a cell "
         "that reads the table and uses the column other than for its result, as in a filter.",
     .options = impact_options,
     .option_count = COUNT_OF(impact_options),
     .examples = impact_examples,
     .example_count = COUNT_OF(impact_examples)},
    {.name = "config",
     .arguments = "WORD [FILE]",
     .min_arguments = 1,
     .max_arguments = 2,
     .summary = "Check a configuration, or show what it means",
     .description = "Works on the file that is named, or on that of -c.",
     .words_title = "What to do",
     .words = config_words,
     .word_count = COUNT_OF(config_words),
     .takes_files = true,
     .examples = config_examples,
     .example_count = COUNT_OF(config_examples)},
    {.name = "sql-lineage",
     .arguments = "[FILE]",
     .max_arguments = 1,
     .summary = "Tell which tables and columns SQL draws from",
     .description =
         "Reads questions, one JSON object a line, from FILE or standard input and prints the "
         "answers as JSON, one a line. A question names a task: `tables` (with dialect and "
         "sql), `columns` (with a schema also), or `notebooks` (with connection and cells). "
         "docs/internals/sql.md describes them. Nothing is connected to and nothing is run. "
         "A line that is no question is reported and the others go on; then the exit status "
         "is 1.",
     .takes_files = true,
     .examples = sql_lineage_examples,
     .example_count = COUNT_OF(sql_lineage_examples)},
    {.name = "version",
     .arguments = "",
     .summary = "Print the version",
     .description = "Prints the version of hexmeta; with -v also those of the libraries it "
                    "runs with."},
    {.name = "help",
     .arguments = "[COMMAND]",
     .max_arguments = 1,
     .summary = "Explain hexmeta or one of its commands",
     .description = "Prints what --help prints. It also writes the manual pages, the "
                    "completion scripts and the page on commands in the documentation: all "
                    "come from the one table that the command line is parsed with.",
     .options = help_options,
     .option_count = COUNT_OF(help_options),
     .examples = help_examples,
     .example_count = COUNT_OF(help_examples)},
};

static cli_command_fn *const functions[] = {
    cmd_ingest, /* ingest */
    cmd_ingest, /* sync */
    cmd_test,    cmd_plan,   cmd_publish, cmd_import,      cmd_show,    cmd_export,
    cmd_lineage, cmd_impact, cmd_config,  cmd_sql_lineage, cmd_version, cmd_help,
};

static const struct option_word exits[] = {
    {"0", "Done"},
    {"1", "Finished with failures, or could not run"},
    {"2", "The command line or the configuration is wrong"},
    {"3",
     "Authentication or permission: a token (Hex's, OpenMetadata's) is not accepted, may not "
     "list, or may not write what is published"},
    {"4", "Hex or OpenMetadata is not reachable"},
    {"5",
     "Done, but the deletion brake held: too many projects would have stopped being active, "
     "or too much would have been deleted in OpenMetadata, at once"},
    {"10", "`plan --exit-code` found changes"},
    {"130", "Interrupted; what was read is kept and the next run goes on from there"},
};

const struct option_table commands_table = {
    .program = "hexmeta",
    .summary = "Hex projects, notebooks and datasets in a catalog of your own",
    .description =
        "hexmeta reads a Hex workspace (hex.tech), or .hex.yaml files exported from one, and "
        "keeps what it learns in a local catalog: projects, components, cells, datasets, "
        "warehouse tables, and which of them feed which.\n\n"
        "The configuration is an OpenMetadata workflow file of type hex, as `metadata ingest` "
        "takes it. Options may stand before or after the command. Results go to standard "
        "output, everything else to standard error; NO_COLOR is obeyed.",
    .options = global_options,
    .option_count = COUNT_OF(global_options),
    .commands = commands,
    .command_count = COUNT_OF(commands),
    .exits = exits,
    .exit_count = COUNT_OF(exits),
};

cli_command_fn *commands_function(const struct option_command *command)
{
    static_assert(COUNT_OF(functions) == COUNT_OF(commands), "one function a command");
    return functions[command - commands];
}
