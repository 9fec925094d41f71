/*
 * read_all - all of an open file into a buf, up to the buf's limit.
 *
 * Also of a pipe or a terminal: it ends where they do. The descriptor stays open.
 */
#ifndef IO_READ_ALL_H
#define IO_READ_ALL_H

#include "base/buf.h"

/* ERR_IO (errno says why), ERR_LIMIT or ERR_NOMEM; the caller words it, who knows the file. */
enum status read_all(int fd, struct buf *out) WARN_UNUSED;

#endif
