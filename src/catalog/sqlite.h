/*
 * sqlite - a thin layer over SQLite: statements that are prepared once, bound in order, and
 * whose errors come as struct error with the database's path.
 *
 * A statement is used between sqlite_use and sqlite_end (sqlite_run does both ends). Texts
 * are bound without a copy, so they must live until then; views of columns die with the next
 * step. Errors of binding stick and come out of the next step. Not thread-safe.
 */
#ifndef CATALOG_SQLITE_H
#define CATALOG_SQLITE_H

#include "base/arena.h"
#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>

struct sqlite_cached {
    const char *sql; /* static text: its address is the key */
    sqlite3_stmt *handle;
};

struct sqlite {
    sqlite3 *handle;
    char *path; /* as the user named it, for messages */
    struct sqlite_cached *cache;
    size_t cache_count;
    size_t cache_slots; /* a power of two, or 0 */
};

struct statement {
    struct sqlite *db;
    sqlite3_stmt *handle;
    int parameter; /* the last one bound */
    enum status status;
    bool is_own; /* not from the cache */
};

/* The schema's SQL, made from schema.sql by the build. */
extern const char catalog_schema_sql[];

/* Opens path with SQLite's flags; *db must be zeroed. Close it in any case. */
enum status sqlite_open(struct sqlite *db, const char *path, int flags,
                        struct error *err) WARN_UNUSED;
void sqlite_close(struct sqlite *db);

/* err from SQLite's code, in words: full, locked, damaged, no database. */
enum status sqlite_error(const struct sqlite *db, int code, struct error *err);

/* Runs statements without parameters. */
enum status sqlite_script(struct sqlite *db, const char *sql, struct error *err) WARN_UNUSED;
/* The first column of the first row as a number; 0 without one. */
enum status sqlite_number(struct sqlite *db, const char *sql, int64_t *out,
                          struct error *err) WARN_UNUSED;

/*
 * A statement ready to be bound. sql must be static text, the same pointer for the same
 * statement; it is kept prepared. A failure sticks and comes out of the first step.
 */
struct statement sqlite_use(struct sqlite *db, const char *sql);
/* The same for text that was put together, not kept. */
struct statement sqlite_use_once(struct sqlite *db, struct str sql);

/* The next parameter. */
void bind_int(struct statement *statement, int64_t value);
void bind_double(struct statement *statement, double value);
void bind_null(struct statement *statement);
/* NULL for STR_NULL. */
void bind_str(struct statement *statement, struct str value);
/* '' for STR_NULL. */
void bind_str_or_empty(struct statement *statement, struct str value);
/* NULL for TIMESTAMP_NONE. */
void bind_time(struct statement *statement, int64_t ms);
/* NULL below 0. */
void bind_count(struct statement *statement, int64_t value);
void bind_blob(struct statement *statement, struct str value);

/* On to the next row; *has_row false at the end. After an error, only sqlite_end is legal. */
enum status sqlite_step(struct statement *statement, bool *has_row,
                        struct error *err) WARN_UNUSED;
/* Ready for its next use; a view of a column dies. */
void sqlite_end(struct statement *statement);
/* Step and end, for statements that give no row. */
enum status sqlite_run(struct statement *statement, struct error *err) WARN_UNUSED;
/* Rows that the last INSERT, UPDATE or DELETE changed. */
int64_t sqlite_changes(const struct sqlite *db);

/* Columns of the present row, from 0. */
int64_t column_int(const struct statement *statement, int column);
/* fallback for NULL. */
int64_t column_int_or(const struct statement *statement, int column, int64_t fallback);
double column_double_or(const struct statement *statement, int column, double fallback);
/* TIMESTAMP_NONE for NULL. */
int64_t column_time(const struct statement *statement, int column);
bool column_is_null(const struct statement *statement, int column);
/* A view, STR_NULL for NULL. Also for blobs. */
struct str column_view(const struct statement *statement, int column);
/* A copy in arena. */
enum status column_str(const struct statement *statement, int column, struct arena *arena,
                       struct str *out, struct error *err) WARN_UNUSED;

#endif
