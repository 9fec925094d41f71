/*
 * graph - the lineage around one thing: who is meant, what it comes from, what it feeds.
 *
 * Reads only. Nodes and edges live in the caller's arena. Each node comes once, however many
 * ways lead to it, so that circles end.
 */
#ifndef CATALOG_GRAPH_H
#define CATALOG_GRAPH_H

#include "catalog/catalog.h"

/* Steps of a walk; more than any chain of notebooks has. */
#define GRAPH_MAX_DEPTH 64
/* What a walk gives up at (ERR_LIMIT). */
#define GRAPH_MAX_NODES 200000

/* How a walk came to a node. */
struct graph_reach {
    bool is_there;
    int distance;  /* steps from the start, on the shortest way */
    size_t parent; /* the node before it on that way; SIZE_MAX at the start */
};

struct graph_node {
    struct node id;
    int64_t source;
    int64_t row; /* of the table, else of the project; 0: the catalog lacks it */
    struct graph_reach up;
    struct graph_reach down;
    /* For people, filled by graph_describe. */
    struct str name;       /* "DB.SCHEMA.T"; data frame; label or type of a cell; title */
    struct str type;       /* "table"; the cell's type; "PROJECT", "COMPONENT" */
    struct str title;      /* of its project */
    struct str owner;      /* likewise */
    struct str connection; /* name, of a table's or cell's */
    struct str connection_type;
    struct str host;     /* of its source */
    struct str sql;      /* of a SQL cell */
    struct str *columns; /* of a data set */
    size_t column_count;
    int64_t views;     /* of its project; -1: not known */
    int64_t edited_ms; /* of its project */
};

struct graph_edge {
    size_t from; /* node */
    size_t to;
    unsigned evidence; /* enum evidence, or-ed */
    bool is_partial;
    int64_t row;
    struct column_pair *columns; /* when asked for */
    size_t column_count;
};

struct graph {
    struct graph_node *nodes; /* the first is the start */
    size_t count;
    size_t capacity;
    struct graph_edge *edges;
    size_t edge_count;
    size_t edge_capacity;
};

/*
 * What text may mean: an id of a project or cell, PROJECT/CELL (each by id, title, label or
 * data frame), a project's title, a data frame, or the end of a table's name ("orders",
 * "public.orders"), all but ids case-blind. Each is described. None: ERR_NOT_FOUND.
 */
enum status graph_find(struct catalog *catalog, struct str text, struct arena *arena,
                       struct graph_node **out, size_t *count, struct error *err) WARN_UNUSED;
/* Only tables; *count 0: none. */
enum status graph_find_tables(struct catalog *catalog, struct str text, struct arena *arena,
                              struct graph_node **out, size_t *count,
                              struct error *err) WARN_UNUSED;

#define GRAPH_MAX_SUGGESTIONS 3
enum graph_names { GRAPH_NAMES_ALL, GRAPH_NAMES_PROJECTS, GRAPH_NAMES_TABLES };
/*
 * The titles of projects and names of tables that are most like text, which nothing is named:
 * misspellings first, then those that text is a part of. *count 0: none.
 */
enum status graph_suggest(struct catalog *catalog, struct str text, enum graph_names which,
                          struct arena *arena, struct str names[GRAPH_MAX_SUGGESTIONS],
                          size_t *count, struct error *err) WARN_UNUSED;

struct graph_steps {
    int up;          /* at most so many against the edges */
    int down;        /* and along them */
    bool has_inputs; /* all that flows into a cell that was reached, however it was */
};
/*
 * The graph around start, with the pairs of columns. A project that is not the start is an
 * end. All nodes are described. ERR_LIMIT.
 */
enum status graph_walk(struct catalog *catalog, const struct graph_node *start,
                       const struct graph_steps *steps, struct arena *arena, struct graph *out,
                       struct error *err) WARN_UNUSED;

/*
 * Fills what people read of a node; it may be gone, then little is known. like: a described
 * node; if it is of the same project, that is not asked for again; may be NULL. is_brief:
 * without SQL and columns.
 */
enum status graph_describe(struct catalog *catalog, struct graph_node *node,
                           const struct graph_node *like, bool is_brief, struct arena *arena,
                           struct error *err) WARN_UNUSED;

/*
 * The edges that begin (is_up: end) at a node, in the order of their rows; one call for each,
 * with the node at the other end, of which id, source and row are set. Texts live in arena.
 */
typedef enum status graph_step_fn(void *ctx, const struct graph_node *other,
                                  const struct graph_edge *edge, struct error *err);
enum status graph_step(struct catalog *catalog, const struct graph_node *node, bool is_up,
                       struct arena *arena, graph_step_fn *call, void *ctx,
                       struct error *err) WARN_UNUSED;
/* The pairs of columns of an edge from `from`. */
enum status graph_load_pairs(struct catalog *catalog, const struct node *from,
                             struct graph_edge *edge, struct arena *arena,
                             struct error *err) WARN_UNUSED;
/* The same text for the same node, in arena. */
enum status graph_key(const struct graph_node *node, struct arena *arena,
                      struct str *out) WARN_UNUSED;

#endif
