#include "app/reread.h"

#include "app/import.h"
#include "base/log.h"
#include "hex/export.h"

#include <inttypes.h>

#define PROJECTS_A_TRANSACTION 50
#define PROJECT_BYTES ((size_t)1024 * 1024 * 1024)

struct reread {
    const struct reread_options *options;
    struct reread_result *result;
    const struct catalog_source *source; /* the one at hand */
    int64_t after_row;                   /* the position in it */
    struct arena arena;                  /* of one project */
};

static bool is_stopped(const struct reread *reread)
{
    const volatile sig_atomic_t *stop = reread->options->stop;
    return stop != NULL && *stop != 0;
}

/* What a file says of its project stands in no listing. */
static enum status restore(struct reread *reread, const struct notebook *notebook,
                           struct error *err)
{
    struct catalog *catalog = reread->options->catalog;
    enum status status = OK;
    if (str_is(reread->source->host, IMPORT_HOST)) {
        bool is_new;
        status =
            catalog_store_file_project(catalog, reread->source->id, notebook,
                                       clock_wall_ms(&reread->options->clock), &is_new, err);
    }
    return status == OK ? catalog_restore_notebook(catalog, reread->source->id, notebook, err)
                        : status;
}

/* An export that cannot be read (why) leaves what an earlier parser made of it. */
static enum status give_up(struct reread *reread, struct str project_id, struct error *why,
                           struct error *err)
{
    error_prefix(why, "project %.*s: its stored export is left as it was read before: ",
                 STR_ARG(project_id));
    log_failure(LOG_LEVEL_WARNING, why);
    reread->result->failures++;
    return catalog_skip_raw(reread->options->catalog, reread->source->id, project_id,
                            EXPORT_PARSER_VERSION, err);
}

/* *has_more false: the source has no more. */
static enum status reread_next(struct reread *reread, bool *has_more, struct error *err)
{
    const struct reread_options *options = reread->options;
    struct catalog_raw raw = {.project_id = STR_NULL};
    struct notebook *notebook = NULL;
    struct str unused;
    struct error why = ERROR_INIT;
    arena_reset(&reread->arena);
    enum status status =
        catalog_next_raw(options->catalog, reread->source->id,
                         options->is_all ? INT64_MAX : EXPORT_PARSER_VERSION,
                         &reread->after_row, &reread->arena, &raw, has_more, &why);
    if (status == OK && !*has_more) {
        return OK;
    }
    if (status == OK) {
        status =
            export_read(raw.text, raw.project_id, &reread->arena, &notebook, &unused, &why);
    }
    if (status == ERR_PARSE || status == ERR_LIMIT) {
        return give_up(reread, raw.project_id, &why, err);
    }
    if (status != OK) {
        *err = why;
        return status;
    }
    status = restore(reread, notebook, err);
    reread->result->notebooks += status == OK ? 1 : 0;
    return status;
}

static enum status reread_batch(struct reread *reread, bool *has_more, struct error *err)
{
    struct catalog *catalog = reread->options->catalog;
    enum status status = catalog_begin(catalog, err);
    for (int i = 0;
         i < PROJECTS_A_TRANSACTION && status == OK && *has_more && !is_stopped(reread); i++) {
        status = reread_next(reread, has_more, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    if (reread->options->progress != NULL) {
        reread->options->progress(reread->options->progress_ctx, reread->result->notebooks,
                                  reread->result->failures);
    }
    return status;
}

static enum status outdate_edges(struct reread *reread, struct error *err)
{
    struct catalog *catalog = reread->options->catalog;
    enum status status = catalog_begin(catalog, err);
    if (status == OK) {
        status =
            catalog_outdate_edges(catalog, reread->source->id, reread->options->is_all, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    return status;
}

static enum status reread_source(struct reread *reread, struct error *err)
{
    bool has_more = true;
    enum status status = OK;
    reread->after_row = 0;
    while (status == OK && has_more && !is_stopped(reread)) {
        status = reread_batch(reread, &has_more, err);
    }
    if (status == OK) {
        status = outdate_edges(reread, err);
    }
    if (status == OK) {
        status = analyse_pending(reread->options->catalog, reread->source->id,
                                 reread->options->stop, &reread->result->analysis, err);
    }
    return status;
}

enum status reread_run(const struct reread_options *options, struct reread_result *result,
                       struct error *err)
{
    struct reread reread = {.options = options, .result = result};
    struct catalog_source *sources = NULL;
    struct arena arena; /* of the sources */
    size_t count = 0;
    int64_t before = result->notebooks;
    arena_init(&arena, PROJECT_BYTES);
    arena_init(&reread.arena, PROJECT_BYTES);
    enum status status = catalog_list_sources(options->catalog, &arena, &sources, &count, err);
    for (size_t i = 0; i < count && status == OK && !is_stopped(&reread); i++) {
        reread.source = &sources[i];
        status = reread_source(&reread, err);
    }
    if (result->notebooks > before && !options->is_all) {
        log_info("%" PRId64 " notebooks were read again from their stored exports, since this "
                 "version reads them differently",
                 result->notebooks - before);
    }
    arena_free(&reread.arena);
    arena_free(&arena);
    return status;
}
