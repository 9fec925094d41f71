/*
 * assign - what people put a project under: its status, categories, collections and owner.
 *
 * No edit of the notebook: the listing shows it, lastEditedAt does not move.
 */
#ifndef HEXSIM_ASSIGN_H
#define HEXSIM_ASSIGN_H

#include "hexsim/workspace.h"
#include "io/json.h"

/* The most categories of a workspace: a project has a bit for each. */
#define ASSIGN_MAX_CATEGORIES 32

/* Whether body has one of the members below. */
bool assign_is_asked(const struct json *body);
/*
 * Obeys the members of body that are there: "status" and "owner" (an e-mail) may be null,
 * "categories" and "collections" are lists of names; a category that is new is added to the
 * workspace. Returns NULL, or what is wrong; nothing is changed then but added categories.
 */
const char *assign(struct workspace *workspace, struct sim_project *project,
                   const struct json *body);

#endif
