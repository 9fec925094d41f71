/*
 * server - HTTP in front of the simulated API: tokens, rates, faults, log.
 *
 * One thread answers; the thread that calls http_host_wait lets delayed answers go.
 */
#ifndef HEXSIM_SERVER_H
#define HEXSIM_SERVER_H

#include "common/traffic.h"
#include "hexsim/api.h"

struct server;

struct server_token {
    struct str text;
    size_t user; /* whose it is: a place in the list of users */
};

struct server_options {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0: any */
    const struct server_token *tokens;
    size_t token_count;
    unsigned scopes;      /* of all tokens; scopes.h */
    const char *log_path; /* NULL: none */
};

/* Starts to answer. Workspace, API and traffic outlive it. *out is freed with server_free. */
enum status server_start(const struct server_options *options, struct workspace *workspace,
                         struct api *api, struct traffic *traffic, struct server **out,
                         struct error *err) WARN_UNUSED;
/* Its connections, owned by it. */
struct http_host *server_host(const struct server *server);
void server_free(struct server *server);

#endif
