#include "sql/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

/* The tokens as letters: w word, q quoted, s string, n number, p parameter, else themselves. */
static const char *kinds_of(const char *sql, enum sql_dialect dialect)
{
    struct sql_tokens tokens;
    assert_int_equal(sql_lex(str_from(sql), sql_rules_of(dialect), &arena, &tokens), OK);
    char *out = arena_alloc(&arena, tokens.count + 1);
    assert_non_null(out);
    for (size_t i = 0; i + 1 < tokens.count; i++) {
        const struct sql_token *token = &tokens.items[i];
        bool is_character = token->kind == SQL_TOKEN_PUNCTUATION && token->code < 128;
        out[i] = is_character ? (char)token->code : "ewqsnpo"[token->kind];
    }
    assert_int_equal(tokens.items[tokens.count - 1].kind, SQL_TOKEN_END);
    return out;
}

static void test_kinds(void **state)
{
    static const struct {
        enum sql_dialect dialect;
        const char *sql;
        const char *kinds;
    } cases[] = {
        {SQL_DIALECT_POSTGRES, "select a.b, 1.5e-3, .5, 'x''y' -- c", "ww.w,n,n,s"},
        {SQL_DIALECT_POSTGRES, "a /* b /* c */ d */ e", "ww"},
        {SQL_DIALECT_SNOWFLAKE, "a /* b /* c */ d", "ww"},
        {SQL_DIALECT_SNOWFLAKE, "a // b\n c", "ww"},
        {SQL_DIALECT_DUCKDB, "a // b", "w//w"},
        {SQL_DIALECT_MYSQL, "a # b\n c --1", "ww--n"},
        {SQL_DIALECT_MYSQL, "a -- b\n c /*!40101 d */ e", "wwww"},
        {SQL_DIALECT_POSTGRES, "'c:\\' , 'x'", "s,s"},
        {SQL_DIALECT_MYSQL, "'c\\' , x'", "s"},
        {SQL_DIALECT_POSTGRES, "E'c\\' , x' U&'\\0041' N'a' B'1' X'f'",
         "ssss"
         "s"},
        {SQL_DIALECT_BIGQUERY, "'''a 'b' c''' \"\"\"d\"\"\" r'\\d' rb\"x\" b'y'", "sssss"},
        {SQL_DIALECT_POSTGRES, "$$ a $$ $t$ b $$ c $t$ $1", "ssp"},
        {SQL_DIALECT_SNOWFLAKE, "@db.s/a b@c.csv (x) @~/\"y z\"/w",
         "pw"
         "p"
         "(w)p"},
        {SQL_DIALECT_TSQL, "[a]]b].#t @v @@w \"x\"", "q.wppq"},
        {SQL_DIALECT_SPARK, "2024_sales 10L 1_000 0xFF 1e5 `a``b` \"s\"", "wnwnnqs"},
        {SQL_DIALECT_POSTGRES, "a::b -> c ->> d => e := f <= g <> h", "wowowowowowowow"},
        {SQL_DIALECT_BIGQUERY, "from t |> where a", "wwoww"},
        {SQL_DIALECT_POSTGRES,
         "\xEF\xBB\xBFgr\xC3\xB6\xC3\x9F"
         "e\xC2\xA0x",
         "ww"},
        {SQL_DIALECT_POSTGRES, "${a}.b $x$", "w.ws"},
        {SQL_DIALECT_POSTGRES, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(kinds_of(cases[i].sql, cases[i].dialect), cases[i].kinds);
    }
}

static void test_values(void **state)
{
    static const struct {
        enum sql_dialect dialect;
        const char *sql;
        const char *value;
    } cases[] = {
        {SQL_DIALECT_POSTGRES, "'it''s'", "it's"},
        {SQL_DIALECT_MYSQL, "'it\\'s'", "it's"},
        {SQL_DIALECT_POSTGRES, "\"a\"\"b\"", "a\"b"},
        {SQL_DIALECT_TSQL, "[a]]b]", "a]b"},
        {SQL_DIALECT_POSTGRES, "$x$ a $$ $x$", " a $$ "},
        {SQL_DIALECT_BIGQUERY, "'''a'b'''", "a'b"},
        {SQL_DIALECT_POSTGRES, "'open", "open"},
        {SQL_DIALECT_POSTGRES, "'", ""},
        {SQL_DIALECT_BIGQUERY, "r'a'", "a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sql_tokens tokens;
        struct str value;
        struct str text = str_from(cases[i].sql);
        const struct sql_rules *rules = sql_rules_of(cases[i].dialect);
        assert_int_equal(sql_lex(text, rules, &arena, &tokens), OK);
        assert_int_equal(sql_token_value(text, &tokens.items[0], rules, &arena, &value), OK);
        assert_true(str_is(value, cases[i].value));
    }
}

static void test_what_does_not_end_is_told(void **state)
{
    static const char *const texts[] = {"a 'b", "a \"b", "a /* b", "a $$ b"};
    struct sql_tokens tokens;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(
            sql_lex(str_from(texts[i]), sql_rules_of(SQL_DIALECT_POSTGRES), &arena, &tokens),
            OK);
        assert_int_equal(tokens.broken_offset, 2);
    }
}

static void test_brackets_are_paired_within_statements(void **state)
{
    struct sql_tokens tokens;
    (void)state;
    assert_int_equal(sql_lex(STR("(a[b] ; ) ((select 1)"), sql_rules_of(SQL_DIALECT_POSTGRES),
                             &arena, &tokens),
                     OK);
    assert_int_equal(tokens.items[0].closer, 5); /* the semicolon */
    assert_int_equal(tokens.items[2].closer, 4);
    assert_int_equal(tokens.items[7].closer, tokens.count - 1);
    assert_int_equal(tokens.items[8].closer, 11);
    assert_true(tokens.items[7].is_query && tokens.items[8].is_query);
    assert_false(tokens.items[0].is_query);
}

static void test_keywords_are_in_order(void **state)
{
    static const char *const words[] = {"select", "SELECT", "Zone_", "abort", "year", "with"};
    static const bool are_keywords[] = {true, true, false, true, true, true};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(sql_keyword_of(str_from(words[i])) != KW_NONE, are_keywords[i]);
    }
#define IS_FOUND(word, flags) assert_int_equal(sql_keyword_of(STR(#word)), KW_##word);
    SQL_KEYWORDS(IS_FOUND)
#undef IS_FOUND
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_what_does_not_end_is_told),
        cmocka_unit_test(test_brackets_are_paired_within_statements),
        cmocka_unit_test(test_keywords_are_in_order),
    };
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
