/*
 * ingest - one run from configuration to catalog, and to OpenMetadata if it is the sink: open,
 * sync, analyse, publish, log.
 *
 * The commands `ingest` and `sync` are thin around this. Blocking; one at a time a process.
 */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "app/config.h"
#include "hex/preview.h"
#include "hex/sync.h"
#include "om/publish.h"

struct ingest_options {
    const struct config *config;
    struct clock clock;
    const char *command;               /* for the log of runs: "ingest" */
    const volatile sig_atomic_t *stop; /* see struct sync_options */
    const struct catalog_wait *wait;   /* for another writer; NULL: not at all */
    sync_progress_fn *progress;        /* NULL: none */
    void *progress_ctx;
    bool publishes; /* when the sync went well, and the sink is OpenMetadata */
    void (*publish_progress)(void *ctx, const struct om_progress *progress);
    bool accepts_deletes; /* see struct sync_options */
};

struct ingest_summary {
    struct sync_summary sync;
    struct om_summary om;
    bool has_published;      /* om is filled: by all passes together, as the last one saw it */
    bool is_published_whole; /* the last pass came behind the sync: it is the one to judge */
    int64_t analysed;        /* projects whose lineage was computed anew */
    int64_t started_ms;
    int64_t ended_ms;
    char catalog_path[4096]; /* absolute when the file exists */
    bool is_new_catalog;
};

/*
 * Returns what sync_run returns, or the error that kept it from starting. The summary is
 * filled in any case and must be freed.
 */
enum status ingest_run(const struct ingest_options *options, struct ingest_summary *summary,
                       struct error *err) WARN_UNUSED;

/*
 * What ingest_run would do, and for how long at the configured pace (0: there is no limit).
 * Walks the listing; the catalog is only read, and not made when there is none.
 */
enum status ingest_preview(const struct ingest_options *options, struct preview *out,
                           int64_t *duration_ms, struct error *err) WARN_UNUSED;
void ingest_summary_free(struct ingest_summary *summary);

/* Whether the configuration's filters let a project through; ctx is a struct config. */
bool ingest_wants(void *ctx, const struct catalog_work *work);

/* The command's exit code (docs/design.md, section 2): 0, 1, 3, 4, 5 or 130. */
int ingest_exit_code(const struct config *config, const struct ingest_summary *summary,
                     enum status status);

#endif
