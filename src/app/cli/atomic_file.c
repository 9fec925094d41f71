#include "app/cli/atomic_file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PATH_BYTES 8192

static enum status failed(const char *what, const char *path, struct error *err)
{
    return error_set(err, ERR_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool write_all(int fd, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        ssize_t n = write(fd, text.p + at, text.n - at);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* A device or pipe (/dev/null, /dev/fd/3) is written to, never replaced. */
static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static enum status write_special(const char *path, struct str text, struct error *err)
{
    enum status status = OK;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return failed("open", path, err);
    }
    if (!write_all(fd, text) && errno != EINVAL && errno != EROFS) {
        status = failed("write", path, err); /* EINVAL: it only cannot be synced */
    }
    (void)close(fd);
    return status;
}

enum status atomic_file_write(const char *path, struct str text, struct error *err)
{
    struct buf new_path;
    enum status status = OK;
    int fd = -1;
    if (is_special(path)) {
        return write_special(path, text, err);
    }
    buf_init(&new_path, MAX_PATH_BYTES);
    (void)buf_printf(&new_path, "%s.%ld.new", path, (long)getpid());
    if (buf_status(&new_path) != OK) {
        return error_set(err, buf_status(&new_path), "cannot name a file beside %s", path);
    }
    const char *name = buf_cstr(&new_path);
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        status = failed("create", name, err);
        goto out;
    }
    if (!write_all(fd, text)) {
        status = failed("write", name, err);
        goto out;
    }
    if (rename(name, path) != 0) {
        status = failed("replace", path, err);
    }
out:
    if (fd >= 0) {
        (void)close(fd);
        if (status != OK) {
            (void)unlink(name);
        }
    }
    buf_free(&new_path);
    return status;
}
