#include "domain/pattern.h"

#include "domain/pattern_unicode.h"

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
    enum pattern_references references;
};

static enum status compile(struct pattern *pattern, struct str translated, struct error *err)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR message[256];
    uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C |
        PCRE2_ALT_CIRCUMFLEX; /* (?m)^ matches behind a line break that ends the text */
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        return error_nomem(err);
    }
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    (void)pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
    pattern->code =
        pcre2_compile((PCRE2_SPTR)translated.p, translated.n, options, &code, &offset, context);
    pcre2_compile_context_free(context);
    if (pattern->code == NULL && code == PCRE2_ERROR_HEAP_FAILED) {
        return error_nomem(err);
    }
    if (pattern->code == NULL) {
        (void)pcre2_get_error_message(code, message, sizeof(message));
        return error_set(err, ERR_CONFIG, "not supported here: %s", (const char *)message);
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
    status = pattern_translate(text, &translated, &pattern->references, err);
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

/* The interpreter has more room than compiled code, which gives up on long texts first. */
static int run(const struct pattern *pattern, struct str text, uint32_t options)
{
    return pcre2_match(pattern->code, (PCRE2_SPTR)(text.p != NULL ? text.p : ""), text.n, 0,
                       options, pattern->match, pattern->limits);
}

enum pattern_answer pattern_matches(const struct pattern *pattern, struct str text)
{
    if (pattern->references != PATTERN_REFERENCES_NONE &&
        pattern_is_ambiguous(text, pattern->references == PATTERN_REFERENCES_ASCII)) {
        return PATTERN_ANSWER_UNCLEAR;
    }
    int answer = run(pattern, text, 0);
    if (answer == PCRE2_ERROR_JIT_STACKLIMIT) {
        answer = run(pattern, text, PCRE2_NO_JIT);
    }
    if (answer >= 0) {
        return PATTERN_ANSWER_YES;
    }
    switch (answer) {
    case PCRE2_ERROR_NOMATCH:
        return PATTERN_ANSWER_NO;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_NOMEMORY:
        return PATTERN_ANSWER_TOO_EXPENSIVE;
    default:
        return PATTERN_ANSWER_UNCLEAR;
    }
}
