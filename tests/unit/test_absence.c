#include "catalog_fixture.h"

#include <sqlite3.h>

/* ---- helpers: walks of some viewer that show p-1, p-2, ... ---- */

static const struct catalog_viewer ann = {.key = {"ann", 3}, .token_mark = {"a", 1}};
static const struct catalog_viewer ann_anew = {.key = {"ann", 3}, .token_mark = {"b", 1}};
static const struct catalog_viewer ann_unnamed = {
    .key = {"token a", 7}, .token_mark = {"a", 1}, .is_unnamed = true};
static const struct catalog_viewer bob = {.key = {"bob", 3}, .token_mark = {"c", 1}};

static const char *const names[] = {"p-0", "p-1", "p-2", "p-3", "p-4", "p-5"};

/* shown: a letter for each project: a(ctive), r (archived), t(rashed), - (not shown). */
static size_t make_page(const char *shown, struct project *page)
{
    size_t count = 0;
    for (size_t i = 0; shown[i] != '\0'; i++) {
        if (shown[i] != '-') {
            struct project *project = &page[count++];
            *project = fixture_project(names[i], names[i], 1);
            project->state = shown[i] == 'r'   ? PROJECT_STATE_ARCHIVED
                             : shown[i] == 't' ? PROJECT_STATE_TRASHED
                                               : PROJECT_STATE_ACTIVE;
            project->archived_ms = shown[i] == 'r' ? NOW : TIMESTAMP_NONE;
            project->trashed_ms = shown[i] == 't' ? NOW : TIMESTAMP_NONE;
            project->listing_hash = (uint64_t)shown[i];
        }
    }
    return count;
}

struct walked {
    int64_t id;
    struct catalog_judgement judgement;
};

static struct walked walk(struct fixture *f, const struct catalog_viewer *viewer,
                          const char *shown, bool is_free)
{
    struct project page[8];
    struct catalog_walk walk;
    struct catalog_changes changes = {0};
    struct walked out;
    size_t count = make_page(shown, page);
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, viewer, NOW, &f->arena, &walk, &f->err));
    OKAY(f, catalog_walk_page(f->catalog, f->source, &walk, page, count, STR_NULL, NOW,
                              &changes, &f->err));
    OKAY(f, catalog_judge_walk(f->catalog, f->source, walk.id, &out.judgement, &f->err));
    if (is_free) {
        OKAY(f, catalog_apply_states(f->catalog, f->source, walk.id, NOW, &f->err));
    }
    OKAY(f, catalog_walk_close(f->catalog, f->source, walk.id, true, NOW, &f->err));
    fixture_commit(f);
    out.id = walk.id;
    return out;
}

static void assert_count(const struct walked *walked, int64_t active, int64_t archived,
                         int64_t trashed, int64_t unseen)
{
    const struct brake_count *count = &walked->judgement.count;
    if (count->active != active || count->archived != archived || count->trashed != trashed ||
        count->unseen != unseen) {
        fail_msg("%ld active, %ld archived, %ld trashed, %ld unseen", (long)count->active,
                 (long)count->archived, (long)count->trashed, (long)count->unseen);
    }
}

/* The states of all projects in order, a letter each: a, r, t, g(one). */
static void assert_states(struct fixture *f, const char *want)
{
    char got[16] = "";
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT state FROM project ORDER BY hex_id", -1, &row, NULL),
        SQLITE_OK);
    for (size_t i = 0; sqlite3_step(row) == SQLITE_ROW && i < sizeof(got) - 1; i++) {
        got[i] = "artg"[sqlite3_column_int(row, 0)];
    }
    sqlite3_finalize(row);
    sqlite3_close(db);
    assert_string_equal(got, want);
}

static int64_t sql(struct fixture *f, const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
    int64_t value = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;
    sqlite3_finalize(row);
    sqlite3_close(db);
    return value;
}

/* The ids to look up, joined by blanks. */
static const char *missing(struct fixture *f, const struct walked *walked, size_t limit)
{
    struct catalog_missing *items = NULL;
    size_t count = 0;
    struct buf text;
    OKAY(f, catalog_list_missing(f->catalog, f->source, walked->id, limit, &f->arena, &items,
                                 &count, &f->err));
    buf_init(&text, 1024);
    for (size_t i = 0; i < count; i++) {
        (void)buf_printf(&text, "%s%.*s", i > 0 ? " " : "", STR_ARG(items[i].project_id));
    }
    const char *copy = arena_cstr(&f->arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static enum project_state look_up(struct fixture *f, const char *id, enum catalog_lookup lookup,
                                  int64_t now_ms)
{
    enum project_state state = PROJECT_STATE_ACTIVE;
    fixture_begin(f);
    OKAY(f, catalog_store_lookup(f->catalog, f->source, str_from(id), lookup, NULL, now_ms,
                                 &state, &f->err));
    fixture_commit(f);
    return state;
}

/* ---- states that a page shows ---- */

static void test_a_state_waits_for_the_brake(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aaaa", true);
    struct walked held = walk(f, &ann, "atra", false);
    assert_count(&held, 4, 1, 1, 0);
    assert_states(f, "aaaa");
    assert_non_null(strstr(fixture_export(f, "project"), "\"archivedAt\":null"));
    assert_null(strstr(fixture_export(f, "project"), "\"archivedAt\":\"2"));
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE field = 'state'"), 0);
    /* The same again changes nothing, and is still counted. */
    held = walk(f, &ann, "atra", false);
    assert_count(&held, 4, 1, 1, 0);
    struct walked freed = walk(f, &ann, "atra", true);
    assert_count(&freed, 4, 1, 1, 0);
    assert_states(f, "atra");
    assert_non_null(strstr(fixture_export(f, "project"), "\"archivedAt\":\"2"));
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE field = 'state'"
                            " AND before = 'active' AND after IN ('trashed', 'archived')"),
                     2);
    freed = walk(f, &ann, "atra", true);
    assert_count(&freed, 2, 0, 0, 0);
}

static void test_other_states_hold_at_once(void **state)
{
    struct fixture *f = *state;
    /* New as trashed: it never was active here. */
    struct walked first = walk(f, &ann, "atr", false);
    assert_count(&first, 0, 0, 0, 0);
    assert_states(f, "atr");
    (void)walk(f, &ann, "ara", false); /* another state, and active again */
    assert_states(f, "ara");
    /* A pending one that is active again is no change at all. */
    (void)walk(f, &ann, "tra", false);
    struct walked back = walk(f, &ann, "ara", false);
    assert_count(&back, 2, 0, 0, 0);
    assert_states(f, "ara");
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE pending_state IS NOT NULL"), 0);
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE field = 'state' AND project ="
                            " (SELECT id FROM project WHERE hex_id = 'p-0')"),
                     0);
}

static void test_the_share_is_of_those_that_were_there(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aa", true);
    struct walked grown = walk(f, &ann, "taaaat", false); /* four are new, one as trashed */
    assert_count(&grown, 2, 0, 1, 0);
    grown = walk(f, &ann, "taaaat", false);
    assert_count(&grown, 5, 0, 1, 0);
}

static void test_a_cut_walk_concludes_nothing(void **state)
{
    struct fixture *f = *state;
    struct project page[8];
    struct catalog_walk cut;
    struct catalog_changes changes = {0};
    (void)walk(f, &ann, "aaaa", true);
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, &ann, NOW, &f->arena, &cut, &f->err));
    OKAY(f, catalog_walk_page(f->catalog, f->source, &cut, page, make_page("tt", page),
                              STR("c"), NOW, &changes, &f->err));
    OKAY(f, catalog_walk_close(f->catalog, f->source, cut.id, false, NOW, &f->err));
    fixture_commit(f);
    assert_states(f, "aaaa");
    assert_int_equal(sql(f, "SELECT sum(missed) FROM project"), 0);
    /* What it showed counts in the next complete one, which does not show one of them. */
    struct walked next = walk(f, &ann, "-taa", false);
    assert_count(&next, 4, 0, 2, 0);
    assert_int_equal(next.judgement.missing, 1);
}

/* ---- what is missing ---- */

static void test_missing_ones_are_looked_up(void **state)
{
    struct fixture *f = *state;
    struct project shown;
    enum project_state found;
    (void)walk(f, &ann, "aaaaar", true);
    struct walked second = walk(f, &ann, "a-----", true);
    assert_count(&second, 5, 0, 0, 4);
    assert_int_equal(second.judgement.missing, 5);
    assert_states(f, "aaaaar");
    assert_string_equal(missing(f, &second, 200), "p-1 p-2 p-3 p-4 p-5");
    assert_int_equal(look_up(f, "p-1", CATALOG_LOOKUP_GONE, NOW), PROJECT_STATE_GONE);
    assert_int_equal(look_up(f, "p-2", CATALOG_LOOKUP_DENIED, NOW), PROJECT_STATE_ACTIVE);
    assert_int_equal(look_up(f, "p-3", CATALOG_LOOKUP_FAILED, NOW + 1), PROJECT_STATE_ACTIVE);
    assert_int_equal(make_page("t", &shown), 1);
    shown.id = STR("p-4");
    fixture_begin(f);
    OKAY(f, catalog_store_lookup(f->catalog, f->source, shown.id, CATALOG_LOOKUP_SHOWN, &shown,
                                 NOW + 2, &found, &f->err));
    fixture_commit(f);
    assert_int_equal(found, PROJECT_STATE_TRASHED);
    assert_states(f, "agaatr");
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE field = 'state'"
                            " AND after IN ('gone', 'trashed')"),
                     2);
    /* Never looked up before long ago; what is gone is not looked up any more. */
    struct walked third = walk(f, &ann, "a-----", true);
    assert_string_equal(missing(f, &third, 200), "p-5 p-2 p-3 p-4");
    assert_string_equal(missing(f, &third, 2), "p-5 p-2");
}

static void test_denied_three_times_is_gone(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aaa", true);
    struct walked missed = walk(f, &ann, "aa-", true);
    assert_count(&missed, 3, 0, 0, 1);
    assert_int_equal(look_up(f, "p-2", CATALOG_LOOKUP_DENIED, NOW), PROJECT_STATE_ACTIVE);
    assert_int_equal(sql(f, "SELECT detail FROM project WHERE hex_id = 'p-2'"), 2);
    missed = walk(f, &ann, "aa-", true);
    assert_count(&missed, 3, 0, 0, 0); /* it would not go this time */
    assert_int_equal(missed.judgement.missing, 1);
    assert_int_equal(look_up(f, "p-2", CATALOG_LOOKUP_DENIED, NOW), PROJECT_STATE_ACTIVE);
    missed = walk(f, &ann, "aa-", true);
    assert_count(&missed, 3, 0, 0, 1); /* now it would */
    assert_int_equal(look_up(f, "p-2", CATALOG_LOOKUP_DENIED, NOW), PROJECT_STATE_GONE);
    assert_states(f, "aag");
    missed = walk(f, &ann, "aa-", true);
    assert_int_equal(missed.judgement.missing, 0);
    /* Back in the list: active at once, and read anew. */
    (void)walk(f, &ann, "aaa", false);
    assert_states(f, "aaa");
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE hex_id = 'p-2' AND missed = 0"
                            " AND looked_up_ms IS NULL AND content_read IS NULL"),
                     1);
    assert_int_equal(sql(f, "SELECT count(*) FROM change WHERE before = 'gone'"), 1);
}

static void test_denied_and_back_is_read_anew(void **state)
{
    struct fixture *f = *state;
    const struct notebook notebook = {.project_id = STR("p-1")};
    int64_t count = -1;
    (void)walk(f, &ann, "aa", true);
    fixture_store(f, &notebook, "m");
    (void)walk(f, &ann, "a-", true);
    (void)look_up(f, "p-1", CATALOG_LOOKUP_DENIED, NOW);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW, &count, &f->err));
    assert_int_equal(count, 1); /* p-0; the denied one is left alone */
    (void)walk(f, &ann, "aa", true);
    OKAY(f, catalog_count_work(f->catalog, f->source, true, NOW, &count, &f->err));
    assert_int_equal(count, 2);
}

/* ---- whose eyes ---- */

static void test_another_token_deletes_nothing(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aaaa", true);
    struct walked changed = walk(f, &ann_anew, "aa-t", true);
    assert_true(changed.judgement.is_other_token);
    assert_count(&changed, 4, 0, 1, 0); /* what Hex shows as trashed is no absence */
    assert_int_equal(changed.judgement.missing, 1);
    assert_int_equal(sql(f, "SELECT sum(missed) FROM project"), 0);
    struct walked next = walk(f, &ann_anew, "aa-t", true);
    assert_false(next.judgement.is_other_token);
    assert_count(&next, 3, 0, 0, 1);
    assert_string_equal(missing(f, &next, 200), "p-2");
}

static void test_viewers_judge_what_they_saw(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aaaa", true);
    struct walked other = walk(f, &bob, "aa--", true);
    assert_count(&other, 2, 0, 0, 0);
    assert_int_equal(other.judgement.missing, 0);
    assert_int_equal(other.judgement.others, 2);
    other = walk(f, &bob, "a---", true);
    assert_count(&other, 2, 0, 0, 1);
    assert_string_equal(missing(f, &other, 200), "p-1");
    /* The brake of one does not free what waits for the brake of the other. */
    (void)walk(f, &ann, "aatt", false);
    (void)walk(f, &bob, "aa--", true);
    assert_states(f, "aaaa");
    (void)walk(f, &ann, "aatt", true);
    assert_states(f, "aatt");
}

static void test_a_walk_is_not_resumed_by_another_token(void **state)
{
    struct fixture *f = *state;
    struct project page[8];
    struct catalog_walk first;
    struct catalog_walk second;
    struct catalog_changes changes = {0};
    fixture_begin(f);
    OKAY(f, catalog_walk_open(f->catalog, f->source, &ann, NOW, &f->arena, &first, &f->err));
    OKAY(f, catalog_walk_page(f->catalog, f->source, &first, page, make_page("aa", page),
                              STR("c"), NOW, &changes, &f->err));
    OKAY(f,
         catalog_walk_open(f->catalog, f->source, &ann_anew, NOW, &f->arena, &second, &f->err));
    assert_true(str_is_null(second.cursor));
    fixture_commit(f);
}

static void test_sources_have_walks_of_their_own(void **state)
{
    struct fixture *f = *state;
    const struct notebook file = {.project_id = STR("p-1")};
    int64_t mine = f->source;
    bool is_new = false;
    (void)walk(f, &ann, "aaaa", true);
    f->source = fixture_source(f, "files", NULL);
    fixture_begin(f);
    OKAY(f, catalog_store_file_project(f->catalog, f->source, &file, NOW, &is_new, &f->err));
    fixture_commit(f);
    assert_true(is_new);
    f->source = fixture_source(f, "https://app.hex.tech", "w-2");
    struct walked other = walk(f, &ann, "--t", true);
    assert_count(&other, 0, 0, 0, 0);
    assert_int_equal(other.judgement.others, 0);
    assert_false(other.judgement.is_other_token);
    f->source = mine;
    struct walked empty = walk(f, &ann, "", true);
    assert_count(&empty, 4, 0, 0, 4);
    assert_string_equal(missing(f, &empty, 200), "p-0 p-1 p-2 p-3");
    assert_int_equal(look_up(f, "p-1", CATALOG_LOOKUP_GONE, NOW), PROJECT_STATE_GONE);
    assert_int_equal(sql(f, "SELECT count(*) FROM project WHERE hex_id = 'p-1' AND state = 0"),
                     1);
}

/* Hex does not always say whose a token is: it sees the same all the same. */
static void test_a_token_is_its_user_also_when_nobody_says_so(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann, "aaa", true);
    struct walked walked = walk(f, &ann_unnamed, "-aaa", true);
    assert_count(&walked, 3, 0, 0, 1);
    assert_string_equal(missing(f, &walked, 10), "p-0");
    walked = walk(f, &ann, "-aa-", true); /* p-3 was shown to her without her name only */
    assert_string_equal(missing(f, &walked, 10), "p-0 p-3");
    walked = walk(f, &bob, "-aa-", true);
    assert_string_equal(missing(f, &walked, 10), "");
}

static void test_a_user_has_seen_what_the_token_saw_before_it_was_known_whose(void **state)
{
    struct fixture *f = *state;
    (void)walk(f, &ann_unnamed, "aaa", true);
    struct walked walked = walk(f, &ann, "aa-", true);
    assert_count(&walked, 3, 0, 0, 1);
    assert_string_equal(missing(f, &walked, 10), "p-2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_token_is_its_user_also_when_nobody_says_so),
        TEST(test_a_user_has_seen_what_the_token_saw_before_it_was_known_whose),
        TEST(test_a_state_waits_for_the_brake),
        TEST(test_other_states_hold_at_once),
        TEST(test_the_share_is_of_those_that_were_there),
        TEST(test_a_cut_walk_concludes_nothing),
        TEST(test_missing_ones_are_looked_up),
        TEST(test_denied_three_times_is_gone),
        TEST(test_denied_and_back_is_read_anew),
        TEST(test_another_token_deletes_nothing),
        TEST(test_viewers_judge_what_they_saw),
        TEST(test_a_walk_is_not_resumed_by_another_token),
        TEST(test_sources_have_walks_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
