/* Any bytes as a project file: read it, check what must hold of every notebook, draw edges. */
#include "domain/notebook_lineage.h"
#include "hex/export.h"
#include "io/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct notebook *self;

/* Every component is the notebook itself, so that circles and repeats are tried. */
static enum status look_up(void *ctx, struct str project_id, const struct notebook **out,
                           struct error *err)
{
    (void)ctx;
    (void)err;
    (void)project_id;
    *out = self;
    return OK;
}

static void check_cell(const struct notebook *notebook, size_t position)
{
    const struct cell *cell = &notebook->cells[position];
    bool has_parent = str_is_null(cell->parent);
    if (str_is_empty(cell->id)) {
        abort();
    }
    for (size_t i = 0; i < notebook->cell_count; i++) {
        if (i != position && str_eq(notebook->cells[i].id, cell->id)) {
            abort();
        }
        has_parent =
            has_parent || (i < position && str_eq(notebook->cells[i].id, cell->parent));
    }
    if (!has_parent) {
        abort();
    }
    for (size_t r = 0; r < cell->read_count; r++) {
        const struct cell_read *read = &cell->reads[r];
        if (str_is_null(read->dataframe) && str_is_null(read->table.name)) {
            abort();
        }
        for (size_t c = 1; c < read->column_count; c++) {
            if (str_compare(read->columns[c - 1], read->columns[c]) >= 0) {
                abort();
            }
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    struct notebook *notebook = NULL;
    struct notebook *again = NULL;
    struct notebook_edges edges;
    struct str raw;
    struct str raw_again;
    arena_init(&arena, (size_t)64 << 20);
    if (export_read(str_from_n((const char *)data, size), STR("p"), &arena, &notebook, &raw,
                    &err) != OK) {
        if (err.code == OK || notebook != NULL) {
            abort();
        }
        goto out;
    }
    for (size_t i = 0; i < notebook->cell_count; i++) {
        check_cell(notebook, i);
    }
    if (!str_is_null(raw) &&
        (export_read(raw, STR("p"), &arena, &again, &raw_again, &err) != OK ||
         !str_eq(raw, raw_again))) {
        abort();
    }
    self = notebook;
    const struct notebook_lookup lookup = {.notebook = look_up};
    if (notebook_lineage(notebook, NULL, 0, &lookup, &arena, &edges, &err) != OK &&
        err.code != ERR_NOMEM) {
        abort();
    }
out:
    arena_free(&arena);
    return 0;
}
