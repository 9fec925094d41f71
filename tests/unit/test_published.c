#include "catalog/published.h"
#include "catalog/publishing.h"
#include "catalog_fixture.h"

static struct publication open_publication(struct fixture *f)
{
    struct publication publication;
    fixture_begin(f);
    OKAY(f, published_open(f->catalog, f->source, STR("http://om"), STR("hex"), &f->arena,
                           &publication, &f->err));
    fixture_commit(f);
    return publication;
}

static void put(struct fixture *f, int64_t publication, enum published_kind kind,
                const char *name, const char *parent)
{
    const struct published row = {
        .kind = kind, .name = str_from(name), .parent = str_from(parent), .digest = 7};
    fixture_begin(f);
    OKAY(f, published_put(f->catalog, publication, &row, &f->err));
    fixture_commit(f);
}

static void test_a_row_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    struct str tags[] = {STR("HexStatus.\"a.b\""), STR("x\\y\n")};
    struct published row = {.kind = PUBLISHED_DASHBOARD,
                            .name = STR("p-1"),
                            .entity_id = STR("e-1"),
                            .digest = UINT64_MAX,
                            .has_tags = true,
                            .tags = tags,
                            .tag_count = 2,
                            .has_owners = true};
    struct published back;
    bool found = false;
    row.fields[PUBLISHED_FIELD_TITLE] = (struct merge_base){true, true, 1, UINT64_MAX};
    row.fields[PUBLISHED_FIELD_SQL] = (struct merge_base){true, false, 2, 0};
    fixture_begin(f);
    OKAY(f, published_put(f->catalog, publication.id, &row, &f->err));
    fixture_commit(f);
    OKAY(f, published_get(f->catalog, publication.id, row.kind, row.name, &f->arena, &back,
                          &found, &f->err));
    assert_true(found);
    assert_true(str_is(back.entity_id, "e-1"));
    assert_true(back.digest == UINT64_MAX);
    assert_memory_equal(back.fields, row.fields, sizeof(row.fields));
    assert_int_equal(back.tag_count, 2);
    assert_true(str_eq(back.tags[1], tags[1]));
    assert_true(back.has_owners);
    assert_int_equal(back.owner_count, 0);
    OKAY(f, published_get(f->catalog, publication.id, PUBLISHED_CHART, row.name, &f->arena,
                          &back, &found, &f->err));
    assert_false(found);
}

static void test_what_is_not_wanted(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    struct published row;
    int64_t there;
    int64_t unwanted;
    bool has_more;
    put(f, publication.id, PUBLISHED_CHART, "a", "p-1");
    put(f, publication.id, PUBLISHED_CHART, "b", "p-1");
    put(f, publication.id, PUBLISHED_CHART, "c", "p-2");
    OKAY(f, published_begin_work(f->catalog, &f->err));
    OKAY(f, published_want(f->catalog, PUBLISHED_CHART, STR("a"), &f->err));
    OKAY(f, published_want_children(f->catalog, publication.id, PUBLISHED_CHART, STR("p-2"),
                                    &f->err));
    OKAY(f, published_count(f->catalog, publication.id, PUBLISHED_CHART, &there, &unwanted,
                            &f->err));
    assert_int_equal(there, 3);
    assert_int_equal(unwanted, 1);
    OKAY(f, published_next_unwanted(f->catalog, publication.id, PUBLISHED_CHART, STR(""),
                                    &f->arena, &row, &has_more, &f->err));
    assert_true(has_more);
    assert_true(str_is(row.name, "b"));
    OKAY(f, published_next_unwanted(f->catalog, publication.id, PUBLISHED_CHART, row.name,
                                    &f->arena, &row, &has_more, &f->err));
    assert_false(has_more);
}

static void test_settled_projects_keep_what_is_theirs(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    int64_t there;
    int64_t unwanted;
    enum published_progress progress;
    put(f, publication.id, PUBLISHED_CHART, "a", "p-1");
    put(f, publication.id, PUBLISHED_CHART, "b", "p-2");
    fixture_begin(f);
    OKAY(f, published_settle(f->catalog, publication.id, STR("p-1"), UINT64_MAX,
                             PUBLISHED_PROGRESS_SETTLED, &f->err));
    fixture_commit(f);
    OKAY(f, published_get_progress(f->catalog, publication.id, STR("p-1"), UINT64_MAX,
                                   &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_SETTLED);
    OKAY(f,
         published_get_progress(f->catalog, publication.id, STR("p-1"), 1, &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_OPEN);
    OKAY(f, published_begin_work(f->catalog, &f->err));
    OKAY(f, published_want_project(f->catalog, STR("p-1"), 1, PUBLISHED_PROGRESS_SETTLED,
                                   &f->err));
    OKAY(f, published_wanted_as(f->catalog, STR("p-1"), &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_SETTLED);
    OKAY(f, published_count(f->catalog, publication.id, PUBLISHED_CHART, &there, &unwanted,
                            &f->err));
    assert_int_equal(there, 2);
    assert_int_equal(unwanted, 1);
}

/* A service that was deleted and made again holds nothing of ours; tags live elsewhere. */
static void test_another_service_forgets(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    struct published row;
    bool found;
    put(f, publication.id, PUBLISHED_CHART, "a", "p-1");
    put(f, publication.id, PUBLISHED_TAG, "t", NULL);
    for (int i = 0; i < 2; i++) {
        fixture_begin(f);
        OKAY(f, published_set_service(f->catalog, &publication, i == 0 ? STR("1") : STR("2"),
                                      &f->err));
        fixture_commit(f);
        OKAY(f, published_get(f->catalog, publication.id, PUBLISHED_CHART, STR("a"), &f->arena,
                              &row, &found, &f->err));
        assert_int_equal(found, i == 0);
    }
    OKAY(f, published_get(f->catalog, publication.id, PUBLISHED_TAG, STR("t"), &f->arena, &row,
                          &found, &f->err));
    assert_true(found);
}

static void test_projects_come_one_by_one(void **state)
{
    struct fixture *f = *state;
    struct share shares[] = {{SHARE_KIND_WORKSPACE, STR(""), STR("CAN_VIEW")},
                             {SHARE_KIND_COLLECTION, STR("Team"), STR("CAN_VIEW")}};
    struct share nobody = {SHARE_KIND_WORKSPACE, STR(""), STR("NONE")};
    struct project projects[3] = {fixture_project("p-1", "One", 1),
                                  fixture_project("p-2", "Two", 2),
                                  fixture_project("p-3", "Three", 3)};
    struct publishing_project project;
    int64_t after = 0;
    bool has_more = false;
    bool is_complete = false;
    projects[0].shares = shares;
    projects[0].share_count = 2;
    projects[1].state = PROJECT_STATE_TRASHED;
    projects[2].state = PROJECT_STATE_ARCHIVED;
    projects[2].shares = &nobody;
    projects[2].share_count = 1;
    (void)fixture_list(f, f->source, projects, 3, NOW, NULL);
    OKAY(f, publishing_is_complete(f->catalog, f->source, &is_complete, &f->err));
    assert_true(is_complete);
    OKAY(f, publishing_next_project(f->catalog, f->source, true, &after, &f->arena, &project,
                                    &has_more, &f->err));
    assert_true(has_more && project.is_shared && !project.has_notebook);
    assert_true(str_is(project.project.title, "One"));
    assert_int_equal(project.collection_count, 1);
    OKAY(f, publishing_next_project(f->catalog, f->source, true, &after, &f->arena, &project,
                                    &has_more, &f->err));
    assert_true(has_more && !project.is_shared);
    assert_true(str_is(project.project.id, "p-3"));
    OKAY(f, publishing_next_project(f->catalog, f->source, true, &after, &f->arena, &project,
                                    &has_more, &f->err));
    assert_false(has_more);
}

static void test_projects_that_have_to_go(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    const char *const projects[] = {"p-1", "p-2", "p-3"};
    int64_t count;
    int64_t row;
    bool is_new;
    bool has_more;
    struct str name;
    put(f, publication.id, PUBLISHED_DASHBOARD, "p-2", "p-2");
    put(f, publication.id, PUBLISHED_CHART, "p-2_a", "p-2");
    put(f, publication.id, PUBLISHED_CHART, "p-20_a", "p-20");
    fixture_begin(f);
    for (size_t i = 0; i < 3; i++) {
        OKAY(f, published_begin_project(f->catalog, publication.id, str_from(projects[i]),
                                        &is_new, &f->err));
        assert_int_equal(is_new, i != 1);
    }
    fixture_commit(f);
    OKAY(f, published_begin_work(f->catalog, &f->err));
    OKAY(f,
         published_want_project(f->catalog, STR("p-1"), 11, PUBLISHED_PROGRESS_SENT, &f->err));
    OKAY(f, published_count_strangers(f->catalog, publication.id, &count, &f->err));
    assert_int_equal(count, 2);
    OKAY(f, published_next_stranger(f->catalog, publication.id, STR(""), &f->arena, &name,
                                    &has_more, &f->err));
    assert_true(has_more && str_is(name, "p-2"));
    OKAY(f, published_next_of_project(f->catalog, publication.id, PUBLISHED_CHART, STR("p-2"),
                                      STR(""), &f->arena, &name, &has_more, &f->err));
    assert_true(has_more && str_is(name, "p-2_a"));
    OKAY(f, published_next_of_project(f->catalog, publication.id, PUBLISHED_CHART, STR("p-2"),
                                      name, &f->arena, &name, &has_more, &f->err));
    assert_false(has_more);

    fixture_begin(f);
    OKAY(f, published_forget_projects(f->catalog, publication.id, &f->err));
    fixture_commit(f);
    OKAY(f, published_count_strangers(f->catalog, publication.id, &count, &f->err));
    assert_int_equal(count, 1); /* something of p-2 is there still */

    OKAY(f, published_take_sent(f->catalog, true, &row, &has_more, &f->err));
    assert_false(has_more);
    OKAY(f, published_doubt(f->catalog, STR("p-1"), &f->err));
    OKAY(f, published_take_sent(f->catalog, true, &row, &has_more, &f->err));
    assert_true(has_more);
    assert_int_equal(row, 11);
    OKAY(f, published_take_sent(f->catalog, false, &row, &has_more, &f->err));
    assert_false(has_more);
}

static void test_progress(void **state)
{
    struct fixture *f = *state;
    struct publication publication = open_publication(f);
    enum published_progress progress;
    put(f, publication.id, PUBLISHED_CHART, "p-1_a", "p-1");
    OKAY(f, published_begin_work(f->catalog, &f->err));
    OKAY(f,
         published_want_project(f->catalog, STR("p-2"), 1, PUBLISHED_PROGRESS_SENT, &f->err));
    fixture_begin(f);
    for (int i = 1; i <= 2; i++) {
        OKAY(f, published_settle(f->catalog, publication.id, i == 1 ? STR("p-1") : STR("p-2"),
                                 5, PUBLISHED_PROGRESS_SENT, &f->err));
    }
    OKAY(f, published_settle_sent(f->catalog, publication.id, &f->err));
    OKAY(f,
         published_get_progress(f->catalog, publication.id, STR("p-2"), 5, &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_SETTLED);
    OKAY(f,
         published_get_progress(f->catalog, publication.id, STR("p-1"), 5, &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_SENT);
    OKAY(f, published_reopen(f->catalog, publication.id, PUBLISHED_CHART, &f->err));
    fixture_commit(f);
    OKAY(f,
         published_get_progress(f->catalog, publication.id, STR("p-1"), 5, &progress, &f->err));
    assert_int_equal(progress, PUBLISHED_PROGRESS_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_row_comes_back_as_it_was, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_wanted, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_settled_projects_keep_what_is_theirs,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_projects_that_have_to_go, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_progress, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_another_service_forgets, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_projects_come_one_by_one, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
