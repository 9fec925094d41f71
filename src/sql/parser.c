#include "sql/parser.h"

#include "sql/parse.h"

const struct sql_token *parse_token(const struct parser *p)
{
    return &p->tokens[p->at];
}

const struct sql_token *parse_peek(const struct parser *p, size_t n)
{
    return &p->tokens[n < p->count - p->at ? p->at + n : p->count - 1];
}

bool parse_peek_is(const struct parser *p, size_t n, enum sql_keyword keyword)
{
    const struct sql_token *token = parse_peek(p, n);
    return token->kind == SQL_TOKEN_WORD && token->code == keyword;
}

bool parse_is(const struct parser *p, enum sql_keyword keyword)
{
    return parse_peek_is(p, 0, keyword);
}

bool parse_peek_is_op(const struct parser *p, size_t n, unsigned code)
{
    const struct sql_token *token = parse_peek(p, n);
    return token->kind == SQL_TOKEN_PUNCTUATION && token->code == code;
}

bool parse_is_op(const struct parser *p, unsigned code)
{
    return parse_peek_is_op(p, 0, code);
}

bool parse_is_end(const struct parser *p)
{
    return parse_token(p)->kind == SQL_TOKEN_END || parse_is_op(p, ';') ||
           parse_is_op(p, ')') || parse_is_op(p, ']') || parse_is_op(p, '}');
}

bool parse_is_name(const struct sql_token *token)
{
    return token->kind == SQL_TOKEN_WORD || token->kind == SQL_TOKEN_QUOTED;
}

void parse_advance(struct parser *p, size_t n)
{
    p->at = n < p->count - p->at ? p->at + n : p->count - 1;
}

bool parse_accept(struct parser *p, enum sql_keyword keyword)
{
    bool is_here = parse_is(p, keyword);
    parse_advance(p, is_here ? 1 : 0);
    return is_here;
}

bool parse_accept_op(struct parser *p, unsigned code)
{
    bool is_here = parse_is_op(p, code);
    parse_advance(p, is_here ? 1 : 0);
    return is_here;
}

bool parse_accept_pair(struct parser *p, enum sql_keyword first, enum sql_keyword second)
{
    bool is_here = parse_is(p, first) && parse_peek_is(p, 1, second);
    parse_advance(p, is_here ? 2 : 0);
    return is_here;
}

void parse_skip_brackets(struct parser *p)
{
    if (!parse_is_op(p, '(') && !parse_is_op(p, '[') && !parse_is_op(p, '{')) {
        return;
    }
    p->at = parse_token(p)->closer;
    if (!parse_is_op(p, ';')) {
        parse_advance(p, 1);
    }
}

void parse_close(struct parser *p, const struct sql_token *opener)
{
    if (!parse_is_op(p, ')')) {
        parse_note_syntax(p);
    }
    if (opener->closer > p->at) {
        p->at = opener->closer;
    }
    (void)parse_accept_op(p, ')');
}

void *parse_new(struct parser *p, size_t size)
{
    void *made = arena_alloc(p->arena, size);
    if (made == NULL) {
        p->status = ERR_NOMEM;
        p->at = p->count - 1;
    }
    return made;
}

void parse_note(struct parser *p, enum sql_note_kind kind)
{
    if (sql_notes_add(p->notes, kind, parse_token(p)->offset) != OK) {
        p->status = ERR_NOMEM;
    }
}

void parse_note_syntax(struct parser *p)
{
    if (!parse_token(p)->is_after_tag) {
        parse_note(p, SQL_NOTE_SYNTAX);
    }
}

bool parse_enter(struct parser *p)
{
    if (p->depth >= PARSE_MAX_DEPTH) {
        parse_note(p, SQL_NOTE_DEPTH);
        return false;
    }
    p->depth++;
    return p->status == OK;
}

void parse_leave(struct parser *p)
{
    p->depth--;
}

static struct sql_statement *parse_all(struct parser *p)
{
    struct sql_statement *first = NULL;
    struct sql_statement **tail = &first;
    while (p->status == OK && parse_token(p)->kind != SQL_TOKEN_END) {
        size_t start = p->at;
        struct sql_statement *statement = parse_statement(p);
        if (statement != NULL) {
            *tail = statement;
            tail = &statement->next;
        }
        if (p->at == start) {
            parse_advance(p, 1);
        }
    }
    return first;
}

/* depth: how deep the text stands in others. */
static enum status parse_at_depth(struct str text, const struct sql_rules *rules,
                                  struct arena *arena, unsigned depth, struct sql_notes *notes,
                                  struct sql_statement **out)
{
    struct sql_tokens tokens;
    enum status status = sql_lex(text, rules, arena, &tokens);
    *out = NULL;
    if (status != OK) {
        return status;
    }
    if (tokens.broken_offset != UINT32_MAX) {
        status = sql_notes_add(notes, SQL_NOTE_UNTERMINATED, tokens.broken_offset);
    }
    struct parser parser = {.arena = arena,
                            .rules = rules,
                            .text = text,
                            .tokens = tokens.items,
                            .count = tokens.count,
                            .depth = depth,
                            .notes = notes,
                            .status = status};
    *out = parse_all(&parser);
    return parser.status;
}

enum status sql_parse(struct str text, const struct sql_rules *rules, struct arena *arena,
                      struct sql_notes *notes, struct sql_statement **out)
{
    return parse_at_depth(text, rules, arena, 0, notes, out);
}

struct sql_statement *parse_text(struct parser *p, const struct sql_token *string)
{
    struct str text;
    struct sql_statement *first = NULL;
    struct sql_notes notes = {.arena = p->arena};
    unsigned depth = p->depth + PARSE_TEXT_DEPTH;
    if (depth > PARSE_MAX_DEPTH) {
        parse_note(p, SQL_NOTE_DEPTH);
        return NULL;
    }
    p->status = sql_token_value(p->text, string, p->rules, p->arena, &text);
    if (p->status == OK) {
        p->status = parse_at_depth(text, p->rules, p->arena, depth, &notes, &first);
    }
    for (size_t i = 0; i < notes.count && p->status == OK; i++) {
        p->status = sql_notes_add(p->notes, notes.items[i].kind, string->offset);
    }
    for (struct sql_statement *one = first; one != NULL; one = one->next) {
        one->offset = string->offset;
    }
    return first;
}
