#include "hexsim/truth.h"

#include "base/json_out.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES ((size_t)256 * 1024 * 1024)
#define LINE_BYTES ((size_t)16 * 1024 * 1024)

struct truth {
    const struct sim_workspace *workspace;
    const struct sim_truth_options *options;
    sim_line_fn *line;
    void *ctx;
    struct buf buf;
    struct json_out json;
    struct arena arena; /* of one project */
    enum status status;
};

static void begin(struct truth *t, const char *kind)
{
    buf_clear(&t->buf);
    json_out_init(&t->json, &t->buf);
    json_out_object(&t->json);
    json_out_field_cstr(&t->json, "kind", kind);
}

static void end(struct truth *t)
{
    json_out_object_end(&t->json);
    (void)buf_append_char(&t->buf, '\n');
    if (t->status == OK) {
        t->status =
            buf_status(&t->buf) != OK ? buf_status(&t->buf) : t->line(t->ctx, buf_str(&t->buf));
    }
}

static void text(struct truth *t, const char *key, const char *value)
{
    json_out_field_cstr(&t->json, key, value);
}

/* ---- workspace and connections ---- */

static void write_workspace(struct truth *t)
{
    char org[37];
    sim_uuid(t->workspace, "org", 0, 0, org);
    begin(t, "workspace");
    text(t, "id", org);
    text(t, "host", t->options->host);
    text(t, "name", NULL);
    end(t);
}

/* The defaults for bare names, by the type's rule. */
static void connection_defaults(const struct sim_connection *c, bool is_admin,
                                const char **database, const char **schema)
{
    bool is_public = strcmp(c->type, "postgres") == 0 || strcmp(c->type, "redshift") == 0 ||
                     strcmp(c->type, "alloydb") == 0;
    *database = is_admin ? c->database : NULL;
    *schema = is_admin ? c->schema : NULL;
    if (strcmp(c->type, "databricks") == 0) {
        *database = is_admin ? "main" : NULL;
        *schema = is_admin ? "gold" : NULL;
    } else if (strcmp(c->type, "mysql") == 0) {
        *schema = *database;
        *database = NULL;
    } else if (is_public && *schema == NULL) {
        *schema = "public";
    } else if (strcmp(c->type, "sqlserver") == 0) {
        *schema = "dbo";
    }
}

struct id_order {
    char id[37];
    size_t number;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct id_order *)a)->id, ((const struct id_order *)b)->id);
}

static void write_connections(struct truth *t)
{
    struct id_order order[32];
    size_t count = sim_connections_in_use(t->workspace);
    for (size_t i = 0; i < count; i++) {
        order[i].number = i;
        sim_connection_id(t->workspace, i, order[i].id);
    }
    qsort(order, count, sizeof(order[0]), compare_ids);
    for (size_t i = 0; i < count; i++) {
        const char *database;
        const char *schema;
        const struct sim_connection *c = &sim_connections[order[i].number];
        connection_defaults(c, t->workspace->options.is_admin, &database, &schema);
        begin(t, "connection");
        text(t, "id", order[i].id);
        text(t, "name", c->name);
        text(t, "type", c->type);
        text(t, "database", database);
        text(t, "schema", schema);
        end(t);
    }
}

/* ---- projects ---- */

static const char *state_of(const struct sim_project *p)
{
    return p->trashed_ms != TIMESTAMP_NONE    ? "trashed"
           : p->archived_ms != TIMESTAMP_NONE ? "archived"
                                              : "active";
}

/* Details are read of active projects, and of archived ones when asked for. */
static bool has_details(const struct truth *t, const struct sim_project *p)
{
    bool is_archived = p->archived_ms != TIMESTAMP_NONE;
    return p->trashed_ms == TIMESTAMP_NONE && (!is_archived || t->options->is_archived_read);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_names(struct truth *t, const char *key, const struct sim_named *names,
                        const size_t *picked, size_t count)
{
    const char *sorted[4];
    for (size_t i = 0; i < count; i++) {
        sorted[i] = names[picked[i]].name;
    }
    qsort(sorted, count, sizeof(sorted[0]), compare_texts);
    json_out_key(&t->json, key);
    json_out_array(&t->json);
    for (size_t i = 0; i < count; i++) {
        json_out_cstr(&t->json, sorted[i]);
    }
    json_out_array_end(&t->json);
}

static void write_person(struct truth *t, const char *key, int user)
{
    char email[64];
    sim_user_email(user < 0 ? 0 : user, email);
    text(t, key, user < 0 ? NULL : email);
}

static void write_url(struct truth *t, const struct sim_project *p)
{
    char org[37];
    struct str url = STR_NULL;
    bool is_app = p->published_ms != TIMESTAMP_NONE;
    sim_uuid(t->workspace, "org", 0, 0, org);
    if (arena_printf(&t->arena, &url, "%s/%s/%s/%s/%s", t->options->host, org,
                     is_app ? "app" : "hex", p->id, is_app ? "latest" : "draft/logic") != OK) {
        t->status = ERR_NOMEM;
    }
    json_out_field_str(&t->json, "url", url);
}

static void write_cron(struct truth *t, const struct sim_schedule *s)
{
    struct buf cron;
    buf_init(&cron, 200);
    switch (s->cadence) {
    case SIM_HOURLY:
        (void)buf_printf(&cron, "%d * * * *", s->minute);
        break;
    case SIM_DAILY:
        (void)buf_printf(&cron, "%d %d * * *", s->minute, s->hour);
        break;
    case SIM_WEEKLY:
        (void)buf_printf(&cron, "%d %d * * %d", s->minute, s->hour, s->weekday);
        break;
    case SIM_MONTHLY:
        (void)buf_printf(&cron, "%d %d %d * *", s->minute, s->hour, s->day);
        break;
    case SIM_CUSTOM:
        (void)buf_append_str(&cron, str_trim(str_from(s->cron)));
        break;
    }
    json_out_field_str(&t->json, "cron", buf_str(&cron));
    buf_free(&cron);
}

static void write_schedules(struct truth *t, const struct sim_project *p)
{
    static const char *const cadences[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "CUSTOM"};
    json_out_key(&t->json, "schedules");
    json_out_array(&t->json);
    for (size_t i = 0; i < p->schedule_count; i++) {
        json_out_object(&t->json);
        text(t, "cadence", cadences[p->schedules[i].cadence]);
        json_out_field_bool(&t->json, "enabled", p->schedules[i].is_enabled);
        write_cron(t, &p->schedules[i]);
        text(t, "timezone", p->schedules[i].timezone);
        json_out_object_end(&t->json);
    }
    json_out_array_end(&t->json);
}

static bool has_runs(const struct truth *t, const struct sim_project *p)
{
    bool may_have = p->published_ms != TIMESTAMP_NONE || p->schedule_count > 0;
    return has_details(t, p) && may_have && p->run_count > 0;
}

static void write_last_run(struct truth *t, const struct sim_project *p)
{
    json_out_key(&t->json, "lastRun");
    if (!has_runs(t, p)) {
        json_out_null(&t->json);
        return;
    }
    struct sim_run run = sim_run_at(t->workspace, p, 0);
    json_out_object(&t->json);
    text(t, "id", run.id);
    text(t, "status", run.status);
    text(t, "trigger", run.trigger);
    json_out_field_time(&t->json, "startedAt", run.started_ms);
    json_out_field_time(&t->json, "endedAt", run.ended_ms);
    json_out_object_end(&t->json);
}

static bool notebook_of(struct truth *t, const struct sim_project *p, struct sim_notebook *out)
{
    *out = (struct sim_notebook){0};
    if (!has_details(t, p)) {
        return false;
    }
    if (sim_notebook_at(t->workspace, p, &t->arena, out) != OK) {
        t->status = ERR_NOMEM;
    }
    return t->status == OK;
}

static void component_id(struct truth *t, int64_t index, char out[37])
{
    struct sim_project component;
    if (sim_project_at(t->workspace, index, &t->arena, &component) != OK) {
        t->status = ERR_NOMEM;
        return;
    }
    memcpy(out, component.id, 37);
}

/* Ids of the imported components, sorted, each once. */
static size_t imports_of(struct truth *t, const struct sim_notebook *notebook,
                         struct id_order **out)
{
    size_t count = 0;
    size_t kept = 0;
    *out = arena_array(&t->arena, notebook->count + 1, sizeof(**out));
    for (size_t i = 0; i < notebook->count && *out != NULL; i++) {
        if (notebook->cells[i].component >= 0 && t->options->has_exports) {
            component_id(t, notebook->cells[i].component, (*out)[count++].id);
        }
    }
    if (count > 0) {
        qsort(*out, count, sizeof(**out), compare_ids);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || strcmp((*out)[kept - 1].id, (*out)[i].id) != 0) {
            (*out)[kept++] = (*out)[i];
        }
    }
    return kept;
}

static void write_project_tail(struct truth *t, const struct sim_project *p)
{
    struct sim_notebook notebook;
    struct id_order *imports = NULL;
    size_t count = notebook_of(t, p, &notebook) ? imports_of(t, &notebook, &imports) : 0;
    json_out_key(&t->json, "imports");
    json_out_array(&t->json);
    for (size_t i = 0; i < count; i++) {
        json_out_cstr(&t->json, imports[i].id);
    }
    json_out_array_end(&t->json);
    text(t, "detail", has_details(t, p) ? "full" : "listed");
}

static void write_project(struct truth *t, const struct sim_project *p)
{
    static const char *const view_keys[] = {"allTime", "last7", "last14", "last30"};
    begin(t, "project");
    text(t, "id", p->id);
    text(t, "type", p->is_component ? "COMPONENT" : "PROJECT");
    text(t, "state", state_of(p));
    json_out_field_str(&t->json, "title", p->title);
    json_out_field_str(&t->json, "description", p->description);
    write_url(t, p);
    write_person(t, "owner", p->owner);
    write_person(t, "creator", p->creator);
    text(t, "status", p->status);
    write_names(t, "categories", sim_categories, p->categories, p->category_count);
    write_names(t, "collections", sim_collections, p->collections, p->collection_count);
    json_out_field_time(&t->json, "createdAt", p->created_ms);
    json_out_field_time(&t->json, "editedAt", p->edited_ms);
    json_out_field_time(&t->json, "publishedAt", p->published_ms);
    json_out_field_time(&t->json, "archivedAt", p->archived_ms);
    json_out_key(&t->json, "views");
    json_out_object(&t->json);
    for (size_t i = 0; i < 4; i++) {
        json_out_field_int(&t->json, view_keys[i], p->views[i]);
    }
    json_out_field_time(&t->json, "lastViewedAt", p->last_viewed_ms);
    json_out_object_end(&t->json);
    write_schedules(t, p);
    write_last_run(t, p);
    write_project_tail(t, p);
    end(t);
}

/* ---- cells and data sets ---- */

static void write_table(struct truth *t, const char *key, const char *connection,
                        const char *database, const char *schema, const char *name)
{
    json_out_key(&t->json, key);
    json_out_object(&t->json);
    text(t, "connection", connection);
    text(t, "database", database);
    text(t, "schema", schema);
    text(t, "name", name);
    json_out_object_end(&t->json);
}

/* "DB.SCHEMA.TABLE" cut at the dots, from the right. */
struct parts {
    char text[64];
    const char *database;
    const char *schema;
    const char *name;
};

static void cut_path(struct str path, struct parts *out)
{
    const char **places[] = {&out->name, &out->schema, &out->database};
    *out = (struct parts){0};
    memcpy(out->text, path.p, path.n);
    for (size_t i = 0; i < 3; i++) {
        char *dot = i < 2 ? strrchr(out->text, '.') : NULL;
        *places[i] = dot != NULL ? dot + 1 : out->text;
        if (dot == NULL) {
            return;
        }
        *dot = '\0';
    }
}

static void write_columns(struct truth *t, const struct sim_read *read)
{
    const char *sorted[4];
    memcpy(sorted, read->columns, sizeof(sorted));
    qsort(sorted, read->column_count, sizeof(sorted[0]), compare_texts);
    json_out_key(&t->json, "columns");
    json_out_array(&t->json);
    for (size_t i = 0; i < read->column_count; i++) {
        json_out_cstr(&t->json, sorted[i]);
    }
    json_out_array_end(&t->json);
}

static int compare_reads(const void *a, const void *b)
{
    return str_compare(((const struct sim_read *)a)->dataframe,
                       ((const struct sim_read *)b)->dataframe);
}

static void write_reads(struct truth *t, const struct sim_cell *cell)
{
    struct sim_read reads[2];
    memcpy(reads, cell->reads, sizeof(reads));
    size_t count = t->options->has_exports ? cell->read_count : 0;
    if (count > 1) {
        qsort(reads, count, sizeof(reads[0]), compare_reads);
    }
    json_out_key(&t->json, "reads");
    json_out_array(&t->json);
    for (size_t i = 0; i < count; i++) {
        json_out_object(&t->json);
        if (!str_is_null(reads[i].dataframe)) {
            json_out_field_str(&t->json, "dataframe", reads[i].dataframe);
        } else {
            char connection[37];
            struct parts parts;
            sim_connection_id(t->workspace, reads[i].connection, connection);
            cut_path(reads[i].path, &parts);
            write_table(t, "table", connection, parts.database, parts.schema, parts.name);
        }
        write_columns(t, &reads[i]);
        json_out_object_end(&t->json);
    }
    json_out_array_end(&t->json);
}

static bool is_type(const struct sim_cell *cell, const char *type)
{
    return strcmp(cell->type, type) == 0;
}

/* What the answer of /cells leaves out is not known without an export. */
static bool is_known(const struct truth *t, const struct sim_cell *cell)
{
    return t->options->has_exports || is_type(cell, "SQL");
}

static void write_cell(struct truth *t, const struct sim_project *p,
                       const struct sim_notebook *notebook, size_t position)
{
    char id[37] = "";
    const struct sim_cell *cell = &notebook->cells[position];
    bool has_source =
        is_type(cell, "SQL") || is_type(cell, "CODE") || is_type(cell, "MARKDOWN");
    bool has_parent = cell->parent >= 0 && t->options->has_exports;
    bool has_connection = cell->connection >= 0 && is_known(t, cell);
    begin(t, "cell");
    text(t, "project", p->id);
    text(t, "id", cell->id);
    text(t, "type", cell->api_type);
    json_out_field_str(&t->json, "label", cell->label);
    json_out_field_int(&t->json, "position", (int64_t)position);
    text(t, "parent", has_parent ? notebook->cells[cell->parent].id : NULL);
    if (has_connection) {
        sim_connection_id(t->workspace, (size_t)cell->connection, id);
    }
    text(t, "connection", has_connection ? id : NULL);
    json_out_field_str(&t->json, "source", has_source ? cell->source : STR_NULL);
    json_out_field_str(&t->json, "dataframe", is_known(t, cell) ? cell->dataframe : STR_NULL);
    bool has_component = cell->component >= 0 && t->options->has_exports;
    if (has_component) {
        component_id(t, cell->component, id);
    }
    text(t, "component", has_component ? id : NULL);
    write_reads(t, cell);
    json_out_field_null(&t->json, "error");
    end(t);
}

static void write_dataset(struct truth *t, const struct sim_project *p,
                          const struct sim_cell *cell)
{
    if (str_is_null(cell->dataframe) || !is_known(t, cell)) {
        return;
    }
    begin(t, "dataset");
    text(t, "project", p->id);
    text(t, "cell", cell->id);
    json_out_field_str(&t->json, "name", cell->dataframe);
    json_out_key(&t->json, "columns");
    json_out_array(&t->json);
    for (size_t i = 0; i < cell->column_count && t->options->has_exports; i++) {
        json_out_object(&t->json);
        text(t, "name", cell->columns[i]);
        json_out_field_null(&t->json, "type");
        json_out_object_end(&t->json);
    }
    json_out_array_end(&t->json);
    json_out_field_bool(&t->json, "partial", false);
    end(t);
}

/* ---- edges ---- */

/* Where a data frame came from: names are compared without case. */
struct binding {
    struct str name;
    int64_t project;
    size_t cell;
};

struct environment {
    struct binding *items;
    size_t count;
    size_t capacity;
};

static void bind(struct truth *t, struct environment *environment, struct str name,
                 int64_t project, size_t cell)
{
    struct binding *binding = arena_push(&t->arena, &environment->items, &environment->count,
                                         &environment->capacity, sizeof(*binding));
    if (binding == NULL) {
        t->status = ERR_NOMEM;
    } else {
        *binding = (struct binding){name, project, cell};
    }
}

static const struct binding *look_up(const struct environment *environment, struct str name)
{
    for (size_t i = environment->count; i > 0; i--) {
        if (str_eq_nocase(environment->items[i - 1].name, name)) {
            return &environment->items[i - 1];
        }
    }
    return NULL;
}

/* The data frames that a component ends with; it is known only when its details are read. */
static void bring(struct truth *t, struct environment *environment, int64_t index, int depth)
{
    struct sim_project component;
    struct sim_notebook notebook;
    if (depth >= 15 || t->status != OK ||
        sim_project_at(t->workspace, index, &t->arena, &component) != OK ||
        component.is_deleted || !notebook_of(t, &component, &notebook)) {
        return;
    }
    for (size_t i = 0; i < notebook.count; i++) {
        const struct sim_cell *cell = &notebook.cells[i];
        if (cell->component >= 0) {
            bring(t, environment, cell->component, depth + 1);
        }
        if (!str_is_null(cell->dataframe)) {
            bind(t, environment, cell->dataframe, index, i);
        }
    }
}

static void write_node_dataset(struct truth *t, const char *kind, const char *project,
                               const char *cell_key, const char *cell)
{
    json_out_key(&t->json, kind);
    json_out_object(&t->json);
    text(t, "project", project);
    text(t, cell_key, cell);
    json_out_object_end(&t->json);
}

static void finish_edge(struct truth *t, const char *evidence)
{
    json_out_key(&t->json, "evidence");
    json_out_array(&t->json);
    json_out_cstr(&t->json, evidence);
    json_out_array_end(&t->json);
}

static void no_columns(struct truth *t)
{
    json_out_key(&t->json, "columns");
    json_out_array(&t->json);
    json_out_array_end(&t->json);
    json_out_field_bool(&t->json, "partial", false);
    end(t);
}

/* The node that a read comes from, as the value of the present key's object. */
static void write_source_node(struct truth *t, const struct sim_read *read,
                              const struct binding *binding)
{
    char id[37];
    if (binding == NULL) {
        struct parts parts;
        sim_connection_id(t->workspace, read->connection, id);
        cut_path(read->path, &parts);
        write_table(t, "table", id, parts.database, parts.schema, parts.name);
        return;
    }
    char project[37];
    component_id(t, binding->project, project);
    sim_uuid(t->workspace, "cell", binding->project, (int64_t)binding->cell, id);
    write_node_dataset(t, "dataset", project, "cell", id);
}

static void write_read_edge(struct truth *t, const struct sim_project *p,
                            const struct sim_cell *cell, const struct sim_read *read,
                            const struct binding *binding)
{
    const char *sorted[4];
    bool makes_dataset = !str_is_null(cell->dataframe);
    memcpy(sorted, read->columns, sizeof(sorted));
    qsort(sorted, read->column_count, sizeof(sorted[0]), compare_texts);
    begin(t, "edge");
    json_out_key(&t->json, "from");
    json_out_object(&t->json);
    write_source_node(t, read, binding);
    json_out_object_end(&t->json);
    json_out_key(&t->json, "to");
    json_out_object(&t->json);
    write_node_dataset(t, makes_dataset ? "dataset" : "cell", p->id,
                       makes_dataset ? "cell" : "id", cell->id);
    json_out_object_end(&t->json);
    finish_edge(t, "chart");
    json_out_key(&t->json, "columns");
    json_out_array(&t->json);
    for (size_t i = 0; i < read->column_count; i++) {
        json_out_object(&t->json);
        json_out_key(&t->json, "from");
        json_out_object(&t->json);
        write_source_node(t, read, binding);
        text(t, "column", sorted[i]);
        json_out_object_end(&t->json);
        text(t, "to", sorted[i]);
        json_out_object_end(&t->json);
    }
    json_out_array_end(&t->json);
    json_out_field_bool(&t->json, "partial", false);
    end(t);
}

static void write_writeback_edge(struct truth *t, const struct sim_cell *cell,
                                 const struct sim_read *read, const struct binding *binding)
{
    char connection[37];
    if (cell->variant == 0) {
        return; /* the name is computed when the cell runs */
    }
    sim_connection_id(t->workspace, (size_t)cell->connection, connection);
    begin(t, "edge");
    json_out_key(&t->json, "from");
    json_out_object(&t->json);
    write_source_node(t, read, binding);
    json_out_object_end(&t->json);
    json_out_key(&t->json, "to");
    json_out_object(&t->json);
    write_table(t, "table", connection, "ANALYTICS", "OUT", "SCORES");
    json_out_object_end(&t->json);
    finish_edge(t, "writeback");
    no_columns(t);
}

static void write_cell_edges(struct truth *t, const struct sim_project *p,
                             const struct sim_cell *cell, const struct environment *environment)
{
    for (size_t i = 0; i < cell->read_count; i++) {
        const struct sim_read *read = &cell->reads[i];
        const struct binding *binding =
            str_is_null(read->dataframe) ? NULL : look_up(environment, read->dataframe);
        if (binding == NULL && !str_is_null(read->dataframe)) {
            continue;
        }
        if (is_type(cell, "WRITEBACK")) {
            write_writeback_edge(t, cell, read, binding);
        } else {
            write_read_edge(t, p, cell, read, binding);
        }
    }
}

static void write_project_edge(struct truth *t, const char *from_kind, const char *from,
                               const char *cell, const char *to, const char *evidence)
{
    begin(t, "edge");
    json_out_key(&t->json, "from");
    json_out_object(&t->json);
    if (cell == NULL) {
        text(t, from_kind, from);
    } else {
        write_node_dataset(t, from_kind, from, "cell", cell);
    }
    json_out_object_end(&t->json);
    json_out_key(&t->json, "to");
    json_out_object(&t->json);
    text(t, "project", to);
    json_out_object_end(&t->json);
    finish_edge(t, evidence);
    no_columns(t);
}

static void write_edges(struct truth *t, const struct sim_project *p)
{
    struct sim_notebook notebook;
    struct environment environment = {0};
    struct id_order *imports;
    if (!notebook_of(t, p, &notebook)) {
        return;
    }
    size_t count = imports_of(t, &notebook, &imports);
    for (size_t i = 0; i < count; i++) {
        write_project_edge(t, "project", imports[i].id, NULL, p->id, "import");
    }
    for (size_t i = 0; i < notebook.count && t->status == OK; i++) {
        const struct sim_cell *cell = &notebook.cells[i];
        if (t->options->has_exports) {
            if (cell->component >= 0) {
                bring(t, &environment, cell->component, 0);
            }
            write_cell_edges(t, p, cell, &environment);
        }
        if (!str_is_null(cell->dataframe) && is_known(t, cell)) {
            bind(t, &environment, cell->dataframe, p->index, i);
            write_project_edge(t, "dataset", p->id, cell->id, p->id,
                               is_type(cell, "SQL") ? "sql" : "chart");
        }
    }
}

static void write_runs(struct truth *t, const struct sim_project *p)
{
    for (int i = 0; has_runs(t, p) && i < p->run_count && i < 100; i++) {
        struct sim_run run = sim_run_at(t->workspace, p, i);
        begin(t, "run");
        text(t, "project", p->id);
        text(t, "id", run.id);
        text(t, "status", run.status);
        text(t, "trigger", run.trigger);
        json_out_field_time(&t->json, "startedAt", run.started_ms);
        json_out_field_time(&t->json, "endedAt", run.ended_ms);
        json_out_key(&t->json, "elapsedMs");
        if (run.elapsed_ms < 0) {
            json_out_null(&t->json);
        } else {
            json_out_int(&t->json, run.elapsed_ms);
        }
        end(t);
    }
}

/* ---- all of it ---- */

static void write_kind(struct truth *t, const struct sim_project *p, int kind)
{
    struct sim_notebook notebook;
    bool needs_cells = kind == 1 || kind == 2;
    bool has_cells = needs_cells && notebook_of(t, p, &notebook);
    if (kind == 0) {
        write_project(t, p);
    } else if (kind == 3) {
        write_edges(t, p);
    } else if (kind == 4) {
        write_runs(t, p);
    }
    for (size_t i = 0; has_cells && i < notebook.count; i++) {
        if (kind == 1) {
            write_cell(t, p, &notebook, i);
        } else {
            write_dataset(t, p, &notebook.cells[i]);
        }
    }
}

enum status sim_truth_write(const struct sim_workspace *workspace,
                            const struct sim_truth_options *options, sim_line_fn *line,
                            void *ctx)
{
    struct truth t = {.workspace = workspace, .options = options, .line = line, .ctx = ctx};
    buf_init(&t.buf, LINE_BYTES);
    arena_init(&t.arena, SCRATCH_BYTES);
    write_workspace(&t);
    write_connections(&t);
    for (int kind = 0; kind < 5; kind++) {
        for (int64_t i = 0; i < workspace->options.project_count && t.status == OK; i++) {
            struct sim_project project;
            arena_reset(&t.arena);
            t.status = sim_project_at(workspace, i, &t.arena, &project);
            if (t.status == OK && !project.is_deleted) {
                write_kind(&t, &project, kind);
            }
        }
    }
    arena_free(&t.arena);
    buf_free(&t.buf);
    return t.status;
}
