/* PIVOT, UNPIVOT and MATCH_RECOGNIZE: behind a table, and as statements (DuckDB). */
#include "sql/parse.h"

/* ---- lists ---- */

static void add_word(struct parser *p, struct sql_word **words, struct sql_part part)
{
    struct sql_word *word = PARSE_NEW(p, struct sql_word);
    while (*words != NULL) {
        words = &(*words)->next;
    }
    if (word != NULL) {
        word->part = part;
        *words = word;
    }
}

/* Adds a column that the pivot makes. */
static void add_made(struct parser *p, struct sql_made ***tail, struct sql_part name,
                     const struct sql_item *item)
{
    struct sql_made *made = PARSE_NEW(p, struct sql_made);
    if (made != NULL) {
        made->name = name;
        made->item = item;
        **tail = made;
        *tail = &made->next;
    }
}

/* The columns that are named among uses are used up. */
static void add_gone(struct parser *p, struct sql_pivot *pivot, const struct sql_use *uses)
{
    for (; uses != NULL && p->status == OK; uses = uses->next) {
        struct sql_word *word =
            uses->kind == SQL_USE_COLUMN ? PARSE_NEW(p, struct sql_word) : NULL;
        if (word != NULL) {
            word->part = uses->name.parts[uses->name.count - 1];
            word->next = pivot->gone;
            pivot->gone = word;
        }
    }
}

/* ---- PIVOT ---- */

/* The name that a value of FOR x IN (...) gives to a column: its alias or itself. */
static bool parse_pivot_value(struct parser *p, struct sql_part *out)
{
    const struct sql_token *token = parse_token(p);
    struct sql_use *ignored = NULL;
    bool is_string = token->kind == SQL_TOKEN_STRING;
    *out = (struct sql_part){.text = sql_token_text(p->text, token)};
    if (is_string && p->rules->keeps_pivot_quotes) {
        out->text = str_sub(p->text, token->offset, token->size_bytes);
        out->is_quoted = true;
    } else if (is_string || token->kind == SQL_TOKEN_QUOTED) {
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
static bool add_value(struct parser *p, struct sql_made ***made,
                      const struct sql_item *aggregates, struct sql_part value)
{
    bool is_prefix = sql_has(p->rules, SQL_TRAIT_PIVOT_PREFIX);
    bool is_lone = aggregates->next == NULL;
    bool is_known = true;
    for (; aggregates != NULL; aggregates = aggregates->next) {
        struct str alias = aggregates->alias.text;
        struct sql_part name = value;
        bool has_alias =
            !str_is_null(alias) && (!is_lone || sql_has(p->rules, SQL_TRAIT_PIVOT_ALIAS));
        if (has_alias) {
            name =
                is_prefix ? join_names(p, alias, value.text) : join_names(p, value.text, alias);
        }
        is_known = is_known && (has_alias || is_lone);
        add_made(p, made, name, aggregates);
    }
    return is_known;
}

/* (1, 'x' AS y) behind IN: the names that the values have. */
static struct sql_word *parse_pivot_values(struct parser *p)
{
    const struct sql_token *opener = parse_token(p);
    struct sql_word *values = NULL;
    struct sql_word **tail = &values;
    parse_advance(p, 1);
    do {
        struct sql_part name;
        if (!parse_pivot_value(p, &name)) {
            break;
        }
        add_word(p, tail, name);
        tail = *tail != NULL ? &(*tail)->next : tail;
    } while (parse_accept_op(p, ',') && p->status == OK);
    parse_close(p, opener);
    return values;
}

static void add_values(struct parser *p, struct sql_pivot *pivot, const struct sql_word *values)
{
    struct sql_made **made = &pivot->made;
    for (; values != NULL && p->status == OK; values = values->next) {
        bool is_known = add_value(p, &made, pivot->items, values->part);
        pivot->is_partial = !is_known || pivot->is_partial;
    }
}

/* FOR x IN (values), several of them for PIVOT; adds the columns of each value. */
static void parse_pivot_for(struct parser *p, struct sql_source *source,
                            struct sql_pivot *pivot)
{
    while (parse_accept(p, KW_FOR) || parse_is_name(parse_token(p)) || parse_is_op(p, '(')) {
        struct sql_use *columns = NULL;
        if (parse_accept_pair(p, KW_GROUP, KW_BY)) {
            pivot->kept = parse_bare_words(p);
            return;
        }
        if (parse_is_op(p, '(')) {
            parse_arguments(p, 0, &columns);
        } else {
            struct sql_use *use = parse_add_use(p, &columns, SQL_USE_COLUMN);
            if (use == NULL || !parse_name(p, &use->name)) {
                return;
            }
        }
        add_gone(p, pivot, columns);
        if (parse_is(p, KW_IN) && parse_peek(p, 1)->is_query) {
            (void)parse_expression(p, PARSE_REST, &source->quiet);
        }
        if (!parse_is(p, KW_IN) || !parse_peek_is_op(p, 1, '(') || pivot->made != NULL ||
            parse_peek_is(p, 2, KW_ANY) || pivot->items == NULL) {
            pivot->is_partial = true;
            return;
        }
        parse_advance(p, 1);
        add_values(p, pivot, parse_pivot_values(p));
    }
}

/* sum (a) AS b, count (*): the aggregates, which use up their columns. */
static void parse_aggregates(struct parser *p, struct sql_pivot *pivot)
{
    struct sql_item **tail = &pivot->items;
    do {
        struct sql_item *item = PARSE_NEW(p, struct sql_item);
        if (item == NULL || !parse_expression(p, PARSE_VALUE, &item->uses)) {
            break;
        }
        if (parse_accept(p, KW_AS) ||
            (!parse_is(p, KW_FOR) && parse_clause(p, true) == PARSE_CLAUSE_NONE)) {
            (void)parse_part(p, &item->alias);
        }
        add_gone(p, pivot, item->uses);
        *tail = item;
        tail = &item->next;
    } while (parse_accept_op(p, ','));
}

/* ---- UNPIVOT ---- */

/* One more expression that goes into the item, in front of what is there. */
static bool gather(struct parser *p, struct sql_item *item)
{
    struct sql_use *uses = NULL;
    if (item == NULL || !parse_expression(p, PARSE_VALUE, &uses)) {
        return false;
    }
    while (uses != NULL) {
        struct sql_use *next = uses->next;
        uses->next = item->uses;
        item->uses = uses;
        uses = next;
    }
    return true;
}

/* What was gathered in the order of the text. */
static struct sql_use *turn_round(struct sql_use *uses)
{
    struct sql_use *turned = NULL;
    while (uses != NULL) {
        struct sql_use *next = uses->next;
        uses->next = turned;
        turned = uses;
        uses = next;
    }
    return turned;
}

/* (a, b) AS 'x': one for each column that is made; a AS 'x' for the first. */
static void parse_gathered(struct parser *p, struct sql_item **items)
{
    const struct sql_token *opener = parse_token(p);
    bool is_list = parse_accept_op(p, '(');
    do {
        *items = *items != NULL ? *items : PARSE_NEW(p, struct sql_item);
        if (!gather(p, *items)) {
            break;
        }
        items = &(*items)->next;
    } while (is_list && parse_accept_op(p, ','));
    if (is_list) {
        parse_close(p, opener);
    }
    if (parse_accept(p, KW_AS)) {
        parse_advance(p, parse_is_op(p, '(') || parse_is_end(p) ? 0 : 1);
        parse_skip_brackets(p); /* AS ('x', 'y') */
    }
}

/* The columns of values, and before or behind them the one of names. */
static void add_unpivoted(struct parser *p, struct sql_pivot *pivot,
                          const struct sql_word *values, struct sql_part name)
{
    struct sql_made **made = &pivot->made;
    struct sql_item *item = pivot->items;
    if (!p->rules->puts_values_first) {
        add_made(p, &made, name, NULL);
    }
    for (; values != NULL && p->status == OK; values = values->next) {
        add_made(p, &made, values->part, item != NULL ? item : pivot->items);
        item = item != NULL ? item->next : NULL;
    }
    if (p->rules->puts_values_first) {
        add_made(p, &made, name, NULL);
    }
    for (item = pivot->items; item != NULL; item = item->next) {
        item->uses = turn_round(item->uses);
        add_gone(p, pivot, item->uses);
    }
}

/* value FOR name IN (a, b AS 'x'): two columns take the place of the others. */
static void parse_unpivot_body(struct parser *p, struct sql_pivot *pivot)
{
    struct sql_part name = {.text = STR("name")};
    struct sql_part value;
    struct sql_word *values = parse_is_op(p, '(') ? parse_words(p) : NULL;
    if (values == NULL && parse_part(p, &value)) {
        add_word(p, &values, value);
    }
    (void)parse_accept(p, KW_FOR);
    (void)parse_part(p, &name);
    (void)parse_accept(p, KW_IN);
    const struct sql_token *opener = parse_token(p);
    if (parse_accept_op(p, '(')) {
        do {
            parse_gathered(p, &pivot->items);
        } while (parse_accept_op(p, ',') && p->status == OK);
        parse_close(p, opener);
    }
    add_unpivoted(p, pivot, values, name);
}

/* ---- behind a table ---- */

static struct sql_pivot *add_pivot(struct parser *p, struct sql_source *source)
{
    struct sql_pivot **tail = &source->pivots;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *tail = PARSE_NEW(p, struct sql_pivot);
    if (*tail != NULL) {
        (*tail)->alias = source->alias;
        (*tail)->columns = source->columns;
        source->columns = NULL; /* what stands behind it may rename anew */
    }
    return *tail;
}

bool parse_pivot(struct parser *p, struct sql_source *source)
{
    bool is_pivot = parse_is(p, KW_PIVOT);
    size_t n = parse_peek_is(p, 2, KW_NULLS) ? 3 : 1; /* INCLUDE NULLS */
    const struct sql_token *opener = parse_peek(p, n);
    if ((!is_pivot && !parse_is(p, KW_UNPIVOT)) || !parse_peek_is_op(p, n, '(')) {
        return false;
    }
    struct sql_pivot *pivot = add_pivot(p, source);
    if (pivot == NULL) {
        return false;
    }
    parse_advance(p, n + 1);
    if (is_pivot) {
        parse_aggregates(p, pivot);
        parse_pivot_for(p, source, pivot);
    } else {
        parse_unpivot_body(p, pivot);
    }
    p->at = opener->closer > p->at ? opener->closer : p->at;
    (void)parse_accept_op(p, ')');
    return true;
}

/* The measure's columns without the pattern's variable before them: a.price, last (b.ts). */
static void drop_variables(struct sql_use *uses)
{
    for (; uses != NULL; uses = uses->next) {
        if (uses->kind == SQL_USE_COLUMN && uses->name.count == 2) {
            uses->name.parts++;
            uses->name.count = 1;
        }
    }
}

bool parse_match_recognize(struct parser *p, struct sql_source *source)
{
    const struct sql_token *opener = parse_peek(p, 1);
    struct sql_pivot *pivot = parse_is(p, KW_MATCH_RECOGNIZE) && parse_peek_is_op(p, 1, '(')
                                  ? add_pivot(p, source)
                                  : NULL;
    if (pivot == NULL) {
        return false;
    }
    bool keeps_all = false;
    parse_advance(p, 2);
    while (!parse_is_end(p) && p->status == OK) {
        if (parse_accept_pair(p, KW_PARTITION, KW_BY)) {
            pivot->kept = parse_bare_words(p);
        } else if (parse_accept(p, KW_MEASURES)) {
            pivot->items = parse_items(p);
        } else if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        } else {
            keeps_all = keeps_all || (parse_is(p, KW_ALL) && parse_peek_is(p, 1, KW_ROWS));
            parse_advance(p, 1);
        }
    }
    pivot->kept = keeps_all ? NULL : pivot->kept;
    struct sql_made **made = &pivot->made;
    for (struct sql_item *item = pivot->items; item != NULL; item = item->next) {
        drop_variables(item->uses);
        add_made(p, &made, item->alias, item);
    }
    parse_close(p, opener);
    return true;
}

/* ---- as statements ---- */

/* INTO NAME n VALUE a, b behind the word. */
static void parse_into_names(struct parser *p, struct sql_part *name, struct sql_word **values)
{
    struct sql_part value = {.text = STR("value")};
    if (parse_accept(p, KW_NAME)) {
        (void)parse_part(p, name);
    }
    do {
        (void)parse_accept(p, KW_VALUE);
        (void)parse_part(p, &value);
        add_word(p, values, value);
        values = *values != NULL ? &(*values)->next : values;
    } while (parse_accept_op(p, ','));
}

/* ON columns INTO NAME n VALUE v. */
static void parse_unpivot_parts(struct parser *p, struct sql_pivot *pivot,
                                struct sql_use **quiet)
{
    struct sql_part name = {.text = STR("name")};
    struct sql_word *values = NULL;
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (parse_accept(p, KW_INTO)) {
            parse_into_names(p, &name, &values);
        } else if (parse_accept(p, KW_ON)) {
            do {
                parse_gathered(p, &pivot->items);
            } while (parse_accept_op(p, ',') && p->status == OK);
        } else {
            (void)parse_expression(p, PARSE_CLAUSE, quiet);
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
    if (values == NULL) {
        add_word(p, &values, (struct sql_part){.text = STR("value")});
    }
    add_unpivoted(p, pivot, values, name);
}

/* ON a IN (1, 2): what the columns are called; anything else: that depends on the data. */
static struct sql_word *parse_on(struct parser *p, struct sql_pivot *pivot)
{
    struct sql_word *values = NULL;
    size_t count = 0;
    do {
        struct sql_use *uses = NULL;
        size_t tokens = parse_name_tokens(p);
        bool is_list = tokens > 0 && parse_peek_is(p, tokens, KW_IN) &&
                       parse_peek_is_op(p, tokens + 1, '(') &&
                       !parse_peek(p, tokens + 1)->is_query;
        struct sql_use *use = is_list ? parse_add_use(p, &uses, SQL_USE_COLUMN) : NULL;
        if (use != NULL && parse_name(p, &use->name)) {
            parse_advance(p, 1);
            values = parse_pivot_values(p);
        } else {
            (void)parse_expression(p, PARSE_VALUE, &uses);
            values = NULL;
        }
        add_gone(p, pivot, uses);
        count++;
    } while (parse_accept_op(p, ',') && p->status == OK);
    return count == 1 ? values : NULL;
}

/* ON columns USING aggregates GROUP BY columns, and what follows. */
static void parse_pivot_parts(struct parser *p, struct sql_pivot *pivot, struct sql_use **quiet)
{
    struct sql_word *values = NULL;
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (parse_accept(p, KW_ON)) {
            values = parse_on(p, pivot);
        } else if (parse_accept(p, KW_USING)) {
            parse_aggregates(p, pivot);
        } else if (parse_accept_pair(p, KW_GROUP, KW_BY)) {
            pivot->kept = parse_bare_words(p);
        } else {
            (void)parse_expression(p, PARSE_CLAUSE, quiet);
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
    pivot->is_partial = values == NULL;
    if (pivot->items == NULL) {
        pivot->items = PARSE_NEW(p, struct sql_item); /* without USING it counts rows */
    }
    add_values(p, pivot, pivot->items != NULL ? values : NULL);
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
    struct sql_pivot *pivot = select->sources != NULL ? add_pivot(p, select->sources) : NULL;
    if (pivot == NULL) {
        parse_note_syntax(p);
        return query;
    }
    if (is_unpivot) {
        parse_unpivot_parts(p, pivot, &select->quiet);
    } else {
        parse_pivot_parts(p, pivot, &select->quiet);
    }
    return query;
}
