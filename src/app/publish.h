/*
 * publish - one publishing run from configuration and catalog to OpenMetadata, or its plan.
 *
 * The commands `publish` and `plan` are thin around this; `ingest` does it after its sync.
 * Blocking; one at a time a process.
 */
#ifndef APP_PUBLISH_H
#define APP_PUBLISH_H

#include "app/config.h"
#include "app/exit_code.h"
#include "om/probe.h"
#include "om/publish.h"
#include "om/run_status.h"

struct publish_options {
    const struct config *config;
    struct clock clock;
    struct catalog *catalog; /* open; for a plan reading is enough */
    int64_t source;          /* 0: the configuration's host and workspace say which */
    bool is_interim; /* see struct om_options; what does not answer is not waited for long */
    bool accepts_deletes;
    bool restores;
    bool verifies;
    bool waits_for_server; /* see struct http_client_options: others have worked before this */
    om_plan_fn *plan;      /* NULL: publish */
    void *plan_ctx;
    void (*progress)(void *ctx, const struct om_progress *progress); /* NULL: none */
    void *progress_ctx;
    const volatile sig_atomic_t *stop;
};

/* Returns what om_publish returns; the summary is filled in any case and must be freed. */
enum status publish_run(const struct publish_options *options, struct om_summary *summary,
                        struct error *err) WARN_UNUSED;

/*
 * The exit code of a run of om_publish (docs/design.md, section 2). Failures of single
 * entities count as OpenMetadata's successThreshold says, unless they were for want of
 * permission or of a server.
 */
enum exit_code publish_exit_code(const struct config *config, const struct om_summary *summary,
                                 enum status status);

/*
 * Tells the ingestion pipeline that the configuration names, if any, how the run stands. A
 * failure to do so is logged as a warning; ERR_NOT_FOUND: no use to try again.
 */
enum status publish_report(const struct config *config, const struct clock *clock,
                           const struct om_run_status *status);

/*
 * Tests the connection to OpenMetadata (om/probe.h), with the data connections that the
 * catalog knows, if there is one. *worst: what the first failed step failed with.
 */
enum status publish_probe(const struct config *config, const struct clock *clock,
                          om_probe_report_fn *report, void *ctx,
                          const volatile sig_atomic_t *stop, enum status *worst,
                          struct error *err) WARN_UNUSED;

#endif
