#include "app/analyse.h"

#include "base/log.h"
#include "domain/notebook_lineage.h"

/* One project with the components that it imports; a notebook is at most 64 MiB of text. */
#define PROJECTS_A_TRANSACTION 50
#define PROJECT_BYTES ((size_t)1024 * 1024 * 1024)

struct analysis {
    struct catalog *catalog;
    int64_t source;
    struct arena arena; /* of one project */
};

static enum status look_up(void *ctx, struct str project_id, const struct notebook **out,
                           struct error *err)
{
    struct analysis *analysis = ctx;
    struct notebook *notebook = NULL;
    enum status status = catalog_load_notebook(analysis->catalog, analysis->source, project_id,
                                               &analysis->arena, &notebook, err);
    *out = status == OK ? notebook : NULL;
    if (status == ERR_NOT_FOUND) {
        error_clear(err);
        return OK;
    }
    return status;
}

/*
 * The edges of one project. A notebook that was lost or is too large has none; that is
 * stored too, so that the project does not come again before it is read again.
 */
static enum status find_edges(struct analysis *analysis, struct str project_id,
                              struct notebook_edges *out, bool *is_failed, struct error *err)
{
    struct notebook *notebook = NULL;
    *out = (struct notebook_edges){NULL};
    enum status status = catalog_load_notebook(analysis->catalog, analysis->source, project_id,
                                               &analysis->arena, &notebook, err);
    if (status == OK) {
        status = notebook_lineage(notebook, look_up, analysis, &analysis->arena, out, err);
    }
    if (status == ERR_NOT_FOUND || status == ERR_PARSE || status == ERR_LIMIT) {
        error_prefix(err, "project %.*s: no lineage: ", STR_ARG(project_id));
        log_failure(LOG_LEVEL_WARNING, err);
        error_clear(err);
        *out = (struct notebook_edges){NULL};
        *is_failed = true;
        status = OK;
    }
    return status;
}

/* *has_more false: nothing was due. */
static enum status analyse_next(struct analysis *analysis, struct analyse_result *result,
                                bool *has_more, struct error *err)
{
    struct str project_id = STR_NULL;
    struct notebook_edges found = {NULL};
    bool is_failed = false;
    arena_reset(&analysis->arena);
    enum status status = catalog_next_unanalysed(analysis->catalog, analysis->source,
                                                 &analysis->arena, &project_id, err);
    *has_more = status == OK && !str_is_null(project_id);
    if (!*has_more) {
        return status;
    }
    status = find_edges(analysis, project_id, &found, &is_failed, err);
    if (status == OK) {
        status =
            catalog_store_edges(analysis->catalog, analysis->source, project_id, found.edges,
                                found.count, found.imports, found.import_count, err);
    }
    if (status == OK) {
        result->projects++;
        result->edges += (int64_t)found.count;
        result->failures += is_failed ? 1 : 0;
    }
    return status;
}

/* Several projects a transaction: what a kill takes away needs no request to come back. */
static enum status analyse_batch(struct analysis *analysis, const volatile sig_atomic_t *stop,
                                 struct analyse_result *result, bool *has_more,
                                 struct error *err)
{
    enum status status = catalog_begin(analysis->catalog, err);
    if (status != OK) {
        return status;
    }
    for (int i = 0; i < PROJECTS_A_TRANSACTION && status == OK && *has_more; i++) {
        status =
            stop != NULL && *stop != 0 ? OK : analyse_next(analysis, result, has_more, err);
    }
    if (status == OK) {
        status = catalog_commit(analysis->catalog, err);
    }
    catalog_rollback(analysis->catalog);
    return status;
}

enum status analyse_pending(struct catalog *catalog, int64_t source,
                            const volatile sig_atomic_t *stop, struct analyse_result *result,
                            struct error *err)
{
    struct analysis analysis = {.catalog = catalog, .source = source};
    bool has_more = true;
    enum status status = OK;
    arena_init(&analysis.arena, PROJECT_BYTES);
    while (status == OK && has_more && (stop == NULL || *stop == 0)) {
        status = analyse_batch(&analysis, stop, result, &has_more, err);
    }
    arena_free(&analysis.arena);
    return status;
}
