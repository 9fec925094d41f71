#include "domain/hex_url.h"

#include <string.h>

#define BASE62_DIGITS 22

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* The last 22 letters, behind the title and a dash, or alone. */
static bool read_base62(struct str text, uint8_t bytes[UUID_BYTES])
{
    size_t start = text.n - BASE62_DIGITS;
    if (text.n < BASE62_DIGITS || (start > 0 && text.p[start - 1] != '-')) {
        return false;
    }
    for (size_t i = start; i < text.n; i++) {
        const char *digit = memchr(base62, text.p[i], sizeof(base62) - 1);
        if (digit == NULL) {
            return false;
        }
        unsigned carry = (unsigned)(digit - base62);
        for (size_t at = UUID_BYTES; at-- > 0;) {
            carry += bytes[at] * 62U;
            bytes[at] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry > 0) {
            return false; /* more than 128 bits */
        }
    }
    return true;
}

static bool read_id(struct str text, char out[UUID_TEXT_BYTES])
{
    uint8_t bytes[UUID_BYTES] = {0};
    uint8_t number[UUID_BYTES] = {0};
    bool is_uuid = uuid_read(text, bytes);
    if (!is_uuid && !read_base62(text, number)) {
        return false;
    }
    uuid_write(is_uuid ? bytes : number, out);
    return true;
}

/* What follows up to a slash; *rest loses it and the slash. */
static struct str next_segment(struct str *rest)
{
    size_t slash = str_find(*rest, '/');
    struct str segment = str_sub(*rest, 0, slash);
    *rest = slash == SIZE_MAX ? STR("") : str_sub(*rest, slash + 1, SIZE_MAX);
    return segment;
}

static struct str find_cell(struct str query)
{
    while (query.n > 0) {
        size_t end = str_find(query, '&');
        struct str pair = str_sub(query, 0, end);
        struct str value = str_sub(pair, sizeof("selectedCellId=") - 1, SIZE_MAX);
        if (str_starts_with(pair, "selectedCellId=") && value.n > 0) {
            return value;
        }
        query = end == SIZE_MAX ? STR("") : str_sub(query, end + 1, SIZE_MAX);
    }
    return STR_NULL;
}

bool hex_url_parse(struct str url, struct hex_url *out)
{
    bool is_https = str_starts_with_nocase(url, "https://");
    if (!is_https && !str_starts_with_nocase(url, "http://")) {
        return false;
    }
    url = str_sub(url, is_https ? sizeof("https://") - 1 : sizeof("http://") - 1, SIZE_MAX);
    url = str_sub(url, 0, str_find(url, '#'));
    size_t question = str_find(url, '?');
    struct str rest = str_sub(url, 0, question);
    *out = (struct hex_url){.cell = question == SIZE_MAX
                                        ? STR_NULL
                                        : find_cell(str_sub(url, question + 1, SIZE_MAX))};
    (void)next_segment(&rest); /* the host */
    while (rest.n > 0) {
        struct str kind = next_segment(&rest);
        if (str_is(kind, "hex") || str_is(kind, "app")) {
            return read_id(next_segment(&rest), out->project);
        }
    }
    return false;
}
