/*
 * text - makes outside text safe for the place it is printed at.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/*
 * For terminals and text logs: C0, DEL, C1 and bidirectional controls and broken UTF-8 come
 * out as \n, \t, \x1b, \u202e; a backslash stays as it is. Everything else is kept.
 */
void text_escape_terminal(struct buf *out, struct str s);
/* One CSV cell (RFC 4180), quoted when needed; a leading = + - @, tab or CR gets a ' before. */
void text_escape_csv(struct buf *out, struct str s);
/* Columns that s takes on a terminal after escaping: wide East Asian count two, marks none. */
size_t text_width(struct str s);
/* Edit distance for "did you mean", ASCII-case-blind; SIZE_MAX when above limit. */
size_t text_distance(struct str a, struct str b, size_t limit);

#endif
