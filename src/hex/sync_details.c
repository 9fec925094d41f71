/*
 * The details of one project after another, a few side by side: export (or its cells one by
 * one), runs, queried tables; then all that came goes into the catalog in one transaction.
 *
 * A job asks one thing at a time; next_step() is the order of things.
 */
#include "base/log.h"
#include "hex/decode.h"
#include "hex/export.h"
#include "hex/sync_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define JOB_BYTES ((size_t)512 * 1024 * 1024)
#define DEFAULT_JOBS 6
#define QUERIED_TABLES_FACT "queried_tables.unavailable_since"
#define FACT_AGE_MS ((int64_t)30 * 24 * 3600 * 1000)

enum job_step {
    JOB_STEP_EXPORT,
    JOB_STEP_CELLS, /* instead of an export that is not to be had */
    JOB_STEP_RUNS,
    JOB_STEP_QUERIED_TABLES,
    JOB_STEP_STORE
};

struct sync_job {
    struct sync_job *next; /* while idle */
    struct sync *sync;
    struct arena arena; /* of this project; reset before the next */
    struct catalog_work work;
    enum job_step step;

    struct notebook *notebook; /* NULL: not read */
    size_t cell_capacity;
    struct str raw;
    struct run *runs;
    size_t run_count;
    bool has_runs;
    struct queried_table *tables;
    size_t table_count;
    size_t table_capacity;
    bool has_tables;
    bool lacks_tables;           /* they were asked for in vain */
    struct str cursor;           /* of the page that is asked for */
    struct str landmark;         /* an earlier cursor, by which a circle is noticed */
    unsigned page_count;         /* of the present step */
    struct error failure;        /* the first thing that went wrong */
    struct error export_failure; /* why its cells are read instead, unless it was refused */
    bool is_export_refused;
    bool is_runs_refused;
    bool is_unasked;  /* its contents were not asked for: the endpoints are closed */
    bool is_for_age;  /* it has not changed */
    int64_t requests; /* asked for it */
};

#define MAX_PAGES 1000 /* of one list of one project; it has 100 entries a page */

static void next_step(struct sync_job *job);

/* ---- the order of things ---- */

static bool wants_queried_tables(const struct sync_job *job)
{
    return job->work.needs_content && job->work.published_ms != TIMESTAMP_NONE &&
           !job->sync->queried_tables_gate.is_closed;
}

static bool wants_export(const struct sync_job *job)
{
    bool has_version =
        !job->sync->options->reads_published || job->work.published_ms != TIMESTAMP_NONE;
    return job->work.needs_content && has_version && !job->sync->export_gate.is_closed;
}

/* /cells knows the draft only, so it cannot stand in for a published version. */
static bool wants_cells(const struct sync_job *job)
{
    return job->work.needs_content && job->notebook == NULL &&
           !job->sync->options->reads_published && !job->sync->cells_gate.is_closed;
}

static bool wants_runs(const struct sync_job *job)
{
    return job->work.needs_activity && !job->sync->runs_gate.is_closed;
}

static void note_failure(struct sync_job *job, const struct error *err)
{
    if (job->failure.code == OK) {
        job->failure = *err;
    }
}

static bool is_refusal(const struct error *err)
{
    return err->code == ERR_FORBIDDEN || err->code == ERR_NOT_FOUND;
}

/* ---- storing ---- */

static enum status store_parts(struct sync_job *job, struct error *err)
{
    struct catalog *catalog = job->sync->options->catalog;
    int64_t source = job->sync->source.id;
    int64_t now_ms = sync_now_ms(job->sync);
    struct str id = job->work.project_id;
    enum status status = OK;
    if (job->notebook != NULL) {
        /* Without its mark the project stays due. */
        bool stays_due = job->lacks_tables && !job->is_for_age;
        struct str mark = stays_due ? STR_NULL : job->work.content_mark;
        status =
            catalog_store_notebook(catalog, source, job->notebook, job->raw, mark, now_ms, err);
    }
    if (status == OK && job->has_tables) {
        status = catalog_store_queried_tables(catalog, source, id, job->tables,
                                              job->table_count, err);
    }
    if (status == OK && job->has_runs) {
        status = catalog_store_runs(catalog, source, id, job->runs, job->run_count,
                                    job->work.activity_mark, now_ms, err);
    }
    if (status == OK && job->is_runs_refused) {
        status = catalog_skip_runs(catalog, source, id, job->work.activity_mark, now_ms, err);
    }
    if (status == OK && job->failure.code != OK) {
        /* Who was not asked may be readable tomorrow, with another scope. */
        bool is_denied =
            job->failure.code == ERR_FORBIDDEN && job->notebook == NULL && !job->is_unasked;
        status =
            catalog_store_failure(catalog, source, id, is_denied, &job->failure, now_ms, err);
    }
    if (status == OK && job->is_for_age) {
        status = catalog_note_aged(catalog, source, id, job->requests, now_ms, err);
    }
    return status;
}

/* The URL of a run names the workspace, where users/me did not. */
static void learn_workspace(struct sync_job *job)
{
    struct sync *sync = job->sync;
    struct error err = ERROR_INIT;
    struct str slug;
    if (!str_is_null(sync->source.workspace_id) || !str_is_null(sync->source.name) ||
        job->run_count == 0) {
        return;
    }
    slug = decode_workspace_of_url(job->runs[0].url);
    if (str_is_null(slug) || arena_str(&sync->arena, slug, &sync->source.name) != OK) {
        return;
    }
    if (catalog_update_source(sync->options->catalog, &sync->source, &err) != OK) {
        log_failure(LOG_LEVEL_WARNING, &err);
    }
}

static void count_result(struct sync_job *job)
{
    struct sync *sync = job->sync;
    struct sync_step *step = &sync->summary->details;
    if (is_refusal(&job->failure)) {
        sync->summary->denied += job->failure.code == ERR_FORBIDDEN;
    }
    if (job->is_unasked) {
        log_debug("project %.*s was not asked for: %s", STR_ARG(job->work.project_id),
                  job->failure.message);
    } else if (is_refusal(&job->failure)) {
        sync_warning(sync, step, "project '%.*s' (%.*s): %s", STR_ARG(job->work.title),
                     STR_ARG(job->work.project_id), job->failure.message);
    } else if (job->failure.code != OK) {
        sync_failed(sync, step, "project", job->work.title, job->work.project_id,
                    &job->failure);
        return;
    }
    step->records++;
    sync->summary->aged += job->is_for_age ? 1 : 0;
    if (job->notebook != NULL || job->has_runs) {
        step->updated++;
    }
    sync->summary->cells += job->notebook != NULL ? (int64_t)job->notebook->cell_count : 0;
    sync->summary->runs += job->has_runs ? (int64_t)job->run_count : 0;
}

/* Nobody was asked, since the endpoints refuse this token: a denial, but none to remember. */
static void note_closed_gates(struct sync_job *job)
{
    const struct sync *sync = job->sync;
    bool has_cells = sync->options->reads_published || sync->cells_gate.is_closed;
    if (job->work.needs_content && job->notebook == NULL && job->failure.code == OK &&
        sync->export_gate.is_closed && has_cells) {
        (void)error_set(&job->failure, ERR_FORBIDDEN, "this token may not read its contents");
        job->is_unasked = true;
    }
}

static void store_job(struct sync_job *job)
{
    struct sync *sync = job->sync;
    struct catalog *catalog = sync->options->catalog;
    struct error err = ERROR_INIT;
    note_closed_gates(job);
    enum status status = catalog_begin(catalog, &err);
    if (status == OK) {
        status = store_parts(job, &err);
        if (status == OK) {
            learn_workspace(job);
            status = catalog_commit(catalog, &err);
        }
        if (status != OK) {
            catalog_rollback(catalog);
        }
    }
    if (status != OK) {
        error_prefix(&err, "project '%.*s': ", STR_ARG(str_sub(job->work.title, 0, 100)));
        sync_fatal(sync, &err);
    } else {
        count_result(job);
    }
}

/* ---- jobs ---- */

static void finish_job(struct sync_job *job)
{
    struct sync *sync = job->sync;
    if (job->is_for_age) {
        sync_age_release(sync, &job->work);
    }
    arena_reset(&job->arena); /* idle, it would hold what the largest notebook took */
    sync->running_jobs--;
    sync->work_done++;
    sync->read_since_pause++;
    job->next = sync->idle_jobs;
    sync->idle_jobs = job;
}

static struct sync_job *take_idle_job(struct sync *sync)
{
    struct sync_job *job = sync->idle_jobs;
    if (job != NULL) {
        sync->idle_jobs = job->next;
        arena_reset(&job->arena);
        struct arena arena = job->arena;
        *job = (struct sync_job){
            .sync = sync, .arena = arena, .failure = ERROR_INIT, .export_failure = ERROR_INIT};
        return job;
    }
    job = calloc(1, sizeof(*job));
    if (job != NULL) {
        job->sync = sync;
        job->failure = (struct error)ERROR_INIT;
        job->export_failure = (struct error)ERROR_INIT;
        arena_init(&job->arena, JOB_BYTES);
    }
    return job;
}

void sync_jobs_free(struct sync *sync)
{
    while (sync->idle_jobs != NULL) {
        struct sync_job *job = sync->idle_jobs;
        sync->idle_jobs = job->next;
        arena_free(&job->arena);
        free(job);
    }
}

/* ---- requests and their answers ---- */

static void send_call(struct sync_job *job, enum hex_call call, hex_done_fn *done)
{
    struct error err = ERROR_INIT;
    if (job->page_count > 0 && sync_is_ending(job->sync)) {
        finish_job(job); /* the project stays due */
        return;
    }
    const struct hex_request request = {
        .call = call,
        .project = job->work.project_id,
        .cursor = job->cursor,
        .version = job->sync->options->reads_published ? STR("latest") : STR("draft"),
        .done = done,
        .ctx = job,
    };
    job->page_count++;
    job->requests++;
    if (hex_api_send(job->sync->options->api, &request, &err) != OK) {
        sync_fatal(job->sync, &err);
        finish_job(job);
    }
}

static void go_to(struct sync_job *job, enum job_step step)
{
    job->step = step;
    job->cursor = STR_NULL;
    job->landmark = STR_NULL;
    job->page_count = 0;
    next_step(job);
}

/* The run is over for this job: what it has is dropped, the project stays due. */
static bool ends_run(struct sync_job *job, const struct error *err)
{
    bool is_ours = err->code == ERR_NOMEM || err->code == ERR_BUG;
    if (err->code == ERR_AUTH || is_ours) {
        sync_fatal(job->sync, err);
    }
    if (err->code == ERR_AUTH || err->code == ERR_CANCELLED || is_ours) {
        finish_job(job);
        return true;
    }
    return false;
}

/* Neither an export nor cells: a private project, or (after many) a token without the scopes.
 */
static void note_content_refusal(struct sync_job *job, const struct error *err)
{
    struct sync *sync = job->sync;
    bool is_closed = is_refusal(err) && sync_gate_refuse(&sync->cells_gate, false);
    is_closed =
        (job->is_export_refused && sync_gate_refuse(&sync->export_gate, false)) || is_closed;
    if (is_closed) {
        sync_warning(sync, &sync->summary->details,
                     "this token may not read the contents of projects: the others are not "
                     "asked for in this run (%s)",
                     err->message);
    }
}

/* The list goes on at next; false when it has no end. (Brent: the landmark moves on at powers
 * of two, so that a circle of any length comes by it.) */
static bool has_next_page(struct sync_job *job, struct str next)
{
    bool is_circle = str_eq(next, job->cursor) || str_eq(next, job->landmark);
    if ((job->page_count & (job->page_count - 1)) == 0) {
        job->landmark = next;
    }
    job->cursor = next;
    return !is_circle && job->page_count < MAX_PAGES;
}

/* A failure that passes says nothing of the export. */
static bool is_passing(const struct http_answer *answer, const struct error *err)
{
    return err->code == ERR_RATE || (err->code == ERR_NETWORK && answer->status != 500);
}

/* Hex says no in JSON; a web page is that of a proxy or a filter, which may open again. */
static void doubt_refusal(const struct http_answer *answer, struct error *err)
{
    if (err->code == ERR_FORBIDDEN && str_starts_with(str_trim(answer->body), "<")) {
        err->code = ERR_NETWORK;
    }
}

static void on_export(void *ctx, const struct http_answer *answer, const struct json *document,
                      const struct error *answer_err)
{
    struct sync_job *job = ctx;
    struct error err = *answer_err;
    struct decoded_export file;
    doubt_refusal(answer, &err);
    if (ends_run(job, &err)) {
        return;
    }
    if (is_passing(answer, &err)) {
        /* Its cells would take the place of a whole notebook, and nobody come back for it. */
        note_failure(job, &err);
        go_to(job, JOB_STEP_RUNS);
        return;
    }
    if (err.code == OK) {
        if (decode_export(document, &file, &err) == OK &&
            export_read(file.content, job->work.project_id, &job->arena, &job->notebook,
                        &job->raw, &err) == OK) {
            sync_gate_grant(&job->sync->export_gate);
            go_to(job, JOB_STEP_RUNS);
            return;
        }
        if (ends_run(job, &err)) {
            return;
        }
    }
    job->is_export_refused = is_refusal(&err);
    if (!job->is_export_refused && wants_cells(job)) {
        job->export_failure = err;
        sync_warning(job->sync, &job->sync->summary->details,
                     "project %.*s: its export cannot be read, so its cells are read one by "
                     "one: %s",
                     STR_ARG(job->work.project_id), err.message);
    }
    log_debug("project %.*s: no export: %s", STR_ARG(job->work.project_id), err.message);
    job->notebook = NULL;
    if (!wants_cells(job)) {
        note_failure(job, &err);
        note_content_refusal(job, &err);
    }
    go_to(job, JOB_STEP_CELLS);
}

/* A project whose cells can be read, but not its export: the endpoint is closed to us. */
static void note_export_refusal(struct sync_job *job)
{
    struct sync *sync = job->sync;
    if (job->is_export_refused && sync_gate_refuse(&sync->export_gate, true)) {
        sync_warning(sync, &sync->summary->details,
                     "this token may not export projects: cells are read one by one, without "
                     "nesting, charts' sources and component ids");
    }
}

static void on_cells(void *ctx, const struct http_answer *answer, const struct json *document,
                     const struct error *answer_err)
{
    struct sync_job *job = ctx;
    struct error err = *answer_err;
    struct str next = STR_NULL;
    doubt_refusal(answer, &err);
    if (ends_run(job, &err)) {
        return;
    }
    if (is_refusal(&err)) {
        note_content_refusal(job, &err);
    }
    if (job->notebook == NULL) {
        job->notebook = ARENA_NEW(&job->arena, struct notebook);
    }
    if (err.code == OK && job->notebook == NULL) {
        (void)error_nomem(&err);
    }
    if (err.code == OK && decode_cells(document, &job->arena, job->notebook,
                                       &job->cell_capacity, &next, &err) == OK) {
        job->notebook->project_id = job->work.project_id;
        sync_gate_grant(&job->sync->cells_gate);
        if (str_is_empty(next)) {
            note_export_refusal(job);
            go_to(job, JOB_STEP_RUNS);
            return;
        }
        if (has_next_page(job, next)) {
            send_call(job, HEX_CALL_CELLS, on_cells);
            return;
        }
        (void)error_set(&err, ERR_PARSE, "the list of cells does not end");
    }
    job->notebook = NULL;
    note_failure(job, job->export_failure.code != OK ? &job->export_failure : &err);
    /* Who may not read the cells may not read the rest either. */
    go_to(job, err.code == ERR_FORBIDDEN ? JOB_STEP_STORE : JOB_STEP_RUNS);
}

static void on_runs(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *answer_err)
{
    struct sync_job *job = ctx;
    struct error err = *answer_err;
    doubt_refusal(answer, &err);
    if (ends_run(job, &err)) {
        return;
    }
    if (err.code == OK) {
        sync_gate_grant(&job->sync->runs_gate);
    } else if (is_refusal(&err) &&
               sync_gate_refuse(&job->sync->runs_gate, job->notebook != NULL)) {
        sync_warning(job->sync, &job->sync->summary->details,
                     "this token may not read runs: they are left out (%s)", err.message);
    }
    if (answer->status == 422) {
        job->has_runs = true; /* "no data": never published */
    } else if (err.code == OK &&
               decode_runs(document, &job->arena, &job->runs, &job->run_count, &err) == OK) {
        job->has_runs = true;
    } else if (is_refusal(&err)) {
        job->is_runs_refused = true;
    } else {
        note_failure(job, &err);
    }
    go_to(job, JOB_STEP_QUERIED_TABLES);
}

/* The answer holds for the whole workspace, and for a while: it is remembered. */
static void remember_tier(struct sync *sync, const struct error *why)
{
    struct error err = ERROR_INIT;
    struct catalog *catalog = sync->options->catalog;
    char now[TIMESTAMP_TEXT_SIZE];
    timestamp_format(sync_now_ms(sync), now);
    if (sync->queried_tables_gate.is_closed) {
        return;
    }
    sync->queried_tables_gate.is_closed = true;
    log_info("queried tables are left out: %s", why->message);
    if (catalog_begin(catalog, &err) != OK ||
        catalog_set_fact(catalog, sync->source.id, QUERIED_TABLES_FACT, str_from(now), &err) !=
            OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        log_failure(LOG_LEVEL_WARNING, &err);
    }
}

static void on_queried_tables(void *ctx, const struct http_answer *answer,
                              const struct json *document, const struct error *answer_err)
{
    struct sync_job *job = ctx;
    struct error err = *answer_err;
    struct str next = STR_NULL;
    doubt_refusal(answer, &err);
    if (ends_run(job, &err)) {
        return;
    }
    if (err.code == OK) {
        sync_gate_grant(&job->sync->queried_tables_gate);
    } else if (err.code == ERR_FORBIDDEN && decode_is_tier_message(answer->body)) {
        remember_tier(job->sync, &err);
    } else if (is_refusal(&err) &&
               sync_gate_refuse(&job->sync->queried_tables_gate, job->notebook != NULL)) {
        log_info("queried tables are left out: %s", err.message);
    }
    if (answer->status == 422) {
        job->has_tables = true; /* never published */
    } else if (err.code == OK &&
               decode_queried_tables(document, &job->arena, &job->tables, &job->table_count,
                                     &job->table_capacity, &next, &err) == OK) {
        if (!str_is_empty(next) && has_next_page(job, next)) {
            send_call(job, HEX_CALL_QUERIED_TABLES, on_queried_tables);
            return;
        }
        job->has_tables = true;
    } else if (!is_refusal(&err)) {
        job->lacks_tables = true;
        note_failure(job, &err);
    }
    go_to(job, JOB_STEP_STORE);
}

static void next_step(struct sync_job *job)
{
    switch (job->step) {
    case JOB_STEP_EXPORT:
        if (wants_export(job)) {
            send_call(job, HEX_CALL_EXPORT, on_export);
            return;
        }
        /* fall through */
    case JOB_STEP_CELLS:
        job->step = JOB_STEP_CELLS;
        if (wants_cells(job)) {
            send_call(job, HEX_CALL_CELLS, on_cells);
            return;
        }
        /* fall through */
    case JOB_STEP_RUNS:
        job->step = JOB_STEP_RUNS;
        if (wants_runs(job)) {
            send_call(job, HEX_CALL_RUNS, on_runs);
            return;
        }
        /* fall through */
    case JOB_STEP_QUERIED_TABLES:
        job->step = JOB_STEP_QUERIED_TABLES;
        if (wants_queried_tables(job)) {
            send_call(job, HEX_CALL_QUERIED_TABLES, on_queried_tables);
            return;
        }
        /* fall through */
    case JOB_STEP_STORE:
    default:
        store_job(job);
        finish_job(job);
    }
}

/* ---- the queue ---- */

static bool is_wanted(struct sync *sync, const struct catalog_work *work)
{
    return sync->options->wants == NULL || sync->options->wants(sync->options->wants_ctx, work);
}

/* From the queue of what changed, and when that is empty from the queue of what is old. */
static enum status next_due(struct sync *sync, struct sync_job *job, bool *has_more,
                            struct error *err)
{
    const struct sync_options *options = sync->options;
    arena_reset(&job->arena);
    if (!sync->is_at_aged) {
        enum status status = catalog_next_work(
            options->catalog, sync->source.id, options->includes_archived, sync_now_ms(sync),
            &sync->after_views, &sync->after_id, &job->arena, &job->work, has_more, err);
        if (status != OK || *has_more) {
            return status;
        }
        sync->is_at_aged = true;
        sync->after_age_ms = INT64_MIN;
        sync->after_id = STR_NULL;
    }
    return sync_next_aged(sync, &job->arena, &job->work, has_more, err);
}

/* The next project to read into job; false at the queues' end or on failure. */
static bool take_work(struct sync *sync, struct sync_job *job)
{
    struct error err = ERROR_INIT;
    for (;;) {
        bool has_more = false;
        enum status status = next_due(sync, job, &has_more, &err);
        if (status != OK) {
            sync_fatal(sync, &err);
            return false;
        }
        if (!has_more) {
            sync->has_no_more_work = true;
            return false;
        }
        /* The position must outlive the job's arena. */
        size_t n = sync->after_id.n < sizeof(sync->after_id_text) ? sync->after_id.n
                                                                  : sizeof(sync->after_id_text);
        memcpy(sync->after_id_text, sync->after_id.p, n);
        sync->after_id = str_from_n(sync->after_id_text, n);
        job->is_for_age = sync->is_at_aged;
        if (is_wanted(sync, &job->work)) {
            sync->work_total += job->is_for_age ? 1 : 0;
            return true;
        }
        if (job->is_for_age) {
            sync_age_release(sync, &job->work);
            continue;
        }
        sync->summary->details.filtered++;
        sync->work_done++;
    }
}

enum status sync_tier_is_closed(struct catalog *catalog, int64_t source, int64_t now_ms,
                                struct arena *arena, bool *out, struct error *err)
{
    struct str since;
    int64_t since_ms;
    enum status status =
        catalog_get_fact(catalog, source, QUERIED_TABLES_FACT, arena, &since, err);
    *out = status == OK && timestamp_parse(since, &since_ms) && since_ms <= now_ms &&
           now_ms - since_ms < FACT_AGE_MS;
    return status;
}

static void load_gates(struct sync *sync)
{
    struct error err = ERROR_INIT;
    if (sync_tier_is_closed(sync->options->catalog, sync->source.id, sync_now_ms(sync),
                            &sync->arena, &sync->queried_tables_gate.is_closed, &err) != OK) {
        sync_fatal(sync, &err);
    }
}

/*
 * A pause that is due keeps new projects back until no request is under way: nothing times
 * out meanwhile. Requests that wait for the pace or for another attempt go on waiting.
 */
static bool is_pausing(struct sync *sync)
{
    const struct sync_options *options = sync->options;
    bool has_more = sync->work_done + (int64_t)sync->running_jobs < sync->work_total;
    /* What a pause is for costs more the more was read before: a tenth keeps its sum linear. */
    int64_t enough = sync->work_done / 10;
    enough = enough > options->pause_after ? enough : options->pause_after;
    if (options->pause == NULL || sync->read_since_pause < enough || !has_more) {
        return false;
    }
    if (http_client_in_flight(options->api->client) > 0) {
        return true;
    }
    sync->read_since_pause = 0;
    options->pause(options->pause_ctx, sync->source.id);
    return false;
}

void sync_fill_jobs(struct sync *sync)
{
    unsigned limit = sync->options->jobs == 0 ? DEFAULT_JOBS : sync->options->jobs;
    if (!sync->has_gates) {
        sync->has_gates = true;
        load_gates(sync);
    }
    if (is_pausing(sync)) {
        return;
    }
    while (!sync->has_no_more_work && sync->running_jobs < limit && !sync_is_ending(sync)) {
        struct sync_job *job = take_idle_job(sync);
        if (job == NULL) {
            struct error err = ERROR_INIT;
            (void)error_nomem(&err);
            sync_fatal(sync, &err);
            return;
        }
        if (!take_work(sync, job)) {
            job->next = sync->idle_jobs;
            sync->idle_jobs = job;
            return;
        }
        sync->running_jobs++;
        job->step = JOB_STEP_EXPORT;
        next_step(job);
    }
}

bool sync_details_are_done(const struct sync *sync)
{
    return sync->has_no_more_work && sync->running_jobs == 0;
}
