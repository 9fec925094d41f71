#include "catalog/lock.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HOST_SIZE 256
#define HOLDER_SIZE 400

/* Best effort: the lock holds without a name in it. */
static void write_holder(int fd, int64_t now_ms)
{
    char host[HOST_SIZE] = "";
    char since[TIMESTAMP_TEXT_SIZE];
    struct buf text;
    buf_init(&text, HOLDER_SIZE);
    if (gethostname(host, sizeof(host) - 1) != 0) {
        host[0] = '\0';
    }
    timestamp_format(now_ms, since);
    (void)buf_printf(&text, "process %ld on %s (%s) since %s\n", (long)getpid(), host,
                     program_invocation_short_name, since);
    if (buf_status(&text) == OK && ftruncate(fd, 0) == 0 &&
        pwrite(fd, text.data, text.size, 0) < 0) {
        (void)ftruncate(fd, 0);
    }
    buf_free(&text);
}

static enum status explain_holder(int fd, const char *catalog_path, struct error *err)
{
    char raw[HOLDER_SIZE];
    struct buf holder;
    ssize_t n = pread(fd, raw, sizeof(raw), 0);
    buf_init(&holder, 8 * sizeof(raw));
    text_escape_terminal(&holder, str_trim(str_from_n(raw, n > 0 ? (size_t)n : 0)));
    (void)error_set(err, ERR_IO,
                    "the catalog %s is being written by %s: wait for it, or stop it",
                    catalog_path, holder.size > 0 ? buf_cstr(&holder) : "another process");
    error_where(err, "%s.lock", catalog_path);
    buf_free(&holder);
    return ERR_IO;
}

enum status lock_take(const char *catalog_path, int64_t now_ms, int *fd, struct error *err)
{
    struct buf path;
    enum status status = OK;
    *fd = -1;
    buf_init(&path, 8192);
    if (buf_printf(&path, "%s.lock", catalog_path) != OK) {
        status = error_set(err, ERR_IO, "the path of the catalog is too long");
        goto out;
    }
    *fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0) {
        status = error_set(err, ERR_IO, "the catalog's lock %s cannot be made: %s",
                           buf_cstr(&path), strerror(errno));
        goto out;
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? explain_holder(*fd, catalog_path, err)
                                      : error_set(err, ERR_IO, "%s cannot be locked: %s",
                                                  buf_cstr(&path), strerror(errno));
        (void)close(*fd);
        *fd = -1;
        goto out;
    }
    write_holder(*fd, now_ms);
out:
    buf_free(&path);
    return status;
}

void lock_release(int fd)
{
    if (fd >= 0) {
        /* The file stays: removing it would let two writers lock two files of one name. */
        (void)!ftruncate(fd, 0);
        (void)close(fd);
    }
}
