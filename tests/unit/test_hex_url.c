#include "domain/hex_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char uuid[] = "019814d7-a5f1-7008-b413-872974a7a308";

static void finds_the_project_in_an_address(void **state)
{
    static const char *const addresses[] = {
        "https://app.hex.tech/acme/app/019814d7-a5f1-7008-b413-872974a7a308/latest",
        "https://app.hex.tech/acme/hex/019814D7-A5F1-7008-B413-872974A7A308/draft/logic",
        "http://127.0.0.1:4000/acme/hex/019814d7-a5f1-7008-b413-872974a7a308",
        "https://eu.hex.tech/acme/app/Weekly-revenue-030UbtEpvL5rit3JLHGzSS/latest?x=1#top",
        "https://acme.hex.tech/acme/hex/030UbtEpvL5rit3JLHGzSS/draft/app",
        "HTTPS://app.hex.tech/acme/app/--030UbtEpvL5rit3JLHGzSS",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct hex_url url;
        assert_true(hex_url_parse(str_from(addresses[i]), &url));
        assert_string_equal(url.project, uuid);
        assert_true(str_is_null(url.cell));
    }
}

static void finds_the_cell_that_is_selected(void **state)
{
    struct hex_url url;
    (void)state;
    assert_true(hex_url_parse(STR("https://app.hex.tech/a/hex/"
                                  "019814d7-a5f1-7008-b413-872974a7a308/draft/logic"
                                  "?view=x&selectedCellId=67c38da0&y=#z"),
                              &url));
    assert_string_equal(url.project, uuid);
    assert_true(str_is(url.cell, "67c38da0"));
}

static void knows_what_is_no_project(void **state)
{
    static const char *const others[] = {
        "",
        "Weekly revenue",
        "019814d7-a5f1-7008-b413-872974a7a308",
        "https://",
        "https://app.hex.tech",
        "https://app.hex.tech/acme/home",
        "https://app.hex.tech/acme/app",
        "https://app.hex.tech/acme/app/",
        "https://app.hex.tech/acme/app/019814d7-a5f1-7008-b413-872974a7a30",
        "https://app.hex.tech/acme/app/019814d7xa5f1-7008-b413-872974a7a308",
        "https://app.hex.tech/acme/app/Weekly_030UbtEpvL5rit3JLHGzSS",
        "https://app.hex.tech/acme/app/zzzzzzzzzzzzzzzzzzzzzz", /* over 128 bits */
        "ftp://app.hex.tech/acme/app/030UbtEpvL5rit3JLHGzSS",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct hex_url url;
        assert_false(hex_url_parse(str_from(others[i]), &url));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_project_in_an_address),
        cmocka_unit_test(finds_the_cell_that_is_selected),
        cmocka_unit_test(knows_what_is_no_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
