/*
 * timestamp - ISO 8601 instants as milliseconds since 1970-01-01 UTC.
 *
 * Hex writes "2024-08-21T17:16:09.567Z"; its OpenAPI file shows no milliseconds
 * ("1970-01-01T00:00:00Z"): both are read, so are offsets and more than three digits.
 */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include "base/str.h"

/* "Unknown" wherever a time is kept as int64_t. */
#define TIMESTAMP_NONE INT64_MIN
#define TIMESTAMP_TEXT_SIZE 32

/* Years 1 to 9999. False (and *out = TIMESTAMP_NONE) for anything else. */
bool timestamp_parse(struct str text, int64_t *out_ms);
/* "2024-08-21T17:16:09.567Z" into out; "" for TIMESTAMP_NONE or out of range. */
void timestamp_format(int64_t ms, char out[TIMESTAMP_TEXT_SIZE]);
/* Milliseconds of a civil date and time in UTC (month and day from 1; no range check). */
int64_t timestamp_from_civil(int year, int month, int day, int hour, int minute, int second);

#endif
