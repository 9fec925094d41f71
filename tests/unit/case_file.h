/*
 * case_file - reads and judges tests/cases: plain-text cases of input, expectation and reason.
 *
 * tests/cases/README.md shows the format. Everything lives in the caller's arena.
 */
#ifndef TESTS_UNIT_CASE_FILE_H
#define TESTS_UNIT_CASE_FILE_H

#include "base/arena.h"
#include "base/buf.h"

struct case_header {
    struct str key;
    struct str value;
};

struct test_case {
    struct str title;
    size_t line; /* where it starts */
    struct case_header *headers;
    size_t header_count;
    size_t header_capacity;
    struct str input;
    struct str *expected; /* lines */
    size_t expected_count;
    size_t expected_capacity;
};

/* ERR_IO, ERR_NOMEM, or ERR_PARSE with "path:line" for a file of another form. */
enum status case_file_read(const char *path, struct arena *arena, struct test_case **cases,
                           size_t *count, struct error *err) WARN_UNUSED;

/* Value of the index-th header of this key; STR_NULL when there are fewer. */
struct str case_header(const struct test_case *one, const char *key, size_t index);

/* Names of all *.case files of a folder, sorted, with the folder before them. */
enum status case_file_list(const char *folder, struct arena *arena, struct str **paths,
                           size_t *count, struct error *err) WARN_UNUSED;

/* True when the case gives a reason and got is its expected lines; else prints what is not. */
bool case_is_expected(const char *path, const struct test_case *one, const struct buf *got);

/* Prints what is wrong with one case; true when nothing is. */
typedef bool case_judge_fn(const char *path, const struct test_case *one);

/*
 * From within a test of cmocka: judges all cases of tests/cases/KIND. Fails when one is wrong,
 * or when there are fewer than so many.
 */
void case_file_judge_all(const char *kind, size_t at_least, struct arena *arena,
                         case_judge_fn *judge);

#endif
