/*
 * server - serves a synthetic workspace over HTTP on one thread.
 */
#ifndef HEXSIM_SERVER_H
#define HEXSIM_SERVER_H

#include "hexsim/model.h"

#include <stdio.h>

struct sim_server_options {
    struct sim_workspace *workspace;
    unsigned port;     /* 0: any free one */
    const char *token; /* personal */
    const char *workspace_token;
    bool refuses_exports; /* 403 on export */
    FILE *log;            /* one JSON object a request; NULL: none */
};

struct sim_server;

/* Serves from a thread of its own until it is stopped. */
enum status sim_server_start(const struct sim_server_options *options, struct sim_server **out,
                             struct error *err) WARN_UNUSED;
unsigned sim_server_port(const struct sim_server *server);
void sim_server_stop(struct sim_server *server);

#endif
