/*
 * lock - one writer at a time: an advisory lock on "<catalog>.lock" that names its holder.
 */
#ifndef CATALOG_LOCK_H
#define CATALOG_LOCK_H

#include "base/error.h"

/* *fd is the lock; ERR_IO naming the holder when somebody else has it. */
enum status lock_take(const char *catalog_path, int64_t now_ms, int *fd,
                      struct error *err) WARN_UNUSED;
/* -1: nothing to do. */
void lock_release(int fd);

#endif
