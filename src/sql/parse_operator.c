/* Words behind a value: operators, windows, units of time, and what belongs to functions. */
#include "sql/parse_scan.h"

/* OVER w, OVER (...), FILTER (...), WITHIN GROUP (...). */
static void scan_over(struct scan *s)
{
    struct parser *p = s->p;
    bool is_over = parse_is(p, KW_OVER);
    parse_advance(p, parse_peek_is(p, 1, KW_GROUP) ? 2 : 1);
    if (parse_is_op(p, '(')) {
        scan_open(s, 0, false);
        if (scan_top(s) != NULL) {
            scan_top(s)->is_window = is_over;
        }
        return;
    }
    struct sql_name name;
    struct sql_use *use =
        is_over && parse_name(p, &name) ? scan_add_use(s, SQL_USE_WINDOW) : NULL;
    if (use != NULL) {
        use->name = name;
    }
}

static void scan_is(struct scan *s)
{
    struct parser *p = s->p;
    scan_operator(s, 1);
    (void)parse_accept(p, KW_NOT);
    if (parse_accept(p, KW_DISTINCT)) {
        (void)parse_accept(p, KW_FROM);
    } else if (parse_token(p)->kind == SQL_TOKEN_WORD && !parse_peek_is_op(p, 1, '(')) {
        bool is_json = parse_is(p, KW_JSON) &&
                       (parse_peek_is(p, 1, KW_VALUE) || parse_peek_is(p, 1, KW_SCALAR) ||
                        parse_peek_is(p, 1, KW_OBJECT) || parse_peek_is(p, 1, KW_ARRAY));
        scan_value(s, is_json ? 2 : 1);
    }
}

bool scan_is_from_first(const struct parser *p)
{
    return parse_is(p, KW_FROM) &&
           (parse_peek_is(p, 1, KW_FIRST) || parse_peek_is(p, 1, KW_LAST)) &&
           (parse_peek_is(p, 2, KW_OVER) || parse_peek_is(p, 3, KW_NULLS));
}

/* The unit of an INTERVAL: DAY, DAY TO HOUR, and HOURS 30 MINUTES. */
static void scan_unit(struct scan *s)
{
    struct parser *p = s->p;
    bool is_range = parse_peek_is(p, 1, KW_TO) && parse_is_name(parse_peek(p, 2));
    scan_value(s, is_range ? 3 : 1);
    while ((parse_token(p)->kind == SQL_TOKEN_NUMBER ||
            parse_token(p)->kind == SQL_TOKEN_STRING) &&
           parse_peek(p, 1)->kind == SQL_TOKEN_WORD &&
           (sql_keyword_flags(parse_peek(p, 1)->code) & SQL_KEYWORD_UNIT) != 0) {
        scan_value(s, 2);
    }
    s->interval = 0;
}

/* The unit behind INTERVAL '1' or INTERVAL 1; behind '1 day' stands an alias. */
static bool is_unit(const struct scan *s)
{
    const struct parser *p = s->p;
    const struct sql_token *token = parse_token(p);
    if (s->interval != scan_depth(s) + 1 || token->size_bytes <= 2 ||
        (sql_keyword_flags(token->code) & SQL_KEYWORD_UNIT) == 0) {
        return false;
    }
    struct str before = sql_token_text(p->text, token - 1);
    bool has_unit = false;
    for (size_t i = 0; i < before.n && token[-1].kind == SQL_TOKEN_STRING; i++) {
        char c = before.p[i];
        has_unit = has_unit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    return !has_unit;
}

bool scan_operator_word(struct scan *s)
{
    struct parser *p = s->p;
    enum sql_keyword keyword = (enum sql_keyword)parse_token(p)->code;
    unsigned flags = sql_keyword_flags(keyword);
    bool is_case_word = keyword == KW_WHEN || keyword == KW_THEN || keyword == KW_ELSE;
    if (is_unit(s)) {
        scan_unit(s);
    } else if (scan_is_from_first(p)) {
        scan_value(s, 2);
    } else if (keyword == KW_AGAINST && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p); /* MATCH (a) AGAINST ('x' IN BOOLEAN MODE) */
    } else if (keyword == KW_MEMBER && parse_peek_is(p, 1, KW_OF)) {
        scan_operator(s, 2);
    } else if (keyword == KW_ISNULL || keyword == KW_NOTNULL) {
        scan_value(s, 1);
    } else if ((keyword == KW_IGNORE || keyword == KW_RESPECT) &&
               parse_peek_is(p, 1, KW_NULLS)) {
        scan_value(s, 2);
    } else if (keyword == KW_OPERATOR && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p); /* OPERATOR (schema.+) */
        s->expects_operand = true;
    } else if (keyword == KW_IN) {
        scan_in(s);
    } else if (keyword == KW_IS) {
        scan_is(s);
    } else if (is_case_word && (s->cases > 0 || s->mode == PARSE_REST)) {
        scan_operator(s, 1);
    } else if (keyword == KW_END && s->cases > 0) {
        s->cases--;
        scan_value(s, 1);
    } else if (keyword == KW_OVER || (keyword == KW_FILTER && parse_peek_is_op(p, 1, '(')) ||
               (keyword == KW_WITHIN && parse_peek_is(p, 1, KW_GROUP))) {
        scan_over(s);
    } else if (keyword == KW_AT && parse_peek_is(p, 1, KW_TIME) &&
               parse_peek_is(p, 2, KW_ZONE)) {
        scan_operator(s, 3);
    } else if (keyword == KW_COLLATE) {
        size_t tokens = parse_peek(p, 1)->kind == SQL_TOKEN_STRING ? 1 : 0;
        parse_advance(p, 1);
        parse_advance(p, tokens + parse_name_tokens(p));
    } else if ((flags & SQL_KEYWORD_OPERATOR) != 0) {
        scan_operator(s, 1);
    } else {
        return false;
    }
    return true;
}
