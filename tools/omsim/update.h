/*
 * update - how a stored entity becomes what a request wants: field by field, with the rules
 * that spare what people wrote from bots; versions; change descriptions.
 */
#ifndef OMSIM_UPDATE_H
#define OMSIM_UPDATE_H

#include "omsim/desired.h"

enum update_result { UPDATE_CREATED, UPDATE_CHANGED, UPDATE_NOTHING, UPDATE_RESTORED };

/* "entityUpdated" and the like, for the header X-OpenMetadata-Change. */
const char *update_result_name(enum update_result result, bool is_patch);

/* Creates it, or updates what has its name; deleted ones are restored before. */
bool update_put(struct sim *sim, struct desired *desired, const struct actor *actor,
                struct entity **out, enum update_result *result, struct refusal *why);
/* Creates it; 409 when its name is taken. */
bool update_post(struct sim *sim, struct desired *desired, const struct actor *actor,
                 struct entity **out, struct refusal *why);
/* Makes the entity what a patch wants it to be. */
bool update_patch(struct sim *sim, struct entity *entity, struct desired *desired,
                  const struct actor *actor, enum update_result *result, struct refusal *why);

/* Keeps the state before a change, and writes who changes it; a new minor version. */
void update_touch(struct sim *sim, struct entity *entity, const struct actor *actor);
/* The same with the fields that change (taken over). */
void update_touch_fields(struct sim *sim, struct entity *entity, const struct actor *actor,
                         bool is_major, json_t *change);
/* A description after the server's HTML policy for updates, new. */
json_t *update_clean_text(const struct sim *sim, const json_t *text);

#endif
