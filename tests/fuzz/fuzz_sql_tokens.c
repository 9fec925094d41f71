/*
 * SQL out of tokens: each byte is a word of the language, a name or a bracket, so that the
 * fuzzer plays with sentences instead of letters. Every table that is named in a FROM that
 * cannot be misread must be found: the text ends with one, unless it is in
 * a branch that was too many, or in a name without end.
 */
#include "sql/lineage.h"

#include "base/buf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {
    "select",
    "from",
    "where",
    "join",
    "left join",
    "on",
    "using",
    "with",
    "recursive",
    "as",
    "union all",
    "except",
    "(",
    ")",
    ",",
    ".",
    "*",
    "=",
    ";",
    "insert into",
    "values",
    "update",
    "set",
    "delete from",
    "merge into",
    "when matched then",
    "create table",
    "view",
    "temp",
    "group by",
    "order by",
    "limit 1",
    "having",
    "qualify",
    "window w as",
    "over",
    "partition by",
    "lateral",
    "lateral view explode",
    "unnest",
    "flatten",
    "pivot",
    "unpivot",
    "for",
    "in",
    "exists",
    "not",
    "case",
    "when",
    "then",
    "else",
    "end",
    "cast",
    "::int",
    "interval '1' day",
    "extract(year from",
    "between",
    "and",
    "array",
    "[",
    "]",
    "{",
    "}",
    ":",
    "->",
    "=>",
    "|>",
    "extend",
    "aggregate",
    "drop",
    "rename",
    "exclude",
    "replace",
    "a",
    "b",
    "t",
    "u.v",
    "x.y.z",
    "a.*",
    "'s'",
    "\"q\"",
    "`p.q`",
    "1",
    "@v",
    "$1",
    "#h",
    "{{ j }}",
    "{% if a %}",
    "{% else %}",
    "{% endif %}",
    "{% for x in y %}",
    "{% endfor %}",
    "-- c\n",
    "/* c */",
    "natural",
    "cross apply",
    "tablesample (1)",
    "at (offset => 1)",
    "with offset",
    "with ordinality",
    "final",
    "array join",
    "settings a = 1",
    "returning",
    "declare x int",
    "begin",
    "if",
    "loop",
    "copy into",
    "unload ('select 1')",
    "table",
    "identifier('n')",
    "match_recognize (pattern (a))",
    "for system_time as of",
    "into",
    "use",
    "explain",
    "grouping sets",
    "distinct on",
    "top 1",
    "stream",
    "values (1)",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buf text;
    struct lineage lineage;
    bool is_found = false;
    if (size == 0) {
        return 0;
    }
    const struct lineage_options options = {
        .dialect = (enum sql_dialect)(data[0] % SQL_DIALECT_COUNT),
        .is_template = (data[0] & 0x40) != 0,
        .wants_columns = (data[0] & 0x80) == 0,
    };
    buf_init(&text, (size_t)1 << 24);
    arena_init(&arena, (size_t)256 << 20);
    for (size_t i = 1; i < size; i++) {
        (void)buf_append_cstr(&text, words[data[i] % (sizeof(words) / sizeof(words[0]))]);
        (void)buf_append_char(&text, ' ');
    }
    (void)buf_append_cstr(&text, "\n; select * from the_last_one");
    enum status status = lineage_find(buf_str(&text), &options, &arena, &lineage);
    for (size_t i = 0; status == OK && i < lineage.notes.count; i++) {
        is_found = is_found || lineage.notes.items[i].kind == SQL_NOTE_SIZE ||
                   lineage.notes.items[i].kind == SQL_NOTE_UNTERMINATED;
    }
    for (size_t i = 0; status == OK && i < lineage.table_count; i++) {
        const struct sql_name *name = &lineage.tables[i].name;
        is_found = is_found || str_is(name->parts[name->count - 1].text, "the_last_one");
    }
    if ((status != OK && status != ERR_NOMEM) || (status == OK && !is_found)) {
        abort();
    }
    arena_free(&arena);
    buf_free(&text);
    return 0;
}
