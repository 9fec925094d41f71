#include "hexsim/cursor.h"

#include "base/json_out.h"
#include "io/json.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void encode(struct str s, const char *last_two, bool is_padded, struct buf *out)
{
    for (size_t i = 0; i < s.n; i += 3) {
        size_t n = s.n - i < 3 ? s.n - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++) {
            bits = bits << 8 | (k < n ? (unsigned char)s.p[i + k] : 0);
        }
        for (size_t k = 0; k < 4; k++) {
            uint32_t six = bits >> (18 - 6 * k) & 63;
            if (k <= n) {
                (void)buf_append_char(out, six < 62 ? alphabet[six] : last_two[six - 62]);
            } else if (is_padded) {
                (void)buf_append_char(out, '=');
            }
        }
    }
}

void cursor_base64(struct str bytes, struct buf *out)
{
    encode(bytes, "+/", true, out);
}

struct str cursor_encode(struct str value, struct str id, struct arena *arena)
{
    struct buf plain;
    struct buf text;
    struct json_out json;
    buf_init(&plain, SIM_MAX_BYTES);
    buf_init(&text, SIM_MAX_BYTES);
    (void)buf_append_cstr(&plain, "v2:");
    json_out_init(&json, &plain);
    json_out_array(&json);
    json_out_str(&json, value);
    json_out_str(&json, id);
    json_out_array_end(&json);
    encode(buf_str(&plain), "-_", false, &text);
    buf_free(&plain);
    return sim_take(arena, &text);
}

static bool decode(struct str s, struct buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *at = s.p[i] != '\0' ? strchr(alphabet, s.p[i]) : NULL;
        if (at == NULL && s.p[i] != '-' && s.p[i] != '_') {
            return false;
        }
        uint32_t six = at != NULL ? (uint32_t)(at - alphabet) : s.p[i] == '-' ? 62 : 63;
        bits = bits << 6 | six;
        have += 6;
        if (have >= 8) {
            have -= 8;
            (void)buf_append_char(out, (char)(bits >> have & 255));
        }
    }
    return true;
}

bool cursor_decode(struct str text, struct arena *arena, struct str *value, struct str *id)
{
    struct buf plain;
    struct json *json = NULL;
    struct error err = ERROR_INIT;
    bool is_good = false;
    buf_init(&plain, SIM_MAX_BYTES);
    if (decode(text, &plain) && str_starts_with(buf_str(&plain), "v2:") &&
        json_parse(str_sub(buf_str(&plain), 3, SIZE_MAX), &json_limits_default, &json, &err) ==
            OK &&
        json_count(json) == 2 && json_is_string(json_at(json, 0)) &&
        json_is_string(json_at(json, 1))) {
        *value = sim_copy(arena, json_str(json_at(json, 0)));
        *id = sim_copy(arena, json_str(json_at(json, 1)));
        is_good = true;
    }
    json_free(json);
    buf_free(&plain);
    return is_good;
}
