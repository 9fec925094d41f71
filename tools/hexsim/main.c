/*
 * hexsim - a Hex workspace to try hexmeta on: README.md beside this file.
 */
#include "hexsim/server.h"
#include "hexsim/truth.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_PROJECTS = 256,
    OPTION_SEED,
    OPTION_LISTEN,
    OPTION_TOKEN,
    OPTION_EDITION,
    OPTION_ROLE,
    OPTION_STRICT,
    OPTION_LOG,
    OPTION_NO_EXPORTS,
    OPTION_TRUTH,
    OPTION_HOST,
    OPTION_HELP
};

static const struct option table[] = {
    {"projects", required_argument, NULL, OPTION_PROJECTS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"token", required_argument, NULL, OPTION_TOKEN},
    {"edition", required_argument, NULL, OPTION_EDITION},
    {"role", required_argument, NULL, OPTION_ROLE},
    {"strict-spec", no_argument, NULL, OPTION_STRICT},
    {"log", required_argument, NULL, OPTION_LOG},
    {"no-exports", no_argument, NULL, OPTION_NO_EXPORTS},
    {"truth", no_argument, NULL, OPTION_TRUTH},
    {"host", required_argument, NULL, OPTION_HOST},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "hexsim: a simulated Hex workspace on this machine\n\n"
    "  --projects N         how many projects and components (300)\n"
    "  --seed S             another seed, another workspace (1)\n"
    "  --listen 127.0.0.1:P port; 0 takes a free one (0)\n"
    "  --token TOKEN        the personal token that is accepted (hxtp_demo)\n"
    "  --edition E          team or enterprise: queriedTables (enterprise)\n"
    "  --role R             admin or editor: details of connections (admin)\n"
    "  --strict-spec        nothing that Hex's OpenAPI file does not allow\n"
    "  --no-exports         403 on export\n"
    "  --log FILE           a JSON object a request\n"
    "  --truth              print what an importer must find, and end\n"
    "  --host URL           the host that --truth names\n";

struct settings {
    struct sim_options workspace;
    struct sim_server_options server;
    bool prints_truth;
    const char *host;
};

static bool read_number(const char *text, uint64_t *out)
{
    return str_to_u64(str_from(text), out);
}

static bool read_option(int option, const char *value, struct settings *settings)
{
    uint64_t number = 0;
    const char *colon;
    switch (option) {
    case OPTION_PROJECTS:
        settings->workspace.project_count = read_number(value, &number) ? (int64_t)number : -1;
        return settings->workspace.project_count >= 0 && number <= 1000000;
    case OPTION_SEED:
        return read_number(value, &settings->workspace.seed);
    case OPTION_LISTEN:
        colon = strrchr(value, ':');
        settings->server.port =
            read_number(colon != NULL ? colon + 1 : value, &number) ? (unsigned)number : 65536;
        return settings->server.port < 65536;
    case OPTION_TOKEN:
        settings->server.token = value;
        return true;
    case OPTION_EDITION:
        settings->workspace.edition =
            strcmp(value, "team") == 0 ? SIM_EDITION_TEAM : SIM_EDITION_ENTERPRISE;
        return true;
    case OPTION_ROLE:
        settings->workspace.is_admin = strcmp(value, "admin") == 0;
        return true;
    case OPTION_STRICT:
        settings->workspace.is_strict_spec = true;
        return true;
    case OPTION_LOG:
        settings->server.log = fopen(value, "w");
        return settings->server.log != NULL;
    case OPTION_NO_EXPORTS:
        settings->server.refuses_exports = true;
        return true;
    case OPTION_TRUTH:
        settings->prints_truth = true;
        return true;
    case OPTION_HOST:
        settings->host = value;
        return true;
    default:
        return false;
    }
}

static enum status print_line(void *ctx, struct str line)
{
    return fwrite(line.p, 1, line.n, ctx) == line.n ? OK : ERR_IO;
}

static int print_truth(const struct settings *settings, struct sim_workspace *workspace)
{
    const struct sim_truth_options options = {.host = settings->host,
                                              .has_exports = !settings->server.refuses_exports};
    return sim_truth_write(workspace, &options, print_line, stdout) == OK ? 0 : 1;
}

static int serve(struct settings *settings, struct sim_workspace *workspace)
{
    struct error err = ERROR_INIT;
    struct sim_server *server;
    sigset_t signals;
    int signal_number;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    settings->server.workspace = workspace;
    if (sim_server_start(&settings->server, &server, &err) != OK) {
        (void)fprintf(stderr, "hexsim: %s\n", err.message);
        return 1;
    }
    (void)fprintf(stdout, "hexsim: listening on http://127.0.0.1:%u\n",
                  sim_server_port(server));
    (void)fflush(stdout);
    (void)sigwait(&signals, &signal_number);
    sim_server_stop(server);
    return 0;
}

int main(int argc, char **argv)
{
    struct sim_workspace workspace;
    struct settings settings = {
        .workspace = {.project_count = 300,
                      .seed = 1,
                      .edition = SIM_EDITION_ENTERPRISE,
                      .is_admin = true,
                      .now_ms = 1767225600000}, /* 2026-01-01 */
        .server = {.token = "hxtp_demo", .workspace_token = "hxtw_demo"},
        .host = "http://127.0.0.1",
    };
    int option;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (!read_option(option, optarg, &settings)) {
            (void)fputs(help, option == OPTION_HELP ? stdout : stderr);
            return option == OPTION_HELP ? 0 : 2;
        }
    }
    if (sim_workspace_init(&workspace, &settings.workspace) != OK) {
        (void)fprintf(stderr, "hexsim: out of memory\n");
        return 1;
    }
    int status = settings.prints_truth ? print_truth(&settings, &workspace)
                                       : serve(&settings, &workspace);
    sim_workspace_free(&workspace);
    return status;
}
