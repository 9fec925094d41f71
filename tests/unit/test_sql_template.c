#include "sql/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

/* A variant with its filler made visible: # for outputs, ~ for tags. */
static struct str variant_of(const char *text, size_t variant, size_t *count, size_t *notes)
{
    struct sql_template template;
    struct sql_notes found = {.arena = &arena};
    struct str out;
    assert_int_equal(sql_template_read(str_from(text), &arena, &found, &template), OK);
    assert_int_equal(sql_template_variant(&template, variant, &arena, &out), OK);
    assert_int_equal(out.n, strlen(text));
    char *shown = arena_cstr(&arena, out);
    assert_non_null(shown);
    for (size_t i = 0; i < out.n; i++) {
        shown[i] = shown[i] == '\x01' ? '#' : shown[i];
        shown[i] = shown[i] == '\x02' ? '~' : shown[i];
    }
    *count = template.variant_count;
    *notes = found.count;
    return str_from_n(shown, out.n);
}

static void test_variants(void **state)
{
    static const struct {
        const char *text;
        size_t variants;
        size_t variant;
        const char *want;
        size_t notes;
    } cases[] = {
        {"a b", 1, 0, "a b", 0},
        {"a {{ x }} b", 1, 0, "a ####### b", 0},
        {"a_{{ '}}' }}", 1, 0, "a_##########", 0},
        {"{{ {'a': {}} }}b", 1, 0, "###############b", 0},
        {"a{# b #}c", 1, 0, "a       c", 0},
        {"{% if x %}a{% else %}b{% endif %}", 2, 0, "~~~~~~~~~~a~~~~~~~~~~ ~~~~~~~~~~~", 0},
        {"{% if x %}a{% else %}b{% endif %}", 2, 1, "~~~~~~~~~~ ~~~~~~~~~~b~~~~~~~~~~~", 0},
        {"{%- for x in y -%}a{%- endfor -%}", 1, 0, "~~~~~~~~~~~~~~~~~~a~~~~~~~~~~~~~~", 0},
        {"{% set x %}a{% endset %}b", 1, 0, "~~~~~~~~~~~ ~~~~~~~~~~~~b", 0},
        {"{% set x = 1 %}b", 1, 0, "~~~~~~~~~~~~~~~b", 0},
        {"{% raw %}{{ a }}{% endraw %}", 1, 0, "~~~~~~~~~{{ a }}~~~~~~~~~~~~", 0},
        {"{{ a\nb", 1, 0, "####\nb", 1},
        {"{% if a %}b", 1, 0, "~~~~~~~~~~b", 1},
        {"a\x01\x02"
         "b{{ c }}",
         1, 0, "a  b#######", 0},
        {"{% endif %}{% else %}a", 1, 0, "~~~~~~~~~~~~~~~~~~~~~a", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t variants;
        size_t notes;
        struct str got = variant_of(cases[i].text, cases[i].variant, &variants, &notes);
        assert_int_equal(variants, cases[i].variants);
        assert_int_equal(notes, cases[i].notes);
        if (!str_is(got, cases[i].want)) {
            fail_msg("%s: %.*s", cases[i].text, STR_ARG(got));
        }
    }
}

static void test_branches_in_branches_add_up(void **state)
{
    static const char text[] = "{% if a %}{% if b %}1{% else %}2{% endif %}"
                               "{% else %}{% if c %}3{% elif d %}4{% else %}5{% endif %}"
                               "{% endif %}";
    size_t variants;
    size_t notes;
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct str got = variant_of(text, i, &variants, &notes);
        assert_int_equal(variants, 5);
        for (char c = '1'; c <= '5'; c++) {
            assert_int_equal(str_find(got, c) != SIZE_MAX, c == (char)('1' + i));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_branches_in_branches_add_up),
    };
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
