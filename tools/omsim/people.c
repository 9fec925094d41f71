#include "omsim/people.h"

#include "common/memory.h"
#include "omsim/render.h"
#include "omsim/value.h"

static bool refuse_rule(struct refusal *why, const char *rule)
{
    (void)refuse(why, 400, "%s", rule);
    why->type = "RULE_VIOLATION";
    return false;
}

/* Adds a stored reference in order of ids, each once. */
static void insert(json_t *list, const struct entity *entity)
{
    size_t at = json_array_size(list);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (str_eq(value_get(json_array_get(list, i), "id"), entity_id(entity))) {
            return;
        }
    }
    while (at > 0 &&
           str_compare(value_get(json_array_get(list, at - 1), "id"), entity_id(entity)) > 0) {
        at--;
    }
    if (json_array_insert_new(list, at, render_stored_reference(entity)) != 0) {
        sim_fail_memory();
    }
}

json_t *people_read_owners(struct sim *sim, const json_t *owners, struct refusal *why)
{
    json_t *out = value_sure(json_array());
    size_t teams = 0;
    bool is_good = true;
    for (size_t i = 0; i < json_array_size(owners) && is_good; i++) {
        const json_t *given = json_array_get(owners, i);
        struct str type = value_get(given, "type");
        bool is_team = str_is(type, "team");
        const struct kind *kind = kind_of_type(type);
        struct entity *owner =
            kind == NULL ? NULL : store_by_id(&sim->store, kind, value_get(given, "id"));
        if (!is_team && !str_is(type, "user")) {
            is_good =
                refuse(why, 400, "Entity type %.*s is not allowed as an owner", STR_ARG(type));
        } else if (owner == NULL || owner->is_deleted) {
            is_good = refuse_missing(why, is_team ? "team" : "user", value_get(given, "id"));
        } else if (is_team && !str_is(value_get(owner->data, "teamType"), "Group")) {
            is_good = refuse_rule(why, "Team of type Group only can own entities");
        } else {
            teams += is_team ? 1 : 0;
            insert(out, owner);
        }
    }
    if (is_good && teams > 0 && json_array_size(out) > 1) {
        is_good = refuse_rule(why, "Only several users or one team can be owners");
    }
    if (!is_good) {
        json_decref(out);
        return NULL;
    }
    return out;
}

json_t *people_read_references(struct sim *sim, enum kind_id id, const json_t *given,
                               size_t most, struct refusal *why)
{
    json_t *out = value_sure(json_array());
    const struct kind *kind = kind_get(id);
    bool is_good = true;
    for (size_t i = 0; i < json_array_size(given) && is_good; i++) {
        const json_t *one = json_array_get(given, i);
        struct str name = json_is_string(one) ? value_str(one) : value_get(one, "id");
        struct entity *entity = json_is_string(one) ? store_by_fqn(&sim->store, kind, name)
                                                    : store_by_id(&sim->store, kind, name);
        if (entity == NULL || entity->is_deleted) {
            is_good = refuse_missing(why, kind->type, name);
        } else {
            insert(out, entity);
        }
    }
    if (is_good && json_array_size(out) > most) {
        is_good = refuse_rule(why, "Only one domain can be assigned");
    }
    if (!is_good) {
        json_decref(out);
        return NULL;
    }
    return out;
}

bool people_check_products(struct sim *sim, const json_t *products, const json_t *domains,
                           struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(products); i++) {
        struct str id = value_get(json_array_get(products, i), "id");
        const struct entity *product =
            store_by_id(&sim->store, kind_get(KIND_DATA_PRODUCT), id);
        const json_t *own = product == NULL ? NULL : json_object_get(product->data, "domains");
        bool is_inside = false;
        for (size_t k = 0; k < json_array_size(own); k++) {
            for (size_t d = 0; d < json_array_size(domains); d++) {
                is_inside = is_inside || str_eq(value_get(json_array_get(own, k), "id"),
                                                value_get(json_array_get(domains, d), "id"));
            }
        }
        if (!is_inside) {
            return refuse_rule(why, "A data product must belong to the entity's domain");
        }
    }
    return true;
}
