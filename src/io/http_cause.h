/*
 * http_cause - why no answer came, as a name that a program can act upon. Pure.
 *
 * The only place besides http_client that knows the HTTP library's numbers. A cause is for
 * telling people; whether a request is repeated is http_policy's decision.
 */
#ifndef IO_HTTP_CAUSE_H
#define IO_HTTP_CAUSE_H

#include <stdbool.h>

enum http_cause {
    HTTP_CAUSE_NONE,              /* an answer came, whatever its status */
    HTTP_CAUSE_NAME,              /* the host's name is not known */
    HTTP_CAUSE_CONNECT,           /* nobody listens there, or no way leads there */
    HTTP_CAUSE_CONNECT_TIMEOUT,   /* not even a connection in time */
    HTTP_CAUSE_PROXY_NAME,        /* the proxy's name is not known */
    HTTP_CAUSE_PROXY_PASSWORD,    /* the proxy wants to know who asks: 407 */
    HTTP_CAUSE_PROXY_REFUSED,     /* the proxy opens no way to this host */
    HTTP_CAUSE_TLS_EXPIRED,       /* the certificate's time is over */
    HTTP_CAUSE_TLS_NOT_YET_VALID, /* its time has not begun: mostly a wrong clock */
    HTTP_CAUSE_TLS_SELF_SIGNED,   /* it vouches for itself */
    HTTP_CAUSE_TLS_UNKNOWN_CA,    /* signed by somebody whom this machine does not know */
    HTTP_CAUSE_TLS_WRONG_NAME,    /* it is another host's */
    HTTP_CAUSE_TLS_UNTRUSTED,     /* any other reason not to trust it */
    HTTP_CAUSE_CA_FILE,           /* our own file of certificates cannot be used */
    HTTP_CAUSE_NOT_TLS,           /* the other end does not speak TLS, or not ours */
    HTTP_CAUSE_NOT_HTTP,          /* what came is no HTTP */
    HTTP_CAUSE_TIMEOUT,           /* connected, but no (whole) answer in time */
    HTTP_CAUSE_CUT,               /* the connection broke before the answer's end */
    HTTP_CAUSE_TOO_LARGE,         /* more than the limit of the request */
    HTTP_CAUSE_ADDRESS_REFUSED,   /* link-local or cloud metadata: we refuse */
    HTTP_CAUSE_OTHER
};

/* What the HTTP library says of a transfer that has ended. */
struct http_cause_facts {
    int code;           /* CURLcode */
    long verify_result; /* of the certificate, OpenSSL's X509_V_ERR_ numbers; 0: fine */
    long proxy_status;  /* the proxy's last answer to CONNECT; 0: none */
    bool has_connected;
};

/* HTTP_CAUSE_NONE for a transfer that went well. */
enum http_cause http_cause_of(const struct http_cause_facts *facts);

#endif
