/*
 * main - hexmeta's command line: reads the options, runs the command, checks the output.
 */
#include "app/cli/commands.h"
#include "app/cli/output.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECKER 1
#endif
#endif

/*
 * Tokens are in memory: no core dump and no other process of this user may show them. The
 * leak checker of a sanitizer build is such a process.
 */
static void protect_secrets(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef HAS_LEAK_CHECKER
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/*
 * Large texts come and go. glibc would learn from the first large one that is freed to keep
 * the next in the heap, which then never shrinks; a fixed threshold gives them back.
 */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 512 * 1024);
#endif
}

/*
 * A caller may have closed standard output: the catalog must not get its number. In its
 * place stands something that refuses to be written, so that the failure is noticed.
 */
static void occupy_standard_streams(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = open("/dev/null", O_RDONLY);
    }
    if (fd > STDERR_FILENO) {
        (void)close(fd);
    }
}

static enum exit_code usage_failure(const struct cli *cli, const struct error *err)
{
    enum exit_code code = cli_fail(cli, err);
    const struct option_command *command = cli->options.command;
    if (code == EXIT_CODE_USAGE && !cli->logs_json) {
        cli_complain(command != NULL ? "'hexmeta help %s' explains it."
                                     : "'hexmeta help' lists the commands and options.",
                     command != NULL ? command->name : "");
    }
    return code;
}

/* The words of the command line, and what they lack. */
static enum status check_words(const struct option_result *options, struct error *err)
{
    const struct option_command *command = options->command;
    bool wants_file = str_starts_with(str_from(command->arguments), "-c FILE");
    if (wants_file && options->argument_count == 1 && !option_is_set(options, "config")) {
        return error_set(err, ERR_CONFIG,
                         "the configuration is named with -c: hexmeta %s -c %s", command->name,
                         options->arguments[0]);
    }
    enum status status = option_check_arguments(options, err);
    if (status == OK && option_is_set(options, "set") && !option_is_set(options, "config") &&
        !str_is(str_from(command->name), "config")) {
        status = error_set(err, ERR_CONFIG, "--set changes a configuration: name it with -c");
    }
    return status;
}

static enum exit_code run(struct cli *cli, int argc, char **argv)
{
    struct error err = ERROR_INIT;
    enum status status = option_parse(&commands_table, argc, argv, &cli->options, &err);
    const struct option_result *options = &cli->options;
    const char *format = option_text(options, "log-format");
    cli->is_quiet = option_is_set(options, "quiet");
    cli->is_verbose = option_is_set(options, "verbose");
    cli->logs_json = str_is(str_from(format), "json");
    cli_setup_log(cli, LOG_LEVEL_WARNING, NULL, NULL);
    if (status != OK) {
        return usage_failure(cli, &err);
    }
    if (argc == 1 || option_is_set(options, "help")) {
        return cmd_help(cli);
    }
    if (option_is_set(options, "version")) {
        return cmd_version(cli);
    }
    if (options->command == NULL) {
        (void)error_set(&err, ERR_CONFIG, "no command is named");
        return usage_failure(cli, &err);
    }
    status = check_words(options, &err);
    return status == OK ? commands_function(options->command)(cli) : usage_failure(cli, &err);
}

int main(int argc, char **argv)
{
    struct cli cli = {.clock = clock_system()};
    struct error err = ERROR_INIT;
    occupy_standard_streams();
    protect_secrets();
    give_memory_back();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* ulimit -f: a write that fails, as on a full disk */
    enum exit_code code = run(&cli, argc, argv);
    if (output_flush(&err) != OK) {
        code = exit_code_first(code, cli_fail(&cli, &err));
    }
    option_result_free(&cli.options);
    return (int)code;
}
