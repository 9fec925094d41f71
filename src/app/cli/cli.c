#include "app/cli/cli.h"

#include "app/cli/output.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_LINE_BYTES ((size_t)16 * 1024)

/* One line of outside text on standard error: secrets blanked, controls escaped. */
static void put_line(const char *before, const char *text)
{
    struct buf blanked;
    struct buf line;
    buf_init(&blanked, MAX_LINE_BYTES);
    buf_init(&line, MAX_LINE_BYTES * 6);
    log_blank_secrets(&blanked, str_from(text));
    (void)buf_append_cstr(&line, before);
    text_escape_terminal(&line, buf_str(&blanked));
    (void)buf_append_char(&line, '\n');
    (void)fwrite(buf_cstr(&line), 1, line.size, stderr);
    buf_free(&blanked);
    buf_free(&line);
}

enum exit_code cli_fail(const struct cli *cli, const struct error *err)
{
    if (err->code == ERR_CANCELLED && output_reader_left()) {
        return EXIT_CODE_OK;
    }
    if (cli->logs_json) {
        log_failure(LOG_LEVEL_ERROR, err);
    } else {
        char text[sizeof(err->message) + sizeof(err->where) + 8];
        bool has_where = err->where[0] != '\0';
        (void)snprintf(text, sizeof(text), "%s%s%s", err->where, has_where ? ": " : "",
                       err->message);
        put_line("hexmeta: ", text);
    }
    return exit_code_from(err->code);
}

void cli_complain(const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    put_line("", text);
}

void cli_say(const struct cli *cli, const char *format, ...)
{
    char text[4096];
    va_list args;
    if (cli->is_quiet) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (cli->logs_json) {
        log_info("%s", text);
    } else {
        put_line("", text);
    }
}

void cli_setup_log(const struct cli *cli, enum log_level fallback, log_sink_fn *sink,
                   void *sink_ctx)
{
    const char *level = option_text(&cli->options, "log-level");
    struct log_options options = {.level = fallback,
                                  .format = cli->logs_json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT,
                                  .clock = cli->clock,
                                  .sink = sink,
                                  .sink_ctx = sink_ctx};
    if (cli->is_verbose) {
        options.level = LOG_LEVEL_DEBUG;
    }
    if (cli->is_quiet) {
        options.level = LOG_LEVEL_ERROR;
    }
    if (level != NULL) {
        (void)log_level_from(str_from(level), &options.level);
    }
    log_setup(&options);
}
