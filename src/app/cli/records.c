#include "app/cli/records.h"

#include "base/json_out.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A cell may hold a whole SQL text, each byte of which may need six in JSON. */
#define MAX_ROW_BYTES ((size_t)512 * 1024 * 1024)

#define SHORT_TIME_BYTES 16

struct records {
    struct records_options options;
    struct table_column *columns;
    struct table *table; /* RECORDS_FORMAT_TABLE only */
    struct buf line;
    int64_t count;
    struct str *shown;               /* a row as people read it */
    char (*times)[SHORT_TIME_BYTES]; /* bytes of shown's times */
};

static bool make_table(struct records *records)
{
    const struct query_kind *kind = records->options.kind;
    for (size_t i = 0; i < kind->column_count; i++) {
        records->columns[i].name = kind->columns[i].name;
        records->columns[i].is_number = kind->columns[i].is_number;
    }
    struct table_options options = {.columns = records->columns,
                                    .column_count = kind->column_count,
                                    .width = records->options.width,
                                    .has_color = records->options.has_color,
                                    .write = records->options.write,
                                    .ctx = records->options.ctx};
    records->table = table_new(&options);
    return records->table != NULL;
}

struct records *records_new(const struct records_options *options)
{
    struct records *records = calloc(1, sizeof(*records));
    if (records == NULL) {
        return NULL;
    }
    records->options = *options;
    records->columns = calloc(options->kind->column_count + 1, sizeof(*records->columns));
    records->shown = calloc(options->kind->column_count + 1, sizeof(*records->shown));
    records->times = calloc(options->kind->column_count + 1, sizeof(*records->times));
    buf_init(&records->line, MAX_ROW_BYTES);
    if (records->columns == NULL || records->shown == NULL || records->times == NULL ||
        (options->format == RECORDS_FORMAT_TABLE && !make_table(records))) {
        records_free(records);
        return NULL;
    }
    return records;
}

void records_free(struct records *records)
{
    if (records != NULL) {
        table_free(records->table);
        free(records->columns);
        free(records->shown);
        free(records->times);
        buf_free(&records->line);
        free(records);
    }
}

int64_t records_count(const struct records *records)
{
    return records->count;
}

/* "last login" as lastLogin. */
static void put_json_key(struct json_out *out, const char *name)
{
    char key[64];
    size_t n = 0;
    for (const char *p = name; *p != '\0' && n + 1 < sizeof(key); p++) {
        bool starts_word = p > name && p[-1] == ' ' && *p >= 'a' && *p <= 'z';
        if (*p != ' ') {
            key[n++] = (char)(starts_word ? *p - 'a' + 'A' : *p);
        }
    }
    json_out_key_str(out, str_from_n(key, n));
}

/* "2026-01-31T08:15:00.000Z" as people read it: "2026-01-31 08:15". */
static struct str short_time(struct str time, char out[SHORT_TIME_BYTES])
{
    if (time.n < SHORT_TIME_BYTES || time.p[10] != 'T') {
        return time;
    }
    memcpy(out, time.p, SHORT_TIME_BYTES);
    out[10] = ' ';
    return str_from_n(out, SHORT_TIME_BYTES);
}

/* The cells of a row with their times shortened. */
static const struct str *shorten_times(struct records *records, const struct str *cells)
{
    const struct query_kind *kind = records->options.kind;
    for (size_t i = 0; i < kind->column_count; i++) {
        records->shown[i] =
            kind->columns[i].is_time ? short_time(cells[i], records->times[i]) : cells[i];
    }
    return records->shown;
}

/* A number as it is, or what else the column holds as text. */
static void put_json_number(struct json_out *out, struct str cell)
{
    char text[64];
    int64_t whole = 0;
    if (str_to_i64(cell, &whole)) {
        json_out_int(out, whole);
        return;
    }
    if (cell.n > 0 && cell.n < sizeof(text)) {
        char *end = NULL;
        for (size_t i = 0; i < cell.n; i++) {
            text[i] = cell.p[i];
        }
        text[cell.n] = '\0';
        double value = strtod(text, &end);
        if (*end == '\0') {
            json_out_double(out, value);
            return;
        }
    }
    json_out_str(out, cell);
}

static void put_json(struct records *records, const struct str *cells)
{
    const struct query_kind *kind = records->options.kind;
    struct json_out out;
    json_out_init(&out, &records->line);
    json_out_object(&out);
    for (size_t i = 0; i < kind->column_count; i++) {
        put_json_key(&out, kind->columns[i].name);
        if (kind->columns[i].is_number && !str_is_null(cells[i])) {
            put_json_number(&out, cells[i]);
        } else {
            json_out_str(&out, cells[i]);
        }
    }
    json_out_object_end(&out);
    (void)buf_append_char(&records->line, '\n');
}

/* A negative number is one; only text gets the guard against formulas. */
static void put_csv_cell(struct buf *line, const struct query_column *column, struct str cell)
{
    int64_t whole = 0;
    if (column->is_number && str_to_i64(cell, &whole)) {
        (void)buf_append_str(line, cell);
    } else if (!str_is_null(cell)) {
        text_escape_csv(line, cell);
    }
}

static void put_csv(struct records *records, const struct str *cells)
{
    const struct query_kind *kind = records->options.kind;
    for (size_t i = 0; i < kind->column_count; i++) {
        (void)buf_append_cstr(&records->line, i == 0 ? "" : ",");
        put_csv_cell(&records->line, &kind->columns[i], cells[i]);
    }
    (void)buf_append_cstr(&records->line, "\r\n");
}

static void put_csv_header(struct records *records)
{
    const struct query_kind *kind = records->options.kind;
    for (size_t i = 0; i < kind->column_count; i++) {
        (void)buf_printf(&records->line, "%s%s", i == 0 ? "" : ",", kind->columns[i].name);
    }
    (void)buf_append_cstr(&records->line, "\r\n");
}

/* A text of several lines keeps them, indented below each other. */
static void put_field_text(struct buf *line, struct str text, size_t indent)
{
    while (text.n > 0) {
        size_t end = str_find(text, '\n');
        size_t n = end == SIZE_MAX ? text.n : end;
        text_escape_terminal(line, str_sub(text, 0, n));
        text = str_sub(text, n + 1 < text.n ? n + 1 : text.n, text.n);
        if (text.n > 0) {
            (void)buf_printf(line, "\n%*s", (int)indent, "");
        }
    }
}

static void put_fields(struct records *records, const struct str *cells)
{
    const struct query_kind *kind = records->options.kind;
    size_t widest = 0;
    for (size_t i = 0; i < kind->column_count; i++) {
        size_t width = text_width(str_from(kind->columns[i].name));
        widest = width > widest ? width : widest;
    }
    (void)buf_append_cstr(&records->line, records->count > 0 ? "\n" : "");
    for (size_t i = 0; i < kind->column_count; i++) {
        if (!str_is_empty(cells[i])) {
            (void)buf_printf(&records->line, "%-*s  ", (int)widest, kind->columns[i].name);
            put_field_text(&records->line, cells[i], widest + 2);
            (void)buf_append_char(&records->line, '\n');
        }
    }
}

static enum status write_line(struct records *records, struct error *err)
{
    enum status status = buf_status(&records->line);
    if (status != OK) {
        return error_set(err, status, "row %lld is too large to be shown",
                         (long long)records->count);
    }
    return records->options.write(records->options.ctx, buf_str(&records->line), err);
}

enum status records_row(void *ctx, const struct str *cells, size_t count, struct error *err)
{
    struct records *records = ctx;
    enum status status = OK;
    (void)count;
    buf_clear(&records->line);
    switch (records->options.format) {
    case RECORDS_FORMAT_TABLE:
        status = table_row(records->table, shorten_times(records, cells), err);
        records->count++;
        return status;
    case RECORDS_FORMAT_FIELDS:
        put_fields(records, shorten_times(records, cells));
        break;
    case RECORDS_FORMAT_JSON:
        put_json(records, cells);
        break;
    case RECORDS_FORMAT_CSV:
        if (records->count == 0) {
            put_csv_header(records);
        }
        put_csv(records, cells);
        break;
    }
    records->count++;
    return write_line(records, err);
}

enum status records_end(struct records *records, size_t *hidden, struct error *err)
{
    *hidden = 0;
    buf_clear(&records->line);
    if (records->options.format == RECORDS_FORMAT_CSV && records->count == 0) {
        put_csv_header(records);
        return write_line(records, err);
    }
    if (records->options.format != RECORDS_FORMAT_TABLE) {
        return OK;
    }
    enum status status = table_end(records->table, err);
    *hidden = table_hidden(records->table);
    return status;
}
