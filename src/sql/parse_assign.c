/* The assignments of UPDATE and MERGE. */
#include "sql/parse.h"

static void append(struct sql_item ***tail, struct sql_item *more)
{
    **tail = more;
    while (**tail != NULL) {
        *tail = &(**tail)->next;
    }
}

/* UPDATE SET *, INSERT *, INSERT ROW: each column from that of its name. */
static bool parse_all_columns(struct parser *p, struct parse_assigned *out)
{
    struct sql_item *star = NULL;
    if (parse_is_op(p, '*') || parse_is(p, KW_ROW)) {
        star = PARSE_NEW(p, struct sql_item);
    }
    if (star == NULL) {
        return false;
    }
    star->is_star = true;
    star->qualifier.offset = parse_token(p)->offset;
    parse_advance(p, 1);
    append(&out->inserts, star); /* it shows the sources, not the target */
    return true;
}

void parse_assignments(struct parser *p, struct parse_assigned *out)
{
    parse_advance(p, 1);
    if (parse_all_columns(p, out)) {
        return;
    }
    do {
        struct sql_item *item = PARSE_NEW(p, struct sql_item);
        struct sql_name name;
        size_t start = p->at;
        size_t tokens = parse_name_tokens(p);
        if (item == NULL) {
            return;
        }
        if (tokens > 0 && parse_peek_is_op(p, tokens, '=') && parse_name(p, &name)) {
            item->alias = name.parts[name.count - 1];
            parse_advance(p, 1);
        }
        (void)parse_expression(p, PARSE_VALUE, &item->uses);
        append(&out->sets, item);
        if (p->at == start) {
            return;
        }
    } while (parse_accept_op(p, ','));
}

void parse_merge_insert(struct parser *p, struct parse_assigned *out)
{
    parse_advance(p, 1);
    if (parse_all_columns(p, out)) {
        return;
    }
    const struct sql_word *word = parse_is_op(p, '(') ? parse_words(p) : NULL;
    const struct sql_token *opener = parse_peek(p, 1);
    if (!parse_is(p, KW_VALUES) || !parse_peek_is_op(p, 1, '(')) {
        return;
    }
    parse_advance(p, 2);
    struct sql_item *items = parse_items(p);
    parse_close(p, opener);
    append(&out->inserts, items);
    for (; items != NULL; items = items->next) {
        items->alias = word != NULL ? word->part : (struct sql_part){.text = STR_NULL};
        word = word != NULL ? word->next : NULL;
    }
}
