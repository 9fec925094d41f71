#include "app/config_url.h"

#include <arpa/inet.h>
#include <string.h>

#define MAX_HOST_BYTES 253

/* The parts of an address while it is taken apart. */
struct parts {
    struct str host; /* without brackets */
    struct str port; /* STR_NULL: none */
    bool is_ipv6;
};

static enum status take_scheme(struct str *rest, struct config_url *out, struct error *err)
{
    if (str_starts_with_nocase(*rest, "https://")) {
        *rest = str_sub(*rest, 8, rest->n);
        return OK;
    }
    if (str_starts_with_nocase(*rest, "http://")) {
        out->is_http = true;
        *rest = str_sub(*rest, 7, rest->n);
        return OK;
    }
    if (str_contains(*rest, "://")) {
        return error_set(err, ERR_CONFIG, "the address must start with https://");
    }
    return OK;
}

static enum status take_host(struct str authority, struct parts *parts, struct error *err)
{
    if (authority.n > 0 && authority.p[0] == '[') {
        size_t end = str_find(authority, ']');
        if (end == SIZE_MAX) {
            return error_set(err, ERR_CONFIG, "the address has a [ without its ]");
        }
        parts->host = str_sub(authority, 1, end - 1);
        parts->is_ipv6 = true;
        authority = str_sub(authority, end + 1, authority.n);
        if (authority.n > 0 && authority.p[0] != ':') {
            return error_set(err, ERR_CONFIG, "only a port may follow the ] of the address");
        }
        parts->port = authority.n > 0 ? str_sub(authority, 1, authority.n) : STR_NULL;
        return OK;
    }
    size_t colon = str_find(authority, ':');
    if (colon != SIZE_MAX && colon != str_find_last(authority, ':')) {
        return error_set(err, ERR_CONFIG,
                         "an IPv6 address must stand in brackets: https://[::1]");
    }
    parts->host = str_sub(authority, 0, colon == SIZE_MAX ? authority.n : colon);
    parts->port = colon == SIZE_MAX ? STR_NULL : str_sub(authority, colon + 1, authority.n);
    return OK;
}

static enum status check_host(const struct parts *parts, struct error *err)
{
    if (parts->host.n == 0 || parts->host.n > MAX_HOST_BYTES) {
        return error_set(err, ERR_CONFIG, "the address names no host");
    }
    for (size_t i = 0; i < parts->host.n; i++) {
        char c = (char)(parts->host.p[i] | 0x20);
        bool is_letter =
            (c >= 'a' && c <= 'z') || (parts->host.p[i] >= '0' && parts->host.p[i] <= '9');
        bool is_other = strchr(parts->is_ipv6 ? ":." : "-._", parts->host.p[i]) != NULL;
        if (parts->host.p[i] == '\0' || (!is_letter && !is_other)) {
            return error_set(err, ERR_CONFIG, "'%.*s' is not the name of a host",
                             STR_ARG(parts->host));
        }
    }
    return OK;
}

static enum status read_port(const struct parts *parts, uint64_t *port, struct error *err)
{
    *port = 0;
    if (str_is_null(parts->port)) {
        return OK;
    }
    if (!str_to_u64(parts->port, port) || *port < 1 || *port > 65535) {
        return error_set(err, ERR_CONFIG, "the port must be between 1 and 65535, not '%.*s'",
                         (int)(parts->port.n > 40 ? 40 : parts->port.n), parts->port.p);
    }
    return OK;
}

static void judge_ipv4(struct in_addr address, struct config_url *out)
{
    uint32_t number = ntohl(address.s_addr);
    out->is_loopback = number >> 24 == 127;
    /* 169.254.0.0/16, and the metadata service of one cloud outside of it. */
    out->is_link_local = number >> 16 == 0xA9FE || number == 0x646464C8;
}

static void judge_ipv6(const struct in6_addr *address, struct config_url *out)
{
    static const unsigned char cloud[16] = {0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54};
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        struct in_addr inner;
        memcpy(&inner, address->s6_addr + 12, sizeof(inner));
        judge_ipv4(inner, out);
        return;
    }
    out->is_loopback = IN6_IS_ADDR_LOOPBACK(address);
    out->is_link_local =
        IN6_IS_ADDR_LINKLOCAL(address) || memcmp(address->s6_addr, cloud, sizeof(cloud)) == 0;
}

/* What kind of host: by its literal address, or by names that need no resolver. */
static enum status judge_host(const struct parts *parts, const char *host,
                              struct config_url *out, struct error *err)
{
    struct in_addr ipv4;
    struct in6_addr ipv6;
    if (parts->is_ipv6) {
        if (inet_pton(AF_INET6, host, &ipv6) != 1) {
            return error_set(err, ERR_CONFIG, "'[%s]' is not an IPv6 address", host);
        }
        judge_ipv6(&ipv6, out);
    } else if (inet_aton(host, &ipv4) != 0) {
        /* inet_aton also reads 2852039166 and 0xA9.0xFE.1.1, as the resolver does. */
        judge_ipv4(ipv4, out);
    } else {
        struct str name = str_from(host);
        out->is_loopback = str_is(name, "localhost") || str_ends_with(name, ".localhost");
        out->is_link_local = str_is(name, "metadata.google.internal") ||
                             str_is(name, "metadata.goog") || str_is(name, "metadata");
    }
    return OK;
}

static enum status put_together(const struct parts *parts, uint64_t port, struct arena *arena,
                                struct config_url *out, struct error *err)
{
    char *host = arena_cstr(arena, parts->host);
    if (host == NULL) {
        return error_nomem(err);
    }
    for (char *c = host; *c != '\0'; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
    }
    enum status status = judge_host(parts, host, out, err);
    if (status != OK) {
        return status;
    }
    const char *scheme = out->is_http ? "http" : "https";
    const char *open = parts->is_ipv6 ? "[" : "";
    const char *close = parts->is_ipv6 ? "]" : "";
    if (port == 0 || port == (out->is_http ? 80 : 443)) {
        status = arena_printf(arena, &out->url, "%s://%s%s%s", scheme, open, host, close);
    } else {
        status = arena_printf(arena, &out->url, "%s://%s%s%s:%u", scheme, open, host, close,
                              (unsigned)port);
    }
    return status == OK ? OK : error_nomem(err);
}

/* The path without trailing slashes, empty for those of the API. */
static struct str other_path(struct str path)
{
    while (path.n > 0 && path.p[path.n - 1] == '/') {
        path.n--;
    }
    bool is_api = str_eq_nocase(path, STR("/api")) || str_eq_nocase(path, STR("/api/v1"));
    return is_api ? str_sub(path, 0, 0) : path;
}

enum status config_url_parse(struct str text, struct arena *arena, struct config_url *out,
                             struct error *err)
{
    struct str rest = str_trim(text);
    struct parts parts = {.host = STR_NULL, .port = STR_NULL};
    uint64_t port = 0;
    *out = (struct config_url){.url = STR_NULL};
    enum status status = take_scheme(&rest, out, err);
    if (status != OK) {
        return status;
    }
    size_t end = 0;
    while (end < rest.n && strchr("/?#", rest.p[end]) == NULL) {
        end++;
    }
    struct str authority = str_sub(rest, 0, end);
    out->path = other_path(str_sub(rest, end, rest.n));
    if (str_find(authority, '@') != SIZE_MAX) {
        return error_set(err, ERR_CONFIG,
                         "the address must not hold a user or password (...@host)");
    }
    status = take_host(authority, &parts, err);
    if (status == OK) {
        status = check_host(&parts, err);
    }
    if (status == OK) {
        status = read_port(&parts, &port, err);
    }
    return status == OK ? put_together(&parts, port, arena, out, err) : status;
}
