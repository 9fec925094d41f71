/*
 * analyse - from stored notebooks to lineage edges, for every project that is due.
 *
 * No network. What a stop or a kill leaves undone stays due in the catalog.
 */
#ifndef APP_ANALYSE_H
#define APP_ANALYSE_H

#include "catalog/catalog.h"

#include <signal.h>

struct analyse_result {
    int64_t projects; /* analysed now */
    int64_t edges;    /* that they have */
    int64_t failures; /* projects whose notebook could not be read back; logged */
};

/*
 * Analyses what the source has due; needs catalog without an open transaction. Ends early,
 * with OK, when *stop is not 0 (stop may be NULL). *result is added to.
 */
enum status analyse_pending(struct catalog *catalog, int64_t source,
                            const volatile sig_atomic_t *stop, struct analyse_result *result,
                            struct error *err) WARN_UNUSED;

#endif
