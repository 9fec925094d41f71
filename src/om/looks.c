/*
 * Looks at single entities, where few projects need one: a list of all that the server has
 * would cost more.
 */
#include "om/run.h"

#include "io/http_url.h"

#include <stdlib.h>

#define MAX_PATH_BYTES ((size_t)64 * 1024)

typedef enum status keep_fn(struct om_run *run, enum published_kind kind,
                            const struct json *item, struct error *err);

struct look {
    struct om_run *run;
    enum published_kind kind;
    keep_fn *keep;
};

static void on_look(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *answer_err)
{
    struct look *look = ctx;
    struct error err = *answer_err;
    (void)answer;
    if (err.code == ERR_NOT_FOUND) {
        error_clear(&err); /* it is not listed, then */
    } else if (err.code == OK) {
        (void)look->keep(look->run, look->kind, document, &err);
    }
    if (err.code != OK && err.code != ERR_CANCELLED) {
        om_run_fatal(look->run, &err);
    }
    free(look);
}

static void look_at(struct om_run *run, enum published_kind kind, struct str fqn, keep_fn *keep)
{
    struct look *look = malloc(sizeof(*look));
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    (void)buf_printf(&path, "%s/name", om_collection(kind));
    om_path_segment(&path, fqn);
    (void)buf_printf(&path, "?include=all&fields=%s", om_list_fields(kind));
    const struct om_request request = {
        .method = "GET", .path = buf_str(&path), .done = on_look, .ctx = look};
    om_run_make_room(run);
    if (look == NULL || buf_status(&path) != OK) {
        om_run_nomem(run);
    } else {
        *look = (struct look){run, kind, keep};
    }
    if (om_run_is_ending(run) || !om_run_send(run, &request)) {
        free(look);
    }
    buf_free(&path);
}

/* ---- what is published under a project's name ---- */

/* Those that were not looked at with the project as it is now. */
static void look_at_published(struct om_run *run, struct str project, const struct map *looked,
                              struct arena *arena)
{
    static const enum published_kind kinds[] = {PUBLISHED_DATA_MODEL, PUBLISHED_CHART,
                                                PUBLISHED_DASHBOARD};
    struct error err = ERROR_INIT;
    struct str fqn;
    for (size_t i = 0; i < 3; i++) {
        struct str name = STR("");
        bool has_more = true;
        while (!om_run_is_ending(run)) {
            enum status status =
                published_next_of_project(run->catalog, run->publication.id, kinds[i], project,
                                          name, arena, &name, &has_more, &err);
            if (status == OK && !has_more) {
                break;
            }
            if (status == OK && om_fqn_of(&run->mapping, kinds[i], name, arena, &fqn) != OK) {
                status = error_nomem(&err);
            }
            if (status != OK) {
                om_run_fatal(run, &err);
            } else if (!map_has(looked, fqn)) {
                look_at(run, kinds[i], fqn, om_list_entity);
            }
        }
    }
}

void om_look_at_strangers(struct om_run *run)
{
    struct arena arena;
    struct buf position;
    struct map none;
    struct error err = ERROR_INIT;
    struct str project = STR("");
    bool has_more = true;
    arena_init(&arena, OM_PROJECT_BYTES);
    buf_init(&position, MAX_PATH_BYTES);
    map_init(&none);
    while (has_more && !om_run_is_ending(run)) {
        arena_reset(&arena);
        if (published_next_stranger(run->catalog, run->publication.id, buf_str(&position),
                                    &arena, &project, &has_more, &err) != OK) {
            om_run_fatal(run, &err);
        } else if (has_more) {
            buf_clear(&position);
            (void)buf_append_str(&position, project);
            look_at_published(run, project, &none, &arena);
        }
    }
    map_free(&none);
    buf_free(&position);
    arena_free(&arena);
}

/* ---- open projects ---- */

/* The FQNs of different kinds differ: data models stand below "<service>.model". */
static enum status look_once(struct om_run *run, const struct om_entity *entities, size_t count,
                             struct map *looked)
{
    for (size_t i = 0; i < count; i++) {
        if (map_put(looked, entities[i].fqn, (union map_value){.number = 1}) != OK) {
            return ERR_NOMEM;
        }
        look_at(run, entities[i].kind, entities[i].fqn, om_list_entity);
    }
    return OK;
}

static void look_at_project(struct om_run *run, struct om_project *project, struct arena *arena)
{
    struct map looked;
    map_init(&looked);
    if (look_once(run, &project->dashboard, 1, &looked) != OK ||
        look_once(run, project->data_models, project->data_model_count, &looked) != OK ||
        look_once(run, project->charts, project->chart_count, &looked) != OK) {
        om_run_nomem(run);
    } else {
        look_at_published(run, project->from.project.id, &looked, arena);
    }
    map_free(&looked);
}

static void each_open(struct om_run *run, size_t from, om_project_fn *each)
{
    struct arena arena;
    struct error err = ERROR_INIT;
    arena_init(&arena, OM_PROJECT_BYTES);
    for (size_t i = from; i < run->open_count && !om_run_is_ending(run); i++) {
        struct om_project project;
        arena_reset(&arena);
        if (om_load_project(run, run->open[i].row, true, &arena, &project, &err) != OK) {
            om_run_fatal(run, &err);
        } else if (project.from.row != 0) {
            each(run, &project, &arena);
        }
    }
    om_run_wait(run, 0);
    arena_free(&arena);
}

void om_look_at_open(struct om_run *run, size_t from)
{
    each_open(run, from, look_at_project);
}

/* ---- what their edges lead to ---- */

/* Of a project that needs no look itself, unless it is known already. */
static enum status look_at_end(struct om_run *run, const struct node *node, struct arena *arena,
                               struct error *err)
{
    enum published_progress progress;
    enum published_presence presence;
    struct str name = STR_NULL;
    struct str fqn = STR_NULL;
    bool is_model = node->kind == NODE_KIND_DATASET && run->mapping.includes_data_models;
    enum published_kind kind = is_model ? PUBLISHED_DATA_MODEL : PUBLISHED_DASHBOARD;
    enum status status = published_wanted_as(run->catalog, node->project, &progress, err);
    if (status != OK || progress == PUBLISHED_PROGRESS_OPEN) {
        return status;
    }
    if (om_name_of(kind, node->project, node->cell, arena, &name) != OK ||
        om_fqn_of(&run->mapping, kind, name, arena, &fqn) != OK) {
        return error_nomem(err);
    }
    status = published_presence(run->catalog, kind, name, &presence, err);
    if (status == OK && presence == PUBLISHED_ABSENT) {
        look_at(run, kind, fqn, om_list_entity);
    }
    return status;
}

static void look_at_ends(struct om_run *run, struct om_project *project, struct arena *arena)
{
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < project->edge_count && !om_run_is_ending(run); i++) {
        const struct node *const nodes[] = {&project->edges[i].from, &project->edges[i].to};
        for (size_t k = 0; k < 2; k++) {
            bool is_foreign = nodes[k]->kind != NODE_KIND_TABLE &&
                              !str_eq(nodes[k]->project, project->from.project.id);
            if (is_foreign && look_at_end(run, nodes[k], arena, &err) != OK) {
                om_run_fatal(run, &err);
            }
        }
    }
}

void om_look_at_ends(struct om_run *run)
{
    if (run->wanted_projects > (int64_t)run->open_count) {
        each_open(run, 0, look_at_ends);
    }
}
