#include "io/http_url.h"

#include <stdbool.h>

enum status http_url_escape(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool is_unreserved = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                             (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
                             c == '~';
        if (is_unreserved) {
            (void)buf_append_char(out, (char)c);
        } else {
            (void)buf_append_char(out, '%');
            (void)buf_append_char(out, hex[c >> 4]);
            (void)buf_append_char(out, hex[c & 15]);
        }
    }
    return buf_status(out);
}
