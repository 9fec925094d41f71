#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_memory_is_zeroed_aligned_and_separate(void **state)
{
    (void)state;
    struct arena arena;
    unsigned char *pieces[300];
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < 300; i++) {
        pieces[i] = arena_alloc(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < i; at++) {
            assert_int_equal(pieces[i][at], 0);
        }
        memset(pieces[i], (int)(i % 251) + 1, i);
    }
    for (size_t i = 0; i < 300; i++) {
        for (size_t at = 0; at < i; at++) {
            assert_int_equal(pieces[i][at], i % 251 + 1);
        }
    }
    arena_free(&arena);
}

static void test_reset_keeps_one_block_and_zeroes_again(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < 20; round++) {
        unsigned char *bytes = arena_alloc(&arena, 5000);
        assert_non_null(bytes);
        assert_int_equal(bytes[0] | bytes[4999], 0);
        memset(bytes, 0xFF, 5000);
        assert_non_null(arena_alloc(&arena, 100000));
        assert_true(arena.used_bytes < 300000);
        arena_reset(&arena);
    }
    assert_true(arena.used_bytes > 0);
    arena_free(&arena);
    assert_int_equal(arena.used_bytes, 0);
    arena_free(&arena);
}

static void test_the_limit_holds_and_small_requests_still_fit(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 10000);
    assert_null(arena_alloc(&arena, 10000));
    assert_non_null(arena_alloc(&arena, 6000));
    assert_null(arena_alloc(&arena, 6000));
    assert_non_null(arena_alloc(&arena, 2000));
    size_t given = 0;
    while (arena_alloc(&arena, 100) != NULL) {
        given++;
        assert_true(given < 100);
    }
    assert_true(arena.used_bytes <= 10000);
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 2000));
    arena_free(&arena);
    arena_init(&arena, 0);
    assert_null(arena_alloc(&arena, 1));
    arena_free(&arena);
}

static void test_whose_fault_it_is_that_memory_ran_out(void **state)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    (void)state;
    arena_init(&arena, (size_t)2 * 1024 * 1024);
    assert_int_equal(arena_blame(&arena, ERR_NOMEM, &err), ERR_NOMEM);
    assert_null(arena_alloc(&arena, (size_t)3 * 1024 * 1024));
    assert_int_equal(arena_blame(&arena, OK, &err), OK);
    assert_int_equal(arena_blame(&arena, ERR_PARSE, &err), ERR_PARSE);
    assert_int_equal(arena_blame(&arena, ERR_NOMEM, &err), ERR_LIMIT);
    assert_string_equal(err.message, "too large: it takes more than 2 MiB of memory");
    arena_reset(&arena);
    assert_int_equal(arena_blame(&arena, ERR_NOMEM, &err), ERR_NOMEM);
    arena_free(&arena);
}

static void test_sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_array(&arena, 3, SIZE_MAX / 2));
    assert_non_null(arena_array(&arena, 0, 8));
    assert_non_null(arena_array(&arena, 8, 0));
    arena_free(&arena);
}

static void test_texts_are_copied_with_a_nul(void **state)
{
    (void)state;
    struct arena arena;
    struct str out = STR("before");
    arena_init(&arena, 4096 + 64);
    assert_int_equal(arena_str(&arena, str_from_n("a\0b", 3), &out), OK);
    assert_int_equal(out.n, 3);
    assert_memory_equal(out.p, "a\0b\0", 4);
    assert_int_equal(arena_str(&arena, STR_NULL, &out), OK);
    assert_true(str_is_null(out));
    assert_int_equal(arena_str(&arena, STR(""), &out), OK);
    assert_true(!str_is_null(out) && out.n == 0 && out.p[0] == '\0');
    assert_string_equal(arena_cstr(&arena, STR("Umsatz")), "Umsatz");
    assert_string_equal(arena_cstr(&arena, STR_NULL), "");
    assert_int_equal(arena_printf(&arena, &out, "%s-%d", "cell", 7), OK);
    assert_true(str_is(out, "cell-7"));
    assert_int_equal(arena_printf(&arena, &out, "%5000d", 1), ERR_NOMEM);
    arena_free(&arena);
}

static void test_push_grows_an_array(void **state)
{
    (void)state;
    struct arena arena;
    int *items = NULL;
    size_t count = 0;
    size_t capacity = 0;
    arena_init(&arena, 200000);
    for (int i = 0; i < 5000; i++) {
        int *item = arena_push(&arena, &items, &count, &capacity, sizeof(*items));
        assert_non_null(item);
        assert_int_equal(*item, 0);
        *item = i;
    }
    while (arena_push(&arena, &items, &count, &capacity, sizeof(*items)) != NULL) {
        assert_true(count < 100000);
    }
    assert_int_equal(count, capacity); /* full, and what it holds is intact */
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(items[i], i);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_aligned_and_separate),
        cmocka_unit_test(test_reset_keeps_one_block_and_zeroes_again),
        cmocka_unit_test(test_the_limit_holds_and_small_requests_still_fit),
        cmocka_unit_test(test_whose_fault_it_is_that_memory_ran_out),
        cmocka_unit_test(test_sizes_that_overflow_are_refused),
        cmocka_unit_test(test_texts_are_copied_with_a_nul),
        cmocka_unit_test(test_push_grows_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
