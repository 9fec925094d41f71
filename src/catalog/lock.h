/*
 * lock - one writer at a time: an advisory lock on "<catalog>.lock" that names its holder.
 */
#ifndef CATALOG_LOCK_H
#define CATALOG_LOCK_H

#include "catalog/catalog.h"

/*
 * *fd is the lock; ERR_IO naming the holder when somebody else has it and, unless wait is
 * NULL, did not give it back in time. ERR_CANCELLED when stopped.
 */
enum status lock_take(const char *catalog_path, const struct clock *clock,
                      const struct catalog_wait *wait, int *fd, struct error *err) WARN_UNUSED;
/* -1: nothing to do. */
void lock_release(int fd);

#endif
