/* PIVOT and UNPIVOT: behind a table, and as statements (DuckDB). */
#include "sql/parse.h"

#include <string.h>

/* Adds a column that the pivot makes. */
static void add_made(struct parser *p, struct sql_word ***tail, struct sql_part part)
{
    struct sql_word *word = PARSE_NEW(p, struct sql_word);
    if (word != NULL) {
        word->part = part;
        **tail = word;
        *tail = &word->next;
    }
}

/* The name that a value of FOR x IN (...) gives to a column: its alias or itself. */
static bool parse_pivot_value(struct parser *p, struct sql_part *out)
{
    const struct sql_token *token = parse_token(p);
    struct sql_use *ignored = NULL;
    *out = (struct sql_part){.text = sql_token_text(p->text, token)};
    if (token->kind == SQL_TOKEN_STRING || token->kind == SQL_TOKEN_QUOTED) {
        p->status = sql_token_value(p->text, token, p->rules, p->arena, &out->text);
    }
    if (!parse_expression(p, PARSE_VALUE, &ignored)) {
        return false;
    }
    if (parse_accept(p, KW_AS) || parse_is_name(parse_token(p))) {
        (void)parse_part(p, out);
    }
    return true;
}

/* The columns that are named among uses. */
static void add_gone(struct parser *p, struct sql_pivot *pivot, const struct sql_use *uses)
{
    struct sql_word **tail = &pivot->gone;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    for (; uses != NULL && p->status == OK; uses = uses->next) {
        if (uses->kind == SQL_USE_COLUMN) {
            add_made(p, &tail, uses->name.parts[uses->name.count - 1]);
        }
    }
}

/* a_b of two names. */
static struct sql_part join_names(struct parser *p, struct str a, struct str b)
{
    struct sql_part joined = {.text = a};
    if (arena_printf(p->arena, &joined.text, "%.*s_%.*s", STR_ARG(a), STR_ARG(b)) != OK) {
        p->status = ERR_NOMEM;
    }
    return joined;
}

/* The columns of one value: one for each aggregate; false when a name is not known. */
static bool add_value(struct parser *p, struct sql_word ***made,
                      const struct sql_word *aggregates, struct sql_part value)
{
    bool is_prefix = sql_has(p->rules, SQL_TRAIT_PIVOT_PREFIX);
    bool is_lone = aggregates->next == NULL;
    bool is_known = true;
    for (; aggregates != NULL; aggregates = aggregates->next) {
        struct str alias = aggregates->part.text;
        struct sql_part name = value;
        bool has_alias =
            !str_is_null(alias) && (!is_lone || sql_has(p->rules, SQL_TRAIT_PIVOT_ALIAS));
        if (has_alias) {
            name =
                is_prefix ? join_names(p, alias, value.text) : join_names(p, value.text, alias);
        }
        is_known = is_known && (has_alias || is_lone);
        add_made(p, made, name);
    }
    return is_known;
}

/* FOR x IN (values), several of them for PIVOT; adds the columns of each value. */
static void parse_pivot_for(struct parser *p, struct sql_source *source,
                            struct sql_pivot *pivot, const struct sql_word *aggregates)
{
    struct sql_word **made = &pivot->made;
    while (parse_accept(p, KW_FOR) || parse_is_name(parse_token(p)) || parse_is_op(p, '(')) {
        struct sql_use *columns = NULL;
        if (parse_is_op(p, '(')) {
            parse_arguments(p, 0, &columns);
        } else {
            struct sql_use *use = parse_add_use(p, &columns, SQL_USE_COLUMN);
            if (use == NULL || !parse_name(p, &use->name)) {
                return;
            }
        }
        add_gone(p, pivot, columns);
        const struct sql_token *opener = parse_peek(p, 1);
        if (parse_is(p, KW_IN) && opener->is_query) {
            (void)parse_expression(p, PARSE_REST, &source->quiet);
        }
        if (!parse_is(p, KW_IN) || !parse_peek_is_op(p, 1, '(') || pivot->made != NULL ||
            parse_peek_is(p, 2, KW_ANY) || aggregates == NULL) {
            pivot->is_partial = true;
            return;
        }
        parse_advance(p, 2);
        do {
            struct sql_part name;
            if (!parse_pivot_value(p, &name)) {
                break;
            }
            pivot->is_partial = !add_value(p, &made, aggregates, name) || pivot->is_partial;
        } while (parse_accept_op(p, ','));
        parse_close(p, opener);
    }
}

static void parse_pivot_body(struct parser *p, struct sql_source *source,
                             struct sql_pivot *pivot)
{
    struct sql_word *aggregates = NULL;
    struct sql_word **tail = &aggregates;
    do {
        struct sql_part alias = {.text = STR_NULL};
        if (!parse_expression(p, PARSE_VALUE, &pivot->uses)) {
            break;
        }
        if (parse_accept(p, KW_AS) || !parse_is(p, KW_FOR)) {
            (void)parse_part(p, &alias);
        }
        add_made(p, &tail, alias);
    } while (parse_accept_op(p, ','));
    add_gone(p, pivot, pivot->uses);
    parse_pivot_for(p, source, pivot, aggregates);
}

/* value FOR name IN (a, b AS 'x'): two columns take the place of the others. */
static void parse_unpivot_body(struct parser *p, struct sql_pivot *pivot)
{
    struct sql_word **made = &pivot->made;
    for (size_t i = 0; i < 2; i++) {
        struct sql_word *words = parse_is_op(p, '(') ? parse_words(p) : NULL;
        struct sql_part part;
        if (words != NULL) {
            *made = words;
            while (*made != NULL) {
                made = &(*made)->next;
            }
        } else if (parse_part(p, &part)) {
            add_made(p, &made, part);
        }
        (void)parse_accept(p, KW_FOR);
    }
    (void)parse_accept(p, KW_IN);
    if (parse_is_op(p, '(')) {
        parse_arguments(p, 0, &pivot->uses);
    }
    add_gone(p, pivot, pivot->uses);
}

bool parse_pivot(struct parser *p, struct sql_source *source)
{
    bool is_pivot = parse_is(p, KW_PIVOT);
    size_t n = parse_peek_is(p, 2, KW_NULLS) ? 3 : 1; /* INCLUDE NULLS */
    const struct sql_token *opener = parse_peek(p, n);
    if ((!is_pivot && !parse_is(p, KW_UNPIVOT)) || !parse_peek_is_op(p, n, '(')) {
        return false;
    }
    struct sql_pivot *pivot = PARSE_NEW(p, struct sql_pivot);
    struct sql_pivot **tail = &source->pivots;
    if (pivot == NULL) {
        return false;
    }
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = pivot;
    parse_advance(p, n + 1);
    if (is_pivot) {
        parse_pivot_body(p, source, pivot);
    } else {
        pivot->is_unpivot = true;
        parse_unpivot_body(p, pivot);
    }
    p->at = opener->closer > p->at ? opener->closer : p->at;
    (void)parse_accept_op(p, ')');
    return true;
}

/* INTO NAME n VALUE a, b behind the word: what UNPIVOT makes, names of columns last. */
static void parse_into_names(struct parser *p, struct sql_pivot *pivot)
{
    struct sql_word **made = &pivot->made;
    struct sql_part name = {.text = STR("name")};
    struct sql_part value = {.text = STR("value")};
    if (parse_accept(p, KW_NAME)) {
        (void)parse_part(p, &name);
    }
    do {
        (void)parse_accept(p, KW_VALUE);
        (void)parse_part(p, &value);
        add_made(p, &made, value);
    } while (parse_accept_op(p, ','));
    add_made(p, &made, name);
    pivot->is_partial = false;
}

/* ON columns USING aggregates GROUP BY columns, and what follows. */
static void parse_statement_parts(struct parser *p, struct sql_pivot *pivot,
                                  struct sql_use **quiet)
{
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (pivot->is_unpivot && parse_accept(p, KW_INTO)) {
            parse_into_names(p, pivot);
        } else if (parse_is(p, KW_ON) || parse_is(p, KW_USING)) {
            do {
                struct sql_part alias;
                parse_advance(p, 1);
                (void)parse_expression(p, PARSE_VALUE, &pivot->uses);
                if (parse_accept(p, KW_AS)) {
                    (void)parse_part(p, &alias);
                }
            } while (parse_is_op(p, ','));
        } else {
            (void)parse_expression(p, PARSE_CLAUSE, quiet);
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
    add_gone(p, pivot, pivot->uses);
}

struct sql_query *parse_pivot_statement(struct parser *p)
{
    struct sql_query *query = PARSE_NEW(p, struct sql_query);
    struct sql_select *select = PARSE_NEW(p, struct sql_select);
    struct sql_item *item = PARSE_NEW(p, struct sql_item);
    size_t offset = parse_token(p)->offset;
    bool is_unpivot = parse_is(p, KW_UNPIVOT);
    parse_advance(p, 1);
    if (query == NULL || select == NULL || item == NULL) {
        return NULL;
    }
    query->selects = select;
    select->items = item;
    item->is_star = true;
    item->qualifier.offset = offset;
    select->sources = parse_source(p);
    struct sql_pivot *pivot = PARSE_NEW(p, struct sql_pivot);
    if (select->sources == NULL || pivot == NULL) {
        parse_note_syntax(p);
        return query;
    }
    pivot->is_partial = true; /* its columns depend on the data */
    pivot->is_unpivot = is_unpivot;
    select->sources->pivots = pivot;
    parse_statement_parts(p, pivot, &select->quiet);
    return query;
}
