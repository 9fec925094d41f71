/*
 * omsim - an OpenMetadata server that does not exist, as strict as one that does.
 */
#include "common/simulator.h"
#include "omsim/seed.h"
#include "omsim/server.h"
#include "omsim/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const html_rules[] = {"never", "update", "always", NULL};
static const char *const searches[] = {"up", "down", NULL};

static const struct option_spec specs[] = {
    SIMULATOR_LISTEN,
    SIMULATOR_TEXT("version", "VERSION", "2.0.7",
                   "The version that it says it has, and whose rules it keeps: 1.12.x, 1.13.x, "
                   "2.0.x"),
    {.name = "schemas",
     .argument = "DIR",
     .type = OPTION_TYPE_FILE,
     .help =
         "Validate requests with the published schemas of this folder, not with own shapes"},
    SIMULATOR_CHOICE("html", html_rules, "update for 2.0, else never",
                     "never, update or always: which descriptions the HTML policy rewrites"),
    SIMULATOR_CHOICE("search", searches, "up",
                     "up or down: whether the search backend answers"),
    SIMULATOR_TEXT("bot-token", "TOKEN", "omsim_bot", "The token of the ingestion bot"),
    SIMULATOR_TEXT("admin-token", "TOKEN", "omsim_admin",
                   "The token of the administrator, who is a person"),
    {.name = "seed",
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .repeats = true,
     .help = "Fill it from this JSON file first"},
    SIMULATOR_TEXTS(
        "seed-service", "RULE", NULL,
        "NAME:TYPE:DATABASES:SCHEMAS:TABLES:COLUMNS: add a database service of that size"),
    SIMULATOR_RATE,
    SIMULATOR_RETRY_AFTER,
    SIMULATOR_LATENCY,
    SIMULATOR_TEXTS(
        "fail", "RULES", NULL,
        "[METHOD ]PREFIX:STATUS|cut|slow[:N|:N+|:@N], separated by commas: wrong answers"),
    {.name = "log",
     .argument = "FILE",
     .type = OPTION_TYPE_FILE,
     .help = "Append one JSON object a request, its body included"},
    SIMULATOR_TEXT("validate", "TYPE", NULL,
                   "Judge the JSON Lines of standard input by this request type, and exit"),
    SIMULATOR_HELP,
};

static const struct option_table table = {
    .program = "omsim",
    .summary = "a simulated OpenMetadata server, for testing importers",
    .options = specs,
    .option_count = sizeof(specs) / sizeof(specs[0])};

struct program {
    struct simulator simulator;
    struct sim sim;
    bool has_sim;
    struct server *server;
};

static enum status make_sim(struct program *program, struct error *err)
{
    const struct simulator *simulator = &program->simulator;
    struct sim_options options = {
        .version = simulator_text(simulator, "version", "2.0.7"),
        .schemas = simulator_text(simulator, "schemas", NULL),
        .bot_token = simulator_text(simulator, "bot-token", "omsim_bot"),
        .admin_token = simulator_text(simulator, "admin-token", "omsim_admin"),
        .is_search_down = simulator_is(simulator, "search", "down")};
    bool is_two = !str_starts_with(str_from(options.version), "1.");
    struct str html = str_from(simulator_text(simulator, "html", is_two ? "update" : "never"));
    options.html = str_eq_nocase(html, STR("always"))   ? HTML_ALWAYS
                   : str_eq_nocase(html, STR("update")) ? HTML_ON_UPDATE
                                                        : HTML_NEVER;
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
         status == OK && (rule = option_nth(&program->simulator.options, "seed", i)) != NULL;
         i++) {
        status = seed_file(program, rule, &why, err);
    }
    for (size_t i = 0; status == OK && (rule = option_nth(&program->simulator.options,
                                                          "seed-service", i)) != NULL;
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
    struct simulator *simulator = &program->simulator;
    struct server_options options = {.address = simulator->address,
                                     .port = simulator->port,
                                     .log_path = simulator_text(simulator, "log", NULL)};
    enum status status =
        server_start(&options, &program->sim, &simulator->traffic, &program->server, err);
    if (status != OK) {
        return status;
    }
    struct http_host *host = server_host(program->server);
    program->sim.base_url = sim_printf(&program->sim.schemas.arena, "http://%s:%u/api",
                                       simulator->address, (unsigned)http_host_port(host));
    simulator_serve(simulator, host);
    return OK;
}

static enum status run(struct program *program, int argc, char **argv, struct error *err)
{
    bool is_done = false;
    enum status status = simulator_parse(&program->simulator, argc, argv, &is_done, err);
    if (status != OK || is_done) {
        return status;
    }
    const char *type = simulator_text(&program->simulator, "validate", NULL);
    status = make_sim(program, err);
    if (status == OK && type != NULL) {
        return validate(program, type, err);
    }
    if (status == OK) {
        status = seed_all(program, err);
    }
    return status == OK ? serve(program, err) : status;
}

int main(int argc, char **argv)
{
    static struct program program = {.simulator = {.table = &table, .faults = "cut|slow"}};
    struct error err = ERROR_INIT;
    (void)run(&program, argc, argv, &err);
    server_free(program.server);
    if (program.has_sim) {
        sim_free(&program.sim);
    }
    return simulator_end(&program.simulator, &err);
}
