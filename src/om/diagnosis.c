#include "om/diagnosis.h"

#include <string.h>

enum kind {
    KIND_NAME,
    KIND_REFUSED,
    KIND_CONNECT_TIMEOUT,
    KIND_PROXY,
    KIND_CLOCK,
    KIND_AUTHORITY,
    KIND_WRONG_NAME,
    KIND_CA_FILE,
    KIND_NOT_TLS,
    KIND_NOT_HTTP,
    KIND_ADDRESS_REFUSED,
    KIND_SLOW,
    KIND_UNREACHABLE,
    KIND_REDIRECT,
    KIND_PAGE,
    KIND_WRONG_PATH,
    KIND_STRANGER,
    KIND_DOWN,
    KIND_BUSY,
    KIND_NO_TOKEN,
    KIND_TOKEN,
    KIND_FORBIDDEN,
    KIND_REJECTED
};

#define API_ADDRESS                                                                            \
    "Set hostPort to the address of OpenMetadata's API, which ends in /api: "                  \
    "http://localhost:8585/api, https://HOST/api, or behind a proxy with a path "              \
    "https://HOST/PATH/api."
#define AUTHORITY "workflowConfig.openMetadataServerConfig.sslConfig.caCertificate"
#define TOKEN                                                                                  \
    "the token of ingestion-bot (in OpenMetadata: Settings, Bots, ingestion-bot) "             \
    "in workflowConfig.openMetadataServerConfig.securityConfig.jwtToken"

static const struct om_diagnosis diagnoses[] = {
    [KIND_NAME] = {"name_unknown", ERR_NETWORK,
                   "Check the spelling of hostPort, and that this machine has DNS. In a "
                   "container, localhost is the container itself."},
    [KIND_REFUSED] = {"refused", ERR_NETWORK,
                      "Check host and port of hostPort (OpenMetadata's own port is 8585), and "
                      "that the server runs. In a container, localhost is the container "
                      "itself."},
    [KIND_CONNECT_TIMEOUT] =
        {"connect_timeout", ERR_NETWORK,
         "Check host and port of hostPort; a firewall may drop the packets "
         "of this machine."},
    [KIND_PROXY] = {"proxy", ERR_NETWORK,
                    "Correct the proxy in the environment (HTTPS_PROXY, or http_proxy for an "
                    "http:// address), or name OpenMetadata's host in NO_PROXY."},
    [KIND_CLOCK] = {"certificate_time", ERR_NETWORK,
                    "Check the clock of this machine; when it is right, whoever runs the "
                    "server must renew the certificate."},
    [KIND_AUTHORITY] = {"certificate_untrusted", ERR_NETWORK,
                        "Save the certificate of the authority that signed the server's as a "
                        "PEM file, name it in " AUTHORITY " and set verifySSL: validate."},
    [KIND_WRONG_NAME] = {"certificate_wrong_name", ERR_NETWORK,
                         "Write hostPort with the name that the certificate has, not with an "
                         "address or an alias."},
    [KIND_CA_FILE] = {"ca_file", ERR_NETWORK,
                      "Name a readable PEM file with the authority's certificate in " AUTHORITY
                      ", or take the setting out."},
    [KIND_NOT_TLS] = {"not_tls", ERR_NETWORK,
                      "Write http:// in hostPort, or the port at which the server takes "
                      "https."},
    [KIND_NOT_HTTP] = {"not_http", ERR_NETWORK,
                       "Check host and port of hostPort: another service listens there, or one "
                       "that wants https://."},
    [KIND_ADDRESS_REFUSED] = {"address_refused", ERR_NETWORK,
                              "Check hostPort, and who answers DNS for this machine."},
    [KIND_SLOW] = {"slow", ERR_NETWORK,
                   "Look at the server's load and log, and at proxies in between; then try "
                   "again."},
    [KIND_UNREACHABLE] = {"unreachable", ERR_NETWORK, "Check hostPort and the network."},
    [KIND_REDIRECT] = {"redirect", ERR_NETWORK,
                       "When that is your OpenMetadata, write it in hostPort, with /api at the "
                       "end. When it is a login before OpenMetadata, let this machine's "
                       "requests to /api pass it."},
    [KIND_PAGE] = {"web_page", ERR_NETWORK,
                   API_ADDRESS " When a gateway before OpenMetadata wants a person to log in, "
                               "let this machine's requests to /api pass it."},
    [KIND_WRONG_PATH] = {"wrong_path", ERR_NETWORK, API_ADDRESS},
    [KIND_STRANGER] = {"not_openmetadata", ERR_NETWORK, API_ADDRESS},
    [KIND_DOWN] = {"down", ERR_NETWORK,
                   "Nothing is wrong on this side: see in the server's log whether "
                   "OpenMetadata, its database and its search run, and try again."},
    [KIND_BUSY] = {"rate_limited", ERR_RATE,
                   "Wait a minute and try again; a gateway before OpenMetadata limits "
                   "requests."},
    [KIND_NO_TOKEN] = {"no_token", ERR_AUTH, "Put " TOKEN "."},
    [KIND_TOKEN] = {"token_refused", ERR_AUTH,
                    "Put " TOKEN "; when it has expired or was revoked, generate a new one "
                    "there."},
    [KIND_FORBIDDEN] = {"forbidden", ERR_FORBIDDEN,
                        "Give the bot the role of OpenMetadata's ingestion bots. When the "
                        "answer is not OpenMetadata's, something before it refuses: let this "
                        "machine's requests to /api pass."},
    [KIND_REJECTED] = {"rejected", ERR_REJECTED, API_ADDRESS},
};

static enum kind transport_kind(enum http_cause why)
{
    static const enum kind kinds[] = {
        [HTTP_CAUSE_NONE] = KIND_UNREACHABLE,
        [HTTP_CAUSE_NAME] = KIND_NAME,
        [HTTP_CAUSE_CONNECT] = KIND_REFUSED,
        [HTTP_CAUSE_CONNECT_TIMEOUT] = KIND_CONNECT_TIMEOUT,
        [HTTP_CAUSE_PROXY_NAME] = KIND_PROXY,
        [HTTP_CAUSE_PROXY_PASSWORD] = KIND_PROXY,
        [HTTP_CAUSE_PROXY_REFUSED] = KIND_PROXY,
        [HTTP_CAUSE_TLS_EXPIRED] = KIND_CLOCK,
        [HTTP_CAUSE_TLS_NOT_YET_VALID] = KIND_CLOCK,
        [HTTP_CAUSE_TLS_SELF_SIGNED] = KIND_AUTHORITY,
        [HTTP_CAUSE_TLS_UNKNOWN_CA] = KIND_AUTHORITY,
        [HTTP_CAUSE_TLS_WRONG_NAME] = KIND_WRONG_NAME,
        [HTTP_CAUSE_TLS_UNTRUSTED] = KIND_AUTHORITY,
        [HTTP_CAUSE_CA_FILE] = KIND_CA_FILE,
        [HTTP_CAUSE_NOT_TLS] = KIND_NOT_TLS,
        [HTTP_CAUSE_NOT_HTTP] = KIND_NOT_HTTP,
        [HTTP_CAUSE_TIMEOUT] = KIND_SLOW,
        [HTTP_CAUSE_CUT] = KIND_UNREACHABLE,
        [HTTP_CAUSE_TOO_LARGE] = KIND_STRANGER,
        [HTTP_CAUSE_ADDRESS_REFUSED] = KIND_ADDRESS_REFUSED,
        [HTTP_CAUSE_OTHER] = KIND_UNREACHABLE,
    };
    return kinds[why];
}

static enum kind kind_of(const struct om_facts *facts)
{
    int http_status = facts->http_status;
    if (http_status == 0) {
        return transport_kind(facts->why);
    }
    if (http_status == 407) {
        return KIND_PROXY;
    }
    if (http_status >= 500) {
        return KIND_DOWN;
    }
    if (http_status >= 300 && http_status < 400) {
        return KIND_REDIRECT;
    }
    if (facts->is_page) {
        return KIND_PAGE;
    }
    if (http_status < 300) {
        return KIND_STRANGER;
    }
    switch (http_status) {
    case 401:
        return facts->has_token ? KIND_TOKEN : KIND_NO_TOKEN;
    case 403:
        return KIND_FORBIDDEN;
    case 404:
        return KIND_WRONG_PATH;
    case 429:
        return KIND_BUSY;
    default:
        return KIND_REJECTED;
    }
}

struct om_diagnosis om_diagnose(const struct om_facts *facts)
{
    return diagnoses[kind_of(facts)];
}

/* "https://host:port" of an address: what follows may be somebody's secret. */
static struct str origin_of(struct str url)
{
    size_t n = 0;
    for (int slashes = 0; n < url.n; n++) {
        slashes += url.p[n] == '/';
        if (slashes == 3 || url.p[n] == '?' || url.p[n] == '#') {
            break;
        }
    }
    return str_sub(url, 0, n);
}

void om_diagnosis_write(const struct om_facts *facts, struct buf *out)
{
    struct str target = origin_of(facts->redirect);
    switch (kind_of(facts)) {
    case KIND_REDIRECT:
        (void)buf_printf(out, "%.*s redirects to %.*s; the token is not sent there.",
                         STR_ARG(facts->url), STR_ARG(target));
        break;
    case KIND_PAGE:
        (void)buf_printf(out,
                         "A web page came from %.*s instead of an answer of OpenMetadata's API "
                         "(%d).",
                         STR_ARG(facts->url), facts->http_status);
        break;
    case KIND_WRONG_PATH:
        (void)buf_printf(out, "There is no API of OpenMetadata at %.*s: the answer is 404.",
                         STR_ARG(facts->url));
        break;
    case KIND_STRANGER:
        (void)buf_printf(out, "What answers at %.*s is not OpenMetadata's API.",
                         STR_ARG(facts->url));
        break;
    case KIND_NO_TOKEN:
        (void)buf_append_cstr(out, "The configuration has no token for OpenMetadata, which "
                                   "does not answer without (401).");
        break;
    default:
        (void)buf_append_cstr(out, facts->err.message);
        (void)buf_append_cstr(out, str_ends_with(buf_str(out), ".") ? "" : ".");
    }
}
