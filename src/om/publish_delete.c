/*
 * What is gone from Hex goes from the server: softly, by id, children first, and only what we
 * published. Nothing is concluded from a listing that did not reach its end, or after a
 * failure; and many at once are held back.
 */
#include "om/run.h"

#include <inttypes.h>
#include <stdlib.h>

#define BRAKE_MIN 5
#define MAX_NAME_BYTES ((size_t)1024 * 1024)

struct delete_call {
    struct om_run *run;
    struct arena arena;
    struct published row;
};

/*
 * A project that comes back as it was is looked at all the same, also after a crash. Its charts
 * went with the dashboard, whoever asked for that: no person deleted them.
 */
static void unsettle(struct om_run *run, const struct published *row)
{
    struct error err = ERROR_INIT;
    bool is_new;
    if (row->kind != PUBLISHED_DASHBOARD || !om_run_begin(run)) {
        return;
    }
    enum status status =
        published_begin_project(run->catalog, run->publication.id, row->parent, &is_new, &err);
    if (status == OK) {
        status = published_delete_children(run->catalog, run->publication.id, PUBLISHED_CHART,
                                           row->parent, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
}

static void on_deleted(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *err)
{
    struct delete_call *call = ctx;
    struct om_run *run = call->run;
    struct om_step *step = om_run_step(run, call->row.kind);
    (void)answer;
    (void)document;
    if (err->code == OK || err->code == ERR_NOT_FOUND) {
        step->deleted++;
        call->row.state = PUBLISHED_STATE_DELETED;
        om_run_store(run, &call->row);
        unsettle(run, &call->row);
    } else {
        om_run_failed(run, step, om_kind_name(call->row.kind), call->row.name, call->row.name,
                      err);
        if (err->code == ERR_AUTH) {
            om_run_fatal(run, err);
        }
    }
    arena_free(&call->arena);
    free(call);
}

static struct delete_call *new_call(struct om_run *run, const struct published *row,
                                    struct str id)
{
    struct delete_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        return NULL;
    }
    call->run = run;
    arena_init(&call->arena, (size_t)16 * 1024 * 1024);
    call->row = (struct published){.kind = row->kind, .digest = row->digest};
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        call->row.fields[i] = row->fields[i];
    }
    if (arena_str(&call->arena, row->name, &call->row.name) != OK ||
        arena_str(&call->arena, row->parent, &call->row.parent) != OK ||
        arena_str(&call->arena, id, &call->row.entity_id) != OK) {
        arena_free(&call->arena);
        free(call);
        return NULL;
    }
    return call;
}

static void send_delete(struct om_run *run, const struct published *row, struct str id)
{
    struct buf path;
    struct delete_call *call = new_call(run, row, id);
    buf_init(&path, 65536);
    (void)buf_append_cstr(&path, om_collection(row->kind));
    om_path_segment(&path, id);
    (void)buf_append_cstr(&path, "?hardDelete=false");
    const struct om_request request = {.method = "DELETE",
                                       .path = buf_str(&path),
                                       .repeats = true,
                                       .done = on_deleted,
                                       .ctx = call};
    om_run_make_room(run);
    if (call == NULL || buf_status(&path) != OK) {
        om_run_nomem(run);
    }
    if (om_run_is_ending(run) || !om_run_send(run, &request)) {
        if (call != NULL) {
            arena_free(&call->arena);
        }
        free(call);
    }
    buf_free(&path);
}

/* Deletes it, unless somebody else has done so. */
static void delete_one(struct om_run *run, struct published *row, struct arena *arena)
{
    struct om_shown shown;
    struct str json = STR_NULL;
    struct error err = ERROR_INIT;
    if (published_listed(run->catalog, row->kind, row->name, arena, &json, &err) != OK ||
        om_shown_read(row->kind, json, arena, &shown, &err) != OK) {
        om_run_fatal(run, &err);
        return;
    }
    const struct om_plan_item item = {.action = OM_PLAN_DELETE,
                                      .kind = om_kind_name(row->kind),
                                      .name = row->name,
                                      .title = shown.entity.title};
    if (!shown.is_there || shown.is_deleted) {
        row->state = PUBLISHED_STATE_REFUSED;
        om_run_store(run, row);
    } else if (run->options->plan != NULL) {
        om_run_step(run, row->kind)->deleted++;
        om_run_plan(run, &item);
    } else {
        send_delete(run, row, shown.id);
    }
}

/* ---- the brake ---- */

static bool is_too_many(const struct om_options *options, int64_t there, int64_t gone)
{
    if (options->accepts_deletes || gone == 0) {
        return false;
    }
    bool is_over_limit = gone > BRAKE_MIN && gone * 100 > there * options->max_delete_percent;
    return is_over_limit || (there >= 2 && gone * 2 > there);
}

/* Whether the deletions of a kind may go on. */
static bool may_delete(struct om_run *run, enum published_kind kind)
{
    int64_t there = 0;
    int64_t gone = 0;
    struct error err = ERROR_INIT;
    struct om_step *step = om_run_step(run, kind);
    if (published_count(run->catalog, run->publication.id, kind, &there, &gone, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    if (is_too_many(run->options, there, gone)) {
        run->summary->held_back += gone;
        om_run_warn(run, step,
                    "%" PRId64 " of %" PRId64 " %ss would be deleted in OpenMetadata: held "
                    "back; look at 'hexmeta plan', then run with --accept-deletes",
                    gone, there, om_kind_name(kind));
        return false;
    }
    return true;
}

/* ---- what is published and not wanted ---- */

void om_each_unwanted(struct om_run *run, enum published_kind kind, om_unwanted_fn *each)
{
    struct arena arena;
    struct buf position; /* the name of the row before */
    struct error err = ERROR_INIT;
    bool has_more = true;
    arena_init(&arena, OM_PROJECT_BYTES);
    buf_init(&position, MAX_NAME_BYTES);
    while (has_more && !om_run_is_ending(run)) {
        struct published row;
        arena_reset(&arena);
        if (published_next_unwanted(run->catalog, run->publication.id, kind, buf_str(&position),
                                    &arena, &row, &has_more, &err) != OK) {
            om_run_fatal(run, &err);
        } else if (has_more) {
            buf_clear(&position);
            (void)buf_append_str(&position, row.name);
            if (buf_status(&position) != OK) {
                om_run_nomem(run);
            } else {
                each(run, &row, &arena);
            }
        }
    }
    arena_free(&arena);
    buf_free(&position);
}

static void delete_kind(struct om_run *run, enum published_kind kind)
{
    om_each_unwanted(run, kind, delete_one);
    om_run_wait(run, 0);
    om_run_flush(run);
}

/* Children of a dashboard that stays are not deleted with it. */
static void want_children(struct om_run *run, struct published *dashboard, struct arena *arena)
{
    static const enum published_kind children[] = {PUBLISHED_DATA_MODEL, PUBLISHED_CHART};
    struct error err = ERROR_INIT;
    (void)arena;
    for (size_t i = 0; i < 2; i++) {
        if (published_want_children(run->catalog, run->publication.id, children[i],
                                    dashboard->parent, &err) != OK) {
            om_run_fatal(run, &err);
        }
    }
}

#define DELETED_KINDS 4

struct deleted_kind {
    enum published_kind kind;
    bool is_on;
};

static void get_deleted_kinds(const struct om_options *options,
                              struct deleted_kind kinds[DELETED_KINDS])
{
    kinds[0] = (struct deleted_kind){PUBLISHED_CHART, options->deletes_charts};
    kinds[1] = (struct deleted_kind){PUBLISHED_DATA_MODEL, options->deletes_data_models &&
                                                               options->includes_data_models};
    kinds[2] = (struct deleted_kind){PUBLISHED_PIPELINE,
                                     options->deletes_dashboards && options->publishes_runs};
    kinds[3] = (struct deleted_kind){PUBLISHED_DASHBOARD, options->deletes_dashboards};
}

void om_publish_deletions(struct om_run *run)
{
    const struct om_options *options = run->options;
    struct deleted_kind kinds[DELETED_KINDS];
    if (run->is_idle || options->is_interim) {
        return;
    }
    get_deleted_kinds(options, kinds);
    if (!run->is_complete) {
        log_info("the last listing of Hex is not complete: nothing is deleted");
        return;
    }
    if (run->summary->failure_count > 0 && options->plan == NULL) {
        log_info("after failures nothing is deleted; the next run does it");
        return;
    }
    bool may_go = !options->deletes_dashboards || may_delete(run, PUBLISHED_DASHBOARD);
    if (!options->deletes_dashboards || !may_go) {
        om_each_unwanted(run, PUBLISHED_DASHBOARD, want_children);
    }
    for (size_t i = 0; i < DELETED_KINDS && !om_run_is_ending(run); i++) {
        bool is_dashboard = kinds[i].kind == PUBLISHED_DASHBOARD;
        if (kinds[i].is_on && (is_dashboard ? may_go : may_delete(run, kinds[i].kind))) {
            delete_kind(run, kinds[i].kind);
        }
    }
}

void om_reopen_unwanted(struct om_run *run)
{
    struct deleted_kind kinds[DELETED_KINDS];
    struct error err = ERROR_INIT;
    enum status status = OK;
    if (run->is_idle || !om_run_begin(run)) {
        return;
    }
    get_deleted_kinds(run->options, kinds);
    for (size_t i = 0; i < DELETED_KINDS && status == OK; i++) {
        if (kinds[i].is_on) {
            status = published_reopen(run->catalog, run->publication.id, kinds[i].kind, &err);
        }
    }
    if (status == OK) {
        status = published_reopen(run->catalog, run->publication.id, PUBLISHED_EDGE, &err);
    }
    if (status == OK) {
        status = published_forget_projects(run->catalog, run->publication.id, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
}
