/* CREATE: tables and views, and what is read to fill them. Other objects hold no lineage. */
#include "sql/parse.h"

#include <string.h>

static bool is_query_start(const struct parser *p, size_t n)
{
    const struct sql_token *token = parse_peek(p, n);
    return parse_peek_is(p, n, KW_SELECT) || parse_peek_is(p, n, KW_WITH) ||
           parse_peek_is(p, n, KW_FROM) || parse_peek_is(p, n, KW_TABLE) || token->is_query ||
           (parse_peek_is(p, n, KW_VALUES) && parse_peek_is_op(p, n + 1, '(')) ||
           (parse_peek_is(p, n, KW_PIVOT) && parse_is_name(parse_peek(p, n + 1)));
}

/* CLONE t, COPY t, SHALLOW CLONE t: a copy of a table. */
static void parse_clone(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, parse_peek_is(p, 1, KW_OF) && parse_is_name(parse_peek(p, 2)) ? 2 : 1);
    statement->sources = parse_source(p);
}

/* Columns and options up to AS query, or a SELECT without AS. */
static void parse_created(struct parser *p, struct sql_statement *statement)
{
    size_t start = p->at;
    while (!parse_is_end(p) && p->status == OK) {
        bool has_as = parse_is(p, KW_AS) && is_query_start(p, 1);
        if (has_as || (parse_is(p, KW_SELECT) || parse_token(p)->is_query) ||
            (parse_is(p, KW_WITH) && parse_peek_is(p, 2, KW_AS) &&
             parse_peek(p, 3)->is_query)) {
            parse_advance(p, has_as ? 1 : 0);
            statement->query = parse_query(p, NULL);
            return;
        }
        bool is_copy = parse_is(p, KW_COPY) && p->at == start; /* not COPY GRANTS */
        if ((is_copy || parse_is(p, KW_CLONE)) && parse_is_name(parse_peek(p, 1)) &&
            !parse_peek_is(p, 1, KW_GRANTS)) {
            parse_clone(p, statement);
        } else if (parse_is(p, KW_TEMPLATE) && parse_peek(p, 1)->is_query) {
            parse_advance(p, 1);
            (void)parse_expression(p, PARSE_REST, &statement->quiet);
        } else if (parse_is_op(p, '(') || parse_is_op(p, '[') || parse_is_op(p, '{')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
}

/* GO alone on its line ends a batch, whatever is open (T-SQL). */
static bool is_batch_end(const struct parser *p)
{
    const struct sql_token *token = parse_token(p);
    size_t start = token->offset;
    size_t end = token->offset + token->size_bytes;
    if (!parse_is(p, KW_GO) || !sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON)) {
        return false;
    }
    while (start > 0 && (p->text.p[start - 1] == ' ' || p->text.p[start - 1] == '\t')) {
        start--;
    }
    while (end < p->text.n && strchr(" \t\r", p->text.p[end]) != NULL) {
        end++;
    }
    return (start == 0 || p->text.p[start - 1] == '\n') &&
           (end == p->text.n || p->text.p[end] == '\n');
}

/*
 * A function, procedure or trigger: its text is not run now. Up to its end, over the
 * semicolons between BEGIN and END. What never ends is no such text: it goes to its first
 * semicolon, and so do all after it, since each look for an end may cost the whole text.
 */
static void skip_definition(struct parser *p)
{
    size_t depth = 0;
    size_t first_semicolon = 0;
    for (; parse_token(p)->kind != SQL_TOKEN_END; parse_advance(p, 1)) {
        bool is_end_of_part = parse_peek_is(p, 1, KW_IF) || parse_peek_is(p, 1, KW_LOOP) ||
                              parse_peek_is(p, 1, KW_WHILE) || parse_peek_is(p, 1, KW_FOR) ||
                              parse_peek_is(p, 1, KW_REPEAT);
        if (is_batch_end(p) || (parse_is_op(p, ';') && (depth == 0 || p->has_endless_body))) {
            return;
        }
        if (parse_is_op(p, ';') && first_semicolon == 0) {
            first_semicolon = p->at;
        }
        if (parse_is(p, KW_BEGIN) || parse_is(p, KW_CASE)) {
            depth++;
        } else if (parse_is(p, KW_END) && depth > 0 && !is_end_of_part) {
            depth--;
            if (parse_peek_is(p, 1, KW_CASE)) {
                parse_advance(p, 1);
            }
        }
    }
    if (first_semicolon != 0 && depth > 0) {
        p->has_endless_body = true;
        p->at = first_semicolon;
    }
}

/* ClickHouse: MATERIALIZED VIEW v [REFRESH EVERY 1 HOUR [APPEND]] [ON CLUSTER c] TO t: t is
 * where its rows go. */
static void parse_view_target(struct parser *p, struct sql_statement *statement)
{
    struct sql_name name;
    if (parse_accept_pair(p, KW_ON, KW_CLUSTER)) {
        parse_advance(p, 1);
    }
    if (parse_is(p, KW_REFRESH)) {
        while (!parse_is_end(p) && !parse_is_op(p, '(') && !parse_is(p, KW_TO) &&
               !parse_is(p, KW_AS)) {
            parse_advance(p, 1);
        }
    }
    if (sql_has(p->rules, SQL_TRAIT_NAME_LISTS) && parse_accept(p, KW_TO) &&
        parse_table_name(p, &name)) {
        (void)parse_add_target(p, &statement->targets, &name);
    }
}

/* What stands between CREATE and the name. */
struct create_words {
    bool is_temporary;
    bool is_view;
    bool is_model;
    bool is_recursive;
};

/* Up to behind TABLE, VIEW or MODEL. False when none of them follows. */
static bool parse_create_words(struct parser *p, struct create_words *words)
{
    *words = (struct create_words){false};
    for (size_t n = 0; n < 20 && !parse_is_end(p) && !parse_is_op(p, '('); n++) {
        words->is_temporary =
            words->is_temporary || parse_is(p, KW_TEMP) || parse_is(p, KW_TEMPORARY);
        words->is_recursive = words->is_recursive || parse_is(p, KW_RECURSIVE);
        words->is_view = parse_is(p, KW_VIEW);
        words->is_model = parse_is(p, KW_MODEL);
        if (words->is_view || words->is_model || parse_is(p, KW_TABLE)) {
            parse_advance(p, 1);
            return true;
        }
        if (parse_is(p, KW_FUNCTION) || parse_is(p, KW_PROCEDURE) || parse_is(p, KW_TRIGGER) ||
            parse_is(p, KW_INDEX) || parse_is(p, KW_STATISTICS) || parse_is(p, KW_STREAM) ||
            parse_is(p, KW_POLICY) || parse_is(p, KW_TASK)) {
            return false;
        }
        parse_advance(p, 1);
    }
    return false;
}

/* The name behind IF NOT EXISTS; false (and a note) when there is none. */
static bool parse_created_name(struct parser *p, struct sql_name *name)
{
    if (parse_accept(p, KW_IF)) {
        (void)parse_accept_pair(p, KW_NOT, KW_EXISTS);
    }
    if (parse_is(p, KW_IDENTIFIER) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 2);
        if (parse_token(p)->kind != SQL_TOKEN_STRING || !parse_name_in_string(p, name)) {
            parse_note(p, SQL_NOTE_DYNAMIC_NAME);
            name->is_dynamic = true;
        }
        (void)parse_accept_op(p, ')');
        return true;
    }
    if (!parse_table_name(p, name)) {
        parse_note_syntax(p);
        return false;
    }
    return true;
}

/* CREATE RECURSIVE VIEW v AS query: WITH RECURSIVE v AS (query) SELECT * FROM v. */
static void make_recursive(struct parser *p, struct sql_statement *statement,
                           const struct sql_name *name)
{
    struct sql_query *query = PARSE_NEW(p, struct sql_query);
    struct sql_cte *cte = PARSE_NEW(p, struct sql_cte);
    struct sql_select *select = PARSE_NEW(p, struct sql_select);
    struct sql_item *star = PARSE_NEW(p, struct sql_item);
    struct sql_source *source = PARSE_NEW(p, struct sql_source);
    if (query == NULL || cte == NULL || select == NULL || star == NULL || source == NULL) {
        return;
    }
    star->is_star = true;
    star->qualifier.offset = name->offset;
    source->name = (struct sql_name){&name->parts[name->count - 1], 1, name->offset, false};
    select->items = star;
    select->sources = source;
    cte->name = source->name.parts[0];
    cte->query = statement->query;
    *query = (struct sql_query){.ctes = cte, .selects = select, .is_recursive = true};
    statement->query = query;
}

/* (a int, b text, PRIMARY KEY (a)): a and b. */
static struct sql_word *parse_column_names(struct parser *p)
{
    static const enum sql_keyword constraints[] = {KW_CONSTRAINT, KW_PRIMARY, KW_UNIQUE,
                                                   KW_FOREIGN,    KW_CHECK,   KW_INDEX,
                                                   KW_KEY,        KW_LIKE,    KW_PERIOD};
    struct sql_word *first = parse_words(p);
    struct sql_word **word = &first;
    while (*word != NULL) {
        enum sql_keyword keyword =
            (*word)->part.is_quoted ? KW_NONE : sql_keyword_of((*word)->part.text);
        bool is_constraint = false;
        for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++) {
            is_constraint = is_constraint || keyword == constraints[i];
        }
        if (is_constraint) {
            *word = (*word)->next;
        } else {
            word = &(*word)->next;
        }
    }
    return first;
}

/* CREATE INDEX and STATISTICS have no body: up to the end, or the next statement. */
static void skip_index(struct parser *p)
{
    while (parse_token(p)->kind != SQL_TOKEN_END && !parse_is_op(p, ';') &&
           !(sql_has(p->rules, SQL_TRAIT_NO_SEMICOLON) &&
             parse_clause(p, true) == PARSE_CLAUSE_STATEMENT)) {
        parse_advance(p, 1);
    }
}

/* CREATE FLOW f AS INSERT INTO ... or AUTO CDC INTO ...: the cursor on what it does. */
static bool parse_flow(struct parser *p)
{
    if (!parse_is(p, KW_FLOW) || !parse_is_name(parse_peek(p, 1))) {
        return false;
    }
    while (!parse_is_end(p) && !parse_is(p, KW_AS)) {
        parse_advance(p, 1);
    }
    return parse_accept(p, KW_AS);
}

void parse_create(struct parser *p, struct sql_statement *statement)
{
    struct create_words words;
    struct sql_name name = {NULL};
    if (parse_flow(p) && parse_write(p, statement)) {
        return;
    }
    bool is_known = parse_create_words(p, &words);
    if (parse_is(p, KW_INDEX) || parse_is(p, KW_STATISTICS)) {
        skip_index(p);
        return;
    }
    if (!is_known ||
        (parse_is(p, KW_FUNCTION) && !parse_peek_is_op(p, 1, '(')) || /* TABLE FUNCTION f */
        !parse_created_name(p, &name)) {
        skip_definition(p);
        return;
    }
    statement->kind = SQL_STATEMENT_WRITE;
    struct sql_target *target =
        words.is_model ? NULL : parse_add_target(p, &statement->targets, &name);
    if (target != NULL) {
        target->is_temporary = target->is_temporary || words.is_temporary;
        target->is_created = true;
    }
    if (words.is_view) {
        parse_view_target(p, statement);
    }
    if (target != NULL && parse_is_op(p, '(') && !parse_token(p)->is_query) {
        target->columns = parse_column_names(p);
    }
    parse_created(p, statement);
    if (target != NULL && statement->query != NULL &&
        sql_has(p->rules, SQL_TRAIT_CODE_COMMENTS)) {
        target->columns = NULL; /* MySQL: those of the query come behind them */
    }
    if (words.is_recursive && statement->query != NULL && !name.is_dynamic) {
        make_recursive(p, statement, &name);
    }
}
