#include "app/cli/cli.h"
#include "app/cli/output.h"
#include "app/sql_wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct lines {
    FILE *file;
    size_t number; /* of the line that was read last */
    size_t bad;
};

/* One line without its end; ERR_LIMIT when it is too long (the rest of it is passed over). */
static enum status read_line(struct lines *lines, struct buf *line, bool *is_last)
{
    enum status status = OK;
    int c = getc_unlocked(lines->file);
    buf_clear(line);
    *is_last = c == EOF;
    for (; c != EOF && c != '\n'; c = getc_unlocked(lines->file)) {
        status = status == OK ? buf_append_char(line, (char)c) : status;
    }
    lines->number++;
    return status;
}

/* A line that cannot be answered is told and counted; the others go on. */
static enum status refuse(struct lines *lines, enum status status, const struct error *err)
{
    if (status == ERR_NOMEM || status == ERR_CANCELLED || status == ERR_IO) {
        return status;
    }
    lines->bad++;
    cli_complain("hexmeta: line %zu: %s", lines->number,
                 status == ERR_LIMIT && err->message[0] == '\0' ? "too long" : err->message);
    return OK;
}

static enum status answer_lines(struct lines *lines, struct error *err)
{
    struct buf line;
    struct buf answer;
    enum status status = OK;
    bool is_last = false;
    buf_init(&line, SQL_WIRE_MAX_BYTES);
    buf_init(&answer, 2 * SQL_WIRE_MAX_BYTES);
    while (status == OK) {
        error_clear(err);
        buf_clear(&answer);
        status = read_line(lines, &line, &is_last);
        if (is_last) {
            break;
        }
        if (status == OK && str_trim(buf_str(&line)).n == 0) {
            continue;
        }
        if (status == OK) {
            status = sql_wire_answer(buf_str(&line), &answer, err);
        }
        if (status == OK) {
            status = output_buf(&answer, err);
        }
        if (status == OK) {
            status = output_flush(err);
        } else {
            status = refuse(lines, status, err);
        }
    }
    buf_free(&line);
    buf_free(&answer);
    return status;
}

/* Answers the questions of a file; "-" is standard input. */
static enum status answer_file(const char *path, struct lines *lines, struct error *err)
{
    if (strcmp(path, "-") == 0) {
        lines->file = stdin;
        return answer_lines(lines, err);
    }
    lines->file = fopen(path, "rb");
    if (lines->file == NULL) {
        return error_set(err, ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    }
    enum status status = answer_lines(lines, err);
    (void)fclose(lines->file);
    return status;
}

enum exit_code cmd_sql_lineage(struct cli *cli)
{
    struct error err = ERROR_INIT;
    struct lines lines = {0};
    const char *path = cli->options.argument_count > 0 ? cli->options.arguments[0] : "-";
    enum status status = answer_file(path, &lines, &err);
    if (status == OK && lines.bad > 0) {
        status = error_set(&err, ERR_PARSE, "%zu line%s could not be answered", lines.bad,
                           lines.bad == 1 ? "" : "s");
    }
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
