#include "domain/hex_url.h"

#include <stdio.h>
#include <string.h>

#define UUID_BYTES 16
#define UUID_LETTERS 36
#define BASE62_DIGITS 22

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool read_uuid(struct str text, uint8_t bytes[UUID_BYTES])
{
    size_t digits = 0;
    if (text.n != UUID_LETTERS) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        int digit = hex_digit(text.p[i]);
        if (is_dash ? text.p[i] != '-' : digit < 0) {
            return false;
        }
        if (!is_dash) {
            bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | digit);
            digits++;
        }
    }
    return true;
}

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

static void write_uuid(const uint8_t bytes[UUID_BYTES], char out[HEX_URL_ID_BYTES])
{
    size_t at = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;
        at += (size_t)snprintf(out + at, HEX_URL_ID_BYTES - at, "%s%02x", has_dash ? "-" : "",
                               bytes[i]);
    }
}

static bool read_id(struct str text, char out[HEX_URL_ID_BYTES])
{
    uint8_t bytes[UUID_BYTES] = {0};
    uint8_t number[UUID_BYTES] = {0};
    bool is_uuid = read_uuid(text, bytes);
    if (!is_uuid && !read_base62(text, number)) {
        return false;
    }
    write_uuid(is_uuid ? bytes : number, out);
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
