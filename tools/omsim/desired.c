#include "omsim/desired.h"

#include "common/memory.h"
#include "omsim/columns.h"
#include "omsim/fqn.h"
#include "omsim/labels.h"
#include "omsim/people.h"
#include "omsim/value.h"

#include <stdlib.h>
#include <string.h>

void desired_free(struct desired *desired)
{
    json_decref(desired->fields);
    for (size_t i = 0; i < LINK_COUNT; i++) {
        free(desired->links[i].items);
    }
}

/* ---- where it hangs ---- */

static bool find_ingestion_service(struct sim *sim, const json_t *body, struct desired *out,
                                   struct refusal *why)
{
    const json_t *reference = json_object_get(body, "service");
    struct str id = value_get(reference, "id");
    const struct kind *kind = kind_of_type(value_get(reference, "type"));
    out->parent = kind == NULL ? NULL : store_by_id(&sim->store, kind, id);
    if (out->parent == NULL || (kind->traits & KIND_IS_SERVICE) == 0) {
        return refuse_missing(why, "service", id);
    }
    return true;
}

static bool find_parent(struct sim *sim, const json_t *body, struct desired *out,
                        struct refusal *why)
{
    const struct kind *kind = out->kind;
    if (kind->id == KIND_INGESTION_PIPELINE) {
        return find_ingestion_service(sim, body, out, why);
    }
    if (kind->parent_field == NULL) {
        return true;
    }
    const struct kind *above = kind_get(kind->parent);
    struct str fqn = value_get(body, kind->parent_field);
    if (kind->id == KIND_TAG && json_object_get(body, "parent") != NULL) {
        above = kind;
        fqn = value_get(body, "parent");
    }
    if (str_is_null(fqn)) {
        return refuse(why, 400, "[%s must not be null]", kind->parent_field);
    }
    out->parent = store_by_fqn(&sim->store, above, fqn);
    if (out->parent == NULL || out->parent->is_deleted) {
        return refuse_missing(why, above->type, fqn);
    }
    return true;
}

static bool read_name(struct sim *sim, const json_t *body, struct desired *out,
                      struct refusal *why)
{
    out->name = value_get(body, "name");
    if (!fqn_is_name(out->name, 256)) {
        (void)refuse(why, 400,
                     "[name must match \"^((?!::).)*$\" and have 1 to 256 characters]");
        why->is_violation = true;
        return false;
    }
    if (!sim->is_two && str_find(out->name, '"') != SIZE_MAX) {
        return refuse(why, 500, "Invalid fully qualified name: %.*s", STR_ARG(out->name));
    }
    if (out->kind->id == KIND_USER) { /* stored in lower case */
        out->name = sim_case(why->arena, out->name, false);
    }
    return true;
}

static void make_fqn(const struct sim *sim, struct desired *out, struct arena *arena)
{
    if (out->parent == NULL) {
        out->fqn = fqn_quote(arena, out->name, sim->is_two);
    } else if (out->kind->id == KIND_DATA_MODEL) { /* the service's name, not its FQN */
        struct str folder = sim_printf(arena, "%.*s.model", STR_ARG(out->parent->name));
        out->fqn = fqn_join(arena, folder, out->name, sim->is_two);
    } else {
        out->fqn = fqn_join(arena, out->parent->fqn, out->name, sim->is_two);
    }
}

/* ---- what it refers to ---- */

static bool add_link(struct sim *sim, const struct kind *kind, const json_t *given,
                     struct entity_list *list, struct refusal *why)
{
    struct str name = json_is_string(given) ? value_str(given) : value_get(given, "id");
    struct entity *entity = json_is_string(given) ? store_by_fqn(&sim->store, kind, name)
                                                  : store_by_id(&sim->store, kind, name);
    if (entity == NULL || entity->is_deleted) {
        return refuse_missing(why, kind->type, name);
    }
    if (!entity_list_has(list, entity)) {
        entity_list_add(list, entity);
    }
    return true;
}

static bool read_links(struct sim *sim, const json_t *body, const char *field,
                       enum kind_id kind, enum link_kind link, struct desired *out,
                       struct refusal *why)
{
    const json_t *given = json_object_get(body, field);
    out->has_links[link] = true;
    for (size_t i = 0; i < json_array_size(given); i++) {
        if (!add_link(sim, kind_get(kind), json_array_get(given, i), &out->links[link], why)) {
            return false;
        }
    }
    value_put(out->fields, field, NULL);
    return true;
}

static bool read_all_links(struct sim *sim, const json_t *body, struct desired *out,
                           struct refusal *why)
{
    if (out->kind->id == KIND_DASHBOARD) {
        return read_links(sim, body, "charts", KIND_CHART, LINK_CHARTS, out, why) &&
               read_links(sim, body, "dataModels", KIND_DATA_MODEL, LINK_DATA_MODELS, out, why);
    }
    if (out->kind->id == KIND_CHART) {
        return read_links(sim, body, "dashboards", KIND_DASHBOARD, LINK_CHARTS, out, why);
    }
    return true;
}

/* Puts what a reader has made of a field; false when it has refused. */
static bool put_read(struct desired *out, const char *field, json_t *value)
{
    if (value == NULL) {
        return false;
    }
    value_put(out->fields, field, value);
    return true;
}

static bool read_references(struct sim *sim, const json_t *body, const struct actor *actor,
                            struct desired *out, struct refusal *why)
{
    const json_t *tags = json_object_get(body, "tags");
    const json_t *owners = json_object_get(body, "owners");
    const json_t *domains = json_object_get(body, "domains");
    const json_t *products = json_object_get(body, "dataProducts");
    const json_t *reviewers = json_object_get(body, "reviewers");
    if (tags != NULL && !put_read(out, "tags", labels_read(sim, tags, actor, why))) {
        return false;
    }
    if (owners != NULL && !put_read(out, "owners", people_read_owners(sim, owners, why))) {
        return false;
    }
    if (reviewers != NULL &&
        !put_read(out, "reviewers",
                  people_read_references(sim, KIND_USER, reviewers, SIZE_MAX, why))) {
        return false;
    }
    if (domains != NULL &&
        !put_read(out, "domains", people_read_references(sim, KIND_DOMAIN, domains, 1, why))) {
        return false;
    }
    if (products != NULL &&
        !put_read(out, "dataProducts",
                  people_read_references(sim, KIND_DATA_PRODUCT, products, SIZE_MAX, why))) {
        return false;
    }
    return labels_check_exclusive(sim, json_object_get(out->fields, "tags"), why) &&
           people_check_products(sim, json_object_get(out->fields, "dataProducts"),
                                 json_object_get(out->fields, "domains"), why);
}

static bool read_columns(struct sim *sim, const json_t *body, const struct actor *actor,
                         struct desired *out, struct refusal *why)
{
    const json_t *columns = json_object_get(body, "columns");
    return columns == NULL ||
           put_read(out, "columns", columns_read(sim, out->fqn, columns, actor, why));
}

/* Tasks of a pipeline get their full names. */
static void name_tasks(const struct sim *sim, struct desired *out, struct arena *arena)
{
    const json_t *tasks = json_object_get(out->fields, "tasks");
    json_t *named = value_sure(json_array());
    for (size_t i = 0; i < json_array_size(tasks); i++) {
        json_t *task = value_sure(json_copy(json_array_get(tasks, i)));
        value_put_text(task, "fullyQualifiedName",
                       fqn_join(arena, out->fqn, value_get(task, "name"), sim->is_two));
        value_append(named, task);
    }
    value_put(out->fields, "tasks", tasks == NULL ? NULL : named);
    if (tasks == NULL) {
        json_decref(named);
    }
}

static bool check_connection(struct sim *sim, struct desired *out, struct refusal *why)
{
    const json_t *config =
        json_object_get(json_object_get(out->fields, "connection"), "config");
    bool is_hex = str_is(value_get(out->fields, "serviceType"), "Hex");
    return config == NULL || !is_hex || sim_check(sim, "HexConnection", config, why);
}

static void set_defaults(struct desired *out)
{
    static const struct {
        enum kind_id kind;
        const char *field;
        const char *value; /* "": false */
    } defaults[] = {{KIND_DASHBOARD, "dashboardType", "Dashboard"},
                    {KIND_TABLE, "tableType", "Regular"},
                    {KIND_CLASSIFICATION, "provider", "user"},
                    {KIND_TAG, "provider", "user"},
                    {KIND_CLASSIFICATION, "mutuallyExclusive", ""},
                    {KIND_CLASSIFICATION, "disabled", ""},
                    {KIND_TAG, "mutuallyExclusive", ""},
                    {KIND_TAG, "disabled", ""}};
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        bool is_meant = defaults[i].kind == out->kind->id &&
                        json_object_get(out->fields, defaults[i].field) == NULL;
        if (is_meant) {
            value_put(out->fields, defaults[i].field,
                      defaults[i].value[0] == '\0' ? json_false()
                                                   : value_text(str_from(defaults[i].value)));
        }
    }
}

static bool read_body(struct sim *sim, const json_t *body, const struct actor *actor,
                      struct desired *out, struct refusal *why)
{
    if (!read_all_links(sim, body, out, why) || !read_references(sim, body, actor, out, why) ||
        !read_columns(sim, body, actor, out, why) || !check_connection(sim, out, why)) {
        return false;
    }
    name_tasks(sim, out, why->arena);
    return true;
}

bool desired_from_create(struct sim *sim, const struct kind *kind, const json_t *body,
                         const struct actor *actor, struct desired *out, struct refusal *why)
{
    *out = (struct desired){.kind = kind};
    out->fields = value_sure(json_copy((json_t *)(uintptr_t)body));
    if (!read_name(sim, body, out, why) || !find_parent(sim, body, out, why)) {
        return false;
    }
    make_fqn(sim, out, why->arena);
    static const char *const placed[] = {"name",    "service",  "classification",
                                         "parent",  "database", "databaseSchema",
                                         "glossary"};
    for (size_t i = 0; i < sizeof(placed) / sizeof(placed[0]); i++) {
        value_put(out->fields, placed[i], NULL);
    }
    if (!read_body(sim, body, actor, out, why)) {
        return false;
    }
    set_defaults(out);
    return true;
}

/* What the server writes itself stays out of what a patch may have changed. */
static bool is_rendered(const char *key)
{
    static const char *const names[] = {"id",
                                        "name",
                                        "fullyQualifiedName",
                                        "version",
                                        "updatedAt",
                                        "updatedBy",
                                        "href",
                                        "deleted",
                                        "service",
                                        "changeDescription",
                                        "entityStatus",
                                        "classification",
                                        "parent",
                                        "database",
                                        "databaseSchema",
                                        "glossary",
                                        "usageSummary",
                                        "pipelineStatus",
                                        "pipelineStatuses"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(key, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool desired_from_patch(struct sim *sim, const struct entity *entity, const json_t *document,
                        const struct actor *actor, struct desired *out, struct refusal *why)
{
    const char *key = NULL;
    json_t *value = NULL;
    *out = (struct desired){.kind = entity->kind, .fqn = entity->fqn, .parent = entity->parent};
    out->name = entity->name;
    out->fields = value_sure(json_object());
    json_object_foreach((json_t *)(uintptr_t)document, key, value)
    {
        bool is_type = strcmp(key, "serviceType") == 0 &&
                       json_object_get(entity->data, "serviceType") == NULL;
        if (!is_rendered(key) && !is_type) {
            value_put(out->fields, key, json_incref(value));
        }
    }
    return read_body(sim, document, actor, out, why);
}
