#include "hexsim/api.h"

#include "hexsim/cursor.h"

#include <stdlib.h>
#include <string.h>

struct api {
    struct workspace *workspace;
    struct api_options options;
    struct arena sorted_arena;
    struct api_entry *sorted[3];
    size_t sorted_count;
    uint64_t sorted_version;
};

struct api *api_new(struct workspace *workspace, const struct api_options *options)
{
    struct api *api = calloc(1, sizeof(*api));
    if (api == NULL) {
        sim_fail_memory();
    }
    api->workspace = workspace;
    api->options = *options;
    arena_init(&api->sorted_arena, SIM_MAX_BYTES);
    return api;
}

void api_free(struct api *api)
{
    if (api != NULL) {
        arena_free(&api->sorted_arena);
        free(api);
    }
}

const struct workspace *api_workspace(const struct api *api)
{
    return api->workspace;
}

const struct api_options *api_settings(const struct api *api)
{
    return &api->options;
}

void api_fail(const struct api_request *request, struct api_answer *answer, int status,
              const char *reason)
{
    struct json_out out;
    buf_clear(&answer->body);
    answer->status = status;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_field_cstr(&out, "reason", reason);
    json_out_field_str(&out, "traceId", request->trace_id);
    json_out_object_end(&out);
}

struct str api_argument(const struct api_request *request, const char *name)
{
    struct str value = STR_NULL;
    for (size_t i = 0; i < request->argument_count; i++) {
        if (str_is(request->arguments[i].name, name)) {
            value = request->arguments[i].value;
        }
    }
    return value;
}

bool api_read_choice(const struct api_request *request, struct api_answer *answer,
                     const char *name, const char *const *names, size_t *choice)
{
    struct str value = api_argument(request, name);
    *choice = 0;
    if (str_is_null(value)) {
        return true;
    }
    for (size_t i = 0; names[i] != NULL; i++) {
        if (str_is(value, names[i])) {
            *choice = i;
            return true;
        }
    }
    struct str reason = sim_printf(request->arena, "Invalid value for %s", name);
    api_fail(request, answer, 400, reason.p);
    return false;
}

static bool read_limit(const struct api_request *request, struct api_answer *answer,
                       size_t max_limit, size_t *limit)
{
    struct str text = api_argument(request, "limit");
    uint64_t value = 25;
    if (!str_is_null(text) && (!str_to_u64(text, &value) || value < 1 || value > max_limit)) {
        struct str reason =
            sim_printf(request->arena, "limit must be between 1 and %zu", max_limit);
        api_fail(request, answer, 400, reason.p);
        return false;
    }
    *limit = (size_t)value;
    return true;
}

bool api_read_page(const struct api_request *request, struct api_answer *answer,
                   size_t max_limit, bool is_descending, struct api_page *page)
{
    static const char *const directions[] = {"", "ASC", "DESC", NULL};
    size_t direction = 0;
    *page = (struct api_page){0};
    if (!read_limit(request, answer, max_limit, &page->limit) ||
        !api_read_choice(request, answer, "sortDirection", directions, &direction)) {
        return false;
    }
    page->is_descending = direction == 0 ? is_descending : direction == 2;
    struct str after = api_argument(request, "after");
    struct str before = api_argument(request, "before");
    struct str cursor = str_is_null(after) ? before : after;
    page->is_backwards = str_is_null(after) && !str_is_null(before);
    page->has_cursor = !str_is_null(cursor);
    if (page->has_cursor && !cursor_decode(cursor, request->arena, &page->value, &page->id)) {
        api_fail(request, answer, 400, "Invalid pagination cursor");
        return false;
    }
    return true;
}

static int compare_place(struct str value, struct str id, const struct api_entry *entry)
{
    int order = str_compare(value, entry->value);
    return order != 0 ? order : str_compare(id, entry->id);
}

int api_compare_entries(const void *a, const void *b)
{
    const struct api_entry *left = a;
    return compare_place(left->value, left->id, b);
}

/* How many entries are smaller than the cursor (or not larger, with is_inclusive). */
static size_t lower_bound(const struct api_list *list, const struct api_page *page,
                          bool is_inclusive)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_place(page->value, page->id, &list->entries[middle]);
        if (order > 0 || (order == 0 && is_inclusive)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Walks from the cursor in one direction; *has_more: there would be another one. */
static size_t collect(const struct api_page *page, const struct api_list *list, size_t *found,
                      bool *has_more)
{
    bool is_up = page->is_descending == page->is_backwards;
    size_t at = is_up ? 0 : list->count; /* upwards: next one; downwards: one behind */
    size_t n = 0;
    if (page->has_cursor) {
        at = lower_bound(list, page, is_up);
    }
    *has_more = false;
    while (is_up ? at < list->count : at > 0) {
        size_t here = is_up ? at++ : --at;
        if (list->filter != NULL && !list->filter(list->ctx, list->entries[here].index)) {
            continue;
        }
        if (n == page->limit) {
            *has_more = true;
            break;
        }
        found[n++] = here;
    }
    return n;
}

static void write_cursor(const struct api_request *request, const char *key,
                         const struct api_entry *entry, struct json_out *out)
{
    json_out_field_str(out, key,
                       entry == NULL ? STR_NULL
                                     : cursor_encode(entry->value, entry->id, request->arena));
}

void api_write_list(const struct api_request *request, const struct api_page *page,
                    const struct api_list *list, struct api_answer *answer)
{
    struct json_out out;
    bool has_more = false;
    size_t *found = sim_alloc(request->arena, (page->limit + 1) * sizeof(*found));
    size_t n = collect(page, list, found, &has_more);
    for (size_t i = 0; page->is_backwards && i < n / 2; i++) {
        size_t swap = found[i];
        found[i] = found[n - 1 - i];
        found[n - 1 - i] = swap;
    }
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_key(&out, "values");
    json_out_array(&out);
    for (size_t i = 0; i < n; i++) {
        list->write(list->ctx, list->entries[found[i]].index, &out);
    }
    json_out_array_end(&out);
    json_out_key(&out, "pagination");
    json_out_object(&out);
    bool has_after = n > 0 && (has_more || page->is_backwards);
    const struct api_entry here = {.value = page->value, .id = page->id};
    const struct api_entry *after = has_after ? &list->entries[found[n - 1]] : NULL;
    after = request->repeats_cursor && page->has_cursor ? &here : after;
    write_cursor(request, "after", after, &out);
    write_cursor(request, "before", n > 0 ? &list->entries[found[0]] : NULL, &out);
    json_out_object_end(&out);
    if (list->has_trace_id) {
        json_out_field_str(&out, "traceId", request->trace_id);
    }
    json_out_object_end(&out);
}

static void sort_projects(struct api *api)
{
    const struct workspace *w = api->workspace;
    arena_reset(&api->sorted_arena);
    for (size_t sort = 0; sort < 3; sort++) {
        size_t n = 0;
        api->sorted[sort] =
            sim_alloc(&api->sorted_arena, (w->project_count + 1) * sizeof(struct api_entry));
        for (size_t i = 0; i < w->project_count; i++) {
            const struct sim_project *p = &w->projects[i];
            int64_t when = sort == 0   ? p->created_ms
                           : sort == 1 ? p->edited_ms
                                       : p->published_ms;
            char text[TIMESTAMP_TEXT_SIZE];
            timestamp_format(when, text);
            if (!p->is_deleted) {
                api->sorted[sort][n++] =
                    (struct api_entry){sim_copy(&api->sorted_arena, str_from(text)), p->id, i};
            }
        }
        sim_sort(api->sorted[sort], n, sizeof(struct api_entry), api_compare_entries);
        api->sorted_count = n;
    }
    api->sorted_version = w->version;
}

const struct api_entry *api_sorted_projects(struct api *api, size_t sort, size_t *count)
{
    if (api->sorted[0] == NULL || api->sorted_version != api->workspace->version) {
        sort_projects(api);
    }
    *count = api->sorted_count;
    return api->sorted[sort];
}

void api_answer(struct api *api, const struct api_request *request, struct api_answer *answer)
{
    *answer = (struct api_answer){.status = 200, .content_type = "application/json"};
    buf_init(&answer->body, SIM_MAX_BYTES);
    if (!api_projects(api, request, answer) && !api_cells(api, request, answer) &&
        !api_directory(api, request, answer)) {
        api_fail(request, answer, 404, "Not found");
    }
}
