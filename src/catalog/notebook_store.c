/*
 * A project's notebook as a whole: cells, raw export, marks; and projects that are files.
 */
#include "catalog/cell_store.h"
#include "catalog/change_store.h"
#include "catalog/store.h"
#include "domain/notebook_lineage.h"

#include <zstd.h>

#define ZSTD_LEVEL 3
#define PACKER_KEEP_BYTES ((size_t)4 * 1024 * 1024)

/* ---- the raw export ---- */

static enum status pack(struct catalog *catalog, struct str raw, struct error *err)
{
    struct buf *out = &catalog->scratch;
    size_t bound = ZSTD_compressBound(raw.n);
    if (catalog->packer == NULL) {
        catalog->packer = ZSTD_createCCtx();
    }
    buf_clear(out);
    if (catalog->packer == NULL || buf_reserve(out, bound) != OK) {
        buf_clear(out);
        return error_nomem(err);
    }
    size_t n = ZSTD_compressCCtx(catalog->packer, out->data, bound, raw.p, raw.n, ZSTD_LEVEL);
    if (ZSTD_isError(n)) {
        return error_set(err, ERR_IO, "an export cannot be packed: %s", ZSTD_getErrorName(n));
    }
    out->size = n;
    return OK;
}

/* A large export must not make every later one cost its memory. */
static void shrink_packer(struct catalog *catalog)
{
    if (ZSTD_sizeof_CCtx(catalog->packer) > PACKER_KEEP_BYTES) {
        (void)ZSTD_freeCCtx(catalog->packer);
        catalog->packer = NULL;
    }
    if (catalog->scratch.capacity > PACKER_KEEP_BYTES) {
        buf_free(&catalog->scratch);
        buf_init(&catalog->scratch, STORE_MAX_TEXT);
    }
}

static enum status store_raw(struct catalog *catalog, int64_t project, struct str raw,
                             int64_t now_ms, struct error *err)
{
    if (str_is_null(raw)) {
        return store_run_with(catalog, "DELETE FROM raw WHERE project = ?1", project, err);
    }
    enum status status = pack(catalog, raw, err);
    if (status == OK) {
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT INTO raw (project, size, stored_ms, packed)"
                          " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (project) DO UPDATE SET"
                          " size = excluded.size, stored_ms = excluded.stored_ms,"
                          " packed = excluded.packed");
        bind_int(&statement, project);
        bind_int(&statement, (int64_t)raw.n);
        bind_int(&statement, now_ms);
        bind_blob(&statement, buf_str(&catalog->scratch));
        status = sqlite_run(&statement, err);
    }
    shrink_packer(catalog);
    return status;
}

/* ---- storing ---- */

static enum status store_head(struct catalog *catalog, int64_t project,
                              const struct notebook *notebook, struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO notebook (project, title, description, type, status,"
                      " is_complete, parser_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                      " ON CONFLICT (project) DO UPDATE SET title = excluded.title,"
                      " description = excluded.description, type = excluded.type,"
                      " status = excluded.status, is_complete = excluded.is_complete,"
                      " parser_version = excluded.parser_version");
    bind_int(&statement, project);
    bind_str(&statement, notebook->title);
    bind_str(&statement, notebook->description);
    bind_int(&statement, notebook->type);
    bind_str(&statement, notebook->status);
    bind_int(&statement, notebook->is_complete);
    bind_int(&statement, notebook->parser_version);
    return sqlite_run(&statement, err);
}

/* A connection that Hex does not list to us has at least a name. */
static enum status store_named_connections(struct catalog *catalog, int64_t source,
                                           const struct notebook *notebook, struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < notebook->connection_count && status == OK; i++) {
        const struct data_connection *item = &notebook->connections[i];
        struct statement statement = sqlite_use(
            &catalog->db,
            "INSERT INTO data_connection (source, hex_id, name, type, is_listed)"
            " VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (source, hex_id) DO UPDATE SET"
            " name = coalesce(excluded.name, name), type = coalesce(excluded.type, type)"
            " WHERE is_listed = 0 AND (name IS NOT coalesce(excluded.name, name)"
            " OR type IS NOT coalesce(excluded.type, type))");
        bind_int(&statement, source);
        bind_str_or_empty(&statement, item->id);
        bind_str(&statement, item->name);
        bind_str(&statement, item->type);
        status = sqlite_run(&statement, err);
    }
    return status;
}

/*
 * Whoever imports this project, also through other components. The plus signs keep SQLite from
 * walking over all projects of the source.
 */
static const char dependants_sql[] =
    "UPDATE project SET needs_analysis = 1 WHERE +source = ?1 AND +needs_analysis = 0 AND id IN"
    " (WITH RECURSIVE dependant (id, hex_id) AS ("
    " SELECT p.id, p.hex_id FROM cell c JOIN project p ON p.id = c.project"
    "  WHERE c.component = ?2 AND p.source = ?1"
    " UNION SELECT p.id, p.hex_id FROM dependant d JOIN cell c ON c.component = d.hex_id"
    "  JOIN project p ON p.id = c.project WHERE p.source = ?1)"
    " SELECT id FROM dependant UNION SELECT i.project FROM import i WHERE i.component = ?2)";

static enum status note_due(struct catalog *catalog, int64_t source, int64_t project,
                            struct str hex_id, struct error *err)
{
    enum status status = store_run_with(
        catalog, "UPDATE project SET needs_analysis = 1 WHERE id = ?1 AND needs_analysis = 0",
        project, err);
    if (status == OK) {
        struct statement statement = sqlite_use(&catalog->db, dependants_sql);
        bind_int(&statement, source);
        bind_str(&statement, hex_id);
        status = sqlite_run(&statement, err);
    }
    return status;
}

static enum status note_read(struct catalog *catalog, int64_t project, struct str content_mark,
                             int64_t now_ms, struct error *err)
{
    enum status status = change_note_detail(catalog, project, PROJECT_DETAIL_FULL, now_ms, err);
    if (status != OK) {
        return status;
    }
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE project SET detail = ?2, content_read = ?3, content_read_ms = ?4,"
                      " failure = NULL, failed_ms = NULL, needs_analysis = 1 WHERE id = ?1");
    bind_int(&statement, project);
    bind_int(&statement, PROJECT_DETAIL_FULL);
    bind_str(&statement, content_mark);
    bind_int(&statement, now_ms);
    return sqlite_run(&statement, err);
}

/* Cells that another parser or another endpoint made differ for reasons that are ours. */
static enum status is_comparable(struct catalog *catalog, int64_t project,
                                 const struct notebook *notebook, bool *out, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT 1 FROM notebook WHERE project = ?1"
                                 " AND is_complete = ?2 AND parser_version = ?3");
    bind_int(&statement, project);
    bind_int(&statement, notebook->is_complete);
    bind_int(&statement, notebook->parser_version);
    enum status status = sqlite_step(&statement, out, err);
    sqlite_end(&statement);
    return status;
}

static enum status store_cells(struct catalog *catalog, int64_t project,
                               const struct notebook *notebook, int64_t now_ms,
                               struct error *err)
{
    struct change_cells changes[CHANGE_CELLS_COUNT];
    bool has_history = false;
    change_cells_init(changes);
    enum status status = is_comparable(catalog, project, notebook, &has_history, err);
    if (status == OK) {
        status = store_head(catalog, project, notebook, err);
    }
    if (status == OK) {
        status = cell_store_all(catalog, project, notebook, changes, err);
    }
    if (status == OK && has_history) {
        status = change_note_cells(catalog, project, changes, now_ms, err);
    }
    change_cells_free(changes);
    return status;
}

enum status catalog_store_notebook(struct catalog *catalog, int64_t source,
                                   const struct notebook *notebook, struct str raw,
                                   struct str content_mark, int64_t now_ms, struct error *err)
{
    int64_t project = 0;
    enum status status =
        store_find_project(catalog, source, notebook->project_id, &project, err);
    if (status == OK) {
        status = store_cells(catalog, project, notebook, now_ms, err);
    }
    if (status == OK) {
        status = store_named_connections(catalog, source, notebook, err);
    }
    if (status == OK) {
        status = store_raw(catalog, project, raw, now_ms, err);
    }
    if (status == OK) {
        status = note_read(catalog, project, content_mark, now_ms, err);
    }
    if (status == OK) {
        status = note_due(catalog, source, project, notebook->project_id, err);
    }
    return status;
}

/* ---- stored exports that are read again ---- */

static enum status unpack(struct str packed, int64_t size, struct arena *arena, struct str *out,
                          struct error *err)
{
    bool is_possible = size >= 0 && (uint64_t)size <= STORE_MAX_TEXT;
    char *text = is_possible ? arena_alloc(arena, (size_t)size + 1) : NULL;
    if (is_possible && text == NULL) {
        return error_nomem(err);
    }
    size_t n = is_possible ? ZSTD_decompress(text, (size_t)size, packed.p, packed.n) : 0;
    if (!is_possible || ZSTD_isError(n) || n != (size_t)size) {
        return error_set(err, ERR_PARSE, "it cannot be unpacked");
    }
    *out = str_from_n(text, n);
    return OK;
}

/* CROSS JOIN: in this order, so that all calls together are one pass over the notebooks. */
static const char next_raw_sql[] =
    "SELECT p.id, p.hex_id, r.size, r.packed FROM notebook n CROSS JOIN project p ON"
    " p.id = n.project CROSS JOIN raw r ON r.project = n.project WHERE n.parser_version < ?1"
    " AND p.source = ?2 AND n.project > ?3 ORDER BY n.project LIMIT 1";

enum status catalog_next_raw(struct catalog *catalog, int64_t source, int64_t parser_version,
                             int64_t *after_row, struct arena *arena, struct catalog_raw *out,
                             bool *has_more, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, next_raw_sql);
    bind_int(&statement, parser_version);
    bind_int(&statement, source);
    bind_int(&statement, *after_row);
    enum status status = sqlite_step(&statement, has_more, err);
    if (status == OK && *has_more) {
        out->row = column_int(&statement, 0);
        *after_row = out->row;
        status = column_str(&statement, 1, arena, &out->project_id, err);
    }
    if (status == OK && *has_more) {
        status = unpack(column_view(&statement, 3), column_int(&statement, 2), arena,
                        &out->text, err);
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_restore_notebook(struct catalog *catalog, int64_t source,
                                     const struct notebook *notebook, struct error *err)
{
    struct change_cells ignored[CHANGE_CELLS_COUNT];
    int64_t project = 0;
    change_cells_init(ignored);
    enum status status =
        store_find_project(catalog, source, notebook->project_id, &project, err);
    if (status == OK) {
        status = store_head(catalog, project, notebook, err);
    }
    if (status == OK) {
        /* No digest is zero but by chance: every cell is written anew. */
        status = store_run_with(catalog, "UPDATE cell SET digest = 0 WHERE project = ?1",
                                project, err);
    }
    if (status == OK) {
        status = cell_store_all(catalog, project, notebook, ignored, err);
    }
    if (status == OK) {
        status = store_named_connections(catalog, source, notebook, err);
    }
    if (status == OK) {
        status = note_due(catalog, source, project, notebook->project_id, err);
    }
    change_cells_free(ignored);
    return status;
}

enum status catalog_skip_raw(struct catalog *catalog, int64_t source, struct str project_id,
                             int64_t parser_version, struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE notebook SET parser_version = ?3 WHERE project ="
                                 " (SELECT id FROM project WHERE source = ?1 AND hex_id = ?2)");
    bind_int(&statement, source);
    bind_str(&statement, project_id);
    bind_int(&statement, parser_version);
    return sqlite_run(&statement, err);
}

enum status catalog_outdate_edges(struct catalog *catalog, int64_t source, bool is_all,
                                  struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "UPDATE project SET needs_analysis = 1 WHERE +source = ?1 AND"
                      " +needs_analysis = 0 AND id IN (SELECT project FROM notebook WHERE"
                      " analysis_version < ?2)");
    bind_int(&statement, source);
    bind_int(&statement, is_all ? INT64_MAX : NOTEBOOK_LINEAGE_VERSION);
    return sqlite_run(&statement, err);
}

/* ---- loading ---- */

static enum status load_head(struct catalog *catalog, int64_t project, struct arena *arena,
                             struct notebook *notebook, struct error *err)
{
    struct str *const fields[] = {&notebook->title, &notebook->description, &notebook->status};
    bool has_row = false;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT title, description, status, type, is_complete FROM notebook"
                      " WHERE project = ?1");
    bind_int(&statement, project);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && !has_row) {
        status = error_set(err, ERR_NOT_FOUND, "the catalog has no cells of project %.*s",
                           STR_ARG(notebook->project_id));
    }
    for (int i = 0; i < 3 && status == OK; i++) {
        status = column_str(&statement, i, arena, fields[i], err);
    }
    if (status == OK) {
        notebook->type = (enum project_type)column_int(&statement, 3);
        notebook->is_complete = column_int(&statement, 4) != 0;
    }
    sqlite_end(&statement);
    return status;
}

enum status catalog_load_notebook(struct catalog *catalog, int64_t source,
                                  struct str project_id, struct arena *arena,
                                  struct notebook **out, struct error *err)
{
    int64_t project = 0;
    struct notebook *notebook = ARENA_NEW(arena, struct notebook);
    *out = NULL;
    if (notebook == NULL || arena_str(arena, project_id, &notebook->project_id) != OK) {
        return error_nomem(err);
    }
    enum status status = store_find_project(catalog, source, project_id, &project, err);
    if (status == OK) {
        status = load_head(catalog, project, arena, notebook, err);
    }
    if (status == OK) {
        status = cell_load_all(catalog, project, arena, notebook, err);
    }
    if (status == OK) {
        *out = notebook;
    }
    return status;
}

/* ---- projects that are files ---- */

static uint64_t digest_meta(const struct notebook *notebook)
{
    uint64_t digest = store_digest_int(1, notebook->type);
    digest = store_digest(digest, notebook->title);
    digest = store_digest(digest, notebook->description);
    digest = store_digest(digest, notebook->status);
    for (size_t i = 0; i < notebook->category_count; i++) {
        digest = store_digest(digest, notebook->categories[i].name);
        digest = store_digest(digest, notebook->categories[i].description);
    }
    return digest;
}

enum status catalog_store_file_project(struct catalog *catalog, int64_t source,
                                       const struct notebook *notebook, int64_t now_ms,
                                       bool *is_new, struct error *err)
{
    const struct project project = {
        .id = notebook->project_id,
        .type = notebook->type,
        .state = PROJECT_STATE_ACTIVE,
        .title = notebook->title,
        .description = notebook->description,
        .status = notebook->status,
        .categories = notebook->categories,
        .category_count = notebook->category_count,
        .views = {-1, -1, -1, -1, TIMESTAMP_NONE},
        .created_ms = TIMESTAMP_NONE,
        .edited_ms = TIMESTAMP_NONE,
        .published_ms = TIMESTAMP_NONE,
        .archived_ms = TIMESTAMP_NONE,
        .trashed_ms = TIMESTAMP_NONE,
        .results_updated_ms = TIMESTAMP_NONE,
        .listing_hash = digest_meta(notebook),
    };
    const struct store_project item = {.project = &project, .now_ms = now_ms};
    int64_t row = 0;
    enum store_result result = STORE_RESULT_UNCHANGED;
    if (str_is_empty(notebook->project_id)) {
        return error_set(err, ERR_PARSE, "the file names no project id");
    }
    enum status status = store_listed_project(catalog, source, &item, &row, &result, err);
    *is_new = status == OK && result == STORE_RESULT_ADDED;
    return status;
}
