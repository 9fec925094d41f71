/*
 * Classifications and tags: what entities refer to must be there first.
 */
#include "om/run.h"

#include "base/json_out.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BODY_BYTES ((size_t)1024 * 1024)

/* ---- requests for tags and classifications ---- */

struct tag_call {
    struct om_run *run;
    const struct tag *tag; /* in the run's arena; NULL: its classification */
    struct str name;
    uint64_t sent; /* hash of the description */
    enum published_kind kind;
};

static void confirm_tag(struct om_run *run, enum published_kind kind, struct str name,
                        uint64_t sent, struct str id)
{
    struct published row = {.kind = kind, .name = name, .state = PUBLISHED_STATE_THERE};
    row.fields[PUBLISHED_FIELD_DESCRIPTION] =
        (struct merge_base){.has_sent = true, .sent = sent};
    om_confirm(run, &row, id, true);
    if (kind == PUBLISHED_TAG &&
        map_put(&run->usable, name, (union map_value){.number = 1}) != OK) {
        om_run_nomem(run);
    }
}

static void on_tag(void *ctx, const struct http_answer *answer, const struct json *document,
                   const struct error *answer_err)
{
    struct tag_call *call = ctx;
    struct om_run *run = call->run;
    struct str id = json_str(json_get(document, "id"));
    struct error err = *answer_err;
    (void)answer;
    if (err.code == OK && str_is_empty(id)) {
        (void)error_set(&err, ERR_REJECTED, "OpenMetadata's answer is no entity");
    }
    if (err.code == OK) {
        confirm_tag(run, call->kind, call->name, call->sent, id);
    } else {
        om_run_failed(run, om_run_step(run, call->kind), om_kind_name(call->kind), call->name,
                      call->name, &err);
        if (err.code == ERR_AUTH) {
            om_run_fatal(run, &err);
        }
    }
    free(call);
}

static void put_tag(struct om_run *run, enum published_kind kind, const struct tag *tag,
                    struct str description)
{
    struct buf body;
    struct json_out out;
    bool is_tag = kind == PUBLISHED_TAG;
    struct str name = is_tag ? tag->fqn : tag->classification;
    const struct om_plan_item item = {
        .action = OM_PLAN_CREATE, .kind = om_kind_name(kind), .name = name, .title = name};
    if (run->options->plan != NULL) {
        om_run_plan(run, &item);
        confirm_tag(run, kind, name, 0, STR_NULL);
        return;
    }
    struct str normal = STR_NULL;
    struct tag_call *call = malloc(sizeof(*call));
    buf_init(&body, MAX_BODY_BYTES);
    json_out_init(&out, &body);
    json_out_object(&out);
    json_out_field_str(&out, "name", is_tag ? tag->name : tag->classification);
    json_out_field_str(&out, "description", description);
    if (is_tag) {
        json_out_field_str(&out, "classification", tag->classification);
    }
    if (is_tag && !str_is_null(tag->title)) {
        json_out_field_str(&out, "displayName", tag->title);
    }
    json_out_object_end(&out);
    const struct om_request request = {.method = "PUT",
                                       .path = str_from(om_collection(kind)),
                                       .body = buf_str(&body),
                                       .repeats = true,
                                       .done = on_tag,
                                       .ctx = call};
    if (call == NULL || buf_status(&body) != OK ||
        merge_normal(description, &run->arena, &normal) != OK) {
        om_run_nomem(run);
        free(call);
    } else {
        *call = (struct tag_call){run, tag, name, merge_hash(normal), kind};
        om_run_make_room(run);
        if (om_run_is_ending(run) || !om_run_send(run, &request)) {
            free(call);
        }
    }
    buf_free(&body);
}

/* ---- what is there ---- */

static enum status keep_tag(void *ctx, const struct json *item, struct error *err)
{
    struct om_run *run = ctx;
    struct str fqn = json_str(json_get(item, "fullyQualifiedName"));
    bool is_off = json_bool(json_get(item, "deleted"), false) ||
                  json_bool(json_get(item, "disabled"), false);
    struct str key;
    if (str_is_empty(fqn)) {
        return OK;
    }
    struct buf text;
    buf_init(&text, json_limits_default.max_bytes);
    enum status status = json_write_sorted(item, &text) == OK ? OK : error_nomem(err);
    if (status == OK) {
        const struct published_item listed = {
            .kind = PUBLISHED_TAG, .name = fqn, .is_deleted = is_off, .json = buf_str(&text)};
        status = published_list(run->catalog, &listed, err);
    }
    buf_free(&text);
    if (status == OK && !is_off &&
        (arena_str(&run->arena, fqn, &key) != OK ||
         map_put(&run->usable, key, (union map_value){.number = 1}) != OK)) {
        status = error_nomem(err);
    }
    return status;
}

/* An asset carries one tag of it: more would be refused, with all the rest of the entity. */
static void note_exclusive(struct om_run *run, struct str classification)
{
    om_run_warn(run, &run->summary->steps[OM_STEP_TAGS],
                "the classification %.*s is mutually exclusive in OpenMetadata: of a project's "
                "tags one is published",
                STR_ARG(classification));
    if (map_put(&run->exclusive, classification, (union map_value){.number = 1}) != OK) {
        om_run_nomem(run);
    }
}

/* True when it is there, or is there now. */
static bool publish_classification(struct om_run *run, const struct tag *tag)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum tag_kind kind = tag->kind;
    size_t kind_count = 0;
    bool is_there = false;
    if (om_classification_kind(run, tag->classification, &run->arena, &kind, &kind_count) !=
        OK) {
        om_run_nomem(run);
        return false;
    }
    struct str description = tag_classification_description(kind);
    enum status status = om_run_get_named(run, "/v1/classifications", tag->classification,
                                          "?include=all", &document, &err);
    if (status == OK) {
        is_there = !json_bool(json_get(document, "deleted"), false) &&
                   !json_bool(json_get(document, "disabled"), false);
        if (is_there && json_bool(json_get(document, "mutuallyExclusive"), false)) {
            note_exclusive(run, tag->classification);
        }
        if (!is_there) {
            om_run_warn(run, &run->summary->steps[OM_STEP_TAGS],
                        "the classification %.*s is deleted or disabled in OpenMetadata: no "
                        "tags of it are published",
                        STR_ARG(tag->classification));
        } else {
            om_publish_description(run, PUBLISHED_CLASSIFICATION, tag->classification,
                                   description, document);
        }
    } else if (status == ERR_NOT_FOUND) {
        put_tag(run, PUBLISHED_CLASSIFICATION, tag, description);
        om_run_wait(run, 0);
        is_there = true;
    } else {
        om_run_fatal(run, &err);
    }
    json_free(document);
    if (is_there && status == OK && !om_run_is_ending(run)) {
        om_list_read_of(run, "/v1/tags?include=all&parent=", tag->classification, keep_tag,
                        run);
    }
    return is_there && !om_run_is_ending(run);
}

/* In a classification of several kinds one tag may have several descriptions: the first stays.
 */
static void publish_tag_description(struct om_run *run, const struct tag *tag,
                                    struct arena *arena)
{
    struct str text = STR_NULL;
    struct json *shown = NULL;
    struct error err = ERROR_INIT;
    enum tag_kind kind = tag->kind;
    size_t kind_count = 0;
    if (om_classification_kind(run, tag->classification, arena, &kind, &kind_count) != OK) {
        om_run_nomem(run);
    } else if (published_listed(run->catalog, PUBLISHED_TAG, tag->fqn, arena, &text, &err) !=
                   OK ||
               json_parse(text, &json_limits_default, &shown, &err) != OK) {
        om_run_fatal(run, &err);
    } else if (kind_count == 1) {
        om_publish_description(run, PUBLISHED_TAG, tag->fqn, tag->description, shown);
    }
    json_free(shown);
}

static void publish_tag(struct om_run *run, const struct tag *tag)
{
    struct om_step *step = &run->summary->steps[OM_STEP_TAGS];
    enum published_presence presence;
    struct published base;
    struct arena arena;
    struct error err = ERROR_INIT;
    bool has_base = false;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    if (published_presence(run->catalog, PUBLISHED_TAG, tag->fqn, &presence, &err) != OK ||
        published_get(run->catalog, run->publication.id, PUBLISHED_TAG, tag->fqn, &arena, &base,
                      &has_base, &err) != OK) {
        om_run_fatal(run, &err);
    } else if (presence == PUBLISHED_ABSENT && (!has_base || run->options->restores)) {
        put_tag(run, PUBLISHED_TAG, tag, tag->description);
        step->records++;
    } else if (presence != PUBLISHED_PRESENT) {
        step->kept++; /* a person does not want it */
    } else {
        step->records++;
        publish_tag_description(run, tag, &arena);
    }
    arena_free(&arena);
}

void om_publish_tags(struct om_run *run)
{
    struct map classifications; /* whether their tags can be published */
    map_init(&classifications);
    for (size_t i = 0; i < run->tags.count && !om_run_is_ending(run); i++) {
        const struct tag *tag = run->tags.entries[i].value.pointer;
        if (map_has(&classifications, tag->classification)) {
            continue;
        }
        bool is_there = publish_classification(run, tag);
        if (map_put(&classifications, tag->classification,
                    (union map_value){.number = is_there}) != OK) {
            om_run_nomem(run);
        }
    }
    for (size_t i = 0; i < run->tags.count && !om_run_is_ending(run); i++) {
        const struct tag *tag = run->tags.entries[i].value.pointer;
        if (map_get(&classifications, tag->classification)->number != 0) {
            publish_tag(run, tag);
        }
    }
    om_run_wait(run, 0);
    om_run_flush(run);
    map_free(&classifications);
}
