#include "app/cli/choice.h"

#define MAX_LISTED 30

static void list_node(const struct graph_node *node)
{
    switch (node->id.kind) {
    case NODE_KIND_TABLE:
        cli_complain("  %.*s (table on %.*s)", STR_ARG(node->name), STR_ARG(node->connection));
        break;
    case NODE_KIND_PROJECT:
        cli_complain("  %.*s (%.*s '%.*s')", STR_ARG(node->id.project), STR_ARG(node->type),
                     STR_ARG(node->name));
        break;
    case NODE_KIND_DATASET:
    case NODE_KIND_CELL:
        cli_complain("  %.*s/%.*s (%.*s cell '%.*s' of '%.*s')", STR_ARG(node->id.project),
                     STR_ARG(node->id.cell), STR_ARG(node->type), STR_ARG(node->name),
                     STR_ARG(node->title));
        break;
    }
}

enum status choice_of(struct str text, const struct graph_node *nodes, size_t count,
                      struct error *err)
{
    if (count == 1) {
        return OK;
    }
    cli_complain("'%.*s' may be any of these:", STR_ARG(str_sub(text, 0, 200)));
    for (size_t i = 0; i < count && i < MAX_LISTED; i++) {
        list_node(&nodes[i]);
    }
    if (count > MAX_LISTED) {
        cli_complain("  and %zu more", count - MAX_LISTED);
    }
    return error_set(err, ERR_NOT_FOUND, "'%.*s' is not enough to tell which one is meant",
                     STR_ARG(str_sub(text, 0, 200)));
}
