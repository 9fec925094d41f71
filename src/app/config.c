#include "app/config.h"

#include "app/config_read.h"
#include "io/read_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE_BYTES ((size_t)1024 * 1024)
#define MAX_MEMORY_BYTES ((size_t)256 * 1024 * 1024)

static enum status read_descriptor(int fd, const char *name, struct buf *out, struct error *err)
{
    switch (read_all(fd, out)) {
    case OK:
        return OK;
    case ERR_IO:
        return error_set(err, ERR_IO, "cannot read the configuration %s: %s", name,
                         strerror(errno));
    case ERR_LIMIT:
        return error_set(err, ERR_IO,
                         "the configuration %s is larger than 1 MiB: is it the right file?",
                         name);
    default:
        return error_nomem(err);
    }
}

static bool is_standard_input(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

static enum status read_source(const struct config_source *source, struct buf *out,
                               struct error *err)
{
    if (!str_is_null(source->text)) {
        enum status status = buf_append_str(out, source->text);
        return status == OK ? OK : error_set(err, status, "the configuration is too large");
    }
    if (is_standard_input(source->path)) {
        return read_descriptor(STDIN_FILENO, "from standard input", out, err);
    }
    int fd = open(source->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, ERR_IO, "cannot read the configuration %s: %s", source->path,
                         strerror(errno));
    }
    enum status status = read_descriptor(fd, source->path, out, err);
    (void)close(fd);
    return status;
}

/* The file's name and folder. */
static enum status set_origin(const struct config_source *source, struct config *config)
{
    config->folder = STR(".");
    config->name = STR("standard input");
    if (is_standard_input(source->path)) {
        return OK;
    }
    struct str path;
    enum status status = arena_str(&config->arena, str_from(source->path), &path);
    if (status == OK) {
        size_t slash = str_find_last(path, '/');
        config->name = path;
        config->folder = slash == SIZE_MAX ? STR(".") : str_sub(path, 0, slash > 0 ? slash : 1);
    }
    return status;
}

static enum status summarize(const struct config_reader *reader, struct error *err)
{
    const struct config *config = reader->config;
    if (reader->is_out_of_memory) {
        return error_nomem(err);
    }
    if (config->error_count == 0) {
        return OK;
    }
    return error_set(err, ERR_CONFIG, "%.*s", STR_ARG(config->errors.items[0].text));
}

enum status config_load(const struct config_source *source, struct config *config,
                        struct error *err)
{
    struct config_reader reader = {
        .config = config, .source = source, .secrets = source->secrets};
    struct buf text;
    *config = (struct config){.error_count = 0};
    arena_init(&config->arena, MAX_MEMORY_BYTES);
    buf_init(&text, MAX_FILE_BYTES);
    config->values = arena_array(&config->arena, config_table_count, sizeof(config->values[0]));
    enum status status = config->values != NULL ? set_origin(source, config) : ERR_NOMEM;
    if (status != OK) {
        status = error_nomem(err);
        goto out;
    }
    status = read_source(source, &text, err);
    if (status != OK) {
        goto out;
    }
    reader.secrets.folder = config->folder;
    if (config_parse(&reader, buf_str(&text))) {
        config_apply_sets(&reader);
        config_read_settings(&reader);
        config_check(&reader);
    }
    config_sort_problems(config);
    status = summarize(&reader, err);
out:
    buf_free(&text);
    return status;
}

void config_free(struct config *config)
{
    filter_free(config->dashboard_filter);
    filter_free(config->project_filter);
    filter_free(config->owner_filter);
    filter_free(config->category_filter);
    filter_free(config->status_filter);
    filter_free(config->publish.chart_filter);
    filter_free(config->publish.data_model_filter);
    arena_free(&config->arena);
    *config = (struct config){.error_count = 0};
}

enum log_level config_log_level(const struct config *config)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING,
                                            LOG_LEVEL_ERROR};
    return levels[config->logger_level];
}

static bool passes(const struct filter *filter, const struct str *names, size_t count)
{
    struct error slow = ERROR_INIT;
    bool result = filter_passes_any(filter, names, count, &slow);
    if (slow.code != OK) {
        log_failure(LOG_LEVEL_WARNING, &slow);
    }
    return result;
}

bool config_wants_project(const struct config *config, const struct config_candidate *candidate)
{
    /* OpenMetadata lets a dashboard without a project through; so do we without collection. */
    bool is_in_wanted_collection =
        candidate->collection_count == 0 ||
        passes(config->project_filter, candidate->collections, candidate->collection_count);
    return is_in_wanted_collection && passes(config->dashboard_filter, &candidate->title, 1) &&
           passes(config->owner_filter, &candidate->owner, 1) &&
           passes(config->status_filter, &candidate->status, 1) &&
           passes(config->category_filter, candidate->categories, candidate->category_count);
}
