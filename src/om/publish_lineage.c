/*
 * Lineage: what has not changed is judged by what was published alone. Before an edge is
 * written between two entities that were there before this run, it is read: a person may have
 * drawn it.
 */
#include "om/lineage.h"

#include "base/json_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BODY_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_PATH_BYTES ((size_t)64 * 1024)
#define MAX_LOST_IN_A_ROW 20

/* An edge on its way: read, then written or deleted. */
struct edge_call {
    struct om_run *run;
    struct arena arena;
    struct published row;
    struct str body;    /* LineageDetails; STR_NULL: it goes */
    struct str by_name; /* "/table/name/.../dashboard/name/..." */
    struct str by_id;   /* "from id/to id"; STR_NULL: not known */
    struct str put;     /* the body of a request by ids */
    bool is_update;
};

static void call_free(struct edge_call *call)
{
    if (call != NULL) {
        arena_free(&call->arena);
        free(call);
    }
}

static void fail(struct edge_call *call, const struct error *err)
{
    struct om_run *run = call->run;
    om_run_failed(run, &run->summary->steps[OM_STEP_LINEAGE], "lineage", call->row.name,
                  call->row.parent, err);
    if (err->code == ERR_AUTH) {
        om_run_fatal(run, err);
    }
    if (err->code == ERR_NETWORK && ++run->lost_edges == MAX_LOST_IN_A_ROW) {
        log_warning("OpenMetadata writes no lineage now (it needs its search for that): what "
                    "is left of it waits for the next run");
    }
}

/* ---- what is done ---- */

static void tell(const struct edge_call *call, enum om_plan_action action)
{
    const struct om_plan_item item = {
        .action = action, .kind = "lineage", .name = call->row.name, .title = call->row.name};
    struct om_step *step = &call->run->summary->steps[OM_STEP_LINEAGE];
    step->created += action == OM_PLAN_CREATE;
    step->updated += action == OM_PLAN_UPDATE;
    step->deleted += action == OM_PLAN_UNLINK;
    om_run_plan(call->run, &item);
}

static void forget(struct edge_call *call)
{
    struct om_run *run = call->run;
    struct error err = ERROR_INIT;
    if (run->options->plan == NULL && om_run_begin(run) &&
        published_drop(run->catalog, run->publication.id, PUBLISHED_EDGE, call->row.name,
                       &err) != OK) {
        om_run_fatal(run, &err);
    }
}

static void on_written(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *err)
{
    struct edge_call *call = ctx;
    struct om_run *run = call->run;
    struct om_step *step = &run->summary->steps[OM_STEP_LINEAGE];
    bool is_gone = str_is_null(call->body) && err->code == ERR_NOT_FOUND;
    (void)answer;
    (void)document;
    if (err->code != OK && !is_gone) {
        fail(call, err);
    } else if (str_is_null(call->body)) {
        step->deleted++;
        forget(call);
    } else {
        step->created += !call->is_update;
        step->updated += call->is_update;
        run->lost_edges = 0;
        om_run_store(run, &call->row);
    }
    call_free(call);
}

static void send_edge(struct edge_call *call)
{
    struct om_run *run = call->run;
    struct buf path;
    bool is_delete = str_is_null(call->body);
    bool has_names = is_delete || run->version.has_lineage_by_name;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_append_cstr(&path, "/v1/lineage");
    (void)buf_append_str(&path, has_names ? call->by_name : STR(""));
    const struct om_request request = {.method = is_delete ? "DELETE" : "PUT",
                                       .path = buf_str(&path),
                                       .body = is_delete   ? STR_NULL
                                               : has_names ? call->body
                                                           : call->put,
                                       .repeats = true, /* the same edge again is the same */
                                       .done = on_written,
                                       .ctx = call};
    if (buf_status(&path) != OK) {
        om_run_nomem(run);
        call_free(call);
    } else if (!om_run_send(run, &request)) {
        call_free(call);
    }
    buf_free(&path);
}

/* What has to be done with it is done, or is a line of the plan. */
static void carry_out(struct edge_call *call)
{
    if (call->run->options->plan == NULL) {
        send_edge(call);
        return;
    }
    tell(call, str_is_null(call->body) ? OM_PLAN_UNLINK
               : call->is_update       ? OM_PLAN_UPDATE
                                       : OM_PLAN_CREATE);
    call_free(call);
}

/* ---- a look at it first ---- */

/* "from > to" of each pair of columns, sorted. */
static enum status list_pairs(const struct json *columns, struct arena *arena, struct str **out,
                              size_t *count)
{
    size_t capacity = 0;
    for (size_t i = 0; i < json_count(columns); i++) {
        const struct json *column = json_at(columns, i);
        const struct json *from = json_get(column, "fromColumns");
        for (size_t k = 0; k < json_count(from); k++) {
            struct str *pair = arena_push(arena, out, count, &capacity, sizeof(*pair));
            if (pair == NULL ||
                arena_printf(arena, pair, "%.*s > %.*s", STR_ARG(json_str(json_at(from, k))),
                             STR_ARG(json_str(json_get(column, "toColumn")))) != OK) {
                return ERR_NOMEM;
            }
        }
    }
    if (*count > 1) {
        qsort(*out, *count, sizeof(**out), str_qsort);
    }
    return OK;
}

static enum status is_same_edge(struct edge_call *call, const struct json *shown, bool *is_same)
{
    struct json *ours = NULL;
    struct error ignored = ERROR_INIT;
    struct str sql[2] = {STR_NULL, STR_NULL};
    struct str *pairs[2] = {NULL, NULL};
    size_t counts[2] = {0, 0};
    *is_same = false;
    enum status status = json_parse(call->body, &json_limits_default, &ours, &ignored);
    for (size_t i = 0; i < 2 && status == OK; i++) {
        const struct json *side = i == 0 ? ours : shown;
        status = merge_normal(json_str(json_get(side, "sqlQuery")), &call->arena, &sql[i]);
        if (status == OK) {
            status = list_pairs(json_get(side, "columnsLineage"), &call->arena, &pairs[i],
                                &counts[i]);
        }
    }
    *is_same = status == OK && str_eq(sql[0], sql[1]) && counts[0] == counts[1];
    for (size_t i = 0; *is_same && i < counts[0]; i++) {
        *is_same = str_eq(pairs[0][i], pairs[1][i]);
    }
    json_free(ours);
    return status;
}

static void on_read(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *err)
{
    struct edge_call *call = ctx;
    struct om_run *run = call->run;
    struct om_step *step = &run->summary->steps[OM_STEP_LINEAGE];
    const struct json *shown = om_lineage_shown(document);
    struct str source = json_str(json_get(shown, "source"));
    bool is_there = err->code == OK;
    bool is_ours = str_is(source, "DashboardLineage");
    bool is_same = false;
    (void)answer;
    if (is_there && is_ours && !str_is_null(call->body) &&
        is_same_edge(call, shown, &is_same) != OK) {
        struct error nomem = ERROR_INIT;
        (void)error_nomem(&nomem);
        om_run_fatal(run, &nomem);
    }
    if (err->code != OK && err->code != ERR_NOT_FOUND) {
        fail(call, err);
        call_free(call);
        return;
    }
    if (is_there && !is_ours && !run->options->overrides_lineage) {
        step->kept++; /* a person drew it, or another tool */
        if (run->options->plan != NULL) {
            tell(call, OM_PLAN_KEEP);
        }
        if (str_is_null(call->body)) {
            forget(call);
        } else {
            om_run_store(run, &call->row);
        }
        call_free(call);
    } else if (is_same) {
        om_run_store(run, &call->row); /* as it should be */
        call_free(call);
    } else if (!is_there && str_is_null(call->body)) {
        forget(call);
        call_free(call);
    } else {
        carry_out(call);
    }
}

static void read_edge(struct edge_call *call)
{
    struct om_run *run = call->run;
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_append_cstr(&path, "/v1/lineage/getLineageEdge");
    if (run->version.has_lineage_by_name) {
        (void)buf_append_str(&path, call->by_name);
    } else {
        (void)buf_append_char(&path, '/');
        (void)buf_append_str(&path, call->by_id);
    }
    const struct om_request request = {
        .method = "GET", .path = buf_str(&path), .done = on_read, .ctx = call};
    if (buf_status(&path) != OK) {
        om_run_nomem(run);
        call_free(call);
    } else if (!om_run_send(run, &request)) {
        call_free(call);
    }
    buf_free(&path);
}

/* ---- one edge ---- */

static void put_name(struct buf *path, const char *type, struct str fqn)
{
    (void)buf_printf(path, "/%s/name", type);
    om_path_segment(path, fqn);
}

static void put_reference(struct json_out *out, const char *key, const struct om_end *end)
{
    json_out_key(out, key);
    json_out_object(out);
    json_out_field_str(out, "id", end->id);
    json_out_field_cstr(out, "type", end->type);
    json_out_object_end(out);
}

/* {"edge": {...}} around the details, for servers that want ids. */
static enum status write_put(const struct om_edge *edge, struct edge_call *call)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, MAX_BODY_BYTES);
    json_out_init(&out, &text);
    json_out_object(&out);
    json_out_key(&out, "edge");
    json_out_object(&out);
    put_reference(&out, "fromEntity", &edge->from);
    put_reference(&out, "toEntity", &edge->to);
    json_out_key(&out, "lineageDetails");
    om_lineage_write(edge, &out);
    json_out_object_end(&out);
    json_out_object_end(&out);
    enum status status = buf_status(&text);
    status = status == OK ? arena_str(&call->arena, buf_str(&text), &call->put) : status;
    buf_free(&text);
    return status;
}

static struct edge_call *new_call(struct om_run *run, const struct om_edge *edge,
                                  struct str project, struct str body, uint64_t digest)
{
    struct edge_call *call = calloc(1, sizeof(*call));
    struct buf path;
    if (call == NULL) {
        return NULL;
    }
    call->run = run;
    arena_init(&call->arena, MAX_BODY_BYTES * 4);
    buf_init(&path, MAX_PATH_BYTES);
    put_name(&path, edge->from.type, edge->from.fqn);
    put_name(&path, edge->to.type, edge->to.fqn);
    call->row = (struct published){.kind = PUBLISHED_EDGE, .digest = digest};
    bool has_ids = !str_is_empty(edge->from.id) && !str_is_empty(edge->to.id);
    bool is_good =
        buf_status(&path) == OK && arena_str(&call->arena, edge->key, &call->row.name) == OK &&
        arena_str(&call->arena, project, &call->row.parent) == OK &&
        arena_str(&call->arena, body, &call->body) == OK &&
        arena_str(&call->arena, buf_str(&path), &call->by_name) == OK &&
        (!has_ids || arena_printf(&call->arena, &call->by_id, "%.*s/%.*s",
                                  STR_ARG(edge->from.id), STR_ARG(edge->to.id)) == OK);
    call->row.entity_id = call->by_id;
    buf_free(&path);
    if (!is_good) {
        call_free(call);
        return NULL;
    }
    return call;
}

static enum status start_edge(struct om_run *run, struct om_edge *edge, struct str project,
                              struct str body, uint64_t digest, bool is_update)
{
    bool is_new = edge->from.is_new || edge->to.is_new;
    struct edge_call *call = new_call(run, edge, project, body, digest);
    if (call == NULL) {
        return ERR_NOMEM;
    }
    call->is_update = is_update;
    if (is_new && run->options->plan != NULL) {
        carry_out(call); /* an end that is only planned has no id */
        return OK;
    }
    if (!run->version.has_lineage_by_name) {
        if (str_is_null(call->by_id)) {
            struct error err = ERROR_INIT;
            (void)error_set(&err, ERR_NOT_FOUND, "the id of one of its ends is not known");
            fail(call, &err);
            call_free(call);
            return OK;
        }
        if (write_put(edge, call) != OK) {
            call_free(call);
            return ERR_NOMEM;
        }
    }
    om_run_make_room_ahead(run);
    if (om_run_is_ending(run)) {
        call_free(call);
    } else if (is_new) {
        send_edge(call);
    } else {
        read_edge(call);
    }
    return OK;
}

/* Not tried, as it would not go well either: a failure that is said for all of them. */
static void leave_edge(struct om_run *run)
{
    run->is_unsettled = true;
    run->summary->steps[OM_STEP_LINEAGE].errors++;
    run->summary->failure_count++;
}

static enum status publish_edge(struct om_run *run, struct om_edge *edge, struct str project,
                                struct arena *arena, struct error *err)
{
    struct published base;
    bool has_base = false;
    struct buf body;
    struct json_out out;
    buf_init(&body, MAX_BODY_BYTES);
    json_out_init(&out, &body);
    om_lineage_write(edge, &out);
    uint64_t digest = merge_hash(buf_str(&body));
    enum status status = buf_status(&body) == OK ? om_get_base(run, PUBLISHED_EDGE, edge->key,
                                                               arena, &base, &has_base, err)
                                                 : error_nomem(err);
    run->summary->steps[OM_STEP_LINEAGE].records += status == OK;
    if (status == OK && !run->is_settled &&
        (!has_base || base.digest != digest || run->options->verifies)) {
        if (run->lost_edges >= MAX_LOST_IN_A_ROW) {
            leave_edge(run);
        } else if (start_edge(run, edge, project, buf_str(&body), digest, has_base) != OK) {
            status = error_nomem(err);
        }
    }
    buf_free(&body);
    return status;
}

static void publish_edges(struct om_run *run, struct om_project *project, struct arena *arena)
{
    struct om_edge *edges = NULL;
    size_t count = 0;
    struct error err = ERROR_INIT;
    enum status status = OK;
    run->done++;
    if (!project->from.has_notebook) {
        return;
    }
    if (om_lineage_of(run, project, arena, &edges, &count) != OK) {
        status = error_nomem(&err);
    }
    for (size_t i = 0; i < count && status == OK && !om_run_is_ending(run); i++) {
        status = publish_edge(run, &edges[i], project->from.project.id, arena, &err);
    }
    if (status != OK) {
        om_run_fatal(run, &err);
    }
}

/* ---- edges that Hex has no more ---- */

static void unlink_edge(struct om_run *run, const struct published *row)
{
    struct om_edge edge = {.sql = STR_NULL};
    struct str ids = row->entity_id;
    size_t slash = str_find(ids, '/');
    if (!om_edge_read_key(row->name, &edge)) {
        return;
    }
    if (slash != SIZE_MAX) {
        edge.from.id = str_sub(ids, 0, slash);
        edge.to.id = str_sub(ids, slash + 1, ids.n);
    }
    struct edge_call *call = new_call(run, &edge, row->parent, STR_NULL, row->digest);
    if (call == NULL) {
        om_run_nomem(run);
        return;
    }
    om_run_make_room_ahead(run);
    if (om_run_is_ending(run)) {
        call_free(call);
    } else if (run->version.has_lineage_by_name || !str_is_null(call->by_id)) {
        read_edge(call);
    } else {
        carry_out(call);
    }
}

/* Of projects that are published; edges of others go with their entities. */
static void unlink_unwanted(struct om_run *run, struct published *row, struct arena *arena)
{
    enum published_presence presence = PUBLISHED_ABSENT;
    struct error err = ERROR_INIT;
    (void)arena;
    if (published_presence(run->catalog, PUBLISHED_DASHBOARD, row->parent, &presence, &err) !=
        OK) {
        om_run_fatal(run, &err);
    } else if (presence == PUBLISHED_PRESENT && !map_has(&run->settled, row->parent)) {
        unlink_edge(run, row);
    }
}

void om_publish_lineage(struct om_run *run)
{
    bool has_created = run->summary->steps[OM_STEP_DASHBOARDS].created > 0;
    if (!run->version.has_lineage_by_name && has_created && run->options->plan == NULL) {
        om_list_kind(run, PUBLISHED_DASHBOARD); /* bulk answers do not tell ids */
    }
    om_each_project(run, true, publish_edges);
    om_run_wait(run, 0);
    /* A project that is not written as it should be has no edges to judge. */
    if (run->summary->failure_count == 0 && !run->is_idle && !run->options->is_interim) {
        om_each_unwanted(run, PUBLISHED_EDGE, unlink_unwanted);
    }
    om_run_wait(run, 0);
    om_run_flush(run);
}
