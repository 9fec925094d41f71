#include "app/cli/catalog_path.h"
#include "app/cli/choice.h"
#include "app/cli/output.h"
#include "app/graph_out.h"
#include "base/text.h"
#include "catalog/impact.h"

#include <inttypes.h>

#define ARENA_BYTES ((size_t)2048 * 1024 * 1024)
#define OUTPUT_BYTES ((size_t)1024 * 1024 * 1024)
#define MAX_COLUMNS 20
#define MAX_LIST_BYTES ((size_t)4096)

/* ---- JSON ---- */

static void put_item(const struct impact *impact, const struct impact_item *item,
                     const struct graph_node *table, struct buf *text)
{
    const struct graph_node *node = &item->node;
    struct json_out out;
    json_out_init(&out, text);
    json_out_object(&out);
    graph_out_node(&out, &node->id);
    json_out_field_str(&out, "name", node->name);
    json_out_field_str(&out, "type", node->type);
    json_out_field_str(&out, "title", node->title);
    json_out_field_str(&out, "owner", node->owner);
    if (node->views >= 0) {
        json_out_field_int(&out, "views", node->views);
    } else {
        json_out_field_null(&out, "views");
    }
    json_out_field_int(&out, "distance", item->distance);
    json_out_key(&out, "via");
    json_out_object(&out);
    graph_out_node(&out,
                   item->via == SIZE_MAX ? &table->id : &impact->items[item->via].node.id);
    json_out_object_end(&out);
    json_out_field_strs(&out, "columns", item->columns, item->column_count);
    json_out_field_cstr(&out, "certainty", impact_certainty_name(item->certainty));
    json_out_object_end(&out);
    (void)buf_append_char(text, '\n');
}

/* ---- text ---- */

static void put_project(const struct graph_node *node, struct buf *out)
{
    (void)buf_append_char(out, '\n');
    text_escape_terminal(out, str_is_empty(node->title) ? node->id.project : node->title);
    (void)buf_append_cstr(out, "  ");
    text_escape_terminal(out, str_is_empty(node->owner) ? STR("no owner") : node->owner);
    if (node->views >= 0) {
        (void)buf_printf(out, ", %" PRId64 " view%s", node->views, node->views == 1 ? "" : "s");
    }
    (void)buf_printf(out, "  %.*s\n", STR_ARG(node->id.project));
}

static void put_columns(const struct impact_item *item, struct buf *out)
{
    for (size_t i = 0; i < item->column_count; i++) {
        (void)buf_append_cstr(out, i == 0 ? "  (" : ", ");
        text_escape_terminal(out, item->columns[i]);
    }
    (void)buf_append_cstr(out, item->column_count > 0 ? ")" : "");
}

static void put_line(const struct impact *impact, const struct impact_item *item,
                     struct buf *out)
{
    static const char *const notes[] = {"", "  its SQL names the column", "  perhaps"};
    const struct graph_node *node = &item->node;
    bool is_project = node->id.kind == NODE_KIND_PROJECT;
    if (is_project && item->via != SIZE_MAX) {
        return; /* the heading says so */
    }
    (void)buf_append_cstr(out, "  ");
    if (is_project) {
        (void)buf_append_cstr(out, "the project, as Hex says; no SQL shows it");
    } else if (node->id.kind == NODE_KIND_TABLE) {
        (void)buf_append_cstr(out, "writes ");
        text_escape_terminal(out, node->name);
    } else {
        text_escape_terminal(out, node->name);
        (void)buf_append_cstr(out, "  ");
        text_escape_terminal(out, node->type);
    }
    put_columns(item, out);
    if (item->via != SIZE_MAX) {
        const struct graph_node *via = &impact->items[item->via].node;
        (void)buf_append_cstr(out, "  through ");
        text_escape_terminal(out, via->name);
        if (via->id.kind != NODE_KIND_TABLE && !str_eq(via->id.project, node->id.project) &&
            node->id.kind != NODE_KIND_TABLE) {
            (void)buf_append_cstr(out, " of ");
            text_escape_terminal(out, via->title);
        }
    }
    (void)buf_printf(out, "%s\n", notes[item->certainty]);
}

static void put_text(const struct impact *impact, const struct graph_node *table,
                     struct str column, struct buf *out)
{
    text_escape_terminal(out, table->name);
    if (!str_is_null(column)) {
        (void)buf_append_char(out, '.');
        text_escape_terminal(out, column);
    }
    (void)buf_append_cstr(out, " on ");
    text_escape_terminal(out, table->connection);
    (void)buf_printf(out, ": %zu project%s\n", impact->project_count,
                     impact->project_count == 1 ? "" : "s");
    struct str project = STR_NULL;
    bool is_among_tables = false;
    for (size_t i = 0; i < impact->count; i++) {
        const struct graph_node *node = &impact->items[i].node;
        if (node->id.kind == NODE_KIND_TABLE) {
            (void)buf_append_cstr(out, is_among_tables ? "" : "\nTables written from it\n");
            is_among_tables = true;
        } else if (!str_eq(project, node->id.project)) {
            project = node->id.project;
            put_project(node, out);
        }
        put_line(impact, &impact->items[i], out);
    }
}

/* An empty answer may be a misspelling: the columns that could have been meant. */
static enum status tell_columns(const struct cli *cli, struct catalog *catalog,
                                const struct graph_node *table, struct str column,
                                struct arena *arena, struct error *err)
{
    struct str *names = NULL;
    size_t count = 0;
    struct buf list;
    buf_init(&list, MAX_LIST_BYTES);
    enum status status =
        impact_used_columns(catalog, table, MAX_COLUMNS + 1, arena, &names, &count, err);
    for (size_t i = 0; i < count && i < MAX_COLUMNS; i++) {
        (void)buf_printf(&list, "%s%.*s", i == 0 ? "" : ", ",
                         STR_ARG(str_sub(names[i], 0, 100)));
    }
    if (status == OK) {
        cli_say(cli, "Nothing is known to use a column '%.*s' of it%s%s%s.",
                STR_ARG(str_sub(column, 0, 200)), count > 0 ? "; known are: " : "",
                buf_cstr(&list), count > MAX_COLUMNS ? " and others" : "");
    }
    buf_free(&list);
    return status;
}

static enum status show_impact(const struct cli *cli, struct catalog *catalog,
                               struct arena *arena, struct error *err)
{
    struct str text = str_from(cli->options.arguments[0]);
    struct graph_node table = {.id.kind = NODE_KIND_TABLE};
    struct str column = STR_NULL;
    struct impact impact = {NULL};
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    enum status status = choice_of_table(catalog, text, arena, &table, &column, err);
    if (status == OK) {
        status = impact_find(catalog, &table, column, arena, &impact, err);
    }
    if (status == OK && option_is_set(&cli->options, "json")) {
        for (size_t i = 0; i < impact.count; i++) {
            put_item(&impact, &impact.items[i], &table, &out);
        }
    } else if (status == OK) {
        put_text(&impact, &table, column, &out);
    }
    if (status == OK) {
        status = output_buf(&out, err);
    }
    if (status == OK) {
        status = output_flush(err);
    }
    if (status == OK && impact.count == 0 && !str_is_null(column)) {
        status = tell_columns(cli, catalog, &table, column, arena, err);
    }
    buf_free(&out);
    return status;
}

enum exit_code cmd_impact(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    struct catalog *catalog = NULL;
    arena_init(&arena, ARENA_BYTES);
    enum status status =
        catalog_path_open(cli, CATALOG_MODE_READ, &arena, &catalog, NULL, &err);
    if (status == OK) {
        status = show_impact(cli, catalog, &arena, &err);
    }
    catalog_close(catalog);
    arena_free(&arena);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
