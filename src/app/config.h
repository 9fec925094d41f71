/*
 * config - the configuration of a run: an OpenMetadata workflow plus the key `hexmeta`.
 *
 * One table (config_table.h) says for every setting its type, default, help and whether
 * hexmeta obeys it; reading, `config show`, the JSON Schema and the documentation come from
 * it. All problems of a file are found in one go, each with its place. A struct config owns
 * everything in it and is freed whole.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "domain/filter.h"
#include "domain/tag.h"
#include "io/secret.h"

enum config_token_type { CONFIG_TOKEN_PERSONAL, CONFIG_TOKEN_WORKSPACE };
enum config_version { CONFIG_VERSION_DRAFT, CONFIG_VERSION_PUBLISHED };
enum config_details { CONFIG_DETAILS_FULL, CONFIG_DETAILS_LISTING };
enum config_sink { CONFIG_SINK_CATALOG, CONFIG_SINK_METADATA_REST };
/* In the order of enum log_level. */
enum config_logger_level {
    CONFIG_LOGGER_DEBUG,
    CONFIG_LOGGER_INFO,
    CONFIG_LOGGER_WARN,
    CONFIG_LOGGER_ERROR
};

/* hexmeta.connections: what the user says about one data connection of Hex. */
struct config_connection {
    struct str key;      /* the connection's id or name */
    struct str service;  /* of OpenMetadata; STR_NULL when not given, also for the others */
    struct str database; /* default for table names that lack one */
    struct str schema;
    size_t line;
};

struct config_texts {
    struct str *items;
    size_t count;
};

/* An error or warning, ready to print without the level: "hex.yaml:12:5: unknown key ...". */
struct config_problem {
    struct str text;
    size_t line; /* 0: no place in the file (--set, or the file as a whole) */
    size_t column;
};

struct config_problems {
    struct config_problem *items; /* in order of place */
    size_t count;
    size_t capacity;
};

enum config_visibility { CONFIG_VISIBILITY_ALL, CONFIG_VISIBILITY_WORKSPACE };
enum config_verify_ssl { CONFIG_VERIFY_NO_SSL, CONFIG_VERIFY_IGNORE, CONFIG_VERIFY_VALIDATE };

/* A header that goes with each request to OpenMetadata. */
struct config_header {
    struct str name;
    struct str value;
};

/* Everything about OpenMetadata. */
struct config_publish {
    struct str url;     /* of the API, without a slash at its end */
    struct str token;   /* STR_NULL: none */
    int verify_ssl;     /* enum config_verify_ssl */
    struct str ca_file; /* C string; STR_NULL: the system's */
    struct config_header *headers;
    size_t header_count;
    bool stores_connection;
    bool validates_version;
    bool include_data_models;
    bool include_drafts;
    bool include_usage;
    bool publish_runs;
    bool delete_dashboards;
    bool delete_data_models;
    bool delete_charts;
    bool override_metadata;
    bool override_lineage;
    bool publish_sql;
    int visibility;                  /* enum config_visibility */
    struct str tags[TAG_KIND_COUNT]; /* classifications; STR_NULL: no such tags */
    struct str data_model_type;      /* STR_NULL: what the server's version has */
    struct str *prefixes;            /* dbServicePrefixes */
    size_t prefix_count;
    struct filter *chart_filter; /* on titles; NULL: all pass */
    struct filter *data_model_filter;
    struct str pipeline; /* ingestionPipelineFQN; STR_NULL: none */
    struct str run_id;
};

struct config_value; /* a setting as read; config_table.c */

struct config {
    struct str name;   /* of the file for messages: its path, or "standard input" */
    struct str folder; /* that relative paths start from; "." for standard input */

    /* Hex */
    struct str host_url; /* "https://app.hex.tech": lower case, no path, no standard port */
    struct str api_url;  /* host_url + "/api/v1" */
    bool is_http;        /* not https */
    struct str token;
    int token_type;              /* enum config_token_type */
    struct str ca_file;          /* C string; STR_NULL: the system's */
    int64_t requests_per_minute; /* 0: no limit, also for the hour */
    int64_t requests_per_hour;
    int64_t retry_budget_seconds;
    bool allow_http;

    /* What is read */
    struct str service_name;
    struct str workspace; /* slug or id for URLs; STR_NULL: ask Hex */
    int version;          /* enum config_version */
    int details;          /* enum config_details */
    bool include_archived;
    bool include_outputs;
    bool include_tags;
    bool include_owners;
    bool allow_empty;
    int64_t refresh_after_days;
    int64_t max_delete_percent;
    struct filter *dashboard_filter; /* on titles; NULL: all pass */
    struct filter *project_filter;   /* on collections; NULL: all pass */
    struct filter *owner_filter;     /* the same for hexmeta's own filters */
    struct filter *category_filter;
    struct filter *status_filter;
    struct config_connection *connections;
    size_t connection_count;

    /* Where it goes */
    struct str catalog; /* path of the catalog file, from the current folder; C string */
    int sink;           /* enum config_sink */
    struct config_publish publish;

    /* How the run is judged and told */
    int logger_level; /* enum config_logger_level */
    int64_t success_threshold;
    bool raise_on_error;

    struct config_problems errors; /* at most CONFIG_MAX_ERRORS are kept */
    size_t error_count;            /* all */
    struct config_problems warnings;
    struct config_value *values; /* one for each row of the table */
    struct arena arena;          /* of everything above but the filters */
};

#define CONFIG_MAX_ERRORS 20
#define CONFIG_MAX_WARNINGS 50

struct config_source {
    const char *path;        /* "-": standard input; ignored when text is given */
    struct str text;         /* the configuration itself, STR_NULL: read path */
    const char *const *sets; /* "path.to.key=value", later ones win */
    size_t set_count;
    struct secret_source secrets; /* folder is filled in by config_load */
    bool needs_no_secrets; /* nothing will be asked for: they are left out, unset or missing */
};

/*
 * Reads, expands and checks. ERR_CONFIG: config->errors says everything that is wrong, err
 * the first of it; ERR_IO: the file cannot be read; ERR_NOMEM. config is filled in any case
 * (as far as it could be understood) and must be freed. The values of secret settings are
 * handed to log_hide.
 */
enum status config_load(const struct config_source *source, struct config *config,
                        struct error *err) WARN_UNUSED;
void config_free(struct config *config);

/* Each error and warning on a line of its own: "error: ...", "warning: ...". */
void config_write_problems(const struct config *config, struct buf *out);

/* The settings as they are in effect, as YAML; secrets come out as "***". */
void config_write_effective(const struct config *config, struct buf *out);
/* JSON Schema (draft 2020-12) of a configuration file. */
void config_write_schema(struct buf *out);
/* docs/configuration.md. */
void config_write_markdown(struct buf *out);

/* The loggerLevel as the log's own level. */
enum log_level config_log_level(const struct config *config);

/* What the filters look at; STR_NULL for what a project does not have. */
struct config_candidate {
    struct str title;
    struct str owner; /* project_responsible */
    struct str status;
    const struct str *categories;
    size_t category_count;
    const struct str *collections;
    size_t collection_count;
};
/*
 * Whether the filters let a project through: all of them must. A pattern that takes too long
 * is reported to the log.
 */
bool config_wants_project(const struct config *config,
                          const struct config_candidate *candidate);

#endif
