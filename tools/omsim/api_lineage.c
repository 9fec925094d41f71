#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/edge.h"
#include "omsim/patch.h"
#include "omsim/value.h"

#include <string.h>

/* ---- ends ---- */

/* An end by type and id or name; NULL after an answer of 404. */
static struct entity *find_end(struct call *call, struct str type, struct str name,
                               bool is_named)
{
    const struct kind *kind = kind_of_type(type);
    struct entity *entity = kind == NULL ? NULL
                            : is_named   ? store_by_fqn(&call->sim->store, kind, name)
                                         : store_by_id(&call->sim->store, kind, name);
    if (entity == NULL || entity->is_deleted) {
        call_fail(call, 404, "%.*s instance for %.*s not found", STR_ARG(type), STR_ARG(name));
        return NULL;
    }
    return entity;
}

static struct entity *find_reference(struct call *call, const json_t *reference)
{
    return find_end(call, value_get(reference, "type"), value_get(reference, "id"), false);
}

/* ---- writing ---- */

/* What the server adds to details; source is Manual unless it is said. */
static json_t *complete(const struct call *call, const json_t *details)
{
    json_t *out =
        details == NULL ? value_sure(json_object()) : value_sure(json_deep_copy(details));
    int64_t now = clock_wall_ms(&call->sim->store.clock);
    if (json_object_get(out, "source") == NULL) {
        value_put_text(out, "source", STR("Manual"));
    }
    value_put_int(out, "createdAt", now);
    value_put_int(out, "updatedAt", now);
    value_put_text(out, "createdBy", call->actor.user->name);
    value_put_text(out, "updatedBy", call->actor.user->name);
    return out;
}

static void put_edge(struct call *call, struct entity *from, struct entity *to,
                     const json_t *details, const json_t *description)
{
    if (call->has_null_source) { /* a null pointer on the server */
        call_fail(call, 500, "An exception with message [source is null] was thrown");
        return;
    }
    const json_t *pipeline = json_object_get(details, "pipeline");
    if (pipeline != NULL && find_reference(call, pipeline) == NULL) {
        return;
    }
    (void)edge_put(call->sim, from, to, complete(call, details),
                   json_incref((json_t *)(uintptr_t)description));
    if (call->sim->options.is_search_down) { /* the edge is there all the same */
        call_fail(call, 500, "An exception with message [search is not available] was thrown");
        return;
    }
    call->status = 200;
    call->answer_type = NULL;
}

static void put_lineage(struct call *call)
{
    struct refusal why = call_refusal(call);
    api_count_as(call, "lineage", "");
    if (!call_read_json(call, "application/json")) {
        return;
    }
    if (!sim_check(call->sim, "AddLineage", call->json, &why)) {
        call_refuse(call, &why);
        return;
    }
    const json_t *edge = json_object_get(call->json, "edge");
    struct entity *from = find_reference(call, json_object_get(edge, "fromEntity"));
    struct entity *to =
        from == NULL ? NULL : find_reference(call, json_object_get(edge, "toEntity"));
    if (to != NULL) {
        put_edge(call, from, to, json_object_get(edge, "lineageDetails"),
                 json_object_get(edge, "description"));
    }
}

/* JSON Patch on the details of an edge. */
static void patch_edge(struct call *call, struct edge *edge)
{
    struct refusal why = call_refusal(call);
    struct buf reason;
    if (!call_read_json(call, "application/json-patch+json")) {
        return;
    }
    json_t *details = value_sure(json_deep_copy(edge->details));
    buf_init(&reason, SIM_MAX_BYTES);
    bool is_good = patch_apply(&details, call->json, &reason) == PATCH_DONE;
    if (!is_good) {
        call_fail(call, 400, "%.*s", STR_ARG(buf_str(&reason)));
    } else if (!sim_check(call->sim, "LineageDetails", details, &why)) {
        is_good = false;
        call_refuse(call, &why);
    }
    buf_free(&reason);
    if (!is_good) {
        json_decref(details);
        return;
    }
    json_decref(edge->details);
    edge->details = details;
    value_put_int(details, "updatedAt", clock_wall_ms(&call->sim->store.clock));
    value_put_text(details, "updatedBy", call->actor.user->name);
    edge_filter_columns(edge);
    call->status = 200;
    call->answer_type = NULL;
}

static void delete_edge(struct call *call, struct edge *edge)
{
    edge_remove(call->sim, edge);
    call->status = 200;
    call->answer_type = NULL;
}

/* {fromType}/[name/]{from}/{toType}/[name/]{to} */
static void change_between(struct call *call, bool is_named)
{
    size_t step = is_named ? 2 : 1;
    const struct str *s = call->segments;
    struct refusal why = call_refusal(call);
    struct entity *from = find_end(call, s[1], s[1 + step], is_named);
    struct entity *to =
        from == NULL ? NULL : find_end(call, s[2 + step], s[2 + step + step], is_named);
    if (to == NULL) {
        return;
    }
    if (call_is(call, "PUT") && is_named && call->sim->is_two) {
        if (!call_read_json(call, "application/json")) {
            return;
        }
        if (!sim_check(call->sim, "LineageDetails", call->json, &why)) {
            call_refuse(call, &why);
            return;
        }
        put_edge(call, from, to, call->json, NULL);
        return;
    }
    struct edge *edge = edge_find(call->sim, from, to);
    bool may_patch = call_is(call, "PATCH") && (!is_named || call->sim->is_two);
    if (!may_patch && !call_is(call, "DELETE")) {
        api_refuse_method(call);
    } else if (edge == NULL) {
        call_fail(call, 404, "Lineage edge not found");
    } else if (may_patch) {
        patch_edge(call, edge);
    } else {
        delete_edge(call, edge);
    }
}

/* All edges INTO an entity that have this source. */
static void delete_by_source(struct call *call, struct entity *to, struct str source)
{
    for (size_t i = to == NULL ? 0 : to->edge_count; i > 0; i--) {
        struct edge *edge = to->edges[i - 1];
        if (edge->to == to && str_eq(value_get(edge->details, "source"), source)) {
            edge_remove(call->sim, edge);
        }
    }
    if (to != NULL) {
        call->status = 200;
        call->answer_type = NULL;
    }
}

/* ---- reading ---- */

struct walk {
    const struct sim *sim;
    struct map seen; /* ids */
    json_t *nodes;
    json_t *edges;
    bool is_up;
};

static json_t *render_edge(const struct edge *edge)
{
    json_t *out =
        value_sure(json_pack("{s:s,s:s,s:O}", "fromEntity", edge->from->id, "toEntity",
                             edge->to->id, "lineageDetails", edge->details));
    if (edge->description != NULL) {
        value_put(out, "description", json_incref(edge->description));
    }
    return out;
}

static void walk(struct walk *w, const struct entity *at, uint64_t depth)
{
    for (size_t i = 0; i < at->edge_count && depth > 0; i++) {
        const struct edge *edge = at->edges[i];
        const struct entity *here = w->is_up ? edge->to : edge->from;
        const struct entity *next = w->is_up ? edge->from : edge->to;
        union map_value one = {.number = 1};
        if (here != at || next->is_deleted) {
            continue;
        }
        value_append(w->edges, render_edge(edge));
        if (!map_has(&w->seen, entity_id(next))) {
            if (map_put(&w->seen, entity_id(next), one) != OK) {
                sim_fail_memory();
            }
            value_append(w->nodes, render_reference(w->sim, next));
            walk(w, next, depth - 1);
        }
    }
}

static uint64_t read_depth(const struct call *call, const char *name)
{
    uint64_t depth = 1;
    struct str text = call_argument(call, name);
    return str_is_null(text) || !str_to_u64(text, &depth) ? 1 : depth > 3 ? 3 : depth;
}

static void answer_graph(struct call *call, const struct entity *entity)
{
    struct walk w = {.sim = call->sim, .nodes = value_sure(json_array())};
    json_t *edges[2];
    union map_value one = {.number = 1};
    map_init(&w.seen);
    if (map_put(&w.seen, entity_id(entity), one) != OK) {
        sim_fail_memory();
    }
    for (size_t i = 0; i < 2; i++) {
        w.is_up = i == 0;
        w.edges = edges[i] = value_sure(json_array());
        walk(&w, entity, read_depth(call, w.is_up ? "upstreamDepth" : "downstreamDepth"));
    }
    map_free(&w.seen);
    call_answer(call, 200,
                json_pack("{s:o,s:o,s:o,s:o}", "entity", render_reference(call->sim, entity),
                          "nodes", w.nodes, "upstreamEdges", edges[0], "downstreamEdges",
                          edges[1]));
}

/* getLineageEdge: the details themselves under "edge". */
static void answer_edge(struct call *call)
{
    const struct str *s = call->segments;
    bool is_named = call->segment_count == 8;
    struct entity *from = NULL;
    struct entity *to = NULL;
    api_count_as(call, "lineage/getLineageEdge", is_named ? "/by-name" : "/{from}/{to}");
    if (is_named && call->sim->is_two) {
        from = find_end(call, s[2], s[4], true);
        to = from == NULL ? NULL : find_end(call, s[5], s[7], true);
    } else if (call->segment_count == 4) {
        from = store_by_id(&call->sim->store, NULL, s[2]);
        to = store_by_id(&call->sim->store, NULL, s[3]);
    }
    struct edge *edge = from == NULL || to == NULL ? NULL : edge_find(call->sim, from, to);
    if (edge == NULL) {
        call_fail(call, 404, "Lineage edge not found");
        return;
    }
    call_answer(call, 200, json_pack("{s:O}", "edge", edge->details));
}

static void answer_search_graph(struct call *call)
{
    api_count_as(call, "lineage/getLineage", "");
    if (call->sim->options.is_search_down) {
        call_fail(call, 500, "An exception with message [search is not available] was thrown");
        return;
    }
    struct str type = call_argument(call, "type");
    struct entity *entity = find_end(call, str_is_null(type) ? STR("table") : type,
                                     call_argument(call, "fqn"), true);
    if (entity != NULL) {
        answer_graph(call, entity);
    }
}

static void read_lineage(struct call *call)
{
    const struct str *s = call->segments;
    size_t n = call->segment_count;
    if (n >= 2 && str_is(s[1], "getLineageEdge")) {
        answer_edge(call);
        return;
    }
    if (n == 2 && str_is(s[1], "getLineage")) {
        answer_search_graph(call);
        return;
    }
    bool is_named = n == 4 && str_is(s[2], "name");
    api_count_as(call, "lineage", is_named ? "/{type}/name/{fqn}" : "/{type}/{id}");
    if (n != 3 && !is_named) {
        call_fail(call, 404, "HTTP 404 Not Found");
        return;
    }
    struct entity *entity = find_end(call, s[1], s[n - 1], is_named);
    if (entity != NULL) {
        answer_graph(call, entity);
    }
}

void api_lineage(struct call *call)
{
    const struct str *s = call->segments;
    size_t n = call->segment_count;
    bool is_named = n == 7 && str_is(s[2], "name") && str_is(s[5], "name");
    if (call_is(call, "GET")) {
        read_lineage(call);
    } else if (n == 1 && call_is(call, "PUT")) {
        put_lineage(call);
    } else if (call_is(call, "DELETE") && n == 5 && str_is(s[3], "type")) {
        api_count_as(call, "lineage", "/{type}/{id}/type/{source}");
        delete_by_source(call, find_end(call, s[1], s[2], false), s[4]);
    } else if (call_is(call, "DELETE") && n == 7 && call->sim->is_two &&
               str_is(s[1], "source") && str_is(s[2], "name") && str_is(s[5], "type")) {
        api_count_as(call, "lineage", "/source/name/{type}/{fqn}/type/{source}");
        delete_by_source(call, find_end(call, s[3], s[4], true), s[6]);
    } else if (n == 5 || is_named) {
        api_count_as(call, "lineage",
                     is_named ? "/{type}/name/{fqn}/{type}/name/{fqn}"
                              : "/{type}/{id}/{type}/{id}");
        change_between(call, is_named);
    } else {
        call_fail(call, 404, "HTTP 404 Not Found");
    }
}
