#include "app/publish.h"

#include "app/connection_test.h"
#include "app/session.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT 16
#define INTERIM_BUDGET_MS ((int64_t)30 * 1000)

static enum status open_session(const struct config *config, const struct clock *clock,
                                bool waits, int64_t retry_budget_ms, struct session_om *out,
                                struct error *err)
{
    const struct http_client_options patience = {.clock = *clock,
                                                 .max_in_flight = IN_FLIGHT,
                                                 .retry_budget_ms = retry_budget_ms,
                                                 .waits_for_server = waits};
    return session_open_om(config, &patience, out, err);
}

/* For an interim pass: Hex is kept waiting meanwhile, and another pass comes. */
static int64_t short_budget_ms(const struct config *config)
{
    int64_t budget_ms = config->retry_budget_seconds * 1000;
    return budget_ms < INTERIM_BUDGET_MS ? budget_ms : INTERIM_BUDGET_MS;
}

/* ---- filters ---- */

static enum status wants_project(void *ctx, const struct publishing_project *project, bool *out,
                                 struct error *err)
{
    const struct project *p = &project->project;
    struct str *categories = calloc(p->category_count + 1, sizeof(*categories));
    struct config_candidate candidate = {.title = p->title,
                                         .owner = project_responsible(p),
                                         .status = p->status,
                                         .categories = categories,
                                         .collections = project->collections,
                                         .collection_count = project->collection_count};
    if (categories == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < p->category_count; i++) {
        categories[candidate.category_count++] = p->categories[i].name;
    }
    *out = config_wants_project(ctx, &candidate);
    free(categories);
    return OK;
}

static bool wants_child(void *ctx, enum published_kind kind, struct str title)
{
    const struct config *config = ctx;
    struct error slow = ERROR_INIT;
    bool result = filter_passes(kind == PUBLISHED_CHART ? config->publish.chart_filter
                                                        : config->publish.data_model_filter,
                                title, &slow);
    if (slow.code != OK) {
        log_failure(LOG_LEVEL_WARNING, &slow);
    }
    return result;
}

/* ---- the run ---- */

/* Of all settings, secrets left out: publishing looks at everything again when one changes. */
static uint64_t digest_settings(const struct config *config)
{
    struct buf text;
    buf_init(&text, (size_t)4 * 1024 * 1024);
    config_write_effective(config, &text);
    uint64_t digest = str_hash(buf_str(&text));
    buf_free(&text);
    return digest;
}

static struct om_options options_of(const struct publish_options *options)
{
    const struct config *config = options->config;
    const struct config_publish *publish = &config->publish;
    bool stores = publish->stores_connection;
    struct om_options om = {
        .catalog = options->catalog,
        .clock = options->clock,
        .source = options->source,
        .host = publish->url,
        .service = config->service_name,
        .includes_owners = config->include_owners,
        .includes_data_models = publish->include_data_models,
        .includes_drafts = publish->include_drafts,
        .includes_usage = publish->include_usage,
        .includes_archived = config->include_archived,
        .publishes_runs = publish->publish_runs,
        .publishes_sql = publish->publish_sql,
        .only_shared = publish->visibility == CONFIG_VISIBILITY_WORKSPACE,
        .is_interim = options->is_interim,
        .deletes_dashboards = publish->delete_dashboards,
        .deletes_data_models = publish->delete_data_models,
        .deletes_charts = publish->delete_charts,
        .max_delete_percent = config->max_delete_percent,
        .accepts_deletes = options->accepts_deletes,
        .restores = options->restores,
        .overrides = publish->override_metadata,
        .overrides_lineage = publish->override_lineage,
        /* What people drew over an unchanged edge is seen by reading that only. */
        .verifies = options->verifies || (publish->override_lineage && !options->is_interim),
        .validates_version = publish->validates_version,
        .data_model_type = publish->data_model_type,
        .stored_host = stores ? config->host_url : STR_NULL,
        .stored_token = stores ? config->token : STR_NULL,
        .stored_token_type =
            config->token_type == CONFIG_TOKEN_WORKSPACE ? STR("workspace") : STR("personal"),
        .prefixes = publish->prefixes,
        .prefix_count = publish->prefix_count,
        .wants_project = wants_project,
        .wants_child = wants_child,
        .wants_ctx = (void *)(uintptr_t)config,
        .plan = options->plan,
        .plan_ctx = options->plan_ctx,
        .progress = options->progress,
        .progress_ctx = options->progress_ctx,
        .stop = options->stop,
        .in_flight = IN_FLIGHT,
    };
    om.settings_digest = digest_settings(config);
    memcpy(om.tags.classification, publish->tags, sizeof(publish->tags));
    return om;
}

static enum status find_source(const struct publish_options *options, int64_t *source,
                               struct error *err)
{
    const struct config *config = options->config;
    *source = options->source;
    if (*source != 0) {
        return OK;
    }
    enum status status = published_find_source(options->catalog, config->host_url,
                                               config->workspace, source, err);
    if (status == OK && *source == 0) {
        return error_set(err, ERR_NOT_FOUND,
                         "the catalog knows nothing of %.*s yet: run 'hexmeta sync -c FILE' "
                         "first",
                         STR_ARG(config->host_url));
    }
    return status;
}

/* The user's words about data connections, as the publisher wants them. */
static struct om_connection *connections_of(const struct config *config)
{
    struct om_connection *said = calloc(config->connection_count + 1, sizeof(*said));
    for (size_t i = 0; said != NULL && i < config->connection_count; i++) {
        said[i] =
            (struct om_connection){config->connections[i].key, config->connections[i].service};
    }
    return said;
}

enum status publish_run(const struct publish_options *options, struct om_summary *summary,
                        struct error *err)
{
    const struct config *config = options->config;
    struct session_om session = {.headers = NULL};
    struct om_connection *said = connections_of(config);
    struct om_options om = options_of(options);
    *summary = (struct om_summary){.worst = OK};
    enum status status =
        said != NULL ? find_source(options, &om.source, err) : error_nomem(err);
    if (status == OK) {
        status = open_session(config, &options->clock, options->waits_for_server,
                              options->is_interim ? short_budget_ms(config) : 0, &session, err);
    }
    if (status == OK) {
        om.api = &session.api;
        om.connections = said;
        om.connection_count = config->connection_count;
        status = om_publish(&om, summary, err);
    }
    session_close_om(&session);
    free(said);
    return status;
}

static bool is_below_threshold(const struct config *config, const struct om_summary *summary)
{
    int64_t good = 0;
    int64_t bad = (int64_t)summary->failure_count;
    for (int i = 0; i < OM_STEP_COUNT; i++) {
        good += summary->steps[i].records - summary->steps[i].errors;
    }
    good = good < 0 ? 0 : good;
    return bad > 0 && good * 100 < config->success_threshold * (good + bad);
}

enum exit_code publish_exit_code(const struct config *config, const struct om_summary *summary,
                                 enum status status)
{
    enum exit_code code = exit_code_from(status);
    enum exit_code worst = exit_code_from(summary->worst);
    if (worst == EXIT_CODE_AUTH || worst == EXIT_CODE_UNREACHABLE) {
        code = exit_code_first(code, worst);
    }
    if (config->raise_on_error && is_below_threshold(config, summary)) {
        code = exit_code_first(code, EXIT_CODE_FAILED);
    }
    return summary->held_back > 0 ? exit_code_first(code, EXIT_CODE_BRAKE) : code;
}

enum status publish_report(const struct config *config, const struct clock *clock,
                           const struct om_run_status *status)
{
    struct session_om session = {.headers = NULL};
    struct error err = ERROR_INIT;
    struct str pipeline = str_sub(config->publish.pipeline, 0, 100);
    if (str_is_empty(config->publish.pipeline) || config->sink != CONFIG_SINK_METADATA_REST) {
        return OK;
    }
    if (open_session(config, clock, false, 0, &session, &err) == OK &&
        om_run_status_send(&session.api, status, clock, &err) == ERR_NOT_FOUND) {
        (void)error_set(&err, ERR_NOT_FOUND,
                        "OpenMetadata has no ingestion pipeline %.*s, so that it is not told "
                        "about this run: correct ingestionPipelineFQN, or take it out",
                        STR_ARG(pipeline));
    } else if (err.code != OK) {
        error_prefix(&err, "the ingestion pipeline %.*s was not told about this run: ",
                     STR_ARG(pipeline));
    }
    if (err.code != OK) {
        log_failure(LOG_LEVEL_WARNING, &err);
    }
    session_close_om(&session);
    return err.code;
}

/* ---- the connection test ---- */

/* What the catalog knows of Hex's data connections; none without a catalog. */
static void read_connections(const struct publish_options *options, struct arena *arena,
                             struct data_connection **out, size_t *count)
{
    struct publish_options own = *options;
    struct error ignored = ERROR_INIT;
    int64_t source = 0;
    if (catalog_open(options->config->catalog.p, CATALOG_MODE_READ, &options->clock,
                     &own.catalog, NULL, &ignored) == OK &&
        find_source(&own, &source, &ignored) == OK &&
        publishing_connections(own.catalog, source, arena, out, count, &ignored) != OK) {
        *count = 0;
    }
    catalog_close(own.catalog);
}

enum status publish_probe(const struct config *config, const struct clock *clock,
                          om_probe_report_fn *report, void *ctx,
                          const volatile sig_atomic_t *stop, enum status *worst,
                          struct error *err)
{
    const struct publish_options options = {.config = config, .clock = *clock, .stop = stop};
    const struct http_client_options patience = connection_test_patience(clock);
    struct session_om session = {.headers = NULL};
    struct om_connection *said = connections_of(config);
    struct om_options om = options_of(&options);
    struct om_probe_options probe = {.publish = &om, .report = report, .report_ctx = ctx};
    struct data_connection *connections = NULL;
    struct arena arena;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    enum status status = said != NULL ? OK : error_nomem(err);
    if (status == OK) {
        read_connections(&options, &arena, &connections, &probe.connection_count);
        probe.connections = connections;
        status = session_open_om(config, &patience, &session, err);
    }
    if (status == OK) {
        om.api = &session.api;
        om.connections = said;
        om.connection_count = config->connection_count;
        status = om_probe_run(&probe, worst, err);
    }
    session_close_om(&session);
    arena_free(&arena);
    free(said);
    return status;
}
