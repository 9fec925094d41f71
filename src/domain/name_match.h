/*
 * name_match - whether the name of a column fits the regular expression of SQL's COLUMNS ('x').
 *
 * A lineage_match_fn: src/sql knows no regular expressions. Case never matters, as with the
 * names themselves. Pure.
 */
#ifndef DOMAIN_NAME_MATCH_H
#define DOMAIN_NAME_MATCH_H

#include "base/str.h"

/*
 * True, and *matches says whether pattern is found in name (with is_whole: fits all of it);
 * false when it is no regular expression or nothing can be told. ctx is not used.
 */
bool name_match(void *ctx, struct str pattern, bool is_whole, struct str name, bool *matches);

#endif
