/*
 * png - a small picture of bars, for chart cells.
 */
#ifndef HEXSIM_PNG_H
#define HEXSIM_PNG_H

#include "hexsim/random.h"

/* A valid PNG (RGB, 96 x 48, stored blocks), appended to out. */
void png_write(struct rng *rng, struct buf *out);

#endif
