#include "app/connection_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The environment of the case that runs: NAME=VALUE, NULL at the end. */
static char **environment;

static char *value_of(const char *name)
{
    size_t n = strlen(name);
    for (char **entry = environment; *entry != NULL; entry++) {
        if (strncmp(*entry, name, n) == 0 && (*entry)[n] == '=') {
            return *entry + n + 1;
        }
    }
    return NULL;
}

static void the_proxy_is_named_without_its_password(void **state)
{
    static const struct {
        const char *url;
        const char *entries[3];
        const char *want; /* NULL: none */
    } cases[] = {
        {"https://app.hex.tech", {NULL}, NULL},
        {"https://app.hex.tech", {"HTTPS_PROXY=http://me:secret@proxy:3128/"}, "proxy:3128"},
        {"https://app.hex.tech", {"https_proxy=proxy.lan:80", "HTTPS_PROXY=x"}, "proxy.lan:80"},
        {"https://app.hex.tech", {"HTTPS_PROXY=", "ALL_PROXY=socks5://s:1"}, "s:1"},
        {"https://app.hex.tech", {"http_proxy=proxy:1"}, NULL},
        {"http://localhost:80", {"http_proxy=proxy:1"}, "proxy:1"},
        {"http://localhost:80", {"HTTP_PROXY=proxy:1"}, NULL}, /* nor does libcurl */
        {"https://app.hex.tech", {"HTTPS_PROXY=p:1", "NO_PROXY=a.b, .hex.tech"}, NULL},
        {"https://app.hex.tech", {"HTTPS_PROXY=p:1", "NO_PROXY=HEX.tech"}, NULL},
        {"https://app.hex.tech", {"HTTPS_PROXY=p:1", "no_proxy=*"}, NULL},
        {"https://app.hex.tech", {"HTTPS_PROXY=p:1", "no_proxy=ex.tech,,"}, "p:1"},
        {"https://hex.tech:444", {"HTTPS_PROXY=p:1", "no_proxy=hex.tech"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *copies[4] = {NULL};
        for (size_t e = 0; e < 3 && cases[i].entries[e] != NULL; e++) {
            copies[e] = strdup(cases[i].entries[e]);
        }
        environment = copies;
        struct str got = connection_test_proxy(str_from(cases[i].url), value_of);
        if (!str_eq(got, str_from(cases[i].want))) {
            print_error("%s %s: '%.*s'\n", cases[i].url,
                        cases[i].entries[0] != NULL ? cases[i].entries[0] : "", STR_ARG(got));
        }
        assert_true(str_eq(got, str_from(cases[i].want)));
        for (size_t e = 0; e < 3; e++) {
            free(copies[e]);
        }
    }
}

static void the_pace_says_how_many_projects_an_hour(void **state)
{
    static const struct {
        int64_t per_minute;
        int64_t per_hour;
        int64_t want;
    } cases[] = {
        {60, 1800, 600}, {20, 0, 400}, {0, 1800, 600}, {10, 1800, 200}, {0, 0, INT64_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct config config = {.requests_per_minute = cases[i].per_minute,
                                      .requests_per_hour = cases[i].per_hour};
        assert_int_equal(connection_test_projects_per_hour(&config), cases[i].want);
    }
}

static void what_failed_decides_the_exit_code(void **state)
{
    static const struct {
        enum status code;
        enum exit_code want;
    } cases[] = {
        {OK, EXIT_CODE_OK},
        {ERR_AUTH, EXIT_CODE_AUTH},
        {ERR_FORBIDDEN, EXIT_CODE_AUTH},
        {ERR_NETWORK, EXIT_CODE_UNREACHABLE},
        {ERR_RATE, EXIT_CODE_UNREACHABLE},
        {ERR_NOT_FOUND, EXIT_CODE_FAILED},
        {ERR_REJECTED, EXIT_CODE_FAILED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct probe_summary summary = {.code = cases[i].code};
        assert_int_equal(connection_test_exit_code(&summary), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_proxy_is_named_without_its_password),
        cmocka_unit_test(the_pace_says_how_many_projects_an_hour),
        cmocka_unit_test(what_failed_decides_the_exit_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
