/*
 * The pace in virtual time: http_queue and http_policy between a client that always has work
 * and a server with limits and moods of its own.
 */
#include "virtual_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MINUTE ((int64_t)60 * 1000)
#define HOUR ((int64_t)3600 * 1000)
#define STORMS 10
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct load {
    struct clock_fake fake;
    struct http_client *client;
    struct http_pace *pace;
    struct virtual_hex hex;
    int64_t begin_ms;
    size_t good;
    size_t failed;
};

static void count(void *ctx, const struct http_answer *answer, const struct error *err)
{
    struct load *load = ctx;
    (void)answer;
    load->good += err->code == OK;
    load->failed += err->code != OK;
}

static void submit(struct load *load)
{
    struct error err = ERROR_INIT;
    const struct http_request request = {
        .method = "GET",
        .url = STR("https://hex.example/api/v1/users/me"),
        .is_safe_to_repeat = true,
        .pace = load->pace,
        .done = count,
        .ctx = load,
    };
    assert_int_equal(http_client_submit(load->client, &request, &err), OK);
}

static void begin(struct load *load, const struct virtual_hex_options *hex, int64_t per_minute,
                  int64_t per_hour)
{
    struct error err = ERROR_INIT;
    *load = (struct load){.fake = {.monotonic_ms = 1000000}, .begin_ms = 1000000};
    const struct http_client_options options = {
        .clock = clock_fake(&load->fake), .max_in_flight = 6, .retry_budget_ms = 900000};
    virtual_hex_init(&load->hex, hex);
    load->pace = http_pace_new(per_minute, per_hour);
    assert_int_equal(http_client_new(&options, &load->client, &err), OK);
    virtual_client_connect(load->client, &load->hex);
}

/* There is always work for jobs side by side, for so long. */
static void work(struct load *load, size_t jobs, int64_t for_ms)
{
    int64_t end_ms = load->fake.monotonic_ms + for_ms;
    struct error err = ERROR_INIT;
    while (load->fake.monotonic_ms < end_ms) {
        while (http_client_pending(load->client) < jobs) {
            submit(load);
        }
        assert_int_equal(http_client_run(load->client, 250, &err), OK);
    }
}

static void end(struct load *load)
{
    http_client_cancel_waiting(load->client);
    while (http_client_pending(load->client) > 0) {
        struct error err = ERROR_INIT;
        assert_int_equal(http_client_run(load->client, 250, &err), OK);
        http_client_cancel_waiting(load->client);
    }
    http_client_free(load->client);
    http_pace_free(load->pace);
    virtual_hex_free(&load->hex);
}

/* Good answers an hour, over six hours. */
static size_t throughput(const struct virtual_hex_options *hex, size_t jobs, uint64_t seed)
{
    struct load load;
    begin(&load, hex, 60, 0);
    load.hex.random = seed;
    work(&load, jobs, 6 * HOUR);
    size_t good = load.good;
    assert_int_equal(load.failed, 0);
    end(&load);
    return good / 6;
}

static void limits_are_kept_and_used(void **state)
{
    static const struct {
        int64_t per_minute, per_hour;
        double allowed; /* an hour */
    } cases[] = {{60, 0, 3600}, {60, 1800, 1800}, {0, 1800, 1800}, {30, 0, 1800}, {10, 0, 600}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct virtual_hex_options hex = {0};
        struct load load;
        begin(&load, &hex, cases[i].per_minute, cases[i].per_hour);
        work(&load, 8, 6 * HOUR);
        size_t minute = virtual_hex_most_within(&load.hex, MINUTE, VIRTUAL_CALL_ANY);
        size_t hour = virtual_hex_most_within(&load.hex, HOUR, VIRTUAL_CALL_ANY);
        double used = (double)load.hex.count / (6 * cases[i].allowed);
        print_message("# %3d/min %4d/h: at most %zu a minute, %zu an hour, %.1f %% used\n",
                      (int)cases[i].per_minute, (int)cases[i].per_hour, minute, hour,
                      used * 100);
        assert_true(cases[i].per_minute == 0 || minute <= (size_t)cases[i].per_minute);
        assert_true(cases[i].per_hour == 0 || hour <= (size_t)cases[i].per_hour);
        assert_true(used >= 0.95);
        end(&load);
    }
}

/* A tenth must be sent twice; whatever else it costs is the pace's doing. */
static void one_refusal_in_ten_costs_little(void **state)
{
    static const int64_t waits[] = {-1, 0, 1000, 2000};
    static const size_t jobs[] = {1, 6};
    const struct virtual_hex_options calm = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(waits) * COUNT(jobs); i++) {
        const struct virtual_hex_options storm = {.storm_percent = 10,
                                                  .storm_wait_ms = waits[i / COUNT(jobs)]};
        size_t side_by_side = jobs[i % COUNT(jobs)];
        double without = (double)throughput(&calm, side_by_side, 0);
        double sum = 0;
        double worst = 0;
        for (uint64_t seed = 0; seed < STORMS; seed++) {
            double with = (double)throughput(&storm, side_by_side, seed);
            double cost = 100.0 - 100.0 * with / without;
            sum += cost;
            worst = cost > worst ? cost : worst;
        }
        print_message("# storm, Retry-After %4d ms, %zu jobs: costs %.1f %%, at worst %.1f\n",
                      (int)storm.storm_wait_ms, side_by_side, sum / STORMS, worst);
        assert_true(worst < 15.0);
    }
}

static void a_lower_limit_of_the_server_is_found(void **state)
{
    static const struct {
        struct virtual_hex_options hex;
        int64_t configured;
        size_t jobs;
    } cases[] = {
        {{.per_minute = 30, .names_wait = true}, 60, 6},
        {{.per_minute = 30}, 60, 6},
        {{.per_minute = 30, .counts_refused = true}, 60, 6},
        {{.per_minute = 30, .names_wait = true}, 60, 1},
        {{.per_minute = 30}, 60, 1},
        {{.per_minute = 55, .names_wait = true}, 60, 6},
        {{.per_minute = 55}, 60, 6},
        {{.per_minute = 20}, 60, 6},
        {{.per_minute = 12, .names_wait = true}, 60, 8},
        {{.per_minute = 60, .names_wait = true}, 0, 8},
        {{.per_minute = 60}, 0, 8},
        {{.per_minute = 60}, 600, 8},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct virtual_hex_options *hex = &cases[i].hex;
        struct load load;
        begin(&load, hex, cases[i].configured, 0);
        work(&load, cases[i].jobs, 4 * HOUR);
        int64_t start = load.begin_ms;
        size_t first = virtual_hex_count(&load.hex, 429, start, start + 10 * MINUTE);
        size_t later = virtual_hex_count(&load.hex, 429, start + HOUR, start + 4 * HOUR);
        size_t good = virtual_hex_count(&load.hex, 200, start + HOUR, start + 4 * HOUR);
        double used = 100.0 * (double)good / (double)(180 * hex->per_minute);
        print_message("# server %d/min%s%s, ours %d, %zu jobs: 429 in 10 min %zu, then %.1f/h, "
                      "%.1f %% used, failed %zu\n",
                      (int)hex->per_minute, hex->names_wait ? ", Retry-After" : "",
                      hex->counts_refused ? ", counts refused" : "", (int)cases[i].configured,
                      cases[i].jobs, first, (double)later / 3, used, load.failed);
        assert_int_equal(load.failed, 0);
        assert_true(later * 100 < good * 5);
        assert_true(used >= 85.0);
        end(&load);
    }
}

/* A server in trouble is left alone, and gets everything when it is well again. */
static void an_overload_is_obeyed_and_forgotten(void **state)
{
    const struct virtual_hex_options hex = {.storm_wait_ms = -1};
    struct load load;
    (void)state;
    begin(&load, &hex, 60, 0);
    work(&load, 6, 30 * MINUTE);
    load.hex.options.storm_percent = 60;
    work(&load, 6, 30 * MINUTE);
    load.hex.options.storm_percent = 0;
    work(&load, 6, 60 * MINUTE);
    int64_t start = load.begin_ms;
    size_t during = virtual_hex_count(&load.hex, 0, start + 40 * MINUTE, start + 60 * MINUTE);
    size_t after = virtual_hex_count(&load.hex, 0, start + 80 * MINUTE, start + 90 * MINUTE);
    size_t end_of_it = virtual_hex_count(&load.hex, 0, start + 110 * MINUTE, INT64_MAX);
    print_message("# overload: %.1f a minute, %.1f after 20 minutes without, %.1f after 50\n",
                  (double)during / 20, (double)after / 10, (double)end_of_it / 10);
    assert_true(during <= 20 * 25);
    assert_true(after >= 10 * 45);
    assert_true(end_of_it >= 10 * 57);
    end(&load);
}

/* Nobody is hammered, and nothing waits for ever. */
static void refusals_without_end_end(void **state)
{
    static const struct {
        int64_t wait_ms;
        size_t most_an_hour; /* requests */
    } cases[] = {{-1, 700}, {0, 700}, {1000, 700}, {60000, 700}, {3600000, 40}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct virtual_hex_options hex = {.storm_percent = 100,
                                                .storm_wait_ms = cases[i].wait_ms};
        struct load load;
        begin(&load, &hex, 60, 0);
        work(&load, 6, 4 * HOUR);
        size_t sent = virtual_hex_count(&load.hex, 0, load.begin_ms + HOUR, INT64_MAX) / 3;
        print_message("# refused for ever, Retry-After %d ms: %zu requests an hour, failed "
                      "%zu\n",
                      (int)cases[i].wait_ms, sent, load.failed);
        assert_int_equal(load.good, 0);
        assert_true(load.failed >= 6);
        assert_true(sent <= cases[i].most_an_hour);
        end(&load);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_kept_and_used),
        cmocka_unit_test(one_refusal_in_ten_costs_little),
        cmocka_unit_test(a_lower_limit_of_the_server_is_found),
        cmocka_unit_test(an_overload_is_obeyed_and_forgotten),
        cmocka_unit_test(refusals_without_end_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
