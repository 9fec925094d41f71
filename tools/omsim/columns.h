/*
 * columns - columns of tables and data models: what a request may say, and how they merge.
 */
#ifndef OMSIM_COLUMNS_H
#define OMSIM_COLUMNS_H

#include "omsim/sim.h"

/*
 * The columns of a request with their full names and tag labels; NULL after a refusal (a bad
 * or repeated name, a type without its length, an unknown tag).
 */
json_t *columns_read(struct sim *sim, struct str parent_fqn, const json_t *columns,
                     const struct actor *actor, struct refusal *why);

/* What a merge has changed: "columns.NAME.FIELD", with old and new value (borrowed). */
typedef void columns_change_fn(void *ctx, const char *name, const json_t *old_value,
                               const json_t *new_value);

struct columns_merge {
    const struct actor *actor;
    struct sim *sim;
    columns_change_fn *change;
    void *ctx;
    struct refusal *why;
    bool has_removed;
};

/*
 * New columns of an entity that has old ones: matched by name and type; what people wrote is
 * spared from bots, tags are added. NULL after a refusal. Takes nothing over.
 */
json_t *columns_merge(struct columns_merge *merge, const json_t *old_columns,
                      const json_t *new_columns);
/* True when this is the full name of one of the columns. */
bool columns_have(const json_t *columns, struct str fqn);

#endif
