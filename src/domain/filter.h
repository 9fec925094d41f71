/*
 * filter - include and exclude patterns on names, with OpenMetadata's meaning.
 *
 * A pattern (pattern.h) must match from the name's first character on, without regard to case.
 * With includes given, only they decide; else a name that an exclude matches is filtered out.
 * Pure; a filter is not thread-safe.
 */
#ifndef DOMAIN_FILTER_H
#define DOMAIN_FILTER_H

#include "base/error.h"
#include "base/str.h"

struct filter;

struct filter_patterns {
    const struct str *includes;
    size_t include_count;
    const struct str *excludes;
    size_t exclude_count;
};

/* OK, or ERR_PARSE: err->message says what is wrong, and where in the pattern. */
enum status filter_check_pattern(struct str pattern, struct error *err) WARN_UNUSED;

/* Copies what it needs; *out is the caller's. ERR_PARSE names the pattern. */
enum status filter_new(const struct filter_patterns *patterns, struct filter **out,
                       struct error *err) WARN_UNUSED;
void filter_free(struct filter *filter);

/*
 * Whether name passes; everything passes a NULL filter. A pattern that takes too long, or
 * has no certain answer, counts as not matching, and err (may be NULL) gets code ERR_LIMIT and
 * says which it was.
 */
bool filter_passes(const struct filter *filter, struct str name, struct error *err);

/*
 * The same for something with several names (a project's categories): with includes given one
 * name that matches is enough, else none may match. Nothing passes includes without a name.
 */
bool filter_passes_any(const struct filter *filter, const struct str *names, size_t count,
                       struct error *err);

/* True when patterns of both kinds were given, so that the excludes have no effect. */
bool filter_ignores_excludes(const struct filter *filter);

#endif
