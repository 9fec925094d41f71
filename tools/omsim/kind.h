/*
 * kind - the kinds of entities, one row each: where they live and what they hang on.
 */
#ifndef OMSIM_KIND_H
#define OMSIM_KIND_H

#include "base/str.h"

enum kind_id {
    KIND_USER,
    KIND_TEAM,
    KIND_BOT,
    KIND_DOMAIN,
    KIND_DATA_PRODUCT,
    KIND_CLASSIFICATION,
    KIND_TAG,
    KIND_GLOSSARY,
    KIND_GLOSSARY_TERM,
    KIND_DATABASE_SERVICE,
    KIND_DATABASE,
    KIND_DATABASE_SCHEMA,
    KIND_TABLE,
    KIND_DASHBOARD_SERVICE,
    KIND_DASHBOARD,
    KIND_CHART,
    KIND_DATA_MODEL,
    KIND_PIPELINE_SERVICE,
    KIND_PIPELINE,
    KIND_INGESTION_PIPELINE,
    KIND_WORKFLOW,
    KIND_TEST_DEFINITION,
    KIND_COUNT,
    KIND_NONE = KIND_COUNT
};

enum kind_trait {
    KIND_HAS_BULK = 1,     /* PUT .../bulk, in all versions */
    KIND_HAS_NEW_BULK = 2, /* the same, since 2.0 */
    KIND_HAS_USAGE = 4,    /* /v1/usage */
    KIND_IS_SERVICE = 8,
    KIND_HAS_STALE = 16, /* deleteStale, since 2.0 */
    KIND_IS_ASSET = 32,  /* has an entityStatus since 2.0 */
    KIND_IS_SEEDED = 64  /* no create request; comes from the control endpoint */
};

struct kind {
    enum kind_id id;
    const char *type;         /* "dashboard" */
    const char *collection;   /* "dashboards", the path behind /v1/ */
    const char *shape;        /* of its create request; NULL: seeded only */
    const char *parent_field; /* of the create request; NULL: it stands alone */
    enum kind_id parent;
    const char *optional; /* fields that are shown on request only, separated by blanks */
    unsigned traits;
};

/* Static rows. */
const struct kind *kind_get(enum kind_id id);
/* NULL when there is no such type. */
const struct kind *kind_of_type(struct str type);

/* A set of optional fields, as bits. */
#define KIND_ALL_FIELDS UINT64_MAX
/* The bit of an optional field, whatever its kind; 0 when the field is always shown. */
uint64_t kind_field_bit(struct str name);
/* Whether the kind has this optional field. */
bool kind_has_field(const struct kind *kind, struct str name);
/* Reads "owners,tags" or "*"; false (and the wrong name) when a name is no field of the kind.
 */
bool kind_read_fields(const struct kind *kind, struct str text, uint64_t *fields,
                      struct str *wrong);

#endif
