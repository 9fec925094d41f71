#include "io/yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static const struct yaml_node *parse(const char *text)
{
    const struct yaml_node *root = NULL;
    struct error err = ERROR_INIT;
    if (yaml_parse(str_from(text), &yaml_limits_default, &arena, &root, &err) != OK) {
        fail_msg("%s\n%s (%s)", text, err.message, err.where);
    }
    return root;
}

static void assert_text(const struct yaml_node *node, const char *want)
{
    struct str got = yaml_str(node);
    if (!str_is(got, want)) {
        fail_msg("want '%s', got '%.*s'", want, STR_ARG(got));
    }
}

static void test_tree_and_accessors(void **state)
{
    (void)state;
    const struct yaml_node *root = parse("source:\n"
                                         "  type: hex\n"
                                         "  list: [a, 'b', {c: d}]\n"
                                         "empty:\n"
                                         "text: |\n"
                                         "  one\n"
                                         "  two\n");
    assert_int_equal(root->kind, YAML_KIND_MAPPING);
    assert_int_equal(root->count, 3);
    assert_text(yaml_path(root, "source", "type", NULL), "hex");
    const struct yaml_node *list = yaml_path(root, "source", "list", NULL);
    assert_int_equal(yaml_count(list), 3);
    assert_text(yaml_at(list, 1), "b");
    assert_text(yaml_get(yaml_at(list, 2), "c"), "d");
    assert_null(yaml_at(list, 3));
    assert_null(yaml_get(list, "c"));
    assert_null(yaml_path(root, "source", "type", "deeper", NULL));
    assert_int_equal(yaml_count(root), 0);
    assert_true(yaml_is_null(yaml_get(root, "empty")));
    assert_true(yaml_is_null(yaml_get(root, "absent")));
    assert_true(str_is_null(yaml_str(list)));
    assert_text(yaml_get(root, "text"), "one\ntwo\n");
}

static void test_empty_documents(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      "\n\n",         "# nothing\n",
                                        "---\n", "\xEF\xBB\xBF", "---\n...\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_null(parse(texts[i]));
    }
    assert_non_null(parse("''"));
}

static void assert_covers(const char *text, const struct yaml_node *node, const char *want)
{
    size_t n = node->end - node->start;
    if (n != strlen(want) || memcmp(text + node->start, want, n) != 0) {
        fail_msg("want '%s', got '%.*s'", want, (int)n, text + node->start);
    }
}

static void test_places_in_bytes_lines_and_columns(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF"
                               "title: \"\xC3\xBC\xE2\x82\xAC\" # gr\xC3\xBC\xC3\x9F\r\n"
                               "\xC3\xA4: {x: [1, 2]}  \r\n"
                               "block:\n"
                               "  - a\n"
                               "  - b: c # last\n"
                               "\n"
                               "# behind\n"
                               "next: z\n";
    const struct yaml_node *root = parse(text);
    const struct yaml_node *title = yaml_get(root, "title");
    assert_int_equal(title->line, 1);
    assert_int_equal(title->column, 8);
    assert_covers(text, title, "\"\xC3\xBC\xE2\x82\xAC\"");

    const struct yaml_node *flow = yaml_get(root, "\xC3\xA4");
    assert_int_equal(flow->line, 2);
    assert_int_equal(flow->column, 4);
    assert_covers(text, flow, "{x: [1, 2]}");
    assert_covers(text, yaml_get(flow, "x"), "[1, 2]");

    const struct yaml_node *block = yaml_get(root, "block");
    assert_int_equal(block->line, 4);
    assert_int_equal(block->column, 3);
    assert_covers(text, block, "- a\n  - b: c");
    assert_covers(text, yaml_at(block, 1), "b: c");
    assert_int_equal(yaml_get(root, "next")->line, 8);
    assert_covers(text, root->pairs[3].key, "next");
}

enum type { NONE, BOOL, INT, FLOAT, TEXT, TIME };

static void test_plain_scalars_resolve_as_in_pyyaml(void **state)
{
    (void)state;
    /* What PyYAML 6.0 makes of each. */
    static const struct {
        const char *in;
        enum type type;
        double want;
    } cases[] = {
        {"yes", BOOL, 1},
        {"Yes", BOOL, 1},
        {"YES", BOOL, 1},
        {"yEs", TEXT, 0},
        {"y", TEXT, 0},
        {"no", BOOL, 0},
        {"No", BOOL, 0},
        {"NO", BOOL, 0},
        {"n", TEXT, 0},
        {"true", BOOL, 1},
        {"True", BOOL, 1},
        {"TRUE", BOOL, 1},
        {"tRue", TEXT, 0},
        {"false", BOOL, 0},
        {"False", BOOL, 0},
        {"FALSE", BOOL, 0},
        {"on", BOOL, 1},
        {"On", BOOL, 1},
        {"ON", BOOL, 1},
        {"off", BOOL, 0},
        {"Off", BOOL, 0},
        {"OFF", BOOL, 0},
        {"oN", TEXT, 0},
        {"null", NONE, 0},
        {"Null", NONE, 0},
        {"NULL", NONE, 0},
        {"nUll", TEXT, 0},
        {"~", NONE, 0},
        {"~~", TEXT, 0},
        {"0", INT, 0},
        {"7", INT, 7},
        {"-7", INT, -7},
        {"+12", INT, 12},
        {"007", INT, 7},
        {"010", INT, 8},
        {"-010", INT, -8},
        {"08", TEXT, 0},
        {"0o17", TEXT, 0},
        {"0_7", INT, 7},
        {"1_000", INT, 1000},
        {"1__0_", INT, 10},
        {"_1", TEXT, 0},
        {"0x1F", INT, 31},
        {"-0xff", INT, -255},
        {"0xG", TEXT, 0},
        {"0b101", INT, 5},
        {"0b102", TEXT, 0},
        {"0B1", TEXT, 0},
        {"0X1", TEXT, 0},
        {"1:30", INT, 90},
        {"1:30:00", INT, 5400},
        {"01:30", TEXT, 0},
        {"1:60", TEXT, 0},
        {"1:5", INT, 65},
        {"-1:30", INT, -90},
        {"190:20:30", INT, 685230},
        {"12e3", TEXT, 0},
        {"1.5", FLOAT, 1.5},
        {"-1.5", FLOAT, -1.5},
        {"+.5", TEXT, 0},
        {".5", FLOAT, 0.5},
        {"1.", FLOAT, 1.0},
        {"1._5", FLOAT, 1.5},
        {"1.5e3", TEXT, 0},
        {"1.5e+3", FLOAT, 1500.0},
        {"1.5E-3", FLOAT, 0.0015},
        {"1_0.5", FLOAT, 10.5},
        {".inf", FLOAT, INFINITY},
        {"-.inf", FLOAT, -INFINITY},
        {"+.Inf", FLOAT, INFINITY},
        {".INF", FLOAT, INFINITY},
        {".iNf", TEXT, 0},
        {".nan", FLOAT, NAN},
        {".NaN", FLOAT, NAN},
        {".NAN", FLOAT, NAN},
        {"-.nan", TEXT, 0},
        {"1:30.5", FLOAT, 90.5},
        {"-1:30.25", FLOAT, -90.25},
        {"._5", TEXT, 0},
        {".", TEXT, 0},
        {"1e3", TEXT, 0},
        {"1e+3", TEXT, 0},
        {"01.5", FLOAT, 1.5},
        {"0.1", FLOAT, 0.1},
        {"2024-01-31", TIME, 0},
        {"2024-1-31", TEXT, 0},
        {"2024-01-31T10:00:00Z", TIME, 0},
        {"2024-1-3T1:00:00", TIME, 0},
        {"2024-01-31T10:00:00+5:30", TIME, 0},
        {"2024-01-31T10:00", TEXT, 0},
        {"20240131", INT, 20240131},
        {"hello", TEXT, 0},
        {"-", TEXT, 0},
        {"1.2.3", TEXT, 0},
        {"10.0.0.1", TEXT, 0},
        {"a1", TEXT, 0},
        {"+", TEXT, 0},
        {"2024-01-31 10:00:00 -5", TIME, 0},
        {"2024-01-31 10:00:00.5 Z", TIME, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        bool flag = false;
        int64_t whole = 0;
        double number = 0;
        (void)snprintf(text, sizeof(text), "[%s]", cases[i].in);
        const struct yaml_node *node = yaml_at(parse(text), 0);
        enum type type = cases[i].type;
        bool good = yaml_is_null(node) == (type == NONE) &&
                    yaml_to_bool(node, &flag) == (type == BOOL) &&
                    yaml_to_int(node, &whole) == (type == INT) &&
                    yaml_to_double(node, &number) == (type == INT || type == FLOAT) &&
                    yaml_is_text(node) == (type == TEXT);
        good = good && (type != BOOL || (double)flag == cases[i].want) &&
               (type != INT || (double)whole == cases[i].want) &&
               (type != FLOAT || number == cases[i].want ||
                (isnan(number) && isnan(cases[i].want)));
        if (!good) {
            fail_msg("%s: bool %d, int %lld, double %g", cases[i].in, flag, (long long)whole,
                     number);
        }
    }
}

static void test_whole_numbers_at_the_edges_of_64_bits(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(yaml_to_int(parse("9223372036854775807"), &value) && value == INT64_MAX);
    assert_true(yaml_to_int(parse("-9223372036854775808"), &value) && value == INT64_MIN);
    static const char *const too_big[] = {"9223372036854775808",
                                          "0x8000000000000000",
                                          "-9223372036854775809",
                                          "99999999999:00:00:00:00:00",
                                          "0b_",
                                          "0x_"};
    for (size_t i = 0; i < sizeof(too_big) / sizeof(too_big[0]); i++) {
        assert_false(yaml_to_int(parse(too_big[i]), &value));
        assert_false(yaml_is_text(parse(too_big[i])));
    }
}

static void test_quotes_blocks_and_tags_decide_too(void **state)
{
    (void)state;
    int64_t value = 0;
    bool flag = false;
    const struct yaml_node *root = parse("quoted: '5'\ndouble: \"yes\"\nblock: |-\n  5\n"
                                         "text: !!str 5\nnumber: !!int '5'\nbang: ! 5\n");
    assert_false(yaml_to_int(yaml_get(root, "quoted"), &value));
    assert_true(yaml_is_text(yaml_get(root, "quoted")));
    assert_false(yaml_to_bool(yaml_get(root, "double"), &flag));
    assert_false(yaml_to_int(yaml_get(root, "block"), &value));
    assert_true(yaml_is_text(yaml_get(root, "text")));
    assert_true(yaml_to_int(yaml_get(root, "number"), &value) && value == 5);
    assert_true(yaml_is_text(yaml_get(root, "bang")));
    assert_false(yaml_is_null(yaml_at(parse("['']"), 0)));
}

static void test_anchors_share_and_merge_keys_fill_in(void **state)
{
    (void)state;
    const struct yaml_node *root = parse("base: &base {a: 1, b: 1, c: 1}\n"
                                         "more: &more {b: 2, d: 2}\n"
                                         "one:\n  a: own\n  <<: *base\n"
                                         "list:\n  <<: [*more, *base]\n  c: own\n"
                                         "same: *more\n"
                                         "text: {'<<': 5}\n");
    assert_ptr_equal(yaml_get(root, "same"), yaml_get(root, "more"));
    const struct yaml_node *one = yaml_get(root, "one");
    assert_int_equal(one->count, 3);
    assert_text(yaml_get(one, "a"), "own");
    assert_text(yaml_get(one, "b"), "1");
    const struct yaml_node *list = yaml_get(root, "list");
    assert_int_equal(list->count, 4);
    assert_text(yaml_get(list, "a"), "1");
    assert_text(yaml_get(list, "b"), "2"); /* the first of the list wins */
    assert_text(yaml_get(list, "c"), "own");
    assert_null(yaml_get(list, "<<"));
    assert_text(yaml_path(root, "text", "<<", NULL), "5");
}

static void test_many_keys_merge_and_duplicates_among_them(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1000000);
    (void)buf_append_cstr(&text, "base: &base\n");
    for (int i = 0; i < 5000; i++) {
        (void)buf_printf(&text, "  k%d: %d\n", i, i);
    }
    (void)buf_append_cstr(&text, "user:\n  <<: *base\n  k4999: own\n");
    const struct yaml_node *root = parse(buf_cstr(&text));
    assert_int_equal(yaml_get(root, "user")->count, 5000);
    assert_text(yaml_path(root, "user", "k4999", NULL), "own");
    assert_text(yaml_path(root, "user", "k0", NULL), "0");

    (void)buf_append_cstr(&text, "  k4999: again\n");
    struct error err = ERROR_INIT;
    assert_int_equal(yaml_parse(buf_str(&text), &yaml_limits_default, &arena, &root, &err),
                     ERR_PARSE);
    assert_string_equal(err.where, "5005:3");
    buf_free(&text);
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
        {"a: 1\nb: 2\na: 3\n", ERR_PARSE, "3:1", "'a' stands here a second time"},
        {"{x: 1, y: 2, x: 3}", ERR_PARSE, "1:14", "second time"},
        {"a:\n\tb: 1\n", ERR_PARSE, "2:1", "a tab stands"},
        {"a: 1\n\tb: 1\n", ERR_PARSE, "2:1", "a tab stands"},
        {"a: 1\n---\nb: 2\n", ERR_PARSE, "2:1", "second document"},
        {"a: 'open\n", ERR_PARSE, "2:1", "quoted scalar"},
        {"a: [1, 2\nb: 3\n", ERR_PARSE, "2:2", "flow sequence"},
        {"a: b: c\n", ERR_PARSE, "1:5", "mapping values are not allowed"},
        {"? [a]\n: 1\n", ERR_PARSE, "1:3", "a key must be a single value"},
        {"{{a: b}: 1}", ERR_PARSE, "1:2", "a key must be a single value"},
        {"a: &x [1]\n*x : 2\n", ERR_PARSE, "2:1", "a key must be a single value"},
        {"a: *nobody\n", ERR_PARSE, "1:4", "without an anchor"},
        {"a: &x [1, *x]\n", ERR_PARSE, "1:11", "to what it stands in"},
        {"<<: 5\n", ERR_PARSE, "1:5", "merge key"},
        {"<<: [{a: 1}, 5]\n", ERR_PARSE, "1:5", "merge key"},
        {"a: !!python/object:os.system x\n", ERR_PARSE, "1:4", "tag"},
        {"a: !mine [x]\n", ERR_PARSE, "1:4", "tag"},
        {"a: b\nc: \xC3\x28\n", ERR_PARSE, "2:5", "not valid UTF-8"},
        {"a: \xFF\n", ERR_PARSE, "1:4", "not valid UTF-8 (byte 0xFF)"},
        {"a: \x01\n", ERR_PARSE, "1:4", "control character 0x01"},
        {"a: {b: {c: {d: {e: 1}}}}\n", ERR_LIMIT, "1:16", "deeper than 4 levels"},
        {"a: &a [[[x]]]\nb: [[*a]]\n", ERR_LIMIT, "2:6", "through aliases"},
        {"a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n", ERR_LIMIT, "3:8",
         "more than 100 values"},
        {"'012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567890123456789012345678901234567890123456789'",
         ERR_LIMIT, "", "at most 100 are read"},
    };
    const struct yaml_limits limits = {.max_bytes = 100, .max_depth = 4, .max_nodes = 100};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct yaml_node *root = NULL;
        struct error err = ERROR_INIT;
        enum status status = yaml_parse(str_from(cases[i].in), &limits, &arena, &root, &err);
        if (status != cases[i].want || strcmp(err.where, cases[i].where) != 0 ||
            strstr(err.message, cases[i].says) == NULL || root != NULL) {
            fail_msg("%s: got %s '%s' at '%s'", cases[i].in, status_name(status), err.message,
                     err.where);
        }
    }
}

static void test_bombs_cost_little(void **state)
{
    (void)state;
    const struct yaml_node *root = NULL;
    struct error err = ERROR_INIT;
    struct buf text;
    buf_init(&text, 10000000);
    (void)buf_append_cstr(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 30; i++) {
        (void)buf_printf(&text, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1,
                         i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    assert_int_equal(yaml_parse(buf_str(&text), &yaml_limits_default, &arena, &root, &err),
                     ERR_LIMIT);
    assert_true(arena.used_bytes < 100000);

    buf_clear(&text);
    for (int i = 0; i < 60000; i++) {
        (void)buf_printf(&text, "%%TAG !t%d! tag:x,2000:%d\n", i, i);
    }
    (void)buf_append_cstr(&text, "---\na\n");
    assert_int_equal(yaml_parse(buf_str(&text), &yaml_limits_default, &arena, &root, &err),
                     ERR_LIMIT);

    buf_clear(&text);
    for (int i = 0; i < 1000000; i++) {
        (void)buf_append_char(&text, '[');
    }
    assert_int_equal(yaml_parse(buf_str(&text), &yaml_limits_default, &arena, &root, &err),
                     ERR_LIMIT);
    assert_string_equal(err.where, "1:65");
    buf_free(&text);
}

static void test_arena_limit_is_reported(void **state)
{
    (void)state;
    struct arena small;
    const struct yaml_node *root = NULL;
    struct error err = ERROR_INIT;
    arena_init(&small, 300);
    assert_int_equal(
        yaml_parse(STR("a: [1, 2, 3, 4, 5, 6]"), &yaml_limits_default, &small, &root, &err),
        ERR_NOMEM);
    assert_null(root);
    arena_free(&small);
}

static void test_comments_behind_nodes(void **state)
{
    (void)state;
    static const char text[] = "id: 0199-ab # Snowflake-PB (snowflake)\n"
                               "quoted: \"a # b\"   ## two \n"
                               "none: x\n"
                               "# alone\n"
                               "hash: a#b\n"
                               "block: |\n"
                               "  text\n"
                               " # not behind\n"
                               "list:\n"
                               "  - a\n"
                               "  - b # end of list\n"
                               "empty: # of nothing\n"
                               "last: z #";
    const struct yaml_node *root = parse(text);
    static const struct {
        const char *key;
        const char *want;
    } cases[] = {
        {"id", "Snowflake-PB (snowflake)"},
        {"quoted", "two"},
        {"none", NULL},
        {"hash", NULL},
        {"block", NULL},
        {"list", "end of list"},
        {"empty", "of nothing"},
        {"last", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str got = yaml_comment_behind(str_from(text), yaml_get(root, cases[i].key));
        if (cases[i].want == NULL ? !str_is_null(got) : !str_is(got, cases[i].want)) {
            fail_msg("%s: got '%.*s'", cases[i].key, STR_ARG(got));
        }
    }
    assert_true(str_is_null(yaml_comment_behind(str_from(text), NULL)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree_and_accessors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_documents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_in_bytes_lines_and_columns, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_plain_scalars_resolve_as_in_pyyaml, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_whole_numbers_at_the_edges_of_64_bits, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_quotes_blocks_and_tags_decide_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_anchors_share_and_merge_keys_fill_in, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_many_keys_merge_and_duplicates_among_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_refusals_say_where, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bombs_cost_little, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arena_limit_is_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_comments_behind_nodes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
