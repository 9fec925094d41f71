/*
 * session - an HTTP client and what goes with every request to Hex or to OpenMetadata: address,
 * authorization and pace, as a configuration says.
 *
 * A session refers to the configuration, which outlives it. Close it also when opening failed:
 * what came of it is freed, and the authorization wiped.
 */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/config.h"
#include "hex/api.h"
#include "om/api.h"

struct session_hex {
    struct hex_api api;
    struct buf authorization;
};

/*
 * patience: clock, requests at once, timeouts and limits of a request. A retry_budget_ms of 0
 * is the configuration's, and what concerns TLS and names is filled in.
 */
enum status session_open_hex(const struct config *config,
                             const struct http_client_options *patience,
                             struct session_hex *out, struct error *err) WARN_UNUSED;
void session_close_hex(struct session_hex *session);

struct session_om {
    struct om_api api;
    struct buf authorization;
    struct http_header *headers; /* the configuration's extraHeaders */
};

/* As session_open_hex. Without a token of its own a configuration has no authorization. */
enum status session_open_om(const struct config *config,
                            const struct http_client_options *patience, struct session_om *out,
                            struct error *err) WARN_UNUSED;
void session_close_om(struct session_om *session);

#endif
