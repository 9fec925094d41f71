/*
 * shape - what requests must look like, in compact tables of our own.
 *
 * Used when no published schemas are at hand; the tables become one JSON Schema document, so
 * that there is one validator only.
 */
#ifndef OMSIM_SHAPE_H
#define OMSIM_SHAPE_H

#include "base/str.h"

#include <jansson.h>

/* The document with one definition a shape, under "$defs"; 2.0 has more values than 1.x. */
json_t *shape_document(bool is_two);
/* Where the published 1.13 schemas keep this type ("api/data/createChart.json"), or NULL. */
const char *shape_old_file(const char *name);

#endif
