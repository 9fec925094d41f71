/*
 * api - requests to OpenMetadata's REST API: addresses, headers, bodies, and what its errors
 * say.
 *
 * OpenMetadata has no quota of requests: a 429 makes the request wait that got it, and no
 * other. Owns nothing of the network: the http_client and the token belong to the caller and
 * outlive it. Same thread as the http_client.
 */
#ifndef OM_API_H
#define OM_API_H

#include "io/http_client.h"
#include "io/json.h"

struct om_api {
    struct http_client *client;
    struct str url;                  /* "https://om.example.com/api" */
    struct str authorization;        /* "Bearer eyJ..." */
    const struct http_header *extra; /* extraHeaders */
    size_t extra_count;
};

/*
 * The answer. On success err->code is OK and document is the parsed body (NULL when it is no
 * JSON: some answers are empty), freed when the function returns. Otherwise err says what
 * OpenMetadata said, in a sentence.
 */
typedef void om_done_fn(void *ctx, const struct http_answer *answer,
                        const struct json *document, const struct error *err);

struct om_request {
    const char *method;
    struct str path; /* "/v1/dashboards?limit=100", encoded */
    struct str body; /* JSON; STR_NULL: none */
    bool is_patch;   /* the body is an RFC 6902 patch */
    bool repeats;    /* a failed attempt may be repeated; GET always may */
    om_done_fn *done;
    void *ctx;
};

/*
 * Copies what it needs; done is called once, from http_client_run. Run the client until
 * nothing is pending before freeing it.
 */
enum status om_api_send(const struct om_api *api, const struct om_request *request,
                        struct error *err) WARN_UNUSED;

/* Appends "/" and s as one segment of a path. */
void om_path_segment(struct buf *path, struct str s);

/* True when the server may or may not have done what was asked: find out by reading. */
bool om_is_answer_lost(const struct error *err);

#endif
