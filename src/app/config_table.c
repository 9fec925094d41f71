#include "app/config_table.h"

#include "app/config.h"

#include <stddef.h>
#include <string.h>

#define NO_STEP "a Hex workflow has no such step"
#define SERVER "the workspace is not kept on an OpenMetadata server"
#define OTHER_SOURCES "it concerns the backup of a whole OpenMetadata server, not Hex"

/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are parts of initializers */
#define INTO(field) .offset = offsetof(struct config, field)
#define TEXT(name) .path = name, .type = CONFIG_TYPE_TEXT
#define FREE(name) .path = name, .type = CONFIG_TYPE_FREE
#define BOOL(name, value) .path = name, .type = CONFIG_TYPE_BOOL, .fallback = value
#define CHOICE(name, words, value)                                                             \
    .path = name, .type = CONFIG_TYPE_CHOICE, .choices = words, .fallback = value
#define INT(name, from, to, value)                                                             \
    .path = name, .type = CONFIG_TYPE_INT, .min = from, .max = to, .fallback = value
/* A filter pattern is two rows. */
#define PATTERNS(name, what, why)                                                              \
    {.path = name ".includes",                                                                 \
     .type = CONFIG_TYPE_PATTERNS,                                                             \
     .no_effect = why,                                                                         \
     .help = "Regular expressions: only " what " that match one of them, from the first "      \
             "character on and in any case, pass."},                                           \
    {                                                                                          \
        .path = name ".excludes", .type = CONFIG_TYPE_PATTERNS, .no_effect = why,              \
        .help = "Regular expressions: " what " that match one of them do not pass. Ignored "   \
                "when includes are given."                                                     \
    }
#define OM "workflowConfig.openMetadataServerConfig."
#define HEX "source.serviceConnection.config."
#define SOURCE "source.sourceConfig.config."

/* NOLINTEND(bugprone-macro-parentheses) */

const struct config_setting config_table[] = {
    {CHOICE("source.type", "hex", NULL), .is_required = true, .example = "type: hex",
     .help = "The kind of source: always hex."},
    {TEXT("source.serviceName"), INTO(service_name), .is_required = true,
     .example = "serviceName: hex_prod",
     .help = "Name of the dashboard service in OpenMetadata. Without a dot."},
    {CHOICE(HEX "type", "Hex", "Hex"), .help = "The kind of connection: always Hex."},
    {TEXT(HEX "hostPort"), INTO(host_url), .is_required = true,
     .example = "hostPort: https://app.hex.tech",
     .help = "Address of Hex: https://app.hex.tech, https://eu.hex.tech, or that of a single "
             "tenant. With or without /api/v1."},
    {CHOICE(HEX "tokenType", "personal|workspace", "personal"), INTO(token_type),
     .help = "Whose token it is. Personal tokens start with hxtp_, workspace tokens with "
             "hxtw_."},
    {TEXT(HEX "token"), INTO(token), .is_secret = true, .is_required = true,
     .example = "token: ${HEX_TOKEN}", .help = "API token of Hex."},
    {BOOL(HEX "includeTags", "true"), INTO(include_tags),
     .help = "Categories and status become tags."},
    {BOOL(HEX "includeCategories", "true"), INTO(include_tags),
     .help = "Older name of includeTags."},
    PATTERNS(HEX "dashboardFilterPattern", "projects with titles", NULL),
    {BOOL(HEX "supportsMetadataExtraction", "true"),
     .no_effect = "metadata is what hexmeta always reads",
     .help = "Written by OpenMetadata's user interface."},
    {CHOICE(SOURCE "type", "DashboardMetadata", "DashboardMetadata"),
     .help = "The kind of ingestion: always DashboardMetadata."},
    PATTERNS(SOURCE "dashboardFilterPattern", "projects with titles", NULL),
    PATTERNS(SOURCE "chartFilterPattern", "charts with names", NULL),
    PATTERNS(SOURCE "dataModelFilterPattern", "data models with names", NULL),
    PATTERNS(SOURCE "projectFilterPattern", "projects in collections with names", NULL),
    {BOOL(SOURCE "includeOwners", "false"), INTO(include_owners),
     .help = "Owners are published."},
    {BOOL(SOURCE "includeTags", "true"), .help = "Tags are published."},
    {BOOL(SOURCE "includeDataModels", "true"), INTO(publish.include_data_models),
     .help = "Data sets are published as data models."},
    {BOOL(SOURCE "includeDraftDashboard", "true"), INTO(publish.include_drafts),
     .help = "Projects that were never published in Hex are published, too."},
    {BOOL(SOURCE "includeUsage", "true"), INTO(publish.include_usage),
     .help = "View counts are published."},
    {BOOL(SOURCE "markDeletedDashboards", "true"), INTO(publish.delete_dashboards),
     .help = "Dashboards that are gone from Hex are deleted (softly)."},
    {BOOL(SOURCE "markDeletedDataModels", "true"), INTO(publish.delete_data_models),
     .help = "Data models that are gone from Hex are deleted (softly)."},
    {BOOL(SOURCE "markDeletedCharts", "true"), INTO(publish.delete_charts),
     .help = "Charts that are gone from Hex are deleted (softly)."},
    {BOOL(SOURCE "overrideMetadata", "false"), INTO(publish.override_metadata),
     .help = "What Hex says replaces what people wrote in OpenMetadata."},
    {BOOL(SOURCE "overrideLineage", "false"), INTO(publish.override_lineage),
     .help =
         "Lineage replaces what is there, also what people drew. Each edge is read in every "
         "run for that."},
    {.path = SOURCE "lineageInformation.dbServicePrefixes",
     .type = CONFIG_TYPE_TEXTS,

     .help = "Database services (or service.database.schema) that tables are looked up in."},
    {CHOICE(SOURCE "queryParserConfig.type", "Auto|SqlGlot|SqlFluff", "Auto"),
     .no_effect = "hexmeta reads SQL with a parser of its own",
     .help = "OpenMetadata's SQL parser."},

    {TEXT("processor.type"), .no_effect = NO_STEP, .help = "Processor step."},
    {FREE("processor.config"), .no_effect = NO_STEP, .help = "Its settings."},
    {TEXT("stage.type"), .no_effect = NO_STEP, .help = "Stage step."},
    {FREE("stage.config"), .no_effect = NO_STEP, .help = "Its settings."},
    {TEXT("bulkSink.type"), .no_effect = NO_STEP, .help = "Bulk sink step."},
    {FREE("bulkSink.config"), .no_effect = NO_STEP, .help = "Its settings."},
    {CHOICE("sink.type", "catalog|metadata-rest", "catalog"), INTO(sink),

     .help = "metadata-rest: publish to OpenMetadata; catalog: stop at the local catalog."},
    {FREE("sink.config"), .no_effect = "the sink takes its settings from workflowConfig",
     .help = "Settings of the sink."},

    {CHOICE("workflowConfig.loggerLevel", "DEBUG|INFO|WARN|ERROR", "INFO"), INTO(logger_level),
     .help = "What is logged: this level and above."},
    {BOOL("workflowConfig.raiseOnError", "true"), INTO(raise_on_error),
     .help = "A run below the success threshold ends with exit code 1."},
    {INT("workflowConfig.successThreshold", 0, 100, "90"), INTO(success_threshold),
     .help = "Per cent of the items of a run that must succeed."},
    {FREE("workflowConfig.config"), .no_effect = "hexmeta has no settings there",
     .help = "Free settings of a workflow."},
    {CHOICE(OM "type", "OpenMetadata", "OpenMetadata"),
     .help = "The kind of server: always OpenMetadata."},
    {TEXT(OM "hostPort"), INTO(publish.url), .fallback = "http://localhost:8585/api",
     .help = "Address of OpenMetadata's API, such as http://localhost:8585/api."},
    {CHOICE(OM "authProvider",
            "openmetadata|basic|azure|google|okta|auth0|aws-cognito|custom-oidc|ldap|saml|"
            "no-auth",
            "basic"),
     .help = "How OpenMetadata checks who asks; hexmeta always shows it the token."},
    {TEXT(OM "securityConfig.jwtToken"), INTO(publish.token), .is_secret = true,
     .help = "Token of OpenMetadata's ingestion bot."},
    {CHOICE(OM "verifySSL", "no-ssl|ignore|validate", "no-ssl"), INTO(publish.verify_ssl),
     .help = "Whether OpenMetadata's certificate is checked."},
    {TEXT(OM "sslConfig.caCertificate"), INTO(publish.ca_file), .is_secret = true,
     .help = "File with the certificate authorities (PEM) to trust for OpenMetadata."},
    {TEXT(OM "sslConfig.sslCertificate"), .is_secret = true,
     .no_effect = "hexmeta shows OpenMetadata a token, no certificate",
     .help = "Client certificate."},
    {TEXT(OM "sslConfig.sslKey"), .is_secret = true,
     .no_effect = "hexmeta shows OpenMetadata a token, no certificate",
     .help = "Key of the client certificate."},
    {TEXT(OM "apiVersion"), .fallback = "v1", .no_effect = "the server tells its version",
     .help = "Version of OpenMetadata's API."},
    {TEXT(OM "clusterName"), .fallback = "openmetadata",
     .no_effect = "OpenMetadata's own client has no use for it either",
     .help = "Name of OpenMetadata's cluster."},
    {TEXT(OM "extraHeaders.*"), .is_secret = true,
     .help = "Header sent with each request to OpenMetadata."},
    {BOOL(OM "storeServiceConnection", "false"), INTO(publish.stores_connection),
     .help = "The connection to Hex, token included, is stored in OpenMetadata when the "
             "service is made there. OpenMetadata's own default is true."},
    {CHOICE(OM "secretsManagerProvider",
            "db|managed-aws|aws|managed-aws-ssm|aws-ssm|managed-azure-kv|azure-kv|in-memory|"
            "gcp|kubernetes|noop",
            "db"),
     .no_effect = SERVER, .help = "Where OpenMetadata keeps secrets."},
    {CHOICE(OM "secretsManagerLoader", "noop|airflow|env", "noop"), .no_effect = SERVER,
     .help = "How OpenMetadata's ingestion reads them."},
    {BOOL(OM "enableVersionValidation", "true"), INTO(publish.validates_version),
     .help = "Versions of server and client are compared."},
    {BOOL(OM "forceEntityOverwriting", "false"), .no_effect = OTHER_SOURCES,
     .help = "For OpenMetadata's own backups."},
    {INT(OM "limitRecords", 0, INT64_MAX, "1000"), .no_effect = OTHER_SOURCES,
     .help = "For OpenMetadata's own backups."},
#define BACKUP(name)                                                                           \
    {                                                                                          \
        BOOL(OM name, "true"), .no_effect = OTHER_SOURCES,                                     \
                               .help = "For OpenMetadata's own backups."                       \
    }
    BACKUP("includeDashboards"),
    BACKUP("includeDatabaseServices"),
    BACKUP("includeGlossaryTerms"),
    BACKUP("includeMessagingServices"),
    BACKUP("includeMlModels"),
    BACKUP("includePipelineServices"),
    BACKUP("includePipelines"),
    BACKUP("includePolicy"),
    BACKUP("includeTables"),
    BACKUP("includeTags"),
    BACKUP("includeTeams"),
    BACKUP("includeTopics"),
    BACKUP("includeUsers"),
    BACKUP("supportsDataInsightExtraction"),
    BACKUP("supportsElasticSearchReindexingExtraction"),
    PATTERNS(OM "databaseFilterPattern", "databases with names", OTHER_SOURCES),
    PATTERNS(OM "schemaFilterPattern", "schemas with names", OTHER_SOURCES),
    PATTERNS(OM "tableFilterPattern", "tables with names", OTHER_SOURCES),
    {TEXT(OM "elasticsSearch.type"), .no_effect = OTHER_SOURCES,
     .help = "For OpenMetadata's own search index."},
    {FREE(OM "elasticsSearch.config"), .no_effect = OTHER_SOURCES, .help = "Its settings."},

    {TEXT("ingestionPipelineFQN"), INTO(publish.pipeline),
     .help = "Name of the ingestion pipeline in OpenMetadata that this run reports to: that it "
             "runs, how far it is (since 2.0), and how it went."},
    {TEXT("pipelineRunId"), INTO(publish.run_id), .help = "Id of the run there."},
    {TEXT("ingestionRunnerName"), .no_effect = "hexmeta is the runner",
     .help = "Name of the runner there."},
    {BOOL("enableStreamableLogs", "false"),
     .no_effect = "this version keeps its log on the machine that it runs on",
     .help = "The log goes to OpenMetadata while the run is on."},

    {TEXT("hexmeta.catalog"), INTO(catalog), .fallback = "hex.catalog.db",
     .help = "File of the local catalog. Relative paths start from the folder of the "
             "configuration file."},
    {TEXT("hexmeta.workspace"), INTO(workspace),
     .help = "Slug or id of the workspace, for the addresses of projects. By default Hex is "
             "asked."},
    {CHOICE("hexmeta.version", "draft|published", "draft"), INTO(version),
     .help = "Which version of a project cells and lineage are read from."},
    {CHOICE("hexmeta.details", "full|listing", "full"), INTO(details),
     .help = "listing: only what the list of projects says, no request per project."},
    {CHOICE("hexmeta.visibility", "all|workspace", "all"), INTO(publish.visibility),
     .help = "workspace: publish only what the workspace or a collection may see."},
    {BOOL("hexmeta.publishSql", "true"), INTO(publish.publish_sql),
     .help = "SQL texts are published."},
    {BOOL("hexmeta.publishRuns", "false"), INTO(publish.publish_runs),
     .help = "Each project with a schedule or runs becomes a pipeline of the service "
             "`<serviceName>_runs`, with its schedule and the history of its runs. "
             "`markDeletedDashboards` holds for them, too."},
    {TEXT("hexmeta.tags.categories"), INTO(publish.tags[TAG_KIND_CATEGORY]), .fallback = "true",
     .help = "Classification of the tags that Hex's categories become; true: HexCategories, "
             "false: none. Several kinds may share one."},
    {TEXT("hexmeta.tags.status"), INTO(publish.tags[TAG_KIND_STATUS]), .fallback = "true",
     .help = "The same for the status of a project; true: HexStatus."},
    {TEXT("hexmeta.tags.collections"), INTO(publish.tags[TAG_KIND_COLLECTION]),
     .fallback = "true", .help = "The same for collections; true: HexCollections."},
    {TEXT("hexmeta.tags.component"), INTO(publish.tags[TAG_KIND_COMPONENT]), .fallback = "true",
     .help = "Classification of the tag Component that components have, also without "
             "includeTags; true: HexType, false: no such tag."},
    {TEXT("hexmeta.dataModelType"), INTO(publish.data_model_type),
     .help = "dataModelType of data sets in OpenMetadata. By default one that the server's "
             "version knows."},
    {INT("hexmeta.requestsPerMinute", 0, 100000, "60"), INTO(requests_per_minute),
     .help = "Requests to Hex in any minute; 0: no limit. Slows down by itself when Hex asks "
             "for it."},
    {INT("hexmeta.requestsPerHour", 0, 1000000, "1800"), INTO(requests_per_hour),
     .help = "Requests to Hex in any hour; 0: no limit."},
    {INT("hexmeta.retryBudgetSeconds", 0, 86400, "900"), INTO(retry_budget_seconds),
     .help = "How long one request is tried again before it counts as failed."},
    PATTERNS("hexmeta.ownerFilterPattern",
             "projects of owners (else creators) with e-mail addresses", NULL),
    PATTERNS("hexmeta.categoryFilterPattern", "projects in categories with names", NULL),
    PATTERNS("hexmeta.statusFilterPattern", "projects in statuses with names", NULL),
    {BOOL("hexmeta.includeArchived", "false"), INTO(include_archived),
     .help = "Archived projects are read in full, too. Trashed ones never are."},
    {BOOL("hexmeta.includeOutputs", "false"), INTO(include_outputs),
     .help = "Pictures of chart cells are read (Hex allows 20 a minute)."},
    {INT("hexmeta.refreshAfterDays", 1, 3650, "7"), INTO(refresh_after_days),
     .help = "Unchanged projects are read again after so many days, spread over two days "
             "more or less, with at most a tenth of the allowed requests. Changed ones come "
             "first."},
    {INT("hexmeta.maxDeletePercent", 0, 100, "20"), INTO(max_delete_percent),
     .help = "When more active projects than this share (and more than 5), or more than half, "
             "would stop being active in one run, none is marked and the exit status is 5, "
             "unless the run has --accept-deletes."},
    {BOOL("hexmeta.allowEmpty", "false"), INTO(allow_empty),
     .help = "A workspace without projects is no failure."},
    {BOOL("hexmeta.allowHttp", "false"), INTO(allow_http),
     .help = "The token may travel over plain http to a host that is not this machine."},
    {TEXT("hexmeta.caFile"), INTO(ca_file),
     .help = "File with the certificate authorities (PEM) to trust for Hex instead of the "
             "system's. Relative paths start from the folder of the configuration file."},
    {TEXT("hexmeta.connections.*.service"),
     .help = "Database service in OpenMetadata of this data connection (key: its id or name)."},
    {TEXT("hexmeta.connections.*.database"),
     .help = "Database of table names that lack one; wins over what Hex says."},
    {TEXT("hexmeta.connections.*.schema"),
     .help = "Schema of table names that lack one; wins over what Hex says."},
};

const size_t config_table_count = sizeof(config_table) / sizeof(config_table[0]);

size_t config_table_find(struct str path)
{
    for (size_t i = 0; i < config_table_count; i++) {
        if (str_is(path, config_table[i].path)) {
            return i;
        }
    }
    return SIZE_MAX;
}

struct str config_table_part(const struct config_setting *setting, struct str section)
{
    struct str rest = str_from(setting->path);
    if (section.n > 0) {
        if (rest.n <= section.n || memcmp(rest.p, section.p, section.n) != 0 ||
            rest.p[section.n] != '.') {
            return STR_NULL;
        }
        rest = str_sub(rest, section.n + 1, rest.n);
    }
    size_t dot = str_find(rest, '.');
    return str_sub(rest, 0, dot == SIZE_MAX ? rest.n : dot);
}

bool config_table_is_section(struct str path)
{
    for (size_t i = 0; i < config_table_count; i++) {
        if (!str_is_null(config_table_part(&config_table[i], path))) {
            return true;
        }
    }
    return false;
}

struct str config_table_choice(const char *choices, size_t index)
{
    struct str rest = str_from(choices);
    for (;;) {
        size_t bar = str_find(rest, '|');
        struct str word = str_sub(rest, 0, bar == SIZE_MAX ? rest.n : bar);
        if (index == 0) {
            return word;
        }
        if (bar == SIZE_MAX) {
            return STR_NULL;
        }
        rest = str_sub(rest, bar + 1, rest.n);
        index--;
    }
}
