#include "hexsim/yaml_out.h"

#include <stdlib.h>
#include <string.h>

#define FOLD_COLUMNS 80

static void spaces(struct yaml_out *out, unsigned n)
{
    (void)buf_printf(out->buf, "%*s", (int)n, "");
}

static void start_line(struct yaml_out *out)
{
    if (out->is_item) {
        spaces(out, out->indent - 2);
        (void)buf_append_cstr(out->buf, "- ");
        out->is_item = false;
    } else {
        spaces(out, out->indent);
    }
}

void yaml_out_raw(struct yaml_out *out, const char *key, const char *value)
{
    start_line(out);
    (void)buf_printf(out->buf, "%s: %s\n", key, value);
}

void yaml_out_commented(struct yaml_out *out, const char *key, struct str value,
                        const char *comment)
{
    start_line(out);
    (void)buf_printf(out->buf, "%s: %.*s # %s\n", key, STR_ARG(value), comment);
}

/* null, true, 1.5 and their like, as YAML 1.2's core schema has them. */
static bool is_resolved(struct str s)
{
    static const char *const words[] = {"null", "Null",  "NULL",  "~",     "true", "True",
                                        "TRUE", "false", "False", "FALSE", NULL};
    for (size_t i = 0; words[i] != NULL; i++) {
        if (str_is(s, words[i])) {
            return true;
        }
    }
    if (s.n > 40) {
        return false;
    }
    char text[41];
    for (size_t i = 0; i < s.n; i++) {
        text[i] = s.p[i];
    }
    text[s.n] = '\0';
    char *end = NULL;
    (void)strtod(text, &end);
    return *end == '\0';
}

static bool is_plain(struct str s)
{
    if (s.n == 0 || strchr("-?:,[]{}#&*!|>'\"%@` ", s.p[0]) != NULL || s.p[s.n - 1] == ' ' ||
        s.p[s.n - 1] == ':') {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F) {
            return false;
        }
    }
    return !str_contains(s, ": ") && !str_contains(s, " #");
}

static void put_quoted(struct yaml_out *out, struct str s, bool is_folding)
{
    size_t column = 0;
    (void)buf_append_char(out->buf, '"');
    for (size_t i = 0; i < s.n; i++, column++) {
        char c = s.p[i];
        if (is_folding && c == ' ' && column > FOLD_COLUMNS) {
            (void)buf_append_cstr(out->buf, "\\\n");
            spaces(out, out->indent + 2);
            (void)buf_append_cstr(out->buf, "\\ ");
            column = 0;
        } else if (c == '"' || c == '\\') {
            (void)buf_printf(out->buf, "\\%c", c);
        } else if (c == '\n') {
            (void)buf_append_cstr(out->buf, "\\n");
        } else if (c == '\t') {
            (void)buf_append_cstr(out->buf, "\\t");
        } else if ((unsigned char)c < 0x20 || c == 0x7F) {
            (void)buf_printf(out->buf, "\\x%02X", (unsigned)c);
        } else {
            (void)buf_append_char(out->buf, c);
        }
    }
    (void)buf_append_char(out->buf, '"');
}

static const char *chomping(struct str s)
{
    size_t breaks = 0;
    while (breaks < s.n && s.p[s.n - 1 - breaks] == '\n') {
        breaks++;
    }
    return breaks == 0 ? "-" : breaks == 1 ? "" : "+";
}

static void put_literal(struct yaml_out *out, struct str s)
{
    const char *hint = s.p[0] == ' ' || s.p[0] == '\n' ? "2" : "";
    (void)buf_printf(out->buf, "|%s%s\n", hint, chomping(s));
    while (s.n > 0) {
        size_t end = str_find(s, '\n');
        struct str line = str_sub(s, 0, end == SIZE_MAX ? s.n : end);
        if (line.n > 0) {
            spaces(out, out->indent + 2);
        }
        (void)buf_printf(out->buf, "%.*s\n", STR_ARG(line));
        s = end == SIZE_MAX ? STR_NULL : str_sub(s, end + 1, SIZE_MAX);
    }
}

/* Lines that start with a blank keep their breaks in folded text: not written that way. */
static bool may_fold(struct str s)
{
    return s.n > 0 && s.p[0] != ' ' && s.p[0] != '\n' && s.p[s.n - 1] != '\n' &&
           !str_contains(s, "\n ") && !str_contains(s, "\n\n") && !str_contains(s, "  ") &&
           !str_contains(s, " \n") && !str_contains(s, "\t") && s.p[s.n - 1] != ' ';
}

static void put_folded(struct yaml_out *out, struct str s)
{
    size_t column = 0;
    (void)buf_append_cstr(out->buf, ">-\n");
    spaces(out, out->indent + 2);
    for (size_t i = 0; i < s.n; i++, column++) {
        if (s.p[i] == '\n') {
            (void)buf_append_cstr(out->buf, "\n\n");
            spaces(out, out->indent + 2);
            column = 0;
        } else if (s.p[i] == ' ' && column > FOLD_COLUMNS) {
            (void)buf_append_char(out->buf, '\n');
            spaces(out, out->indent + 2);
            column = 0;
        } else {
            (void)buf_append_char(out->buf, s.p[i]);
        }
    }
    (void)buf_append_char(out->buf, '\n');
}

static void put_value(struct yaml_out *out, struct str s, enum yaml_style style, bool is_bare)
{
    bool has_break = str_find(s, '\n') != SIZE_MAX;
    if (str_is_null(s)) {
        (void)buf_append_cstr(out->buf, "null\n");
    } else if (style == YAML_STYLE_FOLDED && may_fold(s)) {
        put_folded(out, s);
    } else if (style == YAML_STYLE_QUOTED || !has_break) {
        if (style != YAML_STYLE_QUOTED && is_plain(s) && (is_bare || !is_resolved(s))) {
            (void)buf_append_str(out->buf, s);
        } else {
            put_quoted(out, s, style == YAML_STYLE_QUOTED);
        }
        (void)buf_append_char(out->buf, '\n');
    } else {
        put_literal(out, s);
    }
}

void yaml_out_styled(struct yaml_out *out, const char *key, struct str value,
                     enum yaml_style style)
{
    start_line(out);
    (void)buf_printf(out->buf, "%s: ", key);
    put_value(out, value, style, false);
}

void yaml_out_str(struct yaml_out *out, const char *key, struct str value)
{
    yaml_out_styled(out, key, value, YAML_STYLE_AUTO);
}

void yaml_out_title(struct yaml_out *out, const char *key, struct str value)
{
    start_line(out);
    (void)buf_printf(out->buf, "%s: ", key);
    bool is_null_word = str_is(value, "~") || str_eq_nocase(value, STR("null"));
    put_value(out, value, YAML_STYLE_AUTO, !is_null_word);
}

void yaml_out_open(struct yaml_out *out, const char *key)
{
    start_line(out);
    (void)buf_printf(out->buf, "%s:\n", key);
    out->indent += 2;
}

void yaml_out_close(struct yaml_out *out)
{
    out->indent -= 2;
}

void yaml_out_item(struct yaml_out *out)
{
    out->indent += 2;
    out->is_item = true;
}

void yaml_out_item_end(struct yaml_out *out)
{
    out->indent -= 2;
}

void yaml_out_item_str(struct yaml_out *out, struct str value)
{
    yaml_out_item(out);
    start_line(out);
    put_value(out, value, YAML_STYLE_AUTO, false);
    yaml_out_item_end(out);
}
