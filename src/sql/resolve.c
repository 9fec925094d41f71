#include "sql/resolve.h"

#include "sql/lexer.h"

#include <string.h>

void *resolve_new(struct resolver *r, size_t size)
{
    void *made = arena_alloc(r->arena, size);
    r->status = made == NULL ? ERR_NOMEM : r->status;
    return made;
}

/* What stands in a string stands where the string does. */
static size_t place(const struct resolver *r, size_t offset)
{
    return r->text_offset != SIZE_MAX ? r->text_offset : offset;
}

void resolve_note(struct resolver *r, enum sql_note_kind kind, size_t offset)
{
    if (sql_notes_add(&r->out->notes, kind, place(r, offset)) != OK) {
        r->status = ERR_NOMEM;
    }
}

bool resolve_spend(struct resolver *r, size_t cost)
{
    if (r->budget < 0 || r->status != OK) {
        return false;
    }
    r->budget -= (int64_t)cost + 1;
    if (r->budget < 0) {
        resolve_note(r, SQL_NOTE_COLUMNS, r->statement->offset);
    }
    return r->budget >= 0;
}

struct str resolve_part_key(struct resolver *r, const struct sql_part *part)
{
    struct str key = STR_NULL;
    if (sql_part_key(part, r->rules, r->arena, &key) != OK) {
        r->status = ERR_NOMEM;
        return STR_NULL;
    }
    return key;
}

struct str resolve_column_name(struct resolver *r, const struct sql_part *part)
{
    bool is_kept = !r->options->folds_columns || r->rules->folding == SQL_FOLDING_BLIND ||
                   str_is_null(part->text);
    return is_kept ? part->text : resolve_part_key(r, part);
}

struct str resolve_column_key(struct resolver *r, struct str name)
{
    size_t i = 0;
    while (i < name.n && !(name.p[i] >= 'A' && name.p[i] <= 'Z')) {
        i++;
    }
    if (i == name.n) {
        return name;
    }
    char *key = arena_cstr(r->arena, name);
    if (key == NULL) {
        r->status = ERR_NOMEM;
        return STR_NULL;
    }
    for (; i < name.n; i++) {
        key[i] = (char)(key[i] >= 'A' && key[i] <= 'Z' ? key[i] - 'A' + 'a' : key[i]);
    }
    return str_from_n(key, name.n);
}

size_t resolve_table(struct resolver *r, const struct sql_name *name)
{
    struct str key;
    if (sql_name_key(name, r->rules, r->arena, &key) != OK) {
        r->status = ERR_NOMEM;
        return SIZE_MAX;
    }
    const union map_value *known = map_get(&r->tables, key);
    if (known != NULL) {
        return (size_t)known->number;
    }
    struct lineage_table *table = arena_push(r->arena, &r->out->tables, &r->out->table_count,
                                             &r->out->table_capacity, sizeof(*r->out->tables));
    uint64_t *mark = arena_push(r->arena, &r->read_marks, &r->read_mark_count,
                                &r->read_mark_capacity, sizeof(*r->read_marks));
    union map_value value = {.number = (int64_t)r->out->table_count - 1};
    if (table == NULL || mark == NULL || map_put(&r->tables, key, value) != OK) {
        r->status = ERR_NOMEM;
        return SIZE_MAX;
    }
    *table = (struct lineage_table){.name = *name, .key = key};
    return (size_t)value.number;
}

void resolve_read(struct resolver *r, size_t table, size_t offset)
{
    struct lineage_statement *statement = r->statement;
    if (table == SIZE_MAX || r->read_marks[table] == r->out->statement_count) {
        return;
    }
    struct lineage_access *read =
        arena_push(r->arena, &statement->reads, &statement->read_count,
                   &statement->read_capacity, sizeof(*statement->reads));
    if (read == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    *read = (struct lineage_access){.table = table, .offset = place(r, offset)};
    r->read_marks[table] = r->out->statement_count;
}

static void resolve_write(struct resolver *r, const struct sql_target *target)
{
    struct lineage_statement *statement = r->statement;
    size_t table = resolve_table(r, &target->name);
    if (table == SIZE_MAX) {
        return;
    }
    struct lineage_access *write =
        arena_push(r->arena, &statement->writes, &statement->write_count,
                   &statement->write_capacity, sizeof(*statement->writes));
    if (write == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    *write = (struct lineage_access){.table = table,
                                     .offset = place(r, target->name.offset),
                                     .is_temporary = target->is_temporary,
                                     .is_created = target->is_created,
                                     .columns = target->columns};
}

struct resolve_cte *resolve_find_cte(struct resolver *r, const struct sql_name *name)
{
    if (name->count != 1 || r->ctes.count == 0) {
        return NULL;
    }
    const union map_value *value = map_get(&r->ctes, resolve_part_key(r, &name->parts[0]));
    return value != NULL ? value->pointer : NULL;
}

/* The source that has this alias; sources in parentheses count too. */
static struct sql_source *find_alias(struct resolver *r, struct sql_source *sources,
                                     struct str alias)
{
    struct sql_source *found = NULL;
    for (; sources != NULL && found == NULL; sources = sources->next) {
        if (sources->kind == SQL_SOURCE_GROUP) {
            found = find_alias(r, sources->members, alias);
        } else if (!str_is_null(sources->alias.text) &&
                   str_eq(resolve_part_key(r, &sources->alias), alias)) {
            found = sources;
        }
    }
    return found;
}

/* UPDATE x ... FROM t AS x writes t, and FROM does not make it a read. */
static void resolve_target_alias(struct resolver *r, struct sql_statement *statement,
                                 struct sql_target *target)
{
    if (!target->may_be_alias || target->name.count != 1) {
        return;
    }
    struct str key = resolve_part_key(r, &target->name.parts[0]);
    struct sql_source *source = find_alias(r, statement->sources, key);
    if (source != NULL && source->kind == SQL_SOURCE_TABLE) {
        target->name = source->name;
        source->is_written = true;
    }
}

static void resolve_targets(struct resolver *r, struct sql_statement *statement)
{
    for (struct sql_target *target = statement->targets; target != NULL;
         target = target->next) {
        resolve_target_alias(r, statement, target);
        if (resolve_find_cte(r, &target->name) == NULL) {
            resolve_write(r, target);
        }
        if (target->is_returned) {
            resolve_read(r, resolve_table(r, &target->name), target->name.offset);
        }
    }
}

/* The name, else what stands for one that a template makes. */
static struct str told(struct str name, struct str unknown)
{
    bool is_dynamic = name.n > 0 && str_find(name, SQL_DYNAMIC_BYTE) != SIZE_MAX;
    return is_dynamic ? unknown : name;
}

/* The columns of the statement's result, for the answer. */
static void keep_columns(struct resolver *r, const struct resolve_columns *columns)
{
    struct lineage_statement *statement = r->statement;
    statement->columns = arena_array(r->arena, columns->count, sizeof(*statement->columns));
    if (statement->columns == NULL) {
        r->status = ERR_NOMEM;
        return;
    }
    statement->column_count = columns->count;
    for (size_t i = 0; i < columns->count; i++) {
        struct lineage_column *column = &statement->columns[i];
        const struct sql_flow *flow = flow_union(r, columns->items[i].flow, NULL);
        size_t count = flow != NULL ? flow->count : 0;
        column->name = told(columns->items[i].name, STR_NULL);
        column->is_star = columns->items[i].is_star;
        column->origins = arena_array(r->arena, count, sizeof(*column->origins));
        if (column->origins == NULL) {
            r->status = ERR_NOMEM;
            return;
        }
        for (size_t k = 0; k < count; k++) {
            const struct sql_origin *origin = flow->items[k];
            if (origin->self == NULL) {
                column->origins[column->origin_count++] =
                    (struct lineage_origin){origin->table, told(origin->column, STR("*"))};
            }
        }
    }
}

/* Statements of a string: part of the one that runs it, and at the string's place. */
static void resolve_texts(struct resolver *r, struct sql_statement *texts)
{
    bool is_outermost = r->text_offset == SIZE_MAX;
    r->quiet++;
    for (; texts != NULL && r->status == OK; texts = texts->next) {
        r->text_offset = is_outermost ? texts->offset : r->text_offset;
        resolve_statement(r, texts);
    }
    r->quiet--;
    r->text_offset = is_outermost ? SIZE_MAX : r->text_offset;
}

void resolve_statement(struct resolver *r, struct sql_statement *statement)
{
    struct resolve_scope scope = {0};
    resolve_ctes(r, statement->ctes, statement->is_recursive, &scope);
    resolve_targets(r, statement);
    bool assigns = statement->sets != NULL || statement->inserts != NULL;
    struct resolve_columns *columns = NULL;
    r->quiet += assigns ? 0 : 1;
    resolve_sources(r, statement->sources, &scope);
    r->quiet -= assigns ? 0 : 1;
    r->quiet++;
    resolve_use_queries(r, statement->quiet, &scope);
    r->quiet--;
    resolve_texts(r, statement->texts);
    if (assigns) {
        columns = resolve_assignments(r, statement, &scope);
        if (columns != NULL && r->quiet == 0 && r->status == OK) {
            keep_columns(r, columns);
        }
    }
    if (statement->query != NULL) {
        columns = resolve_query(r, statement->query, NULL, NULL, NULL);
        if (columns != NULL && r->quiet == 0 && r->status == OK) {
            keep_columns(r, columns);
        }
    }
    resolve_keep_temporary(r, statement, columns);
    resolve_unbind(r, statement->ctes);
    scope_free(&scope);
}
