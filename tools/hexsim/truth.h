/*
 * truth - what an importer must find in a synthetic workspace: docs/design.md, sections 6, 6.1.
 */
#ifndef HEXSIM_TRUTH_H
#define HEXSIM_TRUTH_H

#include "base/buf.h"
#include "hexsim/cells.h"

struct sim_truth_options {
    const char *host; /* "http://127.0.0.1:1234" */
    bool has_exports; /* false: what GET /cells alone can tell */
    bool is_archived_read;
};

typedef enum status sim_line_fn(void *ctx, struct str line);

/* JSON Lines, in the order of the format's kinds. */
enum status sim_truth_write(const struct sim_workspace *workspace,
                            const struct sim_truth_options *options, sim_line_fn *line,
                            void *ctx);

#endif
