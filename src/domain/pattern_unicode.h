/*
 * pattern_unicode - where Python's view of characters and PCRE2's are not the same.
 *
 * Python's re compares lower case letters, widened by a table of letters that share a capital;
 * PCRE2 folds cases by Unicode's rules. They agree but for the letters named here (for Python
 * 3.11, whose Unicode is version 14, and any PCRE2 from 10.40 on). Pure.
 */
#ifndef DOMAIN_PATTERN_UNICODE_H
#define DOMAIN_PATTERN_UNICODE_H

#include "base/error.h"
#include "base/str.h"

#define PATTERN_MAX_ALIKE 4

/*
 * The characters that are one and the same as cp to Python when case is ignored, but not to
 * PCRE2: cp among them, 0 behind the last of fewer than PATTERN_MAX_ALIKE. NULL for all others.
 */
const uint32_t *pattern_alike(uint32_t cp);
/* The first character from cp on that has such a list; 0: none. */
uint32_t pattern_next_alike(uint32_t cp);

/* A capital letter with a small one, both beyond U+FFFF. */
bool pattern_is_far_capital(uint32_t cp);

/* True when a back reference that ignores case may take text otherwise than Python does. */
bool pattern_is_ambiguous(struct str text, bool is_ascii);

/* *is_one: name is what Python calls an identifier. ERR_NOMEM. */
enum status pattern_is_identifier(struct str name, bool *is_one) WARN_UNUSED;

#endif
