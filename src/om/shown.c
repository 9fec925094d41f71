#include "om/shown.h"

#include <stdlib.h>

static bool copy(struct arena *arena, const struct json *value, struct str *out)
{
    return arena_str(arena, json_str(value), out) == OK;
}

/*
 * The member `key` of each element of an array of objects; STR_NULL where there is none, since
 * a patch counts places.
 */
static bool copy_items(struct arena *arena, const struct json *array, const char *key,
                       struct str **out, size_t *count)
{
    *count = json_count(array);
    *out = arena_array(arena, *count + 1, sizeof(**out));
    for (size_t i = 0; i < *count && *out != NULL; i++) {
        if (!copy(arena, json_get(json_at(array, i), key), &(*out)[i])) {
            return false;
        }
    }
    return *out != NULL;
}

/* Links to what was deleted are none. */
static bool copy_links(struct arena *arena, const struct json *array, struct str **out,
                       size_t *count)
{
    size_t n = json_count(array);
    *count = 0;
    *out = arena_array(arena, n + 1, sizeof(**out));
    for (size_t i = 0; i < n && *out != NULL; i++) {
        const struct json *link = json_at(array, i);
        struct str fqn = json_str(json_get(link, "fullyQualifiedName"));
        if (!str_is_empty(fqn) && !json_bool(json_get(link, "deleted"), false) &&
            arena_str(arena, fqn, &(*out)[(*count)++]) != OK) {
            return false;
        }
    }
    return *out != NULL;
}

static bool copy_tags(const struct json *tags, struct arena *arena, struct om_shown *out)
{
    struct om_entity *entity = &out->entity;
    bool *has_bot_label = arena_array(arena, json_count(tags) + 1, sizeof(*has_bot_label));
    if (has_bot_label == NULL ||
        !copy_items(arena, tags, "tagFQN", &entity->tags, &entity->tag_count)) {
        return false;
    }
    for (size_t i = 0; i < entity->tag_count; i++) {
        const struct json *label = json_at(tags, i);
        has_bot_label[i] = str_is(json_str(json_get(label, "labelType")), "Automated");
    }
    out->has_bot_label = has_bot_label;
    return true;
}

static bool copy_columns(const struct json *columns, struct arena *arena,
                         struct om_entity *entity)
{
    entity->column_count = json_count(columns);
    entity->columns = arena_array(arena, entity->column_count + 1, sizeof(*entity->columns));
    for (size_t i = 0; i < entity->column_count && entity->columns != NULL; i++) {
        const struct json *from = json_at(columns, i);
        struct om_column *column = &entity->columns[i];
        struct str type = json_str(json_get(from, "dataType"));
        column->length = json_int(json_get(from, "dataLength"), 0);
        if (!copy(arena, json_get(from, "name"), &column->name) ||
            !copy(arena, json_get(from, "displayName"), &column->title) ||
            !copy(arena, json_get(from, "description"), &column->description) ||
            !copy(arena, json_get(from, "arrayDataType"), &column->array_type)) {
            return false;
        }
        if (!str_is(type, "UNKNOWN") && !str_is(type, "STRUCT") &&
            arena_str(arena, type, &column->type) != OK) {
            return false;
        }
    }
    return entity->columns != NULL;
}

static bool copy_entity(const struct json *document, struct arena *arena, struct om_shown *out)
{
    struct om_entity *entity = &out->entity;
    return copy(arena, json_get(document, "id"), &out->id) &&
           copy(arena, json_get(document, "updatedBy"), &out->updated_by) &&
           copy(arena, json_get(document, "sourceHash"), &out->source_hash) &&
           copy(arena, json_get(document, "description"), &out->description) &&
           copy(arena, json_get(document, "name"), &entity->name) &&
           copy(arena, json_get(document, "fullyQualifiedName"), &entity->fqn) &&
           copy(arena, json_get(document, "displayName"), &entity->title) &&
           copy(arena, json_get(document, "sourceUrl"), &entity->url) &&
           copy(arena, json_get(document, "chartType"), &entity->chart_type) &&
           copy(arena, json_get(document, "sql"), &entity->sql) &&
           copy(arena, json_get(document, "scheduleInterval"), &entity->schedule) &&
           copy_links(arena, json_get(document, "charts"), &entity->charts,
                      &entity->chart_count) &&
           copy_links(arena, json_get(document, "dataModels"), &entity->data_models,
                      &entity->data_model_count) &&
           copy_links(arena, json_get(document, "dashboards"), &entity->dashboards,
                      &entity->dashboard_count) &&
           copy_items(arena, json_get(document, "owners"), "id", &entity->owners,
                      &entity->owner_count) &&
           copy_tags(json_get(document, "tags"), arena, out) &&
           copy_columns(json_get(document, "columns"), arena, entity);
}

static int64_t moment(const struct json *document, const char *key)
{
    return json_int(json_path(document, "lifeCycle", key, "timestamp", NULL), TIMESTAMP_NONE);
}

enum status om_shown_decode(enum published_kind kind, const struct json *document,
                            struct arena *arena, struct om_shown *out, struct error *err)
{
    *out = (struct om_shown){.is_there = true, .entity.kind = kind};
    out->is_deleted = json_bool(json_get(document, "deleted"), false);
    out->is_first_version = json_double(json_get(document, "version"), 0.1) < 0.15;
    if (!copy_entity(document, arena, out)) {
        return error_nomem(err);
    }
    out->entity.description = out->description;
    out->entity.created_ms = moment(document, "created");
    out->entity.edited_ms = moment(document, "updated");
    out->entity.viewed_ms = moment(document, "accessed");
    const struct json *owners = json_get(document, "owners");
    for (size_t i = 0; i < json_count(owners); i++) {
        struct str type = json_str(json_get(json_at(owners, i), "type"));
        out->has_team_owner = out->has_team_owner || str_is(type, "team");
    }
    return OK;
}

void om_shown_glance(enum published_kind kind, const struct json *document,
                     struct om_shown *out)
{
    *out = (struct om_shown){
        .is_there = true,
        .is_deleted = json_bool(json_get(document, "deleted"), false),
        .id = json_str(json_get(document, "id")),
        .updated_by = json_str(json_get(document, "updatedBy")),
        .entity = {.kind = kind,
                   .title = json_str(json_get(document, "displayName")),
                   .description = json_str(json_get(document, "description"))},
    };
}

enum status om_shown_read(enum published_kind kind, struct str json, struct arena *arena,
                          struct om_shown *out, struct error *err)
{
    struct json *document = NULL;
    *out = (struct om_shown){.is_there = false, .entity.kind = kind};
    if (str_is_null(json)) {
        return OK;
    }
    enum status status = json_parse(json, &json_limits_default, &document, err);
    if (status == OK) {
        status = om_shown_decode(kind, document, arena, out, err);
    }
    json_free(document);
    return status;
}

/* ---- history ---- */

struct om_history {
    struct json **versions; /* newest first; owned */
    size_t count;
};

void om_history_free(struct om_history *history)
{
    if (history == NULL) {
        return;
    }
    for (size_t i = 0; i < history->count; i++) {
        json_free(history->versions[i]);
    }
    free(history->versions);
    free(history);
}

/* Versions and lists within them are told as JSON inside a string, or as they are. */
static enum status read_nested(const struct json *value, struct json **out, struct error *err)
{
    struct buf text;
    enum status status;
    if (json_is_string(value)) {
        return json_parse(json_str(value), &json_limits_default, out, err);
    }
    buf_init(&text, json_limits_default.max_bytes);
    status = json_write_sorted(value, &text);
    if (status == OK) {
        status = json_parse(buf_str(&text), &json_limits_default, out, err);
    } else {
        (void)error_nomem(err);
    }
    buf_free(&text);
    return status;
}

static int compare_versions(const void *a, const void *b)
{
    double left = json_double(json_get(*(struct json *const *)a, "version"), 0);
    double right = json_double(json_get(*(struct json *const *)b, "version"), 0);
    return left < right ? 1 : left > right ? -1 : 0;
}

enum status om_history_read(struct str json, struct om_history **out, struct error *err)
{
    struct json *document = NULL;
    struct om_history *history = calloc(1, sizeof(*history));
    enum status status = OK;
    *out = NULL;
    if (history == NULL) {
        return error_nomem(err);
    }
    if (json.n > 0) {
        status = json_parse(json, &json_limits_default, &document, err);
    }
    const struct json *versions = json_get(document, "versions");
    size_t count = json_count(versions);
    history->versions = calloc(count + 1, sizeof(*history->versions));
    if (history->versions == NULL) {
        (void)error_nomem(err);
        status = ERR_NOMEM;
    }
    for (size_t i = 0; i < count && status == OK; i++) {
        status = read_nested(json_at(versions, i), &history->versions[i], err);
        history->count += status == OK;
    }
    json_free(document);
    if (status != OK) {
        om_history_free(history);
        return status;
    }
    if (history->count > 0) {
        qsort(history->versions, history->count, sizeof(*history->versions), compare_versions);
    }
    *out = history;
    return OK;
}

static bool changes_field(const struct json *version, const char *list, const char *field)
{
    const struct json *changes = json_path(version, "changeDescription", list, NULL);
    for (size_t i = 0; i < json_count(changes); i++) {
        if (str_is(json_str(json_get(json_at(changes, i), "name")), field)) {
            return true;
        }
    }
    return false;
}

static enum merge_author author_of(const struct json *version, struct str user)
{
    return str_eq(json_str(json_get(version, "updatedBy")), user) ? MERGE_AUTHOR_US
                                                                  : MERGE_AUTHOR_PERSON;
}

enum merge_author om_history_author(const struct om_history *history, const char *field,
                                    struct str user)
{
    if (history == NULL) {
        return MERGE_AUTHOR_UNKNOWN;
    }
    for (size_t i = 0; i < history->count; i++) {
        const struct json *version = history->versions[i];
        if (changes_field(version, "fieldsAdded", field) ||
            changes_field(version, "fieldsUpdated", field) ||
            changes_field(version, "fieldsDeleted", field)) {
            return author_of(version, user);
        }
    }
    /* Unchanged since it was made, if the history reaches back so far. */
    const struct json *oldest =
        history->count > 0 ? history->versions[history->count - 1] : NULL;
    if (oldest == NULL || json_double(json_get(oldest, "version"), 9) >= 0.15) {
        return MERGE_AUTHOR_LOST;
    }
    return author_of(oldest, user);
}

/* A list as a change tells it; NULL when it tells none. */
static enum status read_items(const struct json *change, const char *key, struct json **out)
{
    const struct json *value = json_get(change, key);
    struct error ignored = ERROR_INIT;
    *out = NULL;
    return value != NULL ? read_nested(value, out, &ignored) : OK;
}

static bool has_item(const struct json *items, const char *item_key, struct str item)
{
    for (size_t i = 0; i < json_count(items); i++) {
        if (str_eq(json_str(json_get(json_at(items, i), item_key)), item)) {
            return true;
        }
    }
    return false;
}

/* What was there before one change and not after it. */
static enum status push_dropped(const struct json *change, const char *item_key,
                                struct arena *arena, struct str **out, size_t *count,
                                size_t *capacity)
{
    struct json *before = NULL;
    struct json *after = NULL;
    enum status status = read_items(change, "oldValue", &before);
    if (status == OK) {
        status = read_items(change, "newValue", &after);
    }
    for (size_t i = 0; i < json_count(before) && status == OK; i++) {
        struct str text = json_str(json_get(json_at(before, i), item_key));
        if (str_is_null(text) || has_item(after, item_key, text)) {
            continue;
        }
        struct str *item = arena_push(arena, out, count, capacity, sizeof(*item));
        status = item != NULL ? arena_str(arena, text, item) : ERR_NOMEM;
    }
    json_free(before);
    json_free(after);
    return status;
}

enum status om_history_dropped(const struct om_history *history, const char *field,
                               const char *item_key, struct str user, struct arena *arena,
                               struct str **out, size_t *count)
{
    /* Servers tell a list's change as what was taken away, or as the list before and after. */
    static const char *const lists[] = {"fieldsDeleted", "fieldsUpdated"};
    size_t capacity = 0;
    enum status status = OK;
    *out = NULL;
    *count = 0;
    for (size_t i = 0; history != NULL && i < history->count; i++) {
        const struct json *version = history->versions[i];
        for (size_t l = 0; l < 2 && author_of(version, user) != MERGE_AUTHOR_US; l++) {
            const struct json *changes =
                json_path(version, "changeDescription", lists[l], NULL);
            for (size_t k = 0; k < json_count(changes) && status == OK; k++) {
                const struct json *change = json_at(changes, k);
                if (str_is(json_str(json_get(change, "name")), field)) {
                    status = push_dropped(change, item_key, arena, out, count, &capacity);
                }
            }
        }
    }
    return status;
}
