/*
 * pattern - a regular expression with the meaning that Python 3.11's re gives it.
 *
 * OpenMetadata's filter patterns are Python's, so pattern_matches answers what
 * re.match(pattern, text, re.IGNORECASE) would. The pattern is parsed as Python parses it,
 * refused where Python refuses it, and written anew for PCRE2, which runs it.
 *
 * What cannot be had is a clear error, never another answer: \N{NAME}, the flag t, repeats
 * above 65535, more than 1000 groups or 100 levels of them, capital letters beyond U+FFFF,
 * under (?a) ranges beyond U+FFFF, what is too large for PCRE2, and numbers in conditions that
 * are not plain digits. A text that no answer can be given for is said to be one.
 *
 * Owned by the caller; may be used by one thread at a time.
 */
#ifndef DOMAIN_PATTERN_H
#define DOMAIN_PATTERN_H

#include "base/buf.h"

struct pattern;

/*
 * *out is owned by the caller. ERR_CONFIG with Python's view of what is wrong and, in
 * err->where, "at offset N" (characters into the pattern); ERR_NOMEM.
 */
enum status pattern_new(struct str text, struct pattern **out, struct error *err) WARN_UNUSED;
void pattern_free(struct pattern *pattern);

enum pattern_answer {
    PATTERN_ANSWER_NO,
    PATTERN_ANSWER_YES,
    PATTERN_ANSWER_TOO_EXPENSIVE, /* gave up: the pattern backtracks without end on this text */
    /* A back reference may meet a letter with several small forms, which Python and PCRE2
     * compare differently; or the text is not UTF-8. */
    PATTERN_ANSWER_UNCLEAR
};
/* Whether pattern matches at the start of text. */
enum pattern_answer pattern_matches(const struct pattern *pattern, struct str text);

/* Back references of a pattern that ignore case: not one, by Unicode's rules, by ASCII's. */
enum pattern_references {
    PATTERN_REFERENCES_NONE,
    PATTERN_REFERENCES_UNICODE,
    PATTERN_REFERENCES_ASCII
};
/* text, a Python pattern, as PCRE2 syntax appended to out. Errors as those of pattern_new. */
enum status pattern_translate(struct str text, struct buf *out,
                              enum pattern_references *references,
                              struct error *err) WARN_UNUSED;

#endif
