/*
 * control - the paths below /_sim: change the workspace, look at it, while it is served.
 */
#ifndef HEXSIM_CONTROL_H
#define HEXSIM_CONTROL_H

#include "base/map.h"
#include "common/traffic.h"
#include "hexsim/api.h"

struct control {
    struct workspace *workspace;
    struct traffic *traffic;
    struct map *counts;   /* requests by endpoint */
    const char *log_path; /* NULL: none */
    int log_fd;
};

/* Answers one request below /_sim. */
void control_answer(struct control *control, const struct api_request *request,
                    struct api_answer *answer);

#endif
