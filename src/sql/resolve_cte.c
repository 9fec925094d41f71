/* WITH: names that stand for queries, and queries that refer to themselves. */
#include "sql/resolve.h"

bool resolve_is_relation(const struct sql_cte *cte)
{
    return cte->uses == NULL && (cte->query != NULL || cte->statement != NULL);
}

static void bind(struct resolver *r, const struct sql_cte *cte, struct resolve_columns *columns)
{
    struct resolve_cte *bound = RESOLVE_NEW(r, struct resolve_cte);
    struct str key = resolve_part_key(r, &cte->name);
    if (bound == NULL || str_is_null(key)) {
        return;
    }
    const union map_value *shadowed = map_get(&r->ctes, key);
    bound->columns = columns;
    bound->shadowed = shadowed != NULL ? shadowed->pointer : NULL;
    union map_value value = {.pointer = bound};
    if (map_put(&r->ctes, key, value) != OK) {
        r->status = ERR_NOMEM;
    }
}

static void unbind(struct resolver *r, const struct sql_cte *cte)
{
    union map_value *value = map_get(&r->ctes, resolve_part_key(r, &cte->name));
    const struct resolve_cte *bound = value != NULL ? value->pointer : NULL;
    if (bound != NULL) {
        value->pointer = bound->shadowed;
    }
}

/* Adds the origins of column index, those of the columns it refers to in its own query too. */
static void close_column(struct resolver *r, const struct resolve_columns *columns,
                         const struct resolve_columns *self, bool *seen, size_t *pending,
                         size_t index)
{
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    size_t count = 0;
    for (size_t i = 0; i < columns->count; i++) {
        seen[i] = i == index;
    }
    pending[count++] = index;
    while (count > 0 && resolve_spend(r, columns->count)) {
        const struct sql_flow *flow = columns->items[pending[--count]].flow;
        flow_add(r, stamp, flow);
        for (size_t i = 0; flow != NULL && i < flow->count; i++) {
            size_t next = flow->items[i]->self_index;
            if (flow->items[i]->self == self && next < columns->count && !seen[next]) {
                seen[next] = true;
                pending[count++] = next;
            }
        }
    }
    columns->items[index].flow = flow_finish(r, base);
}

/* True when a set refers to the recursive query itself. */
static bool refers_to(const struct sql_flow *flow, const struct resolve_columns *self)
{
    for (size_t i = 0; flow != NULL && i < flow->count; i++) {
        if (flow->items[i]->self == self) {
            return true;
        }
    }
    return false;
}

static void close_recursion(struct resolver *r, struct resolve_columns *columns,
                            const struct resolve_columns *self)
{
    bool *seen = arena_array(r->arena, columns->count, sizeof(*seen));
    size_t *pending = arena_array(r->arena, columns->count, sizeof(*pending));
    if (seen == NULL || pending == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (refers_to(columns->items[i].flow, self)) {
            close_column(r, columns, self, seen, pending, i);
        }
    }
}

/* WITH x AS (DELETE FROM t ... RETURNING *): t is written, and read as what comes back. */
static struct resolve_columns *resolve_write_cte(struct resolver *r,
                                                 struct sql_statement *statement)
{
    struct resolve_columns *columns = columns_new(r);
    if (statement == NULL || columns == NULL) {
        return columns;
    }
    for (struct sql_target *target = statement->targets; target != NULL;
         target = target->next) {
        target->is_returned = true;
    }
    r->quiet++;
    resolve_statement(r, statement);
    r->quiet--;
    const struct sql_target *target = statement->targets;
    size_t table = target != NULL ? resolve_table(r, &target->name) : SIZE_MAX;
    return table != SIZE_MAX ? columns_of_table(r, &target->name, table) : columns;
}

static void resolve_cte(struct resolver *r, struct sql_cte *cte, bool is_recursive,
                        struct resolve_scope *scope)
{
    if (!resolve_is_relation(cte)) {
        resolve_use_queries(r, cte->uses, scope);
        return;
    }
    struct resolve_columns *columns;
    struct resolve_columns *self = is_recursive ? columns_new(r) : NULL;
    if (cte->statement != NULL) {
        columns = resolve_write_cte(r, cte->statement);
    } else {
        if (self != NULL) {
            bind(r, cte, self);
        }
        columns = resolve_query(r, cte->query, scope->parent, self, cte->columns);
        if (self != NULL) {
            unbind(r, cte);
        }
        columns = columns != NULL ? resolve_rename(r, columns, cte->columns) : NULL;
        if (self != NULL && columns != NULL) {
            close_recursion(r, columns, self);
        }
    }
    if (columns != NULL && !str_is_null(cte->name.text)) {
        bind(r, cte, columns);
    }
}

void resolve_ctes(struct resolver *r, struct sql_cte *ctes, bool is_recursive,
                  struct resolve_scope *scope)
{
    bool sees_itself = is_recursive || sql_has(r->rules, SQL_TRAIT_SELF_CTE);
    for (struct sql_cte *cte = ctes; cte != NULL && r->status == OK; cte = cte->next) {
        resolve_cte(r, cte, sees_itself, scope);
    }
}

void resolve_unbind(struct resolver *r, struct sql_cte *ctes)
{
    for (const struct sql_cte *cte = ctes; cte != NULL; cte = cte->next) {
        if (resolve_is_relation(cte) && !str_is_null(cte->name.text)) {
            unbind(r, cte);
        }
    }
}
