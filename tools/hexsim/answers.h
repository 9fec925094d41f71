/*
 * answers - the bodies of Hex's REST API for a synthetic workspace (Hex's OpenAPI file 1.0.0).
 */
#ifndef HEXSIM_ANSWERS_H
#define HEXSIM_ANSWERS_H

#include "base/json_out.h"
#include "hexsim/cells.h"

/* A query's parameter; STR_NULL when it is not there. */
typedef struct str sim_query_fn(void *ctx, const char *name);

struct sim_request {
    struct sim_workspace *workspace;
    struct str path; /* behind /api/v1, decoded */
    sim_query_fn *query;
    void *query_ctx;
    struct str body; /* of a POST */
    bool is_post;
    bool is_workspace_token;
    const char *base_url; /* "http://127.0.0.1:1234" */
};

/* Writes the answer's body and returns its status. */
int sim_answer(const struct sim_request *request, struct buf *out);

#endif
