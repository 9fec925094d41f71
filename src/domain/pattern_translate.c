/*
 * The translator from Python's re syntax (Lib/re/_parser.py's grammar as its documentation
 * gives it) to PCRE2's: a recursive descent that writes while it reads and knows the width of
 * what it wrote, for look-behinds.
 */
#include "domain/pattern.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NESTING 100
#define MAX_GROUPS 1000
#define MAX_REPEAT 65535
#define MAX_WIDTH 1000000

struct width {
    uint32_t min;
    uint32_t max;
};

struct group {
    struct str name; /* STR_NULL: numbered only */
    bool is_closed;
    struct width width;
};

struct translator {
    struct str text;
    size_t at;
    struct buf *out;
    struct error *err;
    unsigned nesting;
    bool is_ascii;      /* (?a): \w \d \s are ASCII */
    bool is_verbose;    /* (?x) */
    bool has_items;     /* something was matched for already: no more global flags */
    size_t behind_from; /* first group of the look-behind that we are in, 0: in none */
    struct group groups[MAX_GROUPS];
    size_t group_count; /* groups[0] is the whole match */
};

static enum status fail(struct translator *t, size_t at, const char *what)
{
    size_t characters = 0;
    for (size_t i = 0; i < at && i < t->text.n; characters++) {
        (void)str_next_codepoint(t->text, &i);
    }
    error_where(t->err, "at offset %zu", characters);
    return error_set(t->err, ERR_CONFIG, "%s", what);
}

static bool has_more(const struct translator *t)
{
    return t->at < t->text.n;
}

static char peek(const struct translator *t)
{
    return has_more(t) ? t->text.p[t->at] : '\0';
}

static bool take(struct translator *t, const char *literal)
{
    size_t n = strlen(literal);
    if (t->text.n - t->at >= n && memcmp(t->text.p + t->at, literal, n) == 0) {
        t->at += n;
        return true;
    }
    return false;
}

static struct width add_width(struct width a, struct width b)
{
    struct width sum = {a.min + b.min, a.max + b.max};
    sum.min = sum.min > MAX_WIDTH ? MAX_WIDTH : sum.min;
    sum.max = sum.max > MAX_WIDTH ? MAX_WIDTH : sum.max;
    return sum;
}

static struct width repeat_width(struct width w, uint64_t min, uint64_t max)
{
    uint64_t low = w.min * min;
    uint64_t high = w.max * max;
    return (struct width){(uint32_t)(low > MAX_WIDTH ? MAX_WIDTH : low),
                          (uint32_t)(high > MAX_WIDTH ? MAX_WIDTH : high)};
}

static void put(struct translator *t, const char *text)
{
    (void)buf_append_cstr(t->out, text);
}

/* One character that means itself. */
static void put_literal(struct translator *t, uint32_t cp)
{
    char bytes[4];
    if (cp < 0x20 || cp == 0x7F) {
        (void)buf_printf(t->out, "\\x{%x}", cp);
        return;
    }
    bool is_special = cp < 0x80 && strchr("\\^$.[]|()?*+{}-#&~/ ", (int)cp) != NULL;
    if (is_special) {
        (void)buf_append_char(t->out, '\\');
    }
    (void)buf_append(t->out, bytes, str_put_utf8(cp, bytes));
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* ---- escapes that both sets and patterns know ---- */

static enum status read_hex(struct translator *t, size_t start, unsigned digits, uint32_t *cp)
{
    *cp = 0;
    for (unsigned i = 0; i < digits; i++) {
        int value = hex_value(peek(t));
        if (value < 0) {
            return fail(t, start, "incomplete escape");
        }
        *cp = *cp * 16 + (uint32_t)value;
        t->at++;
    }
    return *cp > 0x10FFFF ? fail(t, start, "bad escape: no such character") : OK;
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* The character of \n, \x41, \u00e9, \0, \12...; *is_known false: another kind of escape. */
static enum status read_character_escape(struct translator *t, size_t start, bool is_in_set,
                                         uint32_t *cp, bool *is_known)
{
    static const char names[] = "afnrtv";
    static const char values[] = "\a\f\n\r\t\v";
    char c = peek(t);
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
    if (c == 'N' && t->at + 1 < t->text.n && t->text.p[t->at + 1] == '{') {
        return fail(t, start, "characters by name (\\N{...}) are not supported here");
    }
    bool is_octal_escape = c == '0' || (is_in_set && is_octal(c)) ||
                           (t->text.n - t->at >= 3 && is_octal(c) &&
                            is_octal(t->text.p[t->at + 1]) && is_octal(t->text.p[t->at + 2]));
    if (is_octal_escape) {
        *cp = 0;
        for (unsigned i = 0; i < 3 && is_octal(peek(t)); i++) {
            *cp = *cp * 8 + (uint32_t)(peek(t) - '0');
            t->at++;
        }
        return *cp > 0377 ? fail(t, start, "octal escape value outside of range 0-0o377") : OK;
    }
    *is_known = false;
    return OK;
}

/* What \d \w \s and their opposites stand for; NULL for other letters. For inside a set. */
static const char *class_body(const struct translator *t, char letter)
{
    switch (letter) {
    case 'd':
    case 'D':
        return t->is_ascii ? "0-9" : "\\d";
    case 'w':
    case 'W':
        return t->is_ascii ? "0-9A-Za-z_" : "\\w";
    case 's':
    case 'S':
        /* Python counts the four information separators as white space. */
        return t->is_ascii ? " \\t\\n\\r\\f\\x{b}" : "\\s\\x{1c}-\\x{1f}";
    default:
        return NULL;
    }
}

static bool is_negative_class(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

/* ---- sets ---- */

struct set {
    bool is_negated;
    bool has_items;       /* in `items` */
    struct buf items;     /* what goes between [ and ] */
    struct buf negatives; /* "|[^...]" for each \D \W \S: PCRE2 has no union with these */
};

static bool needs_union(const struct translator *t, char letter)
{
    return is_negative_class(letter) && (t->is_ascii || letter == 'S');
}

static void add_class(struct translator *t, struct set *set, char letter)
{
    if (needs_union(t, letter)) {
        (void)buf_printf(&set->negatives, "|[^%s]", class_body(t, letter));
    } else {
        if (is_negative_class(letter)) {
            (void)buf_printf(&set->items, "\\%c", letter);
        } else {
            (void)buf_append_cstr(&set->items, class_body(t, letter));
        }
        set->has_items = true;
    }
}

/* One end of a range or one member: a character, or a class (then *letter is set). */
static enum status read_set_member(struct translator *t, uint32_t *cp, char *letter)
{
    size_t start = t->at;
    *letter = '\0';
    if (peek(t) != '\\') {
        *cp = str_next_codepoint(t->text, &t->at);
        return OK;
    }
    t->at++;
    if (!has_more(t)) {
        return fail(t, start, "bad escape (end of pattern)");
    }
    char c = peek(t);
    if (class_body(t, c) != NULL) {
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
    enum status status = read_character_escape(t, start, true, cp, &is_known);
    if (status != OK || is_known) {
        return status;
    }
    if (is_letter_or_digit(c)) {
        return fail(t, start, "bad escape in a character set");
    }
    *cp = str_next_codepoint(t->text, &t->at);
    return OK;
}

static void put_set_character(struct set *set, uint32_t cp)
{
    (void)buf_printf(&set->items, "\\x{%x}", cp);
    set->has_items = true;
}

static enum status read_set_items(struct translator *t, size_t start, struct set *set)
{
    bool is_first = true;
    for (;; is_first = false) {
        uint32_t low = 0;
        uint32_t high = 0;
        char letter;
        size_t member = t->at;
        if (!has_more(t)) {
            return fail(t, start, "unterminated character set");
        }
        if (!is_first && take(t, "]")) {
            return OK;
        }
        enum status status = read_set_member(t, &low, &letter);
        if (status != OK) {
            return status;
        }
        bool is_range = peek(t) == '-' && t->at + 1 < t->text.n && t->text.p[t->at + 1] != ']';
        if (peek(t) == '-' && t->at + 1 == t->text.n) {
            return fail(t, start, "unterminated character set");
        }
        if (!is_range) {
            if (letter != '\0') {
                add_class(t, set, letter);
            } else {
                put_set_character(set, low);
            }
            continue;
        }
        t->at++;
        char high_letter;
        status = read_set_member(t, &high, &high_letter);
        if (status != OK) {
            return status;
        }
        if (letter != '\0' || high_letter != '\0' || high < low) {
            return fail(t, member, "bad character range");
        }
        put_set_character(set, low);
        (void)buf_append_char(&set->items, '-');
        put_set_character(set, high);
    }
}

static enum status translate_set(struct translator *t, struct width *width)
{
    struct set set = {0};
    size_t start = t->at;
    t->at++; /* [ */
    set.is_negated = take(t, "^");
    buf_init(&set.items, t->out->max_bytes);
    buf_init(&set.negatives, t->out->max_bytes);
    enum status status = read_set_items(t, start, &set);
    if (status == OK) {
        /* "[a\S]" is (?:[a]|[^\s]), "[^a\S]" is what does not match that. */
        const char *items = buf_cstr(&set.items);
        if (set.negatives.size == 0) {
            (void)buf_printf(t->out, "[%s%s]", set.is_negated ? "^" : "", items);
        } else {
            put(t, set.is_negated ? "(?:(?!" : "(?:");
            if (set.has_items) {
                (void)buf_printf(t->out, "[%s]%s", items, buf_cstr(&set.negatives));
            } else {
                put(t, buf_cstr(&set.negatives) + 1);
            }
            put(t, set.is_negated ? ")(?s:.))" : ")");
        }
        status =
            buf_status(&set.items) != OK ? buf_status(&set.items) : buf_status(&set.negatives);
    }
    buf_free(&set.items);
    buf_free(&set.negatives);
    *width = (struct width){1, 1};
    return status;
}

/* ---- escapes outside of sets ---- */

static enum status put_back_reference(struct translator *t, size_t start, size_t number,
                                      struct width *width)
{
    if (number == 0 || number >= t->group_count) {
        return fail(t, start, "invalid group reference");
    }
    if (!t->groups[number].is_closed) {
        return fail(t, start, "cannot refer to an open group");
    }
    if (t->behind_from != 0 && number >= t->behind_from) {
        return fail(t, start, "cannot refer to group defined in the same look-behind");
    }
    (void)buf_printf(t->out, "\\g{%zu}", number);
    *width = t->groups[number].width;
    return OK;
}

/* PCRE2 10.42 has no ASCII-only \\b: the borders are spelled out. */
#define ASCII_WORD "[0-9A-Za-z_]"
#define ASCII_BORDER                                                                           \
    "(?<=" ASCII_WORD ")(?!" ASCII_WORD ")|(?<!" ASCII_WORD ")(?=" ASCII_WORD ")"

static void put_anchor(struct translator *t, char letter)
{
    switch (letter) {
    case 'A':
        put(t, "\\A");
        break;
    case 'Z':
        put(t, "\\z");
        break;
    case 'b':
        put(t, t->is_ascii ? "(?:" ASCII_BORDER ")" : "\\b");
        break;
    default:
        put(t, t->is_ascii ? "(?!" ASCII_BORDER ")" : "\\B");
    }
}

static enum status translate_escape(struct translator *t, struct width *width, bool *is_anchor)
{
    size_t start = t->at;
    uint32_t cp;
    bool is_known;
    t->at++;
    if (!has_more(t)) {
        return fail(t, start, "bad escape (end of pattern)");
    }
    char c = peek(t);
    *width = (struct width){1, 1};
    if (class_body(t, c) != NULL) {
        t->at++;
        (void)buf_printf(t->out, "[%s%s]", is_negative_class(c) ? "^" : "", class_body(t, c));
        return OK;
    }
    if (c == 'A' || c == 'b' || c == 'B' || c == 'Z') {
        t->at++;
        put_anchor(t, c);
        *width = (struct width){0, 0};
        *is_anchor = true;
        return OK;
    }
    enum status status = read_character_escape(t, start, false, &cp, &is_known);
    if (status != OK) {
        return status;
    }
    if (is_known) {
        put_literal(t, cp);
        return OK;
    }
    if (c >= '1' && c <= '9') {
        size_t number = 0;
        for (int i = 0; i < 2 && peek(t) >= '0' && peek(t) <= '9'; i++) {
            number = number * 10 + (size_t)(peek(t) - '0');
            t->at++;
        }
        return put_back_reference(t, start, number, width);
    }
    if (is_letter_or_digit(c)) {
        return fail(t, start, "bad escape: Python's re does not know it");
    }
    put_literal(t, str_next_codepoint(t->text, &t->at));
    return OK;
}

/* ---- groups ---- */

static enum status translate_alternatives(struct translator *t, struct width *width);
static enum status translate_sequence(struct translator *t, struct width *width);

static bool is_name(struct str name)
{
    if (name.n == 0 || (name.p[0] >= '0' && name.p[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < name.n; i++) {
        if (!is_letter_or_digit(name.p[i]) && name.p[i] != '_' &&
            (unsigned char)name.p[i] < 0x80) {
            return false;
        }
    }
    return true;
}

static enum status read_until(struct translator *t, char end, struct str *out)
{
    size_t start = t->at;
    size_t n = str_find(str_sub(t->text, start, SIZE_MAX), end);
    if (n == SIZE_MAX) {
        return fail(t, start, "missing terminator of a group name");
    }
    *out = str_sub(t->text, start, n);
    t->at = start + n + 1;
    return OK;
}

static size_t find_group(const struct translator *t, struct str name)
{
    for (size_t i = 1; i < t->group_count; i++) {
        if (!str_is_null(t->groups[i].name) && str_eq(t->groups[i].name, name)) {
            return i;
        }
    }
    return 0;
}

static enum status close_group(struct translator *t, size_t start)
{
    if (!take(t, ")")) {
        return fail(t, start, "missing ), unterminated subpattern");
    }
    put(t, ")");
    return OK;
}

static enum status translate_capture(struct translator *t, size_t start, struct str name,
                                     struct width *width)
{
    if (t->group_count == MAX_GROUPS) {
        return fail(t, start, "too many groups");
    }
    if (!str_is_null(name) && find_group(t, name) != 0) {
        return fail(t, start, "redefinition of group name");
    }
    size_t number = t->group_count++;
    t->groups[number] = (struct group){.name = name};
    put(t, "("); /* names became numbers: Python allows names that PCRE2 does not */
    enum status status = translate_alternatives(t, width);
    if (status == OK) {
        status = close_group(t, start);
    }
    t->groups[number].is_closed = true;
    t->groups[number].width = *width;
    return status;
}

static enum status translate_inside(struct translator *t, size_t start, const char *opening,
                                    struct width *width)
{
    put(t, opening);
    enum status status = translate_alternatives(t, width);
    return status == OK ? close_group(t, start) : status;
}

static enum status translate_look(struct translator *t, size_t start, const char *opening,
                                  bool is_behind, struct width *width)
{
    size_t outer = t->behind_from;
    t->behind_from = is_behind && outer == 0 ? t->group_count : outer;
    enum status status = translate_inside(t, start, opening, width);
    t->behind_from = outer;
    if (status == OK && is_behind && width->min != width->max) {
        return fail(t, start, "look-behind requires fixed-width pattern");
    }
    *width = (struct width){0, 0};
    return status;
}

/* (?(1)yes|no) and (?(name)yes|no). */
static enum status translate_condition(struct translator *t, size_t start, struct width *width)
{
    struct str name = STR_NULL;
    uint64_t number;
    struct width no = {0, 0};
    enum status status = read_until(t, ')', &name);
    if (status != OK) {
        return status;
    }
    if (!str_to_u64(name, &number)) {
        number = is_name(name) ? find_group(t, name) : 0;
    }
    if (number == 0 || number >= t->group_count) {
        return fail(t, start, "invalid group reference");
    }
    (void)buf_printf(t->out, "(?(%zu)", (size_t)number);
    status = translate_sequence(t, width);
    if (status == OK && take(t, "|")) {
        put(t, "|");
        status = translate_sequence(t, &no);
    }
    if (status == OK && peek(t) == '|') {
        return fail(t, t->at, "conditional backref with more than two branches");
    }
    width->min = width->min < no.min ? width->min : no.min;
    width->max = width->max > no.max ? width->max : no.max;
    return status == OK ? close_group(t, start) : status;
}

/* Flags of "(?aims-x" up to, not with, the ) or : behind them. */
static enum status read_flags(struct translator *t, size_t start, bool *on, bool *off,
                              bool *has_off)
{
    bool is_off = false;
    for (; has_more(t) && peek(t) != ')' && peek(t) != ':'; t->at++) {
        char c = peek(t);
        if (c == '-' && !is_off) {
            is_off = true;
            *has_off = true;
        } else if (c == 'L') {
            return fail(t, start, "bad inline flags: cannot use 'L' flag with a str pattern");
        } else if (strchr("imsxau", c) == NULL || (is_off && (c == 'a' || c == 'u'))) {
            return fail(t, start, "unknown extension or flag behind (?");
        } else {
            (is_off ? off : on)[(unsigned char)c] = true;
        }
    }
    if (!has_more(t)) {
        return fail(t, start, "missing -, : or )");
    }
    return on['a'] && on['u'] ? fail(t, start, "bad inline flags: flags 'a' and 'u' clash")
                              : OK;
}

static void put_flags(struct translator *t, const bool *on, const bool *off)
{
    for (const char *c = "ims"; *c != '\0'; c++) {
        if (on[(unsigned char)*c]) {
            (void)buf_append_char(t->out, *c);
        }
    }
    if (off['i'] || off['m'] || off['s']) {
        (void)buf_append_char(t->out, '-');
        for (const char *c = "ims"; *c != '\0'; c++) {
            if (off[(unsigned char)*c]) {
                (void)buf_append_char(t->out, *c);
            }
        }
    }
}

static enum status translate_flags(struct translator *t, size_t start, struct width *width,
                                   bool *is_nothing)
{
    bool on[128] = {false};
    bool off[128] = {false};
    bool was_ascii = t->is_ascii;
    bool was_verbose = t->is_verbose;
    bool is_off = false;
    enum status status = read_flags(t, start, on, off, &is_off);
    if (status != OK) {
        return status;
    }
    t->is_ascii = on['a'] || (t->is_ascii && !on['u']);
    t->is_verbose = (on['x'] || t->is_verbose) && !off['x'];
    put(t, "(?");
    put_flags(t, on, off);
    *width = (struct width){0, 0};
    if (take(t, ")")) {
        if (t->has_items || t->nesting > 1) {
            return fail(t, start, "global flags not at the start of the expression");
        }
        if (is_off) {
            return fail(t, start, "missing :, flags are turned off for a group only");
        }
        *is_nothing = true;
        put(t, ")");
        return OK;
    }
    t->at++; /* : */
    status = translate_inside(t, start, ":", width);
    t->is_ascii = was_ascii;
    t->is_verbose = was_verbose;
    return status;
}

static enum status translate_group(struct translator *t, struct width *width, bool *is_nothing)
{
    size_t start = t->at;
    struct str name = STR_NULL;
    t->at++; /* ( */
    if (!take(t, "?")) {
        return translate_capture(t, start, STR_NULL, width);
    }
    if (peek(t) == '#') {
        return fail(t, start, "missing ), unterminated comment");
    }
    if (take(t, ":")) {
        return translate_inside(t, start, "(?:", width);
    }
    if (take(t, ">")) {
        return translate_inside(t, start, "(?>", width);
    }
    if (take(t, "=")) {
        return translate_look(t, start, "(?=", false, width);
    }
    if (take(t, "!")) {
        return translate_look(t, start, "(?!", false, width);
    }
    if (take(t, "<=")) {
        return translate_look(t, start, "(?<=", true, width);
    }
    if (take(t, "<!")) {
        return translate_look(t, start, "(?<!", true, width);
    }
    if (take(t, "(")) {
        return translate_condition(t, start, width);
    }
    if (take(t, "P<") || take(t, "P=")) {
        bool is_definition = t->text.p[t->at - 1] == '<';
        enum status status = read_until(t, is_definition ? '>' : ')', &name);
        if (status != OK || !is_name(name)) {
            return status != OK ? status : fail(t, start, "bad character in group name");
        }
        return is_definition ? translate_capture(t, start, name, width)
                             : put_back_reference(t, start, find_group(t, name), width);
    }
    return translate_flags(t, start, width, is_nothing);
}

/* ---- quantifiers, sequences, alternatives ---- */

/* "{m}", "{m,}", "{,n}", "{m,n}"; anything else is a literal brace. */
static bool read_braces(struct translator *t, uint64_t *min, uint64_t *max)
{
    size_t end = str_find(str_sub(t->text, t->at, SIZE_MAX), '}');
    if (peek(t) != '{' || end == SIZE_MAX || end < 2) {
        return false;
    }
    struct str inside = str_sub(t->text, t->at + 1, end - 1);
    size_t comma = str_find(inside, ',');
    struct str low = comma == SIZE_MAX ? inside : str_sub(inside, 0, comma);
    struct str high = comma == SIZE_MAX ? inside : str_sub(inside, comma + 1, SIZE_MAX);
    *min = 0;
    *max = UINT32_MAX;
    if ((low.n > 0 && !str_to_u64(low, min)) || (high.n > 0 && !str_to_u64(high, max))) {
        return false;
    }
    t->at += end + 1;
    return true;
}

static bool read_repeat(struct translator *t, uint64_t *min, uint64_t *max)
{
    *min = 0;
    *max = UINT32_MAX;
    if (take(t, "*")) {
        return true;
    }
    if (take(t, "+")) {
        *min = 1;
        return true;
    }
    if (take(t, "?")) {
        *max = 1;
        return true;
    }
    return read_braces(t, min, max);
}

static enum status translate_repeat(struct translator *t, bool is_anchor, struct width *width)
{
    uint64_t min;
    uint64_t max;
    size_t start = t->at;
    if (!read_repeat(t, &min, &max)) {
        return OK;
    }
    if (is_anchor) {
        return fail(t, start, "nothing to repeat");
    }
    if (max < min) {
        return fail(t, start, "min repeat greater than max repeat");
    }
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max != UINT32_MAX)) {
        return fail(t, start, "repeats above 65535 are not supported here");
    }
    if (max == UINT32_MAX) {
        (void)buf_printf(t->out, "{%u,}", (unsigned)min);
    } else {
        (void)buf_printf(t->out, "{%u,%u}", (unsigned)min, (unsigned)max);
    }
    *width = repeat_width(*width, min, max);
    if (take(t, "?")) {
        put(t, "?");
    } else if (take(t, "+")) {
        put(t, "+");
    }
    size_t second = t->at;
    return read_repeat(t, &min, &max) ? fail(t, second, "multiple repeat") : OK;
}

static enum status translate_item(struct translator *t, struct width *width, bool *is_anchor,
                                  bool *is_nothing)
{
    char c = peek(t);
    *is_anchor = false;
    *is_nothing = false;
    *width = (struct width){1, 1};
    switch (c) {
    case '\\':
        return translate_escape(t, width, is_anchor);
    case '[':
        return translate_set(t, width);
    case '(':
        return translate_group(t, width, is_nothing);
    case '^':
    case '$':
        t->at++;
        (void)buf_append_char(t->out, c);
        *is_anchor = true;
        *width = (struct width){0, 0};
        return OK;
    case '.':
        t->at++;
        put(t, ".");
        return OK;
    default:
        put_literal(t, str_next_codepoint(t->text, &t->at));
        return OK;
    }
}

/* Comments, and under (?x) white space, mean nothing: a quantifier reaches back over them. */
static bool skip_nothing(struct translator *t)
{
    if (str_starts_with(str_sub(t->text, t->at, 3), "(?#")) {
        size_t end = str_find(str_sub(t->text, t->at, SIZE_MAX), ')');
        t->at = end == SIZE_MAX ? t->at : t->at + end + 1;
        return end != SIZE_MAX;
    }
    if (!t->is_verbose || !has_more(t)) {
        return false;
    }
    if (peek(t) == '#') {
        while (has_more(t) && peek(t) != '\n') {
            t->at++;
        }
        return true;
    }
    if (strchr(" \t\n\r\v\f", peek(t)) != NULL) {
        t->at++;
        return true;
    }
    return false;
}

static enum status translate_sequence(struct translator *t, struct width *width)
{
    *width = (struct width){0, 0};
    while (has_more(t) && peek(t) != '|' && peek(t) != ')') {
        if (skip_nothing(t)) {
            continue;
        }
        struct width item;
        bool is_anchor;
        uint64_t min;
        uint64_t max;
        size_t start = t->at;
        if (read_repeat(t, &min, &max)) {
            return fail(t, start, "nothing to repeat");
        }
        bool is_nothing;
        enum status status = translate_item(t, &item, &is_anchor, &is_nothing);
        t->has_items = t->has_items || !is_nothing;
        while (status == OK && skip_nothing(t)) {
        }
        if (status == OK && !is_nothing) {
            status = translate_repeat(t, is_anchor, &item);
        }
        if (status != OK) {
            return status;
        }
        *width = add_width(*width, item);
    }
    return OK;
}

static enum status translate_alternatives(struct translator *t, struct width *width)
{
    if (++t->nesting > MAX_NESTING) {
        return fail(t, t->at, "groups are nested too deeply");
    }
    enum status status = translate_sequence(t, width);
    while (status == OK && take(t, "|")) {
        struct width next;
        t->has_items = true;
        put(t, "|");
        status = translate_sequence(t, &next);
        width->min = next.min < width->min ? next.min : width->min;
        width->max = next.max > width->max ? next.max : width->max;
    }
    t->nesting--;
    return status;
}

enum status pattern_translate(struct str text, struct buf *out, struct error *err)
{
    struct width width;
    if (!str_is_utf8(text)) {
        return error_set(err, ERR_CONFIG, "the pattern is not valid UTF-8");
    }
    struct translator *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return error_nomem(err);
    }
    t->text = text;
    t->out = out;
    t->err = err;
    t->group_count = 1;
    enum status status = translate_alternatives(t, &width);
    if (status == OK && has_more(t)) {
        status = fail(t, t->at, "unbalanced parenthesis");
    }
    if (status == OK && buf_status(out) != OK) {
        status = error_set(err, buf_status(out), "the pattern is too long");
    }
    free(t);
    return status;
}
