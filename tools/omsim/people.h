/*
 * people - references to owners, reviewers, domains and data products, and their rules.
 */
#ifndef OMSIM_PEOPLE_H
#define OMSIM_PEOPLE_H

#include "omsim/sim.h"

/*
 * Owners as they are stored, in order of their ids: existing users, or one team that is a
 * group. NULL after a refusal.
 */
json_t *people_read_owners(struct sim *sim, const json_t *owners, struct refusal *why);
/*
 * References to entities of one kind, given as names or (in a patched entity) as references;
 * at most `most` of them.
 */
json_t *people_read_references(struct sim *sim, enum kind_id id, const json_t *given,
                               size_t most, struct refusal *why);
/* False when a data product belongs to none of the domains. */
bool people_check_products(struct sim *sim, const json_t *products, const json_t *domains,
                           struct refusal *why);

#endif
