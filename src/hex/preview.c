#include "hex/preview.h"

#include "base/log.h"
#include "hex/decode.h"
#include "hex/sync_state.h"

#define PAGE_BYTES SYNC_LIST_BYTES
#define TURN_MS 250
#define LIST_PAGE 100      /* as api.c asks for them: connections, collections */
#define LONG_LIST_PAGE 500 /* users, groups */
#define HOUR_MS ((int64_t)3600 * 1000)

struct walk {
    const struct sync_options *options;
    struct preview *out;
    struct catalog_source source; /* id 0: the catalog has none such */
    struct arena arena;           /* lives as long as the walk */
    struct arena page;
    struct map cursors; /* those that came */
    struct map counted; /* ids that are due, or will not be active: not old as well */
    struct str cursor;
    struct error fatal;
    bool has_queried_tables;
    bool is_other_version; /* than was read so far */
};

static void end(struct walk *walk, const struct error *err)
{
    if (walk->fatal.code == OK) {
        walk->fatal = *err;
    }
}

/* ---- counting ---- */

static void count(struct walk *walk, enum preview_reason reason,
                  const struct catalog_work *work)
{
    bool is_published = work->published_ms != TIMESTAMP_NONE;
    struct preview_counts *counts = &walk->out->reasons[reason];
    counts->projects++;
    counts->exports +=
        work->needs_content && (is_published || !walk->options->reads_published) ? 1 : 0;
    counts->runs += work->needs_activity ? 1 : 0;
    counts->queried_tables +=
        work->needs_content && is_published && walk->has_queried_tables ? 1 : 0;
}

static bool is_wanted(struct walk *walk, const struct catalog_work *work)
{
    const struct sync_options *options = walk->options;
    bool is_wanted = options->wants == NULL || options->wants(options->wants_ctx, work);
    walk->out->filtered += is_wanted ? 0 : 1;
    return is_wanted;
}

static enum status remember(struct walk *walk, struct str id, struct error *err)
{
    struct str kept;
    if (arena_str(&walk->arena, id, &kept) != OK ||
        map_put(&walk->counted, kept, (union map_value){.number = 1}) != OK) {
        return error_nomem(err);
    }
    return OK;
}

static enum status count_listed(struct walk *walk, const struct project *project,
                                struct error *err)
{
    const struct sync_options *options = walk->options;
    struct catalog_work work;
    bool is_known = false;
    enum status status = catalog_foresee_work(options->catalog, walk->source.id, project,
                                              clock_wall_ms(&options->clock), &walk->page,
                                              &work, &is_known, err);
    if (status != OK) {
        return status;
    }
    if (walk->is_other_version && project->published_ms != TIMESTAMP_NONE) {
        work.needs_content = true;
    }
    bool is_read = project->state == PROJECT_STATE_ACTIVE ||
                   (project->state == PROJECT_STATE_ARCHIVED && options->includes_archived);
    bool is_due = work.needs_content || work.needs_activity;
    if (is_read && is_due && options->reads_details && is_wanted(walk, &work)) {
        count(walk,
              !is_known            ? PREVIEW_REASON_NEW
              : work.needs_content ? PREVIEW_REASON_CHANGED
                                   : PREVIEW_REASON_ACTIVITY,
              &work);
    }
    return is_read && !is_due ? OK : remember(walk, project->id, err);
}

/* What this hour's share of requests for old projects has room for. */
static enum status count_aged(struct walk *walk, struct error *err)
{
    const struct sync_options *options = walk->options;
    const struct catalog_age age = {.now_ms = clock_wall_ms(&options->clock),
                                    .refresh_after_ms = options->refresh_after_ms,
                                    .include_archived = options->includes_archived};
    int64_t after_ms = INT64_MIN;
    int64_t spent = 0;
    struct str after_id = STR_NULL;
    bool has_more = options->catalog != NULL && walk->source.id != 0 &&
                    options->reads_details && options->refresh_after_ms > 0;
    enum status status = OK;
    if (has_more) {
        status = catalog_count_aged_requests(options->catalog, walk->source.id,
                                             age.now_ms - HOUR_MS, &spent, err);
    }
    while (status == OK && has_more && spent < options->refresh_requests_hour) {
        struct catalog_work work;
        status = catalog_next_aged(options->catalog, walk->source.id, &age, &after_ms,
                                   &after_id, &walk->arena, &work, &has_more, err);
        if (status != OK || !has_more || map_has(&walk->counted, work.project_id) ||
            !is_wanted(walk, &work)) {
            continue;
        }
        spent += sync_age_cost(&work);
        if (spent <= options->refresh_requests_hour) {
            count(walk, PREVIEW_REASON_AGE, &work);
        }
    }
    return status;
}

/* ---- the walk ---- */

static void ask_for_page(struct walk *walk);

static enum status take_page(struct walk *walk, const struct json *document, bool *is_last,
                             struct error *err)
{
    struct decoded_projects page;
    arena_reset(&walk->page);
    enum status status = decode_projects(document, &walk->page, &page, err);
    for (size_t i = 0; status == OK && i < page.count; i++) {
        status = count_listed(walk, &page.items[i], err);
    }
    if (status != OK) {
        return status;
    }
    walk->out->pages++;
    walk->out->listed += (int64_t)page.count;
    *is_last = str_is_empty(page.next);
    if (!*is_last && map_has(&walk->cursors, page.next)) {
        return error_set(err, ERR_PARSE, "the project list sent the same cursor twice");
    }
    if (!*is_last &&
        (arena_str(&walk->arena, page.next, &walk->cursor) != OK ||
         map_put(&walk->cursors, walk->cursor, (union map_value){.number = 1}) != OK)) {
        return error_nomem(err);
    }
    return OK;
}

static void on_projects(void *ctx, const struct http_answer *answer,
                        const struct json *document, const struct error *answer_err)
{
    struct walk *walk = ctx;
    struct error err = *answer_err;
    bool is_last = false;
    (void)answer;
    if (err.code == OK) {
        (void)!take_page(walk, document, &is_last, &err);
    }
    if (err.code != OK) {
        end(walk, &err);
    } else if (!is_last && walk->fatal.code == OK) {
        ask_for_page(walk);
    }
}

static void ask_for_page(struct walk *walk)
{
    struct error err = ERROR_INIT;
    const struct hex_request request = {
        .call = HEX_CALL_PROJECTS, .cursor = walk->cursor, .done = on_projects, .ctx = walk};
    if (hex_api_send(walk->options->api, &request, &err) != OK) {
        end(walk, &err);
    }
}

/* ---- who we are ---- */

/* Even an empty list is a page. */
static int64_t pages_of(int64_t items, int64_t page)
{
    return items <= page ? 1 : (items + page - 1) / page;
}

/* What the catalog knows of the workspace before the walk. */
static enum status look_up(struct walk *walk, struct error *err)
{
    const struct sync_options *options = walk->options;
    struct catalog_list_counts known = {0};
    bool is_closed = false;
    enum status status = OK;
    if (options->catalog != NULL) {
        status = catalog_find_source(options->catalog, &walk->source, err);
    }
    if (status == OK && walk->source.id != 0) {
        status = catalog_count_lists(options->catalog, walk->source.id, &known, err);
    }
    if (status == OK && walk->source.id != 0) {
        status =
            sync_tier_is_closed(options->catalog, walk->source.id,
                                clock_wall_ms(&options->clock), &walk->arena, &is_closed, err);
    }
    if (status == OK && walk->source.id != 0) {
        status = sync_version_is_other(options, walk->source.id, &walk->arena,
                                       &walk->is_other_version, err);
    }
    walk->has_queried_tables = !is_closed;
    walk->out->list_requests =
        1 + pages_of(known.connections, LIST_PAGE) + pages_of(known.collections, LIST_PAGE) +
        pages_of(known.users, LONG_LIST_PAGE) + pages_of(known.groups, LONG_LIST_PAGE);
    return status;
}

/* Anything but 401 is inconclusive, as in a sync. */
static void on_me(void *ctx, const struct http_answer *answer, const struct json *document,
                  const struct error *answer_err)
{
    struct walk *walk = ctx;
    struct error err = ERROR_INIT;
    struct decoded_me me;
    (void)answer;
    if (answer_err->code == ERR_AUTH || answer_err->code == ERR_CANCELLED ||
        answer_err->code == ERR_NOMEM) {
        end(walk, answer_err);
        return;
    }
    walk->source.host = walk->options->host_url;
    walk->source.name = walk->options->workspace;
    if (answer_err->code == OK && decode_me(document, &walk->arena, &me, &err) == OK) {
        walk->source.workspace_id = me.workspace_id;
    }
    error_clear(&err);
    if (look_up(walk, &err) != OK) {
        end(walk, &err);
    } else {
        ask_for_page(walk);
    }
}

static void start(struct walk *walk)
{
    struct error err = ERROR_INIT;
    const struct hex_request request = {.call = HEX_CALL_ME, .done = on_me, .ctx = walk};
    if (hex_api_send(walk->options->api, &request, &err) != OK) {
        end(walk, &err);
    }
}

static void report(const struct walk *walk)
{
    const struct sync_options *options = walk->options;
    const struct sync_progress progress = {
        .phase = SYNC_PHASE_LIST,
        .done = walk->out->listed,
        .total = -1,
        .left_this_minute =
            http_pace_left_this_minute(options->api->pace, clock_monotonic_ms(&options->clock)),
    };
    if (options->progress != NULL) {
        options->progress(options->progress_ctx, &progress);
    }
}

/* Until every request has called back. */
static void drive(struct walk *walk)
{
    struct http_client *client = walk->options->api->client;
    const volatile sig_atomic_t *stop = walk->options->stop;
    while (http_client_pending(client) > 0) {
        struct error err = ERROR_INIT;
        if (stop != NULL && *stop != 0) {
            (void)error_set(&err, ERR_CANCELLED, "stopped before the end of the listing");
            end(walk, &err);
            http_client_cancel_waiting(client);
        }
        report(walk);
        if (http_client_run(client, TURN_MS, &err) != OK) {
            end(walk, &err);
            return;
        }
    }
}

enum status preview_run(const struct sync_options *options, struct preview *out,
                        struct error *err)
{
    struct walk walk = {
        .options = options, .out = out, .cursor = STR_NULL, .fatal = ERROR_INIT};
    *out = (struct preview){0};
    walk.source = (struct catalog_source){.host = options->host_url};
    arena_init(&walk.arena, SYNC_LIST_BYTES);
    arena_init(&walk.page, PAGE_BYTES);
    map_init(&walk.cursors);
    map_init(&walk.counted);
    start(&walk);
    drive(&walk);
    enum status status = walk.fatal.code;
    if (status == OK) {
        status = count_aged(&walk, err);
    } else {
        *err = walk.fatal;
    }
    map_free(&walk.counted);
    map_free(&walk.cursors);
    arena_free(&walk.page);
    arena_free(&walk.arena);
    return status;
}

struct preview_counts preview_details(const struct preview *preview)
{
    struct preview_counts sum = {0};
    for (int i = 0; i < PREVIEW_REASON_COUNT; i++) {
        const struct preview_counts *counts = &preview->reasons[i];
        sum.projects += counts->projects;
        sum.exports += counts->exports;
        sum.runs += counts->runs;
        sum.queried_tables += counts->queried_tables;
    }
    return sum;
}

int64_t preview_requests(const struct preview *preview)
{
    struct preview_counts details = preview_details(preview);
    return preview->pages + preview->list_requests + details.exports + details.runs +
           details.queried_tables;
}
