#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/etag.h"
#include "omsim/value.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- versions ---- */

/* Newest first, each a JSON text, as the server has it. */
static void answer_versions(struct call *call, const struct entity *entity)
{
    struct buf text;
    json_t *list = value_sure(json_array());
    json_t *state = render_entity(call->sim, entity, &view_full);
    buf_init(&text, SIM_MAX_BYTES);
    value_write(state, false, &text);
    value_append(list, value_text(buf_str(&text)));
    for (size_t i = json_array_size(entity->versions); i > 0; i--) {
        value_append(list, json_incref(json_array_get(entity->versions, i - 1)));
    }
    buf_free(&text);
    json_decref(state);
    call_answer(call, 200,
                json_pack("{s:s,s:o}", "entityType", entity->kind->type, "versions", list));
}

static void answer_version(struct call *call, const struct entity *entity, struct str version)
{
    struct str wanted = sim_copy(call->arena, version);
    double number = strtod(wanted.p, NULL);
    if ((int64_t)(number * 10 + 0.5) == entity->version) {
        call_answer(call, 200, render_entity(call->sim, entity, &view_full));
        return;
    }
    for (size_t i = 0; i < json_array_size(entity->versions); i++) {
        struct str text = value_str(json_array_get(entity->versions, i));
        json_t *state = value_sure(json_loadb(text.p, text.n, 0, NULL));
        double have = json_number_value(json_object_get(state, "version"));
        if ((int64_t)(have * 10 + 0.5) == (int64_t)(number * 10 + 0.5)) {
            call_answer(call, 200, state);
            return;
        }
        json_decref(state);
    }
    call_fail(call, 404, "%s with version %s not found", entity->kind->type, wanted.p);
}

/* ---- columns of a data model or table ---- */

static bool read_number(const struct call *call, const char *name, uint64_t fallback,
                        uint64_t most, uint64_t *out)
{
    struct str text = call_argument(call, name);
    *out = fallback;
    return str_is_null(text) || (str_to_u64(text, out) && *out <= most);
}

static void answer_columns(struct call *call, const struct entity *entity)
{
    const json_t *columns = json_object_get(entity->data, "columns");
    uint64_t limit = 0;
    uint64_t offset = 0;
    if (!read_number(call, "limit", 50, 1000, &limit) ||
        !read_number(call, "offset", 0, UINT32_MAX, &offset)) {
        call_fail(call, 400, "[limit and offset must be within their limits]");
        return;
    }
    json_t *page = value_sure(json_array());
    for (size_t i = (size_t)offset; i < json_array_size(columns) && i < offset + limit; i++) {
        value_append(page, json_incref(json_array_get(columns, i)));
    }
    call_answer(call, 200,
                json_pack("{s:o,s:{s:I,s:I,s:I}}", "data", page, "paging", "total",
                          (json_int_t)json_array_size(columns), "limit", (json_int_t)limit,
                          "offset", (json_int_t)offset));
}

/* ---- one entity ---- */

static void answer_one(struct call *call, const struct kind *kind, size_t at)
{
    struct view view;
    struct entity *entity = api_find(call, kind, at);
    if (entity != NULL && api_read_view(call, kind, &view)) {
        call_answer(call, 200, render_entity(call->sim, entity, &view));
        call_header(call, "ETag", etag_of(call->arena, entity));
    }
}

static void answer_below(struct call *call, const struct kind *kind, size_t at, size_t rest)
{
    struct str what = call->segments[rest];
    struct entity *entity = api_find_any(call, kind, at);
    if (entity == NULL) {
        return;
    }
    if (str_is(what, "versions") && rest + 1 == call->segment_count) {
        answer_versions(call, entity);
    } else if (str_is(what, "versions") && rest + 2 == call->segment_count) {
        answer_version(call, entity, call->segments[rest + 1]);
    } else if (str_is(what, "columns") &&
               (kind->id == KIND_DATA_MODEL || kind->id == KIND_TABLE)) {
        answer_columns(call, entity);
    } else {
        call_fail(call, 404, "HTTP 404 Not Found");
    }
}

void api_read(struct call *call, const struct kind *kind, size_t at)
{
    size_t n = call->segment_count - at;
    if (n == 0) {
        api_count_as(call, kind->collection, "");
        api_list(call, kind);
        return;
    }
    bool is_named = str_is(call->segments[at], "name") && n > 1;
    size_t rest = at + (is_named ? 2 : 1);
    const char *what = rest < call->segment_count
                           ? sim_printf(call->arena, "/%.*s", STR_ARG(call->segments[rest])).p
                           : "";
    api_count_as(call, kind->collection,
                 sim_printf(call->arena, "%s%s", is_named ? "/name/{fqn}" : "/{id}", what).p);
    if (rest == call->segment_count) {
        answer_one(call, kind, at);
    } else {
        answer_below(call, kind, at, rest);
    }
}
