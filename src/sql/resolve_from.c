/* FROM: tables, WITH names, arrays of other sources, functions, queries; USING. */
#include "sql/resolve.h"

struct resolve_columns *resolve_rename(struct resolver *r, struct resolve_columns *columns,
                                       const struct sql_word *names)
{
    if (names == NULL || columns == NULL) {
        return columns;
    }
    struct resolve_columns *out = columns_new(r);
    if (out == NULL) {
        return NULL;
    }
    size_t i = 0;
    for (; names != NULL && i < columns->count && !columns->items[i].is_star; i++) {
        columns_add(r, out, resolve_column_name(r, &names->part), columns->items[i].flow);
        names = names->next;
    }
    const struct sql_flow *rest = NULL;
    if (names != NULL && (columns->is_open || columns->has_any || columns->is_base)) {
        (void)columns_find_open(r, columns, STR("*"), STR("*"), &rest);
    }
    for (; names != NULL; names = names->next) {
        columns_add(r, out, resolve_column_name(r, &names->part),
                    rest); /* some column behind a star */
    }
    for (; i < columns->count && !columns->is_base; i++) {
        columns_add(r, out, columns->items[i].name, columns->items[i].flow);
    }
    return out;
}

/* ---- functions ---- */

/* The columns of table functions that are not those of their alias. */
static const struct {
    const char *function;
    const char *columns[7];
} known_functions[] = {
    {"flatten", {"seq", "key", "path", "index", "value", "this"}},
    {"json_each", {"key", "value"}},
    {"jsonb_each", {"key", "value"}},
    {"json_each_text", {"key", "value"}},
    {"jsonb_each_text", {"key", "value"}},
    {"openjson", {"key", "value", "type"}},
    {"string_split", {"value", "ordinal"}},
    {"split_to_table", {"seq", "index", "value"}},
    {"explode", {"col", "key", "value"}},
    {"explode_outer", {"col", "key", "value"}},
    {"posexplode", {"pos", "col", "key", "value"}},
    {"posexplode_outer", {"pos", "col", "key", "value"}},
};

static void add_function_columns(struct resolver *r, const struct sql_source *source,
                                 struct resolve_columns *columns)
{
    const struct sql_name *name = &source->name;
    for (const struct sql_word *word = source->columns; word != NULL; word = word->next) {
        columns_add(r, columns, resolve_column_name(r, &word->part), columns->any);
    }
    for (size_t i = 0; source->columns == NULL && name->count > 0 &&
                       i < sizeof(known_functions) / sizeof(known_functions[0]);
         i++) {
        const char *const *known = known_functions[i].columns;
        if (!str_eq_nocase(name->parts[name->count - 1].text,
                           str_from(known_functions[i].function))) {
            continue;
        }
        for (size_t k = 0; known[k] != NULL; k++) {
            columns_add(r, columns, str_from(known[k]), columns->any);
        }
    }
    if (columns->count == 0 && !str_is_null(source->alias.text)) {
        columns_add(r, columns, resolve_column_name(r, &source->alias), columns->any);
    } else if (columns->count == 0 && name->count > 0) {
        columns_add(r, columns, resolve_column_name(r, &name->parts[name->count - 1]),
                    columns->any);
    }
    if (!str_is_null(source->offset.text)) {
        columns_add(r, columns, resolve_column_name(r, &source->offset), columns->any);
    }
}

/* A function, or an array: every column of it comes from all that goes in. */
static struct resolve_columns *resolve_function(struct resolver *r, struct sql_source *source,
                                                const struct sql_flow *flow)
{
    struct resolve_columns *columns = columns_new(r);
    if (columns != NULL && r->quiet == 0) {
        columns->has_any = true;
        columns->any = flow;
        columns->is_element = !str_is_null(source->alias.text);
        add_function_columns(r, source, columns);
    }
    return columns;
}

/* ---- tables ---- */

/* FROM t, t.array: the first part is a source, or a column of one, of this or an outer FROM. */
static bool is_column_table(struct resolver *r, const struct sql_source *source,
                            struct resolve_scope *scope)
{
    const struct sql_name *name = &source->name;
    return name->count > 1 && sql_has(r->rules, SQL_TRAIT_COLUMN_TABLES) &&
           scope_find_outer(r, scope, resolve_part_key(r, &name->parts[0])) != NULL;
}

static struct resolve_columns *resolve_named(struct resolver *r, struct sql_source *source,
                                             struct resolve_scope *scope)
{
    const struct resolve_cte *cte = resolve_find_cte(r, &source->name);
    const struct sql_flow *flow = NULL;
    if (cte != NULL) {
        return cte->columns;
    }
    if (is_column_table(r, source, scope)) {
        if (r->quiet == 0) {
            (void)scope_resolve(r, scope, &source->name, &flow);
        }
        return resolve_function(r, source, flow);
    }
    size_t table = resolve_table(r, &source->name);
    if (table == SIZE_MAX) {
        return NULL;
    }
    if (!source->is_written) {
        resolve_read(r, table, source->name.offset);
    }
    return r->quiet == 0 ? columns_of_table(r, &source->name, table) : NULL;
}

/* ---- one source after the other ---- */

/* The name that a source goes by: its alias, else the last part of its own. */
static struct str source_key(struct resolver *r, const struct sql_source *source)
{
    if (!str_is_null(source->alias.text)) {
        return resolve_part_key(r, &source->alias);
    }
    if (source->kind == SQL_SOURCE_QUERY || source->kind == SQL_SOURCE_GROUP ||
        source->name.count == 0) {
        return STR_NULL;
    }
    return resolve_part_key(r, &source->name.parts[source->name.count - 1]);
}

static struct resolve_columns *resolve_columns_of(struct resolver *r, struct sql_source *source,
                                                  struct resolve_scope *scope)
{
    struct resolve_columns *columns = NULL;
    switch (source->kind) {
    case SQL_SOURCE_TABLE:
        columns = resolve_named(r, source, scope);
        break;
    case SQL_SOURCE_QUERY:
        columns = resolve_query(r, source->query, scope, NULL, NULL);
        break;
    case SQL_SOURCE_FUNCTION:
        return resolve_function(r, source, resolve_uses(r, source->uses, scope));
    case SQL_SOURCE_GROUP:
        break;
    }
    if (r->quiet > 0) {
        return columns;
    }
    columns = resolve_pivots(r, source, columns);
    return resolve_rename(r, columns, source->columns);
}

/* NATURAL JOIN: the columns that both sides are known to have. */
static void merge_natural(struct resolver *r, struct resolve_scope *scope,
                          struct resolve_relation *relation)
{
    const struct sql_flow *flow;
    for (size_t i = 0; i < relation->columns->count && !relation->columns->is_base; i++) {
        const struct resolve_column *column = &relation->columns->items[i];
        bool is_shared = false;
        for (size_t k = 0; k + 1 < scope->count && resolve_spend(r, 1) && !is_shared; k++) {
            is_shared = !column->is_star &&
                        columns_find(r, scope->relations[k].columns, column->key, &flow);
        }
        if (is_shared) {
            const struct sql_part part = {.text = column->name};
            scope_merge(r, scope, relation, &part);
        }
    }
}

/* USING (a, b) AS j: j.a is the joined column; it adds nothing to a star. */
static void add_joined_alias(struct resolver *r, const struct sql_source *source,
                             struct resolve_scope *scope)
{
    struct resolve_columns *columns =
        !str_is_null(source->joined_alias.text) ? columns_new(r) : NULL;
    if (columns == NULL) {
        return;
    }
    for (const struct sql_word *word = source->joined; word != NULL; word = word->next) {
        struct resolve_merged *merged =
            scope_find_merged(scope, resolve_column_key(r, word->part.text));
        columns_add(r, columns, resolve_column_name(r, &word->part),
                    merged != NULL ? scope_merged_flow(r, merged) : NULL);
    }
    struct str key = resolve_part_key(r, &source->joined_alias);
    struct resolve_relation *relation = scope_add(r, scope, key, columns);
    if (relation != NULL) {
        relation->is_hidden = true;
    }
}

static void resolve_source(struct resolver *r, struct sql_source *source,
                           struct resolve_scope *scope)
{
    if (source->kind == SQL_SOURCE_GROUP) {
        resolve_sources(r, source->members, scope);
        return;
    }
    struct resolve_columns *columns = resolve_columns_of(r, source, scope);
    struct resolve_relation *relation = scope_add(r, scope, source_key(r, source), columns);
    if (relation == NULL) {
        return;
    }
    relation->is_hidden = source->is_hidden;
    if (source->kind == SQL_SOURCE_TABLE && str_is_null(source->alias.text)) {
        relation->name = &source->name;
    }
    if (columns == NULL || r->quiet > 0 || source->is_hidden) {
        return;
    }
    for (const struct sql_word *word = source->joined; word != NULL; word = word->next) {
        scope_merge(r, scope, relation, &word->part);
    }
    if (source->is_natural) {
        merge_natural(r, scope, relation);
    }
    add_joined_alias(r, source, scope);
}

void resolve_sources(struct resolver *r, struct sql_source *sources,
                     struct resolve_scope *scope)
{
    for (struct sql_source *source = sources; source != NULL && r->status == OK;
         source = source->next) {
        resolve_source(r, source, scope);
        r->quiet++;
        resolve_use_queries(r, source->quiet, scope);
        r->quiet--;
    }
}
