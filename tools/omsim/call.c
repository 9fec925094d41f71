#include "omsim/call.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_VIOLATIONS 1000

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static struct str decode(struct arena *arena, struct str text)
{
    char *out = sim_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int high = i + 2 < text.n && text.p[i] == '%' ? hex_digit(text.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.p[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = text.p[i];
        }
    }
    return (struct str){out, n};
}

void call_init(struct call *call, struct sim *sim, struct arena *arena, const char *method,
               struct str path)
{
    size_t capacity = 0;
    *call = (struct call){.sim = sim, .arena = arena, .method = method, .path = path};
    call->status = 404;
    call->answer_type = "application/json";
    call->endpoint = STR_NULL;
    buf_init(&call->answer, SIM_MAX_BYTES);
    struct str rest = str_starts_with(path, "/api/v1/")
                          ? str_sub(path, strlen("/api/v1/"), SIZE_MAX)
                          : STR("");
    while (rest.n > 0) {
        size_t slash = str_find(rest, '/');
        struct str *segment = sim_push(arena, &call->segments, &call->segment_count, &capacity,
                                       sizeof(*call->segments));
        *segment = decode(arena, str_sub(rest, 0, slash));
        rest = slash == SIZE_MAX ? STR("") : str_sub(rest, slash + 1, SIZE_MAX);
    }
}

void call_free(struct call *call)
{
    json_decref(call->json);
    call->json = NULL;
    buf_free(&call->answer);
}

bool call_is(const struct call *call, const char *method)
{
    return strcmp(call->method, method) == 0;
}

struct str call_argument(const struct call *call, const char *name)
{
    struct str value = STR_NULL;
    for (size_t i = 0; i < call->argument_count; i++) {
        if (str_is(call->arguments[i].name, name)) {
            value = call->arguments[i].value;
        }
    }
    return value;
}

bool call_flag(const struct call *call, const char *name)
{
    return str_eq_nocase(call_argument(call, name), STR("true"));
}

bool call_rest_is(const struct call *call, size_t at, const char *only)
{
    return call->segment_count == at + 1 && str_is(call->segments[at], only);
}

void call_header(struct call *call, const char *name, struct str value)
{
    if (call->header_count < CALL_MAX_HEADERS) {
        call->headers[call->header_count++] =
            (struct http_argument){str_from(name), sim_copy(call->arena, value)};
    }
}

void call_answer(struct call *call, int status, json_t *value)
{
    call->status = status;
    buf_clear(&call->answer);
    value_write(value_sure(value), false, &call->answer);
    json_decref(value);
}

void call_answer_text(struct call *call, int status, const char *text)
{
    call->status = status;
    call->answer_type = "text/plain";
    buf_clear(&call->answer);
    (void)buf_append_cstr(&call->answer, text);
}

static void fail(struct call *call, int status, struct str message, const char *type)
{
    json_t *body = value_sure(json_object());
    value_put_int(body, "code", status);
    value_put_text(body, "message", message);
    if (type != NULL) {
        value_put_text(body, "errorType", str_from(type));
    }
    call_answer(call, status, body);
    if (status == 401) {
        call_header(call, "WWW-Authenticate", STR("om-auth"));
    }
}

void call_fail(struct call *call, int status, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fail(call, status, str_from(text), NULL);
}

void call_note_violation(struct call *call, struct str message)
{
    json_t *violations = call->sim->violations;
    if (json_array_size(violations) < MAX_VIOLATIONS) {
        json_t *entry = value_sure(json_object());
        value_put_text(entry, "method", str_from(call->method));
        value_put_text(entry, "path", call->path);
        value_put_text(entry, "message", message);
        value_put_text(entry, "body", str_sub(call->body, 0, 4096));
        value_append(violations, entry);
    }
}

void call_refuse(struct call *call, const struct refusal *why)
{
    if (why->is_violation) {
        call_note_violation(call, why->message);
    }
    fail(call, why->status, why->message, why->type);
}

struct refusal call_refusal(const struct call *call)
{
    return (struct refusal){.arena = call->arena};
}

bool call_read_json(struct call *call, const char *content_type)
{
    json_error_t problem;
    size_t semicolon = str_find(call->content_type, ';');
    struct str type = str_trim(str_sub(call->content_type, 0, semicolon));
    if (!str_eq_nocase(type, str_from(content_type))) {
        call_fail(call, 415, "HTTP 415 Unsupported Media Type");
        return false;
    }
    call->json = json_loadb(call->body.p, call->body.n, JSON_DECODE_ANY, &problem);
    if (call->json == NULL) {
        struct refusal why = call_refusal(call);
        (void)refuse(&why, 400, "Unable to process JSON: %s", problem.text);
        why.is_violation = true;
        call_refuse(call, &why);
        return false;
    }
    const json_t *edge = json_object_get(call->json, "edge");
    const json_t *details = edge == NULL ? call->json : json_object_get(edge, "lineageDetails");
    call->has_null_source = json_is_null(json_object_get(details, "source"));
    if (strcmp(content_type, "application/json") == 0) { /* null means absent */
        value_strip_nulls(call->json);
    }
    return true;
}
