/*
 * uuid - the ids of Hex: 8-4-4-4-12 hexadecimal digits (RFC 9562, section 4). Pure.
 */
#ifndef DOMAIN_UUID_H
#define DOMAIN_UUID_H

#include "base/str.h"

#define UUID_BYTES 16
#define UUID_TEXT_BYTES 37 /* with the NUL */

/* True for a UUID in either case. */
bool is_uuid(struct str text);
/* The number behind it, first byte first. False when text is none; bytes are then undefined. */
bool uuid_read(struct str text, uint8_t bytes[UUID_BYTES]);
/* In lower case. */
void uuid_write(const uint8_t bytes[UUID_BYTES], char out[UUID_TEXT_BYTES]);

#endif
