/*
 * export_yaml - writes a notebook as Hex's project file (`.hex.yaml`, schemaVersion 3).
 */
#ifndef HEXSIM_EXPORT_YAML_H
#define HEXSIM_EXPORT_YAML_H

#include "base/buf.h"
#include "hexsim/cells.h"

/* Appends the notebook as Hex's export writes it. */
void sim_export_write(const struct sim_workspace *workspace, const struct sim_project *project,
                      const struct sim_notebook *notebook, struct buf *out);

#endif
