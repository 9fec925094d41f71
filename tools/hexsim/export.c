#include "hexsim/export.h"

#include "hexsim/words.h"

#define KEEP_CELL                                                                              \
    "DO NOT CHANGE - this is how the cell is found again when the file is imported"
#define KEEP_PROJECT "DO NOT CHANGE - the project that this file was made from"

static void write_meta(const struct notebook *nb, struct yaml_out *y)
{
    const struct sim_project *p = nb->project;
    const struct workspace *w = nb->workspace;
    struct rng rng = rng_for(w->options.seed, "source version",
                             workspace_index(w, p) + p->revision * UINT64_C(100003));
    yaml_out_raw(y, "schemaVersion", "3");
    yaml_out_open(y, "meta");
    yaml_out_commented(y, "sourceVersionId", rng_uuid(&rng, nb->arena, p->edited_ms),
                       "DO NOT CHANGE - the version that this file was made from");
    yaml_out_str(y, "description", p->description);
    yaml_out_commented(y, "projectId", p->id, KEEP_PROJECT);
    yaml_out_title(y, "title", p->title);
    yaml_out_raw(y, "timezone", "null");
    yaml_out_raw(y, "appTheme", "LIGHT");
    yaml_out_raw(y, "codeLanguage", "PYTHON");
    if (p->status == NOBODY) {
        yaml_out_raw(y, "status", "null");
    } else {
        yaml_out_open(y, "status");
        yaml_out_str(y, "name", str_from(words_statuses[p->status]));
        yaml_out_close(y);
    }
    if (p->categories == 0) {
        yaml_out_raw(y, "categories", "[]");
    } else {
        yaml_out_open(y, "categories");
        for (size_t i = 0; i < w->category_count; i++) {
            if ((p->categories & (UINT32_C(1) << i)) != 0) {
                yaml_out_item(y);
                yaml_out_title(y, "name", w->categories[i].name);
                yaml_out_item_end(y);
            }
        }
        yaml_out_close(y);
    }
    yaml_out_raw(y, "castDecimalsDefault", "true");
    yaml_out_raw(y, "hexType", p->is_component ? "COMPONENT" : "PROJECT");
    yaml_out_raw(y, "allowExecutionReordering", "true");
    yaml_out_raw(y, "prerunApp", "false");
    yaml_out_raw(y, "autoRerunApp", "true");
    yaml_out_raw(y, "cachePublishedAppState", "true");
    yaml_out_raw(y, "logicQueryCacheTimeout", "null");
    yaml_out_raw(y, "publishedQueryCacheTimeout", "null");
    yaml_out_raw(y, "refreshStalePublishedApp", "true");
    yaml_out_raw(y, "kernelImage", "python312");
    yaml_out_raw(y, "kernelSize", "medium");
    yaml_out_close(y);
}

static bool uses(const struct notebook *nb, const struct sim_connection *c)
{
    for (size_t i = 0; i < nb->cell_count; i++) {
        if (nb->cells[i].connection == c) {
            return true;
        }
    }
    return false;
}

static void write_assets(const struct notebook *nb, struct yaml_out *y)
{
    const struct workspace *w = nb->workspace;
    yaml_out_open(y, "projectAssets");
    yaml_out_raw(y, "dataConnections", "[]");
    if (workspace_index(w, nb->project) % 20 == 3) {
        yaml_out_open(y, "envVars");
        yaml_out_item(y);
        yaml_out_raw(y, "name", "API_KEY");
        yaml_out_raw(y, "value", "hexsim-secret-value");
        yaml_out_item_end(y);
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "envVars", "[]");
    }
    yaml_out_raw(y, "secrets", "[]");
    yaml_out_close(y);
    yaml_out_open(y, "sharedAssets");
    yaml_out_raw(y, "secrets", "[]");
    yaml_out_raw(y, "vcsPackages", "[]");
    size_t used = 0;
    for (size_t i = 0; i < w->connection_count; i++) {
        const struct sim_connection *c = &w->connections[i];
        if (!uses(nb, c)) {
            continue;
        }
        if (used++ == 0) {
            yaml_out_open(y, "dataConnections");
        }
        struct str comment = sim_printf(nb->arena, "%.*s (%s)", STR_ARG(c->name), c->type);
        yaml_out_item(y);
        yaml_out_commented(y, "dataConnectionId", c->id, comment.p);
        yaml_out_item_end(y);
    }
    if (used == 0) {
        yaml_out_raw(y, "dataConnections", "[]");
    } else {
        yaml_out_close(y);
    }
    yaml_out_raw(y, "externalFileIntegrations", "[]");
    yaml_out_close(y);
}

/* Cells whose parent is `parent`, as the list that is open; containers go deeper. */
static void write_cells(const struct notebook *nb, struct yaml_out *y, size_t parent);

static bool has_children(const struct notebook *nb, size_t parent)
{
    return parent + 1 < nb->cell_count && nb->cells[parent + 1].parent == parent;
}

static void write_container(const struct notebook *nb, struct yaml_out *y, size_t at)
{
    bool is_block = nb->cells[at].kind == CELL_BLOCK;
    yaml_out_open(y, "config");
    if (!has_children(nb, at)) {
        yaml_out_raw(y, "cells", "[]");
    } else {
        yaml_out_open(y, "cells");
        write_cells(nb, y, at);
        yaml_out_close(y);
    }
    if (is_block) { /* always an SQL cell and what draws it */
        yaml_out_open(y, "blockConfig");
        yaml_out_str(y, "sqlCellId", nb->cells[at + 1].id);
        yaml_out_str(y, "chartCellId", nb->cells[at + 2].id);
        yaml_out_close(y);
    }
    yaml_out_close(y);
}

static void write_cells(const struct notebook *nb, struct yaml_out *y, size_t parent)
{
    size_t from = parent == NOBODY ? 0 : parent + 1;
    for (size_t i = from; i < nb->cell_count; i++) {
        const struct sim_cell *cell = &nb->cells[i];
        if (cell->parent != parent) {
            continue;
        }
        yaml_out_item(y);
        yaml_out_raw(y, "cellType", cell_kind_export_name(cell->kind));
        yaml_out_commented(y, "cellId", cell->id, KEEP_CELL);
        yaml_out_str(y, "cellLabel", cell->label);
        if (cell->kind == CELL_COLLAPSIBLE || cell->kind == CELL_BLOCK) {
            write_container(nb, y, i);
        } else {
            yaml_out_open(y, "config");
            export_write_config(nb, cell, y);
            yaml_out_close(y);
        }
        yaml_out_item_end(y);
    }
}

static void write_element(struct yaml_out *y, struct str cell)
{
    yaml_out_item(y);
    yaml_out_raw(y, "showSource", "false");
    yaml_out_raw(y, "hideOutput", "false");
    yaml_out_raw(y, "type", "CELL");
    yaml_out_str(y, "cellId", cell);
    yaml_out_raw(y, "sharedFilterId", "null");
    yaml_out_raw(y, "height", "null");
    yaml_out_raw(y, "showLabel", "true");
    yaml_out_raw(y, "explorable", "null");
    yaml_out_item_end(y);
}

/* One tab, one row a drawing. */
static void write_tab(const struct notebook *nb, struct yaml_out *y)
{
    yaml_out_item(y);
    yaml_out_raw(y, "name", "Tab 1");
    yaml_out_open(y, "rows");
    for (size_t i = 0; i < nb->cell_count; i++) {
        const struct sim_cell *cell = &nb->cells[i];
        if (cell->kind != CELL_EXPLORE && cell->kind != CELL_CHARTV2 &&
            cell->kind != CELL_METRIC) {
            continue;
        }
        yaml_out_item(y);
        yaml_out_open(y, "columns");
        yaml_out_item(y);
        yaml_out_raw(y, "start", "0");
        yaml_out_raw(y, "end", "120");
        yaml_out_open(y, "elements");
        write_element(y, cell->id);
        yaml_out_close(y);
        yaml_out_item_end(y);
        yaml_out_close(y);
        yaml_out_item_end(y);
    }
    yaml_out_close(y);
    yaml_out_item_end(y);
}

static void write_layout(const struct notebook *nb, struct yaml_out *y)
{
    bool has_drawing = false;
    for (size_t i = 0; i < nb->cell_count && !has_drawing; i++) {
        enum cell_kind kind = nb->cells[i].kind;
        has_drawing = kind == CELL_EXPLORE || kind == CELL_CHARTV2 || kind == CELL_METRIC;
    }
    yaml_out_open(y, "appLayout");
    yaml_out_open(y, "visibleMetadataFields");
    yaml_out_item_str(y, STR("NAME"));
    yaml_out_item_str(y, STR("AUTHOR"));
    yaml_out_item_str(y, STR("LAST_EDITED"));
    yaml_out_close(y);
    yaml_out_raw(y, "fullWidth", "false");
    if (has_drawing) {
        yaml_out_open(y, "tabs");
        write_tab(nb, y);
        yaml_out_close(y);
    } else {
        yaml_out_raw(y, "tabs", "[]");
    }
    yaml_out_close(y);
    yaml_out_raw(y, "sharedFilters", "[]");
}

void export_write(const struct notebook *nb, struct buf *out)
{
    struct yaml_out y = {.buf = out};
    if (nb->project->file != NULL) {
        (void)buf_append_str(out, nb->project->file->text);
        return;
    }
    write_meta(nb, &y);
    write_assets(nb, &y);
    if (nb->cell_count == 0) {
        yaml_out_raw(&y, "cells", "[]");
    } else {
        yaml_out_open(&y, "cells");
        write_cells(nb, &y, NOBODY);
        yaml_out_close(&y);
    }
    write_layout(nb, &y);
}
