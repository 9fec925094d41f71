#include "app/cli/layout.h"

#include "base/text.h"

static void put_spaces(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)buf_append_char(out, ' ');
    }
}

/* The next word of *rest, which moves behind it. */
static struct str take_word(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t end = 0;
    while (end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\n') {
        end++;
    }
    struct str word = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end, rest->n);
    return word;
}

void layout_wrap(struct buf *out, struct str text, size_t used, size_t indent, size_t width)
{
    bool is_first = true;
    for (struct str word = take_word(&text); word.n > 0; word = take_word(&text)) {
        size_t columns = text_width(word);
        if (!is_first && used + 1 + columns > width) {
            (void)buf_append_char(out, '\n');
            put_spaces(out, indent);
            used = indent;
        } else if (!is_first) {
            (void)buf_append_char(out, ' ');
            used++;
        }
        (void)buf_append_str(out, word);
        used += columns;
        is_first = false;
    }
    (void)buf_append_char(out, '\n');
}

/* The next paragraph of *rest, which moves behind it. */
static struct str take_paragraph(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t end = 0;
    while (end < rest->n &&
           !(rest->p[end] == '\n' && end + 1 < rest->n && rest->p[end + 1] == '\n')) {
        end++;
    }
    struct str paragraph = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end, rest->n);
    return paragraph;
}

void layout_paragraphs(struct buf *out, struct str text, size_t indent, size_t width)
{
    bool is_first = true;
    for (struct str part = take_paragraph(&text); part.n > 0; part = take_paragraph(&text)) {
        if (!is_first) {
            (void)buf_append_char(out, '\n');
        }
        put_spaces(out, indent);
        layout_wrap(out, part, indent, indent, width);
        is_first = false;
    }
}

void layout_term(struct buf *out, struct str term, struct str text, size_t column, size_t width)
{
    size_t used = 2 + text_width(term);
    put_spaces(out, 2);
    (void)buf_append_str(out, term);
    if (text.n == 0) {
        (void)buf_append_char(out, '\n');
        return;
    }
    if (used + 2 > column) {
        (void)buf_append_char(out, '\n');
        used = 0;
    }
    put_spaces(out, column - used);
    layout_wrap(out, text, column, column, width);
}
