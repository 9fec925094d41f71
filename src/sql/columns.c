/* The columns of tables, queries and functions, known or open. */
#include "sql/resolve.h"

#define FEW_COLUMNS 8
#define MAX_UNION_DEPTH 64

struct resolve_columns *columns_new(struct resolver *r)
{
    return RESOLVE_NEW(r, struct resolve_columns);
}

static struct resolve_column *push(struct resolver *r, struct resolve_columns *columns)
{
    struct resolve_column *column = NULL;
    if (columns != NULL && resolve_spend(r, 4)) {
        column = arena_push(r->arena, &columns->items, &columns->count, &columns->capacity,
                            sizeof(*columns->items));
        r->status = column == NULL ? ERR_NOMEM : r->status;
    }
    return column;
}

void columns_add(struct resolver *r, struct resolve_columns *columns, struct str name,
                 const struct sql_flow *flow)
{
    struct resolve_column *column = push(r, columns);
    if (column != NULL) {
        column->name = name;
        column->key = resolve_column_key(r, name);
        column->flow = flow;
    }
}

void columns_add_star(struct resolver *r, struct resolve_columns *columns,
                      struct resolve_columns *behind)
{
    const struct sql_flow *flow = NULL;
    (void)columns_find_open(r, behind, STR("*"), STR("*"), &flow);
    struct resolve_column *column = push(r, columns);
    if (column == NULL) {
        return;
    }
    column->name = STR("*");
    column->flow = flow;
    column->is_star = true;
    struct resolve_columns **slot =
        arena_push(r->arena, &columns->through, &columns->through_count,
                   &columns->through_capacity, sizeof(struct resolve_columns *));
    if (slot == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    *slot = behind;
    columns->is_open = true;
}

/* Puts the columns that are not yet in the index there; the first of a name wins. */
static void index_columns(struct resolver *r, struct resolve_columns *columns)
{
    if (columns->indexed == 0) {
        map_init(&columns->index);
        columns->next_indexed = r->indexed;
        r->indexed = columns;
    }
    for (; columns->indexed < columns->count; columns->indexed++) {
        struct str key = columns->items[columns->indexed].key;
        union map_value value = {.number = (int64_t)columns->indexed};
        if (str_is_null(key) || map_has(&columns->index, key)) {
            continue;
        }
        if (map_put(&columns->index, key, value) != OK) {
            r->status = ERR_NOMEM;
            return;
        }
    }
}

static struct resolve_column *find_own(struct resolver *r, struct resolve_columns *columns,
                                       struct str key)
{
    if (columns->count > FEW_COLUMNS) {
        if (columns->indexed < columns->count) {
            index_columns(r, columns);
        }
        const union map_value *value = map_get(&columns->index, key);
        return value != NULL ? &columns->items[value->number] : NULL;
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (str_eq(columns->items[i].key, key)) {
            return &columns->items[i];
        }
    }
    return NULL;
}

bool columns_find(struct resolver *r, struct resolve_columns *columns, struct str key,
                  const struct sql_flow **flow)
{
    while (columns != NULL && resolve_spend(r, 1)) {
        const struct resolve_column *column =
            columns->is_base ? NULL : find_own(r, columns, key);
        if (column != NULL) {
            *flow = column->flow;
            return true;
        }
        columns = columns->through_count == 1 ? columns->through[0] : NULL;
    }
    return false;
}

/* A column of a table whose columns are not known: what is asked for is there. */
static const struct sql_flow *guess(struct resolver *r, struct resolve_columns *columns,
                                    struct str key, struct str name)
{
    const struct resolve_column *known = find_own(r, columns, key);
    if (known != NULL) {
        return known->flow;
    }
    const struct sql_origin origin = {.table = columns->table, .column = name};
    columns_add(r, columns, name, flow_one(r, &origin));
    known = find_own(r, columns, key);
    return known != NULL ? known->flow : NULL;
}

static bool find_deep(struct resolver *r, struct resolve_columns *columns, struct str key,
                      struct str name, const struct sql_flow **flow, unsigned depth);

/* In each of several: all of them in a union, else the only one that can have it. */
static bool find_through(struct resolver *r, struct resolve_columns *columns, struct str key,
                         struct str name, const struct sql_flow **flow, unsigned depth)
{
    bool is_found = false;
    size_t open_count = 0;
    struct resolve_columns *open = NULL;
    if (depth >= MAX_UNION_DEPTH) {
        return false;
    }
    for (size_t i = 0; i < columns->through_count && resolve_spend(r, 1); i++) {
        const struct sql_flow *one = NULL;
        struct resolve_columns *behind = columns->through[i];
        if (columns->is_union || str_is(key, "*")) {
            is_found = find_deep(r, behind, key, name, &one, depth + 1) || is_found;
            *flow = flow_union(r, *flow, one);
        } else if (columns_find(r, behind, key, flow)) {
            return true;
        } else if (behind->is_open) {
            open_count++;
            open = behind;
        }
    }
    return is_found || (open_count == 1 && find_deep(r, open, key, name, flow, depth + 1));
}

static bool find_deep(struct resolver *r, struct resolve_columns *columns, struct str key,
                      struct str name, const struct sql_flow **flow, unsigned depth)
{
    *flow = NULL;
    while (columns != NULL && resolve_spend(r, 1)) {
        const struct resolve_column *own = columns->is_base ? NULL : find_own(r, columns, key);
        if (own != NULL) {
            *flow = own->flow;
            return true;
        }
        if (columns->is_base && columns->is_open) {
            *flow = guess(r, columns, key, name);
            return true;
        }
        if (columns->through_count > 1 || columns->is_union) {
            return find_through(r, columns, key, name, flow, depth);
        }
        if (columns->through_count == 0 && columns->has_any) {
            *flow = columns->any;
            return true;
        }
        columns = columns->through_count == 1 ? columns->through[0] : NULL;
    }
    return false;
}

bool columns_find_open(struct resolver *r, struct resolve_columns *columns, struct str key,
                       struct str name, const struct sql_flow **flow)
{
    return find_deep(r, columns, key, name, flow, 0);
}

void columns_flow_all(struct resolver *r, uint64_t stamp, struct resolve_columns *columns)
{
    const struct sql_flow *flow = NULL;
    if (columns->is_base && columns_find_open(r, columns, STR("*"), STR("*"), &flow)) {
        flow_add(r, stamp, flow);
        return;
    }
    for (size_t i = 0; i < columns->count; i++) {
        flow_add(r, stamp, columns->items[i].flow);
    }
    flow_add(r, stamp, columns->any);
}

const struct sql_flow *columns_flow(struct resolver *r, struct resolve_columns *columns)
{
    if (columns == NULL) {
        return NULL;
    }
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    columns_flow_all(r, stamp, columns);
    return flow_finish(r, base);
}

struct resolve_columns **columns_slot(struct resolver *r, size_t table)
{
    while (r->table_columns_count <= table) {
        struct resolve_columns **slot =
            arena_push(r->arena, &r->table_columns, &r->table_columns_count,
                       &r->table_columns_capacity, sizeof(struct resolve_columns *));
        if (slot == NULL) {
            r->status = ERR_NOMEM;
            return NULL;
        }
    }
    return &r->table_columns[table];
}

struct resolve_columns *columns_of_table(struct resolver *r, const struct sql_name *name,
                                         size_t table)
{
    const struct str *names;
    size_t count;
    struct resolve_columns **slot = columns_slot(r, table);
    if (slot == NULL) {
        return NULL;
    }
    if (*slot != NULL) {
        return *slot;
    }
    struct resolve_columns *columns = columns_new(r);
    *slot = columns;
    if (columns == NULL) {
        return NULL;
    }
    columns->table = table;
    if (r->options->schema == NULL ||
        !r->options->schema(r->options->schema_ctx, name, &names, &count)) {
        columns->is_base = true;
        columns->is_open = true;
        return columns;
    }
    columns->is_table = true;
    for (size_t i = 0; i < count; i++) {
        const struct sql_origin origin = {.table = table, .column = names[i]};
        columns_add(r, columns, names[i], flow_one(r, &origin));
    }
    return columns;
}
