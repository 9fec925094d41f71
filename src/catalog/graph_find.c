/* What a person means by a text: a project, a cell, a data set, a table. */
#include "catalog/graph.h"
#include "catalog/store.h"

#define MAX_CANDIDATES 1000
/* Dots in a table's own name that are tried. */
#define MAX_SPLITS 6

struct find {
    struct catalog *catalog;
    struct arena *arena;
    struct graph_node *nodes;
    size_t count;
    size_t capacity;
};

static enum status add_node(struct find *find, const struct graph_node *node, struct error *err)
{
    if (find->count >= MAX_CANDIDATES) {
        return OK;
    }
    struct graph_node *slot =
        arena_push(find->arena, &find->nodes, &find->count, &find->capacity, sizeof(*slot));
    if (slot == NULL) {
        return error_nomem(err);
    }
    *slot = *node;
    return OK;
}

/* Rows of: kind, source, row, project, cell. */
static enum status add_rows(struct find *find, struct statement *row, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    while (status == OK && has_row) {
        status = sqlite_step(row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct graph_node node = {.id.kind = (enum node_kind)column_int(row, 0),
                                  .source = column_int(row, 1),
                                  .row = column_int(row, 2)};
        status = column_str(row, 3, find->arena, &node.id.project, err);
        if (status == OK) {
            status = column_str(row, 4, find->arena, &node.id.cell, err);
        }
        if (status == OK) {
            status = add_node(find, &node, err);
        }
    }
    sqlite_end(row);
    return status;
}

/* ---- projects and cells ---- */

/* A cell is a data set when it makes a data frame: enum node_kind. */
#define CELL_ROW "SELECT iif(c.dataframe <> '', 1, 3), p.source, p.id, p.hex_id, c.hex_id"

static const char project_id_sql[] =
    "SELECT 2, source, id, hex_id, NULL FROM project WHERE hex_id = ?1 COLLATE NOCASE";
static const char project_title_sql[] =
    "SELECT 2, source, id, hex_id, NULL FROM project WHERE title = ?1 COLLATE NOCASE";
static const char cell_id_sql[] =
    CELL_ROW " FROM cell c JOIN project p ON p.id = c.project WHERE c.hex_id = ?1";
/* The index of words finds the few that may have the name. */
static const char dataframe_sql[] =
    CELL_ROW " FROM cell_search s JOIN cell c ON c.id = s.rowid JOIN project p ON p.id ="
             " c.project WHERE cell_search MATCH ?2 AND c.dataframe = ?1 COLLATE NOCASE";
static const char cell_in_project_sql[] =
    CELL_ROW " FROM project p JOIN cell c ON c.project = p.id WHERE (p.hex_id = ?1 COLLATE"
             " NOCASE OR p.title = ?1 COLLATE NOCASE) AND (c.hex_id = ?2 OR c.dataframe = ?2"
             " COLLATE NOCASE OR c.label = ?2 COLLATE NOCASE)";

static enum status find_by(struct find *find, const char *sql, struct str first,
                           struct str second, struct error *err)
{
    struct statement row = sqlite_use(&find->catalog->db, sql);
    bind_str(&row, first);
    if (!str_is_null(second)) {
        bind_str(&row, second);
    }
    return add_rows(find, &row, err);
}

/* At each slash: a title may hold some itself. */
static enum status find_in_projects(struct find *find, struct str text, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < text.n && status == OK; i++) {
        if (text.p[i] == '/') {
            status = find_by(find, cell_in_project_sql, str_sub(text, 0, i),
                             str_sub(text, i + 1, SIZE_MAX), err);
        }
    }
    return status;
}

static enum status find_dataframes(struct find *find, struct str text, struct error *err)
{
    struct buf match;
    bool has_word = false;
    buf_init(&match, STORE_MAX_TEXT);
    (void)buf_append_cstr(&match, "dataframe : \"");
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        has_word = has_word || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        (void)buf_append_cstr(&match, c == '"' ? "\"" : "");
        (void)buf_append_char(&match, c);
    }
    (void)buf_append_char(&match, '"');
    enum status status = buf_status(&match) == OK ? OK : error_nomem(err);
    if (status == OK && has_word) {
        status = find_by(find, dataframe_sql, text, buf_str(&match), err);
    }
    buf_free(&match);
    return status;
}

/* ---- tables ---- */

static bool is_tail(struct str whole, struct str tail)
{
    size_t gap = whole.n - tail.n;
    return tail.n <= whole.n && (gap == 0 || whole.p[gap - 1] == '.') &&
           str_eq_nocase(str_sub(whole, gap, SIZE_MAX), tail);
}

/* Tables named name of which text is the end. */
static enum status find_named(struct find *find, struct str name, struct str text,
                              struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &find->catalog->db,
        "SELECT id, source FROM warehouse_table WHERE name = ?1 COLLATE NOCASE ORDER BY id");
    bind_str(&row, name);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct graph_node node = {.id.kind = NODE_KIND_TABLE,
                                  .row = column_int(&row, 0),
                                  .source = column_int(&row, 1)};
        status = graph_describe(find->catalog, &node, NULL, true, find->arena, err);
        if (status == OK && is_tail(node.name, text)) {
            status = add_node(find, &node, err);
        }
    }
    sqlite_end(&row);
    return status;
}

static enum status find_tables(struct find *find, struct str text, struct error *err)
{
    struct str name = text;
    size_t first = find->count;
    enum status status = OK;
    for (int i = 0; i < MAX_SPLITS && status == OK; i++) {
        status = find_named(find, name, text, err);
        size_t dot = str_find(name, '.');
        if (dot == SIZE_MAX) {
            break;
        }
        name = str_sub(name, dot + 1, SIZE_MAX);
    }
    /* the whole name beats its being the end of others */
    for (size_t i = first; i < find->count && status == OK; i++) {
        if (str_eq_nocase(find->nodes[i].name, text) && text.n > 0 &&
            str_find(text, '.') != SIZE_MAX) {
            find->nodes[first] = find->nodes[i];
            find->count = first + 1;
            break;
        }
    }
    return status;
}

enum status graph_find_tables(struct catalog *catalog, struct str text, struct arena *arena,
                              struct graph_node **out, size_t *count, struct error *err)
{
    struct find find = {.catalog = catalog, .arena = arena};
    enum status status = find_tables(&find, text, err);
    *out = find.nodes;
    *count = find.count;
    return status;
}

/* ---- all of them ---- */

enum status graph_find(struct catalog *catalog, struct str text, struct arena *arena,
                       struct graph_node **out, size_t *count, struct error *err)
{
    struct find find = {.catalog = catalog, .arena = arena};
    enum status status = find_by(&find, project_id_sql, text, STR_NULL, err);
    if (status == OK && find.count == 0) {
        status = find_by(&find, cell_id_sql, text, STR_NULL, err);
    }
    if (status == OK && find.count == 0) {
        status = find_in_projects(&find, text, err);
    }
    if (status == OK && find.count == 0) {
        status = find_by(&find, project_title_sql, text, STR_NULL, err);
    }
    if (status == OK) {
        status = find_dataframes(&find, text, err);
    }
    if (status == OK) {
        status = find_tables(&find, text, err);
    }
    for (size_t i = 0; i < find.count && status == OK; i++) {
        status = graph_describe(catalog, &find.nodes[i], NULL, true, arena, err);
    }
    if (status == OK && find.count == 0) {
        status = error_set(err, ERR_NOT_FOUND,
                           "the catalog has no project, cell, data frame or table '%.*s'",
                           STR_ARG(str_sub(text, 0, 200)));
    }
    *out = find.nodes;
    *count = find.count;
    return status;
}
