#include "catalog_fixture.h"
#include "domain/notebook_lineage.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* Runs SQL on the file, past the catalog; the first column of the first row. */
static int64_t sql(struct fixture *f, const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static void close_catalog(struct fixture *f)
{
    catalog_close(f->catalog);
    f->catalog = NULL;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- opening ---- */

static void test_created_file_is_private(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    bool is_created = true;
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    close_catalog(f);
    OKAY(f, catalog_open(f->path, CATALOG_MODE_CREATE, &f->clock, &f->catalog, &is_created,
                         &f->err));
    assert_false(is_created);
}

static void test_second_writer_is_told_who_writes(void **state)
{
    struct fixture *f = *state;
    struct catalog *second = NULL;
    char process[32];
    (void)snprintf(process, sizeof(process), "process %ld on ", (long)getpid());
    assert_int_equal(
        catalog_open(f->path, CATALOG_MODE_WRITE, &f->clock, &second, NULL, &f->err), ERR_IO);
    assert_null(second);
    assert_non_null(strstr(f->err.message, process));
    assert_non_null(strstr(f->err.message, "since 2023-11-14T22:13:20.000Z"));
    OKAY(f, catalog_open(f->path, CATALOG_MODE_READ, &f->clock, &second, NULL, &f->err));
    catalog_close(second);
}

static void test_waiting_ends_by_time_or_by_hand(void **state)
{
    static const volatile sig_atomic_t stop = 1;
    struct fixture *f = *state;
    struct catalog *second = NULL;
    struct catalog_wait wait = {.timeout_ms = 0};
    assert_int_equal(catalog_open_waiting(f->path, CATALOG_MODE_WRITE, &f->clock, &wait,
                                          &second, NULL, &f->err),
                     ERR_IO);
    assert_non_null(strstr(f->err.message, "still being written by process "));
    wait = (struct catalog_wait){.timeout_ms = INT64_MAX, .stop = &stop};
    assert_int_equal(catalog_open_waiting(f->path, CATALOG_MODE_WRITE, &f->clock, &wait,
                                          &second, NULL, &f->err),
                     ERR_CANCELLED);
    assert_null(second);
    close_catalog(f);
    OKAY(f, catalog_open_waiting(f->path, CATALOG_MODE_WRITE, &f->clock, &wait, &second, NULL,
                                 &f->err));
    catalog_close(second);
}

static void test_what_is_no_catalog(void **state)
{
    struct fixture *f = *state;
    struct catalog *none = NULL;
    close_catalog(f);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(catalog_open(f->path, CATALOG_MODE_READ, &f->clock, &none, NULL, &f->err),
                     ERR_NOT_FOUND);
    write_file(f->path, "This is a letter to my aunt, and it is no database at all.\n");
    assert_int_equal(
        catalog_open(f->path, CATALOG_MODE_CREATE, &f->clock, &none, NULL, &f->err), ERR_IO);
    assert_non_null(strstr(f->err.message, "not an SQLite file"));
    assert_string_equal(f->err.where, ""); /* the message has the path */
    write_file(f->path, "");
    assert_int_equal(catalog_open(f->path, CATALOG_MODE_READ, &f->clock, &none, NULL, &f->err),
                     ERR_IO);
    assert_non_null(strstr(f->err.message, "empty file"));
    (void)sql(f, "CREATE TABLE letter (text)");
    assert_int_equal(
        catalog_open(f->path, CATALOG_MODE_CREATE, &f->clock, &none, NULL, &f->err), ERR_IO);
    assert_non_null(strstr(f->err.message, "another program's"));
    assert_int_equal(
        catalog_open(f->folder, CATALOG_MODE_READ, &f->clock, &none, NULL, &f->err), ERR_IO);
    assert_null(none);
}

static void test_newer_schema_is_refused(void **state)
{
    struct fixture *f = *state;
    struct catalog *none = NULL;
    close_catalog(f);
    (void)sql(f, "PRAGMA user_version = 999");
    assert_int_equal(catalog_open(f->path, CATALOG_MODE_WRITE, &f->clock, &none, NULL, &f->err),
                     ERR_IO);
    assert_non_null(strstr(f->err.message, "newer hexmeta"));
    assert_int_equal(sql(f, "PRAGMA user_version"), 999);
}

/* ---- sources ---- */

static void test_sources(void **state)
{
    struct fixture *f = *state;
    struct catalog_source unknown = {.host = STR("https://app.hex.tech")};
    fixture_begin(f);
    OKAY(f, catalog_open_source(f->catalog, &unknown, &f->err));
    assert_int_equal(unknown.id, f->source);
    assert_true(str_is(unknown.workspace_id, "w-1"));
    fixture_commit(f);
    assert_int_not_equal(fixture_source(f, "https://app.hex.tech", "w-2"), f->source);
    assert_int_equal(fixture_source(f, "https://app.hex.tech", "w-1"), f->source);
    unknown = (struct catalog_source){.host = STR("https://app.hex.tech")};
    assert_int_equal(catalog_open_source(f->catalog, &unknown, &f->err), ERR_CONFIG);
    int64_t late = fixture_source(f, "https://eu.hex.tech", NULL);
    assert_int_equal(fixture_source(f, "https://eu.hex.tech", "w-9"), late);
}

/* ---- the walk ---- */

static void test_walk_goes_on_within_an_hour(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct catalog_walk walk;
    struct catalog_walk again;
    struct catalog_changes changes = {0};
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, &fixture_viewer, NOW, &f->arena, &walk,
                              &f->err));
    assert_true(str_is_null(walk.cursor));
    OKAY(f, catalog_walk_page(f->catalog, f->source, &walk, &project, 1, STR("next"), NOW,
                              &changes, &f->err));
    fixture_commit(f);
    close_catalog(f);
    fixture_open(f);
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, &fixture_viewer, NOW + HOUR - 1, &f->arena,
                              &again, &f->err));
    assert_int_equal(again.id, walk.id);
    assert_int_equal(again.listed, 1);
    assert_true(str_is(again.cursor, "next"));
    OKAY(f, catalog_walk_open(f->catalog, f->source, &fixture_viewer, NOW + HOUR, &f->arena,
                              &again, &f->err));
    assert_true(str_is_null(again.cursor));
    assert_int_equal(again.listed, 0);
    fixture_commit(f);
}

static void test_unchanged_walk_writes_no_row(void **state)
{
    static const char digest[] =
        "SELECT (SELECT total(length(title) + listing_hash + views_all_time) FROM project) * 7"
        " + (SELECT count(*) FROM change) + (SELECT count(*) FROM view_sample)"
        " + (SELECT count(*) FROM sharing)";
    struct fixture *f = *state;
    struct project projects[] = {fixture_project("p-1", "A", 1),
                                 fixture_project("p-2", "B", 2)};
    int64_t unseen = -1;
    assert_int_equal(fixture_list(f, f->source, projects, 2, NOW, &unseen).added, 2);
    int64_t before = sql(f, digest);
    projects[0].title = STR("not looked at: the hash says that nothing changed");
    assert_int_equal(fixture_list(f, f->source, projects, 2, NOW + 1, &unseen).unchanged, 2);
    assert_int_equal(unseen, 0);
    assert_int_equal(sql(f, digest), before);
    projects[0].title = STR("C");
    projects[0].listing_hash = 2;
    assert_int_equal(fixture_list(f, f->source, projects, 1, NOW + 2, &unseen).updated, 1);
    assert_int_equal(unseen, 1);
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE field = 'title' AND before = 'A'"
                            " AND after = 'C'"),
                     1);
    assert_int_equal(sql(f, "SELECT count(*) FROM view_sample"), 2);
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE state = 0"), 2);
}

/* The last of each UTC day, for 400 days; the newest for ever. */
static void test_views_keep_one_sample_a_day(void **state)
{
    static const int64_t day = 24 * HOUR;
    const int64_t midnight = (NOW / day + 1) * day;
    const int64_t at_ms[] = {midnight - 2,   midnight - 1,   midnight,
                             midnight + 300, midnight + day, midnight + 400 * day};
    static const int64_t kept[] = {1, 1, 2, 2, 3, 3};
    struct fixture *f = *state;
    int64_t unseen;
    for (size_t i = 0; i < sizeof(at_ms) / sizeof(at_ms[0]); i++) {
        struct project project = fixture_project("p-1", "A", 10 + (int64_t)i);
        project.listing_hash = i;
        (void)fixture_list(f, f->source, &project, 1, at_ms[i], &unseen);
        assert_int_equal(sql(f, "SELECT count(*) FROM view_sample"), kept[i]);
        assert_int_equal(sql(f, "SELECT max(all_time) FROM view_sample"), 10 + i);
    }
    assert_true(sql(f, "SELECT min(at_ms) FROM view_sample") == midnight + 300);
    struct project late = fixture_project("p-1", "A", 99);
    late.listing_hash = 99;
    (void)fixture_list(f, f->source, &late, 1, midnight + 900 * day, &unseen);
    assert_int_equal(sql(f, "SELECT count(*) FROM view_sample"), 1);
}

/* ---- work ---- */

static void test_work_comes_most_viewed_first(void **state)
{
    struct fixture *f = *state;
    struct project projects[] = {
        fixture_project("p-1", "A", 1),  fixture_project("p-2", "B", 20),
        fixture_project("p-3", "C", 20), fixture_project("p-4", "D", -1),
        fixture_project("p-5", "E", 9),  fixture_project("p-6", "F", 8)};
    static const char *const want[] = {"p-2", "p-3", "p-6", "p-1", "p-4"};
    int64_t after_views = INT64_MAX;
    struct str after_id = STR_NULL;
    struct catalog_work work;
    bool has_more = true;
    int64_t count = 0;
    projects[4].state = PROJECT_STATE_TRASHED;
    projects[5].state = PROJECT_STATE_ARCHIVED;
    (void)fixture_list(f, f->source, projects, 6, NOW, NULL);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW, &count, &f->err));
    assert_int_equal(count, 5);
    OKAY(f, catalog_count_work(f->catalog, f->source, false, NOW, &count, &f->err));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 5; i++) {
        OKAY(f, catalog_next_work(f->catalog, f->source, true, NOW, &after_views, &after_id,
                                  &f->arena, &work, &has_more, &f->err));
        assert_true(has_more);
        assert_true(str_is(work.project_id, want[i]));
        assert_true(work.needs_content);
        assert_false(work.needs_activity);
    }
    OKAY(f, catalog_next_work(f->catalog, f->source, true, NOW, &after_views, &after_id,
                              &f->arena, &work, &has_more, &f->err));
    assert_false(has_more);
}

static void test_work_says_what_filters_look_at(void **state)
{
    struct fixture *f = *state;
    struct category categories[] = {{.name = STR("Finance")}, {.name = STR("KPI")}};
    struct project projects[] = {fixture_project("p-1", "A", 2),
                                 fixture_project("p-2", "B", 1)};
    int64_t after_views = INT64_MAX;
    struct str after_id = STR_NULL;
    struct catalog_work work;
    bool has_more = true;
    projects[0].owner = STR("ann@acme.io");
    projects[0].creator = STR("bob@acme.io");
    projects[0].status = STR("Done");
    projects[0].categories = categories;
    projects[0].category_count = 2;
    projects[1].owner = STR_NULL;
    projects[1].creator = STR("bob@acme.io");
    projects[1].status = STR_NULL;
    (void)fixture_list(f, f->source, projects, 2, NOW, NULL);
    OKAY(f, catalog_next_work(f->catalog, f->source, true, NOW, &after_views, &after_id,
                              &f->arena, &work, &has_more, &f->err));
    assert_true(str_is(work.owner, "ann@acme.io"));
    assert_true(str_is(work.status, "Done"));
    assert_int_equal(work.category_count, 2);
    assert_true(str_is(work.categories[1], "KPI"));
    OKAY(f, catalog_next_work(f->catalog, f->source, true, NOW, &after_views, &after_id,
                              &f->arena, &work, &has_more, &f->err));
    assert_true(str_is(work.owner, "bob@acme.io"));
    assert_true(str_is_null(work.status));
    assert_int_equal(work.category_count, 0);
}

static void test_work_is_done_when_its_marks_are_handed_back(void **state)
{
    struct fixture *f = *state;
    struct project project = fixture_project("p-1", "A", 1);
    const struct notebook notebook = {.project_id = STR("p-1")};
    int64_t after_views = INT64_MAX;
    struct str after_id = STR_NULL;
    struct catalog_work work;
    bool has_more = false;
    int64_t count = -1;
    project.published_ms = NOW;
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    OKAY(f, catalog_next_work(f->catalog, f->source, true, NOW, &after_views, &after_id,
                              &f->arena, &work, &has_more, &f->err));
    assert_true(work.needs_content && work.needs_activity);
    fixture_begin(f);
    OKAY(f, catalog_store_notebook(f->catalog, f->source, &notebook, STR_NULL,
                                   work.content_mark, NOW, &f->err));
    OKAY(f, catalog_store_runs(f->catalog, f->source, STR("p-1"), NULL, 0, work.activity_mark,
                               NOW, &f->err));
    fixture_commit(f);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW, &count, &f->err));
    assert_int_equal(count, 0);
    /* New results within the hour wait; new contents do not. */
    project.results_updated_ms = NOW;
    project.listing_hash = 2;
    (void)fixture_list(f, f->source, &project, 1, NOW + 1, NULL);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW + 1, &count, &f->err));
    assert_int_equal(count, 0);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW + HOUR + 1, &count, &f->err));
    assert_int_equal(count, 1);
}

static void test_failure_keeps_what_was_known(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct cell cell = {.id = STR("c"), .type = STR("SQL"), .source = STR("select 1")};
    const struct notebook notebook = {
        .project_id = STR("p-1"), .cells = &cell, .cell_count = 1};
    struct error why = ERROR_INIT;
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "an old mark");
    (void)error_set(&why, ERR_FORBIDDEN, "may not");
    fixture_begin(f);
    OKAY(f, catalog_store_failure(f->catalog, f->source, STR("p-1"), true, &why, NOW, &f->err));
    fixture_commit(f);
    assert_int_equal(sql(f, "SELECT count(*) FROM cell"), 1);
    assert_int_equal(sql(f, "SELECT count(*) FROM raw"), 1);
    assert_int_equal(sql(f, "SELECT detail FROM project WHERE failure = 'may not'"), 2);
    assert_int_equal(
        catalog_store_failure(f->catalog, f->source, STR("p-0"), true, &why, NOW, &f->err),
        ERR_NOT_FOUND);
}

/* ---- notebooks ---- */

static void assert_str(struct str got, struct str want)
{
    if (!str_eq(got, want)) {
        fail_msg("got '%.*s', want '%.*s'", STR_ARG(got), STR_ARG(want));
    }
}

static void assert_cell(const struct cell *got, const struct cell *want)
{
    const struct str texts[][2] = {
        {got->id, want->id},
        {got->type, want->type},
        {got->label, want->label},
        {got->parent, want->parent},
        {got->connection, want->connection},
        {got->source, want->source},
        {got->dataframe, want->dataframe},
        {got->component, want->component},
        {got->title, want->title},
        {got->chart_type, want->chart_type},
        {got->text, want->text},
        {got->error, want->error},
        {got->writeback.table.connection, want->writeback.table.connection},
        {got->writeback.table.name, want->writeback.table.name},
        {got->input.name, want->input.name},
        {got->input.output_type, want->input.output_type}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_str(texts[i][0], texts[i][1]);
    }
    assert_int_equal(got->is_dataframe_sql, want->is_dataframe_sql);
    assert_int_equal(got->writeback.is_set, want->writeback.is_set);
    assert_int_equal(got->writeback.is_dynamic, want->writeback.is_dynamic);
    assert_int_equal(got->column_count, want->column_count);
    for (size_t i = 0; i < want->column_count; i++) {
        assert_str(got->columns[i], want->columns[i]);
    }
    assert_int_equal(got->read_count, want->read_count);
    for (size_t i = 0; i < want->read_count; i++) {
        assert_str(got->reads[i].dataframe, want->reads[i].dataframe);
        assert_str(got->reads[i].table.schema, want->reads[i].table.schema);
        assert_int_equal(got->reads[i].column_count, want->reads[i].column_count);
        for (size_t j = 0; j < want->reads[i].column_count; j++) {
            assert_str(got->reads[i].columns[j], want->reads[i].columns[j]);
        }
    }
}

static void test_notebook_comes_back_as_it_was(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct str columns[] = {STR("a"),
                            STR(""),
                            STR("\"q\" \\ \n\t\x01"),
                            STR("null"),
                            STR("\xE5\xA3\xB2"),
                            STR("a\0b"),
                            STR("]"),
                            STR(",\"")};
    struct cell_read reads[] = {{.dataframe = STR("df"), .columns = columns, .column_count = 8},
                                {.table = {STR("d"), STR_NULL, STR("s"), STR("t")}}};
    struct cell cells[] = {
        {.id = STR("1"),
         .type = STR("SQL"),
         .label = STR(""),
         .source = STR("x\0y"),
         .dataframe = STR("df"),
         .columns = columns,
         .column_count = 8,
         .is_dataframe_sql = true},
        {.id = STR("2"),
         .type = STR("CHART"),
         .parent = STR("1"),
         .title = STR("T"),
         .chart_type = STR("bar"),
         .reads = reads,
         .read_count = 2,
         .error = STR("odd")},
        {.id = STR("3"),
         .type = STR("WRITEBACK"),
         .writeback = {.is_set = true, .is_dynamic = true, .table = {.connection = STR("d")}}},
        {.id = STR("4"),
         .type = STR("INPUT"),
         .input = {STR("name"), STR("SLIDER"), STR_NULL},
         .text = STR("t")}};
    struct notebook notebook = {
        .project_id = STR("p-1"), .cells = cells, .cell_count = 4, .is_complete = true};
    struct notebook *got = NULL;
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "m");
    OKAY(f, catalog_load_notebook(f->catalog, f->source, STR("p-1"), &f->arena, &got, &f->err));
    assert_true(got->is_complete);
    assert_int_equal(got->cell_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_cell(&got->cells[i], &cells[i]);
    }
    /* Fewer cells in another order, one of them changed. */
    const struct cell changed[] = {cells[2], cells[0]};
    int64_t row = sql(f, "SELECT id FROM cell WHERE hex_id = '1'");
    notebook.cells = (struct cell[]){changed[0], changed[1]};
    notebook.cells[1].source = STR("select changed");
    notebook.cells[1].read_count = 0;
    notebook.cell_count = 2;
    fixture_store(f, &notebook, "m2");
    OKAY(f, catalog_load_notebook(f->catalog, f->source, STR("p-1"), &f->arena, &got, &f->err));
    assert_int_equal(got->cell_count, 2);
    assert_cell(&got->cells[0], &cells[2]);
    assert_str(got->cells[1].source, STR("select changed"));
    assert_int_equal(sql(f, "SELECT id FROM cell WHERE hex_id = '1'"), row);
    assert_int_equal(
        sql(f, "SELECT count(*) FROM cell_search WHERE cell_search MATCH 'changed'"), 1);
    (void)sql(f, "INSERT INTO cell_search (cell_search, rank) VALUES ('integrity-check', 1)");
    assert_int_equal(
        catalog_load_notebook(f->catalog, f->source, STR("p-9"), &f->arena, &got, &f->err),
        ERR_NOT_FOUND);
}

static void test_hostile_notebook(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    struct cell cells[] = {{.id = STR("1"), .source = STR("first")},
                           {.id = STR("1"), .source = STR("second")},
                           {.id = STR_NULL},
                           {.id = STR(""), .type = STR("\xFF'); DROP TABLE cell; --")}};
    const struct notebook notebook = {
        .project_id = STR("p-1"), .cells = cells, .cell_count = 4};
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_store(f, &notebook, "m");
    fixture_store(f, &notebook, "m");
    assert_int_equal(sql(f, "SELECT count(*) FROM cell"), 2);
    assert_int_equal(sql(f, "SELECT count(*) FROM cell WHERE source = 'first'"), 1);
}

static void test_component_makes_its_importers_due(void **state)
{
    struct fixture *f = *state;
    const struct project projects[] = {fixture_project("a", "A", 1),
                                       fixture_project("b", "B", 1),
                                       fixture_project("c", "C", 1)};
    static const char *const component[] = {"b", "c", "a"}; /* in a circle */
    struct str due;
    (void)fixture_list(f, f->source, projects, 3, NOW, NULL);
    for (size_t i = 0; i < 3; i++) {
        struct cell cell = {.id = STR("1"), .component = str_from(component[i])};
        const struct notebook notebook = {
            .project_id = projects[i].id, .cells = &cell, .cell_count = 1};
        fixture_store(f, &notebook, "m");
    }
    const struct notebook_edges nothing = {NULL};
    for (size_t i = 0; i < 4; i++) {
        OKAY(f, catalog_next_unanalysed(f->catalog, f->source, &f->arena, &due, &f->err));
        assert_int_equal(str_is_null(due), i == 3);
        if (i < 3) {
            OKAY(f, catalog_store_edges(f->catalog, f->source, due, &nothing, &f->err));
        }
    }
    const struct notebook notebook = {.project_id = STR("a")};
    fixture_store(f, &notebook, "m2");
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE needs_analysis"), 3);
}

static void test_tables_live_as_long_as_their_edges(void **state)
{
    struct fixture *f = *state;
    const struct project project = fixture_project("p-1", "A", 1);
    const struct node to = {NODE_KIND_PROJECT, .project = STR("p-1")};
    struct edge edges[] = {
        {{NODE_KIND_TABLE, .table = {.name = STR("x")}}, to, EVIDENCE_SQL, NULL, 0, false},
        {{NODE_KIND_TABLE, .table = {.name = STR("y")}}, to, EVIDENCE_SQL, NULL, 0, false}};
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    fixture_begin(f);
    const struct notebook_edges both = {.edges = edges, .count = 2};
    const struct notebook_edges second = {.edges = edges + 1, .count = 1};
    OKAY(f, catalog_store_edges(f->catalog, f->source, STR("p-1"), &both, &f->err));
    OKAY(f, catalog_store_edges(f->catalog, f->source, STR("p-1"), &second, &f->err));
    fixture_commit(f);
    assert_string_equal(fixture_export(f, "table"),
                        "{\"kind\":\"table\",\"connection\":null,\"database\":null,"
                        "\"schema\":null,\"name\":\"y\"}\n");
}

/* ---- two sources ---- */

static void test_sources_do_not_touch_each_other(void **state)
{
    struct fixture *f = *state;
    int64_t other = fixture_source(f, "https://eu.hex.tech", "w-2");
    const struct project project = fixture_project("p-1", "A", 1);
    struct project twin = fixture_project("p-1", "Twin", 5);
    int64_t unseen = -1;
    int64_t count = -1;
    const struct notebook notebook = {.project_id = STR("p-1")};
    (void)fixture_list(f, f->source, &project, 1, NOW, NULL);
    assert_int_equal(fixture_list(f, other, &twin, 1, NOW, &unseen).added, 1);
    fixture_store(f, &notebook, "m");
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE detail = 1"), 1);
    (void)fixture_list(f, other, NULL, 0, NOW + 1, &unseen);
    assert_int_equal(unseen, 1);
    OKAY(f, catalog_count_work(f->catalog, other, true, NOW, &count, &f->err));
    assert_int_equal(count, 1);
    fixture_begin(f);
    OKAY(f, catalog_store_users(f->catalog, other, &(struct user){.id = STR("u")}, 1, &f->err));
    OKAY(f, catalog_store_users(f->catalog, f->source, NULL, 0, &f->err));
    fixture_commit(f);
    assert_int_equal(sql(f, "SELECT count(*) FROM user"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_created_file_is_private),
        TEST(test_second_writer_is_told_who_writes),
        TEST(test_waiting_ends_by_time_or_by_hand),
        TEST(test_what_is_no_catalog),
        TEST(test_newer_schema_is_refused),
        TEST(test_sources),
        TEST(test_walk_goes_on_within_an_hour),
        TEST(test_unchanged_walk_writes_no_row),
        TEST(test_views_keep_one_sample_a_day),
        TEST(test_work_comes_most_viewed_first),
        TEST(test_work_says_what_filters_look_at),
        TEST(test_work_is_done_when_its_marks_are_handed_back),
        TEST(test_failure_keeps_what_was_known),
        TEST(test_notebook_comes_back_as_it_was),
        TEST(test_hostile_notebook),
        TEST(test_component_makes_its_importers_due),
        TEST(test_tables_live_as_long_as_their_edges),
        TEST(test_sources_do_not_touch_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
