#include "app/ingest.h"

#include "app/analyse.h"
#include "app/exit_code.h"
#include "app/publish.h"
#include "app/reread.h"
#include "app/session.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/metrics.h"
#include "domain/refresh.h"
#include "io/http_forecast.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT 8
/* Details take hours: what is read so far is published now and then. */
#define PROJECTS_A_PASS 500
#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* What one run holds; torn down in reverse by close_session. */
struct session {
    struct catalog *catalog;
    struct session_hex hex;
    struct sync_connection_default *defaults;
};

static void close_session(struct session *session)
{
    session_close_hex(&session->hex);
    catalog_close(session->catalog);
    free(session->defaults);
}

/* All but the catalog. */
static enum status open_session(const struct ingest_options *options, struct session *session,
                                struct error *err)
{
    const struct config *config = options->config;
    const struct http_client_options patience = {.clock = options->clock,
                                                 .max_in_flight = IN_FLIGHT};
    session->defaults = calloc(config->connection_count + 1, sizeof(*session->defaults));
    if (session->defaults == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < config->connection_count; i++) {
        session->defaults[i] = (struct sync_connection_default){
            .key = config->connections[i].key,
            .database = config->connections[i].database,
            .schema = config->connections[i].schema,
        };
    }
    return session_open_hex(config, &patience, &session->hex, err);
}

static enum status open_catalog(const struct ingest_options *options,
                                struct ingest_summary *summary, struct session *session,
                                struct error *err)
{
    const struct config *config = options->config;
    enum status status =
        catalog_open_waiting(config->catalog.p, CATALOG_MODE_CREATE, &options->clock,
                             options->wait, &session->catalog, &summary->is_new_catalog, err);
    if (status != OK) {
        return status;
    }
    char *absolute = realpath(config->catalog.p, NULL);
    const char *path = absolute != NULL ? absolute : config->catalog.p;
    size_t n = strnlen(path, sizeof(summary->catalog_path) - 1);
    memcpy(summary->catalog_path, path, n);
    free(absolute);
    return OK;
}

bool ingest_wants(void *ctx, const struct catalog_work *work)
{
    const struct config_candidate candidate = {
        .title = work->title,
        .owner = work->owner,
        .status = work->status,
        .categories = work->categories,
        .category_count = work->category_count,
        .collections = work->collections,
        .collection_count = work->collection_count,
    };
    return config_wants_project(ctx, &candidate);
}

/* The parts of a sync's options live in session. */
static struct sync_options options_of(const struct ingest_options *options,
                                      const struct session *session)
{
    const struct config *config = options->config;
    return (struct sync_options){
        .catalog = session->catalog,
        .api = &session->hex.api,
        .clock = options->clock,
        .host_url = config->host_url,
        .workspace = config->workspace,
        .token_type =
            config->token_type == CONFIG_TOKEN_WORKSPACE ? STR("workspace") : STR("personal"),
        .reads_published = config->version == CONFIG_VERSION_PUBLISHED,
        .reads_details = config->details == CONFIG_DETAILS_FULL,
        .includes_archived = config->include_archived,
        .includes_outputs = config->include_outputs,
        .max_delete_percent = config->max_delete_percent,
        .accepts_deletes = options->accepts_deletes,
        .refresh_after_ms = config->refresh_after_days * DAY_MS,
        .refresh_requests_hour =
            refresh_requests_per_hour(config->requests_per_minute, config->requests_per_hour),
        .defaults = session->defaults,
        .default_count = config->connection_count,
        .wants = ingest_wants,
        .wants_ctx = (void *)(uintptr_t)config,
        .progress = options->progress,
        .progress_ctx = options->progress_ctx,
        .stop = options->stop,
    };
}

static void write_log_row(const struct ingest_options *options, struct session *session,
                          const struct ingest_summary *summary, enum status status)
{
    struct error err = ERROR_INIT;
    struct buf text;
    struct json_out out;
    const struct sync_summary *sync = &summary->sync;
    buf_init(&text, 64 * 1024);
    json_out_init(&out, &text);
    json_out_object(&out);
    json_out_field_int(&out, "listed", sync->listing.records);
    json_out_field_int(&out, "added", sync->changes.added);
    json_out_field_int(&out, "changed", sync->changes.updated);
    json_out_field_int(&out, "read", sync->details.records);
    json_out_field_int(&out, "aged", sync->aged);
    json_out_field_int(&out, "failed", (int64_t)sync->failure_count);
    json_out_field_int(&out, "requests", sync->requests);
    json_out_field_bool(&out, "complete", sync->is_complete);
    json_out_field_int(&out, "archived", sync->absence.archived);
    json_out_field_int(&out, "trashed", sync->absence.trashed);
    json_out_field_int(&out, "gone", sync->absence.gone);
    json_out_field_int(&out, "missing", sync->absence.missing);
    json_out_field_int(&out, "heldBack", brake_stopping(&sync->absence.held));
    json_out_object_end(&out);
    if (catalog_begin(session->catalog, &err) != OK ||
        catalog_log_run(session->catalog, sync->source, options->command, summary->started_ms,
                        summary->ended_ms, ingest_exit_code(options->config, summary, status),
                        buf_str(&text), &err) != OK ||
        catalog_commit(session->catalog, &err) != OK) {
        catalog_rollback(session->catalog);
        log_failure(LOG_LEVEL_WARNING, &err);
    }
    buf_free(&text);
}

static enum status analyse_source(const struct ingest_options *options, struct session *session,
                                  int64_t source, struct ingest_summary *summary,
                                  struct error *err)
{
    struct analyse_result result = {0};
    enum status status = analyse_pending(session->catalog, source, options->stop, &result, err);
    summary->analysed += result.projects;
    summary->sync.failure_count += (size_t)result.failures;
    return status;
}

/* err is kept when the sync has filled it already. */
static enum status analyse_session(const struct ingest_options *options,
                                   struct session *session, struct ingest_summary *summary,
                                   struct error *err)
{
    struct error own = ERROR_INIT;
    enum status status = analyse_source(options, session, summary->sync.source, summary, &own);
    if (status != OK && err->code == OK) {
        *err = own;
    }
    return status;
}

/* Before anything is compared: what is stored is as this version would have read it. */
static enum status reread_session(const struct ingest_options *options, struct session *session,
                                  struct ingest_summary *summary, struct error *err)
{
    const struct reread_options reread = {
        .catalog = session->catalog, .clock = options->clock, .stop = options->stop};
    struct reread_result result = {0};
    enum status status = reread_run(&reread, &result, err);
    summary->analysed = result.analysis.projects;
    return status;
}

/* One pass of publishing; its numbers are added to those of the passes before. */
static enum status publish_session(const struct ingest_options *options,
                                   struct session *session, bool is_interim, int64_t source,
                                   struct ingest_summary *summary, struct error *err)
{
    struct om_summary earlier = summary->om;
    const struct publish_options publish = {.config = options->config,
                                            .clock = options->clock,
                                            .catalog = session->catalog,
                                            .source = source,
                                            .is_interim = is_interim,
                                            .accepts_deletes = options->accepts_deletes,
                                            .waits_for_server = !is_interim,
                                            .progress = options->publish_progress,
                                            .progress_ctx = options->progress_ctx,
                                            .stop = options->stop};
    enum status status = publish_run(&publish, &summary->om, err);
    if (summary->has_published) {
        om_summary_add_earlier(&summary->om, &earlier);
        om_summary_free(&earlier);
    }
    summary->has_published = true;
    summary->is_published_whole = !is_interim;
    return status;
}

struct pause {
    const struct ingest_options *options;
    struct session *session;
    struct ingest_summary *summary;
};

/*
 * Between two projects of the sync: what was read becomes lineage and goes to OpenMetadata. A
 * failure does not concern the sync; the pass at its end tries again and judges.
 */
static void on_pause(void *ctx, int64_t source)
{
    const struct pause *pause = ctx;
    struct error err = ERROR_INIT;
    log_info("publishing what was read so far");
    enum status status =
        analyse_source(pause->options, pause->session, source, pause->summary, &err);
    if (status == OK) {
        status =
            publish_session(pause->options, pause->session, true, source, pause->summary, &err);
    }
    if (status != OK && status != ERR_CANCELLED) {
        error_prefix(&err, "publishing is left for later: ");
        log_failure(LOG_LEVEL_WARNING, &err);
    }
}

static bool is_publishing(const struct ingest_options *options)
{
    return options->publishes && options->config->sink == CONFIG_SINK_METADATA_REST;
}

static enum status sync_session(const struct ingest_options *options, struct session *session,
                                struct ingest_summary *summary, struct error *err)
{
    struct pause pause = {options, session, summary};
    struct sync_options sync = options_of(options, session);
    if (is_publishing(options)) {
        sync.pause = on_pause;
        sync.pause_ctx = &pause;
        sync.pause_after = PROJECTS_A_PASS;
    }
    return sync_run(&sync, &summary->sync, err);
}

/* A source that was reached and shows nothing: more likely a token that may see nothing. */
static bool is_unexpectedly_empty(const struct config *config, const struct sync_summary *sync)
{
    return sync->is_complete && sync->listed == 0 && !config->allow_empty;
}

enum status ingest_run(const struct ingest_options *options, struct ingest_summary *summary,
                       struct error *err)
{
    struct session session = {0};
    *summary = (struct ingest_summary){.started_ms = clock_wall_ms(&options->clock)};
    enum status status = open_session(options, &session, err);
    if (status == OK) {
        status = open_catalog(options, summary, &session, err);
    }
    if (status != OK) {
        goto out;
    }
    status = reread_session(options, &session, summary, err);
    if (status != OK) {
        goto out;
    }
    status = sync_session(options, &session, summary, err);
    if (is_unexpectedly_empty(options->config, &summary->sync)) {
        log_error("Hex lists no project at all for this token, which counts as a failure: see "
                  "'hexmeta test', or set hexmeta.allowEmpty: true if the workspace is empty");
    }
    if (summary->sync.source != 0) {
        /* What did arrive is made useful even when the run was cut short. */
        enum status analysis = analyse_session(options, &session, summary, err);
        status = status == OK ? analysis : status;
        if (status == OK && is_publishing(options)) {
            /* What a run that ended early has learned is left to the next one. */
            status =
                publish_session(options, &session, false, summary->sync.source, summary, err);
        }
        summary->ended_ms = clock_wall_ms(&options->clock);
        write_log_row(options, &session, summary, status);
    }
out:
    summary->ended_ms = clock_wall_ms(&options->clock);
    if (status == OK && summary->sync.is_complete) {
        metrics_set(METRIC_LAST_SUCCESS_SECONDS, summary->ended_ms / 1000);
    }
    close_session(&session);
    return status;
}

enum status ingest_preview(const struct ingest_options *options, struct preview *out,
                           int64_t *duration_ms, struct error *err)
{
    const struct config *config = options->config;
    struct session session = {0};
    *out = (struct preview){0};
    *duration_ms = 0;
    enum status status = open_session(options, &session, err);
    if (status == OK) {
        status = catalog_open(config->catalog.p, CATALOG_MODE_READ, &options->clock,
                              &session.catalog, NULL, err);
    }
    if (status == ERR_NOT_FOUND) {
        error_clear(err); /* none yet: all is new */
        status = OK;
    }
    if (status == OK) {
        const struct sync_options sync = options_of(options, &session);
        status = preview_run(&sync, out, err);
    }
    if (status == OK && http_forecast_ms(preview_requests(out), config->requests_per_minute,
                                         config->requests_per_hour, duration_ms) != OK) {
        status = error_nomem(err);
    }
    close_session(&session);
    return status;
}

void ingest_summary_free(struct ingest_summary *summary)
{
    sync_summary_free(&summary->sync);
    om_summary_free(&summary->om);
}

/* OpenMetadata's successThreshold: the per cent of items that must have gone well. */
static bool is_below_threshold(const struct config *config, const struct sync_summary *sync)
{
    int64_t good = sync->listing.records + sync->details.records;
    int64_t bad = (int64_t)sync->failure_count;
    return bad > 0 && good * 100 < config->success_threshold * (good + bad);
}

static enum exit_code judge_result(const struct config *config, const struct sync_summary *sync,
                                   enum status status)
{
    if (status != OK) {
        return exit_code_from(status);
    }
    if (!sync->is_complete || (config->raise_on_error && is_below_threshold(config, sync))) {
        return EXIT_CODE_FAILED;
    }
    return is_unexpectedly_empty(config, sync) ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

int ingest_exit_code(const struct config *config, const struct ingest_summary *summary,
                     enum status status)
{
    const struct sync_summary *sync = &summary->sync;
    enum exit_code code =
        exit_code_first(judge_result(config, sync, status),
                        sync->absence.is_held ? EXIT_CODE_BRAKE : EXIT_CODE_OK);
    if (summary->is_published_whole) {
        code = exit_code_first(code, publish_exit_code(config, &summary->om, status));
    }
    return (int)code;
}
