/* Queries: WITH names, select lists, set operations. */
#include "sql/resolve.h"

/* ---- uses ---- */

/* x IN name: a table, unless the name is that of something nearer. */
static void resolve_in_name(struct resolver *r, struct sql_use *use,
                            struct resolve_scope *scope)
{
    const struct sql_flow *flow;
    const struct resolve_cte *cte = resolve_find_cte(r, &use->name);
    if (cte != NULL) {
        use->flow = columns_flow(r, cte->columns);
        return;
    }
    struct str key = resolve_part_key(r, &use->name.parts[0]);
    struct str column_key = resolve_column_key(r, use->name.parts[0].text);
    bool is_known =
        scope_find_outer(r, scope, key) != NULL ||
        (use->name.count == 1 && scope_find_value(r, scope, use->name.parts[0].text) != NULL);
    for (struct resolve_scope *s = scope; s != NULL && !is_known; s = s->parent) {
        is_known = use->name.count == 1 && columns_find(r, s->aliases, column_key, &flow);
        for (size_t i = 0; i < s->count && !is_known && use->name.count == 1; i++) {
            is_known = columns_find(r, s->relations[i].columns, column_key, &flow);
        }
    }
    if (is_known) {
        use->kind = SQL_USE_COLUMN;
    } else {
        resolve_read(r, resolve_table(r, &use->name), use->name.offset);
    }
}

void resolve_use_queries(struct resolver *r, struct sql_use *uses, struct resolve_scope *scope)
{
    for (struct sql_use *use = uses; use != NULL && r->status == OK; use = use->next) {
        if (use->kind == SQL_USE_QUERY && r->quiet == 0) {
            use->flow = columns_flow(r, resolve_query(r, use->query, scope, NULL, NULL));
        } else if (use->kind == SQL_USE_QUERY || use->kind == SQL_USE_EXISTS) {
            r->quiet++;
            (void)resolve_query(r, use->query, scope, NULL, NULL);
            r->quiet--;
        } else if (use->kind == SQL_USE_STAR && r->quiet == 0) {
            use->columns = columns_new(r);
            if (use->columns != NULL) {
                resolve_star(r, use->star, scope, use->columns);
                use->flow = columns_flow(r, use->columns);
            }
        } else if (use->kind == SQL_USE_IN_NAME) {
            resolve_in_name(r, use, scope);
        } else if (use->kind == SQL_USE_TABLE && resolve_find_cte(r, &use->name) == NULL) {
            resolve_read(r, resolve_table(r, &use->name), use->name.offset);
        }
    }
}

/* TABLE t, t.*, * as an argument: all columns. */
static void add_row(struct resolver *r, uint64_t stamp, const struct sql_use *use,
                    struct resolve_scope *scope)
{
    if (use->kind == SQL_USE_TABLE) {
        const struct resolve_cte *cte = resolve_find_cte(r, &use->name);
        size_t table = cte == NULL ? resolve_table(r, &use->name) : SIZE_MAX;
        struct resolve_columns *columns =
            table != SIZE_MAX ? columns_of_table(r, &use->name, table) : NULL;
        columns = cte != NULL ? cte->columns : columns;
        if (columns != NULL) {
            columns_flow_all(r, stamp, columns);
        }
        return;
    }
    if (use->name.count == 0) {
        for (size_t i = 0; i < scope->count; i++) {
            columns_flow_all(r, stamp, scope->relations[i].columns);
        }
        return;
    }
    struct str key = resolve_part_key(r, &use->name.parts[use->name.count - 1]);
    const struct resolve_relation *relation = scope_find_outer(r, scope, key);
    const struct sql_flow *flow;
    if (relation != NULL) {
        columns_flow_all(r, stamp, relation->columns);
    } else if (scope_resolve(r, scope, &use->name, &flow)) {
        flow_add(r, stamp, flow);
    }
}

static struct sql_use *find_window(struct resolver *r, const struct resolve_scope *scope,
                                   const struct sql_name *name)
{
    const struct sql_window *window = scope->select != NULL ? scope->select->windows : NULL;
    while (window != NULL && resolve_spend(r, 1) &&
           !str_eq_nocase(window->name.text, name->parts[0].text)) {
        window = window->next;
    }
    return window != NULL ? window->uses : NULL;
}

/* Those up to the one whose link is end; NULL: all. */
static void add_uses(struct resolver *r, uint64_t stamp, const struct sql_use *uses,
                     struct sql_use *const *end, struct resolve_scope *scope, unsigned depth)
{
    const struct sql_flow *flow;
    for (const struct sql_use *use = uses; use != NULL && resolve_spend(r, 1);
         use = &use->next != end ? use->next : NULL) {
        switch (use->kind) {
        case SQL_USE_COLUMN:
            if (scope_resolve(r, scope, &use->name, &flow)) {
                flow_add(r, stamp, flow);
            }
            break;
        case SQL_USE_QUERY:
        case SQL_USE_IN_NAME:
        case SQL_USE_STAR:
            flow_add(r, stamp, use->flow);
            break;
        case SQL_USE_WINDOW:
            if (depth < 8) { /* windows that refer to windows */
                add_uses(r, stamp, find_window(r, scope, &use->name), NULL, scope, depth + 1);
            }
            break;
        case SQL_USE_ROW:
        case SQL_USE_TABLE:
            add_row(r, stamp, use, scope);
            break;
        case SQL_USE_EXISTS:
            break;
        }
    }
}

static const struct sql_flow *flow_up_to(struct resolver *r, const struct sql_use *uses,
                                         struct sql_use *const *end,
                                         struct resolve_scope *scope)
{
    if (uses == NULL || r->quiet > 0) {
        return NULL;
    }
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    add_uses(r, stamp, uses, end, scope, 0);
    return flow_finish(r, base);
}

const struct sql_flow *resolve_flow(struct resolver *r, const struct sql_use *uses,
                                    struct resolve_scope *scope)
{
    return flow_up_to(r, uses, NULL, scope);
}

const struct sql_flow *resolve_uses(struct resolver *r, struct sql_use *uses,
                                    struct resolve_scope *scope)
{
    resolve_use_queries(r, uses, scope);
    return resolve_flow(r, uses, scope);
}

/* SELECT * FROM one thing, unchanged: its columns, not a copy of them. */
static struct resolve_columns *shared_columns(const struct sql_select *select,
                                              const struct resolve_scope *scope)
{
    const struct sql_item *item = select->items;
    bool is_plain = item != NULL && item->next == NULL && item->is_star &&
                    item->except == NULL && item->replace == NULL && item->rename == NULL &&
                    item->qualifier.count == 0 && !item->is_choice && item->patterns == NULL &&
                    item->only == NULL;
    return is_plain && scope->count == 1 && !scope->relations[0].is_hidden &&
                   scope->relations[0].columns != NULL && !scope->relations[0].columns->is_base
               ? scope->relations[0].columns
               : NULL;
}

/* ---- select lists ---- */

/* f (COLUMNS (...)) makes a column of each: NULL when there is no such thing among uses. */
static struct sql_use *find_each(struct sql_use *uses)
{
    while (uses != NULL && (uses->kind != SQL_USE_STAR || uses->star->is_unpacked)) {
        uses = uses->next;
    }
    return uses;
}

/* Each column of the first star, with those at its place in others. */
static void resolve_each(struct resolver *r, struct sql_item *item, struct sql_use *each,
                         struct resolve_scope *scope, struct resolve_columns *out)
{
    const struct resolve_columns *columns = each->columns;
    bool is_named = !sql_has(r->rules, SQL_TRAIT_NAME_LISTS);
    bool is_template = str_find(item->alias.text, '\\') != SIZE_MAX; /* AS 'x_\1' */
    for (size_t i = 0; columns != NULL && i < columns->count && r->status == OK; i++) {
        struct str name = resolve_column_name(r, &item->alias);
        for (struct sql_use *use = each; use != NULL; use = find_each(use->next)) {
            const struct resolve_columns *others = use->columns;
            use->flow = others != NULL && i < others->count ? others->items[i].flow : NULL;
        }
        if (str_is_null(name) && is_named) {
            name = columns->items[i].name;
        }
        name = is_template ? STR_NULL : name;
        columns_add(r, out, name, resolve_flow(r, item->uses, scope));
    }
}

void resolve_item(struct resolver *r, struct sql_item *item, struct resolve_scope *scope,
                  struct resolve_columns *out)
{
    if (item->is_star) {
        for (struct sql_item *replace = item->replace; replace != NULL;
             replace = replace->next) {
            resolve_use_queries(r, r->quiet > 0 ? replace->uses : NULL, scope);
        }
        resolve_use_queries(r, item->uses, scope);
        if (r->quiet == 0) {
            resolve_star(r, item, scope, out);
        }
        return;
    }
    const struct sql_flow *flow = resolve_uses(r, item->uses, scope);
    struct sql_use *each = find_each(item->uses);
    if (r->quiet > 0) {
        return;
    }
    if (each != NULL && each->columns != NULL) {
        resolve_each(r, item, each, scope, out);
        return;
    }
    struct str name = resolve_column_name(r, &item->alias);
    if (str_is_null(name) && item->is_column) {
        name = resolve_column_name(r, &item->uses->name.parts[item->uses->name.count - 1]);
    }
    for (const struct sql_word *word = item->aliases; word != NULL; word = word->next) {
        columns_add(r, out, resolve_column_name(r, &word->part), flow);
    }
    if (item->aliases == NULL) {
        columns_add(r, out, name, flow);
    }
    if (!str_is_null(item->alias.text)) {
        scope_add_alias(r, scope, item->alias.text, flow);
    }
    for (const struct sql_item *inner = item->inner; inner != NULL && resolve_spend(r, 1);
         inner = inner->next) {
        scope_add_alias(r, scope, inner->alias.text,
                        flow_up_to(r, inner->uses, inner->uses_end, scope));
    }
}

static struct resolve_columns *resolve_select(struct resolver *r, struct sql_select *select,
                                              struct resolve_scope *parent)
{
    struct resolve_scope scope = {.parent = parent, .select = select};
    struct resolve_columns *out = columns_new(r);
    if (out == NULL) {
        return NULL;
    }
    resolve_sources(r, select->sources, &scope);
    for (const struct sql_window *w = select->windows; w != NULL; w = w->next) {
        resolve_use_queries(r, w->uses, &scope);
    }
    struct resolve_columns *shared = r->quiet == 0 ? shared_columns(select, &scope) : NULL;
    if (shared != NULL) {
        out = shared;
    } else {
        for (struct sql_item *item = select->items; item != NULL && r->status == OK;
             item = item->next) {
            resolve_item(r, item, &scope, out);
        }
    }
    r->quiet++;
    resolve_use_queries(r, select->quiet, &scope);
    r->quiet--;
    scope_free(&scope);
    return out;
}

/* ---- set operations ---- */

struct operands {
    struct resolve_columns **items;
    size_t count;
    size_t capacity;
};

/* UNION BY NAME: the columns that the first has not, from the first that has them. */
static void add_named_others(struct resolver *r, const struct operands *operands,
                             struct resolve_columns *out)
{
    const struct sql_flow *flow;
    for (size_t k = 1; k < operands->count && r->status == OK; k++) {
        const struct resolve_columns *one = operands->items[k];
        for (size_t i = 0; i < one->count && resolve_spend(r, 1); i++) {
            const struct resolve_column *column = &one->items[i];
            if (column->is_star || str_is_null(column->key) ||
                columns_find(r, out, column->key, &flow)) {
                continue;
            }
            flow = column->flow;
            for (size_t n = k + 1; n < operands->count; n++) {
                const struct sql_flow *more;
                if (columns_find(r, operands->items[n], column->key, &more)) {
                    flow = flow_union(r, flow, more);
                }
            }
            columns_add(r, out, column->name, flow);
        }
    }
}

/* Each column of the first with those at its place (or of its name) in the others. */
static struct resolve_columns *unite(struct resolver *r, const struct operands *operands,
                                     const struct sql_select *selects)
{
    struct resolve_columns *out = columns_new(r);
    struct resolve_columns *first = operands->items[0];
    bool is_by_name = selects->next != NULL && selects->next->is_by_name;
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < first->count && r->status == OK; i++) {
        size_t base = flow_begin(r);
        uint64_t stamp = r->stamp;
        const struct sql_flow *flow;
        for (size_t k = 0; k < operands->count; k++) {
            struct resolve_columns *one = operands->items[k];
            if (!is_by_name && i < one->count) {
                flow_add(r, stamp, one->items[i].flow);
            } else if (is_by_name && columns_find(r, one, first->items[i].key, &flow)) {
                flow_add(r, stamp, flow);
            }
        }
        columns_add(r, out, first->items[i].name, flow_finish(r, base));
        if (out->count > 0) {
            out->items[out->count - 1].is_star = first->items[i].is_star;
        }
    }
    if (is_by_name && !selects->next->adds_none) {
        add_named_others(r, operands, out);
    }
    for (size_t k = 0; k < operands->count; k++) {
        struct resolve_columns **slot =
            operands->items[k]->is_open || operands->items[k]->is_base
                ? arena_push(r->arena, &out->through, &out->through_count,
                             &out->through_capacity, sizeof(struct resolve_columns *))
                : NULL;
        if (slot != NULL) {
            *slot = operands->items[k];
            out->is_open = true;
            out->is_union = true;
        }
    }
    return out;
}

/* Names the columns of a recursive query after those of its first part. */
static void name_self(struct resolver *r, struct resolve_columns *self,
                      struct resolve_columns *first, const struct sql_word *names)
{
    struct resolve_columns *named = resolve_rename(r, first, names);
    if (named == NULL || self->count > 0) {
        return;
    }
    for (size_t i = 0; i < named->count; i++) {
        const struct sql_origin origin = {.self = self, .self_index = i};
        columns_add(r, self, named->items[i].name, flow_one(r, &origin));
    }
}

static struct resolve_columns *resolve_operands(struct resolver *r, struct sql_query *query,
                                                struct resolve_scope *parent,
                                                struct resolve_columns *self,
                                                const struct sql_word *names)
{
    struct operands operands = {0};
    for (struct sql_select *select = query->selects; select != NULL && r->status == OK;
         select = select->next) {
        struct resolve_columns *columns =
            select->nested != NULL ? resolve_query(r, select->nested, parent, self, names)
                                   : resolve_select(r, select, parent);
        struct resolve_columns **slot =
            arena_push(r->arena, &operands.items, &operands.count, &operands.capacity,
                       sizeof(struct resolve_columns *));
        if (slot == NULL || columns == NULL) {
            r->status = r->status == OK && slot == NULL ? ERR_NOMEM : r->status;
            return columns_new(r);
        }
        *slot = columns;
        if (self != NULL && operands.count == 1 && r->quiet == 0) {
            name_self(r, self, columns, names);
        }
    }
    if (operands.count == 0 || r->status != OK) {
        return columns_new(r);
    }
    return operands.count == 1 ? operands.items[0] : unite(r, &operands, query->selects);
}

struct resolve_columns *resolve_query(struct resolver *r, struct sql_query *query,
                                      struct resolve_scope *parent,
                                      struct resolve_columns *self,
                                      const struct sql_word *names)
{
    struct resolve_scope scope = {.parent = parent,
                                  .values = query != NULL ? query->ctes : NULL};
    if (query == NULL) {
        return columns_new(r);
    }
    resolve_ctes(r, query->ctes, query->is_recursive, &scope);
    struct resolve_columns *columns =
        resolve_operands(r, query, query->ctes != NULL ? &scope : parent, self, names);
    resolve_unbind(r, query->ctes);
    scope_free(&scope);
    return columns;
}
