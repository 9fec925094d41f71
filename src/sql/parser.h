/*
 * parser - SQL text to a tree of statements. It never gives up on a text.
 *
 * What it does not understand it notes (see note.h) and skips, up to the next clause,
 * bracket or semicolon. Recursion follows queries in queries and is limited; everything else
 * is loops, so that time is linear in the text.
 */
#ifndef SQL_PARSER_H
#define SQL_PARSER_H

#include "sql/lexer.h"
#include "sql/note.h"
#include "sql/tree.h"

/*
 * The statements of text, in order. notes takes what was not understood. Everything lives in
 * arena and refers to text. ERR_NOMEM is the only error.
 */
enum status sql_parse(struct str text, const struct sql_rules *rules, struct arena *arena,
                      struct sql_notes *notes, struct sql_statement **out) WARN_UNUSED;

#endif
