#include "omsim/state.h"

#include "common/memory.h"
#include "omsim/edge.h"
#include "omsim/render.h"
#include "omsim/value.h"

#include <string.h>

struct lines {
    struct arena arena;
    struct str *items;
    size_t count;
    size_t capacity;
    bool is_stable;
};

/* What may differ between two servers that look the same to people. */
static void strip(json_t *value)
{
    static const char *const names[] = {"id",        "href",      "version",
                                        "updatedAt", "createdAt", "changeDescription"};
    const char *key = NULL;
    json_t *member = NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)json_object_del(value, names[i]);
    }
    json_object_foreach(value, key, member)
    {
        strip(member);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        strip(json_array_get(value, i));
    }
}

/* References in order of their names. */
static void sort_references(json_t *list)
{
    for (size_t i = 1; i < json_array_size(list); i++) {
        json_t *moved = json_incref(json_array_get(list, i));
        struct str name = value_get(moved, "fullyQualifiedName");
        size_t at = i;
        while (at > 0 &&
               str_compare(value_get(json_array_get(list, at - 1), "fullyQualifiedName"),
                           name) > 0) {
            at--;
        }
        (void)json_array_remove(list, i);
        if (json_array_insert_new(list, at, moved) != 0) {
            sim_fail_memory();
        }
    }
}

/* Takes value over. */
static void add_line(struct lines *lines, const char *kind, json_t *value)
{
    struct buf text;
    if (lines->is_stable) {
        json_t *copy = value_sure(json_deep_copy(value));
        json_decref(value);
        value = copy;
        sort_references(json_object_get(value, "charts"));
        sort_references(json_object_get(value, "dataModels"));
        sort_references(json_object_get(value, "dashboards"));
        sort_references(json_object_get(value, "owners"));
        strip(value);
    }
    value_put_text(value, "kind", str_from(kind));
    buf_init(&text, SIM_MAX_BYTES);
    value_write(value, true, &text);
    struct str *line = sim_push(&lines->arena, &lines->items, &lines->count, &lines->capacity,
                                sizeof(*lines->items));
    *line = sim_take(&lines->arena, &text);
    json_decref(value);
}

static void add_entity(struct sim *sim, struct lines *lines, const struct entity *entity)
{
    const char *type = entity->kind->type;
    json_t *shown = render_entity(sim, entity, &view_full);
    value_put_text(shown, "type", str_from(type));
    add_line(lines, "entity", shown);
    if (entity->usage != NULL) {
        add_line(lines, "usage",
                 json_pack("{s:s,s:o,s:O}", "type", type, "fqn", value_text(entity->fqn),
                           "usage", entity->usage));
    }
    if (entity->statuses != NULL) {
        add_line(lines, "runs",
                 json_pack("{s:s,s:o,s:O}", "type", type, "fqn", value_text(entity->fqn),
                           "statuses", entity->statuses));
    }
    if (entity->progress != NULL) {
        add_line(lines, "progress",
                 json_pack("{s:s,s:o,s:O}", "type", type, "fqn", value_text(entity->fqn),
                           "progress", entity->progress));
    }
}

static void add_edge(struct lines *lines, const struct edge *edge)
{
    json_t *line =
        json_pack("{s:{s:s,s:o},s:{s:s,s:o},s:O}", "from", "type", edge->from->kind->type,
                  "fqn", value_text(edge->from->fqn), "to", "type", edge->to->kind->type, "fqn",
                  value_text(edge->to->fqn), "details", edge->details);
    if (edge->description != NULL) {
        value_put(line, "description", json_incref(edge->description));
    }
    add_line(lines, "edge", line);
}

void state_write(struct sim *sim, bool is_stable, struct buf *out)
{
    struct lines lines = {.is_stable = is_stable};
    arena_init(&lines.arena, SIM_MAX_BYTES);
    for (size_t k = 0; k < KIND_COUNT; k++) {
        const struct entity_list *all = store_sorted(&sim->store, (enum kind_id)k);
        for (size_t i = 0; i < all->count; i++) {
            add_entity(sim, &lines, all->items[i]);
        }
    }
    for (size_t i = 0; i < sim->edges.count; i++) {
        if (sim->edges.entries[i].value.pointer != NULL) {
            add_edge(&lines, sim->edges.entries[i].value.pointer);
        }
    }
    sim_sort(lines.items, lines.count, sizeof(*lines.items), str_qsort);
    for (size_t i = 0; i < lines.count; i++) {
        (void)buf_append_str(out, lines.items[i]);
        (void)buf_append_char(out, '\n');
    }
    arena_free(&lines.arena);
}
