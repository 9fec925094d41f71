/*
 * diagnosis - what an answer of Hex (or of whoever answered instead) means to a person: what
 * happened, and what to do about it.
 *
 * Pure: the facts of one request in, two texts out. hex/probe asks; this judges.
 */
#ifndef HEX_DIAGNOSIS_H
#define HEX_DIAGNOSIS_H

#include "base/arena.h"
#include "hex/api.h"

enum diagnosis_kind {
    DIAGNOSIS_FINE,
    /* The address: whoever answers there, it is not Hex's API. */
    DIAGNOSIS_NAME_UNKNOWN,
    DIAGNOSIS_REFUSED,
    DIAGNOSIS_CONNECT_TIMEOUT,
    DIAGNOSIS_PROXY_NAME_UNKNOWN,
    DIAGNOSIS_PROXY_PASSWORD,
    DIAGNOSIS_PROXY_REFUSED,
    DIAGNOSIS_CERTIFICATE_EXPIRED,
    DIAGNOSIS_CERTIFICATE_EARLY,
    DIAGNOSIS_CERTIFICATE_SELF_SIGNED,
    DIAGNOSIS_CERTIFICATE_UNKNOWN_CA,
    DIAGNOSIS_CERTIFICATE_WRONG_NAME,
    DIAGNOSIS_CERTIFICATE_UNTRUSTED,
    DIAGNOSIS_CA_FILE,
    DIAGNOSIS_NOT_TLS,
    DIAGNOSIS_WANTS_TLS,
    DIAGNOSIS_NOT_HTTP,
    DIAGNOSIS_ADDRESS_REFUSED,
    DIAGNOSIS_WEB_PAGE,
    DIAGNOSIS_LOGIN_PAGE,
    DIAGNOSIS_BLOCK_PAGE,
    DIAGNOSIS_REDIRECT,
    DIAGNOSIS_REDIRECT_LOGIN,
    DIAGNOSIS_REDIRECT_HTTPS,
    DIAGNOSIS_WRONG_PATH,
    DIAGNOSIS_NOT_JSON,
    DIAGNOSIS_NOT_HEX,
    DIAGNOSIS_UNREACHABLE,
    /* Trouble that may pass. */
    DIAGNOSIS_DOWN,
    DIAGNOSIS_CUT,
    DIAGNOSIS_SLOW,
    DIAGNOSIS_RATE_LIMITED,
    /* The token, and what it may do. */
    DIAGNOSIS_PERSONAL_TOKEN_REFUSED,
    DIAGNOSIS_WORKSPACE_TOKEN_REFUSED,
    DIAGNOSIS_NO_HEX_TOKEN_REFUSED,
    DIAGNOSIS_PERSONAL_FORBIDDEN,
    DIAGNOSIS_WORKSPACE_FORBIDDEN,
    DIAGNOSIS_ALL_FORBIDDEN,
    DIAGNOSIS_TIER,
    /* One object. */
    DIAGNOSIS_NOT_FOUND,
    DIAGNOSIS_REJECTED,
    DIAGNOSIS_TOO_LARGE,
    DIAGNOSIS_COUNT
};

enum diagnosis_token {
    DIAGNOSIS_TOKEN_PERSONAL,
    DIAGNOSIS_TOKEN_WORKSPACE,
    DIAGNOSIS_TOKEN_OTHER
};

/* What is known of one request; views of the caller's. */
struct diagnosis_facts {
    enum hex_call call;
    struct str host_url; /* "https://app.hex.tech" */
    struct str proxy;    /* that the environment names, without password; STR_NULL: none */
    enum diagnosis_token token;
    enum status code;  /* the request's; OK: FINE */
    const char *words; /* the request's error, in words */
    int http_status;   /* 0: no answer */
    enum http_cause cause;
    struct str content_type;
    struct str body;
    bool is_json; /* the body was parsed */
    struct str redirect;
    struct str trace_id;
    int64_t retry_after_ms;     /* -1: not named */
    bool is_everything_refused; /* 403, and so were the requests before */
};

struct diagnosis {
    enum diagnosis_kind kind;
    enum status code; /* for the exit code: ERR_NETWORK when Hex is not reached, ... */
    struct str cause; /* a sentence or two: what happened */
    struct str remedy;
};

/* By its public prefix: hxtp_, hxtw_. */
enum diagnosis_token diagnosis_token_of(struct str token);

/* The kind alone. */
enum diagnosis_kind diagnosis_kind_of(const struct diagnosis_facts *facts);
/* Fills *out, texts in arena; FINE has none. ERR_NOMEM. */
enum status diagnosis_make(const struct diagnosis_facts *facts, struct arena *arena,
                           struct diagnosis *out, struct error *err) WARN_UNUSED;

/* True when the address is to blame: no use to ask anything else there. */
bool diagnosis_is_address(enum diagnosis_kind kind);
/* "token_refused": stable, for programs. Static memory. */
const char *diagnosis_name(enum diagnosis_kind kind);
/* What Hex's settings call the permission that a call needs: "Projects: Read". Static. */
const char *diagnosis_scope(enum hex_call call);

#endif
