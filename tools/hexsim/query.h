/*
 * query - SQL text made from a structure, so that its tables and columns are known.
 */
#ifndef HEXSIM_QUERY_H
#define HEXSIM_QUERY_H

#include "hexsim/notebook.h"

/*
 * Gives cell (CELL_SQL, connection and is_dataframe_sql set) a source, reads, flows, result
 * columns and perhaps a target. The cell's result is not in the notebook's environment yet.
 */
void query_make(struct notebook *notebook, struct sim_cell *cell, struct rng *rng);

/* After has_columns of a SQL cell is known: what its star stands for. */
void query_settle(struct notebook *notebook, struct sim_cell *cell);

#endif
