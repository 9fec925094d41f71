#include "domain/queried_tables.h"

#include "base/map.h"

/* Bytes of Python looked at for names, for all queried tables together. */
#define PYTHON_BUDGET ((size_t)16 * 1024 * 1024)
/* Dots of a name that may part table from schema. */
#define MAX_SPLITS 6
#define AMBIGUOUS (-1)

/* A table that the project is known to read. */
struct known {
    bool is_confirmed;
};

struct merge {
    const struct queried_job *job;
    struct arena *arena;
    struct error *err;
    struct known *known;
    size_t known_count;
    size_t known_capacity;
    size_t *table_of;    /* of each edge: which known one it begins at; SIZE_MAX */
    struct map by_text;  /* number of known, by all of its text */
    struct map by_tail;  /* the same by each dotted suffix, or AMBIGUOUS */
    size_t python_bytes; /* looked at so far */
};

const char *queried_reason_text(enum queried_reason reason)
{
    static const char *const texts[] = {
        [QUERIED_REASON_NONE] = "",
        [QUERIED_REASON_DYNAMIC] = "a SQL cell makes the name of a table when it runs",
        [QUERIED_REASON_SYNTAX] = "a SQL cell was not understood in full",
        [QUERIED_REASON_PYTHON] = "Python code names it",
        [QUERIED_REASON_COMPONENT] = "the project imports a component that is not known",
        [QUERIED_REASON_INCOMPLETE] = "the notebook could only be read cell by cell",
        [QUERIED_REASON_UNKNOWN] = "not known: perhaps the published version differs",
    };
    return texts[reason];
}

/* ---- names as text ---- */

static enum status lower(struct merge *merge, struct str text, struct str *out)
{
    const struct sql_part part = {.text = text};
    return sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), merge->arena, out);
}

static enum status join(struct arena *arena, const struct table_name *table, struct str *out)
{
    bool has_database = !str_is_empty(table->database);
    bool has_schema = !str_is_empty(table->schema);
    return arena_printf(arena, out, "%.*s%s%.*s%s%.*s", STR_ARG(table->database),
                        has_database ? "." : "", STR_ARG(table->schema), has_schema ? "." : "",
                        STR_ARG(table->name));
}

/* The same text for all spellings of a name on a connection. */
static enum status key_of(struct merge *merge, struct str connection, struct str name,
                          struct str *out)
{
    struct str folded;
    enum status status = lower(merge, name, &folded);
    return status == OK ? arena_printf(merge->arena, out, "%.*s\n%.*s", STR_ARG(connection),
                                       STR_ARG(folded))
                        : status;
}

/* Behind the first dot of *name; false when there is none. */
static bool next_tail(struct str *name)
{
    size_t dot = str_find(*name, '.');
    if (dot == SIZE_MAX || dot + 1 >= name->n) {
        return false;
    }
    *name = str_sub(*name, dot + 1, SIZE_MAX);
    return true;
}

/* One name is the other, or ends with it behind a dot; case apart. */
static bool is_same(struct str a, struct str b)
{
    struct str longer = a.n >= b.n ? a : b;
    struct str shorter = a.n >= b.n ? b : a;
    size_t gap = longer.n - shorter.n;
    return shorter.n > 0 && (gap == 0 || longer.p[gap - 1] == '.') &&
           str_eq_nocase(str_sub(longer, gap, SIZE_MAX), shorter);
}

/* ---- what the project is known to read ---- */

static enum status add_tails(struct merge *merge, const struct table_name *table,
                             struct str name, size_t place)
{
    enum status status = OK;
    do {
        struct str key;
        status = key_of(merge, table->connection, name, &key);
        if (status == OK) {
            int64_t value = map_has(&merge->by_tail, key) ? AMBIGUOUS : (int64_t)place;
            status = map_put(&merge->by_tail, key, (union map_value){.number = value});
        }
    } while (status == OK && next_tail(&name));
    return status;
}

static enum status note_table(struct merge *merge, const struct table_name *table,
                              size_t *place)
{
    struct str name;
    struct str key;
    enum status status = join(merge->arena, table, &name);
    if (status == OK) {
        status = key_of(merge, table->connection, name, &key);
    }
    if (status != OK) {
        return status;
    }
    const union map_value *found = map_get(&merge->by_text, key);
    if (found != NULL) {
        *place = (size_t)found->number;
        return OK;
    }
    struct known *known = arena_push(merge->arena, &merge->known, &merge->known_count,
                                     &merge->known_capacity, sizeof(*known));
    if (known == NULL) {
        return ERR_NOMEM;
    }
    *place = merge->known_count - 1;
    status = map_put(&merge->by_text, key, (union map_value){.number = (int64_t)*place});
    return status == OK ? add_tails(merge, table, name, *place) : status;
}

static enum status note_tables(struct merge *merge)
{
    const struct edge_list *edges = merge->job->edges;
    enum status status = OK;
    merge->table_of = arena_array(merge->arena, edges->count, sizeof(*merge->table_of));
    if (merge->table_of == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < edges->count && status == OK; i++) {
        const struct node *from = &edges->items[i].from;
        merge->table_of[i] = SIZE_MAX;
        if (from->kind == NODE_KIND_TABLE) {
            status = note_table(merge, &from->table, &merge->table_of[i]);
        }
    }
    return status;
}

/* *is_explained also when it may be one of several, which confirms none of them. */
static enum status match(struct merge *merge, const struct queried_table *item,
                         bool *is_explained)
{
    struct str name = item->table_name;
    struct str key;
    enum status status = key_of(merge, item->connection_id, name, &key);
    const union map_value *found = status == OK ? map_get(&merge->by_text, key) : NULL;
    if (status == OK && found == NULL) {
        found = map_get(&merge->by_tail, key);
    }
    while (status == OK && found == NULL && next_tail(&name)) {
        status = key_of(merge, item->connection_id, name, &key);
        found = status == OK ? map_get(&merge->by_text, key) : NULL;
    }
    *is_explained = found != NULL;
    if (found != NULL && found->number != AMBIGUOUS) {
        merge->known[found->number].is_confirmed = true;
    }
    return status;
}

/* ---- news ---- */

/* At the last dots: name, schema, the rest; two levels: name, the rest. */
static void split(const struct queried_table *item, bool is_two_level, struct table_name *out)
{
    struct str rest = item->table_name;
    struct str *const parts[] = {&out->name, &out->schema, &out->database};
    size_t last = is_two_level ? 1 : 2;
    *out = (struct table_name){.connection = item->connection_id};
    for (size_t i = 0; i <= last && rest.n > 0; i++) {
        size_t dot = i < last ? str_find_last(rest, '.') : SIZE_MAX;
        *parts[i] = dot == SIZE_MAX ? rest : str_sub(rest, dot + 1, SIZE_MAX);
        rest = dot == SIZE_MAX ? STR_NULL : str_sub(rest, 0, dot);
    }
}

/* A table of this name that another project's SQL shows; out->name STR_NULL: none, or several.
 */
static enum status find_elsewhere(struct merge *merge, const struct queried_table *item,
                                  struct table_name *out)
{
    const struct notebook_lookup *lookup = merge->job->lookup;
    struct str tail = item->table_name;
    bool has_tail = lookup->tables != NULL;
    bool is_exact = false;
    size_t matches = 0;
    for (int i = 0; i < MAX_SPLITS && has_tail && !is_exact; i++) {
        struct table_name *tables = NULL;
        size_t count = 0;
        enum status status =
            lookup->tables(lookup->ctx, item->connection_id, tail, &tables, &count, merge->err);
        for (size_t k = 0; k < count && status == OK && !is_exact; k++) {
            struct str text;
            if (join(merge->arena, &tables[k], &text) != OK) {
                return error_nomem(merge->err);
            }
            is_exact = str_eq_nocase(text, item->table_name);
            if (is_exact || is_same(text, item->table_name)) {
                *out = tables[k];
                matches++;
            }
        }
        if (status != OK) {
            return status;
        }
        has_tail = next_tail(&tail);
    }
    out->name = is_exact || matches == 1 ? out->name : STR_NULL;
    return OK;
}

static enum status is_two_level(struct merge *merge, struct str connection, bool *out)
{
    const struct notebook_lookup *lookup = merge->job->lookup;
    const struct data_connection *found = NULL;
    enum status status = OK;
    if (lookup->connection != NULL) {
        status = lookup->connection(lookup->ctx, connection, &found, merge->err);
    }
    *out = found != NULL &&
           sql_has(sql_rules_of(sql_dialect_from_name(found->type)), SQL_TRAIT_TWO_LEVELS);
    return status;
}

static enum status add_news(struct merge *merge, const struct queried_table *item)
{
    struct node from = {.kind = NODE_KIND_TABLE};
    const struct node to = {.kind = NODE_KIND_PROJECT,
                            .project = merge->job->notebook->project_id};
    bool has_two_levels = false;
    enum status status = find_elsewhere(merge, item, &from.table);
    if (status == OK && str_is_empty(from.table.name)) {
        status = is_two_level(merge, item->connection_id, &has_two_levels);
        split(item, has_two_levels, &from.table);
    }
    if (status == OK && !str_is_empty(from.table.name) &&
        edge_list_add(merge->job->edges, &from, &to, EVIDENCE_QUERIED_TABLES) == NULL) {
        status = error_nomem(merge->err);
    }
    return status;
}

/* ---- reasons ---- */

static bool contains(struct str text, struct str word)
{
    for (size_t i = 0; word.n > 0 && i + word.n <= text.n; i++) {
        if (str_eq_nocase(str_sub(text, i, word.n), word)) {
            return true;
        }
    }
    return false;
}

static bool is_in_python(struct merge *merge, const struct queried_table *item)
{
    const struct notebook *notebook = merge->job->notebook;
    size_t dot = str_find_last(item->table_name, '.');
    struct str name =
        dot == SIZE_MAX ? item->table_name : str_sub(item->table_name, dot + 1, SIZE_MAX);
    for (size_t i = 0; i < notebook->cell_count && merge->python_bytes < PYTHON_BUDGET; i++) {
        const struct cell *cell = &notebook->cells[i];
        if (str_is(cell->type, "CODE")) {
            merge->python_bytes += cell->source.n;
            if (contains(cell->source, name)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a SQL cell on the connection has such a note. */
static bool has_note(const struct merge *merge, struct str connection, bool is_dynamic)
{
    const struct queried_job *job = merge->job;
    for (size_t i = 0; i < job->steps->count; i++) {
        const struct cell *cell = job->steps->items[i].cell;
        const struct sql_notes *notes = &job->answers[i].notes;
        if (cell == NULL || !job->answers[i].is_partial ||
            !str_eq(cell->connection, connection)) {
            continue;
        }
        for (size_t k = 0; k < notes->count; k++) {
            enum sql_note_kind kind = notes->items[k].kind;
            bool is_such = kind == SQL_NOTE_DYNAMIC_NAME || kind == SQL_NOTE_DYNAMIC_SQL;
            if (is_such == is_dynamic && sql_note_hides_tables(kind)) {
                return true;
            }
        }
    }
    return false;
}

static enum queried_reason reason_of(struct merge *merge, const struct queried_table *item)
{
    if (is_in_python(merge, item)) {
        return QUERIED_REASON_PYTHON;
    }
    if (has_note(merge, item->connection_id, true)) {
        return QUERIED_REASON_DYNAMIC;
    }
    if (has_note(merge, item->connection_id, false)) {
        return QUERIED_REASON_SYNTAX;
    }
    if (merge->job->steps->lacks_component) {
        return QUERIED_REASON_COMPONENT;
    }
    return merge->job->notebook->is_complete ? QUERIED_REASON_UNKNOWN
                                             : QUERIED_REASON_INCOMPLETE;
}

/* ---- all of it ---- */

static enum status merge_items(struct merge *merge, enum queried_reason *reasons)
{
    const struct queried_job *job = merge->job;
    size_t edge_count = job->edges->count;
    enum status status = note_tables(merge);
    for (size_t i = 0; i < job->count && status == OK; i++) {
        bool is_explained = false;
        status = match(merge, &job->items[i], &is_explained);
        if (status == OK && !is_explained) {
            reasons[i] = reason_of(merge, &job->items[i]);
            status = add_news(merge, &job->items[i]);
        }
    }
    for (size_t i = 0; i < edge_count && status == OK; i++) {
        size_t table = merge->table_of[i];
        if (table != SIZE_MAX && merge->known[table].is_confirmed) {
            job->edges->items[i].evidence |= EVIDENCE_QUERIED_TABLES;
        }
    }
    return status;
}

enum status queried_tables_merge(const struct queried_job *job, enum queried_reason **reasons,
                                 struct error *err)
{
    struct merge merge = {.job = job, .arena = job->edges->arena, .err = err};
    *reasons = NULL;
    if (job->count == 0) {
        return OK;
    }
    *reasons = arena_array(merge.arena, job->count, sizeof(**reasons));
    if (*reasons == NULL) {
        return error_nomem(err);
    }
    map_init(&merge.by_text);
    map_init(&merge.by_tail);
    enum status status = merge_items(&merge, *reasons);
    map_free(&merge.by_text);
    map_free(&merge.by_tail);
    return status == ERR_NOMEM ? error_nomem(err) : status;
}
