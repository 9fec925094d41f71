/*
 * diagnosis_text - what diagnosis.c and diagnosis_text.c share. Of no use to anybody else.
 */
#ifndef HEX_DIAGNOSIS_TEXT_H
#define HEX_DIAGNOSIS_TEXT_H

#include "base/str.h"

/* What stands between <title> and </title>; STR_NULL when there is none. */
struct str diagnosis_page_title(struct str body);
/* "https://host:port" of an address: the rest of a redirect's may hold secrets. */
struct str diagnosis_origin(struct str url);

#endif
