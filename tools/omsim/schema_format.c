#include "base/timestamp.h"
#include "omsim/schema.h"

static bool is_digits(struct str text, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++) {
        if (i >= text.n || text.p[i] < '0' || text.p[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uuid(struct str text)
{
    for (size_t i = 0; i < text.n && text.n == 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.p[i] != '-' : !is_hex(text.p[i])) {
            return false;
        }
    }
    return text.n == 36;
}

static bool is_date(struct str text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !is_digits(text, 0, 4) ||
        !is_digits(text, 5, 2) || !is_digits(text, 8, 2)) {
        return false;
    }
    int year = (text.p[0] - '0') * 1000 + (text.p[1] - '0') * 100 + (text.p[2] - '0') * 10 +
               (text.p[3] - '0');
    int month = (text.p[5] - '0') * 10 + (text.p[6] - '0');
    int day = (text.p[8] - '0') * 10 + (text.p[9] - '0');
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days[month - 1]) {
        return false;
    }
    return month != 2 || day < 29 || is_leap;
}

static bool is_date_time(struct str text)
{
    int64_t ms = 0;
    return timestamp_parse(text, &ms);
}

static bool is_email(struct str text)
{
    size_t at = str_find(text, '@');
    return at != SIZE_MAX;
}

/* What Java's URI class would refuse first: blanks, controls and brackets. */
static bool is_uri(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= ' ' || c == '<' || c == '>' || c == '"' || c == '{' || c == '}' || c == '|' ||
            c == '\\' || c == '^' || c == '`') {
            return false;
        }
    }
    return true;
}

bool schema_has_format(struct str text, struct str format)
{
    static const struct {
        const char *name;
        bool (*has)(struct str text);
    } formats[] = {{"uuid", is_uuid},
                   {"date", is_date},
                   {"email", is_email},
                   {"date-time", is_date_time},
                   {"uri", is_uri}};
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (str_is(format, formats[i].name)) {
            return formats[i].has(text);
        }
    }
    return true;
}
