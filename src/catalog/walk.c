/*
 * The walk over the listing: where it is, what it has shown.
 */
#include "catalog/store.h"

#include "domain/project.h"

#define RESUME_MS ((int64_t)3600 * 1000)
#define MARK_BYTES ((size_t)4 * 1024 * 1024)

/* The source's unfinished walk that moved lately; *found false when there is none. */
static enum status find_open_walk(struct catalog *catalog, int64_t source, int64_t now_ms,
                                  struct arena *arena, struct catalog_walk *out, bool *found,
                                  struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db,
                   "SELECT id, cursor, listed FROM walk WHERE source = ?1 AND ended_ms IS NULL"
                   " AND cursor IS NOT NULL AND moved_ms > ?2 AND moved_ms <= ?3"
                   " ORDER BY id DESC LIMIT 1");
    bind_int(&statement, source);
    bind_int(&statement, now_ms - RESUME_MS);
    bind_int(&statement, now_ms);
    enum status status = sqlite_step(&statement, found, err);
    if (status == OK && *found) {
        out->id = column_int(&statement, 0);
        out->listed = column_int(&statement, 2);
        status = column_str(&statement, 1, arena, &out->cursor, err);
    }
    sqlite_end(&statement);
    return status;
}

static enum status begin_walk(struct catalog *catalog, int64_t source, int64_t now_ms,
                              struct catalog_walk *out, struct error *err)
{
    enum status status = store_run_with(
        catalog,
        "DELETE FROM walk_project WHERE walk IN (SELECT id FROM walk WHERE source = ?1)",
        source, err);
    if (status == OK) {
        /* Of the finished ones, the newest hundred are of interest. */
        status =
            store_run_with(catalog,
                           "DELETE FROM walk WHERE source = ?1 AND (ended_ms IS NULL OR id <="
                           " (SELECT max(id) - 100 FROM walk WHERE source = ?1))",
                           source, err);
    }
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO walk (source, started_ms, moved_ms) VALUES (?1, ?2, ?2)");
    bind_int(&statement, source);
    bind_int(&statement, now_ms);
    status = sqlite_run(&statement, err);
    *out = (struct catalog_walk){.id = sqlite3_last_insert_rowid(catalog->db.handle)};
    return status;
}

enum status catalog_walk_open(struct catalog *catalog, int64_t source, int64_t now_ms,
                              struct arena *arena, struct catalog_walk *out, struct error *err)
{
    bool found = false;
    *out = (struct catalog_walk){.id = 0};
    enum status status = find_open_walk(catalog, source, now_ms, arena, out, &found, err);
    if (status == OK && !found) {
        status = begin_walk(catalog, source, now_ms, out, err);
    }
    return status;
}

static enum status note_seen(struct catalog *catalog, int64_t walk, int64_t row, bool *is_new,
                             struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT OR IGNORE INTO walk_project (walk, project) VALUES (?1, ?2)");
    bind_int(&statement, walk);
    bind_int(&statement, row);
    enum status status = sqlite_run(&statement, err);
    *is_new = sqlite_changes(&catalog->db) > 0;
    return status;
}

static enum status store_listed(struct catalog *catalog, int64_t source,
                                struct catalog_walk *walk, struct store_project *item,
                                struct arena *arena, struct catalog_changes *changes,
                                struct error *err)
{
    int64_t row = 0;
    bool is_new = false;
    enum store_result result = STORE_RESULT_UNCHANGED;
    if (project_content_mark(item->project, arena, &item->content_mark) != OK ||
        project_activity_mark(item->project, arena, &item->activity_mark) != OK) {
        return error_nomem(err);
    }
    enum status status = store_listed_project(catalog, source, item, &row, &result, err);
    if (status == OK) {
        status = note_seen(catalog, walk->id, row, &is_new, err);
    }
    if (status == OK) {
        walk->listed += is_new ? 1 : 0;
        changes->added += result == STORE_RESULT_ADDED ? 1 : 0;
        changes->updated += result == STORE_RESULT_UPDATED ? 1 : 0;
        changes->unchanged += result == STORE_RESULT_UNCHANGED ? 1 : 0;
    }
    return status;
}

enum status catalog_walk_page(struct catalog *catalog, int64_t source,
                              struct catalog_walk *walk, const struct project *projects,
                              size_t count, struct str next_cursor, int64_t now_ms,
                              struct catalog_changes *changes, struct error *err)
{
    struct arena arena;
    enum status status = OK;
    arena_init(&arena, MARK_BYTES);
    for (size_t i = 0; i < count && status == OK; i++) {
        struct store_project item = {.project = &projects[i], .now_ms = now_ms};
        arena_reset(&arena);
        status = store_listed(catalog, source, walk, &item, &arena, changes, err);
    }
    arena_free(&arena);
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE walk SET cursor = ?2, listed = ?3, moved_ms = ?4 WHERE id = ?1");
    bind_int(&statement, walk->id);
    bind_str(&statement, str_is_empty(next_cursor) ? STR_NULL : next_cursor);
    bind_int(&statement, walk->listed);
    bind_int(&statement, now_ms);
    return sqlite_run(&statement, err);
}

static const char unseen_sql[] =
    "SELECT count(*) FROM project WHERE source = ?1 AND seen_complete = 1 AND NOT EXISTS"
    " (SELECT 1 FROM walk_project WHERE walk = ?2 AND project = project.id)";
static const char seen_sql[] =
    "UPDATE project SET seen_complete = 1 WHERE source = ?1 AND seen_complete = 0 AND EXISTS"
    " (SELECT 1 FROM walk_project WHERE walk = ?2 AND project = project.id)";

static enum status note_complete(struct catalog *catalog, int64_t source, int64_t walk,
                                 int64_t *unseen, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(&catalog->db, unseen_sql);
    bind_int(&statement, source);
    bind_int(&statement, walk);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK) {
        *unseen = has_row ? column_int(&statement, 0) : 0;
    }
    sqlite_end(&statement);
    if (status != OK) {
        return status;
    }
    statement = sqlite_use(&catalog->db, seen_sql);
    bind_int(&statement, source);
    bind_int(&statement, walk);
    return sqlite_run(&statement, err);
}

enum status catalog_walk_close(struct catalog *catalog, int64_t source, int64_t walk,
                               bool is_complete, int64_t now_ms, int64_t *unseen,
                               struct error *err)
{
    enum status status = OK;
    *unseen = 0;
    if (is_complete) {
        status = note_complete(catalog, source, walk, unseen, err);
    }
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE walk SET ended_ms = ?2, moved_ms = ?2, is_complete = ?3,"
                      " cursor = NULL WHERE id = ?1");
    bind_int(&statement, walk);
    bind_int(&statement, now_ms);
    bind_int(&statement, is_complete);
    return sqlite_run(&statement, err);
}
