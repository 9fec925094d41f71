#include "hexsim/api.h"

#include "hexsim/cursor.h"
#include "hexsim/png.h"
#include "hexsim/render.h"

#include <string.h>

#define PREFIX "/v1/cells"

static void write_cell(void *ctx, size_t index, struct json_out *out)
{
    const struct notebook *nb = ctx;
    render_cell(nb->project, &nb->cells[index], out);
}

static void list_cells(struct api *api, const struct api_request *request,
                       struct api_answer *answer)
{
    struct api_page page;
    struct str id = api_argument(request, "projectId");
    if (str_is_null(id)) {
        api_fail(request, answer, 400, "projectId is required");
        return;
    }
    if (!api_read_page(request, answer, 100, false, &page)) {
        return;
    }
    const struct sim_project *p = workspace_project(api_workspace(api), id);
    if (p == NULL) {
        api_fail(request, answer, 404, "Project not found");
        return;
    }
    if (p->is_denied || !workspace_is_visible(p, request->user)) {
        api_fail(request, answer, 403, "You do not have permission to view this project");
        return;
    }
    struct notebook nb;
    notebook_make_flat(api_workspace(api), p, request->arena, &nb);
    struct api_entry *entries =
        sim_alloc(request->arena, (nb.cell_count + 1) * sizeof(*entries));
    for (size_t i = 0; i < nb.cell_count; i++) { /* in notebook order */
        entries[i].value = sim_printf(request->arena, "%06zu", i);
        entries[i].id = nb.cells[i].api_id;
        entries[i].index = i;
    }
    struct api_list list = {.entries = entries, .count = nb.cell_count, .write = write_cell};
    list.ctx = &nb;
    api_write_list(request, &page, &list, answer);
}

/* There is no index by cell: every notebook is looked through. */
static const struct sim_cell *find_cell(struct api *api, const struct api_request *request,
                                        struct str id, const struct sim_project **project)
{
    const struct workspace *w = api_workspace(api);
    for (size_t i = 0; i < w->project_count; i++) {
        if (w->projects[i].is_deleted || w->projects[i].is_denied ||
            !workspace_is_visible(&w->projects[i], request->user)) {
            continue;
        }
        struct notebook nb;
        notebook_make_flat(w, &w->projects[i], request->arena, &nb);
        for (size_t k = 0; k < nb.cell_count; k++) {
            if (str_eq(nb.cells[k].api_id, id)) {
                *project = &w->projects[i];
                return &nb.cells[k];
            }
        }
        arena_reset(request->arena);
    }
    return NULL;
}

static bool is_chart(const struct sim_cell *cell)
{
    return cell->kind == CELL_EXPLORE || cell->kind == CELL_CHARTV2 || cell->kind == CELL_CHART;
}

static void write_image(const struct workspace *w, struct str id, struct json_out *out)
{
    struct buf png;
    struct buf text;
    struct rng rng = rng_for(w->options.seed, "image", str_hash(id));
    buf_init(&png, SIM_MAX_BYTES);
    buf_init(&text, SIM_MAX_BYTES);
    png_write(&rng, &png);
    cursor_base64(buf_str(&png), &text);
    json_out_field_str(out, "imageBase64", buf_str(&text));
    json_out_field_cstr(out, "mimeType", "image/png");
    buf_free(&png);
    buf_free(&text);
}

void api_run_image(struct api *api, const struct api_request *request,
                   const struct sim_project *project, struct str run, struct str cell,
                   struct api_answer *answer)
{
    struct notebook nb;
    const struct sim_cell *found = NULL;
    notebook_make(api_workspace(api), project, request->arena, &nb);
    for (size_t i = 0; i < nb.cell_count; i++) {
        if (str_eq(nb.cells[i].id, cell)) {
            found = &nb.cells[i];
        }
    }
    if (found == NULL) {
        api_fail(request, answer, 404, "Cell not found");
        return;
    }
    if (!is_chart(found)) {
        api_fail(request, answer, 422, "Only chart cells have an image");
        return;
    }
    struct json_out out;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_field_str(&out, "projectId", project->id);
    json_out_field_str(&out, "runId", run);
    json_out_field_str(&out, "staticId", cell);
    write_image(api_workspace(api), cell, &out);
    json_out_object_end(&out);
}

static void get_image(struct api *api, const struct api_request *request,
                      const struct sim_cell *cell, struct api_answer *answer)
{
    if (!is_chart(cell)) {
        api_fail(request, answer, 422, "Only chart cells have an image");
        return;
    }
    struct json_out out;
    json_out_init(&out, &answer->body);
    json_out_object(&out);
    json_out_field_str(&out, "cellId", cell->api_id);
    write_image(api_workspace(api), cell->id, &out);
    json_out_object_end(&out);
}

bool api_cells(struct api *api, const struct api_request *request, struct api_answer *answer)
{
    if (!str_starts_with(request->path, PREFIX) || strcmp(request->method, "GET") != 0) {
        return false;
    }
    struct str rest = str_sub(request->path, sizeof(PREFIX) - 1, SIZE_MAX);
    if (rest.n == 0) {
        list_cells(api, request, answer);
        return true;
    }
    if (rest.p[0] != '/') {
        return false;
    }
    rest = str_sub(rest, 1, SIZE_MAX);
    bool is_image = str_ends_with(rest, "/image");
    struct str id = is_image ? str_sub(rest, 0, rest.n - 6) : rest;
    const struct sim_project *p = NULL;
    struct arena scratch;
    arena_init(&scratch, SIM_MAX_BYTES);
    struct api_request inner = *request;
    inner.arena = &scratch;
    const struct sim_cell *cell = find_cell(api, &inner, id, &p);
    if (cell == NULL) {
        api_fail(request, answer, 404, "Cell not found");
    } else if (is_image) {
        get_image(api, request, cell, answer);
    } else {
        struct json_out out;
        json_out_init(&out, &answer->body);
        render_cell(p, cell, &out);
    }
    arena_free(&scratch);
    return true;
}
