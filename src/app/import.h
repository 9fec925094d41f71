/*
 * import - exported .hex.yaml files from disk into the catalog; no network, no token.
 *
 * They belong to the source "files". A file that cannot be read is reported and the others go
 * on; one transaction a file. Afterwards the lineage of what changed is computed.
 */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include "app/analyse.h"
#include "app/file_walk.h"
#include "catalog/catalog.h"

/* Of the source that imported files belong to. */
#define IMPORT_HOST "files"

typedef void import_progress_fn(void *ctx, int64_t done, int64_t total, int64_t failures);

struct import_options {
    struct catalog *catalog; /* open for writing, no transaction */
    struct clock clock;
    const volatile sig_atomic_t *stop; /* not 0: return after the file at hand; may be NULL */
    import_progress_fn *progress;      /* NULL: none */
    void *progress_ctx;
};

/* A path that could not be imported, and why. */
struct import_failure {
    struct str path;
    struct str message;
};

struct import_summary {
    int64_t source; /* id in the catalog */
    struct file_list files;
    int64_t added; /* projects that the catalog did not have */
    int64_t updated;
    int64_t cells;
    struct import_failure *failures;
    size_t failure_count;
    size_t failure_capacity;
    struct analyse_result analysis;
    bool was_stopped;
    struct arena arena; /* of the texts in here */
};

/*
 * Finds the files that the paths name; a path that cannot be read is a failure in the summary.
 * Needs no catalog, so that none is made where there is nothing to import. ERR_NOMEM only.
 */
enum status import_find(const char *const *paths, size_t count, struct import_summary *summary,
                        struct error *err) WARN_UNUSED;
/*
 * Imports the files that were found. OK also with failures of single files (see summary);
 * otherwise the error that ended it: ERR_IO (catalog), ERR_NOMEM.
 */
enum status import_run(const struct import_options *options, struct import_summary *summary,
                       struct error *err) WARN_UNUSED;
/* In any case, whatever the two returned. */
void import_summary_free(struct import_summary *summary);

#endif
