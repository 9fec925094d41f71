#include "app/cli/catalog_path.h"
#include "app/cli/choice.h"
#include "app/cli/output.h"
#include "app/cli/records.h"
#include "app/cli/terminal.h"

#include <string.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)1024 * 1024)
#define MAX_KINDS 64

/* "projects", and also "project". */
static const struct query_kind *find_kind(struct str name)
{
    for (size_t i = 0; i < query_kind_count; i++) {
        struct str kind = str_from(query_kinds[i].name);
        bool is_singular =
            str_ends_with(kind, "s") && str_eq_nocase(name, str_sub(kind, 0, kind.n - 1));
        if (str_eq_nocase(name, kind) || is_singular) {
            return &query_kinds[i];
        }
    }
    return NULL;
}

static enum status unknown_kind(struct str name, struct error *err)
{
    const char *names[MAX_KINDS];
    struct buf known;
    size_t count = 0;
    buf_init(&known, 400);
    for (; count < query_kind_count && count < MAX_KINDS; count++) {
        names[count] = query_kinds[count].name;
        (void)buf_printf(&known, "%s%s", count == 0 ? "" : ", ", names[count]);
    }
    const char *nearest = option_nearest(name, names, count);
    if (nearest != NULL) {
        (void)error_set(err, ERR_CONFIG, "show knows no '%.*s'. Did you mean '%s'?",
                        STR_ARG(name), nearest);
    } else {
        (void)error_set(err, ERR_CONFIG, "show knows no '%.*s', only %s", STR_ARG(name),
                        buf_cstr(&known));
    }
    buf_free(&known);
    return ERR_CONFIG;
}

static enum records_format format_of(const struct cli *cli)
{
    if (option_is_set(&cli->options, "json")) {
        return RECORDS_FORMAT_JSON;
    }
    if (option_is_set(&cli->options, "csv")) {
        return RECORDS_FORMAT_CSV;
    }
    return cli->options.argument_count > 1 ? RECORDS_FORMAT_FIELDS : RECORDS_FORMAT_TABLE;
}

static enum status write_output(void *ctx, struct str text, struct error *err)
{
    (void)ctx;
    return output_write(text, err);
}

/* What a person would otherwise wonder about. */
static void explain(const struct cli *cli, const struct query_kind *kind,
                    const struct records *records, enum records_format format, size_t hidden)
{
    bool is_table = format == RECORDS_FORMAT_TABLE;
    if (is_table && records_count(records) == 0) {
        bool is_search = option_is_set(&cli->options, "search");
        cli_say(cli, is_search ? "No %s match." : "The catalog has no %s.", kind->name);
    }
    if (is_table && hidden > 0) {
        cli_say(cli, "%zu more column%s: make the terminal wider, or use --csv or --json.",
                hidden, hidden == 1 ? "" : "s");
    }
}

/* The thing itself, or what is of a project: both may be misspelt. */
static void suggest(struct catalog *catalog, const struct query_kind *kind, struct str id,
                    struct arena *arena, struct error *err)
{
    static const char *const of_projects[] = {"projects", "components", "cells", "datasets",
                                              "runs",     "changes",    NULL};
    if (strcmp(kind->name, "tables") == 0) {
        choice_suggest(catalog, id, GRAPH_NAMES_TABLES, arena, err);
    }
    for (size_t i = 0; of_projects[i] != NULL; i++) {
        if (strcmp(kind->name, of_projects[i]) == 0) {
            choice_suggest(catalog, id, GRAPH_NAMES_PROJECTS, arena, err);
        }
    }
}

static enum status show(const struct cli *cli, struct catalog *catalog,
                        const struct query_kind *kind, struct arena *arena, struct error *err)
{
    enum records_format format = format_of(cli);
    const struct option_result *given = &cli->options;
    struct str id = STR_NULL;
    if (given->argument_count > 1 &&
        choice_id(str_from(given->arguments[1]), arena, &id, err) != OK) {
        return err->code;
    }
    const struct query_filter filter = {.id = id,
                                        .search = str_from(option_text(given, "search")),
                                        .limit = option_count(given, "limit", 0)};
    const struct records_options options = {.format = format,
                                            .kind = kind,
                                            .width = terminal_width(STDOUT_FILENO),
                                            .has_color = terminal_has_color(STDOUT_FILENO),
                                            .write = write_output};
    size_t hidden = 0;
    struct records *records = records_new(&options);
    if (records == NULL) {
        return error_nomem(err);
    }
    enum status status = query_show(catalog, kind, &filter, records_row, records, err);
    if (status == ERR_NOT_FOUND) {
        suggest(catalog, kind, id, arena, err);
    }
    if (status == OK) {
        status = records_end(records, &hidden, err);
    }
    if (status == OK) {
        status = output_flush(err);
    }
    if (status == OK) {
        explain(cli, kind, records, format, hidden);
    }
    records_free(records);
    return status;
}

enum exit_code cmd_show(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    struct catalog *catalog = NULL;
    struct str name = str_from(cli->options.arguments[0]);
    const struct query_kind *kind = find_kind(name);
    enum status status = OK;
    arena_init(&arena, ARENA_BYTES);
    if (kind == NULL) {
        status = unknown_kind(name, &err);
    } else if (option_is_set(&cli->options, "json") && option_is_set(&cli->options, "csv")) {
        status = error_set(&err, ERR_CONFIG, "--json and --csv exclude each other");
    } else {
        status = catalog_path_open(cli, CATALOG_MODE_READ, &arena, &catalog, NULL, &err);
    }
    if (status == OK) {
        status = show(cli, catalog, kind, &arena, &err);
    }
    catalog_close(catalog);
    arena_free(&arena);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
