/*
 * labels - tag labels of entities and columns: what they refer to, and their rules.
 */
#ifndef OMSIM_LABELS_H
#define OMSIM_LABELS_H

#include "omsim/sim.h"

/*
 * The labels of a request as they are stored: known, not disabled, each once, in order of
 * their names, applied by the actor. NULL after a refusal; labels may be NULL (none).
 */
json_t *labels_read(struct sim *sim, const json_t *labels, const struct actor *actor,
                    struct refusal *why);
/* New: old ones and those of `more` that are not among them. Takes nothing over. */
json_t *labels_merge(const json_t *old, const json_t *more);
/* New: `more`, where a label that is among the old ones stays as it was. */
json_t *labels_replace(const json_t *old, const json_t *more);
/* False when two of them exclude each other. */
bool labels_check_exclusive(struct sim *sim, const json_t *labels, struct refusal *why);
/* Takes the labels of a tag that is gone from all entities. */
void labels_forget(struct sim *sim, struct str fqn);

#endif
