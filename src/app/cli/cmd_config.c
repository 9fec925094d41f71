#include "app/cli/configuration.h"
#include "app/cli/output.h"

#define MAX_TEXT_BYTES ((size_t)16 * 1024 * 1024)

/* "config check FILE" or "config check -c FILE". */
static const char *find_path(const struct cli *cli)
{
    return cli->options.argument_count > 1 ? cli->options.arguments[1]
                                           : configuration_path(cli);
}

static void put_verdict(const struct config *config, struct buf *out)
{
    (void)buf_printf(out, "%.*s is valid", STR_ARG(config->name));
    if (config->warnings.count > 0) {
        (void)buf_printf(out, ", with %zu warning%s", config->warnings.count,
                         config->warnings.count == 1 ? "" : "s");
    }
    (void)buf_printf(out, ".\nHex:          %.*s\nCatalog:      %.*s\n",
                     STR_ARG(config->host_url), STR_ARG(config->catalog));
    if (config->sink == CONFIG_SINK_METADATA_REST) {
        (void)buf_printf(out, "OpenMetadata: %.*s, service %.*s\n",
                         STR_ARG(config->publish.url), STR_ARG(config->service_name));
    }
}

static enum status check_or_show(const struct cli *cli, bool is_check, struct buf *out,
                                 struct error *err)
{
    struct config config;
    const char *path = find_path(cli);
    if (path == NULL) {
        return error_set(err, ERR_CONFIG, "no configuration is named: hexmeta config %s FILE",
                         is_check ? "check" : "show");
    }
    enum status status = configuration_load(cli, path, &config, err);
    if (status == OK && is_check) {
        put_verdict(&config, out);
    } else if (status == OK) {
        config_write_effective(&config, out);
    }
    config_free(&config);
    return status;
}

enum exit_code cmd_config(struct cli *cli)
{
    static const char *const words[] = {"check", "show", "schema"};
    struct error err = ERROR_INIT;
    struct str word = str_from(cli->options.arguments[0]);
    struct buf out;
    enum status status = OK;
    buf_init(&out, MAX_TEXT_BYTES);
    if (str_is(word, "schema")) {
        config_write_schema(&out);
    } else if (str_is(word, "check") || str_is(word, "show")) {
        status = check_or_show(cli, str_is(word, "check"), &out, &err);
    } else {
        const char *nearest = option_nearest(word, words, 3);
        status = error_set(&err, ERR_CONFIG, "config knows no '%.*s'. Did you mean '%s'?",
                           STR_ARG(word), nearest != NULL ? nearest : "check");
    }
    if (status == OK) {
        status = output_buf(&out, &err);
    }
    buf_free(&out);
    return status == OK ? EXIT_CODE_OK : cli_fail(cli, &err);
}
