#include "omsim/store.h"

#include "common/memory.h"
#include "omsim/fqn.h"
#include "omsim/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void store_init(struct store *store, bool has_doubled_quotes)
{
    *store = (struct store){.has_doubled_quotes = has_doubled_quotes};
    arena_init(&store->arena, SIM_MAX_BYTES);
    map_init(&store->by_id);
    map_init(&store->by_fqn);
    store->clock = clock_system();
}

static void entity_free(struct entity *entity)
{
    json_decref(entity->data);
    json_decref(entity->updated_by);
    json_decref(entity->change);
    json_decref(entity->versions);
    json_decref(entity->usage);
    json_decref(entity->statuses);
    json_decref(entity->progress);
    free(entity->children.items);
    for (size_t i = 0; i < LINK_COUNT; i++) {
        free(entity->links[i].items);
    }
    free(entity->edges);
    free(entity);
}

void store_free(struct store *store)
{
    for (size_t i = 0; i < store->by_id.count; i++) {
        entity_free(store->by_id.entries[i].value.pointer);
    }
    for (size_t i = 0; i < KIND_COUNT; i++) {
        free(store->all[i].items);
    }
    map_free(&store->by_id);
    map_free(&store->by_fqn);
    arena_free(&store->arena);
}

/* ---- lists ---- */

void entity_list_add(struct entity_list *list, struct entity *entity)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        struct entity **items = realloc(list->items, capacity * sizeof(struct entity *));
        if (items == NULL) {
            sim_fail_memory();
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = entity;
}

bool entity_list_has(const struct entity_list *list, const struct entity *entity)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == entity) {
            return true;
        }
    }
    return false;
}

void entity_list_remove(struct entity_list *list, const struct entity *entity)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] != entity) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

void store_link(enum link_kind kind, struct entity *a, struct entity *b)
{
    if (!entity_list_has(&a->links[kind], b)) {
        entity_list_add(&a->links[kind], b);
        entity_list_add(&b->links[kind], a);
    }
}

void store_unlink(enum link_kind kind, struct entity *a, struct entity *b)
{
    entity_list_remove(&a->links[kind], b);
    entity_list_remove(&b->links[kind], a);
}

bool entity_is_below(const struct entity *entity, const struct entity *ancestor)
{
    for (const struct entity *at = entity->parent; at != NULL; at = at->parent) {
        if (at == ancestor) {
            return true;
        }
    }
    return false;
}

struct str entity_id(const struct entity *entity)
{
    return (struct str){entity->id, sizeof(entity->id) - 1};
}

/* ---- coming and going ---- */

/* The same for the same name and history: runs of a test can be compared. */
static void make_id(struct store *store, const struct kind *kind, struct str fqn, char id[37])
{
    struct buf seed;
    buf_init(&seed, SIM_MAX_BYTES);
    uint64_t incarnation = 0;
    do {
        buf_clear(&seed);
        (void)buf_printf(&seed, "%s %.*s %llu", kind->type, STR_ARG(fqn),
                         (unsigned long long)incarnation++);
        uint64_t a = str_hash(buf_str(&seed));
        (void)buf_append_char(&seed, '+');
        uint64_t b = str_hash(buf_str(&seed));
        (void)snprintf(
            id, 37, "%08llx-%04llx-4%03llx-%04llx-%012llx", (unsigned long long)(a >> 32),
            (unsigned long long)((a >> 16) & 0xFFFF), (unsigned long long)(a & 0xFFF),
            (unsigned long long)(0x8000 | (b >> 50)), (unsigned long long)(b & 0xFFFFFFFFFFFF));
    } while (map_has(&store->by_id, str_from(id)));
    buf_free(&seed);
}

static struct str fqn_key(struct arena *arena, const struct kind *kind, struct str fqn)
{
    return sim_printf(arena, "%s %.*s", kind->type, STR_ARG(fqn));
}

static void put(struct map *map, struct str key, void *pointer)
{
    union map_value value = {.pointer = pointer};
    if (map_put(map, key, value) != OK) {
        sim_fail_memory();
    }
}

struct entity *store_add(struct store *store, const struct kind *kind, struct entity *parent,
                         struct str name, struct str fqn)
{
    struct entity *entity = calloc(1, sizeof(*entity));
    if (entity == NULL) {
        sim_fail_memory();
    }
    entity->kind = kind;
    entity->name = sim_copy(&store->arena, name);
    entity->fqn = sim_copy(&store->arena, fqn);
    entity->data = value_sure(json_object());
    entity->parent = parent;
    entity->version = 1;
    entity->updated_ms = clock_wall_ms(&store->clock);
    make_id(store, kind, fqn, entity->id);
    put(&store->by_id, entity_id(entity), entity);
    put(&store->by_fqn, fqn_key(&store->arena, kind, fqn), entity);
    entity_list_add(&store->all[kind->id], entity);
    if (parent != NULL) {
        entity_list_add(&parent->children, entity);
    }
    store->made++;
    return entity;
}

void store_remove(struct store *store, struct entity *entity)
{
    struct arena scratch;
    arena_init(&scratch, SIM_MAX_BYTES);
    union map_value *place =
        map_get(&store->by_fqn, fqn_key(&scratch, entity->kind, entity->fqn));
    if (place != NULL && place->pointer == entity) {
        place->pointer = NULL;
    }
    arena_free(&scratch);
    for (size_t k = 0; k < LINK_COUNT; k++) {
        while (entity->links[k].count > 0) {
            store_unlink((enum link_kind)k, entity, entity->links[k].items[0]);
        }
    }
    entity->is_gone = true;
    entity->is_deleted = true;
    store->sorted[entity->kind->id] = 0;
}

struct entity *store_by_id(const struct store *store, const struct kind *kind, struct str id)
{
    union map_value *place = map_get(&store->by_id, id);
    struct entity *entity = place == NULL ? NULL : place->pointer;
    bool is_right =
        entity != NULL && !entity->is_gone && (kind == NULL || entity->kind == kind);
    return is_right ? entity : NULL;
}

struct entity *store_by_fqn(struct store *store, const struct kind *kind, struct str fqn)
{
    struct arena scratch;
    struct str canonical = STR_NULL;
    struct entity *entity = NULL;
    arena_init(&scratch, SIM_MAX_BYTES);
    if (fqn_canonical(&scratch, fqn, store->has_doubled_quotes, &canonical)) {
        union map_value *place = map_get(&store->by_fqn, fqn_key(&scratch, kind, canonical));
        entity = place == NULL ? NULL : place->pointer;
    }
    arena_free(&scratch);
    return entity;
}

/* ---- order ---- */

int store_compare(struct str name, struct str id, const struct entity *entity)
{
    int order = str_compare(name, entity->name);
    return order != 0 ? order : str_compare(id, entity_id(entity));
}

static int compare(const void *a, const void *b)
{
    const struct entity *left = *(struct entity *const *)a;
    const struct entity *right = *(struct entity *const *)b;
    return store_compare(left->name, entity_id(left), right);
}

/* Merges items[0..middle) and items[middle..count), both in order. */
static void merge(struct entity **items, size_t middle, size_t count)
{
    struct entity **out = malloc(count * sizeof(struct entity *));
    size_t a = 0;
    size_t b = middle;
    if (out == NULL) {
        sim_fail_memory();
    }
    for (size_t i = 0; i < count; i++) {
        bool is_left = b == count || (a < middle && compare(&items[a], &items[b]) <= 0);
        out[i] = is_left ? items[a++] : items[b++];
    }
    memcpy(items, out, count * sizeof(struct entity *));
    free(out);
}

const struct entity_list *store_sorted(struct store *store, enum kind_id kind)
{
    struct entity_list *list = &store->all[kind];
    size_t done = store->sorted[kind];
    if (done == list->count) {
        return list;
    }
    if (done == 0) { /* or something is gone: what is left may be in order already */
        size_t kept = 0;
        for (size_t i = 0; i < list->count; i++) {
            if (!list->items[i]->is_gone) {
                list->items[kept++] = list->items[i];
            }
        }
        list->count = kept;
    }
    sim_sort(list->items + done, list->count - done, sizeof(struct entity *), compare);
    if (done > 0) {
        merge(list->items, done, list->count);
    }
    store->sorted[kind] = list->count;
    return list;
}
