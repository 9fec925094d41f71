#include "om/entity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Another one makes every entity be written again: raise it when the mapping changes. */
#define MAPPING_VERSION 1
#define MAX_FIELD_BYTES ((size_t)64 * 1024 * 1024)

static const struct {
    const char *collection;
    const char *type;
    const char *name;
} kinds[] = {
    [PUBLISHED_CLASSIFICATION] = {"/v1/classifications", "classification", "classification"},
    [PUBLISHED_TAG] = {"/v1/tags", "tag", "tag"},
    [PUBLISHED_DATA_MODEL] = {"/v1/dashboard/datamodels", "dashboardDataModel", "data model"},
    [PUBLISHED_CHART] = {"/v1/charts", "chart", "chart"},
    [PUBLISHED_DASHBOARD] = {"/v1/dashboards", "dashboard", "dashboard"},
    [PUBLISHED_PIPELINE] = {"/v1/pipelines", "pipeline", "pipeline"},
    [PUBLISHED_EDGE] = {"/v1/lineage", "lineage", "lineage"},
};

static const char *const field_names[PUBLISHED_FIELD_COUNT] = {
    [PUBLISHED_FIELD_TITLE] = "displayName",
    [PUBLISHED_FIELD_DESCRIPTION] = "description",
    [PUBLISHED_FIELD_URL] = "sourceUrl",
    [PUBLISHED_FIELD_CHART_TYPE] = "chartType",
    [PUBLISHED_FIELD_SQL] = "sql",
    [PUBLISHED_FIELD_COLUMNS] = "columns",
    [PUBLISHED_FIELD_CHARTS] = "charts",
    [PUBLISHED_FIELD_DATA_MODELS] = "dataModels",
    [PUBLISHED_FIELD_LIFE_CYCLE] = "lifeCycle",
    [PUBLISHED_FIELD_SCHEDULE] = "scheduleInterval"};

const char *om_collection(enum published_kind kind)
{
    return kinds[kind].collection;
}

const char *om_type(enum published_kind kind)
{
    return kinds[kind].type;
}

const char *om_kind_name(enum published_kind kind)
{
    return kinds[kind].name;
}

const char *om_field_name(enum published_field field)
{
    return field_names[field];
}

bool om_kind_has_field(enum published_kind kind, enum published_field field)
{
    switch (field) {
    case PUBLISHED_FIELD_TITLE:
        return true;
    case PUBLISHED_FIELD_DESCRIPTION:
    case PUBLISHED_FIELD_CHARTS:
    case PUBLISHED_FIELD_DATA_MODELS:
    case PUBLISHED_FIELD_LIFE_CYCLE:
        return kind == PUBLISHED_DASHBOARD;
    case PUBLISHED_FIELD_URL:
        return true;
    case PUBLISHED_FIELD_CHART_TYPE:
        return kind == PUBLISHED_CHART;
    case PUBLISHED_FIELD_SQL:
    case PUBLISHED_FIELD_COLUMNS:
        return kind == PUBLISHED_DATA_MODEL;
    case PUBLISHED_FIELD_SCHEDULE:
        return kind == PUBLISHED_PIPELINE;
    case PUBLISHED_FIELD_COUNT:
        break;
    }
    return false;
}

/* ---- fields as text ---- */

static enum status join_sorted(const struct str *items, size_t count, struct arena *arena,
                               struct str *out)
{
    struct str *sorted = arena_array(arena, count + 1, sizeof(*sorted));
    struct buf text;
    if (sorted == NULL) {
        return ERR_NOMEM;
    }
    buf_init(&text, MAX_FIELD_BYTES);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = items[i];
    }
    qsort(sorted, count, sizeof(*sorted), str_qsort);
    for (size_t i = 0; i < count; i++) {
        (void)buf_append_str(&text, sorted[i]);
        (void)buf_append_char(&text, '\n');
    }
    enum status status =
        buf_status(&text) == OK ? arena_str(arena, buf_str(&text), out) : ERR_NOMEM;
    buf_free(&text);
    return status;
}

static enum status join_columns(const struct om_entity *entity, struct arena *arena,
                                struct str *out)
{
    struct buf text;
    buf_init(&text, MAX_FIELD_BYTES);
    for (size_t i = 0; i < entity->column_count; i++) {
        (void)buf_append_str(&text, entity->columns[i].name);
        (void)buf_append_char(&text, '\n');
    }
    enum status status =
        buf_status(&text) == OK ? arena_str(arena, buf_str(&text), out) : ERR_NOMEM;
    buf_free(&text);
    return status;
}

enum status om_entity_field(const struct om_entity *entity, enum published_field field,
                            struct arena *arena, struct str *out)
{
    switch (field) {
    case PUBLISHED_FIELD_TITLE:
        return merge_normal(entity->title, arena, out);
    case PUBLISHED_FIELD_DESCRIPTION:
        return merge_normal(entity->description, arena, out);
    case PUBLISHED_FIELD_URL:
        return merge_normal(entity->url, arena, out);
    case PUBLISHED_FIELD_CHART_TYPE:
        return merge_normal(entity->chart_type, arena, out);
    case PUBLISHED_FIELD_SQL:
        return merge_normal(entity->sql, arena, out);
    case PUBLISHED_FIELD_COLUMNS:
        return join_columns(entity, arena, out);
    case PUBLISHED_FIELD_CHARTS:
        return join_sorted(entity->charts, entity->chart_count, arena, out);
    case PUBLISHED_FIELD_DATA_MODELS:
        return join_sorted(entity->data_models, entity->data_model_count, arena, out);
    case PUBLISHED_FIELD_LIFE_CYCLE:
        return arena_printf(arena, out, "%" PRId64 " %" PRId64 " %" PRId64, entity->created_ms,
                            entity->edited_ms, entity->viewed_ms);
    case PUBLISHED_FIELD_SCHEDULE:
        return merge_normal(entity->schedule, arena, out);
    case PUBLISHED_FIELD_COUNT:
        break;
    }
    assert(false);
    return ERR_BUG;
}

/* ---- hashes ---- */

static uint64_t mix(uint64_t digest, struct str field)
{
    uint64_t parts[2] = {digest, merge_hash(field) + (str_is_null(field) ? 1 : 0)};
    return str_hash(str_from_n((const char *)(const void *)parts, sizeof(parts)));
}

static uint64_t mix_all(uint64_t digest, const struct str *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        digest = mix(digest, items[i]);
    }
    return mix(digest, STR("\n"));
}

uint64_t om_entity_digest(const struct om_entity *entity)
{
    const struct str texts[] = {
        entity->name, entity->title,      entity->description,     entity->url,
        entity->sql,  entity->chart_type, entity->data_model_type, entity->schedule};
    const int64_t numbers[] = {MAPPING_VERSION,   entity->kind,       entity->has_links,
                               entity->has_tags,  entity->has_owners, entity->created_ms,
                               entity->edited_ms, entity->viewed_ms};
    uint64_t digest = mix_all(0, texts, sizeof(texts) / sizeof(texts[0]));
    digest = mix(digest, str_from_n((const char *)(const void *)numbers, sizeof(numbers)));
    for (size_t i = 0; i < entity->column_count; i++) {
        digest = mix(digest, entity->columns[i].name);
        digest = mix(digest, entity->columns[i].title);
    }
    digest = mix_all(digest, entity->charts, entity->chart_count);
    digest = mix_all(digest, entity->data_models, entity->data_model_count);
    digest = mix_all(digest, entity->tags, entity->tag_count);
    return mix_all(digest, entity->owners, entity->owner_count);
}

uint64_t om_mapping_version(void)
{
    return MAPPING_VERSION;
}

enum status om_source_hash(struct str body, unsigned salt, struct arena *arena, struct str *out)
{
    char text[STR_HASH_DIGITS + 1];
    str_hash_hex(body, ((uint64_t)MAPPING_VERSION << 32) + salt, text);
    return arena_str(arena, str_from(text), out);
}

/* ---- the request ---- */

static void put_text(struct json_out *out, const char *key, struct str value)
{
    if (!str_is_empty(value)) {
        json_out_field_str(out, key, value);
    }
}

void om_tag_label_write(struct str fqn, struct json_out *out)
{
    json_out_object(out);
    json_out_field_str(out, "tagFQN", fqn);
    json_out_field_cstr(out, "source", "Classification");
    json_out_field_cstr(out, "labelType", "Automated");
    json_out_field_cstr(out, "state", "Confirmed");
    json_out_object_end(out);
}

static void put_tags(const struct om_entity *entity, struct json_out *out)
{
    if (entity->tag_count == 0) {
        return;
    }
    json_out_key(out, "tags");
    json_out_array(out);
    for (size_t i = 0; i < entity->tag_count; i++) {
        om_tag_label_write(entity->tags[i], out);
    }
    json_out_array_end(out);
}

static void put_owners(const struct om_entity *entity, struct json_out *out)
{
    if (entity->owner_count == 0) {
        return;
    }
    json_out_key(out, "owners");
    json_out_array(out);
    for (size_t i = 0; i < entity->owner_count; i++) {
        json_out_object(out);
        json_out_field_str(out, "id", entity->owners[i]);
        json_out_field_cstr(out, "type", "user");
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void put_columns(const struct om_entity *entity, struct json_out *out)
{
    json_out_key(out, "columns");
    json_out_array(out);
    for (size_t i = 0; i < entity->column_count; i++) {
        const struct om_column *column = &entity->columns[i];
        json_out_object(out);
        json_out_field_str(out, "name", column->name);
        put_text(out, "displayName", column->title);
        put_text(out, "description", column->description);
        json_out_field_str(out, "dataType",
                           str_is_null(column->type) ? STR("UNKNOWN") : column->type);
        put_text(out, "arrayDataType", column->array_type);
        if (column->length > 0) {
            json_out_field_int(out, "dataLength", column->length);
        }
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void put_moment(struct json_out *out, const char *key, int64_t ms)
{
    if (ms != TIMESTAMP_NONE) {
        json_out_key(out, key);
        json_out_object(out);
        json_out_field_int(out, "timestamp", ms);
        json_out_object_end(out);
    }
}

static void put_life_cycle(const struct om_entity *entity, struct json_out *out)
{
    if (entity->created_ms == TIMESTAMP_NONE && entity->edited_ms == TIMESTAMP_NONE &&
        entity->viewed_ms == TIMESTAMP_NONE) {
        return;
    }
    json_out_key(out, "lifeCycle");
    json_out_object(out);
    put_moment(out, "created", entity->created_ms);
    put_moment(out, "updated", entity->edited_ms);
    put_moment(out, "accessed", entity->viewed_ms);
    json_out_object_end(out);
}

void om_entity_write(const struct om_entity *entity, bool is_new, struct json_out *out)
{
    json_out_field_str(out, "name", entity->name);
    json_out_field_str(out, "service", entity->service);
    put_text(out, "displayName", entity->title);
    put_text(out, "description", entity->description);
    put_text(out, "sourceUrl", entity->url);
    put_tags(entity, out);
    put_owners(entity, out);
    if (entity->kind == PUBLISHED_CHART) {
        put_text(out, "chartType", entity->chart_type);
        if (entity->dashboard_count > 0) {
            json_out_field_strs(out, "dashboards", entity->dashboards, entity->dashboard_count);
        }
    } else if (entity->kind == PUBLISHED_DATA_MODEL) {
        put_text(out, "dataModelType", entity->data_model_type);
        json_out_field_cstr(out, "serviceType", "Hex");
        put_text(out, "sql", entity->sql);
        put_columns(entity, out);
    } else if (entity->kind == PUBLISHED_DASHBOARD) {
        if (is_new) {
            put_text(out, "project", entity->folder);
        }
        json_out_field_strs(out, "charts", entity->charts, entity->chart_count);
        json_out_field_strs(out, "dataModels", entity->data_models, entity->data_model_count);
        put_life_cycle(entity, out);
    } else if (entity->kind == PUBLISHED_PIPELINE) {
        put_text(out, "scheduleInterval", entity->schedule);
    }
}
