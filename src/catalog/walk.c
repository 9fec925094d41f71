/*
 * The walk over the listing: where it is, what it has shown.
 */
#include "catalog/store.h"

#include "domain/project.h"

#define RESUME_MS ((int64_t)3600 * 1000)
#define MARK_BYTES ((size_t)4 * 1024 * 1024)

/* The viewer of the last walk with this token; 0 when there is none. */
static enum status find_viewer_of_token(struct catalog *catalog, int64_t source,
                                        struct str token_mark, int64_t *out, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT viewer FROM walk WHERE source = ?1 AND token_mark = ?2"
                                 " ORDER BY id DESC LIMIT 1");
    bind_int(&statement, source);
    bind_str(&statement, token_mark);
    enum status status = sqlite_step(&statement, &has_row, err);
    *out = status == OK && has_row ? column_int(&statement, 0) : 0;
    sqlite_end(&statement);
    return status;
}

static enum status find_viewer_of_key(struct catalog *catalog, int64_t source, struct str key,
                                      int64_t *out, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "INSERT OR IGNORE INTO viewer (source, key) VALUES (?1, ?2)");
    bind_int(&statement, source);
    bind_str(&statement, key);
    enum status status = sqlite_run(&statement, err);
    if (status != OK) {
        return status;
    }
    statement =
        sqlite_use(&catalog->db, "SELECT id FROM viewer WHERE source = ?1 AND key = ?2");
    bind_int(&statement, source);
    bind_str(&statement, key);
    status = sqlite_step(&statement, &has_row, err);
    *out = status == OK && has_row ? column_int(&statement, 0) : 0;
    sqlite_end(&statement);
    return status;
}

/* Hex does not say whose a token is each time it is asked; what the token sees is the same. */
static enum status find_viewer(struct catalog *catalog, int64_t source,
                               const struct catalog_viewer *viewer, int64_t *out,
                               struct error *err)
{
    int64_t of_token = 0;
    enum status status =
        find_viewer_of_token(catalog, source, viewer->token_mark, &of_token, err);
    if (status != OK || (viewer->is_unnamed && of_token != 0)) {
        *out = of_token;
        return status;
    }
    status = find_viewer_of_key(catalog, source, viewer->key, out, err);
    if (status != OK || of_token == 0 || of_token == *out) {
        return status;
    }
    struct statement statement =
        sqlite_use(&catalog->db, "INSERT OR IGNORE INTO viewer_project (viewer, project)"
                                 " SELECT ?1, project FROM viewer_project WHERE viewer = ?2");
    bind_int(&statement, *out);
    bind_int(&statement, of_token);
    return sqlite_run(&statement, err);
}

/* A clock that was ahead and put back must not make what was read then young for long. */
static enum status bring_times_back(struct catalog *catalog, int64_t source, int64_t now_ms,
                                    struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE project SET content_read_ms = min(content_read_ms, ?2),"
                      " activity_read_ms = min(activity_read_ms, ?2),"
                      " aged_ms = min(aged_ms, ?2) WHERE source = ?1"
                      " AND (content_read_ms > ?2 OR activity_read_ms > ?2 OR aged_ms > ?2)");
    bind_int(&statement, source);
    bind_int(&statement, now_ms);
    return sqlite_run(&statement, err);
}

/* The source's unfinished walk that moved lately; *found false when there is none. */
static enum status find_open_walk(struct catalog *catalog, int64_t source, int64_t viewer,
                                  struct str token_mark, int64_t now_ms, struct arena *arena,
                                  struct catalog_walk *out, bool *found, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db,
                   "SELECT id, cursor, listed FROM walk WHERE source = ?1 AND ended_ms IS NULL"
                   " AND cursor IS NOT NULL AND moved_ms > ?2 AND moved_ms <= ?3"
                   " AND viewer = ?4 AND token_mark = ?5 ORDER BY id DESC LIMIT 1");
    bind_int(&statement, source);
    bind_int(&statement, now_ms - RESUME_MS);
    bind_int(&statement, now_ms);
    bind_int(&statement, viewer);
    bind_str(&statement, token_mark);
    enum status status = sqlite_step(&statement, found, err);
    if (status == OK && *found) {
        out->id = column_int(&statement, 0);
        out->listed = column_int(&statement, 2);
        status = column_str(&statement, 1, arena, &out->cursor, err);
    }
    sqlite_end(&statement);
    return status;
}

/* Of the finished ones the newest hundred are of interest, and the last complete one. */
static const char forget_walks_sql[] =
    "DELETE FROM walk WHERE source = ?1 AND (ended_ms IS NULL OR id NOT IN"
    " (SELECT id FROM walk WHERE source = ?1 ORDER BY id DESC LIMIT 100))"
    " AND id IS NOT (SELECT max(id) FROM walk WHERE source = ?1 AND is_complete = 1)";

static enum status begin_walk(struct catalog *catalog, int64_t source, int64_t viewer,
                              struct str token_mark, int64_t now_ms, struct catalog_walk *out,
                              struct error *err)
{
    enum status status = store_run_with(
        catalog,
        "DELETE FROM walk_project WHERE walk IN (SELECT id FROM walk WHERE source = ?1)",
        source, err);
    if (status == OK) {
        status = store_run_with(catalog, forget_walks_sql, source, err);
    }
    if (status != OK) {
        return status;
    }
    struct statement statement =
        sqlite_use(&catalog->db, "INSERT INTO walk (source, started_ms, moved_ms, viewer,"
                                 " token_mark) VALUES (?1, ?2, ?2, ?3, ?4)");
    bind_int(&statement, source);
    bind_int(&statement, now_ms);
    bind_int(&statement, viewer);
    bind_str(&statement, token_mark);
    status = sqlite_run(&statement, err);
    *out = (struct catalog_walk){.id = sqlite3_last_insert_rowid(catalog->db.handle)};
    return status;
}

enum status catalog_walk_open(struct catalog *catalog, int64_t source,
                              const struct catalog_viewer *viewer, int64_t now_ms,
                              struct arena *arena, struct catalog_walk *out, struct error *err)
{
    bool found = false;
    int64_t viewer_id = 0;
    *out = (struct catalog_walk){.id = 0};
    enum status status = bring_times_back(catalog, source, now_ms, err);
    if (status == OK) {
        status = find_viewer(catalog, source, viewer, &viewer_id, err);
    }
    if (status == OK) {
        status = find_open_walk(catalog, source, viewer_id, viewer->token_mark, now_ms, arena,
                                out, &found, err);
    }
    if (status == OK && !found) {
        status = begin_walk(catalog, source, viewer_id, viewer->token_mark, now_ms, out, err);
    }
    return status;
}

static enum status note_seen(struct catalog *catalog, int64_t walk, int64_t row, bool is_new,
                             bool *is_first, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "INSERT OR IGNORE INTO walk_project (walk, project, is_new)"
                                 " VALUES (?1, ?2, ?3)");
    bind_int(&statement, walk);
    bind_int(&statement, row);
    bind_int(&statement, is_new);
    enum status status = sqlite_run(&statement, err);
    *is_first = sqlite_changes(&catalog->db) > 0;
    return status;
}

static enum status store_listed(struct catalog *catalog, int64_t source,
                                struct catalog_walk *walk, struct store_project *item,
                                struct arena *arena, struct catalog_changes *changes,
                                struct error *err)
{
    int64_t row = 0;
    bool is_first = false;
    enum store_result result = STORE_RESULT_UNCHANGED;
    enum status status = store_mark_project(item, arena, err);
    if (status == OK) {
        status = store_listed_project(catalog, source, item, &row, &result, err);
    }
    if (status == OK) {
        status =
            note_seen(catalog, walk->id, row, result == STORE_RESULT_ADDED, &is_first, err);
    }
    if (status == OK) {
        walk->listed += is_first ? 1 : 0;
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

enum status catalog_walk_close(struct catalog *catalog, int64_t source, int64_t walk,
                               bool is_complete, int64_t now_ms, struct error *err)
{
    enum status status = is_complete ? store_walk_views(catalog, source, walk, err) : OK;
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
