/*
 * str - a view of bytes that somebody else owns (mostly an arena).
 *
 * p == NULL means "unknown" (JSON null); p != NULL with n == 0 is the empty text. Not
 * NUL-terminated unless a function says so. Comparisons named _nocase fold ASCII only.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NULL ((struct str){NULL, 0})

/* For printf's "%.*s": STR_ARG(s). A NULL view prints as nothing. */
#define STR_ARG(s) (int)((s).n > 100000 ? 100000 : (s).n), ((s).p != NULL ? (s).p : "")

/* A view of a C string; NULL becomes STR_NULL. */
struct str str_from(const char *text);
/* A view of n bytes; n is 0 when p is NULL. */
struct str str_from_n(const char *p, size_t n);

/* p == NULL. */
bool str_is_null(struct str s);
/* NULL or empty. */
bool str_is_empty(struct str s);
/* Two NULL views are equal; NULL and empty are not. */
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b);
/* s against a C string; NULL equals nothing. */
bool str_is(struct str s, const char *text);
/* Byte order, NULL first: for sorting. */
int str_compare(struct str a, struct str b);
int str_compare_nocase(struct str a, struct str b);
bool str_starts_with(struct str s, const char *prefix);
bool str_starts_with_nocase(struct str s, const char *prefix);
bool str_ends_with(struct str s, const char *suffix);
/* Index of the first byte c, or SIZE_MAX. */
size_t str_find(struct str s, char c);
/* Index of the last byte c, or SIZE_MAX. */
size_t str_find_last(struct str s, char c);
/* True when needle occurs in s. */
bool str_contains(struct str s, const char *needle);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* From byte `from` on, at most n bytes; clamped to s. */
struct str str_sub(struct str s, size_t from, size_t n);

/* A whole decimal number without sign, spaces or overflow into *out; false otherwise. */
bool str_to_u64(struct str s, uint64_t *out);
/* The same with an optional minus sign. */
bool str_to_i64(struct str s, int64_t *out);

/* True when s is well-formed UTF-8 (no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);
/* Decodes the code point at *at and moves *at behind it; 0xFFFD for a broken byte. */
uint32_t str_next_codepoint(struct str s, size_t *at);
/* Writes cp as UTF-8, 1 to 4 bytes, and returns how many. */
size_t str_put_utf8(uint32_t cp, char out[4]);

/* XXH3 of the bytes: for maps and change detection, not for anything public. */
uint64_t str_hash(struct str s);
/* 128 bits of the same as 32 hex digits; another seed gives another hash. */
#define STR_HASH_DIGITS 32
void str_hash_hex(struct str s, uint64_t seed, char out[STR_HASH_DIGITS + 1]);

/* qsort comparator for arrays of struct str, byte order. */
int str_qsort(const void *a, const void *b);

#endif
