/*
 * workspace - what a simulated Hex workspace holds: people, collections, connections, projects.
 *
 * The lists are made at the start (20,000 projects in a fraction of a second); notebooks and
 * runs are made when somebody asks. All of it depends on the seed, the number of projects
 * and the fixed "now" alone. Edits come through workspace_edit.h and bump `version`.
 */
#ifndef HEXSIM_WORKSPACE_H
#define HEXSIM_WORKSPACE_H

#include "base/map.h"
#include "base/timestamp.h"
#include "hexsim/random.h"

#define NOBODY SIZE_MAX

struct sim_user {
    struct str id;
    struct str name;
    struct str email;
    const char *role;
    int64_t last_login_ms; /* TIMESTAMP_NONE: never */
    size_t group;          /* one of the groups, or NOBODY */
};

struct sim_group {
    struct str id;
    struct str name;
    int64_t created_ms;
};

struct sim_collection {
    struct str id;
    struct str name;
    struct str description; /* STR_NULL: none */
    size_t creator;         /* NOBODY: not named */
};

struct sim_category {
    struct str name;
    struct str description; /* STR_NULL: null */
};

enum sim_dialect {
    DIALECT_SNOWFLAKE,
    DIALECT_BIGQUERY,
    DIALECT_POSTGRES, /* and what speaks like it: redshift, alloydb */
    DIALECT_DATABRICKS,
    DIALECT_TRINO, /* and athena */
    DIALECT_CLICKHOUSE,
    DIALECT_MYSQL,
    DIALECT_TSQL,
    DIALECT_DUCKDB
};

struct sim_connection {
    struct str id;
    struct str name;
    const char *type; /* Hex's word */
    enum sim_dialect dialect;
    const char *details;    /* JSON object: connectionDetails */
    struct str database;    /* where bare names belong, as an importer must find it */
    struct str schema;      /* for a caller who sees the details */
    struct str description; /* STR_NULL: none */
    int64_t created_ms;
    bool is_two_level;
};

struct sim_schedule {
    const char *cadence;
    bool is_enabled;
    const char *timezone;
    int minute;
    int hour;
    int day; /* of the week (Sunday 0) or of the month */
    const char *cron;
};

#define SIM_MAX_SCHEDULES 2

struct sim_project {
    struct str id;
    struct str title;
    struct str description; /* STR_NULL: null */
    bool is_component;
    bool is_deleted;      /* gone without trace */
    bool is_denied;       /* details answer 403 */
    uint32_t hidden_from; /* a bit for each of the first 32 users: they do not see it */
    size_t creator;
    size_t owner;
    size_t status;        /* NOBODY: none */
    uint32_t categories;  /* one bit each */
    uint32_t collections; /* one bit each */
    uint64_t sharing_seed;
    int64_t created_ms;
    int64_t edited_ms;
    int64_t published_ms; /* the rest: TIMESTAMP_NONE when it never happened */
    int64_t archived_ms;
    int64_t trashed_ms;
    int64_t viewed_ms;
    int64_t results_ms; /* publishedResultsUpdatedAt */
    int views[4];       /* all time, last 30, 14, 7 days */
    struct sim_schedule schedules[SIM_MAX_SCHEDULES];
    size_t schedule_count;
    size_t run_count;
    unsigned revision;           /* counts edits of the notebook: its versions */
    struct str extra_sql;        /* a SQL cell put at the end by an edit; STR_NULL: none */
    const struct sim_file *file; /* served from a real export; NULL: simulated */
};

/* A real export, read from a folder. */
struct sim_file {
    struct str name;
    struct str text;
};

struct workspace_options {
    uint64_t seed;
    size_t project_count;
    int64_t now_ms;
    bool is_strict; /* nothing that the OpenAPI file does not allow */
    bool is_admin;  /* connections in full */
    bool is_enterprise;
    bool has_exports; /* false: 403, an importer must use /cells */
};

struct workspace {
    struct workspace_options options;
    struct arena arena; /* everything lives here */
    struct str id;
    struct str host_url; /* "http://127.0.0.1:8080": where it is served */
    int64_t now_ms;      /* the simulated time; goes on a minute per edit */
    uint64_t version;    /* goes up with every change */
    bool has_views;      /* users see different projects */
    struct sim_user *users;
    size_t user_count;
    struct sim_group *groups;
    size_t group_count;
    struct sim_collection *collections;
    size_t collection_count;
    struct sim_category *categories;
    size_t category_count;
    struct sim_connection *connections;
    size_t connection_count;
    struct sim_project *projects;
    size_t project_count;
    size_t project_capacity;
    size_t simulated_count; /* number of the next simulated project */
    struct map by_id;       /* of projects: their index */
};

/* Fills *out, which the caller frees with workspace_free. */
void workspace_init(struct workspace *out, const struct workspace_options *options);
void workspace_free(struct workspace *workspace);

/* Appends the next simulated project; created_ms TIMESTAMP_NONE: some time in the past. */
struct sim_project *workspace_add_project(struct workspace *workspace, int64_t created_ms);
/* Appends a project that a real export describes. */
struct sim_project *workspace_add_file(struct workspace *workspace, struct sim_file file,
                                       struct str id, struct str title);
/* False when it is not shared with this user. */
bool workspace_is_visible(const struct sim_project *project, size_t user);
/* NULL when there is none (or none any more). */
struct sim_project *workspace_project(const struct workspace *workspace, struct str id);
/* The place of a project in the list. */
size_t workspace_index(const struct workspace *workspace, const struct sim_project *project);
/* A component that a notebook may import, by any number; NULL when there is none. */
const struct sim_project *workspace_component(const struct workspace *workspace, uint64_t pick);
/* NULL when the project was never published, archived, ... : whether details are read. */
bool workspace_is_active(const struct sim_project *project);
/* NULL when there is none. */
const struct sim_connection *workspace_connection(const struct workspace *workspace,
                                                  struct str id);

#endif
