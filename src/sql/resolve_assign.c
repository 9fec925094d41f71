/* What UPDATE and MERGE put into the columns of their target. */
#include "sql/resolve.h"

/* The target under its name or alias, unless FROM has it already. */
static void add_target(struct resolver *r, const struct sql_target *target,
                       struct resolve_scope *scope)
{
    const struct sql_part *last = &target->name.parts[target->name.count - 1];
    bool has_alias = !str_is_null(target->alias.text);
    struct str key = resolve_part_key(r, has_alias ? &target->alias : last);
    size_t table = resolve_table(r, &target->name);
    if (table == SIZE_MAX || scope_find(r, scope, key) != NULL) {
        return;
    }
    struct resolve_columns *columns = columns_of_table(r, &target->name, table);
    struct resolve_relation *relation = scope_add(r, scope, key, columns);
    if (relation != NULL && !has_alias) {
        relation->name = &target->name;
    }
}

/* The column of that name in out, added when it is new. */
static struct resolve_column *find_column(struct resolver *r, struct resolve_columns *out,
                                          const struct sql_part *name)
{
    struct str key = resolve_column_key(r, name->text);
    for (size_t i = 0; i < out->count && resolve_spend(r, 1); i++) {
        if (str_eq(out->items[i].key, key)) {
            return &out->items[i];
        }
    }
    size_t count = out->count;
    columns_add(r, out, resolve_column_name(r, name), NULL);
    return out->count > count ? &out->items[count] : NULL;
}

static void assign(struct resolver *r, struct sql_item *items, struct resolve_scope *scope,
                   struct resolve_columns *out)
{
    bool has_all = false;
    for (struct sql_item *item = items; item != NULL && r->status == OK; item = item->next) {
        if (item->is_star && !has_all) {
            resolve_item(r, item, scope, out);
            has_all = true;
        }
        if (item->is_star) {
            continue;
        }
        const struct sql_flow *flow = resolve_uses(r, item->uses, scope);
        struct resolve_column *column = r->quiet == 0 && !str_is_null(item->alias.text)
                                            ? find_column(r, out, &item->alias)
                                            : NULL;
        if (column != NULL) {
            column->flow = flow_union(r, column->flow, flow);
        }
    }
}

struct resolve_columns *resolve_assignments(struct resolver *r,
                                            const struct sql_statement *statement,
                                            struct resolve_scope *scope)
{
    struct resolve_columns *out = columns_new(r);
    if (out == NULL) {
        return NULL;
    }
    assign(r, statement->inserts, scope, out);
    if (statement->targets != NULL && r->quiet == 0) {
        add_target(r, statement->targets, scope);
    }
    assign(r, statement->sets, scope, out);
    return out;
}
