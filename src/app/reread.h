/*
 * reread - notebooks once more from the exports that the catalog keeps, without a request.
 *
 * A parser that understands more than the one before must not cost a request a project. Each
 * stored notebook says which parser made it (EXPORT_PARSER_VERSION) and which analysis its
 * edges (NOTEBOOK_LINEAGE_VERSION): what is older is made again at the next run, of any kind,
 * in all sources. `sync --offline` makes everything again.
 */
#ifndef APP_REREAD_H
#define APP_REREAD_H

#include "app/analyse.h"

typedef void reread_progress_fn(void *ctx, int64_t done, int64_t failures);

struct reread_options {
    struct catalog *catalog; /* open for writing, no transaction */
    bool is_all;             /* also what this version has made already */
    struct clock clock;
    const volatile sig_atomic_t *stop; /* not 0: return, the rest stays due; may be NULL */
    reread_progress_fn *progress;      /* NULL: none */
    void *progress_ctx;
};

struct reread_result {
    int64_t notebooks; /* made again */
    int64_t failures;  /* exports that make no sense any more: what was known stays; logged */
    struct analyse_result analysis;
};

/* OK also when stopped. *result is added to. */
enum status reread_run(const struct reread_options *options, struct reread_result *result,
                       struct error *err) WARN_UNUSED;

#endif
