#include "base/timestamp.h"

#include <stdio.h>

#define MS_PER_DAY 86400000LL
/* Year 1 to year 9999: what four digits can say. */
#define FIRST_MS (-62135596800000LL)
#define LAST_MS 253402300799999LL

/* Days from 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int64_t timestamp_from_civil(int year, int month, int day, int hour, int minute, int second)
{
    return days_from_civil(year, month, day) * MS_PER_DAY +
           ((int64_t)hour * 3600 + (int64_t)minute * 60 + second) * 1000;
}

/* Reads exactly `digits` digits at *at. */
static bool take_number(struct str s, size_t *at, size_t digits, int *out)
{
    int value = 0;
    if (s.n - *at < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        char c = s.p[*at + i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *at += digits;
    *out = value;
    return true;
}

static bool take_char(struct str s, size_t *at, char c)
{
    if (*at < s.n && s.p[*at] == c) {
        *at += 1;
        return true;
    }
    return false;
}

/* At least one digit; those behind the third are dropped. */
static bool take_fraction_ms(struct str s, size_t *at, int *out_ms)
{
    size_t start = *at;
    int ms = 0;
    int scale = 100;
    while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
        ms += (s.p[*at] - '0') * scale;
        scale /= 10;
        *at += 1;
    }
    *out_ms = ms;
    return *at > start;
}

static bool take_offset(struct str s, size_t *at, int *minutes)
{
    int hour;
    int minute = 0;
    *minutes = 0;
    if (take_char(s, at, 'Z') || take_char(s, at, 'z')) {
        return true;
    }
    bool is_west = *at < s.n && s.p[*at] == '-';
    if (!take_char(s, at, '+') && !take_char(s, at, '-')) {
        return false;
    }
    if (!take_number(s, at, 2, &hour)) {
        return false;
    }
    bool has_minute = take_char(s, at, ':') || *at < s.n;
    if (has_minute && !take_number(s, at, 2, &minute)) {
        return false;
    }
    if (hour > 23 || minute > 59) {
        return false;
    }
    *minutes = (hour * 60 + minute) * (is_west ? -1 : 1);
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool timestamp_parse(struct str text, int64_t *out_ms)
{
    int year, month, day, hour, minute, second;
    int ms = 0;
    int offset;
    size_t at = 0;
    *out_ms = TIMESTAMP_NONE;
    if (!take_number(text, &at, 4, &year) || !take_char(text, &at, '-') ||
        !take_number(text, &at, 2, &month) || !take_char(text, &at, '-') ||
        !take_number(text, &at, 2, &day)) {
        return false;
    }
    if (!take_char(text, &at, 'T') && !take_char(text, &at, 't') &&
        !take_char(text, &at, ' ')) {
        return false;
    }
    if (!take_number(text, &at, 2, &hour) || !take_char(text, &at, ':') ||
        !take_number(text, &at, 2, &minute) || !take_char(text, &at, ':') ||
        !take_number(text, &at, 2, &second)) {
        return false;
    }
    if (take_char(text, &at, '.') && !take_fraction_ms(text, &at, &ms)) {
        return false;
    }
    if (!take_offset(text, &at, &offset) || at != text.n) {
        return false;
    }
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    int64_t result = timestamp_from_civil(year, month, day, hour, minute, second) + ms -
                     (int64_t)offset * 60000;
    if (result < FIRST_MS || result > LAST_MS) {
        return false;
    }
    *out_ms = result;
    return true;
}

void timestamp_format(int64_t ms, char out[TIMESTAMP_TEXT_SIZE])
{
    int year, month, day;
    if (ms < FIRST_MS || ms > LAST_MS) {
        out[0] = '\0';
        return;
    }
    int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
    int64_t rest = ms - days * MS_PER_DAY;
    civil_from_days(days, &year, &month, &day);
    (void)snprintf(out, TIMESTAMP_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                   year % 10000, month % 100, day % 100, (int)(rest / 3600000) % 24,
                   (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}
