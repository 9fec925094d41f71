/*
 * What the settings about OpenMetadata mean together.
 */
#include "app/config_read.h"
#include "app/config_url.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define OM "workflowConfig.openMetadataServerConfig."
#define PIPELINE "source.sourceConfig.config."

/* The address with scheme, and with /api where nothing stands behind the host. */
static void check_url(struct config_reader *reader)
{
    struct config *config = reader->config;
    struct config_publish *publish = &config->publish;
    const struct config_value *place = config_value_at(reader, OM "hostPort");
    struct config_url url;
    struct error err = ERROR_INIT;
    struct str text = str_trim(publish->url);
    while (text.n > 0 && text.p[text.n - 1] == '/') {
        text.n--;
    }
    enum status status = config_url_parse(text, &config->arena, &url, &err);
    if (status != OK) {
        reader->is_out_of_memory = reader->is_out_of_memory || status == ERR_NOMEM;
        config_error(reader, place->line, place->column,
                     "hostPort of OpenMetadata: %s; it looks like http://localhost:8585/api",
                     err.message);
        return;
    }
    if (url.is_link_local) {
        config_error(reader, place->line, place->column,
                     "hostPort of OpenMetadata: %.*s is a link-local or cloud metadata address",
                     STR_ARG(url.url));
    }
    if (config->sink == CONFIG_SINK_METADATA_REST && url.is_http && !url.is_loopback) {
        config_warning(reader, place->line, place->column,
                       "hostPort of OpenMetadata: the token travels unencrypted over http");
    }
    /* config_url_parse takes /api away; any other path is kept as it was written. */
    struct str path = url.path.n > 0 ? url.path : STR("/api");
    if (arena_printf(&config->arena, &publish->url, "%.*s%.*s", STR_ARG(url.url),
                     STR_ARG(path)) != OK) {
        reader->is_out_of_memory = true;
    }
}

static void check_token(struct config_reader *reader)
{
    struct config *config = reader->config;
    struct str *token = &config->publish.token;
    const struct config_value *place = config_value_at(reader, OM "securityConfig.jwtToken");
    *token = str_trim(*token);
    log_hide(*token);
    for (size_t i = 0; i < token->n; i++) {
        if (token->p[i] <= ' ' || token->p[i] > '~') {
            config_error(reader, place->line, place->column,
                         "jwtToken holds white space or characters that no token has");
            return;
        }
    }
}

static void check_ca_file(struct config_reader *reader)
{
    struct config *config = reader->config;
    struct config_publish *publish = &config->publish;
    const struct config_value *place = config_value_at(reader, OM "sslConfig.caCertificate");
    if (place->node == NULL || str_is_empty(publish->ca_file) ||
        publish->verify_ssl != CONFIG_VERIFY_VALIDATE) {
        publish->ca_file = STR_NULL;
        return;
    }
    if (publish->ca_file.p[0] != '/' && !str_is(config->folder, ".") &&
        arena_printf(&config->arena, &publish->ca_file, "%.*s/%.*s", STR_ARG(config->folder),
                     STR_ARG(publish->ca_file)) != OK) {
        reader->is_out_of_memory = true;
        return;
    }
    const char *name = arena_cstr(&config->arena, publish->ca_file);
    if (name == NULL) {
        reader->is_out_of_memory = true;
        return;
    }
    publish->ca_file = str_from(name);
    if (reader->secrets.reads_files && access(name, R_OK) != 0) {
        config_error(reader, place->line, place->column,
                     "sslConfig.caCertificate must be the path of a file in PEM form: %s",
                     strerror(errno));
    }
}

/* true, false, or the name of a classification. */
static void check_tags(struct config_reader *reader)
{
    struct config *config = reader->config;
    for (int i = 0; i < TAG_KIND_COUNT; i++) {
        struct str *name = &config->publish.tags[i];
        bool is_component = i == TAG_KIND_COMPONENT;
        *name = str_trim(*name);
        if (str_eq_nocase(*name, STR("true"))) {
            *name = tag_default_classification((enum tag_kind)i);
        }
        if (str_is_empty(*name) || str_eq_nocase(*name, STR("false")) ||
            (!config->include_tags && !is_component)) {
            *name = STR_NULL;
        }
    }
}

static void read_prefixes(struct config_reader *reader)
{
    struct config_publish *publish = &reader->config->publish;
    const struct yaml_node *list =
        config_value_at(reader, PIPELINE "lineageInformation.dbServicePrefixes")->node;
    size_t count = yaml_count(list);
    publish->prefixes =
        arena_array(&reader->config->arena, count + 1, sizeof(*publish->prefixes));
    if (publish->prefixes == NULL) {
        reader->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        publish->prefixes[publish->prefix_count++] = yaml_at(list, i)->text;
    }
}

/* What HTTP calls a token: visible ASCII without separators. */
static bool is_header_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c <= ' ' || c > '~' || strchr("()<>@,;:\\\"/[]?={}", c) != NULL) {
            return false;
        }
    }
    return name.n > 0;
}

static bool is_one_line(struct str value)
{
    return str_find(value, '\n') == SIZE_MAX && str_find(value, '\r') == SIZE_MAX &&
           str_find(value, '\0') == SIZE_MAX;
}

/* Expanded once more: what is wrong with them was said when they were read. */
static void read_headers(struct config_reader *reader)
{
    struct config_publish *publish = &reader->config->publish;
    struct arena *arena = &reader->config->arena;
    const struct yaml_node *node = yaml_path(reader->root, "workflowConfig",
                                             "openMetadataServerConfig", "extraHeaders", NULL);
    if (yaml_is_null(node) || node->kind != YAML_KIND_MAPPING) {
        return;
    }
    publish->headers = arena_array(arena, node->count + 1, sizeof(*publish->headers));
    if (publish->headers == NULL) {
        reader->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct config_header *header = &publish->headers[publish->header_count];
        struct str value = yaml_str(node->pairs[i].value);
        const struct yaml_node *key = node->pairs[i].key;
        enum status status = str_is_null(value) ? ERR_NOT_FOUND
                                                : secret_expand(value, &reader->secrets, arena,
                                                                &header->value, NULL);
        header->name = key->text;
        if (status == ERR_NOMEM) {
            reader->is_out_of_memory = true;
        } else if (!is_header_name(header->name)) {
            config_error(reader, key->line, key->column,
                         "the name of a header consists of letters, digits and hyphens");
        } else if (status == OK && !is_one_line(header->value)) {
            config_error(reader, key->line, key->column, "a header must stand on one line");
        } else if (status == OK) {
            publish->header_count++;
        }
    }
}

void config_check_publish(struct config_reader *reader)
{
    struct config_publish *publish = &reader->config->publish;
    check_url(reader);
    check_token(reader);
    check_ca_file(reader);
    check_tags(reader);
    read_prefixes(reader);
    read_headers(reader);
    publish->chart_filter = config_make_filter(reader, PIPELINE "chartFilterPattern.includes");
    publish->data_model_filter =
        config_make_filter(reader, PIPELINE "dataModelFilterPattern.includes");
}
