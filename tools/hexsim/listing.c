#include "hexsim/listing.h"

#include "io/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one project ---- */

static void write_email(struct json_out *json, const char *key, int user)
{
    char email[64];
    json_out_key(json, key);
    if (user < 0) {
        json_out_null(json);
        return;
    }
    sim_user_email(user, email);
    json_out_object(json);
    json_out_field_cstr(json, "email", email);
    json_out_object_end(json);
}

static void write_schedule(struct json_out *json, const struct sim_schedule *s)
{
    static const char *const cadences[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "CUSTOM"};
    static const char *const keys[] = {"hourly", "daily", "weekly", "monthly", "custom"};
    static const char *const days[] = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                       "THURSDAY", "FRIDAY", "SATURDAY"};
    json_out_object(json);
    json_out_field_cstr(json, "cadence", cadences[s->cadence]);
    json_out_field_bool(json, "enabled", s->is_enabled);
    for (int i = 0; i < 5; i++) {
        json_out_key(json, keys[i]);
        if (i != (int)s->cadence) {
            json_out_null(json);
            continue;
        }
        json_out_object(json);
        json_out_field_cstr(json, "timezone", s->timezone);
        if (s->cadence == SIM_CUSTOM) {
            json_out_field_cstr(json, "cron", s->cron);
        } else {
            json_out_field_int(json, "minute", s->minute);
        }
        if (s->cadence != SIM_CUSTOM && s->cadence != SIM_HOURLY) {
            json_out_field_int(json, "hour", s->hour);
        }
        if (s->cadence == SIM_WEEKLY) {
            json_out_field_cstr(json, "dayOfWeek", days[s->weekday]);
        }
        if (s->cadence == SIM_MONTHLY) {
            json_out_field_int(json, "day", s->day);
        }
        json_out_object_end(json);
    }
    json_out_object_end(json);
}

static void write_share(struct json_out *json, const char *kind, const char *member,
                        const char *name, const char *access)
{
    json_out_object(json);
    json_out_field_cstr(json, "access", access);
    json_out_key(json, kind);
    json_out_object(json);
    json_out_field_cstr(json, member, name);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void write_access(struct json_out *json, const char *key, const char *access)
{
    json_out_key(json, key);
    json_out_object(json);
    json_out_field_cstr(json, "access", access);
    json_out_object_end(json);
}

static void write_sharing(const struct sim_project *project, struct json_out *json)
{
    char email[64];
    json_out_key(json, "sharing");
    json_out_object(json);
    json_out_key(json, "users");
    json_out_array(json);
    sim_user_email(project->creator < 0 ? 1 : project->creator, email);
    write_share(json, "user", "email", email, "FULL_ACCESS");
    json_out_array_end(json);
    json_out_key(json, "collections");
    json_out_array(json);
    for (size_t i = 0; i < project->collection_count; i++) {
        write_share(json, "collection", "name", sim_collections[project->collections[i]].name,
                    "CAN_VIEW");
    }
    json_out_array_end(json);
    json_out_key(json, "groups");
    json_out_array(json);
    for (size_t i = 0; i < project->group_count; i++) {
        write_share(json, "group", "name", sim_groups[project->groups[i]], "CAN_EDIT");
    }
    json_out_array_end(json);
    write_access(json, "workspace", project->workspace_access);
    write_access(json, "publicWeb", "NONE");
    write_access(json, "support", "NONE");
    json_out_object_end(json);
}

static void write_analytics(const struct sim_project *project, struct json_out *json)
{
    json_out_key(json, "analytics");
    json_out_object(json);
    json_out_field_time(json, "publishedResultsUpdatedAt", project->results_updated_ms);
    json_out_field_time(json, "lastViewedAt", project->last_viewed_ms);
    json_out_key(json, "appViews");
    json_out_object(json);
    json_out_field_int(json, "lastThirtyDays", project->views[3]);
    json_out_field_int(json, "lastFourteenDays", project->views[2]);
    json_out_field_int(json, "lastSevenDays", project->views[1]);
    json_out_field_int(json, "allTime", project->views[0]);
    json_out_object_end(json);
    json_out_object_end(json);
}

static void write_labels(const struct sim_project *project, struct json_out *json)
{
    json_out_key(json, "status");
    if (project->status == NULL) {
        json_out_null(json);
    } else {
        json_out_object(json);
        json_out_field_cstr(json, "name", project->status);
        json_out_object_end(json);
    }
    json_out_key(json, "categories");
    json_out_array(json);
    for (size_t i = 0; i < project->category_count; i++) {
        const struct sim_named *category = &sim_categories[project->categories[i]];
        json_out_object(json);
        json_out_field_cstr(json, "name", category->name);
        json_out_field_cstr(json, "description", category->description);
        json_out_object_end(json);
    }
    json_out_array_end(json);
    json_out_key(json, "reviews");
    json_out_object(json);
    json_out_field_bool(json, "required", project->reviews_required);
    json_out_object_end(json);
}

void sim_write_project(const struct sim_project *project, bool has_sharing,
                       struct json_out *json)
{
    json_out_object(json);
    json_out_field_cstr(json, "id", project->id);
    json_out_field_str(json, "title", project->title);
    json_out_field_str(json, "description", project->description);
    json_out_field_cstr(json, "type", project->is_component ? "COMPONENT" : "PROJECT");
    write_email(json, "creator", project->creator);
    write_email(json, "owner", project->owner);
    write_labels(project, json);
    write_analytics(project, json);
    json_out_field_time(json, "lastEditedAt", project->edited_ms);
    json_out_field_time(json, "lastPublishedAt", project->published_ms);
    json_out_field_time(json, "createdAt", project->created_ms);
    json_out_field_time(json, "archivedAt", project->archived_ms);
    json_out_field_time(json, "trashedAt", project->trashed_ms);
    json_out_key(json, "schedules");
    json_out_array(json);
    for (size_t i = 0; i < project->schedule_count; i++) {
        write_schedule(json, &project->schedules[i]);
    }
    json_out_array_end(json);
    if (has_sharing) {
        write_sharing(project, json);
    }
    json_out_object_end(json);
}

/* ---- keyset cursors: base64url of v2:["<sort value>","<id>"] ---- */

static const char base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode_cursor(int64_t sort_ms, const char *id, char out[200])
{
    char text[120];
    char time[TIMESTAMP_TEXT_SIZE];
    timestamp_format(sort_ms, time);
    int n = snprintf(text, sizeof(text), "v2:[\"%s\",\"%s\"]", time, id);
    size_t at = 0;
    for (int i = 0; i < n; i += 3) {
        uint32_t group = (uint32_t)(unsigned char)text[i] << 16;
        group |= i + 1 < n ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
        group |= i + 2 < n ? (uint32_t)(unsigned char)text[i + 2] : 0;
        int digits = i + 2 < n ? 4 : i + 1 < n ? 3 : 2;
        for (int d = 0; d < digits; d++) {
            out[at++] = base64url[group >> (18 - 6 * d) & 63];
        }
    }
    out[at] = '\0';
}

static bool decode_cursor(struct str cursor, int64_t *sort_ms, char id[37])
{
    char text[160];
    size_t n = 0;
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < cursor.n; i++) {
        const char *hit = strchr(base64url, cursor.p[i]);
        if (hit == NULL || cursor.p[i] == '\0' || n + 1 >= sizeof(text)) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(hit - base64url);
        count += 6;
        if (count >= 8) {
            count -= 8;
            text[n++] = (char)(bits >> count & 0xFF);
        }
    }
    /* v2:["2024-12-09T15:39:26.093Z","4759f33c-..."] */
    if (n != 70 || memcmp(text, "v2:[\"", 5) != 0) {
        return false;
    }
    memcpy(id, text + 32, 36);
    id[36] = '\0';
    return timestamp_parse(str_from_n(text + 5, 24), sort_ms);
}

/* ---- pages ---- */

enum sort_key { SORT_CREATED, SORT_EDITED, SORT_PUBLISHED };

struct entry {
    int64_t sort_ms;
    int64_t index;
};

struct listing {
    const struct sim_request *request;
    enum sort_key sort;
    bool is_ascending;
    uint64_t limit;
    bool has_components;
    bool has_archived;
    bool has_trashed;
    bool has_sharing;
};

static bool flag(const struct sim_request *request, const char *name)
{
    return str_is(request->query(request->query_ctx, name), "true");
}

static bool read_listing(const struct sim_request *request, struct listing *out)
{
    struct str limit = request->query(request->query_ctx, "limit");
    struct str sort = request->query(request->query_ctx, "sortBy");
    struct str direction = request->query(request->query_ctx, "sortDirection");
    *out = (struct listing){.request = request, .limit = 25};
    if (!str_is_null(limit) &&
        (!str_to_u64(limit, &out->limit) || out->limit < 1 || out->limit > 100)) {
        return false;
    }
    out->sort = str_is(sort, "LAST_EDITED_AT")      ? SORT_EDITED
                : str_is(sort, "LAST_PUBLISHED_AT") ? SORT_PUBLISHED
                                                    : SORT_CREATED;
    if (!str_is_null(sort) && out->sort == SORT_CREATED && !str_is(sort, "CREATED_AT")) {
        return false;
    }
    out->is_ascending = str_is(direction, "ASC");
    if (!str_is_null(direction) && !out->is_ascending && !str_is(direction, "DESC")) {
        return false;
    }
    out->has_components = flag(request, "includeComponents");
    out->has_archived = flag(request, "includeArchived");
    out->has_trashed = flag(request, "includeTrashed");
    out->has_sharing = flag(request, "includeSharing");
    return true;
}

static bool has_filters_match(const struct listing *listing, const struct sim_project *project)
{
    char email[64];
    const struct sim_request *request = listing->request;
    struct str owner = request->query(request->query_ctx, "ownerEmail");
    struct str creator = request->query(request->query_ctx, "creatorEmail");
    struct str status = request->query(request->query_ctx, "statuses");
    if (!str_is_null(owner)) {
        sim_user_email(project->owner < 0 ? 0 : project->owner, email);
        if (project->owner < 0 || !str_is(owner, email)) {
            return false;
        }
    }
    if (!str_is_null(creator)) {
        sim_user_email(project->creator < 0 ? 0 : project->creator, email);
        if (project->creator < 0 || !str_is(creator, email)) {
            return false;
        }
    }
    return str_is_null(status) || (project->status != NULL && str_is(status, project->status));
}

static bool is_listed(const struct listing *listing, const struct sim_project *project)
{
    return !project->is_deleted && (listing->has_components || !project->is_component) &&
           (listing->has_archived || project->archived_ms == TIMESTAMP_NONE) &&
           (listing->has_trashed || project->trashed_ms == TIMESTAMP_NONE) &&
           has_filters_match(listing, project);
}

static int64_t sort_value(const struct listing *listing, const struct sim_project *project)
{
    int64_t ms = listing->sort == SORT_EDITED      ? project->edited_ms
                 : listing->sort == SORT_PUBLISHED ? project->published_ms
                                                   : project->created_ms;
    return ms == TIMESTAMP_NONE ? 0 : ms;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    if (left->sort_ms != right->sort_ms) {
        return left->sort_ms < right->sort_ms ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

/* All projects in order; creation time follows the index, so that the usual walk sorts nothing.
 */
static struct entry *sorted_entries(const struct listing *listing, struct arena *arena)
{
    const struct sim_workspace *workspace = listing->request->workspace;
    int64_t count = workspace->options.project_count;
    struct arena scratch;
    struct entry *entries = arena_array(arena, (size_t)count + 1, sizeof(*entries));
    if (entries == NULL) {
        return NULL;
    }
    arena_init(&scratch, (size_t)64 * 1024 * 1024);
    for (int64_t i = 0; i < count; i++) {
        struct sim_project project;
        arena_reset(&scratch);
        if (sim_project_at(workspace, i, &scratch, &project) != OK) {
            entries = NULL;
            break;
        }
        entries[i] = (struct entry){sort_value(listing, &project), i};
    }
    arena_free(&scratch);
    if (entries != NULL) {
        qsort(entries, (size_t)count, sizeof(*entries), compare_entries);
    }
    return entries;
}

/* The place behind the cursor's project, in walking order. */
static bool find_start(const struct listing *listing, const struct entry *entries,
                       struct str after, int64_t *position)
{
    char id[37];
    int64_t sort_ms;
    int64_t count = listing->request->workspace->options.project_count;
    *position = 0;
    if (str_is_null(after)) {
        return true;
    }
    if (!decode_cursor(after, &sort_ms, id)) {
        return false;
    }
    int64_t index = sim_project_find(listing->request->workspace, str_from(id));
    if (entries == NULL) {
        *position = index < 0 ? count : listing->is_ascending ? index + 1 : count - index;
        return true;
    }
    const struct entry key = {sort_ms, index};
    while (*position < count) {
        const struct entry *e =
            &entries[listing->is_ascending ? *position : count - 1 - *position];
        int order = compare_entries(e, &key);
        if (listing->is_ascending ? order > 0 : order < 0) {
            break;
        }
        *position += 1;
    }
    return true;
}

static int write_listing(const struct listing *listing, const struct entry *entries,
                         int64_t position, struct arena *arena, struct buf *out)
{
    const struct sim_workspace *workspace = listing->request->workspace;
    int64_t count = workspace->options.project_count;
    char after[200] = "";
    char first[200] = "";
    char cursor[200] = "";
    uint64_t written = 0;
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_key(&json, "values");
    json_out_array(&json);
    for (; position < count; position++) {
        struct sim_project project;
        int64_t place = listing->is_ascending ? position : count - 1 - position;
        if (sim_project_at(workspace, entries != NULL ? entries[place].index : place, arena,
                           &project) != OK) {
            return sim_error(out, 500, "Out of memory");
        }
        if (!is_listed(listing, &project)) {
            continue;
        }
        if (written == listing->limit) {
            memcpy(after, cursor, sizeof(after)); /* there is more */
            break;
        }
        sim_write_project(&project, listing->has_sharing, &json);
        encode_cursor(sort_value(listing, &project), project.id, cursor);
        if (written++ == 0) {
            memcpy(first, cursor, sizeof(first));
        }
    }
    json_out_array_end(&json);
    json_out_key(&json, "pagination");
    json_out_object(&json);
    json_out_field_cstr(&json, "after", after[0] != '\0' ? after : NULL);
    json_out_field_cstr(&json, "before", first[0] != '\0' ? first : NULL);
    json_out_object_end(&json);
    json_out_object_end(&json);
    return 200;
}

int sim_answer_listing(const struct sim_request *request, struct arena *arena, struct buf *out)
{
    struct listing listing;
    struct entry *entries = NULL;
    int64_t position;
    if (!read_listing(request, &listing)) {
        return sim_error(out, 400, "Invalid limit, sortBy or sortDirection");
    }
    if (listing.sort != SORT_CREATED) {
        entries = sorted_entries(&listing, arena);
        if (entries == NULL) {
            return sim_error(out, 500, "Out of memory");
        }
    }
    if (!find_start(&listing, entries, request->query(request->query_ctx, "after"),
                    &position)) {
        return sim_error(out, 400, "Invalid cursor");
    }
    return write_listing(&listing, entries, position, arena, out);
}
