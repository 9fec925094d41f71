#include "domain/uuid.h"

#include <stdio.h>
#include <string.h>

#define UUID_LETTERS (UUID_TEXT_BYTES - 1)

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool uuid_read(struct str text, uint8_t bytes[UUID_BYTES])
{
    size_t digits = 0;
    memset(bytes, 0, UUID_BYTES);
    if (text.n != UUID_LETTERS) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        int digit = hex_digit(text.p[i]);
        if (is_dash ? text.p[i] != '-' : digit < 0) {
            return false;
        }
        if (!is_dash) {
            bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | digit);
            digits++;
        }
    }
    return true;
}

bool is_uuid(struct str text)
{
    uint8_t bytes[UUID_BYTES];
    return uuid_read(text, bytes);
}

void uuid_write(const uint8_t bytes[UUID_BYTES], char out[UUID_TEXT_BYTES])
{
    size_t at = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;
        at += (size_t)snprintf(out + at, UUID_TEXT_BYTES - at, "%s%02x", has_dash ? "-" : "",
                               bytes[i]);
    }
}
