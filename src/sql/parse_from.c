/* FROM: tables, functions, queries, what stands behind them, and joins. */
#include "sql/parse.h"

bool parse_alias(struct parser *p, struct sql_part *out)
{
    const struct sql_token *token = parse_token(p);
    unsigned flags = token->kind == SQL_TOKEN_WORD ? sql_keyword_flags(token->code) : 0;
    if (parse_accept(p, KW_AS)) {
        if (parse_token(p)->kind == SQL_TOKEN_STRING) {
            parse_advance(p, 1);
            return true;
        }
        return parse_part(p, out);
    }
    if ((flags & SQL_KEYWORD_NO_ALIAS) != 0 || parse_clause(p, true) != PARSE_CLAUSE_NONE) {
        return false;
    }
    return parse_part(p, out);
}

/* ---- what may stand behind a table ---- */

/* TABLESAMPLE BERNOULLI (10) REPEATABLE (1), SAMPLE 1/10 OFFSET 1/2, SAMPLE (10 ROWS). */
static bool parse_sample(struct parser *p)
{
    bool is_sample = parse_is(p, KW_TABLESAMPLE) ||
                     (parse_is(p, KW_SAMPLE) &&
                      (parse_peek_is_op(p, 1, '(') || parse_peek_is_op(p, 2, '(') ||
                       parse_peek(p, 1)->kind == SQL_TOKEN_NUMBER));
    if (!is_sample) {
        return false;
    }
    bool has_method = parse_peek(p, 1)->kind == SQL_TOKEN_WORD && parse_peek_is_op(p, 2, '(');
    parse_advance(p, has_method ? 2 : 1);
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p);
    }
    while (parse_token(p)->kind == SQL_TOKEN_NUMBER || parse_is_op(p, '/') ||
           parse_is_op(p, '%') || parse_is(p, KW_OFFSET) || parse_is(p, KW_PERCENT)) {
        parse_advance(p, 1);
    }
    if ((parse_is(p, KW_REPEATABLE) || parse_is(p, KW_SEED)) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p);
    }
    return true;
}

/* FOR SYSTEM_TIME AS OF x, VERSION AS OF x, TIMESTAMP BETWEEN x AND y. */
static bool parse_time_travel(struct parser *p)
{
    size_t n = parse_is(p, KW_FOR) ? 1 : 0;
    bool is_system =
        parse_peek_is(p, n, KW_SYSTEM_TIME) || parse_peek_is(p, n, KW_SYSTEM_VERSION);
    bool is_plain = parse_peek_is(p, n, KW_VERSION) || parse_peek_is(p, n, KW_TIMESTAMP);
    bool has_range = parse_peek_is(p, n + 1, KW_FROM) || parse_peek_is(p, n + 1, KW_BETWEEN) ||
                     parse_peek_is(p, n + 1, KW_CONTAINED) || parse_peek_is(p, n + 1, KW_ALL);
    bool has_as = parse_peek_is(p, n + 1, KW_AS) && parse_peek_is(p, n + 2, KW_OF);
    if (!(is_system || is_plain) || !(has_as || (has_range && n == 1))) {
        return false;
    }
    parse_advance(p, n + (has_as ? 3 : 2));
    struct sql_use *ignored = NULL;
    (void)parse_expression(p, PARSE_VALUE, &ignored);
    if (has_range && (parse_is(p, KW_TO) || parse_is(p, KW_AND))) {
        parse_advance(p, 1);
        (void)parse_expression(p, PARSE_VALUE, &ignored);
    }
    return true;
}

/* WITH (hints), WITH ORDINALITY, WITH OFFSET [AS] o; tsql's OPENJSON (x) WITH (columns). */
static bool parse_with_suffix(struct parser *p, struct sql_source *source)
{
    if (parse_accept_pair(p, KW_WITH, KW_ORDINALITY)) {
        return true;
    }
    if (parse_accept_pair(p, KW_WITH, KW_OFFSET)) {
        source->offset.text = STR("offset");
        (void)parse_alias(p, &source->offset);
        return true;
    }
    if (!parse_is(p, KW_WITH) || !parse_peek_is_op(p, 1, '(')) {
        return false;
    }
    parse_advance(p, 1);
    if (source->kind == SQL_SOURCE_FUNCTION) {
        source->columns = parse_words(p);
    } else {
        parse_skip_brackets(p);
    }
    return true;
}

/* USE INDEX FOR JOIN (a, b), INDEXED BY x, NOT INDEXED. */
static bool parse_index_hint(struct parser *p)
{
    if ((parse_is(p, KW_USE) || parse_is(p, KW_FORCE) || parse_is(p, KW_IGNORE)) &&
        (parse_peek_is(p, 1, KW_INDEX) || parse_peek_is(p, 1, KW_KEY))) {
        while (!parse_is_op(p, '(') && !parse_is_end(p)) {
            parse_advance(p, 1);
        }
        parse_skip_brackets(p);
        return true;
    }
    if (parse_accept_pair(p, KW_INDEXED, KW_BY)) {
        parse_advance(p, parse_name_tokens(p));
        return true;
    }
    return parse_accept_pair(p, KW_NOT, KW_INDEXED);
}

/* t@v5, t@20240101 (Delta). */
static bool parse_at_version(struct parser *p)
{
    const struct sql_token *token = parse_token(p);
    if (token->kind != SQL_TOKEN_PARAMETER || p->text.p[token->offset] != '@' ||
        token[-1].offset + token[-1].size_bytes != token->offset) {
        return false;
    }
    parse_advance(p, 1);
    return true;
}

/* A word and what stands in the parentheses behind it: AT (...), PARTITION (p0). */
static bool parse_word_and_brackets(struct parser *p)
{
    static const enum sql_keyword words[] = {KW_AT,  KW_BEFORE,    KW_CHANGES,
                                             KW_END, KW_PARTITION, KW_WATERMARK};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (parse_is(p, words[i]) && parse_peek_is_op(p, 1, '(')) {
            parse_advance(p, 1);
            parse_skip_brackets(p);
            return true;
        }
    }
    return false;
}

/* An alias and its columns: AS t (a, b), AS t, AS (a int, b text). */
static bool parse_source_alias(struct parser *p, struct sql_source *source)
{
    bool has_columns = parse_is(p, KW_AS) && parse_peek_is_op(p, 1, '(');
    if (has_columns) {
        parse_advance(p, 1);
    } else if (!parse_alias(p, &source->alias)) {
        return false;
    }
    if (parse_is_op(p, '(') && !parse_token(p)->is_query) {
        bool are_hints =
            source->kind == SQL_SOURCE_TABLE && sql_has(p->rules, SQL_TRAIT_TABLE_HINTS);
        struct sql_word *words = parse_words(p);
        source->columns = are_hints ? source->columns : words;
    }
    return true;
}

/* Redshift: FROM t, t.array AS a AT i. */
static bool parse_position_alias(struct parser *p, struct sql_source *source)
{
    return sql_has(p->rules, SQL_TRAIT_COLUMN_TABLES) && parse_is(p, KW_AT) &&
           parse_is_name(parse_peek(p, 1)) && parse_accept(p, KW_AT) &&
           parse_part(p, &source->offset);
}

static void parse_suffixes(struct parser *p, struct sql_source *source)
{
    bool has_alias = false;
    while (p->status == OK) {
        if (parse_time_travel(p) || parse_sample(p) || parse_with_suffix(p, source) ||
            parse_index_hint(p) || parse_word_and_brackets(p) || parse_at_version(p) ||
            parse_position_alias(p, source)) {
            continue;
        }
        if (parse_pivot(p, source) || parse_match_recognize(p, source)) {
            has_alias = false;
        } else if (parse_accept_op(p, '*') || /* Postgres: with its children */
                   (sql_has(p->rules, SQL_TRAIT_NAME_LISTS) && parse_accept(p, KW_FINAL))) {
            continue;
        } else if (!has_alias && parse_source_alias(p, source)) {
            has_alias = true;
        } else {
            return;
        }
    }
}

/* ---- tables, functions, queries ---- */

/* parquet.`/path`: a file. */
static bool is_file(const struct parser *p, const struct sql_name *name)
{
    static const char *const formats[] = {"delta", "parquet", "csv",  "json",       "orc",
                                          "avro",  "text",    "xml",  "binaryfile", "iceberg",
                                          "hudi",  "jdbc",    "kafka"};
    if (!sql_has(p->rules, SQL_TRAIT_FILE_TABLES) || name->count != 2 ||
        !name->parts[1].is_quoted) {
        return false;
    }
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (str_eq_nocase(name->parts[0].text, str_from(formats[i]))) {
            return true;
        }
    }
    return false;
}

/* FROM t (NOLOCK): a hint, no function. */
static bool has_old_hint(const struct parser *p)
{
    static const enum sql_keyword hints[] = {KW_NOLOCK,   KW_ROWLOCK, KW_UPDLOCK,
                                             KW_HOLDLOCK, KW_TABLOCK, KW_TABLOCKX,
                                             KW_XLOCK,    KW_PAGLOCK, KW_READPAST};
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (parse_is_op(p, '(') && parse_peek_is(p, 1, hints[i])) {
            return sql_has(p->rules, SQL_TRAIT_TABLE_HINTS);
        }
    }
    return false;
}

/* IDENTIFIER ('a.b') and TABLE ('a.b'): the name in the string, else a dynamic one. */
static void parse_identifier(struct parser *p, struct sql_source *source)
{
    const struct sql_token *opener = parse_token(p);
    parse_advance(p, 1);
    source->kind = SQL_SOURCE_TABLE;
    if (parse_token(p)->kind != SQL_TOKEN_STRING || !parse_peek_is_op(p, 1, ')') ||
        !parse_name_in_string(p, &source->name)) {
        parse_note(p, SQL_NOTE_DYNAMIC_NAME);
        source->kind = SQL_SOURCE_FUNCTION;
    }
    if (opener->closer > p->at) {
        p->at = opener->closer;
    }
    (void)parse_accept_op(p, ')');
}

/* TABLE (...), STREAM (...) behind the word: of a function, a name or a string. */
static void parse_wrapped(struct parser *p, struct sql_source *source)
{
    const struct sql_token *opener = parse_token(p);
    size_t tokens;
    parse_advance(p, 1);
    tokens = parse_name_tokens(p);
    bool is_name = tokens > 0 && parse_peek_is_op(p, tokens, ')');
    bool is_function = tokens > 0 && parse_peek_is_op(p, tokens, '(');
    if (!is_name && !is_function) {
        p->at--;
        parse_identifier(p, source);
        return;
    }
    if (is_name) {
        source->kind = SQL_SOURCE_TABLE;
        (void)parse_table_name(p, &source->name);
        source->kind = source->name.is_dynamic ? SQL_SOURCE_FUNCTION : source->kind;
    } else {
        source->kind = SQL_SOURCE_FUNCTION;
        (void)parse_name(p, &source->name);
        parse_arguments(p, 0, &source->uses);
        while (!parse_is_end(p)) {
            parse_advance(p, 1); /* OVER (PARTITION BY ...) and the like */
        }
    }
    parse_close(p, opener);
}

/* SEMANTIC_VIEW (v METRICS ... DIMENSIONS ...): v is read. */
static void parse_semantic_view(struct parser *p, struct sql_source *source)
{
    size_t closer = parse_token(p)->closer;
    parse_advance(p, 1);
    source->kind = SQL_SOURCE_TABLE;
    (void)parse_table_name(p, &source->name);
    source->kind = source->name.count == 0 || source->name.is_dynamic ? SQL_SOURCE_FUNCTION
                                                                      : SQL_SOURCE_TABLE;
    p->at = closer > p->at ? closer : p->at;
    (void)parse_accept_op(p, ')');
}

/* a INT64, b STRUCT<c STRING>> behind the opening bracket of STRUCT<: the names. */
static struct sql_word *typed_fields(struct parser *p, size_t at)
{
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    size_t depth = 1;
    bool is_name = true;
    for (; p->tokens[at].kind != SQL_TOKEN_END && depth > 0; at++) {
        const struct sql_token *token = &p->tokens[at];
        bool is_punctuation = token->kind == SQL_TOKEN_PUNCTUATION;
        if (is_name && parse_is_name(token)) {
            struct sql_word *word = PARSE_NEW(p, struct sql_word);
            if (word == NULL) {
                break;
            }
            word->part.text = sql_token_text(p->text, token);
            *tail = word;
            tail = &word->next;
        }
        depth += is_punctuation && token->code == '<' ? 1 : 0;
        depth -= is_punctuation && token->code == '>' ? 1 : 0;
        is_name = is_punctuation && token->code == ',' && depth == 1;
    }
    return first;
}

/* 1 AS a, 'x' AS b) behind the opening bracket of STRUCT(: the names. */
static struct sql_word *named_fields(struct parser *p, size_t at)
{
    struct sql_word *first = NULL;
    struct sql_word **tail = &first;
    size_t end = p->tokens[at - 1].closer;
    for (; at < end && p->tokens[at].kind != SQL_TOKEN_END; at++) {
        const struct sql_token *token = &p->tokens[at];
        if (token->kind == SQL_TOKEN_PUNCTUATION &&
            (token->code == '(' || token->code == '[')) {
            at = token->closer;
        } else if (token->kind == SQL_TOKEN_WORD && token->code == KW_AS &&
                   parse_is_name(token + 1)) {
            struct sql_word *word = PARSE_NEW(p, struct sql_word);
            if (word == NULL) {
                break;
            }
            word->part.text = sql_token_text(p->text, token + 1);
            *tail = word;
            tail = &word->next;
        }
    }
    return first;
}

/* UNNEST ([STRUCT (1 AS a), ...]), UNNEST (ARRAY<STRUCT<a INT64>>[...]): the columns. */
static struct sql_word *literal_fields(struct parser *p, size_t at)
{
    const struct sql_token *token = &p->tokens[at];
    if (token->kind == SQL_TOKEN_WORD && token->code == KW_ARRAY) {
        at += 2;
    } else if (token->kind == SQL_TOKEN_PUNCTUATION && token->code == '[') {
        at++;
    }
    if (at + 2 >= p->count || p->tokens[at].kind != SQL_TOKEN_WORD ||
        p->tokens[at].code != KW_STRUCT || p->tokens[at + 1].kind != SQL_TOKEN_PUNCTUATION) {
        return NULL;
    }
    return p->tokens[at + 1].code == '<'   ? typed_fields(p, at + 2)
           : p->tokens[at + 1].code == '(' ? named_fields(p, at + 2)
                                           : NULL;
}

static void parse_named(struct parser *p, struct sql_source *source)
{
    bool is_stream = parse_is(p, KW_STREAM) && sql_has(p->rules, SQL_TRAIT_FILE_TABLES);
    bool is_wrapper = is_stream || parse_is(p, KW_TABLE);
    if (parse_is(p, KW_SEMANTIC_VIEW) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_semantic_view(p, source);
        return;
    }
    if (is_wrapper && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_wrapped(p, source);
        return;
    }
    if (parse_is(p, KW_IDENTIFIER) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_identifier(p, source);
        return;
    }
    if (is_stream && parse_is_name(parse_peek(p, 1)) &&
        (sql_keyword_flags(parse_peek(p, 1)->code) & SQL_KEYWORD_NO_ALIAS) == 0) {
        parse_advance(p, 1); /* STREAM t */
    }
    source->kind = SQL_SOURCE_TABLE;
    (void)parse_table_name(p, &source->name);
    if (has_old_hint(p)) {
        parse_skip_brackets(p);
    } else if (parse_is_op(p, '(')) {
        bool is_unnest =
            source->name.count == 1 && str_eq_nocase(source->name.parts[0].text, STR("unnest"));
        source->kind = SQL_SOURCE_FUNCTION;
        source->columns = is_unnest ? literal_fields(p, p->at + 1) : NULL;
        parse_arguments(p, 0, &source->uses);
        while (parse_accept_op(p, '.')) {
            parse_advance(p, parse_name_tokens(p)); /* a field of its result */
        }
    } else if (source->name.is_dynamic || is_file(p, &source->name)) {
        source->kind = SQL_SOURCE_FUNCTION;
    }
}

/* (MERGE ... OUTPUT ...): as a query whose WITH holds the statement. */
static struct sql_query *parse_write_query(struct parser *p)
{
    struct sql_query *query = PARSE_NEW(p, struct sql_query);
    struct sql_cte *cte = query != NULL ? PARSE_NEW(p, struct sql_cte) : NULL;
    if (cte != NULL) {
        cte->statement = parse_inner_statement(p);
        query->ctes = cte;
    }
    return query;
}

/* ( query ) with set operations, or ( join ). */
static void parse_parenthesised(struct parser *p, struct sql_source *source)
{
    const struct sql_token *opener = parse_token(p);
    if (!parse_enter(p)) {
        parse_skip_brackets(p);
        return;
    }
    parse_advance(p, 1);
    if (opener->is_query && !parse_is_op(p, '(')) {
        source->kind = SQL_SOURCE_QUERY;
        source->query = parse_query(p, NULL);
    } else if (parse_is(p, KW_PIVOT) || parse_is(p, KW_UNPIVOT) ||
               (parse_is(p, KW_TABLE) && !parse_peek_is_op(p, 1, '('))) {
        source->kind = SQL_SOURCE_QUERY;
        source->query = parse_query(p, NULL);
    } else if (parse_is(p, KW_MERGE) || parse_is(p, KW_UPDATE) || parse_is(p, KW_DELETE) ||
               parse_is(p, KW_INSERT)) {
        source->kind = SQL_SOURCE_QUERY;
        source->query = parse_write_query(p);
    } else if ((parse_is(p, KW_SUMMARIZE) || parse_is(p, KW_DESCRIBE)) &&
               parse_is_name(parse_peek(p, 1))) {
        parse_advance(p, 1);
        source->kind = SQL_SOURCE_GROUP;
        source->members = parse_source(p);
    } else {
        source->kind = SQL_SOURCE_GROUP;
        source->members = parse_sources(p);
    }
    if (source->kind == SQL_SOURCE_GROUP && source->members != NULL &&
        source->members->kind == SQL_SOURCE_QUERY && !parse_is_op(p, ')') &&
        parse_clause(p, true) != PARSE_CLAUSE_NONE) {
        struct sql_query *query = PARSE_NEW(p, struct sql_query);
        struct sql_select *first = PARSE_NEW(p, struct sql_select);
        if (query != NULL && first != NULL) {
            first->nested = source->members->query; /* ((SELECT ...) UNION ...) */
            query->selects = first;
            parse_set_operations(p, query, NULL);
            source->kind = SQL_SOURCE_QUERY;
            source->query = query;
        }
    }
    parse_close(p, opener);
    parse_leave(p);
}

/* What begins with neither a name nor a parenthesis: values, paths, stages, parameters. */
static bool parse_unnamed(struct parser *p, struct sql_source *source)
{
    const struct sql_token *token = parse_token(p);
    source->kind = SQL_SOURCE_FUNCTION;
    if (token->kind == SQL_TOKEN_STRING || token->kind == SQL_TOKEN_PARAMETER) {
        parse_advance(p, 1);
    } else if (parse_is_op(p, '{') && parse_peek_is(p, 1, KW_OJ)) {
        parse_advance(p, 2); /* { oj a LEFT JOIN b ON ... } */
        source->kind = SQL_SOURCE_GROUP;
        source->members = parse_sources(p);
        p->at = token->closer > p->at ? token->closer : p->at;
        (void)parse_accept_op(p, '}');
    } else if (parse_is_op(p, '{')) {
        parse_note(p, SQL_NOTE_DYNAMIC_NAME);
        parse_skip_brackets(p);
    } else if (parse_is_op(p, ':') || parse_is_op(p, '?') || parse_is_op(p, '%')) {
        parse_note(p, SQL_NOTE_DYNAMIC_NAME);
        parse_advance(p, 1);
        parse_advance(p, parse_name_tokens(p));
    } else {
        return false;
    }
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p); /* options of a stage */
    }
    return true;
}

/* Words before a table that change nothing for lineage. */
static void skip_prefixes(struct parser *p)
{
    (void)parse_accept(p, KW_LATERAL);
    if (parse_is(p, KW_ONLY) && !parse_peek_is_op(p, 1, ',') &&
        (parse_peek_is_op(p, 1, '(') || parse_is_name(parse_peek(p, 1)))) {
        parse_advance(p, 1);
    }
    if (parse_is(p, KW_ROWS) && parse_peek_is(p, 1, KW_FROM) && parse_peek_is_op(p, 2, '(')) {
        parse_advance(p, 2); /* ROWS FROM (f(), g()): a group of functions */
    }
}

/* (a JOIN b) AS t: SELECT * FROM a JOIN b, under that name. */
static void make_query(struct parser *p, struct sql_source *source, size_t offset)
{
    struct sql_query *query = PARSE_NEW(p, struct sql_query);
    struct sql_select *select = PARSE_NEW(p, struct sql_select);
    struct sql_item *star = PARSE_NEW(p, struct sql_item);
    if (query == NULL || select == NULL || star == NULL) {
        return;
    }
    star->is_star = true;
    star->qualifier.offset = offset;
    select->items = star;
    select->sources = source->members;
    query->selects = select;
    source->kind = SQL_SOURCE_QUERY;
    source->query = query;
}

struct sql_source *parse_source(struct parser *p)
{
    struct sql_source *source = PARSE_NEW(p, struct sql_source);
    const struct sql_token *token;
    if (source == NULL) {
        return NULL;
    }
    skip_prefixes(p);
    if (sql_has(p->rules, SQL_TRAIT_COLON_ALIAS) && parse_peek_is_op(p, 1, ':') &&
        parse_part(p, &source->alias)) {
        parse_advance(p, 1); /* FROM alias: t */
    }
    token = parse_token(p);
    unsigned flags = token->kind == SQL_TOKEN_WORD ? sql_keyword_flags(token->code) : 0;
    if (parse_is_op(p, '(')) {
        parse_parenthesised(p, source);
    } else if (parse_is(p, KW_UNPIVOT) && sql_has(p->rules, SQL_TRAIT_COLUMN_TABLES) &&
               parse_is_name(parse_peek(p, 1))) {
        parse_advance(p, 1); /* Redshift: FROM t, UNPIVOT t.object AS value AT key */
        source->kind = SQL_SOURCE_FUNCTION;
        (void)parse_expression(p, PARSE_VALUE, &source->uses);
    } else if (parse_is(p, KW_VALUES) && !parse_peek_is_op(p, 1, '.')) {
        source->kind = SQL_SOURCE_QUERY;
        parse_advance(p, 1);
        source->query = parse_values(p);
    } else if (parse_is_name(token) &&
               ((flags & SQL_KEYWORD_NO_ALIAS) == 0 || parse_peek_is_op(p, 1, '(') ||
                parse_peek_is_op(p, 1, '.')) &&
               parse_clause(p, false) == PARSE_CLAUSE_NONE) {
        parse_named(p, source);
    } else if (!parse_unnamed(p, source)) {
        return NULL;
    }
    parse_suffixes(p, source);
    if (source->kind == SQL_SOURCE_GROUP &&
        (!str_is_null(source->alias.text) || source->pivots != NULL)) {
        make_query(p, source, token->offset);
    }
    return source;
}

/* ---- joins ---- */

size_t parse_join_words(const struct parser *p)
{
    size_t n = 0;
    if (parse_is(p, KW_NATURAL) && sql_has(p->rules, SQL_TRAIT_NO_NATURAL)) {
        return 0;
    }
    while (n < 5) {
        const struct sql_token *token = parse_peek(p, n);
        unsigned flags = token->kind == SQL_TOKEN_WORD ? sql_keyword_flags(token->code) : 0;
        bool is_array = parse_peek_is(p, n, KW_ARRAY) && parse_peek_is(p, n + 1, KW_JOIN);
        if (parse_peek_is(p, n, KW_JOIN) || parse_peek_is(p, n, KW_STRAIGHT_JOIN) ||
            (parse_peek_is(p, n, KW_APPLY) && n > 0)) {
            return n + 1;
        }
        if ((flags & SQL_KEYWORD_JOIN) == 0 && !is_array) {
            return 0;
        }
        n++;
    }
    return 0;
}

/* ON ... and USING (...); there may be several ON behind joins that were nested. */
static void parse_join_condition(struct parser *p, struct sql_source *source)
{
    if (parse_is(p, KW_MATCH_CONDITION) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1); /* of Snowflake's ASOF JOIN */
        parse_skip_brackets(p);
    }
    while (parse_accept(p, KW_ON)) {
        (void)parse_expression(p, PARSE_CONDITION, &source->quiet);
    }
    while (parse_is(p, KW_USING) && !parse_peek_is(p, 1, KW_SAMPLE)) {
        parse_advance(p, 1);
        bool is_open = parse_is_op(p, '(');
        source->joined = is_open ? parse_words(p) : parse_bare_words(p);
        if (is_open && parse_accept(p, KW_AS)) {
            (void)parse_part(p, &source->joined_alias);
        }
    }
    while (parse_accept(p, KW_ON)) {
        (void)parse_expression(p, PARSE_CONDITION, &source->quiet);
    }
}

/* LATERAL VIEW [OUTER] explode(x) t AS a, b. */
static struct sql_source *parse_lateral_view(struct parser *p)
{
    struct sql_source *source = PARSE_NEW(p, struct sql_source);
    parse_advance(p, 2);
    (void)parse_accept(p, KW_OUTER);
    if (source == NULL || !parse_name(p, &source->name)) {
        return NULL;
    }
    source->kind = SQL_SOURCE_FUNCTION;
    if (parse_is_op(p, '(')) {
        parse_arguments(p, 0, &source->uses);
    }
    if (!parse_is(p, KW_AS)) {
        (void)parse_alias(p, &source->alias);
    }
    if (parse_accept(p, KW_AS)) {
        source->columns = parse_is_op(p, '(') ? parse_words(p) : parse_bare_words(p);
    }
    return source;
}

/* ARRAY JOIN a AS x, b AS y: each a column of its own. */
static struct sql_source *parse_array_join(struct parser *p)
{
    struct sql_source *first = NULL;
    struct sql_source **tail = &first;
    do {
        struct sql_source *source = PARSE_NEW(p, struct sql_source);
        size_t start = p->at;
        if (source == NULL || !parse_expression(p, PARSE_VALUE, &source->uses)) {
            break;
        }
        source->kind = SQL_SOURCE_FUNCTION;
        if (!parse_alias(p, &source->alias) && source->uses != NULL &&
            source->uses->kind == SQL_USE_COLUMN && p->at - start < 4) {
            const struct sql_name *name = &source->uses->name;
            source->alias = name->parts[name->count - 1];
        }
        *tail = source;
        tail = &source->next;
    } while (parse_accept_op(p, ','));
    return first;
}

void parse_join(struct parser *p, struct sql_source **sources)
{
    struct sql_source **tail = sources;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    if (parse_is(p, KW_LATERAL) && parse_peek_is(p, 1, KW_VIEW)) {
        *tail = parse_lateral_view(p);
        return;
    }
    bool is_array = false;
    bool is_natural = parse_is(p, KW_NATURAL);
    bool is_hidden = false;
    for (size_t n = parse_join_words(p); n > 0; n--) {
        is_array = is_array || parse_is(p, KW_ARRAY);
        is_hidden = is_hidden || parse_is(p, KW_SEMI) || parse_is(p, KW_ANTI);
        parse_advance(p, 1);
    }
    if (is_array) {
        *tail = parse_array_join(p);
        return;
    }
    struct sql_source *source = parse_source(p);
    if (source == NULL) {
        parse_note_syntax(p);
        return;
    }
    source->is_natural = is_natural;
    source->is_hidden = is_hidden;
    *tail = source;
    parse_join_condition(p, source);
    while (parse_sample(p) || parse_pivot(p, source)) {
        (void)parse_alias(p, &source->alias); /* of the joined tables together */
    }
}

struct sql_source *parse_sources(struct parser *p)
{
    struct sql_source *first = NULL;
    struct sql_source **tail = &first;
    do {
        struct sql_source *source = parse_source(p);
        if (source == NULL) {
            if (first != NULL) {
                parse_note_syntax(p);
            }
            break;
        }
        *tail = source;
        tail = &source->next;
        while (parse_clause(p, true) == PARSE_CLAUSE_JOIN && p->status == OK) {
            parse_join(p, tail);
            while (*tail != NULL) {
                tail = &(*tail)->next;
            }
        }
    } while (parse_accept_op(p, ','));
    return first;
}
