/*
 * cursor - Hex's page cursors: base64url without padding of v2:["<sort value>","<id>"].
 */
#ifndef HEXSIM_CURSOR_H
#define HEXSIM_CURSOR_H

#include "common/memory.h"

/* The cursor behind (or before) an item. */
struct str cursor_encode(struct str value, struct str id, struct arena *arena);
/* False when text is no such cursor. */
bool cursor_decode(struct str text, struct arena *arena, struct str *value, struct str *id);
/* Base64 with padding and the usual alphabet, appended. */
void cursor_base64(struct str bytes, struct buf *out);

#endif
