/*
 * state - everything that the server holds, as sorted JSON Lines.
 */
#ifndef OMSIM_STATE_H
#define OMSIM_STATE_H

#include "omsim/sim.h"

/*
 * Entities, edges, usage and runs, one line each, in byte order. With is_stable without what
 * differs between two runs that did the same: ids, times, versions.
 */
void state_write(struct sim *sim, bool is_stable, struct buf *out);

#endif
