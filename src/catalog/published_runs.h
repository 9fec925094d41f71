/*
 * published_runs - the runs of projects: what the catalog has of them, and how far they are
 * published. See catalog/published.h for what a publication is.
 */
#ifndef CATALOG_PUBLISHED_RUNS_H
#define CATALOG_PUBLISHED_RUNS_H

#include "catalog/catalog.h"

struct published_runs {
    int64_t
        after_ms;    /* runs that began until then have ended, and were sent; INT64_MIN: none */
    uint64_t digest; /* of what was sent of later ones; 0: nothing */
};

/* The project's runs that began after a time, oldest first; id, status, started, ended. */
enum status published_runs_list(struct catalog *catalog, int64_t project, int64_t after_ms,
                                struct arena *arena, struct run **out, size_t *count,
                                struct error *err) WARN_UNUSED;
/*
 * *has_any: the project has a schedule, or a run that began. *cron: of its first schedule that
 * is on; STR_NULL without one.
 */
enum status published_runs_schedule(struct catalog *catalog, int64_t project,
                                    struct arena *arena, bool *has_any, struct str *cron,
                                    struct error *err) WARN_UNUSED;
/* How far the runs of a project (Hex's id) are published. */
enum status published_runs_get(struct catalog *catalog, int64_t publication, struct str project,
                               struct published_runs *out, struct error *err) WARN_UNUSED;
enum status published_runs_put(struct catalog *catalog, int64_t publication, struct str project,
                               const struct published_runs *state,
                               struct error *err) WARN_UNUSED;

#endif
