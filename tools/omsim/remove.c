#include "omsim/remove.h"

#include "omsim/edge.h"
#include "omsim/labels.h"
#include "omsim/update.h"
#include "omsim/value.h"

static bool has_live_children(const struct entity *entity, bool is_hard)
{
    for (size_t i = 0; i < entity->children.count; i++) {
        const struct entity *child = entity->children.items[i];
        if (!child->is_gone && (is_hard || !child->is_deleted)) {
            return true;
        }
    }
    return false;
}

static size_t count_live(const struct entity_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++) {
        n += list->items[i]->is_deleted ? 0 : 1;
    }
    return n;
}

static void take_away(struct sim *sim, struct entity *entity, bool is_hard,
                      const struct actor *actor);

/* Charts that no other dashboard shows go with their dashboard. */
static void take_charts(struct sim *sim, struct entity *dashboard, bool is_hard,
                        const struct actor *actor)
{
    const struct entity_list *charts = &dashboard->links[LINK_CHARTS];
    for (size_t i = charts->count; i > 0; i--) {
        struct entity *chart = charts->items[i - 1];
        size_t others =
            count_live(&chart->links[LINK_CHARTS]) - (dashboard->is_deleted ? 0 : 1);
        if (others == 0) {
            take_away(sim, chart, is_hard, actor);
        }
    }
}

static void take_away(struct sim *sim, struct entity *entity, bool is_hard,
                      const struct actor *actor)
{
    for (size_t i = 0; i < entity->children.count; i++) {
        struct entity *child = entity->children.items[i];
        if (!child->is_gone && (is_hard || !child->is_deleted)) {
            take_away(sim, child, is_hard, actor);
        }
    }
    if (entity->kind->id == KIND_DASHBOARD) {
        take_charts(sim, entity, is_hard, actor);
    }
    if (!is_hard) {
        if (!entity->is_deleted) {
            update_touch(sim, entity, actor);
            entity->is_deleted = true;
        }
        return;
    }
    edge_forget(sim, entity);
    if (entity->kind->id == KIND_TAG || entity->kind->id == KIND_GLOSSARY_TERM) {
        labels_forget(sim, entity->fqn);
    }
    store_remove(&sim->store, entity);
}

bool remove_entity(struct sim *sim, struct entity *entity, const struct removal *removal,
                   const struct actor *actor, struct refusal *why)
{
    if (str_is(value_get(entity->data, "provider"), "system")) {
        return refuse(why, 400, "System entity [name=%.*s, type=%s] can not be deleted",
                      STR_ARG(entity->name), entity->kind->type);
    }
    if (!removal->is_recursive && has_live_children(entity, removal->is_hard)) {
        return refuse(why, 400, "%s is not empty", entity->kind->type);
    }
    take_away(sim, entity, removal->is_hard, actor);
    return true;
}

void remove_restore(struct sim *sim, struct entity *entity, const struct actor *actor)
{
    if (entity->is_deleted && !entity->is_gone) {
        update_touch(sim, entity, actor);
        entity->is_deleted = false;
    }
    for (size_t i = 0; i < entity->children.count; i++) {
        if (entity->children.items[i]->is_deleted && !entity->children.items[i]->is_gone) {
            remove_restore(sim, entity->children.items[i], actor);
        }
    }
    const struct entity_list *charts = &entity->links[LINK_CHARTS];
    for (size_t i = 0; entity->kind->id == KIND_DASHBOARD && i < charts->count; i++) {
        if (charts->items[i]->is_deleted) {
            remove_restore(sim, charts->items[i], actor);
        }
    }
}
