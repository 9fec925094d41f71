/*
 * Data models, charts and dashboards: each is compared with what the server lists, and what
 * differs is sent.
 */
#include "om/run.h"

#include <stdlib.h>
#include <string.h>

/* ---- the plan ---- */

static void add_field(struct om_plan_field *fields, size_t *count, const char *name,
                      struct str before, struct str after, bool is_kept)
{
    fields[(*count)++] = (struct om_plan_field){name, before, after, is_kept};
}

static void add_items(struct om_plan_field *fields, size_t *count, const char *name,
                      const struct merge_set_result *result)
{
    for (size_t i = 0; i < result->remove_count; i++) {
        add_field(fields, count, name, result->remove[i], STR_NULL, false);
    }
    for (size_t i = 0; i < result->add_count; i++) {
        add_field(fields, count, name, STR_NULL, result->add[i], false);
    }
}

static void tell(struct om_run *run, const struct om_change *change, struct arena *arena)
{
    size_t count = 0;
    size_t capacity = PUBLISHED_FIELD_COUNT + change->tags.add_count +
                      change->tags.remove_count + change->owners.add_count +
                      change->owners.remove_count;
    struct om_plan_field *fields = arena_array(arena, capacity, sizeof(*fields));
    bool is_new = change->action == OM_ACTION_CREATE;
    for (int i = 0; fields != NULL && i < PUBLISHED_FIELD_COUNT; i++) {
        const struct om_field_change *field = &change->fields[i];
        bool is_kept = field->verdict == MERGE_KEEP;
        if (field->verdict == MERGE_WRITE || field->verdict == MERGE_REMOVE || is_kept) {
            add_field(fields, &count, om_field_name((enum published_field)i), field->before,
                      field->after, is_kept);
        }
    }
    if (fields != NULL) {
        add_items(fields, &count, "tags", &change->tags);
        add_items(fields, &count, "owners", &change->owners);
    }
    const struct om_plan_item item = {.action = is_new ? OM_PLAN_CREATE
                                                : change->action == OM_ACTION_UPDATE
                                                    ? OM_PLAN_UPDATE
                                                    : OM_PLAN_KEEP,
                                      .kind = om_kind_name(change->row.kind),
                                      .name = change->row.name,
                                      .title = change->row.title,
                                      .fields = fields,
                                      .field_count = count};
    om_run_plan(run, &item);
}

/* ---- histories ---- */

struct history_call {
    struct om_run *run;
    enum published_kind kind;
    struct arena arena;
    struct str name;
};

static void on_history(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *answer_err)
{
    struct history_call *call = ctx;
    struct om_run *run = call->run;
    struct error err = *answer_err;
    bool is_there = err.code == OK && document != NULL;
    if (err.code == OK || err.code == ERR_NOT_FOUND) {
        error_clear(&err);
        if (published_keep_history(run->catalog, call->kind, call->name,
                                   is_there ? answer->body : STR(""), &err) != OK) {
            om_run_fatal(run, &err);
        }
    } else if (err.code != ERR_CANCELLED) {
        om_run_failed(run, om_run_step(run, call->kind), om_kind_name(call->kind), call->name,
                      call->name, &err);
        if (err.code == ERR_AUTH) {
            om_run_fatal(run, &err);
        }
    }
    arena_free(&call->arena);
    free(call);
}

static bool remember(struct om_run *run, int64_t row, enum published_kind kind, struct str name)
{
    struct om_asked *asked = arena_push(&run->arena, &run->asked, &run->asked_count,
                                        &run->asked_capacity, sizeof(*asked));
    if (asked == NULL || arena_str(&run->arena, name, &asked->name) != OK) {
        return false;
    }
    asked->project_row = row;
    asked->kind = kind;
    return true;
}

static void ask_history(struct om_run *run, int64_t row, enum published_kind kind,
                        struct str name, struct str id)
{
    struct history_call *call = calloc(1, sizeof(*call));
    struct buf path;
    buf_init(&path, 65536);
    if (call != NULL) {
        *call = (struct history_call){.run = run, .kind = kind};
        arena_init(&call->arena, 65536);
    }
    (void)buf_append_cstr(&path, om_collection(kind));
    om_path_segment(&path, id);
    (void)buf_append_cstr(&path, "/versions");
    const struct om_request request = {
        .method = "GET", .path = buf_str(&path), .done = on_history, .ctx = call};
    om_run_make_room(run);
    if (call == NULL || buf_status(&path) != OK || !remember(run, row, kind, name) ||
        arena_str(&call->arena, name, &call->name) != OK) {
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

/* ---- one entity ---- */

static bool has_seen_all(const struct published *base, enum published_kind kind)
{
    for (int i = 0; i < PUBLISHED_FIELD_COUNT; i++) {
        if (om_kind_has_field(kind, (enum published_field)i) && !base->fields[i].has_seen) {
            return false;
        }
    }
    return true;
}

/* Nothing that Hex says is new, and how the server shows it is known: no closer look. */
static bool is_unchanged(const struct om_run *run, const struct om_entity *entity,
                         const struct published *base, enum published_presence presence)
{
    return run->options->plan == NULL && !run->options->overrides &&
           base->state == PUBLISHED_STATE_THERE && presence == PUBLISHED_PRESENT &&
           base->digest == om_entity_digest(entity) && has_seen_all(base, entity->kind);
}

/* A chart stays on the dashboards that it is on; its own, if that is there. */
static enum status set_dashboards(struct om_run *run, const struct om_project *project,
                                  const struct om_shown *shown, struct om_change *change,
                                  struct arena *arena, struct error *err)
{
    const struct om_entity *theirs = &shown->entity;
    enum published_presence presence;
    struct str own = project->dashboard.fqn;
    enum status status = published_presence(run->catalog, PUBLISHED_DASHBOARD,
                                            project->dashboard.name, &presence, err);
    struct str *all = arena_array(arena, theirs->dashboard_count + 1, sizeof(*all));
    size_t count = 0;
    if (status != OK || all == NULL) {
        return status != OK ? status : error_nomem(err);
    }
    if (presence == PUBLISHED_PRESENT) {
        all[count++] = own;
    }
    for (size_t i = 0; i < theirs->dashboard_count; i++) {
        if (!str_eq(theirs->dashboards[i], own)) {
            all[count++] = theirs->dashboards[i];
        }
    }
    change->row.dashboards = all;
    change->row.dashboard_count = count;
    return OK;
}

static enum status read_sides(struct om_run *run, const struct om_entity *entity,
                              struct arena *arena, struct om_shown *shown,
                              struct om_history **history, struct error *err)
{
    struct str json = STR_NULL;
    enum status status =
        published_listed(run->catalog, entity->kind, entity->name, arena, &json, err);
    if (status == OK) {
        status = om_shown_read(entity->kind, json, arena, shown, err);
    }
    if (status == OK && run->decides_asked) {
        status = published_history(run->catalog, entity->kind, entity->name, arena, &json, err);
        if (status == OK && !str_is_null(json)) {
            status = om_history_read(json, history, err);
        }
    }
    return status;
}

static void act(struct om_run *run, const struct om_project *project,
                const struct om_shown *shown, struct om_change *change, struct arena *arena)
{
    struct om_step *step = om_run_step(run, change->next.kind);
    bool is_plan = run->options->plan != NULL;
    switch (change->action) {
    case OM_ACTION_ASK:
        if (!run->decides_asked) {
            ask_history(run, project->from.row, change->next.kind, change->next.name,
                        shown->id);
        }
        run->is_unsettled = true;
        return; /* else its history could not be read: said already */
    case OM_ACTION_NONE:
    case OM_ACTION_REFUSED:
        step->records++;
        step->kept += change->keeps_something || change->action == OM_ACTION_REFUSED;
        if (change->has_new_base) {
            om_run_store(run, &change->next);
        }
        if (is_plan && change->keeps_something) {
            tell(run, change, arena);
        }
        return;
    case OM_ACTION_CREATE:
    case OM_ACTION_UPDATE:
        run->has_sent = true; /* its row may wait for others before it goes */
        /* What is brought back is compared with what Hex says when it is there. */
        run->is_unsettled =
            run->is_unsettled || (change->action == OM_ACTION_CREATE && shown->is_there);
        step->records++;
        step->kept += change->keeps_something;
        if (is_plan) {
            tell(run, change, arena);
            om_confirm(run, &change->next, STR_NULL, change->action == OM_ACTION_CREATE);
        } else {
            om_send_change(run, change, shown);
        }
        return;
    }
}

static bool has_tag(const struct om_entity *entity, struct str fqn)
{
    for (size_t i = 0; i < entity->tag_count; i++) {
        if (str_eq(entity->tags[i], fqn)) {
            return true;
        }
    }
    return false;
}

/* The mutually exclusive classification of a tag of ours; STR_NULL: of none. */
static struct str exclusive_of(const struct om_run *run, struct str fqn)
{
    const union map_value *known = map_get(&run->tags, fqn);
    const struct tag *tag = known != NULL ? known->pointer : NULL;
    return tag != NULL && map_has(&run->exclusive, tag->classification) ? tag->classification
                                                                        : STR_NULL;
}

static bool is_below(struct str fqn, struct str classification)
{
    size_t n = classification.n;
    return fqn.n > n && str_eq(str_sub(fqn, 0, n), classification) && fqn.p[n] == '.';
}

/* Whether the entity has a tag of the classification that stays: ours, or a person's. */
static bool has_rival(struct str classification, const struct om_entity *entity,
                      const struct om_entity *shown, const struct published *base)
{
    for (size_t i = 0; i < shown->tag_count; i++) {
        struct str fqn = shown->tags[i];
        bool is_sent = false;
        for (size_t k = 0; k < base->tag_count && !is_sent; k++) {
            is_sent = str_eq(base->tags[k], fqn);
        }
        if (is_below(fqn, classification) && (!is_sent || has_tag(entity, fqn))) {
            return true;
        }
    }
    return false;
}

/* Whether a tag that the server does not show on the entity may be given to it. */
static bool may_give(const struct om_run *run, struct str fqn, const struct om_entity *entity,
                     const struct om_entity *shown, const struct published *base,
                     const struct str *given, size_t given_count)
{
    struct str classification = exclusive_of(run, fqn);
    if (!map_has(&run->usable, fqn)) {
        return false;
    }
    if (str_is_null(classification)) {
        return true;
    }
    for (size_t i = 0; i < given_count; i++) {
        if (is_below(given[i], classification)) {
            return false;
        }
    }
    return !has_rival(classification, entity, shown, base);
}

/* Tags that are deleted or disabled are not given, but not taken away either. */
static enum status keep_usable_tags(struct om_run *run, const struct om_shown *shown,
                                    const struct published *base, struct om_entity *entity,
                                    struct arena *arena, struct error *err)
{
    struct str *tags = arena_array(arena, entity->tag_count + 1, sizeof(*tags));
    size_t kept = 0;
    if (tags == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < entity->tag_count; i++) {
        struct str fqn = entity->tags[i];
        if (has_tag(&shown->entity, fqn) ||
            may_give(run, fqn, entity, &shown->entity, base, tags, kept)) {
            tags[kept++] = fqn;
        }
    }
    run->is_unsettled = run->is_unsettled || kept < entity->tag_count;
    entity->tags = tags;
    entity->tag_count = kept;
    return OK;
}

static enum status compare(struct om_run *run, const struct om_project *project,
                           const struct om_entity *entity, struct arena *arena,
                           struct error *err)
{
    struct om_entity own = *entity;
    struct published base;
    bool has_base = false;
    enum published_presence presence;
    struct om_shown shown;
    struct om_change change;
    struct om_history *history = NULL;
    enum status status =
        om_get_base(run, entity->kind, entity->name, arena, &base, &has_base, err);
    if (status == OK) {
        status = published_presence(run->catalog, entity->kind, entity->name, &presence, err);
    }
    if (status != OK) {
        return status;
    }
    if (has_base && is_unchanged(run, entity, &base, presence)) {
        om_run_step(run, entity->kind)->records++;
        return OK;
    }
    status = read_sides(run, entity, arena, &shown, &history, err);
    if (status == OK) {
        status = keep_usable_tags(run, &shown, &base, &own, arena, err);
    }
    if (status == OK) {
        status = om_change_decide(&own, &shown, &base, has_base, history, &run->rules, arena,
                                  &change);
        if (status == ERR_NOMEM) {
            (void)error_nomem(err);
        } else if (status != OK) {
            (void)error_set(err, status, "what people changed of it cannot be read");
        }
    }
    if (status == OK && entity->kind == PUBLISHED_CHART) {
        status = set_dashboards(run, project, &shown, &change, arena, err);
    }
    if (status == OK) {
        act(run, project, &shown, &change, arena);
    }
    om_history_free(history);
    return status;
}

void om_publish_entity(struct om_run *run, const struct om_project *project,
                       const struct om_entity *entity, const struct om_asked *only,
                       struct arena *arena)
{
    struct error err = ERROR_INIT;
    if (om_run_is_ending(run) ||
        (only != NULL && (only->kind != entity->kind || !str_eq(only->name, entity->name)))) {
        return;
    }
    enum status status = compare(run, project, entity, arena, &err);
    if (run->decides_asked && (status == ERR_PARSE || status == ERR_LIMIT)) {
        om_run_failed(run, om_run_step(run, entity->kind), om_kind_name(entity->kind),
                      entity->title, entity->name, &err);
    } else if (status != OK) {
        om_run_fatal(run, &err);
    }
}

/* ---- dashboards: links to what is there, tags that may be carried ---- */

static enum status keep_present(struct om_run *run, const struct om_entity *children,
                                size_t child_count, struct str *links, size_t *link_count,
                                struct error *err)
{
    enum status status = OK;
    *link_count = 0;
    for (size_t i = 0; i < child_count && status == OK; i++) {
        enum published_presence presence = PUBLISHED_ABSENT;
        status = published_presence(run->catalog, children[i].kind, children[i].name, &presence,
                                    err);
        if (status == OK && presence == PUBLISHED_PRESENT) {
            links[(*link_count)++] = children[i].fqn;
        }
    }
    return status;
}

static void publish_dashboard(struct om_run *run, struct om_project *project,
                              const struct om_asked *only, struct arena *arena)
{
    struct om_entity *dashboard = &project->dashboard;
    struct error err = ERROR_INIT;
    if (keep_present(run, project->charts, project->chart_count, dashboard->charts,
                     &dashboard->chart_count, &err) != OK ||
        keep_present(run, project->data_models, project->data_model_count,
                     dashboard->data_models, &dashboard->data_model_count, &err) != OK) {
        om_run_fatal(run, &err);
        return;
    }
    run->is_unsettled = run->is_unsettled || !str_is_null(project->unknown_owner);
    om_publish_entity(run, project, dashboard, only, arena);
}

/* ---- passes ---- */

static void want_unknown_children(struct om_run *run, const struct om_project *project)
{
    static const enum published_kind children[] = {PUBLISHED_CHART, PUBLISHED_DATA_MODEL,
                                                   PUBLISHED_EDGE};
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < 3; i++) {
        if (published_want_children(run->catalog, run->publication.id, children[i],
                                    project->from.project.id, &err) != OK) {
            om_run_fatal(run, &err);
        }
    }
}

/* A dashboard that a person deleted: what belongs to it is left as it is. */
static bool is_refused(struct om_run *run, const struct om_project *project,
                       struct arena *arena)
{
    struct published base;
    struct om_shown shown;
    bool has_base = false;
    struct str json = STR_NULL;
    struct error err = ERROR_INIT;
    struct str name = project->dashboard.name;
    if (run->options->restores) {
        return false;
    }
    if (published_get(run->catalog, run->publication.id, PUBLISHED_DASHBOARD, name, arena,
                      &base, &has_base, &err) != OK ||
        published_listed(run->catalog, PUBLISHED_DASHBOARD, name, arena, &json, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    if (has_base && base.state == PUBLISHED_STATE_THERE && str_is_null(json)) {
        return true;
    }
    if (om_shown_read(PUBLISHED_DASHBOARD, json, arena, &shown, &err) != OK) {
        om_run_fatal(run, &err);
        return false;
    }
    if (!shown.is_there || !shown.is_deleted) {
        return has_base && base.state == PUBLISHED_STATE_REFUSED && !shown.is_there;
    }
    return has_base ? base.state != PUBLISHED_STATE_DELETED
                    : !str_eq(shown.updated_by, run->user);
}

static void publish_children(struct om_run *run, struct om_project *project,
                             const struct om_asked *only, struct arena *arena)
{
    if (!project->from.has_notebook || is_refused(run, project, arena)) {
        want_unknown_children(run, project);
        return;
    }
    for (size_t i = 0; i < project->data_model_count; i++) {
        om_publish_entity(run, project, &project->data_models[i], only, arena);
    }
    for (size_t i = 0; i < project->chart_count; i++) {
        om_publish_entity(run, project, &project->charts[i], only, arena);
    }
}

static void each_children(struct om_run *run, struct om_project *project, struct arena *arena)
{
    publish_children(run, project, NULL, arena);
    run->done++;
}

static void each_dashboard(struct om_run *run, struct om_project *project, struct arena *arena)
{
    publish_dashboard(run, project, NULL, arena);
    run->done++;
}

void om_decide_asked(struct om_run *run)
{
    om_run_wait(run, 0);
    run->decides_asked = true;
    for (size_t i = 0; i < run->asked_count && !om_run_is_ending(run); i++) {
        const struct om_asked *asked = &run->asked[i];
        struct arena arena;
        struct error err = ERROR_INIT;
        struct om_project project = {.cell_count = 0};
        bool has_more = false;
        int64_t after = asked->project_row - 1;
        arena_init(&arena, OM_PROJECT_BYTES);
        if (publishing_next_project(run->catalog, run->options->source,
                                    run->options->includes_archived, &after, &arena,
                                    &project.from, &has_more, &err) != OK ||
            (has_more &&
             om_map_project(&run->mapping, run->catalog, &arena, &project, &err) != OK)) {
            om_run_fatal(run, &err);
        } else if (has_more && asked->kind == PUBLISHED_DASHBOARD) {
            publish_dashboard(run, &project, asked, &arena);
        } else if (has_more && asked->kind == PUBLISHED_PIPELINE) {
            om_publish_pipeline(run, &project, asked, &arena);
        } else if (has_more) {
            publish_children(run, &project, asked, &arena);
        }
        arena_free(&arena);
    }
    run->decides_asked = false;
    run->asked = NULL;
    run->asked_count = 0;
    run->asked_capacity = 0;
}

void om_publish_cells(struct om_run *run)
{
    om_each_project(run, true, each_children);
    om_decide_asked(run);
    om_send_rest(run);
}

void om_publish_dashboards(struct om_run *run)
{
    om_each_project(run, true, each_dashboard);
    om_decide_asked(run);
    om_send_rest(run);
}
