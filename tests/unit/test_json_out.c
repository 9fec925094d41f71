#include "base/json_out.h"
#include "base/timestamp.h"
#include "io/json.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What was written, read by the parser that reads Hex's answers. */
static struct json *read_back(const struct buf *out)
{
    struct error err = ERROR_INIT;
    struct json *document = NULL;
    assert_int_equal(buf_status(out), OK);
    if (json_parse(buf_str(out), &json_limits_default, &document, &err) != OK) {
        fail_msg("%s: %s", buf_cstr(out), err.message);
    }
    return document;
}

static void test_nesting_and_separators(void **state)
{
    (void)state;
    static const struct str names[] = {{"b", 1}, {NULL, 0}, {"a", 1}};
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 10000);
    json_out_init(&out, &buf);
    json_out_object(&out);
    json_out_field_cstr(&out, "kind", "project");
    json_out_field_str(&out, "title", STR_NULL);
    json_out_field_int(&out, "n", INT64_MIN);
    json_out_field_bool(&out, "yes", true);
    json_out_field_null(&out, "none");
    json_out_field_time(&out, "at", 1724260569567);
    json_out_field_time(&out, "never", TIMESTAMP_NONE);
    json_out_field_strs(&out, "names", names, 3);
    json_out_field_strs(&out, "empty", NULL, 0);
    json_out_key(&out, "views");
    json_out_object(&out);
    json_out_object_end(&out);
    json_out_key(&out, "list");
    json_out_array(&out);
    json_out_array(&out);
    json_out_array_end(&out);
    json_out_object(&out);
    json_out_key_str(&out, STR("k"));
    json_out_bool(&out, false);
    json_out_object_end(&out);
    json_out_null(&out);
    json_out_array_end(&out);
    json_out_object_end(&out);
    assert_string_equal(
        buf_cstr(&buf),
        "{\"kind\":\"project\",\"title\":null,\"n\":-9223372036854775808,\"yes\":true,"
        "\"none\":null,\"at\":\"2024-08-21T17:16:09.567Z\",\"never\":null,"
        "\"names\":[\"b\",null,\"a\"],\"empty\":[],\"views\":{},\"list\":[[],{\"k\":false},"
        "null]}");
    json_free(read_back(&buf));
    buf_free(&buf);
}

static void test_texts_are_escaped_and_repaired(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *want;
    } cases[] = {
        {{"", 0}, "\"\""},
        {{"\"\\/", 3}, "\"\\\"\\\\/\""},
        {{"\n\r\t\b\f\0\x1F", 7}, "\"\\n\\r\\t\\u0008\\u000c\\u0000\\u001f\""},
        {{"\x7F\xC3\xA9", 3}, "\"\x7F\xC3\xA9\""},
        {{"\xFF", 1}, "\"\xEF\xBF\xBD\""},
        {{"a\xC3", 2}, "\"a\xEF\xBF\xBD\""},
        {{"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {{"\xEF\xBF\xBD", 3}, "\"\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf buf;
        struct json_out out;
        buf_init(&buf, 1000);
        json_out_init(&out, &buf);
        json_out_str(&out, cases[i].in);
        assert_string_equal(buf_cstr(&buf), cases[i].want);
        buf_free(&buf);
    }
}

static void test_any_bytes_are_read_back(void **state)
{
    (void)state;
    uint32_t seed = 5;
    for (int round = 0; round < 5000; round++) {
        char bytes[32];
        struct buf buf;
        struct json_out out;
        size_t n = (seed >> 9) % sizeof(bytes);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 16);
        }
        seed = seed * 1664525 + 1013904223;
        buf_init(&buf, 1000);
        json_out_init(&out, &buf);
        json_out_array(&out);
        json_out_str(&out, str_from_n(bytes, n));
        json_out_array_end(&out);
        struct json *document = read_back(&buf);
        if (str_is_utf8(str_from_n(bytes, n))) {
            assert_true(str_eq(json_str(json_at(document, 0)), str_from_n(bytes, n)));
        }
        json_free(document);
        buf_free(&buf);
    }
}

static void test_doubles_are_exact(void **state)
{
    (void)state;
    static const double values[] = {0.0,   -0.0,   1.0,     -17.0,   0.1,     1e15, 123456.75,
                                    1e300, 1e-300, DBL_MAX, DBL_MIN, 1.0 / 3, -1e22};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct buf buf;
        struct json_out out;
        buf_init(&buf, 1000);
        json_out_init(&out, &buf);
        json_out_array(&out);
        json_out_double(&out, values[i]);
        json_out_array_end(&out);
        struct json *document = read_back(&buf);
        assert_true(json_double(json_at(document, 0), 42) == values[i]);
        json_free(document);
        buf_free(&buf);
    }
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 1000);
    json_out_init(&out, &buf);
    json_out_double(&out, 1.0 / 0.0);
    assert_string_equal(buf_cstr(&buf), "null");
    buf_free(&buf);
}

static void test_the_limit_of_the_buffer_sticks(void **state)
{
    (void)state;
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 16);
    json_out_init(&out, &buf);
    json_out_array(&out);
    for (int i = 0; i < 100; i++) {
        json_out_int(&out, i);
    }
    json_out_array_end(&out);
    assert_int_equal(buf_status(&buf), ERR_LIMIT);
    assert_string_equal(buf_cstr(&buf), "");
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nesting_and_separators),
        cmocka_unit_test(test_texts_are_escaped_and_repaired),
        cmocka_unit_test(test_any_bytes_are_read_back),
        cmocka_unit_test(test_doubles_are_exact),
        cmocka_unit_test(test_the_limit_of_the_buffer_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
