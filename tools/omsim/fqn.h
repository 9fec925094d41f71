/*
 * fqn - fully qualified names: parts joined by dots, a part with a dot in quotes.
 */
#ifndef OMSIM_FQN_H
#define OMSIM_FQN_H

#include "base/arena.h"

/*
 * One part, in quotes when it needs them; already quoted ones stay. With has_doubled_quotes
 * (2.0) a quote inside needs them, too, and is doubled.
 */
struct str fqn_quote(struct arena *arena, struct str name, bool has_doubled_quotes);
/* parent.part; the part is quoted. */
struct str fqn_join(struct arena *arena, struct str parent, struct str name,
                    bool has_doubled_quotes);
/* The same name however it was quoted: for comparing. False when quotes do not close. */
bool fqn_canonical(struct arena *arena, struct str fqn, bool has_doubled_quotes,
                   struct str *out);
/* False for names that no server takes: empty, longer than 256, with "::" or a line break. */
bool fqn_is_name(struct str name, size_t max_codepoints);

#endif
