/*
 * file_walk - the files that a list of paths stands for.
 *
 * A path that names a file is taken as it is; a directory is searched for files whose names
 * end in .hex.yaml (or .hex.yml), whatever the depth. Links to directories are not followed,
 * so that a walk always ends.
 */
#ifndef APP_FILE_WALK_H
#define APP_FILE_WALK_H

#include "base/arena.h"
#include "base/buf.h"

struct file_list {
    struct str *paths; /* NUL-terminated; sorted within each argument */
    size_t count;
    size_t capacity;
};

/* Called with a path that cannot be read and why; the walk goes on. */
typedef void file_walk_problem_fn(void *ctx, const char *path, const struct error *why);

/* Adds the files of path to list; everything lives in arena. ERR_NOMEM only. */
enum status file_walk(const char *path, struct arena *arena, struct file_list *list,
                      file_walk_problem_fn *problem, void *ctx, struct error *err) WARN_UNUSED;

/*
 * The bytes of a file in out, whose limit decides what is too large. ERR_NOT_FOUND, ERR_IO,
 * ERR_LIMIT.
 */
enum status file_read(const char *path, struct buf *out, struct error *err) WARN_UNUSED;

#endif
