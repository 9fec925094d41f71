#include "hex/sync.h"

#include "base/log.h"
#include "base/metrics.h"
#include "hex/sync_state.h"

#define TURN_MS 250

static void report_progress(struct sync *sync)
{
    const struct sync_options *options = sync->options;
    if (options->progress == NULL) {
        return;
    }
    bool is_listing = sync->phase <= SYNC_PHASE_LIST;
    const struct sync_summary *summary = sync->summary;
    const struct sync_progress progress = {
        .phase = sync->phase,
        .done = is_listing ? sync->walk.walk.listed : sync->work_done,
        .total = is_listing ? -1 : sync->work_total,
        .requests = metrics_get(METRIC_HTTP_REQUESTS),
        .left_this_minute =
            http_pace_left_this_minute(options->api->pace, clock_monotonic_ms(&options->clock)),
        .warnings = summary->listing.warnings + summary->details.warnings,
        .failures = summary->listing.errors + summary->details.errors,
    };
    options->progress(options->progress_ctx, &progress);
}

static void notice_stop(struct sync *sync)
{
    const struct sync_options *options = sync->options;
    if (options->stop != NULL && *options->stop != 0 && !sync->summary->was_stopped) {
        sync->summary->was_stopped = true;
        log_info("stopping: waiting for %zu requests in flight",
                 http_client_in_flight(options->api->client));
        http_client_cancel_waiting(options->api->client);
    }
}

/* Turns the event loop until is_done, or nothing is left to wait for. */
static void drive(struct sync *sync, bool (*is_done)(const struct sync *sync),
                  void (*fill)(struct sync *sync))
{
    struct http_client *client = sync->options->api->client;
    for (;;) {
        notice_stop(sync);
        if (fill != NULL && !sync_is_ending(sync)) {
            fill(sync);
        }
        report_progress(sync);
        if (is_done(sync) || (sync_is_ending(sync) && http_client_pending(client) == 0)) {
            return;
        }
        struct error err = ERROR_INIT;
        if (http_client_pending(client) == 0) {
            (void)error_set(&err, ERR_BUG, "the sync waits for nothing (phase %d)",
                            (int)sync->phase);
            sync_fatal(sync, &err);
        } else if (http_client_run(client, TURN_MS, &err) != OK) {
            sync_fatal(sync, &err);
        }
    }
}

static bool me_is_done(const struct sync *sync)
{
    return sync->has_me;
}

static void read_details(struct sync *sync)
{
    struct error err = ERROR_INIT;
    const struct sync_options *options = sync->options;
    sync->after_views = INT64_MAX;
    sync->after_id = STR_NULL;
    if (catalog_count_work(options->catalog, sync->source.id, options->includes_archived,
                           sync_now_ms(sync), &sync->work_total, &err) != OK) {
        sync_fatal(sync, &err);
        return;
    }
    sync->phase = SYNC_PHASE_READ;
    drive(sync, sync_details_are_done, sync_fill_jobs);
    if (options->includes_outputs && !sync_is_ending(sync)) {
        sync->phase = SYNC_PHASE_PICTURES;
        drive(sync, sync_pictures_are_done, sync_fill_pictures);
    }
}

/* Whatever ended the run: every request must have called back before memory goes. */
static void drain(struct sync *sync)
{
    struct http_client *client = sync->options->api->client;
    http_client_cancel_waiting(client);
    while (http_client_pending(client) > 0) {
        struct error ignored = ERROR_INIT;
        if (http_client_run(client, TURN_MS, &ignored) != OK) {
            log_error("requests left behind: %s", ignored.message);
            return;
        }
        http_client_cancel_waiting(client);
    }
}

static void run_phases(struct sync *sync)
{
    sync_start_me(sync);
    drive(sync, me_is_done, NULL);
    if (sync_is_ending(sync)) {
        return;
    }
    sync->phase = SYNC_PHASE_LIST;
    sync_start_listing(sync);
    drive(sync, sync_listing_is_done, NULL);
    if (!sync_is_ending(sync) && sync->walk.is_complete) {
        drive(sync, sync_lookups_are_done, sync_fill_lookups);
    }
    if (!sync_is_ending(sync) && sync->options->reads_details) {
        read_details(sync);
    }
}

enum status sync_run(const struct sync_options *options, struct sync_summary *summary,
                     struct error *err)
{
    struct sync sync = {.options = options, .summary = summary, .fatal = ERROR_INIT};
    int64_t requests_before = metrics_get(METRIC_HTTP_REQUESTS);

    *summary =
        (struct sync_summary){.connections = -1, .collections = -1, .users = -1, .groups = -1};
    arena_init(&summary->arena, SYNC_LIST_BYTES);
    arena_init(&sync.arena, SYNC_LIST_BYTES);
    map_init(&sync.walk.cursors);

    run_phases(&sync);
    drain(&sync);
    sync.phase = SYNC_PHASE_DONE;
    report_progress(&sync);

    summary->source = sync.source.id;
    summary->is_complete = sync.walk.is_complete;
    summary->listed = sync.walk.walk.listed;
    summary->listing.updated = summary->changes.added + summary->changes.updated;
    summary->requests = metrics_get(METRIC_HTTP_REQUESTS) - requests_before;
    metrics_set(METRIC_PROJECTS_LISTED, sync.walk.walk.listed);
    metrics_set(METRIC_PROJECTS_READ, summary->details.records);
    metrics_set(METRIC_PROJECTS_FAILED, summary->details.errors);

    catalog_rollback(options->catalog);
    sync_jobs_free(&sync);
    sync_listing_free(&sync);
    arena_free(&sync.arena);
    if (sync.fatal.code != OK) {
        *err = sync.fatal;
        return err->code;
    }
    if (summary->was_stopped) {
        return error_set(err, ERR_CANCELLED, "stopped before the end; the next run goes on");
    }
    return OK;
}

void sync_summary_free(struct sync_summary *summary)
{
    arena_free(&summary->arena);
}
