#include "app/publish_live.h"

#include "app/session.h"
#include "base/log.h"

#include <stdlib.h>

struct publish_live {
    struct session_om session;
    struct om_live *live;
};

struct publish_live *publish_live_begin(const struct config *config, const struct clock *clock,
                                        struct str run_id)
{
    const struct http_client_options patience = {.clock = *clock,
                                                 .max_in_flight = 1,
                                                 .retry_budget_ms = OM_LIVE_TIMEOUT_MS,
                                                 .max_attempts = 1,
                                                 .total_timeout_ms = OM_LIVE_TIMEOUT_MS};
    struct error err = ERROR_INIT;
    if (str_is_empty(config->publish.pipeline) || config->sink != CONFIG_SINK_METADATA_REST) {
        return NULL;
    }
    struct publish_live *live = calloc(1, sizeof(*live));
    if (live == NULL) {
        return NULL; /* the run goes on without */
    }
    enum status status = session_open_om(config, &patience, &live->session, &err);
    if (status == OK) {
        live->live = om_live_new(&live->session.api, clock, config->publish.pipeline, run_id);
    }
    if (live->live == NULL) {
        log_debug("no live progress: %s", err.message);
        session_close_om(&live->session);
        free(live);
        return NULL;
    }
    return live;
}

void publish_live_update(struct publish_live *live, const struct om_live_state *state)
{
    if (live != NULL) {
        om_live_update(live->live, state);
    }
}

void publish_live_end(struct publish_live *live, bool is_good)
{
    if (live != NULL) {
        om_live_end(live->live, is_good);
        om_live_free(live->live);
        session_close_om(&live->session);
        free(live);
    }
}
