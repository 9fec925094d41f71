/*
 * Edges: each belongs to the project whose notebook says so. Tables exist while an edge
 * touches them.
 */
#include "catalog/store.h"
#include "domain/notebook_lineage.h"

/* The project whose edges are stored. */
struct owner {
    int64_t row;
    struct str hex_id;
};

#define OLD_TABLES_BYTES ((size_t)64 * 1024 * 1024)

struct old_tables {
    int64_t *ids;
    size_t count;
    size_t capacity;
};

/* The row of a table, made when it is new. */
static enum status find_table(struct catalog *catalog, int64_t source,
                              const struct table_name *table, int64_t *out, struct error *err)
{
    static const char *const sqls[] = {
        "SELECT id FROM warehouse_table WHERE source = ?1 AND connection = ?2 AND database = ?3"
        " AND schema = ?4 AND name = ?5",
        "INSERT INTO warehouse_table (source, connection, database, schema, name)"
        " VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id"};
    bool has_row = false;
    enum status status = OK;
    for (size_t i = 0; i < 2 && status == OK && !has_row; i++) {
        struct statement statement = sqlite_use(&catalog->db, sqls[i]);
        bind_int(&statement, source);
        bind_str_or_empty(&statement, table->connection);
        bind_str_or_empty(&statement, table->database);
        bind_str_or_empty(&statement, table->schema);
        bind_str_or_empty(&statement, table->name);
        status = sqlite_step(&statement, &has_row, err);
        if (status == OK && has_row) {
            *out = column_int(&statement, 0);
        }
        sqlite_end(&statement);
    }
    return status;
}

/* The four columns of a node; makes its table's row. */
static enum status bind_node(struct catalog *catalog, int64_t source, const struct node *node,
                             struct statement *statement, struct error *err)
{
    int64_t table = 0;
    bind_int(statement, node->kind);
    if (node->kind == NODE_KIND_TABLE) {
        enum status status = find_table(catalog, source, &node->table, &table, err);
        bind_int(statement, table);
        bind_null(statement);
        bind_null(statement);
        return status;
    }
    bind_null(statement);
    bind_str(statement, node->project);
    bind_str(statement, node->kind == NODE_KIND_PROJECT ? STR_NULL : node->cell);
    return OK;
}

static enum status insert_pair(struct catalog *catalog, int64_t source, int64_t edge,
                               const struct node *from, const struct column_pair *pair,
                               int64_t position, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO edge_column (edge, position, from_column, to_column,"
                      " from_kind, from_table, from_project, from_cell)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    enum status status = OK;
    bind_int(&statement, edge);
    bind_int(&statement, position);
    bind_str(&statement, pair->from_column);
    bind_str(&statement, pair->to_column);
    if (!node_eq(from, &pair->from)) {
        status = bind_node(catalog, source, &pair->from, &statement, err);
    }
    if (status != OK) {
        sqlite_end(&statement);
        return status;
    }
    return sqlite_run(&statement, err);
}

static enum status insert_edge(struct catalog *catalog, int64_t source,
                               const struct owner *owner, const struct edge *edge,
                               struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO edge (owner, evidence, is_partial, from_kind, from_table,"
                      " from_project, from_cell, to_kind, to_table, to_project, to_cell,"
                      " is_foreign)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    bind_int(&statement, owner->row);
    bind_int(&statement, edge->evidence);
    bind_int(&statement, edge->is_partial);
    enum status status = bind_node(catalog, source, &edge->from, &statement, err);
    if (status == OK) {
        status = bind_node(catalog, source, &edge->to, &statement, err);
    }
    bind_int(&statement,
             edge->from.kind != NODE_KIND_TABLE && !str_eq(edge->from.project, owner->hex_id));
    if (status != OK) {
        sqlite_end(&statement);
        return status;
    }
    status = sqlite_run(&statement, err);
    int64_t row = sqlite3_last_insert_rowid(catalog->db.handle);
    for (size_t i = 0; i < edge->column_count && status == OK; i++) {
        status =
            insert_pair(catalog, source, row, &edge->from, &edge->columns[i], (int64_t)i, err);
    }
    return status;
}

/* ---- tables that nothing touches any more ---- */

static const char old_tables_sql[] =
    "SELECT from_table FROM edge WHERE owner = ?1 AND from_table IS NOT NULL"
    " UNION SELECT to_table FROM edge WHERE owner = ?1 AND to_table IS NOT NULL"
    " UNION SELECT c.from_table FROM edge e JOIN edge_column c ON c.edge = e.id"
    "  WHERE e.owner = ?1 AND c.from_table IS NOT NULL";
static const char drop_table_sql[] =
    "DELETE FROM warehouse_table WHERE id = ?1"
    " AND NOT EXISTS (SELECT 1 FROM edge WHERE from_table = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM edge WHERE to_table = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM edge_column WHERE from_table = ?1)";

static enum status note_tables(struct catalog *catalog, int64_t owner, struct arena *arena,
                               struct old_tables *out, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(&catalog->db, old_tables_sql);
    bind_int(&statement, owner);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status == OK && has_row) {
            int64_t *id =
                arena_push(arena, &out->ids, &out->count, &out->capacity, sizeof(*id));
            if (id == NULL) {
                status = error_nomem(err);
            } else {
                *id = column_int(&statement, 0);
            }
        }
    }
    sqlite_end(&statement);
    return status;
}

/* ---- all of them ---- */

static enum status store_imports(struct catalog *catalog, int64_t owner,
                                 const struct str *imports, size_t count, struct error *err)
{
    enum status status =
        store_run_with(catalog, "DELETE FROM import WHERE project = ?1", owner, err);
    for (size_t i = 0; i < count && status == OK; i++) {
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT OR IGNORE INTO import (project, component) VALUES (?1, ?2)");
        bind_int(&statement, owner);
        bind_str_or_empty(&statement, imports[i]);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status replace_edges(struct catalog *catalog, int64_t source,
                                 const struct owner *owner, const struct notebook_edges *found,
                                 struct error *err)
{
    struct old_tables old = {NULL};
    struct arena arena;
    arena_init(&arena, OLD_TABLES_BYTES);
    enum status status = note_tables(catalog, owner->row, &arena, &old, err);
    if (status == OK) {
        status = store_run_with(catalog, "DELETE FROM edge WHERE owner = ?1", owner->row, err);
    }
    for (size_t i = 0; i < found->count && status == OK; i++) {
        status = insert_edge(catalog, source, owner, &found->edges[i], err);
    }
    for (size_t i = 0; i < old.count && status == OK; i++) {
        status = store_run_with(catalog, drop_table_sql, old.ids[i], err);
    }
    arena_free(&arena);
    return status;
}

static enum status store_datasets(struct catalog *catalog, int64_t owner,
                                  const struct notebook_edges *found, struct error *err)
{
    enum status status =
        store_run_with(catalog, "DELETE FROM dataset WHERE project = ?1", owner, err);
    for (size_t i = 0; i < found->dataset_count && status == OK; i++) {
        const struct notebook_dataset *dataset = &found->datasets[i];
        buf_clear(&catalog->scratch);
        struct str columns =
            store_texts_write(&catalog->scratch, dataset->columns, dataset->column_count);
        if (buf_status(&catalog->scratch) != OK) {
            return error_nomem(err);
        }
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT OR REPLACE INTO dataset (project, cell, columns, is_partial)"
                          " VALUES (?1, ?2, ?3, ?4)");
        bind_int(&statement, owner);
        bind_str_or_empty(&statement, dataset->cell);
        bind_str(&statement, columns);
        bind_int(&statement, dataset->is_partial);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status store_reasons(struct catalog *catalog, int64_t owner,
                                 const struct notebook_edges *found, struct error *err)
{
    enum status status = store_run_with(
        catalog, "UPDATE queried_table SET reason = NULL WHERE project = ?1 AND reason NOTNULL",
        owner, err);
    for (size_t i = 0; i < found->queried_count && status == OK; i++) {
        if (found->reasons[i] == QUERIED_REASON_NONE) {
            continue;
        }
        struct statement statement = sqlite_use(
            &catalog->db,
            "UPDATE queried_table SET reason = ?3 WHERE project = ?1 AND position = ?2");
        bind_int(&statement, owner);
        bind_int(&statement, (int64_t)i);
        bind_str(&statement, str_from(queried_reason_text(found->reasons[i])));
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status note_analysed(struct catalog *catalog, int64_t owner, struct error *err)
{
    enum status status = store_run_with(
        catalog, "UPDATE project SET needs_analysis = 0, analysis = analysis + 1 WHERE id = ?1",
        owner, err);
    if (status != OK) {
        return status;
    }
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE notebook SET analysis_version = ?2 WHERE project = ?1"
                                 " AND analysis_version <> ?2");
    bind_int(&statement, owner);
    bind_int(&statement, NOTEBOOK_LINEAGE_VERSION);
    return sqlite_run(&statement, err);
}

enum status catalog_store_edges(struct catalog *catalog, int64_t source, struct str project_id,
                                const struct notebook_edges *found, struct error *err)
{
    struct owner owner = {.hex_id = project_id};
    enum status status = store_find_project(catalog, source, project_id, &owner.row, err);
    if (status == OK) {
        status = replace_edges(catalog, source, &owner, found, err);
    }
    if (status == OK) {
        status = store_imports(catalog, owner.row, found->imports, found->import_count, err);
    }
    if (status == OK) {
        status = store_datasets(catalog, owner.row, found, err);
    }
    if (status == OK) {
        status = store_reasons(catalog, owner.row, found, err);
    }
    return status == OK ? note_analysed(catalog, owner.row, err) : status;
}

/* ---- what the analysis asks for ---- */

enum status catalog_load_datasets(struct catalog *catalog, int64_t source,
                                  struct notebook *notebook, struct arena *arena,
                                  struct error *err)
{
    int64_t project = 0;
    bool has_row = true;
    size_t at = 0;
    enum status status =
        store_find_project(catalog, source, notebook->project_id, &project, err);
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT d.cell, d.columns FROM dataset d JOIN cell c ON c.project ="
                      " d.project AND c.hex_id = d.cell WHERE d.project = ?1 AND"
                      " d.is_partial = 0 ORDER BY c.position, c.id");
    bind_int(&statement, project);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        while (has_row && at < notebook->cell_count &&
               !str_eq(notebook->cells[at].id, column_view(&statement, 0))) {
            at++;
        }
        if (status == OK && has_row && at < notebook->cell_count) {
            status = store_texts_read(column_view(&statement, 1), arena,
                                      &notebook->cells[at].columns,
                                      &notebook->cells[at].column_count, err);
        }
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_find_tables(struct catalog *catalog, int64_t source, struct str connection,
                                struct str name, struct arena *arena, struct table_name **out,
                                size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT connection, nullif(database, ''), nullif(schema, ''), name FROM"
                      " warehouse_table WHERE name = ?3 COLLATE NOCASE AND connection = ?2"
                      " AND source = ?1 ORDER BY id LIMIT 1000");
    bind_int(&statement, source);
    bind_str_or_empty(&statement, connection);
    bind_str(&statement, name);
    *out = NULL;
    *count = 0;
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct table_name *table = arena_push(arena, out, count, &capacity, sizeof(*table));
        if (table == NULL) {
            status = error_nomem(err);
            break;
        }
        struct str *const fields[] = {&table->connection, &table->database, &table->schema,
                                      &table->name};
        for (int i = 0; i < 4 && status == OK; i++) {
            status = column_str(&statement, i, arena, fields[i], err);
        }
    }
    sqlite_end(&statement);
    return status;
}
