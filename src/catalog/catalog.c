#include "catalog/catalog.h"

#include "catalog/lock.h"
#include "catalog/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define APPLICATION_ID 0x68657863 /* "hexc" */
#define BUSY_TIMEOUT_MS 5000

/* From version 0, nothing, to the present one: step n makes version n + 1 of version n. */
static const char *const steps[] = {catalog_schema_sql};
#define SCHEMA_VERSION ((int64_t)(sizeof(steps) / sizeof(steps[0])))

static enum status set_up(struct sqlite *db, bool is_writer, struct error *err)
{
    (void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    enum status status = sqlite_script(
        db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -3072;",
        err);
    if (status == OK && is_writer) {
        status = sqlite_script(db,
                               "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000; "
                               "PRAGMA journal_size_limit = 16777216;",
                               err);
    }
    return status;
}

static enum status migrate(struct sqlite *db, int64_t from, struct error *err)
{
    struct buf sql;
    enum status status = sqlite_script(db, "BEGIN IMMEDIATE", err);
    buf_init(&sql, 256);
    for (int64_t version = from; status == OK && version < SCHEMA_VERSION; version++) {
        status = sqlite_script(db, steps[version], err);
    }
    if (status == OK &&
        buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
                   APPLICATION_ID, SCHEMA_VERSION) != OK) {
        status = error_nomem(err);
    }
    if (status == OK) {
        status = sqlite_script(db, buf_cstr(&sql), err);
    }
    if (status == OK) {
        status = sqlite_script(db, "COMMIT", err);
    }
    if (status != OK) {
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
    buf_free(&sql);
    return status;
}

/* Whose file it is and which version; makes or renews the schema where that is allowed. */
static enum status check_schema(struct sqlite *db, enum catalog_mode mode, bool *is_empty,
                                struct error *err)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t objects = 0;
    enum status status = sqlite_number(db, "PRAGMA application_id", &application, err);
    if (status == OK) {
        status = sqlite_number(db, "PRAGMA user_version", &version, err);
    }
    if (status == OK) {
        status = sqlite_number(db, "SELECT count(*) FROM sqlite_master", &objects, err);
    }
    if (status != OK) {
        return status;
    }
    *is_empty = application == 0 && version == 0 && objects == 0;
    if (*is_empty && mode != CATALOG_MODE_CREATE) {
        return error_set(err, ERR_IO, "%s is an empty file, no hexmeta catalog", db->path);
    }
    if (!*is_empty && application != APPLICATION_ID) {
        return error_set(err, ERR_IO,
                         "%s is another program's SQLite database, no hexmeta catalog",
                         db->path);
    }
    if (version > SCHEMA_VERSION) {
        return error_set(err, ERR_IO,
                         "the catalog %s was written by a newer hexmeta (its version %" PRId64
                         ", ours %" PRId64 ")",
                         db->path, version, SCHEMA_VERSION);
    }
    if (version < SCHEMA_VERSION && mode == CATALOG_MODE_READ) {
        return error_set(err, ERR_IO,
                         "the catalog %s was written by an older hexmeta: a sync or import "
                         "brings it up to date",
                         db->path);
    }
    return OK;
}

static enum status prepare(struct catalog *catalog, enum catalog_mode mode, bool *is_empty,
                           struct error *err)
{
    struct sqlite *db = &catalog->db;
    int64_t version = 0;
    (void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    enum status status = check_schema(db, mode, is_empty, err);
    if (status == OK) {
        status = set_up(db, mode != CATALOG_MODE_READ, err);
    }
    if (status == OK) {
        status = sqlite_number(db, "PRAGMA user_version", &version, err);
    }
    if (status == OK && version < SCHEMA_VERSION) {
        status = migrate(db, version, err);
    }
    return status;
}

/* The file with our mode, before SQLite makes it with its own. */
static enum status make_file(const char *path, bool *is_made, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    *is_made = fd >= 0;
    if (fd >= 0) {
        (void)close(fd);
        return OK;
    }
    if (errno == EEXIST) {
        return OK;
    }
    return error_set(err, ERR_IO, "the catalog %s cannot be made: %s", path, strerror(errno));
}

static enum status check_file(const char *path, struct error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return errno == ENOENT
                   ? error_set(err, ERR_NOT_FOUND, "there is no catalog at %s", path)
                   : error_set(err, ERR_IO, "the catalog %s cannot be opened: %s", path,
                               strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return error_set(err, ERR_IO, "%s is no file, so it cannot be a catalog", path);
    }
    if (access(path, R_OK) != 0) {
        return error_set(err, ERR_IO, "the catalog %s cannot be read: %s", path,
                         strerror(errno));
    }
    return OK;
}

/* A reader who may not write beside the file: nobody else can either, or the log is there. */
static enum status open_immutable(struct sqlite *db, const char *path, struct error *err)
{
    struct buf uri;
    buf_init(&uri, 65536);
    (void)buf_append_cstr(&uri, "file:");
    for (const char *p = path; *p != '\0'; p++) {
        bool is_special = *p == '%' || *p == '?' || *p == '#';
        (void)(is_special ? buf_printf(&uri, "%%%02x", (unsigned char)*p)
                          : buf_append_char(&uri, *p));
    }
    (void)buf_append_cstr(&uri, "?immutable=1");
    enum status status = buf_status(&uri) == OK ? OK : error_nomem(err);
    if (status == OK) {
        sqlite_close(db);
        status = sqlite_open(db, buf_cstr(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    }
    buf_free(&uri);
    return status;
}

static bool has_log(const char *path)
{
    struct buf name;
    struct stat info;
    buf_init(&name, 65536);
    bool found = buf_printf(&name, "%s-wal", path) == OK && stat(buf_cstr(&name), &info) == 0 &&
                 info.st_size > 0;
    buf_free(&name);
    return found;
}

static enum status open_database(struct catalog *catalog, const char *path,
                                 enum catalog_mode mode, bool *is_empty, struct error *err)
{
    int flags = mode == CATALOG_MODE_READ && access(path, W_OK) != 0 ? SQLITE_OPEN_READONLY
                                                                     : SQLITE_OPEN_READWRITE;
    enum status status = sqlite_open(&catalog->db, path, flags, err);
    if (status == OK) {
        status = prepare(catalog, mode, is_empty, err);
    }
    int code = catalog->db.handle != NULL ? sqlite3_errcode(catalog->db.handle) & 0xff : 0;
    bool is_closed_folder = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
    if (status == ERR_IO && mode == CATALOG_MODE_READ && is_closed_folder && !has_log(path)) {
        error_clear(err);
        status = open_immutable(&catalog->db, path, err);
        if (status == OK) {
            status = prepare(catalog, mode, is_empty, err);
        }
    }
    return status;
}

enum status catalog_open(const char *path, enum catalog_mode mode, const struct clock *clock,
                         struct catalog **out, bool *created, struct error *err)
{
    return catalog_open_waiting(path, mode, clock, NULL, out, created, err);
}

enum status catalog_open_waiting(const char *path, enum catalog_mode mode,
                                 const struct clock *clock, const struct catalog_wait *wait,
                                 struct catalog **out, bool *created, struct error *err)
{
    struct buf name; /* never one of SQLite's special names */
    bool is_made = false;
    bool is_empty = false;
    struct catalog *catalog = calloc(1, sizeof(*catalog));
    enum status status = OK;
    *out = NULL;
    buf_init(&name, 65536);
    if (catalog == NULL ||
        buf_printf(&name, "%s%s", path[0] == ':' || strncmp(path, "file:", 5) == 0 ? "./" : "",
                   path) != OK) {
        free(catalog);
        return error_nomem(err);
    }
    path = buf_cstr(&name);
    catalog->lock = -1;
    catalog->clock = *clock;
    arena_init(&catalog->arena, (size_t)4 * 1024 * 1024);
    buf_init(&catalog->scratch, STORE_MAX_TEXT);
    if (mode != CATALOG_MODE_CREATE) {
        status = check_file(path, err);
    }
    if (status == OK && mode != CATALOG_MODE_READ) {
        status = lock_take(path, clock, wait, &catalog->lock, err);
    }
    if (status == OK && mode == CATALOG_MODE_CREATE) {
        status = make_file(path, &is_made, err);
        status = status == OK ? check_file(path, err) : status;
    }
    if (status == OK) {
        status = open_database(catalog, path, mode, &is_empty, err);
    }
    if (created != NULL) {
        *created = status == OK && is_empty;
    }
    if (status != OK) {
        sqlite_close(&catalog->db);
        if (is_made) {
            (void)unlink(path);
        }
        catalog_close(catalog);
    } else {
        *out = catalog;
    }
    buf_free(&name);
    return status;
}

void catalog_close(struct catalog *catalog)
{
    if (catalog == NULL) {
        return;
    }
    catalog_rollback(catalog);
    sqlite_close(&catalog->db);
    lock_release(catalog->lock);
    (void)ZSTD_freeCCtx(catalog->packer);
    buf_free(&catalog->scratch);
    arena_free(&catalog->arena);
    free(catalog);
}

enum status catalog_begin(struct catalog *catalog, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, "BEGIN IMMEDIATE");
    return sqlite_run(&statement, err);
}

enum status catalog_commit(struct catalog *catalog, struct error *err)
{
    struct statement statement = sqlite_use(&catalog->db, "COMMIT");
    return sqlite_run(&statement, err);
}

void catalog_rollback(struct catalog *catalog)
{
    if (catalog->db.handle != NULL && sqlite3_get_autocommit(catalog->db.handle) == 0) {
        struct statement statement = sqlite_use(&catalog->db, "ROLLBACK");
        struct error ignored = ERROR_INIT;
        (void)!sqlite_run(&statement, &ignored);
    }
}
