#include "domain/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct str normal(struct arena *arena, const char *text)
{
    struct str out;
    assert_int_equal(merge_normal(str_from(text), arena, &out), OK);
    return out;
}

static void test_normal_form(void **state)
{
    static const struct {
        const char *in;
        const char *want;
    } rows[] = {
        {NULL, ""},
        {"plain", "plain"},
        {"  spaced \n", "spaced"},
        {"a&#61;b &#64;team &#39;q&#39; &lt;b&gt;x&lt;/b&gt;", "a=b @team 'q' <b>x</b>"},
        {"&#x40;&#X2F;&amp;&quot;&apos;", "@/&\"'"},
        {"&amp;lt;", "&lt;"}, /* undone once */
        {"a & b &; &#; &#x; &#0; &#1114112; &nope; &#12", "a & b &; &#; &#x; &#0; &#1114112; "
                                                          "&nope; &#12"},
        {"one\r\ntwo\rthree", "one\ntwo\nthree"},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena, 65536);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str out = normal(&arena, rows[i].in);
        if (!str_is(out, rows[i].want)) {
            fail_msg("'%s' became '%.*s'", rows[i].in, STR_ARG(out));
        }
    }
    arena_free(&arena);
}

#define H(text) merge_hash(STR(text))
#define NO_BASE                                                                                \
    {                                                                                          \
        .has_sent = false                                                                      \
    }
#define SENT(text)                                                                             \
    {                                                                                          \
        .has_sent = true, .sent = H(text)                                                      \
    }
#define BASE(text, shown)                                                                      \
    {                                                                                          \
        .has_sent = true, .has_seen = true, .sent = H(text), .seen = H(shown)                  \
    }
#define UNKNOWN MERGE_AUTHOR_UNKNOWN
#define US MERGE_AUTHOR_US
#define PERSON MERGE_AUTHOR_PERSON
#define LOST MERGE_AUTHOR_LOST

static void test_texts(void **state)
{
    const struct {
        const char *why;
        struct merge_text field;
        enum merge_verdict want;
    } texts[] = {
        {"equal", {STR("a"), STR("a"), NO_BASE, UNKNOWN, false}, MERGE_SAME},
        {"both empty", {STR_NULL, STR(""), NO_BASE, UNKNOWN, false}, MERGE_SAME},
        {"only ours changed",
         {STR("b"), STR("a"), BASE("a", "a"), UNKNOWN, false},
         MERGE_WRITE},
        {"only theirs changed",
         {STR("a"), STR("x"), BASE("a", "a"), UNKNOWN, false},
         MERGE_KEEP},
        {"the server rewrote ours",
         {STR("<i>a"), STR("a"), BASE("<i>a", "a"), UNKNOWN, false},
         MERGE_SAME},
        {"ours changed behind a rewriting server",
         {STR("<i>b"), STR("a"), BASE("<i>a", "a"), UNKNOWN, false},
         MERGE_WRITE},
        {"Hex took it away", {STR(""), STR("a"), BASE("a", "a"), UNKNOWN, false}, MERGE_REMOVE},
        {"a person took it away",
         {STR("a"), STR(""), BASE("a", "a"), UNKNOWN, false},
         MERGE_KEEP},
        {"both changed, who?", {STR("b"), STR("x"), BASE("a", "a"), UNKNOWN, false}, MERGE_ASK},
        {"both changed, a person",
         {STR("b"), STR("x"), BASE("a", "a"), PERSON, false},
         MERGE_KEEP},
        {"both changed, we ourselves before a crash",
         {STR("c"), STR("b"), BASE("a", "a"), US, false},
         MERGE_WRITE},
        {"not seen, as sent", {STR("b"), STR("a"), SENT("a"), UNKNOWN, false}, MERGE_WRITE},
        {"not seen, other", {STR("b"), STR("x"), SENT("a"), UNKNOWN, false}, MERGE_ASK},
        {"no base, who?", {STR("b"), STR("x"), NO_BASE, UNKNOWN, false}, MERGE_ASK},
        {"no base, ours", {STR("b"), STR("x"), NO_BASE, US, false}, MERGE_WRITE},
        {"no base, a person's", {STR("b"), STR("x"), NO_BASE, PERSON, false}, MERGE_KEEP},
        {"no base, a person emptied it",
         {STR("b"), STR(""), NO_BASE, PERSON, false},
         MERGE_KEEP},
        {"no base, no history", {STR("b"), STR("x"), NO_BASE, LOST, false}, MERGE_KEEP},
        {"no base, no history, empty", {STR("b"), STR(""), NO_BASE, LOST, false}, MERGE_WRITE},
        {"no base, Hex says nothing", {STR(""), STR("x"), NO_BASE, UNKNOWN, false}, MERGE_KEEP},
        {"override", {STR("a"), STR("x"), BASE("a", "a"), PERSON, true}, MERGE_WRITE},
        {"override without base", {STR("a"), STR("x"), NO_BASE, PERSON, true}, MERGE_WRITE},
        {"nothing to override with",
         {STR(""), STR("x"), BASE("", ""), PERSON, true},
         MERGE_KEEP},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        enum merge_verdict verdict = merge_text(&texts[i].field);
        if (verdict != texts[i].want) {
            fail_msg("%s: %d instead of %d", texts[i].why, (int)verdict, (int)texts[i].want);
        }
    }
}

/* Five more runs, with changes in Hex: what a person wrote is still there. */
static void test_a_persons_text_stays_a_persons(void **state)
{
    const struct merge_base starts[] = {NO_BASE, SENT("a"), BASE("a", "a")};
    static const struct str ours[] = {STR("b"), STR("b"), STR("c"), STR(""), STR("d")};
    (void)state;
    for (size_t start = 0; start < 3; start++) {
        struct merge_base base = starts[start];
        for (size_t run = 0; run < 5; run++) {
            struct merge_text field = {ours[run], STR("mine"), base, UNKNOWN, false};
            enum merge_verdict verdict = merge_text(&field);
            if (verdict == MERGE_ASK) {
                field.author = PERSON;
                verdict = merge_text(&field);
            }
            assert_int_equal(verdict, MERGE_KEEP);
            base = merge_next_base(&field, verdict);
        }
    }
}

static void test_what_was_written_is_the_next_base(void **state)
{
    struct merge_text field = {STR("<i>b"), STR("a"), BASE("a", "a"), UNKNOWN, false};
    (void)state;
    assert_int_equal(merge_text(&field), MERGE_WRITE);
    field.base = merge_next_base(&field, MERGE_WRITE);
    assert_true(field.base.has_sent);
    assert_false(field.base.has_seen);
    /* The server shows it in its own way, by our hand: the caller takes that as seen. */
    field.theirs = STR("b");
    field.base.has_seen = true;
    field.base.seen = merge_hash(field.theirs);
    assert_int_equal(merge_text(&field), MERGE_SAME);
    field.theirs = STR("b, says Ann");
    assert_int_equal(merge_text(&field), MERGE_KEEP);
}

static void test_sets(void **state)
{
    const struct str a = STR("A");
    const struct str b = STR("B");
    const struct str p = STR("Person");
    const struct str a_b[] = {a, b};
    const struct str a_p[] = {a, p};
    struct arena arena;
    struct merge_set_result result;
    (void)state;
    arena_init(&arena, 65536);

    struct merge_set set = {.ours = &b, 1, .theirs = a_p, 2, true, .sent = &a, 1};
    assert_int_equal(merge_set(&set, &arena, &result), OK);
    assert_int_equal(result.add_count, 1);
    assert_true(str_eq(result.add[0], b));
    assert_int_equal(result.remove_count, 1);
    assert_true(str_eq(result.remove[0], a));

    /* A person took B away: it stays away, unless Hex overrides. */
    set = (struct merge_set){.ours = a_b, 2, .theirs = a_p, 2, true, .sent = a_b, 2};
    assert_int_equal(merge_set(&set, &arena, &result), OK);
    assert_int_equal(result.add_count + result.remove_count, 0);
    assert_int_equal(result.kept_away, 1);
    set.overrides = true;
    assert_int_equal(merge_set(&set, &arena, &result), OK);
    assert_int_equal(result.add_count, 1);

    /* Without a base nothing is removed, and what a person dropped is not added. */
    set = (struct merge_set){.ours = &b, 1, .theirs = a_p, 2, .dropped = &b, 1};
    assert_int_equal(merge_set(&set, &arena, &result), OK);
    assert_int_equal(result.add_count + result.remove_count, 0);
    assert_int_equal(result.kept_away, 1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_form),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_a_persons_text_stays_a_persons),
        cmocka_unit_test(test_what_was_written_is_the_next_base),
        cmocka_unit_test(test_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
