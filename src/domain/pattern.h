/*
 * pattern - a regular expression with the meaning that Python 3.11's re gives it.
 *
 * OpenMetadata's filter patterns are Python's, so pattern_matches answers what
 * re.match(pattern, text, re.IGNORECASE) would. The pattern is parsed as Python parses it,
 * refused where Python refuses it, and written anew for PCRE2, which runs it.
 *
 * Known to differ, with a clear error: \N{NAME}, (?L), repeats above 65535. Owned by the
 * caller; may be used by one thread at a time.
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
    PATTERN_ANSWER_TOO_EXPENSIVE /* gave up: the pattern backtracks without end on this text */
};
/* Whether pattern matches at the start of text. */
enum pattern_answer pattern_matches(const struct pattern *pattern, struct str text);

/* text, a Python pattern, as PCRE2 syntax appended to out: for tests and messages. */
enum status pattern_translate(struct str text, struct buf *out, struct error *err) WARN_UNUSED;

#endif
