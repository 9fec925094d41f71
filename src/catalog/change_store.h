/*
 * change_store - the history of projects: who writes a row writes down what it was before.
 *
 * Of use to the catalog's own files alone. All functions need an open transaction; `row` is
 * the project's row.
 */
#ifndef CATALOG_CHANGE_STORE_H
#define CATALOG_CHANGE_STORE_H

#include "catalog/store.h"

/* store_change when before and after differ. */
enum status store_change_if(struct catalog *catalog, int64_t row, int64_t now_ms,
                            const char *field, struct str before, struct str after,
                            struct error *err) WARN_UNUSED;

/* Compares the stored row with project in that state: call it before the row is written. */
enum status change_note_project(struct catalog *catalog, int64_t row,
                                const struct project *project, enum project_state state,
                                int64_t now_ms, struct error *err) WARN_UNUSED;
/* One of the project's lists as a text, by SQL that makes one of it (?1: row). */
enum status change_read_list(struct catalog *catalog, const char *sql, int64_t row,
                             struct arena *arena, struct str *out,
                             struct error *err) WARN_UNUSED;
/* What is readable of a project: call it before the row is written. */
enum status change_note_detail(struct catalog *catalog, int64_t row, enum project_detail detail,
                               int64_t now_ms, struct error *err) WARN_UNUSED;

/* ---- the cells of a notebook that is stored in place of another ---- */

enum { CHANGE_CELLS_ADDED, CHANGE_CELLS_CHANGED, CHANGE_CELLS_REMOVED, CHANGE_CELLS_COUNT };

struct change_cells {
    size_t count;
    struct buf names; /* of the first few */
};

/* Nothing counted yet; free them in any case. */
void change_cells_init(struct change_cells cells[CHANGE_CELLS_COUNT]);
void change_cells_free(struct change_cells cells[CHANGE_CELLS_COUNT]);
/* name: a label, or whatever a person knows the cell by. */
void change_count_cell(struct change_cells *cells, struct str name);
/* A row for each kind of change that was counted. */
enum status change_note_cells(struct catalog *catalog, int64_t row,
                              const struct change_cells cells[CHANGE_CELLS_COUNT],
                              int64_t now_ms, struct error *err) WARN_UNUSED;

#endif
