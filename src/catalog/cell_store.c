#include "catalog/cell_store.h"

#include "base/map.h"

#define ROWS_BYTES ((size_t)256 * 1024 * 1024)

/* ---- is it what we have? ---- */

static uint64_t digest_table(uint64_t digest, const struct table_name *table)
{
    digest = store_digest(digest, table->connection);
    digest = store_digest(digest, table->database);
    digest = store_digest(digest, table->schema);
    return store_digest(digest, table->name);
}

static uint64_t digest_texts(uint64_t digest, const struct str *texts, size_t count)
{
    digest = store_digest_int(digest, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        digest = store_digest(digest, texts[i]);
    }
    return digest;
}

static uint64_t digest_cell(const struct cell *cell)
{
    const struct str fields[] = {cell->type,       cell->label,
                                 cell->parent,     cell->connection,
                                 cell->source,     cell->dataframe,
                                 cell->component,  cell->title,
                                 cell->chart_type, cell->text,
                                 cell->error,      cell->input.name,
                                 cell->input.kind, cell->input.output_type};
    uint64_t digest = digest_texts(1, fields, sizeof(fields) / sizeof(fields[0]));
    digest = store_digest_int(digest, cell->is_dataframe_sql);
    digest = digest_texts(digest, cell->columns, cell->column_count);
    digest = store_digest_int(digest, cell->writeback.is_set + 2 * cell->writeback.overwrites +
                                          4 * cell->writeback.is_dynamic);
    digest = digest_table(digest, &cell->writeback.table);
    for (size_t i = 0; i < cell->read_count; i++) {
        const struct cell_read *read = &cell->reads[i];
        digest = store_digest(digest, read->dataframe);
        digest = digest_table(digest, &read->table);
        digest = digest_texts(digest, read->columns, read->column_count);
    }
    return digest;
}

/* ---- writing ---- */

/* connection, database, schema, name, overwrites, is_dynamic; NULL when not set. */
static struct str write_writeback(struct buf *out, const struct cell_writeback *writeback)
{
    const struct str texts[] = {writeback->table.connection,
                                writeback->table.database,
                                writeback->table.schema,
                                writeback->table.name,
                                writeback->overwrites ? STR("overwrites") : STR_NULL,
                                writeback->is_dynamic ? STR("dynamic") : STR_NULL};
    return writeback->is_set ? store_texts_write(out, texts, 6) : STR_NULL;
}

static struct str write_input(struct buf *out, const struct cell_input *input)
{
    const struct str texts[] = {input->name, input->kind, input->output_type};
    bool is_set = !str_is_null(input->name) || !str_is_null(input->kind) ||
                  !str_is_null(input->output_type);
    return is_set ? store_texts_write(out, texts, 3) : STR_NULL;
}

static const char insert_sql[] =
    "INSERT INTO cell (project, hex_id, position, digest, type, label, parent, connection,"
    " source, dataframe, component, title, chart_type, text, is_dataframe_sql, error, columns,"
    " writeback, input) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
    " ?15, ?16, ?17, ?18, ?19)";
static const char update_sql[] =
    "UPDATE cell SET position = ?3, digest = ?4, type = ?5, label = ?6, parent = ?7,"
    " connection = ?8, source = ?9, dataframe = ?10, component = ?11, title = ?12,"
    " chart_type = ?13, text = ?14, is_dataframe_sql = ?15, error = ?16, columns = ?17,"
    " writeback = ?18, input = ?19 WHERE project = ?1 AND hex_id = ?2";

static enum status write_row(struct catalog *catalog, const char *sql, int64_t project,
                             const struct cell *cell, int64_t position, struct error *err)
{
    struct buf *scratch = &catalog->scratch;
    size_t ends[2];
    buf_clear(scratch);
    bool has_columns =
        !str_is_null(store_texts_write(scratch, cell->columns, cell->column_count));
    ends[0] = scratch->size;
    bool has_writeback = !str_is_null(write_writeback(scratch, &cell->writeback));
    ends[1] = scratch->size;
    bool has_input = !str_is_null(write_input(scratch, &cell->input));
    if (buf_status(scratch) != OK) {
        return error_nomem(err);
    }
    struct str all = buf_str(scratch);
    struct statement statement = sqlite_use(&catalog->db, sql);
    bind_int(&statement, project);
    bind_str_or_empty(&statement, cell->id);
    bind_int(&statement, position);
    bind_int(&statement, (int64_t)digest_cell(cell));
    bind_str(&statement, cell->type);
    bind_str(&statement, cell->label);
    bind_str(&statement, cell->parent);
    bind_str(&statement, cell->connection);
    bind_str(&statement, cell->source);
    bind_str(&statement, cell->dataframe);
    bind_str(&statement, cell->component);
    bind_str(&statement, cell->title);
    bind_str(&statement, cell->chart_type);
    bind_str(&statement, cell->text);
    bind_int(&statement, cell->is_dataframe_sql);
    bind_str(&statement, cell->error);
    bind_str(&statement, has_columns ? str_sub(all, 0, ends[0]) : STR_NULL);
    bind_str(&statement, has_writeback ? str_sub(all, ends[0], ends[1] - ends[0]) : STR_NULL);
    bind_str(&statement, has_input ? str_sub(all, ends[1], SIZE_MAX) : STR_NULL);
    return sqlite_run(&statement, err);
}

static enum status write_reads(struct catalog *catalog, int64_t row, const struct cell *cell,
                               struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < cell->read_count && status == OK; i++) {
        const struct cell_read *read = &cell->reads[i];
        buf_clear(&catalog->scratch);
        struct str columns =
            store_texts_write(&catalog->scratch, read->columns, read->column_count);
        if (buf_status(&catalog->scratch) != OK) {
            return error_nomem(err);
        }
        struct statement statement = sqlite_use(
            &catalog->db, "INSERT INTO cell_read (cell, position, dataframe, connection,"
                          " database, schema, name, columns)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        bind_int(&statement, row);
        bind_int(&statement, (int64_t)i);
        bind_str(&statement, read->dataframe);
        bind_str(&statement, read->table.connection);
        bind_str(&statement, read->table.database);
        bind_str(&statement, read->table.schema);
        bind_str(&statement, read->table.name);
        bind_str(&statement, columns);
        status = sqlite_run(&statement, err);
    }
    return status;
}

/* What is stored of one cell. */
struct stored_cell {
    int64_t row;
    int64_t position;
    uint64_t digest;
    bool is_kept;
};

static enum status move_cell(struct catalog *catalog, int64_t row, int64_t position,
                             struct error *err)
{
    struct statement statement =
        sqlite_use(&catalog->db, "UPDATE cell SET position = ?2 WHERE id = ?1");
    bind_int(&statement, row);
    bind_int(&statement, position);
    return sqlite_run(&statement, err);
}

/* stored: NULL for a new cell. */
static enum status write_cell(struct catalog *catalog, int64_t project, const struct cell *cell,
                              int64_t position, const struct stored_cell *stored,
                              struct error *err)
{
    if (stored != NULL && stored->digest == digest_cell(cell)) {
        return stored->position == position ? OK
                                            : move_cell(catalog, stored->row, position, err);
    }
    enum status status = write_row(catalog, stored != NULL ? update_sql : insert_sql, project,
                                   cell, position, err);
    int64_t row = stored != NULL ? stored->row : sqlite3_last_insert_rowid(catalog->db.handle);
    if (status == OK && stored != NULL) {
        status = store_run_with(catalog, "DELETE FROM cell_read WHERE cell = ?1", row, err);
    }
    return status == OK ? write_reads(catalog, row, cell, err) : status;
}

static enum status load_stored(struct catalog *catalog, int64_t project, struct arena *arena,
                               struct map *out, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT hex_id, id, position, digest FROM cell WHERE project = ?1");
    bind_int(&statement, project);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct str id = STR_NULL;
        struct stored_cell *stored = ARENA_NEW(arena, struct stored_cell);
        if (stored == NULL || arena_str(arena, column_view(&statement, 0), &id) != OK ||
            map_put(out, id, (union map_value){.pointer = stored}) != OK) {
            status = error_nomem(err);
            break;
        }
        stored->row = column_int(&statement, 1);
        stored->position = column_int(&statement, 2);
        stored->digest = (uint64_t)column_int(&statement, 3);
    }
    sqlite_end(&statement);
    return status;
}

static struct str name_of(const struct cell *cell)
{
    const struct str names[] = {cell->label, cell->title, cell->dataframe};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!str_is_empty(names[i])) {
            return names[i];
        }
    }
    return cell->type;
}

static void count_change(struct change_cells *changes, const struct cell *cell,
                         const struct stored_cell *old)
{
    if (old == NULL) {
        change_count_cell(&changes[CHANGE_CELLS_ADDED], name_of(cell));
    } else if (old->digest != digest_cell(cell)) {
        change_count_cell(&changes[CHANGE_CELLS_CHANGED], name_of(cell));
    }
}

/* A cell id that comes twice in hostile input: the first one counts. */
static enum status write_all(struct catalog *catalog, int64_t project,
                             const struct notebook *notebook, struct arena *arena,
                             struct map *stored, struct change_cells *changes,
                             struct error *err)
{
    enum status status = OK;
    for (size_t i = 0; i < notebook->cell_count && status == OK; i++) {
        const struct cell *cell = &notebook->cells[i];
        struct str id = str_is_null(cell->id) ? STR("") : cell->id;
        union map_value *found = map_get(stored, id);
        struct stored_cell *old = found != NULL ? found->pointer : NULL;
        if (old != NULL && old->is_kept) {
            continue;
        }
        count_change(changes, cell, old);
        status = write_cell(catalog, project, cell, (int64_t)i, old, err);
        if (status == OK && old == NULL) {
            old = ARENA_NEW(arena, struct stored_cell);
            if (old == NULL || map_put(stored, id, (union map_value){.pointer = old}) != OK) {
                return error_nomem(err);
            }
        }
        if (old != NULL) {
            old->is_kept = true;
        }
    }
    return status;
}

static enum status last_cell(struct catalog *catalog, int64_t *out, struct error *err)
{
    bool has_row = false;
    struct statement statement = sqlite_use(&catalog->db, "SELECT max(id) FROM cell");
    enum status status = sqlite_step(&statement, &has_row, err);
    *out = status == OK && has_row ? column_int_or(&statement, 0, 0) : 0;
    sqlite_end(&statement);
    return status;
}

/* Makes the project's cells behind row last findable; schema.sql says why not by a trigger. */
static enum status index_new(struct catalog *catalog, int64_t project, int64_t last,
                             struct error *err)
{
    struct statement statement = sqlite_use(
        &catalog->db, "INSERT INTO cell_search (rowid, label, title, dataframe, source, text)"
                      " SELECT id, label, title, dataframe, source, text FROM cell"
                      " WHERE project = ?1 AND id > ?2");
    bind_int(&statement, project);
    bind_int(&statement, last);
    return sqlite_run(&statement, err);
}

static enum status remove_cell(struct catalog *catalog, int64_t row,
                               struct change_cells *changes, struct error *err)
{
    bool has_row = false;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT coalesce(nullif(label, ''), nullif(title, ''),"
                                 " nullif(dataframe, ''), type) FROM cell WHERE id = ?1");
    bind_int(&statement, row);
    enum status status = sqlite_step(&statement, &has_row, err);
    if (status == OK && has_row) {
        change_count_cell(changes, column_view(&statement, 0));
    }
    sqlite_end(&statement);
    return status == OK ? store_run_with(catalog, "DELETE FROM cell WHERE id = ?1", row, err)
                        : status;
}

enum status cell_store_all(struct catalog *catalog, int64_t project,
                           const struct notebook *notebook, struct change_cells *changes,
                           struct error *err)
{
    struct arena arena;
    struct map stored;
    int64_t last = 0;
    arena_init(&arena, ROWS_BYTES);
    map_init(&stored);
    enum status status = load_stored(catalog, project, &arena, &stored, err);
    if (status == OK) {
        status = last_cell(catalog, &last, err);
    }
    if (status == OK) {
        status = write_all(catalog, project, notebook, &arena, &stored, changes, err);
    }
    if (status == OK) {
        status = index_new(catalog, project, last, err);
    }
    for (size_t i = 0; i < stored.count && status == OK; i++) {
        const struct stored_cell *cell = stored.entries[i].value.pointer;
        if (!cell->is_kept) {
            status = remove_cell(catalog, cell->row, &changes[CHANGE_CELLS_REMOVED], err);
        }
    }
    map_free(&stored);
    arena_free(&arena);
    return status;
}

/* ---- reading ---- */

static enum status load_texts(const struct statement *statement, int column,
                              struct arena *arena, struct str **out, size_t *count,
                              struct error *err)
{
    return store_texts_read(column_view(statement, column), arena, out, count, err);
}

/* The three JSON columns, from column on. */
static enum status load_lists(const struct statement *statement, int column,
                              struct arena *arena, struct cell *cell, struct error *err)
{
    struct str *texts = NULL;
    size_t count = 0;
    enum status status =
        load_texts(statement, column, arena, &cell->columns, &cell->column_count, err);
    if (status == OK) {
        status = load_texts(statement, column + 1, arena, &texts, &count, err);
    }
    if (status == OK && count == 6) {
        cell->writeback = (struct cell_writeback){.is_set = true,
                                                  .table = {.connection = texts[0],
                                                            .database = texts[1],
                                                            .schema = texts[2],
                                                            .name = texts[3]},
                                                  .overwrites = !str_is_null(texts[4]),
                                                  .is_dynamic = !str_is_null(texts[5])};
    }
    if (status == OK) {
        status = load_texts(statement, column + 2, arena, &texts, &count, err);
    }
    if (status == OK && count == 3) {
        cell->input = (struct cell_input){texts[0], texts[1], texts[2]};
    }
    return status;
}

static enum status load_cell(const struct statement *statement, struct arena *arena,
                             struct cell *cell, struct error *err)
{
    struct str *const fields[] = {&cell->id,         &cell->type,       &cell->label,
                                  &cell->parent,     &cell->connection, &cell->source,
                                  &cell->dataframe,  &cell->component,  &cell->title,
                                  &cell->chart_type, &cell->text,       &cell->error};
    const int field_count = (int)(sizeof(fields) / sizeof(fields[0]));
    enum status status = OK;
    for (int i = 0; i < field_count && status == OK; i++) {
        status = column_str(statement, i + 1, arena, fields[i], err);
    }
    cell->is_dataframe_sql = column_int(statement, field_count + 1) != 0;
    return status == OK ? load_lists(statement, field_count + 2, arena, cell, err) : status;
}

static enum status load_read(const struct statement *statement, struct arena *arena,
                             struct cell_read *read, struct error *err)
{
    struct str *const fields[] = {&read->dataframe, &read->table.connection,
                                  &read->table.database, &read->table.schema,
                                  &read->table.name};
    enum status status = OK;
    for (int i = 0; i < 5 && status == OK; i++) {
        status = column_str(statement, i, arena, fields[i], err);
    }
    return status == OK
               ? load_texts(statement, 5, arena, &read->columns, &read->column_count, err)
               : status;
}

static enum status load_reads(struct catalog *catalog, int64_t row, struct arena *arena,
                              struct cell *cell, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement statement =
        sqlite_use(&catalog->db, "SELECT dataframe, connection, database, schema, name, columns"
                                 " FROM cell_read WHERE cell = ?1 ORDER BY position");
    bind_int(&statement, row);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status == OK && has_row) {
            struct cell_read *read =
                arena_push(arena, &cell->reads, &cell->read_count, &capacity, sizeof(*read));
            status = read != NULL ? load_read(&statement, arena, read, err) : error_nomem(err);
        }
    }
    sqlite_end(&statement);
    return status;
}

enum status cell_load_all(struct catalog *catalog, int64_t project, struct arena *arena,
                          struct notebook *notebook, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement statement = sqlite_use(
        &catalog->db, "SELECT id, hex_id, type, label, parent, connection, source, dataframe,"
                      " component, title, chart_type, text, error, is_dataframe_sql, columns,"
                      " writeback, input FROM cell WHERE project = ?1 ORDER BY position, id");
    bind_int(&statement, project);
    while (status == OK && has_row) {
        status = sqlite_step(&statement, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct cell *cell = arena_push(arena, &notebook->cells, &notebook->cell_count,
                                       &capacity, sizeof(*cell));
        status = cell != NULL ? load_cell(&statement, arena, cell, err) : error_nomem(err);
        if (status == OK) {
            status = load_reads(catalog, column_int(&statement, 0), arena, cell, err);
        }
    }
    sqlite_end(&statement);
    return status;
}
