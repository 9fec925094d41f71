#include "io/yaml.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers than this are no numbers that anybody meant. */
#define MAX_NUMBER_BYTES 255

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    if (node == NULL || node->kind != YAML_KIND_MAPPING) {
        return NULL;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (str_is(node->pairs[i].key->text, key)) {
            return node->pairs[i].value;
        }
    }
    return NULL;
}

const struct yaml_node *yaml_path(const struct yaml_node *node, ...)
{
    va_list keys;
    va_start(keys, node);
    for (const char *key = va_arg(keys, const char *); key != NULL && node != NULL;
         key = va_arg(keys, const char *)) {
        node = yaml_get(node, key);
    }
    va_end(keys);
    return node;
}

size_t yaml_count(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_SEQUENCE ? node->count : 0;
}

const struct yaml_node *yaml_at(const struct yaml_node *node, size_t index)
{
    return index < yaml_count(node) ? node->items[index] : NULL;
}

static bool is_plain_scalar(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_SCALAR && node->is_plain;
}

static bool is_one_of(struct str text, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    return node == NULL || (is_plain_scalar(node) &&
                            is_one_of(node->text, words, sizeof(words) / sizeof(words[0])));
}

struct str yaml_str(const struct yaml_node *node)
{
    if (yaml_is_null(node) || node->kind != YAML_KIND_SCALAR) {
        return STR_NULL;
    }
    return node->text;
}

bool yaml_to_bool(const struct yaml_node *node, bool *out)
{
    static const char *const yes[] = {"yes",  "Yes", "YES", "true", "True",
                                      "TRUE", "on",  "On",  "ON"};
    static const char *const no[] = {"no",    "No",  "NO",  "false", "False",
                                     "FALSE", "off", "Off", "OFF"};
    if (!is_plain_scalar(node)) {
        return false;
    }
    if (is_one_of(node->text, yes, sizeof(yes) / sizeof(yes[0]))) {
        *out = true;
        return true;
    }
    if (is_one_of(node->text, no, sizeof(no) / sizeof(no[0]))) {
        *out = false;
        return true;
    }
    return false;
}

/* A walk over a number's text. */
struct scan {
    struct str text;
    size_t at;
};

static bool has_char(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Steps over characters of set; how many there were. */
static size_t skip_set(struct scan *scan, const char *set)
{
    size_t from = scan->at;
    while (scan->at < scan->text.n && has_char(set, scan->text.p[scan->at])) {
        scan->at++;
    }
    return scan->at - from;
}

static bool skip_one(struct scan *scan, const char *set)
{
    if (scan->at < scan->text.n && has_char(set, scan->text.p[scan->at])) {
        scan->at++;
        return true;
    }
    return false;
}

static bool is_at_end(const struct scan *scan)
{
    return scan->at == scan->text.n;
}

/* One or more groups ":5" or ":59" of a sexagesimal number. */
static bool skip_sixties(struct scan *scan)
{
    bool any = false;
    while (skip_one(scan, ":")) {
        size_t from = scan->at;
        size_t digits = skip_set(scan, "0123456789");
        if (digits < 1 || digits > 2 || (digits == 2 && scan->text.p[from] > '5')) {
            return false;
        }
        any = true;
    }
    return any;
}

enum int_form { INT_NONE, INT_BINARY, INT_OCTAL, INT_DECIMAL, INT_HEX, INT_SIXTIES };

static enum int_form int_form(struct str text)
{
    struct scan scan = {text, 0};
    (void)skip_one(&scan, "+-");
    struct str rest = str_sub(text, scan.at, text.n);
    if (str_starts_with(rest, "0b") || str_starts_with(rest, "0x")) {
        bool is_hex = rest.p[1] == 'x';
        scan.at += 2;
        size_t digits = skip_set(&scan, is_hex ? "0123456789abcdefABCDEF_" : "01_");
        if (digits == 0 || !is_at_end(&scan)) {
            return INT_NONE;
        }
        return is_hex ? INT_HEX : INT_BINARY;
    }
    if (skip_one(&scan, "0")) {
        if (is_at_end(&scan)) {
            return INT_DECIMAL;
        }
        (void)skip_set(&scan, "01234567_");
        return is_at_end(&scan) ? INT_OCTAL : INT_NONE;
    }
    if (!skip_one(&scan, "123456789")) {
        return INT_NONE;
    }
    (void)skip_set(&scan, "0123456789_");
    if (is_at_end(&scan)) {
        return INT_DECIMAL;
    }
    return skip_sixties(&scan) && is_at_end(&scan) ? INT_SIXTIES : INT_NONE;
}

static bool is_float_form(struct str text)
{
    static const char *const infinities[] = {".inf", ".Inf", ".INF"};
    static const char *const not_numbers[] = {".nan", ".NaN", ".NAN"};
    if (is_one_of(text, not_numbers, 3)) {
        return true;
    }
    struct scan scan = {text, 0};
    bool has_sign = skip_one(&scan, "+-");
    if (is_one_of(str_sub(text, scan.at, text.n), infinities, 3)) {
        return true;
    }
    if (skip_one(&scan, ".")) {
        if (has_sign || !skip_one(&scan, "0123456789")) {
            return false;
        }
    } else {
        if (!skip_one(&scan, "0123456789")) {
            return false;
        }
        (void)skip_set(&scan, "0123456789_");
        bool has_sixties = scan.at < text.n && text.p[scan.at] == ':';
        if ((has_sixties && !skip_sixties(&scan)) || !skip_one(&scan, ".")) {
            return false;
        }
        if (has_sixties) {
            (void)skip_set(&scan, "0123456789_");
            return is_at_end(&scan);
        }
    }
    (void)skip_set(&scan, "0123456789_");
    if (is_at_end(&scan)) {
        return true;
    }
    return skip_one(&scan, "eE") && skip_one(&scan, "+-") &&
           skip_set(&scan, "0123456789") > 0 && is_at_end(&scan);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return (c | 0x20) - 'a' + 10;
}

/* value * base + digit, all as negative numbers, whose range is larger by one. */
static bool shift_in(int64_t *negative, int64_t base, int64_t digit)
{
    int64_t shifted;
    return !__builtin_mul_overflow(*negative, base, &shifted) &&
           !__builtin_sub_overflow(shifted, digit, negative);
}

/* Digits and underscores; false without a digit or beyond 64 bits. */
static bool read_digits(struct str text, int64_t base, int64_t *negative)
{
    bool any = false;
    *negative = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '_') {
            any = true;
            if (!shift_in(negative, base, digit_value(text.p[i]))) {
                return false;
            }
        }
    }
    return any;
}

static bool read_sixties(struct str text, int64_t *negative)
{
    int64_t total = 0;
    while (text.n > 0) {
        size_t colon = str_find(text, ':');
        int64_t part;
        size_t n = colon == SIZE_MAX ? text.n : colon;
        int64_t scaled;
        if (!read_digits(str_sub(text, 0, n), 10, &part) ||
            __builtin_mul_overflow(total, 60, &scaled) ||
            __builtin_add_overflow(scaled, part, &total)) {
            return false;
        }
        text = str_sub(text, n + 1, text.n);
    }
    *negative = total;
    return true;
}

bool yaml_to_int(const struct yaml_node *node, int64_t *out)
{
    if (!is_plain_scalar(node)) {
        return false;
    }
    enum int_form form = int_form(node->text);
    if (form == INT_NONE) {
        return false;
    }
    struct str digits = node->text;
    bool is_negative = digits.p[0] == '-';
    if (is_negative || digits.p[0] == '+') {
        digits = str_sub(digits, 1, digits.n);
    }
    int64_t value = 0;
    bool ok = false;
    switch (form) {
    case INT_BINARY:
        ok = read_digits(str_sub(digits, 2, digits.n), 2, &value);
        break;
    case INT_HEX:
        ok = read_digits(str_sub(digits, 2, digits.n), 16, &value);
        break;
    case INT_SIXTIES:
        ok = read_sixties(digits, &value);
        break;
    default:
        ok = read_digits(digits, form == INT_OCTAL ? 8 : 10, &value);
        break;
    }
    if (!ok || (!is_negative && value == INT64_MIN)) {
        return false;
    }
    *out = is_negative ? value : -value;
    return true;
}

/* strtod of a text without underscores; the program never changes LC_NUMERIC. */
static bool plain_double(struct str text, double *out)
{
    char copy[MAX_NUMBER_BYTES + 1];
    size_t n = 0;
    if (text.n > MAX_NUMBER_BYTES) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '_') {
            copy[n++] = text.p[i];
        }
    }
    copy[n] = '\0';
    char *end;
    *out = strtod(copy, &end);
    return n > 0 && *end == '\0';
}

static bool sixties_double(struct str text, double *out)
{
    double total = 0;
    while (text.n > 0) {
        size_t colon = str_find(text, ':');
        size_t n = colon == SIZE_MAX ? text.n : colon;
        double part;
        if (!plain_double(str_sub(text, 0, n), &part)) {
            return false;
        }
        total = total * 60 + part;
        text = str_sub(text, n + 1, text.n);
    }
    *out = total;
    return true;
}

bool yaml_to_double(const struct yaml_node *node, double *out)
{
    int64_t whole;
    if (yaml_to_int(node, &whole)) {
        *out = (double)whole;
        return true;
    }
    if (!is_plain_scalar(node) || !is_float_form(node->text)) {
        return false;
    }
    struct str text = node->text;
    bool is_negative = text.p[0] == '-';
    if (is_negative || text.p[0] == '+') {
        text = str_sub(text, 1, text.n);
    }
    if (str_is(text, ".nan") || str_is(text, ".NaN") || str_is(text, ".NAN")) {
        *out = NAN;
        return true;
    }
    double value = 0;
    if (str_eq_nocase(text, STR(".inf"))) {
        value = INFINITY;
    } else if (str_find(text, ':') != SIZE_MAX ? !sixties_double(text, &value)
                                               : !plain_double(text, &value)) {
        return false;
    }
    *out = is_negative ? -value : value;
    return true;
}

/* The pattern of PyYAML's timestamps: 2024-01-31, or with time and offset. */
static bool is_timestamp_form(struct str text)
{
    struct scan scan = {text, 0};
    static const char digits[] = "0123456789";
    if (skip_set(&scan, digits) != 4 || !skip_one(&scan, "-")) {
        return false;
    }
    size_t month = skip_set(&scan, digits);
    bool has_dash = skip_one(&scan, "-");
    size_t day = skip_set(&scan, digits);
    if (!has_dash || month < 1 || month > 2 || day < 1 || day > 2) {
        return false;
    }
    if (is_at_end(&scan)) {
        return month == 2 && day == 2;
    }
    if (!skip_one(&scan, "Tt") && skip_set(&scan, " \t") == 0) {
        return false;
    }
    size_t hour = skip_set(&scan, digits);
    if (hour < 1 || hour > 2 || !skip_one(&scan, ":") || skip_set(&scan, digits) != 2 ||
        !skip_one(&scan, ":") || skip_set(&scan, digits) != 2) {
        return false;
    }
    if (skip_one(&scan, ".")) {
        (void)skip_set(&scan, digits);
    }
    if (is_at_end(&scan)) {
        return true;
    }
    (void)skip_set(&scan, " \t");
    if (skip_one(&scan, "Z")) {
        return is_at_end(&scan);
    }
    size_t offset = skip_one(&scan, "+-") ? skip_set(&scan, digits) : 0;
    if (offset < 1 || offset > 2) {
        return false;
    }
    return is_at_end(&scan) ||
           (skip_one(&scan, ":") && skip_set(&scan, digits) == 2 && is_at_end(&scan));
}

bool yaml_is_text(const struct yaml_node *node)
{
    if (node == NULL || node->kind != YAML_KIND_SCALAR) {
        return false;
    }
    bool ignored;
    return !node->is_plain || (!yaml_is_null(node) && !yaml_to_bool(node, &ignored) &&
                               int_form(node->text) == INT_NONE && !is_float_form(node->text) &&
                               !is_timestamp_form(node->text));
}

struct str yaml_comment_behind(struct str text, const struct yaml_node *node)
{
    if (node == NULL || node->end == 0 || node->end > text.n || text.p[node->end - 1] == '\n') {
        return STR_NULL;
    }
    size_t at = node->end;
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t')) {
        at++;
    }
    if (at == node->end || at >= text.n || text.p[at] != '#') {
        return STR_NULL;
    }
    size_t end = at;
    while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r') {
        end++;
    }
    while (at < end && text.p[at] == '#') {
        at++;
    }
    return str_trim(str_sub(text, at, end - at));
}
