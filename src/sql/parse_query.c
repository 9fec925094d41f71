/* WITH, SELECT and what joins SELECTs. */
#include "sql/parse.h"

/* A clause begins at first (and second, unless it is KW_NONE). */
static const struct clause_rule {
    enum sql_keyword first;
    enum sql_keyword second;
    enum parse_clause clause;
    bool is_soft;    /* a name where an operand is expected */
    unsigned traits; /* only in dialects that have one of them; 0: in all */
} clause_rules[] = {
    {KW_FROM, KW_NONE, PARSE_CLAUSE_FROM, false, 0},
    {KW_INTO, KW_NONE, PARSE_CLAUSE_INTO, false, 0},
    {KW_BULK, KW_COLLECT, PARSE_CLAUSE_INTO, true, 0},
    {KW_WINDOW, KW_NONE, PARSE_CLAUSE_WINDOW, true, 0},
    {KW_WHERE, KW_NONE, PARSE_CLAUSE_OTHER, false, 0},
    {KW_PREWHERE, KW_NONE, PARSE_CLAUSE_OTHER, true, SQL_TRAIT_NAME_LISTS},
    {KW_GROUP, KW_BY, PARSE_CLAUSE_OTHER, false, 0},
    {KW_ORDER, KW_BY, PARSE_CLAUSE_OTHER, false, 0},
    {KW_ORDER, KW_SIBLINGS, PARSE_CLAUSE_OTHER, true, 0},
    {KW_SORT, KW_BY, PARSE_CLAUSE_OTHER, true, 0},
    {KW_CLUSTER, KW_BY, PARSE_CLAUSE_OTHER, true, 0},
    {KW_DISTRIBUTE, KW_BY, PARSE_CLAUSE_OTHER, true, 0},
    {KW_PARTITION, KW_BY, PARSE_CLAUSE_OTHER, true, 0},
    {KW_HAVING, KW_NONE, PARSE_CLAUSE_OTHER, false, 0},
    {KW_QUALIFY, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_LIMIT, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_OFFSET, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_FETCH, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_CONNECT, KW_BY, PARSE_CLAUSE_OTHER, true, 0},
    {KW_START, KW_WITH, PARSE_CLAUSE_OTHER, true, 0},
    {KW_FOR, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_LOCK, KW_IN, PARSE_CLAUSE_OTHER, true, 0},
    {KW_OPTION, KW_NONE, PARSE_CLAUSE_OTHER, true, SQL_TRAIT_TABLE_HINTS},
    {KW_SETTINGS, KW_NONE, PARSE_CLAUSE_OTHER, true, SQL_TRAIT_NAME_LISTS},
    {KW_FORMAT, KW_NONE, PARSE_CLAUSE_OTHER, true, SQL_TRAIT_NAME_LISTS},
    {KW_USING, KW_SAMPLE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_RETURNING, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_COMMENT, KW_NONE, PARSE_CLAUSE_OTHER, true, SQL_TRAIT_NAME_LISTS},
    {KW_SET, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_UNION, KW_NONE, PARSE_CLAUSE_SET_OPERATION, false, 0},
    {KW_EXCEPT, KW_NONE, PARSE_CLAUSE_SET_OPERATION, false, 0},
    {KW_INTERSECT, KW_NONE, PARSE_CLAUSE_SET_OPERATION, false, 0},
    {KW_MINUS, KW_NONE, PARSE_CLAUSE_SET_OPERATION, true, 0},
    {KW_LATERAL, KW_VIEW, PARSE_CLAUSE_JOIN, true, 0},
    {KW_ARRAY, KW_JOIN, PARSE_CLAUSE_JOIN, true, SQL_TRAIT_NAME_LISTS},
    {KW_ON, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
    {KW_SELECT, KW_NONE, PARSE_CLAUSE_STATEMENT, false, 0},
    {KW_INSERT, KW_INTO, PARSE_CLAUSE_STATEMENT, true, 0},
    {KW_INSERT, KW_OVERWRITE, PARSE_CLAUSE_STATEMENT, true, 0},
    {KW_UPDATE, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_DELETE, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_MERGE, KW_INTO, PARSE_CLAUSE_STATEMENT, true, 0},
    {KW_CREATE, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_DROP, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_DECLARE, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_EXEC, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_TRUNCATE, KW_TABLE, PARSE_CLAUSE_STATEMENT, true, 0},
    {KW_IF, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_ELSE, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_BEGIN, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_END, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_PRINT, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_GO, KW_NONE, PARSE_CLAUSE_STATEMENT, true, SQL_TRAIT_NO_SEMICOLON},
    {KW_WITH, KW_NONE, PARSE_CLAUSE_OTHER, true, 0},
};

bool parse_is_map(const struct parser *p)
{
    return sql_has(p->rules, SQL_TRAIT_FILE_TABLES) &&
           (parse_is(p, KW_MAP) || parse_is(p, KW_REDUCE)) && parse_is_name(parse_peek(p, 1)) &&
           (parse_peek_is_op(p, 2, ',') || parse_peek_is_op(p, 2, '.') ||
            parse_peek_is(p, 2, KW_USING));
}

enum parse_clause parse_clause(const struct parser *p, bool after_value)
{
    const struct sql_token *token = parse_token(p);
    unsigned flags = token->kind == SQL_TOKEN_WORD ? sql_keyword_flags(token->code) : 0;
    if (after_value && parse_is_map(p)) {
        return PARSE_CLAUSE_STATEMENT;
    }
    if (p->conditions > 0 && after_value && token->kind == SQL_TOKEN_WORD &&
        (token->code == KW_THEN || token->code == KW_DO || token->code == KW_LOOP) &&
        parse_join_words(p) == 0) {
        return PARSE_CLAUSE_STATEMENT;
    }
    if ((flags & SQL_KEYWORD_JOIN) != 0 && after_value && parse_join_words(p) > 0) {
        return PARSE_CLAUSE_JOIN;
    }
    if ((flags & SQL_KEYWORD_JOIN) != 0 && after_value &&
        (parse_peek_is(p, 1, KW_UNION) ||
         (parse_peek_is(p, 1, KW_OUTER) && parse_peek_is(p, 2, KW_UNION)))) {
        return PARSE_CLAUSE_SET_OPERATION; /* LEFT OUTER UNION ALL BY NAME */
    }
    if ((flags & SQL_KEYWORD_CLAUSE) == 0) {
        return PARSE_CLAUSE_NONE;
    }
    for (size_t i = 0; i < sizeof(clause_rules) / sizeof(clause_rules[0]); i++) {
        const struct clause_rule *rule = &clause_rules[i];
        if (rule->first == token->code && (after_value || !rule->is_soft) &&
            (rule->second == KW_NONE || parse_peek_is(p, 1, rule->second)) &&
            (rule->traits == 0 || (p->rules->traits & rule->traits) != 0)) {
            return rule->clause;
        }
    }
    return PARSE_CLAUSE_NONE;
}

/* ---- clauses ---- */

/* SELECT ... INTO t; other things than tables are passed over. */
static void parse_into(struct parser *p, struct sql_target **targets)
{
    bool makes_table = sql_has(p->rules, SQL_TRAIT_SELECT_INTO) && targets != NULL;
    bool is_temporary = false;
    struct sql_name name;
    while (parse_is(p, KW_BULK) || parse_is(p, KW_COLLECT) || parse_is(p, KW_INTO)) {
        parse_advance(p, 1);
    }
    while (parse_is(p, KW_TEMP) || parse_is(p, KW_TEMPORARY) || parse_is(p, KW_UNLOGGED) ||
           parse_is(p, KW_TABLE)) {
        is_temporary = is_temporary || parse_is(p, KW_TEMP) || parse_is(p, KW_TEMPORARY);
        parse_advance(p, 1);
    }
    if (makes_table && parse_is_name(parse_token(p)) && parse_table_name(p, &name)) {
        struct sql_target *target = parse_add_target(p, targets, &name);
        if (target != NULL) {
            target->is_temporary = target->is_temporary || is_temporary;
            target->is_created = true;
        }
        return;
    }
    while (!parse_is_end(p) && parse_clause(p, true) == PARSE_CLAUSE_NONE) {
        parse_advance(p, 1); /* variables, a file */
    }
}

/* WINDOW a AS (...), b AS (...). */
static void parse_windows(struct parser *p, struct sql_select *select)
{
    struct sql_window **tail = &select->windows;
    do {
        struct sql_window *window = PARSE_NEW(p, struct sql_window);
        parse_advance(p, 1); /* WINDOW or the comma */
        if (window == NULL || !parse_part(p, &window->name)) {
            return;
        }
        (void)parse_accept(p, KW_AS);
        if (parse_is_op(p, '(')) {
            parse_window(p, &window->uses);
        } else if (parse_is_name(parse_token(p))) { /* WINDOW b AS a */
            struct sql_use *use = parse_add_use(p, &window->uses, SQL_USE_WINDOW);
            if (use == NULL || !parse_name(p, &use->name)) {
                return;
            }
        }
        *tail = window;
        tail = &window->next;
    } while (parse_is_op(p, ','));
}

/* WITH FILL FROM a TO b STEP c behind ORDER BY, as far as FROM would be mistaken. */
static void parse_other_clause(struct parser *p, struct sql_use **quiet)
{
    bool needs_value = parse_is(p, KW_WHERE) || parse_is(p, KW_HAVING) ||
                       parse_is(p, KW_QUALIFY) || parse_is(p, KW_LIMIT) ||
                       parse_peek_is(p, 1, KW_BY);
    parse_advance(p, parse_peek_is(p, 1, KW_BY) ? 2 : 1);
    if (!parse_expression(p, PARSE_CLAUSE, quiet) && needs_value) {
        parse_note_syntax(p);
    }
    while (parse_is(p, KW_WITH)) {
        parse_advance(p, 1); /* WITH FILL, TIES, ROLLUP, DATA, NO SCHEMA BINDING ... */
        parse_advance(p, parse_is_name(parse_token(p)) ? 1 : 0);
        (void)parse_accept(p, KW_FROM);
        (void)parse_expression(p, PARSE_CLAUSE, quiet);
    }
}

/* FROM t JOIN ...; also JOINs that come later, behind a pipe or a lost bracket. */
static void parse_from_clause(struct parser *p, struct sql_select *select)
{
    struct sql_source **tail = &select->sources;
    parse_advance(p, 1);
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = parse_sources(p);
    if (*tail == NULL) {
        parse_note_syntax(p);
    }
}

/* One clause; false when the SELECT ends here. */
static bool parse_one_clause(struct parser *p, struct sql_select *select,
                             struct sql_target **targets)
{
    switch (parse_clause(p, true)) {
    case PARSE_CLAUSE_FROM:
        parse_from_clause(p, select);
        return true;
    case PARSE_CLAUSE_INTO:
        parse_into(p, targets);
        return true;
    case PARSE_CLAUSE_WINDOW:
        parse_windows(p, select);
        return true;
    case PARSE_CLAUSE_OTHER:
        parse_other_clause(p, &select->quiet);
        return true;
    case PARSE_CLAUSE_JOIN:
        parse_join(p, &select->sources);
        return true;
    case PARSE_CLAUSE_SET_OPERATION:
    case PARSE_CLAUSE_STATEMENT:
    case PARSE_CLAUSE_NONE:
        break;
    }
    return false;
}

/* Clauses up to the end of the SELECT; what belongs to none is noted once and skipped. */
static void parse_clauses(struct parser *p, struct sql_select *select,
                          struct sql_target **targets)
{
    bool is_noted = false;
    for (;;) {
        if (parse_one_clause(p, select, targets)) {
            is_noted = false;
            continue;
        }
        if (parse_is_end(p) || parse_clause(p, true) != PARSE_CLAUSE_NONE ||
            parse_is_op(p, SQL_OPERATOR_PIPE) || p->status != OK) {
            return;
        }
        if (!is_noted) {
            parse_note_syntax(p);
            is_noted = true;
        }
        if (parse_is_op(p, '(') || parse_is_op(p, '[') || parse_is_op(p, '{')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
}

/* FROM t without SELECT, or before it. */
static void parse_from_first(struct parser *p, struct sql_select *select,
                             struct sql_target **targets)
{
    parse_from_clause(p, select);
    if (parse_accept(p, KW_SELECT)) {
        parse_select_modifiers(p);
        select->items = parse_items(p);
    } else if (parse_is_map(p)) {
        select->items = parse_map(p);
    } else {
        select->items = PARSE_NEW(p, struct sql_item);
        if (select->items != NULL) {
            select->items->is_star = true;
            select->items->qualifier.offset = parse_token(p)->offset;
        }
    }
    parse_clauses(p, select, targets);
}

/* TABLE t as a query: SELECT * FROM t. */
static void parse_table_query(struct parser *p, struct sql_select *select)
{
    parse_advance(p, 1);
    select->items = PARSE_NEW(p, struct sql_item);
    select->sources = parse_source(p);
    if (select->items != NULL) {
        select->items->is_star = true;
        select->items->qualifier.offset = parse_token(p)->offset;
    }
    parse_clauses(p, select, NULL);
}

/* VALUES (1, 2) [AS t (a, b)]: with an alias, SELECT * FROM that. */
static void parse_values_select(struct parser *p, struct sql_select *select)
{
    struct sql_part alias = {.text = STR_NULL};
    parse_advance(p, 1);
    select->nested = parse_values(p);
    struct sql_source *source = parse_alias(p, &alias) ? PARSE_NEW(p, struct sql_source) : NULL;
    struct sql_item *star = source != NULL ? PARSE_NEW(p, struct sql_item) : NULL;
    if (star == NULL) {
        return;
    }
    *source =
        (struct sql_source){.kind = SQL_SOURCE_QUERY, .query = select->nested, .alias = alias};
    source->columns = parse_is_op(p, '(') ? parse_words(p) : NULL;
    star->is_star = true;
    star->qualifier.offset = parse_token(p)->offset;
    select->nested = NULL;
    select->items = star;
    select->sources = source;
    parse_clauses(p, select, NULL);
}

/* One operand of set operations; NULL when none stands here. */
static struct sql_select *parse_select(struct parser *p, struct sql_target **targets)
{
    struct sql_select *select = PARSE_NEW(p, struct sql_select);
    const struct sql_token *opener = parse_token(p);
    if (select == NULL) {
        return NULL;
    }
    if (parse_accept(p, KW_SELECT) || parse_accept(p, KW_PERFORM)) {
        parse_select_modifiers(p);
        if (parse_clause(p, false) == PARSE_CLAUSE_NONE && !parse_is_end(p)) {
            select->items = parse_items(p);
        }
        parse_clauses(p, select, targets);
        if (select->items == NULL && select->sources == NULL) {
            parse_note_syntax(p);
        }
    } else if (parse_is(p, KW_FROM)) {
        parse_from_first(p, select, targets);
    } else if (parse_is(p, KW_VALUES)) {
        parse_values_select(p, select);
    } else if (parse_is(p, KW_TABLE)) {
        parse_table_query(p, select);
    } else if (parse_is(p, KW_PIVOT) || parse_is(p, KW_UNPIVOT)) {
        select->nested = parse_pivot_statement(p);
    } else if (opener->is_query || (parse_is_op(p, '(') && parse_peek_is(p, 1, KW_TABLE))) {
        parse_advance(p, 1);
        select->nested = parse_query(p, NULL);
        parse_close(p, opener);
    } else {
        return NULL;
    }
    return select;
}

/* UNION ALL BY NAME and its like, and how it joins what follows; false when none is here. */
static bool parse_set_operator(struct parser *p, struct sql_select *out)
{
    *out = (struct sql_select){NULL};
    if (parse_clause(p, true) != PARSE_CLAUSE_SET_OPERATION) {
        return false;
    }
    while (parse_is(p, KW_LEFT) || parse_is(p, KW_FULL) || parse_is(p, KW_INNER) ||
           parse_is(p, KW_OUTER)) {
        out->adds_none = out->adds_none || parse_is(p, KW_LEFT) || parse_is(p, KW_INNER);
        parse_advance(p, 1);
    }
    parse_advance(p, 1);
    while (parse_is(p, KW_ALL) || parse_is(p, KW_DISTINCT) || parse_is(p, KW_BY) ||
           parse_is(p, KW_NAME) || parse_is(p, KW_STRICT) || parse_is(p, KW_CORRESPONDING) ||
           parse_is(p, KW_ON)) {
        out->is_by_name =
            out->is_by_name || parse_is(p, KW_NAME) || parse_is(p, KW_CORRESPONDING);
        parse_advance(p, 1);
        if (parse_is_op(p, '(') && !parse_token(p)->is_query) {
            parse_skip_brackets(p); /* ON (columns) */
        }
    }
    return true;
}

/* The clauses that follow a query in parentheses belong to the whole. */
static void parse_tail(struct parser *p, struct sql_select *last)
{
    if (last->nested != NULL) {
        parse_clauses(p, last, NULL);
    }
}

/* Operands up to the next set operator: one, or several behind a pipe: UNION ALL (a), (b). */
static struct sql_select *parse_operands(struct parser *p, const struct sql_select *joined,
                                         struct sql_target **targets)
{
    struct sql_select *first = NULL;
    struct sql_select **tail = &first;
    do {
        struct sql_select *select = parse_select(p, targets);
        if (select == NULL) {
            parse_note_syntax(p);
            break;
        }
        select->is_by_name = joined->is_by_name;
        select->adds_none = joined->adds_none;
        *tail = select;
        tail = &select->next;
    } while (parse_peek(p, 1)->is_query && parse_accept_op(p, ','));
    return first;
}

void parse_set_operations(struct parser *p, struct sql_query *query,
                          struct sql_target **targets)
{
    struct sql_select *last = query->selects;
    struct sql_select joined;
    do {
        while (last->next != NULL) {
            last = last->next;
        }
        parse_tail(p, last);
        if (!parse_set_operator(p, &joined)) {
            return;
        }
        last->next = parse_operands(p, &joined, targets);
    } while (last->next != NULL);
}

/* ---- WITH ---- */

/* name [(columns)] AS [NOT MATERIALIZED] (query), or ClickHouse's expression AS name. */
static struct sql_cte *parse_cte(struct parser *p)
{
    struct sql_cte *cte = PARSE_NEW(p, struct sql_cte);
    size_t start = p->at;
    if (cte == NULL) {
        return NULL;
    }
    if (parse_part(p, &cte->name)) {
        if (parse_is_op(p, '(') && !parse_token(p)->is_query) {
            cte->columns = parse_words(p);
        }
        if (parse_accept_pair(p, KW_USING, KW_KEY)) {
            parse_skip_brackets(p);
        }
        if (parse_accept_pair(p, KW_MAX, KW_RECURSION)) {
            parse_advance(p, 2); /* LEVEL 5 */
        }
        (void)parse_accept(p, KW_AS);
        (void)parse_accept(p, KW_NOT);
        (void)parse_accept(p, KW_MATERIALIZED);
        const struct sql_token *opener = parse_token(p);
        bool is_write = parse_peek_is(p, 1, KW_INSERT) || parse_peek_is(p, 1, KW_UPDATE) ||
                        parse_peek_is(p, 1, KW_DELETE) || parse_peek_is(p, 1, KW_MERGE);
        if (parse_is_op(p, '(') && is_write) {
            parse_advance(p, 1);
            cte->statement = parse_inner_statement(p);
            parse_close(p, opener);
            return cte;
        }
        bool is_query = opener->is_query || parse_peek_is(p, 1, KW_TABLE);
        if (parse_is_op(p, '(') && (is_query || !sql_has(p->rules, SQL_TRAIT_NAME_LISTS))) {
            parse_advance(p, 1);
            cte->query = parse_query(p, NULL);
            parse_close(p, opener);
            return cte;
        }
    }
    if (sql_has(p->rules, SQL_TRAIT_NAME_LISTS)) {
        p->at = start;
        cte->columns = NULL;
        (void)parse_expression(p, PARSE_VALUE, &cte->uses);
        (void)parse_accept(p, KW_AS);
        if (parse_part(p, &cte->name)) {
            return cte;
        }
    }
    parse_note_syntax(p);
    return cte;
}

/* SEARCH DEPTH FIRST BY a SET b, CYCLE a SET b USING c behind a recursive query. */
static void parse_search_and_cycle(struct parser *p)
{
    while (parse_is(p, KW_SEARCH) || parse_is(p, KW_CYCLE)) {
        while (!parse_is_end(p) && !parse_is_op(p, ',') && !parse_is(p, KW_SELECT) &&
               !parse_is(p, KW_INSERT) && !parse_is(p, KW_UPDATE) && !parse_is(p, KW_DELETE)) {
            bool is_list = parse_peek_is_op(p, 1, ',') && !parse_peek_is_op(p, 3, '(') &&
                           !parse_peek_is(p, 3, KW_AS);
            parse_advance(p, is_list ? 2 : 1);
        }
    }
}

/* WITH FUNCTION f () RETURNS ... (Trino): up to the query or the WITH behind it. */
static void skip_functions(struct parser *p)
{
    while (parse_token(p)->kind != SQL_TOKEN_END && !parse_is(p, KW_SELECT) &&
           !(parse_is(p, KW_WITH) &&
             (parse_peek_is(p, 2, KW_AS) || parse_peek_is(p, 1, KW_RECURSIVE)))) {
        parse_advance(p, 1);
    }
}

bool parse_with(struct parser *p, struct sql_cte **ctes)
{
    struct sql_cte **tail = ctes;
    if (parse_is(p, KW_WITH) && parse_peek_is(p, 1, KW_FUNCTION) &&
        parse_peek_is_op(p, 3, '(')) {
        skip_functions(p);
    }
    if (!parse_accept(p, KW_WITH)) {
        return false;
    }
    bool is_recursive = parse_is(p, KW_RECURSIVE) && !parse_peek_is(p, 1, KW_AS) &&
                        parse_accept(p, KW_RECURSIVE);
    do {
        if (parse_is(p, KW_SELECT)) {
            break; /* a comma too many */
        }
        struct sql_cte *cte = parse_cte(p);
        if (cte == NULL) {
            break;
        }
        *tail = cte;
        tail = &cte->next;
        parse_search_and_cycle(p);
    } while (parse_accept_op(p, ','));
    return is_recursive;
}

/* ---- queries ---- */

void parse_query_body(struct parser *p, struct sql_query *query, struct sql_target **targets)
{
    query->selects = parse_select(p, targets);
    if (query->selects != NULL) {
        parse_set_operations(p, query, targets);
        parse_pipes(p, query);
    } else {
        parse_note_syntax(p);
    }
}

struct sql_query *parse_query(struct parser *p, struct sql_target **targets)
{
    struct sql_query *query = NULL;
    if (!parse_enter(p)) {
        parse_advance(p, 1);
        return NULL;
    }
    query = PARSE_NEW(p, struct sql_query);
    if (query == NULL) {
        return NULL;
    }
    query->is_recursive = parse_with(p, &query->ctes);
    parse_query_body(p, query, targets);
    parse_leave(p);
    return query;
}

/* Whether a query stands in the brackets that open here. */
static bool holds_query(const struct parser *p)
{
    for (size_t i = p->at + 1; i < parse_token(p)->closer; i++) {
        const struct sql_token *token = &p->tokens[i];
        if (token->is_query || (token->kind == SQL_TOKEN_WORD && token->code == KW_VALUES)) {
            return true;
        }
    }
    return false;
}

/*
 * True when a row of VALUES holds constants only; then the cursor is behind it. Not tried where
 * a query is inside: read twice at each level, it would double the time with each.
 */
static bool skip_constant_row(struct parser *p)
{
    struct sql_use *uses = NULL;
    size_t start = p->at;
    (void)parse_accept(p, KW_ROW);
    if (!parse_is_op(p, '(') || holds_query(p)) {
        p->at = start;
        return false;
    }
    parse_arguments(p, 0, &uses);
    p->at = uses == NULL ? p->at : start;
    return uses == NULL && p->at > start;
}

/* The columns of VALUES are called column1, column2 or the like. */
static void name_values(struct parser *p, struct sql_item *items)
{
    unsigned number = p->rules->value_first;
    for (; items != NULL && p->rules->value_name != NULL && p->status == OK;
         items = items->next) {
        if (arena_printf(p->arena, &items->alias.text, "%s%u", p->rules->value_name,
                         number++) != OK) {
            p->status = ERR_NOMEM;
        }
    }
}

static struct sql_item *parse_row(struct parser *p)
{
    (void)parse_accept(p, KW_ROW);
    const struct sql_token *opener = parse_token(p);
    bool is_query = parse_peek_is(p, 1, KW_SELECT) || parse_peek_is(p, 1, KW_WITH);
    bool is_list = !is_query && parse_accept_op(p, '(');
    struct sql_item *items = is_list ? parse_item_list(p) : parse_item(p);
    if (is_list) {
        parse_close(p, opener);
    }
    return items;
}

struct sql_query *parse_values(struct parser *p)
{
    struct sql_query *query = PARSE_NEW(p, struct sql_query);
    struct sql_select **tail = query != NULL ? &query->selects : NULL;
    do {
        if (tail != NULL && query->selects != NULL && skip_constant_row(p)) {
            continue; /* adds nothing to the columns of the first */
        }
        struct sql_select *row = PARSE_NEW(p, struct sql_select);
        if (row == NULL || tail == NULL) {
            return query;
        }
        row->items = parse_row(p);
        if (tail == &query->selects) {
            name_values(p, row->items);
        }
        *tail = row;
        tail = &row->next;
    } while (parse_accept_op(p, ',') && p->status == OK);
    return query;
}
