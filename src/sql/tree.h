/*
 * tree - what the parser understood of a SQL text: statements, queries, what they draw from.
 *
 * Only what lineage needs is kept. An expression is the list of its uses: the columns and
 * queries in it; how they are combined is forgotten. Lists are linked in the order of the
 * text. All lives in the arena of the parse; the resolver reads it, and fills in the members
 * that say so.
 */
#ifndef SQL_TREE_H
#define SQL_TREE_H

#include "sql/name.h"

struct sql_query;
struct sql_flow;
struct resolve_columns;

enum sql_use_kind {
    SQL_USE_COLUMN,  /* name */
    SQL_USE_ROW,     /* name.*: all columns of it */
    SQL_USE_QUERY,   /* query; its output is part of the value */
    SQL_USE_EXISTS,  /* query; only its tables count */
    SQL_USE_WINDOW,  /* name of a window of the same SELECT */
    SQL_USE_TABLE,   /* TABLE t as an argument: t is read */
    SQL_USE_IN_NAME, /* x IN name: a table, unless a column or alias has the name */
    SQL_USE_STAR     /* star: COLUMNS (...), each of its columns in turn or all at once */
};

struct sql_use {
    struct sql_use *next;
    enum sql_use_kind kind;
    struct sql_name name;
    struct sql_query *query;
    struct sql_item *star;
    const struct sql_flow *flow;     /* the resolver's: of query or star */
    struct resolve_columns *columns; /* the resolver's: of star */
};

/* A name in a list: USING (a, b), AS t (a, b), EXCEPT (a, b). */
struct sql_word {
    struct sql_word *next;
    struct sql_part part;
    struct sql_part owner;   /* EXCEPT (t.a): t; text is NULL without one */
    struct sql_part renamed; /* RENAME (a AS b): b */
};

enum sql_pattern_kind {
    SQL_PATTERN_LIKE,   /* % and _ */
    SQL_PATTERN_ILIKE,  /* the same, case-blind */
    SQL_PATTERN_GLOB,   /* * and ? */
    SQL_PATTERN_REGEX,  /* somewhere in the name */
    SQL_PATTERN_SIMILAR /* a regular expression for all of the name */
};

/* What the names of a star's columns have to be like. */
struct sql_pattern {
    struct sql_pattern *next;
    enum sql_pattern_kind kind;
    bool is_negated;
    struct str text;
};

/* An expression of a select list, or a star. */
struct sql_item {
    struct sql_item *next;
    struct sql_part alias;    /* text is NULL without one */
    struct sql_word *aliases; /* AS (a, b): one column each */
    struct sql_use *uses;
    struct sql_use **uses_end; /* of one in inner: its uses are part of the whole item's */
    struct sql_item *inner;    /* ClickHouse: (e AS a) in it, which later items may name */
    bool is_column;            /* one column reference and nothing else: it lends its name */
    bool is_star;
    bool is_choice;            /* a star that stands for some columns, nobody knows which */
    bool is_unpacked;          /* *COLUMNS (...): all at once, as arguments */
    struct sql_name qualifier; /* of a star; no parts without one */
    struct sql_word *except;
    struct sql_word *rename;
    struct sql_item *replace;
    struct sql_pattern *patterns;
    struct sql_word *only;       /* COLUMNS (a, b): these; NULL: all */
    const struct sql_flow *flow; /* the resolver's: of one that a pivot has */
};

/* A column that a pivot makes. */
struct sql_made {
    struct sql_made *next;
    struct sql_part name;
    const struct sql_item *item; /* what its values come from; NULL: from names of columns */
};

/* PIVOT, UNPIVOT or MATCH_RECOGNIZE behind a table: other columns take the place of some. */
struct sql_pivot {
    struct sql_pivot *next;
    struct sql_part alias; /* what stands before it goes by in it; text is NULL without one */
    struct sql_word *columns; /* AS t (a, b) before it */
    struct sql_item *items;   /* aggregates; what UNPIVOT gathers for each column; measures */
    struct sql_word *gone;    /* columns that it uses up */
    struct sql_word *kept;    /* the only ones that it keeps: GROUP BY; NULL: all others */
    struct sql_made *made;    /* columns that it makes, as far as they are known */
    bool is_partial;          /* it makes others too */
};

enum sql_source_kind {
    SQL_SOURCE_TABLE,    /* name */
    SQL_SOURCE_QUERY,    /* query */
    SQL_SOURCE_FUNCTION, /* name, uses */
    SQL_SOURCE_GROUP     /* members: a join in parentheses */
};

/* One thing in FROM. */
struct sql_source {
    struct sql_source *next;
    enum sql_source_kind kind;
    struct sql_name name;
    struct sql_part alias;    /* text is NULL without one */
    struct sql_word *columns; /* AS t (a, b) */
    struct sql_query *query;
    struct sql_source *members;
    struct sql_use *uses;         /* arguments of a function */
    struct sql_use *quiet;        /* queries in ON and the like: only their tables count */
    struct sql_word *joined;      /* USING (a, b) */
    struct sql_part joined_alias; /* USING (a, b) AS j */
    struct sql_part offset;       /* WITH OFFSET AS o */
    struct sql_pivot *pivots;
    bool is_natural;
    bool is_hidden;  /* SEMI or ANTI: none of its columns can be seen */
    bool is_written; /* the resolver's: the statement's target, no read */
};

struct sql_window {
    struct sql_window *next;
    struct sql_part name;
    struct sql_use *uses;
};

/* One SELECT; several are joined by UNION and its like. */
struct sql_select {
    struct sql_select *next;
    struct sql_query *nested; /* a query in parentheses stands here; nothing else is set */
    struct sql_item *items;
    struct sql_source *sources;
    struct sql_use *quiet; /* queries in WHERE and the like */
    struct sql_window *windows;
    bool is_by_name; /* joined to those before it BY NAME */
    bool adds_none;  /* LEFT or INNER ... BY NAME: columns that those have not are left out */
};

struct sql_cte {
    struct sql_cte *next;
    struct sql_part name;
    struct sql_word *columns;
    struct sql_query *query;
    struct sql_statement *statement; /* WITH x AS (DELETE ... RETURNING *) */
    struct sql_use *uses;            /* ClickHouse: WITH expression AS name */
};

struct sql_query {
    struct sql_cte *ctes;
    struct sql_select *selects;
    bool is_recursive;
};

/* A table that a statement writes. */
struct sql_target {
    struct sql_target *next;
    struct sql_name name;
    struct sql_part alias;
    struct sql_word *columns; /* INSERT INTO t (a, b), CREATE TABLE t (a int, b) */
    bool is_created;          /* by CREATE or SELECT INTO */
    bool is_temporary;
    bool may_be_alias; /* UPDATE x ... FROM t AS x */
    bool is_returned;  /* RETURNING gives its rows to the query around it */
};

enum sql_statement_kind {
    SQL_STATEMENT_OTHER,
    SQL_STATEMENT_QUERY,
    SQL_STATEMENT_WRITE,
    SQL_STATEMENT_USE /* USE x, SET search_path: name, use */
};

/* What USE sets. */
enum sql_use_scope {
    SQL_USE_SCOPE_SCHEMA,   /* the last part; a part before it is the database */
    SQL_USE_SCOPE_DATABASE, /* one part: the database; two: database and schema */
};

struct sql_statement {
    struct sql_statement *next;
    enum sql_statement_kind kind;
    size_t offset;
    size_t end;              /* behind its last byte */
    struct sql_query *query; /* what it asks or writes; NULL when there is none */
    struct sql_target *targets;
    struct sql_source *sources; /* FROM and USING of UPDATE, DELETE, MERGE */
    struct sql_item *sets;      /* UPDATE SET a = e: e, under the alias a */
    struct sql_item *inserts;   /* the same of MERGE's INSERT: it sees the sources only */
    struct sql_use *quiet;
    struct sql_cte *ctes; /* WITH before UPDATE, DELETE, MERGE, INSERT */
    bool is_recursive;
    struct sql_statement *texts; /* what a string says that it runs: EXECUTE IMMEDIATE '...' */
    struct sql_name name;        /* SQL_STATEMENT_USE */
    enum sql_use_scope scope;
};

#endif
