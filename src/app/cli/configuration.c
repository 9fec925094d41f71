#include "app/cli/configuration.h"

#include <stdlib.h>
#include <string.h>

const char *configuration_path(const struct cli *cli)
{
    return option_text(&cli->options, "config");
}

/* The values of --set in order; NULL when out of memory. The caller frees the array. */
static const char **collect_sets(const struct cli *cli, size_t *count)
{
    const char **sets = calloc(cli->options.value_count + 1, sizeof(*sets));
    *count = 0;
    if (sets != NULL) {
        while (option_nth(&cli->options, "set", *count) != NULL) {
            sets[*count] = option_nth(&cli->options, "set", *count);
            (*count)++;
        }
    }
    return sets;
}

static void print_problems(const struct cli *cli, const struct config *config)
{
    for (size_t i = 0; i < config->errors.count; i++) {
        struct str text = config->errors.items[i].text;
        if (cli->logs_json) {
            log_error("%.*s", STR_ARG(text));
        } else {
            cli_complain("error: %.*s", STR_ARG(text));
        }
    }
    for (size_t i = 0; i < config->warnings.count; i++) {
        struct str text = config->warnings.items[i].text;
        if (cli->logs_json) {
            log_warning("%.*s", STR_ARG(text));
        } else if (!cli->is_quiet) {
            cli_complain("warning: %.*s", STR_ARG(text));
        }
    }
}

static enum status load(const struct cli *cli, const char *path, bool needs_no_secrets,
                        struct config *config, struct error *err)
{
    struct config_source source = {
        .path = path, .secrets = secret_source_system(), .needs_no_secrets = needs_no_secrets};
    const char *catalog = option_text(&cli->options, "catalog");
    const char **sets = collect_sets(cli, &source.set_count);
    memset(config, 0, sizeof(*config));
    if (sets == NULL) {
        return error_nomem(err);
    }
    source.sets = sets;
    enum status status = config_load(&source, config, err);
    print_problems(cli, config);
    if (status == ERR_CONFIG && config->errors.count > 0) {
        (void)error_set(err, ERR_CONFIG, "%.*s: %zu error%s in the configuration",
                        STR_ARG(config->name), config->error_count,
                        config->error_count == 1 ? "" : "s");
        error_where(err, "%s", "");
    }
    if (status == ERR_IO || status == ERR_NOT_FOUND) {
        err->code = ERR_CONFIG; /* the command line names a file that cannot be read */
        status = ERR_CONFIG;
    }
    if (catalog != NULL) {
        config->catalog = str_from(catalog);
    }
    free(sets);
    return status;
}

enum status configuration_load(const struct cli *cli, const char *path, struct config *config,
                               struct error *err)
{
    return load(cli, path, false, config, err);
}

enum status configuration_load_without_secrets(const struct cli *cli, const char *path,
                                               struct config *config, struct error *err)
{
    return load(cli, path, true, config, err);
}
