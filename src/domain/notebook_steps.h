/*
 * notebook_steps - a notebook as notebook_sql reads it: its cells in order, and before each
 * what a COMPONENT_IMPORT brings.
 *
 * Pure; everything lives in the caller's arena.
 */
#ifndef DOMAIN_NOTEBOOK_STEPS_H
#define DOMAIN_NOTEBOOK_STEPS_H

#include "domain/edge.h"
#include "domain/notebook_sql.h"

/* What the caller knows beside the notebook; each may be NULL. */
struct notebook_lookup {
    /*
     * The notebook of a component, for its data frames; *out = NULL when it is not known
     * (never an error). It must live as long as the arena of the call.
     */
    enum status (*notebook)(void *ctx, struct str project_id, const struct notebook **out,
                            struct error *err);
    /* A data connection; *out = NULL when it is not known. Lives as long. */
    enum status (*connection)(void *ctx, struct str id, const struct data_connection **out,
                              struct error *err);
    /* The tables of any project that are known by name, case-blind, on a connection. */
    enum status (*tables)(void *ctx, struct str connection, struct str name,
                          struct table_name **out, size_t *count, struct error *err);
    void *ctx;
};

struct notebook_step {
    struct node node;        /* the data set that it makes, or the cell */
    const struct cell *cell; /* NULL: a data frame that a component brings */
};

struct notebook_steps {
    struct notebook_step *items;
    struct notebook_sql_cell *cells; /* the same, for notebook_sql_find */
    size_t count;
    struct str *imports; /* component ids, in order, each once */
    size_t import_count;
    bool lacks_component; /* one of them is not known */
};

/*
 * Components that import components are followed to a depth of 16, cycles are cut. ERR_NOMEM,
 * or what lookup returned.
 */
enum status notebook_steps_make(const struct notebook *notebook,
                                const struct notebook_lookup *lookup, struct arena *arena,
                                struct notebook_steps *out, struct error *err) WARN_UNUSED;

/* The table that a complete name in a step's SQL is, as its warehouse keeps it. */
enum status notebook_steps_table(const struct notebook_steps *steps, size_t step,
                                 const struct sql_name *name, struct arena *arena,
                                 struct table_name *out) WARN_UNUSED;

#endif
