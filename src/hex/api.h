/*
 * api - the requests of Hex's public REST API that an importer needs, one function for all.
 *
 * Knows paths, parameters and limits (Hex API 1.0.0; docs/hex.md); decode.h knows the answers.
 * Owns nothing of the network: the http_client, the paces and the token belong to the caller
 * and outlive it. Same thread as the http_client.
 */
#ifndef HEX_API_H
#define HEX_API_H

#include "io/http_client.h"
#include "io/json.h"

enum hex_call {
    HEX_CALL_ME,             /* GET /users/me */
    HEX_CALL_PROJECTS,       /* GET /projects, oldest first, with everything */
    HEX_CALL_PROJECT,        /* GET /projects/{project} */
    HEX_CALL_CONNECTIONS,    /* GET /data-connections */
    HEX_CALL_COLLECTIONS,    /* GET /collections */
    HEX_CALL_USERS,          /* GET /users */
    HEX_CALL_GROUPS,         /* GET /groups */
    HEX_CALL_EXPORT,         /* POST /projects/export {project, version} */
    HEX_CALL_CELLS,          /* GET /cells?projectId= */
    HEX_CALL_RUNS,           /* GET /projects/{project}/runs, newest 100 */
    HEX_CALL_QUERIED_TABLES, /* GET /projects/{project}/queriedTables */
    HEX_CALL_IMAGE,          /* GET /projects/{project}/runs/{run}/cells/{cell}/image */
    HEX_CALL_COUNT
};

struct hex_api {
    struct http_client *client;
    struct http_pace *pace;         /* of all calls */
    struct http_pace *picture_pace; /* Hex: 20 pictures a minute, within the pace of all */
    struct str api_url;             /* "https://app.hex.tech/api/v1" */
    struct str authorization;       /* "Bearer hxtp_..." */
};

/*
 * The answer. On success err->code is OK and document is the parsed body, which is freed when
 * the function returns. Otherwise err says what Hex said, in a sentence, and answer->status
 * its code (0: no answer).
 */
typedef void hex_done_fn(void *ctx, const struct http_answer *answer,
                         const struct json *document, const struct error *err);

struct hex_request {
    enum hex_call call;
    struct str project; /* id, where the path wants it */
    struct str run;
    struct str cell;
    struct str cursor;  /* STR_NULL: the first page */
    struct str version; /* of HEX_CALL_EXPORT: "draft" or "latest" */
    hex_done_fn *done;
    void *ctx;
};

/*
 * Copies what it needs; done is called once, from http_client_run. Run the client until
 * nothing is pending before freeing it: a request holds memory until its done was called.
 */
enum status hex_api_send(const struct hex_api *api, const struct hex_request *request,
                         struct error *err) WARN_UNUSED;

/* "projects", "export", ...: for messages and counters. Static memory. */
const char *hex_call_name(enum hex_call call);

#endif
