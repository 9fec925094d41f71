#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_bytes_are_appended_and_nul_terminated(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    assert_string_equal(buf_cstr(&buf), "");
    assert_non_null(buf_str(&buf).p);
    assert_int_equal(buf_append(&buf, "ab", 2), OK);
    assert_int_equal(buf_append_char(&buf, 'c'), OK);
    assert_int_equal(buf_append_cstr(&buf, ""), OK);
    assert_int_equal(buf_append_cstr(&buf, "de"), OK);
    assert_int_equal(buf_append_str(&buf, STR_NULL), OK);
    assert_int_equal(buf_append_str(&buf, STR("fg")), OK);
    assert_int_equal(buf_printf(&buf, "-%03d-%s", 7, "x"), OK);
    assert_string_equal(buf_cstr(&buf), "abcdefg-007-x");
    assert_int_equal(buf_str(&buf).n, 13);
    assert_int_equal(buf_append(&buf, "\0z", 2), OK);
    assert_int_equal(buf.size, 15);
    assert_memory_equal(buf.data + 13, "\0z\0", 3);
    buf_free(&buf);
    buf_free(&buf);
}

static void test_the_limit_is_exact(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_int_equal(buf_append_cstr(&buf, "0123456789"), OK);
    assert_int_equal(buf.size, 10);
    assert_int_equal(buf_append_cstr(&buf, ""), OK);
    assert_int_equal(buf_append_char(&buf, 'x'), ERR_LIMIT);
    buf_free(&buf);
    buf_init(&buf, 0);
    assert_int_equal(buf_append(&buf, NULL, 0), OK);
    assert_int_equal(buf_append_char(&buf, 'x'), ERR_LIMIT);
    buf_free(&buf);
}

static void test_the_first_failure_empties_and_sticks(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 4);
    assert_int_equal(buf_append_cstr(&buf, "ab"), OK);
    assert_int_equal(buf_printf(&buf, "%d", 12345), ERR_LIMIT);
    assert_int_equal(buf_status(&buf), ERR_LIMIT);
    assert_string_equal(buf_cstr(&buf), "");
    assert_int_equal(buf_append_char(&buf, 'x'), ERR_LIMIT);
    assert_int_equal(buf_str(&buf).n, 0);
    buf_clear(&buf);
    assert_int_equal(buf_status(&buf), OK);
    assert_int_equal(buf_append_cstr(&buf, "abcd"), OK);
    assert_string_equal(buf_cstr(&buf), "abcd");
    buf_free(&buf);
}

static void test_a_failed_part_fails_the_whole(void **state)
{
    (void)state;
    struct buf whole;
    struct buf part;
    buf_init(&whole, 100);
    buf_init(&part, 4);
    assert_int_equal(buf_append_cstr(&whole, "ab"), OK);
    buf_inherit(&whole, &part);
    assert_string_equal(buf_cstr(&whole), "ab");
    assert_int_equal(buf_append_cstr(&part, "12345"), ERR_LIMIT);
    buf_inherit(&whole, &part);
    assert_int_equal(buf_status(&whole), ERR_LIMIT);
    assert_string_equal(buf_cstr(&whole), "");
    buf_free(&whole);
    buf_free(&part);
}

static void test_absurd_sizes_fail_without_harm(void **state)
{
    (void)state;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 2, SIZE_MAX / 2};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct buf buf;
        buf_init(&buf, SIZE_MAX);
        assert_int_equal(buf_append_cstr(&buf, "ab"), OK);
        assert_int_not_equal(buf_reserve(&buf, sizes[i]), OK);
        assert_int_not_equal(buf_status(&buf), OK);
        assert_null(buf.data);
        buf_free(&buf);
    }
}

static void test_reserve_leaves_the_content(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    assert_int_equal(buf_append_cstr(&buf, "ab"), OK);
    assert_int_equal(buf_reserve(&buf, 5000), OK);
    const char *data = buf.data;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(buf_append_char(&buf, 'x'), OK);
    }
    assert_ptr_equal(buf.data, data);
    assert_memory_equal(buf.data, "abxx", 4);
    assert_int_equal(strlen(buf_cstr(&buf)), 5002);
    buf_clear(&buf);
    assert_string_equal(buf_cstr(&buf), "");
    assert_ptr_equal(buf.data, data);
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_appended_and_nul_terminated),
        cmocka_unit_test(test_the_limit_is_exact),
        cmocka_unit_test(test_the_first_failure_empties_and_sticks),
        cmocka_unit_test(test_a_failed_part_fails_the_whole),
        cmocka_unit_test(test_absurd_sizes_fail_without_harm),
        cmocka_unit_test(test_reserve_leaves_the_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
