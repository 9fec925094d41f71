#include "base/json_out.h"

#include "base/timestamp.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

void json_out_init(struct json_out *out, struct buf *buf)
{
    *out = (struct json_out){.buf = buf};
}

static void separate(struct json_out *out)
{
    if (out->after_key) {
        out->after_key = false;
        return;
    }
    if (out->depth > 0) {
        if (out->has_items[out->depth - 1]) {
            (void)buf_append_char(out->buf, ',');
        }
        out->has_items[out->depth - 1] = true;
    }
}

static void open_level(struct json_out *out, char bracket)
{
    separate(out);
    assert(out->depth < JSON_OUT_MAX_DEPTH);
    out->has_items[out->depth++] = false;
    (void)buf_append_char(out->buf, bracket);
}

static void close_level(struct json_out *out, char bracket)
{
    assert(out->depth > 0 && !out->after_key);
    out->depth--;
    (void)buf_append_char(out->buf, bracket);
}

void json_out_object(struct json_out *out)
{
    open_level(out, '{');
}

void json_out_object_end(struct json_out *out)
{
    close_level(out, '}');
}

void json_out_array(struct json_out *out)
{
    open_level(out, '[');
}

void json_out_array_end(struct json_out *out)
{
    close_level(out, ']');
}

static void put_control(struct buf *buf, unsigned char c)
{
    switch (c) {
    case '\n':
        (void)buf_append_cstr(buf, "\\n");
        break;
    case '\r':
        (void)buf_append_cstr(buf, "\\r");
        break;
    case '\t':
        (void)buf_append_cstr(buf, "\\t");
        break;
    default:
        (void)buf_printf(buf, "\\u%04x", c);
    }
}

static void put_string(struct buf *buf, struct str s)
{
    (void)buf_append_char(buf, '"');
    size_t start = 0;
    size_t at = 0;
    while (at < s.n) {
        unsigned char c = (unsigned char)s.p[at];
        size_t next = at + 1;
        bool is_plain = c >= 0x20 && c != '"' && c != '\\' && c < 0x80;
        if (c >= 0x80) {
            next = at;
            uint32_t cp = str_next_codepoint(s, &next);
            is_plain = cp != 0xFFFD || next - at == 3;
        }
        if (!is_plain) {
            (void)buf_append(buf, s.p + start, at - start);
            if (c >= 0x80) {
                (void)buf_append_cstr(buf, "\xEF\xBF\xBD");
            } else if (c < 0x20) {
                put_control(buf, c);
            } else {
                (void)buf_append_char(buf, '\\');
                (void)buf_append_char(buf, (char)c);
            }
            start = next;
        }
        at = next;
    }
    (void)buf_append(buf, s.p + start, s.n - start);
    (void)buf_append_char(buf, '"');
}

void json_out_key_str(struct json_out *out, struct str key)
{
    assert(!out->after_key);
    separate(out);
    put_string(out->buf, key);
    (void)buf_append_char(out->buf, ':');
    out->after_key = true;
}

void json_out_key(struct json_out *out, const char *key)
{
    json_out_key_str(out, str_from(key));
}

void json_out_str(struct json_out *out, struct str value)
{
    separate(out);
    if (str_is_null(value)) {
        (void)buf_append_cstr(out->buf, "null");
    } else {
        put_string(out->buf, value);
    }
}

void json_out_cstr(struct json_out *out, const char *value)
{
    json_out_str(out, str_from(value));
}

void json_out_int(struct json_out *out, int64_t value)
{
    separate(out);
    (void)buf_printf(out->buf, "%" PRId64, value);
}

void json_out_double(struct json_out *out, double value)
{
    separate(out);
    if (!isfinite(value)) {
        (void)buf_append_cstr(out->buf, "null");
    } else if (value == floor(value) && fabs(value) < 1e15) {
        (void)buf_printf(out->buf, "%.0f", value);
    } else {
        (void)buf_printf(out->buf, "%.17g", value);
    }
}

void json_out_bool(struct json_out *out, bool value)
{
    separate(out);
    (void)buf_append_cstr(out->buf, value ? "true" : "false");
}

void json_out_null(struct json_out *out)
{
    separate(out);
    (void)buf_append_cstr(out->buf, "null");
}

void json_out_time(struct json_out *out, int64_t ms)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(ms, text);
    json_out_str(out, text[0] == '\0' ? STR_NULL : str_from(text));
}

void json_out_field_str(struct json_out *out, const char *key, struct str value)
{
    json_out_key(out, key);
    json_out_str(out, value);
}

void json_out_field_cstr(struct json_out *out, const char *key, const char *value)
{
    json_out_key(out, key);
    json_out_cstr(out, value);
}

void json_out_field_int(struct json_out *out, const char *key, int64_t value)
{
    json_out_key(out, key);
    json_out_int(out, value);
}

void json_out_field_bool(struct json_out *out, const char *key, bool value)
{
    json_out_key(out, key);
    json_out_bool(out, value);
}

void json_out_field_null(struct json_out *out, const char *key)
{
    json_out_key(out, key);
    json_out_null(out);
}

void json_out_field_time(struct json_out *out, const char *key, int64_t ms)
{
    json_out_key(out, key);
    json_out_time(out, ms);
}

void json_out_field_strs(struct json_out *out, const char *key, const struct str *values,
                         size_t count)
{
    json_out_key(out, key);
    json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        json_out_str(out, values[i]);
    }
    json_out_array_end(out);
}
