/*
 * control - the paths below /_sim: fill the server, look at it, break it, while it runs.
 */
#ifndef OMSIM_CONTROL_H
#define OMSIM_CONTROL_H

#include "omsim/call.h"

struct control {
    struct sim *sim;
    struct traffic *traffic;
    struct map *counts; /* requests by endpoint */
    int64_t writes;     /* requests that were no GET */
    int log_fd;         /* -1: none */
};

/* Answers one call below /_sim. */
void control_answer(struct control *control, struct call *call);

#endif
