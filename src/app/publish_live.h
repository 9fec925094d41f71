/*
 * publish_live - how far a run has come, told to the ingestion pipeline that the configuration
 * names while the run is on (om/live_progress.h).
 */
#ifndef APP_PUBLISH_LIVE_H
#define APP_PUBLISH_LIVE_H

#include "app/config.h"
#include "om/live_progress.h"

struct publish_live;

/* NULL: nobody is to be told. config and run_id outlive it. */
struct publish_live *publish_live_begin(const struct config *config, const struct clock *clock,
                                        struct str run_id);
/* Costs nothing most of the time; live may be NULL. */
void publish_live_update(struct publish_live *live, const struct om_live_state *state);
/* The run is over. Frees it; live may be NULL. */
void publish_live_end(struct publish_live *live, bool is_good);

#endif
