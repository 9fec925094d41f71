/*
 * diagnosis - what a failed request to OpenMetadata (or to whoever answered instead) means to
 * a person: what happened, and what to do about it. Pure.
 */
#ifndef OM_DIAGNOSIS_H
#define OM_DIAGNOSIS_H

#include "base/buf.h"
#include "base/error.h"
#include "io/http_cause.h"

/* What is known of one request; views of the caller's. */
struct om_facts {
    struct str url;      /* of the API: "https://om.example.com/api" */
    struct error err;    /* the request's, code not OK */
    int http_status;     /* 0: no answer */
    enum http_cause why; /* of no answer */
    struct str redirect; /* where a redirect leads to */
    bool is_page;        /* the body is HTML */
    bool is_stranger;    /* an answer in JSON that is not OpenMetadata's */
    bool has_token;      /* one was shown */
};

struct om_diagnosis {
    const char *cause;  /* "refused": stable, for programs. Static, as all here */
    enum status code;   /* for the exit status: ERR_NETWORK when OpenMetadata is not reached */
    const char *remedy; /* a sentence or two */
};

/* What kind of failure it is, and what to do about it. */
struct om_diagnosis om_diagnose(const struct om_facts *facts);
/* Appends what happened, as a sentence. */
void om_diagnosis_write(const struct om_facts *facts, struct buf *out);

#endif
