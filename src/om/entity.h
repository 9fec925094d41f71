/*
 * entity - a data model, chart or dashboard as OpenMetadata should show it, and its request.
 *
 * Plain data; texts live in the caller's arena. Names and references are clean and fully
 * qualified. Pure: the caller decides what to send, this file how it is written.
 */
#ifndef OM_ENTITY_H
#define OM_ENTITY_H

#include "base/buf.h"
#include "base/json_out.h"
#include "catalog/published.h"

struct om_column {
    struct str name;
    struct str title;       /* Hex's own spelling; STR_NULL when it is the name */
    struct str description; /* a person's; Hex has none */
    struct str type;        /* as the server has it; STR_NULL: UNKNOWN, Hex names no types */
    struct str array_type;
    int64_t length; /* with type: 0 when it has none */
};

struct om_entity {
    enum published_kind kind;
    struct str name;
    struct str fqn;
    struct str service; /* its FQN */
    struct str project; /* the Hex project that it belongs to */
    struct str title;
    struct str description;
    struct str url;
    struct str folder; /* "project" of a dashboard: sent when it is made, never later */
    struct str chart_type;
    struct str data_model_type;
    struct str sql;
    struct str schedule; /* of a pipeline: cron */
    struct om_column *columns;
    size_t column_count;
    bool has_links; /* charts and data_models are known */
    struct str *charts;
    size_t chart_count;
    struct str *data_models;
    size_t data_model_count;
    struct str *dashboards; /* of a chart, those that are there */
    size_t dashboard_count;
    bool has_tags; /* tags are published */
    struct str *tags;
    size_t tag_count;
    bool has_owners;
    struct str *owners; /* ids of users */
    size_t owner_count;
    int64_t created_ms;
    int64_t edited_ms;
    int64_t viewed_ms;
};

/* "/v1/dashboards" and the like, with the endings of its bulk and single forms. */
const char *om_collection(enum published_kind kind);
/* "dashboard", "dashboardDataModel", ...: as references name it. */
const char *om_type(enum published_kind kind);
/* "dashboard", "data model", ...: for people. */
const char *om_kind_name(enum published_kind kind);

/* The text of a field as it is compared; lists are sorted, one item a line. */
enum status om_entity_field(const struct om_entity *entity, enum published_field field,
                            struct arena *arena, struct str *out) WARN_UNUSED;
/* True when an entity of this kind has the field at all. */
bool om_kind_has_field(enum published_kind kind, enum published_field field);
/* "displayName", "sourceUrl", ...: its key in requests. */
const char *om_field_name(enum published_field field);

/* Of everything that is written, mapping version included. */
uint64_t om_entity_digest(const struct om_entity *entity);
/* Another one makes every entity be written again. */
uint64_t om_mapping_version(void);
/* 32 hex digits of the body, for the field sourceHash; salt makes another one of the same. */
enum status om_source_hash(struct str body, unsigned salt, struct arena *arena,
                           struct str *out) WARN_UNUSED;

/* The create request, without sourceHash: one JSON object. Empty fields are left out. */
void om_entity_write(const struct om_entity *entity, bool is_new, struct json_out *out);
/* One label. */
void om_tag_label_write(struct str fqn, struct json_out *out);

#endif
