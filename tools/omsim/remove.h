/*
 * remove - deleting entities, softly or for good, and bringing them back.
 */
#ifndef OMSIM_REMOVE_H
#define OMSIM_REMOVE_H

#include "omsim/sim.h"

struct removal {
    bool is_hard;
    bool is_recursive;
};

/* Refuses what the system provides, and what is not empty unless it is recursive. */
bool remove_entity(struct sim *sim, struct entity *entity, const struct removal *removal,
                   const struct actor *actor, struct refusal *why);
/* Undoes a soft deletion, of everything below it, too. */
void remove_restore(struct sim *sim, struct entity *entity, const struct actor *actor);

#endif
