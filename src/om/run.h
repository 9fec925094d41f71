/*
 * run - what the files of the publisher share: publish.c (order of things), run.c (requests
 * and bookkeeping), send.c (writing entities), publish_*.c (one step each). Of no use to
 * anybody else.
 */
#ifndef OM_RUN_H
#define OM_RUN_H

#include "base/log.h"
#include "om/mapping.h"
#include "om/publish.h"
#include "om/resolve.h"
#include "om/version.h"

#define OM_RUN_BYTES ((size_t)512 * 1024 * 1024)
#define OM_PROJECT_BYTES ((size_t)256 * 1024 * 1024)

/* An entity whose history was asked for: decided after the others. */
struct om_asked {
    int64_t project_row;
    enum published_kind kind;
    struct str name;
};

/* A project that was not settled when the run began. */
struct om_open {
    int64_t row;
    bool is_unsettled; /* something is left to do for it */
    bool has_sent;     /* how the server shows that is not known yet */
    bool is_new;       /* nothing of it was published before */
    bool is_settled;   /* of a plan: only what people keep is told, nothing would be sent */
};

struct om_batch;

struct om_run {
    const struct om_options *options;
    struct om_summary *summary;
    struct catalog *catalog;
    struct arena arena; /* lives as long as the run */
    struct error fatal; /* code OK while the run may go on */
    enum om_phase phase;
    int64_t done; /* of the phase */
    int64_t total;
    unsigned lost_in_a_row;
    unsigned lost_edges; /* in a row */

    struct om_version version;
    struct str user; /* name of the token's user */
    struct publication publication;
    struct om_mapping mapping;
    struct om_change_rules rules;
    struct map users;     /* e-mail to id */
    struct map tags;      /* fqn to struct tag, those that projects want */
    struct map usable;    /* fqn of tags that entities may carry */
    struct map exclusive; /* classifications of which an entity carries one tag */
    struct map statuses;  /* names: is it a status? */
    struct map warned;    /* what was said already */
    unsigned unknown_owners;
    struct map days;    /* dates whose views were posted */
    struct map settled; /* ids of projects, see struct om_open */
    struct om_resolve resolve;
    bool is_complete; /* the newest listing of Hex */
    int64_t wanted_projects;
    struct om_open *open; /* projects that need a look, in order */
    size_t open_count;
    size_t open_capacity;
    int64_t sent_projects; /* of which only what the server shows is not known yet */
    bool is_idle;          /* nothing is to be done for any project */
    bool is_doubtful;      /* something that was sent may not be as it was meant */
    uint64_t world;        /* what all projects depend on: settings, version, tables */
    /* Of the project that is looked at: */
    bool is_unsettled; /* something is left to do for it */
    bool has_sent;     /* something is on its way */
    bool is_new;       /* none of its entities has a base, all are wanted */
    bool is_settled;   /* see struct om_open */

    struct om_batch *batches[PUBLISHED_EDGE]; /* by kind: what fills up */
    bool lacks_bulk[PUBLISHED_EDGE];          /* by kind: the server has said so */
    struct om_asked *asked;
    size_t asked_count;
    size_t asked_capacity;
    bool decides_asked; /* the second look: answers are there */
    size_t stored;      /* rows in the open transaction */
    bool has_transaction;
};

/* ---- run.c ---- */

/* Both outlive the run; the summary is emptied. */
void om_run_init(struct om_run *run, const struct om_options *options,
                 struct om_summary *summary);
void om_run_free(struct om_run *run);
/* Ends the run with err unless it has ended already. */
void om_run_fatal(struct om_run *run, const struct error *err);
/* Ends it for want of memory. */
void om_run_nomem(struct om_run *run);
bool om_run_is_ending(const struct om_run *run);
/* One turn of the event loop. */
void om_run_turn(struct om_run *run);
/* Turns until fewer than limit requests are pending (0: until none is). */
void om_run_wait(struct om_run *run, size_t limit);
/* Until a new request may be sent. */
void om_run_make_room(struct om_run *run);
/* The same for small requests: some wait, so that no connection is idle between two. */
void om_run_make_room_ahead(struct om_run *run);
/* Sends; a failure to do so ends the run, and done is not called. */
bool om_run_send(struct om_run *run, const struct om_request *request);
/*
 * GET and wait: *out is the parsed answer, the caller frees it. ERR_NOT_FOUND and other
 * answers come back as they are; network failures too.
 */
enum status om_run_get(struct om_run *run, struct str path, struct json **out,
                       struct error *err) WARN_UNUSED;
/* The same of "<collection>/name/<fqn><query>". */
enum status om_run_get_named(struct om_run *run, const char *collection, struct str fqn,
                             const char *query, struct json **out,
                             struct error *err) WARN_UNUSED;
/* Any request, and wait for its end. The document may be NULL. */
enum status om_run_call(struct om_run *run, const struct om_request *request, struct json **out,
                        struct error *err) WARN_UNUSED;

/* Where an entity of this kind is counted. */
struct om_step *om_run_step(struct om_run *run, enum published_kind kind);
/* An entity that could not be written; logged, kept for the summary. */
void om_run_failed(struct om_run *run, struct om_step *step, const char *kind, struct str title,
                   struct str name, const struct error *err);
void om_run_warn(struct om_run *run, struct om_step *step, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The same, once for each key. */
bool om_run_warn_once(struct om_run *run, struct str key);

/* Stores a base; committed with others now and then, and by om_run_flush. */
void om_run_store(struct om_run *run, const struct published *row);
/* A transaction for what the caller writes to the catalog; same rule. */
bool om_run_begin(struct om_run *run);
void om_run_flush(struct om_run *run);
/* Tells the plan; of a settled project only what is kept. */
void om_run_plan(struct om_run *run, const struct om_plan_item *item);

/* ---- lists.c ---- */

/* Each element of a paged list; false ends the run (err is set). */
typedef enum status om_item_fn(void *ctx, const struct json *item, struct error *err);
/* The users, for owners. */
void om_users_read(struct om_run *run);
/*
 * What publishing compares with: the service's entities, from lists, or one by one where few
 * projects need a look.
 */
void om_lists_read(struct om_run *run);
/* Keeps what the server shows of an entity. */
enum status om_list_entity(struct om_run *run, enum published_kind kind,
                           const struct json *item, struct error *err) WARN_UNUSED;
/* The fields that are compared, for a query. */
const char *om_list_fields(enum published_kind kind);
/* All pages of one list; path is without limit and cursor. */
void om_list_read(struct om_run *run, struct str path, om_item_fn *each, void *ctx);
/* The same of "<head><value, escaped>". */
void om_list_read_of(struct om_run *run, const char *head, struct str value, om_item_fn *each,
                     void *ctx);
/* One kind of the service's entities, anew. */
void om_list_kind(struct om_run *run, enum published_kind kind);

/* ---- looks.c ---- */

/* Asks for each entity of the open projects from the given one on, and of what their edges
 * lead to. */
void om_look_at_open(struct om_run *run, size_t from);
/* The same for projects that have to go. */
void om_look_at_strangers(struct om_run *run);
/* What edges of open projects lead to in others that need no look. */
void om_look_at_ends(struct om_run *run);

/* ---- send.c ---- */

/* Sends what the change says; confirms, fails or asks again by itself. */
void om_send_change(struct om_run *run, const struct om_change *change,
                    const struct om_shown *shown);
/* What waits in batches goes now, and all answers are waited for. */
void om_send_rest(struct om_run *run);
void om_send_free(struct om_run *run);
/* What the server has confirmed: base, presence, counters. */
void om_confirm(struct om_run *run, struct published *next, struct str entity_id, bool is_new);

/* ---- service.c ---- */

/* A service that entities of ours stand below. */
struct om_service {
    const char *collection; /* "/v1/services/dashboardServices" */
    const char *kind;       /* "dashboard service", for people */
    const char *type;       /* its serviceType */
    struct str name;
    const char *otherwise; /* what to do when it can not be used */
};

/*
 * Its id. ERR_NOT_FOUND: there is none of that name; ERR_REJECTED: it was deleted; ERR_CONFIG:
 * it is of another type. A failure is the caller's to judge.
 */
enum status om_service_find(struct om_run *run, const struct om_service *service,
                            struct str *id, struct error *err) WARN_UNUSED;
/* The same; one that is not there is made, or planned (STR_NULL then). */
enum status om_service_find_or_make(struct om_run *run, const struct om_service *service,
                                    struct str *id, struct error *err) WARN_UNUSED;
/* The one of our dashboards. */
struct om_service om_dashboard_service(const struct om_options *options);

/* ---- steps ---- */

/* Whether the settings let it through. */
enum status om_run_wants(const struct om_run *run, const struct publishing_project *project,
                         bool *out, struct error *err) WARN_UNUSED;
/* Calls each for every project that needs a look, until the run ends. */
typedef void om_project_fn(struct om_run *run, struct om_project *project, struct arena *arena);
void om_each_project(struct om_run *run, bool reads_cells, om_project_fn *each);

/* All projects: what they want, and which need a look. */
void om_survey(struct om_run *run);
/* A project that seemed to need none: adds it to those that do. */
void om_reopen(struct om_run *run, int64_t row);
/* A project by its row, mapped; project->from.row is 0 when it is there no more. */
enum status om_load_project(struct om_run *run, int64_t row, bool reads_cells,
                            struct arena *arena, struct om_project *project,
                            struct error *err) WARN_UNUSED;
/* The base of something of the project that is looked at; it is wanted, whatever comes. */
enum status om_get_base(struct om_run *run, enum published_kind kind, struct str name,
                        struct arena *arena, struct published *out, bool *found,
                        struct error *err) WARN_UNUSED;
/* Classifications and tags. */
void om_publish_tags(struct om_run *run);
/*
 * The description of a tag or classification that is there, as the server shows it: written
 * when ours has changed and nobody else's has.
 */
void om_publish_description(struct om_run *run, enum published_kind kind, struct str name,
                            struct str description, const struct json *shown);
/* How many kinds of tags the settings put into a classification, and the first of them. */
enum status om_classification_kind(const struct om_run *run, struct str classification,
                                   struct arena *arena, enum tag_kind *first,
                                   size_t *count) WARN_UNUSED;
/* Data models and charts. */
void om_publish_cells(struct om_run *run);
/* Dashboards, with links to what is there. */
void om_publish_dashboards(struct om_run *run);
/* One entity of a project; only: this is the second look, and that alone is looked at. */
void om_publish_entity(struct om_run *run, const struct om_project *project,
                       const struct om_entity *entity, const struct om_asked *only,
                       struct arena *arena);
/* The entities whose history had to be asked for, when that is there. */
void om_decide_asked(struct om_run *run);
/* Notes that nothing is left to do for projects of which that is true, or nothing but to see
 * what the server made of it. */
void om_settle(struct om_run *run);
/* What should be gone and is not (held back, failed, switched off for now) keeps its project
 * from being settled; of a project that is gone nothing is left to do. */
void om_reopen_unwanted(struct om_run *run);
/* Edges, new and old. */
void om_publish_lineage(struct om_run *run);
/* Views per day. */
void om_publish_usage(struct om_run *run);
/* Pipelines, with the runs that are new. */
void om_publish_runs(struct om_run *run);
void om_publish_pipeline(struct om_run *run, struct om_project *project,
                         const struct om_asked *only, struct arena *arena);
/* What is gone from Hex. */
void om_publish_deletions(struct om_run *run);
/* Calls each for all of a kind that is published and that nothing wants, until the run ends. */
typedef void om_unwanted_fn(struct om_run *run, struct published *row, struct arena *arena);
void om_each_unwanted(struct om_run *run, enum published_kind kind, om_unwanted_fn *each);

#endif
