/*
 * run_view - what a user sees of a run (ingest, sync, import): progress while it lasts, a
 * summary at its end, and the files that --status-file and --metrics-file ask for.
 *
 * One at a time: it takes over the log while it lives, so that log lines and the progress
 * line do not disturb each other.
 */
#ifndef APP_CLI_RUN_VIEW_H
#define APP_CLI_RUN_VIEW_H

#include "app/cli/cli.h"
#include "app/cli/progress.h"
#include "app/cli/summary.h"
#include "app/publish_live.h"

struct run_view {
    const struct cli *cli;
    struct progress progress;
    struct publish_live *live; /* NULL: OpenMetadata is not told how far the run is */
    bool has_color;
};

/* level: what the log says unless the options say otherwise. */
void run_view_start(struct run_view *view, const struct cli *cli, enum log_level level);
void run_view_progress(struct run_view *view, const struct progress_state *state);
/*
 * Takes the progress line away, shows the summary and writes the files. Returns the exit code
 * of the process: the summary's, or 1 when it was 0 and a file could not be written.
 */
enum exit_code run_view_end(struct run_view *view, struct summary *summary);
/* What the user can do about an error of Hex that ended a run; NULL: the message says it all.
 */
const char *run_view_remedy(enum status status);

#endif
