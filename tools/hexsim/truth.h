/*
 * truth - what a complete import of the workspace must find, in hexmeta's export format.
 *
 * Comes from the model, not from reading the rendered answers back. Notebooks of projects
 * that are served from real files are not described here.
 */
#ifndef HEXSIM_TRUTH_H
#define HEXSIM_TRUTH_H

#include "hexsim/workspace.h"

/* has_sql: also what only reading SQL can tell. */
void truth_write(const struct workspace *workspace, bool has_sql, struct buf *out);

#endif
