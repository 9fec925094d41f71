#include "domain/edge.h"

const char *evidence_name(enum evidence bit)
{
    switch (bit) {
    case EVIDENCE_SQL:
        return "sql";
    case EVIDENCE_QUERIED_TABLES:
        return "queried_tables";
    case EVIDENCE_CHART:
        return "chart";
    case EVIDENCE_WRITEBACK:
        return "writeback";
    case EVIDENCE_IMPORT:
        return "import";
    }
    return "unknown";
}

int node_compare(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->kind == NODE_KIND_TABLE) {
        const struct str left[] = {a->table.connection, a->table.database, a->table.schema,
                                   a->table.name};
        const struct str right[] = {b->table.connection, b->table.database, b->table.schema,
                                    b->table.name};
        int order = 0;
        for (size_t i = 0; i < 4 && order == 0; i++) {
            order = str_compare(left[i], right[i]);
        }
        return order;
    }
    int order = str_compare(a->project, b->project);
    return order != 0 ? order : str_compare(a->cell, b->cell);
}

bool node_eq(const struct node *a, const struct node *b)
{
    return node_compare(a, b) == 0;
}
