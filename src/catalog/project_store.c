/*
 * One project as the listing (or a file) shows it: its row, its small lists, what changed.
 */
#include "catalog/change_store.h"
#include "catalog/store.h"
#include "domain/refresh.h"

/* Of what the history says of one list, before and after. */
#define LIST_BYTES ((size_t)64 * 1024 * 1024)

/* ---- the row ---- */

#define NOT_PENDING (-1)

/* Where an item's row is, and what it is to say of the state. */
struct listed {
    int64_t row;
    enum store_result result;
    enum project_state state;
    int64_t pending; /* a state that waits for the brake; NOT_PENDING */
};

/*
 * An active project stops being active only after the brake has let it; all other states hold
 * at once: what is new, what is active again, what goes from one of the others to another.
 */
static void decide_state(const struct store_project *item, bool is_active,
                         struct listed *listed)
{
    bool is_held =
        is_active && !item->is_decided && item->project->state != PROJECT_STATE_ACTIVE;
    listed->state = is_held ? PROJECT_STATE_ACTIVE : item->project->state;
    listed->pending = is_held ? (int64_t)item->project->state : NOT_PENDING;
}

static const char insert_sql[] =
    "INSERT INTO project (source, hex_id, type, state, title, description, owner, creator,"
    " status, reviews_required, views_all_time, views_last_7, views_last_14, views_last_30,"
    " last_viewed_ms, created_ms, edited_ms, published_ms, archived_ms, trashed_ms,"
    " results_updated_ms, has_schedule, listing_hash, content_mark, activity_mark,"
    " pending_state, age_offset_ms, detail)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    " ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, 0)";

/*
 * A denied project is asked for again when anything of it has changed, but not because somebody
 * looked at it: that opens no door. Its lists: see replace_list.
 */
#define FORGET(mark)                                                                           \
    mark " = CASE WHEN detail = 2 AND (type, state, title, description, owner, creator,"       \
         " status, reviews_required, edited_ms, published_ms) IS NOT (?3, ?4, ?5, ?6, ?7, ?8," \
         " ?9, ?10, ?17, ?18) THEN NULL ELSE " mark " END"
static const char forget_sql[] =
    "UPDATE project SET content_read = NULL, activity_read = NULL WHERE id = ?1 AND detail = 2";

static const char update_sql[] =
    "UPDATE project SET type = ?3, state = ?4, title = ?5, description = ?6, owner = ?7,"
    " creator = ?8, status = ?9, reviews_required = ?10, views_all_time = ?11,"
    " views_last_7 = ?12, views_last_14 = ?13, views_last_30 = ?14, last_viewed_ms = ?15,"
    " created_ms = ?16, edited_ms = ?17, published_ms = ?18, archived_ms = ?19,"
    " trashed_ms = ?20, results_updated_ms = ?21, has_schedule = ?22, listing_hash = ?23,"
    " content_mark = ?24, activity_mark = ?25, pending_state = ?26, age_offset_ms = ?27,"
    " " FORGET("content_read") ", " FORGET(
        "activity_read") " WHERE source = ?1 AND hex_id = ?2";

static enum status write_row(struct catalog *catalog, const char *sql, int64_t source,
                             const struct store_project *item, const struct listed *listed,
                             struct error *err)
{
    const struct project *project = item->project;
    const struct views *views = &project->views;
    struct statement statement = sqlite_use(&catalog->db, sql);
    bind_int(&statement, source);
    bind_str(&statement, project->id);
    bind_int(&statement, project->type);
    bind_int(&statement, listed->state);
    bind_str(&statement, project->title);
    bind_str(&statement, project->description);
    bind_str(&statement, project->owner);
    bind_str(&statement, project->creator);
    bind_str(&statement, project->status);
    bind_int(&statement, project->reviews_required);
    bind_count(&statement, views->all_time);
    bind_count(&statement, views->last_7_days);
    bind_count(&statement, views->last_14_days);
    bind_count(&statement, views->last_30_days);
    bind_time(&statement, views->last_viewed_ms);
    bind_time(&statement, project->created_ms);
    bind_time(&statement, project->edited_ms);
    bind_time(&statement, project->published_ms);
    bind_time(&statement, project->archived_ms);
    bind_time(&statement, project->trashed_ms);
    bind_time(&statement, project->results_updated_ms);
    bind_int(&statement, project->schedule_count > 0);
    bind_int(&statement, (int64_t)project->listing_hash);
    bind_str(&statement, item->content_mark);
    bind_str(&statement, item->activity_mark);
    bind_count(&statement, listed->pending);
    bind_int(&statement, refresh_offset_ms(project->id));
    return sqlite_run(&statement, err);
}

/* ---- categories, sharing, schedules: written only when they differ ---- */

static enum status write_categories(struct catalog *catalog, int64_t row,
                                    const struct project *project, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < project->category_count && status == OK; i++) {
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT INTO project_category (project, position, name, description)"
                          " VALUES (?1, ?2, ?3, ?4)");
        bind_int(&statement, row);
        bind_int(&statement, (int64_t)i);
        bind_str_or_empty(&statement, project->categories[i].name);
        bind_str(&statement, project->categories[i].description);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status write_shares(struct catalog *catalog, int64_t row,
                                const struct project *project, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < project->share_count && status == OK; i++) {
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT INTO sharing (project, position, kind, name, access)"
                          " VALUES (?1, ?2, ?3, ?4, ?5)");
        bind_int(&statement, row);
        bind_int(&statement, (int64_t)i);
        bind_int(&statement, project->shares[i].kind);
        bind_str_or_empty(&statement, project->shares[i].name);
        bind_str(&statement, project->shares[i].access);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status write_schedules(struct catalog *catalog, int64_t row,
                                   const struct project *project, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < project->schedule_count && status == OK; i++) {
        const struct schedule *schedule = &project->schedules[i];
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT INTO schedule (project, position, cadence, is_enabled, cron,"
                          " timezone) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        bind_int(&statement, row);
        bind_int(&statement, (int64_t)i);
        bind_str(&statement, schedule->cadence);
        bind_int(&statement, schedule->is_enabled);
        bind_str(&statement, schedule->cron);
        bind_str(&statement, schedule->timezone);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static uint64_t digest_project(const struct project *project, int list)
{
    uint64_t digest = 1;
    for (size_t i = 0; list == 0 && i < project->category_count; i++) {
        digest = store_digest(digest, project->categories[i].name.p != NULL
                                          ? project->categories[i].name
                                          : STR(""));
        digest = store_digest(digest, project->categories[i].description);
    }
    for (size_t i = 0; list == 1 && i < project->share_count; i++) {
        const struct share *share = &project->shares[i];
        digest = store_digest_int(digest, share->kind);
        digest = store_digest(digest, share->name.p != NULL ? share->name : STR(""));
        digest = store_digest(digest, share->access);
    }
    for (size_t i = 0; list == 2 && i < project->schedule_count; i++) {
        digest = store_digest(digest, project->schedules[i].cadence);
        digest = store_digest_int(digest, project->schedules[i].is_enabled);
        digest = store_digest(digest, project->schedules[i].cron);
        digest = store_digest(digest, project->schedules[i].timezone);
    }
    return digest;
}

typedef enum status write_list_fn(struct catalog *catalog, int64_t row,
                                  const struct project *project, struct error *err);

#define MAX_VIEWS 2

static const struct {
    const char *select_sql; /* columns as digest_project takes them; 'i': a number */
    const char *types;
    const char *delete_sql;
    write_list_fn *write;
    struct { /* what the history says of it: a field, and SQL that makes one text of it */
        const char *field;
        const char *sql;
    } views[MAX_VIEWS];
} lists[] = {
    {"SELECT name, description FROM project_category WHERE project = ?1 ORDER BY position",
     "ss",
     "DELETE FROM project_category WHERE project = ?1",
     write_categories,
     {{"categories", "SELECT group_concat(name, ', ') FROM (SELECT name FROM project_category"
                     " WHERE project = ?1 ORDER BY name)"}}},
    {"SELECT kind, name, access FROM sharing WHERE project = ?1 ORDER BY position",
     "iss",
     "DELETE FROM sharing WHERE project = ?1",
     write_shares,
     {{"collections", "SELECT group_concat(name, ', ') FROM (SELECT DISTINCT name FROM sharing"
                      " WHERE project = ?1 AND kind = 2 ORDER BY name)"},
      {"sharing",
       "SELECT group_concat(CASE kind WHEN 3 THEN 'workspace' WHEN 4 THEN 'public web'"
       " WHEN 5 THEN 'support' ELSE name END || coalesce(' ' || access, ''), ', ')"
       " FROM (SELECT kind, name, access FROM sharing WHERE project = ?1 AND kind <> 2"
       " ORDER BY kind, name, access)"}}},
    {"SELECT cadence, is_enabled, cron, timezone FROM schedule WHERE project = ?1"
     " ORDER BY position",
     "siss",
     "DELETE FROM schedule WHERE project = ?1",
     write_schedules,
     {{"schedules",
       "SELECT group_concat(coalesce(cadence, '') || coalesce(' ' || cron, '')"
       " || coalesce(' ' || timezone, '') || CASE is_enabled WHEN 0 THEN ' (off)' ELSE ''"
       " END, ', ') FROM (SELECT * FROM schedule WHERE project = ?1 ORDER BY position)"}}},
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static enum status digest_stored(struct catalog *catalog, int64_t row, size_t list,
                                 uint64_t *out, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(&catalog->db, lists[list].select_sql);
    *out = 1;
    bind_int(&statement, row);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        for (int i = 0; status == OK && has_row && lists[list].types[i] != '\0'; i++) {
            *out = lists[list].types[i] == 'i'
                       ? store_digest_int(*out, column_int(&statement, i))
                       : store_digest(*out, column_view(&statement, i));
        }
    }
    sqlite_end(&statement);
    return status;
}

static enum status read_views(struct catalog *catalog, int64_t row, size_t list,
                              struct arena *arena, struct str out[MAX_VIEWS], struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < MAX_VIEWS && status == OK && lists[list].views[i].sql != NULL; i++) {
        status = change_read_list(catalog, lists[list].views[i].sql, row, arena, &out[i], err);
    }
    return status;
}

/* Replaces a stored list, and writes down what that changed. */
static enum status replace_list(struct catalog *catalog, int64_t row, size_t list,
                                const struct store_project *item, struct error *err)
{
    struct str before[MAX_VIEWS] = {STR_NULL};
    struct str after[MAX_VIEWS] = {STR_NULL};
    struct arena arena;
    arena_init(&arena, LIST_BYTES);
    enum status status = read_views(catalog, row, list, &arena, before, err);
    if (status == OK) {
        status = store_run_with(catalog, forget_sql, row, err);
    }
    if (status == OK) {
        status = store_run_with(catalog, lists[list].delete_sql, row, err);
    }
    if (status == OK) {
        status = lists[list].write(catalog, row, item->project, err);
    }
    if (status == OK) {
        status = read_views(catalog, row, list, &arena, after, err);
    }
    for (size_t i = 0; i < MAX_VIEWS && status == OK && lists[list].views[i].sql != NULL; i++) {
        status = store_change_if(catalog, row, item->now_ms, lists[list].views[i].field,
                                 before[i], after[i], err);
    }
    arena_free(&arena);
    return status;
}

enum status store_lists_differ(struct catalog *catalog, int64_t row,
                               const struct project *project, bool *out, struct error *err)
{
    enum status status = OK;
    *out = false;
    for (size_t i = 0; i < LIST_COUNT && status == OK && !*out; i++) {
        uint64_t stored = 1;
        status = digest_stored(catalog, row, i, &stored, err);
        *out = status == OK && stored != digest_project(project, (int)i);
    }
    return status;
}

static enum status write_lists(struct catalog *catalog, int64_t row,
                               const struct store_project *item, bool is_new, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < LIST_COUNT && status == OK; i++) {
        uint64_t stored = 1;
        if (is_new) {
            status = lists[i].write(catalog, row, item->project, err);
            continue;
        }
        status = digest_stored(catalog, row, i, &stored, err);
        if (status == OK && stored != digest_project(item->project, (int)i)) {
            status = replace_list(catalog, row, i, item, err);
        }
    }
    return status;
}

/* ---- views ---- */

/* A sample when the views are not as last stored; project.views_* are still the old ones. */
static const char sample_sql[] =
    "INSERT INTO view_sample (project, at_ms, all_time, last_7, last_14, last_30,"
    " last_viewed_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS"
    " (SELECT 1 FROM (SELECT * FROM view_sample WHERE project = ?1 ORDER BY at_ms DESC LIMIT 1)"
    " WHERE all_time IS ?3 AND last_7 IS ?4 AND last_14 IS ?5 AND last_30 IS ?6"
    " AND last_viewed_ms IS ?7)"
    " ON CONFLICT (project, at_ms) DO UPDATE SET all_time = excluded.all_time,"
    " last_7 = excluded.last_7, last_14 = excluded.last_14, last_30 = excluded.last_30,"
    " last_viewed_ms = excluded.last_viewed_ms";

static enum status sample_views(struct catalog *catalog, int64_t row, const struct views *views,
                                int64_t now_ms, struct error *err)
{
    if (views->all_time < 0 && views->last_30_days < 0) {
        return OK;
    }
    struct statement statement = sqlite_use(&catalog->db, sample_sql);
    bind_int(&statement, row);
    bind_int(&statement, now_ms);
    bind_count(&statement, views->all_time);
    bind_count(&statement, views->last_7_days);
    bind_count(&statement, views->last_14_days);
    bind_count(&statement, views->last_30_days);
    bind_time(&statement, views->last_viewed_ms);
    return sqlite_run(&statement, err);
}

/* ---- all of it ---- */

enum status store_mark_project(struct store_project *item, struct arena *arena,
                               struct error *err)
{
    if (project_content_mark(item->project, arena, &item->content_mark) != OK ||
        project_activity_mark(item->project, arena, &item->activity_mark) != OK) {
        return error_nomem(err);
    }
    return OK;
}

static enum status find_listed(struct catalog *catalog, int64_t source,
                               const struct store_project *item, struct listed *out,
                               struct error *err)
{
    const struct project *project = item->project;
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT id, listing_hash, state, pending_state FROM project"
                                 " WHERE source = ?1 AND hex_id = ?2");
    bind_int(&statement, source);
    bind_str(&statement, project->id);
    enum status status = sqlite_step(&statement, &has_row, err);
    *out = (struct listed){.result = STORE_RESULT_ADDED};
    decide_state(item, has_row && column_int(&statement, 2) == PROJECT_STATE_ACTIVE, out);
    if (status == OK && has_row) {
        bool is_same = column_int(&statement, 1) == (int64_t)project->listing_hash &&
                       column_int(&statement, 2) == (int64_t)out->state &&
                       column_int_or(&statement, 3, NOT_PENDING) == out->pending;
        out->row = column_int(&statement, 0);
        out->result = is_same ? STORE_RESULT_UNCHANGED : STORE_RESULT_UPDATED;
    }
    sqlite_end(&statement);
    return status;
}

enum status store_listed_project(struct catalog *catalog, int64_t source,
                                 const struct store_project *item, int64_t *row,
                                 enum store_result *result, struct error *err)
{
    const struct project *project = item->project;
    struct listed listed;
    enum status status = find_listed(catalog, source, item, &listed, err);
    *row = listed.row;
    *result = listed.result;
    if (status != OK || *result == STORE_RESULT_UNCHANGED) {
        return status;
    }
    bool is_new = *result == STORE_RESULT_ADDED;
    if (!is_new) {
        status = change_note_project(catalog, *row, project, listed.state, item->now_ms, err);
    }
    if (status == OK) {
        status =
            write_row(catalog, is_new ? insert_sql : update_sql, source, item, &listed, err);
    }
    if (status == OK && is_new) {
        *row = sqlite3_last_insert_rowid(catalog->db.handle);
        status = store_change(catalog, *row, item->now_ms, "added", STR_NULL,
                              str_from(project_state_name(listed.state)), err);
    }
    if (status == OK) {
        status = write_lists(catalog, *row, item, is_new, err);
    }
    if (status == OK) {
        status = sample_views(catalog, *row, &project->views, item->now_ms, err);
    }
    return status;
}
