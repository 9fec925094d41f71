/*
 * preview - what a sync would do: the listing is walked and compared, nothing is stored.
 *
 * The listing is the only honest source for what has changed, and costs a page per hundred
 * projects; everything else is counted. What only the answers can tell is not foreseen:
 * refusals, exports that must be replaced by cells, further pages, look-ups of projects that
 * are missing, pictures.
 */
#ifndef HEX_PREVIEW_H
#define HEX_PREVIEW_H

#include "hex/sync.h"

/* Why a project would be read. */
enum preview_reason {
    PREVIEW_REASON_NEW,
    PREVIEW_REASON_CHANGED,  /* its contents, or an earlier read failed */
    PREVIEW_REASON_ACTIVITY, /* its runs alone */
    PREVIEW_REASON_AGE,
    PREVIEW_REASON_COUNT
};

struct preview_counts {
    int64_t projects;
    int64_t exports;
    int64_t runs;
    int64_t queried_tables;
};

struct preview {
    int64_t listed;        /* projects that the listing shows */
    int64_t pages;         /* of it */
    int64_t list_requests; /* users/me, connections, collections, users, groups */
    int64_t filtered;      /* due, but not wanted */
    struct preview_counts reasons[PREVIEW_REASON_COUNT];
};

/*
 * Sends users/me and the listing's pages, nothing else. options as for sync_run, but catalog
 * may be NULL (there is none yet) or open for reading. Errors as of sync_run; the listing must
 * come to its end.
 */
enum status preview_run(const struct sync_options *options, struct preview *out,
                        struct error *err) WARN_UNUSED;

/* All requests that such a sync would send. */
int64_t preview_requests(const struct preview *preview);
/* The sum over the reasons. */
struct preview_counts preview_details(const struct preview *preview);

#endif
