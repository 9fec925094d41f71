#include "om/mapping.h"

#include "domain/name.h"

#include <string.h>

/* ---- names ---- */

static enum status cell_name(struct str project, struct str cell, struct arena *arena,
                             struct str *out)
{
    struct str name;
    enum status status =
        arena_printf(arena, &name, "%.*s_%.*s", STR_ARG(project), STR_ARG(cell));
    return status == OK ? name_clean(name, arena, out) : status;
}

enum status om_dashboard_fqn(const struct om_mapping *mapping, struct str project,
                             struct arena *arena, struct str *out)
{
    struct str name;
    enum status status = name_clean(project, arena, &name);
    return status == OK ? name_join(mapping->service, name, arena, out) : status;
}

static enum status model_fqn(const struct om_mapping *mapping, struct str name,
                             struct arena *arena, struct str *out)
{
    struct str parent;
    enum status status = arena_printf(arena, &parent, "%.*s.model", STR_ARG(mapping->service));
    return status == OK ? name_join(parent, name, arena, out) : status;
}

enum status om_data_model_fqn(const struct om_mapping *mapping, struct str project,
                              struct str cell, struct arena *arena, struct str *out)
{
    struct str name;
    enum status status = cell_name(project, cell, arena, &name);
    return status == OK ? model_fqn(mapping, name, arena, out) : status;
}

enum status om_name_of(enum published_kind kind, struct str project, struct str cell,
                       struct arena *arena, struct str *out)
{
    return kind == PUBLISHED_DASHBOARD ? name_clean(project, arena, out)
                                       : cell_name(project, cell, arena, out);
}

enum status om_fqn_of(const struct om_mapping *mapping, enum published_kind kind,
                      struct str name, struct arena *arena, struct str *out)
{
    return kind == PUBLISHED_DATA_MODEL ? model_fqn(mapping, name, arena, out)
                                        : name_join(mapping->service, name, arena, out);
}

/* ---- charts ---- */

static const struct {
    const char *type; /* of a cell */
    const char *chart_type;
    const char *title;
} cell_types[] = {{"CHART", NULL, "Chart"},           {"EXPLORE", NULL, "Explore"},
                  {"VEGA_CHART", NULL, "Chart"},      {"METRIC", "Text", "Metric"},
                  {"PIVOT", "Table", "Pivot"},        {"MAP", "Map", "Map"},
                  {"DISPLAY_TABLE", "Table", "Table"}};

static const struct {
    const char *hex;
    const char *chart_type;
} chart_types[] = {{"bar", "Bar"},         {"grouped-bar", "Bar"},
                   {"column", "Bar"},      {"line", "Line"},
                   {"area", "Area"},       {"pie", "Pie"},
                   {"donut", "Pie"},       {"scatter", "Scatter"},
                   {"point", "Scatter"},   {"histogram", "Histogram"},
                   {"boxplot", "BoxPlot"}, {"heatmap", "Heatmap"},
                   {"sankey", "SanKey"},   {"gauge", "Gauge"},
                   {"table", "Table"},     {"text", "Text"},
                   {"map", "Map"}};

/* Index into cell_types, or SIZE_MAX: the cell shows nothing. */
static size_t find_cell_type(struct str type)
{
    for (size_t i = 0; i < sizeof(cell_types) / sizeof(cell_types[0]); i++) {
        if (str_is(type, cell_types[i].type)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static struct str chart_type_of(const struct cell *cell, size_t type)
{
    if (cell_types[type].chart_type != NULL) {
        return str_from(cell_types[type].chart_type);
    }
    for (size_t i = 0; i < sizeof(chart_types) / sizeof(chart_types[0]); i++) {
        if (str_eq_nocase(cell->chart_type, str_from(chart_types[i].hex))) {
            return str_from(chart_types[i].chart_type);
        }
    }
    return STR("Other");
}

static struct str first_text(struct str a, struct str b, struct str c)
{
    return !str_is_empty(str_trim(a)) ? a : !str_is_empty(str_trim(b)) ? b : c;
}

static enum status cell_url(const struct om_project *project, const struct cell *cell,
                            struct arena *arena, struct str *out)
{
    struct str logic = project->from.logic_url;
    *out = STR_NULL;
    if (str_is_null(logic)) {
        return OK;
    }
    return arena_printf(arena, out, "%.*s?selectedCellId=%.*s", STR_ARG(logic),
                        STR_ARG(cell->id));
}

static enum status map_chart(const struct om_mapping *mapping, const struct om_project *project,
                             const struct cell *cell, size_t type, struct arena *arena,
                             struct om_entity *out)
{
    struct str fallback = str_from(cell_types[type].title);
    *out = (struct om_entity){.kind = PUBLISHED_CHART,
                              .service = mapping->service,
                              .project = project->from.project.id,
                              .title = first_text(cell->label, cell->title, fallback),
                              .chart_type = chart_type_of(cell, type),
                              .created_ms = TIMESTAMP_NONE,
                              .edited_ms = TIMESTAMP_NONE,
                              .viewed_ms = TIMESTAMP_NONE};
    enum status status = cell_name(project->from.project.id, cell->id, arena, &out->name);
    if (status == OK) {
        status = name_join(mapping->service, out->name, arena, &out->fqn);
    }
    return status == OK ? cell_url(project, cell, arena, &out->url) : status;
}

/* ---- data models ---- */

static bool has_column(const struct om_dataset *dataset, struct str name)
{
    for (size_t i = 0; i < dataset->column_count; i++) {
        if (str_eq_nocase(dataset->originals[i], name)) {
            return true;
        }
    }
    return false;
}

static bool is_dataset_node(const struct node *node, struct str project, struct str cell)
{
    return node->kind == NODE_KIND_DATASET && str_eq(node->project, project) &&
           str_eq(node->cell, cell);
}

static enum status add_column(struct om_dataset *dataset, struct str column,
                              struct arena *arena, size_t *capacity)
{
    struct str *name =
        arena_push(arena, &dataset->originals, &dataset->column_count, capacity, sizeof(*name));
    if (name == NULL) {
        return ERR_NOMEM;
    }
    *name = column;
    return OK;
}

/* Columns as last displayed, then those that lineage knows: made there, or read from it. */
static enum status collect_columns(const struct om_project *project, const struct cell *cell,
                                   struct arena *arena, struct om_dataset *out)
{
    struct str id = project->from.project.id;
    size_t capacity = 0;
    enum status status = OK;
    for (size_t i = 0; i < cell->column_count && status == OK; i++) {
        status = add_column(out, cell->columns[i], arena, &capacity);
    }
    for (size_t i = 0; i < project->edge_count; i++) {
        const struct edge *edge = &project->edges[i];
        bool is_made = is_dataset_node(&edge->to, id, cell->id);
        for (size_t k = 0; k < edge->column_count && status == OK; k++) {
            const struct column_pair *pair = &edge->columns[k];
            bool is_read = is_dataset_node(&pair->from, id, cell->id);
            const struct str columns[] = {is_made ? pair->to_column : STR_NULL,
                                          is_read ? pair->from_column : STR_NULL};
            for (size_t n = 0; n < 2 && status == OK; n++) {
                if (!str_is_empty(columns[n]) && !has_column(out, columns[n])) {
                    status = add_column(out, columns[n], arena, &capacity);
                }
            }
        }
    }
    return status;
}

static enum status map_dataset(const struct om_mapping *mapping, struct om_project *project,
                               const struct cell *cell, struct arena *arena,
                               struct om_dataset *out)
{
    *out = (struct om_dataset){.cell = cell};
    enum status status = collect_columns(project, cell, arena, out);
    out->names = arena_array(arena, out->column_count + 1, sizeof(*out->names));
    if (status != OK || out->names == NULL ||
        name_clean_columns(out->originals, out->column_count, arena, out->names) != OK) {
        return ERR_NOMEM;
    }
    return om_data_model_fqn(mapping, project->from.project.id, cell->id, arena, &out->fqn);
}

static enum status map_data_model(const struct om_mapping *mapping,
                                  const struct om_project *project,
                                  const struct om_dataset *dataset, struct arena *arena,
                                  struct om_entity *out)
{
    const struct cell *cell = dataset->cell;
    *out = (struct om_entity){
        .kind = PUBLISHED_DATA_MODEL,
        .service = mapping->service,
        .project = project->from.project.id,
        .fqn = dataset->fqn,
        .title = cell->dataframe,
        .data_model_type = mapping->data_model_type,
        .sql = mapping->publishes_sql && str_is(cell->type, "SQL") ? cell->source : STR_NULL,
        .column_count = dataset->column_count,
        .created_ms = TIMESTAMP_NONE,
        .edited_ms = TIMESTAMP_NONE,
        .viewed_ms = TIMESTAMP_NONE};
    out->columns = arena_array(arena, out->column_count + 1, sizeof(*out->columns));
    if (out->columns == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < out->column_count; i++) {
        bool is_same = str_eq(dataset->names[i], dataset->originals[i]);
        out->columns[i].name = dataset->names[i];
        out->columns[i].title = is_same ? STR_NULL : dataset->originals[i];
    }
    enum status status = cell_name(project->from.project.id, cell->id, arena, &out->name);
    return status == OK ? cell_url(project, cell, arena, &out->url) : status;
}

static enum status map_cells(const struct om_mapping *mapping, struct om_project *project,
                             struct arena *arena)
{
    size_t count = project->cell_count + 1;
    enum status status = OK;
    project->datasets = arena_array(arena, count, sizeof(*project->datasets));
    project->data_models = arena_array(arena, count, sizeof(*project->data_models));
    project->charts = arena_array(arena, count, sizeof(*project->charts));
    if (project->datasets == NULL || project->data_models == NULL || project->charts == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < project->cell_count && status == OK; i++) {
        const struct cell *cell = &project->cells[i];
        size_t type = find_cell_type(cell->type);
        if (type != SIZE_MAX) {
            struct om_entity *chart = &project->charts[project->chart_count];
            status = map_chart(mapping, project, cell, type, arena, chart);
            project->chart_count +=
                status == OK && (mapping->wants == NULL ||
                                 mapping->wants(mapping->wants_ctx, chart->kind, chart->title));
        }
        if (status == OK && cell_is_dataset(cell)) {
            struct om_dataset *dataset = &project->datasets[project->dataset_count++];
            struct om_entity *model = &project->data_models[project->data_model_count];
            status = map_dataset(mapping, project, cell, arena, dataset);
            status =
                status == OK ? map_data_model(mapping, project, dataset, arena, model) : status;
            bool is_wanted = status == OK && mapping->includes_data_models &&
                             (mapping->wants == NULL ||
                              mapping->wants(mapping->wants_ctx, model->kind, model->title));
            project->data_model_count += is_wanted;
        }
    }
    return status;
}

/* ---- dashboards ---- */

static enum status lower(struct str s, struct arena *arena, struct str *out)
{
    char *copy = arena_cstr(arena, s);
    if (copy == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s.n; i++) {
        copy[i] = (char)(copy[i] >= 'A' && copy[i] <= 'Z' ? copy[i] + 32 : copy[i]);
    }
    *out = str_from_n(copy, s.n);
    return OK;
}

static enum status map_owner(const struct om_mapping *mapping, struct arena *arena,
                             struct om_project *out)
{
    const struct project *project = &out->from.project;
    struct str email = project_responsible(project);
    struct om_entity *dashboard = &out->dashboard;
    struct str key;
    dashboard->has_owners = mapping->includes_owners;
    if (!mapping->includes_owners || str_is_empty(email)) {
        return OK;
    }
    if (lower(email, arena, &key) != OK) {
        return ERR_NOMEM;
    }
    const union map_value *user = mapping->users != NULL ? map_get(mapping->users, key) : NULL;
    if (user == NULL) {
        out->unknown_owner = email;
        return OK;
    }
    dashboard->owners = ARENA_NEW(arena, struct str);
    if (dashboard->owners == NULL) {
        return ERR_NOMEM;
    }
    dashboard->owners[0] = *(const struct str *)user->pointer;
    dashboard->owner_count = 1;
    return OK;
}

static enum status map_tags(const struct om_mapping *mapping, struct arena *arena,
                            struct om_project *out)
{
    const struct project *project = &out->from.project;
    struct om_entity *dashboard = &out->dashboard;
    const struct tag_source source = {
        .categories = project->categories,
        .category_count = project->category_count,
        .status = project->status,
        .collections = out->from.collections,
        .collection_count = out->from.collection_count,
        .is_component = project->type == PROJECT_TYPE_COMPONENT,
    };
    enum status status = tag_list(&mapping->tags, &source, arena, &out->tags, &out->tag_count);
    dashboard->tags = arena_array(arena, out->tag_count + 1, sizeof(*dashboard->tags));
    if (status != OK || dashboard->tags == NULL) {
        return ERR_NOMEM;
    }
    for (int i = 0; i < TAG_KIND_COUNT; i++) {
        dashboard->has_tags =
            dashboard->has_tags || !str_is_null(mapping->tags.classification[i]);
    }
    for (size_t i = 0; i < out->tag_count; i++) {
        dashboard->tags[dashboard->tag_count++] = out->tags[i].fqn;
    }
    return OK;
}

enum status om_map_dashboard(const struct om_mapping *mapping, struct arena *arena,
                             struct om_project *out)
{
    const struct project *project = &out->from.project;
    out->dashboard =
        (struct om_entity){.kind = PUBLISHED_DASHBOARD,
                           .service = mapping->service,
                           .project = project->id,
                           .title = first_text(project->title, STR_NULL, project->id),
                           .description = project->description,
                           .url = out->from.url,
                           .has_links = out->from.has_notebook,
                           .created_ms = project->created_ms,
                           .edited_ms = project->edited_ms,
                           .viewed_ms = project->views.last_viewed_ms};
    if (out->from.collection_count > 0) {
        out->dashboard.folder = out->from.collections[0];
    }
    enum status status = name_clean(project->id, arena, &out->dashboard.name);
    if (status == OK) {
        status = om_dashboard_fqn(mapping, project->id, arena, &out->dashboard.fqn);
    }
    if (status == OK) {
        status = map_tags(mapping, arena, out);
    }
    return status == OK ? map_owner(mapping, arena, out) : status;
}

static enum status link_children(struct arena *arena, struct om_project *out)
{
    struct om_entity *dashboard = &out->dashboard;
    dashboard->charts = arena_array(arena, out->chart_count + 1, sizeof(struct str));
    dashboard->data_models = arena_array(arena, out->data_model_count + 1, sizeof(struct str));
    if (dashboard->charts == NULL || dashboard->data_models == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < out->chart_count; i++) {
        dashboard->charts[dashboard->chart_count++] = out->charts[i].fqn;
    }
    for (size_t i = 0; i < out->data_model_count; i++) {
        dashboard->data_models[dashboard->data_model_count++] = out->data_models[i].fqn;
    }
    return OK;
}

enum status om_map_project(const struct om_mapping *mapping, struct catalog *catalog,
                           struct arena *arena, struct om_project *out, struct error *err)
{
    enum status status =
        publishing_cells(catalog, out->from.row, arena, &out->cells, &out->cell_count, err);
    if (status == OK) {
        status =
            publishing_edges(catalog, out->from.row, arena, &out->edges, &out->edge_count, err);
    }
    if (status != OK) {
        return status;
    }
    status = map_cells(mapping, out, arena);
    if (status == OK) {
        status = om_map_dashboard(mapping, arena, out);
    }
    if (status == OK) {
        status = link_children(arena, out);
    }
    return status == OK ? OK : error_nomem(err);
}
