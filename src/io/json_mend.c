#include "io/json_mend.h"

#include <stdbool.h>

#define REPLACEMENT "\\uFFFD"
/* What fits into 64 bits, and into a double, whatever stands around it. */
#define MAX_WHOLE_DIGITS 18
#define MAX_EXPONENT_DIGITS 2

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The code unit of "\uXXXX" at `at`; -1 when there is none. */
static int32_t unit_at(struct str text, size_t at)
{
    int32_t unit = 0;
    if (text.n < 6 || at > text.n - 6 || text.p[at] != '\\' || text.p[at + 1] != 'u') {
        return -1;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        char c = text.p[i];
        char lower = (char)(c | 0x20);
        if (!is_digit(c) && (lower < 'a' || lower > 'f')) {
            return -1;
        }
        unit = unit * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return unit;
}

/* What stands behind a backslash, and the backslash; returns where it ends. */
static size_t mend_escape(struct str text, size_t at, struct buf *out)
{
    int32_t unit = unit_at(text, at);
    size_t n = unit >= 0 ? 6 : 2;
    bool is_high = unit >= 0xD800 && unit <= 0xDBFF;
    bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (is_high) {
        int32_t other = unit_at(text, at + 6);
        is_high = other < 0xDC00 || other > 0xDFFF;
        n = is_high ? 6 : 12;
    }
    if (is_high || is_low || unit == 0) {
        (void)buf_append_cstr(out, REPLACEMENT);
    } else {
        (void)buf_append_str(out, str_sub(text, at, n));
    }
    return at + n;
}

/* From behind the opening quote to behind the closing one. */
static size_t mend_string(struct str text, size_t at, struct buf *out)
{
    while (at < text.n && text.p[at] != '"') {
        unsigned char c = (unsigned char)text.p[at];
        size_t next = at;
        if (c == '\\') {
            at = mend_escape(text, at, out);
        } else if (c < ' ') {
            (void)buf_printf(out, "\\u%04x", c == 0 ? 0xFFFD : c);
            at++;
        } else {
            (void)str_next_codepoint(text, &next);
            if (str_is_utf8(str_sub(text, at, next - at))) {
                (void)buf_append_str(out, str_sub(text, at, next - at));
            } else {
                (void)buf_append_cstr(out, REPLACEMENT);
            }
            at = next;
        }
    }
    if (at < text.n) {
        (void)buf_append_char(out, '"');
        at++;
    }
    return at;
}

static size_t mend_number(struct str text, size_t start, struct buf *out)
{
    size_t at = start + (text.p[start] == '-');
    size_t whole = at;
    while (at < text.n && is_digit(text.p[at])) {
        at++;
    }
    bool is_too_big = at - whole > MAX_WHOLE_DIGITS;
    while (at < text.n && (is_digit(text.p[at]) || text.p[at] == '.')) {
        at++;
    }
    if (at < text.n && (text.p[at] | 0x20) == 'e') {
        at++;
        at += at < text.n && (text.p[at] == '+' || text.p[at] == '-');
        size_t exponent = at;
        while (at < text.n && is_digit(text.p[at])) {
            at++;
        }
        is_too_big = is_too_big || at - exponent > MAX_EXPONENT_DIGITS;
    }
    (void)buf_append_str(out, is_too_big ? STR("null") : str_sub(text, start, at - start));
    return at;
}

enum status json_mend(struct str text, struct buf *out)
{
    size_t at = 0;
    while (at < text.n && buf_status(out) == OK) {
        char c = text.p[at];
        if (c == '"') {
            (void)buf_append_char(out, c);
            at = mend_string(text, at + 1, out);
        } else if (c == '-' || is_digit(c)) {
            at = mend_number(text, at, out);
        } else {
            (void)buf_append_char(out, c);
            at++;
        }
    }
    return buf_status(out);
}
