/*
 * queried - the warehouse tables that a published project's runs have queried.
 */
#ifndef HEXSIM_QUERIED_H
#define HEXSIM_QUERIED_H

#include "hexsim/notebook.h"

struct queried_list {
    const struct sim_table **tables; /* sorted by connection and path, each once */
    size_t count;
};

/* Lives in the notebook's arena. */
struct queried_list queried_make(const struct notebook *nb);

#endif
