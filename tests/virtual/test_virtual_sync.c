/*
 * Whole runs of sync_run in virtual time: a first sync of thousands of projects at Hex's
 * limits, with storms and failures on the way. Only the network and the clock are not real.
 * The lines that it prints are the table of docs/internals/hex.md.
 */
#include "catalog/query.h"
#include "hex/sync.h"
#include "virtual_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MINUTE ((int64_t)60 * 1000)
#define HOUR ((int64_t)3600 * 1000)
#define START_MS INT64_C(1760000000000)
#define JOBS 6
#define PAUSE_MS 5000

/* What somebody sees who looks into the catalog. */
struct view {
    int64_t listed;
    int64_t read;       /* with all details */
    int64_t views;      /* of all projects */
    int64_t views_read; /* of these */
};

struct virtual_run {
    struct virtual_hex hex;
    struct clock_fake fake;
    struct clock clock;
    struct http_pace *pace;
    struct http_pace *picture_pace;
    struct http_client *client;
    struct catalog *catalog;
    char folder[40];
    char path[64];
    int64_t begin_ms;
    bool has_looked;
    unsigned pause_after; /* 0: no pauses */
    unsigned pauses;
    struct view after_10_min;
    struct sync_summary summary;
    enum status status;
};

/* ---- looking into the catalog ---- */

static enum status count_project(void *ctx, struct str line, struct error *err)
{
    struct view *view = ctx;
    static const char key[] = "\"allTime\":";
    const char *at = memmem(line.p, line.n, key, sizeof(key) - 1);
    int64_t views = at != NULL ? strtoll(at + sizeof(key) - 1, NULL, 10) : 0;
    static const char full[] = "\"detail\":\"full\"";
    bool is_read = memmem(line.p, line.n, full, sizeof(full) - 1) != NULL;
    (void)err;
    view->listed++;
    view->views += views;
    view->read += is_read;
    view->views_read += is_read ? views : 0;
    return OK;
}

static struct view look(struct virtual_run *run)
{
    struct view view = {0};
    struct error err = ERROR_INIT;
    assert_int_equal(query_export(run->catalog, "project", count_project, &view, &err), OK);
    return view;
}

static void on_progress(void *ctx, const struct sync_progress *progress)
{
    struct virtual_run *run = ctx;
    (void)progress;
    if (!run->has_looked && run->fake.monotonic_ms - run->begin_ms >= 10 * MINUTE) {
        run->has_looked = true;
        run->after_10_min = look(run);
    }
}

/* ---- a run ---- */

static void begin(struct virtual_run *run, const struct virtual_hex_options *hex,
                  int64_t per_minute, int64_t per_hour)
{
    struct error err = ERROR_INIT;
    *run = (struct virtual_run){.fake = {.wall_ms = START_MS, .monotonic_ms = 5000}};
    run->clock = clock_fake(&run->fake);
    const struct http_client_options options = {
        .clock = run->clock, .max_in_flight = 8, .retry_budget_ms = 900000};
    virtual_hex_init(&run->hex, hex);
    run->pace = http_pace_new(per_minute, per_hour);
    run->picture_pace = http_pace_new_within(run->pace, 20, 0);
    (void)snprintf(run->folder, sizeof(run->folder), "/tmp/hexmeta-virtual-XXXXXX");
    assert_non_null(mkdtemp(run->folder));
    (void)snprintf(run->path, sizeof(run->path), "%s/c.db", run->folder);
    assert_int_equal(http_client_new(&options, &run->client, &err), OK);
    virtual_client_connect(run->client, &run->hex);
    assert_int_equal(
        catalog_open(run->path, CATALOG_MODE_CREATE, &run->clock, &run->catalog, NULL, &err),
        OK);
}

/* As long as a pass of publishing takes. */
static void on_pause(void *ctx, int64_t source)
{
    struct virtual_run *run = ctx;
    struct error err = ERROR_INIT;
    assert_true(source > 0);
    assert_int_equal(http_client_in_flight(run->client), 0);
    assert_int_equal(catalog_begin(run->catalog, &err), OK);
    catalog_rollback(run->catalog);
    run->fake.monotonic_ms += PAUSE_MS;
    run->fake.wall_ms += PAUSE_MS;
    run->pauses++;
}

static void sync_once(struct virtual_run *run, bool includes_outputs)
{
    struct error err = ERROR_INIT;
    const struct hex_api api = {
        .client = run->client,
        .pace = run->pace,
        .picture_pace = run->picture_pace,
        .api_url = STR("https://hex.example/api/v1"),
        .authorization = STR("Bearer hxtp_virtual"),
    };
    const struct sync_options options = {
        .catalog = run->catalog,
        .api = &api,
        .clock = run->clock,
        .host_url = STR("https://hex.example"),
        .workspace = STR_NULL,
        .reads_details = true,
        .includes_outputs = includes_outputs,
        .progress = on_progress,
        .progress_ctx = run,
        .pause = run->pause_after > 0 ? on_pause : NULL,
        .pause_ctx = run,
        .pause_after = run->pause_after,
        .jobs = JOBS,
    };
    run->begin_ms = run->fake.monotonic_ms;
    run->status = sync_run(&options, &run->summary, &err);
    if (run->status != OK) {
        print_error("%s\n", err.message);
    }
}

static void end(struct virtual_run *run)
{
    static const char *const names[] = {"c.db", "c.db-wal", "c.db-shm", "c.db.lock"};
    char path[80];
    sync_summary_free(&run->summary);
    catalog_close(run->catalog);
    http_client_free(run->client);
    http_pace_free(run->picture_pace);
    http_pace_free(run->pace);
    virtual_hex_free(&run->hex);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", run->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(run->folder);
}

/* ---- what must hold of every run ---- */

/* Everything was read, and nothing more than a limit within any minute or hour. */
static void assert_complete(struct virtual_run *run, int64_t per_minute, int64_t per_hour)
{
    struct view view = look(run);
    size_t minute = virtual_hex_most_within(&run->hex, MINUTE, VIRTUAL_CALL_ANY);
    size_t hour = virtual_hex_most_within(&run->hex, HOUR, VIRTUAL_CALL_ANY);
    assert_int_equal(run->status, OK);
    assert_true(run->summary.is_complete);
    assert_int_equal(run->summary.failure_count, 0);
    assert_int_equal(view.listed, run->hex.options.project_count);
    assert_int_equal(view.read, run->hex.options.project_count);
    assert_int_equal(run->summary.requests, run->hex.count);
    assert_true(minute <= (size_t)per_minute);
    assert_true(per_hour == 0 || hour <= (size_t)per_hour);
}

/* Per cent of what the limits allowed until the last request. */
static double used(const struct virtual_run *run, int64_t per_minute, int64_t per_hour)
{
    int64_t ms = run->hex.log[run->hex.count - 1].at_ms - run->begin_ms;
    double allowed = (double)per_minute * ((double)ms / MINUTE + 1.0);
    if (per_hour != 0) {
        /* Whole hours, and what the running one had time for. */
        int64_t rest = (ms % HOUR) * per_minute / MINUTE + per_minute;
        allowed = (double)(ms / HOUR * per_hour) + (double)(rest < per_hour ? rest : per_hour);
    }
    return 100.0 * (double)run->hex.count / allowed;
}

/* The k-th export asked for is about the k-th most viewed. */
static void assert_most_viewed_first(const struct virtual_run *run)
{
    size_t asked = 0;
    for (size_t i = 0; i < run->hex.count; i++) {
        const struct virtual_arrival *arrival = &run->hex.log[i];
        if (arrival->call == VIRTUAL_CALL_EXPORT && arrival->status == 200) {
            size_t rank = virtual_hex_rank(&run->hex, arrival->project);
            assert_true(rank <= asked + 2 * JOBS && asked <= rank + 2 * JOBS);
            asked++;
        }
    }
    assert_int_equal(asked, run->hex.options.project_count);
}

static void report(const struct virtual_run *run, const char *tier, int64_t per_minute,
                   int64_t per_hour)
{
    const struct view *view = &run->after_10_min;
    double hours = (double)(run->fake.monotonic_ms - run->begin_ms) / (double)HOUR;
    print_message("# | %" PRId64 " | %s | %s | %zu | %.1f h | %.1f %% | %" PRId64 " | %" PRId64
                  " | %.0f %% |\n",
                  per_minute, per_hour == 0 ? "none" : "1,800", tier, run->hex.count, hours,
                  used(run, per_minute, per_hour), view->listed, view->read,
                  100.0 * (double)view->views_read / (double)view->views);
}

/* ---- the tests ---- */

static void a_first_sync_of_5000_projects(void **state)
{
    static const struct {
        int64_t per_minute, per_hour;
        bool is_enterprise;
        double most_hours;
    } cases[] = {{60, 0, true, 3.6}, {60, 1800, true, 6.5}, {60, 1800, false, 4.5}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct virtual_hex_options hex = {
            .project_count = 5000,
            .is_enterprise = cases[i].is_enterprise,
            .per_minute = cases[i].per_minute, /* Hex has the same limits */
            .per_hour = cases[i].per_hour,
            .names_wait = true,
        };
        struct virtual_run run;
        begin(&run, &hex, cases[i].per_minute, cases[i].per_hour);
        sync_once(&run, false);
        report(&run, cases[i].is_enterprise ? "Enterprise" : "Team", cases[i].per_minute,
               cases[i].per_hour);
        assert_complete(&run, cases[i].per_minute, cases[i].per_hour);
        assert_most_viewed_first(&run);
        assert_true(used(&run, cases[i].per_minute, cases[i].per_hour) >= 95.0);
        assert_int_equal(virtual_hex_count(&run.hex, 429, 0, INT64_MAX), 0);
        double hours = (double)(run.fake.monotonic_ms - run.begin_ms) / (double)HOUR;
        assert_true(hours <= cases[i].most_hours);
        /* After ten minutes: all are listed, and what people look at is there. */
        assert_int_equal(run.after_10_min.listed, 5000);
        assert_true(run.after_10_min.read >= 150);
        assert_true(run.after_10_min.views_read * 100 >= run.after_10_min.views * 25);
        end(&run);
    }
}

/* Minutes that a first sync of 1,000 projects takes at 60 a minute. */
static double minutes_with(const struct virtual_hex_options *trouble, size_t *refused)
{
    struct virtual_hex_options hex = *trouble;
    struct virtual_run run;
    hex.project_count = 1000;
    hex.is_enterprise = true;
    begin(&run, &hex, 60, 0);
    sync_once(&run, false);
    assert_complete(&run, 60, 0);
    double minutes = (double)(run.fake.monotonic_ms - run.begin_ms) / (double)MINUTE;
    *refused = virtual_hex_count(&run.hex, 429, 0, INT64_MAX);
    end(&run);
    return minutes;
}

static void trouble_costs_little_and_loses_nothing(void **state)
{
    static const struct {
        const char *name;
        struct virtual_hex_options hex;
        double most_percent; /* more time than without trouble */
        size_t most_refused;
    } cases[] = {
        /* A tenth must be sent twice: 11 % at the least; 15 % less throughput is 17.6 %. */
        {"429 for 10 %", {.storm_percent = 10, .storm_wait_ms = -1}, 17.6, 400},
        {"429 for 10 %, Retry-After 1",
         {.storm_percent = 10, .storm_wait_ms = 1000},
         17.6,
         400},
        {"503 for 10 %", {.error_percent = 10}, 17.6, 0},
        {"limit of 30 a minute", {.per_minute = 30, .names_wait = true}, 112.0, 80},
        {"limit of 30 a minute, unnamed", {.per_minute = 30}, 112.0, 100},
    };
    const struct virtual_hex_options calm = {0};
    size_t refused;
    double without = minutes_with(&calm, &refused);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double with = minutes_with(&cases[i].hex, &refused);
        double percent = 100.0 * with / without - 100.0;
        print_message("# %s: %.1f instead of %.1f minutes (+%.1f %%), %zu refused\n",
                      cases[i].name, with, without, percent, refused);
        assert_true(percent < cases[i].most_percent);
        assert_true(refused <= cases[i].most_refused);
    }
}

static void pictures_count_for_both_buckets(void **state)
{
    const struct virtual_hex_options hex = {
        .project_count = 300, .per_minute = 60, .names_wait = true};
    struct virtual_run run;
    (void)state;
    begin(&run, &hex, 60, 0);
    sync_once(&run, true);
    assert_complete(&run, 60, 0);
    assert_int_equal(run.summary.pictures, 180);
    assert_int_equal(virtual_hex_most_within(&run.hex, MINUTE, VIRTUAL_CALL_IMAGE), 20);
    assert_int_equal(virtual_hex_count(&run.hex, 429, 0, INT64_MAX), 0);
    end(&run);
}

/* Nine pauses and what it takes to have nothing in flight; no request is repeated. */
static void a_pause_costs_little_more_than_it_lasts(void **state)
{
    const struct virtual_hex_options hex = {
        .project_count = 1000, .is_enterprise = true, .per_minute = 60, .names_wait = true};
    int64_t took[2];
    size_t requests[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct virtual_run run;
        begin(&run, &hex, 60, 0);
        run.pause_after = i == 0 ? 0 : 100;
        sync_once(&run, false);
        assert_complete(&run, 60, 0);
        assert_int_equal(run.pauses, i == 0 ? 0 : 9);
        took[i] = run.fake.monotonic_ms - run.begin_ms;
        requests[i] = run.hex.count;
        end(&run);
    }
    print_message("# 9 pauses of 5 s: %" PRId64 " s more\n", (took[1] - took[0]) / 1000);
    assert_int_equal(requests[0], requests[1]);
    assert_true(took[1] - took[0] < 9 * (PAUSE_MS + 5000));
}

/* A listing that may not go on is no listing, and the run says so soon. */
static void a_wait_beyond_the_budget_ends_the_run(void **state)
{
    const struct virtual_hex_options hex = {
        .project_count = 300, .storm_percent = 100, .storm_wait_ms = 3600000};
    struct virtual_run run;
    (void)state;
    begin(&run, &hex, 60, 0);
    sync_once(&run, false);
    assert_int_equal(run.status, ERR_RATE);
    assert_false(run.summary.is_complete);
    assert_true(run.fake.monotonic_ms - run.begin_ms < 20 * MINUTE);
    assert_true(run.hex.count <= 6);
    end(&run);
}

/*
 * Three attempts in ten seconds at the start; later a cut of ten minutes only costs these, and
 * one without an end one budget, not one for each project.
 */
static void a_host_that_never_answered_is_not_waited_for(void **state)
{
    static const struct {
        int64_t from_ms, to_ms; /* of the run; it begins at 5000 */
        enum status status;
        int64_t least_ms, most_ms;
    } cases[] = {
        {0, INT64_MAX, ERR_NETWORK, 10000, 11000},
        {0, 5000 + 8000, OK, MINUTE, HOUR},
        {5000 + 2 * MINUTE, 5000 + 12 * MINUTE, OK, 15 * MINUTE, HOUR},
        {5000 + 2 * MINUTE, INT64_MAX, OK, 15 * MINUTE, 40 * MINUTE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct virtual_hex_options hex = {.project_count = 300,
                                                .down_from_ms = cases[i].from_ms,
                                                .down_to_ms = cases[i].to_ms};
        struct virtual_run run;
        begin(&run, &hex, 60, 0);
        sync_once(&run, false);
        int64_t took_ms = run.fake.monotonic_ms - run.begin_ms;
        print_message("# down from %" PRId64 " to %" PRId64 ": %s after %" PRId64 " s\n",
                      cases[i].from_ms, cases[i].to_ms, status_name(run.status),
                      took_ms / 1000);
        assert_int_equal(run.status, cases[i].status);
        assert_true(took_ms >= cases[i].least_ms && took_ms <= cases[i].most_ms);
        assert_int_equal(run.summary.is_complete, cases[i].status == OK);
        assert_int_equal(run.summary.failure_count > 0, cases[i].to_ms == INT64_MAX);
        end(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_sync_of_5000_projects),
        cmocka_unit_test(trouble_costs_little_and_loses_nothing),
        cmocka_unit_test(pictures_count_for_both_buckets),
        cmocka_unit_test(a_pause_costs_little_more_than_it_lasts),
        cmocka_unit_test(a_wait_beyond_the_budget_ends_the_run),
        cmocka_unit_test(a_host_that_never_answered_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
