#include "domain/tag.h"

#include "domain/name.h"

#include <stdlib.h>

static const struct {
    struct str classification;
    struct str description;
    struct str tag_description;
} kinds[TAG_KIND_COUNT] = {
    [TAG_KIND_CATEGORY] = {STR("HexCategories"), STR("Categories of projects in Hex"),
                           STR("A category of projects in Hex")},
    [TAG_KIND_STATUS] = {STR("HexStatus"), STR("Statuses of projects in Hex"),
                         STR("A status of projects in Hex")},
    [TAG_KIND_COLLECTION] = {STR("HexCollections"), STR("Collections of projects in Hex"),
                             STR("A collection of projects in Hex")},
    [TAG_KIND_COMPONENT] = {STR("HexType"), STR("What a project is in Hex"),
                            STR("A component: a piece of a notebook that projects import")},
};

struct str tag_default_classification(enum tag_kind kind)
{
    return kinds[kind].classification;
}

struct str tag_classification_description(enum tag_kind kind)
{
    return kinds[kind].description;
}

struct tag_builder {
    const struct tag_settings *settings;
    struct arena *arena;
    struct tag *tags;
    size_t count;
    size_t capacity;
};

/* A tag unless its kind is off or nothing is left of its name. */
static enum status add(struct tag_builder *builder, enum tag_kind kind, struct str name,
                       struct str description)
{
    struct arena *arena = builder->arena;
    struct str parent = builder->settings->classification[kind];
    struct tag tag = {.kind = kind};
    if (str_is_null(parent) || str_is_null(name)) {
        return OK;
    }
    enum status status = name_clean(name, arena, &tag.name);
    if (status == OK) {
        status = name_clean(parent, arena, &tag.classification);
    }
    if (status != OK || tag.name.n == 0 || tag.classification.n == 0) {
        return status;
    }
    tag.title = str_eq(tag.name, name) ? STR_NULL : name;
    tag.description = str_is_empty(description) ? kinds[kind].tag_description : description;
    struct str quoted;
    status = name_quote(tag.classification, arena, &quoted);
    if (status == OK) {
        status = name_join(quoted, tag.name, arena, &tag.fqn);
    }
    struct tag *place = status == OK ? arena_push(arena, &builder->tags, &builder->count,
                                                  &builder->capacity, sizeof(*place))
                                     : NULL;
    if (place == NULL) {
        return ERR_NOMEM;
    }
    *place = tag;
    return OK;
}

static int compare(const void *a, const void *b)
{
    const struct tag *left = a;
    const struct tag *right = b;
    int order = str_compare(left->fqn, right->fqn);
    return order != 0 ? order : (int)left->kind - (int)right->kind;
}

static size_t drop_repeated(struct tag *tags, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !str_eq(tags[kept - 1].fqn, tags[i].fqn)) {
            tags[kept++] = tags[i];
        }
    }
    return kept;
}

enum status tag_list(const struct tag_settings *settings, const struct tag_source *source,
                     struct arena *arena, struct tag **out, size_t *count)
{
    struct tag_builder builder = {.settings = settings, .arena = arena};
    enum status status = OK;
    for (size_t i = 0; i < source->category_count && status == OK; i++) {
        status = add(&builder, TAG_KIND_CATEGORY, source->categories[i].name,
                     source->categories[i].description);
    }
    if (status == OK) {
        status = add(&builder, TAG_KIND_STATUS, source->status, STR_NULL);
    }
    for (size_t i = 0; i < source->collection_count && status == OK; i++) {
        status = add(&builder, TAG_KIND_COLLECTION, source->collections[i], STR_NULL);
    }
    if (status == OK && source->is_component) {
        status = add(&builder, TAG_KIND_COMPONENT, STR("Component"), STR_NULL);
    }
    if (status == OK && builder.count > 0) {
        qsort(builder.tags, builder.count, sizeof(*builder.tags), compare);
        builder.count = drop_repeated(builder.tags, builder.count);
    }
    *out = builder.tags;
    *count = status == OK ? builder.count : 0;
    return status;
}
