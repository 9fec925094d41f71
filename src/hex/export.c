#include "hex/export.h"

#include "base/buf.h"
#include "hex/decode_text.h"
#include "hex/export_cell.h"
#include "io/yaml.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_NESTED_CELLS 32

struct reader {
    struct str text;
    struct arena *arena;
    struct error *err;
    struct notebook *notebook;
    size_t cell_capacity;
    size_t connection_capacity;
};

/* ---- what the file says about the project ---- */

/* A scalar as text even when it looks like null: a title may be "null". */
static struct str scalar(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_SCALAR ? node->text : STR_NULL;
}

static enum status read_id(struct reader *reader, const struct yaml_node *node, struct str *out)
{
    struct copier copier = {.arena = reader->arena};
    struct str text = export_name(node);
    *out = is_uuid(text) ? copy_lower(&copier, text) : text;
    return copier_status(&copier, reader->err);
}

static enum status read_categories(struct reader *reader, const struct yaml_node *list)
{
    struct notebook *notebook = reader->notebook;
    size_t capacity = 0;
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_at(list, i);
        struct str name =
            scalar(item->kind == YAML_KIND_MAPPING ? yaml_get(item, "name") : item);
        if (str_is_empty(name)) {
            continue;
        }
        struct category *category =
            arena_push(reader->arena, &notebook->categories, &notebook->category_count,
                       &capacity, sizeof(*category));
        if (category == NULL) {
            return error_nomem(reader->err);
        }
        category->name = name;
        category->description = yaml_str(yaml_get(item, "description"));
    }
    return OK;
}

static enum status read_meta(struct reader *reader, const struct yaml_node *meta,
                             struct str project_id)
{
    struct notebook *notebook = reader->notebook;
    const struct yaml_node *status_node = yaml_get(meta, "status");
    struct str hex_type = scalar(yaml_get(meta, "hexType"));
    enum status status = OK;
    notebook->project_id = project_id;
    if (str_is_null(project_id)) {
        status = read_id(reader, yaml_get(meta, "projectId"), &notebook->project_id);
        if (status == OK && !is_uuid(notebook->project_id)) {
            return error_set(
                reader->err, ERR_PARSE,
                "meta.projectId is missing or no UUID: is this a Hex project file?");
        }
    }
    notebook->title = scalar(yaml_get(meta, "title"));
    notebook->description = yaml_str(yaml_get(meta, "description"));
    notebook->type =
        str_is(hex_type, "COMPONENT") ? PROJECT_TYPE_COMPONENT : PROJECT_TYPE_PROJECT;
    notebook->status = status_node != NULL && status_node->kind == YAML_KIND_MAPPING
                           ? export_name(yaml_get(status_node, "name"))
                           : yaml_str(status_node);
    return status == OK ? read_categories(reader, yaml_get(meta, "categories")) : status;
}

/* "Snowflake-PB (snowflake)": the type is in the last parentheses. */
static enum status read_connection_comment(struct reader *reader, struct str comment,
                                           struct data_connection *out)
{
    struct copier copier = {.arena = reader->arena};
    size_t open = str_find_last(comment, '(');
    if (str_is_empty(comment)) {
        return OK;
    }
    if (open == SIZE_MAX || comment.p[comment.n - 1] != ')') {
        out->name = copy_str(&copier, comment);
    } else {
        out->name = copy_str(&copier, str_trim(str_sub(comment, 0, open)));
        out->type =
            copy_lower(&copier, str_trim(str_sub(comment, open + 1, comment.n - open - 2)));
    }
    return copier_status(&copier, reader->err);
}

static enum status read_connections(struct reader *reader, const struct yaml_node *list)
{
    struct notebook *notebook = reader->notebook;
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_at(list, i);
        const struct yaml_node *id_node =
            item->kind == YAML_KIND_MAPPING ? yaml_get(item, "dataConnectionId") : item;
        struct str id;
        enum status status = read_id(reader, id_node, &id);
        if (status != OK) {
            return status;
        }
        if (str_is_empty(id)) {
            continue;
        }
        struct data_connection *connection =
            arena_push(reader->arena, &notebook->connections, &notebook->connection_count,
                       &reader->connection_capacity, sizeof(*connection));
        if (connection == NULL) {
            return error_nomem(reader->err);
        }
        connection->id = id;
        status = read_connection_comment(reader, yaml_comment_behind(reader->text, id_node),
                                         connection);
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

/* ---- cells ---- */

static enum status read_cells(struct reader *reader, const struct yaml_node *list,
                              struct str parent, unsigned depth);

static enum status read_cell(struct reader *reader, const struct yaml_node *node,
                             struct str parent, unsigned depth)
{
    struct notebook *notebook = reader->notebook;
    const struct yaml_node *config = yaml_get(node, "config");
    const struct yaml_node *label = yaml_get(node, "cellLabel");
    size_t position = notebook->cell_count;
    struct cell *cell = arena_push(reader->arena, &notebook->cells, &notebook->cell_count,
                                   &reader->cell_capacity, sizeof(*cell));
    if (cell == NULL) {
        return error_nomem(reader->err);
    }
    cell->type = cell_type_from_export(scalar(yaml_get(node, "cellType")));
    cell->label = yaml_is_null(label) ? STR_NULL : scalar(label);
    cell->parent = parent;
    enum status status = read_id(reader, yaml_get(node, "cellId"), &cell->id);
    if (status == OK && node->kind != YAML_KIND_MAPPING) {
        cell->error = STR("the cell is no mapping");
    } else if (status == OK && str_is_empty(cell->type)) {
        cell->error = STR("the cell has no type");
    } else if (status == OK && str_is_empty(cell->id)) {
        cell->error = STR("the cell has no id");
    } else if (status == OK) {
        status = export_read_config(config, reader->arena, cell, reader->err);
    }
    if (status == OK && str_is_empty(cell->id)) {
        /* Something must tell it from the others; its place is all there is. */
        status = arena_printf(reader->arena, &cell->id, "position-%zu", position);
    }
    if (status != OK) {
        return status;
    }
    /* The array may move while nested cells are read: cell is not used after this. */
    return read_cells(reader, yaml_get(config, "cells"), cell->id, depth + 1);
}

static enum status read_cells(struct reader *reader, const struct yaml_node *list,
                              struct str parent, unsigned depth)
{
    if (list == NULL || list->kind != YAML_KIND_SEQUENCE) {
        return OK;
    }
    if (depth > MAX_NESTED_CELLS) {
        return error_set(reader->err, ERR_LIMIT, "cells are nested more than %d deep",
                         MAX_NESTED_CELLS);
    }
    for (size_t i = 0; i < list->count; i++) {
        enum status status = read_cell(reader, list->items[i], parent, depth);
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

/* ---- the text to keep ---- */

struct range {
    size_t start;
    size_t end;
};

struct ranges {
    struct arena *arena;
    struct range *items;
    size_t count;
    size_t capacity;
    bool has_failed;
};

/* Every scalar below node, but not what is under a key "name": names are no secrets. */
static void collect_scalars(struct ranges *ranges, const struct yaml_node *node, unsigned depth)
{
    if (node == NULL || depth > yaml_limits_default.max_depth) {
        return;
    }
    if (node->kind == YAML_KIND_SCALAR) {
        struct range *range = arena_push(ranges->arena, &ranges->items, &ranges->count,
                                         &ranges->capacity, sizeof(*range));
        if (range == NULL) {
            ranges->has_failed = true;
        } else {
            *range = (struct range){node->start, node->end};
        }
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_KIND_SEQUENCE) {
            collect_scalars(ranges, node->items[i], depth + 1);
        } else if (!str_is(node->pairs[i].key->text, "name")) {
            collect_scalars(ranges, node->pairs[i].value, depth + 1);
        }
    }
}

static void collect_secrets(struct ranges *ranges, const struct yaml_node *node, unsigned depth)
{
    if (node == NULL || depth > yaml_limits_default.max_depth) {
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_KIND_SEQUENCE) {
            collect_secrets(ranges, node->items[i], depth + 1);
            continue;
        }
        struct str key = node->pairs[i].key->text;
        if (str_is(key, "secrets") || str_is(key, "envVars")) {
            collect_scalars(ranges, node->pairs[i].value, depth + 1);
        } else {
            collect_secrets(ranges, node->pairs[i].value, depth + 1);
        }
    }
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static void write_blanked(struct buf *out, struct str text, const struct ranges *ranges)
{
    size_t at = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->items[i];
        if (range->start < at || range->end < range->start || range->end > text.n) {
            continue; /* an alias: blanked already where it points to */
        }
        (void)buf_append_str(out, str_sub(text, at, range->start - at));
        (void)buf_append_cstr(out, "\"\"");
        if (range->end > range->start && text.p[range->end - 1] == '\n') {
            (void)buf_append_char(out, '\n'); /* a block scalar takes its last line end along */
        }
        at = range->end;
    }
    (void)buf_append_str(out, str_sub(text, at, SIZE_MAX));
}

/* Blanks, and keeps the result only when it still parses. */
static enum status make_raw(struct str text, const struct yaml_node *root, struct arena *arena,
                            struct str *raw, struct error *err)
{
    struct ranges ranges = {.arena = arena};
    struct buf out;
    const struct yaml_node *again;
    struct error ignored = ERROR_INIT;
    collect_secrets(&ranges, root, 0);
    if (ranges.has_failed) {
        return error_nomem(err);
    }
    if (ranges.count == 0) {
        return arena_str(arena, text, raw);
    }
    qsort(ranges.items, ranges.count, sizeof(*ranges.items), compare_ranges);
    buf_init(&out, yaml_limits_default.max_bytes);
    write_blanked(&out, text, &ranges);
    enum status status = buf_status(&out);
    *raw = STR_NULL;
    if (status == OK &&
        yaml_parse(buf_str(&out), &yaml_limits_default, arena, &again, &ignored) == OK) {
        status = arena_str(arena, buf_str(&out), raw);
    }
    buf_free(&out);
    return status;
}

enum status export_read(struct str text, struct str project_id, struct arena *arena,
                        struct notebook **notebook, struct str *raw, struct error *err)
{
    const struct yaml_node *root;
    struct reader reader = {.text = text, .arena = arena, .err = err};
    *raw = STR_NULL;
    *notebook = NULL;
    enum status status = yaml_parse(text, &yaml_limits_default, arena, &root, err);
    if (status != OK) {
        return status;
    }
    if (root == NULL || root->kind != YAML_KIND_MAPPING || yaml_get(root, "meta") == NULL) {
        return error_set(err, ERR_PARSE, "the file has no `meta`: is this a Hex project file?");
    }
    reader.notebook = ARENA_NEW(arena, struct notebook);
    if (reader.notebook == NULL) {
        return error_nomem(err);
    }
    reader.notebook->is_complete = true;
    status = read_meta(&reader, yaml_get(root, "meta"), project_id);
    if (status == OK) {
        status =
            read_connections(&reader, yaml_path(root, "sharedAssets", "dataConnections", NULL));
    }
    if (status == OK) {
        status = read_connections(&reader,
                                  yaml_path(root, "projectAssets", "dataConnections", NULL));
    }
    if (status == OK) {
        status = read_cells(&reader, yaml_get(root, "cells"), STR_NULL, 0);
    }
    if (status == OK) {
        status = make_raw(text, root, arena, raw, err);
    }
    if (status == OK) {
        *notebook = reader.notebook;
    }
    return status;
}
