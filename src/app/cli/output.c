#include "app/cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool reader_left;

static enum status write_failed(struct error *err)
{
    int cause = errno;
    if (cause == EPIPE) {
        reader_left = true;
        return error_set(err, ERR_CANCELLED, "nobody reads the output any more");
    }
    return error_set(err, ERR_IO, "cannot write to standard output: %s", strerror(cause));
}

enum status output_write(struct str text, struct error *err)
{
    if (text.n > 0 && fwrite(text.p, 1, text.n, stdout) != text.n) {
        return write_failed(err);
    }
    return OK;
}

enum status output_buf(const struct buf *buf, struct error *err)
{
    if (buf_status(buf) == ERR_NOMEM) {
        return error_nomem(err);
    }
    if (buf_status(buf) != OK) {
        return error_set(err, ERR_LIMIT, "one piece of output would be larger than %zu bytes",
                         buf->max_bytes);
    }
    return output_write(buf_str(buf), err);
}

enum status output_flush(struct error *err)
{
    return fflush(stdout) == 0 ? OK : write_failed(err);
}

bool output_reader_left(void)
{
    return reader_left;
}
