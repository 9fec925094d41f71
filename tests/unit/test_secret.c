#include "io/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static char huge[SECRET_MAX_BYTES + 2];

static const char *look_up(void *ctx, const char *name)
{
    (void)ctx;
    static const struct {
        const char *name;
        const char *value;
    } variables[] = {{"TOKEN", "hxtp_1"}, {"EMPTY", ""}, {"_X1", "${TOKEN}"}, {"HUGE", huge}};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (strcmp(name, variables[i].name) == 0) {
            return variables[i].value;
        }
    }
    return NULL;
}

static const struct secret_source variables_only = {.lookup = look_up};

static void test_replaces_references(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"", ""},
        {"plain $TOKEN {x} $", "plain $TOKEN {x} $"},
        {"${TOKEN}", "hxtp_1"},
        {"a${TOKEN}b${TOKEN}c", "ahxtp_1bhxtp_1c"},
        {"${EMPTY}", ""},
        {"${EMPTY:-x}", "x"},
        {"${NONE:-}", ""},
        {"${NONE:-a:-b $c}", "a:-b $c"},
        {"${TOKEN:-x}", "hxtp_1"},
        {"${_X1}", "${TOKEN}"}, /* once only */
        {"$${TOKEN}", "${TOKEN}"},
        {"$$${TOKEN}", "$${TOKEN}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str out;
        struct error err = ERROR_INIT;
        if (secret_expand(str_from(cases[i].in), &variables_only, &arena, &out, &err) != OK ||
            !str_is(out, cases[i].want)) {
            fail_msg("%s: got '%.*s' %s", cases[i].in, STR_ARG(out), err.message);
        }
    }
}

static void test_refuses_what_it_cannot_replace(void **state)
{
    (void)state;
    memset(huge, 'x', sizeof(huge) - 1);
    static const struct {
        const char *in;
        enum status want;
        const char *says;
    } cases[] = {
        {"${NONE}", ERR_CONFIG, "NONE is not set"},
        {"x ${TOKEN", ERR_CONFIG, "without its }"},
        {"${}", ERR_CONFIG, "not understood"},
        {"${A B}", ERR_CONFIG, "not understood"},
        {"${A:=x}", ERR_CONFIG, "not understood"},
        {"${1}", ERR_CONFIG, "not understood"},
        {"${HUGE}", ERR_LIMIT, "larger than 64 KiB"},
        {"${file:/etc/hostname}", ERR_CONFIG, "not allowed"},
        {"${file:}", ERR_CONFIG, "not allowed"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str out;
        struct error err = ERROR_INIT;
        enum status status =
            secret_expand(str_from(cases[i].in), &variables_only, &arena, &out, &err);
        if (status != cases[i].want || strstr(err.message, cases[i].says) == NULL) {
            fail_msg("%s: got %s '%s'", cases[i].in, status_name(status), err.message);
        }
    }
    const struct secret_source nothing = {.lookup = NULL};
    struct str out;
    assert_int_equal(secret_expand(STR("${TOKEN}"), &nothing, &arena, &out, NULL), ERR_CONFIG);
}

static char folder[] = "/tmp/hexmeta-secret-XXXXXX";

static void write_bytes(const char *name, const char *bytes, size_t n)
{
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    (void)fclose(file);
}

static void test_files(void **state)
{
    (void)state;
    static const char *const names[] = {"unix", "windows", "two", "none", "nul", "big", "pipe"};
    assert_non_null(mkdtemp(folder));
    memset(huge, 'x', sizeof(huge) - 1);
    write_bytes("unix", "secret\n", 7);
    write_bytes("windows", "secret\r\n", 8);
    write_bytes("two", "secret\n\n", 8);
    write_bytes("none", "", 0);
    write_bytes("nul", "a\0b", 3);
    write_bytes("big", huge, SECRET_MAX_BYTES + 1);
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);

    static const struct {
        const char *in;
        enum status want_status;
        const char *want; /* the value, or what the message says */
    } cases[] = {
        {"${file:unix}", OK, "secret"},
        {"${file:windows}", OK, "secret"},
        {"${file:two}", OK, "secret\n"},
        {"${file:none}", OK, ""},
        {"${file:nul}", ERR_CONFIG, "binary"},
        {"${file:big}", ERR_LIMIT, "larger than 64 KiB"},
        {"${file:pipe}", ERR_IO, "not a plain file"},
        {"${file:absent}", ERR_IO, "No such file"},
        {"${file:}", ERR_CONFIG, "names no file"},
    };
    const struct secret_source source = {.reads_files = true, .folder = str_from(folder)};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str out;
        struct error err = ERROR_INIT;
        enum status status = secret_expand(str_from(cases[i].in), &source, &arena, &out, &err);
        bool is_good = status == cases[i].want_status &&
                       (status == OK ? str_is(out, cases[i].want)
                                     : strstr(err.message, cases[i].want) != NULL);
        if (!is_good) {
            fail_msg("%s: got %s '%.*s' '%s'", cases[i].in, status_name(status), STR_ARG(out),
                     err.message);
        }
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void test_fingerprint(void **state)
{
    char text[SECRET_FINGERPRINT_SIZE];
    char other[SECRET_FINGERPRINT_SIZE];
    (void)state;
    /* sha256("saltsecret"), computed elsewhere */
    secret_fingerprint(STR("salt"), STR("secret"), text);
    assert_string_equal(text, "bede90386d450cea8b77b822f8887065");
    secret_fingerprint(STR("salt"), STR("Secret"), other);
    assert_string_not_equal(text, other);
    secret_fingerprint(STR("tlas"), STR("secret"), other);
    assert_string_not_equal(text, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_replaces_references, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_what_it_cannot_replace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test(test_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
