#include "app/import.h"

#include "app/reread.h"
#include "base/log.h"
#include "hex/export.h"
#include "io/yaml.h"

#define LIST_BYTES ((size_t)1024 * 1024 * 1024)
#define PROJECT_BYTES ((size_t)2048 * 1024 * 1024)

struct import {
    const struct import_options *options;
    struct import_summary *summary;
    struct catalog_source source;
    struct buf text;    /* of the file at hand */
    struct arena arena; /* of the project at hand */
    bool is_nomem;      /* while noting a failure */
};

static void note_failure(void *ctx, const char *path, const struct error *why)
{
    struct import *import = ctx;
    struct import_summary *summary = import->summary;
    struct import_failure *failure =
        arena_push(&summary->arena, &summary->failures, &summary->failure_count,
                   &summary->failure_capacity, sizeof(*failure));
    const char *separator = why->where[0] != '\0' ? ": " : "";
    log_error("%s: not imported: %s%s%s", path, why->where, separator, why->message);
    if (failure == NULL || arena_str(&summary->arena, str_from(path), &failure->path) != OK ||
        arena_printf(&summary->arena, &failure->message, "%s%s%s", why->where, separator,
                     why->message) != OK) {
        import->is_nomem = true;
    }
}

/* One notebook into the catalog, as one transaction. */
static enum status store(struct import *import, const struct notebook *notebook, struct str raw,
                         struct error *err)
{
    struct catalog *catalog = import->options->catalog;
    int64_t now_ms = clock_wall_ms(&import->options->clock);
    bool is_new = false;
    enum status status = catalog_begin(catalog, err);
    if (status == OK) {
        status = catalog_store_file_project(catalog, import->source.id, notebook, now_ms,
                                            &is_new, err);
    }
    if (status == OK) {
        status = catalog_store_notebook(catalog, import->source.id, notebook, raw, STR_NULL,
                                        now_ms, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    if (status == OK) {
        import->summary->added += is_new ? 1 : 0;
        import->summary->updated += is_new ? 0 : 1;
        import->summary->cells += (int64_t)notebook->cell_count;
    }
    return status;
}

/* A file that is no export is a failure of that file; a broken catalog ends the import. */
static enum status import_file(struct import *import, const char *path, struct error *err)
{
    struct notebook *notebook = NULL;
    struct str raw = STR_NULL;
    struct error why = ERROR_INIT;
    buf_clear(&import->text);
    arena_reset(&import->arena);
    enum status status = file_read(path, &import->text, &why);
    if (status == OK) {
        status = export_read(buf_str(&import->text), STR_NULL, &import->arena, &notebook, &raw,
                             &why);
    }
    if (status == ERR_NOMEM) {
        return error_nomem(err);
    }
    if (status != OK) {
        note_failure(import, path, &why);
        return import->is_nomem ? error_nomem(err) : OK;
    }
    return store(import, notebook, raw, err);
}

static enum status find_source(struct import *import, struct error *err)
{
    struct catalog *catalog = import->options->catalog;
    import->source = (struct catalog_source){.host = STR(IMPORT_HOST)};
    enum status status = catalog_begin(catalog, err);
    if (status == OK) {
        status = catalog_open_source(catalog, &import->source, err);
    }
    if (status == OK) {
        status = catalog_commit(catalog, err);
    }
    catalog_rollback(catalog);
    import->summary->source = import->source.id;
    return status;
}

/* Before anything is compared: what is stored is as this version would have read it. */
static enum status reread_stored(struct import *import, struct error *err)
{
    const struct import_options *options = import->options;
    const struct reread_options reread = {
        .catalog = options->catalog, .clock = options->clock, .stop = options->stop};
    struct reread_result result = {0};
    return reread_run(&reread, &result, err);
}

static bool is_stopped(struct import *import)
{
    const volatile sig_atomic_t *stop = import->options->stop;
    import->summary->was_stopped = stop != NULL && *stop != 0;
    return import->summary->was_stopped;
}

static enum status import_list(struct import *import, const struct file_list *list,
                               struct error *err)
{
    const struct import_options *options = import->options;
    enum status status = OK;
    for (size_t i = 0; i < list->count && status == OK && !is_stopped(import); i++) {
        if (options->progress != NULL) {
            options->progress(options->progress_ctx, (int64_t)i, (int64_t)list->count,
                              (int64_t)import->summary->failure_count);
        }
        status = import_file(import, list->paths[i].p, err);
    }
    return status;
}

enum status import_find(const char *const *paths, size_t count, struct import_summary *summary,
                        struct error *err)
{
    struct import import = {.summary = summary};
    enum status status = OK;
    *summary = (struct import_summary){.source = -1};
    arena_init(&summary->arena, LIST_BYTES);
    for (size_t i = 0; i < count && status == OK; i++) {
        status =
            file_walk(paths[i], &summary->arena, &summary->files, note_failure, &import, err);
    }
    return status == OK && import.is_nomem ? error_nomem(err) : status;
}

enum status import_run(const struct import_options *options, struct import_summary *summary,
                       struct error *err)
{
    struct import import = {.options = options, .summary = summary};
    arena_init(&import.arena, PROJECT_BYTES);
    buf_init(&import.text, yaml_limits_default.max_bytes);
    enum status status = find_source(&import, err);
    if (status == OK) {
        status = reread_stored(&import, err);
    }
    if (status == OK) {
        status = import_list(&import, &summary->files, err);
    }
    if (status == OK) {
        status = analyse_pending(options->catalog, import.source.id, options->stop,
                                 &summary->analysis, err);
        (void)is_stopped(&import);
    }
    buf_free(&import.text);
    arena_free(&import.arena);
    return status;
}

void import_summary_free(struct import_summary *summary)
{
    arena_free(&summary->arena);
}
