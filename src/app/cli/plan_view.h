/*
 * plan_view - what publishing would do, entity by entity, on standard output: lines for
 * people, or one JSON object a line.
 */
#ifndef APP_CLI_PLAN_VIEW_H
#define APP_CLI_PLAN_VIEW_H

#include "om/publish.h"

#define PLAN_VIEW_KINDS 16

/* By enum om_plan_action. */
struct plan_view_counts {
    const char *kind; /* "dashboard" */
    int64_t of[OM_PLAN_KEEP + 1];
};

struct plan_view {
    bool is_json;
    struct plan_view_counts all;
    struct plan_view_counts kinds[PLAN_VIEW_KINDS]; /* in the order of their first items */
    size_t kind_count;
    int64_t changes; /* all but those that are kept */
};

/* An om_plan_fn; ctx is the struct plan_view. */
enum status plan_view_item(void *ctx, const struct om_plan_item *item, struct error *err);
/* The sum at the end. */
enum status plan_view_end(struct plan_view *view, const struct om_summary *summary,
                          struct error *err) WARN_UNUSED;

#endif
