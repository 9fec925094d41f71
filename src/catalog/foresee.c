/*
 * What a listing would make due, without writing it: for a run that only says what it would do.
 */
#include "catalog/store.h"

/* The names of the collections that share the project, each once. */
static enum status copy_collections(const struct project *project, struct arena *arena,
                                    struct catalog_work *out, struct error *err)
{
    size_t capacity = 0;
    for (size_t i = 0; i < project->share_count; i++) {
        bool is_new = project->shares[i].kind == SHARE_KIND_COLLECTION;
        for (size_t j = 0; j < out->collection_count && is_new; j++) {
            is_new = !str_eq(out->collections[j], project->shares[i].name);
        }
        struct str *name = is_new ? arena_push(arena, &out->collections, &out->collection_count,
                                               &capacity, sizeof(*name))
                                  : NULL;
        if (is_new && name == NULL) {
            return error_nomem(err);
        }
        if (is_new) {
            *name = project->shares[i].name;
        }
    }
    return OK;
}

/* ?3 and on: as the columns of update_sql in project_store.c that make a denial forgotten. */
static const char known_sql[] =
    "SELECT id, detail, content_read, activity_read, activity_read_ms, (type, state, title,"
    " description, owner, creator, status, reviews_required, edited_ms, published_ms) IS NOT"
    " (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) FROM project WHERE source = ?1 AND"
    " hex_id = ?2";

static void bind_project(struct statement *row, int64_t source, const struct project *project)
{
    bind_int(row, source);
    bind_str(row, project->id);
    bind_int(row, project->type);
    bind_int(row, project->state);
    bind_str(row, project->title);
    bind_str(row, project->description);
    bind_str(row, project->owner);
    bind_str(row, project->creator);
    bind_str(row, project->status);
    bind_int(row, project->reviews_required);
    bind_time(row, project->edited_ms);
    bind_time(row, project->published_ms);
}

/* Against the marks as of the last read, unless they do not count any more. */
static enum status compare(struct catalog *catalog, int64_t source,
                           const struct project *project, int64_t now_ms,
                           struct catalog_work *work, bool *is_known, struct error *err)
{
    bool is_forgotten = false;
    struct statement row = sqlite_use(&catalog->db, known_sql);
    bind_project(&row, source, project);
    enum status status = sqlite_step(&row, is_known, err);
    if (status == OK && *is_known && column_int(&row, 1) == PROJECT_DETAIL_DENIED) {
        status = store_lists_differ(catalog, column_int(&row, 0), project, &is_forgotten, err);
        is_forgotten = is_forgotten || column_int(&row, 5) != 0;
    }
    if (status == OK && *is_known) {
        bool is_content_read = str_eq(column_view(&row, 2), work->content_mark);
        bool is_activity_read = str_eq(column_view(&row, 3), work->activity_mark);
        bool is_pausing = column_int_or(&row, 4, -1) >= now_ms - STORE_ACTIVITY_PAUSE_MS;
        work->needs_content = is_forgotten || !is_content_read;
        work->needs_activity =
            work->needs_activity && (is_forgotten || !is_activity_read) && !is_pausing;
    }
    sqlite_end(&row);
    return status;
}

static enum status copy_categories(const struct project *project, struct arena *arena,
                                   struct catalog_work *out, struct error *err)
{
    out->categories = arena_array(arena, project->category_count, sizeof(*out->categories));
    if (out->categories == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < project->category_count; i++) {
        out->categories[out->category_count++] = project->categories[i].name;
    }
    return OK;
}

enum status catalog_foresee_work(struct catalog *catalog, int64_t source,
                                 const struct project *project, int64_t now_ms,
                                 struct arena *arena, struct catalog_work *out, bool *is_known,
                                 struct error *err)
{
    *is_known = false;
    *out = (struct catalog_work){
        .project_id = project->id,
        .title = project->title,
        .owner = project_responsible(project),
        .status = project->status,
        .type = project->type,
        .views_all_time = project->views.all_time,
        .published_ms = project->published_ms,
        .has_schedule = project->schedule_count > 0,
        .needs_content = true,
        .needs_activity =
            project->published_ms != TIMESTAMP_NONE || project->schedule_count > 0,
    };
    if (project_content_mark(project, arena, &out->content_mark) != OK ||
        project_activity_mark(project, arena, &out->activity_mark) != OK) {
        return error_nomem(err);
    }
    enum status status = copy_collections(project, arena, out, err);
    if (status == OK) {
        status = copy_categories(project, arena, out, err);
    }
    if (status == OK && catalog != NULL) {
        status = compare(catalog, source, project, now_ms, out, is_known, err);
    }
    return status;
}

enum status catalog_count_lists(struct catalog *catalog, int64_t source,
                                struct catalog_list_counts *out, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT (SELECT count(*) FROM data_connection WHERE source = ?1 AND"
                      " is_listed = 1), (SELECT count(*) FROM collection WHERE source = ?1),"
                      " (SELECT count(*) FROM user WHERE source = ?1),"
                      " (SELECT count(*) FROM user_group WHERE source = ?1)");
    bind_int(&statement, source);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        *out =
            (struct catalog_list_counts){column_int(&statement, 0), column_int(&statement, 1),
                                         column_int(&statement, 2), column_int(&statement, 3)};
    }
    sqlite_end(&statement);
    return status;
}
