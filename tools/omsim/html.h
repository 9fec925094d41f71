/*
 * html - the policy that descriptions pass through on a 2.0 server.
 */
#ifndef OMSIM_HTML_H
#define OMSIM_HTML_H

#include "base/buf.h"

/*
 * Appends text: scripts, styles, frames, handlers and foreign schemes vanish, entity links
 * (<#E::...>) stay, and what is text is entity-encoded (@ = ' ` + " < > &). Idempotent.
 */
void html_clean(struct str text, struct buf *out);

#endif
