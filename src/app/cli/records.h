/*
 * records - rows of the catalog in the shape that the user asked for.
 *
 * A table for people, JSON Lines (one object a row, exact), CSV (RFC 4180, with a header row),
 * or one field a line when a single object was asked for.
 */
#ifndef APP_CLI_RECORDS_H
#define APP_CLI_RECORDS_H

#include "app/cli/table.h"
#include "catalog/query.h"

enum records_format {
    RECORDS_FORMAT_TABLE,
    RECORDS_FORMAT_FIELDS,
    RECORDS_FORMAT_JSON,
    RECORDS_FORMAT_CSV
};

struct records_options {
    enum records_format format;
    const struct query_kind *kind;
    size_t width;   /* see struct table_options */
    bool has_color; /* of tables */
    table_write_fn *write;
    void *ctx;
};

struct records;

/* NULL when out of memory. */
struct records *records_new(const struct records_options *options);
void records_free(struct records *records);
/* A query_row_fn; ctx is the struct records. */
enum status records_row(void *ctx, const struct str *cells, size_t count, struct error *err);
/* Writes what is still to be written; *hidden: columns that the terminal had no room for. */
enum status records_end(struct records *records, size_t *hidden, struct error *err) WARN_UNUSED;
/* Rows so far. */
int64_t records_count(const struct records *records);

#endif
