/*
 * sql_wire - SQL lineage as JSON: one question a line, one answer a line.
 *
 * docs/internals/sql.md shows the three kinds of questions: tables, columns, notebooks. A
 * line's answer depends on nothing but the line.
 */
#ifndef APP_SQL_WIRE_H
#define APP_SQL_WIRE_H

#include "base/buf.h"

/* Lines are at most this long. */
#define SQL_WIRE_MAX_BYTES ((size_t)64 * 1024 * 1024)

/*
 * Appends the answer to one line, with a line end. ERR_PARSE for a line that is no question,
 * ERR_NOMEM, ERR_LIMIT when the answer is too long for out; then nothing is appended.
 */
enum status sql_wire_answer(struct str line, struct buf *out, struct error *err) WARN_UNUSED;

#endif
