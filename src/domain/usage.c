#include "domain/usage.h"

#define DAY_MS INT64_C(86400000)

int64_t usage_day(int64_t at_ms)
{
    int64_t day = at_ms / DAY_MS;
    return at_ms < 0 && at_ms % DAY_MS != 0 ? day - 1 : day;
}

bool usage_observe(struct usage_state *state, int64_t at_ms, int64_t all_time)
{
    if (all_time < 0 || (state->has_base && at_ms <= state->at_ms)) {
        return false;
    }
    int64_t day = usage_day(at_ms);
    int64_t views = state->has_base ? all_time - state->all_time : 0;
    bool is_new_day = !state->has_base || day != state->day;
    state->has_base = true;
    state->at_ms = at_ms;
    state->all_time = all_time;
    if (is_new_day) {
        state->day = day;
        state->count = 0;
    }
    if (views <= 0) {
        return false;
    }
    state->count += views;
    return true;
}
