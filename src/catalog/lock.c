#include "catalog/lock.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "base/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define HOST_SIZE 256
#define HOLDER_SIZE 400
#define HOLDER_TEXT_SIZE ((size_t)8 * HOLDER_SIZE) /* escaped */
#define RETRY_MS 100

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

/* What stands in the lock, fit for a terminal. */
static void read_holder(int fd, struct buf *out)
{
    char raw[HOLDER_SIZE];
    ssize_t n = pread(fd, raw, sizeof(raw), 0);
    buf_clear(out);
    text_escape_terminal(out, str_trim(str_from_n(raw, n > 0 ? (size_t)n : 0)));
    if (out->size == 0) {
        (void)buf_append_cstr(out, "another process");
    }
}

static enum status explain_holder(int fd, const char *catalog_path,
                                  const struct catalog_wait *wait, struct error *err)
{
    struct buf holder;
    buf_init(&holder, HOLDER_TEXT_SIZE);
    read_holder(fd, &holder);
    if (wait == NULL) {
        (void)error_set(err, ERR_IO,
                        "the catalog %s is being written by %s: wait for it (--wait), or stop "
                        "it",
                        catalog_path, buf_cstr(&holder));
    } else {
        (void)error_set(err, ERR_IO,
                        "the catalog %s is still being written by %s, after %" PRId64 " s",
                        catalog_path, buf_cstr(&holder), wait->timeout_ms / 1000);
    }
    error_where(err, "%s.lock", catalog_path);
    buf_free(&holder);
    return ERR_IO;
}

/* A holder that was not told of yet. */
static void tell_holder(int fd, const char *catalog_path, struct buf *told)
{
    struct buf holder;
    buf_init(&holder, HOLDER_TEXT_SIZE);
    read_holder(fd, &holder);
    if (!str_eq(buf_str(&holder), buf_str(told))) {
        log_info("waiting for %s to be done with the catalog %s", buf_cstr(&holder),
                 catalog_path);
        buf_clear(told);
        (void)buf_append_str(told, buf_str(&holder));
    }
    buf_free(&holder);
}

/* Until the lock is ours. */
static enum status hold(int fd, const char *catalog_path, const struct clock *clock,
                        const struct catalog_wait *wait, struct error *err)
{
    const struct timespec pause = {.tv_nsec = RETRY_MS * 1000000};
    int64_t started_ms = clock_monotonic_ms(clock);
    enum status status = OK;
    struct buf told;
    buf_init(&told, HOLDER_TEXT_SIZE);
    while (status == OK && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool is_held = errno == EWOULDBLOCK;
        if (!is_held && errno != EINTR) {
            status = error_set(err, ERR_IO, "%s.lock cannot be locked: %s", catalog_path,
                               strerror(errno));
        } else if (is_held && (wait == NULL ||
                               clock_monotonic_ms(clock) - started_ms >= wait->timeout_ms)) {
            status = explain_holder(fd, catalog_path, wait, err);
        } else if (wait != NULL && wait->stop != NULL && *wait->stop != 0) {
            status = error_set(err, ERR_CANCELLED, "stopped while waiting for the catalog %s",
                               catalog_path);
        } else if (is_held) {
            tell_holder(fd, catalog_path, &told);
            (void)nanosleep(&pause, NULL);
        }
    }
    buf_free(&told);
    return status;
}

enum status lock_take(const char *catalog_path, const struct clock *clock,
                      const struct catalog_wait *wait, int *fd, struct error *err)
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
        status =
            error_set(err, ERR_IO, "the catalog %s cannot be written: its lock file %s: %s",
                      catalog_path, buf_cstr(&path), strerror(errno));
        goto out;
    }
    status = hold(*fd, catalog_path, clock, wait, err);
    if (status != OK) {
        (void)close(*fd);
        *fd = -1;
        goto out;
    }
    write_holder(*fd, clock_wall_ms(clock));
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
