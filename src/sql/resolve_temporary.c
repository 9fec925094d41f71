/*
 * Temporary tables: what a statement puts there is known to those behind it in the same text.
 * Their columns go on to where they come from, as those of a WITH query do.
 */
#include "sql/resolve.h"

#include <string.h>

/* A copy that can be changed. */
static struct resolve_columns *copy_columns(struct resolver *r, struct resolve_columns *columns)
{
    struct resolve_columns *copy = columns_new(r);
    if (copy == NULL) {
        return NULL;
    }
    if (columns->is_base) {
        columns_add_star(r, copy, columns);
        return copy;
    }
    for (size_t i = 0; i < columns->count && !columns->items[i].is_star; i++) {
        columns_add(r, copy, columns->items[i].name, columns->items[i].flow);
    }
    if (copy->count < columns->count || columns->is_open || columns->has_any) {
        columns_add_star(r, copy, columns);
    }
    return copy;
}

/* Those of CREATE TABLE t (a int, b text), with nothing in them yet. */
static struct resolve_columns *empty_columns(struct resolver *r, const struct sql_word *words)
{
    struct resolve_columns *columns = columns_new(r);
    for (; words != NULL && columns != NULL; words = words->next) {
        columns_add(r, columns, resolve_column_name(r, &words->part), NULL);
    }
    return columns;
}

/* The column that the value at place goes into. */
static struct resolve_column *find_target(struct resolver *r, struct resolve_columns *columns,
                                          struct str key, size_t place)
{
    if (str_is_null(key)) {
        return place < columns->count ? &columns->items[place] : NULL;
    }
    for (size_t i = 0; i < columns->count && resolve_spend(r, 1); i++) {
        if (str_eq(columns->items[i].key, key)) {
            return &columns->items[i];
        }
    }
    return NULL;
}

/*
 * INSERT INTO t (words), or an UPDATE: each column also comes from what is put there. False:
 * who knows from what.
 */
static bool add_rows(struct resolver *r, struct resolve_columns *columns,
                     const struct sql_word *words, bool is_by_name,
                     const struct resolve_columns *rows)
{
    bool has_words = words != NULL;
    if (columns->is_open || rows->is_open || rows->is_base || rows->has_any) {
        return false;
    }
    for (size_t i = 0; i < rows->count && r->status == OK; i++) {
        struct str key = is_by_name ? rows->items[i].key : STR_NULL;
        if (has_words && words == NULL) {
            return false;
        }
        if (has_words) {
            key = resolve_column_key(r, words->part.text);
            words = words->next;
        }
        struct resolve_column *column = find_target(r, columns, key, i);
        if (column == NULL) {
            return false;
        }
        column->flow = flow_union(r, column->flow, rows->items[i].flow);
    }
    return true;
}

void resolve_keep_temporary(struct resolver *r, const struct sql_statement *statement,
                            struct resolve_columns *rows)
{
    const struct sql_target *target = statement->targets;
    if (target == NULL || target->next != NULL || r->quiet > 0 || r->status != OK) {
        return;
    }
    size_t table = resolve_table(r, &target->name);
    struct resolve_columns **slot = table != SIZE_MAX ? columns_slot(r, table) : NULL;
    if (slot == NULL) {
        return;
    }
    bool is_kept = *slot != NULL && (*slot)->is_temporary;
    if (is_kept && !target->is_created) {
        bool is_by_name = statement->query == NULL; /* UPDATE or MERGE */
        bool is_known = rows == NULL || add_rows(r, *slot, target->columns, is_by_name, rows);
        *slot = is_known ? *slot : NULL;
    } else if (target->is_temporary && target->is_created) {
        struct resolve_columns *made = NULL;
        if (rows != NULL) {
            made = resolve_rename(r, copy_columns(r, rows), target->columns);
        } else if (target->columns != NULL) {
            made = empty_columns(r, target->columns);
        }
        if (made != NULL) {
            made->is_temporary = true;
        }
        *slot = made;
    }
}
