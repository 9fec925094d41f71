/*
 * connection - what a data connection's type and details say about bare table names. Pure.
 *
 * Source: ReadableConnectionDetails in Hex's OpenAPI file; docs/design.md, section 6.
 */
#ifndef DOMAIN_CONNECTION_H
#define DOMAIN_CONNECTION_H

#include "base/arena.h"

/* The details that matter, as Hex names them; STR_NULL when missing. */
struct connection_details {
    struct str database;
    struct str schema;
    struct str catalog;
    struct str project_id;
    struct str jdbc_url;
};

/*
 * Database and schema that a bare table name belongs to. Two-level warehouses (mysql,
 * mariadb, clickhouse): database unknown, schema = their database. Views into details,
 * into static memory, or STR_NULL.
 */
void connection_defaults(struct str type, const struct connection_details *details,
                         struct str *database, struct str *schema);

/* True for mysql, mariadb and clickhouse, in Hex's spellings. */
bool connection_is_two_level(struct str type);

#endif
