#include "app/cli/choice.h"

#include "domain/hex_url.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MAX_LISTED 30

static void list_node(const struct graph_node *node)
{
    switch (node->id.kind) {
    case NODE_KIND_TABLE:
        cli_complain("  %.*s (table on %.*s)", STR_ARG(node->name), STR_ARG(node->connection));
        break;
    case NODE_KIND_PROJECT:
        cli_complain("  %.*s (%.*s '%.*s')", STR_ARG(node->id.project), STR_ARG(node->type),
                     STR_ARG(node->name));
        break;
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
        cli_complain("  %.*s/%.*s (%.*s cell '%.*s' of '%.*s')", STR_ARG(node->id.project),
                     STR_ARG(node->id.cell), STR_ARG(node->type), STR_ARG(node->name),
                     STR_ARG(node->title));
        break;
    }
}

/* *out is the node when there is one. */
static enum status only_one(struct str text, const struct graph_node *nodes, size_t count,
                            struct graph_node *out, struct error *err)
{
    assert(nodes != NULL && count > 0);
    if (count == 1) {
        *out = nodes[0];
        return OK;
    }
    cli_complain("'%.*s' may be any of these:", STR_ARG(str_sub(text, 0, 200)));
    for (size_t i = 0; i < count && i < MAX_LISTED; i++) {
        list_node(&nodes[i]);
    }
    if (count > MAX_LISTED) {
        cli_complain("  and %zu more", count - MAX_LISTED);
    }
    return error_set(err, ERR_NOT_FOUND, "'%.*s' is not enough to tell which one is meant",
                     STR_ARG(str_sub(text, 0, 200)));
}

/* ---- what people type ---- */

/* The letter that ends a name that c begins; 0: c is no quote. */
static char closing_quote(char c)
{
    return c == '"' || c == '`' ? c : c == '[' ? ']' : '\0';
}

/*
 * "DB"."T", `p.d.t` or [dbo].[T] without the quotes; text itself when it has none, or they do
 * not stand around whole parts.
 */
static enum status without_quotes(struct str text, struct arena *arena, struct str *out)
{
    struct buf plain;
    size_t i = 0;
    bool is_whole = true;
    buf_init(&plain, text.n + 1);
    while (i < text.n && is_whole) {
        char quote = closing_quote(text.p[i]);
        size_t start = i + (quote != '\0');
        size_t n = str_find(str_sub(text, start, SIZE_MAX), quote != '\0' ? quote : '.');
        is_whole = quote == '\0' || n != SIZE_MAX;
        struct str part = str_sub(text, start, n);
        (void)buf_append_str(&plain, part);
        i = start + part.n + (quote != '\0');
        is_whole = is_whole && (i >= text.n || text.p[i] == '.');
        if (i < text.n) {
            (void)buf_append_char(&plain, '.');
            i++;
        }
    }
    enum status status = OK;
    if (is_whole && buf_status(&plain) == OK) {
        status = arena_str(arena, buf_str(&plain), out);
    } else {
        *out = text;
    }
    buf_free(&plain);
    return status;
}

enum status choice_id(struct str text, struct arena *arena, struct str *out, struct error *err)
{
    struct hex_url url;
    *out = text;
    if (!hex_url_parse(text, &url)) {
        return OK;
    }
    return arena_str(arena, str_from(url.project), out) == OK ? OK : error_nomem(err);
}

/* ---- finding ---- */

void choice_suggest(struct catalog *catalog, struct str text, enum graph_names which,
                    struct arena *arena, struct error *err)
{
    struct str names[GRAPH_MAX_SUGGESTIONS];
    struct error ignored = ERROR_INIT;
    size_t count = 0;
    if (graph_suggest(catalog, text, which, arena, names, &count, &ignored) != OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(err->message);
        const char *before = i == 0 ? ". Did you mean" : i + 1 == count ? " or" : ",";
        (void)snprintf(err->message + used, sizeof(err->message) - used, "%s '%.*s'%s", before,
                       STR_ARG(str_sub(names[i], 0, 100)), i + 1 == count ? "?" : "");
    }
}

/* An address of Hex: its cell when it has one and the catalog knows it, else the project. */
static enum status find_address(struct catalog *catalog, const struct hex_url *url,
                                struct arena *arena, struct graph_node **nodes, size_t *count,
                                struct error *err)
{
    struct str cell = STR_NULL;
    enum status status = ERR_NOT_FOUND;
    if (!str_is_null(url->cell)) {
        if (arena_printf(arena, &cell, "%s/%.*s", url->project, STR_ARG(url->cell)) != OK) {
            return error_nomem(err);
        }
        status = graph_find(catalog, cell, arena, nodes, count, err);
    }
    return status == ERR_NOT_FOUND
               ? graph_find(catalog, str_from(url->project), arena, nodes, count, err)
               : status;
}

enum status choice_of_any(struct catalog *catalog, struct str text, struct arena *arena,
                          struct graph_node *out, struct error *err)
{
    struct hex_url url;
    struct graph_node *nodes = NULL;
    struct str plain = text;
    size_t count = 0;
    bool is_address = hex_url_parse(text, &url);
    enum status status = is_address ? find_address(catalog, &url, arena, &nodes, &count, err)
                                    : graph_find(catalog, text, arena, &nodes, &count, err);
    if (status == ERR_NOT_FOUND && !is_address) {
        struct error first = *err;
        if (without_quotes(text, arena, &plain) != OK) {
            return error_nomem(err);
        }
        status = graph_find(catalog, plain, arena, &nodes, &count, err);
        if (status == ERR_NOT_FOUND) {
            *err = first;
            choice_suggest(catalog, plain, GRAPH_NAMES_ALL, arena, err);
        }
    }
    return status == OK ? only_one(text, nodes, count, out, err) : status;
}

/* The whole text as a table; else its last part as a column. */
static enum status find_table(struct catalog *catalog, struct str text, struct arena *arena,
                              struct graph_node **nodes, size_t *count, struct str *column,
                              struct error *err)
{
    size_t dot = str_find_last(text, '.');
    *column = STR_NULL;
    enum status status = graph_find_tables(catalog, text, arena, nodes, count, err);
    if (status == OK && *count == 0 && dot != SIZE_MAX) {
        *column = str_sub(text, dot + 1, SIZE_MAX);
        status = graph_find_tables(catalog, str_sub(text, 0, dot), arena, nodes, count, err);
    }
    return status;
}

/* What else has the name, or what is named alike. */
static enum status no_table(struct catalog *catalog, struct str text, struct str plain,
                            struct arena *arena, struct error *err)
{
    struct graph_node *nodes = NULL;
    struct error ignored = ERROR_INIT;
    size_t count = 0;
    if (graph_find(catalog, text, arena, &nodes, &count, &ignored) == OK) {
        return error_set(err, ERR_NOT_FOUND,
                         "'%.*s' is no table: 'hexmeta lineage' shows what depends on it",
                         STR_ARG(str_sub(text, 0, 200)));
    }
    (void)error_set(err, ERR_NOT_FOUND, "nothing in the catalog reads or writes a table '%.*s'",
                    STR_ARG(str_sub(text, 0, 200)));
    choice_suggest(catalog, plain, GRAPH_NAMES_TABLES, arena, err);
    return ERR_NOT_FOUND;
}

enum status choice_of_table(struct catalog *catalog, struct str text, struct arena *arena,
                            struct graph_node *out, struct str *column, struct error *err)
{
    struct graph_node *nodes = NULL;
    struct str plain = text;
    size_t count = 0;
    enum status status = find_table(catalog, text, arena, &nodes, &count, column, err);
    if (status == OK && count == 0) {
        if (without_quotes(text, arena, &plain) != OK) {
            return error_nomem(err);
        }
        status = find_table(catalog, plain, arena, &nodes, &count, column, err);
    }
    if (status == OK && count == 0) {
        status = no_table(catalog, text, plain, arena, err);
    }
    return status == OK ? only_one(text, nodes, count, out, err) : status;
}
