/* The runs of projects: what the catalog has, and how far they are published. */
#include "catalog/published_runs.h"

#include "catalog/store.h"

static enum status read_run(const struct statement *row, struct arena *arena, struct run *out,
                            struct error *err)
{
    *out = (struct run){
        .started_ms = column_time(row, 2), .ended_ms = column_time(row, 3), .elapsed_ms = -1};
    enum status status = column_str(row, 0, arena, &out->id, err);
    return status == OK ? column_str(row, 1, arena, &out->status, err) : status;
}

enum status published_runs_list(struct catalog *catalog, int64_t project, int64_t after_ms,
                                struct arena *arena, struct run **out, size_t *count,
                                struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT hex_id, status, started_ms, ended_ms FROM run"
                                 " WHERE project = ?1 AND started_ms > ?2"
                                 " ORDER BY started_ms, position DESC");
    *out = NULL;
    *count = 0;
    bind_int(&row, project);
    bind_int(&row, after_ms);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct run *run = arena_push(arena, out, count, &capacity, sizeof(*run));
        status = run != NULL ? read_run(&row, arena, run, err) : error_nomem(err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_runs_schedule(struct catalog *catalog, int64_t project,
                                    struct arena *arena, bool *has_any, struct str *cron,
                                    struct error *err)
{
    bool has_row = false;
    struct statement row = sqlite_use(
        &catalog->db,
        "SELECT EXISTS (SELECT 1 FROM schedule WHERE project = ?1)"
        " OR EXISTS (SELECT 1 FROM run WHERE project = ?1 AND started_ms IS NOT NULL),"
        " (SELECT cron FROM schedule WHERE project = ?1 AND is_enabled AND cron IS NOT NULL"
        "  ORDER BY position LIMIT 1)");
    *has_any = false;
    *cron = STR_NULL;
    bind_int(&row, project);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *has_any = column_int(&row, 0) != 0;
        status = column_str(&row, 1, arena, cron, err);
    }
    sqlite_end(&row);
    return status;
}

enum status published_runs_get(struct catalog *catalog, int64_t publication, struct str project,
                               struct published_runs *out, struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT after_ms, digest FROM published_runs"
                                 " WHERE publication = ?1 AND project = ?2");
    *out = (struct published_runs){.after_ms = INT64_MIN};
    bind_int(&row, publication);
    bind_str(&row, project);
    enum status status = sqlite_step(&row, &has_row, err);
    if (status == OK && has_row) {
        *out = (struct published_runs){column_int(&row, 0), (uint64_t)column_int(&row, 1)};
    }
    sqlite_end(&row);
    return status;
}

enum status published_runs_put(struct catalog *catalog, int64_t publication, struct str project,
                               const struct published_runs *state, struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "INSERT OR REPLACE INTO published_runs (publication, project, after_ms,"
                      " digest) VALUES (?1, ?2, ?3, ?4)");
    bind_int(&row, publication);
    bind_str(&row, project);
    bind_int(&row, state->after_ms);
    bind_int(&row, (int64_t)state->digest);
    return sqlite_run(&row, err);
}
