/*
 * Any bytes as SQL. The first byte chooses dialect and options, the rest is the text. What
 * must hold: an answer comes, indexes and positions are inside what they point into, and names
 * survive being written, completed and read again.
 */
#include "sql/lineage.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str columns_of_all[] = {{"a", 1}, {"b", 1}, {"id", 2}};

/* Tables whose name has an even length have three columns; others are not known. */
static bool find_schema(void *ctx, const struct sql_name *table, const struct str **columns,
                        size_t *count)
{
    (void)ctx;
    *columns = columns_of_all;
    *count = 3;
    return table->count > 0 && table->parts[table->count - 1].text.n % 2 == 0;
}

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_access(const struct lineage *lineage, const struct lineage_access *access,
                         size_t size)
{
    check(access->table < lineage->table_count);
    check(access->offset <= size);
}

static void check_statement(const struct lineage *lineage,
                            const struct lineage_statement *statement, size_t size)
{
    check(statement->offset <= size && statement->end <= size);
    for (size_t i = 0; i < statement->read_count; i++) {
        check_access(lineage, &statement->reads[i], size);
        for (size_t k = 0; k < i && i < 50; k++) {
            check(statement->reads[k].table != statement->reads[i].table);
        }
    }
    for (size_t i = 0; i < statement->write_count; i++) {
        check_access(lineage, &statement->writes[i], size);
    }
    for (size_t i = 0; i < statement->column_count; i++) {
        for (size_t k = 0; k < statement->columns[i].origin_count; k++) {
            check(statement->columns[i].origins[k].table < lineage->table_count);
            check(!str_is_null(statement->columns[i].origins[k].column));
        }
    }
}

static void check_name(const struct sql_name *name, const struct sql_rules *rules,
                       struct arena *arena)
{
    const struct sql_defaults defaults = {.database = {.text = STR("d")},
                                          .schema = {.text = STR("s")}};
    struct sql_name complete;
    struct str text;
    if (sql_name_complete(name, rules, &defaults, arena, &complete) != OK ||
        sql_name_render(&complete, rules, arena, &text) != OK) {
        return; /* memory */
    }
    check(complete.count >= name->count && text.n >= complete.count - 1);
    check(complete.count >= (sql_has(rules, SQL_TRAIT_TWO_LEVELS) ? 2 : 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct lineage lineage;
    if (size == 0) {
        return 0;
    }
    const struct lineage_options options = {
        .dialect = (enum sql_dialect)(data[0] % SQL_DIALECT_COUNT),
        .is_template = (data[0] & 0x40) != 0,
        .wants_columns = (data[0] & 0x80) == 0,
        .schema = find_schema,
    };
    struct str text = str_from_n((const char *)data + 1, size - 1);
    arena_init(&arena, (size_t)256 << 20);
    enum status status = lineage_find(text, &options, &arena, &lineage);
    check(status == OK || status == ERR_NOMEM);
    for (size_t i = 0; status == OK && i < lineage.statement_count; i++) {
        check_statement(&lineage, &lineage.statements[i], text.n);
    }
    for (size_t i = 0; status == OK && i < lineage.notes.count; i++) {
        check(lineage.notes.items[i].offset <= text.n && lineage.notes.items[i].line > 0);
    }
    for (size_t i = 0; status == OK && i < lineage.table_count; i++) {
        check_name(&lineage.tables[i].name, sql_rules_of(options.dialect), &arena);
    }
    arena_free(&arena);
    return 0;
}
