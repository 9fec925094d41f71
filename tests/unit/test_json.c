#include "io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    enum status status = json_parse(str_from(text), &json_limits_default, &document, &err);
    if (status != OK) {
        fail_msg("%s: %s (%s)", text, err.message, err.where);
    }
    return document;
}

static void test_accessors_read_what_is_there(void **state)
{
    (void)state;
    struct json *document = parse("{\"title\":\"Revenue \\u20ac\",\"n\":42,\"whole\":7.0,"
                                  "\"half\":0.5,\"yes\":true,\"nothing\":null,"
                                  "\"deep\":{\"er\":{\"list\":[1,\"two\",[]]}}}");
    assert_true(json_is_object(document));
    assert_true(str_is(json_str(json_get(document, "title")), "Revenue \xE2\x82\xAC"));
    assert_int_equal(json_int(json_get(document, "n"), -1), 42);
    assert_int_equal(json_int(json_get(document, "whole"), -1), 7);
    assert_int_equal(json_int(json_get(document, "half"), -1), -1);
    assert_true(json_double(json_get(document, "half"), 0) == 0.5);
    assert_true(json_double(json_get(document, "n"), 0) == 42);
    assert_true(json_bool(json_get(document, "yes"), false));
    assert_true(json_is_null(json_get(document, "nothing")));

    const struct json *list = json_path(document, "deep", "er", "list", NULL);
    assert_true(json_is_array(list));
    assert_int_equal(json_count(list), 3);
    assert_true(str_is(json_str(json_at(list, 1)), "two"));
    assert_true(json_is_array(json_at(list, 2)));
    assert_null(json_at(list, 3));
    json_free(document);
}

static void test_accessors_take_nothing_and_wrong_types(void **state)
{
    (void)state;
    struct json *document = parse("{\"list\":[1],\"text\":\"x\"}");
    const struct json *list = json_get(document, "list");
    void *iterator = NULL;
    struct str key;
    const struct json *value;

    assert_null(json_get(NULL, "a"));
    assert_null(json_get(list, "a"));
    assert_null(json_path(document, "text", "deeper", NULL));
    assert_int_equal(json_count(document), 0);
    assert_null(json_at(document, 0));
    assert_true(str_is_null(json_str(list)));
    assert_true(str_is_null(json_str(NULL)));
    assert_int_equal(json_int(json_get(document, "text"), 5), 5);
    assert_true(json_double(NULL, 1.5) == 1.5);
    assert_true(json_bool(list, true));
    assert_true(json_is_null(NULL));
    assert_false(json_is_null(document));
    assert_false(json_next_member(list, &iterator, &key, &value));
    assert_false(json_next_member(NULL, &iterator, &key, &value));
    json_free(document);
    json_free(NULL);
}

static void test_members_come_in_the_order_of_the_text(void **state)
{
    (void)state;
    struct json *document = parse("{\"z\":1,\"a\":2,\"m\":3}");
    void *iterator = NULL;
    struct str key;
    const struct json *value;
    char seen[8] = "";
    while (json_next_member(document, &iterator, &key, &value)) {
        strncat(seen, key.p, key.n);
        assert_int_equal(json_int(value, 0), (int64_t)strlen(seen));
    }
    assert_string_equal(seen, "zam");
    json_free(document);
}

static void test_numbers_at_the_edges(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int64_t want;
    } cases[] = {
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775808.0", -1}, /* one more than fits */
        {"-9223372036854775808.0", INT64_MIN},
        {"1e3", 1000},
        {"1e300", -1},
        {"\"5\"", -1}, /* a text is no number */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json *document = parse(cases[i].in);
        assert_int_equal(json_int(document, -1), cases[i].want);
        json_free(document);
    }
}

static void test_text_with_nul_is_kept_by_length(void **state)
{
    (void)state;
    struct json *document = parse("[\"a\\u0000b\"]");
    struct str text = json_str(json_at(document, 0));
    assert_int_equal(text.n, 3);
    assert_memory_equal(text.p, "a\0b", 3);
    json_free(document);
}

static void test_refusals_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        enum status want;
        const char *where;
        const char *says;
    } cases[] = {
        {"", ERR_PARSE, "1:1", "end of file"},
        {"{\"a\":1,\n\"a\":2}", ERR_PARSE, "2:", "duplicate"},
        {"[1,\n 2,\n x]", ERR_PARSE, "3:", "invalid token"},
        {"[1] trailing", ERR_PARSE, "1:", "end of file expected"},
        {"[\"\xC3\x28\"]", ERR_PARSE, "1:", "decode"},
        {"[\"\xED\xA0\x80\"]", ERR_PARSE, "1:", "decode"}, /* a lone surrogate */
        {"[\"\\ud800\"]", ERR_PARSE, "1:", "Unicode"},
        {"{\"a\\u0000b\":1}", ERR_PARSE, "1:", "NUL byte in object key"},
        {"[99999999999999999999]", ERR_PARSE, "1:", "too big integer"},
        {"<html>", ERR_PARSE, "1:", "not valid JSON"},
        {"[[[[[[1]]]]]]", ERR_LIMIT, "1:6", "deeper than 5 levels"},
        {"{\"[[[[[[\":\n{\"\\\"[[[\":{\"b\":{\"c\":[[1]]}}}}", ERR_LIMIT, "2:", "deeper"},
    };
    const struct json_limits limits = {.max_bytes = 60, .max_depth = 5};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json *document = NULL;
        struct error err = ERROR_INIT;
        assert_int_equal(json_parse(str_from(cases[i].in), &limits, &document, &err),
                         cases[i].want);
        assert_null(document);
        if (strstr(err.message, cases[i].says) == NULL ||
            strncmp(err.where, cases[i].where, strlen(cases[i].where)) != 0) {
            fail_msg("%s: got '%s' at '%s'", cases[i].in, err.message, err.where);
        }
    }
}

static void test_one_bad_value_does_not_spoil_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *want; /* NULL: beyond mending */
    } cases[] = {
        {"{\"a\":1,\"a\":2}", "{\"a\":2}"},
        {"[\"\\ud83d\"]", "[\"\uFFFD\"]"},
        {"[\"\\ude00x\"]", "[\"\uFFFDx\"]"},
        {"[\"\\ud83d\\ud83d\\ude00\"]", "[\"\uFFFD\U0001F600\"]"},
        {"[\"\\\\ud83d\", \"\xE9t\xC3\xA9\"]", "[\"\\\\ud83d\",\"\uFFFDt\u00E9\"]"},
        {"[\"a\tb\"]", "[\"a\\tb\"]"},
        {"{\"a\\u0000b\":1}", "{\"a\uFFFDb\":1}"},
        {"[99999999999999999999, -1e999, 12.5e2]", "[null,null,1250.0]"},
        {"[\"99999999999999999999\", 99999999999999999999]", "[\"99999999999999999999\",null]"},
        {"[99999999999999999999, nope]", NULL},
        {"[\"\xE9", NULL},
        {"[\"\xE9\\", NULL},
        {"[1-]", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json *document = NULL;
        struct error err = ERROR_INIT;
        struct buf text;
        buf_init(&text, 1000);
        enum status status =
            json_parse(str_from(cases[i].in), &json_limits_default, &document, &err);
        if (cases[i].want == NULL) {
            assert_int_equal(status, ERR_PARSE);
        } else {
            assert_int_equal(status, OK);
            assert_int_equal(json_write_sorted(document, &text), OK);
            assert_string_equal(buf_cstr(&text), cases[i].want);
        }
        buf_free(&text);
        json_free(document);
    }
}

static void test_size_and_depth_limits(void **state)
{
    (void)state;
    struct json *document = NULL;
    struct error err = ERROR_INIT;
    const struct json_limits limits = {.max_bytes = 10, .max_depth = 3};
    assert_int_equal(json_parse(STR("\"0123456789\""), &limits, &document, &err), ERR_LIMIT);
    assert_int_equal(json_parse(STR("[[[1]]]"), &limits, &document, &err), OK);
    json_free(document);
    assert_int_equal(json_parse(STR("[\"[[[[\"]"), &limits, &document, &err), OK);
    json_free(document);

    /* A bracket bomb must not reach the parser's recursion. */
    size_t n = 4 * 1000 * 1000;
    char *bomb = malloc(n);
    assert_non_null(bomb);
    memset(bomb, '[', n);
    assert_int_equal(json_parse(str_from_n(bomb, n), &json_limits_default, &document, &err),
                     ERR_LIMIT);
    free(bomb);
}

static void test_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    struct json *document = parse("\xEF\xBB\xBF{\"a\":1}");
    assert_int_equal(json_int(json_get(document, "a"), 0), 1);
    json_free(document);
}

static void test_write_sorted_is_independent_of_order(void **state)
{
    (void)state;
    static const char want[] = "{\"a\":[1,2.5,null],\"b\":{\"x\":\"\\u0000\",\"y\":true}}";
    static const char *const texts[] = {
        "{\"b\":{\"y\":true,\"x\":\"\\u0000\"}, \"a\":[1,2.5,null]}",
        "{\"a\" : [1, 2.5, null], \"b\":{\"x\":\"\\u0000\",\"y\":true}}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct json *document = parse(texts[i]);
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(json_write_sorted(document, &out), OK);
        assert_string_equal(buf_cstr(&out), want);
        buf_free(&out);
        json_free(document);
    }
    struct buf tiny;
    struct json *document = parse("\"a text too long for its buffer\"");
    buf_init(&tiny, 4);
    assert_int_equal(json_write_sorted(document, &tiny), ERR_LIMIT);
    buf_clear(&tiny);
    assert_int_equal(json_write_sorted(NULL, &tiny), OK);
    assert_string_equal(buf_cstr(&tiny), "null");
    buf_free(&tiny);
    json_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accessors_read_what_is_there),
        cmocka_unit_test(test_accessors_take_nothing_and_wrong_types),
        cmocka_unit_test(test_members_come_in_the_order_of_the_text),
        cmocka_unit_test(test_numbers_at_the_edges),
        cmocka_unit_test(test_text_with_nul_is_kept_by_length),
        cmocka_unit_test(test_refusals_say_where),
        cmocka_unit_test(test_one_bad_value_does_not_spoil_an_answer),
        cmocka_unit_test(test_size_and_depth_limits),
        cmocka_unit_test(test_byte_order_mark_is_skipped),
        cmocka_unit_test(test_write_sorted_is_independent_of_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
