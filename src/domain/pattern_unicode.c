#include "domain/pattern_unicode.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static const uint32_t alike_letters[][PATTERN_MAX_ALIKE] = {
    {'I', 'i', 0x130, 0x131}, /* with the dotted capital and the dotless small one */
    {0x390, 0x1FD3},
    {0x3B0, 0x1FE3},
    {0xFB05, 0xFB06},
};

#define ALIKE_COUNT (sizeof(alike_letters) / sizeof(alike_letters[0]))

const uint32_t *pattern_alike(uint32_t cp)
{
    for (size_t i = 0; i < ALIKE_COUNT; i++) {
        for (size_t k = 0; k < PATTERN_MAX_ALIKE && alike_letters[i][k] != 0; k++) {
            if (alike_letters[i][k] == cp) {
                return alike_letters[i];
            }
        }
    }
    return NULL;
}

uint32_t pattern_next_alike(uint32_t cp)
{
    uint32_t next = 0;
    for (size_t i = 0; i < ALIKE_COUNT; i++) {
        for (size_t k = 0; k < PATTERN_MAX_ALIKE; k++) {
            uint32_t letter = alike_letters[i][k];
            bool is_from = letter != 0 && letter >= cp;
            next = is_from && (next == 0 || letter < next) ? letter : next;
        }
    }
    return next;
}

struct span {
    uint32_t from;
    uint32_t to;
};

static bool is_in_spans(uint32_t cp, const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cp >= spans[i].from && cp <= spans[i].to) {
            return true;
        }
    }
    return false;
}

bool pattern_is_far_capital(uint32_t cp)
{
    static const struct span capitals[] = {
        {0x10400, 0x10427}, {0x104B0, 0x104D3}, {0x10570, 0x1057A}, {0x1057C, 0x1058A},
        {0x1058C, 0x10592}, {0x10594, 0x10595}, {0x10C80, 0x10CB2}, {0x118A0, 0x118BF},
        {0x16E40, 0x16E5F}, {0x1E900, 0x1E921},
    };
    return is_in_spans(cp, capitals, sizeof(capitals) / sizeof(capitals[0]));
}

/* Second small (or third) forms of a letter: PCRE2 takes them for the letter, Python's back
 * references do not; or the other way round (U+0130). */
static bool is_variant(uint32_t cp)
{
    static const struct span variants[] = {
        {0xB5, 0xB5},   {0x130, 0x130},   {0x17F, 0x17F},   {0x345, 0x345},
        {0x3C2, 0x3C2}, {0x3D0, 0x3D1},   {0x3D5, 0x3D6},   {0x3F0, 0x3F1},
        {0x3F5, 0x3F5}, {0x1C80, 0x1C88}, {0x1E9B, 0x1E9B}, {0x1FBE, 0x1FBE},
    };
    return is_in_spans(cp, variants, sizeof(variants) / sizeof(variants[0]));
}

bool pattern_is_ambiguous(struct str text, bool is_ascii)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t cp = str_next_codepoint(text, &at);
        if (is_ascii ? cp >= 0x80 : is_variant(cp)) {
            return true;
        }
    }
    return false;
}

static bool is_ascii_identifier(struct str name, bool *is_ascii)
{
    bool is_one = name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9');
    *is_ascii = true;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        char lower = (char)(c | 0x20);
        is_one =
            is_one && ((c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '_');
        *is_ascii = *is_ascii && (unsigned char)c < 0x80;
    }
    return is_one;
}

enum status pattern_is_identifier(struct str name, bool *is_one)
{
    static const char rule[] = "\\A[_\\p{XID_Start}]\\p{XID_Continue}*\\z";
    int code;
    PCRE2_SIZE offset;
    bool is_ascii;
    enum status status = ERR_NOMEM;
    *is_one = is_ascii_identifier(name, &is_ascii);
    if (is_ascii) {
        return OK;
    }
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)rule, sizeof(rule) - 1, PCRE2_UTF, &code, &offset, NULL);
    pcre2_match_data *match = NULL;
    if (compiled != NULL) {
        match = pcre2_match_data_create_from_pattern(compiled, NULL);
    }
    if (match != NULL) {
        int answer = pcre2_match(compiled, (PCRE2_SPTR)name.p, name.n, 0, 0, match, NULL);
        *is_one = answer >= 0;
        status = answer == PCRE2_ERROR_NOMEMORY ? ERR_NOMEM : OK;
    }
    pcre2_match_data_free(match);
    pcre2_code_free(compiled);
    return status;
}
