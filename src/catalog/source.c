#include "catalog/store.h"

/* The row that fits best: the same workspace, else one whose workspace is not known. */
static const char find_sql[] =
    "SELECT id, ?3 IS NOT NULL AND (name IS ?3 OR workspace_id IS ?3) AS is_named"
    " FROM source WHERE host = ?1"
    " AND (?2 IS NULL OR workspace_id IS NULL OR workspace_id = ?2)"
    " ORDER BY workspace_id IS NULL, is_named DESC, id";

enum status catalog_update_source(struct catalog *catalog, const struct catalog_source *source,
                                  struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE source SET workspace_id = coalesce(?2, workspace_id),"
                                 " name = coalesce(?3, name) WHERE id = ?1"
                                 " AND (workspace_id IS NOT coalesce(?2, workspace_id)"
                                 " OR name IS NOT coalesce(?3, name))");
    bind_int(&statement, source->id);
    bind_str(&statement, source->workspace_id);
    bind_str(&statement, source->name);
    return sqlite_run(&statement, err);
}

static enum status insert_source(struct catalog *catalog, struct catalog_source *source,
                                 struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO source (host, workspace_id, name) VALUES (?1, ?2, ?3)");
    bind_str(&statement, source->host);
    bind_str(&statement, source->workspace_id);
    bind_str(&statement, source->name);
    enum status status = sqlite_run(&statement, err);
    source->id = sqlite3_last_insert_rowid(catalog->db.handle);
    return status;
}

/*
 * How many rows might be the source, and the best of them. Without a workspace id, one that
 * carries the name that the caller knows is as good as the only one.
 */
static enum status find_source(struct catalog *catalog, const struct catalog_source *source,
                               int64_t *id, int64_t *count, struct error *err)
{
    bool has_row = true;
    struct statement statement = sqlite_use(&catalog->db, find_sql);
    enum status status = OK;
    *count = 0;
    bind_str(&statement, source->host);
    bind_str(&statement, source->workspace_id);
    bind_str(&statement, source->name);
    while (status == OK && has_row && *count < 2) {
        status = sqlite_step(&statement, &has_row, err);
        if (status == OK && has_row) {
            bool is_named = *count == 0 && column_int(&statement, 1) != 0;
            *id = *count == 0 ? column_int(&statement, 0) : *id;
            *count += 1;
            has_row = !is_named;
        }
    }
    sqlite_end(&statement);
    return status;
}

/* What the catalog knows of the source and the caller did not. */
static enum status read_source(struct catalog *catalog, struct catalog_source *source,
                               struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT workspace_id, name FROM source WHERE id = ?1");
    bind_int(&statement, source->id);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row && str_is_null(source->workspace_id)) {
        status = column_str(&statement, 0, &catalog->arena, &source->workspace_id, err);
    }
    if (status == OK && has_row && str_is_null(source->name)) {
        status = column_str(&statement, 1, &catalog->arena, &source->name, err);
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_find_source(struct catalog *catalog, struct catalog_source *source,
                                struct error *err)
{
    int64_t count = 0;
    source->id = 0;
    enum status status = find_source(catalog, source, &source->id, &count, err);
    if (status == OK && count > 1 && str_is_null(source->workspace_id)) {
        return error_set(err, ERR_CONFIG,
                         "the catalog has several workspaces of %.*s, and the token does not "
                         "say which one it belongs to: set hexmeta.workspace",
                         STR_ARG(str_sub(source->host, 0, 200)));
    }
    return status;
}

enum status catalog_open_source(struct catalog *catalog, struct catalog_source *source,
                                struct error *err)
{
    enum status status = catalog_find_source(catalog, source, err);
    if (status != OK) {
        return status;
    }
    if (source->id == 0) {
        return insert_source(catalog, source, err);
    }
    status = catalog_update_source(catalog, source, err);
    return status == OK ? read_source(catalog, source, err) : status;
}

enum status catalog_list_sources(struct catalog *catalog, struct arena *arena,
                                 struct catalog_source **out, size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT id, host, workspace_id, name FROM source ORDER BY id");
    *out = NULL;
    *count = 0;
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct catalog_source *source = arena_push(arena, out, count, &capacity, sizeof(**out));
        if (source == NULL) {
            status = error_nomem(err);
            break;
        }
        struct str *const texts[] = {&source->host, &source->workspace_id, &source->name};
        source->id = column_int(&statement, 0);
        for (int i = 0; i < 3 && status == OK; i++) {
            status = column_str(&statement, i + 1, arena, texts[i], err);
        }
    }
    sqlite_end(&statement);
    return status;
}

/* ---- facts ---- */

enum status catalog_get_fact(struct catalog *catalog, int64_t source, const char *key,
                             struct arena *arena, struct str *out, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT value FROM source_fact WHERE source = ?1 AND key = ?2");
    *out = STR_NULL;
    bind_int(&statement, source);
    bind_str(&statement, str_from(key));
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        status = column_str(&statement, 0, arena, out, err);
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_set_fact(struct catalog *catalog, int64_t source, const char *key,
                             struct str value, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, str_is_null(value)
                          ? "DELETE FROM source_fact WHERE source = ?1 AND key = ?2"
                          : "INSERT INTO source_fact (source, key, value) VALUES (?1, ?2, ?3)"
                            " ON CONFLICT (source, key) DO UPDATE SET value = excluded.value");
    bind_int(&statement, source);
    bind_str(&statement, str_from(key));
    if (!str_is_null(value)) {
        bind_str(&statement, value);
    }
    return sqlite_run(&statement, err);
}

/* ---- runs of hexmeta itself ---- */

enum status catalog_log_run(struct catalog *catalog, int64_t source, const char *command,
                            int64_t started_ms, int64_t ended_ms, int exit_code,
                            struct str summary_json, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO run_log (source, command, started_ms, ended_ms, exit_code,"
                      " summary) VALUES ((SELECT id FROM source WHERE id = ?1), ?2, ?3, ?4, ?5,"
                      " ?6)");
    bind_int(&statement, source);
    bind_str(&statement, str_from(command));
    bind_int(&statement, started_ms);
    bind_int(&statement, ended_ms);
    bind_int(&statement, exit_code);
    bind_str(&statement, summary_json);
    return sqlite_run(&statement, err);
}
