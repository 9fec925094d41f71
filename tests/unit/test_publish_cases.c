/* Runs tests/cases/publish: what becomes of the names that Hex allows. */
#include "case_file.h"
#include "domain/name.h"
#include "domain/tag.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

/* "[text]" a line: what stands at its ends is to be seen. */
static void put(struct buf *out, struct str text)
{
    (void)buf_append_char(out, '[');
    (void)buf_append_str(out, text);
    (void)buf_append_cstr(out, "]\n");
}

static struct str repeated(const struct test_case *one)
{
    struct buf text;
    struct str result;
    uint64_t count = 1;
    struct str input = one->input;
    /* The line's end before >>> is not part of a name. */
    input.n -= input.n > 0 && input.p[input.n - 1] == '\n' ? 1 : 0;
    (void)str_to_u64(case_header(one, "repeat", 0), &count);
    buf_init(&text, 1024 * 1024);
    for (uint64_t i = 0; i < count; i++) {
        (void)buf_append_str(&text, input);
    }
    assert_int_equal(arena_str(&arena, buf_str(&text), &result), OK);
    buf_free(&text);
    return result;
}

/* A clean name stays as it is: the next run must find it again. */
static void run_name(struct str input, bool is_fqn, struct buf *out)
{
    struct str name;
    struct str again;
    assert_int_equal(name_clean(input, &arena, &name), OK);
    assert_int_equal(name_clean(name, &arena, &again), OK);
    assert_true(str_eq(name, again));
    if (is_fqn) {
        struct str fqn;
        struct str service;
        struct str rest;
        assert_int_equal(name_join(STR("hex"), name, &arena, &fqn), OK);
        rest = fqn;
        assert_int_equal(name_next_part(&rest, &arena, &service), OK);
        assert_true(str_is(service, "hex"));
        assert_int_equal(name_next_part(&rest, &arena, &again), OK);
        assert_true(str_eq(again, name));
        assert_true(str_is_null(rest));
        name = fqn;
    }
    put(out, name);
}

/* Pieces between bars. */
static size_t split(struct str input, struct str pieces[], size_t limit)
{
    size_t count = 0;
    while (count < limit) {
        size_t bar = str_find(input, '|');
        pieces[count++] = str_sub(input, 0, bar == SIZE_MAX ? input.n : bar);
        if (bar == SIZE_MAX) {
            break;
        }
        input = str_sub(input, bar + 1, input.n);
    }
    return count;
}

static void run_columns(struct str input, struct buf *out)
{
    struct str names[64];
    struct str clean[64];
    size_t count = split(input, names, 64);
    assert_int_equal(name_clean_columns(names, count, &arena, clean), OK);
    for (size_t i = 0; i < count; i++) {
        put(out, clean[i]);
        for (size_t k = 0; k < i; k++) {
            assert_false(str_eq_nocase(clean[i], clean[k]));
        }
    }
}

/* "category X|status Y|collection Z|component"; "off K" and "K=NAME" set classifications. */
static void run_tags(struct str input, struct buf *out)
{
    static const char *const kinds[] = {"category", "status", "collection", "component"};
    struct str pieces[64];
    struct category categories[64];
    struct str collections[64];
    struct tag_settings settings;
    struct tag_source source = {.categories = categories, .collections = collections};
    struct tag *tags;
    size_t count = split(input, pieces, 64);
    for (int kind = 0; kind < TAG_KIND_COUNT; kind++) {
        settings.classification[kind] = tag_default_classification((enum tag_kind)kind);
    }
    for (size_t i = 0; i < count; i++) {
        for (int kind = 0; kind < TAG_KIND_COUNT; kind++) {
            struct str word = str_from(kinds[kind]);
            struct str value = str_sub(pieces[i], word.n + 1, pieces[i].n);
            if (!str_starts_with(pieces[i], kinds[kind])) {
                continue;
            }
            if (pieces[i].n > word.n && pieces[i].p[word.n] == '=') {
                settings.classification[kind] = str_is(value, "off") ? STR_NULL : value;
            } else if (kind == TAG_KIND_CATEGORY) {
                categories[source.category_count++] = (struct category){value, STR_NULL};
            } else if (kind == TAG_KIND_COLLECTION) {
                collections[source.collection_count++] = value;
            } else if (kind == TAG_KIND_STATUS) {
                source.status = value;
            } else {
                source.is_component = true;
            }
        }
    }
    assert_int_equal(tag_list(&settings, &source, &arena, &tags, &count), OK);
    for (size_t i = 0; i < count; i++) {
        put(out, tags[i].fqn);
        assert_false(str_is_empty(tags[i].description));
    }
}

static bool run_case(const char *path, const struct test_case *one)
{
    struct str as = case_header(one, "as", 0);
    struct str input = repeated(one);
    struct buf got;
    buf_init(&got, 1024 * 1024);
    if (str_is(as, "columns")) {
        run_columns(input, &got);
    } else if (str_is(as, "tags")) {
        run_tags(input, &got);
    } else {
        run_name(input, str_is(as, "fqn"), &got);
    }
    bool is_good = case_is_expected(path, one, &got);
    buf_free(&got);
    return is_good;
}

static void test_all_cases(void **state)
{
    (void)state;
    case_file_judge_all("publish", 60, &arena, run_case);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    arena_init(&arena, (size_t)256 * 1024 * 1024);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return result;
}
