#include "hexsim/queried.h"

#include <stdlib.h>

static int compare_tables(const void *a, const void *b)
{
    const struct sim_table *left = *(const struct sim_table *const *)a;
    const struct sim_table *right = *(const struct sim_table *const *)b;
    int order = str_compare(left->connection->id, right->connection->id);
    order = order != 0 ? order : str_compare(left->database, right->database);
    order = order != 0 ? order : str_compare(left->schema, right->schema);
    return order != 0 ? order : str_compare(left->name, right->name);
}

struct queried_list queried_make(const struct notebook *nb)
{
    struct queried_list list = {0};
    size_t capacity = 0;
    for (size_t i = 0; i < nb->cell_count; i++) {
        if (nb->cells[i].hidden != NULL) {
            *(const struct sim_table **)sim_push(nb->arena, &list.tables, &list.count,
                                                 &capacity, sizeof(*list.tables)) =
                nb->cells[i].hidden;
        }
        for (size_t k = 0; k < nb->cells[i].read_count; k++) {
            if (nb->cells[i].reads[k].table != NULL) {
                const struct sim_table **t = sim_push(nb->arena, &list.tables, &list.count,
                                                      &capacity, sizeof(*list.tables));
                *t = nb->cells[i].reads[k].table;
            }
        }
    }
    if (list.count == 0) {
        return list;
    }
    sim_sort(list.tables, list.count, sizeof(*list.tables), compare_tables);
    size_t kept = 1;
    for (size_t i = 1; i < list.count; i++) {
        if (compare_tables(&list.tables[kept - 1], &list.tables[i]) != 0) {
            list.tables[kept++] = list.tables[i];
        }
    }
    list.count = kept;
    return list;
}
