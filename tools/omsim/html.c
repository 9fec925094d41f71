#include "omsim/html.h"

#include <string.h>

static void encode(uint32_t c, struct buf *out)
{
    static const struct {
        uint32_t c;
        const char *text;
    } codes[] = {{'"', "&#34;"}, {'&', "&amp;"}, {'\'', "&#39;"}, {'+', "&#43;"}, {'<', "&lt;"},
                 {'=', "&#61;"}, {'>', "&gt;"},  {'@', "&#64;"},  {'`', "&#96;"}};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].c == c) {
            (void)buf_append_cstr(out, codes[i].text);
            return;
        }
    }
    char bytes[4];
    (void)buf_append(out, bytes, str_put_utf8(c, bytes));
}

static bool read_number(struct str digits, uint32_t base, uint32_t *out)
{
    uint32_t n = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 99;
        if (digit >= base || n > 0x10FFFF / base) {
            return false;
        }
        n = n * base + digit;
    }
    *out = n;
    return digits.n > 0 && n > 0 && n <= 0x10FFFF;
}

/* The character of an entity at the start of text, and its length; 0: it is none. */
static size_t decode(struct str text, uint32_t *c)
{
    static const struct {
        const char *name;
        uint32_t c;
    } names[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    size_t end = str_find(str_sub(text, 0, 12), ';');
    if (end == SIZE_MAX) {
        return 0;
    }
    struct str name = str_sub(text, 1, end - 1);
    if (str_starts_with_nocase(name, "#x")) {
        return read_number(str_sub(name, 2, SIZE_MAX), 16, c) ? end + 1 : 0;
    }
    if (str_starts_with(name, "#")) {
        return read_number(str_sub(name, 1, SIZE_MAX), 10, c) ? end + 1 : 0;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_is(name, names[i].name)) {
            *c = names[i].c;
            return end + 1;
        }
    }
    return 0;
}

static void encode_text(struct str text, struct buf *out)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = 0;
        size_t n = text.p[at] == '&' ? decode(str_sub(text, at, SIZE_MAX), &c) : 0;
        if (n > 0) {
            at += n;
        } else {
            c = str_next_codepoint(text, &at);
        }
        encode(c, out);
    }
}

static bool is_one_of(struct str name, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (str_eq_nocase(name, str_from(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool has_good_scheme(struct str url)
{
    size_t colon = str_find(url, ':');
    size_t slash = str_find(url, '/');
    bool is_relative = colon == SIZE_MAX || (slash != SIZE_MAX && slash < colon);
    return is_relative || str_starts_with_nocase(url, "http:") ||
           str_starts_with_nocase(url, "https:") || str_starts_with_nocase(url, "mailto:");
}

/* One attribute at the start of text; returns what is behind it. */
static struct str read_attribute(struct str text, struct str *name, struct str *value)
{
    size_t n = 0;
    text = str_trim(text);
    while (n < text.n && text.p[n] != '=' && text.p[n] != ' ' && text.p[n] != '\n') {
        n++;
    }
    *name = str_sub(text, 0, n > 0 ? n : 1);
    *value = STR("");
    text = str_sub(text, name->n, SIZE_MAX);
    if (n == 0 || !str_starts_with(str_trim(text), "=")) {
        return text;
    }
    text = str_trim(str_sub(str_trim(text), 1, SIZE_MAX));
    bool is_quoted = text.n > 0 && (text.p[0] == '"' || text.p[0] == '\'');
    struct str rest = str_sub(text, is_quoted ? 1 : 0, SIZE_MAX);
    size_t end = str_find(rest, is_quoted ? text.p[0] : ' ');
    *value = str_sub(rest, 0, end);
    return str_sub(rest, end == SIZE_MAX ? rest.n : end + 1, SIZE_MAX);
}

static void write_tag(struct str name, struct str inside, struct buf *out)
{
    static const char *const kept[] = {"href", "src", "alt", "title", "target", NULL};
    static const char *const empty[] = {"br", "hr", "img", NULL};
    (void)buf_append_char(out, '<');
    (void)buf_append_str(out, name);
    while (str_trim(inside).n > 0) {
        struct str attribute = STR_NULL;
        struct str value = STR_NULL;
        inside = read_attribute(inside, &attribute, &value);
        bool is_url = str_is(attribute, "href") || str_is(attribute, "src");
        if (is_one_of(attribute, kept) && (!is_url || has_good_scheme(value))) {
            (void)buf_printf(out, " %.*s=\"", STR_ARG(attribute));
            encode_text(value, out);
            (void)buf_append_char(out, '"');
        }
    }
    (void)buf_append_cstr(out, is_one_of(name, empty) ? " />" : ">");
}

/* What stands between an opening tag and the end of its element is no text. */
static size_t skip_element(struct str text, size_t at, struct str name)
{
    for (; at + name.n + 2 < text.n; at++) {
        if (text.p[at] == '<' && text.p[at + 1] == '/' &&
            str_eq_nocase(str_sub(text, at + 2, name.n), name)) {
            size_t end = str_find(str_sub(text, at, SIZE_MAX), '>');
            return end == SIZE_MAX ? text.n : at + end + 1;
        }
    }
    return text.n;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A tag at `at`; returns where it ends, 0: it is none. */
static size_t clean_tag(struct str text, size_t at, struct buf *out)
{
    static const char *const dropped[] = {"script", "style", "iframe", "object", "embed", NULL};
    static const char *const kept[] = {
        "a",    "b",     "i",   "u",          "s",   "p",     "em",    "strong", "br",
        "hr",   "ul",    "ol",  "li",         "h1",  "h2",    "h3",    "h4",     "h5",
        "h6",   "table", "tr",  "td",         "th",  "thead", "tbody", "code",   "pre",
        "span", "div",   "img", "blockquote", "sub", "sup",   "del",   NULL};
    struct str rest = str_sub(text, at, SIZE_MAX);
    size_t end = str_find(rest, '>');
    if (end == SIZE_MAX) {
        return 0;
    }
    if (str_starts_with(rest, "<#E::")) {
        (void)buf_append_str(out, str_sub(rest, 0, end + 1));
        return at + end + 1;
    }
    bool is_closing = rest.n > 1 && rest.p[1] == '/';
    size_t from = is_closing ? 2 : 1;
    size_t n = 0;
    while (from + n < end && (is_letter(rest.p[from + n]) ||
                              (n > 0 && rest.p[from + n] >= '0' && rest.p[from + n] <= '9'))) {
        n++;
    }
    struct str name = str_sub(rest, from, n);
    if (n == 0) {
        return 0;
    }
    if (is_one_of(name, dropped)) {
        return is_closing ? at + end + 1 : skip_element(text, at + end + 1, name);
    }
    if (is_one_of(name, kept)) {
        struct str inside = str_sub(rest, from + n, end - from - n);
        if (is_closing) {
            (void)buf_printf(out, "</%.*s>", STR_ARG(name));
        } else {
            write_tag(name,
                      str_ends_with(inside, "/") ? str_sub(inside, 0, inside.n - 1) : inside,
                      out);
        }
    }
    return at + end + 1;
}

void html_clean(struct str text, struct buf *out)
{
    size_t from = 0;
    size_t at = 0;
    while (at < text.n) {
        if (text.p[at] != '<') {
            at++;
            continue;
        }
        encode_text(str_sub(text, from, at - from), out);
        size_t end = clean_tag(text, at, out);
        if (end == 0) {
            encode('<', out);
            end = at + 1;
        }
        at = from = end;
    }
    encode_text(str_sub(text, from, SIZE_MAX), out);
}
