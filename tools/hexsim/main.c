/*
 * hexsim - a Hex workspace that does not exist, behind the API of one that does.
 */
#include "common/simulator.h"
#include "hexsim/files.h"
#include "hexsim/scopes.h"
#include "hexsim/server.h"
#include "hexsim/truth.h"

#include <stdio.h>

#define MAX_TOKENS 16
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const char *const editions[] = {"team", "enterprise", NULL};
static const char *const roles[] = {"admin", "editor", NULL};

static const struct option_spec specs[] = {
    SIMULATOR_LISTEN,
    SIMULATOR_COUNT("projects", "300", "Simulated projects, components included"),
    SIMULATOR_COUNT("seed", "1",
                    "The same seed and number give the same workspace, byte for byte"),
    SIMULATOR_TEXT("now", "TIME", "2026-03-01T12:00:00.000Z", "The simulated present"),
    {.name = "token",
     .argument = "TOKEN[=USER]",
     .type = OPTION_TYPE_TEXT,
     .fallback = "hxtp_demo and hxtw_demo",
     .repeats = true,
     .help = "A token that is accepted; hxtw_ makes it a workspace token. USER: whose it is, a "
             "place in the list of users from 0"},
    SIMULATOR_TEXT(
        "scopes", "LIST", "all",
        "What tokens may do: projects, queried-tables, cells, data-connections, collections, "
        "users, groups, separated by commas; none answers 403 to everything"),
    SIMULATOR_COUNT("token-days", "3600 from --now",
                    "Days from the real present until personal tokens expire"),
    SIMULATOR_CHOICE("edition", editions, "enterprise",
                     "team or enterprise; only enterprise workspaces answer /queriedTables"),
    SIMULATOR_CHOICE("role", roles, "admin",
                     "admin or editor; only an admin sees the details of data connections"),
    SIMULATOR_TEXT("exports", "DIR", NULL,
                   "Serve the .hex.yaml files of this folder as projects, too"),
    SIMULATOR_FLAG("no-exports", "Answer 403 to exports, so that /cells is used"),
    SIMULATOR_FLAG("workspace-me",
                   "Answer /users/me for workspace tokens, too, instead of 500"),
    SIMULATOR_FLAG("strict-spec", "Show nothing that Hex's OpenAPI file does not allow"),
    SIMULATOR_RATE,
    SIMULATOR_COUNT("rate-hour", "no limit", "The same for any hour"),
    SIMULATOR_RETRY_AFTER,
    SIMULATOR_LATENCY,
    {.name = "fail",
     .argument = "RULES",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "[METHOD ]PREFIX:STATUS|cut|slow|expired|circle[:N|:N+|:@N], separated by commas: "
             "a wrong answer to every N-th request, to the N-th and all behind it, or to it"},
    SIMULATOR_TEXT("log", "FILE", NULL, "Append one JSON object a request"),
    SIMULATOR_FLAG("truth", "Print what an importer must find, and exit"),
    SIMULATOR_TEXT("host", "URL", "where it listens", "The host that --truth names"),
    SIMULATOR_FLAG("sql", "With --truth: also the lineage that only reading SQL can tell"),
    SIMULATOR_HELP,
};

static const struct option_table table = {
    .program = "hexsim",
    .summary = "a simulated Hex workspace, for trying and testing importers",
    .options = specs,
    .option_count = sizeof(specs) / sizeof(specs[0])};

struct program {
    struct simulator simulator;
    struct workspace workspace;
    struct api *api;
    struct server *server;
    struct server_token tokens[MAX_TOKENS];
    size_t token_count;
    unsigned scopes;
};

static enum status read_scopes(struct program *program, struct error *err)
{
    const char *text = simulator_text(&program->simulator, "scopes", NULL);
    program->scopes = SCOPES_ALL;
    if (text != NULL && !scopes_parse(str_from(text), &program->scopes)) {
        return error_set(err, ERR_CONFIG, "--scopes wants some of %s", scopes_words());
    }
    return OK;
}

static enum status read_tokens(struct program *program, struct error *err)
{
    const char *token = NULL;
    while (program->token_count < MAX_TOKENS &&
           (token = option_nth(&program->simulator.options, "token", program->token_count)) !=
               NULL) {
        struct str text = str_from(token);
        size_t mark = str_find(text, '=');
        uint64_t user = 0;
        if (mark != SIZE_MAX && !str_to_u64(str_sub(text, mark + 1, SIZE_MAX), &user)) {
            return error_set(err, ERR_CONFIG, "--token wants TOKEN or TOKEN=NUMBER");
        }
        program->tokens[program->token_count++] =
            (struct server_token){str_sub(text, 0, mark), (size_t)user};
    }
    if (program->token_count == 0) {
        program->tokens[program->token_count++] = (struct server_token){STR("hxtp_demo"), 0};
        program->tokens[program->token_count++] = (struct server_token){STR("hxtw_demo"), 0};
    }
    return OK;
}

static enum status make_workspace(struct program *program, struct error *err)
{
    const struct simulator *simulator = &program->simulator;
    const struct option_result *o = &simulator->options;
    struct workspace_options w = {0};
    const char *now = simulator_text(simulator, "now", "2026-03-01T12:00:00.000Z");
    if (!timestamp_parse(str_from(now), &w.now_ms)) {
        return error_set(err, ERR_CONFIG, "--now wants a time like 2026-03-01T12:00:00Z");
    }
    w.seed = (uint64_t)option_count(o, "seed", 1);
    bool has_files = option_is_set(o, "exports");
    w.project_count = (size_t)option_count(o, "projects", has_files ? 0 : 300);
    w.is_strict = option_is_set(o, "strict-spec");
    w.is_admin = !simulator_is(simulator, "role", "editor");
    w.has_exports = !option_is_set(o, "no-exports");
    w.is_enterprise = !simulator_is(simulator, "edition", "team");
    workspace_init(&program->workspace, &w);
    program->workspace.host_url = sim_printf(&program->workspace.arena, "http://%s:%u",
                                             simulator->address, (unsigned)simulator->port);
    const char *host = option_text(o, "host");
    if (host != NULL) {
        program->workspace.host_url = str_from(host);
    }
    return has_files ? files_add(&program->workspace, option_text(o, "exports"), err) : OK;
}

static enum status print_truth(struct program *program, struct error *err)
{
    struct buf out;
    buf_init(&out, SIM_MAX_BYTES);
    truth_write(&program->workspace, option_is_set(&program->simulator.options, "sql"), &out);
    size_t written = fwrite(buf_cstr(&out), 1, out.size, stdout);
    bool is_good = buf_status(&out) == OK && written == out.size && fflush(stdout) == 0;
    buf_free(&out);
    return is_good ? OK : error_set(err, ERR_IO, "cannot write what there is to find");
}

static enum status serve(struct program *program, struct error *err)
{
    const struct clock clock = clock_system();
    struct simulator *simulator = &program->simulator;
    int64_t days = option_count(&simulator->options, "token-days", -1);
    struct api_options api = {
        .has_me_for_workspace_tokens = option_is_set(&simulator->options, "workspace-me"),
        .token_expires_ms = days < 0 ? program->workspace.options.now_ms + 3600 * DAY_MS
                                     : clock_wall_ms(&clock) + days * DAY_MS,
    };
    program->api = api_new(&program->workspace, &api);
    struct server_options options = {.address = simulator->address,
                                     .port = simulator->port,
                                     .tokens = program->tokens,
                                     .token_count = program->token_count,
                                     .scopes = program->scopes,
                                     .log_path = simulator_text(simulator, "log", NULL)};
    enum status status = server_start(&options, &program->workspace, program->api,
                                      &simulator->traffic, &program->server, err);
    if (status != OK) {
        return status;
    }
    struct http_host *host = server_host(program->server);
    program->workspace.host_url =
        sim_printf(&program->workspace.arena, "http://%s:%u", simulator->address,
                   (unsigned)http_host_port(host));
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
    status = read_scopes(program, err);
    status = status != OK ? status : read_tokens(program, err);
    status = status != OK ? status : make_workspace(program, err);
    if (status != OK) {
        return status;
    }
    return option_is_set(&program->simulator.options, "truth") ? print_truth(program, err)
                                                               : serve(program, err);
}

int main(int argc, char **argv)
{
    static struct program program = {
        .simulator = {.table = &table, .faults = "cut|slow|expired|circle"}};
    struct error err = ERROR_INIT;
    (void)run(&program, argc, argv, &err);
    server_free(program.server);
    api_free(program.api);
    if (program.workspace.arena.blocks != NULL) {
        workspace_free(&program.workspace);
    }
    return simulator_end(&program.simulator, &err);
}
