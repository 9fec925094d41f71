#include "domain/name_match.h"

#include "domain/pattern.h"

/* A pattern that is this long chooses no columns. */
#define MAX_PATTERN_BYTES 4096

bool name_match(void *ctx, struct str pattern, bool is_whole, struct str name, bool *matches)
{
    struct error err = ERROR_INIT;
    struct pattern *compiled = NULL;
    struct buf text;
    (void)ctx;
    buf_init(&text, MAX_PATTERN_BYTES + 32);
    enum status status =
        buf_printf(&text, is_whole ? "(?:%.*s)\\Z" : "(?s:.*?)(?:%.*s)", STR_ARG(pattern));
    if (status == OK) {
        status = pattern_new(buf_str(&text), &compiled, &err);
    }
    enum pattern_answer answer =
        status == OK ? pattern_matches(compiled, name) : PATTERN_ANSWER_UNCLEAR;
    *matches = answer == PATTERN_ANSWER_YES;
    pattern_free(compiled);
    buf_free(&text);
    return answer == PATTERN_ANSWER_YES || answer == PATTERN_ANSWER_NO;
}
