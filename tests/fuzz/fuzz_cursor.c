/*
 * Any bytes as the cursor of a page: what a server sends comes back to it unchanged, whatever
 * it is, and never breaks out of its place in the URL.
 */
#include "base/json_out.h"
#include "hex/decode.h"
#include "io/http_url.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str unescape(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char digits[3] = {0};
        if (text.p[i] == '%' && i + 2 < text.n) {
            memcpy(digits, text.p + i + 1, 2);
            (void)buf_append_char(out, (char)strtoul(digits, NULL, 16));
            i += 2;
        } else if (strchr("&?#= \r\n", text.p[i]) != NULL) {
            abort(); /* would end the parameter, or the request */
        } else {
            (void)buf_append_char(out, text.p[i]);
        }
    }
    return buf_str(out);
}

static void check_round_trip(struct str cursor)
{
    struct buf escaped;
    struct buf again;
    buf_init(&escaped, (size_t)1 << 22);
    buf_init(&again, (size_t)1 << 22);
    if (http_url_escape(&escaped, cursor) != OK ||
        !str_eq(unescape(&again, buf_str(&escaped)), cursor)) {
        abort();
    }
    buf_free(&escaped);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buf text;
    struct json_out out;
    struct json *document = NULL;
    struct decoded_projects page;
    struct error err = ERROR_INIT;
    struct str cursor = str_from_n((const char *)data, size);
    arena_init(&arena, (size_t)1 << 22);
    buf_init(&text, (size_t)1 << 22);
    json_out_init(&out, &text);
    json_out_object(&out);
    json_out_key(&out, "values");
    json_out_array(&out);
    json_out_array_end(&out);
    json_out_key(&out, "pagination");
    json_out_object(&out);
    json_out_field_str(&out, "after", cursor);
    json_out_object_end(&out);
    json_out_object_end(&out);
    if (json_parse(buf_str(&text), &json_limits_default, &document, &err) != OK ||
        decode_projects(document, &arena, &page, &err) != OK) {
        abort();
    }
    if (str_is_utf8(cursor) && size > 0 && !str_eq(page.next, cursor)) {
        abort();
    }
    check_round_trip(str_is_null(page.next) ? STR("") : page.next);
    json_free(document);
    buf_free(&text);
    arena_free(&arena);
    return 0;
}
