/* Sets, and the classes \d \w \s that they may hold. */
#include "domain/pattern_translate.h"
#include "domain/pattern_unicode.h"

/* Spelled out, since PCRE2's own \w and \s are wider, and not the same in all its versions. */
#define SPACES                                                                                 \
    "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}"          \
    "\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
#define NO_SPACES                                                                              \
    "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}"               \
    "\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}"             \
    "\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}"
/* All general categories but letters and numbers; of the connectors all but "_". */
#define NO_WORD                                                                                \
    "\\p{C}\\p{M}\\p{S}\\p{Z}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\x{203f}\\x{2040}"     \
    "\\x{2054}\\x{fe33}\\x{fe34}\\x{fe4d}-\\x{fe4f}\\x{ff3f}"
#define LAST "\\x{10ffff}"

const char *translator_class(const struct translator *t, char letter)
{
    static const struct {
        char letter;
        const char *unicode;
        const char *ascii;
    } classes[] = {
        {'d', "\\p{Nd}", "0-9"},
        {'D', "\\P{Nd}", "\\x{0}-\\x{2f}\\x{3a}-" LAST},
        {'w', "\\p{L}\\p{N}_", "0-9A-Za-z_"},
        {'W', NO_WORD, "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-" LAST},
        {'s', SPACES, "\\x{9}-\\x{d}\\x{20}"},
        {'S', NO_SPACES, "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-" LAST},
    };
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i].letter == letter) {
            return t->flags.is_ascii ? classes[i].ascii : classes[i].unicode;
        }
    }
    return NULL;
}

static void put_span(struct translator *t, uint32_t low, uint32_t high)
{
    (void)buf_printf(t->out, low == high ? "\\x{%x}" : "\\x{%x}-\\x{%x}", low, high);
}

/* The part of low-high that lies in first-last, moved by `distance`. */
static void put_moved(struct translator *t, uint32_t low, uint32_t high, char first, char last,
                      int distance)
{
    uint32_t from = low > (uint32_t)first ? low : (uint32_t)first;
    uint32_t to = high < (uint32_t)last ? high : (uint32_t)last;
    if (from <= to) {
        put_span(t, (uint32_t)((int)from + distance), (uint32_t)((int)to + distance));
    }
}

/* What low-high holds besides itself, when case is ignored and PCRE2 does not know it. */
static void put_other_cases(struct translator *t, uint32_t low, uint32_t high)
{
    if (!t->flags.is_caseless) {
        return;
    }
    if (t->flags.is_ascii) {
        put_moved(t, low, high, 'A', 'Z', 'a' - 'A');
        put_moved(t, low, high, 'a', 'z', 'A' - 'a');
        return;
    }
    for (uint32_t letter = pattern_next_alike(low); letter != 0 && letter <= high;
         letter = pattern_next_alike(letter + 1)) {
        const uint32_t *alike = pattern_alike(letter);
        for (size_t i = 0; i < PATTERN_MAX_ALIKE && alike[i] != 0; i++) {
            put_span(t, alike[i], alike[i]);
        }
    }
    if (high > 0xFFFF && low > 0x149 && low <= 0x2BC) {
        /* Python looks at the first of the two capitals of U+0149, which is U+02BC. */
        put_span(t, 0x149, 0x149);
    }
}

static enum status put_range(struct translator *t, size_t at, uint32_t low, uint32_t high)
{
    bool is_caseless = t->flags.is_caseless;
    if (is_caseless && low == high && pattern_is_far_capital(low)) {
        return translator_fail(t, at,
                               "capital letters beyond U+FFFF are not supported here; write "
                               "the small letter");
    }
    if (is_caseless && t->flags.is_ascii && low != high && high > 0xFFFF) {
        return translator_fail(t, at,
                               "under (?a), ranges beyond U+FFFF are not supported here");
    }
    put_span(t, low, high);
    put_other_cases(t, low, high);
    return OK;
}

/* One end of a range or one member: a character, or a class (then *letter is set). */
static enum status read_member(struct translator *t, uint32_t *cp, char *letter)
{
    size_t start = t->at;
    *letter = '\0';
    if (translator_peek(t) != '\\') {
        *cp = str_next_codepoint(t->text, &t->at);
        return OK;
    }
    t->at++;
    char c = translator_peek(t);
    if (translator_class(t, c) != NULL) {
        *letter = c;
        t->at++;
        return OK;
    }
    if (c == 'b') {
        t->at++;
        *cp = '\b';
        return OK;
    }
    bool is_known;
    enum status status = translator_read_character(t, start, true, cp, &is_known);
    if (status != OK || is_known) {
        return status;
    }
    if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
        return translator_fail(t, start, "bad escape \\%c in a character set", c);
    }
    *cp = str_next_codepoint(t->text, &t->at);
    return OK;
}

static enum status read_range(struct translator *t, size_t start, size_t member, uint32_t low,
                              char low_letter)
{
    uint32_t high = 0;
    char high_letter = 0;
    t->at++; /* - */
    if (!translator_has_more(t)) {
        return translator_fail(t, start, "unterminated character set");
    }
    enum status status = read_member(t, &high, &high_letter);
    if (status != OK) {
        return status;
    }
    if (low_letter != '\0' || high_letter != '\0' || high < low) {
        return translator_fail(t, member, "bad character range");
    }
    return put_range(t, member, low, high);
}

static enum status read_members(struct translator *t, size_t start)
{
    for (bool is_first = true;; is_first = false) {
        uint32_t cp = 0;
        char letter;
        size_t member = t->at;
        if (!translator_has_more(t)) {
            return translator_fail(t, start, "unterminated character set");
        }
        if (!is_first && translator_take(t, "]")) {
            return OK;
        }
        enum status status = read_member(t, &cp, &letter);
        if (status != OK) {
            return status;
        }
        bool is_last = t->at + 1 < t->text.n && t->text.p[t->at + 1] == ']';
        if (translator_peek(t) == '-' && !is_last) {
            status = read_range(t, start, member, cp, letter);
        } else if (letter != '\0') {
            translator_put(t, translator_class(t, letter));
        } else {
            status = put_range(t, member, cp, cp);
        }
        if (status != OK) {
            return status;
        }
    }
}

enum status translator_read_set(struct translator *t, struct width *width)
{
    size_t start = t->at;
    bool is_spelled_out = t->flags.is_caseless && t->flags.is_ascii;
    t->at++; /* [ */
    translator_put(t, is_spelled_out ? "(?-i:[" : "[");
    translator_put(t, translator_take(t, "^") ? "^" : "");
    enum status status = read_members(t, start);
    translator_put(t, is_spelled_out ? "])" : "]");
    *width = (struct width){1, 1};
    return status;
}
