/*
 * export_cell - one cell of a project file: what its configuration says it reads and makes.
 */
#ifndef HEX_EXPORT_CELL_H
#define HEX_EXPORT_CELL_H

#include "domain/notebook.h"
#include "io/yaml.h"

/*
 * Fills everything of cell but id, parent and label. Texts are copied into arena or live in
 * the tree's arena, which is the same. ERR_NOMEM only.
 */
enum status export_read_config(const struct yaml_node *config, struct arena *arena,
                               struct cell *cell, struct error *err) WARN_UNUSED;

/* The text of a scalar whatever it looks like; STR_NULL for no scalar, and for "". */
struct str export_name(const struct yaml_node *node);

#endif
