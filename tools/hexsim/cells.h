/*
 * cells - the notebook of a synthetic project: what each cell says, reads and makes.
 */
#ifndef HEXSIM_CELLS_H
#define HEXSIM_CELLS_H

#include "hexsim/model.h"

/* What a no-code cell consumes, as the truth has it; the file says it in the cell's own way. */
struct sim_read {
    struct str dataframe; /* STR_NULL: the table */
    size_t connection;    /* of the table: index into sim_connections */
    struct str path;      /* "DB.SCHEMA.TABLE" */
    const char *columns[4];
    size_t column_count;
};

struct sim_cell {
    char id[37];          /* staticId, cellId of the export */
    char api_id[37];      /* id of GET /cells */
    const char *type;     /* as the export names it */
    const char *api_type; /* as the API names it */
    struct str label;     /* STR_NULL: null */
    int64_t parent;       /* position; -1: none */
    int connection;       /* index into sim_connections; -1: none */
    struct str source;
    bool is_dataframe_sql;
    bool is_query_mode;
    struct str dataframe;
    const char *columns[6]; /* as last displayed */
    size_t column_count;
    int64_t component; /* index of a project; -1: none */
    struct sim_read reads[2];
    size_t read_count;
    int variant;      /* which of its type's shapes is written */
    struct str table; /* of WRITEBACK */
};

struct sim_notebook {
    struct sim_cell *cells;
    size_t count;
};

/* The project's notebook into the arena: the same one every time. */
enum status sim_notebook_at(const struct sim_workspace *workspace,
                            const struct sim_project *project, struct arena *arena,
                            struct sim_notebook *out) WARN_UNUSED;

/* "0198...": id of connection number n. */
void sim_connection_id(const struct sim_workspace *workspace, size_t n, char out[37]);
/* Connections that this workspace has. */
size_t sim_connections_in_use(const struct sim_workspace *workspace);

#endif
