/*
 * cell_store - the cells of one notebook: written where they differ, read back.
 */
#ifndef CATALOG_CELL_STORE_H
#define CATALOG_CELL_STORE_H

#include "catalog/change_store.h"
#include "catalog/store.h"

/*
 * Makes the project's cells those of notebook; rows of cells that stay keep their id. What
 * that changes is added to changes, CHANGE_CELLS_COUNT of them.
 */
enum status cell_store_all(struct catalog *catalog, int64_t project,
                           const struct notebook *notebook, struct change_cells *changes,
                           struct error *err) WARN_UNUSED;
enum status cell_load_all(struct catalog *catalog, int64_t project, struct arena *arena,
                          struct notebook *notebook, struct error *err) WARN_UNUSED;

#endif
