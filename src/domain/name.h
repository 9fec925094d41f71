/*
 * name - names that OpenMetadata accepts, made from names that Hex allows. Pure.
 *
 * OpenMetadata separates the parts of a fully qualified name with dots, quotes a part that
 * holds one, and refuses `::`, line breaks and more than 256 characters. A cleaned name is
 * stable: the same input gives the same name, and a clean name stays as it is.
 */
#ifndef DOMAIN_NAME_H
#define DOMAIN_NAME_H

#include "base/arena.h"

#define NAME_MAX_CODEPOINTS 256

/*
 * `"` becomes `'`, runs of colons one colon, control and line characters a space; trimmed; cut
 * to NAME_MAX_CODEPOINTS with a hash of the whole as its tail. Empty when nothing is left.
 * *out is s itself when s is clean, else lives in arena.
 */
enum status name_clean(struct str s, struct arena *arena, struct str *out) WARN_UNUSED;

/*
 * Column names of one table: cleaned, and those that repeat (without regard to case) get `_2`,
 * `_3`. out has room for count. An empty name becomes `_`.
 */
enum status name_clean_columns(const struct str *names, size_t count, struct arena *arena,
                               struct str *out) WARN_UNUSED;

/* A part of a fully qualified name: in quotes when it holds a dot or a quote. */
enum status name_quote(struct str part, struct arena *arena, struct str *out) WARN_UNUSED;
/* parent + "." + quoted part. */
enum status name_join(struct str parent, struct str part, struct arena *arena,
                      struct str *out) WARN_UNUSED;
/*
 * The next part of a fully qualified name without its quotes; *rest moves behind it and
 * becomes STR_NULL after the last. ERR_PARSE: an open quote, or text behind a closing one.
 */
enum status name_next_part(struct str *rest, struct arena *arena, struct str *out) WARN_UNUSED;

#endif
