#include "catalog/sqlite.h"

#include "base/timestamp.h"

#include <stdlib.h>
#include <string.h>

enum status sqlite_error(const struct sqlite *db, int code, struct error *err)
{
    const char *path = db->path != NULL ? db->path : "?";
    const char *detail = db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code);
    enum status status = ERR_IO;
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return error_nomem(err);
    case SQLITE_FULL:
        status = error_set(err, ERR_IO, "the catalog %s cannot grow: the disk is full", path);
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        status = error_set(err, ERR_IO, "the catalog %s is locked by another program", path);
        break;
    case SQLITE_NOTADB:
        status = error_set(err, ERR_IO, "%s is no hexmeta catalog: not an SQLite file", path);
        break;
    case SQLITE_CORRUPT:
        status = error_set(err, ERR_IO,
                           "the catalog %s is damaged (%s): restore a copy, or move it away "
                           "and let the next run make a new one",
                           path, detail);
        break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        status = error_set(err, ERR_IO, "the catalog %s cannot be written: %s", path, detail);
        break;
    case SQLITE_CANTOPEN:
        status = error_set(err, ERR_IO, "the catalog %s cannot be opened: %s", path, detail);
        break;
    case SQLITE_TOOBIG:
        status = error_set(err, ERR_LIMIT, "a text is too large for the catalog %s", path);
        break;
    case SQLITE_IOERR:
        status = error_set(err, ERR_IO, "reading or writing the catalog %s failed: %s", path,
                           detail);
        break;
    default:
        status =
            error_set(err, ERR_BUG, "the catalog %s: %s (SQLite code %d)", path, detail, code);
    }
    return status;
}

enum status sqlite_open(struct sqlite *db, const char *path, int flags, struct error *err)
{
    db->path = strdup(path);
    if (db->path == NULL) {
        return error_nomem(err);
    }
    int code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        return sqlite_error(db, code, err);
    }
    (void)sqlite3_extended_result_codes(db->handle, 1);
    return OK;
}

void sqlite_close(struct sqlite *db)
{
    for (size_t i = 0; i < db->cache_slots; i++) {
        (void)sqlite3_finalize(db->cache[i].handle);
    }
    free(db->cache);
    (void)sqlite3_close(db->handle);
    free(db->path);
    *db = (struct sqlite){NULL};
}

enum status sqlite_script(struct sqlite *db, const char *sql, struct error *err)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : sqlite_error(db, code, err);
}

enum status sqlite_number(struct sqlite *db, const char *sql, int64_t *out, struct error *err)
{
    struct statement statement = sqlite_use_once(db, str_from(sql));
    bool has_row = false;
    enum status status = sqlite_step(&statement, &has_row, err);
    *out = status == OK && has_row ? column_int(&statement, 0) : 0;
    sqlite_end(&statement);
    return status;
}

/* ---- the cache of prepared statements: open addressing by the text's address ---- */

static struct sqlite_cached *find_slot(struct sqlite_cached *cache, size_t slots,
                                       const char *sql)
{
    size_t at = (size_t)(((uintptr_t)sql >> 3) * 2654435761U) & (slots - 1);
    while (cache[at].sql != NULL && cache[at].sql != sql) {
        at = (at + 1) & (slots - 1);
    }
    return &cache[at];
}

static enum status grow_cache(struct sqlite *db)
{
    size_t slots = db->cache_slots == 0 ? 256 : db->cache_slots * 2;
    struct sqlite_cached *cache = calloc(slots, sizeof(*cache));
    if (cache == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < db->cache_slots; i++) {
        if (db->cache[i].sql != NULL) {
            *find_slot(cache, slots, db->cache[i].sql) = db->cache[i];
        }
    }
    free(db->cache);
    db->cache = cache;
    db->cache_slots = slots;
    return OK;
}

/* A code of SQLite's as sticking status: the message is asked for later. */
static void note_code(struct statement *statement, int code)
{
    if (statement->status == OK && code != SQLITE_OK) {
        statement->status = code == SQLITE_NOMEM ? ERR_NOMEM : ERR_BUG;
        statement->status = code == SQLITE_TOOBIG ? ERR_LIMIT : statement->status;
    }
}

struct statement sqlite_use(struct sqlite *db, const char *sql)
{
    struct statement statement = {.db = db};
    if ((db->cache_count + 1) * 2 > db->cache_slots && grow_cache(db) != OK) {
        statement.status = ERR_NOMEM;
        return statement;
    }
    struct sqlite_cached *slot = find_slot(db->cache, db->cache_slots, sql);
    if (slot->sql == NULL) {
        int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &slot->handle, NULL);
        if (code != SQLITE_OK) {
            note_code(&statement, code);
            return statement;
        }
        slot->sql = sql;
        db->cache_count++;
    }
    statement.handle = slot->handle;
    return statement;
}

struct statement sqlite_use_once(struct sqlite *db, struct str sql)
{
    struct statement statement = {.db = db, .is_own = true};
    note_code(&statement,
              sqlite3_prepare_v2(db->handle, sql.p, (int)sql.n, &statement.handle, NULL));
    return statement;
}

/* ---- binding ---- */

void bind_int(struct statement *statement, int64_t value)
{
    if (statement->status == OK) {
        note_code(statement,
                  sqlite3_bind_int64(statement->handle, ++statement->parameter, value));
    }
}

void bind_double(struct statement *statement, double value)
{
    if (statement->status == OK) {
        note_code(statement,
                  sqlite3_bind_double(statement->handle, ++statement->parameter, value));
    }
}

void bind_null(struct statement *statement)
{
    if (statement->status == OK) {
        note_code(statement, sqlite3_bind_null(statement->handle, ++statement->parameter));
    }
}

void bind_str(struct statement *statement, struct str value)
{
    if (statement->status == OK && value.p == NULL) {
        bind_null(statement);
    } else if (statement->status == OK) {
        note_code(statement, sqlite3_bind_text64(statement->handle, ++statement->parameter,
                                                 value.p, value.n, SQLITE_STATIC, SQLITE_UTF8));
    }
}

void bind_str_or_empty(struct statement *statement, struct str value)
{
    bind_str(statement, value.p == NULL ? STR("") : value);
}

void bind_time(struct statement *statement, int64_t ms)
{
    if (ms == TIMESTAMP_NONE) {
        bind_null(statement);
    } else {
        bind_int(statement, ms);
    }
}

void bind_count(struct statement *statement, int64_t value)
{
    if (value < 0) {
        bind_null(statement);
    } else {
        bind_int(statement, value);
    }
}

void bind_blob(struct statement *statement, struct str value)
{
    if (statement->status == OK && value.p == NULL) {
        bind_null(statement);
    } else if (statement->status == OK) {
        note_code(statement, sqlite3_bind_blob64(statement->handle, ++statement->parameter,
                                                 value.p, value.n, SQLITE_STATIC));
    }
}

/* ---- running ---- */

enum status sqlite_step(struct statement *statement, bool *has_row, struct error *err)
{
    *has_row = false;
    if (statement->status != OK) {
        int code = sqlite3_errcode(statement->db->handle);
        if (statement->status == ERR_NOMEM || code == SQLITE_OK) {
            code = statement->status == ERR_LIMIT ? SQLITE_TOOBIG : SQLITE_NOMEM;
        }
        return sqlite_error(statement->db, code, err);
    }
    int code = sqlite3_step(statement->handle);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        *has_row = code == SQLITE_ROW;
        return OK;
    }
    statement->status = sqlite_error(statement->db, code, err);
    return statement->status;
}

void sqlite_end(struct statement *statement)
{
    if (statement->is_own) {
        (void)sqlite3_finalize(statement->handle);
    } else if (statement->handle != NULL) {
        (void)sqlite3_reset(statement->handle);
        (void)sqlite3_clear_bindings(statement->handle);
    }
    statement->handle = NULL;
}

enum status sqlite_run(struct statement *statement, struct error *err)
{
    bool has_row = true;
    enum status status = OK;
    while (status == OK && has_row) {
        status = sqlite_step(statement, &has_row, err);
    }
    sqlite_end(statement);
    return status;
}

int64_t sqlite_changes(const struct sqlite *db)
{
    return sqlite3_changes64(db->handle);
}

/* ---- columns ---- */

int64_t column_int(const struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->handle, column);
}

bool column_is_null(const struct statement *statement, int column)
{
    return sqlite3_column_type(statement->handle, column) == SQLITE_NULL;
}

int64_t column_int_or(const struct statement *statement, int column, int64_t fallback)
{
    return column_is_null(statement, column) ? fallback : column_int(statement, column);
}

double column_double_or(const struct statement *statement, int column, double fallback)
{
    return column_is_null(statement, column) ? fallback
                                             : sqlite3_column_double(statement->handle, column);
}

int64_t column_time(const struct statement *statement, int column)
{
    return column_int_or(statement, column, TIMESTAMP_NONE);
}

struct str column_view(const struct statement *statement, int column)
{
    if (column_is_null(statement, column)) {
        return STR_NULL;
    }
    const char *p = sqlite3_column_blob(statement->handle, column);
    size_t n = (size_t)sqlite3_column_bytes(statement->handle, column);
    return str_from_n(p != NULL ? p : "", n);
}

enum status column_str(const struct statement *statement, int column, struct arena *arena,
                       struct str *out, struct error *err)
{
    return arena_str(arena, column_view(statement, column), out) == OK ? OK : error_nomem(err);
}
