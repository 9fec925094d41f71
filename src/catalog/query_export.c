/*
 * The export: the whole catalog as JSON Lines, row by row in one read transaction, so that
 * memory does not grow and a writer beside us changes nothing. docs/design.md, section 6.
 */
#include "base/json_out.h"
#include "catalog/query.h"
#include "catalog/store.h"

#include <math.h>

#define ROW_BYTES ((size_t)256 * 1024 * 1024)

struct export
{
    struct catalog *catalog;
    query_line_fn *line;
    void *ctx;
    struct buf text;
    struct json_out json;
    struct arena arena; /* of one line */
};

static void begin_line(struct export *export, const char *kind)
{
    buf_clear(&export->text);
    json_out_init(&export->json, &export->text);
    json_out_object(&export->json);
    json_out_field_cstr(&export->json, "kind", kind);
}

static enum status end_line(struct export *export, struct error *err)
{
    json_out_object_end(&export->json);
    if (buf_append_char(&export->text, '\n') != OK) {
        return buf_status(&export->text) == ERR_NOMEM
                   ? error_nomem(err)
                   : error_set(err, ERR_LIMIT, "a line of the export is too long");
    }
    return export->line(export->ctx, buf_str(&export->text), err);
}

/* '' stands for "unknown" in key columns. */
static struct str known(struct str text)
{
    return text.n == 0 ? STR_NULL : text;
}

static void put_str(struct export *export, const char *key, const struct statement *row,
                    int column)
{
    json_out_field_str(&export->json, key, column_view(row, column));
}

static void put_time(struct export *export, const char *key, const struct statement *row,
                     int column)
{
    json_out_field_time(&export->json, key, column_time(row, column));
}

static void put_count(struct export *export, const char *key, const struct statement *row,
                      int column)
{
    if (column_is_null(row, column)) {
        json_out_field_null(&export->json, key);
    } else {
        json_out_field_int(&export->json, key, column_int(row, column));
    }
}

/* ---- rows of a query, one after another ---- */

typedef enum status row_fn(struct export *export, const struct statement *row,
                           struct error *err);

/* Calls each for every row of sql; project: its ?1, or -1 when it has none. */
static enum status for_each(struct export *export, const char *sql, int64_t project,
                            row_fn *each, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(&export->catalog->db, sql);
    if (project >= 0) {
        bind_int(&row, project);
    }
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status == OK && has_row) {
            status = each(export, &row, err);
        }
    }
    sqlite_end(&row);
    return status;
}

static enum status put_text(struct export *export, const struct statement *row,
                            struct error *err)
{
    (void)err;
    json_out_str(&export->json, column_view(row, 0));
    return OK;
}

/* "key": [the texts that sql gives] */
static enum status put_texts(struct export *export, const char *key, const char *sql,
                             int64_t project, struct error *err)
{
    json_out_key(&export->json, key);
    json_out_array(&export->json);
    enum status status = for_each(export, sql, project, put_text, err);
    json_out_array_end(&export->json);
    return status;
}

/* A stored list of texts as "key": [...]. */
static enum status put_list(struct export *export, const char *key, struct str list,
                            struct error *err)
{
    struct str *texts = NULL;
    size_t count = 0;
    enum status status = store_texts_read(list, &export->arena, &texts, &count, err);
    json_out_field_strs(&export->json, key, texts, count);
    return status;
}

/* ---- workspace, connection ---- */

static enum status put_workspace(struct export *export, const struct statement *row,
                                 struct error *err)
{
    begin_line(export, "workspace");
    put_str(export, "id", row, 0);
    put_str(export, "host", row, 1);
    put_str(export, "name", row, 2);
    return end_line(export, err);
}

static enum status put_connection(struct export *export, const struct statement *row,
                                  struct error *err)
{
    static const char *const keys[] = {"id", "name", "type", "database", "schema"};
    begin_line(export, "connection");
    for (int i = 0; i < 5; i++) {
        put_str(export, keys[i], row, i);
    }
    return end_line(export, err);
}

/* ---- project ---- */

static enum status put_schedule(struct export *export, const struct statement *row,
                                struct error *err)
{
    (void)err;
    json_out_object(&export->json);
    put_str(export, "cadence", row, 0);
    json_out_field_bool(&export->json, "enabled", column_int(row, 1) != 0);
    put_str(export, "cron", row, 2);
    put_str(export, "timezone", row, 3);
    json_out_object_end(&export->json);
    return OK;
}

/* In SQL what run_newest() says in C. */
static const char last_run_sql[] =
    "SELECT hex_id, status, trigger, started_ms, ended_ms FROM run WHERE project = ?1 ORDER BY"
    " (started_ms IS NULL AND coalesce(status, '') IN ('PENDING', 'RUNNING')) DESC,"
    " started_ms DESC, position LIMIT 1";

static enum status put_last_run(struct export *export, int64_t project, struct error *err)
{
    bool has_row = false;
    struct statement row = sqlite_use(&export->catalog->db, last_run_sql);
    bind_int(&row, project);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        json_out_key(&export->json, "lastRun");
        json_out_object(&export->json);
        put_str(export, "id", &row, 0);
        put_str(export, "status", &row, 1);
        put_str(export, "trigger", &row, 2);
        put_time(export, "startedAt", &row, 3);
        put_time(export, "endedAt", &row, 4);
        json_out_object_end(&export->json);
    } else {
        json_out_field_null(&export->json, "lastRun");
    }
    sqlite_end(&row);
    return status;
}

static enum status put_url(struct export *export, const struct statement *row,
                           struct error *err)
{
    const struct project project = {.id = column_view(row, 1),
                                    .published_ms = column_time(row, 11)};
    struct str host = column_view(row, 19);
    struct str url = STR_NULL;
    if (project_url(str_is(host, "files") ? STR_NULL : host, column_view(row, 20), &project,
                    &export->arena, &url) != OK) {
        return error_nomem(err);
    }
    json_out_field_str(&export->json, "url", url);
    return OK;
}

static void put_views(struct export *export, const struct statement *row)
{
    json_out_key(&export->json, "views");
    json_out_object(&export->json);
    put_count(export, "allTime", row, 13);
    put_count(export, "last7", row, 14);
    put_count(export, "last14", row, 15);
    put_count(export, "last30", row, 16);
    put_time(export, "lastViewedAt", row, 17);
    json_out_object_end(&export->json);
}

static enum status put_project_lists(struct export *export, int64_t project, struct error *err)
{
    json_out_key(&export->json, "schedules");
    json_out_array(&export->json);
    enum status status = for_each(export,
                                  "SELECT cadence, is_enabled, cron, timezone FROM schedule"
                                  " WHERE project = ?1 ORDER BY position",
                                  project, put_schedule, err);
    json_out_array_end(&export->json);
    if (status == OK) {
        status = put_last_run(export, project, err);
    }
    if (status == OK) {
        status = put_texts(export, "imports",
                           "SELECT component FROM import WHERE project = ?1 ORDER BY component",
                           project, err);
    }
    return status;
}

static const char project_sql[] =
    "SELECT p.id, p.hex_id, type, state, title, description, owner, creator, status,"
    " created_ms, edited_ms, published_ms, iif(state = 0, NULL, archived_ms), views_all_time,"
    " views_last_7,"
    " views_last_14, views_last_30, last_viewed_ms, detail, host,"
    " coalesce(s.name, s.workspace_id) FROM project p JOIN source s ON s.id = p.source"
    " WHERE p.id = ?1";

static enum status put_project(struct export *export, const struct statement *row,
                               struct error *err)
{
    int64_t project = column_int(row, 0);
    struct json_out *json = &export->json;
    begin_line(export, "project");
    put_str(export, "id", row, 1);
    json_out_field_cstr(json, "type", project_type_name((enum project_type)column_int(row, 2)));
    json_out_field_cstr(json, "state",
                        project_state_name((enum project_state)column_int(row, 3)));
    put_str(export, "title", row, 4);
    put_str(export, "description", row, 5);
    enum status status = put_url(export, row, err);
    put_str(export, "owner", row, 6);
    put_str(export, "creator", row, 7);
    put_str(export, "status", row, 8);
    if (status == OK) {
        status = put_texts(export, "categories",
                           "SELECT DISTINCT name FROM project_category WHERE project = ?1"
                           " ORDER BY name",
                           project, err);
    }
    if (status == OK) {
        status = put_texts(export, "collections",
                           "SELECT DISTINCT name FROM sharing WHERE project = ?1 AND kind = 2"
                           " ORDER BY name",
                           project, err);
    }
    put_time(export, "createdAt", row, 9);
    put_time(export, "editedAt", row, 10);
    put_time(export, "publishedAt", row, 11);
    put_time(export, "archivedAt", row, 12);
    put_views(export, row);
    if (status == OK) {
        status = put_project_lists(export, project, err);
    }
    json_out_field_cstr(json, "detail",
                        project_detail_name((enum project_detail)column_int(row, 18)));
    return status == OK ? end_line(export, err) : status;
}

/* ---- cell, dataset ---- */

static void put_table(struct export *export, const struct statement *row, int column)
{
    static const char *const keys[] = {"connection", "database", "schema", "name"};
    json_out_object(&export->json);
    for (int i = 0; i < 4; i++) {
        json_out_field_str(&export->json, keys[i], known(column_view(row, column + i)));
    }
    json_out_object_end(&export->json);
}

static enum status put_read(struct export *export, const struct statement *row,
                            struct error *err)
{
    json_out_object(&export->json);
    if (column_is_null(row, 0)) {
        json_out_key(&export->json, "table");
        put_table(export, row, 1);
    } else {
        put_str(export, "dataframe", row, 0);
    }
    enum status status = put_list(export, "columns", column_view(row, 5), err);
    json_out_object_end(&export->json);
    return status;
}

static const char cell_sql[] =
    "SELECT c.id, p.hex_id, c.hex_id, c.type, label, position, parent, connection, c.source,"
    " dataframe, component, error FROM cell c JOIN project p ON p.id = c.project"
    " WHERE c.project = ?1 ORDER BY position, c.id";

static enum status put_cell(struct export *export, const struct statement *row,
                            struct error *err)
{
    arena_reset(&export->arena);
    begin_line(export, "cell");
    put_str(export, "project", row, 1);
    put_str(export, "id", row, 2);
    put_str(export, "type", row, 3);
    put_str(export, "label", row, 4);
    json_out_field_int(&export->json, "position", column_int(row, 5));
    put_str(export, "parent", row, 6);
    put_str(export, "connection", row, 7);
    put_str(export, "source", row, 8);
    put_str(export, "dataframe", row, 9);
    put_str(export, "component", row, 10);
    json_out_key(&export->json, "reads");
    json_out_array(&export->json);
    enum status status = for_each(export,
                                  "SELECT dataframe, connection, database, schema, name,"
                                  " columns FROM cell_read WHERE cell = ?1 ORDER BY position",
                                  column_int(row, 0), put_read, err);
    json_out_array_end(&export->json);
    put_str(export, "error", row, 11);
    return status == OK ? end_line(export, err) : status;
}

static const char dataset_sql[] =
    "SELECT p.hex_id, c.hex_id, c.dataframe, iif(d.cell IS NULL, c.columns, d.columns),"
    " coalesce(d.is_partial, 0) FROM cell c JOIN project p ON p.id = c.project"
    " LEFT JOIN dataset d ON d.project = c.project AND d.cell = c.hex_id"
    " WHERE c.project = ?1 AND c.dataframe IS NOT NULL AND c.dataframe <> ''"
    " ORDER BY c.hex_id";

static enum status put_dataset(struct export *export, const struct statement *row,
                               struct error *err)
{
    struct str *columns = NULL;
    size_t count = 0;
    arena_reset(&export->arena);
    enum status status =
        store_texts_read(column_view(row, 3), &export->arena, &columns, &count, err);
    begin_line(export, "dataset");
    put_str(export, "project", row, 0);
    put_str(export, "cell", row, 1);
    put_str(export, "name", row, 2);
    json_out_key(&export->json, "columns");
    json_out_array(&export->json);
    for (size_t i = 0; i < count; i++) {
        json_out_object(&export->json);
        json_out_field_str(&export->json, "name", columns[i]);
        json_out_field_null(&export->json, "type");
        json_out_object_end(&export->json);
    }
    json_out_array_end(&export->json);
    json_out_field_bool(&export->json, "partial", column_int(row, 4) != 0);
    return status == OK ? end_line(export, err) : status;
}

/* ---- table, edge ---- */

static enum status put_table_line(struct export *export, const struct statement *row,
                                  struct error *err)
{
    static const char *const keys[] = {"connection", "database", "schema", "name"};
    begin_line(export, "table");
    for (int i = 0; i < 4; i++) {
        json_out_field_str(&export->json, keys[i], known(column_view(row, i)));
    }
    return end_line(export, err);
}

/* The member of a node's object; its kind, four parts of a table, project, cell from column on.
 */
static void put_node(struct export *export, const struct statement *row, int column)
{
    struct json_out *json = &export->json;
    enum node_kind kind = (enum node_kind)column_int(row, column);
    switch (kind) {
    case NODE_KIND_TABLE:
        json_out_key(json, "table");
        put_table(export, row, column + 1);
        break;
    case NODE_KIND_PROJECT:
        put_str(export, "project", row, column + 5);
        break;
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
    default:
        json_out_key(json, kind == NODE_KIND_CELL ? "cell" : "dataset");
        json_out_object(json);
        put_str(export, "project", row, column + 5);
        put_str(export, kind == NODE_KIND_CELL ? "id" : "cell", row, column + 6);
        json_out_object_end(json);
    }
}

/* The columns of put_node for a node stored as x_kind, x_table, ... of e, with its table t. */
#define NODE_COLUMNS(e, x, t)                                                                  \
    e "." x "_kind, " t ".connection, " t ".database, " t ".schema, " t ".name, " e "." x      \
      "_project, " e "." x "_cell"

static enum status put_pair(struct export *export, const struct statement *row,
                            struct error *err)
{
    (void)err;
    json_out_object(&export->json);
    json_out_key(&export->json, "from");
    json_out_object(&export->json);
    put_node(export, row, 2);
    put_str(export, "column", row, 0);
    json_out_object_end(&export->json);
    put_str(export, "to", row, 1);
    json_out_object_end(&export->json);
    return OK;
}

/* A pair without a node of its own comes from the edge's. */
static const char pair_sql[] =
    "SELECT p.from_column, p.to_column, coalesce(p.from_kind, e.from_kind), t.connection,"
    " t.database, t.schema, t.name,"
    " CASE WHEN p.from_kind IS NULL THEN e.from_project ELSE p.from_project END,"
    " CASE WHEN p.from_kind IS NULL THEN e.from_cell ELSE p.from_cell END"
    " FROM edge_column p JOIN edge e ON e.id = p.edge LEFT JOIN warehouse_table t ON t.id ="
    " CASE WHEN p.from_kind IS NULL THEN e.from_table ELSE p.from_table END"
    " WHERE p.edge = ?1 ORDER BY p.position";

static const char edge_sql[] =
    "SELECT e.id, e.evidence, e.is_partial, " NODE_COLUMNS("e", "from", "f") ", " NODE_COLUMNS(
        "e", "to",
        "t") " FROM edge e LEFT JOIN warehouse_table f ON f.id = e.from_table"
             " LEFT JOIN warehouse_table t ON t.id = e.to_table ORDER BY " NODE_COLUMNS(
                 "e", "from", "f") ", " NODE_COLUMNS("e", "to", "t") ", e.id";

static enum status put_edge(struct export *export, const struct statement *row,
                            struct error *err)
{
    struct json_out *json = &export->json;
    int64_t evidence = column_int(row, 1);
    begin_line(export, "edge");
    json_out_key(json, "from");
    json_out_object(json);
    put_node(export, row, 3);
    json_out_object_end(json);
    json_out_key(json, "to");
    json_out_object(json);
    put_node(export, row, 10);
    json_out_object_end(json);
    json_out_key(json, "evidence");
    json_out_array(json);
    for (unsigned bit = EVIDENCE_SQL; bit <= EVIDENCE_IMPORT; bit <<= 1) {
        if ((evidence & bit) != 0) {
            json_out_cstr(json, evidence_name((enum evidence)bit));
        }
    }
    json_out_array_end(json);
    json_out_key(json, "columns");
    json_out_array(json);
    enum status status = for_each(export, pair_sql, column_int(row, 0), put_pair, err);
    json_out_array_end(json);
    json_out_field_bool(json, "partial", column_int(row, 2) != 0);
    return status == OK ? end_line(export, err) : status;
}

/* ---- run ---- */

static const char run_sql[] =
    "SELECT p.hex_id, r.hex_id, r.status, r.trigger, r.started_ms, r.ended_ms, r.elapsed_ms"
    " FROM run r JOIN project p ON p.id = r.project WHERE r.project = ?1"
    " ORDER BY r.hex_id, r.position";

static enum status put_run(struct export *export, const struct statement *row,
                           struct error *err)
{
    double elapsed = column_double_or(row, 6, -1);
    begin_line(export, "run");
    put_str(export, "project", row, 0);
    put_str(export, "id", row, 1);
    put_str(export, "status", row, 2);
    put_str(export, "trigger", row, 3);
    put_time(export, "startedAt", row, 4);
    put_time(export, "endedAt", row, 5);
    if (elapsed >= 0 && elapsed < 9e15) {
        json_out_field_int(&export->json, "elapsedMs", (int64_t)llround(elapsed));
    } else {
        json_out_field_null(&export->json, "elapsedMs");
    }
    return end_line(export, err);
}

/* ---- all kinds ---- */

const char *const query_export_kinds[] = {
    "workspace", "connection", "project", "cell", "dataset", "table", "edge", "run", NULL};

static const struct export_kind {
    const char *sql;
    row_fn *put;
    bool is_per_project; /* sql has a project's row as ?1 */
} kinds[] = {
    {"SELECT workspace_id, host, name FROM source ORDER BY workspace_id, host, id",
     put_workspace, false},
    {"SELECT hex_id, name, type, database, schema FROM data_connection ORDER BY hex_id, source",
     put_connection, false},
    {project_sql, put_project, true},
    {cell_sql, put_cell, true},
    {dataset_sql, put_dataset, true},
    {"SELECT DISTINCT connection, database, schema, name FROM warehouse_table"
     " ORDER BY connection, database, schema, name",
     put_table_line, false},
    {edge_sql, put_edge, false},
    {run_sql, put_run, true},
};

static enum status export_kind(struct export *export, const struct export_kind *kind,
                               struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    if (!kind->is_per_project) {
        return for_each(export, kind->sql, -1, kind->put, err);
    }
    struct statement project =
        sqlite_use(&export->catalog->db, "SELECT id FROM project ORDER BY hex_id, source");
    while (status == OK && has_row) {
        status = sqlite_step(&project, &has_row, err);
        if (status == OK && has_row) {
            arena_reset(&export->arena);
            status = for_each(export, kind->sql, column_int(&project, 0), kind->put, err);
        }
    }
    sqlite_end(&project);
    return status;
}

enum status query_export(struct catalog *catalog, const char *kind, query_line_fn *line,
                         void *ctx, struct error *err)
{
    struct export export = {.catalog = catalog, .line = line, .ctx = ctx};
    bool has_transaction = sqlite3_get_autocommit(catalog->db.handle) == 0;
    bool found = false;
    enum status status =
        has_transaction ? OK : sqlite_script(&catalog->db, "BEGIN DEFERRED", err);
    if (status != OK) {
        return status;
    }
    buf_init(&export.text, STORE_MAX_TEXT * 2);
    arena_init(&export.arena, ROW_BYTES);
    for (size_t i = 0; query_export_kinds[i] != NULL && status == OK; i++) {
        if (kind == NULL || str_is(str_from(kind), query_export_kinds[i])) {
            found = true;
            status = export_kind(&export, &kinds[i], err);
        }
    }
    if (status == OK && !found) {
        status = error_set(err, ERR_CONFIG, "the export knows no '%s'", kind);
    }
    if (!has_transaction) {
        catalog_rollback(catalog);
    }
    arena_free(&export.arena);
    buf_free(&export.text);
    return status;
}
