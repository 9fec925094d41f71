/*
 * pattern_translate - how a Python pattern becomes one of PCRE2's; private to pattern*.c.
 *
 * A recursive descent over Python's grammar that writes while it reads and knows the width of
 * what it wrote, for look-behinds. pattern_translate.c reads sequences and quantifiers,
 * pattern_escape.c what begins with a backslash, pattern_set.c [sets], pattern_group.c
 * (groups) and flags. The struct translator is theirs alone and lives for one translation.
 */
#ifndef DOMAIN_PATTERN_TRANSLATE_H
#define DOMAIN_PATTERN_TRANSLATE_H

#include "domain/pattern.h"

#define TRANSLATOR_MAX_GROUPS 1000

/* How many characters a part can match; both ends stop growing at a million. */
struct width {
    uint32_t min;
    uint32_t max;
};

struct translator_group {
    struct str name; /* STR_NULL: numbered only */
    bool is_closed;
    struct width width;
};

/* The flags in force where the reader is. */
struct translator_flags {
    bool is_caseless;
    bool is_ascii;   /* (?a): \w \d \s \b and cases are ASCII's */
    bool is_verbose; /* (?x) */
};

struct translator {
    struct str text;
    size_t at;
    struct buf *out;
    struct error *err;
    unsigned nesting;
    struct translator_flags flags;
    bool has_global_ascii;
    bool has_global_unicode;
    bool has_items;     /* something was matched for already: no more global flags */
    size_t behind_from; /* first group of the look-behind that we are in, 0: in none */
    size_t condition;   /* the highest group that a condition asks for, and where */
    size_t condition_at;
    enum pattern_references references;
    size_t group_count; /* groups[0] is the whole match */
    struct translator_group groups[TRANSLATOR_MAX_GROUPS];
};

/* ERR_CONFIG; `at` is a byte of the text, told in characters. */
enum status translator_fail(struct translator *t, size_t at, const char *format, ...)
    PRINTF_LIKE(3, 4) WARN_UNUSED;

/* False at the end. */
bool translator_has_more(const struct translator *t);
/* The next byte, '\0' at the end. */
char translator_peek(const struct translator *t);
/* Steps over literal if it stands here. */
bool translator_take(struct translator *t, const char *literal);
/* Steps over one character, or a backslash with the one behind it. */
void translator_skip(struct translator *t);
/* Writes as it stands. */
void translator_put(struct translator *t, const char *text);

/* Writes one character that means itself; at: where it stands, for the error. */
enum status translator_put_literal(struct translator *t, size_t at, uint32_t cp) WARN_UNUSED;

/* Reads "a|b|c" up to a ) or the end. */
enum status translator_read_alternatives(struct translator *t, struct width *width) WARN_UNUSED;
/* Reads one branch of them. */
enum status translator_read_sequence(struct translator *t, struct width *width) WARN_UNUSED;

/* Reads from the "(" to its ")". *is_nothing: flags for all, which no quantifier may follow. */
enum status translator_read_group(struct translator *t, struct width *width,
                                  bool *is_nothing) WARN_UNUSED;

/* Reads from the "[" to its "]". */
enum status translator_read_set(struct translator *t, struct width *width) WARN_UNUSED;
/* What stands between [ and ] for d D w W s S; NULL for other letters. */
const char *translator_class(const struct translator *t, char letter);

/* Reads from the backslash on, outside of sets. */
enum status translator_read_escape(struct translator *t, struct width *width,
                                   bool *is_anchor) WARN_UNUSED;
/*
 * Reads the character of \n, \x41, \u00e9, \0, \101..., the backslash (at `start`) being read.
 * *is_known false: it is another kind of escape, nothing was read.
 */
enum status translator_read_character(struct translator *t, size_t start, bool is_in_set,
                                      uint32_t *cp, bool *is_known) WARN_UNUSED;
/* Writes a reference to a group, if it may be referred to. */
enum status translator_put_reference(struct translator *t, size_t start, size_t number,
                                     struct width *width) WARN_UNUSED;

#endif
