/*
 * output - standard output, where results go, with every write checked.
 *
 * A reader that leaves early (`| head`) is no failure: it comes back as ERR_CANCELLED and
 * output_reader_left() is true from then on, so that main can end quietly.
 */
#ifndef APP_CLI_OUTPUT_H
#define APP_CLI_OUTPUT_H

#include "base/buf.h"

/* Writes text to standard output; ERR_IO when that fails. */
enum status output_write(struct str text, struct error *err) WARN_UNUSED;
/* The content of buf, or buf's own failure. */
enum status output_buf(const struct buf *buf, struct error *err) WARN_UNUSED;
/* What the stream still holds; call it at the end. */
enum status output_flush(struct error *err) WARN_UNUSED;
bool output_reader_left(void);

#endif
