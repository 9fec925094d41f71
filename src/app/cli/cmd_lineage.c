#include "app/cli/catalog_path.h"
#include "app/cli/choice.h"
#include "app/cli/lineage_tree.h"
#include "app/cli/output.h"
#include "app/graph_out.h"

#define ARENA_BYTES ((size_t)2048 * 1024 * 1024)
#define OUTPUT_BYTES ((size_t)1024 * 1024 * 1024)

static const char *const forms[] = {"json", "dot", "openlineage"};

static enum status check_options(const struct option_result *given, struct error *err)
{
    int count = 0;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        count += option_is_set(given, forms[i]) ? 1 : 0;
    }
    return count > 1 ? error_set(err, ERR_CONFIG,
                                 "--json, --dot and --openlineage exclude each other")
                     : OK;
}

/* A side that is not asked for is left out when the other one is. */
static int steps_of(const struct option_result *given, const char *side, const char *other)
{
    int64_t fallback = option_is_set(given, other) ? 0 : GRAPH_MAX_DEPTH;
    int64_t steps = option_count(given, side, fallback);
    return (int)(steps < GRAPH_MAX_DEPTH ? steps : GRAPH_MAX_DEPTH);
}

static enum status write_graph(const struct cli *cli, const struct graph *graph,
                               struct arena *arena, struct buf *out)
{
    const struct option_result *given = &cli->options;
    struct graph_column *columns = NULL;
    size_t count = 0;
    if (option_is_set(given, "dot")) {
        graph_out_dot(graph, out);
        return OK;
    }
    if (option_is_set(given, "openlineage")) {
        return graph_out_openlineage(graph, clock_wall_ms(&cli->clock), arena, out);
    }
    enum status status = graph_trace(graph, arena, &columns, &count);
    if (status != OK || option_is_set(given, "json")) {
        graph_out_json(graph, columns, count, out);
        return status;
    }
    return lineage_tree_write(graph, columns, count, arena, out);
}

static enum status show_lineage(const struct cli *cli, struct catalog *catalog,
                                struct arena *arena, struct error *err)
{
    const struct option_result *given = &cli->options;
    struct str text = str_from(given->arguments[0]);
    const struct graph_steps steps = {.up = steps_of(given, "up", "down"),
                                      .down = steps_of(given, "down", "up"),
                                      .has_inputs = option_is_set(given, "openlineage")};
    struct graph_node start;
    struct graph graph = {NULL};
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    enum status status = choice_of_any(catalog, text, arena, &start, err);
    if (status == OK) {
        status = graph_walk(catalog, &start, &steps, arena, &graph, err);
    }
    if (status == OK && write_graph(cli, &graph, arena, &out) != OK) {
        status = error_nomem(err);
    }
    if (status == OK) {
        status = output_buf(&out, err);
    }
    if (status == OK) {
        status = output_flush(err);
    }
    buf_free(&out);
    return status;
}

enum exit_code cmd_lineage(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct arena arena;
    struct catalog *catalog = NULL;
    arena_init(&arena, ARENA_BYTES);
    enum status status = check_options(&cli->options, &err);
    if (status == OK) {
        status = catalog_path_open(cli, CATALOG_MODE_READ, &arena, &catalog, NULL, &err);
    }
    if (status == OK) {
        status = show_lineage(cli, catalog, &arena, &err);
    }
    catalog_close(catalog);
    arena_free(&arena);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
