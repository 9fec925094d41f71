#include "domain/connection.h"

#include <string.h>

enum naming {
    NAMING_UNKNOWN,
    NAMING_DATABASE_SCHEMA, /* the connection's own, nothing assumed */
    NAMING_PUBLIC,          /* schema "public" unless given */
    NAMING_DBO,             /* schema "dbo" unless given */
    NAMING_PROJECT,         /* bigquery */
    NAMING_CATALOG,         /* trino and its kin */
    NAMING_JDBC,            /* databricks */
    NAMING_TWO_LEVEL        /* the database takes the schema's place */
};

static const struct {
    const char *type;
    enum naming naming;
} namings[] = {
    {"snowflake", NAMING_DATABASE_SCHEMA},
    {"postgres", NAMING_PUBLIC},
    {"alloydb", NAMING_PUBLIC},
    {"cloudsql__postgres", NAMING_PUBLIC},
    {"redshift", NAMING_PUBLIC},
    {"sqlserver", NAMING_DBO},
    {"cloudsql__sqlserver", NAMING_DBO},
    {"bigquery", NAMING_PROJECT},
    {"trino", NAMING_CATALOG},
    {"starburst", NAMING_CATALOG},
    {"presto", NAMING_CATALOG},
    {"athena", NAMING_CATALOG},
    {"databricks", NAMING_JDBC},
    {"mysql", NAMING_TWO_LEVEL},
    {"mariadb", NAMING_TWO_LEVEL},
    {"cloudsql__mysql", NAMING_TWO_LEVEL},
    {"clickhouse", NAMING_TWO_LEVEL},
};

static enum naming naming_of(struct str type)
{
    for (size_t i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
        if (str_eq_nocase(type, str_from(namings[i].type))) {
            return namings[i].naming;
        }
    }
    return NAMING_UNKNOWN;
}

static struct str unless_empty(struct str value, struct str fallback)
{
    return str_is_empty(value) ? fallback : value;
}

/* Value of "Key=value" among a JDBC URL's ";" parameters, key case-blind. */
static struct str jdbc_parameter(struct str url, const char *key)
{
    size_t key_length = strlen(key);
    while (url.n > 0) {
        size_t end = str_find(url, ';');
        struct str part = str_sub(url, 0, end == SIZE_MAX ? url.n : end);
        if (part.n > key_length && part.p[key_length] == '=' &&
            str_starts_with_nocase(part, key)) {
            return unless_empty(str_trim(str_sub(part, key_length + 1, SIZE_MAX)), STR_NULL);
        }
        url = end == SIZE_MAX ? STR_NULL : str_sub(url, end + 1, SIZE_MAX);
    }
    return STR_NULL;
}

void connection_defaults(struct str type, const struct connection_details *details,
                         struct str *database, struct str *schema)
{
    *database = unless_empty(details->database, STR_NULL);
    *schema = unless_empty(details->schema, STR_NULL);
    switch (naming_of(type)) {
    case NAMING_PUBLIC:
        *schema = unless_empty(*schema, STR("public"));
        break;
    case NAMING_DBO:
        *schema = unless_empty(*schema, STR("dbo"));
        break;
    case NAMING_PROJECT:
        *database = unless_empty(details->project_id, *database);
        break;
    case NAMING_CATALOG:
        *database = unless_empty(details->catalog, *database);
        break;
    case NAMING_JDBC:
        *database = unless_empty(jdbc_parameter(details->jdbc_url, "ConnCatalog"), *database);
        *schema = unless_empty(jdbc_parameter(details->jdbc_url, "ConnSchema"), *schema);
        break;
    case NAMING_TWO_LEVEL:
        *schema = unless_empty(details->database, *schema);
        *database = STR_NULL;
        break;
    case NAMING_DATABASE_SCHEMA:
    case NAMING_UNKNOWN:
        break;
    }
}

bool connection_is_two_level(struct str type)
{
    return naming_of(type) == NAMING_TWO_LEVEL;
}
