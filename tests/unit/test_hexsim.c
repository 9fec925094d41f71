/*
 * The simulator's cursors, and what its notebooks promise.
 */
#include "common/traffic.h"
#include "hexsim/cursor.h"
#include "hexsim/notebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_a_cursor_comes_back(void **state)
{
    static const struct str values[] = {STR("2024-12-09T15:39:26.093Z"), STR(""),
                                        STR("a \"b\""), STR("Größe / 日本")};
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct str value = STR_NULL;
        struct str id = STR_NULL;
        struct str cursor = cursor_encode(values[i], STR("4759f33c"), &arena);
        assert_true(cursor_decode(cursor, &arena, &value, &id));
        assert_true(str_eq(value, values[i]));
        assert_true(str_is(id, "4759f33c"));
    }
    struct str known = cursor_encode(STR("2024-12-09T15:39:26.093Z"), STR("4759f33c-"), &arena);
    assert_string_equal(known.p, "djI6WyIyMDI0LTEyLTA5VDE1OjM5OjI2LjA5M1oiLCI0NzU5ZjMzYy0iXQ");
    arena_free(&arena);
}

static void test_other_texts_are_no_cursors(void **state)
{
    static const char *const texts[] = {"",
                                        "djI6",
                                        "%%%",
                                        "bm90IGEgY3Vyc29y",
                                        "djE6WyJhIiwiYiJd", /* v1 */
                                        "djI6WyJhIl0",      /* one value */
                                        "djI6WyJhIiwxXQ"};  /* a number */
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct str value = STR_NULL;
        struct str id = STR_NULL;
        assert_false(cursor_decode(str_from(texts[i]), &arena, &value, &id));
    }
    arena_free(&arena);
}

static void test_notebooks_show_every_kind_of_cell(void **state)
{
    struct workspace_options options = {.seed = 2, .project_count = 400};
    struct workspace workspace;
    struct arena arena;
    size_t seen[CELL_KINDS] = {0};
    size_t deepest = 0;
    (void)state;
    options.is_admin = options.has_exports = true;
    options.now_ms = timestamp_from_civil(2026, 3, 1, 12, 0, 0);
    workspace_init(&workspace, &options);
    arena_init(&arena, SIM_MAX_BYTES);
    for (size_t i = 0; i < workspace.project_count; i++) {
        struct notebook notebook;
        arena_reset(&arena);
        notebook_make(&workspace, &workspace.projects[i], &arena, &notebook);
        for (size_t k = 0; k < notebook.cell_count; k++) {
            const struct sim_cell *cell = &notebook.cells[k];
            seen[cell->kind]++;
            deepest = cell->depth > deepest ? cell->depth : deepest;
            assert_true(cell->parent == NOBODY || cell->parent < k);
        }
    }
    for (size_t i = 0; i < CELL_KINDS; i++) {
        assert_true(seen[i] > 0);
    }
    assert_int_equal(deepest, 3);
    arena_free(&arena);
    workspace_free(&workspace);
}

static void test_a_rate_admits_so_many_in_any_window(void **state)
{
    struct traffic traffic;
    (void)state;
    traffic_init(&traffic);
    traffic_limit(&traffic, 2, 3);
    assert_int_equal(traffic_admit(&traffic, 1000), 0);
    assert_int_equal(traffic_admit(&traffic, 2000), 0);
    assert_int_equal(traffic_admit(&traffic, 3000), 58000);
    assert_int_equal(traffic_admit(&traffic, 61000), 0);
    assert_int_equal(traffic_admit(&traffic, 62000), 3539000); /* the hour's three are used */
    traffic_free(&traffic);
}

static void test_fault_rules(void **state)
{
    static const struct {
        const char *rules;
        bool is_good;
    } cases[] = {{"/api:500", true},
                 {"/api:cut,/x:slow:3", true},
                 {"/api", false},
                 {"/api:banana", false},
                 {"/api:500:0", false},
                 {"/api:99", false},
                 {"/api:500:two", false},
                 {"/api:401:3+", true},
                 {"/api:circle:2+,/api:expired", true},
                 {"/api:401:+", false},
                 {"/api:401:0+", false},
                 {"GET /api:500:@2", true},
                 {"/api:500:@0", false}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct traffic traffic;
        traffic_init(&traffic);
        assert_int_equal(traffic_add_faults(&traffic, str_from(cases[i].rules)),
                         cases[i].is_good);
        traffic_free(&traffic);
    }
}

static void test_faults_by_number(void **state)
{
    static const bool every_second[] = {false, true, false, true};
    static const bool from_third[] = {false, false, true, true};
    struct traffic traffic;
    int status = 0;
    (void)state;
    traffic_init(&traffic);
    assert_true(traffic_add_faults(&traffic, STR("/a:500:2,/b:403:3+,PUT /d:503:@2")));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(traffic_fault(&traffic, "GET", STR("/a/x"), &status) != FAULT_NONE,
                         every_second[i]);
        assert_int_equal(traffic_fault(&traffic, "GET", STR("/b"), &status) != FAULT_NONE,
                         from_third[i]);
        assert_int_equal(traffic_fault(&traffic, "PUT", STR("/d"), &status) != FAULT_NONE,
                         i == 1);
        assert_int_equal(traffic_fault(&traffic, "GET", STR("/d"), &status), FAULT_NONE);
        assert_int_equal(traffic_fault(&traffic, "GET", STR("/c"), &status), FAULT_NONE);
    }
    assert_int_equal(status, 403);
    traffic_free(&traffic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cursor_comes_back),
        cmocka_unit_test(test_other_texts_are_no_cursors),
        cmocka_unit_test(test_notebooks_show_every_kind_of_cell),
        cmocka_unit_test(test_a_rate_admits_so_many_in_any_window),
        cmocka_unit_test(test_fault_rules),
        cmocka_unit_test(test_faults_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
