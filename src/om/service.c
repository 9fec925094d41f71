/*
 * The services that our entities stand below: each is there, of the type that it must have, or
 * is made.
 */
#include "om/run.h"

#include "base/json_out.h"

#include <string.h>

#define MAX_BODY_BYTES ((size_t)1024 * 1024)

struct om_service om_dashboard_service(const struct om_options *options)
{
    return (struct om_service){.collection = "/v1/services/dashboardServices",
                               .kind = "dashboard service",
                               .type = "Hex",
                               .name = options->service,
                               .otherwise = "choose another source.serviceName"};
}

static enum status check(const struct om_service *service, const struct json *document,
                         struct error *err)
{
    struct str type = json_str(json_get(document, "serviceType"));
    if (json_bool(json_get(document, "deleted"), false)) {
        return error_set(err, ERR_REJECTED,
                         "the %s %.*s was deleted in OpenMetadata: restore it there, or %s",
                         service->kind, STR_ARG(str_sub(service->name, 0, 200)),
                         service->otherwise);
    }
    if (!str_is(type, service->type)) {
        return error_set(err, ERR_CONFIG,
                         "the %s %.*s of OpenMetadata is of type %.*s, not %s: %s",
                         service->kind, STR_ARG(str_sub(service->name, 0, 200)),
                         STR_ARG(str_sub(type, 0, 60)), service->type, service->otherwise);
    }
    return OK;
}

/* The id of a service that the server has shown. */
static enum status take_id(struct om_run *run, const struct json *document, struct str *id,
                           struct error *err)
{
    return arena_str(&run->arena, json_str(json_get(document, "id")), id) == OK
               ? OK
               : error_nomem(err);
}

enum status om_service_find(struct om_run *run, const struct om_service *service,
                            struct str *id, struct error *err)
{
    struct json *document = NULL;
    *id = STR_NULL;
    enum status status = om_run_get_named(run, service->collection, service->name,
                                          "?include=all", &document, err);
    if (status == OK) {
        status = check(service, document, err);
    }
    if (status == OK) {
        status = take_id(run, document, id, err);
    }
    json_free(document);
    return status;
}

/* How OpenMetadata's own connector reaches Hex. */
static void put_connection(const struct om_options *options, struct json_out *out)
{
    json_out_key(out, "connection");
    json_out_object(out);
    json_out_key(out, "config");
    json_out_object(out);
    json_out_field_cstr(out, "type", "Hex");
    json_out_field_str(out, "hostPort", options->stored_host);
    json_out_field_str(out, "tokenType", options->stored_token_type);
    json_out_field_str(out, "token", options->stored_token);
    json_out_object_end(out);
    json_out_object_end(out);
}

static void write_request(const struct om_options *options, const struct om_service *service,
                          struct buf *body)
{
    struct json_out out;
    json_out_init(&out, body);
    json_out_object(&out);
    json_out_field_str(&out, "name", service->name);
    json_out_field_cstr(&out, "serviceType", service->type);
    if (str_is(str_from(service->type), "Hex") && !str_is_null(options->stored_token)) {
        put_connection(options, &out);
    }
    json_out_object_end(&out);
}

static enum status make(struct om_run *run, const struct om_service *service, struct str *id,
                        struct error *err)
{
    struct json *document = NULL;
    struct buf body;
    const struct om_plan_item item = {.action = OM_PLAN_CREATE,
                                      .kind = service->kind,
                                      .name = service->name,
                                      .title = service->name};
    if (run->options->plan != NULL) {
        om_run_plan(run, &item);
        return OK;
    }
    buf_init(&body, MAX_BODY_BYTES);
    write_request(run->options, service, &body);
    const struct om_request request = {.method = "PUT",
                                       .path = str_from(service->collection),
                                       .body = buf_str(&body),
                                       .repeats = true};
    enum status status =
        buf_status(&body) == OK ? om_run_call(run, &request, &document, err) : error_nomem(err);
    if (status == OK) {
        status = take_id(run, document, id, err);
    }
    if (body.data != NULL) {
        explicit_bzero(body.data, body.capacity); /* it may hold Hex's token */
    }
    json_free(document);
    buf_free(&body);
    return status;
}

enum status om_service_find_or_make(struct om_run *run, const struct om_service *service,
                                    struct str *id, struct error *err)
{
    enum status status = om_service_find(run, service, id, err);
    if (status == ERR_NOT_FOUND) {
        error_clear(err);
        status = make(run, service, id, err);
    }
    return status;
}
