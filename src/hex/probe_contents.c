/*
 * What the token may read of one project: its metadata, its notebook, its runs and pictures,
 * and the tables that its published version queried.
 */
#include "hex/export.h"
#include "hex/probe_state.h"

#include <string.h>

/* A project may be closed to the token though it is listed; not every one will be. */
#define MAX_SAMPLES 3

/* ---- metadata ---- */

static enum status take_project(struct probe *probe, const struct json *document,
                                struct error *err)
{
    struct project project;
    enum status status = decode_project(document, &probe->arena, &project, err);
    if (status == OK && !str_eq_nocase(project.id, probe->sample->id)) {
        return error_set(err, ERR_PARSE, "it does not describe the project that was asked for");
    }
    return status;
}

static bool ask_metadata(struct probe *probe, struct probe_answer *answer)
{
    const struct hex_request request = {.call = HEX_CALL_PROJECT, .project = probe->sample->id};
    return probe_ask(probe, &request, take_project, answer);
}

/* Those before the sample were tried: the next of the list that is as active as it. */
static const struct project *next_sample(const struct probe *probe)
{
    size_t at = (size_t)(probe->sample - probe->projects.items) + 1;
    while (at < probe->projects.count &&
           probe->projects.items[at].state != probe->sample->state) {
        at++;
    }
    return at < probe->projects.count ? &probe->projects.items[at] : NULL;
}

void probe_metadata(struct probe *probe)
{
    struct probe_answer answer = {.was_asked = false};
    if (probe->sample == NULL) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED, STR("No project is known to ask for."));
        return;
    }
    bool is_fine = ask_metadata(probe, &answer);
    for (int tried = 1; tried < MAX_SAMPLES && !is_fine && probe->fatal.code == OK; tried++) {
        const struct project *next = next_sample(probe);
        bool is_closed = answer.http_status == 403 || answer.http_status == 404;
        if (!is_closed || next == NULL) {
            break;
        }
        probe->sample = next;
        is_fine = ask_metadata(probe, &answer);
    }
    if (!is_fine) {
        probe_fail(probe, &answer);
        probe->sample = NULL;
        return;
    }
    probe_pass(probe, probe_text(probe, "'%.*s' was read.",
                                 STR_ARG(str_sub(probe->sample->title, 0, 200))));
}

/* ---- the notebook ---- */

static enum status take_export(struct probe *probe, const struct json *document,
                               struct error *err)
{
    struct decoded_export export;
    struct str raw;
    enum status status = decode_export(document, &export, err);
    if (status == OK) {
        status = export_read(export.content, probe->sample->id, &probe->arena, &probe->notebook,
                             &raw, err);
    }
    return status;
}

static enum status take_cells(struct probe *probe, const struct json *document,
                              struct error *err)
{
    struct notebook notebook = {.project_id = probe->sample->id};
    size_t capacity = 0;
    struct str next;
    enum status status =
        decode_cells(document, &probe->arena, &notebook, &capacity, &next, err);
    probe->list_count = notebook.cell_count;
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

static void judge_notebook(struct probe *probe, const struct probe_answer *export,
                           const struct probe_answer *cells)
{
    bool has_export = export->diagnosis.kind == DIAGNOSIS_FINE;
    bool has_cells = cells->was_asked && cells->diagnosis.kind == DIAGNOSIS_FINE;
    if (has_export) {
        struct str count = probe_count(probe, probe->notebook->cell_count, "cell", "cells");
        probe_pass(probe,
                   probe_text(probe, "The export of '%.*s' has %.*s.",
                              STR_ARG(str_sub(probe->sample->title, 0, 200)), STR_ARG(count)));
        if (cells->was_asked && !has_cells) {
            probe_warn(probe, diagnosis_name(cells->diagnosis.kind),
                       STR("Cells cannot be read one by one, which is the way out where a "
                           "project's export is refused."),
                       cells->diagnosis.remedy);
        }
    } else if (has_cells) {
        struct str count = probe_count(probe, probe->list_count, "cell", "cells");
        probe->report.meaning = STR("Cells and the lineage that their SQL shows can be "
                                    "imported; charts, filters and the nesting of cells not.");
        probe_pass(probe, probe_text(probe, "No export, but cells one by one: %.*s%s.",
                                     STR_ARG(count), probe->has_more ? " and more" : ""));
        probe_warn(probe, diagnosis_name(export->diagnosis.kind), export->diagnosis.cause,
                   export->diagnosis.remedy);
    } else {
        bool blames_cells = cells->was_asked && probe_is_forbidden(cells);
        probe_fail(probe, blames_cells ? cells : export);
    }
}

void probe_notebook(struct probe *probe)
{
    const struct probe_options *options = probe->options;
    struct probe_answer export = {.was_asked = false};
    struct probe_answer cells = {.was_asked = false};
    if (!options->reads_details) {
        probe_skip(probe, PROBE_RESULT_NOT_NEEDED, STR("hexmeta.details is listing."));
        return;
    }
    if (probe->sample == NULL) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED, STR("No project is known to read."));
        return;
    }
    if (options->reads_published && probe->sample->published_ms == TIMESTAMP_NONE) {
        probe_skip(probe, PROBE_RESULT_NOT_NEEDED,
                   STR("hexmeta.version is published, and no project on the first page is."));
        return;
    }
    const struct hex_request for_export = {.call = HEX_CALL_EXPORT,
                                           .project = probe->sample->id,
                                           .version = options->reads_published ? STR("latest")
                                                                               : STR("draft")};
    const struct hex_request for_cells = {
        .call = HEX_CALL_CELLS, .project = probe->sample->id, .cursor = STR_NULL};
    (void)probe_ask(probe, &for_export, take_export, &export);
    if (!options->reads_published && probe->fatal.code == OK) {
        (void)probe_ask(probe, &for_cells, take_cells, &cells);
    }
    if (probe->fatal.code == OK) {
        judge_notebook(probe, &export, &cells);
    }
}

/* ---- outputs ---- */

static enum status take_runs(struct probe *probe, const struct json *document,
                             struct error *err)
{
    return decode_runs(document, &probe->arena, &probe->runs, &probe->run_count, err);
}

static enum status take_image(struct probe *probe, const struct json *document,
                              struct error *err)
{
    struct str mime_type;
    struct str bytes;
    return decode_image(document, &probe->arena, &mime_type, &bytes, err);
}

static const struct run *completed_run(const struct probe *probe)
{
    for (size_t i = 0; i < probe->run_count; i++) {
        if (str_is(probe->runs[i].status, "COMPLETED")) {
            return &probe->runs[i];
        }
    }
    return NULL;
}

static const struct cell *chart_cell(const struct probe *probe)
{
    static const char *const types[] = {"CHART", "EXPLORE", "VEGA_CHART"};
    for (size_t i = 0; probe->notebook != NULL && i < probe->notebook->cell_count; i++) {
        for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
            if (str_is(probe->notebook->cells[i].type, types[t])) {
                return &probe->notebook->cells[i];
            }
        }
    }
    return NULL;
}

/* A picture that is not there (404, 422) says nothing against the token. */
static void judge_picture(struct probe *probe, struct str found)
{
    struct probe_answer image = {.was_asked = false};
    const struct run *run = completed_run(probe);
    const struct cell *cell = chart_cell(probe);
    if (run == NULL || cell == NULL) {
        probe_pass(probe, probe_text(probe,
                                     "%.*s It has no chart in a completed run, so that "
                                     "no picture was tried.",
                                     STR_ARG(found)));
        return;
    }
    const struct hex_request request = {
        .call = HEX_CALL_IMAGE, .project = probe->sample->id, .run = run->id, .cell = cell->id};
    bool has_picture = probe_ask(probe, &request, take_image, &image);
    bool is_missing = image.http_status == 404 || image.http_status == 422;
    if (has_picture || is_missing) {
        probe_pass(probe, probe_text(probe, "%.*s %s", STR_ARG(found),
                                     has_picture ? "A picture of a chart came, too."
                                                 : "Its chart has no picture yet."));
    } else if (probe->fatal.code == OK) {
        probe->report.meaning = STR("Charts come without pictures (hexmeta.includeOutputs).");
        probe_fail(probe, &image);
    }
}

void probe_outputs(struct probe *probe)
{
    struct probe_answer answer = {.was_asked = false};
    if (!probe->options->reads_details) {
        probe_skip(probe, PROBE_RESULT_NOT_NEEDED, STR("hexmeta.details is listing."));
        return;
    }
    if (probe->sample == NULL) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED, STR("No project is known to read."));
        return;
    }
    const struct hex_request request = {.call = HEX_CALL_RUNS, .project = probe->sample->id};
    bool is_fine = probe_ask(probe, &request, take_runs, &answer);
    if (!is_fine && answer.http_status != 422) {
        probe_fail(probe, &answer);
        return;
    }
    /* 422: never published, so it has none. */
    struct str count = probe_count(probe, probe->run_count, "run", "runs");
    struct str found =
        probe_text(probe, "'%.*s' has %.*s%s.", STR_ARG(str_sub(probe->sample->title, 0, 200)),
                   STR_ARG(count), probe->run_count >= 100 ? " or more" : "");
    if (probe->options->includes_outputs) {
        judge_picture(probe, found);
    } else {
        probe_pass(probe, found);
    }
}

/* ---- queried tables ---- */

static enum status take_tables(struct probe *probe, const struct json *document,
                               struct error *err)
{
    struct queried_table *tables = NULL;
    size_t capacity = 0;
    struct str next;
    probe->list_count = 0;
    enum status status = decode_queried_tables(document, &probe->arena, &tables,
                                               &probe->list_count, &capacity, &next, err);
    probe->has_more = status == OK && !str_is_empty(next);
    return status;
}

void probe_queried_tables(struct probe *probe)
{
    struct probe_answer answer = {.was_asked = false};
    if (!probe->options->reads_details) {
        probe_skip(probe, PROBE_RESULT_NOT_NEEDED, STR("hexmeta.details is listing."));
        return;
    }
    if (probe->sample == NULL) {
        probe_skip(probe, PROBE_RESULT_NOT_TRIED, STR("No project is known to read."));
        return;
    }
    const struct hex_request request = {
        .call = HEX_CALL_QUERIED_TABLES, .project = probe->sample->id, .cursor = STR_NULL};
    if (probe_ask(probe, &request, take_tables, &answer)) {
        struct str count = probe_count(probe, probe->list_count, "table", "tables");
        probe_pass(probe, probe_text(probe, "'%.*s' has queried %.*s%s.",
                                     STR_ARG(str_sub(probe->sample->title, 0, 200)),
                                     STR_ARG(count), probe->has_more ? " and more" : ""));
    } else if (answer.http_status == 422) {
        probe_pass(probe, STR("Hex would say; the project was never published."));
    } else if (probe->fatal.code == OK) {
        probe_fail(probe, &answer);
    }
}
