/*
 * notebook_columns - the columns of a cell's result, from its SQL and from what was displayed.
 *
 * Pure. SQL names the columns of a result unless it has a star over a table or an expression
 * without a name; the notebook keeps which columns were last displayed. Together:
 *   - all named by SQL: those, in their order;
 *   - else those displayed, in their order, then those that SQL names beside them.
 * A name that differs from a displayed one only by case is spelled as it was displayed: so the
 * data frame's columns are called, by charts too.
 * A star over one source stands for the displayed columns that SQL does not name: each comes
 * from the column of its name there. An expression without a name takes the name that was
 * displayed at its place, when as many columns were displayed as SQL gives.
 */
#ifndef DOMAIN_NOTEBOOK_COLUMNS_H
#define DOMAIN_NOTEBOOK_COLUMNS_H

#include "domain/notebook_sql.h"

struct notebook_columns {
    struct notebook_sql_column *items;
    size_t count;
};

/* Adds more to columns: origins to those of the same name, the others at the end. */
enum status notebook_columns_merge(struct notebook_columns *columns,
                                   const struct notebook_columns *more,
                                   struct arena *arena) WARN_UNUSED;

/*
 * Fills answer->dataframe, sets answer->lacks_origins where they do, and replaces stars in
 * answer->columns by what they stand for, where that is known.
 */
enum status notebook_columns_settle(const struct notebook_sql_cell *cell,
                                    struct notebook_sql_answer *answer,
                                    struct arena *arena) WARN_UNUSED;

#endif
