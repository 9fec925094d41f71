/*
 * queried_tables - Hex's list of the tables that a project asked for, as evidence.
 *
 * It is of the published version, and its names hold dots without quotes: which dot parts what
 * is only known by comparing. A name that is that of a table the project is known to read (case
 * apart, one a dotted suffix of the other) confirms those edges. Any other is news: the
 * project reads a table that its SQL could not show.
 */
#ifndef DOMAIN_QUERIED_TABLES_H
#define DOMAIN_QUERIED_TABLES_H

#include "domain/edge_list.h"
#include "domain/notebook_steps.h"

/* Why SQL does not show a queried table: the likeliest of what is known of the project. */
enum queried_reason {
    QUERIED_REASON_NONE, /* it does */
    QUERIED_REASON_DYNAMIC,
    QUERIED_REASON_SYNTAX,
    QUERIED_REASON_PYTHON,
    QUERIED_REASON_COMPONENT,
    QUERIED_REASON_INCOMPLETE,
    QUERIED_REASON_UNKNOWN
};

/* In words. Static memory. */
const char *queried_reason_text(enum queried_reason reason);

struct queried_job {
    const struct notebook *notebook;
    const struct notebook_steps *steps;
    const struct notebook_sql_answer *answers;
    const struct queried_table *items;
    size_t count;
    const struct notebook_lookup *lookup;
    struct edge_list *edges; /* the project's, as found so far */
};

/*
 * Adds evidence to edges, and edges table -> project; *reasons has one entry for each item
 * and lives in the arena of edges. ERR_NOMEM, or what lookup returned.
 */
enum status queried_tables_merge(const struct queried_job *job, enum queried_reason **reasons,
                                 struct error *err) WARN_UNUSED;

#endif
