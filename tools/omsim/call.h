/*
 * call - one request being answered: what was asked, by whom, and the answer to be.
 *
 * Knows nothing of sockets: the server fills it in, and the control endpoint makes calls of
 * its own.
 */
#ifndef OMSIM_CALL_H
#define OMSIM_CALL_H

#include "common/http_host.h"
#include "omsim/sim.h"

#define CALL_MAX_HEADERS 8

struct call {
    struct sim *sim;
    struct arena *arena;
    const char *method;
    struct str path;      /* as it came, encoded, without the query */
    struct str *segments; /* decoded, behind /api/v1 */
    size_t segment_count;
    const struct http_argument *arguments;
    size_t argument_count;
    struct str body;
    struct str content_type;
    struct str if_match;
    struct str token;
    struct actor actor;   /* user NULL: nobody known */
    json_t *json;         /* the body, nulls taken out; owned */
    bool has_null_source; /* lineageDetails.source was an explicit null */

    int status;
    const char *answer_type;
    struct buf answer;
    struct http_argument headers[CALL_MAX_HEADERS];
    size_t header_count;
    struct str endpoint; /* for counting: ids and names replaced */
};

/* path is cut at its slashes and decoded. Arguments, body and headers are set by the caller. */
void call_init(struct call *call, struct sim *sim, struct arena *arena, const char *method,
               struct str path);
/* Frees the answer, too, unless its bytes were taken. */
void call_free(struct call *call);

/* Whether the method is this one. */
bool call_is(const struct call *call, const char *method);
/* The last value of an argument; STR_NULL. */
struct str call_argument(const struct call *call, const char *name);
/* Whether the argument is "true". */
bool call_flag(const struct call *call, const char *name);
/* Whether this is the only segment from `at` on. */
bool call_rest_is(const struct call *call, size_t at, const char *only);

/* One more header of the answer. */
void call_header(struct call *call, const char *name, struct str value);
/* Answers with a value, which is taken over. */
void call_answer(struct call *call, int status, json_t *value);
void call_answer_text(struct call *call, int status, const char *text);
/* Answers with {"code", "message"}. */
void call_fail(struct call *call, int status, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same for what was refused; a broken schema is put down as a violation. */
void call_refuse(struct call *call, const struct refusal *why);
/* Puts down that the request, or a row of it, broke its schema. */
void call_note_violation(struct call *call, struct str message);
/* Parses the body; false after an answer of 400 or 415. */
bool call_read_json(struct call *call, const char *content_type);
/* One that says nothing yet. */
struct refusal call_refusal(const struct call *call);

#endif
