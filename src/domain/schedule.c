#include "domain/schedule.h"

#include <inttypes.h>

static const char *const weekdays[] = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                       "THURSDAY", "FRIDAY", "SATURDAY"};
static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

static int64_t weekday_number(struct str name)
{
    for (int64_t i = 0; i < 7; i++) {
        if (str_eq_nocase(name, str_from(weekdays[i]))) {
            return i;
        }
    }
    return -1;
}

static bool is_within(int64_t value, int64_t low, int64_t high)
{
    return value >= low && value <= high;
}

enum status schedule_cron(struct str cadence, const struct schedule_fields *fields,
                          struct arena *arena, struct str *out)
{
    bool has_minute = is_within(fields->minute, 0, 59);
    bool has_time = has_minute && is_within(fields->hour, 0, 23);
    int64_t weekday = weekday_number(fields->weekday);
    *out = STR_NULL;
    if (str_is(cadence, "HOURLY") && has_minute) {
        return arena_printf(arena, out, "%" PRId64 " * * * *", fields->minute);
    }
    if (str_is(cadence, "DAILY") && has_time) {
        return arena_printf(arena, out, "%" PRId64 " %" PRId64 " * * *", fields->minute,
                            fields->hour);
    }
    if (str_is(cadence, "WEEKLY") && has_time && weekday >= 0) {
        return arena_printf(arena, out, "%" PRId64 " %" PRId64 " * * %" PRId64, fields->minute,
                            fields->hour, weekday);
    }
    if (str_is(cadence, "MONTHLY") && has_time && is_within(fields->day, 1, 31)) {
        return arena_printf(arena, out, "%" PRId64 " %" PRId64 " %" PRId64 " * *",
                            fields->minute, fields->hour, fields->day);
    }
    struct str cron = str_trim(fields->cron);
    if (str_is(cadence, "CUSTOM") && !str_is_empty(cron)) {
        return arena_str(arena, cron, out);
    }
    return OK;
}

/* ---- checking cron text ---- */

struct cron_field {
    int64_t low;
    int64_t high;
    const char *const *names; /* three letters each, or NULL */
    size_t name_count;
    int64_t first_name; /* value of names[0] */
};

static const struct cron_field cron_fields[5] = {
    {0, 59, NULL, 0, 0},    {0, 23, NULL, 0, 0},    {1, 31, NULL, 0, 0},
    {1, 12, months, 12, 1}, {0, 7, weekdays, 7, 0},
};

/* The next run of bytes that are no blanks; false when nothing is left. */
static bool next_word(struct str *rest, struct str *word)
{
    size_t end = 0;
    *rest = str_trim(*rest);
    while (end < rest->n && rest->p[end] != ' ' && rest->p[end] != '\t') {
        end++;
    }
    *word = str_sub(*rest, 0, end);
    *rest = str_sub(*rest, end, SIZE_MAX);
    return word->n > 0;
}

/* Cuts *rest at the first separator; false when nothing is left. */
static bool next_part(struct str *rest, char separator, struct str *part)
{
    if (str_is_null(*rest)) {
        return false;
    }
    size_t at = str_find(*rest, separator);
    *part = at == SIZE_MAX ? *rest : str_sub(*rest, 0, at);
    *rest = at == SIZE_MAX ? STR_NULL : str_sub(*rest, at + 1, SIZE_MAX);
    return true;
}

static bool cron_value(const struct cron_field *field, struct str text, int64_t *out)
{
    uint64_t number;
    if (str_to_u64(text, &number) && number <= (uint64_t)field->high) {
        *out = (int64_t)number;
        return *out >= field->low;
    }
    for (size_t i = 0; i < field->name_count && text.n == 3; i++) {
        if (str_eq_nocase(text, str_from_n(field->names[i], 3))) {
            *out = field->first_name + (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool cron_item_is_valid(const struct cron_field *field, struct str item)
{
    int64_t low;
    int64_t high;
    uint64_t step;
    size_t slash = str_find(item, '/');
    if (slash != SIZE_MAX) {
        if (!str_to_u64(str_sub(item, slash + 1, SIZE_MAX), &step) || step == 0 ||
            step > 1000) {
            return false;
        }
        item = str_sub(item, 0, slash);
    }
    if (str_is(item, "*")) {
        return true;
    }
    size_t dash = str_find(item, '-');
    if (dash == SIZE_MAX) {
        return cron_value(field, item, &low);
    }
    return cron_value(field, str_sub(item, 0, dash), &low) &&
           cron_value(field, str_sub(item, dash + 1, SIZE_MAX), &high) && low <= high;
}

bool schedule_cron_is_valid(struct str text)
{
    struct str rest = text;
    struct str word;
    size_t count = 0;
    while (next_word(&rest, &word)) {
        struct str item;
        if (count == 5) {
            return false;
        }
        while (next_part(&word, ',', &item)) {
            if (!cron_item_is_valid(&cron_fields[count], item)) {
                return false;
            }
        }
        count++;
    }
    return count == 5;
}
