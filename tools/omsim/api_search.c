/* Search as far as importers ask: field:value terms joined by AND, wildcards at the end. */
#include "common/memory.h"
#include "omsim/api.h"
#include "omsim/value.h"

static bool is_in_index(const struct kind *kind, struct str index)
{
    static const struct {
        const char *index;
        enum kind_id kind;
    } indexes[] = {{"user_search_index", KIND_USER},
                   {"team_search_index", KIND_TEAM},
                   {"table_search_index", KIND_TABLE},
                   {"dashboard_search_index", KIND_DASHBOARD},
                   {"chart_search_index", KIND_CHART},
                   {"dashboard_data_model_search_index", KIND_DATA_MODEL},
                   {"tag_search_index", KIND_TAG},
                   {"pipeline_search_index", KIND_PIPELINE},
                   {"database_search_index", KIND_DATABASE},
                   {"database_schema_search_index", KIND_DATABASE_SCHEMA},
                   {"database_service_search_index", KIND_DATABASE_SERVICE},
                   {"dashboard_service_search_index", KIND_DASHBOARD_SERVICE}};
    bool is_all = str_is_null(index) || str_is(index, "all") || str_is(index, "dataAsset");
    for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
        if (indexes[i].kind == kind->id &&
            (is_all || str_is(index, indexes[i].index) || str_is(index, kind->type))) {
            return true;
        }
    }
    return false;
}

static bool has_prefix_nocase(struct str text, struct str prefix)
{
    return text.n >= prefix.n && str_eq_nocase(str_sub(text, 0, prefix.n), prefix);
}

static bool contains_nocase(struct str text, struct str part)
{
    for (size_t i = 0; i + part.n <= text.n; i++) {
        if (str_eq_nocase(str_sub(text, i, part.n), part)) {
            return true;
        }
    }
    return false;
}

static struct str field_of(const struct entity *entity, struct str field)
{
    struct arena scratch;
    if (str_ends_with(field, ".keyword")) {
        field = str_sub(field, 0, field.n - 8);
    }
    if (str_is(field, "name")) {
        return entity->name;
    }
    if (str_is(field, "fullyQualifiedName")) {
        return entity->fqn;
    }
    if (str_is(field, "entityType")) {
        return str_from(entity->kind->type);
    }
    arena_init(&scratch, SIM_MAX_BYTES);
    struct str value = value_get(entity->data, sim_copy(&scratch, field).p);
    arena_free(&scratch);
    return value;
}

/* One term: FIELD:"VALUE", FIELD:VALUE, FIELD:VALUE* or a word of name and display name. */
static bool matches_term(const struct entity *entity, struct str term)
{
    size_t colon = str_find(term, ':');
    struct str value = colon == SIZE_MAX ? term : str_sub(term, colon + 1, SIZE_MAX);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"') {
        value = str_sub(value, 1, value.n - 2);
    }
    if (str_is(value, "*") || value.n == 0) {
        return true;
    }
    bool is_prefix = str_ends_with(value, "*");
    value = str_sub(value, 0, is_prefix ? value.n - 1 : value.n);
    if (colon == SIZE_MAX) {
        return contains_nocase(entity->name, value) ||
               contains_nocase(value_get(entity->data, "displayName"), value);
    }
    struct str have = field_of(entity, str_sub(term, 0, colon));
    return is_prefix ? has_prefix_nocase(have, value) : str_eq_nocase(have, value);
}

static bool matches(const struct entity *entity, struct str query)
{
    while (query.n > 0) {
        size_t end = 0;
        while (end < query.n && !str_starts_with(str_sub(query, end, SIZE_MAX), " AND ")) {
            end++;
        }
        if (!matches_term(entity, str_trim(str_sub(query, 0, end)))) {
            return false;
        }
        query = str_sub(query, end + 5, SIZE_MAX);
    }
    return true;
}

static json_t *make_hit(const struct sim *sim, const struct entity *entity)
{
    json_t *source = render_entity(sim, entity, &view_full);
    value_put_text(source, "entityType", str_from(entity->kind->type));
    return json_pack("{s:s,s:s,s:f,s:o}", "_index", entity->kind->type, "_id", entity->id,
                     "_score", 1.0, "_source", source);
}

void api_search(struct call *call)
{
    struct sim *sim = call->sim;
    uint64_t from = 0;
    uint64_t size = 10;
    uint64_t found = 0;
    struct str query = call_argument(call, "q");
    bool wants_deleted = call_flag(call, "deleted");
    api_count_as(call, "search/query", "");
    if (!call_is(call, "GET") || !call_rest_is(call, 1, "query")) {
        call_fail(call, 404, "HTTP 404 Not Found");
        return;
    }
    if (sim->options.is_search_down) {
        call_fail(call, 500, "An exception with message [search is not available] was thrown");
        return;
    }
    (void)str_to_u64(call_argument(call, "from"), &from);
    (void)str_to_u64(call_argument(call, "size"), &size);
    json_t *hits = value_sure(json_array());
    for (size_t k = 0; k < KIND_COUNT; k++) {
        const struct kind *kind = kind_get((enum kind_id)k);
        const struct entity_list *all =
            is_in_index(kind, call_argument(call, "index")) ? &sim->store.all[k] : NULL;
        for (size_t i = 0; all != NULL && i < all->count; i++) {
            const struct entity *entity = all->items[i];
            if (!entity->is_gone && entity->is_deleted == wants_deleted &&
                matches(entity, query)) {
                if (found >= from && found < from + size) {
                    value_append(hits, make_hit(sim, entity));
                }
                found++;
            }
        }
    }
    call_answer(call, 200,
                json_pack("{s:i,s:b,s:{s:{s:I,s:s},s:o}}", "took", 1, "timed_out", 0, "hits",
                          "total", "value", (json_int_t)found, "relation", "eq", "hits", hits));
}
