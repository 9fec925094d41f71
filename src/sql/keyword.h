/*
 * keyword - the words that mean something, and what they may do.
 *
 * One table for all dialects: no word is reserved as such. Flags say where a word can stand,
 * the parser decides by context whether it is a keyword or a name.
 */
#ifndef SQL_KEYWORD_H
#define SQL_KEYWORD_H

#include "base/str.h"
#include "sql/keyword_list.h"

enum sql_keyword_flag {
    SQL_KEYWORD_CLAUSE = 1 << 0,      /* may begin a clause or statement (parse_clause) */
    SQL_KEYWORD_JOIN = 1 << 1,        /* may be among the words of a JOIN */
    SQL_KEYWORD_NO_ALIAS = 1 << 2,    /* is never an alias without AS */
    SQL_KEYWORD_VALUE = 1 << 3,       /* is a value by itself: NULL, CURRENT_DATE */
    SQL_KEYWORD_PREFIX = 1 << 4,      /* stands before an operand */
    SQL_KEYWORD_OPERATOR = 1 << 5,    /* stands between operands */
    SQL_KEYWORD_UNIT = 1 << 6,        /* a unit of time */
    SQL_KEYWORD_TYPE = 1 << 7,        /* a type */
    SQL_KEYWORD_NESTED_TYPE = 1 << 8, /* a type with others in angle brackets */
    SQL_KEYWORD_STATEMENT = 1 << 9,   /* may begin a statement */
    /* Functions with a syntax of their own. */
    SQL_KEYWORD_CALL_FROM = 1 << 10,     /* f(x FROM y) */
    SQL_KEYWORD_CALL_UNIT = 1 << 11,     /* the first argument may be a unit */
    SQL_KEYWORD_CALL_TYPE = 1 << 12,     /* an argument may be a type */
    SQL_KEYWORD_CALL_CAST = 1 << 13,     /* f(x AS type) */
    SQL_KEYWORD_CALL_COUNT = 1 << 14,    /* f(*) uses no column */
    SQL_KEYWORD_CALL_UNIT_LAST = 1 << 15 /* the last argument may be a unit */
};

/* KW_SELECT and so on, in the order of the list. */
#define SQL_KEYWORD_NAME(word, flags) KW_##word,
enum sql_keyword { KW_NONE, SQL_KEYWORDS(SQL_KEYWORD_NAME) };
#undef SQL_KEYWORD_NAME

/* The keyword that a word spells, case-blind; KW_NONE for others. */
enum sql_keyword sql_keyword_of(struct str word);

/* Its flags; 0 for KW_NONE. */
unsigned sql_keyword_flags(unsigned keyword);

#endif
