#include "common/simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const char *const simulator_retry_afters[] = {"seconds", "date", "none", NULL};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* ---- the command line ---- */

const char *simulator_text(const struct simulator *simulator, const char *name,
                           const char *fallback)
{
    const char *text = option_text(&simulator->options, name);
    return text != NULL ? text : fallback;
}

bool simulator_is(const struct simulator *simulator, const char *name, const char *word)
{
    return str_eq_nocase(str_from(simulator_text(simulator, name, "")), str_from(word));
}

static void print_help(const struct option_table *table)
{
    (void)printf("%s: %s\n\n", table->program, table->summary);
    for (size_t i = 0; i < table->option_count; i++) {
        const struct option_spec *spec = &table->options[i];
        struct buf synopsis;
        buf_init(&synopsis, 4096);
        option_write_synopsis(spec, &synopsis);
        (void)printf("  %-24s %s%s%s%s\n", buf_cstr(&synopsis), spec->help,
                     spec->fallback != NULL ? " (default: " : "",
                     spec->fallback != NULL ? spec->fallback : "",
                     spec->fallback != NULL ? ")" : "");
        buf_free(&synopsis);
    }
}

static enum status read_listen(struct simulator *simulator, struct error *err)
{
    struct str listen = str_from(simulator_text(simulator, "listen", "127.0.0.1:0"));
    size_t colon = str_find_last(listen, ':');
    uint64_t port = 0;
    if (colon == SIZE_MAX || colon >= sizeof(simulator->address) ||
        !str_to_u64(str_sub(listen, colon + 1, SIZE_MAX), &port) || port > UINT16_MAX) {
        return error_set(err, ERR_CONFIG, "--listen wants ADDRESS:PORT");
    }
    (void)snprintf(simulator->address, sizeof(simulator->address), "%.*s", (int)colon,
                   listen.p);
    simulator->port = (uint16_t)port;
    return OK;
}

static enum status read_traffic(struct simulator *simulator, struct error *err)
{
    const struct option_result *options = &simulator->options;
    struct traffic *traffic = &simulator->traffic;
    const char *rules = NULL;
    traffic_limit(traffic, (size_t)option_count(options, "rate", 0),
                  (size_t)option_count(options, "rate-hour", 0));
    traffic->latency_ms = option_count(options, "latency", 0);
    traffic->retry_after = simulator_is(simulator, "retry-after", "date") ? RETRY_AFTER_DATE
                           : simulator_is(simulator, "retry-after", "none")
                               ? RETRY_AFTER_NONE
                               : RETRY_AFTER_SECONDS;
    for (size_t i = 0; (rules = option_nth(options, "fail", i)) != NULL; i++) {
        if (!traffic_add_faults(traffic, str_from(rules))) {
            return error_set(err, ERR_CONFIG,
                             "--fail wants [METHOD ]PREFIX:STATUS|%s[:N|:N+|:@N]",
                             simulator->faults);
        }
    }
    return OK;
}

enum status simulator_parse(struct simulator *simulator, int argc, char **argv, bool *is_done,
                            struct error *err)
{
    traffic_init(&simulator->traffic);
    *is_done = false;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    enum status status = option_parse(simulator->table, argc, argv, &simulator->options, err);
    if (status == OK && option_is_set(&simulator->options, "help")) {
        print_help(simulator->table);
        *is_done = true;
        return OK;
    }
    if (status == OK && simulator->options.argument_count > 0) {
        status = error_set(err, ERR_CONFIG, "no arguments are expected");
    }
    if (status == OK) {
        status = read_listen(simulator, err);
    }
    return status == OK ? read_traffic(simulator, err) : status;
}

/* ---- serving ---- */

enum status simulator_open_log(const char *path, int *fd, struct error *err)
{
    *fd = -1;
    if (path == NULL) {
        return OK;
    }
    *fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return *fd >= 0 ? OK : error_set(err, ERR_IO, "cannot write the log: %s", strerror(errno));
}

void simulator_serve(const struct simulator *simulator, struct http_host *host)
{
    (void)printf("%s: listening on http://%s:%u\n", simulator->table->program,
                 simulator->address, (unsigned)http_host_port(host));
    (void)fflush(stdout);
    http_host_wait(host, &stop);
}

int simulator_end(struct simulator *simulator, const struct error *err)
{
    traffic_free(&simulator->traffic);
    option_result_free(&simulator->options);
    if (err->code == OK) {
        return 0;
    }
    (void)fprintf(stderr, "%s: %s\n", simulator->table->program, err->message);
    return err->code == ERR_CONFIG ? 2 : 1;
}
