/*
 * probe_view - how the steps of a connection test look: for people, and as JSON. Pure.
 */
#ifndef APP_CLI_PROBE_VIEW_H
#define APP_CLI_PROBE_VIEW_H

#include "app/connection_test.h"

#define PROBE_VIEW_GOOD "\033[32m"
#define PROBE_VIEW_BAD "\033[31m"
#define PROBE_VIEW_UNSURE "\033[33m"
#define PROBE_VIEW_DIM "\033[2m"

struct probe_view {
    const struct config *config;
    size_t width; /* of the lines */
    bool has_color;
};

/* A paragraph: the result in front, in a color (an escape sequence), and what to do, if
 * anything, on lines of its own. */
void probe_view_paragraph(const struct probe_view *view, const char *result, const char *color,
                          struct str text, struct str remedy, struct buf *out);
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

/*
 * The same as a line of JSON each: {"kind":"step",...} and {"kind":"summary",...}. code is the
 * exit status of the whole test.
 */
void probe_view_step_json(const struct probe_report *report, struct buf *out);
void probe_view_end_json(const struct probe_view *view, const struct probe_summary *summary,
                         enum exit_code code, struct buf *out);

#endif
