/*
 * version - what an OpenMetadata server can do, decided from its version in this one place.
 *
 * Supported are 1.12 to 2.x. Pure.
 */
#ifndef OM_VERSION_H
#define OM_VERSION_H

#include "base/error.h"
#include "base/str.h"

struct om_version {
    unsigned major;
    unsigned minor;
    unsigned patch;
    /* PUT /v1/dashboard/datamodels/bulk. */
    bool has_data_model_bulk;
    /* A bot's PUT leaves a title as it is; a bulk row with overrideMetadata replaces it. */
    bool keeps_titles;
    /* PUT /v1/pipelines/{fqn}/status/bulk. */
    bool has_status_bulk;
    /* PUT /v1/lineage/{type}/name/{fqn}/{type}/name/{fqn}: no ids needed. */
    bool has_lineage_by_name;
    /* PUT /v1/services/ingestionPipelines/progress/... */
    bool has_progress;
    /* For Hex's data sets; static memory. */
    struct str data_model_type;
};

/*
 * From "2.0.7" or "1.13.0-SNAPSHOT". ERR_PARSE: no version; ERR_CONFIG: none that is
 * supported, *out is filled all the same, as for the nearest supported one.
 */
enum status om_version_parse(struct str text, struct om_version *out,
                             struct error *err) WARN_UNUSED;

#endif
