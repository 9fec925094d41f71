/*
 * publish - makes an OpenMetadata server look like the catalog, or says what that would take.
 *
 * One thread, one http_client, as in hex/sync: what a run did not manage to write is written
 * by the next one, because the base of the merge is stored only for what the server confirmed.
 * What people edited on the server stays (docs/design.md, section 9).
 */
#ifndef OM_PUBLISH_H
#define OM_PUBLISH_H

#include "catalog/publishing.h"
#include "domain/tag.h"
#include "om/api.h"
#include "om/change.h"

#include <signal.h>

enum om_phase {
    OM_PHASE_CONNECT,
    OM_PHASE_READ,
    OM_PHASE_TAGS,
    OM_PHASE_CELLS,
    OM_PHASE_DASHBOARDS,
    OM_PHASE_LINEAGE,
    OM_PHASE_USAGE,
    OM_PHASE_RUNS,
    OM_PHASE_DELETE
};

struct om_progress {
    enum om_phase phase;
    int64_t done;
    int64_t total; /* -1: not known */
    int64_t warnings;
    int64_t failures;
};

/* What a user says about one data connection of Hex. */
struct om_connection {
    struct str key;     /* its id or name */
    struct str service; /* database service; STR_NULL: look for it */
};

/* One thing that publishing does, or would do. */
enum om_plan_action {
    OM_PLAN_CREATE,
    OM_PLAN_UPDATE,
    OM_PLAN_UNLINK,
    OM_PLAN_DELETE,
    OM_PLAN_KEEP /* a person's edit stays */
};

struct om_plan_field {
    const char *name;
    struct str before;
    struct str after;
    bool is_kept; /* before stays */
};

struct om_plan_item {
    enum om_plan_action action;
    const char *kind; /* "dashboard" */
    struct str name;
    struct str title;
    const struct om_plan_field *fields;
    size_t field_count;
};

typedef enum status om_plan_fn(void *ctx, const struct om_plan_item *item, struct error *err);

struct om_options {
    struct catalog *catalog; /* open for writing, no transaction; a plan needs reading only */
    const struct om_api *api;
    struct clock clock;
    int64_t source;
    struct str host;    /* what the publication is known by: the API's address */
    struct str service; /* serviceName */

    struct tag_settings tags;
    bool includes_owners;
    bool includes_data_models;
    bool includes_drafts; /* projects that were never published in Hex */
    bool includes_usage;
    bool includes_archived;
    bool publishes_runs;
    bool publishes_sql;
    bool only_shared; /* visibility: workspace */
    bool deletes_dashboards;
    bool deletes_data_models;
    bool deletes_charts;
    int64_t max_delete_percent;
    bool accepts_deletes;
    bool restores;
    bool overrides;
    bool overrides_lineage;
    /*
     * More of Hex is being read: only projects of which all was read, no usage, and nothing is
     * deleted or unlinked. Failures and warnings are left to the pass that comes last.
     */
    bool is_interim;
    bool verifies; /* reads every edge, not only those that changed */
    bool validates_version;
    uint64_t settings_digest;   /* of all settings: what was settled with others is looked at */
    struct str data_model_type; /* STR_NULL: what the server's version has */
    struct str stored_host;     /* the connection to store with the service; STR_NULL: none */
    struct str stored_token;
    struct str stored_token_type;
    const struct om_connection *connections;
    size_t connection_count;
    const struct str *prefixes; /* dbServicePrefixes */
    size_t prefix_count;
    /* The filters on projects; NULL: all pass. */
    enum status (*wants_project)(void *ctx, const struct publishing_project *project, bool *out,
                                 struct error *err);
    bool (*wants_child)(void *ctx, enum published_kind kind, struct str title);
    void *wants_ctx;

    om_plan_fn *plan; /* not NULL: nothing is written, this is told instead */
    void *plan_ctx;
    void (*progress)(void *ctx, const struct om_progress *progress);
    void *progress_ctx;
    const volatile sig_atomic_t *stop;
    unsigned in_flight; /* requests at once; 0: 16 */
};

struct om_failure {
    struct om_failure *next;
    struct str object; /* "dashboard 'Revenue' (0198...)" */
    struct str message;
};

struct om_step {
    int64_t records; /* as they should be, looked at or known to be unchanged; each once */
    int64_t created;
    int64_t updated;
    int64_t deleted;
    int64_t kept; /* against what Hex says, as a person wants it */
    int64_t warnings;
    int64_t errors;
    int64_t filtered;
};

enum om_step_kind {
    OM_STEP_TAGS,
    OM_STEP_DATA_MODELS,
    OM_STEP_CHARTS,
    OM_STEP_DASHBOARDS,
    OM_STEP_LINEAGE,
    OM_STEP_USAGE,
    OM_STEP_RUNS,
    OM_STEP_COUNT
};

struct om_summary {
    struct om_step steps[OM_STEP_COUNT];
    int64_t
        private_projects; /* published, though neither workspace nor a collection sees them */
    int64_t unresolved_tables;
    int64_t held_back; /* deletions, by the brake */
    int64_t requests;
    int64_t writes; /* requests that change something */
    bool was_stopped;
    enum status worst;           /* of single failures, for the exit code */
    struct om_failure *failures; /* newest first, at most 1,000 are kept */
    size_t failure_count;
    struct arena arena;
};

/*
 * Runs to the end. OK also with failures of single entities (see summary); otherwise what
 * ended it. The summary is filled in any case and must be freed.
 */
enum status om_publish(const struct om_options *options, struct om_summary *summary,
                       struct error *err) WARN_UNUSED;
/*
 * Makes one summary of two passes of a run: what was written adds up, all else is as the later
 * pass says, which has looked at everything again.
 */
void om_summary_add_earlier(struct om_summary *later, const struct om_summary *earlier);
void om_summary_free(struct om_summary *summary);
/* "tags", "data models", ...: static memory. */
const char *om_step_name(enum om_step_kind step);
/* "create", "update", ...: static memory. */
const char *om_plan_action_name(enum om_plan_action action);

#endif
