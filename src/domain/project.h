/*
 * project - what Hex's listing says of a project or component, and the nouns around it.
 *
 * Plain data; every text is a view into the caller's arena, STR_NULL when unknown. Times are
 * milliseconds since 1970-01-01 UTC, TIMESTAMP_NONE when unknown.
 * Source of the fields: GET /v1/projects, ProjectApiResource in Hex's OpenAPI file.
 */
#ifndef DOMAIN_PROJECT_H
#define DOMAIN_PROJECT_H

#include "base/arena.h"
#include "base/str.h"
#include "base/timestamp.h"

enum project_type { PROJECT_TYPE_PROJECT, PROJECT_TYPE_COMPONENT };

enum project_state {
    PROJECT_STATE_ACTIVE,
    PROJECT_STATE_ARCHIVED,
    PROJECT_STATE_TRASHED,
    PROJECT_STATE_GONE /* only after a complete walk and a 404 */
};

/* How much we know beyond the listing. */
enum project_detail { PROJECT_DETAIL_LISTED, PROJECT_DETAIL_FULL, PROJECT_DETAIL_DENIED };

struct category {
    struct str name;
    struct str description;
};

enum schedule_cadence {
    SCHEDULE_CADENCE_HOURLY,
    SCHEDULE_CADENCE_DAILY,
    SCHEDULE_CADENCE_WEEKLY,
    SCHEDULE_CADENCE_MONTHLY,
    SCHEDULE_CADENCE_CUSTOM,
    SCHEDULE_CADENCE_UNKNOWN
};

/* One of Hex's schedules, turned into five cron fields (domain/schedule.h does that). */
struct schedule {
    struct str cadence; /* as Hex wrote it: HOURLY, DAILY, ... */
    bool is_enabled;
    struct str cron;     /* "30 6 * * 1"; STR_NULL when Hex's fields make no sense */
    struct str timezone; /* ISO offset "+05:30" or name, as Hex wrote it */
};

enum share_kind {
    SHARE_KIND_USER,
    SHARE_KIND_GROUP,
    SHARE_KIND_COLLECTION,
    SHARE_KIND_WORKSPACE,
    SHARE_KIND_PUBLIC_WEB,
    SHARE_KIND_SUPPORT
};

struct share {
    enum share_kind kind;
    struct str name;   /* e-mail, group name or collection name; "" for the last three kinds */
    struct str access; /* NONE, APP_ONLY, CAN_VIEW, CAN_EDIT, FULL_ACCESS, or newer */
};

struct views {
    int64_t all_time; /* -1: unknown, also for the others */
    int64_t last_7_days;
    int64_t last_14_days;
    int64_t last_30_days;
    int64_t last_viewed_ms;
};

struct project {
    struct str id; /* UUID, lower case */
    enum project_type type;
    enum project_state state;
    struct str title;
    struct str description;
    struct str owner;   /* e-mail */
    struct str creator; /* e-mail */
    struct str status;  /* name */
    struct category *categories;
    size_t category_count;
    struct schedule *schedules;
    size_t schedule_count;
    struct share *shares; /* empty when the listing came without sharing */
    size_t share_count;
    struct views views;
    bool reviews_required;
    int64_t created_ms;
    int64_t edited_ms;
    int64_t published_ms; /* TIMESTAMP_NONE: never published */
    int64_t archived_ms;
    int64_t trashed_ms;
    int64_t results_updated_ms; /* analytics.publishedResultsUpdatedAt */
    uint64_t listing_hash;      /* of everything that the listing said, for change detection */
};

/* A run of a published project: GET /v1/projects/{id}/runs. */
struct run {
    struct str id;
    struct str status;  /* PENDING, RUNNING, ERRORED, COMPLETED, KILLED, ... as Hex wrote it */
    struct str trigger; /* API, SCHEDULED, APP_REFRESH */
    struct str url;
    int64_t started_ms;
    int64_t ended_ms;
    double elapsed_ms; /* negative: unknown */
};

/* GET /v1/data-connections; database and schema are the defaults for bare table names. */
struct data_connection {
    struct str id;
    struct str name;
    struct str type; /* lower case, any string */
    struct str description;
    struct str database;
    struct str schema;
};

struct collection {
    struct str id;
    struct str name;
    struct str description;
    struct str creator; /* e-mail */
};

struct user {
    struct str id;
    struct str name;
    struct str email;
    struct str role;
    int64_t last_login_ms;
};

struct group {
    struct str id;
    struct str name;
    int64_t created_ms;
};

/* A row of GET /v1/projects/{id}/queriedTables. */
struct queried_table {
    struct str connection_id;
    struct str connection_name;
    struct str table_name; /* unquoted, any number of parts */
};

/* "PROJECT", "COMPONENT"; "active", ...; "full", ... Static memory. */
const char *project_type_name(enum project_type type);
const char *project_state_name(enum project_state state);
const char *project_detail_name(enum project_detail detail);

/*
 * The marks: texts that change exactly when the named part of a project may have changed.
 * content: what the notebook says (last edit, last publish). activity: its runs (published
 * results, schedules). Stored after a successful read and compared with the next listing.
 */
enum status project_content_mark(const struct project *project, struct arena *arena,
                                 struct str *out) WARN_UNUSED;
enum status project_activity_mark(const struct project *project, struct arena *arena,
                                  struct str *out) WARN_UNUSED;

/* E-mail of who answers for it: its owner, else who made it. */
struct str project_responsible(const struct project *project);

/*
 * Where a person opens it: https://HOST/WORKSPACE/app/ID/latest when published, else
 * .../hex/ID/draft/logic. STR_NULL when host or workspace is unknown. host_url has a scheme
 * and no path.
 */
enum status project_url(struct str host_url, struct str workspace,
                        const struct project *project, struct arena *arena,
                        struct str *out) WARN_UNUSED;

/*
 * The newest run: an unfinished one without start time (PENDING) first, else the latest start,
 * else list order. SIZE_MAX for none.
 */
size_t run_newest(const struct run *runs, size_t count);

#endif
