#include "om/run_status.h"

#include "base/json_out.h"

#include <stdlib.h>

#define MAX_BODY_BYTES ((size_t)16 * 1024 * 1024)
#define PATIENCE_MS 30000
#define TURN_MS 250

static void put_step(struct json_out *out, const struct om_status_step *step)
{
    json_out_object(out);
    json_out_field_cstr(out, "name", step->name);
    json_out_field_int(out, "records", step->records);
    json_out_field_int(out, "updated_records", step->updated);
    json_out_field_int(out, "warnings", step->warnings);
    json_out_field_int(out, "errors", step->errors);
    json_out_field_int(out, "filtered", step->filtered);
    json_out_key(out, "failures");
    json_out_array(out);
    for (size_t i = 0; i < step->failure_count; i++) {
        json_out_object(out);
        json_out_field_str(out, "name", step->failures[i].name);
        json_out_field_str(out, "error", step->failures[i].error);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

void om_run_status_write(const struct om_run_status *status, struct buf *out)
{
    static const char *const names[] = {"running", "success", "partialSuccess", "failed"};
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_str(&json, "runId", status->run_id);
    json_out_field_cstr(&json, "pipelineState", names[status->state]);
    json_out_field_int(&json, "startDate", status->started_ms);
    json_out_field_int(&json, "timestamp", status->now_ms);
    if (status->state != OM_RUN_STATE_RUNNING) {
        json_out_field_int(&json, "endDate", status->now_ms);
        json_out_key(&json, "status");
        json_out_array(&json);
        for (size_t i = 0; i < status->step_count; i++) {
            put_step(&json, &status->steps[i]);
        }
        json_out_array_end(&json);
    }
    json_out_object_end(&json);
}

/* Outlives the wait when the server is too slow; freed by the last who needs it. */
struct sent {
    struct error err;
    bool is_done;
    bool is_left;
};

static void on_sent(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *err)
{
    struct sent *sent = ctx;
    (void)answer;
    (void)document;
    sent->err = *err;
    sent->is_done = true;
    if (sent->is_left) {
        free(sent);
    }
}

static enum status wait_for(const struct om_api *api, struct sent *sent,
                            const struct clock *clock, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms(clock) + PATIENCE_MS;
    enum status status = OK;
    while (!sent->is_done && status == OK && clock_monotonic_ms(clock) < until_ms) {
        status = http_client_run(api->client, TURN_MS, err);
    }
    if (!sent->is_done && status == OK) {
        status = error_set(err, ERR_NETWORK, "OpenMetadata does not answer");
    }
    if (!sent->is_done) {
        sent->is_left = true;
        return status;
    }
    *err = sent->err;
    free(sent);
    return err->code;
}

enum status om_run_status_send(const struct om_api *api, const struct om_run_status *status,
                               const struct clock *clock, struct error *err)
{
    struct buf path;
    struct buf body;
    struct sent *sent = calloc(1, sizeof(*sent));
    enum status result = OK;
    buf_init(&path, 65536);
    buf_init(&body, MAX_BODY_BYTES);
    (void)buf_append_cstr(&path, "/v1/services/ingestionPipelines");
    om_path_segment(&path, status->pipeline);
    (void)buf_append_cstr(&path, "/pipelineStatus");
    om_run_status_write(status, &body);
    const struct om_request request = {.method = "PUT",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .repeats = true,
                                       .done = on_sent,
                                       .ctx = sent};
    if (sent == NULL || buf_status(&path) != OK || buf_status(&body) != OK) {
        result = error_nomem(err);
        free(sent);
    } else {
        result = om_api_send(api, &request, err);
        if (result == OK) {
            result = wait_for(api, sent, clock, err);
        } else {
            free(sent);
        }
    }
    buf_free(&path);
    buf_free(&body);
    return result;
}
