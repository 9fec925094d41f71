#include "virtual_hex.h"

#include "base/json_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 100
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define EPOCH_MS INT64_C(1700000000000)
/* No project count that a test uses is a multiple of it. */
#define STRIDE 7919
#define ID_FORMAT "00000000-0000-4000-8000-%012zx"
#define ID_SIZE 64

uint64_t virtual_random(uint64_t *seed)
{
    uint64_t x = *seed += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

void virtual_hex_init(struct virtual_hex *hex, const struct virtual_hex_options *options)
{
    *hex = (struct virtual_hex){.options = *options, .random = 1};
}

void virtual_hex_free(struct virtual_hex *hex)
{
    free(hex->log);
    hex->log = NULL;
}

size_t virtual_hex_rank(const struct virtual_hex *hex, size_t project)
{
    return (project * STRIDE + 13) % hex->options.project_count;
}

/* As in life: few projects have most of the views. */
int64_t virtual_hex_views(const struct virtual_hex *hex, size_t project)
{
    size_t rank = virtual_hex_rank(hex, project);
    return (int64_t)(1000000 / (rank + 1) + hex->options.project_count - rank);
}

static bool is_published(const struct virtual_hex *hex, size_t project)
{
    return virtual_hex_rank(hex, project) * 10 < hex->options.project_count * 6;
}

static size_t find(struct str text, struct str part)
{
    const char *at = text.n >= part.n ? memmem(text.p, text.n, part.p, part.n) : NULL;
    return at != NULL ? (size_t)(at - text.p) : SIZE_MAX;
}

/* ---- the log ---- */

static void note(struct virtual_hex *hex, const struct virtual_arrival *arrival)
{
    if (hex->count == hex->capacity) {
        hex->capacity = hex->capacity == 0 ? 4096 : hex->capacity * 2;
        hex->log = realloc(hex->log, hex->capacity * sizeof(*hex->log));
        if (hex->log == NULL) {
            abort();
        }
    }
    hex->log[hex->count++] = *arrival;
}

size_t virtual_hex_most_within(const struct virtual_hex *hex, int64_t span_ms,
                               enum virtual_call call)
{
    size_t most = 0;
    size_t within = 0;
    size_t first = 0;
    for (size_t last = 0; last < hex->count; last++) {
        within += call == VIRTUAL_CALL_ANY || hex->log[last].call == call;
        for (; hex->log[last].at_ms - hex->log[first].at_ms >= span_ms; first++) {
            within -= call == VIRTUAL_CALL_ANY || hex->log[first].call == call;
        }
        most = within > most ? within : most;
    }
    return most;
}

size_t virtual_hex_count(const struct virtual_hex *hex, int status, int64_t from_ms,
                         int64_t to_ms)
{
    size_t count = 0;
    for (size_t i = 0; i < hex->count; i++) {
        const struct virtual_arrival *arrival = &hex->log[i];
        count += arrival->at_ms >= from_ms && arrival->at_ms < to_ms &&
                 (status == 0 || arrival->status == status);
    }
    return count;
}

/* Until when the window is full; 0: it has room. */
static int64_t full_until(const struct virtual_hex *hex, int64_t limit, int64_t span_ms,
                          int64_t now_ms)
{
    int64_t within = 0;
    for (size_t i = hex->count; limit > 0 && i-- > 0;) {
        const struct virtual_arrival *arrival = &hex->log[i];
        if (arrival->at_ms <= now_ms - span_ms) {
            return 0;
        }
        within += arrival->status != 429 || hex->options.counts_refused;
        if (within == limit) {
            return arrival->at_ms + span_ms;
        }
    }
    return 0;
}

/* ---- the answers ---- */

static void put_pagination(struct json_out *out, size_t next, size_t count)
{
    char cursor[32];
    (void)snprintf(cursor, sizeof(cursor), "c%zu", next);
    json_out_key(out, "pagination");
    json_out_object(out);
    json_out_field_cstr(out, "after", next < count ? cursor : NULL);
    json_out_field_null(out, "before");
    json_out_object_end(out);
}

static void put_project(const struct virtual_hex *hex, size_t project, struct json_out *out)
{
    char id[ID_SIZE];
    int64_t created_ms = EPOCH_MS + (int64_t)project * 1000;
    (void)snprintf(id, sizeof(id), ID_FORMAT, project);
    json_out_object(out);
    json_out_field_cstr(out, "id", id);
    json_out_field_cstr(out, "title", id + 24);
    json_out_field_cstr(out, "type", project % 13 == 0 ? "COMPONENT" : "PROJECT");
    json_out_field_time(out, "createdAt", created_ms);
    json_out_field_time(out, "lastEditedAt", created_ms);
    if (is_published(hex, project)) {
        json_out_field_time(out, "lastPublishedAt", created_ms);
    }
    json_out_key(out, "analytics");
    json_out_object(out);
    json_out_key(out, "appViews");
    json_out_object(out);
    json_out_field_int(out, "allTime", virtual_hex_views(hex, project));
    json_out_object_end(out);
    json_out_object_end(out);
    json_out_object_end(out);
}

static void put_projects(const struct virtual_hex *hex, struct str url, struct json_out *out)
{
    uint64_t first = 0;
    size_t count = hex->options.project_count;
    size_t at = find(url, STR("after=c"));
    if (at != SIZE_MAX) {
        (void)str_to_u64(str_sub(url, at + 7, SIZE_MAX), &first);
    }
    json_out_object(out);
    json_out_key(out, "values");
    json_out_array(out);
    for (size_t i = (size_t)first; i < count && i < first + PAGE; i++) {
        put_project(hex, i, out);
    }
    json_out_array_end(out);
    put_pagination(out, (size_t)first + PAGE, count);
    json_out_object_end(out);
}

static void put_export(size_t project, struct json_out *out)
{
    struct buf content;
    buf_init(&content, 4096);
    (void)buf_printf(&content,
                     "meta:\n  projectId: " ID_FORMAT "\ncells:\n"
                     "  - cellType: SQL\n    cellId: 11111111-0000-4000-8000-%012zx\n"
                     "    config:\n      source: select a from t%zu\n"
                     "      resultVariableName: df\n"
                     "  - cellType: METRIC\n    cellId: 44444444-0000-4000-8000-%012zx\n"
                     "    config:\n      valueVariableName: df\n      valueColumn: a\n",
                     project, project, project, project);
    json_out_object(out);
    json_out_field_cstr(out, "filename", "project.hex.yaml");
    json_out_field_str(out, "content", buf_str(&content));
    json_out_object_end(out);
    buf_free(&content);
}

static void put_runs(size_t project, struct json_out *out)
{
    char id[ID_SIZE];
    json_out_object(out);
    json_out_key(out, "runs");
    json_out_array(out);
    json_out_object(out);
    (void)snprintf(id, sizeof(id), ID_FORMAT, project);
    json_out_field_cstr(out, "projectId", id);
    (void)snprintf(id, sizeof(id), "22222222-0000-4000-8000-%012zx", project);
    json_out_field_cstr(out, "runId", id);
    json_out_field_cstr(out, "status", "COMPLETED");
    json_out_field_cstr(out, "runTrigger", "API");
    json_out_field_time(out, "startTime", EPOCH_MS);
    json_out_object_end(out);
    json_out_array_end(out);
    json_out_object_end(out);
}

static void put_empty_list(struct json_out *out)
{
    json_out_object(out);
    json_out_key(out, "values");
    json_out_array(out);
    json_out_array_end(out);
    put_pagination(out, 0, 0);
    json_out_object_end(out);
}

static void put_me(struct json_out *out)
{
    json_out_object(out);
    json_out_field_cstr(out, "email", "someone@example.com");
    json_out_key(out, "org");
    json_out_object(out);
    json_out_field_cstr(out, "id", "33333333-0000-4000-8000-000000000000");
    json_out_object_end(out);
    json_out_object_end(out);
}

/* The project whose id stands in text. */
static size_t project_of(struct str text)
{
    static const struct str prefix = STR("00000000-0000-4000-8000-");
    size_t at = find(text, prefix);
    size_t project = 0;
    for (size_t i = 0; at != SIZE_MAX && i < 12 && at + prefix.n + i < text.n; i++) {
        char c = text.p[at + prefix.n + i];
        project = project * 16 + (size_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
    }
    return project;
}

static bool has(struct str text, struct str part)
{
    return find(text, part) != SIZE_MAX;
}

static enum virtual_call call_of(struct str url)
{
    return has(url, STR("/projects/export")) ? VIRTUAL_CALL_EXPORT
           : has(url, STR("/image"))         ? VIRTUAL_CALL_IMAGE
           : has(url, STR("/runs"))          ? VIRTUAL_CALL_RUNS
           : has(url, STR("/queriedTables")) ? VIRTUAL_CALL_QUERIED_TABLES
                                             : VIRTUAL_CALL_LIST;
}

static int answer_call(struct virtual_hex *hex, enum virtual_call call, size_t project,
                       struct str url, struct json_out *out)
{
    switch (call) {
    case VIRTUAL_CALL_EXPORT:
        put_export(project, out);
        return 200;
    case VIRTUAL_CALL_RUNS:
        put_runs(project, out);
        return 200;
    case VIRTUAL_CALL_QUERIED_TABLES:
        if (hex->options.is_enterprise) {
            put_empty_list(out);
            return 200;
        }
        json_out_object(out);
        json_out_field_cstr(out, "message",
                            "This endpoint requires the workspace to be at least ENTERPRISE "
                            "tier.");
        json_out_object_end(out);
        return 403;
    case VIRTUAL_CALL_IMAGE:
        json_out_object(out);
        json_out_field_cstr(out, "imageBase64", "iVBORw0KGgo=");
        json_out_field_cstr(out, "mimeType", "image/png");
        json_out_object_end(out);
        return 200;
    case VIRTUAL_CALL_LIST:
    case VIRTUAL_CALL_ANY:
    default:
        if (has(url, STR("/users/me"))) {
            put_me(out);
        } else if (has(url, STR("/projects?"))) {
            put_projects(hex, url, out);
        } else {
            put_empty_list(out);
        }
        return 200;
    }
}

int virtual_hex_answer(struct virtual_hex *hex, struct str url, struct str body, int64_t now_ms,
                       struct buf *answer, int64_t *retry_after_ms)
{
    const struct virtual_hex_options *options = &hex->options;
    struct virtual_arrival arrival = {.at_ms = now_ms, .call = call_of(url)};
    int64_t minute = full_until(hex, options->per_minute, MINUTE_MS, now_ms);
    int64_t hour = full_until(hex, options->per_hour, HOUR_MS, now_ms);
    int64_t until = minute > hour ? minute : hour;
    struct json_out out;
    arrival.project = project_of(arrival.call == VIRTUAL_CALL_EXPORT ? body : url);
    *retry_after_ms = -1;
    buf_clear(answer);
    json_out_init(&out, answer);
    if (until > 0) {
        arrival.status = 429;
        *retry_after_ms = options->names_wait ? (until - now_ms + 999) / 1000 * 1000 : -1;
    } else if (virtual_random(&hex->random) % 100 < options->storm_percent) {
        arrival.status = 429;
        *retry_after_ms = options->storm_wait_ms;
    } else if (virtual_random(&hex->random) % 100 < options->error_percent) {
        arrival.status = 503;
    } else {
        arrival.status = answer_call(hex, arrival.call, arrival.project, url, &out);
    }
    note(hex, &arrival);
    return arrival.status;
}

bool virtual_hex_is_down(const struct virtual_hex *hex, int64_t now_ms)
{
    return now_ms >= hex->options.down_from_ms && now_ms < hex->options.down_to_ms;
}
