/*
 * The queue of what is unchanged but old.
 */
#include "catalog_fixture.h"
#include "domain/refresh.h"

#define DAY (24 * HOUR)

/* A project that was read at read_ms and has not changed since. */
static void put_read(struct fixture *f, const char *id, int64_t read_ms)
{
    struct project project = fixture_project(id, id, 1);
    const struct notebook notebook = {.project_id = project.id};
    struct str mark;
    project.published_ms = NOW;
    assert_int_equal(project_content_mark(&project, &f->arena, &mark), OK);
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_begin(f);
    OKAY(f, catalog_store_notebook(f->catalog, f->source, &notebook, STR_NULL, mark, read_ms,
                                   &f->err));
    OKAY(f, catalog_store_runs(f->catalog, f->source, project.id, NULL, 0, STR("old"), read_ms,
                               &f->err));
    fixture_commit(f);
}

static int64_t count_aged(struct fixture *f, int64_t now_ms, int64_t after_ms)
{
    const struct catalog_age age = {.now_ms = now_ms, .refresh_after_ms = after_ms};
    int64_t count = -1;
    OKAY(f, catalog_count_aged(f->catalog, f->source, &age, &count, &f->err));
    return count;
}

static void note_aged(struct fixture *f, const char *id, int64_t requests, int64_t now_ms)
{
    fixture_begin(f);
    OKAY(f, catalog_note_aged(f->catalog, f->source, str_from(id), requests, now_ms, &f->err));
    fixture_commit(f);
}

static void test_each_comes_on_its_own_day(void **state)
{
    enum { COUNT = 60 };
    struct fixture *f = *state;
    int64_t before = 0;
    for (int i = 0; i < COUNT; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "p-%d", i);
        put_read(f, id, NOW);
    }
    assert_int_equal(count_aged(f, NOW + 5 * DAY - 1, 7 * DAY), 0);
    for (int day = 6; day < 9; day++) {
        int64_t count = count_aged(f, NOW + day * DAY, 7 * DAY);
        assert_in_range(count, before + 1, COUNT - 1);
        before = count;
    }
    assert_int_equal(count_aged(f, NOW + 9 * DAY, 7 * DAY), COUNT);
    /* However small the number of days: never before half of it. */
    assert_int_equal(count_aged(f, NOW + 12 * HOUR - 1, DAY), 0);
    assert_in_range(count_aged(f, NOW + 12 * HOUR, DAY), 1, COUNT - 1);
}

static void test_oldest_first_and_as_if_changed(void **state)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct fixture *f = *state;
    const struct catalog_age age = {.now_ms = NOW + 30 * DAY, .refresh_after_ms = 7 * DAY};
    int64_t after_ms = INT64_MIN;
    struct str after_id = STR_NULL;
    struct catalog_work work;
    bool has_more = true;
    for (int i = 0; i < 3; i++) {
        put_read(f, ids[i], NOW - i * 5 * DAY);
    }
    for (int i = 2; i >= 0; i--) {
        OKAY(f, catalog_next_aged(f->catalog, f->source, &age, &after_ms, &after_id, &f->arena,
                                  &work, &has_more, &f->err));
        assert_true(has_more);
        assert_true(str_is(work.project_id, ids[i]));
        assert_true(work.needs_content && work.needs_activity);
        assert_false(str_is_null(work.content_mark));
    }
    OKAY(f, catalog_next_aged(f->catalog, f->source, &age, &after_ms, &after_id, &f->arena,
                              &work, &has_more, &f->err));
    assert_false(has_more);
}

static void test_changed_and_denied_ones_are_not_old(void **state)
{
    struct fixture *f = *state;
    struct project changed = fixture_project("changed", "Changed", 1);
    struct error why = ERROR_INIT;
    put_read(f, "changed", NOW);
    put_read(f, "denied", NOW);
    put_read(f, "old", NOW);
    changed.edited_ms = NOW + 1;
    changed.listing_hash = 2;
    (void)fixture_list(f, f->source, &changed, 1, NOW + 1, NULL);
    (void)error_set(&why, ERR_FORBIDDEN, "may not");
    fixture_begin(f);
    OKAY(f,
         catalog_store_failure(f->catalog, f->source, STR("denied"), true, &why, NOW, &f->err));
    fixture_commit(f);
    assert_int_equal(count_aged(f, NOW + 30 * DAY, 7 * DAY), 1);
}

static void test_what_was_tried_waits_a_day_and_is_counted(void **state)
{
    struct fixture *f = *state;
    int64_t later = NOW + 30 * DAY;
    int64_t spent = -1;
    put_read(f, "p-1", NOW);
    put_read(f, "p-2", NOW);
    note_aged(f, "p-1", 3, later);
    note_aged(f, "p-2", 2, later + HOUR / 2);
    assert_int_equal(count_aged(f, later + 23 * HOUR, 7 * DAY), 0);
    assert_int_equal(count_aged(f, later + DAY + 1, 7 * DAY), 1);
    OKAY(f, catalog_count_aged_requests(f->catalog, f->source, later - 1, &spent, &f->err));
    assert_int_equal(spent, 5);
    OKAY(f, catalog_count_aged_requests(f->catalog, f->source, later, &spent, &f->err));
    assert_int_equal(spent, 2);
}

/* The clock was a year ahead, and was put back: what was read then is no younger than now. */
static void test_no_time_is_later_than_now(void **state)
{
    struct fixture *f = *state;
    struct catalog_walk walk;
    int64_t count = -1;
    int64_t ahead = NOW + 365 * DAY;
    put_read(f, "p-1", ahead);
    note_aged(f, "p-1", 3, ahead);
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, &fixture_viewer, NOW, &f->arena, &walk,
                              &f->err));
    fixture_commit(f);
    OKAY(f, catalog_count_work(f->catalog, f->source, false, NOW + HOUR + 1, &count, &f->err));
    assert_int_equal(count, 1);
    assert_int_equal(count_aged(f, NOW + 9 * DAY, 7 * DAY), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_comes_on_its_own_day),
        TEST(test_oldest_first_and_as_if_changed),
        TEST(test_no_time_is_later_than_now),
        TEST(test_changed_and_denied_ones_are_not_old),
        TEST(test_what_was_tried_waits_a_day_and_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
