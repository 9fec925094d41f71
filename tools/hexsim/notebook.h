/*
 * notebook - the cells of a simulated project, with what an importer must find in them.
 *
 * Made from the seed whenever somebody asks; lives in the arena that was given. Cells stand
 * in notebook order, a container before what it contains.
 */
#ifndef HEXSIM_NOTEBOOK_H
#define HEXSIM_NOTEBOOK_H

#include "hexsim/warehouse.h"

enum cell_kind {
    CELL_SQL,
    CELL_CODE,
    CELL_MARKDOWN,
    CELL_TEXT,
    CELL_INPUT,
    CELL_EXPLORE,
    CELL_CHARTV2,
    CELL_CHART,
    CELL_METRIC,
    CELL_PIVOT,
    CELL_FILTER,
    CELL_TABLE_DISPLAY,
    CELL_MAP,
    CELL_WRITEBACK,
    CELL_DBT_METRIC,
    CELL_COMPONENT_IMPORT,
    CELL_COLLAPSIBLE,
    CELL_BLOCK,
    CELL_FUTURE,
    CELL_KINDS
};

/* The type's name in the export and in the REST API. */
const char *cell_kind_export_name(enum cell_kind kind);
const char *cell_kind_api_name(enum cell_kind kind);

/* A data frame: which cell of which project makes it. */
struct sim_dataset {
    const struct sim_project *project;
    struct str cell; /* static id */
    struct str name;
    struct str *columns;
    size_t column_count;
    bool is_known; /* an importer can know the columns */
};

/* What a cell reads: a table, a data set of the notebook, or a name that Python made. */
struct sim_read {
    const struct sim_table *table;     /* NULL: a data frame */
    const struct sim_dataset *dataset; /* NULL: a table, or unknown */
    struct str name;                   /* of the data frame as written */
    struct str *columns;               /* sorted, each once; no-code cells only */
    size_t column_count;
};

/* A value of column `from` of read number `read` flows into column `to` of the result. */
struct sim_flow {
    size_t read;
    struct str from;
    struct str to;
};

struct sim_cell {
    enum cell_kind kind;
    struct str id;     /* static id: durable, the export's cellId */
    struct str api_id; /* changes with every version */
    struct str label;  /* STR_NULL: null */
    size_t parent;     /* NOBODY: top level */
    unsigned depth;
    unsigned variant;                        /* decides details of the configuration */
    const struct sim_connection *connection; /* NULL: none */
    struct str source;                       /* SQL, CODE, MARKDOWN; STR_NULL otherwise */
    bool is_dataframe_sql;
    bool is_query_mode;
    bool is_partial;     /* reads more than can be told: a templated table name */
    struct str result;   /* the data frame it makes; STR_NULL: none */
    struct str *columns; /* of the result as last displayed */
    size_t column_count;
    bool has_columns; /* it was run and displayed */
    bool is_star;     /* SELECT * from read 0: its columns are those of that */
    bool is_nameless; /* has columns whose names nobody can tell */
    bool is_known;    /* SQL alone tells its columns, or those of what it keeps */
    struct sim_read *reads;
    size_t read_count;
    size_t read_capacity;
    struct sim_flow *flows;
    size_t flow_count;
    size_t flow_capacity;
    const struct sim_table *target; /* written; NULL: none */
    const struct sim_table *hidden; /* read, though its SQL cannot show it; NULL: none */
    const struct sim_project *component;
};

struct notebook {
    const struct workspace *workspace;
    const struct sim_project *project;
    struct arena *arena;
    struct sim_cell *cells;
    size_t cell_count;
    size_t cell_capacity;
    struct sim_dataset *environment; /* in order; the latest of a name counts */
    size_t environment_count;
    size_t environment_capacity;
};

/* Cells of a project; *out lives in arena. Projects that come from files have none here. */
void notebook_make(const struct workspace *workspace, const struct sim_project *project,
                   struct arena *arena, struct notebook *out);
/*
 * The same as /cells shows it: no nesting, no configuration, and the SQL cells of a component
 * behind its import as if they were the notebook's own.
 */
void notebook_make_flat(const struct workspace *workspace, const struct sim_project *project,
                        struct arena *arena, struct notebook *out);
/* The latest data frame of that name, case-blind; NULL when unknown. */
const struct sim_dataset *notebook_find(const struct notebook *notebook, struct str name);
/* A data frame that exists, any; NULL when there is none. */
const struct sim_dataset *notebook_any(const struct notebook *nb, struct rng *rng);
/* Adds a read to a cell and returns its number. */
size_t cell_add_read(struct notebook *nb, struct sim_cell *cell, struct sim_read read);
/* Sets kind, configuration and reads of a no-code cell. */
void cell_make_no_code(struct notebook *nb, struct sim_cell *cell, struct rng *rng);

#endif
