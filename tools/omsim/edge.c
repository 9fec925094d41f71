#include "omsim/edge.h"

#include "common/memory.h"
#include "omsim/columns.h"
#include "omsim/value.h"

#include <stdlib.h>

static struct str key_of(struct arena *arena, const struct entity *from,
                         const struct entity *to)
{
    return sim_printf(arena, "%s>%s", from->id, to->id);
}

struct edge *edge_find(const struct sim *sim, const struct entity *from,
                       const struct entity *to)
{
    struct arena scratch;
    arena_init(&scratch, SIM_MAX_BYTES);
    union map_value *place = map_get(&sim->edges, key_of(&scratch, from, to));
    struct edge *edge = place == NULL ? NULL : place->pointer;
    arena_free(&scratch);
    return edge;
}

static void hang_on(struct entity *entity, struct edge *edge)
{
    if (entity->edge_count == entity->edge_capacity) {
        size_t capacity = entity->edge_capacity == 0 ? 4 : entity->edge_capacity * 2;
        struct edge **edges = realloc(entity->edges, capacity * sizeof(struct edge *));
        if (edges == NULL) {
            sim_fail_memory();
        }
        entity->edges = edges;
        entity->edge_capacity = capacity;
    }
    entity->edges[entity->edge_count++] = edge;
}

static void take_off(struct entity *entity, const struct edge *edge)
{
    size_t kept = 0;
    for (size_t i = 0; i < entity->edge_count; i++) {
        if (entity->edges[i] != edge) {
            entity->edges[kept++] = entity->edges[i];
        }
    }
    entity->edge_count = kept;
}

static struct edge *add(struct sim *sim, struct entity *from, struct entity *to)
{
    struct edge *edge = calloc(1, sizeof(*edge));
    struct str key = key_of(&sim->arena, from, to);
    union map_value value = {.pointer = edge};
    if (edge == NULL || map_put(&sim->edges, key, value) != OK) {
        sim_fail_memory();
    }
    edge->from = from;
    edge->to = to;
    hang_on(from, edge);
    if (to != from) {
        hang_on(to, edge);
    }
    return edge;
}

/* ---- columns ---- */

/* Whether the entity has a "column" of this name: its columns, or a dashboard's charts. */
static bool has_column(const struct entity *entity, struct str fqn)
{
    if (entity->kind->id == KIND_DASHBOARD) {
        const struct entity_list *charts = &entity->links[LINK_CHARTS];
        for (size_t i = 0; i < charts->count; i++) {
            if (str_eq(charts->items[i]->fqn, fqn)) {
                return true;
            }
        }
        return false;
    }
    return columns_have(json_object_get(entity->data, "columns"), fqn);
}

void edge_filter_columns(const struct edge *edge)
{
    const json_t *given = json_object_get(edge->details, "columnsLineage");
    json_t *kept = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(given); i++) {
        const json_t *pair = json_array_get(given, i);
        const json_t *sources = json_object_get(pair, "fromColumns");
        json_t *good = value_sure(json_array());
        for (size_t k = 0; k < json_array_size(sources); k++) {
            json_t *source = json_array_get(sources, k);
            if (has_column(edge->from, value_str(source))) {
                value_append(good, json_incref(source));
            }
        }
        bool is_kept =
            json_array_size(good) > 0 && has_column(edge->to, value_get(pair, "toColumn"));
        if (is_kept) {
            json_t *copy = value_sure(json_copy((json_t *)(uintptr_t)pair));
            value_put(copy, "fromColumns", json_incref(good));
            value_append(kept, copy);
        }
        json_decref(good);
    }
    value_put(edge->details, "columnsLineage", given == NULL ? NULL : kept);
    if (given == NULL) {
        json_decref(kept);
    }
}

/* ---- services ---- */

static struct entity *service_of(struct entity *entity)
{
    struct entity *at = entity;
    while (at->parent != NULL) {
        at = at->parent;
    }
    return at != entity && (at->kind->traits & KIND_IS_SERVICE) != 0 ? at : NULL;
}

/* What one edge more or less between assets means for their services. */
static void count_for_services(struct sim *sim, const struct edge *edge, bool is_more)
{
    struct entity *from = service_of(edge->from);
    struct entity *to = service_of(edge->to);
    if (from == NULL || to == NULL || from == to) {
        return;
    }
    struct edge *above = edge_find(sim, from, to);
    if (above == NULL && is_more) {
        above = add(sim, from, to);
        above->details = value_sure(json_pack("{s:s}", "source", "ChildAssets"));
    }
    if (above != NULL) {
        above->asset_count += is_more ? 1 : (size_t)-1;
        value_put_int(above->details, "assetEdges", (int64_t)above->asset_count);
        if (above->asset_count == 0) {
            edge_remove(sim, above);
        }
    }
}

/* ---- coming and going ---- */

struct edge *edge_put(struct sim *sim, struct entity *from, struct entity *to, json_t *details,
                      json_t *description)
{
    struct edge *edge = edge_find(sim, from, to);
    bool is_new = edge == NULL;
    edge = is_new ? add(sim, from, to) : edge;
    json_decref(edge->details);
    json_decref(edge->description);
    edge->details = details;
    edge->description = description;
    edge_filter_columns(edge);
    if (is_new) {
        count_for_services(sim, edge, true);
    }
    return edge;
}

static void edge_free(struct edge *edge)
{
    json_decref(edge->details);
    json_decref(edge->description);
    free(edge);
}

void edge_remove(struct sim *sim, struct edge *edge)
{
    struct arena scratch;
    arena_init(&scratch, SIM_MAX_BYTES);
    union map_value *place = map_get(&sim->edges, key_of(&scratch, edge->from, edge->to));
    place->pointer = NULL;
    arena_free(&scratch);
    take_off(edge->from, edge);
    take_off(edge->to, edge);
    count_for_services(sim, edge, false);
    edge_free(edge);
}

void edge_forget(struct sim *sim, struct entity *entity)
{
    while (entity->edge_count > 0) {
        edge_remove(sim, entity->edges[entity->edge_count - 1]);
    }
}

void edge_free_all(struct sim *sim)
{
    for (size_t i = 0; i < sim->edges.count; i++) {
        struct edge *edge = sim->edges.entries[i].value.pointer;
        if (edge != NULL) {
            edge_free(edge);
        }
    }
}
