/*
 * mapping - from a Hex project in the catalog to entities of OpenMetadata. Pure.
 *
 * docs/design.md, section 9. Names keep to those of OpenMetadata's own connector: a dashboard
 * is named like its project's id; charts and data models are "<project id>_<cell id>".
 */
#ifndef OM_MAPPING_H
#define OM_MAPPING_H

#include "base/map.h"
#include "catalog/publishing.h"
#include "domain/tag.h"
#include "om/entity.h"

struct om_mapping {
    struct str service; /* serviceName; it has no dot, so it is its own FQN */
    struct tag_settings tags;
    bool includes_owners;
    bool includes_data_models;
    bool publishes_sql;
    struct str data_model_type;
    const struct map *users; /* e-mail in lower case to a struct str: the user's id */
    /* The filters on charts and data models; NULL: all pass. */
    bool (*wants)(void *ctx, enum published_kind kind, struct str title);
    void *wants_ctx;
};

/* A data set with the names of its columns: Hex's own, and as OpenMetadata has them. */
struct om_dataset {
    const struct cell *cell;
    struct str fqn;
    struct str *originals;
    struct str *names;
    size_t column_count;
};

/* A project with all that comes of it. */
struct om_project {
    struct publishing_project from;
    struct om_entity dashboard; /* its links are those below; tags and owner are set */
    struct tag *tags;
    size_t tag_count;
    struct str unknown_owner; /* e-mail that no user has; STR_NULL */
    struct cell *cells;
    size_t cell_count;
    struct edge *edges;
    size_t edge_count;
    struct om_dataset *datasets; /* also of filtered ones */
    size_t dataset_count;
    struct om_entity *data_models;
    size_t data_model_count;
    struct om_entity *charts;
    size_t chart_count;
};

/*
 * Reads cells and edges of out->from (filled by the caller) and maps everything. Memory is
 * arena's.
 */
enum status om_map_project(const struct om_mapping *mapping, struct catalog *catalog,
                           struct arena *arena, struct om_project *out,
                           struct error *err) WARN_UNUSED;
/* The dashboard without reading its cells: for a first look at all projects. */
enum status om_map_dashboard(const struct om_mapping *mapping, struct arena *arena,
                             struct om_project *out) WARN_UNUSED;

/* "service.model.<project>_<cell>" and "service.<project>". */
enum status om_data_model_fqn(const struct om_mapping *mapping, struct str project,
                              struct str cell, struct arena *arena,
                              struct str *out) WARN_UNUSED;
enum status om_dashboard_fqn(const struct om_mapping *mapping, struct str project,
                             struct arena *arena, struct str *out) WARN_UNUSED;
/* Of a dashboard (cell is nothing then) or of a cell's data model or chart. */
enum status om_name_of(enum published_kind kind, struct str project, struct str cell,
                       struct arena *arena, struct str *out) WARN_UNUSED;
enum status om_fqn_of(const struct om_mapping *mapping, enum published_kind kind,
                      struct str name, struct arena *arena, struct str *out) WARN_UNUSED;

#endif
