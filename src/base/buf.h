/*
 * buf - bytes that grow, up to a limit that must be named at the start.
 *
 * The first failure (memory or limit) empties the buf and sticks: later appends do nothing,
 * so that a writer may append many times and ask once, with buf_status(). The bytes are
 * always NUL-terminated behind size. Not thread-safe.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/error.h"
#include "base/str.h"

struct buf {
    char *data; /* NULL while nothing was appended */
    size_t size;
    size_t capacity;
    size_t max_bytes;
    enum status status; /* OK, ERR_NOMEM or ERR_LIMIT */
};

/* Cannot fail; takes no memory yet. */
void buf_init(struct buf *buf, size_t max_bytes);
/* Each appends at the end and returns what buf_status() will say. */
enum status buf_append(struct buf *buf, const void *bytes, size_t n);
enum status buf_append_str(struct buf *buf, struct str s);
enum status buf_append_cstr(struct buf *buf, const char *text);
enum status buf_append_char(struct buf *buf, char c);
enum status buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Room for n more bytes without another allocation. */
enum status buf_reserve(struct buf *buf, size_t n);
/* What happened so far: OK, or the first failure. */
enum status buf_status(const struct buf *buf);
/* Fails buf when part has failed: for content that is put together in part first. */
void buf_inherit(struct buf *buf, const struct buf *part);
/* A view of the content, never NULL; dies with the next append. */
struct str buf_str(const struct buf *buf);
/* The content as C string, "" when empty. */
const char *buf_cstr(const struct buf *buf);
/* Empty again, failure forgotten, memory kept. */
void buf_clear(struct buf *buf);
void buf_free(struct buf *buf);

#endif
