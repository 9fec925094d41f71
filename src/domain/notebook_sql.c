#include "domain/notebook_sql.h"

#include "base/map.h"

/* What the walk over the cells knows. */
struct walk {
    const struct notebook_sql_cell *cells;
    struct notebook_sql_answer *answers;
    const struct notebook_sql_schema *schema;
    struct arena *arena;
    struct map dataframes; /* lower-case name to cell */
    struct map temporary;  /* keys of temporary tables, of all connections */
    /* Of the current cell. */
    size_t cell;
    const struct sql_rules *rules;
    struct sql_defaults defaults; /* as USE left them */
    struct map reads;             /* keys to index in the answer */
    struct map writes;
    enum status status;
};

/* What a table's name in a statement means. */
struct meaning {
    size_t cell;          /* of the data frame; SIZE_MAX: none */
    bool is_nothing;      /* a temporary table, or a name that only Python knows */
    struct sql_name name; /* complete */
    struct str key;
};

static enum status lower(struct walk *walk, struct str name, struct str *out)
{
    const struct sql_part part = {.text = name};
    return sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), walk->arena, out);
}

/* The cell whose data frame a name is; SIZE_MAX: it is none. */
static size_t dataframe_of(struct walk *walk, const struct sql_name *name)
{
    struct str key;
    if (name->count != 1 || walk->status != OK) {
        return SIZE_MAX;
    }
    walk->status = lower(walk, name->parts[0].text, &key);
    const union map_value *value = walk->status == OK ? map_get(&walk->dataframes, key) : NULL;
    return value != NULL ? (size_t)value->number : SIZE_MAX;
}

/* True for a schema that holds nothing but temporary tables. */
static bool is_temporary_schema(const struct sql_name *name)
{
    static const char *const schemas[] = {"pg_temp", "_SESSION", "global_temp"};
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]) && name->count > 1; i++) {
        if (str_eq_nocase(name->parts[name->count - 2].text, str_from(schemas[i]))) {
            return true;
        }
    }
    return false;
}

static struct meaning meaning_of(struct walk *walk, const struct sql_name *name)
{
    struct meaning meaning = {.cell = SIZE_MAX};
    const struct notebook_sql_cell *cell = &walk->cells[walk->cell];
    if (walk->status == OK) {
        walk->status =
            sql_name_complete(name, walk->rules, &walk->defaults, walk->arena, &meaning.name);
    }
    if (walk->status == OK) {
        walk->status = sql_name_key(&meaning.name, walk->rules, walk->arena, &meaning.key);
    }
    if (walk->status != OK) {
        return meaning;
    }
    meaning.is_nothing = is_temporary_schema(name) || map_has(&walk->temporary, meaning.key);
    if (!meaning.is_nothing) {
        meaning.cell = dataframe_of(walk, name);
        meaning.is_nothing = meaning.cell == SIZE_MAX && cell->is_dataframe_sql;
    }
    return meaning;
}

/* Adds a table to the reads or writes of the cell, once; its place there. */
static size_t add_table(struct walk *walk, struct map *known, const struct meaning *meaning,
                        struct notebook_sql_table **tables, size_t *count, size_t *capacity,
                        size_t offset)
{
    const union map_value *value = map_get(known, meaning->key);
    if (value != NULL) {
        return (size_t)value->number;
    }
    struct notebook_sql_table *table =
        arena_push(walk->arena, tables, count, capacity, sizeof(**tables));
    union map_value place = {.number = (int64_t)*count - 1};
    walk->status = table != NULL ? map_put(known, meaning->key, place) : ERR_NOMEM;
    if (walk->status == OK) {
        table->name = meaning->name;
        table->offset = offset;
        walk->status = sql_name_render(&meaning->name, walk->rules, walk->arena, &table->text);
    }
    return (size_t)place.number;
}

static void add_dependency(struct walk *walk, struct notebook_sql_answer *answer, size_t cell)
{
    for (size_t i = 0; i < answer->dep_count; i++) {
        if (answer->deps[i] == cell) {
            return;
        }
    }
    size_t *dep = arena_push(walk->arena, &answer->deps, &answer->dep_count,
                             &answer->dep_capacity, sizeof(*answer->deps));
    if (dep == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    *dep = cell;
}

static void add_read(struct walk *walk, const struct sql_name *name, size_t offset)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct meaning meaning = meaning_of(walk, name);
    if (walk->status != OK || meaning.is_nothing) {
        return;
    }
    if (meaning.cell != SIZE_MAX) {
        add_dependency(walk, answer, meaning.cell);
    } else {
        (void)add_table(walk, &walk->reads, &meaning, &answer->reads, &answer->read_count,
                        &answer->read_capacity, offset);
    }
}

static void add_write(struct walk *walk, const struct lineage_access *write,
                      const struct sql_name *name)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct meaning meaning = meaning_of(walk, name);
    if (walk->status != OK || walk->cells[walk->cell].is_dataframe_sql) {
        return;
    }
    if (write->is_temporary) {
        union map_value value = {.number = 1};
        walk->status = map_put(&walk->temporary, meaning.key, value);
    } else if (!meaning.is_nothing) {
        (void)add_table(walk, &walk->writes, &meaning, &answer->writes, &answer->write_count,
                        &answer->write_capacity, write->offset);
    }
}

/* USE changes what bare names mean for the rest of the cell. */
static void apply_use(struct walk *walk, const struct lineage_statement *statement)
{
    const struct sql_name *use = &statement->use;
    const struct sql_part *last = &use->parts[use->count - 1];
    bool is_two_level = sql_has(walk->rules, SQL_TRAIT_TWO_LEVELS);
    if (use->count > 1) {
        walk->defaults.database = use->parts[use->count - 2];
        walk->defaults.schema = *last;
    } else if (statement->use_is_schema && !is_two_level) {
        walk->defaults.schema = *last;
    } else {
        walk->defaults.database = *last;
        if (walk->rules->use_schema != NULL) {
            walk->defaults.schema =
                (struct sql_part){.text = str_from(walk->rules->use_schema)};
        }
    }
}

/* ---- columns ---- */

static void copy_origin(struct walk *walk, const struct lineage *lineage,
                        const struct lineage_origin *from, struct notebook_sql_column *column)
{
    const struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct meaning meaning = meaning_of(walk, &lineage->tables[from->table].name);
    if (walk->status != OK || meaning.is_nothing) {
        return;
    }
    const union map_value *place = map_get(&walk->reads, meaning.key);
    if (meaning.cell == SIZE_MAX && place == NULL) {
        return;
    }
    column->origins[column->origin_count++] = (struct notebook_sql_origin){
        .cell = meaning.cell,
        .table = meaning.cell == SIZE_MAX ? &answer->reads[place->number] : NULL,
        .column = from->column,
    };
}

/* The columns of the statement become those of the cell. */
static void copy_columns(struct walk *walk, const struct lineage *lineage,
                         const struct lineage_statement *statement)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    answer->columns =
        arena_array(walk->arena, statement->column_count, sizeof(*answer->columns));
    if (answer->columns == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    answer->column_count = statement->column_count;
    for (size_t i = 0; i < statement->column_count && walk->status == OK; i++) {
        const struct lineage_column *from = &statement->columns[i];
        struct notebook_sql_column *column = &answer->columns[i];
        column->name = from->name;
        column->is_star = from->is_star;
        column->origins =
            arena_array(walk->arena, from->origin_count, sizeof(*column->origins));
        if (column->origins == NULL) {
            walk->status = ERR_NOMEM;
            return;
        }
        for (size_t k = 0; k < from->origin_count && walk->status == OK; k++) {
            copy_origin(walk, lineage, &from->origins[k], column);
        }
    }
}

/* lineage_schema_fn: of a data frame what its cell gave, of a table what the caller knows. */
static bool find_schema(void *ctx, const struct sql_name *name, const struct str **columns,
                        size_t *count)
{
    struct walk *walk = ctx;
    struct meaning meaning = meaning_of(walk, name);
    if (walk->status != OK || meaning.is_nothing) {
        return false;
    }
    if (meaning.cell == SIZE_MAX) {
        return walk->schema != NULL && walk->schema->find != NULL &&
               walk->schema->find(walk->schema->ctx, &meaning.name, columns, count);
    }
    const struct notebook_sql_answer *answer = &walk->answers[meaning.cell];
    struct str *names = arena_array(walk->arena, answer->column_count, sizeof(*names));
    if (names == NULL) {
        walk->status = ERR_NOMEM;
        return false;
    }
    for (size_t i = 0; i < answer->column_count; i++) {
        if (answer->columns[i].is_star || str_is_null(answer->columns[i].name)) {
            return false;
        }
        names[i] = answer->columns[i].name;
    }
    *columns = names;
    *count = answer->column_count;
    return answer->column_count > 0;
}

/* ---- cells ---- */

static void walk_statement(struct walk *walk, const struct lineage *lineage,
                           const struct lineage_statement *statement)
{
    for (size_t i = 0; i < statement->read_count && walk->status == OK; i++) {
        const struct lineage_access *read = &statement->reads[i];
        add_read(walk, &lineage->tables[read->table].name, read->offset);
    }
    if (statement->is_query && statement->variant == 0 && walk->status == OK) {
        copy_columns(walk, lineage, statement);
    }
    for (size_t i = 0; i < statement->write_count && walk->status == OK; i++) {
        const struct lineage_access *write = &statement->writes[i];
        add_write(walk, write, &lineage->tables[write->table].name);
    }
    if (statement->is_use && statement->use.count > 0) {
        apply_use(walk, statement);
    }
}

static void walk_sql(struct walk *walk)
{
    const struct notebook_sql_cell *cell = &walk->cells[walk->cell];
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct lineage lineage;
    const struct lineage_options options = {
        .dialect = cell->is_dataframe_sql ? SQL_DIALECT_DUCKDB : cell->dialect,
        .is_template = true,
        .wants_columns = true,
        .schema = find_schema,
        .schema_ctx = walk,
    };
    walk->rules = sql_rules_of(options.dialect);
    walk->defaults = cell->defaults;
    enum status status = lineage_find(cell->sql, &options, walk->arena, &lineage);
    walk->status = walk->status == OK ? status : walk->status;
    if (walk->status != OK) {
        return;
    }
    answer->notes = lineage.notes;
    answer->is_partial = lineage_is_partial(&lineage);
    size_t variant = 0;
    for (size_t i = 0; i < lineage.statement_count && walk->status == OK; i++) {
        if (lineage.statements[i].variant != variant) {
            variant = lineage.statements[i].variant;
            walk->defaults = cell->defaults;
        }
        walk_statement(walk, &lineage, &lineage.statements[i]);
    }
}

static void walk_cell(struct walk *walk)
{
    const struct notebook_sql_cell *cell = &walk->cells[walk->cell];
    if (!str_is_empty(cell->sql)) {
        map_clear(&walk->reads);
        map_clear(&walk->writes);
        walk_sql(walk);
    }
    if (!str_is_empty(cell->dataframe) && walk->status == OK) {
        struct str key;
        union map_value value = {.number = (int64_t)walk->cell};
        walk->status = lower(walk, cell->dataframe, &key);
        if (walk->status == OK) {
            walk->status = map_put(&walk->dataframes, key, value);
        }
    }
}

enum status notebook_sql_find(const struct notebook_sql_cell *cells, size_t count,
                              const struct notebook_sql_schema *schema, struct arena *arena,
                              struct notebook_sql_answer **answers)
{
    struct walk walk = {.cells = cells, .schema = schema, .arena = arena};
    *answers = arena_array(arena, count, sizeof(**answers));
    if (*answers == NULL) {
        return ERR_NOMEM;
    }
    walk.answers = *answers;
    map_init(&walk.dataframes);
    map_init(&walk.temporary);
    map_init(&walk.reads);
    map_init(&walk.writes);
    for (; walk.cell < count && walk.status == OK; walk.cell++) {
        walk_cell(&walk);
    }
    map_free(&walk.dataframes);
    map_free(&walk.temporary);
    map_free(&walk.reads);
    map_free(&walk.writes);
    return walk.status;
}
