/*
 * fields - the comparison of one stored entity with what is wanted, rule by rule.
 *
 * fields_compare only collects; fields_apply changes the entity: a refusal leaves it as it was,
 * and the state before is still there to be kept as a version.
 */
#ifndef OMSIM_FIELDS_H
#define OMSIM_FIELDS_H

#include "omsim/desired.h"

struct fields_update {
    struct sim *sim;
    struct entity *entity;
    struct desired *desired;
    const struct actor *actor;
    struct refusal *why;
    json_t *pending; /* field -> new value, null: it goes */
    bool has_new_links[LINK_COUNT];
    json_t *change;  /* a ChangeDescription */
    bool is_changed; /* visibly: a new version */
    bool is_major;
};

/* Starts; what is handed in outlives it. */
void fields_begin(struct fields_update *u, struct sim *sim, struct entity *entity,
                  struct desired *desired, const struct actor *actor, struct refusal *why);
/* Applies all rules; false after a refusal. */
bool fields_compare(struct fields_update *u);
/* Makes the entity what fields_compare has collected. */
void fields_apply(struct fields_update *u);
/* Frees what was collected. */
void fields_end(struct fields_update *u);

#endif
