#include "app/file_walk.h"

#include "base/buf.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/hexmeta-walk-XXXXXX";

/* Directories end in a slash. */
static const char *const tree[] = {
    "b.hex.yaml",     "a.hex.yml", "notes.yaml",          ".hidden.hex.yaml", "sub/",
    "sub/c.hex.yaml", "sub/deep/", "sub/deep/d.hex.yaml", "dir.hex.yaml/"};

static int make_tree(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
        if (tree[i][strlen(tree[i]) - 1] == '/') {
            assert_int_equal(mkdir(tree[i], 0700), 0);
        } else {
            int fd = open(tree[i], O_WRONLY | O_CREAT, 0600);
            assert_true(fd >= 0);
            assert_int_equal(write(fd, "text", 4), 4);
            assert_int_equal(close(fd), 0);
        }
    }
    assert_int_equal(symlink("..", "sub/up"), 0);
    assert_int_equal(symlink("../b.hex.yaml", "sub/link.hex.yaml"), 0);
    assert_int_equal(symlink("nowhere", "sub/broken.hex.yaml"), 0);
    return 0;
}

static int remove_tree(void **state)
{
    (void)state;
    (void)unlink("sub/up");
    (void)unlink("sub/link.hex.yaml");
    (void)unlink("sub/broken.hex.yaml");
    for (size_t i = sizeof(tree) / sizeof(tree[0]); i-- > 0;) {
        (void)remove(tree[i]);
    }
    return rmdir(folder);
}

static void note_problem(void *ctx, const char *path, const struct error *why)
{
    (void)buf_printf(ctx, "!%s (%s) ", path, status_name(why->code));
}

/* The paths found below path, and the problems with "!" before them. */
static void walk(const char *path, struct buf *out)
{
    struct arena arena;
    struct file_list list = {NULL};
    struct error err = ERROR_INIT;
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(file_walk(path, &arena, &list, note_problem, out, &err), OK);
    for (size_t i = 0; i < list.count; i++) {
        (void)buf_printf(out, "%s ", list.paths[i].p);
    }
    arena_free(&arena);
}

static void test_what_a_path_stands_for(void **state)
{
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"b.hex.yaml", "b.hex.yaml "},
        {"notes.yaml", "notes.yaml "}, /* named, so it is meant */
        {".", "./a.hex.yml ./b.hex.yaml ./sub/c.hex.yaml ./sub/deep/d.hex.yaml "
              "./sub/link.hex.yaml "},
        {"sub/", "sub/c.hex.yaml sub/deep/d.hex.yaml sub/link.hex.yaml "},
        {"sub/deep", "sub/deep/d.hex.yaml "},
        {"dir.hex.yaml", ""},
        {"missing", "!missing (not found) "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf got;
        buf_init(&got, 10000);
        walk(cases[i].in, &got);
        assert_string_equal(buf_cstr(&got), cases[i].want);
        buf_free(&got);
    }
}

static void test_reading(void **state)
{
    static const struct {
        const char *path;
        size_t max_bytes;
        enum status want;
    } cases[] = {
        {"b.hex.yaml", 4, OK},
        {"b.hex.yaml", 3, ERR_LIMIT},
        {"missing", 100, ERR_NOT_FOUND},
        {"sub", 100, ERR_IO},
        {"/dev/zero", 100000, ERR_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error err = ERROR_INIT;
        struct buf got;
        buf_init(&got, cases[i].max_bytes);
        assert_int_equal(file_read(cases[i].path, &got, &err), cases[i].want);
        assert_string_equal(buf_cstr(&got), cases[i].want == OK ? "text" : "");
        assert_int_equal(err.code, cases[i].want);
        buf_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_path_stands_for),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
