/* Statements: what kind it is by its first words, and the words of scripts between them. */
#include "sql/parse.h"

static bool is_at_end(const struct parser *p)
{
    return parse_token(p)->kind == SQL_TOKEN_END || parse_is_op(p, ';');
}

/* True where statements may follow each other and the next one begins. */
static bool is_at_next(const struct parser *p)
{
    return sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON) &&
           parse_clause(p, true) == PARSE_CLAUSE_STATEMENT;
}

/* Up to the end of the statement, without a look inside. */
static void skip_statement(struct parser *p)
{
    bool names_statements = parse_is(p, KW_GRANT) || parse_is(p, KW_REVOKE) ||
                            parse_is(p, KW_DENY) || parse_is(p, KW_ALTER);
    parse_advance(p, is_at_end(p) ? 0 : 1);
    while (!is_at_end(p) && (names_statements || !is_at_next(p))) {
        parse_advance(p, 1);
    }
}

/* The same; queries in it are read. */
static void scan_statement(struct parser *p, struct sql_statement *statement)
{
    bool may_follow = sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON);
    while (!is_at_end(p) && !is_at_next(p) && p->status == OK) {
        size_t start = p->at;
        (void)parse_expression(p, may_follow ? PARSE_CLAUSE : PARSE_REST, &statement->quiet);
        parse_advance(p, p->at == start ? 1 : 0);
    }
}

/* ---- queries ---- */

/* FROM t INSERT INTO a SELECT ... INSERT INTO b SELECT ... (Hive). */
static void parse_multi_insert(struct parser *p, struct sql_statement *statement)
{
    while (parse_is(p, KW_INSERT) && p->status == OK) {
        size_t start = p->at;
        (void)parse_write(p, statement);
        if (p->at == start) {
            return;
        }
    }
}

static bool parse_query_statement(struct parser *p, struct sql_statement *statement)
{
    statement->query = PARSE_NEW(p, struct sql_query);
    if (statement->query == NULL) {
        return true;
    }
    statement->query->is_recursive = statement->is_recursive;
    statement->query->ctes = statement->ctes;
    statement->ctes = NULL;
    parse_query_body(p, statement->query, &statement->targets);
    statement->kind = statement->targets != NULL ? SQL_STATEMENT_WRITE : SQL_STATEMENT_QUERY;
    parse_multi_insert(p, statement);
    return true;
}

static bool parse_with_statement(struct parser *p, struct sql_statement *statement)
{
    statement->is_recursive = parse_with(p, &statement->ctes);
    if (parse_is(p, KW_INSERT) || parse_is(p, KW_UPDATE) || parse_is(p, KW_DELETE) ||
        parse_is(p, KW_MERGE)) {
        return parse_write(p, statement);
    }
    return parse_query_statement(p, statement);
}

/* EXPLAIN [ANALYZE | FORMATTED | (options) ...] statement. */
static bool parse_explain(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    while (!is_at_end(p) && !parse_is(p, KW_SELECT) && !parse_is(p, KW_WITH) &&
           !parse_is(p, KW_FROM) && !parse_token(p)->is_query) {
        if (parse_is(p, KW_INSERT) || parse_is(p, KW_UPDATE) || parse_is(p, KW_DELETE) ||
            parse_is(p, KW_MERGE) || parse_is(p, KW_CREATE)) {
            skip_statement(p); /* it is not carried out */
        } else if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
    return is_at_end(p) || (parse_is(p, KW_WITH) ? parse_with_statement(p, statement)
                                                 : parse_query_statement(p, statement));
}

/* DESCRIBE and DESC: a query is read like by EXPLAIN, a table is not. */
static bool parse_describe(struct parser *p, struct sql_statement *statement)
{
    bool has_query = parse_peek_is(p, 1, KW_SELECT) || parse_peek_is(p, 1, KW_WITH) ||
                     parse_peek(p, 1)->is_query;
    if (!has_query) {
        skip_statement(p);
        return true;
    }
    parse_advance(p, 1);
    return parse_is(p, KW_WITH) ? parse_with_statement(p, statement)
                                : parse_query_statement(p, statement);
}

/* SUMMARIZE t, SUMMARIZE query. */
static bool parse_summarize(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    if (parse_is(p, KW_SELECT) || parse_is(p, KW_FROM) || parse_token(p)->is_query) {
        return parse_query_statement(p, statement);
    }
    if (parse_is(p, KW_WITH)) {
        return parse_with_statement(p, statement);
    }
    statement->kind = SQL_STATEMENT_QUERY;
    parse_advance(p, parse_peek(p, 1)->kind == SQL_TOKEN_STRING ? 1 : 0); /* TABLE 'file' */
    statement->sources = parse_source(p);
    return true;
}

/* ---- what USE and SET change ---- */

/* USE [DATABASE | CATALOG | SCHEMA] name; USE ROLE x and others change nothing. */
static bool parse_use(struct parser *p, struct sql_statement *statement)
{
    bool is_schema = sql_has(p->rules, SQL_TRAIT_USE_SCHEMA);
    parse_advance(p, 1);
    const struct sql_token *next = parse_peek(p, 1);
    bool is_last = !parse_is_name(next) ||
                   (sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON) && next->kind == SQL_TOKEN_WORD &&
                    (sql_keyword_flags(next->code) & SQL_KEYWORD_STATEMENT) != 0);
    if (!parse_is_end(p) && !is_last) {
        if (parse_is(p, KW_SCHEMA) || parse_is(p, KW_DATABASE) || parse_is(p, KW_CATALOG)) {
            is_schema = parse_is(p, KW_SCHEMA) || (is_schema && parse_is(p, KW_DATABASE));
            parse_advance(p, 1);
        } else {
            skip_statement(p);
            return true;
        }
    }
    if (parse_table_name(p, &statement->name)) {
        statement->kind = SQL_STATEMENT_USE;
        statement->scope = is_schema ? SQL_USE_SCOPE_SCHEMA : SQL_USE_SCOPE_DATABASE;
    }
    return true;
}

/* SET search_path TO a, b: the first is where bare names are. */
static bool parse_set(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    while (parse_is(p, KW_SESSION) || parse_is(p, KW_LOCAL)) {
        parse_advance(p, 1);
    }
    if (!parse_is(p, KW_SEARCH_PATH) && !parse_is(p, KW_SCHEMA)) {
        scan_statement(p, statement);
        return true;
    }
    parse_advance(p, 1);
    if (!parse_accept(p, KW_TO)) {
        (void)parse_accept_op(p, '=');
    }
    bool is_string = parse_token(p)->kind == SQL_TOKEN_STRING;
    bool is_name = is_string ? parse_name_in_string(p, &statement->name)
                             : parse_table_name(p, &statement->name);
    if (is_name) {
        statement->kind = SQL_STATEMENT_USE;
        statement->scope = SQL_USE_SCOPE_SCHEMA;
    }
    skip_statement(p);
    return true;
}

/* ---- other statements ---- */

static bool parse_other(struct parser *p, struct sql_statement *statement)
{
    (void)statement;
    skip_statement(p);
    return true;
}

static bool parse_scanned(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    scan_statement(p, statement);
    return true;
}

/*
 * EXECUTE IMMEDIATE, EXEC (...), sp_executesql and DO with a text: that. With anything else, or
 * with more than a text: who knows what it runs.
 */
static bool parse_execute(struct parser *p, struct sql_statement *statement)
{
    bool is_dynamic = parse_peek_is(p, 1, KW_IMMEDIATE) || parse_peek_is_op(p, 1, '(') ||
                      parse_peek_is(p, 1, KW_SP_EXECUTESQL);
    const struct sql_token *string = parse_peek(p, is_dynamic ? 2 : 1);
    const struct sql_token *next = string->kind == SQL_TOKEN_STRING ? string + 1 : string;
    bool is_joined = next->kind == SQL_TOKEN_PUNCTUATION &&
                     (next->code == '+' || next->code == SQL_OPERATOR_OTHER);
    if (string->kind == SQL_TOKEN_STRING && !is_joined) {
        statement->texts = parse_text(p, string);
        parse_advance(p, is_dynamic ? 3 : 2);
        scan_statement(p, statement);
        return true;
    }
    if (is_dynamic || is_joined) {
        parse_note(p, SQL_NOTE_DYNAMIC_SQL);
    }
    return parse_scanned(p, statement);
}

static bool parse_known(struct parser *p, struct sql_statement *statement);

/* ASYNC (statement): it runs, whenever (Snowflake). */
static bool parse_async(struct parser *p, struct sql_statement *statement)
{
    const struct sql_token *opener = parse_peek(p, 1);
    if (!parse_peek_is_op(p, 1, '(')) {
        return false;
    }
    parse_advance(p, 2);
    if (!parse_known(p, statement)) {
        parse_note_syntax(p);
    }
    if (p->at <= opener->closer) {
        parse_close(p, opener);
    }
    return true;
}

static bool parse_create_statement(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    parse_create(p, statement);
    return true;
}

/* CACHE TABLE t [AS] query, DECLARE c CURSOR FOR query, PREPARE p AS query. */
static bool parse_query_inside(struct parser *p, struct sql_statement *statement)
{
    bool is_cache = parse_is(p, KW_CACHE);
    p->is_declaring = parse_is(p, KW_DECLARE) || p->is_declaring;
    for (parse_advance(p, 1); !is_at_end(p);) {
        const struct sql_token *before = &p->tokens[p->at - 1];
        bool is_behind =
            before->kind == SQL_TOKEN_WORD
                ? before->code == KW_AS || before->code == KW_FOR || before->code == KW_FROM
                : before->code == ')'; /* OPTIONS (...) SELECT */
        bool is_here = (parse_is(p, KW_SELECT) && (is_behind || is_cache)) ||
                       (parse_is(p, KW_WITH) && is_behind);
        if (is_here) {
            return parse_is(p, KW_WITH) ? parse_with_statement(p, statement)
                                        : parse_query_statement(p, statement);
        }
        if (is_at_next(p)) {
            break;
        }
        if (parse_token(p)->is_query) {
            scan_statement(p, statement);
        } else {
            parse_advance(p, 1);
        }
    }
    return true;
}

/* PREPARE p FROM 'text' (MySQL); else like DECLARE. */
static bool parse_prepare(struct parser *p, struct sql_statement *statement)
{
    if (!parse_peek_is(p, 2, KW_FROM) || parse_peek(p, 3)->kind == SQL_TOKEN_WORD) {
        return parse_query_inside(p, statement);
    }
    if (parse_peek(p, 3)->kind == SQL_TOKEN_STRING) {
        statement->texts = parse_text(p, parse_peek(p, 3));
    } else {
        parse_note(p, SQL_NOTE_DYNAMIC_SQL);
    }
    skip_statement(p);
    return true;
}

/* USING EXTERNAL FUNCTION f (...) RETURNS ... query (Athena). */
static bool parse_using(struct parser *p, struct sql_statement *statement)
{
    while (!is_at_end(p) && !parse_is(p, KW_SELECT) && !parse_is(p, KW_WITH)) {
        parse_advance(p, 1);
    }
    return is_at_end(p) || (parse_is(p, KW_WITH) ? parse_with_statement(p, statement)
                                                 : parse_query_statement(p, statement));
}

typedef bool parse_statement_fn(struct parser *p, struct sql_statement *statement);

static const struct {
    enum sql_keyword keyword;
    parse_statement_fn *parse;
} statement_rules[] = {
    {KW_SELECT, parse_query_statement},
    {KW_FROM, parse_query_statement},
    {KW_VALUES, parse_query_statement},
    {KW_TABLE, parse_query_statement},
    {KW_PIVOT, parse_query_statement},
    {KW_UNPIVOT, parse_query_statement},
    {KW_WITH, parse_with_statement},
    {KW_USING, parse_using},
    {KW_EXPLAIN, parse_explain},
    {KW_DESCRIBE, parse_describe},
    {KW_DESC, parse_describe},
    {KW_SUMMARIZE, parse_summarize},
    {KW_CREATE, parse_create_statement},
    {KW_ASYNC, parse_async},
    {KW_USE, parse_use},
    {KW_SET, parse_set},
    {KW_EXECUTE, parse_execute},
    {KW_EXEC, parse_execute},
    {KW_DO, parse_execute},
    {KW_DECLARE, parse_query_inside},
    {KW_CACHE, parse_query_inside},
    {KW_PREPARE, parse_prepare},
    {KW_CALL, parse_scanned},
    {KW_PERFORM, parse_query_statement},
    {KW_RETURN, parse_scanned},
    {KW_LET, parse_scanned},
    {KW_PRINT, parse_scanned},
    {KW_ASSERT, parse_scanned},
};

/* ---- scripts ---- */

/* IF a THEN, WHILE a DO, FOR r IN (query) DO: up to the word behind which statements stand. */
static void parse_condition(struct parser *p, struct sql_statement *statement)
{
    bool is_loop = parse_accept(p, KW_FOR);
    bool has_name = is_loop && (parse_peek_is(p, 1, KW_IN) || parse_peek_is(p, 1, KW_AS));
    parse_advance(p, has_name ? 2 : is_loop ? 0 : 1);
    p->conditions++;
    while (!is_at_end(p) && p->status == OK) {
        size_t start = p->at;
        bool is_query = is_loop && (parse_is(p, KW_SELECT) || parse_is(p, KW_WITH));
        struct sql_use *use =
            is_query ? parse_add_use(p, &statement->quiet, SQL_USE_EXISTS) : NULL;
        if (use != NULL) { /* FOR r IN SELECT ... LOOP */
            use->query = parse_query(p, NULL);
        } else {
            (void)parse_expression(p, PARSE_VALUE, &statement->quiet);
        }
        if (parse_accept(p, KW_THEN) || parse_accept(p, KW_DO) || parse_accept(p, KW_LOOP) ||
            parse_clause(p, true) == PARSE_CLAUSE_STATEMENT) {
            break;
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
    p->conditions--;
    for (struct sql_use *use = statement->quiet; use != NULL; use = use->next) {
        if (use->kind == SQL_USE_QUERY) {
            use->kind = SQL_USE_EXISTS;
        }
    }
}

/* BEGIN, THEN, ELSE, LOOP ... stand before a statement; false when none of them is here. */
static bool parse_script_word(struct parser *p, struct sql_statement *statement)
{
    const struct sql_token *next = parse_peek(p, 1);
    bool is_call = parse_is_name(next) && parse_peek_is_op(p, 2, '(') &&
                   (sql_keyword_flags(next->code) & SQL_KEYWORD_STATEMENT) == 0;
    if (parse_is(p, KW_BEGIN) || parse_is(p, KW_ELSE) || parse_is(p, KW_LOOP) ||
        parse_is(p, KW_REPEAT) || parse_is(p, KW_THEN) || parse_is(p, KW_GO) ||
        (parse_is(p, KW_DO) && next->kind != SQL_TOKEN_STRING && !is_call)) {
        p->is_declaring = false;
        parse_advance(p, 1);
        while (parse_is(p, KW_TRY) || parse_is(p, KW_CATCH) || parse_is(p, KW_ATOMIC)) {
            parse_advance(p, 1);
        }
        if (parse_is(p, KW_TRANSACTION) || parse_is(p, KW_TRAN) || parse_is(p, KW_WORK)) {
            skip_statement(p);
        }
        return true;
    }
    if (parse_is(p, KW_IF) || parse_is(p, KW_ELSEIF) || parse_is(p, KW_ELSIF) ||
        parse_is(p, KW_WHILE) || parse_is(p, KW_UNTIL) || parse_is(p, KW_CASE) ||
        parse_is(p, KW_EXCEPTION) || parse_is(p, KW_WHEN) ||
        (parse_is(p, KW_FOR) && next->kind == SQL_TOKEN_WORD)) {
        parse_condition(p, statement);
        return true;
    }
    if (parse_is(p, KW_END)) {
        parse_advance(p, 1);
        while (parse_token(p)->kind == SQL_TOKEN_WORD &&
               parse_clause(p, true) != PARSE_CLAUSE_STATEMENT) {
            parse_advance(p, 1); /* END IF, END LOOP label */
        }
        return true;
    }
    if (parse_is_name(parse_token(p)) && parse_peek_is_op(p, 1, SQL_OPERATOR_ASSIGN)) {
        parse_advance(p, 2);
        scan_statement(p, statement); /* x := (SELECT ...) */
        return true;
    }
    return false;
}

/* The statement's own words; false when it is not known. */
static bool parse_known(struct parser *p, struct sql_statement *statement)
{
    const struct sql_token *token = parse_token(p);
    if (token->is_query) {
        return parse_query_statement(p, statement);
    }
    if (token->kind != SQL_TOKEN_WORD) {
        return false;
    }
    for (size_t i = 0; i < sizeof(statement_rules) / sizeof(statement_rules[0]); i++) {
        if (token->code == statement_rules[i].keyword) {
            return statement_rules[i].parse(p, statement);
        }
    }
    if (parse_write(p, statement)) {
        return true;
    }
    if ((sql_keyword_flags(token->code) & SQL_KEYWORD_STATEMENT) != 0) {
        return parse_other(p, statement);
    }
    /* DECLARE a CURSOR FOR query; b NUMBER DEFAULT 0; BEGIN */
    return p->is_declaring && parse_query_inside(p, statement);
}

/* Behind a statement stands its end, or where the dialect allows it the next statement. */
static void parse_statement_end(struct parser *p)
{
    bool may_follow = sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON);
    const struct sql_token *token = parse_token(p);
    if (is_at_end(p)) {
        return;
    }
    bool is_start = token->kind == SQL_TOKEN_WORD &&
                    (sql_keyword_flags(token->code) & SQL_KEYWORD_STATEMENT) != 0;
    if (!is_start || !may_follow) {
        parse_note_syntax(p);
    }
    while (!is_at_end(p) && !is_start) {
        parse_advance(p, 1);
        is_start = parse_clause(p, true) == PARSE_CLAUSE_STATEMENT;
    }
}

/* What is no statement: noted, and skipped up to one. */
static void skip_unknown(struct parser *p)
{
    if (parse_token(p)->is_dynamic) {
        parse_note(p, SQL_NOTE_DYNAMIC_SQL);
    } else {
        parse_note_syntax(p);
    }
    parse_advance(p, 1);
    while (!is_at_end(p) && parse_clause(p, true) != PARSE_CLAUSE_STATEMENT) {
        parse_advance(p, 1);
    }
}

struct sql_statement *parse_inner_statement(struct parser *p)
{
    struct sql_statement *statement = PARSE_NEW(p, struct sql_statement);
    if (statement == NULL) {
        return NULL;
    }
    statement->offset = parse_token(p)->offset;
    while (!is_at_end(p) && parse_script_word(p, statement)) {
    }
    if (!is_at_end(p) && !parse_known(p, statement)) {
        skip_unknown(p);
    }
    return statement;
}

struct sql_statement *parse_statement(struct parser *p)
{
    while (parse_accept_op(p, ';')) {
    }
    if (parse_token(p)->kind == SQL_TOKEN_END) {
        return NULL;
    }
    struct sql_statement *statement = parse_inner_statement(p);
    if (statement != NULL) {
        parse_statement_end(p);
        const struct sql_token *last = &p->tokens[p->at > 0 ? p->at - 1 : 0];
        statement->end = last->offset + last->size_bytes;
    }
    return statement;
}
