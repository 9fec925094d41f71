/*
 * sync_state - what the files of the sync share, and its bookkeeping. sync.c, which decides the
 * order of things, calls sync_listing.c, sync_absence.c, sync_details.c, sync_version.c,
 * sync_age.c and sync_pictures.c; none of them calls back. Of no use to anybody else.
 */
#ifndef HEX_SYNC_STATE_H
#define HEX_SYNC_STATE_H

#include "base/map.h"
#include "hex/sync.h"

/* Remote lists are kept whole while they are read; this bounds one of them. */
#define SYNC_LIST_BYTES ((size_t)256 * 1024 * 1024)

/* The four lists of the workspace, read side by side with the projects. */
enum sync_list {
    SYNC_LIST_CONNECTIONS,
    SYNC_LIST_COLLECTIONS,
    SYNC_LIST_USERS,
    SYNC_LIST_GROUPS,
    SYNC_LIST_COUNT
};

struct sync;

struct sync_list_state {
    struct sync *sync;
    enum sync_list kind;
    struct arena arena;
    void *items; /* of the list's type */
    size_t count;
    size_t capacity;
    struct str cursor;  /* of the page that is asked for */
    struct map cursors; /* those that came */
    unsigned page_count;
    bool is_open; /* a request is under way */
};

struct sync_walk {
    struct arena arena; /* the walk's own texts */
    struct arena page;  /* one page; reset before each */
    struct catalog_walk walk;
    struct map cursors;  /* those that came, to notice one that comes twice */
    unsigned idle_pages; /* in a row, that showed no project for the first time */
    bool is_open;        /* a request is under way */
    bool was_restarted;
    bool is_complete;
};

/* Projects that a complete walk did not show, asked for one by one. */
struct sync_lookups {
    struct arena arena;
    struct sync_lookup *items;
    size_t count;
    size_t next;
    size_t running;
    unsigned unreachable; /* look-ups that got no answer worth the name */
    bool may_conclude;    /* the brake is off, and the token is the one of the last walk */
    bool is_listed;
};

/*
 * An endpoint that this token may not use is not asked for each project. A project that the
 * token may not read says nothing about the endpoint: see sync_gate_refuse.
 */
struct sync_gate {
    unsigned refusals;
    bool was_granted; /* in this run: then it never closes */
    bool is_closed;
};

struct sync_job;

struct sync {
    const struct sync_options *options;
    struct sync_summary *summary;
    struct arena arena; /* small things that live as long as the run */
    struct catalog_source source;
    struct catalog_viewer viewer;
    enum sync_phase phase;
    struct error fatal; /* code OK while the run may go on */
    bool has_me;        /* users/me was answered, one way or the other */
    struct sync_walk walk;
    struct sync_lookups lookups;
    struct sync_list_state lists[SYNC_LIST_COUNT];

    bool is_at_aged;      /* all that changed was taken: now what is old */
    int64_t after_age_ms; /* the position there, with after_id */
    int64_t age_reserved; /* requests of running jobs that are about age */
    int64_t after_views;  /* where in the queue of due projects we are */
    struct str after_id;
    char after_id_text[64];
    bool has_no_more_work;
    int64_t work_total;
    int64_t work_done;
    size_t running_jobs;
    unsigned read_since_pause;
    bool has_gates; /* what earlier runs learned about them was loaded */
    struct sync_gate export_gate;
    struct sync_gate cells_gate;
    struct sync_gate runs_gate;
    struct sync_gate queried_tables_gate;
    struct sync_job *idle_jobs; /* to be used again, with their memory */

    int64_t after_picture;
    bool has_no_more_pictures;
    size_t running_pictures;
    struct sync_gate picture_gate;
};

/* ---- bookkeeping ---- */

/* Ends the run with err unless it has ended already. */
void sync_fatal(struct sync *sync, const struct error *err);
/* An object that could not be read; logged, kept for the summary. */
void sync_failed(struct sync *sync, struct sync_step *step, const char *kind, struct str title,
                 struct str id, const struct error *err);
/* Something to know that is no failure. */
void sync_warning(struct sync *sync, struct sync_step *step, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* True when the user asked to stop or the run has failed. */
bool sync_is_ending(const struct sync *sync);
int64_t sync_now_ms(const struct sync *sync);
/* The endpoint answered. */
void sync_gate_grant(struct sync_gate *gate);
/*
 * The endpoint answered 403 or 404. is_readable: another endpoint has shown that the token may
 * read this project, so that a few such refusals are enough; else it takes many to tell a
 * closed endpoint from private projects. True when the gate was closed by this one.
 */
bool sync_gate_refuse(struct sync_gate *gate, bool is_readable);

/* ---- sync_listing.c ---- */

/* GET /users/me, then sets has_me. */
void sync_start_me(struct sync *sync);
/* The projects' walk and the workspace's lists. */
void sync_start_listing(struct sync *sync);
bool sync_listing_is_done(const struct sync *sync);
void sync_listing_free(struct sync *sync);

/* ---- sync_absence.c ---- */

/* Finds out with whose eyes this run sees. user_id: STR_NULL when Hex did not say. */
enum status sync_know_viewer(struct sync *sync, struct str user_id,
                             struct error *err) WARN_UNUSED;
/* The walk has shown its last page: the brake, the states, the end of the walk. */
void sync_end_walk(struct sync *sync);
/* Asks for the missing while there is room. */
void sync_fill_lookups(struct sync *sync);
bool sync_lookups_are_done(const struct sync *sync);

/* ---- sync_details.c ---- */

/* Takes projects from the queue while there is room. */
void sync_fill_jobs(struct sync *sync);
bool sync_details_are_done(const struct sync *sync);
void sync_jobs_free(struct sync *sync);

/* The workspace has answered lately that its tier lacks queried tables. */
enum status sync_tier_is_closed(struct catalog *catalog, int64_t source, int64_t now_ms,
                                struct arena *arena, bool *out, struct error *err) WARN_UNUSED;

/* ---- sync_version.c ---- */

/* Another version of published projects is wanted than earlier runs have read. */
enum status sync_version_is_other(const struct sync_options *options, int64_t source,
                                  struct arena *arena, bool *out,
                                  struct error *err) WARN_UNUSED;
/* Then makes those projects due. Within a transaction. */
enum status sync_settle_version(struct sync *sync, struct error *err) WARN_UNUSED;

/* ---- sync_age.c ---- */

/*
 * The next unchanged project that is old, when this hour's share has room for it; else
 * *has_more false. Its requests are reserved until sync_age_release.
 */
enum status sync_next_aged(struct sync *sync, struct arena *arena, struct catalog_work *work,
                           bool *has_more, struct error *err) WARN_UNUSED;
/* The requests that it costs when nothing goes wrong. */
int64_t sync_age_cost(const struct catalog_work *work);
void sync_age_release(struct sync *sync, const struct catalog_work *work);

/* ---- sync_pictures.c ---- */

/* Starts requests while there is room; done when none is waiting or in flight. */
void sync_fill_pictures(struct sync *sync);
bool sync_pictures_are_done(const struct sync *sync);

#endif
