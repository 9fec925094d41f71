/*
 * Any requests to omsim, two lines each: "METHOD PATH", then the body. Whatever comes, it
 * answers with a status and JSON, and its state can still be printed.
 */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/seed.h"
#include "omsim/state.h"
#include "omsim/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str next_line(struct str *text)
{
    size_t end = str_find(*text, '\n');
    struct str line = str_sub(*text, 0, end);
    *text = end == SIZE_MAX ? STR("") : str_sub(*text, end + 1, SIZE_MAX);
    return line;
}

static void ask(struct sim *sim, struct str line, struct str body)
{
    struct arena arena;
    struct call call;
    struct http_argument arguments[2];
    size_t space = str_find(line, ' ');
    struct str path = str_sub(line, space == SIZE_MAX ? line.n : space + 1, SIZE_MAX);
    size_t mark = str_find(path, '?');
    arena_init(&arena, SIM_MAX_BYTES);
    struct str method = sim_copy(&arena, str_sub(line, 0, space));
    call_init(&call, sim, &arena, method.p, str_sub(path, 0, mark));
    if (mark != SIZE_MAX) { /* one argument is enough to reach what arguments do */
        struct str query = str_sub(path, mark + 1, SIZE_MAX);
        size_t equals = str_find(query, '=');
        arguments[0].name = str_sub(query, 0, equals);
        arguments[0].value =
            str_sub(query, equals == SIZE_MAX ? query.n : equals + 1, SIZE_MAX);
        call.arguments = arguments;
        call.argument_count = 1;
    }
    call.body = body;
    call.token = STR("omsim_admin");
    call.content_type =
        str_is(method, "PATCH") ? STR("application/json-patch+json") : STR("application/json");
    api_answer(&call);
    bool is_json =
        call.answer_type != NULL && str_is(str_from(call.answer_type), "application/json");
    json_t *answer = json_loadb(buf_cstr(&call.answer), call.answer.size, JSON_ALLOW_NUL, NULL);
    if (call.status < 200 || call.status > 599 || (is_json && answer == NULL)) {
        abort();
    }
    json_decref(answer);
    call_free(&call);
    arena_free(&arena);
}

static void fill(struct sim *sim)
{
    struct refusal why = {.arena = &sim->arena};
    json_t *seed = json_pack("{s:[{s:s,s:s}],s:[{s:s,s:[s,s]}],s:{s:s,s:[{s:s,s:s}]}}", "users",
                             "name", "anna", "email", "anna@example.com", "classifications",
                             "name", "C", "tags", "A", "B", "connector", "service", "hex",
                             "dashboards", "name", "p", "description", "d");
    if (!seed_apply(sim, value_sure(seed), &why) ||
        !seed_service(sim, STR("w:Snowflake:1:1:1:2"), &why)) {
        abort();
    }
    json_decref(seed);
}

/* One server a version; schemas are compiled once. */
static struct sim *fresh_sim(bool is_two)
{
    static struct sim sims[2];
    static bool is_made[2];
    struct sim_options options = {.version = is_two ? "2.0.7" : "1.13.4",
                                  .html = HTML_ALWAYS,
                                  .bot_token = "omsim_bot",
                                  .admin_token = "omsim_admin"};
    struct sim *sim = &sims[is_two ? 1 : 0];
    struct error err = ERROR_INIT;
    if (is_made[is_two ? 1 : 0]) {
        sim_reset(sim);
    } else if (sim_init(sim, &options, &err) != OK) {
        abort();
    }
    is_made[is_two ? 1 : 0] = true;
    fill(sim);
    return sim;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf state;
    struct str text = str_from_n((const char *)data, size);
    struct sim *sim = fresh_sim(size % 2 == 0);
    while (text.n > 0) {
        struct str line = next_line(&text);
        ask(sim, line, next_line(&text));
    }
    buf_init(&state, SIM_MAX_BYTES);
    state_write(sim, true, &state);
    buf_free(&state);
    return 0;
}
