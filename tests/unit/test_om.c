/* The pure parts of src/om: versions, requests, what the server shows, and what to change. */
#include "om/change.h"
#include "om/lineage.h"
#include "om/run_status.h"
#include "om/version.h"

#include "base/json_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ME STR("ingestion-bot")

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

/* ---- versions ---- */

static void test_versions(void **state)
{
    static const struct {
        const char *text;
        enum status want;
        bool is_two;
    } rows[] = {
        {"1.12.0", OK, false},        {"1.13.1-SNAPSHOT", OK, false},
        {"2.0.7", OK, true},          {"2.0", OK, true},
        {"2.9.99", OK, true},         {"1.11.9", ERR_CONFIG, false},
        {"3.0.0", ERR_CONFIG, true},  {"", ERR_PARSE, false},
        {"latest", ERR_PARSE, false}, {"2", ERR_PARSE, false},
        {"2.x.1", ERR_PARSE, false},  {"99999.1.1", ERR_PARSE, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct om_version version;
        struct error err = ERROR_INIT;
        enum status status = om_version_parse(str_from(rows[i].text), &version, &err);
        if (status != rows[i].want ||
            (status != ERR_PARSE && version.keeps_titles != rows[i].is_two)) {
            fail_msg("'%s' gave %d", rows[i].text, (int)status);
        }
    }
}

/* ---- requests ---- */

static struct om_entity dashboard(void)
{
    static struct str tags[] = {STR("HexStatus.Approved")};
    static struct str owners[] = {STR("u-1")};
    static struct str charts[] = {STR("hex.p-1_c")};
    return (struct om_entity){.kind = PUBLISHED_DASHBOARD,
                              .name = STR("p-1"),
                              .fqn = STR("hex.p-1"),
                              .service = STR("hex"),
                              .project = STR("p-1"),
                              .title = STR("Revenue"),
                              .description = STR("a=b @team 'q' <b>x</b>"),
                              .url = STR("https://hex/app"),
                              .folder = STR("Board"),
                              .has_links = true,
                              .charts = charts,
                              .chart_count = 1,
                              .has_tags = true,
                              .tags = tags,
                              .tag_count = 1,
                              .has_owners = true,
                              .owners = owners,
                              .owner_count = 1,
                              .created_ms = 1,
                              .edited_ms = 2,
                              .viewed_ms = TIMESTAMP_NONE};
}

static const char *written(const struct om_entity *entity, bool is_new)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, 65536);
    json_out_init(&out, &text);
    json_out_object(&out);
    om_entity_write(entity, is_new, &out);
    json_out_object_end(&out);
    const char *copy = arena_cstr(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static void test_a_request(void **state)
{
    struct om_entity entity = dashboard();
    (void)state;
    assert_string_equal(
        written(&entity, true),
        "{\"name\":\"p-1\",\"service\":\"hex\",\"displayName\":\"Revenue\",\"description\":"
        "\"a=b @team 'q' <b>x</b>\",\"sourceUrl\":\"https://hex/app\",\"tags\":[{\"tagFQN\":"
        "\"HexStatus.Approved\",\"source\":\"Classification\",\"labelType\":\"Automated\","
        "\"state\":\"Confirmed\"}],\"owners\":[{\"id\":\"u-1\",\"type\":\"user\"}],"
        "\"project\":\"Board\",\"charts\":[\"hex.p-1_c\"],\"dataModels\":[],\"lifeCycle\":{"
        "\"created\":{\"timestamp\":1},\"updated\":{\"timestamp\":2}}}");
    assert_null(strstr(written(&entity, false), "\"project\""));

    struct om_column columns[] = {{.name = STR("a"), .title = STR("a\"")},
                                  {.name = STR("b"), .type = STR("VARCHAR"), .length = 20}};
    struct om_entity model = {.kind = PUBLISHED_DATA_MODEL,
                              .name = STR("p-1_s"),
                              .service = STR("hex"),
                              .data_model_type = STR("ModeDataModel"),
                              .sql = STR("select 1"),
                              .columns = columns,
                              .column_count = 2};
    assert_string_equal(
        written(&model, true),
        "{\"name\":\"p-1_s\",\"service\":\"hex\",\"dataModelType\":\"ModeDataModel\","
        "\"serviceType\":\"Hex\",\"sql\":\"select 1\",\"columns\":[{\"name\":\"a\","
        "\"displayName\":\"a\\\"\",\"dataType\":\"UNKNOWN\"},{\"name\":\"b\",\"dataType\":"
        "\"VARCHAR\",\"dataLength\":20}]}");
}

static void test_digests_cover_what_is_written(void **state)
{
    struct om_entity entity = dashboard();
    uint64_t digest = om_entity_digest(&entity);
    struct str hash;
    struct str salted;
    (void)state;
    entity.viewed_ms = 3;
    assert_true(om_entity_digest(&entity) != digest);
    entity = dashboard();
    entity.tag_count = 0;
    assert_true(om_entity_digest(&entity) != digest);
    entity = dashboard();
    entity.chart_count = 0;
    assert_true(om_entity_digest(&entity) != digest);
    entity = dashboard();
    assert_true(om_entity_digest(&entity) == digest);
    assert_int_equal(om_source_hash(STR("x"), 0, &arena, &hash), OK);
    assert_int_equal(om_source_hash(STR("x"), 1, &arena, &salted), OK);
    assert_int_equal(hash.n, 32);
    assert_false(str_eq(hash, salted));
}

/* ---- what the server shows ---- */

#define SHOWN                                                                                  \
    "{\"id\":\"e-1\",\"name\":\"p-1\",\"fullyQualifiedName\":\"hex.p-1\",\"displayName\":"     \
    "\"Revenue\",\"description\":\"a&#61;b &#64;team &#39;q&#39; <b>x</b>\",\"sourceUrl\":"    \
    "\"https://hex/app\",\"version\":0.3,\"updatedBy\":\"%s\",\"tags\":[{\"tagFQN\":"          \
    "\"HexStatus.Approved\",\"labelType\":\"Automated\"},{\"tagFQN\":\"Own.Mine\","            \
    "\"labelType\":\"Manual\"}],\"owners\":[{\"id\":\"u-1\",\"type\":\"user\"}],\"charts\":["  \
    "{\"fullyQualifiedName\":\"hex.p-1_c\"},{\"fullyQualifiedName\":\"hex.p-1_old\"},"         \
    "{\"fullyQualifiedName\":\"other.chart\"},{\"fullyQualifiedName\":\"gone\",\"deleted\":"   \
    "true}],\"lifeCycle\":{\"created\":{\"timestamp\":1},\"updated\":{\"timestamp\":2}}}"

static struct om_shown shown_by(const char *user)
{
    struct om_shown shown;
    struct str text;
    struct error err = ERROR_INIT;
    assert_int_equal(arena_printf(&arena, &text, SHOWN, user), OK);
    assert_int_equal(om_shown_read(PUBLISHED_DASHBOARD, text, &arena, &shown, &err), OK);
    return shown;
}

static void test_what_is_shown(void **state)
{
    struct om_shown shown = shown_by("ann");
    (void)state;
    assert_true(shown.is_there);
    assert_false(shown.is_first_version);
    assert_int_equal(shown.entity.tag_count, 2);
    assert_true(shown.has_bot_label[0]);
    assert_false(shown.has_bot_label[1]);
    assert_int_equal(shown.entity.chart_count, 3); /* not what was deleted */
    assert_int_equal(shown.entity.edited_ms, 2);
    assert_true(shown.entity.viewed_ms == TIMESTAMP_NONE);
}

/* A label or an owner without a name keeps its place: patches count places. */
static void test_labels_keep_their_places(void **state)
{
    static const char text[] =
        "{\"name\":\"p-1\",\"updatedBy\":\"ann\",\"tags\":[{\"labelType\":\"Automated\"},"
        "{\"tagFQN\":\"Own.Mine\",\"labelType\":\"Manual\"},{\"tagFQN\":\"HexStatus.Old\","
        "\"labelType\":\"Automated\"}],\"owners\":[{\"type\":\"user\"},{\"id\":\"u-1\"}]}";
    struct om_shown shown;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(om_shown_read(PUBLISHED_DASHBOARD, str_from(text), &arena, &shown, &err),
                     OK);
    assert_int_equal(shown.entity.tag_count, 3);
    assert_true(str_is(shown.entity.tags[1], "Own.Mine"));
    assert_false(shown.has_bot_label[1]);
    assert_true(shown.has_bot_label[2]);
    assert_int_equal(shown.entity.owner_count, 2);
    assert_true(str_is(shown.entity.owners[1], "u-1"));
}

#define VERSION(number, user, changes)                                                         \
    "{\\\"version\\\":" number ",\\\"updatedBy\\\":\\\"" user                                  \
    "\\\",\\\"changeDescription\\\":{" changes "}}"
#define CHANGED(list, field) "\\\"" list "\\\":[{\\\"name\\\":\\\"" field "\\\"}]"

static void test_who_changed_what(void **state)
{
    static const char text[] = "{\"entityType\":\"dashboard\",\"versions\":[\"" VERSION(
        "0.1", "ingestion-bot",
        "") "\",\"" VERSION("0.3", "ann",
                            CHANGED("fieldsUpdated",
                                    "description")) "\",\"" VERSION("0.2", "ingestion-bot",
                                                                    CHANGED(
                                                                        "fieldsUpdated",
                                                                        "displayName")) "\"]}";
    static const char dropped_text[] =
        "{\"versions\":[{\"version\":0.2,\"updatedBy\":\"ann\",\"changeDescription\":{"
        "\"fieldsDeleted\":[{\"name\":\"tags\",\"oldValue\":\"[{\\\"tagFQN\\\":"
        "\\\"HexStatus.Approved\\\"}]\"}]}},{\"version\":0.3,\"updatedBy\":\"ann\","
        "\"changeDescription\":{\"fieldsUpdated\":[{\"name\":\"tags\",\"oldValue\":"
        "\"[{\\\"tagFQN\\\":\\\"A.B\\\"},{\\\"tagFQN\\\":\\\"A.C\\\"}]\",\"newValue\":"
        "\"[{\\\"tagFQN\\\":\\\"A.C\\\"}]\"}]}}]}";
    struct om_history *history = NULL;
    struct error err = ERROR_INIT;
    struct str *dropped = NULL;
    size_t count = 0;
    (void)state;
    assert_int_equal(om_history_read(str_from(text), &history, &err), OK);
    assert_int_equal(om_history_author(history, "description", ME), MERGE_AUTHOR_PERSON);
    assert_int_equal(om_history_author(history, "displayName", ME), MERGE_AUTHOR_US);
    assert_int_equal(om_history_author(history, "owners", ME), MERGE_AUTHOR_US);
    om_history_free(history);

    assert_int_equal(om_history_read(str_from(dropped_text), &history, &err), OK);
    assert_int_equal(om_history_author(history, "owners", ME), MERGE_AUTHOR_LOST);
    assert_int_equal(
        om_history_dropped(history, "tags", "tagFQN", ME, &arena, &dropped, &count), OK);
    assert_int_equal(count, 2);
    assert_true(str_is(dropped[0], "A.B")); /* the newest version comes first */
    assert_true(str_is(dropped[1], "HexStatus.Approved"));
    om_history_free(history);

    /* Lists that are no texts. */
    count = 0;
    assert_int_equal(
        om_history_read(STR("{\"versions\":[{\"version\":0.2,\"updatedBy\":\"ann\","
                            "\"changeDescription\":{\"fieldsDeleted\":[{\"name\":\"tags\","
                            "\"oldValue\":[{\"tagFQN\":\"A.B\"}]}]}}]}"),
                        &history, &err),
        OK);
    assert_int_equal(
        om_history_dropped(history, "tags", "tagFQN", ME, &arena, &dropped, &count), OK);
    assert_int_equal(count, 1);
    om_history_free(history);

    assert_int_equal(om_history_read(STR(""), &history, &err), OK);
    assert_int_equal(om_history_author(history, "owners", ME), MERGE_AUTHOR_LOST);
    om_history_free(history);
    assert_int_equal(om_history_author(NULL, "owners", ME), MERGE_AUTHOR_UNKNOWN);
}

/* ---- what to change ---- */

static struct om_change decide(const struct om_entity *entity, const struct om_shown *shown,
                               const struct published *base, bool keeps_titles)
{
    const struct om_change_rules rules = {.user = ME, .keeps_titles = keeps_titles};
    const struct published empty = {.kind = entity->kind, .name = entity->name};
    struct om_change change;
    assert_int_equal(om_change_decide(entity, shown, base != NULL ? base : &empty, base != NULL,
                                      NULL, &rules, &arena, &change),
                     OK);
    return change;
}

/* The base after a first run that wrote this entity and read it back. */
static struct published settled(const struct om_entity *entity, const struct om_shown *shown)
{
    struct om_shown nothing = {.is_there = false, .entity.kind = entity->kind};
    struct om_change made = decide(entity, &nothing, NULL, true);
    assert_int_equal(made.action, OM_ACTION_CREATE);
    struct published base = made.next;
    struct om_change seen = decide(entity, shown, &base, true);
    return seen.next;
}

static void test_an_entity_that_is_not_there_is_made(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown nothing = {.is_there = false, .entity.kind = entity.kind};
    struct om_change change = decide(&entity, &nothing, NULL, true);
    (void)state;
    assert_int_equal(change.action, OM_ACTION_CREATE);
    assert_true(change.needs_row);
    assert_false(change.needs_override);
    assert_true(change.next.fields[PUBLISHED_FIELD_TITLE].has_sent);
    assert_int_equal(change.next.tag_count, 1);
}

static void test_the_servers_spelling_is_no_edit(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = settled(&entity, &shown);
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1; /* as published */
    change = decide(&entity, &shown, &base, true);
    assert_int_equal(change.action, OM_ACTION_NONE);
    assert_false(change.keeps_something);
}

/* Seeing in passing comes to the base that deciding comes to. */
static void test_what_was_sent_is_seen(void **state)
{
    const struct om_change_rules rules = {.user = ME, .keeps_titles = true};
    struct om_entity entity = dashboard();
    struct om_shown nothing = {.is_there = false, .entity.kind = entity.kind};
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = decide(&entity, &nothing, NULL, true).next;
    struct published wanted;
    struct published next;
    bool has_new_base;
    bool is_doubtful;
    (void)state;
    shown.entity.chart_count = 1; /* as published */
    wanted = decide(&entity, &shown, &base, true).next;
    assert_int_equal(
        om_change_see(&shown, &base, &rules, &arena, &next, &has_new_base, &is_doubtful), OK);
    assert_true(has_new_base && !is_doubtful);
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        assert_int_equal(next.fields[i].has_seen, wanted.fields[i].has_seen);
        assert_true(next.fields[i].sent == wanted.fields[i].sent);
        assert_true(next.fields[i].seen == wanted.fields[i].seen);
    }
    assert_true(str_eq(next.entity_id, wanted.entity_id));
    assert_int_equal(
        om_change_see(&shown, &next, &rules, &arena, &next, &has_new_base, &is_doubtful), OK);
    assert_false(has_new_base || is_doubtful);

    /* Whose text it is, only a closer look tells; and so it is with what was deleted. */
    shown = shown_by("ann");
    assert_int_equal(
        om_change_see(&shown, &base, &rules, &arena, &next, &has_new_base, &is_doubtful), OK);
    assert_true(is_doubtful);
    shown = shown_by("ingestion-bot");
    shown.is_deleted = true;
    assert_int_equal(
        om_change_see(&shown, &base, &rules, &arena, &next, &has_new_base, &is_doubtful), OK);
    assert_true(is_doubtful);
}

static const char *patch_of(const struct om_change *change, const struct om_shown *shown)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, 65536);
    json_out_init(&out, &text);
    om_change_write_patch(change, shown, &out);
    const char *copy = arena_cstr(&arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static void test_a_status_is_one_patch(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = settled(&entity, &shown);
    struct str tags[] = {STR("HexStatus.Done")};
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1;
    entity.tags = tags;
    change = decide(&entity, &shown, &base, true);
    assert_int_equal(change.action, OM_ACTION_UPDATE);
    assert_true(change.needs_patch);
    assert_false(change.needs_row);
    assert_string_equal(
        patch_of(&change, &shown),
        "[{\"op\":\"test\",\"path\":\"/tags/0/tagFQN\",\"value\":\"HexStatus.Approved\"},"
        "{\"op\":\"remove\",\"path\":\"/tags/0\"},{\"op\":\"add\",\"path\":\"/tags/-\","
        "\"value\":{\"tagFQN\":\"HexStatus.Done\",\"source\":\"Classification\","
        "\"labelType\":\"Automated\",\"state\":\"Confirmed\"}}]");
}

static void test_a_new_title_goes_by_the_servers_version(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = settled(&entity, &shown);
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1;
    entity.title = STR("Income");
    change = decide(&entity, &shown, &base, true);
    assert_true(change.needs_row && change.needs_override);
    assert_int_equal(change.row.tag_count + change.row.owner_count, 0);
    change = decide(&entity, &shown, &base, false);
    assert_true(change.needs_row && !change.needs_override);
}

static void test_a_persons_title_stays_in_every_row(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = settled(&entity, &shown);
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1;
    shown.entity.title = STR("Ann's title");
    shown.updated_by = STR("ann");
    entity.url = STR("https://hex/other");
    change = decide(&entity, &shown, &base, false);
    assert_int_equal(change.action, OM_ACTION_UPDATE);
    assert_true(change.keeps_something);
    /* 1.x overwrites a title with what the row says: it says Ann's. */
    assert_true(str_is(change.row.title, "Ann's title"));
}

static void test_charts_that_people_linked_stay(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct om_change change = decide(&entity, &shown, NULL, true);
    (void)state;
    assert_true(change.needs_row);
    assert_int_equal(change.row.chart_count, 2); /* ours and theirs, not the old one of ours */
    assert_true(str_is(change.row.charts[1], "other.chart"));
}

static void test_what_a_person_deleted_stays_deleted(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ann");
    struct published base = {.kind = entity.kind, .state = PUBLISHED_STATE_THERE};
    (void)state;
    shown.is_deleted = true;
    assert_int_equal(decide(&entity, &shown, &base, true).action, OM_ACTION_REFUSED);
    assert_int_equal(decide(&entity, &shown, NULL, true).action, OM_ACTION_REFUSED);
    base.state = PUBLISHED_STATE_DELETED; /* by us: Hex has it again */
    assert_int_equal(decide(&entity, &shown, &base, true).action, OM_ACTION_CREATE);
    shown.updated_by = ME; /* by us, says the server */
    assert_int_equal(decide(&entity, &shown, NULL, true).action, OM_ACTION_CREATE);
    /* It was there, and is gone altogether. */
    base.state = PUBLISHED_STATE_THERE;
    shown = (struct om_shown){.is_there = false, .entity.kind = entity.kind};
    assert_int_equal(decide(&entity, &shown, &base, true).action, OM_ACTION_REFUSED);
}

static void test_what_people_wrote_on_columns_goes_with_a_new_title(void **state)
{
    struct om_column ours = {.name = STR("x"), .type = STR_NULL};
    struct om_column theirs = {
        .name = STR("x"), .title = STR("Price"), .type = STR("INT"), .description = STR("net")};
    struct om_entity entity = {.kind = PUBLISHED_DATA_MODEL,
                               .name = STR("p-1_c-1"),
                               .fqn = STR("hex.model.p-1_c-1"),
                               .service = STR("hex"),
                               .title = STR("df"),
                               .columns = &ours,
                               .column_count = 1};
    struct om_shown shown = {.is_there = true, .updated_by = ME, .entity = entity};
    struct published base = settled(&entity, &shown);
    struct om_change change;
    (void)state;
    shown.entity.columns = &theirs;
    entity.title = STR("prices");
    change = decide(&entity, &shown, &base, true);
    assert_true(change.needs_override);
    assert_true(str_is(change.row.columns[0].description, "net"));
    assert_true(str_is(change.row.columns[0].title, "Price"));
    assert_true(str_is_empty(change.ours.columns[0].description)); /* no part of the hash */
}

static void test_an_owner_that_a_person_took_away_is_not_followed_by_another(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct str ann[] = {STR("u-ann")};
    struct str bob[] = {STR("u-bob")};
    struct str both[] = {STR("u-ann"), STR("u-bob")};
    struct str eve[] = {STR("u-eve")};
    struct published base;
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1;
    entity.has_owners = true;
    entity.owners = ann;
    entity.owner_count = 1;
    shown.entity.owners = ann;
    shown.entity.owner_count = 1;
    base = settled(&entity, &shown);
    entity.owners = eve;
    shown.entity.owners = both; /* one more: Hex's part goes on */
    shown.entity.owner_count = 2;
    change = decide(&entity, &shown, &base, true);
    assert_int_equal(change.owners.add_count, 1);
    assert_int_equal(change.owners.remove_count, 1);
    shown.entity.owners = bob; /* another in its place */
    shown.entity.owner_count = 1;
    change = decide(&entity, &shown, &base, true);
    assert_int_equal(change.owners.add_count + change.owners.remove_count, 0);
    assert_true(change.keeps_something);
}

static void test_what_comes_back_is_as_people_left_it(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ingestion-bot");
    struct published base = settled(&entity, &shown);
    struct om_change change;
    (void)state;
    base.state = PUBLISHED_STATE_DELETED;
    shown.is_deleted = true;
    entity.title = STR("Income");
    change = decide(&entity, &shown, &base, false);
    assert_int_equal(change.action, OM_ACTION_CREATE);
    assert_true(str_is(change.row.title, "Income")); /* nobody else had changed it */
    assert_true(str_eq(change.row.description, shown.description));
    assert_int_equal(change.row.tag_count + change.row.owner_count, 0);
    assert_true(change.next.digest != om_entity_digest(&entity)); /* compared once more */
    shown.entity.title = STR("Ann's title");
    change = decide(&entity, &shown, &base, false);
    assert_true(str_is(change.row.title, "Ann's title"));
}

static void test_without_a_base_the_history_is_asked(void **state)
{
    struct om_entity entity = dashboard();
    struct om_shown shown = shown_by("ann");
    struct om_change change;
    (void)state;
    shown.entity.chart_count = 1;
    assert_int_equal(decide(&entity, &shown, NULL, true).action, OM_ACTION_NONE);
    entity.title = STR("Income");
    assert_int_equal(decide(&entity, &shown, NULL, true).action, OM_ACTION_ASK);
    /* The first version needs no history: who made it wrote it. */
    shown.is_first_version = true;
    change = decide(&entity, &shown, NULL, true);
    assert_true(change.keeps_something);
    assert_int_equal(change.action, OM_ACTION_NONE);
    shown.updated_by = ME;
    assert_int_equal(decide(&entity, &shown, NULL, true).action, OM_ACTION_UPDATE);
}

static bool is_version_one(void *ctx, struct str name)
{
    (void)ctx;
    return str_is(name, "v1.0");
}

/* Decides without a base about a first version that carries theirs; the first of them goes. */
static struct om_change decide_first_goes(const struct om_entity *entity,
                                          const struct om_change_rules *rules,
                                          struct str theirs[2], bool are_bots[2])
{
    struct om_shown shown = shown_by("ann");
    const struct published empty = {.kind = entity->kind, .name = entity->name};
    struct om_change change;
    shown.entity.chart_count = 1;
    shown.is_first_version = true;
    shown.entity.tags = theirs;
    shown.entity.tag_count = 2;
    shown.has_bot_label = are_bots;
    assert_int_equal(
        om_change_decide(entity, &shown, &empty, false, NULL, rules, &arena, &change), OK);
    assert_int_equal(change.tags.remove_count, 1);
    assert_true(str_eq(change.tags.remove[0], theirs[0]));
    return change;
}

static void test_a_status_of_the_other_connector_goes_quoted_or_not(void **state)
{
    struct str theirs[] = {STR("HexCategories.\"v1.0\""), STR("HexCategories.v2")};
    bool are_bots[] = {true, true};
    struct om_entity entity = dashboard();
    const struct om_change_rules rules = {.user = ME,
                                          .keeps_titles = true,
                                          .category_classification = STR("HexCategories"),
                                          .is_status = is_version_one};
    (void)state;
    (void)decide_first_goes(&entity, &rules, theirs, are_bots);
}

static void test_a_status_is_one_also_without_a_base(void **state)
{
    struct str theirs[] = {STR("HexStatus.Old"), STR("HexStatus.By hand")};
    struct str ours[] = {STR("HexStatus.New")};
    bool are_bots[] = {true, false};
    struct om_entity entity = dashboard();
    const struct om_change_rules rules = {
        .user = ME, .status_classification = STR("HexStatus"), .is_status = is_version_one};
    (void)state;
    entity.tags = ours;
    entity.tag_count = 1;
    const struct om_change change = decide_first_goes(&entity, &rules, theirs, are_bots);
    assert_int_equal(change.tags.add_count, 1);
}

/* ---- edges ---- */

static void test_an_edge_is_told_in_either_form(void **state)
{
    static const char *const rows[] = {
        "{\"edge\":{\"source\":\"DashboardLineage\",\"sqlQuery\":\"select 1\"}}",
        "{\"edge\":{\"fromEntity\":\"a\",\"toEntity\":\"b\",\"lineageDetails\":{\"source\":"
        "\"DashboardLineage\",\"sqlQuery\":\"select 1\"}}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json *document = NULL;
        struct error err = ERROR_INIT;
        assert_int_equal(json_parse(str_from(rows[i]), &json_limits_default, &document, &err),
                         OK);
        const struct json *details = om_lineage_shown(document);
        assert_true(str_is(json_str(json_get(details, "source")), "DashboardLineage"));
        assert_true(str_is(json_str(json_get(details, "sqlQuery")), "select 1"));
        json_free(document);
    }
}

/* ---- the status of a run ---- */

static void test_run_status(void **state)
{
    const struct om_status_failure failure = {STR("dashboard 'x'"), STR("refused")};
    const struct om_status_step step = {"Published charts", 3, 2, 1, 1, 0, &failure, 1};
    struct om_run_status status = {.run_id = STR("r"), .started_ms = 5, .now_ms = 6};
    struct buf text;
    (void)state;
    buf_init(&text, 4096);
    om_run_status_write(&status, &text);
    assert_string_equal(buf_cstr(&text), "{\"runId\":\"r\",\"pipelineState\":\"running\","
                                         "\"startDate\":5,\"timestamp\":6}");
    buf_clear(&text);
    status.state = OM_RUN_STATE_PARTIAL;
    status.steps = &step;
    status.step_count = 1;
    om_run_status_write(&status, &text);
    assert_string_equal(
        buf_cstr(&text),
        "{\"runId\":\"r\",\"pipelineState\":\"partialSuccess\",\"startDate\":5,\"timestamp\":"
        "6,\"endDate\":6,\"status\":[{\"name\":\"Published charts\",\"records\":3,"
        "\"updated_records\":2,\"warnings\":1,\"errors\":1,\"filtered\":0,\"failures\":[{"
        "\"name\":\"dashboard 'x'\",\"error\":\"refused\"}]}]}");
    buf_free(&text);
}

/* What a person changed and nobody can read is not taken for nothing. */
static void test_a_history_that_cannot_be_read(void **state)
{
    static const char text[] =
        "{\"versions\":[{\"version\":0.2,\"updatedBy\":\"ann\",\"changeDescription\":{"
        "\"fieldsDeleted\":[{\"name\":\"tags\",\"oldValue\":\"[{\\\"tagFQN\\\":\"}]}}]}";
    struct om_history *history = NULL;
    struct str *dropped = NULL;
    size_t count = 0;
    struct error err = ERROR_INIT;
    (void)state;
    assert_int_equal(om_history_read(str_from(text), &history, &err), OK);
    assert_int_equal(
        om_history_dropped(history, "tags", "tagFQN", ME, &arena, &dropped, &count), ERR_PARSE);
    assert_int_equal(om_history_dropped(history, "owners", "id", ME, &arena, &dropped, &count),
                     OK);
    om_history_free(history);
}

/* ---- keys of edges ---- */

static void test_keys_of_edges(void **state)
{
    static const struct {
        const char *key;
        const char *from_type; /* NULL: it is none */
        const char *from;
        const char *to_type;
        const char *to;
    } rows[] = {
        {"table:s.d.x.t > dashboard:hex.p", "table", "s.d.x.t", "dashboard", "hex.p"},
        {"table:s.d.x.a > b > dashboardDataModel:hex.model.p_c", "table", "s.d.x.a > b",
         "dashboardDataModel", "hex.model.p_c"},
        {"dashboardDataModel:hex.model.p_c > table:s.d.x.a > b", "dashboardDataModel",
         "hex.model.p_c", "table", "s.d.x.a > b"},
        {"table:s.d.x.t", NULL, NULL, NULL, NULL},
        {"chart:s > table:s.d.x.t", NULL, NULL, NULL, NULL},
        {"table > table:s.d.x.t", NULL, NULL, NULL, NULL},
        {" > ", NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct om_edge edge = {.sql = STR_NULL};
        bool is_read = om_edge_read_key(str_from(rows[i].key), &edge);
        assert_int_equal(is_read, rows[i].from_type != NULL);
        if (is_read) {
            assert_string_equal(edge.from.type, rows[i].from_type);
            assert_true(str_is(edge.from.fqn, rows[i].from));
            assert_string_equal(edge.to.type, rows[i].to_type);
            assert_true(str_is(edge.to.fqn, rows[i].to));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_versions, reset),
        cmocka_unit_test_setup(test_a_request, reset),
        cmocka_unit_test_setup(test_digests_cover_what_is_written, reset),
        cmocka_unit_test_setup(test_what_is_shown, reset),
        cmocka_unit_test_setup(test_labels_keep_their_places, reset),
        cmocka_unit_test(test_keys_of_edges),
        cmocka_unit_test_setup(test_a_history_that_cannot_be_read, reset),
        cmocka_unit_test_setup(test_who_changed_what, reset),
        cmocka_unit_test_setup(test_an_entity_that_is_not_there_is_made, reset),
        cmocka_unit_test_setup(test_the_servers_spelling_is_no_edit, reset),
        cmocka_unit_test_setup(test_what_was_sent_is_seen, reset),
        cmocka_unit_test_setup(test_a_status_is_one_patch, reset),
        cmocka_unit_test_setup(test_a_new_title_goes_by_the_servers_version, reset),
        cmocka_unit_test_setup(test_a_persons_title_stays_in_every_row, reset),
        cmocka_unit_test_setup(test_charts_that_people_linked_stay, reset),
        cmocka_unit_test_setup(test_what_a_person_deleted_stays_deleted, reset),
        cmocka_unit_test_setup(test_what_comes_back_is_as_people_left_it, reset),
        cmocka_unit_test_setup(test_what_people_wrote_on_columns_goes_with_a_new_title, reset),
        cmocka_unit_test_setup(test_an_owner_that_a_person_took_away_is_not_followed_by_another,
                               reset),
        cmocka_unit_test_setup(test_without_a_base_the_history_is_asked, reset),
        cmocka_unit_test_setup(test_a_status_of_the_other_connector_goes_quoted_or_not, reset),
        cmocka_unit_test_setup(test_a_status_is_one_also_without_a_base, reset),
        cmocka_unit_test_setup(test_an_edge_is_told_in_either_form, reset),
        cmocka_unit_test_setup(test_run_status, reset),
    };
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
