/*
 * warehouse - the tables behind the simulated connections, and how SQL writes their names.
 *
 * Each connection has WAREHOUSE_TABLES tables. Names are kept as the warehouse stores them;
 * the writing functions put them into SQL, quoted where they must be and in another case
 * where the dialect would fold it back.
 */
#ifndef HEXSIM_WAREHOUSE_H
#define HEXSIM_WAREHOUSE_H

#include "hexsim/workspace.h"

#define WAREHOUSE_TABLES 48
#define WAREHOUSE_COLUMNS 6

struct sim_table {
    const struct sim_connection *connection;
    struct str database; /* STR_NULL: two levels, or not known */
    struct str schema;
    struct str name;
    struct str columns[WAREHOUSE_COLUMNS]; /* key, group, amount, day, and two more */
    bool is_plain;                         /* its name needs no quotes */
    bool is_default; /* in the connection's own database and schema: a bare name will do */
};

/* Table number (below WAREHOUSE_TABLES) of a connection. */
struct sim_table warehouse_table(const struct sim_connection *connection, size_t number,
                                 struct arena *arena);
/* A table that a notebook writes. */
struct sim_table warehouse_target(const struct sim_connection *connection, size_t number,
                                  struct arena *arena);

/* The name in SQL with as many parts as it needs, or more: style is any number. */
struct str warehouse_sql_name(const struct sim_table *table, uint64_t style,
                              struct arena *arena);
/* A name of a column or alias, stored as `stored`, in SQL. */
struct str warehouse_sql_column(enum sim_dialect dialect, struct str stored, uint64_t style,
                                struct arena *arena);
/* How the warehouse stores an alias that SQL writes in lower case without quotes. */
struct str warehouse_fold(enum sim_dialect dialect, struct str name, struct arena *arena);
/* "DB.SCHEMA.TABLE" without quotes: what Hex shows. */
struct str warehouse_path(const struct sim_table *table, struct arena *arena);

#endif
