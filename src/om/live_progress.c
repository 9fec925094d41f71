#include "om/live_progress.h"

#include "base/json_out.h"
#include "base/log.h"
#include "om/version.h"

#include <inttypes.h>
#include <stdlib.h>

#define INTERVAL_MS 5000
#define MAX_LOST 3
#define MAX_BODY_BYTES ((size_t)64 * 1024)
#define TURN_MS 100

struct om_live {
    const struct om_api *api;
    struct clock clock;
    struct str pipeline;
    struct str run_id;
    bool has_version; /* the server is known to have such a thing */
    bool is_off;      /* it has none, or does not want it */
    bool was_sent;
    int64_t sent_ms;
    unsigned lost; /* requests in a row without an answer */
};

struct om_live *om_live_new(const struct om_api *api, const struct clock *clock,
                            struct str pipeline, struct str run_id)
{
    struct om_live *live = calloc(1, sizeof(*live));
    if (live != NULL) {
        live->api = api;
        live->clock = *clock;
        live->pipeline = pipeline;
        live->run_id = run_id;
    }
    return live;
}

void om_live_free(struct om_live *live)
{
    free(live);
}

/* ---- answers ---- */

static void turn_off(struct om_live *live, const char *why)
{
    live->is_off = true;
    log_debug("OpenMetadata is not told how far the run is: %s", why);
}

static void on_failure(struct om_live *live, const struct http_answer *answer,
                       const struct error *err)
{
    bool is_refused = answer->status >= 400 && answer->status < 500 && answer->status != 429;
    live->lost++;
    if (is_refused || live->lost >= MAX_LOST) {
        turn_off(live, err->message);
    }
}

static void on_version(void *ctx, const struct http_answer *answer, const struct json *document,
                       const struct error *answer_err)
{
    struct om_live *live = ctx;
    struct error err = *answer_err;
    struct om_version version;
    if (err.code != OK) {
        on_failure(live, answer, &err);
        return;
    }
    live->lost = 0;
    live->was_sent = false; /* what there is to say may go at once */
    live->has_version =
        om_version_parse(json_str(json_get(document, "version")), &version, &err) != ERR_PARSE;
    if (!live->has_version || !version.has_progress) {
        turn_off(live, "its version has no place for it");
    }
}

static void on_told(void *ctx, const struct http_answer *answer, const struct json *document,
                    const struct error *err)
{
    struct om_live *live = ctx;
    (void)document;
    if (err->code != OK) {
        on_failure(live, answer, err);
    } else {
        live->lost = 0;
    }
}

/* ---- requests ---- */

void om_live_write(struct str run_id, int64_t now_ms, const struct om_live_state *state,
                   bool is_good, struct buf *out)
{
    struct json_out json;
    const char *end = is_good ? "PIPELINE_COMPLETE" : "ERROR";
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_field_str(&json, "runId", run_id);
    json_out_field_int(&json, "timestamp", now_ms);
    json_out_field_cstr(&json, "updateType",
                        state->step == NULL ? end
                        : state->total < 0  ? "DISCOVERY"
                                            : "PROCESSING");
    if (state->step != NULL) {
        json_out_field_cstr(&json, "stepName", state->step);
        json_out_key(&json, "globalCounters");
        json_out_array(&json);
        json_out_object(&json);
        json_out_field_cstr(&json, "entityType", "Dashboard");
        json_out_field_int(&json, "done", state->done);
        if (state->total >= 0) {
            json_out_field_int(&json, "total", state->total);
        }
        json_out_object_end(&json);
        json_out_array_end(&json);
    }
    json_out_object_end(&json);
}

static void send(struct om_live *live, const struct om_request *request)
{
    struct error err = ERROR_INIT;
    if (om_api_send(live->api, request, &err) != OK) {
        turn_off(live, err.message);
    }
}

static void ask_version(struct om_live *live)
{
    const struct om_request request = {
        .method = "GET", .path = STR("/v1/system/version"), .done = on_version, .ctx = live};
    send(live, &request);
}

static void tell(struct om_live *live, const struct om_live_state *state, bool is_good)
{
    struct buf path;
    struct buf body;
    buf_init(&path, MAX_BODY_BYTES);
    buf_init(&body, MAX_BODY_BYTES);
    (void)buf_append_cstr(&path, "/v1/services/ingestionPipelines/progress");
    om_path_segment(&path, live->pipeline);
    om_path_segment(&path, live->run_id);
    om_live_write(live->run_id, clock_wall_ms(&live->clock), state, is_good, &body);
    const struct om_request request = {.method = "PUT",
                                       .path = buf_str(&path),
                                       .body = buf_str(&body),
                                       .done = on_told,
                                       .ctx = live};
    if (buf_status(&path) != OK || buf_status(&body) != OK) {
        turn_off(live, "out of memory");
    } else {
        send(live, &request);
    }
    buf_free(&path);
    buf_free(&body);
}

static void turn(struct om_live *live, int64_t timeout_ms)
{
    struct error err = ERROR_INIT;
    if (http_client_pending(live->api->client) > 0 &&
        http_client_run(live->api->client, timeout_ms, &err) != OK) {
        turn_off(live, err.message);
    }
}

void om_live_update(struct om_live *live, const struct om_live_state *state)
{
    int64_t now_ms = clock_monotonic_ms(&live->clock);
    turn(live, 0);
    bool is_early = live->was_sent && now_ms - live->sent_ms < INTERVAL_MS;
    if (live->is_off || is_early || http_client_pending(live->api->client) > 0) {
        return;
    }
    if (live->has_version) {
        tell(live, state, true);
    } else {
        ask_version(live);
    }
    live->was_sent = true;
    live->sent_ms = now_ms;
    turn(live, 0);
}

/* An attempt is short, and there is only one: so is this. */
static void wait_for_answer(struct om_live *live)
{
    int64_t until_ms = clock_monotonic_ms(&live->clock) + 2 * OM_LIVE_TIMEOUT_MS;
    while (http_client_pending(live->api->client) > 0 &&
           clock_monotonic_ms(&live->clock) < until_ms) {
        turn(live, TURN_MS);
        http_client_cancel_waiting(live->api->client);
    }
}

void om_live_end(struct om_live *live, bool is_good)
{
    const struct om_live_state over = {.step = NULL};
    wait_for_answer(live);
    if (live->has_version && !live->is_off) {
        tell(live, &over, is_good);
        wait_for_answer(live);
    }
}
