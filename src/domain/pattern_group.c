/* Groups, conditions, look-arounds and inline flags: what begins with a "(". */
#include "domain/pattern_translate.h"
#include "domain/pattern_unicode.h"

#include <string.h>

#define MAX_NESTING 100

/* Flags of one "(?...)", one bit each. */
static const char flag_letters[] = "imsxau";

enum { FLAG_I = 1, FLAG_M = 2, FLAG_S = 4, FLAG_X = 8, FLAG_A = 16, FLAG_U = 32 };

static enum status read_name(struct translator *t, char end, struct str *out)
{
    size_t start = t->at;
    size_t n = str_find(str_sub(t->text, start, SIZE_MAX), end);
    if (n == SIZE_MAX) {
        return translator_fail(t, start, "unterminated group name");
    }
    if (n == 0) {
        return translator_fail(t, start, "missing group name");
    }
    *out = str_sub(t->text, start, n);
    t->at = start + n + 1;
    return OK;
}

static enum status check_name(struct translator *t, size_t start, struct str name)
{
    bool is_one;
    if (pattern_is_identifier(name, &is_one) != OK) {
        return error_nomem(t->err);
    }
    return is_one ? OK : translator_fail(t, start, "bad character in group name");
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
    if (!translator_take(t, ")")) {
        return translator_fail(t, start, "missing ), unterminated subpattern");
    }
    translator_put(t, ")");
    return OK;
}

static enum status read_inside(struct translator *t, size_t start, const char *opening,
                               struct width *width)
{
    translator_put(t, opening);
    enum status status = translator_read_alternatives(t, width);
    return status == OK ? close_group(t, start) : status;
}

static enum status read_capture(struct translator *t, size_t start, struct str name,
                                struct width *width)
{
    if (t->group_count == TRANSLATOR_MAX_GROUPS) {
        return translator_fail(t, start, "more than 1000 groups are not supported here");
    }
    if (!str_is_null(name) && find_group(t, name) != 0) {
        return translator_fail(t, start, "redefinition of group name");
    }
    size_t number = t->group_count++;
    t->groups[number] = (struct translator_group){.name = name};
    /* Names became numbers: Python allows names that PCRE2 does not. */
    enum status status = read_inside(t, start, "(", width);
    t->groups[number].is_closed = true;
    t->groups[number].width = *width;
    return status;
}

static enum status read_look(struct translator *t, size_t start, const char *opening,
                             struct width *width)
{
    size_t outer = t->behind_from;
    bool is_behind = opening[2] == '<';
    t->behind_from = is_behind && outer == 0 ? t->group_count : outer;
    enum status status = read_inside(t, start, opening, width);
    t->behind_from = outer;
    if (status == OK && is_behind && width->min != width->max) {
        return translator_fail(t, start, "look-behind requires fixed-width pattern");
    }
    *width = (struct width){0, 0};
    return status;
}

/* The group that a condition asks for; a number may be that of a group further on. */
static enum status read_condition(struct translator *t, size_t start, size_t *number)
{
    struct str name = STR_NULL;
    uint64_t value = 0;
    bool is_name;
    enum status status = read_name(t, ')', &name);
    if (status != OK) {
        return status;
    }
    if (pattern_is_identifier(name, &is_name) != OK) {
        return error_nomem(t->err);
    }
    if (is_name) {
        value = find_group(t, name);
        status = value == 0 ? translator_fail(t, start, "unknown group name") : OK;
    } else if (!str_to_u64(name, &value)) {
        status = translator_fail(t, start, "bad character in group name");
    } else if (value == 0 || value >= TRANSLATOR_MAX_GROUPS) {
        status = translator_fail(t, start, "invalid group reference");
    }
    if (status != OK) {
        return status;
    }
    *number = (size_t)value;
    if (t->behind_from != 0 && (*number >= t->behind_from || !t->groups[*number].is_closed)) {
        return translator_fail(t, start,
                               "cannot refer to group defined in the same look-behind");
    }
    if (*number > t->condition) {
        t->condition = *number;
        t->condition_at = start;
    }
    return OK;
}

/* (?(1)yes|no) and (?(name)yes|no), from the condition on. */
static enum status read_conditional(struct translator *t, size_t start, struct width *width)
{
    struct width no = {0, 0};
    size_t number = 0;
    enum status status = read_condition(t, start, &number);
    if (status != OK) {
        return status;
    }
    (void)buf_printf(t->out, "(?(%zu)", number);
    status = translator_read_sequence(t, width);
    if (status == OK && translator_take(t, "|")) {
        translator_put(t, "|");
        status = translator_read_sequence(t, &no);
    }
    if (status == OK && translator_peek(t) == '|') {
        return translator_fail(t, t->at, "conditional backref with more than two branches");
    }
    width->min = width->min < no.min ? width->min : no.min;
    width->max = width->max > no.max ? width->max : no.max;
    return status == OK ? close_group(t, start) : status;
}

/* Letters up to the first that is no flag. */
static enum status read_letters(struct translator *t, size_t start, unsigned *flags)
{
    *flags = 0;
    for (;; t->at++) {
        char c = translator_peek(t);
        const char *found = c != '\0' ? strchr(flag_letters, c) : NULL;
        if (c == 'L') {
            return translator_fail(t, start,
                                   "bad inline flags: cannot use 'L' flag with a str pattern");
        }
        if (c == 't') {
            return translator_fail(t, start, "the flag t (template) is not supported here");
        }
        if (found == NULL) {
            return OK;
        }
        *flags |= 1U << (found - flag_letters);
    }
}

/* "ims-x" behind "(?", up to, not with, the ) or : behind it. */
static enum status read_flags(struct translator *t, size_t start, unsigned *on, unsigned *off)
{
    *off = 0;
    enum status status = read_letters(t, start, on);
    bool is_turned_off = status == OK && translator_take(t, "-");
    if (is_turned_off) {
        status = read_letters(t, start, off);
    }
    if (status != OK) {
        return status;
    }
    char c = translator_peek(t);
    if (*on == 0 && !is_turned_off) {
        bool is_name = c == '<' || c == '\'';
        return translator_fail(t, start, "unknown extension behind (?%s",
                               is_name ? "; a named group is (?P<name>...)" : "");
    }
    if (is_turned_off && *off == 0) {
        return translator_fail(t, start, "missing or unknown flag behind -");
    }
    if (c != ':' && (c != ')' || is_turned_off)) {
        return translator_fail(t, start,
                               is_turned_off ? "missing :, or unknown flag"
                                             : "missing -, : or ), or unknown flag");
    }
    if ((*on & FLAG_A) != 0 && (*on & FLAG_U) != 0) {
        return translator_fail(t, start, "bad inline flags: 'a' and 'u' are incompatible");
    }
    if ((*off & (FLAG_A | FLAG_U)) != 0) {
        return translator_fail(t, start, "bad inline flags: cannot turn off 'a' and 'u'");
    }
    if ((*on & *off) != 0) {
        return translator_fail(t, start, "bad inline flags: flag turned on and off");
    }
    return OK;
}

static void put_flags(struct translator *t, unsigned flags)
{
    for (unsigned i = 0; i < 3; i++) { /* i, m and s are the same in PCRE2 */
        if ((flags & 1U << i) != 0) {
            (void)buf_append_char(t->out, flag_letters[i]);
        }
    }
}

/* "(?i)" at the start of the pattern. */
static enum status set_global_flags(struct translator *t, size_t start, unsigned on)
{
    if (t->has_items || t->nesting > 1) {
        return translator_fail(t, start, "global flags not at the start of the expression");
    }
    t->has_global_ascii = t->has_global_ascii || (on & FLAG_A) != 0;
    t->has_global_unicode = t->has_global_unicode || (on & FLAG_U) != 0;
    if (t->has_global_ascii && t->has_global_unicode) {
        return translator_fail(t, start, "ASCII and UNICODE flags are incompatible");
    }
    translator_put(t, ")");
    return OK;
}

static enum status read_flag_group(struct translator *t, size_t start, struct width *width,
                                   bool *is_nothing)
{
    unsigned on;
    unsigned off;
    const struct translator_flags before = t->flags;
    struct translator_flags *flags = &t->flags;
    enum status status = read_flags(t, start, &on, &off);
    if (status != OK) {
        return status;
    }
    flags->is_caseless = (flags->is_caseless || (on & FLAG_I) != 0) && (off & FLAG_I) == 0;
    flags->is_verbose = (flags->is_verbose || (on & FLAG_X) != 0) && (off & FLAG_X) == 0;
    flags->is_ascii = (on & FLAG_A) != 0 || (flags->is_ascii && (on & FLAG_U) == 0);
    translator_put(t, "(?");
    put_flags(t, on);
    translator_put(t, (off & (FLAG_I | FLAG_M | FLAG_S)) != 0 ? "-" : "");
    put_flags(t, off);
    *width = (struct width){0, 0};
    if (translator_take(t, ")")) {
        *is_nothing = true;
        return set_global_flags(t, start, on);
    }
    t->at++; /* : */
    status = read_inside(t, start, ":", width);
    t->flags = before;
    return status;
}

/* (?P<name>...) and (?P=name), from the < or = on. */
static enum status read_named(struct translator *t, size_t start, struct width *width)
{
    struct str name = STR_NULL;
    bool is_definition = translator_take(t, "<");
    if (!is_definition && !translator_take(t, "=")) {
        return translator_fail(t, start, "unknown extension behind (?P");
    }
    enum status status = read_name(t, is_definition ? '>' : ')', &name);
    status = status == OK ? check_name(t, start, name) : status;
    if (status != OK) {
        return status;
    }
    if (is_definition) {
        return read_capture(t, start, name, width);
    }
    size_t number = find_group(t, name);
    return number == 0 ? translator_fail(t, start, "unknown group name")
                       : translator_put_reference(t, start, number, width);
}

static enum status read_group(struct translator *t, size_t start, struct width *width,
                              bool *is_nothing)
{
    static const char *const looks[] = {"(?=", "(?!", "(?<=", "(?<!"};
    t->at++; /* ( */
    if (!translator_take(t, "?")) {
        return read_capture(t, start, STR_NULL, width);
    }
    if (translator_peek(t) == '#') {
        return translator_fail(t, start, "missing ), unterminated comment");
    }
    if (translator_take(t, ":")) {
        return read_inside(t, start, "(?:", width);
    }
    if (translator_take(t, ">")) {
        return read_inside(t, start, "(?>", width);
    }
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        if (translator_take(t, looks[i] + 2)) {
            return read_look(t, start, looks[i], width);
        }
    }
    if (translator_take(t, "(")) {
        return read_conditional(t, start, width);
    }
    if (translator_take(t, "P")) {
        return read_named(t, start, width);
    }
    return read_flag_group(t, start, width, is_nothing);
}

enum status translator_read_group(struct translator *t, struct width *width, bool *is_nothing)
{
    size_t start = t->at;
    if (++t->nesting > MAX_NESTING) {
        return translator_fail(t, start, "groups nested more than 100 deep are not supported");
    }
    enum status status = read_group(t, start, width, is_nothing);
    t->nesting--;
    return status;
}
