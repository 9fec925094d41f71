/*
 * publish_view - what a user sees of publishing: progress, a row of the summary for each kind
 * of entity, and what the numbers mean.
 */
#ifndef APP_CLI_PUBLISH_VIEW_H
#define APP_CLI_PUBLISH_VIEW_H

#include "app/cli/run_view.h"
#include "app/config.h"
#include "om/publish.h"

/* ctx is the struct run_view. */
void publish_view_progress(void *ctx, const struct om_progress *progress);
/* OM_STEP_COUNT rows; failures live in the summary's arena. */
void publish_view_steps(struct om_summary *summary, struct summary_step *steps);
/* What is different now, and what the user should know about it. */
void publish_view_tell(const struct cli *cli, const struct om_summary *summary);
/* What the user can do about an error that ended publishing; NULL: the message says it. */
const char *publish_view_remedy(enum status status);

/* A run as the ingestion pipeline sees it; see publish_report. Must not move. */
struct publish_pipeline {
    const struct cli *cli;
    struct run_view *view; /* tells how far it is */
    const struct config *config;
    int64_t started_ms;
    bool is_unknown; /* OpenMetadata has no such pipeline */
    char run_id[40]; /* the configuration's, or a new one */
};

/* Tells OpenMetadata that a run begins, if the configuration names a pipeline. */
void publish_view_begin(struct publish_pipeline *pipeline, struct run_view *view,
                        const struct config *config);
/* The same at its end: every step, and how it went. */
void publish_view_finish(const struct publish_pipeline *pipeline,
                         const struct summary *summary);

#endif
