#include "base/text.h"

#include <string.h>

static bool is_bidi_control(uint32_t cp)
{
    return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029 ||
           is_bidi_control(cp);
}

static void put_escape(struct buf *out, uint32_t cp)
{
    switch (cp) {
    case '\n':
        (void)buf_append_cstr(out, "\\n");
        break;
    case '\r':
        (void)buf_append_cstr(out, "\\r");
        break;
    case '\t':
        (void)buf_append_cstr(out, "\\t");
        break;
    default:
        (void)buf_printf(out, cp < 0x100 ? "\\x%02x" : "\\u%04x", cp);
    }
}

void text_escape_terminal(struct buf *out, struct str s)
{
    size_t start = 0;
    size_t at = 0;
    while (at < s.n) {
        unsigned char c = (unsigned char)s.p[at];
        size_t next = at + 1;
        if (c >= 0x20 && c < 0x7F) {
            at = next;
            continue;
        }
        next = at;
        uint32_t cp = str_next_codepoint(s, &next);
        bool is_broken = cp == 0xFFFD && next - at == 1;
        if (is_broken || is_control(cp)) {
            (void)buf_append(out, s.p + start, at - start);
            put_escape(out, is_broken ? c : cp);
            start = next;
        }
        at = next;
    }
    if (s.n > start) {
        (void)buf_append(out, s.p + start, s.n - start);
    }
}

void text_escape_csv(struct buf *out, struct str s)
{
    bool is_formula = s.n > 0 && memchr("=+-@\t\r", s.p[0], 6) != NULL;
    bool needs_quotes = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        needs_quotes = needs_quotes || c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (needs_quotes) {
        (void)buf_append_char(out, '"');
    }
    if (is_formula) {
        (void)buf_append_char(out, '\'');
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            (void)buf_append_char(out, '"');
        }
        (void)buf_append_char(out, s.p[i]);
    }
    if (needs_quotes) {
        (void)buf_append_char(out, '"');
    }
}

static size_t codepoint_width(uint32_t cp)
{
    if (cp < 0x7F) {
        return 1;
    }
    if ((cp >= 0x300 && cp <= 0x36F) || cp == 0x200B || cp == 0x200D ||
        (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0x20D0 && cp <= 0x20FF)) {
        return 0;
    }
    bool is_wide = (cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) ||
                   (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
                   (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
                   (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1FAFF) ||
                   (cp >= 0x20000 && cp <= 0x3FFFD);
    return is_wide ? 2 : 1;
}

size_t text_width(struct str s)
{
    size_t width = 0;
    for (size_t at = 0; at < s.n;) {
        size_t from = at;
        uint32_t cp = str_next_codepoint(s, &at);
        if (cp == 0xFFFD && at - from == 1) {
            width += 4;
        } else if (is_control(cp)) {
            width += cp == '\n' || cp == '\r' || cp == '\t' ? 2 : cp < 0x100 ? 4 : 6;
        } else {
            width += codepoint_width(cp);
        }
    }
    return width;
}

#define DISTANCE_MAX 64

size_t text_distance(struct str a, struct str b, size_t limit)
{
    size_t row[DISTANCE_MAX + 1];
    if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX) {
        return str_eq_nocase(a, b) ? 0 : SIZE_MAX;
    }
    for (size_t j = 0; j <= b.n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t above = row[j];
            bool is_same = str_eq_nocase(str_sub(a, i - 1, 1), str_sub(b, j - 1, 1));
            size_t best = diagonal + (is_same ? 0 : 1);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[b.n] <= limit ? row[b.n] : SIZE_MAX;
}
