/*
 * What a complete walk means for the projects that it did not show, or showed as archived or
 * trashed; and what looking them up one by one found.
 *
 * A walk judges what it showed and what an earlier complete walk of its viewer showed. All
 * else in the source is known to other tokens only, and this one cannot tell whether it is
 * still there.
 */
#include "catalog/change_store.h"
#include "catalog/store.h"

#define GONE_AFTER_MISSES 3
#define LOOKUP_BYTES ((size_t)4 * 1024 * 1024)

/*
 * ?1 source, ?2 walk. Each project with: is_shown (by this walk), is_new (by this walk),
 * is_known (to its viewer).
 */
#define WITH_VIEW                                                                              \
    "WITH view AS (SELECT p.*, w.project IS NOT NULL AS is_shown,"                             \
    " coalesce(w.is_new, 0) AS is_new, v.project IS NOT NULL AS is_known"                      \
    " FROM project p"                                                                          \
    " LEFT JOIN walk_project w ON w.walk = ?2 AND w.project = p.id"                            \
    " LEFT JOIN viewer_project v ON v.project = p.id"                                          \
    "  AND v.viewer = (SELECT viewer FROM walk WHERE id = ?2)"                                 \
    " WHERE p.source = ?1) "
#define IS_MISSING "(NOT is_shown AND is_known AND state <> 3)"
/* Than that of the last complete walk; without one there is nothing to be missing. */
#define IS_OTHER_TOKEN                                                                         \
    "coalesce((SELECT token_mark FROM walk WHERE id = ?2) <> (SELECT token_mark FROM walk"     \
    " WHERE source = ?1 AND is_complete = 1 AND id <> ?2 ORDER BY id DESC LIMIT 1), 0)"

/* ---- judging ---- */

/* Who was denied is not judged again before the miss that makes it gone. */
static const char judge_sql[] = WITH_VIEW
    "SELECT count(*) FILTER (WHERE state = 0 AND (is_known OR (is_shown AND NOT is_new))),"
    " count(*) FILTER (WHERE state = 0 AND (is_shown OR is_known) AND pending_state = 1),"
    " count(*) FILTER (WHERE state = 0 AND (is_shown OR is_known) AND pending_state = 2),"
    " count(*) FILTER (WHERE state = 0 AND " IS_MISSING " AND pending_state IS NULL"
    "  AND NOT (is_lookup_denied AND missed + 1 < ?3)),"
    " count(*) FILTER (WHERE " IS_MISSING "),"
    " count(*) FILTER (WHERE state <> 3 AND NOT is_shown AND NOT is_known"
    "  AND EXISTS (SELECT 1 FROM viewer_project o WHERE o.project = view.id)),"
    " " IS_OTHER_TOKEN " FROM view";

enum status catalog_judge_walk(struct catalog *catalog, int64_t source, int64_t walk,
                               struct catalog_judgement *out, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(&catalog->db, judge_sql);
    *out = (struct catalog_judgement){.missing = 0};
    bind_int(&statement, source);
    bind_int(&statement, walk);
    bind_int(&statement, GONE_AFTER_MISSES);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        out->is_other_token = column_int(&statement, 6) != 0;
        out->count = (struct brake_count){
            .active = column_int(&statement, 0),
            .archived = column_int(&statement, 1),
            .trashed = column_int(&statement, 2),
            .unseen = out->is_other_token ? 0 : column_int(&statement, 3),
        };
        out->missing = column_int(&statement, 4);
        out->others = column_int(&statement, 5);
    }
    sqlite_end(&statement);
    return status;
}

#define IS_DUE "state = 0 AND (is_shown OR is_known) AND pending_state IS NOT NULL"

static enum status note_states(struct catalog *catalog, int64_t source, int64_t walk,
                               int64_t now_ms, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, WITH_VIEW "SELECT id, pending_state FROM view WHERE " IS_DUE);
    bind_int(&row, source);
    bind_int(&row, walk);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status == OK && has_row) {
            status = store_change(
                catalog, column_int(&row, 0), now_ms, "state",
                str_from(project_state_name(PROJECT_STATE_ACTIVE)),
                str_from(project_state_name((enum project_state)column_int(&row, 1))), err);
        }
    }
    sqlite_end(&row);
    return status;
}

enum status catalog_apply_states(struct catalog *catalog, int64_t source, int64_t walk,
                                 int64_t now_ms, struct error *err)
{
    enum status status = note_states(catalog, source, walk, now_ms, err);
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, WITH_VIEW "UPDATE project SET state = pending_state, pending_state = NULL"
                                " WHERE id IN (SELECT id FROM view WHERE " IS_DUE ")");
    bind_int(&statement, source);
    bind_int(&statement, walk);
    return sqlite_run(&statement, err);
}

/* ---- the end of a complete walk ---- */

static const char seen_sql[] =
    "INSERT OR IGNORE INTO viewer_project (viewer, project)"
    " SELECT walk.viewer, w.project FROM walk JOIN walk_project w ON w.walk = walk.id"
    " WHERE walk.id = ?1";
/* Back again: what a look-up said of it is over. Who was denied is read anew. */
static const char back_sql[] =
    "UPDATE project SET missed = 0, looked_up_ms = NULL, is_lookup_denied = 0,"
    " content_read = iif(is_lookup_denied, NULL, content_read),"
    " activity_read = iif(is_lookup_denied, NULL, activity_read)"
    " WHERE source = ?1 AND (missed > 0 OR looked_up_ms IS NOT NULL)"
    " AND EXISTS (SELECT 1 FROM walk_project WHERE walk = ?2 AND project = project.id)";
static const char missed_sql[] =
    WITH_VIEW "UPDATE project SET missed = missed + 1"
              " WHERE id IN (SELECT id FROM view WHERE " IS_MISSING ") AND NOT " IS_OTHER_TOKEN;

enum status store_walk_views(struct catalog *catalog, int64_t source, int64_t walk,
                             struct error *err)
{
    enum status status = store_run_with(catalog, seen_sql, walk, err);
    const char *const steps[] = {back_sql, missed_sql};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == OK; i++) {
        struct statement statement = sqlite_use(&catalog->db, steps[i]);
        bind_int(&statement, source);
        bind_int(&statement, walk);
        status = sqlite_run(&statement, err);
    }
    return status;
}

/* ---- looking up ---- */

enum status catalog_list_missing(struct catalog *catalog, int64_t source, int64_t walk,
                                 size_t limit, struct arena *arena,
                                 struct catalog_missing **items, size_t *count,
                                 struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(&catalog->db, WITH_VIEW
                                      "SELECT hex_id, title, state FROM view WHERE " IS_MISSING
                                      " ORDER BY looked_up_ms NULLS FIRST, hex_id LIMIT ?3");
    *items = NULL;
    *count = 0;
    bind_int(&row, source);
    bind_int(&row, walk);
    bind_int(&row, (int64_t)limit);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct catalog_missing *item =
            arena_push(arena, items, count, &capacity, sizeof(*item));
        if (item != NULL) {
            item->state = (enum project_state)column_int(&row, 2);
        }
        status = item == NULL ? error_nomem(err)
                              : column_str(&row, 0, arena, &item->project_id, err);
        if (status == OK) {
            status = column_str(&row, 1, arena, &item->title, err);
        }
    }
    sqlite_end(&row);
    return status;
}

static enum status read_state(struct catalog *catalog, int64_t project, int64_t *missed,
                              enum project_state *state, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT state, missed FROM project WHERE id = ?1");
    bind_int(&statement, project);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        *state = (enum project_state)column_int(&statement, 0);
        *missed = column_int(&statement, 1);
    }
    sqlite_end(&statement);
    return status;
}

static enum status store_gone(struct catalog *catalog, int64_t project,
                              enum project_state before, int64_t now_ms, struct error *err)
{
    enum status status =
        store_change(catalog, project, now_ms, "state", str_from(project_state_name(before)),
                     str_from(project_state_name(PROJECT_STATE_GONE)), err);
    return status == OK ? store_run_with(catalog,
                                         "UPDATE project SET state = 3, pending_state = NULL"
                                         " WHERE id = ?1",
                                         project, err)
                        : status;
}

static enum status store_shown(struct catalog *catalog, int64_t source,
                               const struct project *shown, int64_t now_ms, struct error *err)
{
    struct arena arena;
    struct store_project item = {.project = shown, .now_ms = now_ms, .is_decided = true};
    int64_t row = 0;
    enum store_result result = STORE_RESULT_UNCHANGED;
    arena_init(&arena, LOOKUP_BYTES);
    enum status status = store_mark_project(&item, &arena, err);
    if (status == OK) {
        status = store_listed_project(catalog, source, &item, &row, &result, err);
    }
    arena_free(&arena);
    return status;
}

/* Like catalog_store_failure: what was read stays, and is not asked for again. */
static const char denied_sql[] =
    "UPDATE project SET detail = 2, is_lookup_denied = 1, content_read = content_mark,"
    " activity_read = activity_mark WHERE id = ?1";
static const char readable_sql[] =
    "UPDATE project SET is_lookup_denied = 0, content_read = NULL, activity_read = NULL"
    " WHERE id = ?1 AND is_lookup_denied = 1";

static enum status note_lookup(struct catalog *catalog, int64_t project, int64_t now_ms,
                               struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE project SET looked_up_ms = ?2 WHERE id = ?1");
    bind_int(&statement, project);
    bind_int(&statement, now_ms);
    return sqlite_run(&statement, err);
}

enum status catalog_store_lookup(struct catalog *catalog, int64_t source, struct str project_id,
                                 enum catalog_lookup lookup, const struct project *shown,
                                 int64_t now_ms, enum project_state *state, struct error *err)
{
    int64_t project = 0;
    int64_t missed = 0;
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status == OK) {
        status = read_state(catalog, project, &missed, state, err);
    }
    if (status == OK) {
        status = note_lookup(catalog, project, now_ms, err);
    }
    if (status == OK && lookup == CATALOG_LOOKUP_SHOWN) {
        status = store_run_with(catalog, readable_sql, project, err);
        if (status == OK) {
            status = store_shown(catalog, source, shown, now_ms, err);
        }
        *state = shown->state;
    } else if (status == OK && lookup == CATALOG_LOOKUP_DENIED) {
        status = change_note_detail(catalog, project, PROJECT_DETAIL_DENIED, now_ms, err);
        if (status == OK) {
            status = store_run_with(catalog, denied_sql, project, err);
        }
    }
    bool is_gone = lookup == CATALOG_LOOKUP_GONE ||
                   (lookup == CATALOG_LOOKUP_DENIED && missed >= GONE_AFTER_MISSES);
    if (status == OK && is_gone) {
        status = store_gone(catalog, project, *state, now_ms, err);
        *state = PROJECT_STATE_GONE;
    }
    return status;
}
