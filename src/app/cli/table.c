#include "app/cli/table.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_ROWS 500
#define SAMPLE_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_LINE_BYTES ((size_t)1024 * 1024)
#define GAP 2
/* Text columns are not cut below this (a date and time); rather one column less. */
#define MIN_TEXT_WIDTH 16
/* Of the first column, which says what the row is about. */
#define MIN_FIRST_WIDTH 32
/* Longer cells are cut on any terminal, and in files: a table is for reading. */
#define MAX_TEXT_WIDTH 200

struct table {
    struct table_options options;
    size_t *widths;
    size_t shown; /* columns */
    bool is_started;
    struct arena arena; /* of the rows held back */
    struct str *cells;  /* of the rows held back, row by row */
    size_t row_count;
    struct buf line;
};

struct table *table_new(const struct table_options *options)
{
    struct table *table = calloc(1, sizeof(*table));
    if (table == NULL) {
        return NULL;
    }
    table->options = *options;
    table->widths = calloc(options->column_count + 1, sizeof(*table->widths));
    table->cells = calloc(SAMPLE_ROWS * (options->column_count + 1), sizeof(*table->cells));
    arena_init(&table->arena, SAMPLE_BYTES);
    buf_init(&table->line, MAX_LINE_BYTES);
    if (table->widths == NULL || table->cells == NULL) {
        table_free(table);
        return NULL;
    }
    for (size_t i = 0; i < options->column_count; i++) {
        table->widths[i] = text_width(str_from(options->columns[i].name));
    }
    return table;
}

void table_free(struct table *table)
{
    if (table != NULL) {
        free(table->widths);
        free(table->cells);
        arena_free(&table->arena);
        buf_free(&table->line);
        free(table);
    }
}

size_t table_hidden(const struct table *table)
{
    return table->options.column_count - table->shown;
}

/* Bytes of the longest beginning of s that takes at most width columns. */
static size_t fitting_bytes(struct str s, size_t width)
{
    size_t used = 0;
    size_t at = 0;
    while (at < s.n) {
        size_t next = at;
        (void)str_next_codepoint(s, &next);
        used += text_width(str_sub(s, at, next - at));
        if (used > width) {
            return at;
        }
        at = next;
    }
    return s.n;
}

void table_cut(struct buf *out, struct str s, size_t width)
{
    if (fitting_bytes(s, width) == s.n) {
        text_escape_terminal(out, s);
    } else if (width > 0) {
        text_escape_terminal(out, str_sub(s, 0, fitting_bytes(s, width - 1)));
        (void)buf_append_cstr(out, "\xE2\x80\xA6");
    }
}

/* Columns of s, counted up to a bit more than any cell may have. */
static size_t shown_width(struct str s)
{
    size_t fitting = fitting_bytes(s, MAX_TEXT_WIDTH);
    return fitting == s.n ? text_width(s) : MAX_TEXT_WIDTH;
}

static bool may_be_cut(const struct table *table, size_t column)
{
    return !table->options.columns[column].is_number;
}

static size_t cap_of(size_t column, size_t cap)
{
    return column == 0 && cap < MIN_FIRST_WIDTH ? MIN_FIRST_WIDTH : cap;
}

/* What the first count columns take when texts are cut at cap. */
static size_t total_width(const struct table *table, size_t count, size_t cap)
{
    size_t total = count > 0 ? GAP * (count - 1) : 0;
    for (size_t i = 0; i < count; i++) {
        bool is_cut = may_be_cut(table, i) && table->widths[i] > cap_of(i, cap);
        total += is_cut ? cap_of(i, cap) : table->widths[i];
    }
    return total;
}

/* Decides how many columns are shown and how wide each may be. */
static void fit(struct table *table)
{
    size_t width = table->options.width;
    size_t cap = MAX_TEXT_WIDTH;
    table->shown = table->options.column_count;
    if (width > 0) {
        while (table->shown > 1 && total_width(table, table->shown, MIN_TEXT_WIDTH) > width) {
            table->shown--;
        }
        while (cap > MIN_TEXT_WIDTH && total_width(table, table->shown, cap) > width) {
            cap--;
        }
    }
    for (size_t i = 0; i < table->shown; i++) {
        if (may_be_cut(table, i) && table->widths[i] > cap_of(i, cap)) {
            table->widths[i] = cap_of(i, cap);
        }
    }
}

static void put_spaces(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)buf_append_char(out, ' ');
    }
}

static enum status write_line(struct table *table, const struct str *cells, bool is_header,
                              struct error *err)
{
    struct buf *line = &table->line;
    bool is_bold = is_header && table->options.has_color;
    buf_clear(line);
    (void)buf_append_cstr(line, is_bold ? "\033[1m" : "");
    for (size_t i = 0; i < table->shown; i++) {
        size_t width = shown_width(cells[i]);
        size_t room = table->widths[i] > width ? table->widths[i] - width : 0;
        bool is_number = table->options.columns[i].is_number;
        bool is_cut = table->options.width > 0 && may_be_cut(table, i);
        size_t limit = is_cut ? cap_of(i, table->widths[i]) : MAX_TEXT_WIDTH;
        put_spaces(line, (i > 0 ? GAP : 0) + (is_number ? room : 0));
        table_cut(line, cells[i], limit);
        put_spaces(line, is_number || i + 1 == table->shown ? 0 : room);
    }
    while (line->size > 0 && line->data[line->size - 1] == ' ') {
        line->data[--line->size] = '\0';
    }
    (void)buf_append_cstr(line, is_bold ? "\033[0m\n" : "\n");
    if (buf_status(line) != OK) {
        return error_set(err, buf_status(line), "a row of the table is too long");
    }
    return table->options.write(table->options.ctx, buf_str(line), err);
}

/* Header and the rows held back. */
static enum status start(struct table *table, struct error *err)
{
    size_t count = table->options.column_count;
    struct str *names = arena_array(&table->arena, count + 1, sizeof(*names));
    if (names == NULL) {
        return error_nomem(err);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = str_from(table->options.columns[i].name);
    }
    fit(table);
    table->is_started = true;
    enum status status = write_line(table, names, true, err);
    for (size_t i = 0; i < table->row_count && status == OK; i++) {
        status = write_line(table, table->cells + i * count, false, err);
    }
    table->row_count = 0;
    arena_free(&table->arena);
    return status;
}

/* Keeps a row, no more of each cell than can be shown. */
static enum status hold(struct table *table, const struct str *cells, struct error *err)
{
    size_t count = table->options.column_count;
    struct str *row = table->cells + table->row_count * count;
    for (size_t i = 0; i < count; i++) {
        size_t width = shown_width(cells[i]);
        struct str kept = str_sub(cells[i], 0, fitting_bytes(cells[i], MAX_TEXT_WIDTH + 1));
        if (arena_str(&table->arena, kept, &row[i]) != OK) {
            return error_nomem(err);
        }
        table->widths[i] = width > table->widths[i] ? width : table->widths[i];
    }
    table->row_count++;
    return OK;
}

enum status table_row(struct table *table, const struct str *cells, struct error *err)
{
    if (!table->is_started) {
        enum status status = hold(table, cells, err);
        if (status != OK || table->row_count < SAMPLE_ROWS) {
            return status;
        }
        return start(table, err);
    }
    return write_line(table, cells, false, err);
}

enum status table_end(struct table *table, struct error *err)
{
    return table->is_started ? OK : start(table, err);
}
