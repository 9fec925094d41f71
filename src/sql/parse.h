/*
 * parse - what the files of the parser share: the cursor over the tokens, and who parses what.
 *
 * Private to parser.c and parse_*.c. Functions that make something return NULL, or leave it
 * empty, when memory runs out; the parser then stands at the END and status tells.
 */
#ifndef SQL_PARSE_H
#define SQL_PARSE_H

#include "sql/lexer.h"
#include "sql/note.h"
#include "sql/tree.h"

/* Queries within queries; each level takes about six C frames. */
#define PARSE_MAX_DEPTH 400
/* As many levels count for a text in a string: each is read anew. */
#define PARSE_TEXT_DEPTH 50

/* An open bracket of an expression. */
struct parse_frame {
    const struct sql_token *opener;
    unsigned flags;           /* SQL_KEYWORD_CALL_*, of the function it belongs to */
    bool is_window;           /* OVER ( ... ) */
    bool is_call;             /* arguments of a function */
    struct sql_word *lambdas; /* names to forget nothing but these at the end */
    struct sql_use **uses;    /* where those of the present argument begin */
};

struct parser {
    struct arena *arena;
    const struct sql_rules *rules;
    struct str text;
    const struct sql_token *tokens;
    size_t count; /* the last one is the END */
    size_t at;
    unsigned depth;
    bool has_endless_body; /* a BEGIN or CASE of a definition has no END */
    bool is_declaring;     /* behind DECLARE: declarations may follow up to BEGIN */
    unsigned conditions;   /* in IF, WHILE, FOR: THEN, DO and LOOP end what stands there */
    struct sql_notes *notes;
    enum status status;
    struct parse_frame *frames; /* open brackets of all expressions that are being read */
    size_t frame_count;
    size_t frame_capacity;
    struct sql_word *lambdas; /* parameters of lambdas that can be seen */
    struct sql_item *inner;   /* (e AS a) in the select item that is being read */
};

/* ---- tokens (parser.c) ---- */
const struct sql_token *parse_token(const struct parser *p);
const struct sql_token *parse_peek(const struct parser *p, size_t n);
bool parse_is(const struct parser *p, enum sql_keyword keyword);
bool parse_peek_is(const struct parser *p, size_t n, enum sql_keyword keyword);
bool parse_is_op(const struct parser *p, unsigned code);
bool parse_peek_is_op(const struct parser *p, size_t n, unsigned code);
bool parse_is_end(const struct parser *p); /* END, semicolon or a closing bracket */
bool parse_is_name(const struct sql_token *token);
void parse_advance(struct parser *p, size_t n);
bool parse_accept(struct parser *p, enum sql_keyword keyword);
bool parse_accept_op(struct parser *p, unsigned code);
bool parse_accept_pair(struct parser *p, enum sql_keyword first, enum sql_keyword second);
/* From an opening bracket to behind its partner; nothing where none stands. */
void parse_skip_brackets(struct parser *p);
/* Takes the closing parenthesis; when something else stands there, notes it and skips to it. */
void parse_close(struct parser *p, const struct sql_token *opener);

/* ---- memory and notes (parser.c) ---- */
void *parse_new(struct parser *p, size_t size);
#define PARSE_NEW(p, type) ((type *)parse_new((p), sizeof(type)))
void parse_note(struct parser *p, enum sql_note_kind kind);
/* SYNTAX here, unless a template's tag stands here: its branches may leave such gaps. */
void parse_note_syntax(struct parser *p);
/* One level of queries deeper; false (and a note) when that is too deep. */
bool parse_enter(struct parser *p);
void parse_leave(struct parser *p);

/* ---- names (parse_name.c) ---- */
/* One part; false when no name stands here. */
bool parse_part(struct parser *p, struct sql_part *out);
/* Parts joined by dots: of a column or function. */
bool parse_name(struct parser *p, struct sql_name *out);
/* (a).b.c as a.b.c; false when no such thing stands here. */
bool parse_field(struct parser *p, struct sql_name *out);
/* The same of a table: also dashes and paths in backticks. Notes dynamic names. */
bool parse_table_name(struct parser *p, struct sql_name *out);
/* The name that a string holds: IDENTIFIER('a.b'). */
bool parse_name_in_string(struct parser *p, struct sql_name *out);
/* How many tokens the name here has. */
size_t parse_name_tokens(const struct parser *p);
/* (a, b) or (a type, b type): the first word of each. */
struct sql_word *parse_words(struct parser *p);
/* a, b without parentheses; and one only. */
struct sql_word *parse_bare_words(struct parser *p);
struct sql_word *parse_bare_word(struct parser *p);
/* Skips a type: numeric(10,2)[], timestamp with time zone, array<int>. */
void parse_skip_type(struct parser *p);

/* ---- expressions (parse_expression.c) ---- */
enum parse_mode {
    PARSE_VALUE,     /* one expression: ends at a comma, alias or clause; columns count */
    PARSE_CONDITION, /* ends at a comma or clause; only queries in it count */
    PARSE_CLAUSE,    /* ends at a clause; only queries in it count */
    PARSE_REST       /* ends with the statement or bracket; only queries in it count */
};
/* Appends what the expression here uses; false when there is none. */
bool parse_expression(struct parser *p, enum parse_mode mode, struct sql_use **uses);
/* From an opening parenthesis to behind its partner, as arguments of a function; nothing where
 * none stands. */
void parse_arguments(struct parser *p, unsigned call_flags, struct sql_use **uses);
/* The same of a window: (w PARTITION BY a ORDER BY b). */
void parse_window(struct parser *p, struct sql_use **uses);
/* Appends one use. */
struct sql_use *parse_add_use(struct parser *p, struct sql_use **uses, enum sql_use_kind kind);

/* ---- queries (parse_query.c, parse_pipe.c) ---- */
enum parse_clause {
    PARSE_CLAUSE_NONE,
    PARSE_CLAUSE_FROM,
    PARSE_CLAUSE_INTO,
    PARSE_CLAUSE_WINDOW,
    PARSE_CLAUSE_OTHER, /* WHERE, GROUP BY, ...: no columns of it count */
    PARSE_CLAUSE_JOIN,
    PARSE_CLAUSE_SET_OPERATION,
    PARSE_CLAUSE_STATEMENT /* another statement begins */
};
/* Which clause begins at this word; soft ones only when after_value. */
enum parse_clause parse_clause(const struct parser *p, bool after_value);
/* MAP a, b USING 'script' or REDUCE: the select list of FROM t MAP ... (Hive). */
bool parse_is_map(const struct parser *p);
/* A query, with WITH, set operations and pipes. targets takes SELECT INTO; may be NULL. */
struct sql_query *parse_query(struct parser *p, struct sql_target **targets);
/* The same behind its WITH. */
void parse_query_body(struct parser *p, struct sql_query *query, struct sql_target **targets);
/* A query that begins with a parenthesis that was read as a table: (SELECT ...) UNION ... */
void parse_set_operations(struct parser *p, struct sql_query *query,
                          struct sql_target **targets);
/* WITH a AS (...), b AS (...) when it stands here; true when RECURSIVE. */
bool parse_with(struct parser *p, struct sql_cte **ctes);
/* |> operators behind a query. */
void parse_pipes(struct parser *p, struct sql_query *query);
/* VALUES (1, 2), (3, 4) behind the word: as a query. */
struct sql_query *parse_values(struct parser *p);

/* ---- select lists (parse_item.c) ---- */
/* DISTINCT ON (...), TOP 10 PERCENT, AS STRUCT, SQL_NO_CACHE and the like behind SELECT. */
void parse_select_modifiers(struct parser *p);
/* MAP a, b USING 'script' AS c, d: each column comes from all that goes in. */
struct sql_item *parse_map(struct parser *p);
/* The items of a select list. */
struct sql_item *parse_items(struct parser *p);
/* One of them, and several without what may follow the list. */
struct sql_item *parse_item(struct parser *p);
struct sql_item *parse_item_list(struct parser *p);

/* ---- stars (parse_star.c) ---- */
/* *, t.*, (t).* with its modifiers; false when no star stands here. */
bool parse_star(struct parser *p, struct sql_item *item);
/* EXCEPT (a), EXCLUDE a, REPLACE (e AS a), RENAME (a AS b), ILIKE 'x%' behind a star. */
void parse_star_modifiers(struct parser *p, struct sql_item *item);
/* True when COLUMNS (...) stands n tokens from here. */
bool parse_is_columns(const struct parser *p, size_t n);
/* True when COLUMNS (...) or t.COLUMNS (...) is all that stands from token start to here. */
bool parse_is_columns_item(struct parser *p, size_t start);
/* COLUMNS (...), t.COLUMNS (...): the star that it stands for. */
struct sql_item *parse_columns(struct parser *p);

/* ---- FROM (parse_from.c, parse_pivot.c) ---- */
/* A list with joins. */
struct sql_source *parse_sources(struct parser *p);
/* One table, query or function with its alias; NULL when none stands here. */
struct sql_source *parse_source(struct parser *p);
/* How many words make a JOIN or APPLY here; 0: none. */
size_t parse_join_words(const struct parser *p);
/* One more JOIN behind sources. */
void parse_join(struct parser *p, struct sql_source **sources);
/* An alias, with or without AS. */
bool parse_alias(struct parser *p, struct sql_part *out);
/* PIVOT (...) or UNPIVOT (...) when it stands here. */
bool parse_pivot(struct parser *p, struct sql_source *source);
/* MATCH_RECOGNIZE (...) when it stands here. */
bool parse_match_recognize(struct parser *p, struct sql_source *source);
/* DuckDB: PIVOT t ON a USING sum(b) behind the word. */
struct sql_query *parse_pivot_statement(struct parser *p);

/* ---- statements (parse_statement.c, parse_write.c, parse_create.c, parse_assign.c) ---- */
/* The statement here; NULL when nothing is left. Its leading words are dispatched. */
struct sql_statement *parse_statement(struct parser *p);
/* A statement in parentheses, behind the opening one. */
struct sql_statement *parse_inner_statement(struct parser *p);
/* Statements that write, from their first word on; false when it is none. */
bool parse_write(struct parser *p, struct sql_statement *statement);
/* CREATE, from behind the word on. */
void parse_create(struct parser *p, struct sql_statement *statement);
/* The ends of a statement's lists of assignments. */
struct parse_assigned {
    struct sql_item **sets;
    struct sql_item **inserts;
};
/* a.x = e, y = f of UPDATE, from SET on. */
void parse_assignments(struct parser *p, struct parse_assigned *out);
/* INSERT (a, b) VALUES (e, f) of MERGE. */
void parse_merge_insert(struct parser *p, struct parse_assigned *out);
/* Makes a target and adds it to the statement. */
struct sql_target *parse_add_target(struct parser *p, struct sql_target **targets,
                                    const struct sql_name *name);
/* The statements of the text that a string holds: UNLOAD ('...'), DO $$...$$. */
struct sql_statement *parse_text(struct parser *p, const struct sql_token *string);

#endif
