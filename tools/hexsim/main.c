/*
 * hexsim - a Hex workspace that does not exist, behind the API of one that does.
 */
#include "base/clock.h"
#include "base/option.h"
#include "hexsim/files.h"
#include "hexsim/scopes.h"
#include "hexsim/server.h"
#include "hexsim/truth.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TOKENS 16
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static volatile int stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static const char *const editions[] = {"team", "enterprise", NULL};
static const char *const roles[] = {"admin", "editor", NULL};
static const char *const retry_afters[] = {"seconds", "date", "none", NULL};

#define FLAG(option, text)                                                                     \
    {                                                                                          \
        .name = (option), .type = OPTION_TYPE_FLAG, .help = (text)                             \
    }
#define COUNT(option, holds, text)                                                             \
    {                                                                                          \
        .name = (option), .argument = "N", .type = OPTION_TYPE_COUNT, .fallback = (holds),     \
        .help = (text)                                                                         \
    }
#define TEXT(option, value, holds, text)                                                       \
    {                                                                                          \
        .name = (option), .argument = (value), .type = OPTION_TYPE_TEXT, .fallback = (holds),  \
        .help = (text)                                                                         \
    }
#define CHOICE(option, list, holds, text)                                                      \
    {                                                                                          \
        .name = (option), .argument = "WORD", .type = OPTION_TYPE_CHOICE, .choices = (list),   \
        .fallback = (holds), .help = (text)                                                    \
    }

static const struct option_spec specs[] = {
    TEXT("listen", "HOST:PORT", "127.0.0.1:0",
         "Where to listen; port 0 picks a free one, and the line on standard output names it"),
    COUNT("projects", "300", "Simulated projects, components included"),
    COUNT("seed", "1", "The same seed and number give the same workspace, byte for byte"),
    TEXT("now", "TIME", "2026-03-01T12:00:00.000Z", "The simulated present"),
    {.name = "token",
     .argument = "TOKEN[=USER]",
     .type = OPTION_TYPE_TEXT,
     .fallback = "hxtp_demo and hxtw_demo",
     .repeats = true,
     .help = "A token that is accepted; hxtw_ makes it a workspace token. USER: whose it is, a "
             "place in the list of users from 0"},
    TEXT("scopes", "LIST", "all",
         "What tokens may do: projects, queried-tables, cells, data-connections, collections, "
         "users, groups, separated by commas; none answers 403 to everything"),
    COUNT("token-days", "3600 from --now",
          "Days from the real present until personal tokens expire"),
    CHOICE("edition", editions, "enterprise",
           "team or enterprise; only enterprise workspaces answer /queriedTables"),
    CHOICE("role", roles, "admin",
           "admin or editor; only an admin sees the details of data connections"),
    TEXT("exports", "DIR", NULL, "Serve the .hex.yaml files of this folder as projects, too"),
    FLAG("no-exports", "Answer 403 to exports, so that /cells is used"),
    FLAG("workspace-me", "Answer /users/me for workspace tokens, too, instead of 500"),
    FLAG("strict-spec", "Show nothing that Hex's OpenAPI file does not allow"),
    COUNT("rate", "no limit", "Requests in any minute; more are answered with 429"),
    COUNT("rate-hour", "no limit", "The same for any hour"),
    CHOICE("retry-after", retry_afters, "seconds",
           "seconds, date or none: how a 429 says when to come back"),
    COUNT("latency", "0", "Milliseconds before each answer"),
    {.name = "fail",
     .argument = "RULES",
     .type = OPTION_TYPE_TEXT,
     .repeats = true,
     .help = "[METHOD ]PREFIX:STATUS|cut|slow|expired|circle[:N|:N+|:@N], separated by commas: "
             "a wrong answer to every N-th request, to the N-th and all behind it, or to it"},
    TEXT("log", "FILE", NULL, "Append one JSON object a request"),
    FLAG("truth", "Print what an importer must find, and exit"),
    TEXT("host", "URL", "where it listens", "The host that --truth names"),
    FLAG("sql", "With --truth: also the lineage that only reading SQL can tell"),
    {.name = "help", .letter = 'h', .type = OPTION_TYPE_FLAG, .help = "Print this"},
};

static const struct option_table table = {.program = "hexsim",
                                          .summary = "a simulated Hex workspace",
                                          .options = specs,
                                          .option_count = sizeof(specs) / sizeof(specs[0])};

static void print_help(void)
{
    (void)printf("hexsim: a simulated Hex workspace, for trying and testing importers\n\n");
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
    struct workspace workspace;
    struct traffic traffic;
    struct api *api;
    struct server *server;
    char address[64];
    uint16_t port;
    struct server_token tokens[MAX_TOKENS];
    size_t token_count;
    unsigned scopes;
};

static bool is_choice(const struct option_result *options, const char *name, const char *value)
{
    const char *text = option_text(options, name);
    return text != NULL && str_eq_nocase(str_from(text), str_from(value));
}

static enum status read_listen(struct program *program, struct error *err)
{
    const char *text = option_text(&program->options, "listen");
    struct str listen = str_from(text != NULL ? text : "127.0.0.1:0");
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
    const struct option_result *o = &program->options;
    struct traffic *t = &program->traffic;
    traffic_init(t);
    traffic_limit(t, (size_t)option_count(o, "rate", 0),
                  (size_t)option_count(o, "rate-hour", 0));
    t->latency_ms = option_count(o, "latency", 0);
    t->retry_after = is_choice(o, "retry-after", "date")   ? RETRY_AFTER_DATE
                     : is_choice(o, "retry-after", "none") ? RETRY_AFTER_NONE
                                                           : RETRY_AFTER_SECONDS;
    const char *rules = NULL;
    for (size_t i = 0; (rules = option_nth(o, "fail", i)) != NULL; i++) {
        if (!traffic_add_faults(t, str_from(rules))) {
            return error_set(err, ERR_CONFIG,
                             "--fail wants [METHOD ]PREFIX:STATUS|cut|slow|expired|circle"
                             "[:N|:N+|:@N]");
        }
    }
    return OK;
}

static enum status read_scopes(struct program *program, struct error *err)
{
    const char *text = option_text(&program->options, "scopes");
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
           (token = option_nth(&program->options, "token", program->token_count)) != NULL) {
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
    const struct option_result *o = &program->options;
    struct workspace_options w = {0};
    const char *now = option_text(o, "now");
    if (!timestamp_parse(str_from(now != NULL ? now : "2026-03-01T12:00:00.000Z"), &w.now_ms)) {
        return error_set(err, ERR_CONFIG, "--now wants a time like 2026-03-01T12:00:00Z");
    }
    w.seed = (uint64_t)option_count(o, "seed", 1);
    bool has_files = option_is_set(o, "exports");
    w.project_count = (size_t)option_count(o, "projects", has_files ? 0 : 300);
    w.is_strict = option_is_set(o, "strict-spec");
    w.is_admin = !is_choice(o, "role", "editor");
    w.has_exports = !option_is_set(o, "no-exports");
    w.is_enterprise = !is_choice(o, "edition", "team");
    workspace_init(&program->workspace, &w);
    program->workspace.host_url = sim_printf(&program->workspace.arena, "http://%s:%u",
                                             program->address, (unsigned)program->port);
    const char *host = option_text(o, "host");
    if (host != NULL) {
        program->workspace.host_url = str_from(host);
    }
    return has_files ? files_add(&program->workspace, option_text(o, "exports"), err) : OK;
}

static int print_truth(struct program *program)
{
    struct buf out;
    buf_init(&out, SIM_MAX_BYTES);
    truth_write(&program->workspace, option_is_set(&program->options, "sql"), &out);
    size_t written = fwrite(buf_cstr(&out), 1, out.size, stdout);
    bool is_good = buf_status(&out) == OK && written == out.size && fflush(stdout) == 0;
    buf_free(&out);
    return is_good ? 0 : 1;
}

static enum status serve(struct program *program, struct error *err)
{
    const struct clock clock = clock_system();
    int64_t days = option_count(&program->options, "token-days", -1);
    struct api_options api = {
        .has_me_for_workspace_tokens = option_is_set(&program->options, "workspace-me"),
        .token_expires_ms = days < 0 ? program->workspace.options.now_ms + 3600 * DAY_MS
                                     : clock_wall_ms(&clock) + days * DAY_MS,
    };
    program->api = api_new(&program->workspace, &api);
    struct server_options options = {.address = program->address,
                                     .port = program->port,
                                     .tokens = program->tokens,
                                     .token_count = program->token_count,
                                     .scopes = program->scopes,
                                     .log_path = option_text(&program->options, "log")};
    enum status status = server_start(&options, &program->workspace, program->api,
                                      &program->traffic, &program->server, err);
    if (status != OK) {
        return status;
    }
    program->workspace.host_url =
        sim_printf(&program->workspace.arena, "http://%s:%u", program->address,
                   (unsigned)server_port(program->server));
    (void)printf("hexsim: listening on %.*s\n", STR_ARG(program->workspace.host_url));
    (void)fflush(stdout);
    server_wait(program->server, &stop);
    return OK;
}

static enum status run(struct program *program, int argc, char **argv, int *exit_code,
                       struct error *err)
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
    status = status != OK ? status : read_scopes(program, err);
    status = status != OK ? status : read_tokens(program, err);
    status = status != OK ? status : make_workspace(program, err);
    if (status == OK && option_is_set(&program->options, "truth")) {
        *exit_code = print_truth(program);
        return OK;
    }
    return status == OK ? serve(program, err) : status;
}

int main(int argc, char **argv)
{
    static struct program program;
    struct error err = ERROR_INIT;
    int exit_code = 0;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    if (run(&program, argc, argv, &exit_code, &err) != OK) {
        (void)fprintf(stderr, "hexsim: %s\n", err.message);
        exit_code = err.code == ERR_CONFIG ? 2 : 1;
    }
    server_free(program.server);
    api_free(program.api);
    traffic_free(&program.traffic);
    if (program.workspace.arena.blocks != NULL) {
        workspace_free(&program.workspace);
    }
    option_result_free(&program.options);
    return exit_code;
}
