/*
 * patch - JSON Patch (RFC 6902): add, remove, replace, move, copy, test.
 */
#ifndef OMSIM_PATCH_H
#define OMSIM_PATCH_H

#include "base/buf.h"

#include <jansson.h>

enum patch_result {
    PATCH_DONE,
    PATCH_MALFORMED, /* not an array of operations */
    PATCH_FAILED     /* a path that does not exist, or a test that is not met */
};

/*
 * Applies all operations to *document (which may be replaced whole). Not atomic: on failure
 * the caller drops the document. reason says which operation and why.
 */
enum patch_result patch_apply(json_t **document, const json_t *operations, struct buf *reason);

#endif
