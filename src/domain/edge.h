/*
 * edge - one step of lineage between two nodes, with its evidence.
 */
#ifndef DOMAIN_EDGE_H
#define DOMAIN_EDGE_H

#include "domain/notebook.h"

enum node_kind { NODE_KIND_TABLE, NODE_KIND_DATASET, NODE_KIND_PROJECT, NODE_KIND_CELL };

struct node {
    enum node_kind kind;
    struct table_name table; /* NODE_KIND_TABLE */
    struct str project;      /* the others */
    struct str cell;         /* NODE_KIND_DATASET, NODE_KIND_CELL */
};

/* Where we know an edge from; a set. */
enum evidence {
    EVIDENCE_SQL = 1 << 0,
    EVIDENCE_QUERIED_TABLES = 1 << 1,
    EVIDENCE_CHART = 1 << 2, /* the configuration of a no-code cell */
    EVIDENCE_WRITEBACK = 1 << 3,
    EVIDENCE_IMPORT = 1 << 4
};

/* A value of from_node's column from_column flows into to_column of the edge's target. */
struct column_pair {
    struct node from;
    struct str from_column;
    struct str to_column;
};

struct edge {
    struct node from;
    struct node to;
    unsigned evidence; /* enum evidence, or-ed */
    struct column_pair *columns;
    size_t column_count;
    bool is_partial; /* there may be more than this edge says */
};

/* "sql", "queried_tables", "chart", "writeback", "import" for exactly one bit. */
const char *evidence_name(enum evidence bit);
bool node_eq(const struct node *a, const struct node *b);
/* Total order: for sorting and for finding duplicates. */
int node_compare(const struct node *a, const struct node *b);

#endif
