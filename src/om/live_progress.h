/*
 * live_progress - tells OpenMetadata's user interface how far a run has come, while it runs.
 *
 * Never waits, but for the last word (a few seconds at most), and never fails: a server that
 * has no such thing, refuses it or does not answer is not told any more. Has an http_client
 * for itself, which om_live_update turns. Same thread as whoever calls it.
 */
#ifndef OM_LIVE_PROGRESS_H
#define OM_LIVE_PROGRESS_H

#include "om/api.h"

/* What an attempt may last: the api's client should have it as its total_timeout_ms. */
#define OM_LIVE_TIMEOUT_MS 3000

struct om_live;

struct om_live_state {
    const char *step; /* "Reading details"; static memory */
    int64_t done;     /* projects */
    int64_t total;    /* -1: not known */
};

/*
 * api, with a client of its own that nobody else uses, and the texts (FQN of the ingestion
 * pipeline, id of the run) outlive it. NULL when out of memory.
 */
struct om_live *om_live_new(const struct om_api *api, const struct clock *clock,
                            struct str pipeline, struct str run_id);
/* Something moved; sent when nothing was for some seconds. */
void om_live_update(struct om_live *live, const struct om_live_state *state);
/* The run is over: says so, and waits until the client has nothing pending. */
void om_live_end(struct om_live *live, bool is_good);
void om_live_free(struct om_live *live);

/* The body of a request: what a state looks like; step NULL: the end of the run. */
void om_live_write(struct str run_id, int64_t now_ms, const struct om_live_state *state,
                   bool is_good, struct buf *out);

#endif
