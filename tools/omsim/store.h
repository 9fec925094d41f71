/*
 * store - the entities of the simulated server, and how they hang together.
 *
 * Found by id and by fully qualified name in constant time; lists are sorted by name when
 * they are asked for. An entity that is hard-deleted stays in memory, marked as gone, until
 * the store is freed: pointers never dangle. Used by one thread.
 */
#ifndef OMSIM_STORE_H
#define OMSIM_STORE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "omsim/kind.h"

#include <jansson.h>

struct entity;
struct edge;

struct entity_list {
    struct entity **items;
    size_t count;
    size_t capacity;
};

/* What links entities beside their parents; each is kept on both sides. */
enum link_kind { LINK_CHARTS, LINK_DATA_MODELS, LINK_COUNT };

struct entity {
    const struct kind *kind;
    char id[37];
    struct str name;
    struct str fqn;
    json_t *data;       /* its fields, but for what stands here */
    json_t *updated_by; /* a string */
    json_t *change;     /* the last change description; NULL: none */
    json_t *versions;   /* older states as JSON texts, oldest first; NULL: none */
    int64_t updated_ms;
    int64_t version; /* in tenths */
    bool is_deleted;
    bool is_gone; /* hard-deleted */
    struct entity *parent;
    struct entity_list children; /* gone ones included */
    struct entity_list links[LINK_COUNT];
    struct edge **edges; /* lineage, in and out; edge.h */
    size_t edge_count;
    size_t edge_capacity;
    json_t *usage;    /* {"2026-03-01": count} */
    json_t *statuses; /* of runs, by time or run id */
    json_t *progress; /* the last of an ingestion pipeline's run */
};

struct store {
    struct arena arena; /* keys of the maps */
    struct map by_id;
    struct map by_fqn; /* "type fqn" */
    struct entity_list all[KIND_COUNT];
    size_t sorted[KIND_COUNT]; /* so many at the start are in order */
    struct clock clock;
    bool has_doubled_quotes; /* in names, since 2.0 */
    uint64_t made;
};

/* An empty store. */
void store_init(struct store *store, bool has_doubled_quotes);
void store_free(struct store *store);

/* Adds an entity of this canonical name; its fields are empty, its version 0.1. */
struct entity *store_add(struct store *store, const struct kind *kind, struct entity *parent,
                         struct str name, struct str fqn);
/* Unlinks it from everything; deletes nothing below it. Its edges must be gone. */
void store_remove(struct store *store, struct entity *entity);
/* NULL when there is none of that kind. A kind of NULL: of any. Deleted ones are found. */
struct entity *store_by_id(const struct store *store, const struct kind *kind, struct str id);
struct entity *store_by_fqn(struct store *store, const struct kind *kind, struct str fqn);
/* All of a kind in order of name and id, without gone ones. */
const struct entity_list *store_sorted(struct store *store, enum kind_id kind);
/* Names first, then ids; for cursors. */
int store_compare(struct str name, struct str id, const struct entity *entity);

/* Links two entities, if they are not; unlinks them. */
void store_link(enum link_kind kind, struct entity *a, struct entity *b);
void store_unlink(enum link_kind kind, struct entity *a, struct entity *b);

/* Lists of entities; they own nothing. */
void entity_list_add(struct entity_list *list, struct entity *entity);
bool entity_list_has(const struct entity_list *list, const struct entity *entity);
void entity_list_remove(struct entity_list *list, const struct entity *entity);
/* True when ancestor stands somewhere above entity. */
bool entity_is_below(const struct entity *entity, const struct entity *ancestor);
/* Its id as a view. */
struct str entity_id(const struct entity *entity);

#endif
