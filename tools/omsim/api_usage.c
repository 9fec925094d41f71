/* Usage: a count a day; POST sets it, PUT adds to it. */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/value.h"

#include <stdlib.h>
#include <string.h>

static json_t *make_details(const char *date, int64_t count)
{
    return json_pack("{s:s,s:{s:I},s:{s:I},s:{s:I}}", "date", date, "dailyStats", "count",
                     (json_int_t)count, "weeklyStats", "count", (json_int_t)count,
                     "monthlyStats", "count", (json_int_t)count);
}

static void write_usage(struct call *call, struct entity *entity)
{
    struct refusal why = call_refusal(call);
    if (!call_read_json(call, "application/json")) {
        return;
    }
    if (!sim_check(call->sim, "DailyCount", call->json, &why)) {
        call_refuse(call, &why);
        return;
    }
    const char *date = json_string_value(json_object_get(call->json, "date"));
    int64_t count = json_integer_value(json_object_get(call->json, "count"));
    if (entity->usage == NULL) {
        entity->usage = value_sure(json_object());
    }
    if (call_is(call, "PUT")) {
        count += json_integer_value(json_object_get(entity->usage, date));
    }
    value_put_int(entity->usage, date, count);
    call_answer(call, 201,
                json_pack("{s:s,s:s,s:s,s:s,s:I}", "id", entity->id, "eventType",
                          "entityUpdated", "entityType", entity->kind->type, "entityId",
                          entity->id, "timestamp",
                          (json_int_t)clock_wall_ms(&call->sim->store.clock)));
}

static int compare_newest_first(const void *a, const void *b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

static void read_usage(struct call *call, const struct entity *entity)
{
    uint64_t days = 1;
    struct str text = call_argument(call, "days");
    struct str last = call_argument(call, "date");
    size_t count = 0;
    const char **dates =
        sim_alloc(call->arena, json_object_size(entity->usage) * sizeof(*dates));
    const char *date = NULL;
    json_t *value = NULL;
    if (!str_is_null(text) && (!str_to_u64(text, &days) || days < 1 || days > 30)) {
        call_fail(call, 400, "[days must be between 1 and 30]");
        return;
    }
    json_object_foreach(entity->usage, date, value)
    {
        if (str_is_null(last) || str_compare(str_from(date), last) <= 0) {
            dates[count++] = date;
        }
    }
    sim_sort(dates, count, sizeof(*dates), compare_newest_first);
    json_t *list = value_sure(json_array());
    for (size_t i = 0; i < count && i < days; i++) {
        int64_t n = json_integer_value(json_object_get(entity->usage, dates[i]));
        value_append(list, make_details(dates[i], n));
    }
    call_answer(
        call, 200,
        json_pack("{s:o,s:o}", "entity", render_reference(call->sim, entity), "usage", list));
}

void api_usage(struct call *call)
{
    const struct str *s = call->segments;
    size_t n = call->segment_count;
    bool is_named = n == 4 && str_is(s[2], "name");
    if (n == 4 && str_is(s[1], "compute.percentile")) {
        api_count_as(call, "usage/compute.percentile", "/{type}/{date}");
        if (call_is(call, "POST")) {
            call_answer(call, 201, json_object());
        } else {
            api_refuse_method(call);
        }
        return;
    }
    api_count_as(call, "usage", is_named ? "/{type}/name/{fqn}" : "/{type}/{id}");
    if (n != 3 && !is_named) {
        call_fail(call, 404, "HTTP 404 Not Found");
        return;
    }
    const struct kind *kind = kind_of_type(s[1]);
    if (kind == NULL || (kind->traits & KIND_HAS_USAGE) == 0) {
        call_fail(call, 500, "An exception with message [no usage for this type] was thrown");
        return;
    }
    struct entity *entity = api_find(call, kind, 2);
    if (entity == NULL) {
        return;
    }
    if (call_is(call, "GET")) {
        read_usage(call, entity);
    } else if (call_is(call, "POST") || call_is(call, "PUT")) {
        write_usage(call, entity);
    } else {
        api_refuse_method(call);
    }
}
