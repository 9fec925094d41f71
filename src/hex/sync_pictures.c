/*
 * Pictures of chart cells, from each project's last completed run. Hex gives 20 a minute, so
 * they come last, have a pace of their own, and what was refused once is not asked for again.
 */
#include "base/log.h"
#include "hex/decode.h"
#include "hex/sync_state.h"

#include <stdlib.h>

#define MAX_PICTURES_IN_FLIGHT 4
#define PICTURE_BYTES ((size_t)64 * 1024 * 1024)

struct picture_job {
    struct sync *sync;
    struct arena arena;
    struct catalog_picture_work work;
};

static void free_job(struct picture_job *job)
{
    job->sync->running_pictures--;
    arena_free(&job->arena);
    free(job);
}

static void store_picture(struct picture_job *job, const struct picture *picture)
{
    struct sync *sync = job->sync;
    struct catalog *catalog = sync->options->catalog;
    struct error err = ERROR_INIT;
    if (catalog_begin(catalog, &err) != OK ||
        catalog_store_picture(catalog, sync->source.id, job->work.project_id, picture, &err) !=
            OK ||
        catalog_commit(catalog, &err) != OK) {
        catalog_rollback(catalog);
        sync_fatal(sync, &err);
    }
}

static void on_image(void *ctx, const struct http_answer *answer, const struct json *document,
                     const struct error *answer_err)
{
    struct picture_job *job = ctx;
    struct sync *sync = job->sync;
    struct error err = *answer_err;
    struct picture picture = {.cell = job->work.cell_id, .run = job->work.run_id};
    bool is_refused = answer->status == 403 || answer->status == 404 || answer->status == 422;
    if (err.code == ERR_AUTH) {
        sync_fatal(sync, &err);
    } else if (is_refused) {
        /* No chart, or an error in it: kept as "no picture of this run". */
        if (answer->status == 403 && sync_gate_refuse(&sync->picture_gate, true)) {
            sync_warning(sync, &sync->summary->details, "pictures are left out: %s",
                         err.message);
        }
        store_picture(job, &picture);
    } else if (err.code == OK && decode_image(document, &job->arena, &picture.mime_type,
                                              &picture.bytes, &err) == OK) {
        sync_gate_grant(&sync->picture_gate);
        store_picture(job, &picture);
        sync->summary->pictures++;
    } else if (err.code != ERR_CANCELLED) {
        sync_failed(sync, &sync->summary->details, "picture of cell", job->work.cell_id,
                    job->work.project_id, &err);
    }
    sync->work_done++;
    free_job(job);
}

static bool take_picture(struct sync *sync, struct picture_job *job, struct error *err)
{
    bool has_more = false;
    if (catalog_next_picture(sync->options->catalog, sync->source.id, &sync->after_picture,
                             &job->arena, &job->work, &has_more, err) != OK) {
        return false;
    }
    if (!has_more) {
        sync->has_no_more_pictures = true;
        return false;
    }
    const struct hex_request request = {
        .call = HEX_CALL_IMAGE,
        .project = job->work.project_id,
        .run = job->work.run_id,
        .cell = job->work.cell_id,
        .done = on_image,
        .ctx = job,
    };
    return hex_api_send(sync->options->api, &request, err) == OK;
}

void sync_fill_pictures(struct sync *sync)
{
    struct error err = ERROR_INIT;
    while (!sync->has_no_more_pictures && !sync->picture_gate.is_closed &&
           sync->running_pictures < MAX_PICTURES_IN_FLIGHT) {
        struct picture_job *job = calloc(1, sizeof(*job));
        if (job == NULL) {
            (void)error_nomem(&err);
            sync_fatal(sync, &err);
            return;
        }
        job->sync = sync;
        sync->running_pictures++;
        arena_init(&job->arena, PICTURE_BYTES);
        if (!take_picture(sync, job, &err)) {
            free_job(job);
            if (err.code != OK) {
                sync_fatal(sync, &err);
                return;
            }
        }
    }
}

bool sync_pictures_are_done(const struct sync *sync)
{
    return (sync->has_no_more_pictures || sync->picture_gate.is_closed) &&
           sync->running_pictures == 0;
}
