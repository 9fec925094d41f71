/*
 * plan_view - what publishing would do, entity by entity, on standard output: lines for
 * people, or one JSON object a line.
 */
#ifndef APP_CLI_PLAN_VIEW_H
#define APP_CLI_PLAN_VIEW_H

#include "om/publish.h"

struct plan_view {
    bool is_json;
    int64_t counts[OM_PLAN_KEEP + 1]; /* by enum om_plan_action */
    int64_t changes;                  /* all but those that are kept */
};

/* An om_plan_fn; ctx is the struct plan_view. */
enum status plan_view_item(void *ctx, const struct om_plan_item *item, struct error *err);
/* The sum at the end. */
enum status plan_view_end(struct plan_view *view, const struct om_summary *summary,
                          struct error *err) WARN_UNUSED;

#endif
