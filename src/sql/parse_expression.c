/*
 * Expressions as lists of uses. There is no grammar of operators: a loop over the tokens keeps
 * a stack of open brackets and knows whether an operand or an operator is expected. That is
 * enough to tell names of columns from keywords, types, units, aliases and functions.
 */
#include "sql/parse.h"

#include <string.h>

struct scan {
    struct parser *p;
    enum parse_mode mode;
    struct sql_use **tail;
    size_t base;  /* brackets open outside of this expression */
    size_t cases; /* open CASE */
    bool expects_operand;
    size_t interval; /* depth of an INTERVAL whose unit may follow, plus 1; 0: none */
    bool is_done;
};

static size_t depth_of(const struct scan *s)
{
    return s->p->frame_count - s->base;
}

static struct parse_frame *top(const struct scan *s)
{
    return depth_of(s) > 0 ? &s->p->frames[s->p->frame_count - 1] : NULL;
}

struct sql_use *parse_add_use(struct parser *p, struct sql_use **uses, enum sql_use_kind kind)
{
    struct sql_use *use = PARSE_NEW(p, struct sql_use);
    while (*uses != NULL) {
        uses = &(*uses)->next;
    }
    if (use != NULL) {
        use->kind = kind;
        *uses = use;
    }
    return use;
}

static struct sql_use *add_use(struct scan *s, enum sql_use_kind kind)
{
    struct sql_use *use = parse_add_use(s->p, s->tail, kind);
    if (use != NULL) {
        s->tail = &use->next;
    }
    return use;
}

static void value(struct scan *s, size_t tokens)
{
    parse_advance(s->p, tokens);
    s->expects_operand = false;
}

static void operator_(struct scan *s, size_t tokens)
{
    parse_advance(s->p, tokens);
    s->expects_operand = true;
    s->interval = s->interval == depth_of(s) + 1 ? 0 : s->interval;
}

static void open_frame(struct scan *s, unsigned flags, bool is_call)
{
    struct parser *p = s->p;
    struct parse_frame *frame = arena_push(p->arena, &p->frames, &p->frame_count,
                                           &p->frame_capacity, sizeof(*p->frames));
    if (frame == NULL) {
        p->status = ERR_NOMEM;
        s->is_done = true;
        return;
    }
    *frame = (struct parse_frame){
        .opener = parse_token(p), .flags = flags, .is_call = is_call, .lambdas = p->lambdas};
    operator_(s, 1);
}

static void close_frame(struct scan *s)
{
    struct parser *p = s->p;
    if (depth_of(s) == 0) {
        s->is_done = true;
        return;
    }
    p->lambdas = p->frames[--p->frame_count].lambdas;
    value(s, 1);
}

/* A query that begins at this word. */
static void scan_query(struct scan *s, enum sql_use_kind kind)
{
    struct sql_query *query = parse_query(s->p, NULL);
    struct sql_use *use = query != NULL ? add_use(s, kind) : NULL;
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
    operator_(s, 1);
    return true;
}

static void scan_parenthesis(struct scan *s)
{
    struct parser *p = s->p;
    const struct parse_frame *frame = top(s);
    bool is_trim = frame != NULL && (frame->flags & SQL_KEYWORD_CALL_FROM) != 0;
    if (holds_query_directly(p) && !(is_trim && parse_peek_is(p, 1, KW_FROM))) {
        scan_query_in_parentheses(s, SQL_USE_QUERY);
    } else if (!scan_lambda_list(s)) {
        open_frame(s, 0, false);
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
    const struct parse_frame *frame = top(s);
    if (frame != NULL && (parse_peek_is_op(p, 1, SQL_OPERATOR_NAMED) ||
                          parse_peek_is_op(p, 1, SQL_OPERATOR_ASSIGN) ||
                          (parse_peek_is_op(p, 1, ':') && frame->opener->code == '{'))) {
        operator_(s, 2);
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
    operator_(s, 1);
    return true;
}

/* A unit where the function takes one: behind the others in BigQuery, else before them. */
static bool is_unit_argument(const struct scan *s, bool is_first, bool is_last)
{
    const struct parser *p = s->p;
    const struct sql_token *token = parse_token(p);
    unsigned call = top(s)->flags;
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
    const struct parse_frame *frame = top(s);
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
        struct sql_use *use = add_use(s, is_row ? SQL_USE_ROW : SQL_USE_COLUMN);
        if (use != NULL) {
            use->name = name;
        }
    }
    value(s, is_row ? 2 : 0);
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p); /* (+) */
    }
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
        open_frame(s, flags, true);
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
        value(s, literal + 1);
        return true;
    }
    if ((flags & SQL_KEYWORD_NESTED_TYPE) != 0 && parse_peek_is_op(p, 1, '<')) {
        parse_skip_type(p);
        s->expects_operand = true;
        return true;
    }
    return false;
}

static void scan_name(struct scan *s)
{
    struct parser *p = s->p;
    if (scan_parameter(s) || scan_typed_literal(s)) {
        return;
    }
    if (is_argument_word(s)) {
        value(s, 1);
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        }
        return;
    }
    size_t name_tokens = parse_name_tokens(p);
    if (is_call(p, name_tokens)) {
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
                              ? add_use(s, SQL_USE_TABLE)
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
    if (top(s) == NULL || !top(s)->is_call) {
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
    struct parse_frame *frame = top(s);
    if (frame == NULL || !frame->is_window || parse_token(p) - 1 != frame->opener ||
        parse_is(p, KW_PARTITION) || parse_is(p, KW_ORDER) ||
        !(parse_peek_is_op(p, 1, ')') || parse_peek_is(p, 1, KW_ORDER) ||
          parse_peek_is(p, 1, KW_PARTITION) || parse_peek_is(p, 1, KW_ROWS) ||
          parse_peek_is(p, 1, KW_RANGE))) {
        return false;
    }
    struct sql_use *use = add_use(s, SQL_USE_WINDOW);
    if (use != NULL && !parse_name(p, &use->name)) {
        use->kind = SQL_USE_COLUMN;
    }
    s->expects_operand = false;
    return true;
}

/* x IN name, where that is allowed: a table, or something that the resolver knows. */
static void scan_in(struct scan *s)
{
    struct parser *p = s->p;
    operator_(s, 1);
    size_t tokens = parse_name_tokens(p);
    const struct parse_frame *frame = top(s);
    bool is_position = frame != NULL && (frame->flags & SQL_KEYWORD_CALL_FROM) != 0;
    if (!sql_has(p->rules, SQL_TRAIT_NAME_LISTS) || tokens == 0 || is_position ||
        parse_peek_is_op(p, tokens, '(')) {
        return;
    }
    struct sql_name name;
    struct sql_use *use =
        parse_table_name(p, &name) && !name.is_dynamic ? add_use(s, SQL_USE_IN_NAME) : NULL;
    if (use != NULL) {
        use->name = name;
    }
    s->expects_operand = false;
}

/* A word where an operand is expected. */
static void scan_operand_word(struct scan *s)
{
    struct parser *p = s->p;
    enum sql_keyword keyword = (enum sql_keyword)parse_token(p)->code;
    unsigned flags = sql_keyword_flags(keyword);
    bool is_call_like = parse_peek_is_op(p, 1, '(');
    bool is_qualified = parse_peek_is_op(p, 1, '.');
    if (scan_window_base(s)) {
        return;
    }
    if (is_qualified) {
        scan_name(s);
    } else if (keyword == KW_CASE) {
        s->cases++;
        operator_(s, 1);
    } else if (keyword == KW_END && s->cases > 0) {
        s->cases--;
        value(s, 1);
    } else if (keyword == KW_SELECT || (keyword == KW_WITH && depth_of(s) > 0)) {
        scan_query(s, s->mode == PARSE_VALUE ? SQL_USE_QUERY : SQL_USE_EXISTS);
    } else if (keyword == KW_EXISTS) {
        scan_exists(s);
    } else if (keyword == KW_IN) {
        scan_in(s); /* NOT IN */
    } else if ((keyword == KW_TABLE || keyword == KW_MODEL) && is_object(s)) {
        scan_object(s);
    } else if (keyword == KW_INTERVAL && !parse_peek_is_op(p, 1, ',') &&
               !parse_peek_is_op(p, 1, ')')) {
        operator_(s, 1);
        s->interval = depth_of(s) + 1;
    } else if ((flags & SQL_KEYWORD_VALUE) != 0) {
        value(s, 1);
    } else if ((flags & SQL_KEYWORD_PREFIX) != 0 ||
               (keyword == KW_APPROXIMATE && parse_is_name(parse_peek(p, 1))) ||
               (keyword == KW_WHERE && depth_of(s) > 0) ||
               ((flags & SQL_KEYWORD_OPERATOR) != 0 && !is_call_like)) {
        operator_(s, 1);
    } else if ((keyword == KW_PARTITION || keyword == KW_ORDER) && parse_peek_is(p, 1, KW_BY)) {
        operator_(s, 2);
    } else if ((keyword == KW_UNBOUNDED || keyword == KW_CURRENT) &&
               parse_peek(p, 1)->kind == SQL_TOKEN_WORD) {
        value(s, 2);
    } else {
        scan_name(s);
    }
}

/* OVER w, OVER (...), FILTER (...), WITHIN GROUP (...). */
static void scan_over(struct scan *s)
{
    struct parser *p = s->p;
    bool is_over = parse_is(p, KW_OVER);
    parse_advance(p, parse_peek_is(p, 1, KW_GROUP) ? 2 : 1);
    if (parse_is_op(p, '(')) {
        open_frame(s, 0, false);
        if (top(s) != NULL) {
            top(s)->is_window = is_over;
        }
        return;
    }
    struct sql_name name;
    struct sql_use *use = is_over && parse_name(p, &name) ? add_use(s, SQL_USE_WINDOW) : NULL;
    if (use != NULL) {
        use->name = name;
    }
}

static void scan_is(struct scan *s)
{
    struct parser *p = s->p;
    operator_(s, 1);
    (void)parse_accept(p, KW_NOT);
    if (parse_accept(p, KW_DISTINCT)) {
        (void)parse_accept(p, KW_FROM);
    } else if (parse_token(p)->kind == SQL_TOKEN_WORD && !parse_peek_is_op(p, 1, '(')) {
        bool is_json = parse_is(p, KW_JSON) &&
                       (parse_peek_is(p, 1, KW_VALUE) || parse_peek_is(p, 1, KW_SCALAR) ||
                        parse_peek_is(p, 1, KW_OBJECT) || parse_peek_is(p, 1, KW_ARRAY));
        value(s, is_json ? 2 : 1);
    }
}

/* AS in an expression: CAST (x AS type), STRUCT (x AS name). */
static void scan_as(struct scan *s)
{
    struct parser *p = s->p;
    struct parse_frame *frame = top(s);
    if (frame != NULL && (frame->flags & SQL_KEYWORD_CALL_CAST) != 0) {
        p->at = frame->opener->closer;
    } else {
        parse_advance(p, 1);
        parse_advance(p, parse_is_name(parse_token(p)) ? 1 : 0);
    }
    s->expects_operand = false;
}

/* FROM in a bracket: fine in EXTRACT and its like, else the bracket was not closed. */
static void scan_from(struct scan *s)
{
    struct parser *p = s->p;
    const struct parse_frame *frame = top(s);
    bool is_fine = (frame->flags & SQL_KEYWORD_CALL_FROM) != 0 || frame->opener->code != '(' ||
                   parse_peek_is(p, 1, KW_FIRST) || parse_peek_is(p, 1, KW_LAST);
    if (is_fine) {
        operator_(s, 1);
    } else {
        parse_note_syntax(p);
        s->is_done = true;
    }
}

/* FROM FIRST and FROM LAST of NTH_VALUE (x, 2) FROM FIRST OVER ... */
static bool is_from_first(const struct parser *p)
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
    value(s, is_range ? 3 : 1);
    while ((parse_token(p)->kind == SQL_TOKEN_NUMBER ||
            parse_token(p)->kind == SQL_TOKEN_STRING) &&
           parse_peek(p, 1)->kind == SQL_TOKEN_WORD &&
           (sql_keyword_flags(parse_peek(p, 1)->code) & SQL_KEYWORD_UNIT) != 0) {
        value(s, 2);
    }
    s->interval = 0;
}

/* A word that goes on with the expression at any depth; false when it is none. */
static bool scan_operator_word(struct scan *s)
{
    struct parser *p = s->p;
    enum sql_keyword keyword = (enum sql_keyword)parse_token(p)->code;
    unsigned flags = sql_keyword_flags(keyword);
    bool is_case_word = keyword == KW_WHEN || keyword == KW_THEN || keyword == KW_ELSE;
    if (s->interval == depth_of(s) + 1 && (flags & SQL_KEYWORD_UNIT) != 0) {
        scan_unit(s);
    } else if (is_from_first(p)) {
        value(s, 2);
    } else if (keyword == KW_AGAINST && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p); /* MATCH (a) AGAINST ('x' IN BOOLEAN MODE) */
    } else if (keyword == KW_MEMBER && parse_peek_is(p, 1, KW_OF)) {
        operator_(s, 2);
    } else if (keyword == KW_ISNULL || keyword == KW_NOTNULL) {
        value(s, 1);
    } else if ((keyword == KW_IGNORE || keyword == KW_RESPECT) &&
               parse_peek_is(p, 1, KW_NULLS)) {
        value(s, 2);
    } else if (keyword == KW_OPERATOR && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p); /* OPERATOR (schema.+) */
        s->expects_operand = true;
    } else if (keyword == KW_IN) {
        scan_in(s);
    } else if (keyword == KW_IS) {
        scan_is(s);
    } else if (is_case_word && (s->cases > 0 || s->mode == PARSE_REST)) {
        operator_(s, 1);
    } else if (keyword == KW_END && s->cases > 0) {
        s->cases--;
        value(s, 1);
    } else if (keyword == KW_OVER || (keyword == KW_FILTER && parse_peek_is_op(p, 1, '(')) ||
               (keyword == KW_WITHIN && parse_peek_is(p, 1, KW_GROUP))) {
        scan_over(s);
    } else if (keyword == KW_AT && parse_peek_is(p, 1, KW_TIME) &&
               parse_peek_is(p, 2, KW_ZONE)) {
        operator_(s, 3);
    } else if (keyword == KW_COLLATE) {
        size_t tokens = parse_peek(p, 1)->kind == SQL_TOKEN_STRING ? 1 : 0;
        parse_advance(p, 1);
        parse_advance(p, tokens + parse_name_tokens(p));
    } else if ((flags & SQL_KEYWORD_OPERATOR) != 0) {
        operator_(s, 1);
    } else {
        return false;
    }
    return true;
}

/* A word behind an operand, in brackets: keywords of functions and windows are passed over. */
static void scan_inner_word(struct scan *s)
{
    struct parser *p = s->p;
    switch (parse_token(p)->code) {
    case KW_AS:
        scan_as(s);
        break;
    case KW_FROM:
        scan_from(s);
        break;
    case KW_SELECT:
        scan_query(s, s->mode == PARSE_VALUE ? SQL_USE_QUERY : SQL_USE_EXISTS);
        break;
    case KW_HAVING:
        operator_(s, parse_peek_is(p, 1, KW_MAX) || parse_peek_is(p, 1, KW_MIN) ? 2 : 1);
        break;
    case KW_USING:
        value(s, parse_is_name(parse_peek(p, 1)) ? 2 : 1);
        break;
    case KW_BY:
    case KW_WHERE:
    case KW_FOR:
    case KW_PLACING:
    case KW_LIMIT:
    case KW_SEPARATOR:
    case KW_VALUE:
        operator_(s, 1);
        break;
    default:
        value(s, 1);
        break;
    }
}

/* A word or quoted name behind an operand that is in no bracket: the end, mostly. */
static void scan_outer_word(struct scan *s)
{
    struct parser *p = s->p;
    if (s->mode == PARSE_VALUE) {
        s->is_done = true;
    } else if (parse_is(p, KW_AS)) {
        scan_as(s);
    } else {
        value(s, 1);
    }
}

/* True for a word that ends the expression: a clause, or (not in CASE) another statement. */
static bool is_terminator(const struct scan *s)
{
    const struct parser *p = s->p;
    if (parse_token(p)->kind != SQL_TOKEN_WORD || depth_of(s) > 0 || s->mode == PARSE_REST ||
        is_from_first(p)) {
        return false;
    }
    enum parse_clause clause = parse_clause(p, !s->expects_operand);
    return clause != PARSE_CLAUSE_NONE && (clause != PARSE_CLAUSE_STATEMENT || s->cases == 0);
}

static void scan_word(struct scan *s)
{
    struct parser *p = s->p;
    bool is_word = parse_token(p)->kind == SQL_TOKEN_WORD;
    bool is_inside = depth_of(s) > 0;
    if (is_terminator(s)) {
        s->is_done = true;
    } else if (s->expects_operand) {
        if (is_word) {
            scan_operand_word(s);
        } else {
            scan_name(s);
        }
    } else if (is_word && scan_operator_word(s)) {
        return;
    } else if (is_inside) {
        scan_inner_word(s);
    } else {
        scan_outer_word(s);
    }
}

/* column:path.to[0]; a slice [1:2]; :parameter. */
static void scan_colon(struct scan *s)
{
    struct parser *p = s->p;
    if (s->expects_operand) {
        value(s, parse_is_name(parse_peek(p, 1)) || parse_peek(p, 1)->kind == SQL_TOKEN_NUMBER
                     ? 2
                     : 1);
    } else if (sql_has(p->rules, SQL_TRAIT_COLON_PATHS)) {
        parse_advance(p, 1);
        size_t tokens = parse_name_tokens(p);
        bool is_literal = parse_token(p)->kind == SQL_TOKEN_NUMBER ||
                          parse_token(p)->kind == SQL_TOKEN_STRING;
        value(s, tokens == 0 && is_literal ? 1 : tokens);
    } else {
        operator_(s, 1);
    }
}

/* count(*) is nothing, f(*) is every column, a * b is an operator. */
static void scan_star(struct scan *s)
{
    const struct parse_frame *frame = top(s);
    if (!s->expects_operand) {
        operator_(s, 1);
        return;
    }
    if (s->mode == PARSE_VALUE && frame != NULL && frame->is_call &&
        (frame->flags & SQL_KEYWORD_CALL_COUNT) == 0) {
        (void)add_use(s, SQL_USE_ROW);
    }
    value(s, 1);
}

static void scan_cast(struct scan *s)
{
    parse_advance(s->p, 1);
    parse_skip_type(s->p);
    s->expects_operand = false;
}

/* A comma in brackets goes to the next argument; outside it ends most expressions. */
static void scan_comma(struct scan *s)
{
    struct parse_frame *frame = top(s);
    if (frame == NULL && (s->mode == PARSE_VALUE || s->mode == PARSE_CONDITION)) {
        s->is_done = true;
        return;
    }
    if (frame != NULL) {
        s->p->lambdas = frame->lambdas;
    }
    operator_(s, 1);
}

static void scan_punctuation(struct scan *s)
{
    struct parser *p = s->p;
    switch (parse_token(p)->code) {
    case '(':
        scan_parenthesis(s);
        break;
    case '{':
        if (sql_has(p->rules, SQL_TRAIT_NAME_LISTS)) {
            parse_skip_brackets(p); /* {name:Type} */
            s->expects_operand = false;
            break;
        }
        open_frame(s, 0, false);
        break;
    case '[':
        open_frame(s, 0, false);
        break;
    case ')':
    case ']':
    case '}':
        close_frame(s);
        break;
    case ';':
    case SQL_OPERATOR_PIPE:
        s->is_done = true;
        break;
    case ',':
        scan_comma(s);
        break;
    case '*':
        scan_star(s);
        break;
    case ':':
        scan_colon(s);
        break;
    case '.':
        value(s, parse_is_name(parse_peek(p, 1)) || parse_peek_is_op(p, 1, '*') ||
                         parse_peek(p, 1)->kind == SQL_TOKEN_NUMBER
                     ? 2
                     : 1);
        break;
    case SQL_OPERATOR_CAST:
        scan_cast(s);
        break;
    case '?':
        s->expects_operand = !s->expects_operand;
        parse_advance(p, 1);
        break;
    default:
        operator_(s, 1);
        break;
    }
}

static void scan_token(struct scan *s)
{
    struct parser *p = s->p;
    switch ((enum sql_token_kind)parse_token(p)->kind) {
    case SQL_TOKEN_END:
        s->is_done = true;
        break;
    case SQL_TOKEN_WORD:
    case SQL_TOKEN_QUOTED:
        scan_word(s);
        break;
    case SQL_TOKEN_PUNCTUATION:
        scan_punctuation(s);
        break;
    case SQL_TOKEN_STRING:
    case SQL_TOKEN_NUMBER:
    case SQL_TOKEN_PARAMETER:
        s->is_done = !s->expects_operand && depth_of(s) == 0 && s->mode == PARSE_VALUE &&
                     parse_token(p)[-1].kind != SQL_TOKEN_STRING;
        value(s, s->is_done ? 0 : 1);
        break;
    }
}

/* True when the expression breaks off behind an operator that needs another operand. */
static bool is_dangling(const struct scan *s, size_t start)
{
    const struct parser *p = s->p;
    const struct sql_token *last = &p->tokens[p->at > 0 ? p->at - 1 : 0];
    if (!s->expects_operand || p->at == start || s->mode == PARSE_REST || depth_of(s) > 0) {
        return false;
    }
    if (last->kind == SQL_TOKEN_WORD) {
        return last->code == KW_AND || last->code == KW_OR || last->code == KW_NOT ||
               last->code == KW_IN || last->code == KW_LIKE || last->code == KW_BETWEEN;
    }
    return last->kind == SQL_TOKEN_PUNCTUATION &&
           (last->code == SQL_OPERATOR_OTHER ||
            (last->code < 128 && strchr("=+-/<>", (int)last->code) != NULL));
}

static void scan_all(struct scan *s)
{
    struct parser *p = s->p;
    size_t start = p->at;
    while (!s->is_done && p->status == OK) {
        scan_token(s);
    }
    if (is_dangling(s, start) || depth_of(s) > 0 || (s->cases > 0 && s->mode == PARSE_VALUE)) {
        parse_note_syntax(p);
    }
    if (depth_of(s) > 0) {
        p->lambdas = p->frames[s->base].lambdas;
        p->frame_count = s->base;
    }
}

bool parse_expression(struct parser *p, enum parse_mode mode, struct sql_use **uses)
{
    size_t start = p->at;
    struct scan scan = {
        .p = p, .mode = mode, .tail = uses, .base = p->frame_count, .expects_operand = true};
    scan_all(&scan);
    return p->at > start;
}

void parse_arguments(struct parser *p, unsigned call_flags, struct sql_use **uses)
{
    struct scan scan = {.p = p, .mode = PARSE_VALUE, .tail = uses, .base = p->frame_count};
    if (!parse_is_op(p, '(')) {
        return;
    }
    open_frame(&scan, call_flags, true);
    while (!scan.is_done && p->status == OK && depth_of(&scan) > 0) {
        scan_token(&scan);
    }
    scan.is_done = true;
    scan_all(&scan);
}
