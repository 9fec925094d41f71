/*
 * parse_scan - what the files of the expression parser share: one expression that is being
 * read.
 *
 * Private to parse_expression.c (the loop, brackets), parse_operand.c (names, functions,
 * queries: what stands where a value is expected) and parse_operator.c (what goes on behind a
 * value). Each function leaves the cursor behind what it understood.
 */
#ifndef SQL_PARSE_SCAN_H
#define SQL_PARSE_SCAN_H

#include "sql/parse.h"

struct scan {
    struct parser *p;
    enum parse_mode mode;
    struct sql_use **tail;
    size_t base;  /* brackets open outside of this expression */
    size_t cases; /* open CASE */
    bool expects_operand;
    size_t interval; /* depth of an INTERVAL whose unit may follow, plus 1; 0: none */
    bool is_done;
};

/* ---- the expression (parse_expression.c) ---- */
/* How many of its brackets are open, and the innermost; NULL: none. */
size_t scan_depth(const struct scan *s);
struct parse_frame *scan_top(const struct scan *s);
struct sql_use *scan_add_use(struct scan *s, enum sql_use_kind kind);
/* Takes tokens that are a value, or an operator. */
void scan_value(struct scan *s, size_t tokens);
void scan_operator(struct scan *s, size_t tokens);
/* Takes an opening bracket; flags are those of the function it belongs to. */
void scan_open(struct scan *s, unsigned flags, bool is_call);

/* ---- operands (parse_operand.c) ---- */
/* A query that begins at this word. */
void scan_query(struct scan *s, enum sql_use_kind kind);
/* A parenthesis: a query, parameters of a lambda, or a bracket of the expression. */
void scan_parenthesis(struct scan *s);
/* A name: of a column, a function, a parameter, a type. */
void scan_name(struct scan *s);
/* COLUMNS (...): one star's columns in turn, or all at once. */
void scan_columns(struct scan *s, bool is_unpacked);
/* x IN name, where that is allowed: a table, or something that the resolver knows. */
void scan_in(struct scan *s);
/* A word where an operand is expected. */
void scan_operand_word(struct scan *s);

/* ---- operators (parse_operator.c) ---- */
/* FROM FIRST and FROM LAST of NTH_VALUE (x, 2) FROM FIRST OVER ... */
bool scan_is_from_first(const struct parser *p);
/* A word that goes on with the expression at any depth; false when it is none. */
bool scan_operator_word(struct scan *s);

#endif
