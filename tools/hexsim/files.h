/*
 * files - real .hex.yaml files, served as projects.
 */
#ifndef HEXSIM_FILES_H
#define HEXSIM_FILES_H

#include "hexsim/workspace.h"

/* Adds every .hex.yaml file of the folder, in order of their names. */
enum status files_add(struct workspace *workspace, const char *folder,
                      struct error *err) WARN_UNUSED;

#endif
