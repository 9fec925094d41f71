#include "io/http_cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <curl/curl.h>

static void every_end_has_its_cause(void **state)
{
    static const struct {
        struct http_cause_facts facts;
        enum http_cause want;
    } cases[] = {
        {{CURLE_OK, 0, 0, true}, HTTP_CAUSE_NONE},
        {{CURLE_OK, 0, 200, true}, HTTP_CAUSE_NONE},
        {{CURLE_COULDNT_RESOLVE_HOST, 0, 0, false}, HTTP_CAUSE_NAME},
        {{CURLE_COULDNT_RESOLVE_PROXY, 0, 0, false}, HTTP_CAUSE_PROXY_NAME},
        {{CURLE_COULDNT_CONNECT, 0, 0, false}, HTTP_CAUSE_CONNECT},
        {{CURLE_OPERATION_TIMEDOUT, 0, 0, false}, HTTP_CAUSE_CONNECT_TIMEOUT},
        {{CURLE_OPERATION_TIMEDOUT, 0, 0, true}, HTTP_CAUSE_TIMEOUT},
        {{CURLE_RECV_ERROR, 0, 407, true}, HTTP_CAUSE_PROXY_PASSWORD},
        {{CURLE_RECV_ERROR, 0, 403, true}, HTTP_CAUSE_PROXY_REFUSED},
        {{CURLE_RECV_ERROR, 0, 200, true}, HTTP_CAUSE_CUT},
        {{CURLE_RECV_ERROR, 0, 0, true}, HTTP_CAUSE_CUT},
        {{CURLE_PEER_FAILED_VERIFICATION, 0, 0, true}, HTTP_CAUSE_TLS_WRONG_NAME},
        {{CURLE_PEER_FAILED_VERIFICATION, 1, 0, true}, HTTP_CAUSE_TLS_WRONG_NAME},
        {{CURLE_PEER_FAILED_VERIFICATION, 9, 0, true}, HTTP_CAUSE_TLS_NOT_YET_VALID},
        {{CURLE_PEER_FAILED_VERIFICATION, 10, 0, true}, HTTP_CAUSE_TLS_EXPIRED},
        {{CURLE_PEER_FAILED_VERIFICATION, 18, 0, true}, HTTP_CAUSE_TLS_SELF_SIGNED},
        {{CURLE_PEER_FAILED_VERIFICATION, 19, 0, true}, HTTP_CAUSE_TLS_UNKNOWN_CA},
        {{CURLE_PEER_FAILED_VERIFICATION, 20, 0, true}, HTTP_CAUSE_TLS_UNKNOWN_CA},
        {{CURLE_PEER_FAILED_VERIFICATION, 23, 0, true}, HTTP_CAUSE_TLS_UNTRUSTED},
        {{CURLE_PEER_FAILED_VERIFICATION, 62, 0, true}, HTTP_CAUSE_TLS_WRONG_NAME},
        {{CURLE_SSL_CACERT_BADFILE, 0, 0, false}, HTTP_CAUSE_CA_FILE},
        {{CURLE_SSL_CONNECT_ERROR, 0, 0, true}, HTTP_CAUSE_NOT_TLS},
        {{CURLE_UNSUPPORTED_PROTOCOL, 0, 0, true}, HTTP_CAUSE_NOT_HTTP},
        {{CURLE_GOT_NOTHING, 0, 0, true}, HTTP_CAUSE_CUT},
        {{CURLE_PARTIAL_FILE, 0, 0, true}, HTTP_CAUSE_CUT},
        {{CURLE_OUT_OF_MEMORY, 0, 0, false}, HTTP_CAUSE_OTHER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(http_cause_of(&cases[i].facts), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_has_its_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
