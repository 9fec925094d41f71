/*
 * virtual_client - http_client.h without a network: linked in place of http_client.c.
 *
 * Which request goes when, and what becomes of it, is http_queue's and http_policy's business
 * as in the real client. What is not real is the flight: requests reach a virtual_hex after a
 * moment, answers come back after another, and the clock (a struct clock_fake) jumps to
 * whatever happens next.
 */
#ifndef TESTS_VIRTUAL_CLIENT_H
#define TESTS_VIRTUAL_CLIENT_H

#include "io/http_client.h"
#include "virtual_hex.h"

/* Where all requests go, whatever their host. Outlives the client. */
void virtual_client_connect(struct http_client *client, struct virtual_hex *hex);

#endif
