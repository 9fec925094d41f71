/*
 * server - HTTP in front of the simulated API: rates, faults, counts, the log.
 */
#ifndef OMSIM_SERVER_H
#define OMSIM_SERVER_H

#include "omsim/sim.h"

struct server;

struct server_options {
    const char *address;
    uint16_t port;        /* 0: any */
    const char *log_path; /* NULL: none */
};

/* Starts to answer. sim and traffic outlive it. *out is freed with server_free. */
enum status server_start(const struct server_options *options, struct sim *sim,
                         struct traffic *traffic, struct server **out,
                         struct error *err) WARN_UNUSED;
/* Its connections, owned by it. */
struct http_host *server_host(const struct server *server);
void server_free(struct server *server);

#endif
