/*
 * render - entities as the server shows them.
 */
#ifndef OMSIM_RENDER_H
#define OMSIM_RENDER_H

#include "omsim/sim.h"

/* What is shown of an entity, and to whom. */
struct view {
    uint64_t fields; /* optional ones */
    bool shows_secrets;
};

/* Everything, secrets masked. */
extern const struct view view_full;

/* A new object. */
json_t *render_entity(const struct sim *sim, const struct entity *entity,
                      const struct view *view);
/* An EntityReference, new. */
json_t *render_reference(const struct sim *sim, const struct entity *entity);
/* {"id", "type"}: a reference as it is stored, new. */
json_t *render_stored_reference(const struct entity *entity);
/* What a password looks like from outside. */
#define RENDER_MASK "*********"
/* True for keys of a connection that hold a secret. */
bool render_is_secret(const char *key);

#endif
