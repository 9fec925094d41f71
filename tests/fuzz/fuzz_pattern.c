/* Any bytes as a filter pattern and, behind the first line break, as the title it is held
 * against: what is accepted must be valid for PCRE2, or say that it is not supported. */
#include "domain/pattern.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from_n((const char *)data, size);
    size_t end = str_find(text, '\n');
    struct error err = ERROR_INIT;
    struct pattern *pattern = NULL;
    enum status status =
        pattern_new(str_sub(text, 0, end == SIZE_MAX ? size : end), &pattern, &err);
    if (status == OK) {
        (void)pattern_matches(pattern, str_sub(text, end == SIZE_MAX ? size : end + 1, size));
    } else if (status != ERR_CONFIG || err.message[0] == '\0') {
        abort();
    }
    pattern_free(pattern);
    return 0;
}
