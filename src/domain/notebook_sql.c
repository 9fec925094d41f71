#include "domain/notebook_sql.h"

#include "base/map.h"
#include "domain/name_match.h"
#include "domain/notebook_columns.h"

/* What a table's name in a statement means. */
struct meaning {
    size_t era;           /* of the walk when this was found; 0: never */
    size_t cell;          /* of the data frame; SIZE_MAX: none */
    bool is_temporary;    /* a temporary table of the notebook */
    bool is_nothing;      /* that, or a name that only Python knows */
    struct sql_name name; /* complete */
    struct str key;
};

/* What the walk over the cells knows. */
struct walk {
    const struct notebook_sql_cell *cells;
    struct notebook_sql_answer *answers;
    const struct notebook_sql_schema *schema;
    struct arena *arena;   /* of the answers */
    struct arena scratch;  /* of one cell: its parse, and names on the way */
    struct map dataframes; /* lower-case name to cell */
    struct map temporary;  /* keys of temporary tables, of all connections */
    size_t *places;        /* of each cell: where it is in the answer's deps, if there */
    /* Of the current cell. */
    size_t cell;
    enum sql_dialect dialect;
    const struct sql_rules *rules;
    struct sql_defaults defaults; /* as USE left them */
    struct map reads;             /* keys to index in the answer */
    struct map writes;
    struct meaning *meanings;       /* of the names of its tables, as far as asked for */
    size_t era;                     /* goes up when names may change their meaning */
    struct notebook_columns result; /* of the present variant's last query, or write */
    bool has_result;                /* ... it is of a query */
    enum status status;
};

enum status notebook_sql_stored(const struct sql_part *part, enum sql_dialect dialect,
                                struct arena *arena, struct str *out)
{
    bool is_lower = false;
    switch (dialect) {
    case SQL_DIALECT_REDSHIFT: /* quoted ones too, unless the cluster tells case apart */
        is_lower = !part->is_quoted;
        break;
    case SQL_DIALECT_DATABRICKS:
    case SQL_DIALECT_SPARK:
    case SQL_DIALECT_TRINO:
    case SQL_DIALECT_ATHENA:
        is_lower = true;
        break;
    default: /* other case-blind ones keep names as they were given */
        is_lower = sql_rules_of(dialect)->folding != SQL_FOLDING_BLIND;
        break;
    }
    *out = part->text;
    return is_lower ? sql_part_key(part, sql_rules_of(dialect), arena, out) : OK;
}

static enum status lower(struct walk *walk, struct str name, struct str *out)
{
    const struct sql_part part = {.text = name};
    return sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), &walk->scratch, out);
}

/* A copy that outlives the cell. */
static struct str keep(struct walk *walk, struct str text)
{
    struct str kept = STR_NULL;
    if (walk->status == OK) {
        walk->status = arena_str(walk->arena, text, &kept);
    }
    return kept;
}

static struct sql_name keep_name(struct walk *walk, const struct sql_name *name)
{
    struct sql_name kept = *name;
    kept.parts = arena_array(walk->arena, name->count, sizeof(*kept.parts));
    if (kept.parts == NULL) {
        walk->status = ERR_NOMEM;
        kept.count = 0;
    }
    for (size_t i = 0; i < kept.count; i++) {
        kept.parts[i] =
            (struct sql_part){keep(walk, name->parts[i].text), name->parts[i].is_quoted};
    }
    return kept;
}

/* The cell whose data frame a name is; SIZE_MAX: it is none. */
static size_t dataframe_of(struct walk *walk, struct str name)
{
    struct str key;
    if (walk->status != OK) {
        return SIZE_MAX;
    }
    walk->status = lower(walk, name, &key);
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
        walk->status = sql_name_complete(name, walk->rules, &walk->defaults, &walk->scratch,
                                         &meaning.name);
    }
    if (walk->status == OK) {
        walk->status = sql_name_key(&meaning.name, walk->rules, &walk->scratch, &meaning.key);
    }
    if (walk->status != OK) {
        return meaning;
    }
    meaning.is_temporary = is_temporary_schema(name) || map_has(&walk->temporary, meaning.key);
    meaning.is_nothing = meaning.is_temporary;
    if (!meaning.is_nothing) {
        meaning.cell = name->count == 1 ? dataframe_of(walk, name->parts[0].text) : SIZE_MAX;
        meaning.is_nothing = meaning.cell == SIZE_MAX && cell->is_dataframe_sql;
    }
    return meaning;
}

/* The same for a table of the cell's SQL, found once as long as it holds. */
static const struct meaning *meaning_at(struct walk *walk, const struct lineage *lineage,
                                        size_t table)
{
    struct meaning *meaning = &walk->meanings[table];
    if (meaning->era != walk->era) {
        *meaning = meaning_of(walk, &lineage->tables[table].name);
        meaning->era = walk->era;
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
        table->name = keep_name(walk, &meaning->name);
        table->offset = offset;
    }
    if (walk->status == OK) {
        walk->status = sql_name_render(&meaning->name, walk->rules, walk->arena, &table->text);
    }
    return (size_t)place.number;
}

static void add_dependency(struct walk *walk, struct notebook_sql_answer *answer, size_t cell)
{
    size_t place = walk->places[cell];
    if (place < answer->dep_count && answer->deps[place] == cell) {
        return;
    }
    size_t *dep = arena_push(walk->arena, &answer->deps, &answer->dep_count,
                             &answer->dep_capacity, sizeof(*answer->deps));
    if (dep == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    *dep = cell;
    walk->places[cell] = answer->dep_count - 1;
}

static void add_read(struct walk *walk, const struct meaning *meaning, size_t offset)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    if (walk->status != OK || meaning->is_nothing) {
        return;
    }
    if (meaning->cell != SIZE_MAX) {
        add_dependency(walk, answer, meaning->cell);
    } else {
        (void)add_table(walk, &walk->reads, meaning, &answer->reads, &answer->read_count,
                        &answer->read_capacity, offset);
    }
}

/* ---- columns ---- */

static void copy_origin(struct walk *walk, const struct meaning *meaning, struct str name,
                        struct notebook_sql_column *column)
{
    struct notebook_sql_origin *origin = &column->origins[column->origin_count];
    if (meaning->is_temporary) { /* what it was filled from is not followed */
        walk->answers[walk->cell].lacks_origins = true;
    }
    if (walk->status != OK || meaning->is_nothing) {
        return;
    }
    *origin = (struct notebook_sql_origin){SIZE_MAX, SIZE_MAX, name};
    if (meaning->cell != SIZE_MAX) {
        origin->dep = walk->places[meaning->cell];
    } else {
        const struct sql_part part = {name, walk->rules->folding != SQL_FOLDING_BLIND};
        const union map_value *place = map_get(&walk->reads, meaning->key);
        if (place == NULL) {
            return;
        }
        origin->table = (size_t)place->number;
        walk->status =
            notebook_sql_stored(&part, walk->dialect, &walk->scratch, &origin->column);
    }
    origin->column = keep(walk, origin->column);
    column->origin_count++;
}

/* Redshift makes names of results lower case too; others that do so to tables do not. */
static struct str result_name(struct walk *walk, struct str name)
{
    const struct sql_part part = {.text = name};
    if (walk->dialect == SQL_DIALECT_REDSHIFT && !str_is_null(name) && walk->status == OK) {
        walk->status = notebook_sql_stored(&part, walk->dialect, &walk->scratch, &name);
    }
    return keep(walk, name);
}

/* The columns of a statement in terms of the notebook. */
static void copy_columns(struct walk *walk, const struct lineage *lineage,
                         const struct lineage_statement *statement,
                         struct notebook_columns *out)
{
    *out = (struct notebook_columns){
        .items = arena_array(walk->arena, statement->column_count, sizeof(*out->items)),
        .count = statement->column_count};
    if (out->items == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    for (size_t i = 0; i < statement->column_count && walk->status == OK; i++) {
        const struct lineage_column *from = &statement->columns[i];
        struct notebook_sql_column *column = &out->items[i];
        column->is_star = from->is_star;
        column->name = result_name(walk, from->name);
        column->origins =
            arena_array(walk->arena, from->origin_count, sizeof(*column->origins));
        if (column->origins == NULL) {
            walk->status = ERR_NOMEM;
            return;
        }
        for (size_t k = 0; k < from->origin_count && walk->status == OK; k++) {
            copy_origin(walk, meaning_at(walk, lineage, from->origins[k].table),
                        from->origins[k].column, column);
        }
    }
}

/* What is written goes by the names that INSERT gives. */
static void name_columns(struct walk *walk, const struct lineage_access *write,
                         struct notebook_columns *columns)
{
    const struct sql_word *word = write->columns;
    for (size_t i = 0; i < columns->count && word != NULL && walk->status == OK; i++) {
        struct str name;
        if (columns->items[i].is_star) {
            return; /* who knows how many names it takes */
        }
        walk->status = notebook_sql_stored(&word->part, walk->dialect, &walk->scratch, &name);
        columns->items[i].name = walk->status == OK ? keep(walk, name) : STR_NULL;
        word = word->next;
    }
}

static void write_columns(struct walk *walk, struct notebook_sql_table *table,
                          const struct notebook_columns *columns)
{
    struct notebook_columns all = {table->columns, table->column_count};
    walk->status = notebook_columns_merge(&all, columns, walk->arena);
    table->columns = all.items;
    table->column_count = all.count;
}

/* ---- names ---- */

static void add_write(struct walk *walk, const struct lineage_access *write,
                      const struct meaning *meaning, const struct notebook_columns *columns)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    if (walk->status != OK || walk->cells[walk->cell].is_dataframe_sql) {
        return;
    }
    if (write->is_temporary) {
        struct str key = keep(walk, meaning->key);
        if (walk->status == OK) {
            walk->status = map_put(&walk->temporary, key, (union map_value){.number = 1});
        }
        walk->era++;
    } else if (!meaning->is_nothing) {
        size_t place = add_table(walk, &walk->writes, meaning, &answer->writes,
                                 &answer->write_count, &answer->write_capacity, write->offset);
        if (walk->status == OK) {
            write_columns(walk, &answer->writes[place], columns);
        }
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
    *columns = answer->dataframe;
    *count = answer->dataframe_count;
    return answer->knows_dataframe;
}

/* ---- cells ---- */

static void walk_statement(struct walk *walk, const struct lineage *lineage,
                           const struct lineage_statement *statement)
{
    for (size_t i = 0; i < statement->read_count && walk->status == OK; i++) {
        const struct lineage_access *read = &statement->reads[i];
        add_read(walk, meaning_at(walk, lineage, read->table), read->offset);
    }
    struct notebook_columns columns = {NULL};
    if (statement->column_count > 0 && walk->status == OK) {
        copy_columns(walk, lineage, statement, &columns);
    }
    if (statement->write_count > 0 && walk->status == OK) {
        name_columns(walk, &statement->writes[0], &columns);
    }
    if (statement->is_query || (columns.count > 0 && !walk->has_result)) {
        walk->result = columns;
        walk->has_result = statement->is_query;
    }
    for (size_t i = 0; i < statement->write_count && walk->status == OK; i++) {
        const struct lineage_access *write = &statement->writes[i];
        add_write(walk, write, meaning_at(walk, lineage, write->table), &columns);
    }
    if (statement->is_use && statement->use.count > 0) {
        apply_use(walk, statement);
        walk->era++;
    }
}

/* All branches of a template count. */
static void end_variant(struct walk *walk)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct notebook_columns all = {answer->columns, answer->column_count};
    if (walk->status == OK) {
        walk->status = notebook_columns_merge(&all, &walk->result, walk->arena);
    }
    answer->columns = all.items;
    answer->column_count = all.count;
    walk->result = (struct notebook_columns){NULL};
    walk->has_result = false;
    walk->era++;
}

/* The answer outlives the parse. */
static void keep_notes(struct walk *walk, const struct sql_notes *notes)
{
    struct sql_notes *kept = &walk->answers[walk->cell].notes;
    *kept = (struct sql_notes){
        .items = arena_array(walk->arena, notes->count, sizeof(*kept->items))};
    if (kept->items == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    for (; kept->count < notes->count; kept->count++) {
        kept->items[kept->count] = notes->items[kept->count];
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
        .folds_columns = true,
        .schema = find_schema,
        .schema_ctx = walk,
        .matches = name_match,
    };
    walk->dialect = options.dialect;
    walk->rules = sql_rules_of(options.dialect);
    walk->defaults = cell->defaults;
    walk->result = (struct notebook_columns){NULL};
    walk->has_result = false;
    walk->era++;
    enum status status = lineage_find(cell->sql, &options, &walk->scratch, &lineage);
    if (status == ERR_NOMEM && walk->scratch.is_full) {
        /* This cell's text alone is too large: it tells nothing, the others do. */
        arena_reset(&walk->scratch);
        lineage = (struct lineage){.notes = {.arena = &walk->scratch}};
        status = sql_notes_add(&lineage.notes, SQL_NOTE_SIZE, 0);
    }
    walk->status = walk->status == OK ? status : walk->status;
    if (walk->status != OK) {
        return;
    }
    walk->meanings = arena_array(&walk->scratch, lineage.table_count, sizeof(*walk->meanings));
    if (walk->meanings == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    keep_notes(walk, &lineage.notes);
    answer->is_partial = lineage_is_partial(&lineage);
    size_t variant = 0;
    for (size_t i = 0; i < lineage.statement_count && walk->status == OK; i++) {
        if (lineage.statements[i].variant != variant) {
            variant = lineage.statements[i].variant;
            walk->defaults = cell->defaults;
            end_variant(walk);
        }
        walk_statement(walk, &lineage, &lineage.statements[i]);
    }
    end_variant(walk);
}

/* What the cell uses by name, and the columns of what it makes. */
static void settle(struct walk *walk)
{
    const struct notebook_sql_cell *cell = &walk->cells[walk->cell];
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    answer->named = arena_array(walk->arena, cell->name_count, sizeof(*answer->named));
    if (answer->named == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    for (size_t i = 0; i < cell->name_count && walk->status == OK; i++) {
        answer->named[i] = dataframe_of(walk, cell->names[i]);
    }
    if (walk->status != OK) {
        return;
    }
    bool is_copy = cell->keeps_columns && cell->name_count > 0 && answer->named[0] != SIZE_MAX;
    const struct notebook_sql_answer *from = is_copy ? &walk->answers[answer->named[0]] : NULL;
    if (from != NULL && from->knows_dataframe) {
        answer->dataframe = from->dataframe;
        answer->dataframe_count = from->dataframe_count;
        answer->knows_dataframe = true;
    } else {
        walk->status = notebook_columns_settle(cell, answer, walk->arena);
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
    if (walk->status == OK) {
        settle(walk);
    }
    if (!str_is_empty(cell->dataframe) && walk->status == OK) {
        struct str key;
        union map_value value = {.number = (int64_t)walk->cell};
        walk->status = lower(walk, cell->dataframe, &key);
        key = walk->status == OK ? keep(walk, key) : STR_NULL;
        if (walk->status == OK) {
            walk->status = map_put(&walk->dataframes, key, value);
        }
    }
    arena_reset(&walk->scratch);
}

enum status notebook_sql_find(const struct notebook_sql_cell *cells, size_t count,
                              const struct notebook_sql_schema *schema, struct arena *arena,
                              struct notebook_sql_answer **answers)
{
    struct walk walk = {.cells = cells, .schema = schema, .arena = arena};
    *answers = arena_array(arena, count, sizeof(**answers));
    walk.places = arena_array(arena, count, sizeof(*walk.places));
    if (*answers == NULL || walk.places == NULL) {
        return ERR_NOMEM;
    }
    walk.answers = *answers;
    arena_init(&walk.scratch, arena->max_bytes / 2);
    map_init(&walk.dataframes);
    map_init(&walk.temporary);
    map_init(&walk.reads);
    map_init(&walk.writes);
    for (; walk.cell < count && walk.status == OK; walk.cell++) {
        walk_cell(&walk);
    }
    arena_free(&walk.scratch);
    map_free(&walk.dataframes);
    map_free(&walk.temporary);
    map_free(&walk.reads);
    map_free(&walk.writes);
    return walk.status;
}
