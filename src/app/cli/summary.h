/*
 * summary - what a run did, step by step, for people and for the status file.
 */
#ifndef APP_CLI_SUMMARY_H
#define APP_CLI_SUMMARY_H

#include "app/exit_code.h"
#include "base/buf.h"
#include "hex/sync.h"

/* An object that could not be dealt with. */
struct summary_failure {
    struct str name;
    struct str error;
};

/* The counts that OpenMetadata keeps of a step of a workflow. */
struct summary_step {
    const char *name;
    int64_t records;
    int64_t updated_records;
    int64_t warnings;
    int64_t errors;
    int64_t filtered;
    const struct summary_failure *failures; /* may be fewer than errors */
    size_t failure_count;
};

struct summary {
    const char *command;
    enum exit_code exit_code;
    int64_t started_ms;
    int64_t ended_ms;
    const struct summary_step *steps;
    size_t step_count;
    struct str catalog;                 /* its path */
    const struct sync_absence *absence; /* NULL: the command knows of none */
};

/* Records without an error among all, in percent; 100 when there were none. */
double summary_success_percent(const struct summary_step *step);
/* The table at the end of a run, and how long it took. */
enum status summary_write_text(const struct summary *summary, struct buf *out,
                               struct error *err) WARN_UNUSED;
/* One JSON object; its steps have the shape of OpenMetadata's StepSummary. */
void summary_write_json(const struct summary *summary, struct buf *out);

#endif
