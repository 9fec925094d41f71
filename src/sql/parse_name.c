/* Names, lists of names, and types. */
#include "sql/parse.h"

#include <string.h>

/* No name has more; what follows is read as fields. */
#define MAX_NAME_TOKENS 64

/* How many parts a token makes: paths in backticks are split at their dots. */
static size_t parts_in(const struct parser *p, const struct sql_token *token)
{
    size_t count = 1;
    if (token->kind == SQL_TOKEN_QUOTED && sql_has(p->rules, SQL_TRAIT_DASHED_NAMES)) {
        struct str text = sql_token_text(p->text, token);
        for (size_t i = 0; i < text.n; i++) {
            count += text.p[i] == '.' ? 1 : 0;
        }
    }
    return count;
}

static bool is_adjacent(const struct sql_token *first, const struct sql_token *second)
{
    return first->offset + first->size_bytes == second->offset;
}

/* A token that can stand behind the dot of a name: also 2024 and $1. */
static bool is_later_part(const struct sql_token *dot, const struct sql_token *token)
{
    return parse_is_name(token) ||
           ((token->kind == SQL_TOKEN_NUMBER || token->kind == SQL_TOKEN_PARAMETER) &&
            is_adjacent(dot, token));
}

size_t parse_name_tokens(const struct parser *p)
{
    size_t n = parse_is_name(parse_token(p)) ? 1 : 0;
    while (n > 0 && n < MAX_NAME_TOKENS && parse_peek_is_op(p, n, '.') &&
           is_later_part(parse_peek(p, n), parse_peek(p, n + 1))) {
        n += 2;
    }
    return n;
}

static void read_part(struct parser *p, const struct sql_token *token, struct sql_part *out)
{
    out->is_quoted = token->kind == SQL_TOKEN_QUOTED;
    if (out->is_quoted) {
        enum status status = sql_token_value(p->text, token, p->rules, p->arena, &out->text);
        p->status = status != OK ? status : p->status;
    } else {
        out->text = sql_token_text(p->text, token);
    }
}

bool parse_part(struct parser *p, struct sql_part *out)
{
    if (!parse_is_name(parse_token(p))) {
        return false;
    }
    read_part(p, parse_token(p), out);
    parse_advance(p, 1);
    return p->status == OK;
}

/* Adds the part of a token, or the parts of its path. */
static void add_parts(struct parser *p, const struct sql_token *token, struct sql_name *name)
{
    struct sql_part part;
    read_part(p, token, &part);
    name->is_dynamic =
        name->is_dynamic || token->is_dynamic || token->kind == SQL_TOKEN_PARAMETER;
    for (size_t left = parts_in(p, token); left > 1; left--) {
        size_t dot = str_find(part.text, '.');
        name->parts[name->count++] = (struct sql_part){str_sub(part.text, 0, dot), true};
        part.text = str_sub(part.text, dot + 1, SIZE_MAX);
    }
    name->parts[name->count++] = part;
}

/* Room for the parts of the next n tokens, and begins the name. */
static bool begin_name(struct parser *p, size_t n, struct sql_name *out)
{
    size_t parts = 0;
    for (size_t i = 0; i < n; i++) {
        parts += parts_in(p, parse_peek(p, i));
    }
    *out = (struct sql_name){.offset = parse_token(p)->offset};
    out->parts = n > 0 ? parse_new(p, parts * sizeof(*out->parts)) : NULL;
    return out->parts != NULL;
}

bool parse_name(struct parser *p, struct sql_name *out)
{
    size_t n = parse_name_tokens(p);
    if (!begin_name(p, n, out)) {
        return false;
    }
    for (size_t i = 0; i < n; i += 2) {
        add_parts(p, parse_peek(p, i), out);
    }
    parse_advance(p, n);
    return p->status == OK;
}

bool parse_field(struct parser *p, struct sql_name *out)
{
    struct sql_part first;
    bool is_field = parse_is_op(p, '(') && parse_is_name(parse_peek(p, 1)) &&
                    parse_peek_is_op(p, 2, ')') && parse_peek_is_op(p, 3, '.') &&
                    parse_is_name(parse_peek(p, 4));
    if (!is_field) {
        return false;
    }
    parse_advance(p, 1);
    (void)parse_part(p, &first);
    parse_advance(p, 2);
    if (!parse_name(p, out)) {
        return false;
    }
    struct sql_part *parts = parse_new(p, (out->count + 1) * sizeof(*parts));
    if (parts == NULL) {
        return false;
    }
    parts[0] = first;
    memcpy(parts + 1, out->parts, out->count * sizeof(*parts));
    out->parts = parts;
    out->count++;
    return true;
}

/* How many tokens my-project-2 has: words and numbers joined by dashes without spaces. */
static size_t dashed_tokens(const struct parser *p, size_t from)
{
    size_t n = 1;
    if (!sql_has(p->rules, SQL_TRAIT_DASHED_NAMES) ||
        parse_peek(p, from)->kind != SQL_TOKEN_WORD) {
        return n;
    }
    while (parse_peek_is_op(p, from + n, '-')) {
        const struct sql_token *dash = parse_peek(p, from + n);
        const struct sql_token *next = parse_peek(p, from + n + 1);
        if (!is_adjacent(dash - 1, dash) || !is_adjacent(dash, next) ||
            (next->kind != SQL_TOKEN_WORD && next->kind != SQL_TOKEN_NUMBER)) {
            break;
        }
        n += 2;
    }
    return n;
}

/* How many tokens a table's name has, with dashes and empty parts. */
static size_t table_name_tokens(const struct parser *p)
{
    size_t n = parse_is_name(parse_token(p)) ? dashed_tokens(p, 0) : 0;
    while (n > 0 && n < MAX_NAME_TOKENS && parse_peek_is_op(p, n, '.')) {
        size_t gap = parse_peek_is_op(p, n + 1, '.') ? 1 : 0;
        if (!is_later_part(parse_peek(p, n + gap), parse_peek(p, n + gap + 1))) {
            break;
        }
        n += gap + 1;
        n += dashed_tokens(p, n);
    }
    return n;
}

/* events_* without backticks: the star belongs to the name. */
static void parse_wildcard(struct parser *p, struct sql_name *name)
{
    const struct sql_token *token = parse_token(p);
    struct sql_part *last = &name->parts[name->count - 1];
    if (sql_has(p->rules, SQL_TRAIT_DASHED_NAMES) && parse_is_op(p, '*') &&
        is_adjacent(token - 1, token) && !last->is_quoted) {
        last->text.n += 1;
        parse_advance(p, 1);
    }
}

bool parse_table_name(struct parser *p, struct sql_name *out)
{
    size_t n = table_name_tokens(p);
    if (!begin_name(p, n, out)) {
        return false;
    }
    for (size_t i = 0; i < n;) {
        size_t dashed = dashed_tokens(p, i);
        const struct sql_token *first = parse_peek(p, i);
        const struct sql_token *last = parse_peek(p, i + dashed - 1);
        if (parse_peek_is_op(p, i, '.')) {
            out->parts[out->count++] = (struct sql_part){.text = STR("")};
            i++;
            continue;
        }
        add_parts(p, first, out);
        if (dashed > 1) {
            size_t end = last->offset + last->size_bytes;
            out->parts[out->count - 1].text =
                str_sub(p->text, first->offset, end - first->offset);
            out->is_dynamic = out->is_dynamic || last->is_dynamic;
        }
        i += dashed + 1; /* the dot */
    }
    if (out->is_dynamic) {
        parse_note(p, SQL_NOTE_DYNAMIC_NAME);
    }
    parse_advance(p, n);
    parse_wildcard(p, out);
    return p->status == OK;
}

bool parse_name_in_string(struct parser *p, struct sql_name *out)
{
    struct str text;
    struct sql_tokens tokens;
    const struct sql_token *string = parse_token(p);
    p->status = sql_token_value(p->text, string, p->rules, p->arena, &text);
    if (p->status == OK) {
        p->status = sql_lex(text, p->rules, p->arena, &tokens);
    }
    if (p->status != OK) {
        return false;
    }
    struct parser inner = *p;
    inner.text = text;
    inner.tokens = tokens.items;
    inner.count = tokens.count;
    inner.at = 0;
    bool is_name = parse_table_name(&inner, out) && inner.at == inner.count - 1;
    p->status = inner.status;
    out->offset = string->offset;
    parse_advance(p, 1);
    return is_name && p->status == OK;
}

struct sql_word *parse_bare_word(struct parser *p)
{
    struct sql_name name;
    struct sql_word *word = parse_name(p, &name) ? PARSE_NEW(p, struct sql_word) : NULL;
    if (word == NULL) {
        return NULL;
    }
    word->part = name.parts[name.count - 1];
    if (name.count > 1) {
        word->owner = name.parts[name.count - 2];
    }
    if (parse_accept(p, KW_AS)) {
        (void)parse_part(p, &word->renamed);
    }
    return word;
}

struct sql_word *parse_bare_words(struct parser *p)
{
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    for (;;) {
        *tail = parse_bare_word(p);
        if (*tail == NULL) {
            break;
        }
        tail = &(*tail)->next;
        if (!parse_is_op(p, ',') || !parse_is_name(parse_peek(p, 1))) {
            break;
        }
        parse_advance(p, 1);
    }
    return first;
}

struct sql_word *parse_words(struct parser *p)
{
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    const struct sql_token *opener = parse_token(p);
    parse_advance(p, 1);
    while (!parse_is_end(p)) {
        *tail = parse_bare_words(p);
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
        while (!parse_is_end(p) && !parse_accept_op(p, ',')) {
            if (parse_is_op(p, '(') || parse_is_op(p, '[')) {
                parse_skip_brackets(p);
            } else {
                parse_advance(p, 1); /* a type, or what else belongs to the name before */
            }
        }
    }
    if (opener->closer > p->at) {
        p->at = opener->closer;
    }
    (void)parse_accept_op(p, ')');
    return first;
}

/* <...> behind ARRAY, STRUCT and their like. */
static void skip_angles(struct parser *p)
{
    size_t depth = 0;
    do {
        if (parse_is_op(p, '<')) {
            depth++;
        } else if (parse_is_op(p, '>')) {
            depth--;
        }
        parse_advance(p, 1);
    } while (depth > 0 && parse_token(p)->kind != SQL_TOKEN_END && !parse_is_op(p, ';'));
}

void parse_skip_type(struct parser *p)
{
    size_t n = parse_name_tokens(p);
    bool is_nested =
        n == 1 && (sql_keyword_flags(parse_token(p)->code) & SQL_KEYWORD_NESTED_TYPE) != 0;
    parse_advance(p, n);
    if (is_nested && parse_is_op(p, '<')) {
        skip_angles(p);
    }
    while (parse_is(p, KW_PRECISION) || parse_is(p, KW_VARYING) || parse_is(p, KW_UNSIGNED)) {
        parse_advance(p, 1);
    }
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p);
    }
    if ((parse_is(p, KW_WITH) || parse_is(p, KW_WITHOUT)) &&
        (parse_peek_is(p, 1, KW_TIME) || parse_peek_is(p, 1, KW_LOCAL))) {
        parse_advance(p, parse_peek_is(p, 1, KW_LOCAL) ? 4 : 3);
    }
    while (parse_is_op(p, '[') && (parse_peek_is_op(p, 1, ']'))) {
        parse_advance(p, 2);
    }
}
