/*
 * Pipes (BigQuery): FROM t |> WHERE a |> SELECT b. Each operator becomes a SELECT around what
 * stands before it, so that the resolver needs to know nothing of them.
 */
#include "sql/parse.h"

/* SELECT * FROM ..., nothing else: the next operator can join it as it is. */
static bool is_open(const struct sql_select *select)
{
    const struct sql_item *item = select->items;
    return select->next == NULL && select->nested == NULL && select->sources != NULL &&
           item != NULL && item->is_star && item->next == NULL && item->qualifier.count == 0 &&
           item->except == NULL && item->rename == NULL && item->replace == NULL;
}

/* The query becomes SELECT * FROM (query), unless it is of that kind already. */
static struct sql_select *open_select(struct parser *p, struct sql_query *query)
{
    if (is_open(query->selects)) {
        return query->selects;
    }
    struct sql_query *inner = PARSE_NEW(p, struct sql_query);
    struct sql_select *select = PARSE_NEW(p, struct sql_select);
    struct sql_source *source = PARSE_NEW(p, struct sql_source);
    struct sql_item *star = PARSE_NEW(p, struct sql_item);
    if (inner == NULL || select == NULL || source == NULL || star == NULL) {
        return NULL;
    }
    inner->selects = query->selects;
    source->kind = SQL_SOURCE_QUERY;
    source->query = inner;
    star->is_star = true;
    star->qualifier.offset = parse_token(p)->offset;
    select->items = star;
    select->sources = source;
    query->selects = select;
    return select;
}

/* b = e, c = f as the replacements of a star. */
static struct sql_item *parse_replacements(struct parser *p)
{
    struct sql_item *first = NULL;
    struct sql_item **tail = &first;
    do {
        struct sql_item *item = PARSE_NEW(p, struct sql_item);
        if (item == NULL || !parse_part(p, &item->alias)) {
            break;
        }
        (void)parse_accept_op(p, '=');
        (void)parse_expression(p, PARSE_VALUE, &item->uses);
        *tail = item;
        tail = &item->next;
    } while (parse_accept_op(p, ','));
    return first;
}

/* items [GROUP BY items]: the keys come first. */
static void parse_aggregate(struct parser *p, struct sql_select *select)
{
    struct sql_item *aggregates =
        parse_clause(p, false) == PARSE_CLAUSE_NONE && !parse_is_end(p) ? parse_items(p) : NULL;
    struct sql_item **tail = &select->items;
    select->items = NULL;
    while (!parse_is_end(p) && !parse_is_op(p, SQL_OPERATOR_PIPE) && !parse_is(p, KW_GROUP)) {
        parse_advance(p, 1); /* ASC, DESC */
    }
    if (parse_accept(p, KW_GROUP)) {
        parse_advance(p, parse_peek_is(p, 1, KW_ORDER) ? 3 : 1);
        select->items = parse_items(p);
    }
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = aggregates;
}

static void parse_pipe_operator(struct parser *p, struct sql_select *select,
                                struct sql_query *query)
{
    struct sql_item *star = select->items;
    if (parse_accept(p, KW_EXTEND) || parse_accept(p, KW_WINDOW)) {
        star->next = parse_items(p);
    } else if (parse_is(p, KW_WITH)) {
        struct sql_cte **ctes = &query->ctes;
        while (*ctes != NULL) {
            ctes = &(*ctes)->next;
        }
        query->is_recursive = parse_with(p, ctes) || query->is_recursive;
    } else if (parse_accept(p, KW_SELECT)) {
        (void)parse_accept(p, KW_DISTINCT);
        select->items = parse_items(p);
    } else if (parse_accept(p, KW_AGGREGATE)) {
        parse_aggregate(p, select);
    } else if (parse_accept(p, KW_DROP)) {
        star->except = parse_bare_words(p);
    } else if (parse_accept(p, KW_RENAME)) {
        star->rename = parse_bare_words(p);
    } else if (parse_accept(p, KW_SET)) {
        star->replace = parse_replacements(p);
    } else if (parse_is(p, KW_AS)) {
        (void)parse_alias(p, &select->sources->alias);
    } else if (parse_is(p, KW_PIVOT) || parse_is(p, KW_UNPIVOT)) {
        (void)parse_pivot(p, select->sources);
        (void)parse_alias(p, &select->sources->alias);
    } else if (parse_clause(p, true) == PARSE_CLAUSE_JOIN) {
        parse_join(p, &select->sources);
    } else if (parse_clause(p, true) == PARSE_CLAUSE_SET_OPERATION) {
        parse_set_operations(p, query, NULL);
    }
}

void parse_pipes(struct parser *p, struct sql_query *query)
{
    unsigned depth = p->depth;
    while (parse_is_op(p, SQL_OPERATOR_PIPE) && parse_enter(p)) {
        struct sql_select *select = open_select(p, query);
        parse_advance(p, 1);
        if (select == NULL) {
            break;
        }
        parse_pipe_operator(p, select, query);
        while (!parse_is_end(p) && !parse_is_op(p, SQL_OPERATOR_PIPE)) {
            size_t start = p->at; /* WHERE, ORDER BY, LIMIT ... */
            (void)parse_expression(p, PARSE_REST, &select->quiet);
            parse_advance(p, p->at == start ? 1 : 0);
        }
    }
    p->depth = depth;
}
