/*
 * json_mend - what a strict reader refuses for the sake of one value, made readable.
 *
 * A list of a hundred projects must not fail because one title was cut in the middle of an
 * emoji. Bytes that are no UTF-8, halves of surrogate pairs and U+0000 become U+FFFD, raw
 * control characters are escaped, numbers beyond every type become null. Text that is valid
 * comes out meaning the same; text that is no JSON is none afterwards. Pure.
 */
#ifndef IO_JSON_MEND_H
#define IO_JSON_MEND_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* Appends the mended text to out, at most six times as long; returns out's status. */
enum status json_mend(struct str text, struct buf *out) WARN_UNUSED;

#endif
