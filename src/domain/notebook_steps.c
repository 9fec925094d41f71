#include "domain/notebook_steps.h"

#include "base/map.h"

#define MAX_IMPORT_DEPTH 16
/*
 * Cells of components looked at for one notebook. Components that import each other many
 * times over would take exponential time; what lies beyond makes no edges.
 */
#define MAX_BROUGHT_CELLS 1000000

/* What lookup said of a component. */
struct component {
    const struct notebook *notebook; /* NULL: not known */
    bool is_imported;                /* by the notebook itself */
};

struct walk {
    const struct notebook_lookup *lookup;
    struct arena *arena;
    struct error *err;
    struct str path[MAX_IMPORT_DEPTH + 1]; /* the notebooks that we are inside of */
    size_t depth;
    struct map components; /* id -> struct component */
    struct map brought;    /* by the import at hand: lower-case name -> struct frame */
    size_t brought_cells;
    struct notebook_steps *out;
    size_t step_capacity;
    size_t cell_capacity;
    size_t import_capacity;
};

/* A data frame that a component ends with. */
struct frame {
    struct str project;
    const struct cell *cell;
};

static enum status add_step(struct walk *walk, const struct node *node, const struct cell *cell,
                            const struct notebook_sql_cell *sql)
{
    struct notebook_steps *out = walk->out;
    size_t count = out->count;
    struct notebook_step *step = arena_push(walk->arena, &out->items, &out->count,
                                            &walk->step_capacity, sizeof(*out->items));
    struct notebook_sql_cell *slot =
        arena_push(walk->arena, &out->cells, &count, &walk->cell_capacity, sizeof(*out->cells));
    if (step == NULL || slot == NULL) {
        return error_nomem(walk->err);
    }
    *step = (struct notebook_step){*node, cell};
    *slot = *sql;
    return OK;
}

/* ---- what a component brings ---- */

static bool is_inside(const struct walk *walk, struct str component)
{
    for (size_t i = 0; i < walk->depth; i++) {
        if (str_eq(walk->path[i], component)) {
            return true;
        }
    }
    return false;
}

/* Asks lookup once for each component. */
static enum status component_of(struct walk *walk, struct str id, struct component **out)
{
    const union map_value *known = map_get(&walk->components, id);
    if (known != NULL) {
        *out = known->pointer;
        return OK;
    }
    *out = ARENA_NEW(walk->arena, struct component);
    if (*out == NULL ||
        map_put(&walk->components, id, (union map_value){.pointer = *out}) != OK) {
        return error_nomem(walk->err);
    }
    if (walk->lookup->notebook == NULL) {
        return OK;
    }
    return walk->lookup->notebook(walk->lookup->ctx, id, &(*out)->notebook, walk->err);
}

static enum status bring_frame(struct walk *walk, struct str project, const struct cell *cell)
{
    const struct sql_part part = {.text = cell->dataframe};
    struct str key;
    struct frame *frame = ARENA_NEW(walk->arena, struct frame);
    if (frame == NULL ||
        sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), walk->arena, &key) != OK) {
        return error_nomem(walk->err);
    }
    *frame = (struct frame){project, cell};
    return map_put(&walk->brought, key, (union map_value){.pointer = frame}) == OK
               ? OK
               : error_nomem(walk->err);
}

/* Notes the data frames that the component ends with, those of its own imports included. */
static enum status bring(struct walk *walk, struct str id)
{
    struct component *component = NULL;
    if (walk->depth > MAX_IMPORT_DEPTH || is_inside(walk, id)) {
        return OK;
    }
    enum status status = component_of(walk, id, &component);
    if (status != OK || component->notebook == NULL) {
        walk->out->lacks_component = true;
        return status;
    }
    const struct notebook *notebook = component->notebook;
    walk->path[walk->depth++] = id;
    for (size_t i = 0; i < notebook->cell_count && status == OK; i++) {
        const struct cell *cell = &notebook->cells[i];
        if (walk->brought_cells++ > MAX_BROUGHT_CELLS) {
            break;
        }
        if (!str_is_empty(cell->component)) {
            status = bring(walk, cell->component);
        }
        if (status == OK && cell_is_dataset(cell)) {
            status = bring_frame(walk, id, cell);
        }
    }
    walk->depth--;
    return status;
}

static enum status note_import(struct walk *walk, struct str project, struct str component)
{
    struct component *known = NULL;
    if (str_eq(project, component)) {
        return OK; /* of itself: a circle */
    }
    enum status status = component_of(walk, component, &known);
    if (status != OK || known->is_imported) {
        return status;
    }
    known->is_imported = true;
    struct str *import = arena_push(walk->arena, &walk->out->imports, &walk->out->import_count,
                                    &walk->import_capacity, sizeof(*import));
    if (import == NULL) {
        return error_nomem(walk->err);
    }
    *import = component;
    return OK;
}

static enum status add_import(struct walk *walk, struct str project, struct str component)
{
    map_clear(&walk->brought);
    enum status status = note_import(walk, project, component);
    if (status == OK) {
        status = bring(walk, component);
    }
    for (size_t i = 0; i < walk->brought.count && status == OK; i++) {
        const struct frame *frame = walk->brought.entries[i].value.pointer;
        const struct node node = {
            .kind = NODE_KIND_DATASET, .project = frame->project, .cell = frame->cell->id};
        const struct notebook_sql_cell sql = {.sql = STR_NULL,
                                              .dataframe = frame->cell->dataframe,
                                              .columns = frame->cell->columns,
                                              .column_count = frame->cell->column_count};
        status = add_step(walk, &node, NULL, &sql);
    }
    return status;
}

/* ---- the notebook's own cells ---- */

/* What bare names mean on the cell's connection. */
static enum status find_connection(struct walk *walk, const struct cell *cell,
                                   struct notebook_sql_cell *sql)
{
    const struct data_connection *connection = NULL;
    enum status status = OK;
    if (walk->lookup->connection != NULL) {
        status = walk->lookup->connection(walk->lookup->ctx, cell->connection, &connection,
                                          walk->err);
    }
    if (status != OK || connection == NULL) {
        return status;
    }
    sql->dialect = sql_dialect_from_name(connection->type);
    const struct sql_rules *rules = sql_rules_of(sql->dialect);
    bool is_exact = rules->folding == SQL_FOLDING_LOWER; /* no SQL: nothing folds it */
    if (sql_has(rules, SQL_TRAIT_TWO_LEVELS)) {
        sql->defaults.database.text = connection->schema;
    } else {
        sql->defaults.database = (struct sql_part){connection->database, is_exact};
        sql->defaults.schema = (struct sql_part){connection->schema, is_exact};
    }
    return OK;
}

/* The data frames that its configuration names. */
static enum status list_names(struct walk *walk, const struct cell *cell,
                              struct notebook_sql_cell *sql)
{
    struct str *names = arena_array(walk->arena, cell->read_count, sizeof(*names));
    if (names == NULL) {
        return error_nomem(walk->err);
    }
    for (size_t i = 0; i < cell->read_count; i++) {
        if (!str_is_null(cell->reads[i].dataframe)) {
            names[sql->name_count++] = cell->reads[i].dataframe;
        }
    }
    sql->names = names;
    return OK;
}

static enum status add_cell(struct walk *walk, struct str project, const struct cell *cell)
{
    const struct node node = {.kind =
                                  cell_is_dataset(cell) ? NODE_KIND_DATASET : NODE_KIND_CELL,
                              .project = project,
                              .cell = cell->id};
    struct notebook_sql_cell sql = {.sql = STR_NULL,
                                    .dataframe = cell->dataframe,
                                    .columns = cell->columns,
                                    .column_count = cell->column_count,
                                    .keeps_columns = str_is(cell->type, "FILTER")};
    enum status status = list_names(walk, cell, &sql);
    if (status == OK && str_is(cell->type, "SQL")) {
        sql.sql = cell->source;
        /* without a connection it can only be about data frames */
        sql.is_dataframe_sql = cell->is_dataframe_sql || str_is_empty(cell->connection);
        status = sql.is_dataframe_sql ? OK : find_connection(walk, cell, &sql);
    }
    return status == OK ? add_step(walk, &node, cell, &sql) : status;
}

enum status notebook_steps_make(const struct notebook *notebook,
                                const struct notebook_lookup *lookup, struct arena *arena,
                                struct notebook_steps *out, struct error *err)
{
    struct walk walk = {.lookup = lookup,
                        .arena = arena,
                        .err = err,
                        .path = {notebook->project_id},
                        .depth = 1,
                        .out = out};
    enum status status = OK;
    *out = (struct notebook_steps){NULL};
    map_init(&walk.components);
    map_init(&walk.brought);
    for (size_t i = 0; i < notebook->cell_count && status == OK; i++) {
        const struct cell *cell = &notebook->cells[i];
        if (!str_is_empty(cell->component)) {
            status = add_import(&walk, notebook->project_id, cell->component);
        }
        if (status == OK) {
            status = add_cell(&walk, notebook->project_id, cell);
        }
    }
    map_free(&walk.components);
    map_free(&walk.brought);
    return status;
}

/* ---- tables ---- */

/* Where case never matters, the connection's spelling of its own database or schema counts. */
static struct str as_default(struct str name, struct str fallback,
                             const struct sql_rules *rules)
{
    bool is_same = rules->folding == SQL_FOLDING_BLIND && str_eq_nocase(name, fallback);
    return is_same ? fallback : name;
}

/* Parts first..end of a name, joined by dots; STR_NULL for none. */
static enum status join_parts(const struct sql_name *name, size_t first, size_t end,
                              enum sql_dialect dialect, struct arena *arena, struct str *out)
{
    *out = STR_NULL;
    for (size_t i = first; i < end; i++) {
        struct str part;
        enum status status = notebook_sql_stored(&name->parts[i], dialect, arena, &part);
        if (status == OK && !str_is_null(*out)) {
            status = arena_printf(arena, &part, "%.*s.%.*s", STR_ARG(*out), STR_ARG(part));
        }
        if (status != OK) {
            return status;
        }
        *out = part;
    }
    *out = str_is_empty(*out) ? STR_NULL : *out;
    return OK;
}

enum status notebook_steps_table(const struct notebook_steps *steps, size_t step,
                                 const struct sql_name *name, struct arena *arena,
                                 struct table_name *out)
{
    enum sql_dialect dialect = steps->cells[step].dialect;
    const struct sql_rules *rules = sql_rules_of(dialect);
    size_t table = name->count > 0 ? name->count - 1 : 0;
    bool is_view = sql_has(rules, SQL_TRAIT_DASHED_NAMES) && table >= 1 &&
                   str_eq_nocase(name->parts[table - 1].text, STR("INFORMATION_SCHEMA"));
    table -= is_view ? 1 : 0;
    size_t schema = table > 0 ? table - 1 : 0;
    *out = (struct table_name){.connection = steps->items[step].cell->connection};
    enum status status = join_parts(name, table, name->count, dialect, arena, &out->name);
    if (status == OK) {
        status = join_parts(name, schema, table, dialect, arena, &out->schema);
    }
    if (status == OK) {
        status = join_parts(name, 0, schema, dialect, arena, &out->database);
    }
    const struct sql_defaults *defaults = &steps->cells[step].defaults;
    if (sql_has(rules, SQL_TRAIT_TWO_LEVELS)) {
        out->schema = as_default(out->schema, defaults->database.text, rules);
    } else {
        out->schema = as_default(out->schema, defaults->schema.text, rules);
        out->database = as_default(out->database, defaults->database.text, rules);
    }
    return status;
}
