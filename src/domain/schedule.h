/*
 * schedule - Hex's schedules as five cron fields (minute hour day month weekday).
 *
 * Source: ScheduleApiResource in Hex's OpenAPI file: a cadence and, for it, one object with
 * minute, hour, dayOfWeek, day or cron. Pure.
 */
#ifndef DOMAIN_SCHEDULE_H
#define DOMAIN_SCHEDULE_H

#include "domain/project.h"

/* The numbers of a schedule's object; -1: missing. */
struct schedule_fields {
    int64_t minute;
    int64_t hour;
    int64_t day;        /* of the month */
    struct str weekday; /* SUNDAY, ... */
    struct str cron;    /* of CUSTOM */
};

/*
 * Cron text for a cadence; STR_NULL when the cadence is unknown or its fields are missing or
 * out of range. A CUSTOM text is kept as it is, trimmed, however odd; empty it is STR_NULL.
 */
enum status schedule_cron(struct str cadence, const struct schedule_fields *fields,
                          struct arena *arena, struct str *out) WARN_UNUSED;

/*
 * True when text is five cron fields: numbers, names (MON, JAN), lists, ranges, steps, '*'.
 * Sunday is 0 or 7.
 */
bool schedule_cron_is_valid(struct str text);

#endif
