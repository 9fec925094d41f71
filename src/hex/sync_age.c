/*
 * What has not changed, but was last read long ago: asked for when nothing else is due, within
 * its share of any hour. How much of the share is spent stands in the catalog, so that many
 * short runs are no way around it.
 */
#include "base/log.h"
#include "hex/sync_state.h"

#define HOUR_MS ((int64_t)3600 * 1000)

int64_t sync_age_cost(const struct catalog_work *work)
{
    return 1 + (work->needs_activity ? 1 : 0) + (work->published_ms != TIMESTAMP_NONE ? 1 : 0);
}

/* What is left of the share, without what is reserved. */
static enum status share_left(const struct sync *sync, int64_t now_ms, int64_t *out,
                              struct error *err)
{
    int64_t spent = 0;
    int64_t limit = sync->options->refresh_requests_hour;
    enum status status = catalog_count_aged_requests(sync->options->catalog, sync->source.id,
                                                     now_ms - HOUR_MS, &spent, err);
    *out = limit - spent - sync->age_reserved;
    return status;
}

enum status sync_next_aged(struct sync *sync, struct arena *arena, struct catalog_work *work,
                           bool *has_more, struct error *err)
{
    const struct sync_options *options = sync->options;
    const struct catalog_age age = {.now_ms = sync_now_ms(sync),
                                    .refresh_after_ms = options->refresh_after_ms,
                                    .include_archived = options->includes_archived};
    int64_t left = 0;
    *has_more = false;
    if (options->refresh_after_ms == 0) {
        return OK;
    }
    enum status status = share_left(sync, age.now_ms, &left, err);
    if (status == OK && left > 0) {
        status = catalog_next_aged(options->catalog, sync->source.id, &age, &sync->after_age_ms,
                                   &sync->after_id, arena, work, has_more, err);
    }
    if (status == OK && *has_more && sync_age_cost(work) > left) {
        *has_more = false;
        log_debug("the hour's share of requests for old projects is spent");
    }
    if (status == OK && *has_more) {
        sync->age_reserved += sync_age_cost(work);
    }
    return status;
}

void sync_age_release(struct sync *sync, const struct catalog_work *work)
{
    sync->age_reserved -= sync_age_cost(work);
}
