#include "domain/notebook_sql.h"

#include "base/map.h"
#include "domain/name_match.h"
#include "domain/notebook_columns.h"

/* A temporary table with more columns, or a column with more origins, is not followed by
 * column; of more tables than that the first count. */
#define MAX_TEMPORARY_COLUMNS 1000
#define MAX_TEMPORARY_ORIGINS 64
#define MAX_TEMPORARY_TABLES 256

/* A column of a temporary table; origins are places in its tables. */
struct temporary_column {
    struct str name;
    struct notebook_sql_origin *origins;
    size_t origin_count;
    size_t origin_capacity;
};

/* A temporary table of the notebook: what the cells behind have to know of it. */
struct temporary {
    struct notebook_sql_table *tables; /* what it was filled from */
    size_t table_count;
    size_t table_capacity;
    bool knows_columns; /* all of them, and what each comes from */
    struct temporary_column *columns;
    struct str *names; /* of columns */
    size_t column_count;
    size_t next; /* where the next name is looked for first */
};

/* What a table's name in a statement means. */
struct meaning {
    size_t era;                  /* of the walk when this was found; 0: never */
    size_t cell;                 /* of the data frame; SIZE_MAX: none */
    bool is_temporary;           /* a temporary table of the notebook */
    struct temporary *temporary; /* what is known of that; may be NULL */
    bool is_nothing;             /* that, or a name that only Python knows */
    struct sql_name name;        /* complete */
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
    struct map temporary;  /* keys of temporary tables, of all connections, to what they hold */
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
    const union map_value *temporary = map_get(&walk->temporary, meaning.key);
    meaning.temporary = temporary != NULL ? temporary->pointer : NULL;
    meaning.is_temporary = is_temporary_schema(name) || temporary != NULL;
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

/* A read that the cell does not name; its place. */
static size_t add_behind(struct walk *walk, const struct notebook_sql_table *table)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    struct meaning meaning = {.name = table->name};
    size_t count = answer->read_count;
    if (walk->status == OK) {
        walk->status = sql_name_key(&table->name, walk->rules, &walk->scratch, &meaning.key);
    }
    if (walk->status != OK) {
        return 0;
    }
    size_t place = add_table(walk, &walk->reads, &meaning, &answer->reads, &answer->read_count,
                             &answer->read_capacity, 0);
    if (answer->read_count > count) {
        answer->reads[place].is_behind = true;
    }
    return place;
}

static void add_read(struct walk *walk, const struct meaning *meaning, size_t offset)
{
    struct notebook_sql_answer *answer = &walk->answers[walk->cell];
    const struct temporary *temporary = meaning->temporary;
    for (size_t i = 0; temporary != NULL && i < temporary->table_count; i++) {
        (void)add_behind(walk, &temporary->tables[i]);
    }
    if (walk->status != OK || meaning->is_nothing) {
        return;
    }
    if (meaning->cell != SIZE_MAX) {
        add_dependency(walk, answer, meaning->cell);
        return;
    }
    size_t place = add_table(walk, &walk->reads, meaning, &answer->reads, &answer->read_count,
                             &answer->read_capacity, offset);
    if (walk->status == OK && answer->reads[place].is_behind) {
        answer->reads[place].is_behind = false;
        answer->reads[place].offset = offset;
    }
}

/* ---- temporary tables ---- */

/* Columns are mostly asked for in their order: the look begins behind the last one found. */
static struct temporary_column *find_temporary_column(struct temporary *temporary,
                                                      struct str name)
{
    for (size_t i = 0; i < temporary->column_count; i++) {
        size_t place = (temporary->next + i) % temporary->column_count;
        if (str_eq_nocase(temporary->columns[place].name, name)) {
            temporary->next = place + 1;
            return &temporary->columns[place];
        }
    }
    return NULL;
}

/* The place of a read of the cell among temporary's tables; SIZE_MAX: it is not there. */
static size_t place_behind(const struct walk *walk, const struct temporary *temporary,
                           size_t read)
{
    const struct notebook_sql_table *table = &walk->answers[walk->cell].reads[read];
    for (size_t i = 0; i < temporary->table_count; i++) {
        if (str_eq(temporary->tables[i].text, table->text)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void add_table_behind(struct walk *walk, struct temporary *temporary, size_t read)
{
    if (walk->status != OK || temporary->table_count == MAX_TEMPORARY_TABLES ||
        place_behind(walk, temporary, read) != SIZE_MAX) {
        return;
    }
    struct notebook_sql_table *table =
        arena_push(walk->arena, &temporary->tables, &temporary->table_count,
                   &temporary->table_capacity, sizeof(*table));
    walk->status = table != NULL ? OK : ERR_NOMEM;
    if (table != NULL) {
        *table = walk->answers[walk->cell].reads[read];
    }
}

/* What the statement reads is what the table is filled from. */
static void add_tables_behind(struct walk *walk, const struct lineage *lineage,
                              const struct lineage_statement *statement,
                              struct temporary *temporary)
{
    for (size_t i = 0; i < statement->read_count && walk->status == OK; i++) {
        const struct meaning *meaning = meaning_at(walk, lineage, statement->reads[i].table);
        const struct temporary *other = meaning->temporary;
        for (size_t k = 0; other != NULL && other != temporary && k < other->table_count; k++) {
            add_table_behind(walk, temporary, add_behind(walk, &other->tables[k]));
        }
        const union map_value *place =
            meaning->is_nothing ? NULL : map_get(&walk->reads, meaning->key);
        if (place != NULL && meaning->cell == SIZE_MAX) {
            add_table_behind(walk, temporary, (size_t)place->number);
        }
    }
}

/* Names for the columns, with nothing in them yet. */
static void begin_columns(struct walk *walk, struct temporary *temporary, size_t count)
{
    temporary->columns = arena_array(walk->arena, count, sizeof(*temporary->columns));
    temporary->names = arena_array(walk->arena, count, sizeof(*temporary->names));
    if (temporary->columns == NULL || temporary->names == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    temporary->column_count = count;
    temporary->knows_columns = count > 0;
}

/* CREATE TEMPORARY TABLE t (a int, b text). */
static void declare_columns(struct walk *walk, struct temporary *temporary,
                            const struct sql_word *words)
{
    size_t count = 0;
    for (const struct sql_word *word = words; word != NULL; word = word->next) {
        count++;
    }
    begin_columns(walk, temporary, count <= MAX_TEMPORARY_COLUMNS ? count : 0);
    for (size_t i = 0; i < temporary->column_count && walk->status == OK; i++) {
        struct str name;
        walk->status = notebook_sql_stored(&words->part, walk->dialect, &walk->scratch, &name);
        name = walk->status == OK ? keep(walk, name) : STR_NULL;
        temporary->columns[i].name = temporary->names[i] = name;
        words = words->next;
    }
}

static bool has_origin(const struct temporary_column *column,
                       const struct notebook_sql_origin *origin)
{
    for (size_t i = 0; i < column->origin_count; i++) {
        if (column->origins[i].table == origin->table &&
            str_eq(column->origins[i].column, origin->column)) {
            return true;
        }
    }
    return false;
}

/* What goes into one column; false when that is not all known. */
static bool fill_column(struct walk *walk, const struct temporary *temporary,
                        struct temporary_column *column, const struct notebook_sql_column *from)
{
    for (size_t i = 0; i < from->origin_count; i++) {
        struct notebook_sql_origin origin = from->origins[i];
        if (origin.table != SIZE_MAX) {
            origin.table = place_behind(walk, temporary, origin.table);
        }
        if (origin.table == SIZE_MAX || str_is(origin.column, "*")) {
            return false; /* a data frame, or columns that nobody knows */
        }
        if (has_origin(column, &origin)) {
            continue;
        }
        struct notebook_sql_origin *added =
            column->origin_count < MAX_TEMPORARY_ORIGINS
                ? arena_push(walk->arena, &column->origins, &column->origin_count,
                             &column->origin_capacity, sizeof(*added))
                : NULL;
        if (added == NULL) {
            walk->status =
                column->origin_count < MAX_TEMPORARY_ORIGINS ? ERR_NOMEM : walk->status;
            return false;
        }
        *added = origin;
    }
    return true;
}

/* The rows of a statement: by name when all names are there, else by place. */
static void fill_columns(struct walk *walk, struct temporary *temporary,
                         const struct notebook_columns *columns)
{
    bool has_all = true;
    for (size_t i = 0; i < columns->count && has_all; i++) {
        has_all = !str_is_null(columns->items[i].name) &&
                  find_temporary_column(temporary, columns->items[i].name) != NULL;
    }
    if (!has_all && columns->count != temporary->column_count) {
        temporary->knows_columns = false;
    }
    for (size_t i = 0; i < columns->count && temporary->knows_columns; i++) {
        const struct notebook_sql_column *from = &columns->items[i];
        struct temporary_column *column =
            has_all ? find_temporary_column(temporary, from->name) : &temporary->columns[i];
        temporary->knows_columns = !from->is_star && fill_column(walk, temporary, column, from);
    }
}

/* CREATE TEMPORARY TABLE t AS query. */
static void make_columns(struct walk *walk, struct temporary *temporary,
                         const struct notebook_columns *columns)
{
    bool is_known = columns->count <= MAX_TEMPORARY_COLUMNS;
    begin_columns(walk, temporary, is_known ? columns->count : 0);
    for (size_t i = 0; i < temporary->column_count && walk->status == OK; i++) {
        temporary->columns[i].name = temporary->names[i] = columns->items[i].name;
        temporary->knows_columns =
            temporary->knows_columns && !str_is_null(columns->items[i].name);
    }
    if (temporary->knows_columns && walk->status == OK) {
        fill_columns(walk, temporary, columns);
    }
}

/* A statement makes a temporary table, or writes to one: what the cells behind will see. */
static void keep_temporary(struct walk *walk, const struct lineage *lineage,
                           const struct lineage_statement *statement,
                           const struct lineage_access *write,
                           const struct notebook_columns *columns)
{
    const struct meaning *meaning = meaning_at(walk, lineage, write->table);
    struct temporary *temporary = meaning->temporary;
    bool is_new = write->is_temporary && (write->is_created || temporary == NULL);
    if (walk->cells[walk->cell].is_dataframe_sql || (temporary == NULL && !is_new)) {
        return;
    }
    temporary = is_new ? ARENA_NEW(walk->arena, struct temporary) : temporary;
    if (temporary == NULL) {
        walk->status = ERR_NOMEM;
        return;
    }
    add_tables_behind(walk, lineage, statement, temporary);
    if (walk->status == OK && !is_new && temporary->knows_columns) {
        fill_columns(walk, temporary, columns);
    } else if (walk->status == OK && is_new && columns->count > 0) {
        make_columns(walk, temporary, columns);
    } else if (walk->status == OK && is_new) {
        declare_columns(walk, temporary, write->columns);
    }
    struct str key = is_new ? keep(walk, meaning->key) : STR_NULL;
    if (walk->status == OK && is_new) {
        walk->status = map_put(&walk->temporary, key, (union map_value){.pointer = temporary});
        walk->era++;
    }
}

/* ---- columns ---- */

/* What a column of a temporary table comes from; NULL: nobody knows. */
static const struct temporary_column *origin_behind(const struct meaning *meaning,
                                                    struct str name)
{
    struct temporary *temporary = meaning->temporary;
    return temporary != NULL && temporary->knows_columns
               ? find_temporary_column(temporary, name)
               : NULL;
}

static void copy_behind(struct walk *walk, const struct meaning *meaning, struct str name,
                        struct notebook_sql_column *column)
{
    const struct temporary_column *behind = origin_behind(meaning, name);
    if (behind == NULL) {
        walk->answers[walk->cell].lacks_origins = true;
    }
    for (size_t i = 0; behind != NULL && i < behind->origin_count && walk->status == OK; i++) {
        const struct notebook_sql_origin *from = &behind->origins[i];
        column->origins[column->origin_count++] = (struct notebook_sql_origin){
            add_behind(walk, &meaning->temporary->tables[from->table]), SIZE_MAX, from->column};
    }
}

static void copy_origin(struct walk *walk, const struct meaning *meaning, struct str name,
                        struct notebook_sql_column *column)
{
    if (meaning->is_temporary) {
        copy_behind(walk, meaning, name, column);
        return;
    }
    struct notebook_sql_origin *origin = &column->origins[column->origin_count];
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

/* At most so many origins does a column have in terms of the notebook. */
static size_t count_origins(struct walk *walk, const struct lineage *lineage,
                            const struct lineage_column *column)
{
    size_t count = 0;
    for (size_t i = 0; i < column->origin_count && walk->status == OK; i++) {
        const struct lineage_origin *origin = &column->origins[i];
        const struct temporary_column *behind =
            origin_behind(meaning_at(walk, lineage, origin->table), origin->column);
        count += behind != NULL ? behind->origin_count : 1;
    }
    return count;
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
        size_t count = count_origins(walk, lineage, from);
        column->origins = arena_array(walk->arena, count, sizeof(*column->origins));
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
    if (!write->is_temporary && !meaning->is_nothing) {
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
    if (walk->status == OK && meaning.temporary != NULL && meaning.temporary->knows_columns) {
        *columns = meaning.temporary->names;
        *count = meaning.temporary->column_count;
        return true;
    }
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
        keep_temporary(walk, lineage, statement, write, &columns);
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
