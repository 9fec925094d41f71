/*
 * export - reads Hex's project files (`.hex.yaml`, schemaVersion 3) into a notebook.
 *
 * What POST /projects/export answers and what people download. Every scalar is taken by what
 * its field expects, never by YAML's resolution: a title `no` is a title. What one cell does
 * not say right is noted in that cell's error; the others are kept. A cell without an id of
 * its own is "position-N", N its place in the notebook, and has an error. docs/hex.md,
 * docs/design.md 6.1.
 */
#ifndef HEX_EXPORT_H
#define HEX_EXPORT_H

#include "domain/notebook.h"

/*
 * Counts what export_read makes of the same text. Whoever changes that - a field more, another
 * name, a cell type understood - adds one: the next run then reads every stored export again,
 * without a request (app/reread.h).
 */
#define EXPORT_PARSER_VERSION 2

/*
 * Parses text (not kept) into *notebook, which lives in arena. project_id overrides what the
 * file says of itself; STR_NULL: the file's own id is needed. *raw is the text to keep:
 * values of environment variables and secrets blanked; STR_NULL when that cannot be done
 * safely. ERR_PARSE, ERR_LIMIT (with line:column in err->where) or ERR_NOMEM.
 */
enum status export_read(struct str text, struct str project_id, struct arena *arena,
                        struct notebook **notebook, struct str *raw,
                        struct error *err) WARN_UNUSED;

#endif
