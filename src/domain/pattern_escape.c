/* What begins with a backslash, and characters that mean themselves. */
#include "domain/pattern_translate.h"
#include "domain/pattern_unicode.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

static void put_plain(struct translator *t, uint32_t cp)
{
    char bytes[4];
    bool is_surrogate = cp >= 0xD800 && cp < 0xE000;
    if (cp < 0x20 || cp == 0x7F || is_surrogate) {
        (void)buf_printf(t->out, "\\x{%x}", cp);
        return;
    }
    bool is_special = cp < 0x80 && strchr("\\^$.[]|()?*+{}-#&~/ ", (int)cp) != NULL;
    if (is_special) {
        (void)buf_append_char(t->out, '\\');
    }
    (void)buf_append(t->out, bytes, str_put_utf8(cp, bytes));
}

/* Under (?a) only ASCII letters have two cases; U+017F and U+212A are no s and k. */
static void put_ascii(struct translator *t, uint32_t cp)
{
    char lower = (char)(cp < 0x80 ? cp | 0x20 : 0);
    if (lower == 'k' || lower == 's') {
        (void)buf_printf(t->out, "(?-i:[%c%c])", lower - 0x20, lower);
    } else if (cp >= 0x80) {
        translator_put(t, "(?-i:");
        put_plain(t, cp);
        translator_put(t, ")");
    } else {
        put_plain(t, cp);
    }
}

enum status translator_put_literal(struct translator *t, size_t at, uint32_t cp)
{
    if (!t->flags.is_caseless) {
        put_plain(t, cp);
        return OK;
    }
    if (t->flags.is_ascii) {
        put_ascii(t, cp);
        return OK;
    }
    if (pattern_is_far_capital(cp)) {
        return translator_fail(t, at,
                               "capital letters beyond U+FFFF are not supported here; write "
                               "the small letter");
    }
    const uint32_t *alike = pattern_alike(cp);
    if (alike == NULL) {
        put_plain(t, cp);
        return OK;
    }
    translator_put(t, "[");
    for (size_t i = 0; i < PATTERN_MAX_ALIKE && alike[i] != 0; i++) {
        (void)buf_printf(t->out, "\\x{%x}", alike[i]);
    }
    translator_put(t, "]");
    return OK;
}

static enum status read_hex(struct translator *t, size_t start, unsigned digits, uint32_t *cp)
{
    *cp = 0;
    for (unsigned i = 0; i < digits; i++) {
        int value = hex_value(translator_peek(t));
        if (value < 0) {
            return translator_fail(t, start, "incomplete escape");
        }
        *cp = *cp * 16 + (uint32_t)value;
        t->at++;
    }
    return *cp > 0x10FFFF ? translator_fail(t, start, "bad escape: no such character") : OK;
}

static enum status read_octal(struct translator *t, size_t start, uint32_t *cp)
{
    *cp = 0;
    for (unsigned i = 0; i < 3 && is_octal(translator_peek(t)); i++) {
        *cp = *cp * 8 + (uint32_t)(translator_peek(t) - '0');
        t->at++;
    }
    if (*cp > 0377) {
        return translator_fail(t, start, "octal escape value outside of range 0-0o377");
    }
    return OK;
}

enum status translator_read_character(struct translator *t, size_t start, bool is_in_set,
                                      uint32_t *cp, bool *is_known)
{
    static const char names[] = "afnrtv";
    static const char values[] = "\a\f\n\r\t\v";
    char c = translator_peek(t);
    const char *simple = c != '\0' ? strchr(names, c) : NULL;
    *is_known = true;
    if (simple != NULL) {
        t->at++;
        *cp = (unsigned char)values[simple - names];
        return OK;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        t->at++;
        return read_hex(t, start, c == 'x' ? 2 : c == 'u' ? 4 : 8, cp);
    }
    if (c == 'N') {
        return translator_fail(t, start,
                               "characters by name (\\N{...}) are not supported here; write "
                               "the character");
    }
    bool has_three = t->text.n - t->at >= 3 && is_octal(c) && is_octal(t->text.p[t->at + 1]) &&
                     is_octal(t->text.p[t->at + 2]);
    if (c == '0' || has_three || (is_in_set && is_octal(c))) {
        return read_octal(t, start, cp);
    }
    *is_known = false;
    return OK;
}

enum status translator_put_reference(struct translator *t, size_t start, size_t number,
                                     struct width *width)
{
    if (number == 0 || number >= t->group_count) {
        return translator_fail(t, start, "invalid group reference");
    }
    if (!t->groups[number].is_closed) {
        return translator_fail(t, start, "cannot refer to an open group");
    }
    if (t->behind_from != 0 && number >= t->behind_from) {
        return translator_fail(t, start,
                               "cannot refer to group defined in the same look-behind");
    }
    if (t->flags.is_caseless) {
        enum pattern_references kind =
            t->flags.is_ascii ? PATTERN_REFERENCES_ASCII : PATTERN_REFERENCES_UNICODE;
        t->references = t->references > kind ? t->references : kind;
    }
    (void)buf_printf(t->out, "\\g{%zu}", number);
    *width = t->groups[number].width;
    return OK;
}

/* \b and \B, spelled out like \w. Nothing is a border of nothing, nor is it inside. */
static void put_border(struct translator *t, bool is_border)
{
    const char *word = translator_class(t, 'w');
    const char *flags = t->flags.is_ascii ? "-i" : "";
    const char *start = is_border ? "" : "(?!\\A\\z)(?!";
    const char *end = is_border ? "" : ")";
    (void)buf_printf(t->out, "(?%s:%s(?<=[%s])(?![%s])|(?<![%s])(?=[%s])%s)", flags, start,
                     word, word, word, word, end);
}

static void put_anchor(struct translator *t, char letter)
{
    if (letter == 'A') {
        translator_put(t, "\\A");
    } else if (letter == 'Z') {
        translator_put(t, "\\z");
    } else {
        put_border(t, letter == 'b');
    }
}

static void put_class(struct translator *t, char letter)
{
    (void)buf_printf(t->out, t->flags.is_ascii ? "(?-i:[%s])" : "[%s]",
                     translator_class(t, letter));
}

/* \1 to \99: there are no references with three digits. */
static enum status read_reference(struct translator *t, size_t start, struct width *width)
{
    size_t number = 0;
    for (int i = 0; i < 2 && is_digit(translator_peek(t)); i++) {
        number = number * 10 + (size_t)(translator_peek(t) - '0');
        t->at++;
    }
    return translator_put_reference(t, start, number, width);
}

enum status translator_read_escape(struct translator *t, struct width *width, bool *is_anchor)
{
    size_t start = t->at;
    uint32_t cp = 0;
    bool is_known;
    t->at++; /* \ */
    char c = translator_peek(t);
    *width = (struct width){1, 1};
    if (translator_class(t, c) != NULL) {
        t->at++;
        put_class(t, c);
        return OK;
    }
    if (c == 'A' || c == 'b' || c == 'B' || c == 'Z') {
        t->at++;
        put_anchor(t, c);
        *width = (struct width){0, 0};
        *is_anchor = true;
        return OK;
    }
    enum status status = translator_read_character(t, start, false, &cp, &is_known);
    if (status != OK) {
        return status;
    }
    if (is_known) {
        return translator_put_literal(t, start, cp);
    }
    if (is_digit(c)) {
        return read_reference(t, start, width);
    }
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
        return translator_fail(t, start, "bad escape \\%c: Python's re does not know it", c);
    }
    return translator_put_literal(t, start, str_next_codepoint(t->text, &t->at));
}
