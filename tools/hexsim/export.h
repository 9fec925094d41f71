/*
 * export - a project as Hex's .hex.yaml file.
 */
#ifndef HEXSIM_EXPORT_H
#define HEXSIM_EXPORT_H

#include "hexsim/notebook.h"
#include "hexsim/yaml_out.h"

/* The whole file. */
void export_write(const struct notebook *nb, struct buf *out);
/* One cell's `config:` block, without the cells it contains. */
void export_write_config(const struct notebook *nb, const struct sim_cell *cell,
                         struct yaml_out *yaml);

#endif
