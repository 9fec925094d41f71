#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct clock_fake now = {.wall_ms = 1724260569567};
static char last_line[20000];
static size_t line_count;

static void keep_line(void *ctx, enum log_level level, struct str line)
{
    (void)ctx;
    (void)level;
    assert_true(line.n < sizeof(last_line));
    memcpy(last_line, line.p, line.n);
    last_line[line.n] = '\0';
    line_count++;
}

static void set_up(enum log_level level, enum log_format format)
{
    log_setup(&(struct log_options){
        .level = level, .format = format, .clock = clock_fake(&now), .sink = keep_line});
    last_line[0] = '\0';
    line_count = 0;
}

static void test_a_line_has_time_level_and_message(void **state)
{
    (void)state;
    set_up(LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    log_info("read %d projects", 3);
    assert_string_equal(last_line, "2024-08-21T17:16:09.567Z INFO    read 3 projects\n");
    log_warning("w");
    assert_string_equal(last_line, "2024-08-21T17:16:09.567Z WARNING w\n");
    log_debug("d");
    assert_string_equal(last_line, "2024-08-21T17:16:09.567Z DEBUG   d\n");
    set_up(LOG_LEVEL_DEBUG, LOG_FORMAT_JSON);
    log_error("a \"b\"\n");
    assert_string_equal(last_line, "{\"time\":\"2024-08-21T17:16:09.567Z\",\"level\":\"ERROR\","
                                   "\"message\":\"a \\\"b\\\"\\n\"}\n");
}

static void test_levels_are_obeyed(void **state)
{
    (void)state;
    set_up(LOG_LEVEL_WARNING, LOG_FORMAT_TEXT);
    log_debug("no");
    log_info("no");
    assert_int_equal(line_count, 0);
    log_warning("yes");
    log_error("yes");
    assert_int_equal(line_count, 2);
    assert_false(log_is_on(LOG_LEVEL_INFO));
    assert_true(log_is_on(LOG_LEVEL_ERROR));
    set_up(LOG_LEVEL_NONE, LOG_FORMAT_TEXT);
    log_error("no");
    assert_int_equal(line_count, 0);
}

static void test_remote_text_cannot_forge_lines(void **state)
{
    (void)state;
    set_up(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info("title %s", "x\n2024-01-01T00:00:00.000Z ERROR   forged \x1B[31m");
    assert_string_equal(last_line + 33, "title x\\n2024-01-01T00:00:00.000Z ERROR   forged "
                                        "\\x1b[31m\n");
    assert_int_equal(line_count, 1);
}

static void test_hidden_texts_never_appear(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *want;
    } cases[] = {
        {"token hxtp_0123456789abcdef!", "token ***!"},
        {"hxtp_0123456789abcdefhxtp_0123456789abcdef", "******"},
        {"hxtp_0123456789abcdef-more", "***-more"},
        {"hxtp_0123456789abcdef-longer-one", "***"},  /* the longest that fits */
        {"ends with hxtp_01234567", "ends with ***"}, /* cut by a limit before it came here */
        {"a token starts with hxtp_", "a token starts with hxtp_"},
        {"short", "short"},
    };
    set_up(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_hide(STR("hxtp_0123456789abcdef"));
    log_hide(STR("hxtp_0123456789abcdef-longer-one"));
    log_hide(STR("short"));
    log_hide(STR_NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        buf_init(&out, 1000);
        log_blank_secrets(&out, str_from(cases[i].in));
        assert_string_equal(buf_cstr(&out), cases[i].want);
        buf_free(&out);
        log_info("%s", cases[i].in);
        assert_memory_equal(last_line + 33, cases[i].want, strlen(cases[i].want));
        assert_int_equal(strlen(last_line), 34 + strlen(cases[i].want));
    }
}

static void test_a_secret_at_the_cut_stays_hidden(void **state)
{
    (void)state;
    char text[5000];
    set_up(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    for (size_t shown = 8; shown <= 21; shown++) {
        memset(text, 'x', sizeof(text));
        (void)memcpy(text + 4095 - shown, "hxtp_0123456789abcdef",
                     sizeof("hxtp_0123456789abcdef"));
        log_info("%s", text);
        assert_null(strstr(last_line, "hxtp_"));
        assert_non_null(strstr(last_line, "x***\n"));
    }
}

static void test_failures_say_where(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    set_up(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    assert_int_equal(error_set(&err, ERR_PARSE, "unknown key 'x'"), ERR_PARSE);
    log_failure(LOG_LEVEL_ERROR, &err);
    assert_string_equal(last_line + 25, "ERROR   unknown key 'x'\n");
    error_where(&err, "hex.yaml:%d", 12);
    log_failure(LOG_LEVEL_ERROR, &err);
    assert_string_equal(last_line + 25, "ERROR   hex.yaml:12: unknown key 'x'\n");
}

static void test_level_names(void **state)
{
    (void)state;
    enum log_level level = LOG_LEVEL_NONE;
    assert_true(log_level_from(STR("Debug"), &level) && level == LOG_LEVEL_DEBUG);
    assert_true(log_level_from(STR("WARN"), &level) && level == LOG_LEVEL_WARNING);
    assert_true(log_level_from(STR("warning"), &level) && level == LOG_LEVEL_WARNING);
    assert_false(log_level_from(STR("loud"), &level));
    assert_false(log_level_from(STR_NULL, &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_has_time_level_and_message),
        cmocka_unit_test(test_levels_are_obeyed),
        cmocka_unit_test(test_remote_text_cannot_forge_lines),
        cmocka_unit_test(test_hidden_texts_never_appear),
        cmocka_unit_test(test_a_secret_at_the_cut_stays_hidden),
        cmocka_unit_test(test_failures_say_where),
        cmocka_unit_test(test_level_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
