#include "io/http_cause.h"

#include <curl/curl.h>

/* X509_V_ERR_ numbers: fixed by OpenSSL's interface, so that its headers are not needed. */
#define CERT_UNSPECIFIED 1
#define CERT_UNABLE_TO_GET_ISSUER 2
#define CERT_NOT_YET_VALID 9
#define CERT_HAS_EXPIRED 10
#define CERT_SELF_SIGNED 18
#define CERT_SELF_SIGNED_IN_CHAIN 19
#define CERT_NO_LOCAL_ISSUER 20
#define CERT_NO_FIRST_SIGNATURE 21
#define CERT_UNTRUSTED 27
#define CERT_HOSTNAME_MISMATCH 62
#define CERT_ADDRESS_MISMATCH 64

/*
 * A chain that is fine while the library still refuses: the name in it is another's. libcurl
 * leaves the result at "unspecified" then, as it was before the handshake.
 */
static enum http_cause certificate_cause(long verify_result)
{
    switch (verify_result) {
    case 0:
    case CERT_UNSPECIFIED:
    case CERT_HOSTNAME_MISMATCH:
    case CERT_ADDRESS_MISMATCH:
        return HTTP_CAUSE_TLS_WRONG_NAME;
    case CERT_NOT_YET_VALID:
        return HTTP_CAUSE_TLS_NOT_YET_VALID;
    case CERT_HAS_EXPIRED:
        return HTTP_CAUSE_TLS_EXPIRED;
    case CERT_SELF_SIGNED:
        return HTTP_CAUSE_TLS_SELF_SIGNED;
    case CERT_UNABLE_TO_GET_ISSUER:
    case CERT_SELF_SIGNED_IN_CHAIN:
    case CERT_NO_LOCAL_ISSUER:
    case CERT_NO_FIRST_SIGNATURE:
    case CERT_UNTRUSTED:
        return HTTP_CAUSE_TLS_UNKNOWN_CA;
    default:
        return HTTP_CAUSE_TLS_UNTRUSTED;
    }
}

enum http_cause http_cause_of(const struct http_cause_facts *facts)
{
    if (facts->code != CURLE_OK && facts->proxy_status == 407) {
        return HTTP_CAUSE_PROXY_PASSWORD;
    }
    if (facts->code != CURLE_OK && facts->proxy_status >= 300) {
        return HTTP_CAUSE_PROXY_REFUSED;
    }
    switch ((CURLcode)facts->code) {
    case CURLE_OK:
        return HTTP_CAUSE_NONE;
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_CAUSE_NAME;
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_CAUSE_PROXY_NAME;
    case CURLE_COULDNT_CONNECT:
        return HTTP_CAUSE_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return facts->has_connected ? HTTP_CAUSE_TIMEOUT : HTTP_CAUSE_CONNECT_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
        return certificate_cause(facts->verify_result);
    case CURLE_SSL_ISSUER_ERROR:
        return HTTP_CAUSE_TLS_UNKNOWN_CA;
    case CURLE_SSL_CACERT_BADFILE:
        return HTTP_CAUSE_CA_FILE;
    case CURLE_SSL_CONNECT_ERROR:
        return HTTP_CAUSE_NOT_TLS;
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: bytes without a status line */
    case CURLE_WEIRD_SERVER_REPLY:
        return HTTP_CAUSE_NOT_HTTP;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return HTTP_CAUSE_CUT;
    default:
        return HTTP_CAUSE_OTHER;
    }
}
