#include "app/sql_wire.h"

#include "base/json_out.h"
#include "base/map.h"
#include "domain/name_match.h"
#include "domain/notebook_sql.h"
#include "io/json.h"

#define ARENA_BYTES ((size_t)1024 * 1024 * 1024)

struct wire {
    const struct json *question;
    struct arena arena;
    struct json_out out;
    struct map schema; /* columns task: lower-case table name to member */
    struct error *err;
};

/* Why the answer may be incomplete, and where. */
static void write_notes(struct wire *wire, const struct sql_notes *notes)
{
    json_out_key(&wire->out, "notes");
    json_out_array(&wire->out);
    for (size_t i = 0; i < notes->count; i++) {
        const struct sql_note *note = &notes->items[i];
        json_out_object(&wire->out);
        json_out_field_int(&wire->out, "line", (int64_t)note->line);
        json_out_field_int(&wire->out, "column", (int64_t)note->column);
        json_out_field_bool(&wire->out, "tables", sql_note_hides_tables(note->kind));
        json_out_field_cstr(&wire->out, "text", sql_note_text(note->kind));
        json_out_object_end(&wire->out);
    }
    json_out_array_end(&wire->out);
}

/* ---- tables ---- */

static enum status write_tables(struct wire *wire, const char *key,
                                const struct lineage *lineage, const struct sql_rules *rules,
                                bool are_writes)
{
    struct map seen;
    enum status status = OK;
    map_init(&seen);
    json_out_key(&wire->out, key);
    json_out_array(&wire->out);
    for (size_t i = 0; i < lineage->statement_count && status == OK; i++) {
        const struct lineage_statement *statement = &lineage->statements[i];
        size_t count = are_writes ? statement->write_count : statement->read_count;
        for (size_t k = 0; k < count && status == OK; k++) {
            const struct lineage_access *access =
                are_writes ? &statement->writes[k] : &statement->reads[k];
            const struct lineage_table *table = &lineage->tables[access->table];
            struct str name;
            union map_value value = {.number = 1};
            if (map_has(&seen, table->key)) {
                continue;
            }
            status = sql_name_render(&table->name, rules, &wire->arena, &name);
            if (status == OK) {
                status = map_put(&seen, table->key, value);
            }
            if (status == OK) {
                json_out_str(&wire->out, name);
            }
        }
    }
    json_out_array_end(&wire->out);
    map_free(&seen);
    return status;
}

static enum status answer_tables(struct wire *wire)
{
    struct lineage lineage;
    const struct lineage_options options = {
        .dialect = sql_dialect_from_name(json_str(json_get(wire->question, "dialect"))),
    };
    const struct sql_rules *rules = sql_rules_of(options.dialect);
    struct str sql = json_str(json_get(wire->question, "sql"));
    enum status status = lineage_find(sql, &options, &wire->arena, &lineage);
    if (status == OK) {
        status = write_tables(wire, "reads", &lineage, rules, false);
    }
    if (status == OK) {
        status = write_tables(wire, "writes", &lineage, rules, true);
    }
    write_notes(wire, &lineage.notes);
    return status;
}

/* ---- columns ---- */

static enum status lower(struct wire *wire, struct str text, struct str *out)
{
    const struct sql_part part = {.text = text};
    return sql_part_key(&part, sql_rules_of(SQL_DIALECT_GENERIC), &wire->arena, out);
}

static enum status read_schema(struct wire *wire)
{
    void *iterator = NULL;
    struct str name;
    const struct json *columns;
    const struct json *schema = json_get(wire->question, "schema");
    enum status status = OK;
    while (status == OK && json_next_member(schema, &iterator, &name, &columns)) {
        struct str *entry = ARENA_NEW(&wire->arena, struct str);
        struct str key;
        union map_value value = {.pointer = entry};
        status = entry != NULL ? lower(wire, name, &key) : ERR_NOMEM;
        if (status == OK) {
            *entry = name;
            status = map_put(&wire->schema, key, value);
        }
    }
    return status;
}

/* The schema's own spelling of a table; STR_NULL when it is not there. */
static struct str schema_name(struct wire *wire, const struct sql_name *table)
{
    struct str text = STR("");
    struct str key;
    for (size_t i = 0; i < table->count; i++) {
        if (arena_printf(&wire->arena, &text, "%.*s%s%.*s", STR_ARG(text), i > 0 ? "." : "",
                         STR_ARG(table->parts[i].text)) != OK) {
            return STR_NULL;
        }
    }
    if (lower(wire, text, &key) != OK) {
        return STR_NULL;
    }
    const union map_value *value = map_get(&wire->schema, key);
    return value != NULL ? *(const struct str *)value->pointer : STR_NULL;
}

/* lineage_schema_fn over the question's schema. */
static bool find_schema(void *ctx, const struct sql_name *table, const struct str **columns,
                        size_t *count)
{
    struct wire *wire = ctx;
    struct str name = schema_name(wire, table);
    const char *key = str_is_null(name) ? NULL : arena_cstr(&wire->arena, name);
    const struct json *list =
        key != NULL ? json_get(json_get(wire->question, "schema"), key) : NULL;
    struct str *names = arena_array(&wire->arena, json_count(list), sizeof(*names));
    if (list == NULL || names == NULL) {
        return false;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        names[i] = json_str(json_at(list, i));
    }
    *columns = names;
    *count = json_count(list);
    return true;
}

static enum status write_column(struct wire *wire, const struct lineage *lineage,
                                const struct sql_rules *rules,
                                const struct lineage_column *column)
{
    json_out_object(&wire->out);
    json_out_field_str(&wire->out, "name", column->name);
    json_out_key(&wire->out, "from");
    json_out_array(&wire->out);
    for (size_t i = 0; i < column->origin_count; i++) {
        const struct lineage_origin *origin = &column->origins[i];
        const struct lineage_table *table = &lineage->tables[origin->table];
        struct str name = schema_name(wire, &table->name);
        if (str_is_null(name) &&
            sql_name_render(&table->name, rules, &wire->arena, &name) != OK) {
            return ERR_NOMEM;
        }
        json_out_array(&wire->out);
        json_out_str(&wire->out, name);
        json_out_str(&wire->out, origin->column);
        json_out_array_end(&wire->out);
    }
    json_out_array_end(&wire->out);
    json_out_object_end(&wire->out);
    return OK;
}

static enum status answer_columns(struct wire *wire)
{
    struct lineage lineage;
    const struct lineage_options options = {
        .dialect = sql_dialect_from_name(json_str(json_get(wire->question, "dialect"))),
        .wants_columns = true,
        .schema = find_schema,
        .schema_ctx = wire,
        .matches = name_match,
    };
    struct str sql = json_str(json_get(wire->question, "sql"));
    enum status status = read_schema(wire);
    if (status == OK) {
        status = lineage_find(sql, &options, &wire->arena, &lineage);
    }
    if (status != OK) {
        return status;
    }
    const struct lineage_statement *last = NULL;
    for (size_t i = 0; i < lineage.statement_count; i++) {
        last = lineage.statements[i].column_count > 0 ? &lineage.statements[i] : last;
    }
    const struct sql_word *word = last != NULL && !last->is_query && last->write_count > 0
                                      ? last->writes[0].columns
                                      : NULL;
    json_out_key(&wire->out, "columns");
    json_out_array(&wire->out);
    for (size_t i = 0; last != NULL && i < last->column_count && status == OK; i++) {
        struct lineage_column column = last->columns[i];
        word = column.is_star ? NULL : word; /* who knows how many names it takes */
        if (word != NULL) {
            column.name = word->part.text; /* INSERT INTO t (a, b) */
            word = word->next;
        }
        status = write_column(wire, &lineage, sql_rules_of(options.dialect), &column);
    }
    json_out_array_end(&wire->out);
    write_notes(wire, &lineage.notes);
    return status;
}

/* ---- notebooks ---- */

static void read_cell(const struct wire *wire, const struct json *from,
                      struct notebook_sql_cell *cell)
{
    const struct json *connection = json_get(from, "connection");
    if (connection == NULL) {
        connection = json_get(wire->question, "connection");
    }
    if (str_is(json_str(json_get(from, "type")), "SQL")) {
        cell->sql = json_str(json_get(from, "sql"));
    }
    cell->dataframe = json_str(json_get(from, "output_dataframe"));
    cell->is_dataframe_sql = json_bool(json_get(from, "dataframe"), false);
    cell->dialect = sql_dialect_from_name(json_str(json_get(connection, "type")));
    cell->defaults.database.text = json_str(json_get(connection, "database"));
    cell->defaults.schema.text = json_str(json_get(connection, "schema"));
}

static struct str cell_id(const struct json *cells, size_t index)
{
    return json_str(json_get(json_at(cells, index), "id"));
}

static void write_names(struct wire *wire, const struct json *cells, const char *key,
                        const struct notebook_sql_answer *answers, bool are_writes)
{
    json_out_key(&wire->out, key);
    json_out_object(&wire->out);
    for (size_t i = 0; i < json_count(cells); i++) {
        const struct notebook_sql_answer *answer = &answers[i];
        size_t count = are_writes ? answer->write_count : answer->read_count;
        json_out_key_str(&wire->out, cell_id(cells, i));
        json_out_array(&wire->out);
        const struct notebook_sql_table *tables = are_writes ? answer->writes : answer->reads;
        for (size_t k = 0; k < count; k++) {
            if (!tables[k].is_behind) {
                json_out_str(&wire->out, tables[k].text);
            }
        }
        json_out_array_end(&wire->out);
    }
    json_out_object_end(&wire->out);
}

static enum status write_project(struct wire *wire, size_t count,
                                 const struct notebook_sql_answer *answers)
{
    struct map seen;
    enum status status = OK;
    map_init(&seen);
    json_out_key(&wire->out, "project");
    json_out_array(&wire->out);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < answers[i].read_count && status == OK; k++) {
            struct str text = answers[i].reads[k].text;
            union map_value value = {.number = 1};
            if (!answers[i].reads[k].is_behind && !map_has(&seen, text)) {
                json_out_str(&wire->out, text);
                status = map_put(&seen, text, value);
            }
        }
    }
    json_out_array_end(&wire->out);
    map_free(&seen);
    return status;
}

static void write_dependencies(struct wire *wire, const struct json *cells,
                               const struct notebook_sql_answer *answers)
{
    json_out_key(&wire->out, "deps");
    json_out_object(&wire->out);
    for (size_t i = 0; i < json_count(cells); i++) {
        json_out_key_str(&wire->out, cell_id(cells, i));
        json_out_array(&wire->out);
        for (size_t k = 0; k < answers[i].dep_count; k++) {
            json_out_str(&wire->out, cell_id(cells, answers[i].deps[k]));
        }
        json_out_array_end(&wire->out);
    }
    json_out_object_end(&wire->out);
    json_out_key(&wire->out, "partial");
    json_out_array(&wire->out);
    for (size_t i = 0; i < json_count(cells); i++) {
        if (answers[i].is_partial) {
            json_out_str(&wire->out, cell_id(cells, i));
        }
    }
    json_out_array_end(&wire->out);
}

static enum status answer_notebook(struct wire *wire)
{
    const struct json *from = json_get(wire->question, "cells");
    size_t count = json_count(from);
    struct notebook_sql_answer *answers;
    struct notebook_sql_cell *cells = arena_array(&wire->arena, count, sizeof(*cells));
    if (cells == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        read_cell(wire, json_at(from, i), &cells[i]);
    }
    enum status status = notebook_sql_find(cells, count, NULL, &wire->arena, &answers);
    if (status != OK) {
        return status;
    }
    write_names(wire, from, "per_cell", answers, false);
    write_names(wire, from, "writes", answers, true);
    write_dependencies(wire, from, answers);
    return write_project(wire, count, answers);
}

/* ---- lines ---- */

static enum status answer(struct wire *wire)
{
    static const struct {
        const char *task;
        enum status (*answer)(struct wire *wire);
    } tasks[] = {
        {"tables", answer_tables},
        {"columns", answer_columns},
        {"notebooks", answer_notebook},
    };
    struct str task = json_str(json_get(wire->question, "task"));
    struct str id = json_str(json_get(wire->question, "id"));
    for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
        if (!str_is(task, tasks[i].task)) {
            continue;
        }
        json_out_object(&wire->out);
        json_out_field_str(&wire->out, "id", id);
        enum status status = tasks[i].answer(wire);
        json_out_object_end(&wire->out);
        return status == ERR_NOMEM ? error_nomem(wire->err) : status;
    }
    return error_set(wire->err, ERR_PARSE,
                     "\"task\" must be \"tables\", \"columns\" or \"notebooks\"");
}

enum status sql_wire_answer(struct str line, struct buf *out, struct error *err)
{
    const struct json_limits limits = {.max_bytes = SQL_WIRE_MAX_BYTES, .max_depth = 16};
    struct json *question = NULL;
    struct wire wire = {.err = err};
    struct buf text;
    buf_init(&text, out->max_bytes);
    arena_init(&wire.arena, ARENA_BYTES);
    map_init(&wire.schema);
    json_out_init(&wire.out, &text);
    enum status status = json_parse(line, &limits, &question, err);
    if (status == OK) {
        wire.question = question;
        status = answer(&wire);
    }
    if (status == OK) {
        (void)buf_append_char(&text, '\n');
        status = buf_status(&text);
    }
    if (status == OK) {
        status = buf_append_str(out, buf_str(&text));
    }
    map_free(&wire.schema);
    arena_free(&wire.arena);
    buf_free(&text);
    json_free(question);
    return status;
}
