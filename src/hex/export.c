#include "hex/export.h"

#include "base/buf.h"
#include "base/map.h"
#include "domain/uuid.h"
#include "hex/decode_text.h"
#include "hex/export_cell.h"
#include "io/yaml.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_NESTED_CELLS 32

/* A nested cell takes three levels: list, cell, config. Rich text goes deep as well. */
static const struct yaml_limits limits = {
    .max_bytes = (size_t)64 * 1024 * 1024,
    .max_depth = 3 * MAX_NESTED_CELLS + 64,
    .max_nodes = 4 * 1000 * 1000,
    .is_version_1_2 = true,
};

struct reader {
    struct str text;
    struct arena *arena;
    struct error *err;
    struct notebook *notebook;
    size_t cell_capacity;
    size_t connection_capacity;
    struct map cell_ids;       /* those that are taken */
    struct map connection_ids; /* those that were read */
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
    *out = copy_id_text(&copier, export_name(node));
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
        if (str_is_empty(id) || map_has(&reader->connection_ids, id)) {
            continue;
        }
        if (map_put(&reader->connection_ids, id, (union map_value){.number = 1}) != OK) {
            return error_nomem(reader->err);
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

/*
 * The cell's id. One that is missing, unusable or taken becomes "position-N": something must
 * tell the cell from the others, and its place is all there is.
 */
static enum status read_cell_id(struct reader *reader, const struct yaml_node *node,
                                size_t position, struct cell *cell)
{
    enum status status = read_id(reader, node, &cell->id);
    bool is_taken = status == OK && map_has(&reader->cell_ids, cell->id);
    if (status == OK &&
        (is_taken || str_is_empty(cell->id) || str_starts_with(cell->id, "position-"))) {
        cell->error =
            is_taken ? STR("another cell has the same id") : STR("the cell has no usable id");
        status = arena_printf(reader->arena, &cell->id, "position-%zu", position);
    }
    if (status == OK) {
        status = map_put(&reader->cell_ids, cell->id, (union map_value){.number = 1});
    }
    return status == OK ? OK : error_nomem(reader->err);
}

static enum status read_cell(struct reader *reader, const struct yaml_node *node,
                             struct str parent, unsigned depth)
{
    struct notebook *notebook = reader->notebook;
    const struct yaml_node *config = yaml_get(node, "config");
    const struct yaml_node *nested = yaml_get(config, "cells");
    const struct yaml_node *label = yaml_get(node, "cellLabel");
    size_t position = notebook->cell_count;
    struct cell *cell = arena_push(reader->arena, &notebook->cells, &notebook->cell_count,
                                   &reader->cell_capacity, sizeof(*cell));
    if (cell == NULL) {
        return error_nomem(reader->err);
    }
    cell->type = cell_type_from_export(export_name(yaml_get(node, "cellType")));
    cell->label = yaml_str(label);
    cell->parent = parent;
    enum status status = read_cell_id(reader, yaml_get(node, "cellId"), position, cell);
    if (status == OK) {
        status = export_read_config(config, reader->arena, cell, reader->err);
    }
    if (status != OK) {
        return status;
    }
    if (node->kind != YAML_KIND_MAPPING) {
        cell->error = STR("the cell is no mapping");
    } else if (str_is_empty(cell->type)) {
        cell->error = STR("the cell has no type");
    } else if (nested != NULL && depth == MAX_NESTED_CELLS) {
        cell->error = STR("nested too deep: the cells in it are left out");
        return OK;
    } else if (nested != NULL && !yaml_is_null(nested) && nested->kind != YAML_KIND_SEQUENCE) {
        cell->error = STR("the cells in it are no list");
    }
    /* The array may move while nested cells are read: cell is not used after this. */
    return read_cells(reader, nested, cell->id, depth + 1);
}

static enum status read_cells(struct reader *reader, const struct yaml_node *list,
                              struct str parent, unsigned depth)
{
    if (list == NULL || list->kind != YAML_KIND_SEQUENCE) {
        return OK;
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

/*
 * Every scalar below node that says something, but not the name of a list's element
 * (- name: X): names are no secrets.
 */
static void collect_scalars(struct ranges *ranges, const struct yaml_node *node,
                            bool is_element, unsigned depth)
{
    if (node->kind == YAML_KIND_SCALAR && !yaml_is_null(node) && node->text.n > 0) {
        struct range *range = arena_push(ranges->arena, &ranges->items, &ranges->count,
                                         &ranges->capacity, sizeof(*range));
        if (range == NULL) {
            ranges->has_failed = true;
        } else {
            *range = (struct range){node->start, node->end};
        }
    }
    for (size_t i = 0; i < node->count && depth <= limits.max_depth; i++) {
        if (node->kind == YAML_KIND_SEQUENCE) {
            collect_scalars(ranges, node->items[i], true, depth + 1);
        } else if (!is_element || !str_is(node->pairs[i].key->text, "name")) {
            collect_scalars(ranges, node->pairs[i].value, false, depth + 1);
        }
    }
}

static void collect_secrets(struct ranges *ranges, const struct yaml_node *node, unsigned depth)
{
    for (size_t i = 0; i < node->count && depth <= limits.max_depth; i++) {
        if (node->kind == YAML_KIND_SEQUENCE) {
            collect_secrets(ranges, node->items[i], depth + 1);
            continue;
        }
        struct str key = node->pairs[i].key->text;
        if (str_is(key, "secrets") || str_is(key, "envVars")) {
            collect_scalars(ranges, node->pairs[i].value, false, depth + 1);
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

/* True when text parses and has no secrets, as far as we know where they stand. */
static bool is_free_of_secrets(struct str text, size_t max_bytes)
{
    struct arena arena;
    struct error ignored = ERROR_INIT;
    const struct yaml_node *root = NULL;
    struct ranges ranges = {.arena = &arena};
    arena_init(&arena, max_bytes);
    bool is_readable = yaml_parse(text, &limits, &arena, &root, &ignored) == OK && root != NULL;
    if (is_readable) {
        collect_secrets(&ranges, root, 0);
    }
    arena_free(&arena);
    return is_readable && ranges.count == 0 && !ranges.has_failed;
}

/* Blanks, and keeps the result only when reading it anew shows that nothing is left. */
static enum status make_raw(struct str text, const struct yaml_node *root, struct arena *arena,
                            struct str *raw, struct error *err)
{
    struct ranges ranges = {.arena = arena};
    struct buf out;
    collect_secrets(&ranges, root, 0);
    if (ranges.has_failed) {
        return error_nomem(err);
    }
    buf_init(&out, limits.max_bytes);
    if (ranges.count > 0) {
        qsort(ranges.items, ranges.count, sizeof(*ranges.items), compare_ranges);
    }
    write_blanked(&out, text, &ranges);
    enum status status = buf_status(&out);
    bool is_kept = status == OK &&
                   (ranges.count == 0 || is_free_of_secrets(buf_str(&out), arena->max_bytes));
    *raw = STR_NULL;
    if (is_kept) {
        status = arena_str(arena, buf_str(&out), raw);
    }
    buf_free(&out);
    if (status == ERR_LIMIT) {
        return OK; /* too large to keep */
    }
    return status == OK ? OK : error_nomem(err);
}

static enum status read_file(struct reader *reader, const struct yaml_node *root,
                             struct str project_id)
{
    static const char *const owners[] = {"sharedAssets", "projectAssets"};
    enum status status = read_meta(reader, yaml_get(root, "meta"), project_id);
    for (size_t i = 0; i < 2 && status == OK; i++) {
        status = read_connections(reader, yaml_path(root, owners[i], "dataConnections", NULL));
    }
    return status == OK ? read_cells(reader, yaml_get(root, "cells"), STR_NULL, 0) : status;
}

static enum status read_text(struct str text, struct str project_id, struct arena *arena,
                             struct notebook **notebook, struct str *raw, struct error *err)
{
    const struct yaml_node *root = NULL;
    struct reader reader = {.text = text, .arena = arena, .err = err};
    *raw = STR_NULL;
    *notebook = NULL;
    enum status status = yaml_parse(text, &limits, arena, &root, err);
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
    reader.notebook->parser_version = EXPORT_PARSER_VERSION;
    map_init(&reader.cell_ids);
    map_init(&reader.connection_ids);
    status = read_file(&reader, root, project_id);
    map_free(&reader.connection_ids);
    map_free(&reader.cell_ids);
    if (status == OK) {
        status = make_raw(text, root, arena, raw, err);
    }
    if (status == OK) {
        *notebook = reader.notebook;
    }
    return status;
}

enum status export_read(struct str text, struct str project_id, struct arena *arena,
                        struct notebook **notebook, struct str *raw, struct error *err)
{
    return arena_blame(arena, read_text(text, project_id, arena, notebook, raw, err), err);
}
