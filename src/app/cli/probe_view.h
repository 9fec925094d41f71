/*
 * probe_view - how the steps of a connection test look: for people, and as JSON. Pure.
 */
#ifndef APP_CLI_PROBE_VIEW_H
#define APP_CLI_PROBE_VIEW_H

#include "app/connection_test.h"

struct probe_view {
    const struct config *config;
    size_t width; /* of the lines */
    bool has_color;
};

/* Before the first step: what is tested. */
void probe_view_start(const struct probe_view *view, struct buf *out);
/* One step, as a paragraph. */
void probe_view_step(const struct probe_view *view, const struct probe_report *report,
                     struct buf *out);
/* Steps that were not tried because of an earlier one, together. */
void probe_view_not_tried(const struct probe_view *view, const enum probe_step *steps,
                          size_t count, struct buf *out);
/* After the last one: the verdict, and what an import would bring at which pace. */
void probe_view_end(const struct probe_view *view, const struct probe_summary *summary,
                    struct buf *out);

/* The same as a line of JSON each: {"kind":"step",...} and {"kind":"summary",...}. */
void probe_view_step_json(const struct probe_report *report, struct buf *out);
void probe_view_end_json(const struct probe_view *view, const struct probe_summary *summary,
                         struct buf *out);

#endif
