/*
 * scopes - what a token may do: the boxes that Hex's settings show for it. Pure.
 */
#ifndef HEXSIM_SCOPES_H
#define HEXSIM_SCOPES_H

#include "base/str.h"

#define SCOPES_ALL (~0U)

/* "projects,cells" as a set, "none" for none at all; false for a word that is no scope. */
bool scopes_parse(struct str text, unsigned *scopes);
/* The words, for help and messages. Static memory. */
const char *scopes_words(void);
/*
 * Whether a request (path without /api) is allowed. Without any scope nothing is, as in a
 * workspace whose API is disabled.
 */
bool scopes_allow(unsigned scopes, struct str path, bool is_workspace_token);

#endif
