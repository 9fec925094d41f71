#include "app/cli/catalog_path.h"

#include "app/cli/configuration.h"
#include "app/cli/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum status ask_configuration(const struct cli *cli, const char *path,
                                     struct arena *arena, const char **out, struct error *err)
{
    struct config config;
    enum status status = configuration_load_without_secrets(cli, path, &config, err);
    if (status == OK) {
        *out = arena_cstr(arena, config.catalog);
        status = *out != NULL ? OK : error_nomem(err);
    }
    config_free(&config);
    return status;
}

bool catalog_path_wait(const struct cli *cli, struct catalog_wait *out)
{
    int64_t seconds = option_count(&cli->options, "wait", INT64_MAX);
    *out = (struct catalog_wait){
        .timeout_ms = seconds < INT64_MAX / 1000 ? seconds * 1000 : INT64_MAX,
    };
    if (!option_is_set(&cli->options, "wait")) {
        return false;
    }
    out->stop = stop_install();
    return true;
}

enum status catalog_path_find(const struct cli *cli, struct arena *arena, const char **out,
                              struct error *err)
{
    const char *configuration = configuration_path(cli);
    enum status status = OK;
    *out = option_text(&cli->options, "catalog");
    if (*out == NULL && configuration != NULL) {
        status = ask_configuration(cli, configuration, arena, out, err);
    } else if (*out == NULL) {
        *out = CATALOG_PATH_DEFAULT;
    }
    if (status == OK && (str_starts_with(str_from(*out), "postgresql://") ||
                         str_starts_with(str_from(*out), "postgres://"))) {
        status = error_set(err, ERR_CONFIG,
                           "a catalog in PostgreSQL is not part of this version: name a file");
    }
    return status;
}

/* The path of a file that exists, or of one that could be made in the current folder. */
static char *resolve(const char *path)
{
    char *resolved = realpath(path, NULL);
    if (resolved == NULL && path[0] != '/') {
        char *folder = getcwd(NULL, 0);
        if (folder != NULL && asprintf(&resolved, "%s/%s", folder, path) < 0) {
            resolved = NULL;
        }
        free(folder);
    }
    return resolved;
}

const char *catalog_path_absolute(struct arena *arena, const char *path)
{
    char *resolved = resolve(path);
    const char *copy = resolved != NULL ? arena_cstr(arena, str_from(resolved)) : NULL;
    free(resolved);
    return copy != NULL ? copy : path;
}

enum status catalog_path_open(const struct cli *cli, enum catalog_mode mode,
                              struct arena *arena, struct catalog **out, const char **path,
                              struct error *err)
{
    const char *name = NULL;
    bool is_created = false;
    struct catalog_wait wait;
    enum status status = catalog_path_find(cli, arena, &name, err);
    if (status != OK) {
        return status;
    }
    bool waits = catalog_path_wait(cli, &wait);
    status = catalog_open_waiting(name, mode, &cli->clock, waits ? &wait : NULL, out,
                                  &is_created, err);
    if (status == ERR_NOT_FOUND) {
        return error_set(err, ERR_NOT_FOUND,
                         "there is no catalog at %s. Make one with 'hexmeta import FILE' from "
                         "exported .hex.yaml files or with 'hexmeta ingest -c FILE' from a "
                         "workspace, or name another with --catalog",
                         catalog_path_absolute(arena, name));
    }
    name = catalog_path_absolute(arena, name);
    if (status == OK && is_created) {
        cli_say(cli, "Created the catalog %s", name);
    }
    if (path != NULL) {
        *path = name;
    }
    return status;
}
