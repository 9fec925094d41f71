/*
 * publish_view - what a user sees of publishing: progress, a row of the summary for each kind
 * of entity, and what the numbers mean.
 */
#ifndef APP_CLI_PUBLISH_VIEW_H
#define APP_CLI_PUBLISH_VIEW_H

#include "app/cli/run_view.h"
#include "om/publish.h"

/* ctx is the struct run_view. */
void publish_view_progress(void *ctx, const struct om_progress *progress);
/* OM_STEP_COUNT rows; failures live in the summary's arena. */
void publish_view_steps(struct om_summary *summary, struct summary_step *steps);
/* What is different now, and what the user should know about it. */
void publish_view_tell(const struct cli *cli, const struct om_summary *summary);
/* What the user can do about an error that ended publishing; NULL: the message says it. */
const char *publish_view_remedy(enum status status);

#endif
