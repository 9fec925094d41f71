#include "app/session.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES_PER_MINUTE 20

static struct http_client_options client_options(const struct config *config,
                                                 const struct http_client_options *patience)
{
    struct http_client_options http = *patience;
    if (http.retry_budget_ms == 0) {
        http.retry_budget_ms = config->retry_budget_seconds * 1000;
    }
    http.user_agent = "hexmeta/" HEXMETA_VERSION;
    return http;
}

static void init_authorization(struct buf *authorization, struct str token)
{
    buf_init(authorization, 64 * 1024);
    if (!str_is_empty(token)) {
        (void)buf_append_cstr(authorization, "Bearer ");
        (void)buf_append_str(authorization, token);
    }
}

static void wipe_authorization(struct buf *authorization)
{
    if (authorization->data != NULL) {
        explicit_bzero(authorization->data, authorization->capacity);
    }
    buf_free(authorization);
}

enum status session_open_hex(const struct config *config,
                             const struct http_client_options *patience,
                             struct session_hex *out, struct error *err)
{
    struct http_client_options http = client_options(config, patience);
    http.ca_file = config->ca_file.p;
    http.verify_tls = true;
    *out = (struct session_hex){.api = {.api_url = config->api_url}};
    init_authorization(&out->authorization, config->token);
    struct hex_api *api = &out->api;
    api->authorization = buf_str(&out->authorization);
    api->pace = http_pace_new(config->requests_per_minute, config->requests_per_hour);
    api->picture_pace = http_pace_new_within(api->pace, PICTURES_PER_MINUTE, 0);
    if (buf_status(&out->authorization) != OK || api->pace == NULL ||
        api->picture_pace == NULL) {
        return error_nomem(err);
    }
    return http_client_new(&http, &api->client, err);
}

void session_close_hex(struct session_hex *session)
{
    http_client_free(session->api.client);
    http_pace_free(session->api.picture_pace);
    http_pace_free(session->api.pace);
    wipe_authorization(&session->authorization);
}

enum status session_open_om(const struct config *config,
                            const struct http_client_options *patience, struct session_om *out,
                            struct error *err)
{
    const struct config_publish *publish = &config->publish;
    struct http_client_options http = client_options(config, patience);
    http.ca_file = publish->ca_file.p;
    http.verify_tls = publish->verify_ssl != CONFIG_VERIFY_IGNORE;
    *out = (struct session_om){
        .api = {.url = publish->url, .extra_count = publish->header_count},
        .headers = calloc(publish->header_count + 1, sizeof(*out->headers)),
    };
    init_authorization(&out->authorization, publish->token);
    if (buf_status(&out->authorization) != OK || out->headers == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < publish->header_count; i++) {
        out->headers[i] =
            (struct http_header){publish->headers[i].name, publish->headers[i].value};
    }
    out->api.authorization = buf_str(&out->authorization);
    out->api.extra = out->headers;
    return http_client_new(&http, &out->api.client, err);
}

void session_close_om(struct session_om *session)
{
    http_client_free(session->api.client);
    wipe_authorization(&session->authorization);
    free(session->headers);
}
