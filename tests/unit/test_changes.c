/*
 * The history: what changed when.
 */
#include "catalog_fixture.h"

static const struct query_kind *changes_kind(void)
{
    for (size_t i = 0; i < query_kind_count; i++) {
        if (strcmp(query_kinds[i].name, "changes") == 0) {
            return &query_kinds[i];
        }
    }
    return NULL;
}

static enum status append_row(void *ctx, const struct str *cells, size_t count,
                              struct error *err)
{
    struct buf *out = ctx;
    assert_int_equal(count, 6);
    (void)buf_printf(out, "%.*s|%.*s|%.*s\n", STR_ARG(cells[2]),
                     STR_ARG(str_is_null(cells[3]) ? STR("-") : cells[3]),
                     STR_ARG(str_is_null(cells[4]) ? STR("-") : cells[4]));
    return buf_status(out) == OK ? OK : error_nomem(err);
}

/* "field|before|after" a line, the newest first. */
static const char *changes(struct fixture *f, const char *search, int64_t limit)
{
    const struct query_filter filter = {
        .id = STR("p-1"), .search = str_from(search), .limit = limit};
    struct buf out;
    buf_init(&out, 65536);
    OKAY(f, query_show(f->catalog, changes_kind(), &filter, append_row, &out, &f->err));
    const char *copy = arena_cstr(&f->arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

/* The listing shows the project again, whatever changed. */
static void list(struct fixture *f, struct project *project)
{
    project->listing_hash++;
    (void)fixture_list(f, f->source, project, 1, NOW, NULL);
}

static void test_what_the_listing_shows(void **state)
{
    struct fixture *f = *state;
    struct project project = fixture_project("p-1", "A", 1);
    struct category categories[] = {{.name = STR("Z")}, {.name = STR("Y")}};
    struct schedule schedule = {
        .cadence = STR("DAILY"), .cron = STR("30 6 * * *"), .timezone = STR("Z")};
    struct share shares[] = {{SHARE_KIND_COLLECTION, STR("Finance"), STR("CAN_VIEW")},
                             {SHARE_KIND_USER, STR("a@x"), STR("CAN_EDIT")},
                             {SHARE_KIND_WORKSPACE, STR(""), STR("NONE")}};
    list(f, &project);
    assert_string_equal(changes(f, NULL, 0), "added|-|active\n");
    project.title = STR("B");
    project.owner = STR("o@x");
    project.published_ms = NOW + 1;
    project.state = PROJECT_STATE_ARCHIVED;
    list(f, &project);
    assert_string_equal(changes(f, NULL, 4), "state|active|archived\n"
                                             "published|-|2023-11-14T22:13:20.001Z\n"
                                             "owner|-|o@x\n"
                                             "title|A|B\n");
    project.categories = categories;
    project.category_count = 2;
    project.schedules = &schedule;
    project.schedule_count = 1;
    project.shares = shares;
    project.share_count = 3;
    list(f, &project);
    assert_string_equal(changes(f, NULL, 4), "schedules|-|DAILY 30 6 * * * Z (off)\n"
                                             "sharing|-|a@x CAN_EDIT, workspace NONE\n"
                                             "collections|-|Finance\n"
                                             "categories|-|Y, Z\n");
    /* Another order is no change; a description that nobody is shown is none either. */
    categories[0] = (struct category){.name = STR("Y"), .description = STR("why")};
    categories[1].name = STR("Z");
    project.schedule_count = 0;
    list(f, &project);
    assert_string_equal(changes(f, NULL, 2), "schedules|DAILY 30 6 * * * Z (off)|-\n"
                                             "schedules|-|DAILY 30 6 * * * Z (off)\n");
    assert_string_equal(changes(f, "FINANCE", 0), "collections|-|Finance\n");
}

static void test_cells(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct cell cells[] = {
        {.id = STR("1"), .type = STR("SQL"), .label = STR("Orders"), .source = STR("select 1")},
        {.id = STR("2"), .type = STR("CODE")},
        {.id = STR("3"), .title = STR("Chart")}};
    struct notebook notebook = {
        .project_id = STR("p-1"), .cells = cells, .cell_count = 3, .parser_version = 1};
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "m"); /* the first read is where the history begins */
    fixture_store(f, &notebook, "m");
    assert_string_equal(changes(f, NULL, 0), "added|-|active\n");
    cells[0].source = STR("select 2");
    cells[1] = cells[2];
    cells[2] = (struct cell){.id = STR("4"), .dataframe = STR("frame")};
    fixture_store(f, &notebook, "m");
    assert_string_equal(changes(f, NULL, 3), "cells removed|1: CODE|-\n"
                                             "cells changed|-|1: Orders\n"
                                             "cells added|-|1: frame\n");
    /* What another parser or another endpoint makes of it says nothing about Hex. */
    cells[0].source = STR("select 3");
    notebook.parser_version = 2;
    fixture_store(f, &notebook, "m");
    cells[0].source = STR("select 4");
    notebook.is_complete = true;
    fixture_store(f, &notebook, "m");
    assert_string_equal(changes(f, NULL, 1), "cells removed|1: CODE|-\n");
}

static void test_many_cells_with_long_names(void **state)
{
    enum { COUNT = 40 };
    static const char word[] = "\xE5\xA3\xB2"; /* of three bytes */
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct cell cells[COUNT] = {{.id = STR("x")}};
    struct notebook notebook = {.project_id = STR("p-1")};
    struct buf name;
    buf_init(&name, 100000);
    for (int i = 0; i < 30000; i++) {
        assert_int_equal(buf_append_cstr(&name, word), OK);
    }
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "m");
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(arena_printf(&f->arena, &cells[i].id, "%d", i), OK);
        cells[i].label = buf_str(&name);
    }
    notebook.cells = cells;
    notebook.cell_count = COUNT;
    fixture_store(f, &notebook, "m");
    const char *text = changes(f, NULL, 1);
    assert_non_null(strstr(text, "cells added|-|40: \xE5\xA3\xB2"));
    assert_non_null(strstr(text, "\xE5\xA3\xB2..., ...\n"));
    assert_true(str_is_utf8(str_from(text)));
    assert_in_range(strlen(text), 400, 500);
    buf_free(&name);
}

static void test_a_lost_permission_is_news(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    const struct notebook notebook = {.project_id = STR("p-1")};
    struct error why = ERROR_INIT;
    (void)error_set(&why, ERR_FORBIDDEN, "may not");
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "m");
    for (int i = 0; i < 2; i++) {
        fixture_begin(f);
        OKAY(f, catalog_store_failure(f->catalog, f->source, STR("p-1"), true, &why, NOW,
                                      &f->err));
        fixture_commit(f);
    }
    fixture_store(f, &notebook, "m");
    assert_string_equal(changes(f, NULL, 0), "detail|denied|full\n"
                                             "detail|full|denied\n"
                                             "added|-|active\n");
}

static int count_lines(const char *text)
{
    int lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

static void test_history_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct project project = fixture_project("p-1", "A", 1);
    struct project other = fixture_project("p-2", "A", 1);
    struct buf description;
    buf_init(&description, 100000);
    for (int i = 0; i < 9000; i++) {
        assert_int_equal(buf_append_cstr(&description, "0123456789"), OK);
    }
    list(f, &other);
    list(f, &project);
    for (int i = 0; i < 1100; i++) {
        project.title = i % 2 == 0 ? STR("B") : STR("A");
        list(f, &project);
    }
    project.description = buf_str(&description);
    list(f, &project);
    assert_int_equal(count_lines(changes(f, NULL, 0)), 1000);
    assert_in_range(strlen(changes(f, NULL, 1)), 1000, 1100);
    const struct query_filter filter = {.id = STR("p-2")};
    struct buf out;
    buf_init(&out, 65536);
    OKAY(f, query_show(f->catalog, changes_kind(), &filter, append_row, &out, &f->err));
    assert_string_equal(buf_cstr(&out), "added|-|active\n");
    buf_free(&out);
    buf_free(&description);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_the_listing_shows),     TEST(test_cells),
        TEST(test_many_cells_with_long_names), TEST(test_a_lost_permission_is_news),
        TEST(test_history_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
