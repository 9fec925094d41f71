/*
 * How far publishing is with each project: while nothing is left to do for it and nothing of it
 * has changed, neither its rows nor the server's need a look.
 */
#include "catalog/published.h"
#include "catalog/published_unwanted.h"
#include "catalog/store.h"

/* ---- what is stored ---- */

enum status published_get_progress(struct catalog *catalog, int64_t publication,
                                   struct str project, uint64_t mark,
                                   enum published_progress *out, struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT is_seen FROM published_project WHERE publication = ?1"
                                 " AND project = ?2 AND mark = ?3");
    *out = PUBLISHED_PROGRESS_OPEN;
    bind_int(&row, publication);
    bind_str(&row, project);
    bind_int(&row, (int64_t)mark);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *out = column_int(&row, 0) != 0 ? PUBLISHED_PROGRESS_SETTLED : PUBLISHED_PROGRESS_SENT;
    }
    sqlite_end(&row);
    return status;
}

enum status published_begin_project(struct catalog *catalog, int64_t publication,
                                    struct str project, bool *is_new, struct error *err)
{
    bool is_known = false;
    struct statement row =
        sqlite_use(&catalog->db,
                   "SELECT 1 FROM published WHERE publication = ?1 AND kind BETWEEN ?3 AND ?4"
                   " AND name >= ?2 AND name < ?2 || '`' LIMIT 1");
    bind_int(&row, publication);
    bind_str(&row, project);
    bind_int(&row, PUBLISHED_FIRST_OF_PROJECT);
    bind_int(&row, PUBLISHED_LAST_OF_PROJECT);
    enum status status = sqlite_step(&row, &is_known, err);
    sqlite_end(&row);
    *is_new = !is_known;
    if (status != OK) {
        return status;
    }
    row = sqlite_use(&catalog->db, "INSERT INTO published_project (publication, project)"
                                   " VALUES (?1, ?2) ON CONFLICT DO UPDATE SET mark = NULL");
    bind_int(&row, publication);
    bind_str(&row, project);
    return sqlite_run(&row, err);
}

enum status published_settle(struct catalog *catalog, int64_t publication, struct str project,
                             uint64_t mark, enum published_progress progress, struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "INSERT OR REPLACE INTO published_project (publication, project, mark,"
                      " is_seen) VALUES (?1, ?2, ?3, ?4)");
    bind_int(&row, publication);
    bind_str(&row, project);
    bind_int(&row, (int64_t)mark);
    bind_int(&row, progress == PUBLISHED_PROGRESS_SETTLED);
    return sqlite_run(&row, err);
}

enum status published_settle_sent(struct catalog *catalog, int64_t publication,
                                  struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "UPDATE published_project SET is_seen = 1 WHERE publication = ?1"
                      " AND project IN (SELECT project FROM temp.settled WHERE progress = ?2)");
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_PROGRESS_SENT);
    return sqlite_run(&row, err);
}

enum status published_reopen(struct catalog *catalog, int64_t publication,
                             enum published_kind kind, struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db,
        "UPDATE published_project SET mark = NULL WHERE publication = ?1 AND project IN"
        " (SELECT p.parent FROM published p WHERE p.publication = ?1 AND p.kind = ?2"
        " AND p.state = 0 AND" PUBLISHED_UNWANTED ")");
    bind_int(&row, publication);
    bind_int(&row, kind);
    return sqlite_run(&row, err);
}

/* Neither open nor wanted as a whole: "d" is its row. ?2 is PUBLISHED_DASHBOARD. */
#define STRANGER                                                                               \
    " d.publication = ?1"                                                                      \
    " AND NOT EXISTS (SELECT 1 FROM temp.settled s WHERE s.project = d.project)"               \
    " AND NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE w.kind = ?2 AND w.name = d.project)"

enum status published_forget_projects(struct catalog *catalog, int64_t publication,
                                      struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db,
        "DELETE FROM published_project AS d WHERE" STRANGER " AND NOT EXISTS"
        " (SELECT 1 FROM published p WHERE p.publication = ?1 AND p.kind BETWEEN ?3 AND ?4"
        "  AND p.state = 0 AND p.name >= d.project AND p.name < d.project || '`')");
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_DASHBOARD);
    bind_int(&row, PUBLISHED_FIRST_OF_PROJECT);
    bind_int(&row, PUBLISHED_LAST_OF_PROJECT);
    return sqlite_run(&row, err);
}

enum status published_count_strangers(struct catalog *catalog, int64_t publication,
                                      int64_t *out, struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT count(*) FROM published_project d WHERE" STRANGER);
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_DASHBOARD);
    enum status status = sqlite_step(&row, &has_row, err);
    *out = status == OK && has_row ? column_int(&row, 0) : 0;
    sqlite_end(&row);
    return status;
}

/* The text of the first column of a statement's first row. */
static enum status read_next(struct statement *row, struct arena *arena, struct str *out,
                             bool *has_more, struct error *err)
{
    enum status status = sqlite_step(row, has_more, err);
    *out = STR_NULL;
    if (status == OK && *has_more) {
        status = column_str(row, 0, arena, out, err);
    }
    sqlite_end(row);
    return status;
}

enum status published_next_stranger(struct catalog *catalog, int64_t publication,
                                    struct str after, struct arena *arena, struct str *out,
                                    bool *has_more, struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "SELECT d.project FROM published_project d WHERE" STRANGER
                                 " AND d.project > ?3 ORDER BY d.project LIMIT 1");
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_DASHBOARD);
    bind_str(&row, after);
    return read_next(&row, arena, out, has_more, err);
}

enum status published_next_of_project(struct catalog *catalog, int64_t publication,
                                      enum published_kind kind, struct str project,
                                      struct str after, struct arena *arena, struct str *out,
                                      bool *has_more, struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "SELECT name FROM published WHERE publication = ?1 AND kind = ?2"
                      " AND name >= ?3 AND name < ?3 || '`' AND name > ?4 AND state = 0"
                      " AND (name = ?3 OR substr(name, length(?3) + 1, 1) = '_')"
                      " ORDER BY name LIMIT 1");
    bind_int(&row, publication);
    bind_int(&row, kind);
    bind_str(&row, project);
    bind_str(&row, after);
    return read_next(&row, arena, out, has_more, err);
}

/* ---- during a run: the projects that are wanted as a whole ---- */

enum status published_want_project(struct catalog *catalog, struct str project, int64_t row,
                                   enum published_progress progress, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT OR IGNORE INTO temp.settled (project, project_row, progress)"
                      " VALUES (?1, ?2, ?3)");
    bind_str(&statement, project);
    bind_int(&statement, row);
    bind_int(&statement, progress);
    return sqlite_run(&statement, err);
}

enum status published_wanted_as(struct catalog *catalog, struct str project,
                                enum published_progress *out, struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT progress FROM temp.settled WHERE project = ?1");
    *out = PUBLISHED_PROGRESS_OPEN;
    bind_str(&row, project);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *out = (enum published_progress)column_int(&row, 0);
    }
    sqlite_end(&row);
    return status;
}

enum status published_doubt(struct catalog *catalog, struct str project, struct error *err)
{
    struct statement row =
        sqlite_use(&catalog->db, "UPDATE temp.settled SET is_doubted = 1 WHERE project = ?1");
    bind_str(&row, project);
    return sqlite_run(&row, err);
}

enum status published_take_sent(struct catalog *catalog, bool only_doubted, int64_t *row,
                                bool *has_more, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "DELETE FROM temp.settled WHERE project = (SELECT project FROM"
                      " temp.settled WHERE progress = ?1 AND is_doubted >= ?2 LIMIT 1)"
                      " RETURNING project_row");
    *row = 0;
    bind_int(&statement, PUBLISHED_PROGRESS_SENT);
    bind_int(&statement, only_doubted);
    enum status status = sqlite_step(&statement, has_more, err);
    if (status == OK && *has_more) {
        *row = column_int(&statement, 0);
    }
    sqlite_end(&statement);
    return status;
}

/* ---- for counters ---- */

enum status published_count_settled(struct catalog *catalog, int64_t publication,
                                    int64_t counts[PUBLISHED_EDGE + 1], struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT kind, count(*) FROM published WHERE publication = ?1"
                                 " AND state = 0 AND kind <= ?2"
                                 " AND parent IN (SELECT project FROM temp.settled)"
                                 " GROUP BY kind");
    bind_int(&row, publication);
    bind_int(&row, PUBLISHED_EDGE);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status == OK && has_row) {
            counts[column_int(&row, 0)] = column_int(&row, 1);
        }
    }
    sqlite_end(&row);
    return status;
}
