/*
 * hex_url - the address of a project as a browser shows it, taken apart. Pure.
 *
 * Hex writes /WORKSPACE/hex/ID/draft/logic for the editor and /WORKSPACE/app/ID/latest for the
 * published app. ID is the project's UUID, or its title and the UUID as a number of 22 digits
 * in base 62: Weekly-revenue-030UbtEpvL5rit3JLHGzSS.
 */
#ifndef DOMAIN_HEX_URL_H
#define DOMAIN_HEX_URL_H

#include "domain/uuid.h"

struct hex_url {
    char project[UUID_TEXT_BYTES]; /* the UUID */
    struct str cell; /* that the address has selected, a view of it; STR_NULL: none */
};

/* False when url is no address of a project. */
bool hex_url_parse(struct str url, struct hex_url *out);

#endif
