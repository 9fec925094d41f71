#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max_bytes = max_bytes};
}

static enum status fail(struct buf *buf, enum status status)
{
    free(buf->data);
    buf->data = NULL;
    buf->size = 0;
    buf->capacity = 0;
    buf->status = status;
    return status;
}

enum status buf_reserve(struct buf *buf, size_t n)
{
    if (buf->status != OK) {
        return buf->status;
    }
    if (n > buf->max_bytes || buf->size > buf->max_bytes - n) {
        return fail(buf, ERR_LIMIT);
    }
    if (n > PTRDIFF_MAX - 1 - buf->size) {
        return fail(buf, ERR_NOMEM); /* more than any allocation can be */
    }
    size_t need = buf->size + n + 1;
    if (need <= buf->capacity) {
        return OK;
    }
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity * 2;
    capacity = capacity < need ? need : capacity;
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        return fail(buf, ERR_NOMEM);
    }
    buf->data = data;
    buf->capacity = capacity;
    return OK;
}

enum status buf_append(struct buf *buf, const void *bytes, size_t n)
{
    enum status status = buf_reserve(buf, n);
    if (status != OK) {
        return status;
    }
    if (n > 0) {
        memcpy(buf->data + buf->size, bytes, n);
    }
    buf->size += n;
    buf->data[buf->size] = '\0';
    return OK;
}

enum status buf_append_str(struct buf *buf, struct str s)
{
    return buf_append(buf, s.p, s.n);
}

enum status buf_append_cstr(struct buf *buf, const char *text)
{
    return buf_append(buf, text, strlen(text));
}

enum status buf_append_char(struct buf *buf, char c)
{
    return buf_append(buf, &c, 1);
}

enum status buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        return fail(buf, ERR_BUG);
    }
    enum status status = buf_reserve(buf, (size_t)n);
    if (status != OK) {
        return status;
    }
    va_start(args, format);
    (void)vsnprintf(buf->data + buf->size, (size_t)n + 1, format, args);
    va_end(args);
    buf->size += (size_t)n;
    return OK;
}

enum status buf_status(const struct buf *buf)
{
    return buf->status;
}

void buf_inherit(struct buf *buf, const struct buf *part)
{
    if (buf->status == OK && part->status != OK) {
        (void)fail(buf, part->status);
    }
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->data != NULL ? buf->data : "", buf->size};
}

const char *buf_cstr(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    buf->status = OK;
    if (buf->data != NULL) {
        buf->data[0] = '\0';
    }
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    buf_init(buf, buf->max_bytes);
}
