/*
 * layout - paragraphs and two-column lists for a terminal of known width.
 */
#ifndef APP_CLI_LAYOUT_H
#define APP_CLI_LAYOUT_H

#include "base/buf.h"

/*
 * Appends text, broken at spaces so that no line is longer than width; lines after the first
 * begin with indent spaces. used is what the first line has already. Ends with a newline.
 */
void layout_wrap(struct buf *out, struct str text, size_t used, size_t indent, size_t width);
/* Paragraphs (separated by an empty line), each wrapped at width behind indent spaces. */
void layout_paragraphs(struct buf *out, struct str text, size_t indent, size_t width);
/* "  term    text...": text starts at column, or on the next line when term is too long. */
void layout_term(struct buf *out, struct str term, struct str text, size_t column,
                 size_t width);

#endif
