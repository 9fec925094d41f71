/*
 * notebook - the cells of a project in order, with what each reads and makes.
 *
 * Plain data; every text is a view into the caller's arena, STR_NULL when unknown. Filled by
 * hex/export (from POST /v1/projects/export) or hex/decode (from GET /v1/cells, which knows
 * much less), stored by the catalog, read back for lineage.
 */
#ifndef DOMAIN_NOTEBOOK_H
#define DOMAIN_NOTEBOOK_H

#include "base/arena.h"
#include "base/str.h"
#include "domain/project.h"

/* A table in a warehouse, parts in the warehouse's stored case. */
struct table_name {
    struct str connection; /* data connection id */
    struct str database;
    struct str schema;
    struct str name;
};

/* What a cell consumes: a data frame by its variable name, or a table. */
struct cell_read {
    struct str dataframe;    /* STR_NULL: a table is read */
    struct table_name table; /* only when dataframe is STR_NULL */
    struct str *columns;     /* sorted, each once; empty when not known */
    size_t column_count;
};

/* WRITEBACK: the data frame that it writes is in reads[0]. */
struct cell_writeback {
    bool is_set;
    struct table_name table; /* name STR_NULL when dynamic */
    bool overwrites;
    bool is_dynamic; /* the table's name is computed when the cell runs */
};

/* INPUT: the variable that Jinja and Python see. */
struct cell_input {
    struct str name;
    struct str kind;        /* TEXT_INPUT, DROPDOWN, ... */
    struct str output_type; /* STRING, DYNAMIC, ... */
};

struct cell {
    struct str id;   /* staticId of the API = cellId of the export; durable */
    struct str type; /* the REST API's cellType; unknown ones as they came */
    struct str label;
    struct str parent;     /* id of the COLLAPSIBLE or BLOCK cell around it */
    struct str connection; /* data connection id */
    struct str source;     /* SQL, CODE, MARKDOWN text */
    struct str dataframe;  /* the variable that it produces */
    struct str component;  /* COMPONENT_IMPORT: the component's project id */
    struct str title;      /* of a chart or metric, when it has one of its own */
    struct str chart_type; /* bar, line, pie, ...; STR_NULL when it has none */
    struct str text;       /* TEXT: its plain text, for the search */
    bool is_dataframe_sql; /* SQL over data frames in memory (DuckDB) */
    struct cell_read *reads;
    size_t read_count;
    struct str *columns; /* of the result as last displayed, in display order */
    size_t column_count;
    struct cell_writeback writeback;
    struct cell_input input;
    struct str error; /* what could not be understood in it */
};

struct notebook {
    struct str project_id;
    struct str title; /* the rest of meta: of use for imported files, which have no listing */
    struct str description;
    enum project_type type;
    struct str status;
    struct category *categories;
    size_t category_count;
    struct data_connection *connections; /* named in the file's comments: id, name, type only */
    size_t connection_count;
    struct cell *cells; /* depth first, in notebook order: position is the index */
    size_t cell_count;
    int64_t parser_version; /* EXPORT_PARSER_VERSION of hex/export.h; 0: not from an export */
    bool is_complete;       /* from an export; false from /cells: no nesting, no reads */
};

/* True when the cell makes a data set: it has a data frame name. */
bool cell_is_dataset(const struct cell *cell);

/* The API's cellType for an export's: TABLE_DISPLAY, CHART, CHARTV2 differ, others as given. */
struct str cell_type_from_export(struct str export_type);

#endif
