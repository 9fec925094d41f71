/*
 * model - a synthetic Hex workspace that follows from a seed.
 *
 * Nothing of a project is stored but what was changed while the simulator runs: everything
 * else is computed from (seed, index) whenever it is asked for, so that 20,000 projects start
 * at once. Written from the facts in docs/hex.md, not from the importer.
 */
#ifndef HEXSIM_MODEL_H
#define HEXSIM_MODEL_H

#include "base/arena.h"
#include "base/timestamp.h"

enum sim_edition { SIM_EDITION_TEAM, SIM_EDITION_ENTERPRISE };

struct sim_options {
    int64_t project_count;
    uint64_t seed;
    enum sim_edition edition;
    bool is_admin;       /* connections come with their details */
    bool is_strict_spec; /* nothing that the OpenAPI file forbids, such as a null owner */
    int64_t now_ms;
};

/* What was changed while running. */
struct sim_override {
    struct str title; /* STR_NULL: as generated */
    struct str sql;   /* of the first SQL cell; STR_NULL: as generated */
    int64_t edited_ms;
    int64_t published_ms;
    int64_t archived_ms;
    int64_t trashed_ms;
    int64_t more_views;
    int64_t results_updated_ms;
    bool is_deleted;
    bool has_title;
    bool has_edited;
    bool has_published;
    bool has_archived;
    bool has_trashed;
};

struct sim_workspace {
    struct sim_options options;
    struct sim_override **overrides; /* by index; NULL: unchanged */
    int64_t capacity;                /* of overrides */
    struct arena arena;              /* of the overrides' texts */
};

struct sim_connection {
    const char *name;
    const char *type;
    const char *database; /* details; NULL: none */
    const char *schema;
    bool is_in_spec; /* its type is in the OpenAPI file's list */
};

extern const struct sim_connection sim_connections[];
extern const size_t sim_connection_count;

struct sim_named {
    const char *name;
    const char *description;
};
extern const struct sim_named sim_categories[];
extern const size_t sim_category_count;
extern const struct sim_named sim_collections[];
extern const size_t sim_collection_count;
extern const char *const sim_statuses[];
extern const size_t sim_status_count;
extern const char *const sim_groups[];
extern const size_t sim_group_count;
#define SIM_USER_COUNT 40

enum sim_cadence { SIM_HOURLY, SIM_DAILY, SIM_WEEKLY, SIM_MONTHLY, SIM_CUSTOM };

struct sim_schedule {
    enum sim_cadence cadence;
    bool is_enabled;
    int minute;
    int hour;
    int weekday; /* 0: Sunday */
    int day;
    const char *cron;
    const char *timezone;
};

struct sim_project {
    int64_t index;
    char id[37];
    bool is_component;
    struct str title;
    struct str description; /* STR_NULL: null */
    int owner;              /* user's number; -1: null */
    int creator;
    const char *status; /* NULL: none */
    size_t categories[3];
    size_t category_count;
    size_t collections[3];
    size_t collection_count;
    size_t groups[2];
    size_t group_count;
    const char *workspace_access;
    struct sim_schedule schedules[2];
    size_t schedule_count;
    int64_t views[4]; /* all time, 7, 14, 30 days */
    int64_t last_viewed_ms;
    int64_t created_ms;
    int64_t edited_ms;
    int64_t published_ms; /* TIMESTAMP_NONE: never */
    int64_t archived_ms;
    int64_t trashed_ms;
    int64_t results_updated_ms;
    bool reviews_required;
    int run_count;
    bool is_deleted;
};

struct sim_run {
    char id[37];
    const char *status;
    const char *trigger;
    int64_t started_ms;
    int64_t ended_ms;
    int64_t elapsed_ms; /* -1: null */
};

/* Kinds of the random streams that one project's parts are drawn from. */
enum sim_stream { SIM_STREAM_PROJECT = 1, SIM_STREAM_CELLS, SIM_STREAM_RUNS, SIM_STREAM_ID };

/* A small deterministic generator (splitmix64). */
struct sim_random {
    uint64_t state;
};
struct sim_random sim_random_for(const struct sim_workspace *workspace, enum sim_stream stream,
                                 int64_t index);
uint64_t sim_random_next(struct sim_random *random);
/* 0 to limit - 1. */
uint64_t sim_random_below(struct sim_random *random, uint64_t limit);
/* True in per_cent of all cases. */
bool sim_random_chance(struct sim_random *random, unsigned per_cent);

/* A UUID that follows from kind and numbers: the same everywhere it is named. */
void sim_uuid(const struct sim_workspace *workspace, const char *kind, int64_t a, int64_t b,
              char out[37]);

/* A workspace that sim_workspace_free frees, also after a failure. */
enum status sim_workspace_init(struct sim_workspace *workspace,
                               const struct sim_options *options);
void sim_workspace_free(struct sim_workspace *workspace);

/* Everything of project number index; texts live in arena or are static. */
enum status sim_project_at(const struct sim_workspace *workspace, int64_t index,
                           struct arena *arena, struct sim_project *out) WARN_UNUSED;
/* The number of the project with this id, or -1. */
int64_t sim_project_find(const struct sim_workspace *workspace, struct str id);
/* Its changes, made when missing; NULL: out of memory. */
struct sim_override *sim_project_override(struct sim_workspace *workspace, int64_t index);
/* n more projects at the end. */
enum status sim_workspace_add(struct sim_workspace *workspace, int64_t n);
struct sim_run sim_run_at(const struct sim_workspace *workspace,
                          const struct sim_project *project, int number);
/* "ada.lovelace3@example.com" of user number n. */
void sim_user_email(int n, char out[64]);

#endif
