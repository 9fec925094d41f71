/* What stands where a value is expected: columns, functions, lambdas, objects, queries. */
#include "sql/parse_scan.h"

void scan_query(struct scan *s, enum sql_use_kind kind)
{
    struct sql_query *query = parse_query(s->p, NULL);
    struct sql_use *use = query != NULL ? scan_add_use(s, kind) : NULL;
    if (use != NULL) {
        use->query = query;
    }
    s->expects_operand = false;
}

/* ( and a query, up to its ). */
static void scan_query_in_parentheses(struct scan *s, enum sql_use_kind kind)
{
    const struct sql_token *opener = parse_token(s->p);
    parse_advance(s->p, 1);
    scan_query(s, s->mode == PARSE_VALUE ? kind : SQL_USE_EXISTS);
    parse_close(s->p, opener);
}

static bool holds_query_directly(const struct parser *p)
{
    bool is_table = parse_peek_is(p, 1, KW_TABLE) && parse_is_name(parse_peek(p, 2));
    return is_table || (parse_token(p)->is_query && !parse_peek_is_op(p, 1, '('));
}

/* (a, b) -> ...: the names are parameters, not columns. */
static bool scan_lambda_list(struct scan *s)
{
    struct parser *p = s->p;
    const struct sql_token *closer = &p->tokens[parse_token(p)->closer];
    if (!sql_has(p->rules, SQL_TRAIT_LAMBDAS) || closer->kind == SQL_TOKEN_END ||
        closer[1].kind != SQL_TOKEN_PUNCTUATION || closer[1].code != SQL_OPERATOR_ARROW) {
        return false;
    }
    struct sql_word *words = parse_words(p);
    struct sql_word *last = words;
    while (last != NULL && last->next != NULL) {
        last = last->next;
    }
    if (last != NULL) {
        last->next = p->lambdas;
        p->lambdas = words;
    }
    scan_operator(s, 1);
    return true;
}

void scan_parenthesis(struct scan *s)
{
    struct parser *p = s->p;
    struct sql_name field;
    if (s->mode == PARSE_VALUE && parse_field(p, &field)) {
        struct sql_use *use = scan_add_use(s, SQL_USE_COLUMN);
        if (use != NULL) {
            use->name = field;
        }
        scan_value(s, 0);
        return;
    }
    const struct parse_frame *frame = scan_top(s);
    bool is_trim = frame != NULL && (frame->flags & SQL_KEYWORD_CALL_FROM) != 0;
    if (holds_query_directly(p) && !(is_trim && parse_peek_is(p, 1, KW_FROM))) {
        scan_query_in_parentheses(s, SQL_USE_QUERY);
    } else if (!scan_lambda_list(s)) {
        scan_open(s, 0, false);
    }
}

static bool is_lambda_name(const struct parser *p, const struct sql_name *name)
{
    for (const struct sql_word *word = p->lambdas; word != NULL; word = word->next) {
        if (str_eq_nocase(word->part.text, name->parts[0].text)) {
            return true;
        }
    }
    return false;
}

/* Behind name: x -> ..., name => ..., {name: ...}. True when it was such a thing. */
static bool scan_parameter(struct scan *s)
{
    struct parser *p = s->p;
    const struct parse_frame *frame = scan_top(s);
    if (frame != NULL && (parse_peek_is_op(p, 1, SQL_OPERATOR_NAMED) ||
                          parse_peek_is_op(p, 1, SQL_OPERATOR_ASSIGN) ||
                          (parse_peek_is_op(p, 1, ':') && frame->opener->code == '{'))) {
        scan_operator(s, 2);
        return true;
    }
    if (frame == NULL || !sql_has(p->rules, SQL_TRAIT_LAMBDAS) ||
        !parse_peek_is_op(p, 1, SQL_OPERATOR_ARROW) ||
        parse_peek(p, 2)->kind == SQL_TOKEN_STRING) {
        return false;
    }
    struct sql_word *word = PARSE_NEW(p, struct sql_word);
    if (word != NULL && parse_part(p, &word->part)) {
        word->next = p->lambdas;
        p->lambdas = word;
    }
    scan_operator(s, 1);
    return true;
}

/* A unit where the function takes one: behind the others in BigQuery, else before them. */
static bool is_unit_argument(const struct scan *s, bool is_first, bool is_last)
{
    const struct parser *p = s->p;
    const struct sql_token *token = parse_token(p);
    unsigned call = scan_top(s)->flags;
    bool is_last_place =
        sql_has(p->rules, SQL_TRAIT_DASHED_NAMES) || (call & SQL_KEYWORD_CALL_UNIT_LAST) != 0;
    bool is_short = token->size_bytes <= 2 && sql_has(p->rules, SQL_TRAIT_STRING_QUOTES);
    bool is_weekday = parse_peek_is_op(p, 1, '(') && parse_is(p, KW_WEEK); /* WEEK(MONDAY) */
    if ((call & (SQL_KEYWORD_CALL_UNIT | SQL_KEYWORD_CALL_UNIT_LAST)) == 0 || is_short ||
        (sql_keyword_flags(token->code) & SQL_KEYWORD_UNIT) == 0) {
        return false;
    }
    return is_last_place ? (is_last || is_weekday) && !is_first
                         : is_first && parse_peek_is_op(p, 1, ',');
}

/* A bare word that fills an argument of its own: a unit, or a type. */
static bool is_argument_word(const struct scan *s)
{
    const struct parser *p = s->p;
    const struct parse_frame *frame = scan_top(s);
    const struct sql_token *token = parse_token(p);
    if (frame == NULL || !frame->is_call || token->kind != SQL_TOKEN_WORD) {
        return false;
    }
    bool is_first = token - 1 == frame->opener;
    bool is_extract = (frame->flags & SQL_KEYWORD_CALL_FROM) != 0 &&
                      (frame->flags & SQL_KEYWORD_CALL_UNIT) != 0;
    if (is_first && is_extract && !parse_peek_is_op(p, 1, ',')) {
        return true; /* EXTRACT (YEAR FROM x), EXTRACT (WEEK(MONDAY) FROM x) */
    }
    bool is_whole =
        (is_first || (token[-1].kind == SQL_TOKEN_PUNCTUATION && token[-1].code == ',')) &&
        (parse_peek_is_op(p, 1, ',') || parse_peek_is_op(p, 1, ')') ||
         parse_peek_is_op(p, 1, '('));
    bool is_type = (frame->flags & SQL_KEYWORD_CALL_TYPE) != 0 &&
                   (sql_keyword_flags(token->code) & SQL_KEYWORD_TYPE) != 0;
    return is_whole && (is_type || is_unit_argument(s, is_first, parse_peek_is_op(p, 1, ')')));
}

/* name(: a function; name(+): an outer join of old, the column itself. */
static bool is_call(const struct parser *p, size_t name_tokens)
{
    return parse_peek_is_op(p, name_tokens, '(') &&
           !(parse_peek_is_op(p, name_tokens + 1, '+') &&
             parse_peek_is_op(p, name_tokens + 2, ')'));
}

static void scan_column(struct scan *s)
{
    struct parser *p = s->p;
    struct sql_name name;
    bool is_known = s->mode == PARSE_VALUE && parse_name(p, &name);
    if (!is_known) {
        parse_advance(p, s->mode == PARSE_VALUE ? 1 : parse_name_tokens(p));
    }
    bool is_row = parse_is_op(p, '.') && parse_peek_is_op(p, 1, '*');
    if (is_known && !is_lambda_name(p, &name)) {
        struct sql_use *use = scan_add_use(s, is_row ? SQL_USE_ROW : SQL_USE_COLUMN);
        if (use != NULL) {
            use->name = name;
        }
    }
    scan_value(s, is_row ? 2 : 0);
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p); /* (+) */
    }
}

void scan_columns(struct scan *s, bool is_unpacked)
{
    struct sql_item *star = parse_columns(s->p);
    struct sql_use *use = star != NULL ? scan_add_use(s, SQL_USE_STAR) : NULL;
    if (use != NULL) {
        use->star = star;
        star->is_unpacked = is_unpacked;
    }
    s->expects_operand = false;
}

static void scan_call(struct scan *s, size_t name_tokens)
{
    struct parser *p = s->p;
    const struct sql_token *last = parse_peek(p, name_tokens - 1);
    unsigned flags = last->kind == SQL_TOKEN_WORD ? sql_keyword_flags(last->code) : 0;
    parse_advance(p, name_tokens);
    if (holds_query_directly(p) && (flags & SQL_KEYWORD_CALL_FROM) == 0) {
        scan_query_in_parentheses(s, SQL_USE_QUERY);
    } else {
        scan_open(s, flags, true);
    }
}

/* ARRAY<INT64>[...], STRUCT<a STRING>(...): the type before a literal. */
static bool scan_typed_literal(struct scan *s)
{
    struct parser *p = s->p;
    const struct sql_token *token = parse_token(p);
    if (token->kind != SQL_TOKEN_WORD) {
        return false;
    }
    unsigned flags = sql_keyword_flags(token->code);
    bool has_zone = (parse_peek_is(p, 1, KW_WITH) || parse_peek_is(p, 1, KW_WITHOUT)) &&
                    parse_peek_is(p, 2, KW_TIME); /* WITH TIME ZONE */
    size_t literal = has_zone ? 4 : 1;
    if ((flags & SQL_KEYWORD_TYPE) != 0 && parse_peek(p, literal)->kind == SQL_TOKEN_STRING) {
        scan_value(s, literal + 1);
        return true;
    }
    if ((flags & SQL_KEYWORD_NESTED_TYPE) != 0 && parse_peek_is_op(p, 1, '<')) {
        parse_skip_type(p);
        s->expects_operand = true;
        return true;
    }
    return false;
}

void scan_name(struct scan *s)
{
    struct parser *p = s->p;
    if (scan_parameter(s) || scan_typed_literal(s)) {
        return;
    }
    if (is_argument_word(s)) {
        scan_value(s, 1);
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        }
        return;
    }
    size_t name_tokens = parse_name_tokens(p);
    if (s->mode == PARSE_VALUE && name_tokens > 0 && parse_is_columns(p, name_tokens - 1)) {
        scan_columns(s, false);
    } else if (is_call(p, name_tokens)) {
        scan_call(s, name_tokens);
    } else {
        scan_column(s);
    }
}

/* TABLE t, TABLE(t) and MODEL m as arguments. */
static void scan_object(struct scan *s)
{
    struct parser *p = s->p;
    bool is_table = parse_is(p, KW_TABLE);
    struct sql_name name;
    parse_advance(p, 1);
    const struct sql_token *opener = parse_token(p);
    bool is_open = parse_accept_op(p, '(');
    size_t tokens = parse_name_tokens(p);
    if (tokens == 0 || parse_peek_is_op(p, tokens, '(')) {
        p->at -= is_open ? 1 : 0; /* TABLE(f(x)): a function of a function */
        s->expects_operand = true;
        return;
    }
    struct sql_use *use = parse_table_name(p, &name) && is_table && !name.is_dynamic
                              ? scan_add_use(s, SQL_USE_TABLE)
                              : NULL;
    if (use != NULL) {
        use->name = name;
    }
    if (is_open) {
        parse_close(p, opener);
    }
    s->expects_operand = false;
}

static bool is_object(const struct scan *s)
{
    const struct parser *p = s->p;
    const struct sql_token *next = parse_peek(p, 1);
    if (scan_top(s) == NULL || !scan_top(s)->is_call) {
        return false;
    }
    return parse_is_name(next) ||
           (parse_is(p, KW_TABLE) && parse_peek_is_op(p, 1, '(') && !next->is_query);
}

static void scan_exists(struct scan *s)
{
    struct parser *p = s->p;
    if (parse_peek_is_op(p, 1, '(') && parse_peek(p, 1)->is_query) {
        parse_advance(p, 1);
        if (holds_query_directly(p)) {
            scan_query_in_parentheses(s, SQL_USE_EXISTS);
            return;
        }
        struct sql_use **uses = s->tail;
        parse_arguments(p, 0, uses);
        for (struct sql_use *use = *uses; use != NULL; use = use->next) {
            use->kind = use->kind == SQL_USE_QUERY ? SQL_USE_EXISTS : use->kind;
            s->tail = &use->next;
        }
        s->expects_operand = false;
    } else {
        scan_name(s); /* a column, or a function over arrays */
    }
}

/* The first word in OVER (w ORDER BY ...). */
static bool scan_window_base(struct scan *s)
{
    struct parser *p = s->p;
    struct parse_frame *frame = scan_top(s);
    if (frame == NULL || !frame->is_window || parse_token(p) - 1 != frame->opener ||
        parse_is(p, KW_PARTITION) || parse_is(p, KW_ORDER) ||
        !(parse_peek_is_op(p, 1, ')') || parse_peek_is(p, 1, KW_ORDER) ||
          parse_peek_is(p, 1, KW_PARTITION) || parse_peek_is(p, 1, KW_ROWS) ||
          parse_peek_is(p, 1, KW_RANGE))) {
        return false;
    }
    struct sql_use *use = scan_add_use(s, SQL_USE_WINDOW);
    if (use != NULL && !parse_name(p, &use->name)) {
        use->kind = SQL_USE_COLUMN;
    }
    s->expects_operand = false;
    return true;
}

void scan_in(struct scan *s)
{
    struct parser *p = s->p;
    scan_operator(s, 1);
    size_t tokens = parse_name_tokens(p);
    const struct parse_frame *frame = scan_top(s);
    bool is_position = frame != NULL && (frame->flags & SQL_KEYWORD_CALL_FROM) != 0;
    if (!sql_has(p->rules, SQL_TRAIT_NAME_LISTS) || tokens == 0 || is_position ||
        parse_peek_is_op(p, tokens, '(')) {
        return;
    }
    struct sql_name name;
    struct sql_use *use = parse_table_name(p, &name) && !name.is_dynamic
                              ? scan_add_use(s, SQL_USE_IN_NAME)
                              : NULL;
    if (use != NULL) {
        use->name = name;
    }
    s->expects_operand = false;
}

void scan_operand_word(struct scan *s)
{
    struct parser *p = s->p;
    enum sql_keyword keyword = (enum sql_keyword)parse_token(p)->code;
    unsigned flags = sql_keyword_flags(keyword);
    bool is_call_like = parse_peek_is_op(p, 1, '(');
    bool is_qualified = parse_peek_is_op(p, 1, '.');
    bool is_alone = (flags & SQL_KEYWORD_NO_ALIAS) == 0 &&
                    (parse_peek_is_op(p, 1, ',') || parse_peek_is_op(p, 1, ')') ||
                     parse_peek_is(p, 1, KW_FROM) || parse_peek_is(p, 1, KW_AS));
    if (scan_window_base(s)) {
        return;
    }
    if (is_qualified) {
        scan_name(s);
    } else if (keyword == KW_CASE) {
        s->cases++;
        scan_operator(s, 1);
    } else if (keyword == KW_END && s->cases > 0) {
        s->cases--;
        scan_value(s, 1);
    } else if (keyword == KW_SELECT || (keyword == KW_WITH && scan_depth(s) > 0)) {
        scan_query(s, s->mode == PARSE_VALUE ? SQL_USE_QUERY : SQL_USE_EXISTS);
    } else if (keyword == KW_EXISTS) {
        scan_exists(s);
    } else if (keyword == KW_IN) {
        scan_in(s); /* NOT IN */
    } else if ((keyword == KW_TABLE || keyword == KW_MODEL) && is_object(s)) {
        scan_object(s);
    } else if (keyword == KW_INTERVAL && !parse_peek_is_op(p, 1, ',') &&
               !parse_peek_is_op(p, 1, ')')) {
        scan_operator(s, 1);
        s->interval = scan_depth(s) + 1;
    } else if ((flags & SQL_KEYWORD_VALUE) != 0) {
        scan_value(s, 1);
    } else if ((flags & SQL_KEYWORD_PREFIX) != 0 ||
               (keyword == KW_APPROXIMATE && parse_is_name(parse_peek(p, 1))) ||
               (keyword == KW_WHERE && scan_depth(s) > 0) ||
               ((flags & SQL_KEYWORD_OPERATOR) != 0 && !is_call_like && !is_alone)) {
        scan_operator(s, 1);
    } else if ((keyword == KW_PARTITION || keyword == KW_ORDER) && parse_peek_is(p, 1, KW_BY)) {
        scan_operator(s, 2);
    } else if ((keyword == KW_UNBOUNDED || keyword == KW_CURRENT) &&
               parse_peek(p, 1)->kind == SQL_TOKEN_WORD) {
        scan_value(s, 2);
    } else {
        scan_name(s);
    }
}
