/* Sequences, quantifiers and alternatives: what stands between groups, sets and escapes. */
#include "domain/pattern_translate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGE_BYTES 200
#define MAX_REPEAT 65535
#define NO_LIMIT UINT32_MAX /* in Python, too, this number means "without limit" */
#define MAX_WIDTH 1000000

enum status translator_fail(struct translator *t, size_t at, const char *format, ...)
{
    char what[MAX_MESSAGE_BYTES];
    size_t characters = 0;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    for (size_t i = 0; i < at && i < t->text.n; characters++) {
        (void)str_next_codepoint(t->text, &i);
    }
    error_where(t->err, "at offset %zu", characters);
    return error_set(t->err, ERR_CONFIG, "%s", what);
}

bool translator_has_more(const struct translator *t)
{
    return t->at < t->text.n;
}

char translator_peek(const struct translator *t)
{
    return translator_has_more(t) ? t->text.p[t->at] : '\0';
}

bool translator_take(struct translator *t, const char *literal)
{
    size_t n = strlen(literal);
    if (t->text.n - t->at >= n && memcmp(t->text.p + t->at, literal, n) == 0) {
        t->at += n;
        return true;
    }
    return false;
}

void translator_skip(struct translator *t)
{
    bool is_escape = translator_peek(t) == '\\';
    (void)str_next_codepoint(t->text, &t->at);
    if (is_escape && translator_has_more(t)) {
        (void)str_next_codepoint(t->text, &t->at);
    }
}

void translator_put(struct translator *t, const char *text)
{
    (void)buf_append_cstr(t->out, text);
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

/* Digits as a number that stops growing at NO_LIMIT; `none` when there are no digits. */
static uint64_t read_number(struct str digits, uint64_t none)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.n; i++) {
        number = number * 10 + (uint64_t)(digits.p[i] - '0');
        number = number > NO_LIMIT ? NO_LIMIT : number;
    }
    return digits.n > 0 ? number : none;
}

static size_t count_digits(struct str text, size_t from)
{
    size_t n = 0;
    while (from + n < text.n && text.p[from + n] >= '0' && text.p[from + n] <= '9') {
        n++;
    }
    return n;
}

/* "{m}", "{m,}", "{,n}", "{m,n}"; anything else is a literal brace. */
static bool read_braces(struct translator *t, uint64_t *min, uint64_t *max, bool *is_too_large)
{
    struct str text = t->text;
    size_t at = t->at + 1;
    if (translator_peek(t) != '{' || (at < text.n && text.p[at] == '}')) {
        return false;
    }
    struct str low = str_sub(text, at, count_digits(text, at));
    struct str high = low;
    at += low.n;
    if (at < text.n && text.p[at] == ',') {
        high = str_sub(text, at + 1, count_digits(text, at + 1));
        at += 1 + high.n;
    }
    if (at >= text.n || text.p[at] != '}') {
        return false;
    }
    *min = read_number(low, 0);
    *max = read_number(high, NO_LIMIT);
    *is_too_large = *min > MAX_REPEAT || (high.n > 0 && *max > MAX_REPEAT);
    t->at = at + 1;
    return true;
}

static bool read_repeat(struct translator *t, uint64_t *min, uint64_t *max, bool *is_too_large)
{
    *min = 0;
    *max = NO_LIMIT;
    *is_too_large = false;
    if (translator_take(t, "*")) {
        return true;
    }
    if (translator_take(t, "+")) {
        *min = 1;
        return true;
    }
    if (translator_take(t, "?")) {
        *max = 1;
        return true;
    }
    return read_braces(t, min, max, is_too_large);
}

static enum status translate_repeat(struct translator *t, bool is_anchor, struct width *width)
{
    uint64_t min;
    uint64_t max;
    bool is_too_large;
    size_t start = t->at;
    if (!read_repeat(t, &min, &max, &is_too_large)) {
        return OK;
    }
    if (is_anchor) {
        return translator_fail(t, start, "nothing to repeat");
    }
    if (max < min) {
        return translator_fail(t, start, "min repeat greater than max repeat");
    }
    if (is_too_large) {
        return translator_fail(t, start, "repeats above 65535 are not supported here");
    }
    if (max == NO_LIMIT) {
        (void)buf_printf(t->out, "{%u,}", (unsigned)min);
    } else {
        (void)buf_printf(t->out, "{%u,%u}", (unsigned)min, (unsigned)max);
    }
    *width = repeat_width(*width, min, max);
    if (translator_take(t, "?")) {
        translator_put(t, "?");
    } else if (translator_take(t, "+")) {
        translator_put(t, "+");
    }
    size_t second = t->at;
    return read_repeat(t, &min, &max, &is_too_large)
               ? translator_fail(t, second, "multiple repeat")
               : OK;
}

static enum status translate_item(struct translator *t, struct width *width, bool *is_anchor,
                                  bool *is_nothing)
{
    size_t start = t->at;
    char c = translator_peek(t);
    *is_anchor = false;
    *is_nothing = false;
    *width = (struct width){1, 1};
    switch (c) {
    case '\\':
        return translator_read_escape(t, width, is_anchor);
    case '[':
        return translator_read_set(t, width);
    case '(':
        return translator_read_group(t, width, is_nothing);
    case '^':
    case '$':
        t->at++;
        (void)buf_append_char(t->out, c);
        *is_anchor = true;
        *width = (struct width){0, 0};
        return OK;
    case '.':
        t->at++;
        translator_put(t, ".");
        return OK;
    default:
        return translator_put_literal(t, start, str_next_codepoint(t->text, &t->at));
    }
}

/* "(?#...)"; a backslash hides the ) behind it. */
static bool skip_comment(struct translator *t)
{
    size_t start = t->at;
    if (!translator_take(t, "(?#")) {
        return false;
    }
    while (translator_has_more(t) && translator_peek(t) != ')') {
        translator_skip(t);
    }
    if (!translator_take(t, ")")) {
        t->at = start; /* said by the reader of groups */
        return false;
    }
    return true;
}

/* Comments, and under (?x) white space, mean nothing: a quantifier reaches back over them. */
static bool skip_nothing(struct translator *t)
{
    if (skip_comment(t)) {
        return true;
    }
    if (!t->flags.is_verbose || !translator_has_more(t)) {
        return false;
    }
    if (translator_peek(t) == '#') {
        while (translator_has_more(t) && translator_peek(t) != '\n') {
            translator_skip(t);
        }
        return true;
    }
    if (translator_peek(t) != '\0' && strchr(" \t\n\r\v\f", translator_peek(t)) != NULL) {
        t->at++;
        return true;
    }
    return false;
}

enum status translator_read_sequence(struct translator *t, struct width *width)
{
    *width = (struct width){0, 0};
    while (translator_has_more(t) && translator_peek(t) != '|' && translator_peek(t) != ')') {
        if (skip_nothing(t)) {
            continue;
        }
        struct width item;
        bool is_anchor;
        bool is_nothing;
        bool is_too_large;
        uint64_t min;
        uint64_t max;
        size_t start = t->at;
        if (read_repeat(t, &min, &max, &is_too_large)) {
            bool is_star = t->text.p[start] == '*';
            return translator_fail(t, start, "nothing to repeat%s",
                                   is_star ? " (any text is .*)" : "");
        }
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

enum status translator_read_alternatives(struct translator *t, struct width *width)
{
    enum status status = translator_read_sequence(t, width);
    while (status == OK && translator_take(t, "|")) {
        struct width next;
        t->has_items = true;
        translator_put(t, "|");
        status = translator_read_sequence(t, &next);
        width->min = next.min < width->min ? next.min : width->min;
        width->max = next.max > width->max ? next.max : width->max;
    }
    return status;
}

/* A backslash at the end is an error even in a comment. */
static enum status check_end(struct translator *t)
{
    size_t last = 0;
    while (translator_has_more(t)) {
        last = t->at;
        translator_skip(t);
    }
    t->at = 0;
    bool is_lone = t->text.n > 0 && last + 1 == t->text.n && t->text.p[last] == '\\';
    return is_lone ? translator_fail(t, last, "bad escape (end of pattern)") : OK;
}

static enum status translate_all(struct translator *t)
{
    struct width width;
    enum status status = check_end(t);
    if (status == OK) {
        status = translator_read_alternatives(t, &width);
    }
    if (status == OK && translator_has_more(t)) {
        status = translator_fail(t, t->at, "unbalanced parenthesis");
    }
    if (status == OK && t->condition >= t->group_count) {
        status = translator_fail(t, t->condition_at, "invalid group reference");
    }
    if (status == OK && buf_status(t->out) != OK) {
        status = error_set(t->err, buf_status(t->out), "the pattern is too long");
    }
    return status;
}

enum status pattern_translate(struct str text, struct buf *out,
                              enum pattern_references *references, struct error *err)
{
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
    t->flags.is_caseless = true;
    t->group_count = 1;
    enum status status = translate_all(t);
    *references = t->references;
    free(t);
    return status;
}
