#include "catalog/publishing.h"

#include "catalog/store.h"

/* ---- projects ---- */

static const char project_sql[] =
    "SELECT p.id, p.hex_id, p.type, p.state, p.title, p.description, p.owner, p.creator,"
    " p.status, p.created_ms, p.edited_ms, p.published_ms, p.last_viewed_ms, p.views_all_time,"
    " s.host, s.name,"
    " EXISTS (SELECT 1 FROM sharing h WHERE h.project = p.id AND h.kind IN (2, 3, 4)"
    "  AND coalesce(h.access, '') NOT IN ('', 'NONE')),"
    " EXISTS (SELECT 1 FROM notebook n WHERE n.project = p.id),"
    " p.listing_hash, p.content_read, p.content_read_ms, p.analysis,"
    " p.is_due OR p.needs_analysis OR EXISTS (SELECT 1 FROM import i"
    "  JOIN project c ON c.source = p.source AND c.hex_id = i.component"
    "  WHERE i.project = p.id AND (c.is_due OR c.needs_analysis))"
    " FROM project p JOIN source s ON s.id = p.source"
    " WHERE +p.source = ?1 AND p.id > ?3 AND (p.state = 0 OR (?2 AND p.state = 1))"
    " ORDER BY p.id LIMIT 1";

static enum status read_categories(struct catalog *catalog, int64_t project,
                                   struct arena *arena, struct project *out, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT name, description FROM project_category"
                                 " WHERE project = ?1 ORDER BY position");
    bind_int(&row, project);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct category *category = arena_push(arena, &out->categories, &out->category_count,
                                               &capacity, sizeof(*category));
        status = category != NULL ? column_str(&row, 0, arena, &category->name, err)
                                  : error_nomem(err);
        if (status == OK) {
            status = column_str(&row, 1, arena, &category->description, err);
        }
    }
    sqlite_end(&row);
    return status;
}

static enum status read_collections(struct catalog *catalog, int64_t project,
                                    struct arena *arena, struct publishing_project *out,
                                    struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT DISTINCT name FROM sharing WHERE project = ?1"
                                 " AND kind = 2 ORDER BY name");
    bind_int(&row, project);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct str *name = arena_push(arena, &out->collections, &out->collection_count,
                                      &capacity, sizeof(*name));
        status = name != NULL ? column_str(&row, 0, arena, name, err) : error_nomem(err);
    }
    sqlite_end(&row);
    return status;
}

static enum status read_urls(const struct statement *row, struct arena *arena,
                             struct publishing_project *out, struct error *err)
{
    struct project draft = out->project;
    struct str host = column_view(row, 14);
    struct str workspace = column_view(row, 15);
    draft.published_ms = TIMESTAMP_NONE;
    host = str_is(host, "files") ? STR_NULL : host;
    if (project_url(host, workspace, &out->project, arena, &out->url) != OK ||
        project_url(host, workspace, &draft, arena, &out->logic_url) != OK) {
        return error_nomem(err);
    }
    return OK;
}

static enum status read_project(const struct statement *row, struct arena *arena,
                                struct publishing_project *out, struct error *err)
{
    struct project *project = &out->project;
    struct str *const texts[] = {&project->title, &project->description, &project->owner,
                                 &project->creator, &project->status};
    out->row = column_int(row, 0);
    project->type = (enum project_type)column_int(row, 2);
    project->state = (enum project_state)column_int(row, 3);
    project->created_ms = column_time(row, 9);
    project->edited_ms = column_time(row, 10);
    project->published_ms = column_time(row, 11);
    project->views.last_viewed_ms = column_time(row, 12);
    project->views.all_time = column_int_or(row, 13, -1);
    out->is_shared = column_int(row, 16) != 0;
    out->has_notebook = column_int(row, 17) != 0;
    out->is_due = column_int(row, 22) != 0;
    out->mark = store_digest(0, column_view(row, 14));
    out->mark = store_digest(out->mark, column_view(row, 15));
    out->mark = store_digest_int(out->mark, column_int(row, 18));
    out->mark = store_digest(out->mark, column_view(row, 19));
    out->mark = store_digest_int(out->mark, column_int_or(row, 20, -1));
    out->mark = store_digest_int(out->mark, column_int(row, 21));
    enum status status = column_str(row, 1, arena, &project->id, err);
    for (int i = 0; i < 5 && status == OK; i++) {
        status = column_str(row, 4 + i, arena, texts[i], err);
    }
    return status == OK ? read_urls(row, arena, out, err) : status;
}

enum status publishing_next_project(struct catalog *catalog, int64_t source,
                                    bool include_archived, int64_t *after, struct arena *arena,
                                    struct publishing_project *out, bool *has_more,
                                    struct error *err)
{
    struct statement row = sqlite_use(&catalog->db, project_sql);
    *out = (struct publishing_project){.row = 0};
    bind_int(&row, source);
    bind_int(&row, include_archived);
    bind_int(&row, *after);
    enum status status = sqlite_step(&row, has_more, err);
    if (status == OK && *has_more) {
        status = read_project(&row, arena, out, err);
    }
    sqlite_end(&row);
    if (status == OK && *has_more) {
        *after = out->row;
        status = read_categories(catalog, out->row, arena, &out->project, err);
    }
    if (status == OK && *has_more) {
        status = read_collections(catalog, out->row, arena, out, err);
    }
    return status;
}

/* ---- cells ---- */

static enum status read_cell(const struct statement *row, struct arena *arena, struct cell *out,
                             struct error *err)
{
    struct str *const texts[] = {&out->id,     &out->type,      &out->label, &out->connection,
                                 &out->source, &out->dataframe, &out->title, &out->chart_type};
    enum status status = OK;
    for (int i = 0; i < 8 && status == OK; i++) {
        status = column_str(row, i, arena, texts[i], err);
    }
    return status == OK ? store_texts_read(column_view(row, 8), arena, &out->columns,
                                           &out->column_count, err)
                        : status;
}

enum status publishing_cells(struct catalog *catalog, int64_t project, struct arena *arena,
                             struct cell **out, size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &catalog->db,
        "SELECT c.hex_id, c.type, c.label, c.connection, c.source, c.dataframe, c.title,"
        " c.chart_type, coalesce(d.columns, c.columns) FROM cell c"
        " LEFT JOIN dataset d ON d.project = c.project AND d.cell = c.hex_id"
        " WHERE c.project = ?1 AND (c.dataframe IS NOT NULL OR c.type IN ('CHART', 'EXPLORE',"
        " 'VEGA_CHART', 'METRIC', 'PIVOT', 'MAP', 'DISPLAY_TABLE')) ORDER BY c.position");
    *out = NULL;
    *count = 0;
    bind_int(&row, project);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct cell *cell = arena_push(arena, out, count, &capacity, sizeof(*cell));
        status = cell != NULL ? read_cell(&row, arena, cell, err) : error_nomem(err);
    }
    sqlite_end(&row);
    return status;
}

/* ---- edges ---- */

/* kind, connection, database, schema, name, project, cell from a column on; '' is unknown. */
static enum status read_node(const struct statement *row, int column, struct arena *arena,
                             struct node *out, struct error *err)
{
    struct str *const texts[] = {&out->table.connection, &out->table.database,
                                 &out->table.schema,     &out->table.name,
                                 &out->project,          &out->cell};
    enum status status = OK;
    out->kind = (enum node_kind)column_int(row, column);
    for (int i = 0; i < 6 && status == OK; i++) {
        status = column_str(row, column + 1 + i, arena, texts[i], err);
        if (i < 4 && texts[i]->n == 0) {
            *texts[i] = STR_NULL;
        }
    }
    return status;
}

#define NODE(x, t)                                                                             \
    "e." x "_kind, " t ".connection, " t ".database, " t ".schema, " t ".name, e." x           \
    "_project, e." x "_cell"
#define PAIR_NODE(x) "CASE WHEN p.from_kind IS NULL THEN e.from_" x " ELSE p.from_" x " END"

/* Those of all edges of the project, whose ids ascend like the rows here. */
static enum status read_pairs(struct catalog *catalog, int64_t project, const int64_t *ids,
                              size_t count, struct arena *arena, struct edge *edges,
                              struct error *err)
{
    size_t at = 0;
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &catalog->db,
        "SELECT p.from_column, p.to_column, coalesce(p.from_kind, e.from_kind), t.connection,"
        " t.database, t.schema, t.name, " PAIR_NODE("project") ", " PAIR_NODE(
            "cell") ", e.id FROM edge e CROSS JOIN edge_column p ON p.edge = e.id"
                    " LEFT JOIN warehouse_table t ON t.id = " PAIR_NODE(
                        "table") " WHERE e.owner = ?1 ORDER BY e.id, p.position");
    bind_int(&row, project);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        for (; at < count && ids[at] != column_int(&row, 9); at++) {
            capacity = 0;
        }
        if (at == count) {
            break; /* another program adds edges */
        }
        struct column_pair *pair = arena_push(
            arena, &edges[at].columns, &edges[at].column_count, &capacity, sizeof(*pair));
        status = pair != NULL ? column_str(&row, 0, arena, &pair->from_column, err)
                              : error_nomem(err);
        if (status == OK) {
            status = column_str(&row, 1, arena, &pair->to_column, err);
        }
        if (status == OK) {
            status = read_node(&row, 2, arena, &pair->from, err);
        }
    }
    sqlite_end(&row);
    return status;
}

static enum status read_edge(const struct statement *row, struct arena *arena, struct edge *out,
                             struct error *err)
{
    out->evidence = (unsigned)column_int(row, 1);
    out->is_partial = column_int(row, 2) != 0;
    enum status status = read_node(row, 3, arena, &out->from, err);
    return status == OK ? read_node(row, 10, arena, &out->to, err) : status;
}

enum status publishing_edges(struct catalog *catalog, int64_t project, struct arena *arena,
                             struct edge **out, size_t *count, struct error *err)
{
    size_t capacity = 0;
    int64_t *ids = NULL;
    size_t id_count = 0;
    size_t id_capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &catalog->db, "SELECT e.id, e.evidence, e.is_partial, " NODE("from", "f") ", " NODE(
                          "to", "t") " FROM edge e"
                                     " LEFT JOIN warehouse_table f ON f.id = e.from_table"
                                     " LEFT JOIN warehouse_table t ON t.id = e.to_table"
                                     " WHERE e.owner = ?1 ORDER BY e.id");
    *out = NULL;
    *count = 0;
    bind_int(&row, project);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct edge *edge = arena_push(arena, out, count, &capacity, sizeof(*edge));
        int64_t *id = arena_push(arena, &ids, &id_count, &id_capacity, sizeof(*id));
        if (edge == NULL || id == NULL) {
            (void)error_nomem(err);
            status = ERR_NOMEM;
            break;
        }
        *id = column_int(&row, 0);
        status = read_edge(&row, arena, edge, err);
    }
    sqlite_end(&row);
    return status == OK ? read_pairs(catalog, project, ids, *count, arena, *out, err) : status;
}

/* ---- views ---- */

enum status publishing_views(struct catalog *catalog, int64_t project, int64_t after_ms,
                             struct arena *arena, struct publishing_view **out, size_t *count,
                             struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT at_ms, all_time FROM view_sample WHERE project = ?1"
                                 " AND at_ms > ?2 ORDER BY at_ms");
    *out = NULL;
    *count = 0;
    bind_int(&row, project);
    bind_int(&row, after_ms);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct publishing_view *view = arena_push(arena, out, count, &capacity, sizeof(*view));
        if (view == NULL) {
            status = error_nomem(err);
        } else {
            *view = (struct publishing_view){column_int(&row, 0), column_int_or(&row, 1, -1)};
        }
    }
    sqlite_end(&row);
    return status;
}

/* ---- the source as a whole ---- */

enum status publishing_connections(struct catalog *catalog, int64_t source, struct arena *arena,
                                   struct data_connection **out, size_t *count,
                                   struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT hex_id, name, type, database, schema"
                                 " FROM data_connection WHERE source = ?1 ORDER BY hex_id");
    *out = NULL;
    *count = 0;
    bind_int(&row, source);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct data_connection *item = arena_push(arena, out, count, &capacity, sizeof(*item));
        if (item == NULL) {
            status = error_nomem(err);
            break;
        }
        struct str *const texts[] = {&item->id, &item->name, &item->type, &item->database,
                                     &item->schema};
        for (int i = 0; i < 5 && status == OK; i++) {
            status = column_str(&row, i, arena, texts[i], err);
        }
    }
    sqlite_end(&row);
    return status;
}

enum status publishing_tables(struct catalog *catalog, int64_t source, struct arena *arena,
                              struct table_name **out, size_t *count, struct error *err)
{
    size_t capacity = 0;
    bool has_row = true;
    enum status status = OK;
    struct statement row = sqlite_use(
        &catalog->db, "SELECT connection, database, schema, name FROM warehouse_table"
                      " WHERE source = ?1 ORDER BY connection, database, schema, name");
    *out = NULL;
    *count = 0;
    bind_int(&row, source);
    while (status == OK && has_row) {
        status = sqlite_step(&row, &has_row, err);
        if (status != OK || !has_row) {
            break;
        }
        struct table_name *item = arena_push(arena, out, count, &capacity, sizeof(*item));
        if (item == NULL) {
            status = error_nomem(err);
            break;
        }
        struct str *const texts[] = {&item->connection, &item->database, &item->schema,
                                     &item->name};
        for (int i = 0; i < 4 && status == OK; i++) {
            status = column_str(&row, i, arena, texts[i], err);
            *texts[i] = texts[i]->n == 0 ? STR_NULL : *texts[i];
        }
    }
    sqlite_end(&row);
    return status;
}

enum status publishing_is_status(struct catalog *catalog, int64_t source, struct str name,
                                 bool *out, struct error *err)
{
    struct statement row = sqlite_use(
        &catalog->db, "SELECT 1 FROM project WHERE source = ?1 AND status = ?2 LIMIT 1");
    bind_int(&row, source);
    bind_str(&row, name);
    enum status status = sqlite_step(&row, out, err);
    sqlite_end(&row);
    return status;
}

enum status publishing_is_complete(struct catalog *catalog, int64_t source, bool *out,
                                   struct error *err)
{
    bool has_row = false;
    struct statement row =
        sqlite_use(&catalog->db, "SELECT ended_ms IS NOT NULL AND is_complete FROM walk"
                                 " WHERE source = ?1 ORDER BY id DESC LIMIT 1");
    bind_int(&row, source);
    enum status status = sqlite_step(&row, &has_row, err);
    *out = status == OK && has_row && column_int(&row, 0) != 0;
    sqlite_end(&row);
    return status;
}
