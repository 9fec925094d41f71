#include "domain/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#define MAX_PATTERN_BYTES ((size_t)64 * 1024)
/* Enough for every sane pattern; "(a+)+$" on 40 letters needs more and is stopped. */
#define MATCH_LIMIT 1000000
#define DEPTH_LIMIT 100000
#define HEAP_LIMIT_KIB 16384

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

static enum status compile(struct pattern *pattern, struct str translated, struct error *err)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR message[256];
    uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return error_nomem(err);
    }
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pattern->code =
        pcre2_compile((PCRE2_SPTR)translated.p, translated.n, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (pattern->code == NULL && code == PCRE2_ERROR_HEAP_FAILED) {
        return error_nomem(err);
    }
    if (pattern->code == NULL) {
        (void)pcre2_get_error_message(code, message, sizeof(message));
        return error_set(err, ERR_CONFIG, "%s", (const char *)message);
    }
    /* Without JIT it is slower, not wrong. */
    (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    return OK;
}

enum status pattern_new(struct str text, struct pattern **out, struct error *err)
{
    struct buf translated;
    enum status status;
    struct pattern *pattern = calloc(1, sizeof(*pattern));
    *out = NULL;
    buf_init(&translated, MAX_PATTERN_BYTES * 8);
    if (pattern == NULL) {
        return error_nomem(err);
    }
    if (text.n > MAX_PATTERN_BYTES) {
        status = error_set(err, ERR_CONFIG, "the pattern is longer than %zu bytes",
                           MAX_PATTERN_BYTES);
        goto out;
    }
    status = pattern_translate(text, &translated, err);
    if (status == OK) {
        status = compile(pattern, buf_str(&translated), err);
    }
    if (status != OK) {
        goto out;
    }
    pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    pattern->limits = pcre2_match_context_create(NULL);
    if (pattern->match == NULL || pattern->limits == NULL) {
        status = error_nomem(err);
        goto out;
    }
    (void)pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(pattern->limits, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KIB);
    *out = pattern;
    pattern = NULL;
out:
    pattern_free(pattern);
    buf_free(&translated);
    return status;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern != NULL) {
        pcre2_match_context_free(pattern->limits);
        pcre2_match_data_free(pattern->match);
        pcre2_code_free(pattern->code);
        free(pattern);
    }
}

enum pattern_answer pattern_matches(const struct pattern *pattern, struct str text)
{
    int answer = pcre2_match(pattern->code, (PCRE2_SPTR)(text.p != NULL ? text.p : ""), text.n,
                             0, 0, pattern->match, pattern->limits);
    if (answer >= 0) {
        return PATTERN_ANSWER_YES;
    }
    return answer == PCRE2_ERROR_NOMATCH ? PATTERN_ANSWER_NO : PATTERN_ANSWER_TOO_EXPENSIVE;
}
