/*
 * Descriptions of tags and classifications that are there already: Hex's words, or the
 * configuration's, may have changed since they were written, and so may have a person's.
 */
#include "om/run.h"

#include "base/json_out.h"
#include "domain/name.h"

#include <stdlib.h>

#define MAX_BODY_BYTES ((size_t)4 * 1024 * 1024)

struct description_call {
    struct om_run *run;
    struct arena arena;
    struct published row;
};

static void call_free(struct description_call *call)
{
    if (call != NULL) {
        arena_free(&call->arena);
        free(call);
    }
}

static void on_written(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *err)
{
    struct description_call *call = ctx;
    struct om_run *run = call->run;
    struct om_step *step = &run->summary->steps[OM_STEP_TAGS];
    (void)answer;
    (void)document;
    if (err->code == OK) {
        step->updated++;
        om_run_store(run, &call->row);
    } else {
        om_run_failed(run, step, om_kind_name(call->row.kind), call->row.name, call->row.name,
                      err);
        if (err->code == ERR_AUTH) {
            om_run_fatal(run, err);
        }
    }
    call_free(call);
}

/* row with its texts in memory of its own. */
static struct description_call *new_call(struct om_run *run, const struct published *row)
{
    struct description_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        return NULL;
    }
    call->run = run;
    arena_init(&call->arena, MAX_BODY_BYTES);
    call->row = *row;
    if (arena_str(&call->arena, row->name, &call->row.name) != OK ||
        arena_str(&call->arena, row->entity_id, &call->row.entity_id) != OK) {
        call_free(call);
        return NULL;
    }
    return call;
}

/* A bot's PUT leaves a description as it is; a patch does not. */
static void patch(struct om_run *run, const struct published *row, struct str text)
{
    struct buf path;
    struct buf body;
    struct json_out out;
    struct description_call *call = new_call(run, row);
    buf_init(&path, 65536);
    buf_init(&body, MAX_BODY_BYTES);
    (void)buf_append_cstr(&path, om_collection(row->kind));
    om_path_segment(&path, row->entity_id);
    json_out_init(&out, &body);
    json_out_array(&out);
    json_out_object(&out);
    json_out_field_cstr(&out, "op", "add");
    json_out_field_cstr(&out, "path", "/description");
    json_out_field_str(&out, "value", text);
    json_out_object_end(&out);
    json_out_array_end(&out);
    const struct om_request request = {.method = "PATCH",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .is_patch = true,
                                       .repeats = true,
                                       .done = on_written,
                                       .ctx = call};
    if (call == NULL || buf_status(&path) != OK || buf_status(&body) != OK) {
        om_run_nomem(run);
    }
    om_run_make_room(run);
    if (om_run_is_ending(run) || !om_run_send(run, &request)) {
        call_free(call);
    }
    buf_free(&path);
    buf_free(&body);
}

static void tell(struct om_run *run, enum om_plan_action action, const struct published *row,
                 const struct merge_text *text)
{
    const struct om_plan_field field = {"description", text->theirs, text->ours,
                                        action == OM_PLAN_KEEP};
    const struct om_plan_item item = {.action = action,
                                      .kind = om_kind_name(row->kind),
                                      .name = row->name,
                                      .title = row->name,
                                      .fields = &field,
                                      .field_count = 1};
    run->summary->steps[OM_STEP_TAGS].updated += action == OM_PLAN_UPDATE;
    om_run_plan(run, &item);
}

/* Who made it wrote it; of later versions only the newest author is known, which is not enough.
 */
static enum merge_author author_of(const struct om_run *run, const struct json *shown)
{
    bool is_first = json_double(json_get(shown, "version"), 0.1) < 0.15;
    if (!is_first) {
        return MERGE_AUTHOR_LOST;
    }
    return str_eq(json_str(json_get(shown, "updatedBy")), run->user) ? MERGE_AUTHOR_US
                                                                     : MERGE_AUTHOR_PERSON;
}

static enum status read_texts(const struct om_run *run, const struct published *row,
                              struct str description, const struct json *shown,
                              struct arena *arena, struct merge_text *out)
{
    bool is_by_us = str_eq(json_str(json_get(shown, "updatedBy")), run->user);
    *out = (struct merge_text){.base = row->fields[PUBLISHED_FIELD_DESCRIPTION],
                               .author = author_of(run, shown),
                               .overrides = run->options->overrides};
    enum status status = merge_normal(description, arena, &out->ours);
    if (status == OK) {
        status = merge_normal(json_str(json_get(shown, "description")), arena, &out->theirs);
    }
    if (status == OK && out->base.has_sent && !out->base.has_seen && is_by_us) {
        out->base.has_seen = true; /* that is how the server shows what we wrote */
        out->base.seen = merge_hash(out->theirs);
    }
    return status;
}

static void act(struct om_run *run, struct published *row, const struct merge_text *text)
{
    struct merge_base *base = &row->fields[PUBLISHED_FIELD_DESCRIPTION];
    const struct merge_base before = *base;
    enum merge_verdict verdict = merge_text(text);
    bool is_plan = run->options->plan != NULL;
    *base = merge_next_base(text, verdict);
    bool is_same = before.has_sent && before.has_seen == base->has_seen &&
                   before.sent == base->sent && before.seen == base->seen;
    if (verdict == MERGE_WRITE && is_plan) {
        tell(run, OM_PLAN_UPDATE, row, text);
    } else if (verdict == MERGE_WRITE) {
        patch(run, row, text->ours);
    } else if (!is_same) {
        om_run_store(run, row);
    }
    if (verdict == MERGE_KEEP) {
        run->summary->steps[OM_STEP_TAGS].kept++;
        if (is_plan) {
            tell(run, OM_PLAN_KEEP, row, text);
        }
    }
}

void om_publish_description(struct om_run *run, enum published_kind kind, struct str name,
                            struct str description, const struct json *shown)
{
    struct published row;
    struct merge_text text;
    struct arena arena;
    struct error err = ERROR_INIT;
    bool has_base = false;
    arena_init(&arena, MAX_BODY_BYTES);
    if (published_get(run->catalog, run->publication.id, kind, name, &arena, &row, &has_base,
                      &err) != OK) {
        om_run_fatal(run, &err);
    } else if (read_texts(run, &row, description, shown, &arena, &text) != OK) {
        om_run_nomem(run);
    } else if (!str_is_null(json_str(json_get(shown, "id")))) {
        row.state = PUBLISHED_STATE_THERE;
        row.entity_id = json_str(json_get(shown, "id"));
        act(run, &row, &text);
    }
    arena_free(&arena);
}

enum status om_classification_kind(const struct om_run *run, struct str classification,
                                   struct arena *arena, enum tag_kind *first, size_t *count)
{
    enum status status = OK;
    *count = 0;
    for (int i = 0; i < TAG_KIND_COUNT && status == OK; i++) {
        struct str name = STR_NULL;
        status = name_clean(run->options->tags.classification[i], arena, &name);
        if (status == OK && !str_is_empty(name) && str_eq(name, classification)) {
            *first = *count == 0 ? (enum tag_kind)i : *first;
            *count += 1;
        }
    }
    return status;
}
