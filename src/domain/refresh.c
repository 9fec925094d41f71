#include "domain/refresh.h"

int64_t refresh_offset_ms(struct str project_id)
{
    uint64_t span = 2 * (uint64_t)REFRESH_SPREAD_MS + 1;
    return (int64_t)(str_hash(project_id) % span) - REFRESH_SPREAD_MS;
}

int64_t refresh_requests_per_hour(int64_t per_minute, int64_t per_hour)
{
    int64_t hour = per_hour > 0 ? per_hour : INT64_MAX;
    if (per_minute > 0 && per_minute <= INT64_MAX / 60 && per_minute * 60 < hour) {
        hour = per_minute * 60;
    }
    return hour == INT64_MAX
               ? INT64_MAX
               : hour / 100 * REFRESH_PERCENT + hour % 100 * REFRESH_PERCENT / 100;
}
