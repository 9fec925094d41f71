/*
 * resolve - which table of OpenMetadata is the one that Hex reads?
 *
 * A data connection of Hex belongs to a database service: by configuration, by
 * dbServicePrefixes, else to the services of its type in which the table exists. Services,
 * databases, schemas and tables are read in a few lists, each once; never a request per edge.
 */
#ifndef OM_RESOLVE_H
#define OM_RESOLVE_H

#include "base/map.h"
#include "domain/notebook.h"

struct om_run;

struct om_table {
    struct str id;
    struct str fqn;
    struct str *columns; /* FQN-safe names as the server has them */
    size_t column_count;
};

struct om_resolve {
    struct map tables; /* of Hex, by key, to struct om_table; NULL: not to be had */
    struct map lists;  /* what was read already, by path */
};

/* Reads what is needed for all tables of the source; failures end the run. */
void om_resolve_read(struct om_run *run);
/* How many database services of the server may hold a data connection's tables. */
size_t om_resolve_count_services(struct om_run *run, const struct data_connection *connection);
void om_resolve_free(struct om_resolve *resolve);
/* Of what was found for which table. */
uint64_t om_resolve_digest(const struct om_resolve *resolve);
/* NULL: unknown there. Needs om_resolve_read. */
const struct om_table *om_resolve_table(struct om_run *run, const struct table_name *table,
                                        struct arena *arena);
/* The server's spelling of a column; STR_NULL when the table has none of that name. */
struct str om_table_column(const struct om_table *table, struct str name);

#endif
