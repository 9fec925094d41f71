#include "app/analyse.h"

#include "base/log.h"
#include "base/map.h"
#include "domain/notebook_lineage.h"

/* One project with the components that it imports; a notebook is at most 64 MiB of text. */
#define PROJECTS_A_TRANSACTION 50
#define PROJECT_BYTES ((size_t)512 * 1024 * 1024)

struct analysis {
    struct catalog *catalog;
    int64_t source;
    struct arena arena;            /* of one project */
    struct arena kept;             /* of the connections */
    struct map connections;        /* id -> struct data_connection, NULL: not known */
    struct notebook_lookup lookup; /* these functions */
};

/* notebook_lookup's functions; ctx is the struct analysis. */

static enum status find_notebook(void *ctx, struct str project_id, const struct notebook **out,
                                 struct error *err)
{
    struct analysis *analysis = ctx;
    struct notebook *notebook = NULL;
    enum status status = catalog_load_notebook(analysis->catalog, analysis->source, project_id,
                                               &analysis->arena, &notebook, err);
    if (status == OK) {
        status = catalog_load_datasets(analysis->catalog, analysis->source, notebook,
                                       &analysis->arena, err);
    }
    *out = status == OK ? notebook : NULL;
    if (status == ERR_NOT_FOUND) {
        error_clear(err);
        return OK;
    }
    return status;
}

/* Asks the catalog once for each connection. */
static enum status find_connection(void *ctx, struct str id, const struct data_connection **out,
                                   struct error *err)
{
    struct analysis *analysis = ctx;
    const union map_value *known = map_get(&analysis->connections, id);
    if (known != NULL) {
        *out = known->pointer;
        return OK;
    }
    struct str key = STR_NULL;
    struct data_connection *connection = ARENA_NEW(&analysis->kept, struct data_connection);
    if (connection == NULL || arena_str(&analysis->kept, id, &key) != OK) {
        return error_nomem(err);
    }
    enum status status = catalog_get_connection(analysis->catalog, analysis->source, id,
                                                &analysis->kept, connection, err);
    if (status == ERR_NOT_FOUND) {
        error_clear(err);
        connection = NULL;
        status = OK;
    }
    *out = connection;
    if (status == OK &&
        map_put(&analysis->connections, key, (union map_value){.pointer = connection}) != OK) {
        status = error_nomem(err);
    }
    return status;
}

static enum status find_tables(void *ctx, struct str connection, struct str name,
                               struct table_name **out, size_t *count, struct error *err)
{
    struct analysis *analysis = ctx;
    return catalog_find_tables(analysis->catalog, analysis->source, connection, name,
                               &analysis->arena, out, count, err);
}

static void analysis_init(struct analysis *analysis, struct catalog *catalog, int64_t source)
{
    *analysis = (struct analysis){.catalog = catalog, .source = source};
    arena_init(&analysis->arena, PROJECT_BYTES);
    arena_init(&analysis->kept, PROJECT_BYTES);
    map_init(&analysis->connections);
    analysis->lookup = (struct notebook_lookup){.notebook = find_notebook,
                                                .connection = find_connection,
                                                .tables = find_tables,
                                                .ctx = analysis};
}

static void analysis_free(struct analysis *analysis)
{
    map_free(&analysis->connections);
    arena_free(&analysis->arena);
    arena_free(&analysis->kept);
}

/*
 * The edges of one project. A notebook that was lost or is too large has none; that is
 * stored too, so that the project does not come again before it is read again.
 */
static enum status find_edges(struct analysis *analysis, struct str project_id,
                              struct notebook_edges *out, bool *is_failed, struct error *err)
{
    struct notebook *notebook = NULL;
    struct queried_table *queried = NULL;
    size_t queried_count = 0;
    *out = (struct notebook_edges){NULL};
    enum status status = catalog_load_notebook(analysis->catalog, analysis->source, project_id,
                                               &analysis->arena, &notebook, err);
    if (status == OK) {
        status = catalog_load_queried_tables(analysis->catalog, analysis->source, project_id,
                                             &analysis->arena, &queried, &queried_count, err);
    }
    if (status == OK) {
        status = notebook_lineage(notebook, queried, queried_count, &analysis->lookup,
                                  &analysis->arena, out, err);
    }
    status = arena_blame(&analysis->arena, status, err);
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
            catalog_store_edges(analysis->catalog, analysis->source, project_id, &found, err);
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
    struct analysis analysis;
    bool has_more = true;
    enum status status = OK;
    analysis_init(&analysis, catalog, source);
    while (status == OK && has_more && (stop == NULL || *stop == 0)) {
        status = analyse_batch(&analysis, stop, result, &has_more, err);
    }
    analysis_free(&analysis);
    return status;
}
