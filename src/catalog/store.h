/*
 * store - what the catalog's files share and nobody else sees.
 */
#ifndef CATALOG_STORE_H
#define CATALOG_STORE_H

#include "base/buf.h"
#include "catalog/catalog.h"
#include "catalog/sqlite.h"

struct catalog {
    struct sqlite db;
    int lock; /* of the writer; -1: none */
    struct clock clock;
    struct arena arena; /* what is known of sources: small, lives as long as the catalog */
    struct buf scratch; /* for JSON columns and packed exports */
    struct ZSTD_CCtx_s *packer; /* made at its first use */
};

/* Activity is read at most so often. */
#define STORE_ACTIVITY_PAUSE_MS ((int64_t)3600 * 1000)

#define STORE_MAX_TEXT ((size_t)512 * 1024 * 1024)

/* The row of a project, ERR_NOT_FOUND. */
enum status store_find_project(struct catalog *catalog, int64_t source, struct str hex_id,
                               int64_t *out, struct error *err) WARN_UNUSED;

/* DELETE ... WHERE x = ?1, and the like: one number, no answer. */
enum status store_run_with(struct catalog *catalog, const char *sql, int64_t number,
                           struct error *err) WARN_UNUSED;

/* A hash that grows field by field: for "is this what we have?". */
uint64_t store_digest(uint64_t digest, struct str field);
uint64_t store_digest_int(uint64_t digest, int64_t field);

/*
 * Texts as a JSON array in one column: NULL for none. The view given by _write dies with the
 * next append to out; it covers what this call appended only if out was empty before.
 */
struct str store_texts_write(struct buf *out, const struct str *texts, size_t count);
enum status store_texts_read(struct str json, struct arena *arena, struct str **out,
                             size_t *count, struct error *err) WARN_UNUSED;

/*
 * A row of the table change: what the project's field was, and is now. The project's oldest go
 * when it has more than a thousand.
 */
enum status store_change(struct catalog *catalog, int64_t row, int64_t now_ms,
                         const char *field, struct str before, struct str after,
                         struct error *err) WARN_UNUSED;

/* What the listing or a file says of a project, new or changed. */
struct store_project {
    const struct project *project;
    struct str content_mark;
    struct str activity_mark;
    int64_t now_ms;
    bool is_decided; /* its state holds at once, without the brake */
};
enum store_result { STORE_RESULT_ADDED, STORE_RESULT_UPDATED, STORE_RESULT_UNCHANGED };
/* Fills both marks from the project; they live in arena. */
enum status store_mark_project(struct store_project *item, struct arena *arena,
                               struct error *err) WARN_UNUSED;
/* *row: the project's. Nothing is written when the listing's hash is as stored. */
enum status store_listed_project(struct catalog *catalog, int64_t source,
                                 const struct store_project *item, int64_t *row,
                                 enum store_result *result, struct error *err) WARN_UNUSED;
/* Whether categories, sharing or schedules are not as they are stored. */
enum status store_lists_differ(struct catalog *catalog, int64_t row,
                               const struct project *project, bool *out,
                               struct error *err) WARN_UNUSED;

/* A walk has reached its end: what its viewer has seen, and how often others were missed. */
enum status store_walk_views(struct catalog *catalog, int64_t source, int64_t walk,
                             struct error *err) WARN_UNUSED;

#endif
