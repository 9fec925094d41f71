#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

struct str str_from(const char *text)
{
    return text == NULL ? STR_NULL : (struct str){text, strlen(text)};
}

struct str str_from_n(const char *p, size_t n)
{
    return (struct str){p, n};
}

bool str_is_null(struct str s)
{
    return s.p == NULL;
}

bool str_is_empty(struct str s)
{
    return s.n == 0;
}

bool str_eq(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL) {
        return a.p == NULL && b.p == NULL;
    }
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL) {
        return a.p == NULL && b.p == NULL;
    }
    return a.n == b.n && str_compare_nocase(a, b) == 0;
}

bool str_is(struct str s, const char *text)
{
    return s.p != NULL && str_eq(s, str_from(text));
}

int str_compare(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL) {
        return (a.p != NULL) - (b.p != NULL);
    }
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0) {
        return order;
    }
    return (a.n > b.n) - (a.n < b.n);
}

int str_compare_nocase(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL) {
        return (a.p != NULL) - (b.p != NULL);
    }
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        int order = (int)lower(a.p[i]) - (int)lower(b.p[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts_with(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.p != NULL && s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool str_starts_with_nocase(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.p != NULL && s.n >= n && str_eq_nocase(str_sub(s, 0, n), str_from_n(prefix, n));
}

bool str_ends_with(struct str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.p != NULL && s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

size_t str_find(struct str s, char c)
{
    if (s.n == 0) {
        return SIZE_MAX;
    }
    const char *hit = memchr(s.p, c, s.n);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - s.p);
}

size_t str_find_last(struct str s, char c)
{
    for (size_t i = s.n; i > 0; i--) {
        if (s.p[i - 1] == c) {
            return i - 1;
        }
    }
    return SIZE_MAX;
}

bool str_contains(struct str s, const char *needle)
{
    size_t n = strlen(needle);
    if (n == 0) {
        return s.p != NULL;
    }
    for (size_t at = 0; at + n <= s.n; at++) {
        const char *hit = memchr(s.p + at, needle[0], s.n - n - at + 1);
        if (hit == NULL) {
            return false;
        }
        if (memcmp(hit, needle, n) == 0) {
            return true;
        }
        at = (size_t)(hit - s.p);
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_space(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (s.p == NULL) {
        return STR_NULL;
    }
    if (from > s.n) {
        from = s.n;
    }
    if (n > s.n - from) {
        n = s.n - from;
    }
    return (struct str){s.p + from, n};
}

bool str_to_u64(struct str s, uint64_t *out)
{
    uint64_t value = 0;
    if (s.n == 0) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool is_negative = s.n > 0 && s.p[0] == '-';
    uint64_t value;
    if (!str_to_u64(str_sub(s, is_negative ? 1 : 0, s.n), &value) ||
        value > (uint64_t)INT64_MAX + is_negative) {
        return false;
    }
    if (value > INT64_MAX) {
        *out = INT64_MIN;
    } else {
        *out = is_negative ? -(int64_t)value : (int64_t)value;
    }
    return true;
}

/* Length of the well-formed sequence at p (n bytes left), or 0; Unicode 15, table 3-7. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t len;
    if (p[0] < 0x80) {
        return 1;
    } else if (p[0] >= 0xC2 && p[0] <= 0xDF) {
        len = 2;
    } else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        len = 3;
        low = p[0] == 0xE0 ? 0xA0 : 0x80;
        high = p[0] == 0xED ? 0x9F : 0xBF;
    } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        len = 4;
        low = p[0] == 0xF0 ? 0x90 : 0x80;
        high = p[0] == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (n < len || p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if (p[i] < 0x80 || p[i] > 0xBF) {
            return 0;
        }
    }
    return len;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t at = 0; at < s.n;) {
        size_t len = utf8_length(p + at, s.n - at);
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

uint32_t str_next_codepoint(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t len = utf8_length(p, s.n - *at);
    switch (len) {
    case 1:
        *at += 1;
        return p[0];
    case 2:
        *at += 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
        *at += 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
        *at += 4;
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
               (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
    default:
        *at += 1;
        return 0xFFFD;
    }
}

size_t str_put_utf8(uint32_t cp, char out[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
        cp = 0xFFFD;
    }
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

uint64_t str_hash(struct str s)
{
    return XXH3_64bits(s.p != NULL ? s.p : "", s.n);
}

void str_hash_hex(struct str s, uint64_t seed, char out[STR_HASH_DIGITS + 1])
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(s.p != NULL ? s.p : "", s.n, seed);
    (void)snprintf(out, STR_HASH_DIGITS + 1, "%016" PRIx64 "%016" PRIx64, hash.high64,
                   hash.low64);
}

int str_qsort(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}
