/*
 * dialect - what differs between the SQL of warehouses, as one row of facts each.
 *
 * The lexer and the parser ask for facts (traits), never for a dialect's name, so that a new
 * dialect is a new row. Pure; static data only.
 */
#ifndef SQL_DIALECT_H
#define SQL_DIALECT_H

#include "base/str.h"

enum sql_dialect {
    SQL_DIALECT_GENERIC, /* a lenient mixture, for warehouses that have no row */
    SQL_DIALECT_SNOWFLAKE,
    SQL_DIALECT_BIGQUERY,
    SQL_DIALECT_REDSHIFT,
    SQL_DIALECT_POSTGRES,
    SQL_DIALECT_DATABRICKS,
    SQL_DIALECT_SPARK,
    SQL_DIALECT_TRINO,
    SQL_DIALECT_ATHENA,
    SQL_DIALECT_CLICKHOUSE,
    SQL_DIALECT_MYSQL,
    SQL_DIALECT_TSQL,
    SQL_DIALECT_DUCKDB,
    SQL_DIALECT_SQLITE,
    SQL_DIALECT_COUNT
};

/* How names compare. */
enum sql_folding {
    SQL_FOLDING_BLIND, /* case never matters, quoted or not */
    SQL_FOLDING_UPPER, /* bare names are upper case, quoted ones exact */
    SQL_FOLDING_LOWER  /* bare names are lower case, quoted ones exact */
};

enum sql_trait {
    /* Lexer. */
    SQL_TRAIT_BACKSLASH = 1 << 0,       /* \' does not end a string */
    SQL_TRAIT_STRING_QUOTES = 1 << 1,   /* "x" is a string */
    SQL_TRAIT_BRACKET_NAMES = 1 << 2,   /* [x] is a name */
    SQL_TRAIT_DOLLAR_QUOTES = 1 << 3,   /* $$x$$, $tag$x$tag$ */
    SQL_TRAIT_NESTED_COMMENTS = 1 << 4, /* comments nest */
    SQL_TRAIT_HASH_COMMENTS = 1 << 5,   /* # to the end of the line */
    SQL_TRAIT_SLASH_COMMENTS = 1 << 6,  /* two slashes to the end of the line */
    SQL_TRAIT_HASH_NAMES = 1 << 7,      /* #t is a temporary table */
    SQL_TRAIT_TRIPLE_QUOTES = 1 << 8,   /* three quotes, and r'raw' */
    SQL_TRAIT_STAGES = 1 << 9,          /* @stage/path */
    SQL_TRAIT_DIGIT_NAMES = 1 << 10,    /* 2024_sales is a name */
    SQL_TRAIT_CODE_COMMENTS = 1 << 11,  /* a comment that begins with ! is code */
    /* Names and FROM. */
    SQL_TRAIT_DASHED_NAMES = 1 << 12,  /* my-project.x; one pair of backticks holds a path */
    SQL_TRAIT_COLUMN_TABLES = 1 << 13, /* FROM t, t.array */
    SQL_TRAIT_FILE_TABLES = 1 << 14,   /* parquet.`/path` */
    SQL_TRAIT_TWO_LEVELS = 1 << 15,    /* database.table */
    SQL_TRAIT_NO_NATURAL = 1 << 16,    /* NATURAL is an alias */
    SQL_TRAIT_TABLE_HINTS = 1 << 17,   /* FROM t (NOLOCK) */
    SQL_TRAIT_NAME_LISTS = 1 << 18,    /* USING a, b; x IN t; ARRAY JOIN; FINAL; SETTINGS */
    /* Queries. */
    SQL_TRAIT_SELECT_INTO = 1 << 19,   /* SELECT ... INTO t makes a table */
    SQL_TRAIT_LATERAL_ALIAS = 1 << 20, /* a select item sees the aliases before it */
    SQL_TRAIT_LAMBDAS = 1 << 21,       /* x -> x + 1 */
    SQL_TRAIT_COLON_PATHS = 1 << 22,   /* column:a.b */
    SQL_TRAIT_SELF_CTE = 1 << 23,      /* every CTE sees itself */
    SQL_TRAIT_NO_SEMICOLON = 1 << 24,  /* statements may follow each other */
    SQL_TRAIT_EQUALS_ALIAS = 1 << 25,  /* SELECT alias = expression */
    SQL_TRAIT_COLON_ALIAS = 1 << 26,   /* SELECT alias: expression */
    SQL_TRAIT_USE_SCHEMA = 1 << 27,    /* USE x names a schema, not a database */
    SQL_TRAIT_PIVOT_ALIAS = 1 << 28,   /* the alias of a lone aggregate is in PIVOT's names */
    SQL_TRAIT_PIVOT_PREFIX = 1 << 29   /* ... in front of the value */
};

struct sql_rules {
    const char *name;
    enum sql_folding folding;
    unsigned traits;
    const char *use_schema; /* the schema that USE DATABASE leads to; NULL: it stays */
    const char
        *value_name;      /* what a column of VALUES is called before its number; NULL: none */
    unsigned value_first; /* the first one's number */
    bool has_flow_operator;  /* a ->> b: two statements, b reads what a gives */
    bool has_exclude_list;   /* SELECT * EXCLUDE a, b: a list without parentheses */
    bool keeps_pivot_quotes; /* a string in PIVOT names its column with its quotes */
    bool puts_values_first;  /* UNPIVOT: values before the names that they stood under */
};

/* The row of a dialect. Static memory. */
const struct sql_rules *sql_rules_of(enum sql_dialect dialect);

/* True when the dialect has the trait. */
bool sql_has(const struct sql_rules *rules, enum sql_trait trait);

/*
 * The dialect of a Hex connection type ("cloudsql__postgres", "starburst", "motherduck") or of
 * a dialect's own or common name ("tsql", "sparksql"), case-blind; GENERIC for others.
 */
enum sql_dialect sql_dialect_from_name(struct str name);

#endif
