#include "sql/lineage.h"

#include "sql/parser.h"
#include "sql/resolve.h"
#include "sql/template.h"

#include <stdlib.h>

/* Work on columns, beside what the text's own size allows. */
#define BASE_BUDGET ((int64_t)1000 * 1000)
#define BUDGET_PER_BYTE 8

/* One statement of the tree as one of the answer. */
static enum status add_statement(struct resolver *r, struct sql_statement *statement,
                                 size_t variant)
{
    struct lineage *out = r->out;
    r->statement = arena_push(r->arena, &out->statements, &out->statement_count,
                              &out->statement_capacity, sizeof(*out->statements));
    if (r->statement == NULL) {
        return ERR_NOMEM;
    }
    *r->statement =
        (struct lineage_statement){.offset = statement->offset,
                                   .end = statement->end,
                                   .variant = variant,
                                   .is_query = statement->kind == SQL_STATEMENT_QUERY,
                                   .is_use = statement->kind == SQL_STATEMENT_USE,
                                   .use_is_schema = statement->scope == SQL_USE_SCOPE_SCHEMA,
                                   .use = statement->name};
    resolve_statement(r, statement);
    return r->status;
}

/* One variant of the text: all branches of a template are looked at in turn. */
static enum status find_variant(struct resolver *r, struct str text, size_t variant)
{
    struct sql_statement *statements;
    enum status status = sql_parse(text, r->rules, r->arena, &r->out->notes, &statements);
    while (status == OK && statements != NULL) {
        status = add_statement(r, statements, variant);
        statements = statements->next;
    }
    return status;
}

static void free_resolver(struct resolver *r)
{
    map_free(&r->tables);
    map_free(&r->ctes);
    for (struct resolve_columns *columns = r->indexed; columns != NULL;
         columns = columns->next_indexed) {
        map_free(&columns->index);
    }
}

static enum status find_all(struct resolver *r, struct str text)
{
    struct sql_template template = {.text = text, .variant_count = 1};
    enum status status = OK;
    if (r->options->is_template) {
        status = sql_template_read(text, r->arena, &r->out->notes, &template);
    }
    for (size_t i = 0; i < template.variant_count && status == OK; i++) {
        struct str variant = text;
        if (r->options->is_template) {
            status = sql_template_variant(&template, i, r->arena, &variant);
        }
        if (status == OK) {
            status = find_variant(r, variant, i);
        }
    }
    return status;
}

enum status lineage_find(struct str text, const struct lineage_options *options,
                         struct arena *arena, struct lineage *out)
{
    *out = (struct lineage){.notes = {.arena = arena}};
    struct resolver r = {.arena = arena,
                         .rules = sql_rules_of(options->dialect),
                         .options = options,
                         .out = out,
                         .text_offset = SIZE_MAX,
                         .quiet = options->wants_columns ? 0 : 1,
                         .budget = BASE_BUDGET + (int64_t)text.n * BUDGET_PER_BYTE};
    if (text.n > LINEAGE_MAX_BYTES) {
        return sql_notes_add(&out->notes, SQL_NOTE_SIZE, 0);
    }
    map_init(&r.tables);
    map_init(&r.ctes);
    enum status status = find_all(&r, text);
    free_resolver(&r);
    if (status == OK) {
        sql_notes_place(&out->notes, text);
    }
    return status;
}

bool lineage_is_partial(const struct lineage *lineage)
{
    for (size_t i = 0; i < lineage->notes.count; i++) {
        if (sql_note_hides_tables(lineage->notes.items[i].kind)) {
            return true;
        }
    }
    return false;
}
