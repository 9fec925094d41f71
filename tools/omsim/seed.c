#include "omsim/seed.h"

#include "common/memory.h"
#include "omsim/update.h"
#include "omsim/value.h"

/* Creates or updates one entity as a request of this actor would; body is taken over. */
static struct entity *put(struct sim *sim, enum kind_id id, json_t *body, bool is_by_bot,
                          struct refusal *why)
{
    struct desired desired = {0};
    struct entity *entity = NULL;
    enum update_result result = UPDATE_NOTHING;
    struct actor actor = {.user = is_by_bot ? sim->bot : sim->admin, .is_bot = is_by_bot};
    const struct kind *kind = kind_get(id);
    bool is_good = (kind->shape == NULL || sim_check(sim, kind->shape, body, why)) &&
                   desired_from_create(sim, kind, body, &actor, &desired, why) &&
                   update_put(sim, &desired, &actor, &entity, &result, why);
    desired_free(&desired);
    json_decref(body);
    return is_good ? entity : NULL;
}

static json_t *copy_without(const json_t *from, const char *key)
{
    json_t *copy = value_sure(json_copy((json_t *)(uintptr_t)from));
    value_put(copy, key, NULL);
    return copy;
}

static bool seed_all(struct sim *sim, const json_t *list, enum kind_id kind,
                     struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *body = value_sure(json_deep_copy(json_array_get(list, i)));
        if (kind == KIND_TEAM && json_object_get(body, "teamType") == NULL) {
            value_put_text(body, "teamType", STR("Group"));
        }
        if (put(sim, kind, body, false, why) == NULL) {
            return false;
        }
    }
    return true;
}

/* ---- classifications ---- */

static bool seed_tags(struct sim *sim, const struct entity *classification, const json_t *tags,
                      bool is_by_bot, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        json_t *body = value_sure(json_object());
        value_put_text(body, "name", value_str(json_array_get(tags, i)));
        value_put_text(body, "description", STR("A seeded tag."));
        value_put_text(body, "classification", classification->fqn);
        if (put(sim, KIND_TAG, body, is_by_bot, why) == NULL) {
            return false;
        }
    }
    return true;
}

static bool seed_classifications(struct sim *sim, const json_t *list, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *given = json_array_get(list, i);
        json_t *body = copy_without(given, "tags");
        if (json_object_get(body, "description") == NULL) {
            value_put_text(body, "description", STR("A seeded classification."));
        }
        struct entity *made = put(sim, KIND_CLASSIFICATION, body, false, why);
        if (made == NULL || !seed_tags(sim, made, json_object_get(given, "tags"), false, why)) {
            return false;
        }
    }
    return true;
}

/* ---- databases ---- */

/* "NAME" or a whole column. */
static json_t *full_columns(const json_t *columns)
{
    json_t *out = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        value_append(out, json_is_string(column)
                              ? json_pack("{s:O,s:s}", "name", column, "dataType", "STRING")
                              : json_incref(column));
    }
    return out;
}

static json_t *named_below(const json_t *given, const char *without, const char *field,
                           const struct entity *above)
{
    json_t *body = copy_without(given, without);
    value_put_text(body, field, above->fqn);
    return body;
}

static bool seed_tables(struct sim *sim, const struct entity *schema, const json_t *tables,
                        struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(tables); i++) {
        const json_t *given = json_array_get(tables, i);
        json_t *body = named_below(given, "columns", "databaseSchema", schema);
        value_put(body, "columns", full_columns(json_object_get(given, "columns")));
        if (put(sim, KIND_TABLE, body, true, why) == NULL) {
            return false;
        }
    }
    return true;
}

static bool seed_databases(struct sim *sim, const struct entity *service,
                           const json_t *databases, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(databases); i++) {
        const json_t *given = json_array_get(databases, i);
        const json_t *schemas = json_object_get(given, "schemas");
        struct entity *database = put(
            sim, KIND_DATABASE, named_below(given, "schemas", "service", service), true, why);
        for (size_t k = 0; k < json_array_size(schemas) && database != NULL; k++) {
            const json_t *one = json_array_get(schemas, k);
            struct entity *schema =
                put(sim, KIND_DATABASE_SCHEMA, named_below(one, "tables", "database", database),
                    true, why);
            if (schema == NULL ||
                !seed_tables(sim, schema, json_object_get(one, "tables"), why)) {
                return false;
            }
        }
        if (database == NULL) {
            return false;
        }
    }
    return true;
}

static bool seed_database_services(struct sim *sim, const json_t *list, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *given = json_array_get(list, i);
        struct entity *service =
            put(sim, KIND_DATABASE_SERVICE, copy_without(given, "databases"), false, why);
        if (service == NULL ||
            !seed_databases(sim, service, json_object_get(given, "databases"), why)) {
            return false;
        }
    }
    return true;
}

bool seed_service(struct sim *sim, struct str rule, struct refusal *why)
{
    uint64_t counts[4];
    struct str parts[6];
    size_t n = 0;
    for (; n < 6 && rule.n > 0; n++) {
        size_t colon = str_find(rule, ':');
        parts[n] = str_sub(rule, 0, colon);
        rule = colon == SIZE_MAX ? STR("") : str_sub(rule, colon + 1, SIZE_MAX);
    }
    for (size_t i = 0; i < 4; i++) {
        if (n != 6 || !str_to_u64(parts[2 + i], &counts[i])) {
            return refuse(why, 400, "a service is NAME:TYPE:DATABASES:SCHEMAS:TABLES:COLUMNS");
        }
    }
    json_t *columns = value_sure(json_array());
    json_t *tables = value_sure(json_array());
    json_t *schemas = value_sure(json_array());
    json_t *databases = value_sure(json_array());
    for (uint64_t i = 1; i <= counts[3]; i++) {
        value_append(columns, json_sprintf("COL%d", (int)i));
    }
    for (uint64_t i = 1; i <= counts[2]; i++) {
        value_append(tables, json_pack("{s:o,s:O}", "name", json_sprintf("TABLE%d", (int)i),
                                       "columns", columns));
    }
    for (uint64_t i = 1; i <= counts[1]; i++) {
        value_append(schemas, json_pack("{s:o,s:O}", "name", json_sprintf("SCHEMA%d", (int)i),
                                        "tables", tables));
    }
    for (uint64_t i = 1; i <= counts[0]; i++) {
        value_append(databases, json_pack("{s:o,s:O}", "name", json_sprintf("DB%d", (int)i),
                                          "schemas", schemas));
    }
    json_t *services = value_sure(json_pack("[{s:O}]", "databases", databases));
    value_put_text(json_array_get(services, 0), "name", parts[0]);
    value_put_text(json_array_get(services, 0), "serviceType", parts[1]);
    bool is_good = seed_database_services(sim, services, why);
    json_decref(columns);
    json_decref(tables);
    json_decref(schemas);
    json_decref(databases);
    json_decref(services);
    return is_good;
}

/* ---- a dashboard service that another connector has filled ---- */

static json_t *connector_labels(const json_t *tags)
{
    json_t *labels = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(tags); i++) {
        struct str name = value_str(json_array_get(tags, i));
        value_append(labels, json_pack("{s:o,s:s,s:s,s:s}", "tagFQN",
                                       json_sprintf("HexCategories.%.*s", STR_ARG(name)),
                                       "source", "Classification", "labelType", "Automated",
                                       "state", "Suggested"));
    }
    return labels;
}

/* The names that OpenMetadata's own connector gives: project ids, one classification. */
static bool seed_connector(struct sim *sim, const json_t *connector, struct refusal *why)
{
    const json_t *dashboards = json_object_get(connector, "dashboards");
    json_t *body = value_sure(json_pack("{s:s}", "serviceType", "Hex"));
    value_put_text(body, "name", value_get(connector, "service"));
    struct entity *service = put(sim, KIND_DASHBOARD_SERVICE, body, true, why);
    struct entity *categories =
        service == NULL ? NULL
                        : put(sim, KIND_CLASSIFICATION,
                              json_pack("{s:s,s:s}", "name", "HexCategories", "description",
                                        "Tags associated with hex categories"),
                              true, why);
    for (size_t i = 0; i < json_array_size(dashboards) && categories != NULL; i++) {
        const json_t *given = json_array_get(dashboards, i);
        const json_t *tags = json_object_get(given, "tags");
        json_t *dashboard = named_below(given, "tags", "service", service);
        value_put(dashboard, "tags", connector_labels(tags));
        if (!seed_tags(sim, categories, tags, true, why)) {
            json_decref(dashboard);
            return false;
        }
        if (put(sim, KIND_DASHBOARD, dashboard, true, why) == NULL) {
            return false;
        }
    }
    return categories != NULL;
}

/* {"type", "body"}: whatever else a test needs, domains and glossary terms included. */
static bool seed_others(struct sim *sim, const json_t *list, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *given = json_array_get(list, i);
        const struct kind *kind = kind_of_type(value_get(given, "type"));
        if (kind == NULL || !json_is_object(json_object_get(given, "body"))) {
            return refuse(why, 400, "an entity is {\"type\", \"body\"}");
        }
        json_t *body = value_sure(json_deep_copy(json_object_get(given, "body")));
        if (put(sim, kind->id, body, false, why) == NULL) {
            return false;
        }
    }
    return true;
}

bool seed_apply(struct sim *sim, const json_t *seed, struct refusal *why)
{
    const json_t *connector = json_object_get(seed, "connector");
    return seed_all(sim, json_object_get(seed, "users"), KIND_USER, why) &&
           seed_all(sim, json_object_get(seed, "teams"), KIND_TEAM, why) &&
           seed_all(sim, json_object_get(seed, "domains"), KIND_DOMAIN, why) &&
           seed_classifications(sim, json_object_get(seed, "classifications"), why) &&
           seed_database_services(sim, json_object_get(seed, "databaseServices"), why) &&
           (connector == NULL || seed_connector(sim, connector, why)) &&
           seed_others(sim, json_object_get(seed, "entities"), why);
}
