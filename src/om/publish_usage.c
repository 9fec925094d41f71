/*
 * Views of dashboards per day. POST sets the day's count, so that repeating does no harm; what
 * was counted is stored when the server has confirmed it.
 */
#include "om/run.h"

#include "base/json_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define DATE_BYTES 11

/* A project's days on their way; freed when the last one is answered. */
struct usage_call {
    struct om_run *run;
    struct arena arena;
    struct str project;
    struct str title;
    struct usage_state state;
    size_t open;
    bool has_failed;
};

static void format_day(int64_t day, char out[DATE_BYTES])
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(day * DAY_MS, text);
    (void)snprintf(out, DATE_BYTES, "%.10s", text);
}

static void store(struct om_run *run, struct str project, const struct usage_state *state)
{
    struct error err = ERROR_INIT;
    if (run->options->plan == NULL && om_run_begin(run) &&
        published_put_usage(run->catalog, run->publication.id, project, state, &err) != OK) {
        om_run_fatal(run, &err);
    }
}

static void on_posted(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *err)
{
    struct usage_call *call = ctx;
    struct om_run *run = call->run;
    struct om_step *step = &run->summary->steps[OM_STEP_USAGE];
    (void)answer;
    (void)document;
    if (err->code != OK && !call->has_failed) {
        call->has_failed = true;
        om_run_failed(run, step, "usage of dashboard", call->title, call->project, err);
        if (err->code == ERR_AUTH) {
            om_run_fatal(run, err);
        }
    }
    if (--call->open > 0) {
        return;
    }
    if (!call->has_failed) {
        step->updated++;
        store(run, call->project, &call->state);
    }
    arena_free(&call->arena);
    free(call);
}

static bool post_day(struct usage_call *call, struct str fqn, int64_t day, int64_t count)
{
    struct buf path;
    struct buf body;
    struct json_out out;
    char date[DATE_BYTES];
    format_day(day, date);
    buf_init(&path, 65536);
    buf_init(&body, 4096);
    json_out_init(&out, &body);
    json_out_object(&out);
    json_out_field_cstr(&out, "date", date);
    json_out_field_int(&out, "count", count);
    json_out_object_end(&out);
    (void)buf_append_cstr(&path, "/v1/usage/dashboard/name");
    om_path_segment(&path, fqn);
    const struct om_request request = {.method = "POST",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .repeats = true,
                                       .done = on_posted,
                                       .ctx = call};
    if (buf_status(&path) != OK || buf_status(&body) != OK) {
        om_run_nomem(call->run);
    }
    call->open++;
    bool is_sent = !om_run_is_ending(call->run) && om_run_send(call->run, &request);
    call->open -= is_sent ? 0 : 1;
    buf_free(&path);
    buf_free(&body);
    return is_sent;
}

/* The days whose percentiles have to be computed; few. */
static void note_day(struct om_run *run, int64_t day)
{
    char date[DATE_BYTES];
    struct str key;
    format_day(day, date);
    if (arena_printf(&run->arena, &key, "%s", date) != OK ||
        map_put(&run->days, key, (union map_value){.number = 0}) != OK) {
        om_run_nomem(run);
    }
}

static void post_days(struct om_run *run, const struct om_project *project,
                      const struct publishing_view *views, size_t count,
                      struct usage_state *state)
{
    struct usage_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        om_run_nomem(run);
        return;
    }
    call->run = run;
    call->open = 1; /* ours, until all are sent */
    arena_init(&call->arena, 65536);
    if (arena_str(&call->arena, project->from.project.id, &call->project) != OK ||
        arena_str(&call->arena, project->dashboard.title, &call->title) != OK) {
        om_run_nomem(run);
        call->has_failed = true;
    }
    for (size_t i = 0; i < count; i++) {
        bool has_changed = usage_observe(state, views[i].at_ms, views[i].all_time);
        bool is_last_of_day =
            i + 1 == count || usage_day(views[i + 1].at_ms) != usage_day(views[i].at_ms);
        if ((has_changed || state->count > 0) && is_last_of_day &&
            state->day == usage_day(views[i].at_ms)) {
            om_run_make_room_ahead(run);
            if (om_run_is_ending(run) ||
                !post_day(call, project->dashboard.fqn, state->day, state->count)) {
                call->has_failed = true;
                break;
            }
            note_day(run, state->day);
        }
    }
    call->state = *state;
    if (--call->open > 0) {
        return;
    }
    if (!call->has_failed) {
        store(run, call->project, &call->state);
    }
    arena_free(&call->arena);
    free(call);
}

static void publish_usage(struct om_run *run, struct om_project *project, struct arena *arena)
{
    struct usage_state state;
    struct publishing_view *views = NULL;
    size_t count = 0;
    enum published_presence presence = PUBLISHED_ABSENT;
    struct error err = ERROR_INIT;
    struct str id = project->from.project.id;
    enum status status =
        published_get_usage(run->catalog, run->publication.id, id, &state, &err);
    if (status == OK) {
        status = publishing_views(run->catalog, project->from.row,
                                  state.has_base ? state.at_ms : INT64_MIN, arena, &views,
                                  &count, &err);
    }
    if (status == OK) {
        status = published_presence(run->catalog, PUBLISHED_DASHBOARD, project->dashboard.name,
                                    &presence, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    } else if (count > 0 && presence == PUBLISHED_PRESENT) {
        run->summary->steps[OM_STEP_USAGE].records++;
        post_days(run, project, views, count, &state);
    }
    run->done++;
}

static void compute_percentiles(struct om_run *run)
{
    for (size_t i = 0; i < run->days.count && !om_run_is_ending(run); i++) {
        struct str key = run->days.entries[i].key;
        struct json *ignored = NULL;
        struct error err = ERROR_INIT;
        struct str path;
        if (arena_printf(&run->arena, &path, "/v1/usage/compute.percentile/dashboard/%.*s",
                         STR_ARG(key)) != OK) {
            om_run_nomem(run);
            return;
        }
        const struct om_request request = {.method = "POST", .path = path, .repeats = true};
        enum status status = om_run_call(run, &request, &ignored, &err);
        if (status == ERR_AUTH) {
            om_run_fatal(run, &err);
        } else if (status != OK && !om_run_is_ending(run)) {
            om_run_warn(run, &run->summary->steps[OM_STEP_USAGE],
                        "OpenMetadata did not rank the views of %.*s: %s", STR_ARG(key),
                        err.message);
        }
        json_free(ignored);
    }
}

void om_publish_usage(struct om_run *run)
{
    if (!run->options->includes_usage || run->options->plan != NULL ||
        run->options->is_interim) {
        return;
    }
    om_each_project(run, false, publish_usage);
    om_run_wait(run, 0);
    om_run_flush(run);
    compute_percentiles(run);
}
