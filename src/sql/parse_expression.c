/*
 * Expressions as lists of uses. There is no grammar of operators: a loop over the tokens keeps
 * a stack of open brackets and knows whether an operand or an operator is expected. That is
 * enough to tell names of columns from keywords, types, units, aliases and functions.
 */
#include "sql/parse_scan.h"

#include <string.h>

size_t scan_depth(const struct scan *s)
{
    return s->p->frame_count - s->base;
}

struct parse_frame *scan_top(const struct scan *s)
{
    return scan_depth(s) > 0 ? &s->p->frames[s->p->frame_count - 1] : NULL;
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

struct sql_use *scan_add_use(struct scan *s, enum sql_use_kind kind)
{
    struct sql_use *use = parse_add_use(s->p, s->tail, kind);
    if (use != NULL) {
        s->tail = &use->next;
    }
    return use;
}

void scan_value(struct scan *s, size_t tokens)
{
    parse_advance(s->p, tokens);
    s->expects_operand = false;
}

void scan_operator(struct scan *s, size_t tokens)
{
    parse_advance(s->p, tokens);
    s->expects_operand = true;
    s->interval = s->interval == scan_depth(s) + 1 ? 0 : s->interval;
}

void scan_open(struct scan *s, unsigned flags, bool is_call)
{
    struct parser *p = s->p;
    struct parse_frame *frame = arena_push(p->arena, &p->frames, &p->frame_count,
                                           &p->frame_capacity, sizeof(*p->frames));
    if (frame == NULL) {
        p->status = ERR_NOMEM;
        s->is_done = true;
        return;
    }
    *frame = (struct parse_frame){.opener = parse_token(p),
                                  .flags = flags,
                                  .is_call = is_call,
                                  .lambdas = p->lambdas,
                                  .uses = s->tail};
    scan_operator(s, 1);
}

static void close_frame(struct scan *s)
{
    const struct parse_frame *frame = scan_top(s);
    if (frame == NULL) {
        s->is_done = true;
        return;
    }
    s->p->lambdas = frame->lambdas;
    s->p->frame_count--;
    scan_value(s, 1);
}

/* (e AS a): a stands for e in what follows (ClickHouse). */
static void scan_inner_alias(struct scan *s, const struct parse_frame *frame)
{
    struct parser *p = s->p;
    struct sql_item *item = PARSE_NEW(p, struct sql_item);
    if (item == NULL || !parse_part(p, &item->alias)) {
        return;
    }
    item->uses = *frame->uses;
    item->uses_end = s->tail;
    item->next = p->inner;
    p->inner = item;
}

/* AS in an expression: CAST (x AS type), STRUCT (x AS name). */
static void scan_as(struct scan *s)
{
    struct parser *p = s->p;
    struct parse_frame *frame = scan_top(s);
    if (frame != NULL && (frame->flags & SQL_KEYWORD_CALL_CAST) != 0) {
        p->at = frame->opener->closer;
    } else if (frame != NULL && sql_has(p->rules, SQL_TRAIT_NAME_LISTS)) {
        parse_advance(p, 1);
        scan_inner_alias(s, frame);
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
    const struct parse_frame *frame = scan_top(s);
    bool is_fine = (frame->flags & SQL_KEYWORD_CALL_FROM) != 0 || frame->opener->code != '(' ||
                   parse_peek_is(p, 1, KW_FIRST) || parse_peek_is(p, 1, KW_LAST);
    if (is_fine) {
        scan_operator(s, 1);
    } else {
        parse_note_syntax(p);
        s->is_done = true;
    }
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
        scan_operator(s, parse_peek_is(p, 1, KW_MAX) || parse_peek_is(p, 1, KW_MIN) ? 2 : 1);
        break;
    case KW_USING:
        scan_value(s, parse_is_name(parse_peek(p, 1)) ? 2 : 1);
        break;
    case KW_BY:
    case KW_WHERE:
    case KW_FOR:
    case KW_PLACING:
    case KW_LIMIT:
    case KW_SEPARATOR:
    case KW_VALUE:
        scan_operator(s, 1);
        break;
    default:
        scan_value(s, 1);
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
        scan_value(s, 1);
    }
}

/* True for a word that ends the expression: a clause, or (not in CASE) another statement. */
static bool is_terminator(const struct scan *s)
{
    const struct parser *p = s->p;
    if (parse_token(p)->kind != SQL_TOKEN_WORD || scan_depth(s) > 0 || s->mode == PARSE_REST ||
        scan_is_from_first(p)) {
        return false;
    }
    enum parse_clause clause = parse_clause(p, !s->expects_operand);
    return clause != PARSE_CLAUSE_NONE && (clause != PARSE_CLAUSE_STATEMENT || s->cases == 0);
}

static void scan_word(struct scan *s)
{
    struct parser *p = s->p;
    bool is_word = parse_token(p)->kind == SQL_TOKEN_WORD;
    bool is_inside = scan_depth(s) > 0;
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
        scan_value(s,
                   parse_is_name(parse_peek(p, 1)) || parse_peek(p, 1)->kind == SQL_TOKEN_NUMBER
                       ? 2
                       : 1);
    } else if (scan_top(s) != NULL && scan_top(s)->opener->code == '{' &&
               parse_token(p)[-1].kind == SQL_TOKEN_STRING) {
        scan_operator(s, 1); /* {'key': value} */
    } else if (sql_has(p->rules, SQL_TRAIT_COLON_PATHS)) {
        parse_advance(p, 1);
        size_t tokens = parse_name_tokens(p);
        bool is_literal = parse_token(p)->kind == SQL_TOKEN_NUMBER ||
                          parse_token(p)->kind == SQL_TOKEN_STRING;
        scan_value(s, tokens == 0 && is_literal ? 1 : tokens);
    } else {
        scan_operator(s, 1);
    }
}

/* {* EXCLUDE (a)}: an object of columns (Snowflake). */
static void scan_row(struct scan *s)
{
    struct sql_item *star = PARSE_NEW(s->p, struct sql_item);
    struct sql_use *use =
        star != NULL && parse_star(s->p, star) ? scan_add_use(s, SQL_USE_STAR) : NULL;
    if (use != NULL) {
        use->star = star;
        star->is_unpacked = true;
    }
    s->expects_operand = false;
}

/* count(*) is nothing, f(*) is every column, a * b is an operator. */
static void scan_star(struct scan *s)
{
    const struct parse_frame *frame = scan_top(s);
    const struct sql_token *before = parse_token(s->p) - 1;
    bool is_match =
        s->p->at > 0 && before->kind == SQL_TOKEN_PUNCTUATION && before->code == '~';
    if (!s->expects_operand || is_match) { /* a ~* 'x' */
        scan_operator(s, 1);
        return;
    }
    if (s->mode == PARSE_VALUE && frame != NULL && frame->opener->code == '{') {
        scan_row(s);
        return;
    }
    if (s->mode == PARSE_VALUE && parse_is_columns(s->p, 1)) {
        parse_advance(s->p, 1);
        scan_columns(s, true);
        return;
    }
    if (s->mode == PARSE_VALUE && frame != NULL && frame->is_call &&
        (frame->flags & SQL_KEYWORD_CALL_COUNT) == 0) {
        (void)scan_add_use(s, SQL_USE_ROW);
    }
    scan_value(s, 1);
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
    struct parse_frame *frame = scan_top(s);
    if (frame == NULL && (s->mode == PARSE_VALUE || s->mode == PARSE_CONDITION)) {
        s->is_done = true;
        return;
    }
    if (frame != NULL) {
        s->p->lambdas = frame->lambdas;
        frame->uses = s->tail;
    }
    scan_operator(s, 1);
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
        scan_open(s, 0, false);
        break;
    case '[':
        scan_open(s, 0, false);
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
        scan_value(s, parse_is_name(parse_peek(p, 1)) || parse_peek_is_op(p, 1, '*') ||
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
        scan_operator(s, 1);
        break;
    }
}

/* A constant; behind an operand it is something else, mostly the end. */
static void scan_constant(struct scan *s)
{
    s->is_done = !s->expects_operand && scan_depth(s) == 0 && s->mode == PARSE_VALUE &&
                 parse_token(s->p)[-1].kind != SQL_TOKEN_STRING;
    scan_value(s, s->is_done ? 0 : 1);
}

/* A parameter, or $1: the first column of what stands in FROM (Snowflake). */
static void scan_place(struct scan *s)
{
    struct parser *p = s->p;
    struct str text = sql_token_text(p->text, parse_token(p));
    bool is_place = s->expects_operand && s->mode == PARSE_VALUE &&
                    sql_has(p->rules, SQL_TRAIT_STAGES) && text.n > 1 && text.p[0] == '$' &&
                    text.p[1] >= '1' && text.p[1] <= '9';
    struct sql_part *part = is_place ? PARSE_NEW(p, struct sql_part) : NULL;
    struct sql_use *use = part != NULL ? scan_add_use(s, SQL_USE_COLUMN) : NULL;
    if (use != NULL) {
        part->text = text;
        use->name = (struct sql_name){part, 1, parse_token(p)->offset, false};
    }
    scan_constant(s);
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
    case SQL_TOKEN_PARAMETER:
        scan_place(s);
        break;
    case SQL_TOKEN_STRING:
    case SQL_TOKEN_NUMBER:
        scan_constant(s);
        break;
    }
}

/* True when the expression breaks off behind an operator that needs another operand. */
static bool is_dangling(const struct scan *s, size_t start)
{
    const struct parser *p = s->p;
    const struct sql_token *last = &p->tokens[p->at > 0 ? p->at - 1 : 0];
    if (!s->expects_operand || p->at == start || s->mode == PARSE_REST || scan_depth(s) > 0) {
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
    if (is_dangling(s, start) || scan_depth(s) > 0 ||
        (s->cases > 0 && s->mode == PARSE_VALUE)) {
        parse_note_syntax(p);
    }
    if (scan_depth(s) > 0) {
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

/* From the parenthesis to behind its partner. */
static void scan_brackets(struct parser *p, unsigned call_flags, bool is_window,
                          struct sql_use **uses)
{
    struct scan scan = {.p = p, .mode = PARSE_VALUE, .tail = uses, .base = p->frame_count};
    if (!parse_is_op(p, '(')) {
        return;
    }
    scan_open(&scan, call_flags, !is_window);
    if (scan_top(&scan) != NULL) {
        scan_top(&scan)->is_window = is_window;
    }
    while (!scan.is_done && p->status == OK && scan_depth(&scan) > 0) {
        scan_token(&scan);
    }
    scan.is_done = true;
    scan_all(&scan);
}

void parse_arguments(struct parser *p, unsigned call_flags, struct sql_use **uses)
{
    scan_brackets(p, call_flags, false, uses);
}

void parse_window(struct parser *p, struct sql_use **uses)
{
    scan_brackets(p, 0, true, uses);
}
