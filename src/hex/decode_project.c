/*
 * GET /projects: ProjectApiResource, the richest of Hex's answers.
 */
#include "domain/schedule.h"
#include "hex/decode.h"
#include "hex/decode_text.h"

static enum status read_categories(struct copier *copier, const struct json *values,
                                   struct project *out)
{
    size_t capacity = 0;
    for (size_t i = 0; i < json_count(values); i++) {
        const struct json *value = json_at(values, i);
        struct str name = json_is_string(value) ? copy_text(copier, value)
                                                : copy_text(copier, json_get(value, "name"));
        if (str_is_empty(name)) {
            continue;
        }
        struct category *category =
            arena_push(copier->arena, &out->categories, &out->category_count, &capacity,
                       sizeof(*category));
        if (category == NULL) {
            return ERR_NOMEM;
        }
        category->name = name;
        category->description = copy_text(copier, json_get(value, "description"));
    }
    return OK;
}

/* The object that goes with the cadence: "hourly" for HOURLY; else the only one there is. */
static const struct json *schedule_object(const struct json *value, struct str cadence)
{
    static const char *const names[] = {"hourly", "daily", "weekly", "monthly", "custom"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq_nocase(cadence, str_from(names[i]))) {
            return json_get(value, names[i]);
        }
    }
    return NULL;
}

static enum status read_schedules(struct copier *copier, const struct json *values,
                                  struct project *out)
{
    size_t capacity = 0;
    for (size_t i = 0; i < json_count(values); i++) {
        const struct json *value = json_at(values, i);
        if (!json_is_object(value)) {
            continue;
        }
        struct schedule *schedule = arena_push(
            copier->arena, &out->schedules, &out->schedule_count, &capacity, sizeof(*schedule));
        if (schedule == NULL) {
            return ERR_NOMEM;
        }
        schedule->cadence = copy_text(copier, json_get(value, "cadence"));
        schedule->is_enabled = json_bool(json_get(value, "enabled"), false);
        const struct json *object = schedule_object(value, schedule->cadence);
        const struct schedule_fields fields = {
            .minute = read_number(json_get(object, "minute")),
            .hour = read_number(json_get(object, "hour")),
            .day = read_number(json_get(object, "day")),
            .weekday = json_str(json_get(object, "dayOfWeek")),
            .cron = json_str(json_get(object, "cron")),
        };
        schedule->timezone = copy_text(copier, json_get(object, "timezone"));
        if (schedule_cron(schedule->cadence, &fields, copier->arena, &schedule->cron) != OK) {
            return ERR_NOMEM;
        }
    }
    return OK;
}

static enum status add_share(struct copier *copier, struct project *out, size_t *capacity,
                             enum share_kind kind, struct str name, const struct json *value)
{
    struct share *share =
        arena_push(copier->arena, &out->shares, &out->share_count, capacity, sizeof(*share));
    if (share == NULL) {
        return ERR_NOMEM;
    }
    share->kind = kind;
    share->name = copy_str(copier, name);
    share->access = copy_text(copier, json_get(value, "access"));
    return OK;
}

static enum status read_sharing(struct copier *copier, const struct json *sharing,
                                struct project *out)
{
    static const struct {
        enum share_kind kind;
        const char *list;
        const char *object; /* NULL: the member itself is the share */
        const char *name;
    } kinds[] = {
        {SHARE_KIND_USER, "users", "user", "email"},
        {SHARE_KIND_GROUP, "groups", "group", "name"},
        {SHARE_KIND_COLLECTION, "collections", "collection", "name"},
        {SHARE_KIND_WORKSPACE, "workspace", NULL, NULL},
        {SHARE_KIND_PUBLIC_WEB, "publicWeb", NULL, NULL},
        {SHARE_KIND_SUPPORT, "support", NULL, NULL},
    };
    size_t capacity = 0;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const struct json *member = json_get(sharing, kinds[k].list);
        enum status status = OK;
        if (kinds[k].object == NULL && json_is_object(member)) {
            status = add_share(copier, out, &capacity, kinds[k].kind, STR(""), member);
        }
        for (size_t i = 0; kinds[k].object != NULL && i < json_count(member); i++) {
            const struct json *value = json_at(member, i);
            struct str name = json_str(json_path(value, kinds[k].object, kinds[k].name, NULL));
            if (!str_is_empty(name) && status == OK) {
                status = add_share(copier, out, &capacity, kinds[k].kind, name, value);
            }
        }
        if (status != OK) {
            return status;
        }
    }
    return OK;
}

static void read_analytics(const struct json *analytics, struct project *out)
{
    const struct json *views = json_get(analytics, "appViews");
    out->views = (struct views){
        .all_time = read_number(json_get(views, "allTime")),
        .last_7_days = read_number(json_get(views, "lastSevenDays")),
        .last_14_days = read_number(json_get(views, "lastFourteenDays")),
        .last_30_days = read_number(json_get(views, "lastThirtyDays")),
        .last_viewed_ms = read_time(json_get(analytics, "lastViewedAt")),
    };
    out->results_updated_ms = read_time(json_get(analytics, "publishedResultsUpdatedAt"));
}

/* State is what Hex says, in a time that we can read or not: trashed wins over archived. */
static enum project_state read_state(const struct json *value)
{
    if (!str_is_empty(json_str(json_get(value, "trashedAt")))) {
        return PROJECT_STATE_TRASHED;
    }
    return !str_is_empty(json_str(json_get(value, "archivedAt"))) ? PROJECT_STATE_ARCHIVED
                                                                  : PROJECT_STATE_ACTIVE;
}

static enum status read_project(struct copier *copier, const struct json *value,
                                struct project *out)
{
    bool is_component = str_is(json_str(json_get(value, "type")), "COMPONENT");
    out->type = is_component ? PROJECT_TYPE_COMPONENT : PROJECT_TYPE_PROJECT;
    out->title = copy_text(copier, json_get(value, "title"));
    out->description = copy_text(copier, json_get(value, "description"));
    out->owner = copy_text(copier, json_path(value, "owner", "email", NULL));
    out->creator = copy_text(copier, json_path(value, "creator", "email", NULL));
    out->status = copy_text(copier, json_path(value, "status", "name", NULL));
    out->reviews_required = json_bool(json_path(value, "reviews", "required", NULL), false);
    out->created_ms = read_time(json_get(value, "createdAt"));
    out->edited_ms = read_time(json_get(value, "lastEditedAt"));
    out->published_ms = read_time(json_get(value, "lastPublishedAt"));
    out->archived_ms = read_time(json_get(value, "archivedAt"));
    out->trashed_ms = read_time(json_get(value, "trashedAt"));
    out->state = read_state(value);
    read_analytics(json_get(value, "analytics"), out);
    enum status status = read_categories(copier, json_get(value, "categories"), out);
    if (status == OK) {
        status = read_schedules(copier, json_get(value, "schedules"), out);
    }
    if (status == OK) {
        status = read_sharing(copier, json_get(value, "sharing"), out);
    }
    return status;
}

#define MAX_ENTRY_BYTES ((size_t)32 * 1024 * 1024)

/* An entry with a usable id; text is scratch memory. */
static enum status read_entry(struct copier *copier, const struct json *value, struct buf *text,
                              struct project *out, struct error *err)
{
    out->id = copy_id(copier, json_get(value, "id"));
    buf_clear(text);
    enum status status = json_write_sorted(value, text);
    out->listing_hash = str_hash(buf_str(text));
    if (status == OK) {
        status = read_project(copier, value, out);
    }
    return status == OK ? OK
                        : error_set(err, status, "project %.*s: out of memory or too large",
                                    STR_ARG(out->id));
}

enum status decode_projects(const struct json *document, struct arena *arena,
                            struct decoded_projects *out, struct error *err)
{
    const struct json *values;
    struct copier copier = {.arena = arena};
    struct buf text;
    size_t capacity = 0;
    *out = (struct decoded_projects){0};
    buf_init(&text, MAX_ENTRY_BYTES);
    enum status status = decode_page(document, arena, "projects", &values, &out->next, err);
    for (size_t i = 0; i < json_count(values) && status == OK; i++) {
        const struct json *value = json_at(values, i);
        if (!is_project_id(json_str(json_get(value, "id")))) {
            out->skipped++;
            continue;
        }
        struct project *project =
            arena_push(arena, &out->items, &out->count, &capacity, sizeof(*project));
        status = project != NULL ? read_entry(&copier, value, &text, project, err)
                                 : error_nomem(err);
    }
    buf_free(&text);
    return status == OK ? copier_status(&copier, err) : status;
}

enum status decode_project(const struct json *document, struct arena *arena,
                           struct project *out, struct error *err)
{
    struct copier copier = {.arena = arena};
    struct buf text;
    *out = (struct project){.id = STR_NULL};
    if (!is_project_id(json_str(json_get(document, "id")))) {
        return error_set(err, ERR_PARSE, "project: the answer has no usable id");
    }
    buf_init(&text, MAX_ENTRY_BYTES);
    enum status status = read_entry(&copier, document, &text, out, err);
    buf_free(&text);
    return status == OK ? copier_status(&copier, err) : status;
}
