#include "omsim/shape.h"

#include "common/memory.h"
#include "omsim/value.h"

#include <string.h>

/*
 * fields: "name!:type other:[type]". "!" is required; "+" exists since 2.0. A type is a word of
 * the switch below, another shape, or "[type]", a list of it. A shape without fields is an
 * enumeration; there "+" marks a value of 2.0 and "~" stands for a blank.
 */
struct shape {
    const char *name;
    const char *old_file;
    const char *fields;
    const char *values;
    bool is_open; /* unknown fields are let pass */
};

static const struct shape shapes[] = {
    {"EntityReference", "type/entityReference.json",
     "id!:uuid type!:string name:string fullyQualifiedName:string description:string "
     "displayName:string deleted:boolean inherited:boolean href:uri"},
    {"Style", NULL, "color:string iconURL:string coverImage:object"},
    {"TagSource", NULL, NULL, "Classification Glossary"},
    {"LabelType", NULL, NULL, "Manual Propagated Automated Derived Generated"},
    {"LabelState", NULL, NULL, "Suggested Confirmed"},
    {"TagLabel", "type/tagLabel.json",
     "tagFQN!:string source!:TagSource labelType!:LabelType state!:LabelState name:string "
     "displayName:string description:string style:Style href:uri reason:string "
     "appliedAt:date-time appliedBy:string metadata:object"},
    {"AccessDetails", NULL,
     "timestamp!:integer accessedBy:EntityReference accessedByAProcess:string"},
    {"LifeCycle", "type/lifeCycle.json",
     "created:AccessDetails updated:AccessDetails accessed:AccessDetails"},
    {"DataType", NULL, NULL,
     "NUMBER TINYINT SMALLINT INT BIGINT BYTEINT BYTES FLOAT DOUBLE DECIMAL NUMERIC TIMESTAMP "
     "TIMESTAMPZ TIME DATE DATETIME INTERVAL STRING MEDIUMTEXT TEXT CHAR LONG VARCHAR BOOLEAN "
     "BINARY VARBINARY ARRAY BLOB LONGBLOB MEDIUMBLOB MAP STRUCT UNION SET GEOGRAPHY ENUM JSON "
     "UUID VARIANT GEOMETRY BYTEA AGGREGATEFUNCTION ERROR FIXED RECORD NULL SUPER HLLSKETCH "
     "PG_LSN PG_SNAPSHOT TSQUERY TXID_SNAPSHOT XML MACADDR TSVECTOR UNKNOWN CIDR INET CLOB "
     "ROWID LOWCARDINALITY YEAR POINT POLYGON TUPLE SPATIAL TABLE NTEXT IMAGE IPV4 IPV6 "
     "DATETIMERANGE HLL LARGEINT QUANTILE_STATE AGG_STATE BITMAP UINT BIT MONEY MEASURE~HIDDEN "
     "MEASURE~VISIBLE MEASURE KPI "
     "HEIRARCHY HIERARCHYID"},
    {"Constraint", NULL, NULL, "NULL NOT_NULL UNIQUE PRIMARY_KEY"},
    {"Column", NULL,
     "name!:columnName dataType!:DataType displayName:string arrayDataType:DataType "
     "dataLength:integer precision:integer scale:integer dataTypeDisplay:string "
     "description:string fullyQualifiedName:fqn tags:[TagLabel] constraint:Constraint "
     "ordinalPosition:integer jsonSchema:string children:[Column] profile:object "
     "customMetrics:[object] extension:any"},
    {"DashboardType", NULL, NULL, "Dashboard Report"},
    {"ChartType", NULL, NULL,
     "Line Table Bar Area Pie Histogram Scatter Text BoxPlot SanKey Gauge Map Graph Heatmap "
     "Timeline Other"},
    {"DataModelType", NULL, NULL,
     "TableauDataModel TableauPublishedDatasource TableauEmbeddedDatasource SupersetDataModel "
     "MetabaseDataModel +ModeDataModel LookMlView LookMlExplore PowerBIDataModel QlikDataModel "
     "QuickSightDataModel SigmaDataModel PowerBIDataFlow +PowerBIDatamart MicroStrategyDataset "
     "ThoughtSpotDataModel +SapS4HanaCdsView +SsrsDataModel +OmniDataModel"},
    {"DashboardServiceType", NULL, NULL,
     "Superset Looker Tableau Redash Metabase PowerBI PowerBIReportServer Mode CustomDashboard "
     "DomoDashboard QuickSight QlikSense Lightdash MicroStrategy QlikCloud Sigma ThoughtSpot "
     "Grafana Hex Ssrs +SapS4Hana +Omni"},
    {"TokenType", NULL, NULL, "personal workspace"},
    {"HexType", NULL, NULL, "Hex"},
    {"FilterPattern", NULL, "includes:[string] excludes:[string]"},
    {"HexConnection", "entity/services/connections/dashboard/hexConnection.json",
     "hostPort!:uri token!:string type:HexType tokenType:TokenType includeTags:boolean "
     "dashboardFilterPattern:FilterPattern supportsMetadataExtraction:boolean"},
    {"Connection", NULL, "config:object"},
    {"CreateDashboardService", "api/services/createDashboardService.json",
     "name!:entityName serviceType!:DashboardServiceType displayName:string description:string "
     "connection:Connection tags:[TagLabel] owners:[EntityReference] domains:[string] "
     "dataProducts:[fqn] ingestionRunner:EntityReference +style:Style"},
    {"CreateDashboard", "api/data/createDashboard.json",
     "name!:entityName service!:fqn displayName:string description:string "
     "dashboardType:DashboardType sourceUrl:string project:string charts:[fqn] "
     "dataModels:[fqn] "
     "tags:[TagLabel] owners:[EntityReference] extension:any domains:[fqn] dataProducts:[fqn] "
     "lifeCycle:LifeCycle sourceHash:hash"},
    {"CreateChart", "api/data/createChart.json",
     "name!:entityName service!:fqn displayName:string description:string chartType:ChartType "
     "sourceUrl:string tags:[TagLabel] owners:[EntityReference] extension:any domains:[fqn] "
     "dataProducts:[fqn] lifeCycle:LifeCycle sourceHash:hash dashboards:[fqn]"},
    {"CreateDashboardDataModel", "api/data/createDashboardDataModel.json",
     "name!:entityName service!:fqn dataModelType!:DataModelType columns!:[Column] "
     "displayName:string description:string tags:[TagLabel] owners:[EntityReference] "
     "serviceType:DashboardServiceType sourceUrl:string sql:string project:string "
     "domains:[string] dataProducts:[fqn] lifeCycle:LifeCycle sourceHash:hash extension:any"},
    {"Provider", NULL, NULL, "system user automation"},
    {"CreateClassification", "api/classification/createClassification.json",
     "name!:entityName description!:string displayName:string mutuallyExclusive:boolean "
     "provider:Provider owners:[EntityReference] reviewers:[EntityReference] domains:[string] "
     "autoClassificationConfig:object"},
    {"CreateTag", "api/classification/createTag.json",
     "name!:entityName description!:string classification:fqn parent:fqn displayName:string "
     "style:Style associatedTags:[string] provider:Provider mutuallyExclusive:boolean "
     "domains:[string] owners:[EntityReference] reviewers:[EntityReference] "
     "recognizers:[object] autoClassificationEnabled:boolean "
     "autoClassificationPriority:integer"},
    {"LineageSource", NULL, NULL,
     "Manual ViewLineage QueryLineage PipelineLineage DashboardLineage DbtLineage SparkLineage "
     "OpenLineage ExternalTableLineage CrossDatabaseLineage ChildAssets"},
    {"ColumnLineage", NULL, "fromColumns:[fqn] toColumn:fqn function:string", NULL, true},
    {"TempTable", NULL, "fromEntity!:string toEntity!:string", NULL, true},
    {"LineageDetails", "type/entityLineage.json#/definitions/lineageDetails",
     "sqlQuery:string columnsLineage:[ColumnLineage] pipeline:EntityReference "
     "description:string source:LineageSource tempLineageTables:[TempTable] createdAt:integer "
     "createdBy:string updatedAt:integer updatedBy:string assetEdges:integer",
     NULL, true},
    {"Edge", NULL,
     "fromEntity!:EntityReference toEntity!:EntityReference description:string "
     "lineageDetails:LineageDetails"},
    {"AddLineage", "api/lineage/addLineage.json", "edge!:Edge"},
    {"PipelineServiceType", NULL, NULL,
     "Airflow GluePipeline KinesisFirehose Airbyte Fivetran Flink Dagster Nifi DomoPipeline "
     "CustomPipeline DatabricksPipeline Spline Spark OpenLineage +Prefect KafkaConnect "
     "DBTCloud "
     "Matillion Stitch DataFactory Wherescape SSIS Snowplow Mulesoft MicrosoftFabricPipeline "
     "+SapBw4HanaPipeline"},
    {"CreatePipelineService", "api/services/createPipelineService.json",
     "name!:entityName serviceType!:PipelineServiceType displayName:string description:string "
     "connection:Connection tags:[TagLabel] owners:[EntityReference] domains:[string] "
     "dataProducts:[fqn] scheduleInterval:string lifeCycle:LifeCycle "
     "ingestionRunner:EntityReference +style:Style"},
    {"PipelineState", NULL, NULL, "Active Inactive"},
    {"Task", NULL,
     "name!:string displayName:string fullyQualifiedName:string description:string "
     "sourceUrl:string downstreamTasks:[string] taskType:string taskSQL:string "
     "startDate:string endDate:string tags:[TagLabel] owners:[EntityReference]"},
    {"CreatePipeline", "api/data/createPipeline.json",
     "name!:entityName service!:fqn displayName:string description:string sourceUrl:string "
     "concurrency:integer pipelineLocation:string startDate:date-time tasks:[Task] "
     "state:PipelineState tags:[TagLabel] owners:[EntityReference] extension:any "
     "domains:[string] dataProducts:[fqn] scheduleInterval:string lifeCycle:LifeCycle "
     "sourceHash:hash"},
    {"StatusType", NULL, NULL, "Successful Failed Pending Skipped"},
    {"TaskStatus", NULL,
     "name!:string executionStatus!:StatusType taskId:string startTime:integer "
     "endTime:integer logLink:uri inputs:[object] outputs:[object] metrics:object "
     "transformationLogic:string"},
    {"PipelineStatus", "entity/data/pipeline.json#/definitions/pipelineStatus",
     "timestamp!:integer executionStatus!:StatusType endTime:integer executionId:string "
     "taskStatus:[TaskStatus] parameters:object error:object executedBy:EntityReference "
     "inputs:[object] outputs:[object] metrics:object version:string"},
    {"PipelineType", NULL, NULL,
     "metadata usage lineage profiler autoClassification TestSuite dataInsight "
     "elasticSearchReindex dbt application +policyAgent"},
    {"LogLevel", NULL, NULL, "DEBUG INFO WARN ERROR"},
    {"SourceConfig", NULL, "config:object"},
    {"CreateIngestionPipeline", "api/services/ingestionPipelines/createIngestionPipeline.json",
     "name!:entityName pipelineType!:PipelineType sourceConfig!:SourceConfig "
     "airflowConfig!:object service!:EntityReference displayName:string description:string "
     "owners:[EntityReference] loggerLevel:LogLevel raiseOnError:boolean provider:Provider "
     "domains:[string] processingEngine:EntityReference enableStreamableLogs:boolean"},
    {"RunState", NULL, NULL, "queued success failed running partialSuccess stopped"},
    {"StepFailure", NULL, "name!:string error!:string stackTrace:string"},
    {"StepSummary", "entity/services/ingestionPipelines/status.json#/definitions/stepSummary",
     "name!:string records:integer updated_records:integer warnings:integer errors:integer "
     "filtered:integer failures:[StepFailure] progress:object operationMetrics:object "
     "sourceTimeMs:number sinkTimeMs:number"},
    {"IngestionPipelineStatus",
     "entity/services/ingestionPipelines/ingestionPipeline.json#/definitions/pipelineStatus",
     "runId:string pipelineState:RunState startDate:integer timestamp:integer endDate:integer "
     "status:[StepSummary] config:object metadata:object"},
    {"UpdateType", NULL, NULL, "DISCOVERY PROCESSING STEP_COMPLETE PIPELINE_COMPLETE ERROR"},
    {"GlobalCounter", NULL, "entityType:string done:integer total:integer"},
    {"ProgressNode", NULL,
     "entityType:string label:string active:boolean expected:integer processed:integer "
     "overflow:integer children:[ProgressNode]"},
    {"ProgressUpdate", "entity/services/ingestionPipelines/progressUpdate.json",
     "runId!:string timestamp!:integer updateType!:UpdateType currentEntity:string "
     "estimatedSecondsRemaining:integer globalCounters:[GlobalCounter] message:string "
     "progress:ProgressNode stepName:string totalAssetsIngested:integer"},
    {"TestStep", NULL,
     "name!:string mandatory!:boolean passed!:boolean message:string errorLog:string "
     "+status:string +skipReason:string +diagnosis:any +durationMs:number "
     "+executedCommand:string +resultSummary:any"},
    {"TestStatus", NULL, NULL, "Successful Failed Running"},
    {"TestConnectionResult", "entity/services/connections/testConnectionResult.json",
     "steps!:[TestStep] status:TestStatus lastUpdatedAt:integer"},
    {"DailyCount", "type/dailyCount.json", "count!:count date!:date"},
    {"BulkDeleteStaleRequest", NULL,
     "scopeFqn!:string scopeEntityType!:string seenFqns!:[string] dryRun:boolean "
     "hardDelete:boolean recursive:boolean"},
    {"RestoreEntity", "api/data/restoreEntity.json", "id!:uuid"},
    {"CreateDatabaseService", "api/services/createDatabaseService.json",
     "name!:entityName serviceType!:string displayName:string description:string "
     "connection:Connection tags:[TagLabel] owners:[EntityReference] domains:[string] "
     "dataProducts:[fqn] ingestionRunner:EntityReference +style:Style"},
    {"CreateDatabase", "api/data/createDatabase.json",
     "name!:entityName service!:fqn displayName:string description:string tags:[TagLabel] "
     "owners:[EntityReference] dataProducts:[fqn] default:boolean retentionPeriod:string "
     "extension:any sourceUrl:string domains:[string] lifeCycle:LifeCycle sourceHash:hash"},
    {"CreateDatabaseSchema", "api/data/createDatabaseSchema.json",
     "name!:entityName database!:fqn displayName:string description:string tags:[TagLabel] "
     "owners:[EntityReference] dataProducts:[fqn] retentionPeriod:string extension:any "
     "sourceUrl:string domains:[string] lifeCycle:LifeCycle sourceHash:hash"},
    {"CreateTable", "api/data/createTable.json",
     "name!:entityName databaseSchema!:fqn columns!:[Column] displayName:string "
     "description:string tableType:string dataModel:object locationPath:string "
     "tableConstraints:[object] tablePartition:object tableProfilerConfig:object "
     "owners:[EntityReference] tags:[TagLabel] schemaDefinition:string "
     "retentionPeriod:string extension:any sourceUrl:string domains:[string] "
     "dataProducts:[fqn] fileFormat:string lifeCycle:LifeCycle sourceHash:hash"},
    {"CreateUser", "api/teams/createUser.json",
     "name!:entityName email!:email displayName:string description:string isBot:boolean "
     "isAdmin:boolean teams:[uuid] profile:object timezone:string"},
    {"TeamType", NULL, NULL, "Group Department Division BusinessUnit Organization"},
    {"CreateTeam", "api/teams/createTeam.json",
     "name!:entityName teamType!:TeamType displayName:string description:string "
     "email:email users:[uuid] parents:[uuid]"},
};

#define SHAPE_COUNT (sizeof(shapes) / sizeof(shapes[0]))

const char *shape_old_file(const char *name)
{
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        if (strcmp(shapes[i].name, name) == 0) {
            return shapes[i].old_file;
        }
    }
    return NULL;
}

static const struct {
    const char *name;
    const char *schema;
} words[] = {
    {"any", "{}"},
    {"object", "{\"type\":\"object\"}"},
    {"string", "{\"type\":\"string\"}"},
    {"integer", "{\"type\":\"integer\"}"},
    {"number", "{\"type\":\"number\"}"},
    {"boolean", "{\"type\":\"boolean\"}"},
    {"count", "{\"type\":\"integer\",\"minimum\":0}"},
    {"uuid", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"uri", "{\"type\":\"string\",\"format\":\"uri\"}"},
    {"date", "{\"type\":\"string\",\"format\":\"date\"}"},
    {"date-time", "{\"type\":\"string\",\"format\":\"date-time\"}"},
    {"email", "{\"type\":\"string\",\"format\":\"email\",\"minLength\":6,\"maxLength\":127}"},
    {"hash", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":32}"},
    {"fqn", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":3072}"},
    {"columnName", "{\"type\":\"string\",\"minLength\":1,\"pattern\":\"^((?!::).)*$\"}"},
    {"entityName", "{\"type\":\"string\",\"minLength\":1,\"maxLength\":256,"
                   "\"pattern\":\"^((?!::).)*$\"}"},
};

static json_t *type_schema(struct str type)
{
    if (str_starts_with(type, "[")) {
        json_t *list = value_sure(json_pack("{s:s}", "type", "array"));
        value_put(list, "items", type_schema(str_sub(type, 1, type.n - 2)));
        return list;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_is(type, words[i].name)) {
            return value_sure(json_loads(words[i].schema, 0, NULL));
        }
    }
    return value_sure(
        json_pack("{s:o}", "$ref", value_sure(json_sprintf("#/$defs/%.*s", STR_ARG(type)))));
}

/* The next word of a list; STR_NULL at its end. */
static struct str next_word(struct str *text)
{
    *text = str_trim(*text);
    if (text->n == 0) {
        return STR_NULL;
    }
    size_t end = str_find(*text, ' ');
    struct str word = str_sub(*text, 0, end == SIZE_MAX ? text->n : end);
    *text = str_sub(*text, word.n, SIZE_MAX);
    return word;
}

/* Without its "+"; STR_NULL when the server does not have it yet. */
static struct str since(struct str word, bool is_two)
{
    if (!str_starts_with(word, "+")) {
        return word;
    }
    return is_two ? str_sub(word, 1, SIZE_MAX) : STR_NULL;
}

static json_t *enumeration(const struct shape *shape, bool is_two)
{
    json_t *values = value_sure(json_array());
    struct str text = str_from(shape->values);
    for (struct str word = next_word(&text); !str_is_null(word); word = next_word(&text)) {
        struct str value = since(word, is_two);
        size_t blank = str_find(value, '~');
        if (blank != SIZE_MAX) {
            value_append(values, json_sprintf("%.*s %.*s", (int)blank, value.p,
                                              (int)(value.n - blank - 1), value.p + blank + 1));
        } else if (!str_is_null(value)) {
            value_append(values, value_text(value));
        }
    }
    return value_sure(json_pack("{s:s,s:o}", "type", "string", "enum", values));
}

static json_t *object_schema(const struct shape *shape, bool is_two)
{
    json_t *properties = value_sure(json_object());
    json_t *required = value_sure(json_array());
    struct str text = str_from(shape->fields);
    for (struct str word = next_word(&text); !str_is_null(word); word = next_word(&text)) {
        struct str field = since(word, is_two);
        size_t colon = str_find(field, ':');
        struct str name = str_sub(field, 0, colon);
        if (str_is_null(field)) {
            continue;
        }
        if (str_ends_with(name, "!")) {
            name = str_sub(name, 0, name.n - 1);
            value_append(required, value_text(name));
        }
        json_t *key = value_text(name);
        value_put(properties, json_string_value(key),
                  type_schema(str_sub(field, colon + 1, SIZE_MAX)));
        json_decref(key);
    }
    return value_sure(json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties,
                                "required", required, "additionalProperties",
                                shape->is_open ? 1 : 0));
}

json_t *shape_document(bool is_two)
{
    json_t *definitions = value_sure(json_object());
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        value_put(definitions, shapes[i].name,
                  shapes[i].fields == NULL ? enumeration(&shapes[i], is_two)
                                           : object_schema(&shapes[i], is_two));
    }
    return value_sure(json_pack("{s:o}", "$defs", definitions));
}
