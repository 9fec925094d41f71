#include "hex/diagnosis.h"

#include "hex/decode.h"
#include "hex/diagnosis_text.h"

#include <string.h>

/* Of a page only the beginning is looked at: what it is stands there. */
#define PAGE_BYTES 8192
#define TITLE_BYTES 100

enum diagnosis_token diagnosis_token_of(struct str token)
{
    return str_starts_with(token, "hxtp_")   ? DIAGNOSIS_TOKEN_PERSONAL
           : str_starts_with(token, "hxtw_") ? DIAGNOSIS_TOKEN_WORKSPACE
                                             : DIAGNOSIS_TOKEN_OTHER;
}

/* ---- web pages ---- */

/* Where needle (lower case) begins in s, whatever the case there; SIZE_MAX: nowhere. */
static size_t find_nocase(struct str s, const char *needle)
{
    struct str wanted = str_from(needle);
    for (size_t i = 0; i + wanted.n <= s.n; i++) {
        if (str_eq_nocase(str_sub(s, i, wanted.n), wanted)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool has_any(struct str s, const char *const *needles)
{
    for (size_t i = 0; needles[i] != NULL; i++) {
        if (find_nocase(s, needles[i]) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static bool is_page(const struct diagnosis_facts *facts)
{
    return str_starts_with_nocase(facts->content_type, "text/html") ||
           str_starts_with(str_trim(facts->body), "<");
}

struct str diagnosis_page_title(struct str body)
{
    struct str page = str_sub(body, 0, PAGE_BYTES);
    size_t start = find_nocase(page, "<title");
    if (start == SIZE_MAX) {
        return STR_NULL;
    }
    page = str_sub(page, start, SIZE_MAX);
    size_t open = str_find(page, '>');
    if (open == SIZE_MAX) {
        return STR_NULL;
    }
    page = str_sub(page, open + 1, SIZE_MAX);
    size_t end = str_find(page, '<');
    struct str title = str_trim(str_sub(page, 0, end == SIZE_MAX ? page.n : end));
    return title.n == 0 ? STR_NULL : str_sub(title, 0, TITLE_BYTES);
}

/*
 * A page never comes from Hex's API. Those of a filter and of a login are told apart by their
 * words: in the title of any page, in the text of one that comes with an error.
 */
static enum diagnosis_kind page_kind(const struct diagnosis_facts *facts)
{
    static const char *const block_words[] = {
        "blocked",        "access denied", "squid",      "zscaler",  "forcepoint", "fortiguard",
        "content filter", "web filter",    "web policy", "firewall", "web proxy",  NULL};
    static const char *const login_words[] = {"log in",  "login",          "sign in", "signin",
                                              "sign-on", "authentication", NULL};
    struct str text = str_sub(facts->body, 0, PAGE_BYTES);
    struct str title = diagnosis_page_title(facts->body);
    bool is_error = facts->http_status >= 400;
    if (find_nocase(text, "https port") != SIZE_MAX && facts->http_status == 400) {
        return DIAGNOSIS_WANTS_TLS;
    }
    if (has_any(title, block_words) || (is_error && has_any(text, block_words))) {
        return DIAGNOSIS_BLOCK_PAGE;
    }
    if (has_any(title, login_words) || find_nocase(text, "type=\"password\"") != SIZE_MAX) {
        return DIAGNOSIS_LOGIN_PAGE;
    }
    if (facts->http_status >= 500) {
        return DIAGNOSIS_DOWN;
    }
    return facts->http_status == 404   ? DIAGNOSIS_WRONG_PATH
           : facts->http_status == 403 ? DIAGNOSIS_BLOCK_PAGE
                                       : DIAGNOSIS_WEB_PAGE;
}

/* ---- answers ---- */

/* "https://host:port" of an address. */
struct str diagnosis_origin(struct str url)
{
    size_t scheme = find_nocase(url, "://");
    if (scheme == SIZE_MAX) {
        return url;
    }
    size_t n = scheme + 3;
    while (n < url.n && strchr("/?#", url.p[n]) == NULL) {
        n++;
    }
    return str_sub(url, 0, n);
}

static enum diagnosis_kind redirect_kind(const struct diagnosis_facts *facts)
{
    static const char *const login_words[] = {"login", "signin", "sign-in", "sso",
                                              "saml",  "oauth",  "auth",    NULL};
    struct str from = facts->host_url;
    struct str to = diagnosis_origin(facts->redirect);
    if (str_starts_with_nocase(from, "http:") && str_starts_with_nocase(to, "https:") &&
        str_eq_nocase(str_sub(from, 5, SIZE_MAX), str_sub(to, 6, SIZE_MAX))) {
        return DIAGNOSIS_REDIRECT_HTTPS;
    }
    return has_any(facts->redirect, login_words) ? DIAGNOSIS_REDIRECT_LOGIN
                                                 : DIAGNOSIS_REDIRECT;
}

static enum diagnosis_kind transport_kind(const struct diagnosis_facts *facts)
{
    bool is_plain = str_starts_with_nocase(facts->host_url, "http:");
    switch (facts->cause) {
    case HTTP_CAUSE_NAME:
        return DIAGNOSIS_NAME_UNKNOWN;
    case HTTP_CAUSE_CONNECT:
        return DIAGNOSIS_REFUSED;
    case HTTP_CAUSE_CONNECT_TIMEOUT:
        return DIAGNOSIS_CONNECT_TIMEOUT;
    case HTTP_CAUSE_PROXY_NAME:
        return DIAGNOSIS_PROXY_NAME_UNKNOWN;
    case HTTP_CAUSE_PROXY_PASSWORD:
        return DIAGNOSIS_PROXY_PASSWORD;
    case HTTP_CAUSE_PROXY_REFUSED:
        return DIAGNOSIS_PROXY_REFUSED;
    case HTTP_CAUSE_TLS_EXPIRED:
        return DIAGNOSIS_CERTIFICATE_EXPIRED;
    case HTTP_CAUSE_TLS_NOT_YET_VALID:
        return DIAGNOSIS_CERTIFICATE_EARLY;
    case HTTP_CAUSE_TLS_SELF_SIGNED:
        return DIAGNOSIS_CERTIFICATE_SELF_SIGNED;
    case HTTP_CAUSE_TLS_UNKNOWN_CA:
        return DIAGNOSIS_CERTIFICATE_UNKNOWN_CA;
    case HTTP_CAUSE_TLS_WRONG_NAME:
        return DIAGNOSIS_CERTIFICATE_WRONG_NAME;
    case HTTP_CAUSE_TLS_UNTRUSTED:
        return DIAGNOSIS_CERTIFICATE_UNTRUSTED;
    case HTTP_CAUSE_CA_FILE:
        return DIAGNOSIS_CA_FILE;
    case HTTP_CAUSE_NOT_TLS:
        return DIAGNOSIS_NOT_TLS;
    case HTTP_CAUSE_NOT_HTTP:
        return is_plain ? DIAGNOSIS_WANTS_TLS : DIAGNOSIS_NOT_HTTP;
    case HTTP_CAUSE_TIMEOUT:
        return DIAGNOSIS_SLOW;
    case HTTP_CAUSE_CUT:
        /* To the first question, so do servers that expect TLS and hear HTTP. */
        return is_plain && facts->body.n == 0 && facts->call == HEX_CALL_ME
                   ? DIAGNOSIS_WANTS_TLS
                   : DIAGNOSIS_CUT;
    case HTTP_CAUSE_TOO_LARGE:
        return DIAGNOSIS_TOO_LARGE;
    case HTTP_CAUSE_ADDRESS_REFUSED:
        return DIAGNOSIS_ADDRESS_REFUSED;
    case HTTP_CAUSE_NONE:
    case HTTP_CAUSE_OTHER:
        break;
    }
    return DIAGNOSIS_UNREACHABLE;
}

static enum diagnosis_kind forbidden_kind(const struct diagnosis_facts *facts)
{
    if (decode_is_tier_message(facts->body)) {
        return DIAGNOSIS_TIER;
    }
    if (facts->is_everything_refused) {
        return DIAGNOSIS_ALL_FORBIDDEN;
    }
    return facts->token == DIAGNOSIS_TOKEN_PERSONAL ? DIAGNOSIS_PERSONAL_FORBIDDEN
                                                    : DIAGNOSIS_WORKSPACE_FORBIDDEN;
}

static enum diagnosis_kind unauthorized_kind(const struct diagnosis_facts *facts)
{
    static const enum diagnosis_kind kinds[] = {
        [DIAGNOSIS_TOKEN_PERSONAL] = DIAGNOSIS_PERSONAL_TOKEN_REFUSED,
        [DIAGNOSIS_TOKEN_WORKSPACE] = DIAGNOSIS_WORKSPACE_TOKEN_REFUSED,
        [DIAGNOSIS_TOKEN_OTHER] = DIAGNOSIS_NO_HEX_TOKEN_REFUSED};
    return kinds[facts->token];
}

/* Those that ask for one project and not for something of the workspace. */
static bool is_about_object(enum hex_call call)
{
    return call == HEX_CALL_PROJECT || call == HEX_CALL_EXPORT || call == HEX_CALL_CELLS ||
           call == HEX_CALL_RUNS || call == HEX_CALL_QUERIED_TABLES || call == HEX_CALL_IMAGE;
}

static enum diagnosis_kind status_kind(const struct diagnosis_facts *facts)
{
    switch (facts->http_status) {
    case 401:
        return unauthorized_kind(facts);
    case 403:
        return forbidden_kind(facts);
    case 404:
    case 410:
        return is_about_object(facts->call) ? DIAGNOSIS_NOT_FOUND : DIAGNOSIS_WRONG_PATH;
    case 429:
        return DIAGNOSIS_RATE_LIMITED;
    default:
        return facts->http_status >= 500 ? DIAGNOSIS_DOWN : DIAGNOSIS_REJECTED;
    }
}

enum diagnosis_kind diagnosis_kind_of(const struct diagnosis_facts *facts)
{
    if (facts->code == OK) {
        return DIAGNOSIS_FINE;
    }
    if (facts->http_status == 0) {
        return transport_kind(facts);
    }
    if (facts->http_status == 407) {
        return DIAGNOSIS_PROXY_PASSWORD;
    }
    if (facts->http_status >= 300 && facts->http_status < 400) {
        return redirect_kind(facts);
    }
    if (is_page(facts)) {
        return page_kind(facts);
    }
    if (facts->http_status < 300) {
        return facts->is_json ? DIAGNOSIS_NOT_HEX : DIAGNOSIS_NOT_JSON;
    }
    return status_kind(facts);
}

bool diagnosis_is_address(enum diagnosis_kind kind)
{
    return kind >= DIAGNOSIS_NAME_UNKNOWN && kind <= DIAGNOSIS_UNREACHABLE;
}
