#include "base/arena.h"
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static union map_value number(int64_t n)
{
    return (union map_value){.number = n};
}

static void test_an_empty_map_holds_nothing(void **state)
{
    (void)state;
    struct map map;
    map_init(&map);
    assert_null(map_get(&map, STR("x")));
    assert_false(map_has(&map, STR_NULL));
    map_clear(&map);
    map_free(&map);
    map_free(&map);
    assert_int_equal(map_put(&map, STR("again"), number(1)), OK);
    assert_true(map_has(&map, STR("again")));
    map_free(&map);
}

static void test_keys_are_bytes(void **state)
{
    (void)state;
    static const struct str keys[] = {{NULL, 0},  {"", 0},     {"a", 1},    {"A", 1},
                                      {"a\0", 2}, {"a\0b", 3}, {"\xFF", 1}, {"aa", 2}};
    size_t count = sizeof(keys) / sizeof(keys[0]);
    struct map map;
    map_init(&map);
    for (size_t i = 0; i < count; i++) {
        assert_false(map_has(&map, keys[i]));
        assert_int_equal(map_put(&map, keys[i], number((int64_t)i)), OK);
    }
    assert_int_equal(map.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(map_get(&map, keys[i])->number, i);
    }
    map_free(&map);
}

static void test_put_replaces_and_keeps_the_order(void **state)
{
    (void)state;
    struct map map;
    map_init(&map);
    assert_int_equal(map_put(&map, STR("b"), number(1)), OK);
    assert_int_equal(map_put(&map, STR("a"), number(2)), OK);
    assert_int_equal(map_put(&map, STR("b"), number(3)), OK);
    assert_int_equal(map.count, 2);
    assert_true(str_is(map.entries[0].key, "b"));
    assert_int_equal(map.entries[0].value.number, 3);
    assert_true(str_is(map.entries[1].key, "a"));
    map_clear(&map);
    assert_int_equal(map.count, 0);
    assert_false(map_has(&map, STR("a")));
    map_free(&map);
}

static void test_many_keys(void **state)
{
    (void)state;
    struct arena arena;
    struct map map;
    arena_init(&arena, 1 << 24);
    map_init(&map);
    for (int64_t i = 0; i < 50000; i++) {
        struct str key;
        assert_int_equal(arena_printf(&arena, &key, "key-%d", (int)i), OK);
        assert_int_equal(map_put(&map, key, number(i)), OK);
    }
    for (int64_t i = 0; i < 50000; i++) {
        assert_int_equal(map.entries[i].value.number, i);
        assert_int_equal(map_get(&map, map.entries[i].key)->number, i);
    }
    assert_false(map_has(&map, STR("key-50000")));
    map_free(&map);
    arena_free(&arena);
}

static void test_maps_have_seeds_of_their_own(void **state)
{
    (void)state;
    struct map a;
    struct map b;
    map_init(&a);
    map_init(&b);
    assert_true(a.seed != b.seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_map_holds_nothing),
        cmocka_unit_test(test_keys_are_bytes),
        cmocka_unit_test(test_put_replaces_and_keeps_the_order),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_maps_have_seeds_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
