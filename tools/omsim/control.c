#include "omsim/control.h"

#include "omsim/api.h"
#include "omsim/seed.h"
#include "omsim/state.h"
#include "omsim/value.h"

#include <string.h>
#include <unistd.h>

static void write_stats(const struct control *control, struct call *call)
{
    const struct sim *sim = call->sim;
    json_t *requests = value_sure(json_object());
    json_t *entities = value_sure(json_object());
    int64_t total = 0;
    int64_t edges = 0;
    for (size_t i = 0; i < control->counts->count; i++) {
        const struct map_entry *entry = &control->counts->entries[i];
        json_t *key = value_text(entry->key);
        value_put_int(requests, json_string_value(key), entry->value.number);
        json_decref(key);
        total += entry->value.number;
    }
    for (size_t k = 0; k < KIND_COUNT; k++) {
        int64_t n = 0;
        for (size_t i = 0; i < sim->store.all[k].count; i++) {
            n += sim->store.all[k].items[i]->is_deleted ? 0 : 1;
        }
        value_put_int(entities, kind_get((enum kind_id)k)->type, n);
    }
    for (size_t i = 0; i < sim->edges.count; i++) {
        edges += sim->edges.entries[i].value.pointer != NULL ? 1 : 0;
    }
    call_answer(call, 200,
                json_pack("{s:o,s:o,s:I,s:I,s:I,s:I}", "requests", requests, "entities",
                          entities, "total", (json_int_t)total, "writes",
                          (json_int_t)control->writes, "edges", (json_int_t)edges, "violations",
                          (json_int_t)json_array_size(sim->violations)));
}

static void configure_search(struct call *call)
{
    struct str search = value_get(call->json, "search");
    struct str html = value_get(call->json, "html");
    struct sim_options *options = &call->sim->options;
    if (!str_is_null(search)) {
        options->is_search_down = str_is(search, "down");
    }
    if (!str_is_null(html)) {
        options->html = str_is(html, "always")   ? HTML_ALWAYS
                        : str_is(html, "update") ? HTML_ON_UPDATE
                                                 : HTML_NEVER;
    }
}

static void configure(struct control *control, struct call *call)
{
    struct traffic *t = control->traffic;
    const json_t *rate = json_object_get(call->json, "rate");
    const json_t *latency = json_object_get(call->json, "latency");
    struct str fail = value_get(call->json, "fail");
    struct str retry = value_get(call->json, "retryAfter");
    if (json_is_integer(rate) && json_integer_value(rate) >= 0) {
        traffic_limit(t, (size_t)json_integer_value(rate), 0);
    }
    if (json_is_integer(latency) && json_integer_value(latency) >= 0) {
        t->latency_ms = json_integer_value(latency);
    }
    t->retry_after = str_is(retry, "date")      ? RETRY_AFTER_DATE
                     : str_is(retry, "none")    ? RETRY_AFTER_NONE
                     : str_is(retry, "seconds") ? RETRY_AFTER_SECONDS
                                                : t->retry_after;
    configure_search(call);
    if (!str_is_null(fail)) {
        traffic_clear_faults(t);
        if (!traffic_add_faults(t, fail)) {
            call_fail(call, 400, "not a fault: [METHOD ]PREFIX:STATUS|cut|slow[:N|:N+|:@N]");
            return;
        }
    }
    call_answer(call, 200, json_object());
}

/* What a person does on the server's pages: a patch by a user who is no bot. */
static void edit(struct call *call)
{
    struct sim *sim = call->sim;
    const struct kind *kind = kind_of_type(value_get(call->json, "type"));
    struct entity *user =
        store_by_fqn(&sim->store, kind_get(KIND_USER), value_get(call->json, "user"));
    struct entity *entity =
        kind == NULL ? NULL : store_by_fqn(&sim->store, kind, value_get(call->json, "fqn"));
    if (user == NULL || entity == NULL) {
        call_fail(call, 404, "no such user, or no such entity");
        return;
    }
    struct call patch;
    struct buf body;
    buf_init(&body, SIM_MAX_BYTES);
    value_write(json_object_get(call->json, "patch"), false, &body);
    call_init(&patch, sim, call->arena, "PATCH", STR("/_sim/edit"));
    patch.actor = (struct actor){.user = user};
    patch.body = buf_str(&body);
    patch.content_type = STR("application/json-patch+json");
    api_patch(&patch, entity);
    call->status = patch.status;
    call->answer = patch.answer;
    buf_init(&patch.answer, SIM_MAX_BYTES); /* its bytes were taken */
    call_free(&patch);
    buf_free(&body);
}

static void seed(struct call *call)
{
    struct refusal why = call_refusal(call);
    if (seed_apply(call->sim, call->json, &why)) {
        call_answer(call, 200, json_object());
    } else {
        call_fail(call, why.status, "%.*s", STR_ARG(why.message));
    }
}

static void clear_log(struct control *control, struct call *call)
{
    map_clear(control->counts);
    control->writes = 0;
    if (control->log_fd >= 0 && ftruncate(control->log_fd, 0) != 0) {
        call_fail(call, 500, "the log can not be emptied");
        return;
    }
    call_answer(call, 200, json_object());
}

static void get(struct control *control, struct call *call, struct str what)
{
    if (str_is(what, "state")) {
        call->status = 200;
        call->answer_type = "application/x-ndjson";
        state_write(call->sim, call_flag(call, "stable"), &call->answer);
    } else if (str_is(what, "stats")) {
        write_stats(control, call);
    } else if (str_is(what, "violations")) {
        call_answer(call, 200, json_incref(call->sim->violations));
    } else {
        call_fail(call, 404, "Not found");
    }
}

void control_answer(struct control *control, struct call *call)
{
    struct str what = str_sub(call->path, strlen("/_sim/"), SIZE_MAX);
    if (call_is(call, "GET")) {
        get(control, call, what);
        return;
    }
    call->body = call->body.n > 0 ? call->body : STR("{}");
    call->content_type = STR("application/json");
    if (!call_is(call, "POST")) {
        call_fail(call, 404, "Not found");
    } else if (!call_read_json(call, "application/json")) {
        return;
    } else if (str_is(what, "seed")) {
        seed(call);
    } else if (str_is(what, "edit")) {
        edit(call);
    } else if (str_is(what, "config")) {
        configure(control, call);
    } else if (str_is(what, "reset")) {
        sim_reset(call->sim);
        call_answer(call, 200, json_object());
    } else if (str_is(what, "log/clear")) {
        clear_log(control, call);
    } else if (str_is(what, "violations/clear")) {
        (void)json_array_clear(call->sim->violations);
        call_answer(call, 200, json_object());
    } else {
        call_fail(call, 404, "Not found");
    }
}
