/* Stars: t.*, what may follow them, and COLUMNS (...). */
#include "sql/parse.h"

/* LIKE 'a%', NOT ILIKE 'a%', SIMILAR TO 'a.*', !~ 'a'; false when none stands here. */
static bool parse_pattern(struct parser *p, struct sql_item *item)
{
    static const struct {
        enum sql_keyword word;
        enum sql_pattern_kind kind;
    } words[] = {
        {KW_LIKE, SQL_PATTERN_LIKE},
        {KW_ILIKE, SQL_PATTERN_ILIKE},
        {KW_GLOB, SQL_PATTERN_GLOB},
        {KW_SIMILAR, SQL_PATTERN_SIMILAR},
    };
    size_t start = p->at;
    enum sql_pattern_kind kind = SQL_PATTERN_REGEX;
    bool is_negated = parse_accept(p, KW_NOT) || parse_accept_op(p, '!');
    bool is_known = parse_accept_op(p, '~');
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !is_known; i++) {
        if (parse_is(p, words[i].word)) {
            parse_advance(p, parse_peek_is(p, 1, KW_TO) ? 2 : 1);
            kind = words[i].kind;
            is_known = true;
        }
    }
    if (!is_known || parse_token(p)->kind != SQL_TOKEN_STRING) {
        p->at = start;
        return false;
    }
    struct sql_pattern *pattern = PARSE_NEW(p, struct sql_pattern);
    if (pattern == NULL) {
        return false;
    }
    pattern->kind = kind;
    pattern->is_negated = is_negated;
    p->status = sql_token_value(p->text, parse_token(p), p->rules, p->arena, &pattern->text);
    parse_advance(p, 1);
    pattern->next = item->patterns;
    item->patterns = pattern;
    return true;
}

/* (a, b), a; a, b where the dialect has such lists. */
static struct sql_word *parse_names(struct parser *p)
{
    if (parse_is_op(p, '(')) {
        return parse_words(p);
    }
    return p->rules->has_exclude_list ? parse_bare_words(p) : parse_bare_word(p);
}

void parse_star_modifiers(struct parser *p, struct sql_item *item)
{
    for (;;) {
        const struct sql_token *opener = parse_peek(p, 1);
        bool is_open = parse_peek_is_op(p, 1, '(');
        bool is_bare = sql_has(p->rules, SQL_TRAIT_NAME_LISTS) && parse_is_name(opener) &&
                       (sql_keyword_flags(opener->code) & SQL_KEYWORD_NO_ALIAS) == 0;
        if ((parse_is(p, KW_EXCEPT) && ((is_open && !opener->is_query) || is_bare)) ||
            (parse_is(p, KW_EXCLUDE) && !parse_peek_is(p, 1, KW_FROM))) {
            parse_advance(p, 1);
            item->except = parse_names(p);
        } else if (parse_is(p, KW_REPLACE)) {
            parse_advance(p, 1);
            (void)parse_accept_op(p, '(');
            item->replace = is_open ? parse_item_list(p) : parse_item(p);
            if (is_open) {
                parse_close(p, opener);
            }
        } else if (parse_is(p, KW_RENAME)) {
            parse_advance(p, 1);
            item->rename = parse_names(p);
        } else if (parse_is(p, KW_APPLY) && (is_open || parse_is_name(opener))) {
            parse_advance(p, is_open ? 1 : 2); /* APPLY (f), APPLY f */
            parse_skip_brackets(p);
        } else if (!parse_pattern(p, item)) {
            return;
        }
    }
}

bool parse_star(struct parser *p, struct sql_item *item)
{
    size_t tokens = parse_name_tokens(p);
    size_t skipped = 0;
    if (parse_is_op(p, '(') && parse_is_name(parse_peek(p, 1)) && parse_peek_is_op(p, 2, ')')) {
        tokens = 1; /* (t).* */
        skipped = 1;
    }
    size_t dot = tokens > 0 ? 1 : 0;
    if (!parse_peek_is_op(p, tokens + 2 * skipped + dot, '*') ||
        (tokens > 0 && !parse_peek_is_op(p, tokens + 2 * skipped, '.'))) {
        return false;
    }
    if (tokens == 0 && parse_is_columns(p, 1)) {
        return false; /* *COLUMNS (...) */
    }
    item->is_star = true;
    parse_advance(p, skipped);
    if (tokens > 0) {
        (void)parse_name(p, &item->qualifier);
    }
    parse_advance(p, skipped);
    item->qualifier.offset = parse_token(p)->offset;
    parse_advance(p, dot + 1);
    parse_star_modifiers(p, item);
    return true;
}

/* ---- COLUMNS ---- */

bool parse_is_columns(const struct parser *p, size_t n)
{
    return sql_has(p->rules, SQL_TRAIT_LAMBDAS) && parse_peek_is(p, n, KW_COLUMNS) &&
           parse_peek_is_op(p, n + 1, '(');
}

bool parse_is_columns_item(struct parser *p, size_t start)
{
    size_t end = p->at;
    p->at = start;
    size_t tokens = parse_name_tokens(p);
    bool is_columns = tokens > 0 && parse_is_columns(p, tokens - 1) &&
                      parse_peek(p, tokens)->closer + 1 == end;
    p->at = end;
    return is_columns;
}

/* ['a', b]: the columns of these names. */
static struct sql_word *parse_name_list(struct parser *p)
{
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    do {
        struct sql_word *word = PARSE_NEW(p, struct sql_word);
        parse_advance(p, 1);
        if (word == NULL) {
            break;
        }
        if (parse_token(p)->kind == SQL_TOKEN_STRING) {
            enum status status =
                sql_token_value(p->text, parse_token(p), p->rules, p->arena, &word->part.text);
            p->status = status != OK ? status : p->status;
            parse_advance(p, 1);
        } else if (!parse_part(p, &word->part)) {
            break;
        }
        *tail = word;
        tail = &word->next;
    } while (parse_is_op(p, ',') && p->status == OK);
    return first;
}

/* c -> c LIKE 'a%'; false when it says something else. */
static bool parse_lambda(struct parser *p, struct sql_item *item)
{
    if (!parse_is_name(parse_token(p)) || !parse_peek_is_op(p, 1, SQL_OPERATOR_ARROW) ||
        !parse_is_name(parse_peek(p, 2))) {
        return false;
    }
    parse_advance(p, 3);
    return parse_pattern(p, item) && parse_is_op(p, ')');
}

struct sql_item *parse_columns(struct parser *p)
{
    struct sql_item *item = PARSE_NEW(p, struct sql_item);
    const struct sql_token *word = parse_token(p);
    bool is_qualified = parse_peek_is_op(p, 1, '.');
    if (item == NULL || (is_qualified && !parse_name(p, &item->qualifier))) {
        return NULL;
    }
    item->is_star = true;
    parse_advance(p, is_qualified ? 0 : 1);
    item->qualifier.count -= is_qualified ? 1 : 0; /* COLUMNS itself */
    item->qualifier.offset = word->offset;
    const struct sql_token *opener = parse_token(p);
    parse_advance(p, 1);
    if (parse_token(p)->kind == SQL_TOKEN_STRING && parse_peek_is_op(p, 1, ')')) {
        struct sql_pattern *pattern = PARSE_NEW(p, struct sql_pattern);
        item->patterns = pattern;
        if (pattern != NULL) {
            pattern->kind = SQL_PATTERN_REGEX;
            p->status =
                sql_token_value(p->text, parse_token(p), p->rules, p->arena, &pattern->text);
        }
        parse_advance(p, 1);
    } else if (parse_is_op(p, '[')) {
        item->only = parse_name_list(p);
        item->is_choice = item->only == NULL;
        (void)parse_accept_op(p, ']');
    } else if (sql_has(p->rules, SQL_TRAIT_NAME_LISTS) && parse_peek_is_op(p, 1, ',')) {
        p->at--;
        item->only = parse_words(p);
        return item;
    } else if (!parse_star(p, item) && !parse_lambda(p, item)) {
        item->is_choice = true;
    }
    p->at = opener->closer > p->at ? opener->closer : p->at;
    parse_close(p, opener);
    return item;
}
