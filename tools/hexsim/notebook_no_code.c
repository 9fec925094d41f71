#include "hexsim/notebook.h"

#include <stdlib.h>

/* Columns number from, from + step, ... of a data frame or table: sorted, each once. */
static void pick_columns(struct arena *arena, const struct str *columns, size_t count,
                         size_t wanted, struct sim_read *read)
{
    wanted = wanted > count ? count : wanted;
    read->columns = sim_alloc(arena, (wanted + 1) * sizeof(*read->columns));
    read->column_count = wanted;
    for (size_t i = 0; i < wanted; i++) {
        read->columns[i] = columns[i];
    }
    sim_sort(read->columns, wanted, sizeof(*read->columns), str_qsort);
}

/* Reads a data frame (with some of its columns), or one that only Python knows. */
static struct sim_read read_frame(struct notebook *nb, struct rng *rng, size_t wanted)
{
    struct sim_read read = {0};
    static const struct str unknown[] = {STR("alpha"), STR("beta"), STR("gamma")};
    read.dataset = rng_chance(rng, 92) ? notebook_any(nb, rng) : NULL;
    if (read.dataset == NULL) {
        read.name = STR("py_frame");
        pick_columns(nb->arena, unknown, 3, wanted, &read);
        return read;
    }
    read.name =
        rng_chance(rng, 4) ? sim_case(nb->arena, read.dataset->name, true) : read.dataset->name;
    pick_columns(nb->arena, read.dataset->columns, read.dataset->column_count, wanted, &read);
    return read;
}

static struct sim_read read_table(struct notebook *nb, struct sim_cell *cell, struct rng *rng,
                                  size_t wanted)
{
    const struct workspace *w = nb->workspace;
    size_t pick = workspace_index(w, nb->project);
    struct sim_table *t = SIM_NEW(nb->arena, struct sim_table);
    cell->connection = &w->connections[pick % w->connection_count];
    *t = warehouse_table(cell->connection, rng_below(rng, WAREHOUSE_TABLES), nb->arena);
    struct sim_read read = {.table = t};
    pick_columns(nb->arena, t->columns, WAREHOUSE_COLUMNS, wanted, &read);
    return read;
}

/* EXPLORE, PIVOT and table cells may stand on a table without any data frame between. */
static void read_either(struct notebook *nb, struct sim_cell *cell, struct rng *rng,
                        size_t wanted)
{
    struct sim_read read =
        rng_chance(rng, 20) ? read_table(nb, cell, rng, wanted) : read_frame(nb, rng, wanted);
    (void)cell_add_read(nb, cell, read);
}

static int by_name(const void *a, const void *b)
{
    const struct sim_read *left = a;
    const struct sim_read *right = b;
    return str_compare(left->name, right->name);
}

/* Two data frames, one entry each even when they are the same. */
static void read_two(struct notebook *nb, struct sim_cell *cell, struct rng *rng, size_t wanted)
{
    struct sim_read first = read_frame(nb, rng, wanted);
    struct sim_read second = read_frame(nb, rng, wanted);
    (void)cell_add_read(nb, cell, first);
    if (!str_eq_nocase(first.name, second.name)) {
        (void)cell_add_read(nb, cell, second);
        sim_sort(cell->reads, cell->read_count, sizeof(*cell->reads), by_name);
    }
}

static void make_writeback(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    const struct workspace *w = nb->workspace;
    size_t pick = workspace_index(w, nb->project);
    cell->connection = &w->connections[pick % w->connection_count];
    (void)cell_add_read(nb, cell, read_frame(nb, rng, 0));
    if (cell->variant % 4 != 0) { /* else the name comes from a variable */
        struct sim_table *t = SIM_NEW(nb->arena, struct sim_table);
        *t = warehouse_target(cell->connection, rng_below(rng, 12), nb->arena);
        cell->target = t;
    }
}

static struct str result_name(struct notebook *nb, const char *kind)
{
    return sim_printf(nb->arena, "%s_result_%zu", kind, nb->cell_count);
}

static void make_filter(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    (void)cell_add_read(nb, cell, read_frame(nb, rng, 2));
    cell->result = result_name(nb, "filtered");
    const struct sim_dataset *from = cell->reads[0].dataset;
    if (from != NULL) { /* rows go, columns stay */
        cell->columns = from->columns;
        cell->column_count = from->column_count;
        cell->is_known = from->is_known;
    }
}

static void make_dbt(struct notebook *nb, struct sim_cell *cell)
{
    const struct workspace *w = nb->workspace;
    size_t pick = workspace_index(w, nb->project);
    cell->connection = &w->connections[pick % w->connection_count];
    cell->result = result_name(nb, "dbt");
}

void cell_make_no_code(struct notebook *nb, struct sim_cell *cell, struct rng *rng)
{
    switch (cell->kind) {
    case CELL_EXPLORE:
        read_either(nb, cell, rng, 1 + rng_below(rng, 4));
        if (rng_chance(rng, 15)) {
            cell->result = result_name(nb, "explore");
        }
        break;
    case CELL_PIVOT:
        read_either(nb, cell, rng, 0);
        cell->result = rng_chance(rng, 90) ? result_name(nb, "pivot") : STR_NULL;
        break;
    case CELL_TABLE_DISPLAY:
        read_either(nb, cell, rng, 0);
        break;
    case CELL_CHARTV2:
        read_two(nb, cell, rng, 3);
        break;
    case CELL_METRIC:
        if (rng_chance(rng, 30)) {
            read_two(nb, cell, rng, 1);
        } else {
            (void)cell_add_read(nb, cell, read_frame(nb, rng, 1));
        }
        break;
    case CELL_CHART:
        (void)cell_add_read(nb, cell, read_frame(nb, rng, 0));
        break;
    case CELL_MAP:
        read_two(nb, cell, rng, 0);
        break;
    case CELL_FILTER:
        make_filter(nb, cell, rng);
        break;
    case CELL_WRITEBACK:
        make_writeback(nb, cell, rng);
        break;
    case CELL_DBT_METRIC:
        make_dbt(nb, cell);
        break;
    case CELL_INPUT:
        if (cell->variant % 5 == 1) {
            (void)cell_add_read(nb, cell, read_frame(nb, rng, cell->variant % 2));
        }
        break;
    default:
        break;
    }
}
