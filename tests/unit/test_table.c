#include "app/cli/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ELLIPSIS "\xE2\x80\xA6"

static enum status append(void *ctx, struct str text, struct error *err)
{
    (void)err;
    return buf_append_str(ctx, text);
}

static const struct table_column columns[] = {
    {"id", false}, {"title", false}, {"views", true}, {"owner", false}};

struct row {
    const char *cells[4]; /* NULL: unknown */
};

/* The table of rows in a terminal of that width, and how many columns it hid. */
static void render(const struct row *rows, size_t count, size_t width, bool has_color,
                   struct buf *out, size_t *hidden)
{
    const struct table_options options = {.columns = columns,
                                          .column_count = 4,
                                          .width = width,
                                          .has_color = has_color,
                                          .write = append,
                                          .ctx = out};
    struct error err = ERROR_INIT;
    struct table *table = table_new(&options);
    assert_non_null(table);
    for (size_t i = 0; i < count; i++) {
        struct str cells[4];
        for (size_t j = 0; j < 4; j++) {
            cells[j] = str_from(rows[i].cells[j]);
        }
        assert_int_equal(table_row(table, cells, &err), OK);
    }
    assert_int_equal(table_end(table, &err), OK);
    *hidden = table_hidden(table);
    table_free(table);
}

static const struct row three[] = {
    {{"a1", "Revenue by week and country", "1200", "ann@example.com"}},
    {{"b22", "\xE5\xA3\xB2\xE4\xB8\x8A", "7", NULL}}, /* two wide characters */
    {{"c", "evil\033[2J\nname", NULL, "bob"}},
};

static void test_wide_enough(void **state)
{
    struct buf got;
    size_t hidden;
    (void)state;
    buf_init(&got, 10000);
    render(three, 3, 0, false, &got, &hidden);
    assert_string_equal(buf_cstr(&got),
                        "id   title                        views  owner\n"
                        "a1   Revenue by week and country   1200  ann@example.com\n"
                        "b22  \xE5\xA3\xB2\xE4\xB8\x8A                             7\n"
                        "c    evil\\x1b[2J\\nname                   bob\n");
    assert_int_equal(hidden, 0);
    buf_free(&got);
}

static void test_text_is_cut_to_fit(void **state)
{
    struct buf got;
    size_t hidden;
    (void)state;
    buf_init(&got, 10000);
    render(three, 3, 46, false, &got, &hidden);
    assert_string_equal(buf_cstr(&got),
                        "id   title              views  owner\n"
                        "a1   Revenue by week " ELLIPSIS "   1200  ann@example.com\n"
                        "b22  \xE5\xA3\xB2\xE4\xB8\x8A                   7\n"
                        "c    evil\\x1b[2J\\nname         bob\n");
    assert_int_equal(hidden, 0);
    buf_free(&got);
}

static void test_columns_at_the_end_are_left_out(void **state)
{
    struct buf got;
    size_t hidden;
    (void)state;
    buf_init(&got, 10000);
    render(three, 1, 30, false, &got, &hidden);
    assert_string_equal(buf_cstr(&got), "id  title                views\n"
                                        "a1  Revenue by week an" ELLIPSIS "   1200\n");
    assert_int_equal(hidden, 1);
    buf_clear(&got);
    render(three, 1, 1, false, &got, &hidden);
    assert_string_equal(buf_cstr(&got), "id\na1\n");
    assert_int_equal(hidden, 3);
    buf_free(&got);
}

static void test_the_first_column_is_cut_least(void **state)
{
    const struct row row = {{"A title that is much longer than any terminal needs",
                             "somebody@example.com", "12", "someone.else@example.com"}};
    struct buf got;
    size_t hidden;
    (void)state;
    buf_init(&got, 10000);
    render(&row, 1, 60, false, &got, &hidden);
    assert_string_equal(buf_cstr(&got),
                        "id                                title                views\n"
                        "A title that is much longer tha" ELLIPSIS
                        "  somebody@example.c" ELLIPSIS "     12\n");
    assert_int_equal(hidden, 1);
    buf_free(&got);
}

static void test_empty_table_has_a_header(void **state)
{
    struct buf got;
    size_t hidden;
    (void)state;
    buf_init(&got, 10000);
    render(NULL, 0, 80, true, &got, &hidden);
    assert_string_equal(buf_cstr(&got), "\033[1mid  title  views  owner\033[0m\n");
    buf_free(&got);
}

static void test_later_rows_keep_the_columns_of_the_first(void **state)
{
    struct row rows[502];
    struct buf got;
    size_t hidden;
    (void)state;
    for (size_t i = 0; i < 501; i++) {
        rows[i] = (struct row){{"id", "ab", "1", "o"}};
    }
    rows[501] = (struct row){{"longer than id", "much longer than before", "1234567", "o"}};
    buf_init(&got, 1000000);
    render(rows, 502, 80, false, &got, &hidden);
    const char *last = strstr(buf_cstr(&got), "longer than id");
    assert_non_null(last);
    assert_string_equal(last, "longer than id  much" ELLIPSIS "  1234567  o\n");
    buf_clear(&got);
    render(rows, 502, 0, false, &got, &hidden); /* no terminal: all of it, out of line */
    last = strstr(buf_cstr(&got), "longer than id");
    assert_non_null(last);
    assert_string_equal(last, "longer than id  much longer than before  1234567  o\n");
    buf_free(&got);
}

static void test_cut(void **state)
{
    static const struct {
        const char *in;
        size_t width;
        const char *want;
    } cases[] = {
        {"", 5, ""},
        {"hello", 5, "hello"},
        {"hello!", 5, "hell" ELLIPSIS},
        {"hello", 1, ELLIPSIS},
        {"hello", 0, ""},
        /* a wide character that would stand across the edge is left out */
        {"\xE5\xA3\xB2\xE4\xB8\x8A\xE5\xA3\xB2", 4, "\xE5\xA3\xB2" ELLIPSIS},
        {"\xE5\xA3\xB2\xE4\xB8\x8A", 4, "\xE5\xA3\xB2\xE4\xB8\x8A"},
        /* an escape is never cut in two */
        {"a\033b", 5, "a" ELLIPSIS},
        {"a\033b", 6, "a\\x1bb"},
        {"\xFFxyz", 6, "\\xffx" ELLIPSIS},
        {"e\xCC\x81x", 2, "e\xCC\x81x"}, /* a combining accent takes no room */
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf got;
        buf_init(&got, 100);
        table_cut(&got, str_from(cases[i].in), cases[i].width);
        assert_string_equal(buf_cstr(&got), cases[i].want);
        buf_free(&got);
    }
}

static void test_huge_cell_is_cut_everywhere(void **state)
{
    static char huge[3000001];
    const struct row rows[] = {{{"id", huge, "1", "o"}}};
    struct buf got;
    size_t hidden;
    (void)state;
    memset(huge, 'x', sizeof(huge) - 1);
    buf_init(&got, 10000);
    render(rows, 1, 0, false, &got, &hidden);
    assert_int_equal(buf_status(&got), OK);
    assert_non_null(strstr(buf_cstr(&got), "x" ELLIPSIS));
    buf_free(&got);
}

static enum status refuse(void *ctx, struct str text, struct error *err)
{
    (void)ctx;
    (void)text;
    return error_set(err, ERR_IO, "full");
}

static void test_failing_writer_ends_the_table(void **state)
{
    const struct table_options options = {
        .columns = columns, .column_count = 4, .write = refuse};
    struct error err = ERROR_INIT;
    struct table *table = table_new(&options);
    (void)state;
    assert_non_null(table);
    assert_int_equal(table_end(table, &err), ERR_IO);
    assert_string_equal(err.message, "full");
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_enough),
        cmocka_unit_test(test_text_is_cut_to_fit),
        cmocka_unit_test(test_columns_at_the_end_are_left_out),
        cmocka_unit_test(test_the_first_column_is_cut_least),
        cmocka_unit_test(test_empty_table_has_a_header),
        cmocka_unit_test(test_later_rows_keep_the_columns_of_the_first),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_huge_cell_is_cut_everywhere),
        cmocka_unit_test(test_failing_writer_ends_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
