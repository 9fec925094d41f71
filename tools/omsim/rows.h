/*
 * rows - the result of an operation on many entities: one row each, done or failed.
 */
#ifndef OMSIM_ROWS_H
#define OMSIM_ROWS_H

#include "omsim/call.h"

struct rows {
    json_t *done;
    json_t *failed;
    bool is_dry;
    bool is_two; /* 2.0 says more of each row */
};

/* No rows yet. */
void rows_init(struct rows *rows, const struct sim *sim, bool is_dry);
/* request (a name, or the whole request) is taken over. */
void rows_add_done(struct rows *rows, json_t *request, int status);
void rows_add_failed(struct rows *rows, json_t *request, int status, struct str message);
/* A BulkOperationResult; takes what the rows hold. */
void rows_answer(struct rows *rows, struct call *call, int status);

#endif
