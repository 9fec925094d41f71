#include "hex/api.h"

#include "base/json_out.h"
#include "hex/decode.h"
#include "io/http_url.h"

#include <assert.h>
#include <stdlib.h>

/* An export carries a whole notebook, with the code of generated apps in it. */
#define MAX_EXPORT_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_ANSWER_BYTES ((size_t)32 * 1024 * 1024)
#define MAX_URL_BYTES ((size_t)16 * 1024)

static const struct {
    const char *name;
    const char *path;  /* {} stands for project, run and cell, in this order */
    const char *query; /* sent with every page */
    bool repeats;      /* a failed attempt may be repeated */
} calls[HEX_CALL_COUNT] = {
    /* 500 is what workspace tokens get here: no use to ask again. */
    [HEX_CALL_ME] = {"users/me", "/users/me", "", false},
    [HEX_CALL_PROJECTS] = {"projects", "/projects",
                           "includeComponents=true&includeArchived=true&includeTrashed=true"
                           "&includeSharing=true&sortBy=CREATED_AT&sortDirection=ASC&limit=100",
                           true},
    [HEX_CALL_PROJECT] = {"project", "/projects/{}", "includeSharing=true", true},
    [HEX_CALL_CONNECTIONS] = {"data connections", "/data-connections",
                              "sortBy=CREATED_AT&sortDirection=ASC&limit=100", true},
    [HEX_CALL_COLLECTIONS] = {"collections", "/collections", "sortBy=NAME&limit=100", true},
    [HEX_CALL_USERS] = {"users", "/users", "sortBy=EMAIL&sortDirection=ASC&limit=500", true},
    [HEX_CALL_GROUPS] = {"groups", "/groups", "sortBy=CREATED_AT&sortDirection=ASC&limit=500",
                         true},
    [HEX_CALL_EXPORT] = {"export", "/projects/export", "", true},
    [HEX_CALL_CELLS] = {"cells", "/cells", "limit=100", true},
    [HEX_CALL_RUNS] = {"runs", "/projects/{}/runs", "limit=100&offset=0", true},
    [HEX_CALL_QUERIED_TABLES] = {"queried tables", "/projects/{}/queriedTables", "limit=100",
                                 true},
    [HEX_CALL_IMAGE] = {"picture", "/projects/{}/runs/{}/cells/{}/image", "", true},
};

/* What the http_client calls back with. */
struct pending_call {
    enum hex_call call;
    hex_done_fn *done;
    void *ctx;
};

const char *hex_call_name(enum hex_call call)
{
    return calls[call].name;
}

static void put_parameter(struct buf *url, char *separator, const char *name, struct str value)
{
    (void)buf_append_char(url, *separator);
    *separator = '&';
    (void)buf_append_cstr(url, name);
    (void)buf_append_char(url, '=');
    (void)http_url_escape(url, value);
}

static enum status build_url(const struct hex_api *api, const struct hex_request *request,
                             struct buf *url)
{
    const struct str ids[] = {request->project, request->run, request->cell};
    size_t next_id = 0;
    char separator = '?';
    (void)buf_append_str(url, api->api_url);
    for (const char *p = calls[request->call].path; *p != '\0'; p++) {
        if (*p == '{') {
            assert(next_id < sizeof(ids) / sizeof(ids[0]));
            (void)http_url_escape(url, ids[next_id++]);
            p++;
        } else {
            (void)buf_append_char(url, *p);
        }
    }
    if (calls[request->call].query[0] != '\0') {
        (void)buf_append_char(url, separator);
        (void)buf_append_cstr(url, calls[request->call].query);
        separator = '&';
    }
    if (request->call == HEX_CALL_CELLS) {
        put_parameter(url, &separator, "projectId", request->project);
    }
    if (!str_is_empty(request->cursor)) {
        put_parameter(url, &separator, "after", request->cursor);
    }
    return buf_status(url);
}

static enum status build_body(const struct hex_request *request, struct buf *body)
{
    struct json_out out;
    json_out_init(&out, body);
    json_out_object(&out);
    json_out_field_str(&out, "projectId", request->project);
    json_out_field_str(&out, "version", request->version);
    json_out_object_end(&out);
    return buf_status(body);
}

/* Hex's own words about a failure, behind what failed. */
static void explain_failure(const struct pending_call *pending,
                            const struct http_answer *answer, struct error *err)
{
    /* Of a redirect the client has said where it leads. */
    if (answer->status == 0 || !str_is_null(answer->redirect)) {
        return;
    }
    struct buf reason;
    buf_init(&reason, 4096);
    decode_error_body(answer->content_type, answer->body, &reason);
    (void)error_set(err, err->code, "%s: Hex answered %d%s%s%s%.*s%s",
                    calls[pending->call].name, answer->status, reason.size > 0 ? ": " : "",
                    buf_cstr(&reason), str_is_null(answer->trace_id) ? "" : " (trace id ",
                    STR_ARG(str_sub(answer->trace_id, 0, 64)),
                    str_is_null(answer->trace_id) ? "" : ")");
    buf_free(&reason);
}

static void on_answer(void *ctx, const struct http_answer *answer, const struct error *http_err)
{
    struct pending_call *pending = ctx;
    struct error err = *http_err;
    struct json *document = NULL;
    if (err.code == OK) {
        if (json_parse(answer->body, &json_limits_default, &document, &err) != OK) {
            if (str_starts_with(str_trim(answer->body), "<")) {
                (void)error_set(
                    &err, ERR_PARSE,
                    "%s: the answer is a web page, not JSON: is this the address of "
                    "a Hex workspace?",
                    calls[pending->call].name);
            } else {
                error_prefix(&err, "%s: the answer is not JSON: ", calls[pending->call].name);
            }
        }
    } else {
        explain_failure(pending, answer, &err);
    }
    pending->done(pending->ctx, answer, document, &err);
    json_free(document);
    free(pending);
}

enum status hex_api_send(const struct hex_api *api, const struct hex_request *request,
                         struct error *err)
{
    bool is_export = request->call == HEX_CALL_EXPORT;
    struct buf url;
    struct buf body;
    struct pending_call *pending = NULL;
    enum status status;

    buf_init(&url, MAX_URL_BYTES);
    buf_init(&body, MAX_URL_BYTES);
    status = build_url(api, request, &url);
    if (status == OK && is_export) {
        status = build_body(request, &body);
    }
    if (status != OK) {
        (void)error_set(err, status, "%s: the request does not fit into %zu bytes",
                        calls[request->call].name, MAX_URL_BYTES);
        goto out;
    }
    pending = malloc(sizeof(*pending));
    if (pending == NULL) {
        status = error_nomem(err);
        goto out;
    }
    *pending = (struct pending_call){request->call, request->done, request->ctx};

    const struct http_header headers[] = {
        {STR("Authorization"), api->authorization},
        {STR("Accept"), STR("application/json")},
        {STR("Content-Type"), STR("application/json")},
    };
    const struct http_request http = {
        .method = is_export ? "POST" : "GET",
        .url = buf_str(&url),
        .headers = headers,
        .header_count = is_export ? 3 : 2,
        .body = is_export ? buf_str(&body) : STR_NULL,
        .max_answer_bytes = is_export ? MAX_EXPORT_BYTES : MAX_ANSWER_BYTES,
        .is_safe_to_repeat = calls[request->call].repeats,
        .pace = request->call == HEX_CALL_IMAGE ? api->picture_pace : api->pace,
        .done = on_answer,
        .ctx = pending,
    };
    status = http_client_submit(api->client, &http, err);
    if (status == OK) {
        pending = NULL;
    }
out:
    free(pending);
    buf_free(&url);
    buf_free(&body);
    return status;
}
