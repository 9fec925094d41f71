#include "app/config_read.h"
#include "app/config_url.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CONNECTION "source.serviceConnection.config."
#define PIPELINE "source.sourceConfig.config."
#define MAX_SERVICE_NAME 256
/* A section with more keys is not a section with a slip of the pen. */
#define MAX_LOOKED_AT 100

static bool is_given(const struct config_reader *reader, const char *path)
{
    return config_value_at(reader, path)->node != NULL;
}

static bool is_false(const struct config_reader *reader, const char *path)
{
    bool value = true;
    const struct config_value *given = config_value_at(reader, path);
    if (given->node == NULL) {
        return false;
    }
    struct yaml_node plain = *given->node;
    plain.is_plain = true;
    return yaml_to_bool(&plain, &value) && !value;
}

/* The node at a path of plain keys, and the last mapping on the way there. */
static const struct yaml_node *node_at(const struct config_reader *reader, struct str path,
                                       const struct yaml_node **around, struct str *missing)
{
    const struct yaml_node *node = reader->root;
    *around = node;
    for (size_t at = 0; at < path.n;) {
        size_t dot = str_find(str_sub(path, at, path.n), '.');
        size_t end = dot == SIZE_MAX ? path.n : at + dot;
        char key[64];
        size_t n = end - at < sizeof(key) ? end - at : sizeof(key) - 1;
        memcpy(key, path.p + at, n);
        key[n] = '\0';
        *around = node;
        *missing = str_sub(path, 0, end);
        node = yaml_get(node, key);
        if (yaml_is_null(node)) {
            return NULL;
        }
        at = end + 1;
    }
    return node;
}

/* What to write for a section that is missing as a whole. */
static const char *section_hint(struct str section)
{
    if (str_is(section, "source")) {
        return "it holds type, serviceName and serviceConnection";
    }
    return "hexmeta reads type, hostPort and token from source.serviceConnection.config (this "
           "version does not ask an OpenMetadata server for them)";
}

/* True when the missing key is there in another spelling, which was reported. */
static bool is_misspelt(const struct yaml_node *around, struct str missing)
{
    size_t dot = str_find_last(missing, '.');
    struct str section = str_sub(missing, 0, dot == SIZE_MAX ? 0 : dot);
    struct str part = str_sub(missing, dot == SIZE_MAX ? 0 : dot + 1, missing.n);
    for (size_t i = 0; around != NULL && i < around->count && i < MAX_LOOKED_AT; i++) {
        struct str key = around->pairs[i].key->text;
        if (!str_eq(key, part) && str_eq(config_nearest_part(section, key), part)) {
            return true;
        }
    }
    return false;
}

static void check_required(struct config_reader *reader)
{
    struct str reported = STR_NULL;
    for (size_t row = 0; row < config_table_count; row++) {
        const struct config_setting *setting = &config_table[row];
        const struct yaml_node *around;
        struct str missing = STR_NULL;
        bool is_needed =
            setting->is_required && !(setting->is_secret && reader->source->needs_no_secrets);
        if (!is_needed || node_at(reader, str_from(setting->path), &around, &missing) != NULL) {
            continue;
        }
        bool is_broken = around != NULL && around->kind != YAML_KIND_MAPPING;
        if (is_broken || str_eq(missing, reported)) {
            continue;
        }
        reported = missing;
        if (is_misspelt(around, missing)) {
            continue;
        }
        size_t line = around != NULL ? around->line : 0;
        size_t column = around != NULL ? around->column : 0;
        if (str_is(missing, setting->path)) {
            config_error(reader, line, column, "%s is missing; add '%s'", setting->path,
                         setting->example);
        } else {
            config_error(reader, line, column, "%.*s is missing; %s", STR_ARG(missing),
                         section_hint(missing));
        }
    }
}

static void check_host_path(struct config_reader *reader, const struct config_value *place,
                            const struct config_url *url)
{
    struct str path = url->path;
    struct str first = str_sub(path, 1, path.n);
    size_t end = 0;
    while (end < first.n && strchr("/?#", first.p[end]) == NULL) {
        end++;
    }
    first = str_sub(first, 0, end);
    if (path.p[0] == '/' && first.n > 0 && !str_eq_nocase(first, STR("api"))) {
        config_error(reader, place->line, place->column,
                     "hostPort must be the address of Hex alone: write %.*s (and "
                     "hexmeta.workspace: %.*s, if that is the workspace)",
                     STR_ARG(url->url), STR_ARG(first));
    } else {
        config_error(reader, place->line, place->column,
                     "hostPort must be the address of Hex alone, with or without /api/v1: "
                     "write %.*s",
                     STR_ARG(url->url));
    }
}

static void check_host(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct config_value *place = config_value_at(reader, CONNECTION "hostPort");
    struct config_url url;
    struct error err = ERROR_INIT;
    if (place->node == NULL) {
        return;
    }
    enum status status = config_url_parse(config->host_url, &config->arena, &url, &err);
    config->host_url = STR_NULL;
    if (status != OK) {
        reader->is_out_of_memory = reader->is_out_of_memory || status == ERR_NOMEM;
        config_error(reader, place->line, place->column,
                     "hostPort: %s; it looks like https://app.hex.tech", err.message);
        return;
    }
    if (url.path.n > 0) {
        check_host_path(reader, place, &url);
    }
    if (url.is_link_local) {
        config_error(reader, place->line, place->column,
                     "hostPort: %.*s is a link-local or cloud metadata address, never a Hex "
                     "host",
                     STR_ARG(url.url));
    } else if (url.is_http && !url.is_loopback && !config->allow_http) {
        config_error(reader, place->line, place->column,
                     "hostPort: the token would travel unencrypted over http; write https://, "
                     "or set hexmeta.allowHttp: true");
    } else if (url.is_http && !url.is_loopback) {
        config_warning(reader, place->line, place->column,
                       "hostPort: the token travels unencrypted over http "
                       "(hexmeta.allowHttp)");
    }
    config->host_url = url.url;
    config->is_http = url.is_http;
    if (arena_printf(&config->arena, &config->api_url, "%.*s/api/v1", STR_ARG(url.url)) != OK) {
        reader->is_out_of_memory = true;
    }
}

/* True when every character is the given one, or (c == 0) a visible ASCII one. */
static bool is_all(struct str text, char c)
{
    for (size_t i = 0; i < text.n; i++) {
        bool is_visible = text.p[i] > ' ' && text.p[i] <= '~';
        if (c != 0 ? text.p[i] != c : !is_visible) {
            return false;
        }
    }
    return text.n > 0;
}

static void check_token(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct config_value *place = config_value_at(reader, CONNECTION "token");
    if (place->node == NULL) {
        return;
    }
    config->token = str_trim(config->token);
    struct str token = config->token;
    log_hide(token);
    if (token.n == 0) {
        config_error(reader, place->line, place->column,
                     "the token is empty; Hex shows tokens in its settings under API keys");
    } else if (token.p[0] == '$') {
        config_error(reader, place->line, place->column,
                     "the token starts with '$'; a variable is written ${NAME}");
    } else if (token.p[0] == '<') {
        config_error(reader, place->line, place->column,
                     "the token is a placeholder (<...>); the token itself is needed here");
    } else if (str_starts_with_nocase(token, "bearer ")) {
        config_error(reader, place->line, place->column,
                     "the token stands alone, without 'Bearer' before it");
    } else if (is_all(token, '*')) {
        config_error(reader, place->line, place->column,
                     "the token is masked (***); the token itself is needed here");
    } else if (!is_all(token, 0)) {
        config_error(reader, place->line, place->column,
                     "the token holds white space or characters that no token has");
    }
    bool is_personal = str_starts_with(token, "hxtp_");
    bool is_workspace = str_starts_with(token, "hxtw_");
    if (is_personal && config->token_type == CONFIG_TOKEN_WORKSPACE) {
        config_warning(reader, place->line, place->column,
                       "the token starts with hxtp_ as personal tokens do, but tokenType is "
                       "workspace; write 'tokenType: personal'");
    }
    if (is_workspace && config->token_type == CONFIG_TOKEN_PERSONAL) {
        config_warning(reader, place->line, place->column,
                       "the token starts with hxtw_ as workspace tokens do, but tokenType is "
                       "personal; write 'tokenType: workspace'");
    }
}

static void check_names(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct config_value *place = config_value_at(reader, "source.serviceName");
    if (place->node != NULL && str_trim(config->service_name).n == 0) {
        config_error(reader, place->line, place->column, "serviceName is empty");
    } else if (str_find(config->service_name, '.') != SIZE_MAX) {
        config_error(reader, place->line, place->column,
                     "serviceName must not hold a dot: OpenMetadata separates the parts of "
                     "names with dots");
    } else if (config->service_name.n > MAX_SERVICE_NAME) {
        config_error(reader, place->line, place->column,
                     "serviceName is longer than %d characters", MAX_SERVICE_NAME);
    }
    place = config_value_at(reader, "hexmeta.workspace");
    for (size_t i = 0; i < config->workspace.n; i++) {
        char c = config->workspace.p[i];
        if (c <= ' ' || c > '~' || strchr("/?#%\\\"'<>", c) != NULL) {
            config_error(reader, place->line, place->column,
                         "hexmeta.workspace must be the workspace's name as it stands in "
                         "addresses (https://app.hex.tech/NAME/...), or its id");
            break;
        }
    }
}

/* A path as seen from the current folder. */
static struct str join_path(struct config_reader *reader, struct str path)
{
    struct config *config = reader->config;
    struct str joined = path;
    if (path.n > 0 && path.p[0] != '/' && !str_is(config->folder, ".") &&
        arena_printf(&config->arena, &joined, "%.*s/%.*s", STR_ARG(config->folder),
                     STR_ARG(path)) != OK) {
        reader->is_out_of_memory = true;
    }
    return joined;
}

static void check_files(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct config_value *place = config_value_at(reader, "hexmeta.catalog");
    if (config->catalog.n == 0 || str_find(config->catalog, '\0') != SIZE_MAX) {
        config_error(reader, place->line, place->column,
                     "hexmeta.catalog must be the name of a file");
    } else if (str_contains(config->catalog, "://")) {
        config_error(reader, place->line, place->column,
                     "hexmeta.catalog must be a file: this version keeps the catalog in "
                     "SQLite only");
        config->catalog = STR_NULL;
    } else {
        config->catalog = join_path(reader, config->catalog);
    }
    place = config_value_at(reader, "hexmeta.caFile");
    if (place->node == NULL) {
        return;
    }
    config->ca_file = join_path(reader, config->ca_file);
    const char *name = arena_cstr(&config->arena, config->ca_file);
    if (name == NULL) {
        reader->is_out_of_memory = true;
    } else if (reader->secrets.reads_files && access(name, R_OK) != 0) {
        config_error(reader, place->line, place->column, "hexmeta.caFile: cannot read %s: %s",
                     name, strerror(errno));
    }
}

static bool is_same_list(const struct yaml_node *a, const struct yaml_node *b)
{
    bool is_same = yaml_count(a) == yaml_count(b);
    for (size_t i = 0; i < yaml_count(a) && is_same; i++) {
        is_same = str_eq(yaml_at(a, i)->text, yaml_at(b, i)->text);
    }
    return is_same;
}

/* True when two patterns (by their includes; the excludes stand behind) are the same. */
static bool is_same_pattern(const struct config_value *a, const struct config_value *b)
{
    return is_same_list(a[0].node, b[0].node) && is_same_list(a[1].node, b[1].node);
}

static void make_filters(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct yaml_node *around;
    struct str missing;
    const struct config_value *replaced =
        config_value_at(reader, CONNECTION "dashboardFilterPattern.includes");
    const struct yaml_node *outer =
        node_at(reader, STR(CONNECTION "dashboardFilterPattern"), &around, &missing);
    const struct yaml_node *inner =
        node_at(reader, STR(PIPELINE "dashboardFilterPattern"), &around, &missing);
    bool has_outer = yaml_count(replaced[0].node) + yaml_count(replaced[1].node) > 0;
    if (inner != NULL && has_outer &&
        !is_same_pattern(replaced,
                         config_value_at(reader, PIPELINE "dashboardFilterPattern.includes"))) {
        config_warning(reader, outer->line, outer->column,
                       "the connection's dashboardFilterPattern is replaced by that of "
                       "sourceConfig");
    }
    config->dashboard_filter = config_make_filter(
        reader, inner != NULL ? PIPELINE "dashboardFilterPattern.includes"
                              : CONNECTION "dashboardFilterPattern.includes");
    config->project_filter =
        config_make_filter(reader, PIPELINE "projectFilterPattern.includes");
    config->owner_filter = config_make_filter(reader, "hexmeta.ownerFilterPattern.includes");
    config->category_filter =
        config_make_filter(reader, "hexmeta.categoryFilterPattern.includes");
    config->status_filter = config_make_filter(reader, "hexmeta.statusFilterPattern.includes");
}

/* Expanded once more: what is wrong with it was said when it was read. */
static struct str connection_text(struct config_reader *reader, const struct yaml_node *node,
                                  const char *key)
{
    struct str text = yaml_str(yaml_get(node, key));
    struct str expanded = STR_NULL;
    if (!str_is_null(text) && secret_expand(text, &reader->secrets, &reader->config->arena,
                                            &expanded, NULL) == ERR_NOMEM) {
        reader->is_out_of_memory = true;
    }
    return expanded;
}

static void read_connections(struct config_reader *reader)
{
    struct config *config = reader->config;
    const struct yaml_node *node = yaml_path(reader->root, "hexmeta", "connections", NULL);
    if (yaml_is_null(node) || node->kind != YAML_KIND_MAPPING) {
        return;
    }
    config->connections =
        arena_array(&config->arena, node->count, sizeof(config->connections[0]));
    if (config->connections == NULL) {
        reader->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->pairs[i].key;
        struct config_connection *connection = &config->connections[config->connection_count++];
        connection->key = key->text;
        connection->line = key->line;
        connection->service = connection_text(reader, node->pairs[i].value, "service");
        connection->database = connection_text(reader, node->pairs[i].value, "database");
        connection->schema = connection_text(reader, node->pairs[i].value, "schema");
        if (yaml_is_null(node->pairs[i].value)) {
            config_warning(reader, key->line, key->column,
                           "nothing is said about the connection '%.*s'; service, database "
                           "and schema are understood",
                           STR_ARG(str_sub(key->text, 0, 80)));
        }
    }
}

void config_check(struct config_reader *reader)
{
    struct config *config = reader->config;
    check_required(reader);
    check_host(reader);
    check_token(reader);
    check_names(reader);
    check_files(reader);
    make_filters(reader);
    read_connections(reader);
    config->include_tags = config->include_tags && !is_false(reader, PIPELINE "includeTags");
    if (is_given(reader, CONNECTION "includeTags") &&
        is_given(reader, CONNECTION "includeCategories")) {
        const struct config_value *place =
            config_value_at(reader, CONNECTION "includeCategories");
        config_warning(reader, place->line, place->column,
                       "includeCategories is the older name of includeTags; remove it");
        config->include_tags = !is_false(reader, CONNECTION "includeTags") &&
                               !is_false(reader, PIPELINE "includeTags");
    }
    config_check_publish(reader);
    config_warn_no_effect(reader);
}
