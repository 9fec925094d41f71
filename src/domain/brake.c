#include "domain/brake.h"

#define ALWAYS_ALLOWED 5

int64_t brake_stopping(const struct brake_count *count)
{
    return count->archived + count->trashed + count->unseen;
}

enum brake_verdict brake_decide(const struct brake_count *count, int64_t max_percent)
{
    int64_t stopping = brake_stopping(count);
    if (stopping > ALWAYS_ALLOWED && stopping * 100 > count->active * max_percent) {
        return BRAKE_VERDICT_PERCENT;
    }
    if (count->active >= 2 && stopping * 2 > count->active) {
        return BRAKE_VERDICT_HALF;
    }
    return BRAKE_VERDICT_FREE;
}
