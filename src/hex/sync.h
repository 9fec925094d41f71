/*
 * sync - brings one Hex workspace into the catalog: listing, workspace lists, details.
 *
 * One thread, one http_client, short transactions. What a run did not manage to read stays
 * due (the catalog compares marks), so that stopping at any moment loses nothing. Absence is
 * never taken for deletion: a project's state is what Hex says of it, and after a complete walk
 * those that it did not show are looked up one by one, unless they are suspiciously many.
 */
#ifndef HEX_SYNC_H
#define HEX_SYNC_H

#include "catalog/catalog.h"
#include "hex/api.h"

#include <signal.h>

/* Defaults that a user gives for bare table names on a connection. */
struct sync_connection_default {
    struct str key; /* the connection's id or name */
    struct str database;
    struct str schema;
};

enum sync_phase {
    SYNC_PHASE_CONNECT,
    SYNC_PHASE_LIST,
    SYNC_PHASE_READ,
    SYNC_PHASE_PICTURES,
    SYNC_PHASE_DONE
};

struct sync_progress {
    enum sync_phase phase;
    int64_t done;
    int64_t total; /* -1: not known */
    int64_t requests;
    int64_t left_this_minute; /* INT64_MAX: no limit */
    int64_t warnings;
    int64_t failures;
};

typedef void sync_progress_fn(void *ctx, const struct sync_progress *progress);
/* Whether details of this project are wanted (filters). */
typedef bool sync_wants_fn(void *ctx, const struct catalog_work *work);

struct sync_options {
    struct catalog *catalog; /* open for writing, no transaction */
    const struct hex_api *api;
    struct clock clock;
    struct str host_url;   /* "https://app.hex.tech" */
    struct str workspace;  /* slug or id for URLs as configured, STR_NULL: ask Hex */
    struct str token_type; /* "personal" or "workspace" */
    bool reads_published;  /* cells of the published version instead of the draft */
    bool reads_details;    /* false: the listing only */
    bool includes_archived;
    bool includes_outputs;      /* pictures of chart cells */
    int64_t max_delete_percent; /* see domain/brake.h */
    bool accepts_deletes;       /* the brake is off for this run */
    const struct sync_connection_default *defaults;
    size_t default_count;
    int64_t refresh_after_ms; /* unchanged projects are read again, about so old; 0: never */
    int64_t refresh_requests_hour; /* for them, in any hour; INT64_MAX: no limit */
    sync_wants_fn *wants;          /* NULL: all */
    void *wants_ctx;
    sync_progress_fn *progress; /* NULL: none */
    void *progress_ctx;
    /*
     * Called after every pause_after projects that were read (a tenth of those read so far,
     * when that is more), while more are due: no transaction is open, no request is under way,
     * and none is sent before it returns.
     */
    void (*pause)(void *ctx, int64_t source); /* NULL: never */
    void *pause_ctx;
    unsigned pause_after;
    const volatile sig_atomic_t *stop; /* not 0: finish what is in flight, then return */
    unsigned jobs;                     /* projects read side by side; 0: 6 */
};

/* Something that went wrong with one object; the run went on. */
struct sync_failure {
    struct sync_failure *next;
    struct str object; /* "project 'Revenue' (0198...)" */
    struct str message;
};

/* Counts of one step, as OpenMetadata's run status names them. */
struct sync_step {
    int64_t records; /* looked at without an error */
    int64_t updated; /* of these, written */
    int64_t warnings;
    int64_t errors;
    int64_t filtered;
};

/* What became of projects that were known before. */
struct sync_absence {
    int64_t archived; /* marked in this run, of active ones; also the next two */
    int64_t trashed;
    int64_t gone;    /* of all */
    int64_t missing; /* not listed any more, and kept as they were */
    int64_t denied;  /* of these: they exist, but this token may not see them any more */
    struct brake_count held; /* what the brake held back */
    bool is_held;
};

struct sync_summary {
    int64_t source; /* id in the catalog */
    struct sync_step listing;
    struct sync_step details;
    struct catalog_changes changes;
    int64_t listed;      /* projects of the whole walk, also by earlier runs that it went on */
    int64_t connections; /* -1: not read */
    int64_t collections;
    int64_t users;
    int64_t groups;
    int64_t cells;
    int64_t runs;
    int64_t pictures;
    int64_t aged;     /* unchanged projects that were read again because of their age */
    int64_t denied;   /* projects whose contents this token may not read */
    int64_t requests; /* sent, retries included */
    struct sync_absence absence;
    bool is_complete; /* the listing was walked to its end */
    bool was_stopped;
    struct sync_failure *failures; /* newest first, at most 1,000 are kept */
    size_t failure_count;          /* all */
    struct arena arena;            /* of the texts in here */
};

/*
 * Runs to the end. OK also with failures of single objects (see summary); otherwise the error
 * that ended it: ERR_AUTH, ERR_FORBIDDEN (the listing is not allowed), ERR_NETWORK, ERR_RATE,
 * ERR_PARSE (not Hex), ERR_IO (catalog), ERR_CANCELLED. The summary is filled in any case.
 */
enum status sync_run(const struct sync_options *options, struct sync_summary *summary,
                     struct error *err) WARN_UNUSED;
void sync_summary_free(struct sync_summary *summary);

#endif
