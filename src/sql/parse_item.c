/* The select list: expressions and their aliases, and what stands before the first. */
#include "sql/parse.h"

/* TRANSFORM (a) ROW FORMAT ... USING 'script' AS (b) ROW FORMAT ... (Hive). */
static bool skip_transform(struct parser *p)
{
    if (parse_is(p, KW_ROW) && parse_peek_is(p, 1, KW_FORMAT)) {
        while (!parse_is_end(p) && !parse_is(p, KW_USING) && !parse_is(p, KW_FROM)) {
            if (parse_is_op(p, '(')) {
                parse_skip_brackets(p);
            } else {
                parse_advance(p, 1);
            }
        }
    }
    bool has_script = parse_is(p, KW_USING) && parse_peek(p, 1)->kind == SQL_TOKEN_STRING;
    parse_advance(p, has_script ? 2 : 0);
    return has_script;
}

/* What a script gives is called key and value, unless AS says otherwise. */
static struct sql_word *script_words(struct parser *p)
{
    struct sql_word *key = PARSE_NEW(p, struct sql_word);
    struct sql_word *value = PARSE_NEW(p, struct sql_word);
    if (key != NULL && value != NULL) {
        key->part.text = STR("key");
        value->part.text = STR("value");
        key->next = value;
    }
    return key;
}

/* An alias behind an expression, with or without AS. */
static void parse_item_alias(struct parser *p, struct sql_item *item)
{
    bool has_script = skip_transform(p);
    bool has_as = parse_accept(p, KW_AS);
    if (has_as && parse_is_op(p, '(')) {
        item->aliases = parse_words(p);
        (void)skip_transform(p);
        return;
    }
    if (has_script && !has_as) {
        item->aliases = script_words(p);
        return;
    }
    if (parse_token(p)->kind == SQL_TOKEN_STRING) {
        enum status status =
            sql_token_value(p->text, parse_token(p), p->rules, p->arena, &item->alias.text);
        p->status = status != OK ? status : p->status;
        item->alias.is_quoted = true;
        parse_advance(p, 1);
        return;
    }
    const struct sql_token *token = parse_token(p);
    unsigned flags = token->kind == SQL_TOKEN_WORD ? sql_keyword_flags(token->code) : 0;
    if (has_as ||
        ((flags & SQL_KEYWORD_NO_ALIAS) == 0 && parse_clause(p, true) == PARSE_CLAUSE_NONE)) {
        (void)parse_part(p, &item->alias);
    }
}

/* alias = expression, alias: expression; the cursor stays when neither stands here. */
static void parse_leading_alias(struct parser *p, struct sql_item *item)
{
    bool is_equals = sql_has(p->rules, SQL_TRAIT_EQUALS_ALIAS) && parse_peek_is_op(p, 1, '=');
    bool is_colon = sql_has(p->rules, SQL_TRAIT_COLON_ALIAS) && parse_peek_is_op(p, 1, ':');
    if ((is_equals || is_colon) && parse_part(p, &item->alias)) {
        parse_advance(p, 1);
    }
}

/* True when the expression from token start on is one name. */
static bool is_one_name(struct parser *p, size_t start)
{
    size_t end = p->at;
    p->at = start;
    bool is_field = parse_is_op(p, '(') && parse_peek_is_op(p, 2, ')') && start + 4 < end;
    p->at += is_field ? 4 : 0; /* (a).b */
    bool is_name = p->at + parse_name_tokens(p) == end;
    p->at = end;
    return is_name;
}

/* True when a map stands in the parentheses: MAP (...), FROM_JSON (x, 'map<...'). */
static bool is_map(struct parser *p, const struct sql_token *opener)
{
    struct str first = sql_token_text(p->text, opener + 1);
    const struct sql_token *last = &p->tokens[opener->closer - 1];
    bool is_call = opener[1].kind == SQL_TOKEN_WORD &&
                   opener[2].kind == SQL_TOKEN_PUNCTUATION && opener[2].code == '(';
    if (!is_call) {
        return false;
    }
    struct str type = sql_token_text(p->text, last - 1);
    bool is_string = last[-1].kind == SQL_TOKEN_STRING; /* in its quotes */
    return str_starts_with_nocase(first, "map") || str_eq_nocase(first, STR("str_to_map")) ||
           (is_string && str_starts_with_nocase(str_sub(type, 1, SIZE_MAX), "map<"));
}

/* EXPLODE (x) and POSEXPLODE (x) without an alias: what Spark calls their columns. */
static struct sql_word *generator_words(struct parser *p, size_t start)
{
    const struct sql_token *token = &p->tokens[start];
    const struct sql_token *opener = token + 1;
    if (!sql_has(p->rules, SQL_TRAIT_FILE_TABLES) || token->kind != SQL_TOKEN_WORD ||
        opener->kind != SQL_TOKEN_PUNCTUATION || opener->code != '(' ||
        opener->closer + 1 != p->at) {
        return NULL;
    }
    struct str name = sql_token_text(p->text, token);
    bool has_place =
        str_eq_nocase(name, STR("posexplode")) || str_eq_nocase(name, STR("posexplode_outer"));
    if (!has_place && !str_eq_nocase(name, STR("explode")) &&
        !str_eq_nocase(name, STR("explode_outer"))) {
        return NULL;
    }
    bool has_key = is_map(p, opener);
    const char *names[] = {has_place ? "pos" : NULL, has_key ? "key" : NULL,
                           has_key ? "value" : "col"};
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *tail = names[i] != NULL ? PARSE_NEW(p, struct sql_word) : NULL;
        if (*tail != NULL) {
            (*tail)->part.text = str_from(names[i]);
            tail = &(*tail)->next;
        }
    }
    return first;
}

/* COLUMNS (...) from token start on and nothing else: the star itself. */
static bool take_star(struct parser *p, size_t start, struct sql_item *item)
{
    const struct sql_use *use = item->uses;
    if (use == NULL || use->kind != SQL_USE_STAR || use->next != NULL ||
        use->star->is_unpacked || !parse_is_columns_item(p, start)) {
        return false;
    }
    *item = *use->star;
    return true;
}

struct sql_item *parse_item(struct parser *p)
{
    struct sql_item *item = PARSE_NEW(p, struct sql_item);
    if (item == NULL || parse_star(p, item)) {
        return item;
    }
    parse_leading_alias(p, item);
    size_t start = p->at;
    struct sql_item *outer = p->inner;
    p->inner = NULL;
    bool is_expression = parse_expression(p, PARSE_VALUE, &item->uses);
    item->inner = p->inner;
    p->inner = outer;
    if (!is_expression) {
        return NULL;
    }
    const struct sql_token *last = &p->tokens[p->at - 1];
    bool is_field_star = last->kind == SQL_TOKEN_PUNCTUATION && last->code == '*';
    item->qualifier.offset = p->tokens[start].offset;
    bool is_star = !parse_is(p, KW_AS) && take_star(p, start, item);
    if ((is_field_star && p->at > start + 1) || is_star) {
        parse_star_modifiers(p, item); /* (e).* EXCEPT (a), COLUMNS ('x') REPLACE ... */
    }
    item->is_column = is_one_name(p, start) && item->uses != NULL &&
                      item->uses->kind == SQL_USE_COLUMN && item->uses->next == NULL;
    size_t end = p->at;
    if (str_is_null(item->alias.text) && !is_star) {
        parse_item_alias(p, item);
    }
    if (p->at == end && item->aliases == NULL) {
        item->aliases = generator_words(p, start);
    }
    return item;
}

/* Items up to something that is no comma; a comma too many is no error. */
struct sql_item *parse_item_list(struct parser *p)
{
    struct sql_item *first = NULL;
    struct sql_item **tail = &first;
    do {
        struct sql_item *item = parse_item(p);
        if (item != NULL) {
            *tail = item;
            tail = &item->next;
        } else if (parse_is_op(p, ',')) {
            parse_note_syntax(p);
        }
    } while (parse_accept_op(p, ','));
    return first;
}

struct sql_item *parse_items(struct parser *p)
{
    struct sql_item *items = parse_item_list(p);
    if (parse_is(p, KW_EXCLUDE) &&
        !parse_peek_is(p, 1, KW_FROM)) { /* Redshift: behind the whole list */
        parse_advance(p, 1);
        struct sql_word *except = parse_is_op(p, '(') ? parse_words(p) : parse_bare_words(p);
        for (struct sql_item *item = items; item != NULL; item = item->next) {
            item->except = item->except == NULL ? except : item->except;
        }
    }
    return items;
}

void parse_select_modifiers(struct parser *p)
{
    for (;;) {
        bool is_open = parse_peek_is_op(p, 1, '(');
        bool is_name_like = parse_peek_is_op(p, 1, ',') || parse_peek_is_op(p, 1, '.') ||
                            parse_peek_is(p, 1, KW_FROM);
        if (parse_is(p, KW_DISTINCTROW)) {
            parse_advance(p, 1);
        } else if (parse_accept_pair(p, KW_DISTINCT, KW_ON)) {
            struct sql_use *ignored = NULL;
            parse_arguments(p, 0, &ignored);
        } else if (parse_is(p, KW_ALL) || parse_is(p, KW_DISTINCT) ||
                   ((parse_is(p, KW_STRAIGHT_JOIN) || parse_is(p, KW_SQL_NO_CACHE) ||
                     parse_is(p, KW_SQL_CALC_FOUND_ROWS) || parse_is(p, KW_HIGH_PRIORITY)) &&
                    !is_name_like)) {
            parse_advance(p, 1);
        } else if (parse_is(p, KW_TOP) &&
                   (is_open || parse_peek(p, 1)->kind == SQL_TOKEN_NUMBER ||
                    parse_peek(p, 1)->kind == SQL_TOKEN_PARAMETER)) {
            parse_advance(p, 1);
            if (is_open) {
                parse_skip_brackets(p);
            } else {
                parse_advance(p, 1);
            }
            (void)parse_accept(p, KW_PERCENT);
            (void)parse_accept_pair(p, KW_WITH, KW_TIES);
        } else if (parse_is(p, KW_AS) && parse_peek(p, 1)->kind == SQL_TOKEN_WORD) {
            parse_advance(p, 2); /* AS STRUCT, AS VALUE */
        } else if (parse_is(p, KW_WITH) && parse_peek_is(p, 2, KW_OPTIONS)) {
            parse_advance(p, 3); /* WITH DIFFERENTIAL_PRIVACY OPTIONS (...) */
            parse_skip_brackets(p);
        } else {
            break;
        }
    }
}

struct sql_item *parse_map(struct parser *p)
{
    struct sql_item *item = PARSE_NEW(p, struct sql_item);
    if (item == NULL) {
        return NULL;
    }
    struct sql_use **tail = &item->uses;
    do {
        parse_advance(p, 1); /* MAP or a comma */
        (void)parse_expression(p, PARSE_VALUE, tail);
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
    } while (parse_is_op(p, ',') && p->status == OK);
    (void)skip_transform(p);
    if (parse_accept(p, KW_AS)) {
        item->aliases = parse_is_op(p, '(') ? parse_words(p) : parse_bare_words(p);
    } else {
        item->aliases = script_words(p);
    }
    (void)skip_transform(p);
    return item;
}
