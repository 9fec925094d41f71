/*
 * etag - the tag of an entity's state, and If-Match.
 */
#ifndef OMSIM_ETAG_H
#define OMSIM_ETAG_H

#include "omsim/store.h"

/* A strong tag in quotes. */
struct str etag_of(struct arena *arena, const struct entity *entity);
/* True for "*", the strong tag, or W/"<version>"; also when nothing was asked. */
bool etag_matches(struct arena *arena, const struct entity *entity, struct str if_match);

#endif
