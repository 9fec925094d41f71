#include "sql/lexer.h"

#include <string.h>

enum byte_class {
    BYTE_OTHER,
    BYTE_SPACE,
    BYTE_WORD, /* letters, _, and everything beyond ASCII */
    BYTE_DIGIT,
};

struct lexer {
    struct str text;
    size_t at;
    const struct sql_rules *rules;
    struct arena *arena;
    struct sql_tokens *out;
    bool is_after_tag;
};

static enum byte_class class_of(unsigned char c)
{
    if (c == ' ' || (c >= '\t' && c <= '\r') || c == SQL_TAG_BYTE || c == '\0') {
        return BYTE_SPACE;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 ||
        c == SQL_DYNAMIC_BYTE) {
        return BYTE_WORD;
    }
    return c >= '0' && c <= '9' ? BYTE_DIGIT : BYTE_OTHER;
}

/* The byte n places ahead; NUL behind the end. */
static char peek(const struct lexer *lexer, size_t n)
{
    return lexer->at + n < lexer->text.n ? lexer->text.p[lexer->at + n] : '\0';
}

static bool is_at(const struct lexer *lexer, const char *literal)
{
    return str_starts_with(str_sub(lexer->text, lexer->at, 4), literal);
}

/* Size of a Unicode space or byte order mark at this place, 0 when there is none. */
static size_t wide_space(const struct lexer *lexer)
{
    static const char *const spaces[] = {"\xC2\xA0",     "\xEF\xBB\xBF", "\xE3\x80\x80",
                                         "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                         "\xE2\x80\x8B"};
    unsigned char first = (unsigned char)peek(lexer, 0);
    if (first != 0xC2 && first != 0xE2 && first != 0xE3 && first != 0xEF) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        if (is_at(lexer, spaces[i])) {
            return strlen(spaces[i]);
        }
    }
    return 0;
}

static void note_broken(struct lexer *lexer, size_t start)
{
    if (lexer->out->broken_offset == UINT32_MAX) {
        lexer->out->broken_offset = (uint32_t)start;
    }
}

static void skip_line(struct lexer *lexer)
{
    const char *from = lexer->text.p + lexer->at;
    const char *end = memchr(from, '\n', lexer->text.n - lexer->at);
    lexer->at = end != NULL ? (size_t)(end - lexer->text.p) : lexer->text.n;
}

static void skip_block_comment(struct lexer *lexer)
{
    size_t start = lexer->at;
    size_t depth = 1;
    for (lexer->at += 2; lexer->at < lexer->text.n && depth > 0;) {
        if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
            depth--;
            lexer->at += 2;
        } else if (peek(lexer, 0) == '/' && peek(lexer, 1) == '*' &&
                   sql_has(lexer->rules, SQL_TRAIT_NESTED_COMMENTS)) {
            depth++;
            lexer->at += 2;
        } else {
            lexer->at++;
        }
    }
    if (depth > 0) {
        note_broken(lexer, start);
    }
}

/* A comment that begins with an exclamation mark is code in MySQL: only its marks go. */
static void skip_code_marks(struct lexer *lexer)
{
    lexer->at += peek(lexer, 0) == '*' ? 2 : 3;
    while (class_of((unsigned char)peek(lexer, 0)) == BYTE_DIGIT) {
        lexer->at++;
    }
}

/* Skips one comment; false when there is none here. */
static bool skip_comment(struct lexer *lexer)
{
    char first = peek(lexer, 0);
    char second = peek(lexer, 1);
    bool has_code = sql_has(lexer->rules, SQL_TRAIT_CODE_COMMENTS);
    if (first == '/' && second == '*') {
        if (has_code && peek(lexer, 2) == '!') {
            skip_code_marks(lexer);
        } else {
            skip_block_comment(lexer);
        }
    } else if (has_code && first == '*' && second == '/') {
        skip_code_marks(lexer);
    } else if (first == '-' && second == '-' &&
               (!has_code || class_of((unsigned char)peek(lexer, 2)) == BYTE_SPACE)) {
        skip_line(lexer); /* in MySQL, --1 is 1 */
    } else if ((first == '#' && sql_has(lexer->rules, SQL_TRAIT_HASH_COMMENTS)) ||
               (first == '/' && second == '/' &&
                sql_has(lexer->rules, SQL_TRAIT_SLASH_COMMENTS))) {
        skip_line(lexer);
    } else {
        return false;
    }
    return true;
}

static void skip_space(struct lexer *lexer)
{
    while (lexer->at < lexer->text.n) {
        unsigned char c = (unsigned char)lexer->text.p[lexer->at];
        size_t wide = c >= 0x80 ? wide_space(lexer) : 0;
        if (class_of(c) == BYTE_SPACE) {
            lexer->is_after_tag = lexer->is_after_tag || c == SQL_TAG_BYTE;
            lexer->at++;
        } else if (wide > 0) {
            lexer->at += wide;
        } else if (!skip_comment(lexer)) {
            return;
        }
    }
}

static enum status push(struct lexer *lexer, enum sql_token_kind kind, unsigned code,
                        size_t start)
{
    struct sql_tokens *out = lexer->out;
    struct sql_token *token =
        arena_push(lexer->arena, &out->items, &out->count, &out->capacity, sizeof(*out->items));
    if (token == NULL) {
        return ERR_NOMEM;
    }
    token->offset = (uint32_t)start;
    token->size_bytes = (uint32_t)(lexer->at - start);
    token->kind = (uint8_t)kind;
    token->code = (uint16_t)code;
    token->is_after_tag = lexer->is_after_tag;
    lexer->is_after_tag = false;
    if (kind == SQL_TOKEN_WORD || kind == SQL_TOKEN_QUOTED || kind == SQL_TOKEN_STRING) {
        token->is_dynamic =
            memchr(lexer->text.p + start, SQL_DYNAMIC_BYTE, token->size_bytes) != NULL;
    }
    return OK;
}

/* Moves behind the closing quote; a doubled one, or one behind a backslash, does not close. */
static void skip_quoted(struct lexer *lexer, char close, bool has_backslash)
{
    size_t start = lexer->at;
    for (lexer->at++; lexer->at < lexer->text.n; lexer->at++) {
        char c = lexer->text.p[lexer->at];
        if (c == '\\' && has_backslash) {
            lexer->at++;
        } else if (c == close) {
            lexer->at++;
            if (peek(lexer, 0) != close) {
                return;
            }
        }
    }
    lexer->at = lexer->text.n;
    note_broken(lexer, start);
}

/* Moves behind the next occurrence of closer (n bytes), where no backslash stands before it. */
static void skip_until(struct lexer *lexer, const char *closer, size_t n, bool has_backslash)
{
    size_t start = lexer->at;
    for (lexer->at += n; lexer->at + n <= lexer->text.n; lexer->at++) {
        const char *here = lexer->text.p + lexer->at;
        if (*here == '\\' && has_backslash) {
            lexer->at++;
        } else if (memcmp(here, closer, n) == 0) {
            lexer->at += n;
            return;
        }
    }
    lexer->at = lexer->text.n;
    note_broken(lexer, start);
}

static enum status lex_string(struct lexer *lexer, size_t start, bool has_backslash)
{
    char quote = peek(lexer, 0);
    if (sql_has(lexer->rules, SQL_TRAIT_TRIPLE_QUOTES) && peek(lexer, 1) == quote &&
        peek(lexer, 2) == quote) {
        skip_until(lexer, quote == '"' ? "\"\"\"" : "'''", 3, has_backslash);
    } else {
        skip_quoted(lexer, quote, has_backslash);
    }
    return push(lexer, SQL_TOKEN_STRING, 0, start);
}

/* $tag$ text $tag$, or a parameter: $1, $name. */
static enum status lex_dollar(struct lexer *lexer)
{
    size_t start = lexer->at;
    size_t n = 1;
    while (class_of((unsigned char)peek(lexer, n)) == BYTE_WORD ||
           class_of((unsigned char)peek(lexer, n)) == BYTE_DIGIT) {
        n++;
    }
    bool is_tag = n == 1 || class_of((unsigned char)peek(lexer, 1)) != BYTE_DIGIT;
    if (sql_has(lexer->rules, SQL_TRAIT_DOLLAR_QUOTES) && is_tag && peek(lexer, n) == '$') {
        skip_until(lexer, lexer->text.p + start, n + 1, false);
        return push(lexer, SQL_TOKEN_STRING, 0, start);
    }
    lexer->at += n;
    return push(lexer, n > 1 ? SQL_TOKEN_PARAMETER : SQL_TOKEN_PUNCTUATION, '$', start);
}

/* ${name}: a variable that another program fills in. */
static enum status lex_variable(struct lexer *lexer)
{
    size_t start = lexer->at;
    skip_until(lexer, "}", 1, false);
    enum status status = push(lexer, SQL_TOKEN_WORD, 0, start);
    if (status == OK) {
        lexer->out->items[lexer->out->count - 1].is_dynamic = true;
    }
    return status;
}

/* @name, @@name; in Snowflake a stage with its path: @~/x, @db.stage/a.csv, @"my stage"/x. */
static enum status lex_at(struct lexer *lexer)
{
    size_t start = lexer->at;
    bool is_stage = sql_has(lexer->rules, SQL_TRAIT_STAGES);
    lexer->at++;
    while (lexer->at < lexer->text.n) {
        char c = peek(lexer, 0);
        enum byte_class class = class_of((unsigned char)c);
        if (is_stage && c == '"') {
            skip_quoted(lexer, '"', false);
        } else if (class == BYTE_WORD || class == BYTE_DIGIT || c == '@' || c == '$' ||
                   c == '#' ||
                   (is_stage && class != BYTE_SPACE && strchr("(),;'", c) == NULL)) {
            lexer->at++;
        } else {
            break;
        }
    }
    bool is_name = lexer->at > start + 1;
    return push(lexer, is_name ? SQL_TOKEN_PARAMETER : SQL_TOKEN_PUNCTUATION, '@', start);
}

static bool is_word_byte(const struct lexer *lexer, char c)
{
    enum byte_class class = class_of((unsigned char)c);
    if ((unsigned char)c >= 0x80 && wide_space(lexer) > 0) {
        return false;
    }
    return class == BYTE_WORD || class == BYTE_DIGIT || c == '$' ||
           (c == '#' && sql_has(lexer->rules, SQL_TRAIT_HASH_NAMES));
}

/* A word that stands directly before a quote may say what kind of string follows. */
static enum status lex_prefixed_string(struct lexer *lexer, size_t start, bool *is_string)
{
    struct str word = str_from_n(lexer->text.p + start, lexer->at - start);
    char quote = peek(lexer, 0);
    bool has_strings =
        quote == '\'' || (quote == '"' && sql_has(lexer->rules, SQL_TRAIT_STRING_QUOTES));
    bool is_known =
        word.n <= 2 && (str_eq_nocase(word, STR("e")) || str_eq_nocase(word, STR("n")) ||
                        str_eq_nocase(word, STR("b")) || str_eq_nocase(word, STR("x")) ||
                        str_eq_nocase(word, STR("r")) || str_eq_nocase(word, STR("rb")) ||
                        str_eq_nocase(word, STR("br")));
    *is_string = has_strings && is_known;
    if (!*is_string) {
        return OK;
    }
    bool is_raw = (str_starts_with_nocase(word, "r") || str_eq_nocase(word, STR("br"))) &&
                  !sql_has(lexer->rules, SQL_TRAIT_TRIPLE_QUOTES); /* BigQuery: \' stays open */
    bool escapes = sql_has(lexer->rules, SQL_TRAIT_BACKSLASH) && !is_raw;
    return lex_string(lexer, start, escapes || str_eq_nocase(word, STR("e")));
}

static enum status lex_word(struct lexer *lexer)
{
    size_t start = lexer->at;
    bool is_string = false;
    while (lexer->at < lexer->text.n && is_word_byte(lexer, peek(lexer, 0))) {
        lexer->at++;
    }
    enum status status = lex_prefixed_string(lexer, start, &is_string);
    if (status != OK || is_string) {
        return status;
    }
    struct str word = str_from_n(lexer->text.p + start, lexer->at - start);
    if (str_eq_nocase(word, STR("u")) && peek(lexer, 0) == '&' && peek(lexer, 1) == '\'') {
        lexer->at++;
        return lex_string(lexer, start, false);
    }
    return push(lexer, SQL_TOKEN_WORD, sql_keyword_of(word), start);
}

static size_t skip_class(struct lexer *lexer, enum byte_class class)
{
    size_t start = lexer->at;
    while (lexer->at < lexer->text.n && class_of((unsigned char)peek(lexer, 0)) == class) {
        lexer->at++;
    }
    return lexer->at - start;
}

/* Letters behind a number that belong to it: 10L, 1.5BD, 0x1F. */
static bool is_number_suffix(struct str number, struct str suffix)
{
    bool is_short = suffix.n <= 2 && str_find(suffix, '_') == SIZE_MAX;
    return is_short || (number.n == 1 && suffix.n > 0 &&
                        (suffix.p[0] == 'x' || suffix.p[0] == 'b' || suffix.p[0] == 'X'));
}

/* A number; where names may begin with a digit, 2024_sales is one word. */
static enum status lex_number(struct lexer *lexer)
{
    size_t start = lexer->at;
    (void)skip_class(lexer, BYTE_DIGIT);
    bool has_fraction =
        peek(lexer, 0) == '.' && class_of((unsigned char)peek(lexer, 1)) != BYTE_WORD;
    if (has_fraction) {
        lexer->at++;
        (void)skip_class(lexer, BYTE_DIGIT);
    }
    char sign = peek(lexer, 1);
    size_t exponent = sign == '+' || sign == '-' ? 2 : 1;
    if ((peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') &&
        class_of((unsigned char)peek(lexer, exponent)) == BYTE_DIGIT) {
        lexer->at += exponent;
        (void)skip_class(lexer, BYTE_DIGIT);
    }
    size_t number_end = lexer->at;
    while (lexer->at < lexer->text.n && is_word_byte(lexer, peek(lexer, 0))) {
        lexer->at++;
    }
    struct str number = str_from_n(lexer->text.p + start, number_end - start);
    struct str suffix = str_from_n(lexer->text.p + number_end, lexer->at - number_end);
    bool is_word = suffix.n > 0 && !has_fraction && !is_number_suffix(number, suffix) &&
                   sql_has(lexer->rules, SQL_TRAIT_DIGIT_NAMES);
    return push(lexer, is_word ? SQL_TOKEN_WORD : SQL_TOKEN_NUMBER, 0, start);
}

static enum status lex_punctuation(struct lexer *lexer)
{
    static const struct {
        const char *text;
        unsigned code;
    } operators[] = {
        {"->>", SQL_OPERATOR_OTHER}, {"<=>", SQL_OPERATOR_OTHER}, {"<->", SQL_OPERATOR_OTHER},
        {"::", SQL_OPERATOR_CAST},   {"->", SQL_OPERATOR_ARROW},  {"=>", SQL_OPERATOR_NAMED},
        {":=", SQL_OPERATOR_ASSIGN}, {"|>", SQL_OPERATOR_PIPE},   {"<=", SQL_OPERATOR_OTHER},
        {">=", SQL_OPERATOR_OTHER},  {"<>", SQL_OPERATOR_OTHER},  {"!=", SQL_OPERATOR_OTHER},
        {"==", SQL_OPERATOR_OTHER},  {"||", SQL_OPERATOR_OTHER},  {"**", SQL_OPERATOR_OTHER},
    };
    size_t start = lexer->at;
    char first = peek(lexer, 0);
    if (strchr("-<:=|>!*", first) != NULL) {
        if (lexer->rules->has_flow_operator && is_at(lexer, "->>")) {
            lexer->at += strlen("->>");
            return push(lexer, SQL_TOKEN_PUNCTUATION, ';', start);
        }
        for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
            if (first == operators[i].text[0] && is_at(lexer, operators[i].text)) {
                lexer->at += strlen(operators[i].text);
                return push(lexer, SQL_TOKEN_PUNCTUATION, operators[i].code, start);
            }
        }
    }
    lexer->at++;
    return push(lexer, SQL_TOKEN_PUNCTUATION, (unsigned char)first, start);
}

/* A dot before digits begins a number, unless a name or bracket stands before it. */
static bool begins_number(const struct lexer *lexer)
{
    char before = lexer->at > 0 ? lexer->text.p[lexer->at - 1] : ' ';
    return class_of((unsigned char)peek(lexer, 1)) == BYTE_DIGIT &&
           class_of((unsigned char)before) != BYTE_WORD &&
           class_of((unsigned char)before) != BYTE_DIGIT && strchr("\"`])", before) == NULL;
}

static enum status lex_one(struct lexer *lexer)
{
    size_t start = lexer->at;
    char c = peek(lexer, 0);
    switch (class_of((unsigned char)c)) {
    case BYTE_WORD:
        return lex_word(lexer);
    case BYTE_DIGIT:
        return lex_number(lexer);
    default:
        break;
    }
    const struct sql_rules *rules = lexer->rules;
    bool has_backslash = sql_has(rules, SQL_TRAIT_BACKSLASH);
    if (c == '\'' || (c == '"' && sql_has(rules, SQL_TRAIT_STRING_QUOTES))) {
        return lex_string(lexer, start, has_backslash);
    }
    if (c == '"' || c == '`' || (c == '[' && sql_has(rules, SQL_TRAIT_BRACKET_NAMES))) {
        skip_quoted(lexer, c == '[' ? ']' : c, false);
        return push(lexer, SQL_TOKEN_QUOTED, 0, start);
    }
    if (c == '$') {
        return peek(lexer, 1) == '{' ? lex_variable(lexer) : lex_dollar(lexer);
    }
    if (c == '@') {
        return lex_at(lexer);
    }
    if (c == '#' && sql_has(rules, SQL_TRAIT_HASH_NAMES) &&
        is_word_byte(lexer, peek(lexer, 1))) {
        return lex_word(lexer);
    }
    return c == '.' && begins_number(lexer) ? lex_number(lexer) : lex_punctuation(lexer);
}

/* True when the tokens behind an opening parenthesis begin a query. */
static bool begins_query(const struct sql_token *first, const struct sql_token *second)
{
    bool is_name = second->kind == SQL_TOKEN_WORD || second->kind == SQL_TOKEN_QUOTED;
    bool is_open = second->kind == SQL_TOKEN_PUNCTUATION && second->code == '(';
    if (first->kind != SQL_TOKEN_WORD) {
        return false;
    }
    switch (first->code) {
    case KW_SELECT:
        return true;
    case KW_WITH:
        return is_name || is_open;
    case KW_FROM:
        return is_name || is_open || second->kind == SQL_TOKEN_STRING;
    case KW_VALUES:
        return is_open || second->code == KW_ROW;
    default:
        return false;
    }
}

/* Pairs the brackets of each statement and finds the parentheses that hold a query. */
static enum status pair_brackets(struct sql_tokens *tokens, struct arena *arena)
{
    uint32_t *open = arena_array(arena, tokens->count, sizeof(*open));
    size_t depth = 0;
    uint32_t end = (uint32_t)tokens->count - 1;
    if (open == NULL) {
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < tokens->count; i++) {
        struct sql_token *token = &tokens->items[i];
        if (token->kind != SQL_TOKEN_PUNCTUATION) {
            continue;
        }
        token->closer = end;
        if (token->code == '(' || token->code == '[' || token->code == '{') {
            open[depth++] = i;
        } else if (token->code == ';') {
            for (; depth > 0; depth--) {
                tokens->items[open[depth - 1]].closer = i;
            }
        } else if ((token->code == ')' || token->code == ']' || token->code == '}') &&
                   depth > 0) {
            tokens->items[open[--depth]].closer = i;
        }
    }
    for (uint32_t i = end; i-- > 0;) {
        struct sql_token *token = &tokens->items[i];
        const struct sql_token *next = &tokens->items[i + 1];
        if (token->kind == SQL_TOKEN_PUNCTUATION && token->code == '(') {
            const struct sql_token *second = next + (next->kind == SQL_TOKEN_END ? 0 : 1);
            token->is_query =
                begins_query(next, second) ||
                (next->kind == SQL_TOKEN_PUNCTUATION && next->code == '(' && next->is_query);
        }
    }
    return OK;
}

enum status sql_lex(struct str text, const struct sql_rules *rules, struct arena *arena,
                    struct sql_tokens *out)
{
    struct lexer lexer = {.text = text, .rules = rules, .arena = arena, .out = out};
    *out = (struct sql_tokens){.broken_offset = UINT32_MAX};
    for (skip_space(&lexer); lexer.at < text.n; skip_space(&lexer)) {
        enum status status = lex_one(&lexer);
        if (status != OK) {
            return status;
        }
    }
    if (out->count > 0) { /* the END stands directly behind the last token */
        const struct sql_token *last = &out->items[out->count - 1];
        lexer.at = last->offset + last->size_bytes;
    }
    enum status status = push(&lexer, SQL_TOKEN_END, 0, lexer.at);
    return status == OK ? pair_brackets(out, arena) : status;
}

struct str sql_token_text(struct str text, const struct sql_token *token)
{
    return str_from_n(text.p + token->offset, token->size_bytes);
}

/* How many bytes the opening and the closing quote of a token have; 0 when not closed. */
static void quote_sizes(struct str raw, const struct sql_rules *rules, size_t *open,
                        size_t *close)
{
    size_t start = 0;
    while (start < raw.n && strchr("'\"`[$", raw.p[start]) == NULL) {
        start++; /* the prefix */
    }
    size_t n = 1;
    if (start < raw.n && raw.p[start] == '$') {
        size_t second = str_find(str_sub(raw, start + 1, raw.n), '$');
        n = second == SIZE_MAX ? 1 : second + 2;
    } else if (sql_has(rules, SQL_TRAIT_TRIPLE_QUOTES) && start + 6 <= raw.n &&
               raw.p[start + 1] == raw.p[start] && raw.p[start + 2] == raw.p[start]) {
        n = 3;
    }
    *open = start + n <= raw.n ? start + n : raw.n;
    char last = *open > 0 ? raw.p[*open - 1] : '\0';
    bool is_closed = raw.n >= *open + n && raw.p[raw.n - 1] == (last == '[' ? ']' : last);
    *close = is_closed ? n : 0;
}

enum status sql_token_value(struct str text, const struct sql_token *token,
                            const struct sql_rules *rules, struct arena *arena, struct str *out)
{
    size_t open;
    size_t close;
    struct str raw = sql_token_text(text, token);
    quote_sizes(raw, rules, &open, &close);
    char quote = open > 0 ? raw.p[open - 1] : '\0';
    quote = quote == '[' ? ']' : quote;
    bool is_string = token->kind == SQL_TOKEN_STRING;
    bool has_backslash = is_string && sql_has(rules, SQL_TRAIT_BACKSLASH) && quote != '$';
    *out = str_sub(raw, open, raw.n - open - close);
    *out = close == 0 ? str_trim(*out) : *out; /* what has no end takes in line ends */
    if (quote == '$' || (str_find(*out, quote) == SIZE_MAX &&
                         (!has_backslash || str_find(*out, '\\') == SIZE_MAX))) {
        return OK;
    }
    char *value = arena_cstr(arena, *out);
    if (value == NULL) {
        return ERR_NOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        bool is_escape = (has_backslash && out->p[i] == '\\') ||
                         (out->p[i] == quote && i + 1 < out->n && out->p[i + 1] == quote);
        i += is_escape && i + 1 < out->n ? 1 : 0;
        value[n++] = out->p[i];
    }
    *out = str_from_n(value, n);
    return OK;
}
