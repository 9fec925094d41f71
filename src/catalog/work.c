/*
 * What is due: details to read, notebooks to analyse. The queue is the difference between a
 * project's marks as listed and as read; the index project_work holds the due ones alone.
 * A second queue holds what is unchanged but old, oldest first, by the index project_age.
 */
#include "catalog/store.h"

#define AGED_PAUSE_MS ((int64_t)24 * 3600 * 1000)

/* ?1 source, ?2 archived ones too, ?3 activity read before this is due again. */
#define DUE_ACTIVITY                                                                           \
    "(activity_mark IS NOT activity_read AND (published_ms IS NOT NULL OR has_schedule)"       \
    " AND coalesce(activity_read_ms, -1) < ?3)"
#define DUE_WHERE                                                                              \
    " FROM project INDEXED BY project_work WHERE source = ?1 AND is_due = 1"                   \
    " AND state IN (0, 1) AND (state = 0 OR ?2)"                                               \
    " AND (content_mark IS NOT content_read OR " DUE_ACTIVITY ")"

static const char next_sql[] =
    "SELECT id, hex_id, title, type, views_all_time, published_ms, has_schedule,"
    " content_mark IS NOT content_read, " DUE_ACTIVITY ", content_mark, activity_mark,"
    " work_rank, coalesce(nullif(owner, ''), creator), status" DUE_WHERE
    " AND (work_rank, hex_id) > (?4, ?5)"
    " ORDER BY work_rank, hex_id LIMIT 1";
static const char count_sql[] = "SELECT count(*)" DUE_WHERE;

/*
 * ?3 activity read before this is asked for as well, ?4 read with their spread before this,
 * ?5 read before this in any case, ?6 tried before this.
 */
#define AGED_WHERE                                                                             \
    " FROM project INDEXED BY project_age WHERE source = ?1 AND age_ms <= ?4 AND detail = 1"   \
    " AND state IN (0, 1) AND (state = 0 OR ?2) AND content_mark IS content_read"              \
    " AND content_read_ms <= ?5 AND coalesce(aged_ms, -1) < ?6"
static const char next_aged_sql[] =
    "SELECT id, hex_id, title, type, views_all_time, published_ms, has_schedule, 1,"
    " (published_ms IS NOT NULL OR has_schedule) AND coalesce(activity_read_ms, -1) < ?3,"
    " content_mark, activity_mark, age_ms, coalesce(nullif(owner, ''), creator),"
    " status" AGED_WHERE " AND (age_ms, hex_id) > (?7, ?8)"
    " ORDER BY age_ms, hex_id LIMIT 1";
/* ?3 decides nothing here, but the numbers behind it must stay the same. */
static const char count_aged_sql[] = "SELECT count(*), ?3" AGED_WHERE;

static void bind_due(struct statement *statement, int64_t source, bool include_archived,
                     int64_t now_ms)
{
    bind_int(statement, source);
    bind_int(statement, include_archived);
    bind_int(statement, now_ms - STORE_ACTIVITY_PAUSE_MS);
}

/* The names that sql gives for a project, one a row. */
static enum status read_names(struct catalog *catalog, const char *sql, int64_t project,
                              struct arena *arena, struct str **names, size_t *count,
                              struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(&catalog->db, sql);
    bind_int(&statement, project);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status == OK && has_row) {
            struct str *name = arena_push(arena, names, count, &capacity, sizeof(*name));
            status =
                name != NULL ? column_str(&statement, 0, arena, name, err) : error_nomem(err);
        }
    }
    sqlite_end(&statement);
    return status;
}

static enum status read_groupings(struct catalog *catalog, int64_t project, struct arena *arena,
                                  struct catalog_work *out, struct error *err)
{
    enum status status =
        read_names(catalog,
                   "SELECT DISTINCT name FROM sharing WHERE project = ?1 AND"
                   " kind = 2 ORDER BY name",
                   project, arena, &out->collections, &out->collection_count, err);
    if (status == OK) {
        status = read_names(
            catalog, "SELECT name FROM project_category WHERE project = ?1 ORDER BY name",
            project, arena, &out->categories, &out->category_count, err);
    }
    return status;
}

static enum status read_work(const struct statement *row, struct arena *arena,
                             struct catalog_work *out, struct error *err)
{
    out->type = (enum project_type)column_int(row, 3);
    out->views_all_time = column_int_or(row, 4, -1);
    out->published_ms = column_time(row, 5);
    out->has_schedule = column_int(row, 6) != 0;
    out->needs_content = column_int(row, 7) != 0;
    out->needs_activity = column_int(row, 8) != 0;
    enum status status = column_str(row, 1, arena, &out->project_id, err);
    if (status == OK) {
        status = column_str(row, 2, arena, &out->title, err);
    }
    if (status == OK) {
        status = column_str(row, 9, arena, &out->content_mark, err);
    }
    if (status == OK) {
        status = column_str(row, 10, arena, &out->activity_mark, err);
    }
    if (status == OK) {
        status = column_str(row, 12, arena, &out->owner, err);
    }
    return status == OK ? column_str(row, 13, arena, &out->status, err) : status;
}

static enum status read_count(struct statement *statement, int64_t *out, struct error *err)
{
    bool has_row = false;
    enum status status = sqlite_step(statement, &has_row, err);
    *out = status == OK && has_row ? column_int(statement, 0) : 0;
    sqlite_end(statement);
    return status;
}

enum status catalog_next_work(struct catalog *catalog, int64_t source, bool include_archived,
                              int64_t now_ms, int64_t *after_views, struct str *after_id,
                              struct arena *arena, struct catalog_work *out, bool *has_more,
                              struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, next_sql);
    *out = (struct catalog_work){.project_id = STR_NULL};
    bind_due(&statement, source, include_archived, now_ms);
    bind_int(&statement, -*after_views);
    bind_str_or_empty(&statement, *after_id);
    enum status status = sqlite_step(&statement, has_more, err);
    if (status == OK && *has_more) {
        status = read_work(&statement, arena, out, err);
        if (status == OK) {
            status = read_groupings(catalog, column_int(&statement, 0), arena, out, err);
        }
        if (status == OK) {
            *after_views = -column_int(&statement, 11);
            *after_id = out->project_id;
        }
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_count_work(struct catalog *catalog, int64_t source, bool include_archived,
                               int64_t now_ms, int64_t *out, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, count_sql);
    bind_due(&statement, source, include_archived, now_ms);
    return read_count(&statement, out, err);
}

/* ---- age ---- */

static void bind_age(struct statement *statement, int64_t source, const struct catalog_age *age)
{
    bind_int(statement, source);
    bind_int(statement, age->include_archived);
    bind_int(statement, age->now_ms - STORE_ACTIVITY_PAUSE_MS);
    bind_int(statement, age->now_ms - age->refresh_after_ms);
    bind_int(statement, age->now_ms - age->refresh_after_ms / 2);
    bind_int(statement, age->now_ms - AGED_PAUSE_MS);
}

enum status catalog_next_aged(struct catalog *catalog, int64_t source,
                              const struct catalog_age *age, int64_t *after_ms,
                              struct str *after_id, struct arena *arena,
                              struct catalog_work *out, bool *has_more, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, next_aged_sql);
    *out = (struct catalog_work){.project_id = STR_NULL};
    bind_age(&statement, source, age);
    bind_int(&statement, *after_ms);
    bind_str_or_empty(&statement, *after_id);
    enum status status = sqlite_step(&statement, has_more, err);
    if (status == OK && *has_more) {
        status = read_work(&statement, arena, out, err);
        if (status == OK) {
            status = read_groupings(catalog, column_int(&statement, 0), arena, out, err);
        }
        if (status == OK) {
            *after_ms = column_int(&statement, 11);
            *after_id = out->project_id;
        }
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_count_aged(struct catalog *catalog, int64_t source,
                               const struct catalog_age *age, int64_t *out, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, count_aged_sql);
    bind_age(&statement, source, age);
    return read_count(&statement, out, err);
}

enum status catalog_note_aged(struct catalog *catalog, int64_t source, struct str project_id,
                              int64_t requests, int64_t now_ms, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE project SET aged_ms = ?3, aged_requests = ?4"
                                 " WHERE source = ?1 AND hex_id = ?2");
    bind_int(&statement, source);
    bind_str(&statement, project_id);
    bind_int(&statement, now_ms);
    bind_int(&statement, requests);
    return sqlite_run(&statement, err);
}

enum status catalog_count_aged_requests(struct catalog *catalog, int64_t source,
                                        int64_t since_ms, int64_t *out, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT coalesce(sum(aged_requests), 0) FROM project"
                                 " WHERE source = ?1 AND aged_ms > ?2");
    bind_int(&statement, source);
    bind_int(&statement, since_ms);
    return read_count(&statement, out, err);
}

/* ---- analysis ---- */

enum status catalog_next_unanalysed(struct catalog *catalog, int64_t source,
                                    struct arena *arena, struct str *project_id,
                                    struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT hex_id FROM project WHERE source = ?1 AND needs_analysis = 1"
                      " ORDER BY type DESC LIMIT 1");
    *project_id = STR_NULL;
    bind_int(&statement, source);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        status = column_str(&statement, 0, arena, project_id, err);
    }
    sqlite_end(&statement);
    return status;
}
