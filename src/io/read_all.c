#include "io/read_all.h"

#include <errno.h>
#include <unistd.h>

enum status read_all(int fd, struct buf *out)
{
    char block[16 * 1024];
    for (;;) {
        ssize_t n = read(fd, block, sizeof(block));
        if (n == 0) {
            return buf_status(out);
        }
        if (n < 0 && errno != EINTR) {
            return ERR_IO;
        }
        if (n > 0 && buf_append(out, block, (size_t)n) != OK) {
            return buf_status(out);
        }
    }
}
