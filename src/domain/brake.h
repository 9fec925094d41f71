/*
 * brake - whether so many projects may stop being active in one run.
 *
 * A token that lost its rights, a filter in Hex, a bug of either side: all look like mass
 * deletion. A run marks nothing when more than the allowed share would go; a person decides.
 */
#ifndef DOMAIN_BRAKE_H
#define DOMAIN_BRAKE_H

#include <stdint.h>

/* Projects that were active before a complete walk; the last three are parts of the first. */
struct brake_count {
    int64_t active;
    int64_t archived; /* the walk shows them as archived */
    int64_t trashed;
    int64_t unseen; /* the walk does not show them */
};

enum brake_verdict {
    BRAKE_VERDICT_FREE,
    BRAKE_VERDICT_PERCENT, /* more than max_percent, and more than 5 */
    BRAKE_VERDICT_HALF     /* more than half of two or more */
};

/* How many would stop being active. */
int64_t brake_stopping(const struct brake_count *count);
/* max_percent: 0 to 100, hexmeta.maxDeletePercent. When both rules hold, PERCENT. */
enum brake_verdict brake_decide(const struct brake_count *count, int64_t max_percent);

#endif
