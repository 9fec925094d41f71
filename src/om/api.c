#include "om/api.h"

#include "io/http_url.h"

#include <stdlib.h>

#define MAX_ANSWER_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_URL_BYTES ((size_t)64 * 1024)
#define FIXED_HEADERS 3

struct pending_call {
    const char *method;
    om_done_fn *done;
    void *ctx;
};

/* OpenMetadata's own words: {"code": 404, "message": "..."}. */
static void explain_failure(const struct pending_call *pending,
                            const struct http_answer *answer, const struct json *document,
                            struct error *err)
{
    struct str message = json_str(json_get(document, "message"));
    if (answer->status == 0) {
        return;
    }
    if (str_is_empty(message)) {
        message = answer->status == 401   ? STR("the token is not accepted")
                  : answer->status == 403 ? STR("the token may not do this")
                                          : STR("no reason given");
    }
    (void)error_set(err, err->code, "OpenMetadata answered %d to %s: %.*s", answer->status,
                    pending->method, STR_ARG(str_sub(message, 0, 400)));
}

static void on_answer(void *ctx, const struct http_answer *answer, const struct error *http_err)
{
    struct pending_call *pending = ctx;
    struct error err = *http_err;
    struct error ignored = ERROR_INIT;
    struct json *document = NULL;
    struct str body = str_trim(answer->body);
    if (body.n > 0 && json_parse(body, &json_limits_default, &document,
                                 err.code == OK ? &err : &ignored) != OK) {
        document = NULL;
        if (err.code != OK && http_err->code == OK) {
            bool is_page = str_starts_with(body, "<");
            (void)error_set(&err, is_page ? ERR_CONFIG : err.code,
                            is_page ? "the answer is a web page, not JSON: is hostPort the "
                                      "address of OpenMetadata's API, with /api at its end?"
                                    : "OpenMetadata's answer is not JSON");
        }
    }
    if (http_err->code != OK) {
        explain_failure(pending, answer, document, &err);
    }
    pending->done(pending->ctx, answer, document, &err);
    json_free(document);
    free(pending);
}

enum status om_api_send(const struct om_api *api, const struct om_request *request,
                        struct error *err)
{
    struct buf url;
    struct pending_call *pending = malloc(sizeof(*pending));
    struct http_header *headers = calloc(FIXED_HEADERS + api->extra_count, sizeof(*headers));
    size_t count = 0;
    enum status status = OK;

    buf_init(&url, MAX_URL_BYTES);
    (void)buf_append_str(&url, api->url);
    (void)buf_append_str(&url, request->path);
    if (pending == NULL || headers == NULL || buf_status(&url) != OK) {
        status = error_nomem(err);
        goto out;
    }
    *pending = (struct pending_call){request->method, request->done, request->ctx};
    headers[count++] = (struct http_header){STR("Accept"), STR("application/json")};
    if (!str_is_empty(api->authorization)) {
        headers[count++] = (struct http_header){STR("Authorization"), api->authorization};
    }
    if (!str_is_null(request->body)) {
        headers[count++] = (struct http_header){
            STR("Content-Type"),
            request->is_patch ? STR("application/json-patch+json") : STR("application/json")};
    }
    for (size_t i = 0; i < api->extra_count; i++) {
        headers[count++] = api->extra[i];
    }
    const struct http_request http = {
        .method = request->method,
        .url = buf_str(&url),
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .max_answer_bytes = MAX_ANSWER_BYTES,
        .is_safe_to_repeat = request->repeats || str_is(str_from(request->method), "GET"),
        .done = on_answer,
        .ctx = pending,
    };
    status = http_client_submit(api->client, &http, err);
    if (status == OK) {
        pending = NULL;
    }
out:
    free(pending);
    free(headers);
    buf_free(&url);
    return status;
}

void om_path_segment(struct buf *path, struct str s)
{
    (void)buf_append_char(path, '/');
    (void)http_url_escape(path, s);
}

bool om_is_answer_lost(const struct error *err)
{
    return err->code == ERR_NETWORK || err->code == ERR_LIMIT || err->code == ERR_PARSE;
}
