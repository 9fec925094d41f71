/* Statements that write rows: INSERT, MERGE, UPDATE, DELETE, COPY and their kin. */
#include "sql/parse.h"

struct sql_target *parse_add_target(struct parser *p, struct sql_target **targets,
                                    const struct sql_name *name)
{
    struct sql_target *target;
    if (name->is_dynamic || name->count == 0) {
        return NULL;
    }
    target = PARSE_NEW(p, struct sql_target);
    while (*targets != NULL) {
        targets = &(*targets)->next;
    }
    if (target != NULL) {
        const struct sql_part *last = &name->parts[name->count - 1];
        target->name = *name;
        target->is_temporary = last->text.n > 0 && last->text.p[0] == '#' &&
                               sql_has(p->rules, SQL_TRAIT_HASH_NAMES);
        *targets = target;
    }
    return target;
}

/* The name of a table that is written; NULL for functions, paths, stages, variables. */
static struct sql_target *parse_target(struct parser *p, struct sql_statement *statement)
{
    struct sql_name name;
    (void)parse_accept(p, KW_ONLY);
    if (parse_token(p)->kind == SQL_TOKEN_STRING ||
        parse_token(p)->kind == SQL_TOKEN_PARAMETER) {
        parse_advance(p, 1);
        return NULL;
    }
    if (parse_is(p, KW_IDENTIFIER) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 2);
        bool is_name =
            parse_token(p)->kind == SQL_TOKEN_STRING && parse_name_in_string(p, &name);
        (void)parse_accept_op(p, ')');
        if (!is_name) {
            parse_note(p, SQL_NOTE_DYNAMIC_NAME);
            return NULL;
        }
    } else if (!parse_table_name(p, &name)) {
        parse_note_syntax(p);
        return NULL;
    }
    return parse_add_target(p, &statement->targets, &name);
}

/* What is left of the statement; queries in it are read. */
static void parse_rest(struct parser *p, struct sql_statement *statement, enum parse_mode mode)
{
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (parse_clause(p, true) == PARSE_CLAUSE_STATEMENT && mode != PARSE_REST) {
            return;
        }
        (void)parse_expression(p, mode, &statement->quiet);
        parse_advance(p, p->at == start ? 1 : 0);
    }
}

/* FROM or USING and what can be read there, then the rest. */
static void parse_from_and_rest(struct parser *p, struct sql_statement *statement)
{
    struct parse_assigned assigned = {&statement->sets, &statement->inserts};
    struct sql_source **tail = &statement->sources;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (parse_is(p, KW_FROM) || parse_is(p, KW_USING)) {
            parse_advance(p, 1);
            *tail = parse_sources(p);
            while (*tail != NULL) {
                tail = &(*tail)->next;
            }
        } else if (parse_is(p, KW_SET)) {
            parse_assignments(p, &assigned);
        } else if (parse_clause(p, true) == PARSE_CLAUSE_STATEMENT) {
            return;
        } else {
            parse_advance(p, parse_clause(p, true) != PARSE_CLAUSE_NONE ? 1 : 0);
            (void)parse_expression(p, PARSE_CLAUSE, &statement->quiet);
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
}

/* ---- INSERT ---- */

static bool is_query_start(const struct parser *p)
{
    bool is_hint = parse_peek_is_op(p, 1, '(') && sql_has(p->rules, SQL_TRAIT_TABLE_HINTS);
    bool is_file = parse_peek_is(p, 1, KW_INFILE); /* FROM INFILE 'x' */
    return parse_is(p, KW_SELECT) || (parse_is(p, KW_WITH) && !is_hint) ||
           (parse_is(p, KW_FROM) && !is_file) || parse_is(p, KW_TABLE) ||
           parse_token(p)->is_query;
}

/* INSERT ALL|FIRST [WHEN c THEN] INTO a (..) VALUES (..) INTO b ... query. */
static void parse_insert_all(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    while (!parse_is_end(p) && !is_query_start(p) && p->status == OK) {
        if (parse_accept(p, KW_INTO)) {
            (void)parse_target(p, statement);
        } else if (parse_is(p, KW_WHEN)) {
            struct sql_use *ignored = NULL;
            parse_advance(p, 1);
            (void)parse_expression(p, PARSE_VALUE, &ignored);
            (void)parse_accept(p, KW_THEN);
        } else if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
}

/* TABLE before a name; not a table that is called so. */
static bool is_table_word(const struct parser *p)
{
    return parse_is(p, KW_TABLE) && parse_is_name(parse_peek(p, 1)) &&
           !parse_peek_is(p, 1, KW_SELECT) && !parse_peek_is(p, 1, KW_WITH) &&
           !parse_peek_is(p, 1, KW_VALUES) && !parse_peek_is(p, 1, KW_PARTITION);
}

/* Words between INSERT and the table. True when no table follows but a directory. */
static bool parse_insert_words(struct parser *p)
{
    bool is_directory = false;
    while (parse_is(p, KW_INTO) || parse_is(p, KW_OVERWRITE) || parse_is(p, KW_IGNORE) ||
           parse_is(p, KW_LOW_PRIORITY) || parse_is(p, KW_DELAYED) || parse_is(p, KW_LOCAL) ||
           parse_is(p, KW_HIGH_PRIORITY) || parse_is(p, KW_OR) || parse_is(p, KW_DIRECTORY) ||
           parse_is(p, KW_TOP) || is_table_word(p)) {
        is_directory = is_directory || parse_is(p, KW_DIRECTORY);
        parse_advance(p, parse_is(p, KW_OR) ? 2 : 1); /* OR REPLACE, OR ABORT */
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p); /* TOP (10) */
        }
    }
    return is_directory;
}

/* Between the table and its rows: columns, PARTITION (..), BY NAME, options, OUTPUT. */
static void parse_insert_columns(struct parser *p, struct sql_target *target)
{
    while (!parse_is_end(p) && !is_query_start(p) && !parse_is(p, KW_VALUES) &&
           !parse_is(p, KW_SET) && !parse_is(p, KW_DEFAULT) && !parse_is(p, KW_EXEC)) {
        bool is_list = parse_is_op(p, '(');
        if (parse_accept(p, KW_WITH)) {
            parse_skip_brackets(p); /* WITH (TABLOCK) */
        } else if (is_list && target != NULL && target->columns == NULL) {
            target->columns = parse_words(p);
        } else if (is_list) {
            parse_skip_brackets(p);
        } else {
            bool is_partition = parse_is(p, KW_PARTITION) && parse_peek_is_op(p, 1, '(');
            parse_advance(p, 1);
            if (is_partition) {
                parse_skip_brackets(p);
            }
        }
    }
}

static void parse_insert(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    struct sql_target *target = NULL;
    bool is_overwrite_all = parse_is(p, KW_OVERWRITE) &&
                            (parse_peek_is(p, 1, KW_ALL) || parse_peek_is(p, 1, KW_FIRST));
    parse_advance(p, is_overwrite_all ? 1 : 0);
    if (parse_is(p, KW_ALL) || parse_is(p, KW_FIRST)) {
        parse_insert_all(p, statement);
    } else if (parse_insert_words(p)) {
        parse_advance(p, 1); /* the directory's path */
    } else if (!parse_is(p, KW_FUNCTION)) {
        target = parse_target(p, statement);
    }
    parse_insert_columns(p, target);
    if (is_query_start(p) && statement->query == NULL) {
        statement->query = parse_query(p, NULL);
    } else if (is_query_start(p)) {
        struct sql_use *use = parse_add_use(p, &statement->quiet, SQL_USE_EXISTS);
        if (use != NULL) {
            use->query = parse_query(p, NULL);
        }
    }
    if (!parse_is(p, KW_INSERT)) {
        parse_rest(p, statement, PARSE_CLAUSE);
    }
}

/* ---- UPDATE, DELETE, MERGE ---- */

/* UPDATE t [AS a] [JOIN ...] SET a.x = e, ... [FROM ...] [WHERE ...]. */
static void parse_update(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    while ((parse_is(p, KW_LOW_PRIORITY) || parse_is(p, KW_IGNORE) || parse_is(p, KW_OR) ||
            parse_is(p, KW_TOP)) &&
           !parse_peek_is(p, 1, KW_SET)) {
        parse_advance(p, parse_is(p, KW_OR) ? 2 : 1);
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        }
    }
    struct sql_source *sources = parse_sources(p);
    if (sources == NULL || sources->kind != SQL_SOURCE_TABLE) {
        statement->sources = sources;
    } else {
        struct sql_target *target = parse_add_target(p, &statement->targets, &sources->name);
        if (target != NULL) {
            target->alias = sources->alias;
            target->may_be_alias = true;
        }
        statement->sources = sources->next; /* the tables that MySQL joins it with */
    }
    parse_from_and_rest(p, statement);
}

/* A list of names before FROM or USING: DELETE a, b FROM t AS a ... */
static void parse_delete_targets(struct parser *p, struct sql_statement *statement)
{
    do {
        struct sql_target *target = parse_target(p, statement);
        if (target != NULL) {
            target->may_be_alias = true;
        }
        if (parse_is_op(p, '.') && parse_peek_is_op(p, 1, '*')) {
            parse_advance(p, 2); /* DELETE a.* FROM */
        }
        if (target != NULL) {
            (void)parse_alias(p, &target->alias);
        }
    } while (parse_accept_op(p, ','));
}

static void parse_delete(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    while (parse_is(p, KW_LOW_PRIORITY) || parse_is(p, KW_QUICK) || parse_is(p, KW_IGNORE) ||
           parse_is(p, KW_TOP)) {
        parse_advance(p, 1);
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        }
    }
    (void)parse_accept(p, KW_FROM);
    parse_delete_targets(p, statement);
    if (parse_is(p, KW_PARTITION) && parse_peek_is_op(p, 1, '(')) {
        parse_advance(p, 1);
        parse_skip_brackets(p);
    }
    parse_from_and_rest(p, statement);
}

/* ON ... WHEN [NOT] MATCHED ... THEN UPDATE SET ... | INSERT ... | DELETE. */
static void parse_merge_actions(struct parser *p, struct sql_statement *statement)
{
    struct parse_assigned assigned = {&statement->sets, &statement->inserts};
    struct sql_use **quiet = &statement->quiet;
    while (!parse_is_end(p) && p->status == OK) {
        size_t start = p->at;
        if (parse_is(p, KW_SET)) {
            parse_assignments(p, &assigned);
        } else if (parse_is(p, KW_INSERT)) {
            parse_merge_insert(p, &assigned);
        } else if (parse_is(p, KW_UPDATE) || parse_is(p, KW_THEN) || parse_is(p, KW_WHEN)) {
            parse_advance(p, 1);
        } else {
            (void)parse_expression(p, PARSE_VALUE, quiet);
        }
        while (*quiet != NULL) {
            quiet = &(*quiet)->next;
        }
        parse_advance(p, p->at == start ? 1 : 0);
    }
}

/* MERGE [WITH SCHEMA EVOLUTION] INTO t [WITH (hints)] [AS a] USING s ON ... WHEN ... */
static void parse_merge(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    if (parse_is(p, KW_TOP)) {
        parse_advance(p, 1);
        parse_skip_brackets(p);
    }
    parse_advance(p, parse_is(p, KW_WITH) && parse_peek_is(p, 1, KW_SCHEMA) ? 3 : 0);
    (void)parse_accept(p, KW_INTO);
    struct sql_source *into = parse_source(p);
    if (into != NULL && into->kind == SQL_SOURCE_TABLE) {
        struct sql_target *target = parse_add_target(p, &statement->targets, &into->name);
        if (target != NULL) {
            target->alias = into->alias;
        }
    }
    if (parse_accept(p, KW_USING)) {
        statement->sources = parse_source(p);
    }
    parse_merge_actions(p, statement);
}

/* ---- files ---- */

/* The table of COPY t (columns), or the query, path or stage in its place. */
static struct sql_source *parse_copied(struct parser *p)
{
    if (!parse_is_name(parse_token(p))) {
        return parse_source(p);
    }
    struct sql_source *source = PARSE_NEW(p, struct sql_source);
    if (source != NULL && parse_table_name(p, &source->name)) {
        source->kind = source->name.is_dynamic ? SQL_SOURCE_FUNCTION : SQL_SOURCE_TABLE;
    }
    if (parse_is_op(p, '(')) {
        parse_skip_brackets(p);
    }
    return source;
}

/* COPY INTO t FROM x, COPY INTO 'path' FROM t, COPY t FROM x, COPY t TO x, COPY (query) TO x.
 */
static void parse_copy(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    if (parse_is(p, KW_FROM) && parse_peek_is(p, 1, KW_DATABASE)) {
        parse_rest(p, statement, PARSE_REST); /* who knows which tables */
        return;
    }
    bool is_into = parse_accept(p, KW_INTO);
    bool is_path =
        parse_token(p)->kind == SQL_TOKEN_STRING || parse_token(p)->kind == SQL_TOKEN_PARAMETER;
    struct sql_source *source = parse_copied(p);
    while (!parse_is_end(p) && !parse_is(p, KW_FROM) && !parse_is(p, KW_TO)) {
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
    bool is_written = is_into || parse_is(p, KW_FROM);
    if (source != NULL && is_written && source->kind == SQL_SOURCE_TABLE) {
        (void)parse_add_target(p, &statement->targets, &source->name);
    } else if (!is_written) {
        statement->sources = source;
    }
    if (is_into && parse_accept(p, KW_FROM)) {
        struct sql_source *from = parse_source(p);
        bool is_read = is_path || (from != NULL && from->kind != SQL_SOURCE_TABLE);
        statement->sources = is_read ? from : NULL;
    }
    parse_rest(p, statement, PARSE_REST);
}

/* UNLOAD ('query') TO ..., UNLOAD (query) TO ... */
static void parse_unload(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    if (parse_is_op(p, '(') && parse_peek(p, 1)->kind == SQL_TOKEN_STRING) {
        statement->texts = parse_text(p, parse_peek(p, 1));
        parse_skip_brackets(p);
    }
    parse_rest(p, statement, PARSE_REST);
}

/* LOAD DATA INTO t FROM FILES (...), LOAD DATA INPATH 'x' INTO TABLE t. */
static void parse_load(struct parser *p, struct sql_statement *statement)
{
    while (!parse_is_end(p) && !parse_is(p, KW_INTO) && !parse_is(p, KW_OVERWRITE)) {
        parse_advance(p, 1);
    }
    if (!parse_is_end(p)) {
        parse_advance(p, 1);
        (void)parse_accept(p, KW_INTO);
        (void)parse_accept(p, KW_TABLE);
        (void)parse_target(p, statement);
    }
    parse_rest(p, statement, PARSE_REST);
}

/* BULK INSERT t FROM 'file' WITH (options). */
static void parse_bulk_insert(struct parser *p, struct sql_statement *statement)
{
    parse_advance(p, 1);
    if (parse_accept(p, KW_INSERT)) {
        (void)parse_target(p, statement);
    }
    parse_rest(p, statement, PARSE_CLAUSE);
}

/* EXPORT DATA OPTIONS (...) AS query. */
static void parse_export(struct parser *p, struct sql_statement *statement)
{
    if (parse_peek_is(p, 2, KW_WITH) && parse_peek_is(p, 3, KW_CONNECTION)) {
        parse_advance(p, 4); /* EXPORT DATA WITH CONNECTION c */
    }
    while (!parse_is_end(p) && !is_query_start(p)) {
        if (parse_is_op(p, '(')) {
            parse_skip_brackets(p);
        } else {
            parse_advance(p, 1);
        }
    }
    if (is_query_start(p)) {
        statement->query = parse_query(p, NULL);
    }
}

/* APPLY CHANGES INTO t FROM s KEYS ..., AUTO CDC INTO t FROM s ... (Databricks). */
static void parse_changes(struct parser *p, struct sql_statement *statement)
{
    while (!parse_is_end(p) && !parse_is(p, KW_INTO)) {
        parse_advance(p, 1);
    }
    if (parse_accept(p, KW_INTO)) {
        (void)parse_target(p, statement);
    }
    if (parse_accept(p, KW_FROM)) {
        statement->sources = parse_source(p);
    }
    parse_rest(p, statement, PARSE_REST);
}

/* UPDATE STATISTICS t and APPLY or AUTO without what belongs to them write nothing. */
static bool is_write_word(const struct parser *p)
{
    if (parse_is(p, KW_UPDATE)) {
        return !parse_peek_is(p, 1, KW_STATISTICS) || !parse_is_name(parse_peek(p, 2)) ||
               parse_peek_is(p, 2, KW_SET);
    }
    return (!parse_is(p, KW_APPLY) || parse_peek_is(p, 1, KW_CHANGES)) &&
           (!parse_is(p, KW_AUTO) || parse_peek_is(p, 1, KW_CDC));
}

bool parse_write(struct parser *p, struct sql_statement *statement)
{
    static const struct {
        enum sql_keyword keyword;
        void (*parse)(struct parser *p, struct sql_statement *statement);
    } rules[] = {
        {KW_INSERT, parse_insert},    {KW_REPLACE, parse_insert}, {KW_UPDATE, parse_update},
        {KW_DELETE, parse_delete},    {KW_MERGE, parse_merge},    {KW_COPY, parse_copy},
        {KW_UNLOAD, parse_unload},    {KW_LOAD, parse_load},      {KW_EXPORT, parse_export},
        {KW_BULK, parse_bulk_insert}, {KW_APPLY, parse_changes},  {KW_AUTO, parse_changes},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (parse_is(p, rules[i].keyword) && is_write_word(p)) {
            statement->kind = SQL_STATEMENT_WRITE;
            rules[i].parse(p, statement);
            return true;
        }
    }
    return false;
}
