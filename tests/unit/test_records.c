#include "app/cli/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct query_column columns[] = {
    {"id", false}, {"title", false}, {"views", true}, {"hours", true}};
static const struct query_kind kind = {"projects", "", columns, 4};

static enum status append(void *ctx, struct str text, struct error *err)
{
    (void)err;
    return buf_append_str(ctx, text);
}

struct row {
    const char *cells[4]; /* NULL: unknown */
};

static void render(enum records_format format, const struct row *rows, size_t count,
                   struct buf *out)
{
    const struct records_options options = {
        .format = format, .kind = &kind, .write = append, .ctx = out};
    struct error err = ERROR_INIT;
    size_t hidden = 99;
    struct records *records = records_new(&options);
    assert_non_null(records);
    for (size_t i = 0; i < count; i++) {
        struct str cells[4];
        for (size_t j = 0; j < 4; j++) {
            cells[j] = str_from(rows[i].cells[j]);
        }
        assert_int_equal(records_row(records, cells, 4, &err), OK);
    }
    assert_int_equal(records_end(records, &hidden, &err), OK);
    assert_int_equal(hidden, 0);
    assert_int_equal(records_count(records), count);
    records_free(records);
}

static const struct row rows[] = {
    {{"a", "=SUM(A1), \"x\"", "-12", "1.5"}},
    {{"b", "two\nlines\033[31m", NULL, "many"}},
    {{"c", "", "9223372036854775807", "1e3"}},
};

static void test_every_format(void **state)
{
    static const struct {
        enum records_format format;
        const char *want;
    } cases[] = {
        {RECORDS_FORMAT_JSON,
         "{\"id\":\"a\",\"title\":\"=SUM(A1), \\\"x\\\"\",\"views\":-12,\"hours\":1.5}\n"
         "{\"id\":\"b\",\"title\":\"two\\nlines\\u001b[31m\",\"views\":null,"
         "\"hours\":\"many\"}\n"
         "{\"id\":\"c\",\"title\":\"\",\"views\":9223372036854775807,\"hours\":1000}\n"},
        {RECORDS_FORMAT_CSV, "id,title,views,hours\r\n"
                             "a,\"'=SUM(A1), \"\"x\"\"\",-12,1.5\r\n"
                             "b,\"two\nlines\033[31m\",,many\r\n"
                             "c,,9223372036854775807,1e3\r\n"},
        {RECORDS_FORMAT_FIELDS, "id     a\n"
                                "title  =SUM(A1), \"x\"\n"
                                "views  -12\n"
                                "hours  1.5\n"
                                "\n"
                                "id     b\n"
                                "title  two\n"
                                "       lines\\x1b[31m\n"
                                "hours  many\n"
                                "\n"
                                "id     c\n"
                                "views  9223372036854775807\n"
                                "hours  1e3\n"},
        {RECORDS_FORMAT_TABLE, "id  title                             views  hours\n"
                               "a   =SUM(A1), \"x\"                       -12    1.5\n"
                               "b   two\\nlines\\x1b[31m                        many\n"
                               "c                       9223372036854775807    1e3\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf got;
        buf_init(&got, 10000);
        render(cases[i].format, rows, 3, &got);
        assert_string_equal(buf_cstr(&got), cases[i].want);
        buf_free(&got);
    }
}

static void test_nothing_found(void **state)
{
    static const struct {
        enum records_format format;
        const char *want;
    } cases[] = {
        {RECORDS_FORMAT_JSON, ""},
        {RECORDS_FORMAT_CSV, "id,title,views,hours\r\n"},
        {RECORDS_FORMAT_FIELDS, ""},
        {RECORDS_FORMAT_TABLE, "id  title  views  hours\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf got;
        buf_init(&got, 10000);
        render(cases[i].format, NULL, 0, &got);
        assert_string_equal(buf_cstr(&got), cases[i].want);
        buf_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_nothing_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
