#include "hexsim/truth.h"

#include "hexsim/queried.h"
#include "hexsim/runs.h"
#include "hexsim/truth_edge.h"
#include "hexsim/words.h"

#include <stdlib.h>

#define NEWEST_RUNS 100

struct truth {
    const struct workspace *workspace;
    const struct sim_project **projects; /* sorted by id */
    size_t project_count;
    struct arena arena; /* of one project at a time */
    struct buf *out;
    bool has_sql; /* with what SQL shows */
};

static const char *state_of(const struct sim_project *p)
{
    return p->trashed_ms != TIMESTAMP_NONE    ? "trashed"
           : p->archived_ms != TIMESTAMP_NONE ? "archived"
                                              : "active";
}

static bool is_full(const struct sim_project *p)
{
    return workspace_is_active(p) && !p->is_denied;
}

/* What the importer gets to see of a notebook. */
static void make_notebook(const struct truth *t, const struct sim_project *p,
                          struct arena *arena, struct notebook *out)
{
    if (t->workspace->options.has_exports) {
        notebook_make(t->workspace, p, arena, out);
    } else {
        notebook_make_flat(t->workspace, p, arena, out);
    }
}

static void begin(struct truth *t, struct json_out *out, const char *kind)
{
    json_out_init(out, t->out);
    json_out_object(out);
    json_out_field_cstr(out, "kind", kind);
}

static void end(struct truth *t, struct json_out *out)
{
    json_out_object_end(out);
    (void)buf_append_char(t->out, '\n');
}

static int by_id(const void *a, const void *b)
{
    const struct sim_project *const *left = a;
    const struct sim_project *const *right = b;
    return str_compare((*left)->id, (*right)->id);
}

static int connection_by_id(const void *a, const void *b)
{
    return str_compare(((const struct sim_connection *)a)->id,
                       ((const struct sim_connection *)b)->id);
}

static void write_connections(struct truth *t)
{
    const struct workspace *w = t->workspace;
    size_t n = w->connection_count;
    struct sim_connection *sorted = sim_alloc(&t->arena, n * sizeof(*sorted));
    for (size_t i = 0; i < n; i++) {
        sorted[i] = w->connections[i];
    }
    sim_sort(sorted, n, sizeof(*sorted), connection_by_id);
    for (size_t i = 0; i < n; i++) {
        struct json_out out;
        begin(t, &out, "connection");
        json_out_field_str(&out, "id", sorted[i].id);
        json_out_field_str(&out, "name", sorted[i].name);
        json_out_field_cstr(&out, "type", sorted[i].type);
        json_out_field_str(&out, "database", sorted[i].database);
        json_out_field_str(&out, "schema", sorted[i].schema);
        end(t, &out);
    }
}

static struct str cron_of(const struct sim_schedule *s, struct arena *arena)
{
    struct str cadence = str_from(s->cadence);
    if (str_is(cadence, "HOURLY")) {
        return sim_printf(arena, "%d * * * *", s->minute);
    }
    if (str_is(cadence, "DAILY")) {
        return sim_printf(arena, "%d %d * * *", s->minute, s->hour);
    }
    if (str_is(cadence, "WEEKLY")) {
        return sim_printf(arena, "%d %d * * %d", s->minute, s->hour, s->day);
    }
    if (str_is(cadence, "MONTHLY")) {
        return sim_printf(arena, "%d %d %d * *", s->minute, s->hour, s->day);
    }
    return str_trim(str_from(s->cron));
}

static void write_schedules(const struct sim_project *p, struct arena *arena,
                            struct json_out *out)
{
    json_out_key(out, "schedules");
    json_out_array(out);
    for (size_t i = 0; i < p->schedule_count; i++) {
        const struct sim_schedule *s = &p->schedules[i];
        json_out_object(out);
        json_out_field_cstr(out, "cadence", s->cadence);
        json_out_field_bool(out, "enabled", s->is_enabled);
        json_out_field_str(out, "cron", cron_of(s, arena));
        json_out_field_cstr(out, "timezone", s->timezone);
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

/* Runs are made newest first, and a PENDING one can only be the newest. */
static void write_last_run(const struct truth *t, const struct sim_project *p,
                           struct arena *arena, struct json_out *out)
{
    json_out_key(out, "lastRun");
    if (p->run_count == 0 || !is_full(p)) {
        json_out_null(out);
        return;
    }
    struct sim_run *run = runs_make(t->workspace, p, arena);
    json_out_object(out);
    json_out_field_str(out, "id", run->id);
    json_out_field_cstr(out, "status", run->status);
    json_out_field_cstr(out, "trigger", run->trigger);
    json_out_field_time(out, "startedAt", run->start_ms);
    json_out_field_time(out, "endedAt", run->end_ms);
    json_out_object_end(out);
}

/* Names of a bit set, sorted by bytes. */
static void write_names(const char *key, struct str *names, size_t count, struct json_out *out)
{
    sim_sort(names, count, sizeof(*names), str_qsort);
    json_out_field_strs(out, key, names, count);
}

static void write_tags(const struct truth *t, const struct sim_project *p, struct json_out *out)
{
    const struct workspace *w = t->workspace;
    struct str names[32];
    size_t n = 0;
    for (size_t i = 0; i < w->category_count; i++) {
        if ((p->categories & (UINT32_C(1) << i)) != 0) {
            names[n++] = w->categories[i].name;
        }
    }
    write_names("categories", names, n, out);
    n = 0;
    for (size_t i = 0; i < w->collection_count; i++) {
        if ((p->collections & (UINT32_C(1) << i)) != 0) {
            names[n++] = w->collections[i].name;
        }
    }
    write_names("collections", names, n, out);
}

static void write_imports(struct truth *t, const struct sim_project *p, struct arena *arena,
                          struct json_out *out)
{
    struct notebook nb = {0};
    if (is_full(p)) {
        make_notebook(t, p, arena, &nb);
    }
    struct str *ids = sim_alloc(arena, (nb.cell_count + 1) * sizeof(*ids));
    size_t n = 0;
    for (size_t i = 0; i < nb.cell_count; i++) {
        if (nb.cells[i].component != NULL) {
            ids[n++] = nb.cells[i].component->id;
        }
    }
    sim_sort(ids, n, sizeof(*ids), str_qsort);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !str_eq(ids[kept - 1], ids[i])) {
            ids[kept++] = ids[i];
        }
    }
    json_out_field_strs(out, "imports", ids, kept);
}

static void write_views(const struct sim_project *p, struct json_out *out)
{
    json_out_key(out, "views");
    json_out_object(out);
    json_out_field_int(out, "allTime", p->views[0]);
    json_out_field_int(out, "last7", p->views[3]);
    json_out_field_int(out, "last14", p->views[2]);
    json_out_field_int(out, "last30", p->views[1]);
    json_out_field_time(out, "lastViewedAt", p->viewed_ms);
    json_out_object_end(out);
}

static void write_project(struct truth *t, const struct sim_project *p)
{
    const struct workspace *w = t->workspace;
    struct json_out out;
    bool is_published = p->published_ms != TIMESTAMP_NONE;
    begin(t, &out, "project");
    json_out_field_str(&out, "id", p->id);
    json_out_field_cstr(&out, "type", p->is_component ? "COMPONENT" : "PROJECT");
    json_out_field_cstr(&out, "state", state_of(p));
    json_out_field_str(&out, "title", p->title);
    json_out_field_str(&out, "description", p->description);
    json_out_field_str(&out, "url",
                       sim_printf(&t->arena, "%.*s/%.*s/%s/%.*s/%s", STR_ARG(w->host_url),
                                  STR_ARG(w->id), is_published ? "app" : "hex", STR_ARG(p->id),
                                  is_published ? "latest" : "draft/logic"));
    json_out_field_str(&out, "owner", p->owner == NOBODY ? STR_NULL : w->users[p->owner].email);
    json_out_field_str(&out, "creator",
                       p->creator == NOBODY ? STR_NULL : w->users[p->creator].email);
    json_out_field_cstr(&out, "status", p->status == NOBODY ? NULL : words_statuses[p->status]);
    write_tags(t, p, &out);
    json_out_field_time(&out, "createdAt", p->created_ms);
    json_out_field_time(&out, "editedAt", p->edited_ms);
    json_out_field_time(&out, "publishedAt", p->published_ms);
    json_out_field_time(&out, "archivedAt", p->archived_ms);
    write_views(p, &out);
    write_schedules(p, &t->arena, &out);
    write_last_run(t, p, &t->arena, &out);
    write_imports(t, p, &t->arena, &out);
    json_out_field_cstr(&out, "detail",
                        !workspace_is_active(p) ? "listed"
                        : p->is_denied          ? "denied"
                                                : "full");
    end(t, &out);
}

static void write_reads(const struct sim_cell *cell, struct json_out *out)
{
    json_out_key(out, "reads");
    json_out_array(out);
    for (size_t i = 0; cell->kind != CELL_SQL && i < cell->read_count; i++) {
        const struct sim_read *read = &cell->reads[i];
        json_out_object(out);
        if (read->table != NULL) {
            json_out_key(out, "table");
            truth_table_write(read->table, out);
        } else {
            json_out_field_str(out, "dataframe", read->name);
        }
        json_out_field_strs(out, "columns", read->columns, read->column_count);
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void write_cells(struct truth *t, const struct notebook *nb)
{
    for (size_t i = 0; i < nb->cell_count; i++) {
        const struct sim_cell *cell = &nb->cells[i];
        struct json_out out;
        begin(t, &out, "cell");
        json_out_field_str(&out, "project", nb->project->id);
        json_out_field_str(&out, "id", cell->id);
        json_out_field_cstr(&out, "type", cell_kind_api_name(cell->kind));
        json_out_field_str(&out, "label", cell->label);
        json_out_field_int(&out, "position", (int64_t)i);
        json_out_field_str(&out, "parent",
                           cell->parent == NOBODY ? STR_NULL : nb->cells[cell->parent].id);
        json_out_field_str(&out, "connection",
                           cell->connection == NULL ? STR_NULL : cell->connection->id);
        json_out_field_str(&out, "source", cell->source);
        json_out_field_str(&out, "dataframe",
                           str_is_empty(cell->result) ? STR_NULL : cell->result);
        json_out_field_str(&out, "component",
                           cell->component == NULL ? STR_NULL : cell->component->id);
        write_reads(cell, &out);
        json_out_field_null(&out, "error");
        end(t, &out);
    }
}

static void write_dataset(struct truth *t, const struct notebook *nb,
                          const struct sim_cell *cell)
{
    struct json_out out;
    bool has_columns = t->has_sql && (cell->is_known || cell->is_nameless);
    has_columns = has_columns || (cell->kind == CELL_SQL && cell->has_columns);
    begin(t, &out, "dataset");
    json_out_field_str(&out, "project", nb->project->id);
    json_out_field_str(&out, "cell", cell->id);
    json_out_field_str(&out, "name", cell->result);
    json_out_key(&out, "columns");
    json_out_array(&out);
    for (size_t i = 0; has_columns && i < cell->column_count; i++) {
        json_out_object(&out);
        json_out_field_str(&out, "name", cell->columns[i]);
        json_out_field_null(&out, "type");
        json_out_object_end(&out);
    }
    json_out_array_end(&out);
    json_out_field_bool(&out, "partial",
                        t->has_sql && cell->kind == CELL_SQL &&
                            (cell->is_partial || !(cell->is_known || cell->has_columns)));
    end(t, &out);
}

static int cell_by_id(const void *a, const void *b)
{
    const struct sim_cell *const *left = a;
    const struct sim_cell *const *right = b;
    return str_compare((*left)->id, (*right)->id);
}

static void write_datasets(struct truth *t, const struct notebook *nb)
{
    const struct sim_cell **cells = sim_alloc(nb->arena, (nb->cell_count + 1) * sizeof(*cells));
    size_t n = 0;
    for (size_t i = 0; i < nb->cell_count; i++) {
        if (!str_is_empty(nb->cells[i].result)) {
            cells[n++] = &nb->cells[i];
        }
    }
    sim_sort(cells, n, sizeof(*cells), cell_by_id);
    for (size_t i = 0; i < n; i++) {
        write_dataset(t, nb, cells[i]);
    }
}

static void write_runs(struct truth *t, const struct sim_project *p)
{
    struct sim_run *runs = runs_make(t->workspace, p, &t->arena);
    size_t n = p->run_count < NEWEST_RUNS ? p->run_count : NEWEST_RUNS;
    struct str *lines = sim_alloc(&t->arena, (n + 1) * sizeof(*lines));
    for (size_t i = 0; i < n; i++) {
        struct buf line;
        struct json_out out;
        buf_init(&line, SIM_MAX_BYTES);
        json_out_init(&out, &line);
        json_out_object(&out);
        json_out_field_cstr(&out, "kind", "run");
        json_out_field_str(&out, "project", p->id);
        json_out_field_str(&out, "id", runs[i].id);
        json_out_field_cstr(&out, "status", runs[i].status);
        json_out_field_cstr(&out, "trigger", runs[i].trigger);
        json_out_field_time(&out, "startedAt", runs[i].start_ms);
        json_out_field_time(&out, "endedAt", runs[i].end_ms);
        json_out_key(&out, "elapsedMs");
        if (runs[i].elapsed_ms < 0) {
            json_out_null(&out);
        } else {
            json_out_int(&out, runs[i].elapsed_ms);
        }
        json_out_object_end(&out);
        lines[i] = sim_take(&t->arena, &line);
    }
    sim_sort(lines, n, sizeof(*lines), str_qsort); /* kind and project are equal: by id */
    for (size_t i = 0; i < n; i++) {
        (void)buf_append_str(t->out, lines[i]);
        (void)buf_append_char(t->out, '\n');
    }
}

/* write for every project that is read in full. */
static void each_notebook(struct truth *t,
                          void (*write)(struct truth *, const struct notebook *))
{
    for (size_t i = 0; i < t->project_count; i++) {
        if (is_full(t->projects[i])) {
            struct notebook nb;
            arena_reset(&t->arena);
            make_notebook(t, t->projects[i], &t->arena, &nb);
            write(t, &nb);
        }
    }
}

static void write_edges(struct truth *t, bool has_sql)
{
    struct arena kept;
    arena_init(&kept, SIM_MAX_BYTES);
    struct truth_edges *edges = truth_edges_new(&kept, has_sql);
    for (size_t i = 0; i < t->project_count; i++) {
        const struct sim_project *p = t->projects[i];
        struct notebook nb;
        if (!is_full(p)) {
            continue;
        }
        arena_reset(&t->arena);
        make_notebook(t, p, &t->arena, &nb);
        truth_edges_add(edges, &nb);
        /* whether a queried table is news depends on what the SQL shows */
        if (has_sql && t->workspace->options.is_enterprise &&
            p->published_ms != TIMESTAMP_NONE) {
            struct notebook full;
            notebook_make(t->workspace, p, &t->arena, &full);
            struct queried_list list = queried_make(&full);
            for (size_t k = 0; k < list.count; k++) {
                truth_edges_add_queried(edges, p, list.tables[k]);
            }
        }
    }
    truth_edges_write(edges, t->out);
    arena_free(&kept);
}

void truth_write(const struct workspace *w, bool has_sql, struct buf *out)
{
    struct truth t = {.workspace = w, .out = out, .has_sql = has_sql};
    struct json_out json;
    struct arena list;
    arena_init(&t.arena, SIM_MAX_BYTES);
    arena_init(&list, SIM_MAX_BYTES);
    t.projects = sim_alloc(&list, (w->project_count + 1) * sizeof(*t.projects));
    for (size_t i = 0; i < w->project_count; i++) {
        if (!w->projects[i].is_deleted) {
            t.projects[t.project_count++] = &w->projects[i];
        }
    }
    sim_sort(t.projects, t.project_count, sizeof(*t.projects), by_id);
    begin(&t, &json, "workspace");
    json_out_field_str(&json, "id", w->id);
    json_out_field_str(&json, "host", w->host_url);
    json_out_field_null(&json, "name");
    end(&t, &json);
    write_connections(&t);
    for (size_t i = 0; i < t.project_count; i++) {
        arena_reset(&t.arena);
        write_project(&t, t.projects[i]);
    }
    each_notebook(&t, write_cells);
    each_notebook(&t, write_datasets);
    write_edges(&t, has_sql);
    for (size_t i = 0; i < t.project_count; i++) {
        arena_reset(&t.arena);
        if (is_full(t.projects[i])) {
            write_runs(&t, t.projects[i]);
        }
    }
    arena_free(&t.arena);
    arena_free(&list);
}
