/*
 * table - rows of text as columns for a terminal.
 *
 * The first rows decide how wide the columns are; later ones are written as they come, so
 * that memory does not grow with the table. In a terminal too narrow for all columns, texts
 * are cut (with an ellipsis), those of the first column least, numbers never; then whole
 * columns at the end are left out, see table_hidden.
 */
#ifndef APP_CLI_TABLE_H
#define APP_CLI_TABLE_H

#include "base/arena.h"
#include "base/buf.h"

struct table_column {
    const char *name;
    bool is_number; /* right-aligned */
};

/* Takes text to be shown. A status other than OK ends the table with it. */
typedef enum status table_write_fn(void *ctx, struct str text, struct error *err);

struct table_options {
    const struct table_column *columns;
    size_t column_count;
    size_t width;   /* of the terminal; 0: no limit */
    bool has_color; /* a bold header */
    table_write_fn *write;
    void *ctx;
};

struct table;

/* NULL when out of memory. columns must live as long as the table. */
struct table *table_new(const struct table_options *options);
void table_free(struct table *table);
/* One row of column_count cells; STR_NULL shows as nothing. */
enum status table_row(struct table *table, const struct str *cells,
                      struct error *err) WARN_UNUSED;
/* Writes what is still held back. A table without rows writes its header alone. */
enum status table_end(struct table *table, struct error *err) WARN_UNUSED;
/* How many columns at the end did not fit; known after table_end. */
size_t table_hidden(const struct table *table);

/* Appends s for a terminal, in at most width columns, the last one "…" when s is longer. */
void table_cut(struct buf *out, struct str s, size_t width);

#endif
