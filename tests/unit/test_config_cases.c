/* Runs tests/cases/config: what a configuration file is answered with. */
#include "app/config.h"
#include "case_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_SETS 16

static struct arena arena;
static char folder[] = "/tmp/hexmeta-config-XXXXXX";

/* Variables are those of the case, never the machine's. */
static const char *look_up(void *ctx, const char *name)
{
    const struct test_case *one = ctx;
    static const char *const keys[] = {"env", "secret"};
    for (size_t k = 0; k < 2; k++) {
        struct str value = case_header(one, keys[k], 0);
        for (size_t i = 0; !str_is_null(value); value = case_header(one, keys[k], ++i)) {
            size_t equals = str_find(value, '=');
            if (str_is(str_sub(value, 0, equals), name)) {
                return arena_cstr(&arena, str_sub(value, equals + 1, value.n));
            }
        }
    }
    return NULL;
}

/* "file: NAME content" beside the configuration; "file: NAME repeat 70000" of that size. */
static void write_file(struct str header)
{
    char path[512];
    size_t space = str_find(header, ' ');
    struct str name = str_sub(header, 0, space);
    struct str content = str_sub(header, name.n + 1, header.n);
    (void)snprintf(path, sizeof(path), "%s/%.*s", folder, STR_ARG(name));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    if (str_starts_with(content, "repeat ")) {
        for (int i = 0; i < 70000; i++) {
            (void)fputc('x', file);
        }
    } else {
        (void)fwrite(content.p, 1, content.n, file);
    }
    (void)fclose(file);
}

static void remove_file(struct str header)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%.*s", folder,
                   STR_ARG(str_sub(header, 0, str_find(header, ' '))));
    (void)unlink(path);
}

static void for_each_file(const struct test_case *one, void (*visit)(struct str))
{
    struct str header = case_header(one, "file", 0);
    for (size_t i = 0; !str_is_null(header); header = case_header(one, "file", ++i)) {
        visit(header);
    }
}

/* Lines of "show:" are looked up among the settings in effect; all others are problems. */
static bool is_as_expected(const struct test_case *one, const char *problems,
                           const char *effective)
{
    struct buf wanted;
    buf_init(&wanted, 1024 * 1024);
    bool is_good = true;
    for (size_t i = 0; i < one->expected_count; i++) {
        struct str line = one->expected[i];
        if (str_starts_with(line, "show: ")) {
            const char *text = arena_cstr(&arena, str_sub(line, 6, line.n));
            is_good = is_good && strstr(effective, text) != NULL;
        } else {
            (void)buf_append_str(&wanted, line);
            (void)buf_append_char(&wanted, '\n');
        }
    }
    is_good = is_good && strcmp(buf_cstr(&wanted), problems) == 0;
    buf_free(&wanted);
    return is_good;
}

static bool shows_secret(const struct test_case *one, const char *text)
{
    struct str value = case_header(one, "secret", 0);
    for (size_t i = 0; !str_is_null(value); value = case_header(one, "secret", ++i)) {
        struct str secret = str_sub(value, str_find(value, '=') + 1, value.n);
        if (strstr(text, arena_cstr(&arena, secret)) != NULL) {
            return true;
        }
    }
    return false;
}

/* "@source" on a line of its own stands for the shortest valid workflow. */
static struct str fill_in(struct str input)
{
    static const char source[] = "source:\n"
                                 "  type: hex\n"
                                 "  serviceName: hex\n"
                                 "  serviceConnection: {config: {hostPort: app.hex.tech, "
                                 "token: hxtp_0123456789}}\n";
    struct str start = STR("@source\n");
    if (!str_starts_with(input, "@source\n")) {
        return input;
    }
    struct str filled;
    assert_int_equal(arena_printf(&arena, &filled, "%s%.*s", source,
                                  STR_ARG(str_sub(input, start.n, input.n))),
                     OK);
    return filled;
}

static bool run_case(const char *path, const struct test_case *one)
{
    const char *sets[MAX_SETS];
    char config_path[256];
    struct config config;
    struct error err = ERROR_INIT;
    struct buf problems;
    struct buf effective;
    struct config_source source = {
        .path = config_path,
        .text = fill_in(one->input),
        .sets = sets,
        .secrets = {.lookup = look_up, .ctx = (void *)(uintptr_t)one, .reads_files = true},
    };
    (void)snprintf(config_path, sizeof(config_path), "%s/hex.yaml", folder);
    while (!str_is_null(case_header(one, "set", source.set_count))) {
        assert_true(source.set_count < MAX_SETS);
        sets[source.set_count] = case_header(one, "set", source.set_count).p;
        source.set_count++;
    }
    for_each_file(one, write_file);
    enum status status = config_load(&source, &config, &err);
    for_each_file(one, remove_file);
    config.name = STR("hex.yaml");
    buf_init(&problems, 1024 * 1024);
    buf_init(&effective, 1024 * 1024);
    config_write_problems(&config, &problems);
    config_write_effective(&config, &effective);

    /* The folder's name changes with each run. */
    struct buf shortened;
    buf_init(&shortened, 1024 * 1024);
    const char *at = buf_cstr(&problems);
    for (const char *found = strstr(at, folder); found != NULL; found = strstr(at, folder)) {
        (void)buf_append(&shortened, at, (size_t)(found - at));
        at = found + strlen(folder) + 1;
    }
    (void)buf_append_cstr(&shortened, at);

    bool is_good = is_as_expected(one, buf_cstr(&shortened), buf_cstr(&effective)) &&
                   (status == ERR_CONFIG) == (config.error_count > 0) &&
                   !shows_secret(one, buf_cstr(&problems)) &&
                   !shows_secret(one, buf_cstr(&effective)) &&
                   !str_is_empty(case_header(one, "why", 0));
    if (!is_good) {
        print_error("%s:%zu: %.*s\n%s\n%s%s\n", path, one->line, STR_ARG(one->title),
                    err.message, buf_cstr(&shortened),
                    getenv("CASES_SHOW") != NULL ? buf_cstr(&effective) : "");
    }
    buf_free(&shortened);
    buf_free(&problems);
    buf_free(&effective);
    config_free(&config);
    return is_good;
}

static void test_all_cases(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    case_file_judge_all("config", 40, &arena, run_case);
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
