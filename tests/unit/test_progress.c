#include "app/cli/progress.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void append(void *ctx, struct str text)
{
    (void)buf_append_str(ctx, text);
}

/* A progress display that writes into text, on a clock that the test moves. */
struct stage {
    struct clock_fake fake;
    struct clock clock;
    struct buf text;
    struct progress progress;
};

static void set_up(struct stage *stage, enum progress_kind kind, size_t width)
{
    stage->fake = (struct clock_fake){.monotonic_ms = 5000000};
    stage->clock = clock_fake(&stage->fake);
    buf_init(&stage->text, 100000);
    progress_init(&stage->progress, kind, &stage->clock, width, append, &stage->text);
}

static void report(struct stage *stage, const char *phase, int64_t done, int64_t total,
                   int64_t left)
{
    const struct progress_state state = {
        .phase = phase, .done = done, .total = total, .left_this_minute = left};
    progress_update(&stage->progress, &state);
}

/* What was written since the last call must be this. */
static void expect(struct stage *stage, const char *want)
{
    assert_string_equal(buf_cstr(&stage->text), want);
    buf_clear(&stage->text);
}

static void test_plain_lines_every_ten_seconds(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage, PROGRESS_KIND_PLAIN, 0);
    report(&stage, "Listing projects", 0, -1, 60);
    expect(&stage, ""); /* a run that ends soon needs no progress */
    clock_fake_advance(&stage.fake, 9999);
    report(&stage, "Listing projects", 300, -1, 57);
    expect(&stage, "");
    clock_fake_advance(&stage.fake, 1);
    report(&stage, "Listing projects", 400, -1, 56);
    expect(&stage, "Listing projects: 400, 56 requests left this minute\n");
    clock_fake_advance(&stage.fake, 10000);
    report(&stage, "Connecting", 0, -1, -1);
    expect(&stage, "Connecting\n"); /* nothing to count yet */
    report(&stage, "Reading details", 0, 1000, 56);
    expect(&stage, "");
    clock_fake_advance(&stage.fake, 10000);
    report(&stage, "Reading details", 10, 1000, -1);
    expect(&stage, "Reading details: 10 of 1000 (1 %), about 17 min to go\n");
    progress_clear(&stage.progress);
    expect(&stage, "");
    buf_free(&stage.text);
}

static void test_plain_line_names_trouble(void **state)
{
    struct stage stage;
    const struct progress_state now = {.phase = "Reading details",
                                       .done = 5,
                                       .total = 5,
                                       .left_this_minute = -1,
                                       .warnings = 1,
                                       .failures = 2};
    (void)state;
    set_up(&stage, PROGRESS_KIND_PLAIN, 0);
    clock_fake_advance(&stage.fake, 10000);
    progress_update(&stage.progress, &now);
    expect(&stage, "Reading details: 5 of 5 (100 %), 1 warning, 2 failures\n");
    buf_free(&stage.text);
}

static void test_line_is_drawn_again(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage, PROGRESS_KIND_DRAWN, 100);
    report(&stage, "Reading", 0, 200, 60);
    expect(&stage, "\rReading  [>                   ]   0 %  0/200"
                   "  60 requests left this minute\033[K");
    clock_fake_advance(&stage.fake, 99);
    report(&stage, "Reading", 1, 200, 59);
    expect(&stage, "");
    clock_fake_advance(&stage.fake, 9901);
    report(&stage, "Reading", 50, 200, 10);
    expect(&stage, "\rReading  [=====>              ]  25 %  50/200  ETA 30 s"
                   "  10 requests left this minute\033[K");
    clock_fake_advance(&stage.fake, 30000);
    report(&stage, "Reading", 200, 200, 10);
    expect(&stage, "\rReading  [====================] 100 %  200/200  ETA 0 s"
                   "  10 requests left this minute\033[K");
    buf_free(&stage.text);
}

static void test_line_makes_room_for_others(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage, PROGRESS_KIND_DRAWN, 100);
    progress_clear(&stage.progress);
    progress_redraw(&stage.progress);
    expect(&stage, "");
    report(&stage, "Listing", 7, -1, -1);
    expect(&stage, "\rListing  7\033[K");
    progress_clear(&stage.progress);
    expect(&stage, "\r\033[K");
    progress_clear(&stage.progress);
    expect(&stage, "");
    progress_redraw(&stage.progress);
    expect(&stage, "\rListing  7\033[K");
    buf_free(&stage.text);
}

static void test_line_never_is_longer_than_the_terminal(void **state)
{
    (void)state;
    for (size_t width = 1; width < 100; width++) {
        struct stage stage;
        set_up(&stage, PROGRESS_KIND_DRAWN, width);
        report(&stage, "Reading details", 0, 123456, 60);
        clock_fake_advance(&stage.fake, 60000);
        report(&stage, "Reading details", 1000, 123456, 60);
        const char *line = strrchr(buf_cstr(&stage.text), '\r');
        assert_non_null(line);
        assert_true(strlen(line) - strlen("\r\033[K") < width);
        buf_free(&stage.text);
    }
}

static void test_none_is_silent(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage, PROGRESS_KIND_NONE, 80);
    report(&stage, "Reading", 0, 10, 60);
    clock_fake_advance(&stage.fake, 60000);
    report(&stage, "Reading", 5, 10, 60);
    progress_clear(&stage.progress);
    progress_redraw(&stage.progress);
    expect(&stage, "");
    buf_free(&stage.text);
}

static void test_no_estimate_from_a_guess(void **state)
{
    struct stage stage;
    (void)state;
    set_up(&stage, PROGRESS_KIND_DRAWN, 100);
    report(&stage, "Reading", 500, 1000, -1); /* a run that was resumed */
    clock_fake_advance(&stage.fake, 2999);
    report(&stage, "Reading", 510, 1000, -1);
    assert_null(strstr(buf_cstr(&stage.text), "ETA"));
    clock_fake_advance(&stage.fake, 1001);
    buf_clear(&stage.text);
    report(&stage, "Reading", 520, 1000, -1); /* 20 in 4 s: 480 need 96 s */
    assert_non_null(strstr(buf_cstr(&stage.text), "ETA 2 min"));
    buf_free(&stage.text);
}

static void test_durations(void **state)
{
    static const struct {
        int64_t ms;
        const char *want;
    } cases[] = {
        {0, "0 s"},
        {1, "1 s"},
        {1000, "1 s"},
        {89000, "89 s"},
        {90000, "2 min"},
        {600000, "10 min"},
        {3569000, "59 min"},
        {3570000, "1 h 00 min"},
        {11100000, "3 h 05 min"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char got[32];
        progress_format_duration(cases[i].ms, got, sizeof(got));
        assert_string_equal(got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_lines_every_ten_seconds),
        cmocka_unit_test(test_plain_line_names_trouble),
        cmocka_unit_test(test_line_is_drawn_again),
        cmocka_unit_test(test_line_makes_room_for_others),
        cmocka_unit_test(test_line_never_is_longer_than_the_terminal),
        cmocka_unit_test(test_none_is_silent),
        cmocka_unit_test(test_no_estimate_from_a_guess),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
