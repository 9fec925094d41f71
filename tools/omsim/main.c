/*
 * omsim - an OpenMetadata server that does not exist, as strict as one that does.
 */
#include "base/option.h"
#include "common/memory.h"
#include "omsim/seed.h"
#include "omsim/server.h"
#include "omsim/value.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static const char *const html_rules[] = {"never", "update", "always", NULL};
static const char *const searches[] = {"up", "down", NULL};
static const char *const retry_afters[] = {"seconds", "date", "none", NULL};

static const struct option_spec specs[] = {
    {.name = "listen",
     .argument = "HOST:PORT",
     .type = OPTION_TYPE_TEXT,
     .fallback = "127.0.0.1:0",
     .help = "Where to listen; port 0 picks a free one, and the first line of output names it"},
    {.name = "version",
     .argument = "VERSION",
     .type = OPTION_TYPE_TEXT,
     .fallback = "2.0.7",
     .help =
         "The version that it says it has, and whose rules it keeps: 1.12.x, 1.13.x, 2.0.x"},
    {.name = "schemas",
     .argument = "DIR",
     .type = OPTION_TYPE_FILE,
     .help =
         "Validate requests with the published schemas of this folder, not with own shapes"},
    {.name = "html",
     .argument = "WORD",
     .type = OPTION_TYPE_CHOICE,
     .choices = html_rules,
     .fallback = "update for 2.0, else never",
     .help = "never, update or always: which descriptions the HTML policy rewrites"},
    {.name = "search",
     .argument = "WORD",
     .type = OPTION_TYPE_CHOICE,
     .choices = searches,
     .fallback = "up",
     .help = "up or down: whether the search backend answers"},
    {.name = "bot-token",
     .argument = "TOKEN",
     .type = OPTION_TYPE_TEXT,
     .fallback = "omsim_bot",
     .help = "The token of the ingestion bot"},
    {.name = "admin-token",
     .argument = "TOKEN",
     .type = OPTION_TYPE_TEXT,
     .fallback = "omsim_admin",
     .help = "The token of the administrator, who is a person"},
    {.name = "seed",
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .repeats = true,
     .help = "Fill it from this JSON file first"},
    {.name = "seed-service",
     .argument = "RULE",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "NAME:TYPE:DATABASES:SCHEMAS:TABLES:COLUMNS: add a database service of that size"},
    {.name = "rate",
     .argument = "N",
     .type = OPTION_TYPE_COUNT,
     .fallback = "no limit",
     .help = "Requests in any minute; more are answered with 429"},
    {.name = "retry-after",
     .argument = "WORD",
     .type = OPTION_TYPE_CHOICE,
     .choices = retry_afters,
     .fallback = "seconds",
     .help = "seconds, date or none: how a 429 says when to come back"},
    {.name = "latency",
     .argument = "N",
     .type = OPTION_TYPE_COUNT,
     .fallback = "0",
     .help = "Milliseconds before each answer"},
    {.name = "fail",
     .argument = "RULES",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "[METHOD ]PREFIX:STATUS|cut|slow[:N|:N+|:@N], separated by commas: wrong answers"},
    {.name = "log",
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .help = "Append one JSON object a request, its body included"},
    {.name = "validate",
     .argument = "TYPE",
     .type = OPTION_TYPE_TEXT,
     .help = "Judge the JSON Lines of standard input by this request type, and exit"},
    {.name = "help", .letter = 'h', .type = OPTION_TYPE_FLAG, .help = "Print this"},
};

static const struct option_table table = {.program = "omsim",
                                          .summary = "a simulated OpenMetadata server",
                                          .options = specs,
                                          .option_count = sizeof(specs) / sizeof(specs[0])};

static void print_help(void)
{
    (void)printf("omsim: a simulated OpenMetadata server, for testing importers\n\n");
    for (size_t i = 0; i < table.option_count; i++) {
        struct buf synopsis;
        buf_init(&synopsis, 4096);
        option_write_synopsis(&specs[i], &synopsis);
        (void)printf("  %-24s %s%s%s%s\n", buf_cstr(&synopsis), specs[i].help,
                     specs[i].fallback != NULL ? " (default: " : "",
                     specs[i].fallback != NULL ? specs[i].fallback : "",
                     specs[i].fallback != NULL ? ")" : "");
        buf_free(&synopsis);
    }
}

struct program {
    struct option_result options;
    struct sim sim;
    bool has_sim;
    struct traffic traffic;
    struct server *server;
    char address[64];
    uint16_t port;
};

static const char *text_or(const struct program *program, const char *name,
                           const char *fallback)
{
    const char *text = option_text(&program->options, name);
    return text != NULL ? text : fallback;
}

static enum status read_listen(struct program *program, struct error *err)
{
    struct str listen = str_from(text_or(program, "listen", "127.0.0.1:0"));
    size_t colon = str_find_last(listen, ':');
    uint64_t port = 0;
    if (colon == SIZE_MAX || colon >= sizeof(program->address) ||
        !str_to_u64(str_sub(listen, colon + 1, SIZE_MAX), &port) || port > UINT16_MAX) {
        return error_set(err, ERR_CONFIG, "--listen wants ADDRESS:PORT");
    }
    (void)snprintf(program->address, sizeof(program->address), "%.*s", (int)colon, listen.p);
    program->port = (uint16_t)port;
    return OK;
}

static enum status read_traffic(struct program *program, struct error *err)
{
    struct traffic *t = &program->traffic;
    struct str retry = str_from(text_or(program, "retry-after", "seconds"));
    traffic_init(t);
    traffic_limit(t, (size_t)option_count(&program->options, "rate", 0), 0);
    t->latency_ms = option_count(&program->options, "latency", 0);
    t->retry_after = str_eq_nocase(retry, STR("date"))   ? RETRY_AFTER_DATE
                     : str_eq_nocase(retry, STR("none")) ? RETRY_AFTER_NONE
                                                         : RETRY_AFTER_SECONDS;
    const char *rules = NULL;
    for (size_t i = 0; (rules = option_nth(&program->options, "fail", i)) != NULL; i++) {
        if (!traffic_add_faults(t, str_from(rules))) {
            return error_set(err, ERR_CONFIG,
                             "--fail wants [METHOD ]PREFIX:STATUS|cut|slow[:N|:N+|:@N]");
        }
    }
    return OK;
}

static enum status make_sim(struct program *program, struct error *err)
{
    struct sim_options options = {.version = text_or(program, "version", "2.0.7"),
                                  .schemas = option_text(&program->options, "schemas"),
                                  .bot_token = text_or(program, "bot-token", "omsim_bot"),
                                  .admin_token =
                                      text_or(program, "admin-token", "omsim_admin")};
    bool is_two = !str_starts_with(str_from(options.version), "1.");
    struct str html = str_from(text_or(program, "html", is_two ? "update" : "never"));
    options.html = str_eq_nocase(html, STR("always"))   ? HTML_ALWAYS
                   : str_eq_nocase(html, STR("update")) ? HTML_ON_UPDATE
                                                        : HTML_NEVER;
    options.is_search_down =
        str_eq_nocase(str_from(text_or(program, "search", "up")), STR("down"));
    program->has_sim = true;
    return sim_init(&program->sim, &options, err);
}

static enum status seed_file(struct program *program, const char *path, struct refusal *why,
                             struct error *err)
{
    json_error_t problem;
    json_t *seed = json_load_file(path, 0, &problem);
    if (seed == NULL) {
        return error_set(err, ERR_CONFIG, "%s: %s", path, problem.text);
    }
    bool is_good = seed_apply(&program->sim, seed, why);
    json_decref(seed);
    return is_good ? OK : error_set(err, ERR_CONFIG, "%s: %.*s", path, STR_ARG(why->message));
}

static enum status seed_all(struct program *program, struct error *err)
{
    struct refusal why = {.arena = &program->sim.arena};
    enum status status = OK;
    const char *rule = NULL;
    for (size_t i = 0;
         status == OK && (rule = option_nth(&program->options, "seed", i)) != NULL; i++) {
        status = seed_file(program, rule, &why, err);
    }
    for (size_t i = 0;
         status == OK && (rule = option_nth(&program->options, "seed-service", i)) != NULL;
         i++) {
        if (!seed_service(&program->sim, str_from(rule), &why)) {
            status = error_set(err, ERR_CONFIG, "--seed-service: %.*s", STR_ARG(why.message));
        }
    }
    return status;
}

/* "ok" or "bad: why" for each line. */
static enum status validate(struct program *program, const char *type, struct error *err)
{
    const struct schema *schema = sim_schema(&program->sim, type, err);
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    if (schema == NULL) {
        return err->code;
    }
    while ((n = getline(&line, &size, stdin)) > 0) {
        struct buf reason;
        json_t *value = json_loadb(line, (size_t)n, JSON_DECODE_ANY, NULL);
        buf_init(&reason, SIM_MAX_BYTES);
        bool is_good = value != NULL && schema_check(schema, value, &reason);
        (void)printf("%s%s\n", is_good ? "ok" : "bad: ", buf_cstr(&reason));
        buf_free(&reason);
        json_decref(value);
    }
    free(line);
    return OK;
}

static enum status serve(struct program *program, struct error *err)
{
    struct server_options options = {.address = program->address,
                                     .port = program->port,
                                     .log_path = option_text(&program->options, "log")};
    enum status status =
        server_start(&options, &program->sim, &program->traffic, &program->server, err);
    if (status != OK) {
        return status;
    }
    unsigned port = server_port(program->server);
    program->sim.base_url =
        sim_printf(&program->sim.schemas.arena, "http://%s:%u/api", program->address, port);
    (void)printf("omsim: listening on http://%s:%u\n", program->address, port);
    (void)fflush(stdout);
    server_wait(program->server, &stop);
    return OK;
}

static enum status run(struct program *program, int argc, char **argv, struct error *err)
{
    enum status status = option_parse(&table, argc, argv, &program->options, err);
    if (status == OK && option_is_set(&program->options, "help")) {
        print_help();
        return OK;
    }
    if (status == OK && program->options.argument_count > 0) {
        status = error_set(err, ERR_CONFIG, "no arguments are expected");
    }
    status = status != OK ? status : read_listen(program, err);
    status = status != OK ? status : read_traffic(program, err);
    status = status != OK ? status : make_sim(program, err);
    if (status == OK && option_is_set(&program->options, "validate")) {
        return validate(program, option_text(&program->options, "validate"), err);
    }
    status = status != OK ? status : seed_all(program, err);
    return status != OK ? status : serve(program, err);
}

int main(int argc, char **argv)
{
    static struct program program;
    struct error err = ERROR_INIT;
    int exit_code = 0;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    if (run(&program, argc, argv, &err) != OK) {
        (void)fprintf(stderr, "omsim: %s\n", err.message);
        exit_code = err.code == ERR_CONFIG ? 2 : 1;
    }
    server_free(program.server);
    traffic_free(&program.traffic);
    if (program.has_sim) {
        sim_free(&program.sim);
    }
    option_result_free(&program.options);
    return exit_code;
}
