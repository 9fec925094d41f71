/*
 * tag - the tags that a Hex project carries in OpenMetadata. Pure.
 *
 * Categories, status, collections and "is a component" each have a classification; two of them
 * may share one. Names are cleaned (domain/name.h); tags that become equal are one tag.
 */
#ifndef DOMAIN_TAG_H
#define DOMAIN_TAG_H

#include "domain/project.h"

enum tag_kind { TAG_KIND_CATEGORY, TAG_KIND_STATUS, TAG_KIND_COLLECTION, TAG_KIND_COMPONENT };
#define TAG_KIND_COUNT 4

/* Names of the classifications, by enum tag_kind; STR_NULL: no such tags. */
struct tag_settings {
    struct str classification[TAG_KIND_COUNT];
};

struct tag {
    enum tag_kind kind;
    struct str classification; /* clean */
    struct str name;           /* clean */
    struct str fqn;
    struct str title;       /* Hex's own spelling; STR_NULL when it is the name */
    struct str description; /* Hex's words, or ours; never empty */
};

/* What of a project becomes tags. */
struct tag_source {
    const struct category *categories;
    size_t category_count;
    struct str status;
    const struct str *collections;
    size_t collection_count;
    bool is_component;
};

/* "HexCategories", "HexStatus", "HexCollections", "HexType". */
struct str tag_default_classification(enum tag_kind kind);
/* What a classification is for, for its description. */
struct str tag_classification_description(enum tag_kind kind);

/* The project's tags, sorted by fqn, each once; everything lives in arena or in the source. */
enum status tag_list(const struct tag_settings *settings, const struct tag_source *source,
                     struct arena *arena, struct tag **out, size_t *count) WARN_UNUSED;

#endif
