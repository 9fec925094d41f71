/*
 * omsim's pure parts: JSON Patch, the schema validator, full names, the HTML policy.
 */
#include "common/memory.h"
#include "omsim/fqn.h"
#include "omsim/html.h"
#include "omsim/patch.h"
#include "omsim/schema.h"
#include "omsim/shape.h"
#include "omsim/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- patch: the examples of RFC 6902, appendix A, in our own words, and our own ---- */

static void test_patch(void **state)
{
    static const struct {
        const char *document;
        const char *operations;
        enum patch_result result;
        const char *want; /* NULL: not looked at */
    } cases[] = {
        /* add */
        {"{'a':1}", "[{'op':'add','path':'/b','value':2}]", PATCH_DONE, "{'a':1,'b':2}"},
        {"{'a':1}", "[{'op':'add','path':'/a','value':2}]", PATCH_DONE, "{'a':2}"},
        {"{'l':[1,3]}", "[{'op':'add','path':'/l/1','value':2}]", PATCH_DONE, "{'l':[1,2,3]}"},
        {"{'l':[1]}", "[{'op':'add','path':'/l/-','value':[2]}]", PATCH_DONE, "{'l':[1,[2]]}"},
        {"{'l':[1]}", "[{'op':'add','path':'/l/1','value':2}]", PATCH_DONE, "{'l':[1,2]}"},
        {"{'l':[1]}", "[{'op':'add','path':'/l/2','value':2}]", PATCH_FAILED, NULL},
        {"{'l':[1]}", "[{'op':'add','path':'/l/01','value':2}]", PATCH_FAILED, NULL},
        {"{'l':[1]}", "[{'op':'add','path':'/l/-1','value':2}]", PATCH_FAILED, NULL},
        {"{}", "[{'op':'add','path':'/a/b','value':1}]", PATCH_FAILED, NULL},
        {"{}", "[{'op':'add','path':'/a','value':null}]", PATCH_DONE, "{'a':null}"},
        {"{'a':1}", "[{'op':'add','path':'','value':{'b':2}}]", PATCH_DONE, "{'b':2}"},
        {"{}", "[{'op':'add','path':'/a'}]", PATCH_MALFORMED, NULL},
        /* remove */
        {"{'a':1,'b':2}", "[{'op':'remove','path':'/a'}]", PATCH_DONE, "{'b':2}"},
        {"{'l':[1,2,3]}", "[{'op':'remove','path':'/l/1'}]", PATCH_DONE, "{'l':[1,3]}"},
        {"{'a':1}", "[{'op':'remove','path':'/b'}]", PATCH_FAILED, NULL},
        {"{'l':[]}", "[{'op':'remove','path':'/l/0'}]", PATCH_FAILED, NULL},
        {"{'l':[1]}", "[{'op':'remove','path':'/l/-'}]", PATCH_FAILED, NULL},
        /* replace */
        {"{'a':1}", "[{'op':'replace','path':'/a','value':[1]}]", PATCH_DONE, "{'a':[1]}"},
        {"{'l':[1,2]}", "[{'op':'replace','path':'/l/1','value':3}]", PATCH_DONE,
         "{'l':[1,3]}"},
        {"{}", "[{'op':'replace','path':'/a','value':1}]", PATCH_FAILED, NULL},
        {"{'a':1}", "[{'op':'replace','path':'','value':7}]", PATCH_DONE, "7"},
        /* move, copy */
        {"{'a':{'b':1},'c':{}}", "[{'op':'move','from':'/a/b','path':'/c/d'}]", PATCH_DONE,
         "{'a':{},'c':{'d':1}}"},
        {"{'l':[1,2,3]}", "[{'op':'move','from':'/l/0','path':'/l/2'}]", PATCH_DONE,
         "{'l':[2,3,1]}"},
        {"{'a':{'b':1}}", "[{'op':'move','from':'/a','path':'/a/b'}]", PATCH_FAILED, NULL},
        {"{'a':[1]}", "[{'op':'copy','from':'/a','path':'/b'}]", PATCH_DONE,
         "{'a':[1],'b':[1]}"},
        {"{}", "[{'op':'copy','from':'/a','path':'/b'}]", PATCH_FAILED, NULL},
        {"{}", "[{'op':'move','path':'/b'}]", PATCH_MALFORMED, NULL},
        /* test */
        {"{'a':{'x':1,'y':[2]}}",
         "[{'op':'test','path':'/a','value':{'y':[2],'x':1}},{'op':'remove','path':'/a'}]",
         PATCH_DONE, "{}"},
        {"{'a':1}", "[{'op':'test','path':'/a','value':'1'}]", PATCH_FAILED, NULL},
        {"{'a':1}", "[{'op':'test','path':'/a','value':1.0}]", PATCH_DONE, NULL},
        {"{'a':1}", "[{'op':'test','path':'/b','value':1}]", PATCH_FAILED, NULL},
        {"{'l':[]}", "[{'op':'test','path':'/l/-','value':1}]", PATCH_FAILED, NULL},
        /* pointers */
        {"{'a/b':1,'m~n':2}", "[{'op':'remove','path':'/a~1b'},{'op':'remove','path':'/m~0n'}]",
         PATCH_DONE, "{}"},
        {"{'~1':1}", "[{'op':'remove','path':'/~01'}]", PATCH_DONE, "{}"},
        {"{'':1}", "[{'op':'remove','path':'/'}]", PATCH_DONE, "{}"},
        {"{'a':1}", "[{'op':'remove','path':'a'}]", PATCH_FAILED, NULL},
        /* as a whole */
        {"{'a':1}", "{'op':'remove','path':'/a'}", PATCH_MALFORMED, NULL},
        {"{'a':1}", "[{'op':'forget','path':'/a'}]", PATCH_MALFORMED, NULL},
        {"{'a':1}", "[]", PATCH_DONE, "{'a':1}"},
        {"{'a':1}", "[{'op':'add','path':'/a/b','value':1}]", PATCH_FAILED, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf reason;
        struct arena arena;
        arena_init(&arena, 1 << 20);
        json_t *values[3] = {0};
        const char *texts[3] = {cases[i].document, cases[i].operations, cases[i].want};
        for (size_t k = 0; k < 3 && texts[k] != NULL; k++) {
            char *text = arena_cstr(&arena, str_from(texts[k]));
            for (char *c = text; *c != '\0'; c++) {
                *c = *c == '\'' ? '"' : *c;
            }
            values[k] = json_loads(text, JSON_DECODE_ANY, NULL);
            assert_non_null(values[k]);
        }
        buf_init(&reason, 1 << 20);
        enum patch_result result = patch_apply(&values[0], values[1], &reason);
        if (result != cases[i].result ||
            (values[2] != NULL && !json_equal(values[0], values[2]))) {
            fail_msg("case %zu: %s: %s", i, cases[i].operations, buf_cstr(&reason));
        }
        assert_int_equal(result == PATCH_DONE, reason.size == 0);
        for (size_t k = 0; k < 3; k++) {
            json_decref(values[k]);
        }
        buf_free(&reason);
        arena_free(&arena);
    }
}

/* ---- schema ---- */

static void check_schema(const char *schema_text, const char *value_text, const char *want)
{
    struct schema_set set;
    struct error err = ERROR_INIT;
    struct buf reason;
    const struct schema *schema = NULL;
    json_t *value = json_loads(value_text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    schema_set_init(&set);
    buf_init(&reason, 1 << 20);
    schema_set_add(&set, STR("s"), json_loads(schema_text, 0, NULL));
    schema_set_add(&set, STR("dir/other.json"),
                   json_loads("{\"$schema\":\"draft-07\",\"definitions\":{\"n\":{\"type\":"
                              "\"integer\"},\"m\":{\"$ref\":\"../dir/other.json#/definitions/"
                              "n\"}}}",
                              0, NULL));
    assert_int_equal(schema_load(&set, "s", &schema, &err), OK);
    bool is_good = schema_check(schema, value, &reason);
    assert_string_equal(buf_cstr(&reason), want);
    assert_int_equal(is_good, want[0] == '\0');
    buf_free(&reason);
    schema_set_free(&set);
    json_decref(value);
}

static void test_schema(void **state)
{
    static const struct {
        const char *schema;
        const char *value;
        const char *want;
    } cases[] = {
        {"{\"type\":\"integer\"}", "1", ""},
        {"{\"type\":\"integer\"}", "1.0", ""},
        {"{\"type\":\"integer\"}", "1.5", "has a wrong type"},
        {"{\"type\":\"integer\"}", "true", "has a wrong type"},
        {"{\"type\":\"number\"}", "1", ""},
        {"{\"type\":[\"string\",\"null\"]}", "null", ""},
        {"{\"type\":\"string\"}", "null", "must not be null"},
        {"{\"enum\":[\"a\",1]}", "1", ""},
        {"{\"enum\":[\"a\",1]}", "\"b\"", "is not one of the values it may have"},
        {"{\"const\":{\"a\":1}}", "{\"a\":1}", ""},
        {"{\"const\":1}", "2", "is not the value that it must be"},
        {"{\"maxLength\":2}", "\"\\u00e9\\u00e9\"", ""},
        {"{\"maxLength\":2}", "\"abc\"", "size must be within its limits"},
        {"{\"minLength\":1}", "\"\"", "size must be within its limits"},
        {"{\"pattern\":\"^((?!::).)*$\"}", "\"a:b\"", ""},
        {"{\"pattern\":\"^((?!::).)*$\"}", "\"a::b\"", "must match its pattern"},
        {"{\"pattern\":\"b\"}", "\"abc\"", ""},
        {"{\"format\":\"uuid\"}", "\"01234567-89ab-cdef-0123-456789abcdef\"", ""},
        {"{\"format\":\"uuid\"}", "\"x\"", "has not the format that it must have"},
        {"{\"format\":\"date\"}", "\"2024-02-29\"", ""},
        {"{\"format\":\"date\"}", "\"2023-02-29\"", "has not the format that it must have"},
        {"{\"format\":\"email\"}", "\"a\"", "has not the format that it must have"},
        {"{\"format\":\"password\"}", "\"a\"", ""},
        {"{\"minimum\":1,\"maximum\":2}", "3", "must be within its limits"},
        {"{\"exclusiveMinimum\":1}", "1", "must be within its limits"},
        {"{\"multipleOf\":0.1}", "0.3", ""},
        {"{\"multipleOf\":0.5}", "0.3", "must be a multiple of a step"},
        {"{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "1 has a wrong type"},
        {"{\"minItems\":1}", "[]", "has too few or too many items"},
        {"{\"uniqueItems\":true}", "[{\"a\":1},{\"a\":1}]", "has an item twice"},
        {"{\"required\":[\"a\"]}", "{}", "a must not be null"},
        {"{\"additionalProperties\":false,\"properties\":{\"a\":{}}}", "{\"a\":1}", ""},
        {"{\"additionalProperties\":false}", "{\"b\":1}", "b is not a known property"},
        {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}", "b has a wrong type"},
        {"{\"patternProperties\":{\"^x\":{\"type\":\"string\"}},\"additionalProperties\":"
         "false}",
         "{\"xa\":\"s\"}", ""},
        {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", "has a wrong type"},
        {"{\"oneOf\":[{\"type\":\"string\"},{\"minLength\":1}]}", "\"a\"",
         "must be exactly one of what it may be"},
        {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "must be within its limits"},
        {"{\"not\":{\"type\":\"null\"}}", "null", "is what it must not be"},
        {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2}}", "\"a\"",
         "size must be within its limits"},
        {"{\"$ref\":\"dir/other.json#/definitions/m\"}", "\"a\"", "has a wrong type"},
        {"{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"properties\":{\"c\":{\"items\":"
         "{\"$ref\":\"#/$defs/t\"}},\"n\":{\"type\":\"string\"}}}}}",
         "{\"c\":[{\"n\":\"a\"},{\"c\":[{\"n\":1}]}]}", "c.1.c.0.n has a wrong type"},
        /* draft-07: what stands beside a reference says nothing */
        {"{\"$schema\":\"draft-07\",\"$ref\":\"#/definitions/t\",\"minLength\":5,"
         "\"definitions\":{\"t\":{\"type\":\"string\"}}}",
         "\"a\"", ""},
        {"{\"$ref\":\"#/definitions/t\",\"minLength\":5,\"definitions\":{\"t\":{\"type\":"
         "\"string\"}}}",
         "\"a\"", "size must be within its limits"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_schema(cases[i].schema, cases[i].value, cases[i].want);
    }
}

static void test_schema_that_refers_to_nothing(void **state)
{
    struct schema_set set;
    struct error err = ERROR_INIT;
    const struct schema *schema = NULL;
    (void)state;
    schema_set_init(&set);
    schema_set_add(&set, STR("s"), json_loads("{\"$ref\":\"#/nowhere\"}", 0, NULL));
    assert_int_equal(schema_load(&set, "s", &schema, &err), ERR_NOT_FOUND);
    assert_int_equal(schema_load(&set, "no/such/file.json", &schema, &err), ERR_NOT_FOUND);
    schema_set_free(&set);
}

/* Every shape compiles, in both versions: all that they refer to is there. */
static void test_shapes_compile(void **state)
{
    (void)state;
    for (int is_two = 0; is_two < 2; is_two++) {
        struct schema_set set;
        struct error err = ERROR_INIT;
        const char *name = NULL;
        json_t *definition = NULL;
        json_t *document = shape_document(is_two == 1);
        schema_set_init(&set);
        schema_set_add(&set, STR("shapes"), document);
        json_object_foreach(json_object_get(document, "$defs"), name, definition)
        {
            const struct schema *schema = NULL;
            struct str reference = sim_printf(&set.arena, "shapes#/$defs/%s", name);
            if (schema_load(&set, reference.p, &schema, &err) != OK) {
                fail_msg("%s: %s", name, err.message);
            }
        }
        schema_set_free(&set);
    }
}

/* ---- names ---- */

static void test_names(void **state)
{
    static const struct {
        const char *parent;
        const char *name;
        const char *old; /* 1.x */
        const char *new; /* 2.0 */
    } cases[] = {{"s", "a", "s.a", "s.a"},
                 {"s", "a.b", "s.\"a.b\"", "s.\"a.b\""},
                 {"\"s.t\"", "a", "\"s.t\".a", "\"s.t\".a"},
                 {"s", "a\"b", "s.a\"b", "s.\"a\"\"b\""},
                 {"s", "\"a.b\"", "s.\"a.b\"", "s.\"a.b\""}};
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str parent = str_from(cases[i].parent);
        struct str name = str_from(cases[i].name);
        assert_true(str_is(fqn_join(&arena, parent, name, false), cases[i].old));
        assert_true(str_is(fqn_join(&arena, parent, name, true), cases[i].new));
    }
    struct str out = STR_NULL;
    assert_true(fqn_canonical(&arena, STR("\"s\".\"a.b\".c"), true, &out));
    assert_true(str_is(out, "s.\"a.b\".c"));
    assert_false(fqn_canonical(&arena, STR("\"s.a"), true, &out));
    assert_false(fqn_canonical(&arena, STR("\"s\"x.a"), true, &out));
    assert_false(fqn_is_name(STR("a::b"), 256));
    assert_false(fqn_is_name(STR("a\nb"), 256));
    assert_false(fqn_is_name(STR(""), 256));
    assert_false(fqn_is_name(STR("abc"), 2));
    assert_true(fqn_is_name(STR("\xC3\xA9\xC3\xA9"), 2));
    arena_free(&arena);
}

/* ---- HTML ---- */

static void test_html(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"plain", "plain"},
        {"a=b @team 'q' `c`", "a&#61;b &#64;team &#39;q&#39; &#96;c&#96;"},
        {"1 < 2 > 0 & \"x\"", "1 &lt; 2 &gt; 0 &amp; &#34;x&#34;"},
        {"<b>x</b>", "<b>x</b>"},
        {"a<script>alert(1)</script>b", "ab"},
        {"a<SCRIPT src=x>y</SCRIPT >b", "ab"},
        {"<iframe src='x'>i</iframe>t", "t"},
        {"<a href=\"https://x.y/?a=1\" onclick=\"z()\">l</a>",
         "<a href=\"https://x.y/?a&#61;1\">l</a>"},
        {"<a href='javascript:z()'>l</a>", "<a>l</a>"},
        {"<foo>x</foo>", "x"},
        {"one<br>two", "one<br />two"},
        {"<#E::table::a.b> and", "<#E::table::a.b> and"},
        {"caf\xC3\xA9 \xF0\x9F\x98\x80", "caf\xC3\xA9 \xF0\x9F\x98\x80"},
        {"&nosuch; &#0; &", "&amp;nosuch; &amp;#0; &amp;"},
        {"a < b", "a &lt; b"},
        {"unclosed <b", "unclosed &lt;b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf once;
        struct buf twice;
        buf_init(&once, 1 << 20);
        buf_init(&twice, 1 << 20);
        html_clean(str_from(cases[i].text), &once);
        assert_string_equal(buf_cstr(&once), cases[i].want);
        html_clean(buf_str(&once), &twice); /* idempotent */
        assert_string_equal(buf_cstr(&twice), cases[i].want);
        buf_free(&once);
        buf_free(&twice);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_schema_that_refers_to_nothing),
        cmocka_unit_test(test_shapes_compile),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_html),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
