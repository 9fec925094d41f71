/* What names of columns mean inside a SELECT. */
#include "sql/resolve.h"

#define FEW_RELATIONS 8
#define MAX_VALUE_DEPTH 16

void scope_free(struct resolve_scope *scope)
{
    if (scope->indexed > 0) {
        map_free(&scope->by_key);
    }
}

void scope_add_alias(struct resolver *r, struct resolve_scope *scope, struct str name,
                     const struct sql_flow *flow)
{
    if (scope->aliases == NULL) {
        scope->aliases = columns_new(r);
    }
    columns_add(r, scope->aliases, name, flow);
}

struct resolve_relation *scope_add(struct resolver *r, struct resolve_scope *scope,
                                   struct str key, struct resolve_columns *columns)
{
    struct resolve_relation *relation = arena_push(r->arena, &scope->relations, &scope->count,
                                                   &scope->capacity, sizeof(*scope->relations));
    if (relation == NULL) {
        r->status = ERR_NOMEM;
        return NULL;
    }
    *relation = (struct resolve_relation){.key = key, .columns = columns};
    return relation;
}

static void index_relations(struct resolver *r, struct resolve_scope *scope)
{
    if (scope->indexed == 0) {
        map_init(&scope->by_key);
    }
    for (; scope->indexed < scope->count; scope->indexed++) {
        struct str key = scope->relations[scope->indexed].key;
        union map_value value = {.number = (int64_t)scope->indexed};
        if (!str_is_null(key) && !map_has(&scope->by_key, key) &&
            map_put(&scope->by_key, key, value) != OK) {
            r->status = ERR_NOMEM;
        }
    }
}

struct resolve_relation *scope_find(struct resolver *r, struct resolve_scope *scope,
                                    struct str key)
{
    if (scope->count > FEW_RELATIONS) {
        if (scope->indexed < scope->count) {
            index_relations(r, scope);
        }
        const union map_value *value = map_get(&scope->by_key, key);
        return value != NULL ? &scope->relations[value->number] : NULL;
    }
    for (size_t i = 0; i < scope->count; i++) {
        if (str_eq(scope->relations[i].key, key)) {
            return &scope->relations[i];
        }
    }
    return NULL;
}

struct resolve_relation *scope_find_outer(struct resolver *r, struct resolve_scope *scope,
                                          struct str key)
{
    struct resolve_relation *found = NULL;
    for (; scope != NULL && found == NULL && !str_is_null(key); scope = scope->parent) {
        found = scope_find(r, scope, key);
    }
    return found;
}

/* ---- JOIN USING ---- */

struct resolve_merged *scope_find_merged(const struct resolve_scope *scope, struct str key)
{
    struct resolve_merged *merged = scope->merged;
    while (merged != NULL && !str_eq(merged->key, key)) {
        merged = merged->next;
    }
    return merged;
}

const struct sql_flow *scope_merged_flow(struct resolver *r, struct resolve_merged *merged)
{
    if (merged->count == 1) {
        return merged->flows[0];
    }
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    for (size_t i = 0; i < merged->count; i++) {
        flow_add(r, stamp, merged->flows[i]);
    }
    return flow_finish(r, base);
}

static void add_merged_flow(struct resolver *r, struct resolve_merged *merged,
                            const struct sql_flow *flow)
{
    const struct sql_flow **slot = arena_push(r->arena, &merged->flows, &merged->count,
                                              &merged->capacity, sizeof(struct sql_flow *));
    if (slot == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    *slot = flow;
}

/* The column in the relations before the last one: known ones, else the only open one. */
static void merge_left(struct resolver *r, struct resolve_scope *scope,
                       struct resolve_merged *merged, struct str name)
{
    const struct sql_flow *flow;
    struct resolve_columns *open = NULL;
    size_t open_count = 0;
    for (size_t i = 0; i + 1 < scope->count && resolve_spend(r, 1); i++) {
        struct resolve_columns *columns = scope->relations[i].columns;
        if (scope->relations[i].is_hidden) {
            continue;
        }
        if (columns_find(r, columns, merged->key, &flow)) {
            add_merged_flow(r, merged, flow);
        } else if (columns->is_open) {
            open_count++;
            open = columns;
        }
    }
    if (merged->count == 0 && open_count == 1 &&
        columns_find_open(r, open, merged->key, name, &flow)) {
        add_merged_flow(r, merged, flow);
    }
}

void scope_merge(struct resolver *r, struct resolve_scope *scope,
                 struct resolve_relation *relation, const struct sql_part *column)
{
    const struct sql_flow *flow;
    struct str key = resolve_column_key(r, column->text);
    struct resolve_merged *merged = scope_find_merged(scope, key);
    if (merged == NULL) {
        merged = RESOLVE_NEW(r, struct resolve_merged);
        if (merged == NULL) {
            return;
        }
        merged->key = key;
        merged->next = scope->merged;
        scope->merged = merged;
        merge_left(r, scope, merged, resolve_column_name(r, column));
    }
    if (columns_find_open(r, relation->columns, key, resolve_column_name(r, column), &flow)) {
        add_merged_flow(r, merged, flow);
    }
}

/* ---- column references ---- */

/* In a column that some relation of this scope has for sure. */
static bool find_known(struct resolver *r, struct resolve_scope *scope, struct str key,
                       const struct sql_flow **flow)
{
    struct resolve_merged *merged = scope_find_merged(scope, key);
    if (merged != NULL) {
        *flow = scope_merged_flow(r, merged);
        return true;
    }
    for (size_t i = 0; i < scope->count && resolve_spend(r, 1); i++) {
        if (!scope->relations[i].is_hidden &&
            columns_find(r, scope->relations[i].columns, key, flow)) {
            return true;
        }
    }
    return false;
}

/* In the only relation of this scope that may have it; any: else a function that has it. */
static bool find_open(struct resolver *r, struct resolve_scope *scope,
                      const struct sql_name *name, struct str key, struct resolve_columns **any,
                      const struct sql_flow **flow)
{
    struct resolve_columns *open = NULL;
    size_t open_count = 0;
    for (size_t i = 0; i < scope->count && resolve_spend(r, 1); i++) {
        struct resolve_columns *columns = scope->relations[i].columns;
        if (columns == NULL || scope->relations[i].is_hidden) {
            continue;
        }
        if (columns->is_open) {
            open_count++;
            open = columns;
        } else if (columns->has_any) {
            *any = columns;
        }
    }
    if (open_count > 1) {
        resolve_note(r, SQL_NOTE_AMBIGUOUS, name->offset);
        *flow = NULL;
        return true;
    }
    return open_count == 1 &&
           columns_find_open(r, open, key, resolve_column_name(r, &name->parts[0]), flow);
}

static bool has_open(const struct resolve_scope *scope)
{
    for (size_t i = 0; i < scope->count && i < FEW_RELATIONS; i++) {
        if (scope->relations[i].columns != NULL && scope->relations[i].columns->is_open) {
            return true;
        }
    }
    return scope->count > FEW_RELATIONS;
}

const struct sql_cte *scope_find_value(struct resolver *r, const struct resolve_scope *scope,
                                       struct str name)
{
    for (; scope != NULL; scope = scope->parent) {
        for (const struct sql_cte *cte = scope->values; cte != NULL; cte = cte->next) {
            if (!resolve_spend(r, 1)) {
                return NULL;
            }
            if (!resolve_is_relation(cte) && str_eq_nocase(cte->name.text, name)) {
                return cte;
            }
        }
    }
    return NULL;
}

/* A value of WITH means what its expression means here. */
static bool find_value(struct resolver *r, struct resolve_scope *scope, struct str name,
                       const struct sql_flow **flow)
{
    const struct sql_cte *value = NULL;
    if (sql_has(r->rules, SQL_TRAIT_NAME_LISTS) && r->value_depth < MAX_VALUE_DEPTH) {
        value = scope_find_value(r, scope, name);
    }
    if (value != NULL) {
        r->value_depth++;
        *flow = resolve_flow(r, value->uses, scope);
        r->value_depth--;
    }
    return value != NULL;
}

/* $2: the number, from 1; 0: it is a name. */
static size_t place_of(const struct resolver *r, struct str name)
{
    size_t place = 0;
    if (!sql_has(r->rules, SQL_TRAIT_STAGES) || name.n < 2 || name.n > 6 || name.p[0] != '$') {
        return 0;
    }
    for (size_t i = 1; i < name.n; i++) {
        if (name.p[i] < '0' || name.p[i] > '9') {
            return 0;
        }
        place = place * 10 + (size_t)(name.p[i] - '0');
    }
    return place;
}

/* The column at that place; behind a star it may be any. */
static const struct sql_flow *find_place(struct resolver *r, struct resolve_columns *columns,
                                         size_t place)
{
    const struct sql_flow *flow = NULL;
    for (size_t i = 0; !columns->is_base && i < columns->count && !columns->items[i].is_star &&
                       resolve_spend(r, 1);
         i++) {
        if (i + 1 == place) {
            return columns->items[i].flow;
        }
    }
    (void)columns_find_open(r, columns, STR("*"), STR("*"), &flow);
    return flow;
}

/* One part: a column, an alias of this select list, a whole row, or a column by guess. */
static bool resolve_bare(struct resolver *r, struct resolve_scope *start,
                         const struct sql_name *name, const struct sql_flow **flow)
{
    struct str key = resolve_column_key(r, name->parts[0].text);
    struct str row_key = resolve_part_key(r, &name->parts[0]);
    bool is_lateral = sql_has(r->rules, SQL_TRAIT_LATERAL_ALIAS);
    struct resolve_columns *any = NULL;
    size_t place = place_of(r, name->parts[0].text);
    if (place > 0) {
        *flow = start->count == 1 && start->relations[0].columns != NULL
                    ? find_place(r, start->relations[0].columns, place)
                    : NULL;
        return true;
    }
    for (struct resolve_scope *scope = start; scope != NULL; scope = scope->parent) {
        bool sees_aliases = scope == start && (is_lateral || !has_open(scope));
        if (find_known(r, scope, key, flow) ||
            (sees_aliases && columns_find(r, scope->aliases, key, flow)) ||
            (scope == start && find_value(r, scope, name->parts[0].text, flow))) {
            return true;
        }
        const struct resolve_relation *row = scope_find(r, scope, row_key);
        if (row != NULL && row->columns != NULL && !row->is_hidden) {
            bool is_missing = name->count > 1 && !row->columns->is_open;
            *flow = is_missing ? NULL : columns_flow(r, row->columns);
            return true;
        }
        if (any == NULL && find_open(r, scope, name, key, &any, flow)) {
            return true;
        }
        if (any != NULL && !any->is_element) {
            break;
        }
    }
    /* What a query around knows for sure goes before what an array's elements may have. */
    return any != NULL &&
           columns_find_open(r, any, key, resolve_column_name(r, &name->parts[0]), flow);
}

/* relation.column, with what stands before the relation's name in name if it is a table's. */
static bool resolve_qualified(struct resolver *r, struct resolve_scope *start,
                              const struct sql_name *name, const struct sql_flow **flow)
{
    size_t last = name->count - 1 < 4 ? name->count - 1 : 4;
    for (size_t i = 0; i < last; i++) {
        struct str key = resolve_part_key(r, &name->parts[i]);
        const struct resolve_relation *relation = scope_find_outer(r, start, key);
        if (relation == NULL || relation->columns == NULL ||
            (i > 0 && (relation->name == NULL || relation->name->count <= i))) {
            continue;
        }
        const struct sql_part *column = &name->parts[i + 1];
        size_t place = place_of(r, column->text);
        if (place > 0) {
            *flow = find_place(r, relation->columns, place);
            return true;
        }
        if (columns_find_open(r, relation->columns, resolve_column_key(r, column->text),
                              resolve_column_name(r, column), flow)) {
            return true;
        }
        if (relation->columns->is_table && i + 2 == name->count) {
            const struct sql_origin origin = {.table = relation->columns->table,
                                              .column = resolve_column_name(r, column)};
            *flow = flow_one(r, &origin); /* what is known of the table may be old */
            return true;
        }
    }
    return false;
}

bool scope_resolve(struct resolver *r, struct resolve_scope *scope, const struct sql_name *name,
                   const struct sql_flow **flow)
{
    *flow = NULL;
    return (name->count > 1 && resolve_qualified(r, scope, name, flow)) ||
           resolve_bare(r, scope, name, flow);
}
