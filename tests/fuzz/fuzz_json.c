/* Any bytes as JSON: parse, walk everything, write sorted; the result must parse again. */
#include "io/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct json *value, unsigned depth)
{
    void *iterator = NULL;
    struct str key;
    const struct json *member;
    (void)json_str(value);
    (void)json_int(value, 0);
    (void)json_double(value, 0);
    if (depth > json_limits_default.max_depth) {
        abort();
    }
    for (size_t i = 0; i < json_count(value); i++) {
        walk(json_at(value, i), depth + 1);
    }
    while (json_next_member(value, &iterator, &key, &member)) {
        walk(member, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct json *document = NULL;
    struct json *again = NULL;
    struct buf text;
    buf_init(&text, size * 32 + 64);
    if (json_parse(str_from_n((const char *)data, size), &json_limits_default, &document,
                   &err) == OK) {
        walk(document, 0);
        if (json_write_sorted(document, &text) != OK ||
            json_parse(buf_str(&text), &json_limits_default, &again, &err) != OK) {
            abort();
        }
    } else if (err.code == OK || document != NULL) {
        abort();
    }
    json_free(again);
    json_free(document);
    buf_free(&text);
    return 0;
}
