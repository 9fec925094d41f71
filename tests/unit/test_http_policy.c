#include "io/http_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Sends as fast as the pace allows until end_ms; times[] gets each request's time. */
static size_t send_until(struct http_pace *pace, int64_t *now_ms, int64_t end_ms,
                         int64_t *times, size_t max)
{
    size_t count = 0;
    while (*now_ms < end_ms && count < max) {
        int64_t wait = http_pace_wait_ms(pace, *now_ms);
        if (wait > 0) {
            *now_ms += wait;
            continue;
        }
        http_pace_take(pace, *now_ms);
        times[count++] = *now_ms;
        *now_ms += rand() % 40; /* a request takes a moment */
    }
    return count;
}

static size_t most_in_window(const int64_t *times, size_t count, int64_t span_ms)
{
    size_t most = 0;
    for (size_t first = 0, last = 0; last < count; last++) {
        while (times[last] - times[first] >= span_ms) {
            first++;
        }
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    return most;
}

static void no_minute_has_more_than_the_limit(void **state)
{
    static const int64_t limits[] = {1, 2, 30, 60, 600};
    int64_t *times = calloc(20000, sizeof(*times));
    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct http_pace *pace = http_pace_new(limits[i], 0);
        int64_t now = 1000;
        size_t count = send_until(pace, &now, 1000 + 600 * 1000, times, 20000);
        assert_true(most_in_window(times, count, 60000) <= (size_t)limits[i]);
        /* Ten minutes: at least 95 % of what was allowed. */
        assert_true(count * 100 >= (size_t)limits[i] * 10 * 95);
        http_pace_free(pace);
    }
    free(times);
}

static void the_hour_counts_as_well(void **state)
{
    int64_t *times = calloc(20000, sizeof(*times));
    struct http_pace *pace = http_pace_new(60, 1800);
    int64_t now = 0;
    (void)state;
    size_t count = send_until(pace, &now, (int64_t)3 * 3600 * 1000, times, 20000);
    assert_true(most_in_window(times, count, 60000) <= 60);
    assert_true(most_in_window(times, count, 3600000) <= 1800);
    assert_true(count >= 1800 * 3 * 95 / 100);
    http_pace_free(pace);
    free(times);
}

static void a_pause_holds_everything_back(void **state)
{
    struct http_pace *pace = http_pace_new(0, 0);
    (void)state;
    assert_int_equal(http_pace_wait_ms(pace, 0), 0);
    http_pace_refused(pace, 0, 5000, true);
    assert_int_equal(http_pace_wait_ms(pace, 1000), 4000);
    http_pace_refused(pace, 1000, 1000, true); /* shorter: changes nothing */
    assert_int_equal(http_pace_wait_ms(pace, 1000), 4000);
    http_pace_refused(pace, 1000, 9000, false);
    assert_int_equal(http_pace_wait_ms(pace, 1000), 9000);
    assert_int_equal(http_pace_wait_ms(pace, 10000), 0);
    http_pace_free(pace);
}

static void refuse(struct http_pace *pace, int64_t now_ms, int count)
{
    for (int i = 0; i < count; i++) {
        http_pace_refused(pace, now_ms, 100, false);
    }
}

static void three_429_in_a_row_slow_down_one_does_not(void **state)
{
    struct http_pace *pace = http_pace_new(60, 0);
    (void)state;
    refuse(pace, 100000, 2);
    http_pace_accepted(pace, 100000);
    http_pace_accepted(pace, 100000);
    refuse(pace, 100000, 1);
    assert_int_equal(http_pace_limit(pace, 100000), 60);
    refuse(pace, 100001, 1);
    assert_int_equal(http_pace_limit(pace, 100001), 42);
    refuse(pace, 110000, 6); /* within 10 s */
    assert_int_equal(http_pace_limit(pace, 110000), 42);
    refuse(pace, 110001, 3);
    assert_int_equal(http_pace_limit(pace, 110001), 29);
    for (int64_t t = 1; t < 20; t++) {
        refuse(pace, 110001 + t * 10000, 3);
    }
    assert_int_equal(http_pace_limit(pace, 110001 + 190000), 10);
    http_pace_free(pace);
}

static void a_429_that_names_a_long_wait_slows_down(void **state)
{
    struct http_pace *pace = http_pace_new(60, 0);
    (void)state;
    http_pace_refused(pace, 0, 9000, true);
    assert_int_equal(http_pace_limit(pace, 0), 60);
    http_pace_accepted(pace, 20000);
    http_pace_accepted(pace, 20000);
    http_pace_refused(pace, 20000, 12000, false); /* our own backoff says nothing */
    assert_int_equal(http_pace_limit(pace, 20000), 60);
    http_pace_refused(pace, 40000, 10000, true);
    assert_int_equal(http_pace_limit(pace, 40000), 42);
    http_pace_free(pace);
}

static void no_slow_down_below_what_was_just_accepted(void **state)
{
    struct http_pace *pace = http_pace_new(60, 0);
    (void)state;
    for (int64_t i = 0; i < 50; i++) {
        http_pace_accepted(pace, 100000 + i * 100);
    }
    refuse(pace, 106000, 3);
    assert_int_equal(http_pace_limit(pace, 106000), 50);
    refuse(pace, 300000, 3); /* that was long ago */
    assert_int_equal(http_pace_limit(pace, 300000), 42);
    http_pace_free(pace);
}

static void time_gives_back_and_trouble_makes_it_slower(void **state)
{
    static const struct {
        int64_t at_ms;
        int refusals; /* after looking */
        int64_t want;
    } steps[] = {
        {0, 3, 60},       {29999, 0, 42},   {30000, 0, 47},
        {31000, 1, 47},                    /* noise does not stop it */
        {60000, 0, 52},   {120000, 3, 60}, /* soon after a raise: twice as long to the next */
        {179999, 0, 42},  {180000, 0, 47},  {181000, 3, 47}, /* again */
        {300999, 0, 32},  {301000, 3, 36},  {541000, 3, 29},
        {1020999, 0, 20}, {1021000, 3, 24}, /* eight minutes at most */
        {1500999, 0, 16}, {1501000, 0, 20}, /* half as long to the next raise */
        {1741000, 0, 24}, {1831000, 3, 24}, /* long after it: half of what that took */
        {1950999, 0, 16}, {1951000, 0, 20},
    };
    struct http_pace *pace = http_pace_new(60, 0);
    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_int_equal(http_pace_limit(pace, steps[i].at_ms), steps[i].want);
        refuse(pace, steps[i].at_ms, steps[i].refusals);
    }
    http_pace_free(pace);
}

static void without_a_limit_a_429_makes_one(void **state)
{
    struct http_pace *pace = http_pace_new(0, 0);
    (void)state;
    for (int64_t t = 0; t < 100; t++) {
        http_pace_take(pace, t * 100);
    }
    assert_true(http_pace_limit(pace, 10000) == INT64_MAX);
    refuse(pace, 10000, 3);
    assert_int_equal(http_pace_limit(pace, 10000), 70);
    assert_true(http_pace_limit(pace, (int64_t)48 * 3600 * 1000) == INT64_MAX);
    http_pace_free(pace);
}

static void a_part_counts_for_the_whole(void **state)
{
    struct http_pace *all = http_pace_new(60, 100);
    struct http_pace *pictures = http_pace_new_within(all, 20, 0);
    int64_t times[200];
    int64_t now = 0;
    (void)state;
    assert_int_equal(send_until(pictures, &now, 60000, times, 200), 20);
    assert_int_equal(http_pace_left_this_minute(all, 20000), 40);
    http_pace_refused(pictures, 20000, 15000, true); /* pictures only */
    assert_int_equal(http_pace_wait_ms(all, 20000), 0);
    assert_true(http_pace_wait_ms(pictures, 20000) > 0);
    http_pace_refused(all, 100000, 50000, true); /* everything */
    assert_int_equal(http_pace_wait_ms(pictures, 100000), 50000);
    now = 200000;
    assert_int_equal(send_until(all, &now, 300000, times, 200), 80);
    assert_true(http_pace_wait_ms(pictures, 1000000) > 2000000); /* the hour is full */
    http_pace_free(pictures);
    http_pace_free(all);
}

static void what_is_left_knows_of_hours_and_pauses(void **state)
{
    struct http_pace *pace = http_pace_new(60, 100);
    int64_t times[200];
    int64_t now = 0;
    (void)state;
    assert_true(http_pace_left_this_minute(NULL, 0) == INT64_MAX);
    assert_int_equal(http_pace_left_this_minute(pace, 0), 60);
    http_pace_take(pace, 0);
    assert_int_equal(http_pace_left_this_minute(pace, 0), 59);
    http_pace_refused(pace, 0, 5000, true);
    assert_int_equal(http_pace_left_this_minute(pace, 4999), 0);
    assert_int_equal(http_pace_left_this_minute(pace, 5000), 59);
    now = 5000;
    assert_int_equal(send_until(pace, &now, 200000, times, 200), 99);
    assert_int_equal(http_pace_left_this_minute(pace, 1000000), 0); /* the hour is full */
    assert_int_equal(http_pace_left_this_minute(pace, 4000000), 60);
    http_pace_free(pace);
}

static void retry_after_is_read_in_all_its_forms(void **state)
{
    /* 1994-11-06T08:49:07Z: half a minute before the date in the RFC's examples. */
    const int64_t now = 784111747000;
    static const struct {
        const char *value;
        int64_t want_ms;
    } cases[] = {
        {"0", 0},
        {"30", 30000},
        {" 120 ", 120000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 30000},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 30000},
        {"Sun Nov  6 08:49:37 1994", 30000},
        {"Sun, 06 Nov 1994 08:00:00 GMT", 0},
        {"Fri, 31 Dec 1999 23:59:59 GMT", 86400000},
        {"99999999999999999999999999999999999999999999", 86400000},
        {"31536000", 86400000},
        {"", -1},
        {"-5", -1},
        {"soon", -1},
        {"1.5", 1500},
        {"0.0019", 1},
        {"86399.999", 86399999},
        {"1.", -1},
        {".5", -1},
        {"1.5.2", -1},
        {"1e3", -1},
        {"+5", -1},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 86400000},
        {"Sunday, 06-Nov-44 08:49:37 GMT", 86400000},
        {"Sunday, 06-Nov-45 08:49:37 GMT", 0},
        {"Sun, 06 Foo 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1994", -1},
        {"Sun, 99 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 Nov 1994 25:49:37 GMT", -1},
        {",,,,:::---", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t got = http_retry_after_ms(str_from(cases[i].value), now);
        if (got != cases[i].want_ms) {
            print_error("Retry-After: '%s'\n", cases[i].value);
        }
        assert_int_equal(got, cases[i].want_ms);
    }
}

static void what_is_tried_again(void **state)
{
    static const struct {
        const char *about;
        struct http_attempt attempt;
        enum http_verdict verdict;
        enum status code; /* of a failure */
    } cases[] = {
        {"an answer", {OK, 200, -1, 1, 0, 1000, true}, HTTP_VERDICT_DONE, OK},
        {"no content", {OK, 204, -1, 1, 0, 1000, true}, HTTP_VERDICT_DONE, OK},
        {"bad token", {OK, 401, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_AUTH},
        {"forbidden", {OK, 403, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_FORBIDDEN},
        {"missing", {OK, 404, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_NOT_FOUND},
        {"invalid", {OK, 422, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_REJECTED},
        {"429 waits", {OK, 429, 5000, 1, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"429 of a write waits too",
         {OK, 429, -1, 1, 0, 900000, false},
         HTTP_VERDICT_RETRY,
         OK},
        {"429 beyond the budget",
         {OK, 429, 5000, 1, 0, 4000, true},
         HTTP_VERDICT_FAIL,
         ERR_RATE},
        {"500 again", {OK, 500, -1, 3, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"500 enough", {OK, 500, -1, 4, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_NETWORK},
        {"500 of a write", {OK, 500, -1, 1, 0, 900000, false}, HTTP_VERDICT_FAIL, ERR_NETWORK},
        {"503 again", {OK, 503, -1, 9, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"503 named", {OK, 503, 7000, 1, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"520 again", {OK, 520, -1, 3, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"520 enough", {OK, 520, -1, 4, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_NETWORK},
        {"408 again", {OK, 408, -1, 9, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"501 for ever", {OK, 501, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_NETWORK},
        {"cut", {ERR_NETWORK, 0, -1, 1, 0, 900000, true}, HTTP_VERDICT_RETRY, OK},
        {"cut write",
         {ERR_NETWORK, 0, -1, 1, 0, 900000, false},
         HTTP_VERDICT_FAIL,
         ERR_NETWORK},
        {"budget spent",
         {ERR_NETWORK, 0, -1, 9, 900000, 900000, true},
         HTTP_VERDICT_FAIL,
         ERR_NETWORK},
        {"second and last",
         {OK, 503, -1, 2, 0, 900000, true, 2},
         HTTP_VERDICT_FAIL,
         ERR_NETWORK},
        {"first of two", {OK, 503, -1, 1, 0, 900000, true, 2}, HTTP_VERDICT_RETRY, OK},
        {"429, but last", {OK, 429, 1, 2, 0, 900000, true, 2}, HTTP_VERDICT_FAIL, ERR_RATE},
        {"bad certificate", {ERR_IO, 0, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_IO},
        {"too large", {ERR_LIMIT, 200, -1, 1, 0, 900000, true}, HTTP_VERDICT_FAIL, ERR_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct http_decision got = http_decide(&cases[i].attempt, 12345);
        if (got.verdict != cases[i].verdict || got.code != cases[i].code) {
            print_error("%s\n", cases[i].about);
        }
        assert_int_equal(got.verdict, cases[i].verdict);
        assert_int_equal(got.code, cases[i].code);
        assert_int_equal(got.pauses_all, cases[i].attempt.http_status == 429);
    }
}

static void waits_double_with_jitter_and_obey_the_server(void **state)
{
    struct http_attempt attempt = {ERR_NETWORK, 0, -1, 1, 0, 9000000, true};
    (void)state;
    for (unsigned number = 1; number < 20; number++) {
        int64_t ceiling = number >= 7 ? 60000 : (int64_t)1000 << (number - 1);
        attempt.number = number;
        for (uint64_t random = 0; random < 1000000; random += 9973) {
            int64_t wait = http_decide(&attempt, random).wait_ms;
            assert_true(wait >= 1 && wait <= ceiling);
        }
    }
    attempt = (struct http_attempt){OK, 429, 17000, 5, 0, 9000000, true};
    assert_int_equal(http_decide(&attempt, 99).wait_ms, 17000);
    /* "At once", for the fifth time: better not. The first time it is believed. */
    attempt.retry_after_ms = 0;
    assert_int_equal(http_decide(&attempt, 99).wait_ms, 100);
    attempt.number = 1;
    assert_int_equal(http_decide(&attempt, 99).wait_ms, 0);
}

/* Who fails of too long a wait does not send the next one into the same wall. */
static void a_429_that_fails_a_request_still_pauses(void **state)
{
    struct http_attempt attempt = {OK, 429, 3600000, 1, 0, 900000, true};
    struct http_decision got = http_decide(&attempt, 1);
    (void)state;
    assert_int_equal(got.verdict, HTTP_VERDICT_FAIL);
    assert_int_equal(got.code, ERR_RATE);
    assert_true(got.pauses_all);
    assert_int_equal(got.wait_ms, 900000);
    attempt.retry_after_ms = 600000;
    attempt.elapsed_ms = 400000;
    got = http_decide(&attempt, 1);
    assert_int_equal(got.verdict, HTTP_VERDICT_FAIL);
    assert_int_equal(got.wait_ms, 600000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_minute_has_more_than_the_limit),
        cmocka_unit_test(the_hour_counts_as_well),
        cmocka_unit_test(a_pause_holds_everything_back),
        cmocka_unit_test(three_429_in_a_row_slow_down_one_does_not),
        cmocka_unit_test(a_429_that_names_a_long_wait_slows_down),
        cmocka_unit_test(no_slow_down_below_what_was_just_accepted),
        cmocka_unit_test(time_gives_back_and_trouble_makes_it_slower),
        cmocka_unit_test(a_part_counts_for_the_whole),
        cmocka_unit_test(without_a_limit_a_429_makes_one),
        cmocka_unit_test(what_is_left_knows_of_hours_and_pauses),
        cmocka_unit_test(retry_after_is_read_in_all_its_forms),
        cmocka_unit_test(what_is_tried_again),
        cmocka_unit_test(waits_double_with_jitter_and_obey_the_server),
        cmocka_unit_test(a_429_that_fails_a_request_still_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
