/* PIVOT, UNPIVOT and MATCH_RECOGNIZE: which columns stay, and which take the others' place. */
#include "sql/resolve.h"

static bool has_word(struct resolver *r, const struct sql_word *words, struct str name)
{
    while (words != NULL && resolve_spend(r, 1) && !str_eq_nocase(words->part.text, name)) {
        words = words->next;
    }
    return words != NULL;
}

/* GROUP BY a, b: these and no others. */
static void keep_named(struct resolver *r, const struct sql_word *words,
                       struct resolve_columns *columns, struct resolve_columns *out)
{
    for (; words != NULL && r->status == OK; words = words->next) {
        const struct sql_flow *flow;
        struct str name = resolve_column_name(r, &words->part);
        (void)columns_find_open(r, columns, resolve_column_key(r, words->part.text), name,
                                &flow);
        columns_add(r, out, name, flow);
    }
}

/* UNPIVOT t ON COLUMNS (* EXCLUDE (a)): what the star stands for is gathered too. */
static bool is_gathered(struct resolver *r, const struct sql_pivot *pivot, struct str key)
{
    const struct sql_flow *flow;
    for (const struct sql_item *item = pivot->items; item != NULL; item = item->next) {
        for (const struct sql_use *use = item->uses; use != NULL && resolve_spend(r, 1);
             use = use->next) {
            if (use->kind == SQL_USE_STAR && use->columns != NULL &&
                columns_find(r, use->columns, key, &flow)) {
                return true;
            }
        }
    }
    return false;
}

static void keep_others(struct resolver *r, const struct sql_pivot *pivot,
                        const struct resolve_columns *columns, struct resolve_columns *out)
{
    for (size_t i = 0; i < columns->count && !columns->is_base; i++) {
        if (!has_word(r, pivot->gone, columns->items[i].name) &&
            !is_gathered(r, pivot, columns->items[i].key)) {
            columns_add(r, out, columns->items[i].name, columns->items[i].flow);
        }
    }
}

static const struct sql_flow *flow_of_items(struct resolver *r, const struct sql_item *items)
{
    size_t base = flow_begin(r);
    uint64_t stamp = r->stamp;
    for (; items != NULL; items = items->next) {
        flow_add(r, stamp, items->flow);
    }
    return flow_finish(r, base);
}

/* One of source's pivots; columns: of what stands before it. */
static struct resolve_columns *apply(struct resolver *r, struct sql_pivot *pivot,
                                     const struct sql_source *source,
                                     struct resolve_columns *columns)
{
    struct resolve_scope scope = {0};
    struct resolve_columns *out = columns_new(r);
    struct str key = STR_NULL;
    if (!str_is_null(pivot->alias.text)) {
        key = resolve_part_key(r, &pivot->alias);
    } else if (source->kind == SQL_SOURCE_TABLE) {
        key = resolve_part_key(r, &source->name.parts[source->name.count - 1]);
    }
    columns = resolve_rename(r, columns, pivot->columns);
    if (columns == NULL || out == NULL || scope_add(r, &scope, key, columns) == NULL) {
        return NULL;
    }
    for (struct sql_item *item = pivot->items; item != NULL; item = item->next) {
        item->flow = resolve_uses(r, item->uses, &scope);
    }
    if (pivot->kept != NULL) {
        keep_named(r, pivot->kept, columns, out);
    } else {
        keep_others(r, pivot, columns, out);
    }
    for (const struct sql_made *made = pivot->made; made != NULL; made = made->next) {
        columns_add(r, out, resolve_column_name(r, &made->name),
                    made->item != NULL ? made->item->flow : NULL);
    }
    struct resolve_columns *others = pivot->is_partial ? columns_new(r) : NULL;
    if (pivot->kept == NULL && (columns->is_base || columns->is_open)) {
        columns_add_star(r, out, columns);
    } else if (others != NULL) { /* columns that the data decides on */
        others->has_any = true;
        others->any = flow_of_items(r, pivot->items);
        columns_add_star(r, out, others);
    }
    scope_free(&scope);
    return out;
}

struct resolve_columns *resolve_pivots(struct resolver *r, const struct sql_source *source,
                                       struct resolve_columns *columns)
{
    for (struct sql_pivot *pivot = source->pivots; pivot != NULL && columns != NULL;
         pivot = pivot->next) {
        columns = apply(r, pivot, source, columns);
    }
    return columns;
}
