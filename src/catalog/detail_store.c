/*
 * What else is read of a project: runs, queried tables, pictures, and failures to read.
 */
#include "catalog/change_store.h"
#include "catalog/store.h"

#define MAX_RUNS 100

static enum status insert_run(struct catalog *catalog, int64_t project, const struct run *run,
                              int64_t position, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO run (project, position, hex_id, status, trigger, url,"
                      " started_ms, ended_ms, elapsed_ms)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    bind_int(&statement, project);
    bind_int(&statement, position);
    bind_str_or_empty(&statement, run->id);
    bind_str(&statement, run->status);
    bind_str(&statement, run->trigger);
    bind_str(&statement, run->url);
    bind_time(&statement, run->started_ms);
    bind_time(&statement, run->ended_ms);
    if (run->elapsed_ms >= 0) {
        bind_double(&statement, run->elapsed_ms);
    } else {
        bind_null(&statement);
    }
    return sqlite_run(&statement, err);
}

static enum status note_activity(struct catalog *catalog, int64_t project,
                                 struct str activity_mark, int64_t now_ms, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db,
        "UPDATE project SET activity_read = ?2, activity_read_ms = ?3 WHERE id = ?1");
    bind_int(&statement, project);
    bind_str(&statement, activity_mark);
    bind_int(&statement, now_ms);
    return sqlite_run(&statement, err);
}

/* Hex lists the newest first. */
enum status catalog_store_runs(struct catalog *catalog, int64_t source, struct str project_id,
                               const struct run *runs, size_t count, struct str activity_mark,
                               int64_t now_ms, struct error *err)
{
    int64_t project = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status == OK) {
        status = store_run_with(catalog, "DELETE FROM run WHERE project = ?1", project, err);
    }
    for (size_t i = 0; i < count && i < MAX_RUNS && status == OK; i++) {
        status = insert_run(catalog, project, &runs[i], (int64_t)i, err);
    }
    return status == OK ? note_activity(catalog, project, activity_mark, now_ms, err) : status;
}

enum status catalog_skip_runs(struct catalog *catalog, int64_t source, struct str project_id,
                              struct str activity_mark, int64_t now_ms, struct error *err)
{
    int64_t project = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    return status == OK ? note_activity(catalog, project, activity_mark, now_ms, err) : status;
}

enum status catalog_store_queried_tables(struct catalog *catalog, int64_t source,
                                         struct str project_id,
                                         const struct queried_table *items, size_t count,
                                         struct error *err)
{
    int64_t project = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status == OK) {
        status = store_run_with(catalog, "DELETE FROM queried_table WHERE project = ?1",
                                project, err);
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        struct statement statement =
            sqlite_use(&catalog->db, "INSERT INTO queried_table (project, position, connection,"
                                     " connection_name, name) VALUES (?1, ?2, ?3, ?4, ?5)");
        bind_int(&statement, project);
        bind_int(&statement, (int64_t)i);
        bind_str(&statement, items[i].connection_id);
        bind_str(&statement, items[i].connection_name);
        bind_str_or_empty(&statement, items[i].table_name);
        status = sqlite_run(&statement, err);
    }
    return status;
}

enum status catalog_load_queried_tables(struct catalog *catalog, int64_t source,
                                        struct str project_id, struct arena *arena,
                                        struct queried_table **out, size_t *count,
                                        struct error *err)
{
    int64_t project = 0;
    size_t capacity = 0;
    bool has_row = true;
    *out = NULL;
    *count = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status != OK) {
        return status;
    }
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT connection, connection_name, name FROM queried_table"
                                 " WHERE project = ?1 ORDER BY position");
    bind_int(&statement, project);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct queried_table *item = arena_push(arena, out, count, &capacity, sizeof(*item));
        if (item == NULL) {
            status = error_nomem(err);
            break;
        }
        struct str *const fields[] = {&item->connection_id, &item->connection_name,
                                      &item->table_name};
        for (int i = 0; i < 3 && status == OK; i++) {
            status = column_str(&statement, i, arena, fields[i], err);
        }
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_store_failure(struct catalog *catalog, int64_t source,
                                  struct str project_id, bool is_denied,
                                  const struct error *why, int64_t now_ms, struct error *err)
{
    int64_t project = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status != OK) {
        return status;
    }
    if (is_denied) {
        status = change_note_detail(catalog, project, PROJECT_DETAIL_DENIED, now_ms, err);
    }
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE project SET failure = ?2, failed_ms = ?3,"
                      " detail = CASE WHEN ?4 THEN ?5 ELSE detail END,"
                      " content_read = CASE WHEN ?4 THEN content_mark ELSE content_read END,"
                      " activity_read = CASE WHEN ?4 THEN activity_mark ELSE activity_read END"
                      " WHERE id = ?1");
    bind_int(&statement, project);
    bind_str(&statement, str_from(why->message));
    bind_int(&statement, now_ms);
    bind_int(&statement, is_denied);
    bind_int(&statement, PROJECT_DETAIL_DENIED);
    return sqlite_run(&statement, err);
}

enum status catalog_forget_published_contents(struct catalog *catalog, int64_t source,
                                              struct error *err)
{
    return store_run_with(
        catalog,
        "UPDATE project SET content_read = NULL WHERE source = ?1 AND published_ms IS NOT NULL",
        source, err);
}

enum status catalog_forget_denials(struct catalog *catalog, int64_t source,
                                   struct str token_mark, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db,
                   "UPDATE project SET content_read = NULL, activity_read = NULL"
                   " WHERE source = ?1 AND detail = ?3 AND is_lookup_denied = 0 AND NOT EXISTS"
                   " (SELECT 1 FROM walk WHERE source = ?1 AND token_mark = ?2)");
    bind_int(&statement, source);
    bind_str(&statement, token_mark);
    bind_int(&statement, PROJECT_DETAIL_DENIED);
    return sqlite_run(&statement, err);
}

/* ---- pictures ---- */

enum status catalog_store_picture(struct catalog *catalog, int64_t source,
                                  struct str project_id, const struct picture *picture,
                                  struct error *err)
{
    int64_t project = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO picture (cell, run, mime_type, bytes)"
                      " SELECT id, ?3, ?4, ?5 FROM cell WHERE project = ?1 AND hex_id = ?2"
                      " ON CONFLICT (cell) DO UPDATE SET run = excluded.run,"
                      " mime_type = excluded.mime_type, bytes = excluded.bytes");
    bind_int(&statement, project);
    bind_str(&statement, picture->cell);
    bind_str_or_empty(&statement, picture->run);
    bind_str(&statement, picture->mime_type);
    bind_blob(&statement, str_is_null(picture->mime_type) ? STR_NULL : picture->bytes);
    return sqlite_run(&statement, err);
}

static const char next_picture_sql[] =
    "SELECT c.id, p.hex_id, c.hex_id, r.hex_id FROM cell c JOIN project p ON p.id = c.project"
    " JOIN run r ON r.project = p.id AND r.position = (SELECT position FROM run"
    "  WHERE project = p.id AND status = 'COMPLETED'"
    "  ORDER BY started_ms DESC NULLS LAST, position LIMIT 1)"
    " LEFT JOIN picture ON picture.cell = c.id"
    " WHERE c.id > ?2 AND p.source = ?1 AND p.state = 0"
    " AND c.type IN ('CHART', 'EXPLORE', 'VEGA_CHART', 'METRIC', 'PIVOT', 'MAP')"
    " AND picture.run IS NOT r.hex_id ORDER BY c.id LIMIT 1";

enum status catalog_next_picture(struct catalog *catalog, int64_t source, int64_t *after_row,
                                 struct arena *arena, struct catalog_picture_work *out,
                                 bool *has_more, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, next_picture_sql);
    bind_int(&statement, source);
    bind_int(&statement, *after_row);
    enum status status = sqlite_step(&statement, has_more, err);
    if (status == OK && *has_more) {
        out->row = column_int(&statement, 0);
        *after_row = out->row;
        status = column_str(&statement, 1, arena, &out->project_id, err);
    }
    if (status == OK && *has_more) {
        status = column_str(&statement, 2, arena, &out->cell_id, err);
    }
    if (status == OK && *has_more) {
        status = column_str(&statement, 3, arena, &out->run_id, err);
    }
    sqlite_end(&statement);
    return status;
}
