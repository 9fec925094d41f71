#include "hex/diagnosis_text.h"

#include "hex/decode.h"
#include "hex/diagnosis.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_BYTES ((size_t)8192)

/*
 * In the texts: {url}, {host} and {name} (without port) of Hex, {what} was asked for, {scope}
 * that it needs, {status} of the answer, {said} and {page} Hex's words and a page's title (with
 * what goes before them; nothing without), {trace} Hex's name for the request, {detail} the
 * library's words, {target} of a redirect, {wait} when to come back, {proxy} a sentence about
 * the environment's proxy or nothing.
 */
static const struct {
    const char *name;
    enum status code;
    const char *cause;
    const char *remedy;
} texts[DIAGNOSIS_COUNT] = {
    [DIAGNOSIS_FINE] = {"fine", OK, "", ""},
    [DIAGNOSIS_NAME_UNKNOWN] =
        {"name_unknown", ERR_NETWORK, "The name of {host} cannot be resolved.",
         "Check the spelling of hostPort (https://app.hex.tech, https://eu.hex.tech, or "
         "https://COMPANY.hex.tech) and that this machine has DNS.{proxy}"},
    [DIAGNOSIS_REFUSED] = {"refused", ERR_NETWORK, "Nobody answers at {host}: {detail}.",
                           "Check host and port of hostPort, and whether a firewall lets this "
                           "machine out.{proxy}"},
    [DIAGNOSIS_CONNECT_TIMEOUT] =
        {"connect_timeout", ERR_NETWORK, "No connection to {host} came about in time.",
         "A firewall may drop the packets: ask for access to {host}, or set HTTPS_PROXY to the "
         "proxy of this network.{proxy}"},
    [DIAGNOSIS_PROXY_NAME_UNKNOWN] = {"proxy_name_unknown", ERR_NETWORK,
                                      "The name of the proxy cannot be resolved.",
                                      "Correct the proxy in the environment (HTTPS_PROXY), or "
                                      "name {name} in NO_PROXY.{proxy}"},
    [DIAGNOSIS_PROXY_PASSWORD] =
        {"proxy_password", ERR_NETWORK,
         "A proxy stands between this machine and Hex and wants a user and password (407).",
         "Give them in the environment: HTTPS_PROXY=http://USER:PASSWORD@PROXY:PORT (for an "
         "http:// address http_proxy), or ask for a way around it and name {name} in "
         "NO_PROXY.{proxy}"},
    [DIAGNOSIS_PROXY_REFUSED] =
        {"proxy_refused", ERR_NETWORK, "The proxy does not let us through to {host}: {detail}.",
         "Ask who runs the proxy to allow {host}, or name another one in HTTPS_PROXY.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_EXPIRED] =
        {"certificate_expired", ERR_NETWORK, "The TLS certificate of {host} has expired.",
         "Check the clock of this machine; when it is right, whoever runs {host} (or a proxy "
         "before it) must renew the certificate.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_EARLY] =
        {"certificate_not_yet_valid", ERR_NETWORK,
         "The TLS certificate of {host} is not valid yet.",
         "Check the clock of this machine: it is probably slow.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_SELF_SIGNED] =
        {"certificate_self_signed", ERR_NETWORK,
         "The TLS certificate of {host} is self-signed: nobody vouches for it.",
         "When this is your own Hex (or your company's proxy), save the certificate as a PEM "
         "file and name it in hexmeta.caFile. Hex's own hosts never have such a "
         "certificate.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_UNKNOWN_CA] =
        {"certificate_unknown_ca", ERR_NETWORK,
         "The TLS certificate of {host} is signed by an authority that this machine does not "
         "know ({detail}).",
         "A company's own authority, or a proxy that looks into TLS: get its certificate as a "
         "PEM file and name it in hexmeta.caFile. On a bare machine install the package "
         "ca-certificates.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_WRONG_NAME] =
        {"certificate_wrong_name", ERR_NETWORK,
         "The TLS certificate is another host's, not {host}'s: {detail}.",
         "Write hostPort with the name that the certificate has, not with an address or an "
         "alias.{proxy}"},
    [DIAGNOSIS_CERTIFICATE_UNTRUSTED] =
        {"certificate_untrusted", ERR_NETWORK,
         "The TLS certificate of {host} is not trusted: {detail}.",
         "Whoever runs {host} must repair it; an authority of your own is named in "
         "hexmeta.caFile.{proxy}"},
    [DIAGNOSIS_CA_FILE] =
        {"ca_file", ERR_NETWORK, "The file of hexmeta.caFile cannot be used: {detail}.",
         "Name a readable PEM file with the authority's certificate in hexmeta.caFile, or take "
         "the setting out."},
    [DIAGNOSIS_NOT_TLS] =
        {"not_tls", ERR_NETWORK, "{host} does not speak TLS on this port: {detail}.",
         "Check the port of hostPort: the one for https is wanted (443 when none is named). "
         "Only a Hex of your own may be reached by http://.{proxy}"},
    [DIAGNOSIS_WANTS_TLS] =
        {"wants_tls", ERR_NETWORK,
         "{host} does not take plain http: it ends the connection, as a port for https does.",
         "Write https:// instead of http:// in hostPort."},
    [DIAGNOSIS_NOT_HTTP] = {"not_http", ERR_NETWORK,
                            "What answers at {host} does not speak HTTP.",
                            "Check host and port of hostPort: another service listens there."},
    [DIAGNOSIS_ADDRESS_REFUSED] =
        {"address_refused", ERR_NETWORK,
         "{host} leads to a link-local or cloud metadata address, which hexmeta refuses.",
         "Check hostPort, and who answers DNS for this machine."},
    [DIAGNOSIS_WEB_PAGE] =
        {"web_page", ERR_NETWORK,
         "A web page{page} came from {url} instead of an answer of Hex's API ({status}).",
         "Set hostPort to the address where you work in Hex: https://app.hex.tech, "
         "https://eu.hex.tech or https://COMPANY.hex.tech, without www.{proxy}"},
    [DIAGNOSIS_LOGIN_PAGE] =
        {"login_page", ERR_NETWORK,
         "A login page{page} came from {url} instead of an answer of Hex's API.",
         "Something stands before Hex and wants a person to log in (single sign-on, a captive "
         "network, a gateway): let this machine's requests to /api pass it, or set hostPort to "
         "the address of Hex itself.{proxy}"},
    [DIAGNOSIS_BLOCK_PAGE] =
        {"block_page", ERR_NETWORK,
         "A filter or proxy answered with a page{page} instead of Hex ({status}).",
         "Ask who runs this network's proxy or firewall to allow {host} for this "
         "machine.{proxy}"},
    [DIAGNOSIS_REDIRECT] = {"redirect", ERR_NETWORK,
                            "{url} redirects to {target}; the token is not sent there.",
                            "If {target} is your Hex, write that in hostPort."},
    [DIAGNOSIS_REDIRECT_LOGIN] =
        {"redirect_login", ERR_NETWORK,
         "{url} redirects to a login at {target}: something stands before Hex and wants a "
         "person to log in.",
         "Let this machine's requests to /api pass the login (single sign-on, gateway), or set "
         "hostPort to the address of Hex itself.{proxy}"},
    [DIAGNOSIS_REDIRECT_HTTPS] = {"redirect_https", ERR_NETWORK, "{url} redirects to https.",
                                  "Write {target} in hostPort."},
    [DIAGNOSIS_WRONG_PATH] =
        {"wrong_path", ERR_NETWORK,
         "There is no Hex API at {url}/api/v1: the answer is 404{said}.",
         "Set hostPort to the address of Hex alone, without a path and without www: "
         "https://app.hex.tech, https://eu.hex.tech or https://COMPANY.hex.tech."},
    [DIAGNOSIS_NOT_JSON] =
        {"not_json", ERR_NETWORK, "What came for {what} is not JSON: {detail}.",
         "Check that hostPort is the address of Hex and no other service, and that no proxy "
         "changes answers.{proxy}"},
    [DIAGNOSIS_NOT_HEX] = {"not_hex", ERR_NETWORK,
                           "What came for {what} is JSON, but not Hex's: {detail}.",
                           "Check that hostPort is the address of Hex and no other service."},
    [DIAGNOSIS_UNREACHABLE] = {"unreachable", ERR_NETWORK,
                               "{host} cannot be reached: {detail}.",
                               "Check hostPort and the network.{proxy}"},
    [DIAGNOSIS_DOWN] = {"down", ERR_NETWORK,
                        "Hex has trouble: asked for {what}, it answered {status}{said}{trace}.",
                        "Nothing is wrong on this side: look at Hex's status page and try "
                        "again later. If it lasts, give the trace id to Hex's support."},
    [DIAGNOSIS_CUT] = {"cut", ERR_NETWORK, "The answer broke off while {what} came: {detail}.",
                       "Try again; if it happens again, a proxy or firewall cuts connections "
                       "to {host}.{proxy}"},
    [DIAGNOSIS_SLOW] =
        {"slow", ERR_NETWORK,
         "{host} took a connection, but is too slow to answer (asked for {what}).",
         "Try again later; if it stays so, look at Hex's status page and at proxies in "
         "between.{proxy}"},
    [DIAGNOSIS_RATE_LIMITED] =
        {"rate_limited", ERR_RATE,
         "Hex answers no more requests of this token for now (429, too many){said}.",
         "Wait {wait} and try again. If other programs use the same token, give hexmeta one of "
         "its own or lower hexmeta.requestsPerMinute."},
    [DIAGNOSIS_PERSONAL_TOKEN_REFUSED] =
        {"token_refused", ERR_AUTH,
         "Hex does not accept the personal token (401){said}: it has expired, was revoked, or "
         "belongs to another Hex than {host}.",
         "Make a new one in Hex under Settings, API keys (personal ones live 7 to 120 days), "
         "and check that hostPort is where it was made."},
    [DIAGNOSIS_WORKSPACE_TOKEN_REFUSED] =
        {"token_refused", ERR_AUTH,
         "Hex does not accept the workspace token (401){said}: it has expired, was revoked, or "
         "belongs to another Hex than {host}.",
         "An admin makes a new one in Hex under Settings, API keys, Workspace tokens; check "
         "that hostPort is where it was made."},
    [DIAGNOSIS_NO_HEX_TOKEN_REFUSED] =
        {"no_hex_token", ERR_AUTH,
         "Hex does not accept the token (401){said}, and it does not look like one: Hex's "
         "begin with hxtp_ (personal) or hxtw_ (workspace).",
         "Copy the whole token from Hex (Settings, API keys) again, without quotes and without "
         "'Bearer'."},
    [DIAGNOSIS_PERSONAL_FORBIDDEN] =
        {"forbidden", ERR_FORBIDDEN, "Hex does not let this token read {what} (403){said}.",
         "A personal token may do what its user may: an admin of the workspace can give the "
         "user a role and access, or take a workspace token with the scope '{scope}'."},
    [DIAGNOSIS_WORKSPACE_FORBIDDEN] =
        {"forbidden", ERR_FORBIDDEN, "Hex does not let this token read {what} (403){said}.",
         "An admin ticks the scope '{scope}' for this token in Hex under Settings, API keys, "
         "Workspace tokens (or makes a new token with it)."},
    [DIAGNOSIS_ALL_FORBIDDEN] =
        {"all_forbidden", ERR_FORBIDDEN,
         "Hex knows the token but lets it read nothing: neither {what} nor anything else "
         "(403){said}.",
         "The API may be disabled for the workspace, or not part of its plan (Team or "
         "Enterprise): an admin sees both in Hex under Settings. Otherwise the token has no "
         "scope: 'Projects: Read', 'Data connections: Read' and 'Cells: Read' are needed."},
    [DIAGNOSIS_TIER] = {"tier", ERR_FORBIDDEN,
                        "The workspace's plan does not include {what}{said}.",
                        "Nothing to repair: it needs Hex's Enterprise plan."},
    [DIAGNOSIS_NOT_FOUND] =
        {"not_found", ERR_NOT_FOUND,
         "Asked for {what}, Hex says that there is none (404){said}.",
         "Try again: it may have been deleted a moment ago. If it stays so, this Hex is too "
         "old for that request."},
    [DIAGNOSIS_REJECTED] =
        {"rejected", ERR_REJECTED, "Hex rejects the request for {what} with {status}{said}.",
         "That is a request which hexmeta should not have sent: please report it."},
    [DIAGNOSIS_TOO_LARGE] =
        {"too_large", ERR_LIMIT, "The answer to the request for {what} is too large: {detail}.",
         "Check that hostPort is the address of Hex; if it is, please report it."},
};

/* ---- filling in ---- */

static const char *const nouns[HEX_CALL_COUNT] = {
    [HEX_CALL_ME] = "the token's owner",
    [HEX_CALL_PROJECTS] = "the list of projects",
    [HEX_CALL_PROJECT] = "a project's metadata",
    [HEX_CALL_CONNECTIONS] = "data connections",
    [HEX_CALL_COLLECTIONS] = "collections",
    [HEX_CALL_USERS] = "users",
    [HEX_CALL_GROUPS] = "groups",
    [HEX_CALL_EXPORT] = "a notebook's export",
    [HEX_CALL_CELLS] = "a notebook's cells",
    [HEX_CALL_RUNS] = "a project's runs",
    [HEX_CALL_QUERIED_TABLES] = "queried tables",
    [HEX_CALL_IMAGE] = "a chart's picture",
};

static void put_wait(struct buf *out, int64_t wait_ms)
{
    int64_t seconds = (wait_ms + 999) / 1000;
    if (wait_ms < 0) {
        (void)buf_append_cstr(out, "a minute");
    } else {
        (void)buf_printf(out, "%" PRId64 " second%s", seconds, seconds == 1 ? "" : "s");
    }
}

static void put_page(struct buf *out, const struct diagnosis_facts *facts)
{
    struct str title = diagnosis_page_title(facts->body);
    if (!str_is_null(title)) {
        (void)buf_printf(out, " titled '%.*s'", STR_ARG(title));
    }
}

/* Without the mark that the sentence around it has. */
static struct str without_end_mark(struct str text)
{
    text = str_trim(text);
    while (text.n > 0 && strchr(".,:?", text.p[text.n - 1]) != NULL) {
        text.n--;
    }
    return text;
}

static void put_said(struct buf *out, const struct diagnosis_facts *facts)
{
    struct buf words;
    buf_init(&words, TEXT_BYTES);
    decode_error_body(facts->content_type, facts->body, &words);
    if (words.size > 0) {
        struct str text = without_end_mark(str_sub(buf_str(&words), 0, 300));
        (void)buf_printf(out, ", saying '%.*s'", STR_ARG(text));
    }
    buf_free(&words);
}

/* The part behind what the sentence around it has said already. */
static void put_detail(struct buf *out, const char *words)
{
    static const char *const said[] = {
        " cannot be reached: ", " is not trusted: ", " answer is not JSON: "};
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        const char *behind = strstr(words, said[i]);
        words = behind != NULL ? behind + strlen(said[i]) : words;
    }
    const char *question = strstr(words, ": is this the address");
    size_t n = question != NULL ? (size_t)(question - words) : strlen(words);
    (void)buf_append_str(out, without_end_mark(str_from_n(words, n)));
}

static struct str host_of(struct str url)
{
    struct str origin = diagnosis_origin(url);
    size_t slash = str_find_last(origin, '/');
    return slash == SIZE_MAX ? origin : str_sub(origin, slash + 1, SIZE_MAX);
}

static void put_field(struct buf *out, struct str name, const struct diagnosis_facts *facts)
{
    if (str_is(name, "url")) {
        (void)buf_append_str(out, facts->host_url);
    } else if (str_is(name, "host")) {
        (void)buf_append_str(out, host_of(facts->host_url));
    } else if (str_is(name, "name")) {
        struct str host = host_of(facts->host_url);
        (void)buf_append_str(out, str_sub(host, 0, str_find_last(host, ':')));
    } else if (str_is(name, "what")) {
        (void)buf_append_cstr(out, nouns[facts->call]);
    } else if (str_is(name, "scope")) {
        (void)buf_append_cstr(out, diagnosis_scope(facts->call));
    } else if (str_is(name, "status")) {
        (void)buf_printf(out, "%d", facts->http_status);
    } else if (str_is(name, "said")) {
        put_said(out, facts);
    } else if (str_is(name, "trace") && !str_is_empty(facts->trace_id)) {
        (void)buf_printf(out, " (trace id %.*s)", STR_ARG(str_sub(facts->trace_id, 0, 64)));
    } else if (str_is(name, "page")) {
        put_page(out, facts);
    } else if (str_is(name, "detail")) {
        put_detail(out, facts->words);
    } else if (str_is(name, "target")) {
        (void)buf_append_str(out, diagnosis_origin(facts->redirect));
    } else if (str_is(name, "wait")) {
        put_wait(out, facts->retry_after_ms);
    } else if (str_is(name, "proxy") && !str_is_empty(facts->proxy)) {
        (void)buf_printf(out, " The environment names the proxy %.*s.", STR_ARG(facts->proxy));
    }
}

static enum status fill(const char *template, const struct diagnosis_facts *facts,
                        struct arena *arena, struct str *out)
{
    struct buf text;
    struct str rest = str_from(template);
    buf_init(&text, TEXT_BYTES);
    while (rest.n > 0) {
        size_t open = str_find(rest, '{');
        (void)buf_append_str(&text, str_sub(rest, 0, open));
        rest = str_sub(rest, open, SIZE_MAX);
        size_t close = str_find(rest, '}');
        if (close != SIZE_MAX) {
            put_field(&text, str_sub(rest, 1, close - 1), facts);
            rest = str_sub(rest, close + 1, SIZE_MAX);
        }
    }
    enum status status = buf_status(&text);
    if (status == OK) {
        status = arena_str(arena, buf_str(&text), out);
    }
    buf_free(&text);
    return status;
}

enum status diagnosis_make(const struct diagnosis_facts *facts, struct arena *arena,
                           struct diagnosis *out, struct error *err)
{
    *out = (struct diagnosis){.kind = diagnosis_kind_of(facts)};
    out->code = texts[out->kind].code;
    if (fill(texts[out->kind].cause, facts, arena, &out->cause) != OK ||
        fill(texts[out->kind].remedy, facts, arena, &out->remedy) != OK) {
        return error_nomem(err);
    }
    return OK;
}

const char *diagnosis_name(enum diagnosis_kind kind)
{
    return texts[kind].name;
}

const char *diagnosis_scope(enum hex_call call)
{
    static const char *const scopes[HEX_CALL_COUNT] = {
        [HEX_CALL_ME] = "Users: Read",
        [HEX_CALL_PROJECTS] = "Projects: Read",
        [HEX_CALL_PROJECT] = "Projects: Read",
        [HEX_CALL_CONNECTIONS] = "Data connections: Read",
        [HEX_CALL_COLLECTIONS] = "Collections: Read",
        [HEX_CALL_USERS] = "Users: Read",
        [HEX_CALL_GROUPS] = "Groups: Read",
        [HEX_CALL_EXPORT] = "Cells: Read",
        [HEX_CALL_CELLS] = "Cells: Read",
        [HEX_CALL_RUNS] = "Projects: Read",
        [HEX_CALL_QUERIED_TABLES] = "Projects: Read project queried tables",
        [HEX_CALL_IMAGE] = "Projects: Read",
    };
    return scopes[call];
}
