#include "omsim/kind.h"

#define COMMON "owners tags followers votes domains dataProducts extension "
#define ASSET COMMON "lifeCycle certification sourceHash "

static const struct kind kinds[KIND_COUNT] = {
    {KIND_USER, "user", "users", "CreateUser", NULL, KIND_NONE,
     "profile roles teams follows owns domains personas", 0},
    {KIND_TEAM, "team", "teams", "CreateTeam", NULL, KIND_NONE,
     "owners profile users owns defaultRoles parents children policies domains", 0},
    {KIND_BOT, "bot", "bots", NULL, NULL, KIND_NONE, "domains", KIND_IS_SEEDED},
    {KIND_DOMAIN, "domain", "domains", NULL, NULL, KIND_NONE, COMMON "children experts",
     KIND_IS_SEEDED},
    {KIND_DATA_PRODUCT, "dataProduct", "dataProducts", NULL, NULL, KIND_NONE, COMMON "experts",
     KIND_IS_SEEDED},
    {KIND_CLASSIFICATION, "classification", "classifications", "CreateClassification", NULL,
     KIND_NONE, "owners domains reviewers usageCount termCount", 0},
    {KIND_TAG, "tag", "tags", "CreateTag", "classification", KIND_CLASSIFICATION,
     "owners domains dataProducts reviewers children usageCount", 0},
    {KIND_GLOSSARY, "glossary", "glossaries", NULL, NULL, KIND_NONE, COMMON "reviewers",
     KIND_IS_SEEDED},
    {KIND_GLOSSARY_TERM, "glossaryTerm", "glossaryTerms", NULL, "glossary", KIND_GLOSSARY,
     COMMON "reviewers children", KIND_IS_SEEDED},
    {KIND_DATABASE_SERVICE, "databaseService", "services/databaseServices",
     "CreateDatabaseService", NULL, KIND_NONE, COMMON "pipelines", KIND_IS_SERVICE},
    {KIND_DATABASE, "database", "databases", "CreateDatabase", "service", KIND_DATABASE_SERVICE,
     ASSET "databaseSchemas usageSummary location",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_STALE},
    {KIND_DATABASE_SCHEMA, "databaseSchema", "databaseSchemas", "CreateDatabaseSchema",
     "database", KIND_DATABASE, ASSET "tables usageSummary",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_STALE},
    {KIND_TABLE, "table", "tables", "CreateTable", "databaseSchema", KIND_DATABASE_SCHEMA,
     ASSET "tableConstraints tablePartition usageSummary customMetrics schemaDefinition "
           "joins testSuite dataModel queries profile",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_USAGE | KIND_HAS_STALE},
    {KIND_DASHBOARD_SERVICE, "dashboardService", "services/dashboardServices",
     "CreateDashboardService", NULL, KIND_NONE, COMMON "pipelines", KIND_IS_SERVICE},
    {KIND_DASHBOARD, "dashboard", "dashboards", "CreateDashboard", "service",
     KIND_DASHBOARD_SERVICE, ASSET "charts dataModels usageSummary",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_USAGE | KIND_HAS_STALE},
    {KIND_CHART, "chart", "charts", "CreateChart", "service", KIND_DASHBOARD_SERVICE,
     ASSET "dashboards usageSummary",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_USAGE | KIND_HAS_STALE},
    {KIND_DATA_MODEL, "dashboardDataModel", "dashboard/datamodels", "CreateDashboardDataModel",
     "service", KIND_DASHBOARD_SERVICE, ASSET,
     KIND_HAS_NEW_BULK | KIND_IS_ASSET | KIND_HAS_STALE},
    {KIND_PIPELINE_SERVICE, "pipelineService", "services/pipelineServices",
     "CreatePipelineService", NULL, KIND_NONE, COMMON "pipelines", KIND_IS_SERVICE},
    {KIND_PIPELINE, "pipeline", "pipelines", "CreatePipeline", "service", KIND_PIPELINE_SERVICE,
     ASSET "tasks pipelineStatus usageSummary scheduleInterval",
     KIND_HAS_BULK | KIND_IS_ASSET | KIND_HAS_USAGE | KIND_HAS_STALE},
    {KIND_INGESTION_PIPELINE, "ingestionPipeline", "services/ingestionPipelines",
     "CreateIngestionPipeline", "service", KIND_NONE,
     "owners pipelineStatuses followers domains", 0},
    {KIND_WORKFLOW, "workflow", "automations/workflows", NULL, NULL, KIND_NONE,
     "owners domains", KIND_IS_SEEDED},
    {KIND_TEST_DEFINITION, "testConnectionDefinition", "services/testConnectionDefinitions",
     NULL, NULL, KIND_NONE, "owners domains", KIND_IS_SEEDED},
};

static const char *const optional[] = {
    "owners",
    "tags",
    "followers",
    "votes",
    "domains",
    "dataProducts",
    "extension",
    "lifeCycle",
    "certification",
    "sourceHash",
    "usageSummary",
    "charts",
    "dataModels",
    "dashboards",
    "profile",
    "roles",
    "teams",
    "follows",
    "owns",
    "personas",
    "users",
    "defaultRoles",
    "parents",
    "children",
    "policies",
    "experts",
    "reviewers",
    "usageCount",
    "termCount",
    "pipelines",
    "tables",
    "location",
    "databaseSchemas",
    "tableConstraints",
    "tablePartition",
    "customMetrics",
    "joins",
    "schemaDefinition",
    "testSuite",
    "dataModel",
    "queries",
    "tasks",
    "pipelineStatus",
    "scheduleInterval",
    "pipelineStatuses",
};

const struct kind *kind_get(enum kind_id id)
{
    return &kinds[id];
}

const struct kind *kind_of_type(struct str type)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (str_is(type, kinds[i].type)) {
            return &kinds[i];
        }
    }
    return NULL;
}

uint64_t kind_field_bit(struct str name)
{
    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        if (str_is(name, optional[i])) {
            return UINT64_C(1) << i;
        }
    }
    return 0;
}

/* Whether the list, separated by blanks, has the word. */
static bool has_word(struct str list, struct str word)
{
    while (list.n > 0) {
        size_t end = str_find(list, ' ');
        if (str_eq(str_sub(list, 0, end), word)) {
            return true;
        }
        list = end == SIZE_MAX ? STR("") : str_sub(list, end + 1, SIZE_MAX);
    }
    return false;
}

bool kind_has_field(const struct kind *kind, struct str name)
{
    return has_word(str_from(kind->optional), name);
}

/* Fields that are always there may be asked for, too. */
static bool is_plain_field(struct str name)
{
    return has_word(STR("columns service displayName description sourceUrl connection "
                        "testConnectionResult"),
                    name);
}

bool kind_read_fields(const struct kind *kind, struct str text, uint64_t *fields,
                      struct str *wrong)
{
    *fields = 0;
    while (text.n > 0) {
        size_t comma = str_find(text, ',');
        struct str name = str_trim(str_sub(text, 0, comma));
        text = comma == SIZE_MAX ? STR("") : str_sub(text, comma + 1, SIZE_MAX);
        if (str_is(name, "*")) {
            *fields = KIND_ALL_FIELDS;
        } else if (kind_has_field(kind, name)) {
            *fields |= kind_field_bit(name);
        } else if (!is_plain_field(name)) {
            *wrong = name;
            return false;
        }
    }
    return true;
}
