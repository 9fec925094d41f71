/*
 * http_url - texts as parts of a URL. Pure.
 */
#ifndef IO_HTTP_URL_H
#define IO_HTTP_URL_H

#include "base/buf.h"

/* Percent-encodes s for a query value or path segment (RFC 3986 unreserved stay). */
enum status http_url_escape(struct buf *out, struct str s);

#endif
