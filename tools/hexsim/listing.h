/*
 * listing - GET /projects: keyset pages, filters, and one project as JSON.
 */
#ifndef HEXSIM_LISTING_H
#define HEXSIM_LISTING_H

#include "hexsim/answers.h"

/* ProjectApiResource */
void sim_write_project(const struct sim_project *project, bool has_sharing,
                       struct json_out *json);
int sim_answer_listing(const struct sim_request *request, struct arena *arena, struct buf *out);
/* {"reason": ...}; returns status. */
int sim_error(struct buf *out, int status, const char *reason);

#endif
