/*
 * desired - what a request wants an entity to be, with all its references resolved.
 */
#ifndef OMSIM_DESIRED_H
#define OMSIM_DESIRED_H

#include "omsim/sim.h"

struct desired {
    const struct kind *kind;
    struct str name;
    struct str fqn;
    struct entity *parent;
    json_t *fields; /* as an entity stores them */
    struct entity_list links[LINK_COUNT];
    bool has_links[LINK_COUNT]; /* the request may say something about them */
};

/*
 * Reads a CreateX body that has passed its schema; names and references are checked here:
 * 400, 404, or 500 where a 1.x server breaks. Free with desired_free in any case.
 */
bool desired_from_create(struct sim *sim, const struct kind *kind, const json_t *body,
                         const struct actor *actor, struct desired *out, struct refusal *why);
/* The same for an entity as a patch has left it. */
bool desired_from_patch(struct sim *sim, const struct entity *entity, const json_t *document,
                        const struct actor *actor, struct desired *out, struct refusal *why);
void desired_free(struct desired *desired);

#endif
