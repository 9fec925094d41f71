#include "io/http_url.h"

#include <stdbool.h>

enum status http_url_escape(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t start = 0; /* of what goes as it is */
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_unreserved = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                             (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
                             c == '~';
        if (!is_unreserved) {
            const char escape[] = {'%', hex[c >> 4], hex[c & 15]};
            (void)buf_append(out, s.p + start, i - start);
            (void)buf_append(out, escape, sizeof(escape));
            start = i + 1;
        }
    }
    (void)buf_append(out, s.p + start, s.n - start);
    return buf_status(out);
}
