/*
 * refresh - when is an unchanged project read again because of its age, and how many a run?
 * Pure.
 *
 * What Hex's listing does not show (a changed component, a new permission, an edit that moved
 * no date) is found by reading everything again now and then. All projects that a first run
 * read on one day would come due on one day: a hash of the id spreads them over four.
 */
#ifndef DOMAIN_REFRESH_H
#define DOMAIN_REFRESH_H

#include "base/str.h"

#include <stdint.h>

/* Of the allowed requests, this share may be spent on age. */
#define REFRESH_PERCENT 10
#define REFRESH_SPREAD_MS ((int64_t)2 * 24 * 3600 * 1000)

/*
 * From -REFRESH_SPREAD_MS to +REFRESH_SPREAD_MS, the same for an id in every run. It is added
 * to the time of the last read before that is compared with the age.
 */
int64_t refresh_offset_ms(struct str project_id);

/*
 * The requests that may be spent on age in any hour. A limit of 0 means none, as in http_pace;
 * INT64_MAX without any.
 */
int64_t refresh_requests_per_hour(int64_t per_minute, int64_t per_hour);

#endif
