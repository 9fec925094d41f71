#include "hex/decode_text.h"

#include "domain/uuid.h"

#include <string.h>

#define MAX_ID_BYTES 200
#define MAX_PROJECT_ID_BYTES 60
#define MAX_TIME_BYTES 40

struct str copy_str(struct copier *copier, struct str text)
{
    struct str copy = STR_NULL;
    if (arena_str(copier->arena, text, &copy) != OK) {
        copier->has_failed = true;
    }
    return copy;
}

struct str copy_text(struct copier *copier, const struct json *value)
{
    return copy_str(copier, json_str(value));
}

struct str copy_lower(struct copier *copier, struct str text)
{
    char *p = str_is_null(text) ? NULL : arena_cstr(copier->arena, text);
    if (p == NULL) {
        copier->has_failed = copier->has_failed || !str_is_null(text);
        return STR_NULL;
    }
    for (size_t i = 0; i < text.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + ('a' - 'A') : p[i]);
    }
    return str_from_n(p, text.n);
}

static bool is_letter_or_digit(char c)
{
    char lower = (char)(c | 0x20);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
}

bool is_project_id(struct str text)
{
    if (text.n == 0 || text.n > MAX_PROJECT_ID_BYTES || !is_letter_or_digit(text.p[0])) {
        return false;
    }
    for (size_t i = 1; i < text.n; i++) {
        char c = text.p[i];
        if (!is_letter_or_digit(c) && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return true;
}

struct str copy_id_text(struct copier *copier, struct str text)
{
    if (is_uuid(text)) {
        return copy_lower(copier, text);
    }
    if (text.n == 0 || text.n > MAX_ID_BYTES) {
        return STR_NULL;
    }
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F) {
            return STR_NULL;
        }
    }
    return copy_str(copier, text);
}

struct str copy_id(struct copier *copier, const struct json *value)
{
    return copy_id_text(copier, json_str(value));
}

enum status copier_status(const struct copier *copier, struct error *err)
{
    return copier->has_failed ? error_nomem(err) : OK;
}

int64_t read_time(const struct json *value)
{
    int64_t ms;
    struct str text = json_str(value);
    if (!timestamp_parse(text, &ms) && text.n > 0 && text.n < MAX_TIME_BYTES) {
        char zoned[MAX_TIME_BYTES + 1];
        memcpy(zoned, text.p, text.n);
        zoned[text.n] = 'Z';
        (void)timestamp_parse(str_from_n(zoned, text.n + 1), &ms);
    }
    return ms;
}

int64_t read_number(const struct json *value)
{
    uint64_t number = 0;
    if (str_to_u64(json_str(value), &number) && number <= INT64_MAX) {
        return (int64_t)number;
    }
    return json_int(value, -1);
}
