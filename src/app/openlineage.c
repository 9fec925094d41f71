/*
 * OpenLineage, spec 2-0-2: what a cell reads and makes as a run event, with the facets for
 * SQL, schema and column lineage. Names: docs/internals/lineage.md.
 */
#include "app/graph_out.h"

#include <inttypes.h>

#define PRODUCER "urn:hexmeta:" HEXMETA_VERSION
#define SPEC "https://openlineage.io/spec/"

struct events {
    const struct graph *graph;
    struct arena *arena;
    struct json_out out;
    struct buf *text;
    int64_t now_ms;
    const size_t *into; /* of each node: its edges, see index_edges */
    const size_t *into_first;
    const size_t *from;
    const size_t *from_first;
};

/* ---- names ---- */

static void put_namespace(struct events *events, const struct graph_node *node)
{
    struct str name = node->host;
    if (node->id.kind == NODE_KIND_TABLE &&
        arena_printf(events->arena, &name, "%.*s://%.*s",
                     STR_ARG(str_is_empty(node->connection_type) ? STR("warehouse")
                                                                 : node->connection_type),
                     STR_ARG(node->connection)) != OK) {
        events->text->status = ERR_NOMEM;
    }
    json_out_field_str(&events->out, "namespace", str_is_null(name) ? STR("hex") : name);
}

static void put_name(struct events *events, const struct graph_node *node)
{
    struct str name = node->id.kind == NODE_KIND_TABLE ? node->name : node->id.project;
    if (!str_is_null(node->id.cell) &&
        arena_printf(events->arena, &name, "%.*s.%.*s", STR_ARG(node->id.project),
                     STR_ARG(node->id.cell)) != OK) {
        events->text->status = ERR_NOMEM;
    }
    json_out_field_str(&events->out, "name", name);
}

/* A facet's two obligatory members. */
static void begin_facet(struct events *events, const char *key, const char *schema)
{
    json_out_key(&events->out, key);
    json_out_object(&events->out);
    json_out_field_cstr(&events->out, "_producer", PRODUCER);
    json_out_field_cstr(&events->out, "_schemaURL", schema);
}

/* ---- facets of data sets ---- */

static void put_schema(struct events *events, const struct graph_node *node)
{
    struct json_out *out = &events->out;
    if (node->column_count == 0) {
        return;
    }
    begin_facet(events, "schema",
                SPEC "facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet");
    json_out_key(out, "fields");
    json_out_array(out);
    for (size_t i = 0; i < node->column_count; i++) {
        json_out_object(out);
        json_out_field_str(out, "name", node->columns[i]);
        json_out_object_end(out);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

/* The node of a pair: mostly that of its edge. */
static const struct graph_node *pair_node(const struct events *events,
                                          const struct graph_edge *edge,
                                          const struct column_pair *pair)
{
    const struct graph *graph = events->graph;
    const struct graph_node *from = &graph->nodes[edge->from];
    if (node_eq(&pair->from, &from->id)) {
        return from;
    }
    for (size_t i = events->into_first[edge->from]; i < events->into_first[edge->from + 1];
         i++) {
        const struct graph_node *source = &graph->nodes[graph->edges[events->into[i]].from];
        if (node_eq(&pair->from, &source->id)) {
            return source;
        }
    }
    return NULL;
}

static void put_input_fields(struct events *events, const size_t *edges, size_t count,
                             struct str column)
{
    struct json_out *out = &events->out;
    json_out_key_str(out, column);
    json_out_object(out);
    json_out_key(out, "inputFields");
    json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct graph_edge *edge = &events->graph->edges[edges[i]];
        for (size_t k = 0; k < edge->column_count; k++) {
            const struct column_pair *pair = &edge->columns[k];
            const struct graph_node *node = pair_node(events, edge, pair);
            if (node == NULL || !str_eq(pair->to_column, column)) {
                continue;
            }
            json_out_object(out);
            put_namespace(events, node);
            put_name(events, node);
            json_out_field_str(out, "field", pair->from_column);
            json_out_object_end(out);
        }
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

static bool is_first(const struct events *events, const size_t *edges, size_t edge, size_t pair,
                     struct str column)
{
    for (size_t i = 0; i <= edge; i++) {
        const struct graph_edge *other = &events->graph->edges[edges[i]];
        size_t end = i == edge ? pair : other->column_count;
        for (size_t k = 0; k < end; k++) {
            if (str_eq(other->columns[k].to_column, column)) {
                return false;
            }
        }
    }
    return true;
}

/* edges: those that fill the output. */
static void put_column_lineage(struct events *events, const size_t *edges, size_t count)
{
    begin_facet(events, "columnLineage",
                SPEC "facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/"
                     "ColumnLineageDatasetFacet");
    json_out_key(&events->out, "fields");
    json_out_object(&events->out);
    for (size_t i = 0; i < count; i++) {
        const struct graph_edge *edge = &events->graph->edges[edges[i]];
        for (size_t k = 0; k < edge->column_count; k++) {
            struct str column = edge->columns[k].to_column;
            if (is_first(events, edges, i, k, column)) {
                put_input_fields(events, edges, count, column);
            }
        }
    }
    json_out_object_end(&events->out);
    json_out_object_end(&events->out);
}

/* ---- events ---- */

static void put_dataset(struct events *events, const struct graph_node *node,
                        const size_t *edges, size_t count)
{
    json_out_object(&events->out);
    put_namespace(events, node);
    put_name(events, node);
    json_out_key(&events->out, "facets");
    json_out_object(&events->out);
    put_schema(events, node);
    if (count > 0) {
        put_column_lineage(events, edges, count);
    }
    json_out_object_end(&events->out);
    json_out_object_end(&events->out);
}

/* A UUID of version 8: one's own making. */
static void put_run(struct events *events, const struct graph_node *node, int64_t at_ms)
{
    struct str text = STR_NULL;
    struct str id = STR_NULL;
    enum status status = arena_printf(events->arena, &text, "%.*s/%.*s/%" PRId64,
                                      STR_ARG(node->id.project), STR_ARG(node->id.cell), at_ms);
    uint64_t high = status == OK ? str_hash(text) : 0;
    uint64_t low = high * UINT64_C(0x9E3779B97F4A7C15);
    if (status == OK) {
        status = arena_printf(events->arena, &id, "%08x-%04x-8%03x-%04x-%012" PRIx64,
                              (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xFFFF),
                              (unsigned)(high & 0xFFF), (unsigned)(low >> 48 & 0x3FFF) | 0x8000,
                              low & UINT64_C(0xFFFFFFFFFFFF));
    }
    events->text->status = status == OK ? events->text->status : status;
    json_out_key(&events->out, "run");
    json_out_object(&events->out);
    json_out_field_str(&events->out, "runId", id);
    json_out_object_end(&events->out);
}

static void put_job(struct events *events, const struct graph_node *node)
{
    struct json_out *out = &events->out;
    json_out_key(out, "job");
    json_out_object(out);
    json_out_field_str(out, "namespace", str_is_null(node->host) ? STR("hex") : node->host);
    put_name(events, node);
    json_out_key(out, "facets");
    json_out_object(out);
    begin_facet(events, "jobType",
                SPEC "facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet");
    json_out_field_cstr(out, "processingType", "BATCH");
    json_out_field_cstr(out, "integration", "HEX");
    json_out_field_str(out, "jobType", node->type);
    json_out_object_end(out);
    if (!str_is_empty(node->sql)) {
        begin_facet(events, "sql", SPEC "facets/1-0-1/SQLJobFacet.json#/$defs/SQLJobFacet");
        json_out_field_str(out, "query", node->sql);
        json_out_object_end(out);
    }
    json_out_object_end(out);
    json_out_object_end(out);
}

static void put_event(struct events *events, size_t number)
{
    const struct graph *graph = events->graph;
    const struct graph_node *node = &graph->nodes[number];
    const size_t *into = &events->into[events->into_first[number]];
    size_t into_count = events->into_first[number + 1] - events->into_first[number];
    int64_t at_ms = node->edited_ms == TIMESTAMP_NONE ? events->now_ms : node->edited_ms;
    json_out_init(&events->out, events->text);
    json_out_object(&events->out);
    json_out_field_time(&events->out, "eventTime", at_ms);
    json_out_field_cstr(&events->out, "producer", PRODUCER);
    json_out_field_cstr(&events->out, "schemaURL",
                        SPEC "2-0-2/OpenLineage.json#/$defs/RunEvent");
    json_out_field_cstr(&events->out, "eventType", "COMPLETE");
    put_run(events, node, at_ms);
    put_job(events, node);
    json_out_key(&events->out, "inputs");
    json_out_array(&events->out);
    for (size_t i = 0; i < into_count; i++) {
        put_dataset(events, &graph->nodes[graph->edges[into[i]].from], NULL, 0);
    }
    json_out_array_end(&events->out);
    json_out_key(&events->out, "outputs");
    json_out_array(&events->out);
    if (node->id.kind == NODE_KIND_DATASET) {
        put_dataset(events, node, into, into_count);
    }
    for (size_t i = events->from_first[number]; i < events->from_first[number + 1]; i++) {
        const struct graph_node *to = &graph->nodes[graph->edges[events->from[i]].to];
        if (to->id.kind == NODE_KIND_TABLE) {
            put_dataset(events, to, &events->from[i], 1);
        }
    }
    json_out_array_end(&events->out);
    json_out_object_end(&events->out);
    (void)buf_append_char(events->text, '\n');
}

/* *edges holds the edges of node n at first[n] .. first[n + 1]. */
static enum status index_edges(const struct graph *graph, bool is_into, struct arena *arena,
                               const size_t **edges, const size_t **first)
{
    size_t *starts = arena_array(arena, graph->count + 2, sizeof(*starts));
    size_t *list = arena_array(arena, graph->edge_count, sizeof(*list));
    if (starts == NULL || list == NULL) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        starts[(is_into ? graph->edges[i].to : graph->edges[i].from) + 2]++;
    }
    for (size_t i = 2; i < graph->count + 2; i++) {
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        list[starts[(is_into ? graph->edges[i].to : graph->edges[i].from) + 1]++] = i;
    }
    *edges = list;
    *first = starts;
    return OK;
}

enum status graph_out_openlineage(const struct graph *graph, int64_t now_ms,
                                  struct arena *arena, struct buf *out)
{
    struct events events = {.graph = graph, .arena = arena, .text = out, .now_ms = now_ms};
    enum status status = index_edges(graph, true, arena, &events.into, &events.into_first);
    if (status == OK) {
        status = index_edges(graph, false, arena, &events.from, &events.from_first);
    }
    for (size_t i = 0; i < graph->count && status == OK; i++) {
        enum node_kind kind = graph->nodes[i].id.kind;
        bool has_edges = events.into_first[i] < events.into_first[i + 1] ||
                         events.from_first[i] < events.from_first[i + 1];
        if ((kind == NODE_KIND_DATASET || kind == NODE_KIND_CELL) && has_edges) {
            put_event(&events, i);
        }
    }
    return status;
}
