#include "hexsim/control.h"

#include "hexsim/assign.h"
#include "hexsim/truth.h"
#include "io/json.h"

#include <string.h>
#include <unistd.h>

#define MINUTE_MS INT64_C(60000)

/* Changes a project; returns NULL, or why it can not. */
typedef const char *edit_fn(struct control *control, struct sim_project *p,
                            const struct json *body);

/* The simulated time goes on, and answers that were kept are old. */
static int64_t tick(struct control *control)
{
    control->workspace->now_ms += MINUTE_MS;
    control->workspace->version++;
    return control->workspace->now_ms;
}

static const char *edit(struct control *control, struct sim_project *p, const struct json *body)
{
    struct workspace *w = control->workspace;
    struct str title = json_str(json_get(body, "title"));
    const struct json *description = json_get(body, "description");
    const struct json *sql = json_get(body, "sql");
    const char *problem = assign(w, p, body);
    int64_t now = tick(control);
    if (problem != NULL) {
        return problem;
    }
    if (!str_is_null(title)) {
        p->title = sim_copy(&w->arena, title);
    }
    if (description != NULL) {
        p->description =
            json_is_null(description) ? STR_NULL : sim_copy(&w->arena, json_str(description));
    }
    if (sql != NULL) {
        p->extra_sql = json_is_null(sql) ? STR_NULL : sim_copy(&w->arena, json_str(sql));
    }
    if (!str_is_null(title) || description != NULL || sql != NULL || !assign_is_asked(body)) {
        p->edited_ms = now;
        p->revision++;
    }
    return NULL;
}

static const char *trash(struct control *control, struct sim_project *p,
                         const struct json *body)
{
    int64_t now = tick(control);
    p->trashed_ms = json_bool(json_get(body, "undo"), false) ? TIMESTAMP_NONE : now;
    return NULL;
}

static const char *archive(struct control *control, struct sim_project *p,
                           const struct json *body)
{
    int64_t now = tick(control);
    p->archived_ms = json_bool(json_get(body, "undo"), false) ? TIMESTAMP_NONE : now;
    return NULL;
}

static const char *delete (struct control *control, struct sim_project *p,
                           const struct json *body)
{
    (void)tick(control);
    (void)body;
    p->is_deleted = true;
    return NULL;
}

static const char *publish(struct control *control, struct sim_project *p,
                           const struct json *body)
{
    (void)body;
    p->published_ms = tick(control);
    p->results_ms = p->published_ms;
    return NULL;
}

static const char *deny(struct control *control, struct sim_project *p, const struct json *body)
{
    (void)tick(control);
    p->is_denied = !json_bool(json_get(body, "undo"), false);
    return NULL;
}

/* Not shared with a user any more, or with nobody: not listed, and 403. */
static const char *hide(struct control *control, struct sim_project *p, const struct json *body)
{
    int64_t user = json_int(json_get(body, "user"), -1);
    uint32_t from = user >= 0 && user < 32 ? UINT32_C(1) << user : UINT32_MAX;
    (void)tick(control);
    if (json_bool(json_get(body, "undo"), false)) {
        p->hidden_from &= ~from;
    } else {
        p->hidden_from |= from;
        control->workspace->has_views = true;
    }
    return NULL;
}

static const char *view(struct control *control, struct sim_project *p, const struct json *body)
{
    int64_t count = json_int(json_get(body, "count"), 1);
    p->viewed_ms = tick(control);
    for (size_t i = 0; i < 4; i++) {
        p->views[i] += (int)count;
    }
    return NULL;
}

/* {"id"}: one project; {"percent"}: every so many of the active ones, from the first on. */
static void apply(struct control *control, const struct api_request *request,
                  const struct json *body, edit_fn *change, struct api_answer *answer)
{
    struct workspace *w = control->workspace;
    struct str id = json_str(json_get(body, "id"));
    int64_t percent = json_int(json_get(body, "percent"), 0);
    int64_t changed = 0;
    if (!str_is_null(id)) {
        struct sim_project *p = workspace_project(w, id);
        if (p == NULL) {
            api_fail(request, answer, 404, "No such project");
            return;
        }
        const char *problem = change(control, p, body);
        if (problem != NULL) {
            api_fail(request, answer, 400, problem);
            return;
        }
        changed = 1;
    } else if (percent > 0) {
        for (size_t i = 0; i < w->project_count; i++) {
            if (workspace_is_active(&w->projects[i]) && (int64_t)(i % 100) < percent) {
                changed += change(control, &w->projects[i], body) == NULL;
            }
        }
    } else {
        api_fail(request, answer, 400, "id or percent is required");
        return;
    }
    (void)buf_printf(&answer->body, "{\"changed\":%lld}", (long long)changed);
}

static void add(struct control *control, const struct json *body, struct api_answer *answer)
{
    struct workspace *w = control->workspace;
    int64_t count = json_int(json_get(body, "count"), 1);
    struct json_out out;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_key(&out, "ids");
    json_out_array(&out);
    for (int64_t i = 0; i < count && i < 100000; i++) {
        struct sim_project *p = workspace_add_project(w, tick(control));
        p->edited_ms = p->created_ms;
        p->published_ms = p->archived_ms = p->trashed_ms = TIMESTAMP_NONE;
        p->viewed_ms = p->results_ms = TIMESTAMP_NONE;
        p->run_count = 0;
        p->schedule_count = 0;
        for (size_t k = 0; k < 4; k++) {
            p->views[k] = 0;
        }
        json_out_str(&out, p->id);
    }
    json_out_array_end(&out);
    json_out_object_end(&out);
}

static void write_stats(const struct control *control, struct api_answer *answer)
{
    struct json_out out;
    int64_t total = 0;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_key(&out, "requests");
    json_out_object(&out);
    for (size_t i = 0; i < control->counts->count; i++) {
        const struct map_entry *entry = &control->counts->entries[i];
        json_out_key_str(&out, entry->key);
        json_out_int(&out, entry->value.number);
        total += entry->value.number;
    }
    json_out_object_end(&out);
    json_out_field_int(&out, "total", total);
    json_out_field_int(&out, "projects", (int64_t)control->workspace->project_count);
    json_out_object_end(&out);
}

static void configure(struct control *control, const struct api_request *request,
                      const struct json *body, struct api_answer *answer)
{
    struct traffic *t = control->traffic;
    int64_t minute = json_int(json_get(body, "rate"), (int64_t)t->minute.limit);
    int64_t hour = json_int(json_get(body, "rateHour"), (int64_t)t->hour.limit);
    struct str fail = json_str(json_get(body, "fail"));
    struct str retry = json_str(json_get(body, "retryAfter"));
    if (minute < 0 || hour < 0) {
        api_fail(request, answer, 400, "a rate is a whole number from 0");
        return;
    }
    if (json_get(body, "rate") != NULL || json_get(body, "rateHour") != NULL) {
        traffic_limit(t, (size_t)minute, (size_t)hour);
    }
    t->latency_ms = json_int(json_get(body, "latency"), t->latency_ms);
    t->retry_after = str_is(retry, "date")      ? RETRY_AFTER_DATE
                     : str_is(retry, "none")    ? RETRY_AFTER_NONE
                     : str_is(retry, "seconds") ? RETRY_AFTER_SECONDS
                                                : t->retry_after;
    if (!str_is_null(fail)) {
        traffic_clear_faults(t);
        if (!traffic_add_faults(t, fail)) {
            api_fail(request, answer, 400,
                     "not a fault: "
                     "[METHOD ]PREFIX:STATUS|cut|slow|expired|circle[:N|:N+|:@N]");
            return;
        }
    }
    control->workspace->version++;
    (void)buf_append_cstr(&answer->body, "{}");
}

static void clear_log(struct control *control, struct api_answer *answer)
{
    map_clear(control->counts);
    if (control->log_fd >= 0 && ftruncate(control->log_fd, 0) != 0) {
        answer->status = 500;
    }
    (void)buf_append_cstr(&answer->body, "{}");
}

static void get(struct control *control, const struct api_request *request, struct str path,
                struct api_answer *answer)
{
    if (str_is(path, "stats")) {
        write_stats(control, answer);
    } else if (str_is(path, "truth")) {
        answer->content_type = "application/x-ndjson";
        truth_write(control->workspace, str_is(api_argument(request, "sql"), "true"),
                    &answer->body);
    } else {
        api_fail(request, answer, 404, "Not found");
    }
}

static void post(struct control *control, const struct api_request *request, struct str path,
                 const struct json *body, struct api_answer *answer)
{
    static const struct {
        const char *name;
        edit_fn *change;
    } edits[] = {{"edit", edit},     {"trash", trash},     {"archive", archive},
                 {"delete", delete}, {"publish", publish}, {"view", view},
                 {"deny", deny},     {"hide", hide}};
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        if (str_is(path, edits[i].name)) {
            apply(control, request, body, edits[i].change, answer);
            return;
        }
    }
    if (str_is(path, "add")) {
        add(control, body, answer);
    } else if (str_is(path, "config")) {
        configure(control, request, body, answer);
    } else if (str_is(path, "log/clear")) {
        clear_log(control, answer);
    } else {
        api_fail(request, answer, 404, "Not found");
    }
}

void control_answer(struct control *control, const struct api_request *request,
                    struct api_answer *answer)
{
    struct str path = str_sub(request->path, strlen("/_sim/"), SIZE_MAX);
    *answer = (struct api_answer){.status = 200, .content_type = "application/json"};
    buf_init(&answer->body, SIM_MAX_BYTES);
    if (strcmp(request->method, "GET") == 0) {
        get(control, request, path, answer);
        return;
    }
    struct json *body = NULL;
    struct error err = ERROR_INIT;
    struct str text = request->body.n > 0 ? request->body : STR("{}");
    if (strcmp(request->method, "POST") != 0) {
        api_fail(request, answer, 404, "Not found");
    } else if (json_parse(text, &json_limits_default, &body, &err) != OK) {
        api_fail(request, answer, 400, err.message);
    } else {
        post(control, request, path, body, answer);
    }
    json_free(body);
}
