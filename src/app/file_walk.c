#include "app/file_walk.h"

#include "io/read_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    struct arena *arena;
    struct file_list *list;
    struct file_list directories; /* still to be read */
    file_walk_problem_fn *problem;
    void *ctx;
};

static enum status add_path(struct arena *arena, struct file_list *list, struct str path)
{
    struct str *place =
        arena_push(arena, &list->paths, &list->count, &list->capacity, sizeof(*list->paths));
    return place == NULL ? ERR_NOMEM : arena_str(arena, path, place);
}

static void report(struct walk *walk, const char *path, int cause)
{
    struct error why = ERROR_INIT;
    (void)error_set(&why, cause == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s", strerror(cause));
    walk->problem(walk->ctx, path, &why);
}

static bool is_export(const char *name)
{
    struct str s = str_from(name);
    return name[0] != '.' && (str_ends_with(s, ".hex.yaml") || str_ends_with(s, ".hex.yml"));
}

/* A directory is noted for later, a file is taken when its name is right. */
static enum status add_entry(struct walk *walk, const char *directory, const char *name)
{
    struct stat info;
    struct str path = STR_NULL;
    bool has_slash = str_ends_with(str_from(directory), "/");
    enum status status =
        arena_printf(walk->arena, &path, "%s%s%s", directory, has_slash ? "" : "/", name);
    if (status != OK) {
        return status;
    }
    if (lstat(path.p, &info) != 0) {
        report(walk, path.p, errno);
        return OK;
    }
    if (S_ISDIR(info.st_mode)) {
        return add_path(walk->arena, &walk->directories, path);
    }
    bool is_file = S_ISREG(info.st_mode) ||
                   (S_ISLNK(info.st_mode) && stat(path.p, &info) == 0 && S_ISREG(info.st_mode));
    return is_file && is_export(name) ? add_path(walk->arena, walk->list, path) : OK;
}

static enum status read_directory(struct walk *walk, const char *path)
{
    enum status status = OK;
    DIR *directory = opendir(path);
    if (directory == NULL) {
        report(walk, path, errno);
        return OK;
    }
    errno = 0;
    for (const struct dirent *entry = readdir(directory); entry != NULL && status == OK;
         entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = add_entry(walk, path, entry->d_name);
        }
        errno = 0;
    }
    if (status == OK && errno != 0) {
        report(walk, path, errno);
    }
    (void)closedir(directory);
    return status;
}

enum status file_walk(const char *path, struct arena *arena, struct file_list *list,
                      file_walk_problem_fn *problem, void *ctx, struct error *err)
{
    struct walk walk = {.arena = arena, .list = list, .problem = problem, .ctx = ctx};
    struct stat info;
    size_t first = list->count;
    if (stat(path, &info) != 0) {
        report(&walk, path, errno);
        return OK;
    }
    enum status status = S_ISDIR(info.st_mode)
                             ? add_path(arena, &walk.directories, str_from(path))
                             : add_path(arena, list, str_from(path));
    for (size_t i = 0; i < walk.directories.count && status == OK; i++) {
        status = read_directory(&walk, walk.directories.paths[i].p);
    }
    if (status != OK) {
        return error_nomem(err);
    }
    if (list->count - first > 1) {
        qsort(list->paths + first, list->count - first, sizeof(*list->paths), str_qsort);
    }
    return OK;
}

enum status file_read(const char *path, struct buf *out, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s: %s",
                         path, strerror(errno));
    }
    enum status status = read_all(fd, out);
    if (status == ERR_IO) {
        (void)error_set(err, ERR_IO, "cannot read %s: %s", path, strerror(errno));
    } else if (status == ERR_LIMIT) {
        (void)error_set(err, ERR_LIMIT, "%s is larger than %zu MiB", path,
                        out->max_bytes / 1024 / 1024);
    } else if (status != OK) {
        (void)error_nomem(err);
    }
    (void)close(fd);
    return status;
}
