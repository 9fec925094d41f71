/*
 * What changed when: a row for each field that is not as it was. A project keeps its newest
 * thousand, and no text is kept longer than a screen: the history cannot outgrow the catalog.
 */
#include "catalog/change_store.h"

#define MAX_CHANGES_SQL "1000"
#define MAX_TEXT_SQL "1000"

/* ?n, cut where it is too long to be read. */
#define CUT(parameter)                                                                         \
    "CASE WHEN length(" parameter ") > " MAX_TEXT_SQL " THEN substr(" parameter                \
    ", 1, " MAX_TEXT_SQL ") || '...' ELSE " parameter " END"

static const char insert_sql[] = "INSERT INTO change (project, at_ms, field, before, after)"
                                 " VALUES (?1, ?2, ?3, " CUT("?4") ", " CUT("?5") ")";
static const char trim_sql[] =
    "DELETE FROM change WHERE project = ?1 AND id <= (SELECT id FROM change WHERE project = ?1"
    " ORDER BY id DESC LIMIT 1 OFFSET " MAX_CHANGES_SQL ")";

enum status store_change(struct catalog *catalog, int64_t row, int64_t now_ms,
                         const char *field, struct str before, struct str after,
                         struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, insert_sql);
    bind_int(&statement, row);
    bind_int(&statement, now_ms);
    bind_str(&statement, str_from(field));
    bind_str(&statement, before);
    bind_str(&statement, after);
    enum status status = sqlite_run(&statement, err);
    return status == OK ? store_run_with(catalog, trim_sql, row, err) : status;
}

enum status store_change_if(struct catalog *catalog, int64_t row, int64_t now_ms,
                            const char *field, struct str before, struct str after,
                            struct error *err)
{
    return str_eq(before, after)
               ? OK
               : store_change(catalog, row, now_ms, field, before, after, err);
}

/* ---- the fields of a listed project ---- */

static struct str time_text(int64_t ms, char text[TIMESTAMP_TEXT_SIZE])
{
    timestamp_format(ms, text);
    return ms == TIMESTAMP_NONE ? STR_NULL : str_from(text);
}

static const char before_sql[] =
    "SELECT type, state, title, description, owner, creator, status, edited_ms, published_ms"
    " FROM project WHERE id = ?1";

enum status change_note_project(struct catalog *catalog, int64_t row,
                                const struct project *project, enum project_state state,
                                int64_t now_ms, struct error *err)
{
    char times[4][TIMESTAMP_TEXT_SIZE];
    bool has_row = false;
    struct statement old = sqlite_use(&catalog->db, before_sql);
    bind_int(&old, row);
    enum status status = sqlite_step(&old, &has_row, err);
    if (status == OK && has_row) {
        const struct {
            const char *field;
            struct str before;
            struct str after;
        } fields[] = {
            {"type", str_from(project_type_name((enum project_type)column_int(&old, 0))),
             str_from(project_type_name(project->type))},
            {"state", str_from(project_state_name((enum project_state)column_int(&old, 1))),
             str_from(project_state_name(state))},
            {"title", column_view(&old, 2), project->title},
            {"description", column_view(&old, 3), project->description},
            {"owner", column_view(&old, 4), project->owner},
            {"creator", column_view(&old, 5), project->creator},
            {"status", column_view(&old, 6), project->status},
            {"edited", time_text(column_time(&old, 7), times[0]),
             time_text(project->edited_ms, times[1])},
            {"published", time_text(column_time(&old, 8), times[2]),
             time_text(project->published_ms, times[3])},
        };
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && status == OK; i++) {
            status = store_change_if(catalog, row, now_ms, fields[i].field, fields[i].before,
                                     fields[i].after, err);
        }
    }
    sqlite_end(&old);
    return status;
}

enum status change_read_list(struct catalog *catalog, const char *sql, int64_t row,
                             struct arena *arena, struct str *out, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(&catalog->db, sql);
    *out = STR_NULL;
    bind_int(&statement, row);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        status = column_str(&statement, 0, arena, out, err);
    }
    sqlite_end(&statement);
    return status;
}

enum status change_note_detail(struct catalog *catalog, int64_t row, enum project_detail detail,
                               int64_t now_ms, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT detail FROM project WHERE id = ?1");
    bind_int(&statement, row);
    enum status status = sqlite_step(&statement, &has_row, err);
    int64_t before = status == OK && has_row ? column_int(&statement, 0) : detail;
    sqlite_end(&statement);
    if (status != OK || before == (int64_t)detail ||
        (before == PROJECT_DETAIL_LISTED && detail == PROJECT_DETAIL_FULL)) {
        return status; /* to be read for the first time is no news */
    }
    return store_change(catalog, row, now_ms, "detail",
                        str_from(project_detail_name((enum project_detail)before)),
                        str_from(project_detail_name(detail)), err);
}

/* ---- cells ---- */

#define MAX_NAMES 5
#define MAX_NAME_BYTES 80

void change_count_cell(struct change_cells *cells, struct str name)
{
    cells->count++;
    if (cells->count <= MAX_NAMES && !str_is_empty(name)) {
        struct str shown = str_sub(name, 0, MAX_NAME_BYTES);
        while (shown.n < name.n && shown.n > 0 &&
               ((unsigned char)name.p[shown.n] & 0xC0) == 0x80) {
            shown.n--; /* do not cut a character in two */
        }
        (void)buf_append_cstr(&cells->names, cells->names.size > 0 ? ", " : "");
        (void)buf_append_str(&cells->names, shown);
        (void)buf_append_cstr(&cells->names, shown.n < name.n ? "..." : "");
    }
}

/* "3: Revenue, Orders, ..." */
static enum status write_cells(const struct change_cells *cells, struct buf *out)
{
    (void)buf_printf(out, "%zu", cells->count);
    if (cells->names.size > 0) {
        (void)buf_append_cstr(out, ": ");
        (void)buf_append_str(out, buf_str(&cells->names));
        (void)buf_append_cstr(out, cells->count > MAX_NAMES ? ", ..." : "");
    }
    return buf_status(out);
}

enum status change_note_cells(struct catalog *catalog, int64_t row,
                              const struct change_cells cells[CHANGE_CELLS_COUNT],
                              int64_t now_ms, struct error *err)
{
    static const char *const fields[CHANGE_CELLS_COUNT] = {"cells added", "cells changed",
                                                           "cells removed"};
    struct buf text;
    enum status status = OK;
    buf_init(&text, (size_t)4 * MAX_NAMES * MAX_NAME_BYTES);
    for (int i = 0; i < CHANGE_CELLS_COUNT && status == OK; i++) {
        bool is_gone = i == CHANGE_CELLS_REMOVED;
        if (cells[i].count == 0) {
            continue;
        }
        buf_clear(&text);
        if (buf_status(&cells[i].names) != OK || write_cells(&cells[i], &text) != OK) {
            status = error_nomem(err);
            break;
        }
        status =
            store_change(catalog, row, now_ms, fields[i], is_gone ? buf_str(&text) : STR_NULL,
                         is_gone ? STR_NULL : buf_str(&text), err);
    }
    buf_free(&text);
    return status;
}

void change_cells_init(struct change_cells cells[CHANGE_CELLS_COUNT])
{
    for (int i = 0; i < CHANGE_CELLS_COUNT; i++) {
        cells[i].count = 0;
        buf_init(&cells[i].names, (size_t)2 * MAX_NAMES * MAX_NAME_BYTES);
    }
}

void change_cells_free(struct change_cells cells[CHANGE_CELLS_COUNT])
{
    for (int i = 0; i < CHANGE_CELLS_COUNT; i++) {
        buf_free(&cells[i].names);
    }
}
