/*
 * lexer - SQL text as tokens: what is a name, a string, a comment, by the dialect's rules.
 *
 * Never fails on input: what is not closed ends with the text and is reported, a byte that
 * belongs nowhere is punctuation. Linear in the text. Tokens hold positions, not copies; the
 * text must outlive them.
 */
#ifndef SQL_LEXER_H
#define SQL_LEXER_H

#include "base/arena.h"
#include "sql/dialect.h"
#include "sql/keyword.h"

enum sql_token_kind {
    SQL_TOKEN_END,        /* behind the last one; there is always one */
    SQL_TOKEN_WORD,       /* a bare name or keyword */
    SQL_TOKEN_QUOTED,     /* a quoted name */
    SQL_TOKEN_STRING,     /* any kind of string literal */
    SQL_TOKEN_NUMBER,     /* any kind of number */
    SQL_TOKEN_PARAMETER,  /* @x, $1, @stage/path: stands for a value, never for a name */
    SQL_TOKEN_PUNCTUATION /* code is the character or an enum sql_operator */
};

/* Operators of more than one character that have a meaning of their own. */
enum sql_operator {
    SQL_OPERATOR_CAST = 256, /* :: */
    SQL_OPERATOR_ARROW,      /* -> */
    SQL_OPERATOR_NAMED,      /* => */
    SQL_OPERATOR_ASSIGN,     /* := */
    SQL_OPERATOR_PIPE,       /* |> */
    SQL_OPERATOR_OTHER       /* <=, <>, ->>, ... */
};

struct sql_token {
    uint32_t offset;
    uint32_t size_bytes;
    uint32_t closer; /* of an opening bracket: index of its partner, or of the END */
    uint16_t code;   /* WORD: enum sql_keyword; PUNCTUATION: see there */
    uint8_t kind;
    bool is_dynamic : 1;   /* a template fills in (part of) it */
    bool is_after_tag : 1; /* a template's tag stands before it */
    bool is_query : 1; /* of an opening parenthesis: a query begins behind it and its like */
};

struct sql_tokens {
    struct sql_token *items;
    size_t count; /* with the END */
    size_t capacity;
    uint32_t broken_offset; /* of a string, name or comment without end; UINT32_MAX: none */
};

/* Bytes that sql/template puts where a template's output and its tags were. */
#define SQL_DYNAMIC_BYTE '\x01'
#define SQL_TAG_BYTE '\x02'

/*
 * text (at most UINT32_MAX - 1 bytes) as tokens, in arena. ERR_NOMEM is the only error.
 */
enum status sql_lex(struct str text, const struct sql_rules *rules, struct arena *arena,
                    struct sql_tokens *out) WARN_UNUSED;

/* The bytes of a token. */
struct str sql_token_text(struct str text, const struct sql_token *token);

/*
 * What a STRING or QUOTED token says: without its quotes, doubled quotes and escapes undone.
 * A view of text where possible, else in arena.
 */
enum status sql_token_value(struct str text, const struct sql_token *token,
                            const struct sql_rules *rules, struct arena *arena,
                            struct str *out) WARN_UNUSED;

#endif
